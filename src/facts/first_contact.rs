//! Whether a ticket was resolved in the first contact: by the first team, without reassignment or reopening.

use super::clock_course::Course;

/// What is known of one ticket. Instants are µs UTC.
#[derive(Clone, Copy)]
pub(super) struct FirstContact<'a> {
    /// What the tool says.
    pub mark: Option<bool>,
    pub course: Option<&'a Course>,
    /// Its first response.
    pub responded: Option<i64>,
    /// Its last resolution.
    pub resolved: Option<i64>,
    /// The team that resolved it.
    pub resolver: Option<&'a str>,
    pub reassignments: Option<i64>,
    pub reopens: Option<i64>,
}

impl FirstContact<'_> {
    /// The tool's mark, unless what happened speaks against it; else what the events say, where they show states. Missing while it
    /// is unresolved, but for a mark that says no.
    pub(super) fn judge(self) -> Option<bool> {
        if self.mark == Some(false) {
            return self.mark;
        }
        let resolved = self.resolved?;
        let path = self.course.and_then(|course| course.path.as_ref());
        let elsewhere = path.is_some_and(|path| {
            !path.steps.is_empty() || self.resolver.is_some_and(|resolver| resolver != path.first.team)
        });
        let again = self.reopens > Some(0) || self.course.is_some_and(|course| course.returns > 0);
        if elsewhere || again || self.reassignments > Some(0) {
            // Without a mark, tickets of which only a counter is known would all be failures: the others say nothing.
            return self.mark.or(self.course.filter(|course| course.has_states).map(|_| false)).map(|_| false);
        }
        if self.mark.is_some() {
            return self.mark;
        }
        let course = self.course.filter(|course| course.has_states)?;
        Some(match self.responded {
            Some(responded) => responded >= resolved,
            None => course.straight && course.holds.is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::path::path;
    use crate::facts::tiers::Tiers;

    fn course(teams: &[&str], returns: i64, straight: bool, holds: &[(i64, i64)]) -> Course {
        let tiers: Tiers = std::iter::empty::<(String, i64)>().collect();
        Course {
            path: path(teams.iter().enumerate().map(|(at, team)| (at as i64, Some(*team))), &tiers, None),
            holds: holds.to_vec(),
            waited: Vec::new(),
            has_states: true,
            done: Vec::new(),
            stops: Vec::new(),
            returns,
            straight,
            first_done: None,
            diagnosed: None,
        }
    }

    #[test]
    fn a_mark_does_not_stand_against_what_happened() {
        let marked = FirstContact {
            mark: Some(true),
            course: None,
            responded: None,
            resolved: Some(10),
            resolver: Some("A"),
            reassignments: None,
            reopens: None,
        };
        assert_eq!(marked.judge(), Some(true));
        assert_eq!(FirstContact { reassignments: Some(1), ..marked }.judge(), Some(false));
        assert_eq!(FirstContact { reopens: Some(1), ..marked }.judge(), Some(false));
        assert_eq!(FirstContact { resolved: None, ..marked }.judge(), None);
        assert_eq!(FirstContact { mark: Some(false), resolved: None, ..marked }.judge(), Some(false));
        let (moved, back) = (course(&["A", "B"], 0, true, &[]), course(&["A"], 1, true, &[]));
        assert_eq!(FirstContact { course: Some(&moved), ..marked }.judge(), Some(false));
        assert_eq!(FirstContact { course: Some(&back), ..marked }.judge(), Some(false));
        let other = course(&["B"], 0, true, &[]);
        assert_eq!(FirstContact { course: Some(&other), ..marked }.judge(), Some(false), "another team resolved it");
    }

    #[test]
    fn without_a_mark_the_events_say() {
        let (straight, slow, held) =
            (course(&["A"], 0, true, &[]), course(&["A"], 0, false, &[]), course(&["A"], 0, true, &[(1, 2)]));
        let told = |course, responded, reassignments| {
            let (mark, resolver, reopens) = (None, Some("A"), None);
            FirstContact { mark, course, responded, resolved: Some(10), resolver, reassignments, reopens }.judge()
        };
        assert_eq!(told(Some(&straight), None, None), Some(true));
        assert_eq!(told(Some(&slow), None, None), Some(false));
        assert_eq!(told(Some(&held), None, None), Some(false));
        assert_eq!(told(Some(&slow), Some(10), None), Some(true), "the first response was the resolution");
        assert_eq!(told(Some(&straight), Some(9), None), Some(false));
        assert_eq!(told(Some(&straight), None, Some(2)), Some(false));
        assert_eq!([told(None, Some(10), None), told(None, None, Some(2))], [None, None]);
    }
}
