//! The course of each ticket, from its events: path, time on hold, time resolved, returns.

use std::collections::BTreeMap;

use super::clock_wait::Wait;
use super::columns::{instant, integer, text};
use super::context::Context;
use super::path::{self, Path};
use super::tiers::Tiers;
use crate::arithmetic::interval;
use crate::lake::LakeError;

/// What the events say about one ticket.
#[derive(Default)]
pub(super) struct Course {
    /// Its way through the teams.
    pub path: Option<Path>,
    /// Spans on hold, µs UTC; the last may reach as-of.
    pub holds: Vec<(i64, i64)>,
    /// The same time by what it waited for, in order.
    pub waited: Vec<(Wait, i64, i64)>,
    /// Whether any event says in which state it is.
    pub has_states: bool,
    /// Spans in which it stood resolved or closed before it came back, µs UTC, disjoint and in order.
    pub done: Vec<(i64, i64)>,
    /// Spans on hold or resolved: in which its clock stands.
    pub stops: Vec<(i64, i64)>,
    /// Times that it returned from resolved.
    pub returns: i64,
    /// Whether no other state came between its first one and its being resolved or closed.
    pub straight: bool,
    /// When it was first resolved or closed.
    pub first_done: Option<i64>,
    /// When a state first said that it is diagnosed.
    pub diagnosed: Option<i64>,
}

impl Course {
    /// Spans in which the clock stands, where time on hold stops it, or doesn't.
    pub(super) fn standing(&self, stop_on_hold: bool) -> &[(i64, i64)] {
        if stop_on_hold { &self.stops } else { &self.done }
    }
}

/// Seconds on hold by the export's own count, where no event says that the ticket was on hold, and so not when.
pub(super) fn unplaced_s(course: Option<&Course>, counter: Option<f64>) -> f64 {
    counter.filter(|counter| *counter > 0.0 && course.is_none_or(|course| course.holds.is_empty())).unwrap_or(0.0)
}

/// The courses of all tickets, or of one only, by ticket id, cut at as-of.
pub(super) fn courses(
    context: &Context,
    tiers: &Tiers,
    only: Option<&str>,
) -> Result<BTreeMap<String, Course>, LakeError> {
    let events = context.frame("ticket_events")?;
    let mut found = BTreeMap::new();
    if events.height() == 0 {
        return Ok(found);
    }
    let (ticket, team) = (text(&events, "ticket")?, text(&events, "team")?);
    let (state, substate) = (text(&events, "state")?, text(&events, "substate")?);
    let (at, seq) = (instant(&events, "at", Some(context.as_of))?, integer(&events, "seq")?);
    let mut order: Vec<usize> = (0..events.height())
        .filter(|row| ticket[*row].is_some() && at[*row].is_some() && (only.is_none() || ticket[*row] == only))
        .collect();
    order.sort_by_key(|row| (ticket[*row], at[*row], seq[*row], *row));
    for rows in order.chunk_by(|a, b| ticket[*a] == ticket[*b]) {
        let Some(id) = rows.first().and_then(|row| ticket[*row]) else { continue };
        let steps = rows.iter().filter_map(|row| Some((at[*row]?, team[*row])));
        let path = path::path(steps, tiers, context.project.allowed.as_ref());
        let stays = rows.iter().filter_map(|row| Some((at[*row]?, state[*row], substate[*row])));
        found.insert(id.to_string(), course(path, stays, context.as_of));
    }
    Ok(found)
}

/// The course of one ticket: its path, and what its states (instant, state, substate) say until as-of. A row of another kind, such
/// as a comment or the breach of a target, has neither and leaves the state as it was.
fn course<'a>(
    path: Option<Path>,
    rows: impl Iterator<Item = (i64, Option<&'a str>, Option<&'a str>)>,
    as_of: i64,
) -> Course {
    let mut found = Course { path, straight: true, ..Course::default() };
    let (mut waiting, mut by_state, mut done_from): (Option<(Wait, i64)>, Option<Wait>, Option<i64>) =
        (None, None, None);
    let mut first_state = None;
    for (at, state, substate) in rows {
        if state.is_none() && substate.is_none() {
            continue;
        }
        found.has_states = true;
        if let Some(state) = state {
            let is_done = state.eq_ignore_ascii_case("resolved") || state.eq_ignore_ascii_case("closed");
            by_state = Wait::of(state);
            found.straight &= found.first_done.is_some() || is_done || state == *first_state.get_or_insert(state);
            found.first_done = found.first_done.or(Some(at).filter(|_| is_done));
            found.diagnosed = found.diagnosed.or(Some(at).filter(|_| state.to_lowercase().contains("diagnosed")));
            match done_from {
                Some(from) if !is_done => {
                    found.returns += 1;
                    found.done.push((from, at));
                    done_from = None;
                }
                None if is_done => done_from = Some(at),
                _ => {}
            }
        }
        // The substate says best what it waits for; a state that is a waiting by its own word needs none.
        let waits = substate.and_then(Wait::of).or(by_state).filter(|_| done_from.is_none());
        if waiting.map(|(wait, _)| wait) != waits {
            found.waited.extend(waiting.map(|(wait, from)| (wait, from, at)));
            waiting = waits.map(|wait| (wait, at));
        }
    }
    found.waited.extend(waiting.map(|(wait, from)| (wait, from, as_of)));
    found.holds = interval::union(found.waited.iter().map(|(_, from, to)| (*from, *to)).collect());
    found.done = interval::union(std::mem::take(&mut found.done));
    found.stops = interval::union(found.holds.iter().chain(&found.done).copied().collect());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(i64, Option<&str>, Option<&str>)]) -> Course {
        course(None, rows.iter().copied(), 100)
    }

    #[test]
    fn a_state_is_a_hold_by_its_own_word_and_the_substate_says_for_whom() {
        let found = of(&[
            (0, Some("New"), None),
            (10, Some("Pending"), None),
            (15, None, Some("waiting_user")),
            (20, Some("Awaiting Vendor"), Some("other")),
            (30, None, None),
            (40, Some("In progress"), None),
            (50, Some("on hold"), None),
        ]);
        let waited = [(Wait::Other, 10, 15), (Wait::User, 15, 20), (Wait::Supplier, 20, 40), (Wait::Other, 50, 100)];
        assert_eq!((found.waited, found.holds), (waited.to_vec(), vec![(10, 40), (50, 100)]));
    }

    #[test]
    fn it_stands_resolved_until_it_comes_back() {
        let found = of(&[
            (0, Some("New"), None),
            (10, Some("resolved"), Some("waiting_user")),
            (15, Some("closed"), None),
            (20, Some("In progress"), None),
            (30, Some("Resolved"), None),
        ]);
        assert_eq!((found.done, found.returns, found.first_done), (vec![(10, 20)], 1, Some(10)));
        assert!(found.holds.is_empty(), "what is resolved waits for nobody");
        assert!(!of(&[(0, None, None)]).has_states);
    }
}
