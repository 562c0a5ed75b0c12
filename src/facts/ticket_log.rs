//! What was written down about each ticket, step by step and in order: who had it, who did it, and when a team first touched it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::columns::{instant, integer, text};
use crate::lake::LakeError;

/// One step in a ticket's life; what it doesn't say is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// When, µs UTC.
    pub at: i64,
    pub team: Option<&'a str>,
    pub state: Option<&'a str>,
    pub substate: Option<&'a str>,
    pub assignee: Option<&'a str>,
    pub actor: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// Who did it, or whose it was.
    pub(super) fn person(&self) -> Option<&'a str> {
        self.actor.or(self.assignee)
    }

    /// Whether it says in which state the ticket is.
    pub(super) fn has_state(&self) -> bool {
        self.state.is_some() || self.substate.is_some()
    }
}

/// The steps of all tickets, cut at as-of.
#[derive(Default)]
pub(super) struct Log<'a> {
    entries: BTreeMap<&'a str, Vec<Entry<'a>>>,
    /// Whether any step names the person who has the ticket.
    pub names_people: bool,
    /// Who ever had a ticket in a team.
    crew: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Log<'a> {
    /// Reads the table of ticket events.
    pub(super) fn read(events: &'a DataFrame, as_of: i64) -> Result<Self, LakeError> {
        let ticket = text(events, "ticket")?;
        let (team, state, substate) = (text(events, "team")?, text(events, "state")?, text(events, "substate")?);
        let (assignee, actor) = (text(events, "assignee")?, text(events, "actor")?);
        let (at, seq) = (instant(events, "at", Some(as_of))?, integer(events, "seq")?);
        let mut order: Vec<usize> =
            (0..events.height()).filter(|row| ticket[*row].is_some() && at[*row].is_some()).collect();
        order.sort_by_key(|row| (ticket[*row], at[*row], seq[*row], *row));
        let mut entries: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        for row in order {
            let (Some(ticket), Some(at)) = (ticket[row], at[row]) else { continue };
            entries.entry(ticket).or_default().push(Entry {
                at,
                team: team[row],
                state: state[row],
                substate: substate[row],
                assignee: assignee[row],
                actor: actor[row],
            });
        }
        Ok(Self::new(entries))
    }

    fn new(entries: BTreeMap<&'a str, Vec<Entry<'a>>>) -> Self {
        let mut found = Self { entries, ..Self::default() };
        for entries in found.entries.values() {
            walk(entries, |entry, team, _, carried| {
                found.names_people |= entry.assignee.is_some();
                if let (Some(team), Some(person), false) = (team, entry.assignee, carried) {
                    found.crew.insert((team, person));
                }
            });
        }
        found
    }

    /// The steps of one ticket.
    pub(super) fn of(&self, ticket: &str) -> &[Entry<'a>] {
        self.entries.get(ticket).map(Vec::as_slice).unwrap_or_default()
    }

    /// When somebody first had a ticket in each of its stays, or a member of the team did something: before it came to any team,
    /// then stay by stay. The person that a ticket came with from another team is nobody yet.
    pub(super) fn touches(&self, ticket: &str) -> Vec<Option<i64>> {
        let mut found = vec![None];
        walk(self.of(ticket), |entry, team, stay, carried| {
            found.resize(stay + 1, None);
            let member = |person| team.is_some_and(|team| self.crew.contains(&(team, person)));
            let somebody = entry.assignee.is_some() || entry.actor.is_some_and(member);
            if found[stay].is_none() && somebody && !carried {
                found[stay] = Some(entry.at);
            }
        });
        found
    }
}

/// Visits each step with the team that has the ticket after it, the number of its stay (0 before any), and whether it names, on
/// arrival, the same person as before.
fn walk<'a>(entries: &[Entry<'a>], mut visit: impl FnMut(&Entry<'a>, Option<&'a str>, usize, bool)) {
    let (mut team, mut stay, mut person) = (None, 0, None);
    for entry in entries {
        let arrives = entry.team.is_some() && entry.team != team;
        if arrives {
            (team, stay) = (entry.team, stay + 1);
        }
        let carried = arrives && stay > 1 && entry.assignee.is_some() && entry.assignee == person;
        visit(entry, team, stay, carried);
        person = entry.assignee.or(person);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(
        at: i64,
        team: &'static str,
        assignee: Option<&'static str>,
        actor: Option<&'static str>,
    ) -> Entry<'static> {
        Entry { at, team: Some(team), assignee, actor, ..Entry::default() }
    }

    #[test]
    fn a_stay_is_touched_by_the_first_person_who_has_it_or_a_member_who_acts() {
        let one = vec![
            entry(0, "A", None, Some("Robot")),
            entry(5, "A", Some("Ann"), None),
            entry(7, "B", Some("Ann"), Some("Ann")),
            entry(9, "B", None, Some("Bob")),
            entry(12, "C", None, None),
        ];
        let two = vec![entry(0, "B", Some("Bob"), None)];
        let log = Log::new(BTreeMap::from([("1", one), ("2", two)]));
        assert!(log.names_people);
        assert_eq!(log.touches("1"), [None, Some(5), Some(9), None], "Ann came along, Bob is of B");
        assert_eq!(log.touches("2"), [None, Some(0)]);
        assert_eq!(log.touches("3"), [None]);
    }
}
