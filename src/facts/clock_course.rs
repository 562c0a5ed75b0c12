//! The course of each ticket, from its events: path, time on hold, returns.

use std::collections::BTreeMap;

use super::columns::{instant, integer, text};
use super::context::Context;
use super::path::{self, Path};
use super::tiers::Tiers;
use crate::arithmetic::interval;
use crate::lake::LakeError;

/// What a ticket waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The user.
    User,
    /// A supplier.
    Supplier,
    /// A change.
    Change,
    /// Something else, or it isn't said what.
    Other,
}

impl Wait {
    /// By a substate; `None` for one that is no waiting.
    fn of(substate: &str) -> Option<Self> {
        let rest = substate.strip_prefix("waiting")?;
        Some(match rest.trim_start_matches(['_', ' ', '-']) {
            "user" | "customer" | "requester" => Self::User,
            "supplier" | "vendor" => Self::Supplier,
            "change" => Self::Change,
            _ => Self::Other,
        })
    }
}

/// What the events say about one ticket.
pub(super) struct Course {
    /// Its way through the teams.
    pub path: Option<Path>,
    /// Spans on hold, µs UTC; the last may reach as-of.
    pub holds: Vec<(i64, i64)>,
    /// The same time by what it waited for, in order.
    pub waited: Vec<(Wait, i64, i64)>,
    /// Times that it returned from resolved.
    pub returns: i64,
    /// When it was first resolved or closed.
    pub first_done: Option<i64>,
    /// When a state first said that it is diagnosed.
    pub diagnosed: Option<i64>,
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
        let mut waited: Vec<(Wait, i64, i64)> = Vec::new();
        let mut returns = 0;
        let (mut waiting, mut is_done): (Option<(Wait, i64)>, bool) = (None, false);
        let (mut first_done, mut diagnosed) = (None, None);
        for row in rows {
            // A row of another kind, such as a comment or the breach of a target, leaves the state as it was.
            if state[*row].is_none() && substate[*row].is_none() {
                continue;
            }
            let waits = substate[*row].and_then(Wait::of);
            if waiting.map(|(wait, _)| wait) != waits {
                waited.extend(waiting.zip(at[*row]).map(|((wait, from), to)| (wait, from, to)));
                waiting = waits.zip(at[*row]);
            }
            if let Some(state) = state[*row] {
                let was_done = is_done;
                is_done = state.eq_ignore_ascii_case("resolved") || state.eq_ignore_ascii_case("closed");
                returns += i64::from(was_done && !is_done);
                first_done = first_done.or(at[*row].filter(|_| is_done));
                diagnosed = diagnosed.or(at[*row].filter(|_| state.to_lowercase().contains("diagnosed")));
            }
        }
        waited.extend(waiting.map(|(wait, from)| (wait, from, context.as_of)));
        let holds = interval::union(waited.iter().map(|(_, from, to)| (*from, *to)).collect());
        found.insert(id.to_string(), Course { path, holds, waited, returns, first_done, diagnosed });
    }
    Ok(found)
}
