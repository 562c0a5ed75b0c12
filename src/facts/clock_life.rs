//! The life of one ticket as its clocks see it: what the fact says of it, when it was on hold, and who had it.

use polars::prelude::DataFrame;

use super::clock::clock_of;
use super::clock_course::courses;
use super::columns::{boolean, instant, integer, number, text};
use super::context::Context;
use crate::arithmetic::calendar::Calendar;
use crate::lake::LakeError;

/// One ticket. Instants are µs UTC, durations seconds; all but the holds and stays is as the fact `tickets` has it.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its number.
    pub id: String,
    /// Its priority.
    pub priority: Option<i64>,
    /// When it was opened.
    pub opened_at: i64,
    /// When it was last resolved.
    pub resolved_at: Option<i64>,
    /// When it left the backlog.
    pub ended_at: Option<i64>,
    /// Spans on hold, disjoint and in order; the last may reach as-of.
    pub holds: Vec<(i64, i64)>,
    /// Seconds on hold of which no event says when they were.
    pub unplaced_hold_s: f64,
    /// From when it was with which team, in which tier.
    pub stays: Vec<(i64, String, Option<i64>)>,
    /// The calendar of its target; the project's clock where it has none.
    pub calendar: Calendar,
    /// Whether time on hold stops the clock of its target.
    pub stop_on_hold: bool,
    /// Opened to resolved, calendar time.
    pub time_to_resolve_s: Option<f64>,
    /// Opened to resolved, in the project's working time.
    pub working_time_to_resolve_s: Option<f64>,
    /// As that, less the working time on hold.
    pub net_time_to_resolve_s: Option<f64>,
    /// What the clock of its target counted, until it was resolved, ended, or as-of.
    pub clock_s: Option<f64>,
    /// The project's target for its priority.
    pub target_s: Option<f64>,
    /// When it was due by the word of the export.
    pub own_due_at: Option<i64>,
    /// When it fell, or falls, due.
    pub due_at: Option<i64>,
    /// Whether it met its target.
    pub within_target: Option<bool>,
    /// Whose verdict that is.
    pub verdict: Option<String>,
}

fn row_of(frame: &DataFrame, id: &str) -> Result<Option<usize>, LakeError> {
    Ok(text(frame, "id")?.iter().position(|found| *found == Some(id)))
}

/// The life of the ticket `id`; `None` where there is none by as-of.
///
/// # Errors
/// When a table cannot be read.
pub fn life(context: &Context, id: &str) -> Result<Option<Life>, LakeError> {
    let (fact, tickets) = (context.fact("tickets")?, context.frame("tickets")?);
    let (Some(at), Some(own)) = (row_of(&fact, id)?, row_of(&tickets, id)?) else { return Ok(None) };
    let when = |name: &str| -> Result<Option<i64>, LakeError> { Ok(instant(&fact, name, None)?[at]) };
    let seconds = |name: &str| -> Result<Option<f64>, LakeError> { Ok(number(&fact, name)?[at]) };
    let Some(opened_at) = when("opened_at")? else { return Ok(None) };
    let found = courses(context, &context.references()?.tier, Some(id))?.remove(id);
    let unplaced_hold_s = match &found {
        Some(_) => 0.0,
        None => number(&tickets, "on_hold_s")?[own].unwrap_or(0.0),
    };
    let stays = found.as_ref().and_then(|course| course.path.as_ref()).map(|path| {
        let later = path.steps.iter().map(|step| &step.to);
        let stays = std::iter::once(&path.first).chain(later);
        stays.map(|stay| (stay.from, stay.team.clone(), stay.tier)).collect::<Vec<_>>()
    });
    let priority = integer(&fact, "priority")?[at];
    let clocks = &context.project.clocks;
    let within = priority.and_then(|priority| clocks.resolve_within.get(&priority));
    let (clock, target_s) = clock_of(within, &context.project.clock, &[], 0.0, clocks.stop_on_hold);
    Ok(Some(Life {
        id: id.to_string(),
        priority,
        opened_at,
        resolved_at: when("resolved_at")?,
        ended_at: when("ended_at")?,
        holds: found.map(|course| course.holds).unwrap_or_default(),
        unplaced_hold_s,
        stays: stays.unwrap_or_default(),
        calendar: clock.calendar.clone(),
        stop_on_hold: clocks.stop_on_hold,
        time_to_resolve_s: seconds("time_to_resolve_s")?,
        working_time_to_resolve_s: seconds("working_time_to_resolve_s")?,
        net_time_to_resolve_s: seconds("net_time_to_resolve_s")?,
        clock_s: seconds("resolve_clock_s")?,
        target_s,
        own_due_at: instant(&tickets, "resolve_due_at", None)?[own],
        due_at: when("resolve_due_at")?,
        within_target: boolean(&fact, "within_target")?[at],
        verdict: text(&fact, "verdict")?[at].map(str::to_string),
    }))
}
