//! The way of a ticket through teams and tiers, and what it says: escalations, bounces, skips, violations.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::tiers::Tiers;

/// A stay of a ticket with one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    /// The team.
    pub team: String,
    /// Its tier, where it is known.
    pub tier: Option<i64>,
    /// When the ticket came, µs UTC.
    pub from: i64,
}

/// A step from one stay to the next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// When, µs UTC.
    pub at: i64,
    /// The stay that ended.
    pub from: Stay,
    /// The stay that began.
    pub to: Stay,
    /// To a higher tier; missing when a tier is unknown.
    pub escalation: Option<bool>,
    /// Up by more than one tier.
    pub skip: Option<bool>,
    /// Whether the allowed escalations list it; missing for steps that are none, or where none are declared.
    pub allowed: Option<bool>,
    /// To a team that had the ticket before.
    pub bounce: bool,
}

impl Step {
    /// Whether it goes up, down or across the tiers; missing when a tier is unknown.
    pub(super) fn direction(&self) -> Option<&'static str> {
        let (from, to) = self.from.tier.zip(self.to.tier)?;
        Some(match to.cmp(&from) {
            Ordering::Greater => "up",
            Ordering::Less => "down",
            Ordering::Equal => "across",
        })
    }
}

/// A ticket's path.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// The first stay.
    pub first: Stay,
    /// The last stay.
    pub last: Stay,
    /// The steps between.
    pub steps: Vec<Step>,
}

/// The path through a sequence of (instant, team) that is in order; rows without a team change nothing, equal
/// neighbours are one stay. `None` when no row names a team.
pub(super) fn path<'a>(
    rows: impl IntoIterator<Item = (i64, Option<&'a str>)>,
    tiers: &Tiers,
    allowed: Option<&BTreeSet<(i64, i64)>>,
) -> Option<Path> {
    let mut stays: Vec<Stay> = Vec::new();
    for (at, team) in rows {
        let Some(team) = team else { continue };
        if stays.last().is_none_or(|stay| stay.team != team) {
            stays.push(Stay { team: team.to_string(), tier: tiers.at(team, at), from: at });
        }
    }
    let (first, last) = (stays.first()?.clone(), stays.last()?.clone());
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut steps = Vec::new();
    for pair in stays.windows(2) {
        let [from, to] = pair else { continue };
        seen.insert(&from.team);
        let tiers = from.tier.zip(to.tier);
        let escalation = tiers.map(|(a, b)| b > a);
        steps.push(Step {
            at: to.from,
            from: from.clone(),
            to: to.clone(),
            escalation,
            skip: tiers.map(|(a, b)| b > a + 1),
            allowed: match (escalation, tiers, allowed) {
                (Some(true), Some(pair), Some(allowed)) => Some(allowed.contains(&pair)),
                _ => None,
            },
            bounce: seen.contains(to.team.as_str()),
        });
    }
    Some(Path { first, last, steps })
}

impl Path {
    /// The stays in order, each with the step that led to it.
    pub(super) fn stays(&self) -> impl Iterator<Item = (&Stay, Option<&Step>)> {
        std::iter::once((&self.first, None)).chain(self.steps.iter().map(|step| (&step.to, Some(step))))
    }

    /// Number of steps that hold something.
    pub(super) fn count(&self, holds: impl Fn(&Step) -> bool) -> i64 {
        self.steps.iter().filter(|step| holds(step)).count() as i64
    }

    /// Whether every team's tier is known.
    pub(super) fn tiers_known(&self) -> bool {
        self.first.tier.is_some() && self.steps.iter().all(|step| step.to.tier.is_some())
    }

    /// The highest tier that was reached; missing when a tier is unknown.
    pub(super) fn highest_tier(&self) -> Option<i64> {
        let highest = self.steps.iter().filter_map(|step| step.to.tier).chain(self.first.tier).max();
        highest.filter(|_| self.tiers_known())
    }

    /// From which team to which it bounces.
    pub(super) fn bounces(&self) -> BTreeSet<(&str, &str)> {
        let bounces = self.steps.iter().filter(|step| step.bounce);
        bounces.map(|step| (step.from.team.as_str(), step.to.team.as_str())).collect()
    }

    /// A bounce between the same two teams in both directions.
    pub(super) fn ping_pong(&self) -> bool {
        let bounces = self.bounces();
        bounces.iter().any(|(from, to)| bounces.contains(&(*to, *from)))
    }

    /// From tier 1, only ever up, one tier at a time; missing when a tier is unknown.
    pub(super) fn pushed_to_front(&self) -> Option<bool> {
        self.tiers_known().then(|| {
            self.first.tier == Some(1)
                && self.steps.iter().all(|step| step.to.tier == step.from.tier.map(|tier| tier + 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(teams: &[&str]) -> Path {
        let tiers: Tiers = [("A", 1), ("A2", 1), ("B", 2), ("C", 3), ("D", 4)]
            .map(|(team, tier)| (team.to_string(), tier))
            .into_iter()
            .collect();
        let allowed = BTreeSet::from([(1, 2), (2, 3)]);
        let rows = teams.iter().enumerate().map(|(at, team)| (at as i64, (*team != "-").then_some(*team)));
        path(rows, &tiers, Some(&allowed)).unwrap()
    }

    #[test]
    fn equal_neighbours_and_rows_without_a_team_are_no_steps() {
        let path = walk(&["A", "A", "-", "A", "B"]);
        assert_eq!(path.steps.len(), 1);
        assert_eq!(path.steps[0].at, 4);
        assert_eq!(path.pushed_to_front(), Some(true));
    }

    #[test]
    fn a_step_up_by_two_is_a_skip_and_here_a_violation() {
        let path = walk(&["A", "C"]);
        let step = &path.steps[0];
        assert_eq!((step.escalation, step.skip, step.allowed), (Some(true), Some(true), Some(false)));
        assert_eq!(path.pushed_to_front(), Some(false));
    }

    #[test]
    fn there_and_back_is_a_bounce_and_there_and_back_twice_is_ping_pong() {
        let once = walk(&["A", "B", "A"]);
        assert_eq!((once.count(|step| step.bounce), once.ping_pong()), (1, false));
        let twice = walk(&["A", "B", "A", "B"]);
        assert_eq!((twice.count(|step| step.bounce), twice.ping_pong()), (2, true));
        assert_eq!(twice.count(|step| step.escalation == Some(true)), 2);
    }

    #[test]
    fn an_unknown_tier_makes_the_judgements_missing() {
        let path = walk(&["A", "Z"]);
        assert_eq!((path.pushed_to_front(), path.highest_tier(), path.steps[0].escalation), (None, None, None));
    }
}
