//! What earlier versions of ticket records say: with which priority a ticket was opened, when that was changed, and when it was
//! declared major.

use std::collections::BTreeMap;

use super::columns::{boolean, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// One version of a ticket's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// When the record was changed to it, by its own word, else when it was ingested; µs UTC.
    pub at: i64,
    pub priority: Option<i64>,
    pub major: Option<bool>,
}

/// A change of priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// When, µs UTC.
    pub at: i64,
    pub from: i64,
    pub to: i64,
}

/// The versions of one ticket up to as-of, the older before the newer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct History(Vec<Version>);

impl History {
    /// The priority of the first version that has one. Missing where the only version is younger than the ticket, so that nobody
    /// knows what was before.
    pub(super) fn first_priority(&self, opened: i64) -> Option<i64> {
        let mut told = self.0.iter().filter(|version| version.priority.is_some());
        let first = told.next()?;
        first.priority.filter(|_| first.at <= opened || told.next().is_some())
    }

    /// Every change of the priority, in order.
    pub(super) fn changes(&self) -> Vec<Change> {
        let told: Vec<(i64, i64)> = self.0.iter().filter_map(|version| Some((version.at, version.priority?))).collect();
        let pairs = told.windows(2).filter_map(|pair| match pair {
            [(_, from), (at, to)] if from != to => Some(Change { at: *at, from: *from, to: *to }),
            _ => None,
        });
        pairs.collect()
    }

    /// When it was first marked as major. Missing where the first version that speaks of it is marked already, and younger than the
    /// ticket.
    pub(super) fn declared_major(&self, opened: i64) -> Option<i64> {
        let mut told = self.0.iter().filter(|version| version.major.is_some());
        let first = told.next()?;
        if first.major == Some(true) {
            return Some(opened).filter(|_| first.at <= opened);
        }
        told.find(|version| version.major == Some(true)).map(|version| version.at)
    }
}

/// The histories of all tickets, by id.
pub(super) fn histories(context: &Context) -> Result<BTreeMap<String, History>, LakeError> {
    let mut found: BTreeMap<String, History> = BTreeMap::new();
    let Some(rows) = context.versions("tickets", &["id", "updated_at", "priority", "major"])? else { return Ok(found) };
    let (id, updated) = (text(&rows, "id")?, instant(&rows, "updated_at", None)?);
    let (priority, major) = (integer(&rows, "priority")?, boolean(&rows, "major")?);
    let ingested = instant(&rows, "_ingested_at", None)?;
    let mut dated: BTreeMap<&str, bool> = BTreeMap::new();
    for (id, updated) in id.iter().zip(&updated) {
        if let Some(id) = id {
            *dated.entry(id).or_default() |= updated.is_some();
        }
    }
    for row in 0..rows.height() {
        let Some(id) = id[row] else { continue };
        // Where others of the ticket have a date, nobody knows the place of one that has none.
        let at = if dated.get(id) == Some(&true) { updated[row] } else { ingested[row] };
        let Some(at) = at.filter(|at| *at <= context.as_of) else { continue };
        let version = Version { at, priority: priority[row], major: major[row] };
        found.entry(id.to_string()).or_default().0.push(version);
    }
    Ok(found)
}

/// The priority that impact and urgency give: their sum less one, at most the lowest that is in use.
pub(super) fn by_matrix(impact: Option<i64>, urgency: Option<i64>, lowest: Option<i64>) -> Option<i64> {
    Some(impact?.checked_add(urgency?)?.checked_sub(1)?.min(lowest?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(versions: &[(i64, Option<i64>, Option<bool>)]) -> History {
        History(
            versions
                .iter()
                .map(|(at, priority, major)| Version { at: *at, priority: *priority, major: *major })
                .collect(),
        )
    }

    #[test]
    fn the_first_priority_is_known_from_the_opening_or_by_a_later_version() {
        assert_eq!(history(&[(10, Some(3), None)]).first_priority(10), Some(3));
        assert_eq!(history(&[(10, Some(3), None)]).first_priority(5), None, "nobody knows what it was before");
        assert_eq!(history(&[(10, Some(3), None), (20, Some(3), None)]).first_priority(5), Some(3));
        assert_eq!(history(&[(5, None, None), (20, Some(3), None)]).first_priority(5), None);
        assert_eq!(history(&[]).first_priority(5), None);
    }

    #[test]
    fn changes_pass_over_versions_that_say_nothing() {
        let found =
            history(&[(1, Some(3), None), (2, None, None), (3, Some(3), None), (4, Some(2), None), (6, Some(4), None)]);
        assert_eq!(found.changes(), [Change { at: 4, from: 3, to: 2 }, Change { at: 6, from: 2, to: 4 }]);
    }

    #[test]
    fn major_is_declared_when_a_version_first_says_so() {
        let late = history(&[(1, None, Some(false)), (7, None, Some(true)), (9, None, Some(true))]);
        assert_eq!(late.declared_major(1), Some(7));
        assert_eq!(history(&[(1, None, Some(true))]).declared_major(1), Some(1), "from the beginning");
        assert_eq!(history(&[(5, None, Some(true))]).declared_major(1), None, "since some moment before 5");
        assert_eq!(history(&[(1, None, Some(false))]).declared_major(1), None);
    }

    #[test]
    fn the_matrix_is_the_sum_less_one() {
        let of = |impact, urgency| by_matrix(Some(impact), Some(urgency), Some(4));
        assert_eq!([of(1, 1), of(1, 2), of(2, 2), of(3, 2), of(3, 3)], [1, 2, 3, 4, 4].map(Some));
        assert_eq!([by_matrix(None, Some(1), Some(4)), by_matrix(Some(1), Some(1), None)], [None, None]);
    }
}
