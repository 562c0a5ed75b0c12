//! The life of one ticket as its clocks see it: what the fact says of it, when it was on hold, and who had it.

use polars::prelude::DataFrame;

use super::clock::{Stops, Task, clock_of};
use super::clock_course::{courses, unplaced_s};
use super::columns::{boolean, instant, integer, number, text};
use super::context::Context;
use crate::arithmetic::calendar::Calendar;
use crate::lake::LakeError;

/// One ticket. Instants are µs UTC, durations seconds; all but the holds and stays is as the fact `tickets` has it.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its number.
    pub id: String,
    /// The service that it is about.
    pub service: Option<String>,
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
    /// Spans in which it stood resolved before it came back, disjoint and in order.
    pub done: Vec<(i64, i64)>,
    /// Seconds on hold of which no event says when they were.
    pub unplaced_hold_s: f64,
    /// From when it was with which team, in which tier.
    pub stays: Vec<(i64, String, Option<i64>)>,
    /// The calendar of its target; the project's clock where it has none.
    pub calendar: Calendar,
    /// Whether time on hold stops the clock of its target.
    pub stop_on_hold: bool,
    /// What the clock of its target counted, until it was resolved, ended, or as-of; missing where time on hold can't be placed.
    pub clock_s: Option<f64>,
    /// Least and most that it may have counted.
    pub clock_between_s: Option<(f64, f64)>,
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
    /// What the verdict would be without the export's own: by its due instant, else by the target.
    pub reckoned: Option<bool>,
}

/// The row of an id; of one in other capitals, where that leaves no doubt.
fn row_of(frame: &DataFrame, id: &str) -> Result<Option<usize>, LakeError> {
    let ids = text(frame, "id")?;
    if let Some(row) = ids.iter().position(|found| *found == Some(id)) {
        return Ok(Some(row));
    }
    let lower = id.to_lowercase();
    let mut alike = (0..ids.len()).filter(|row| ids[*row].is_some_and(|found| found.to_lowercase() == lower));
    Ok(alike.next().filter(|_| alike.next().is_none()))
}

/// The life of the ticket `id`; `None` where there is none by as-of.
///
/// # Errors
/// When a table cannot be read.
pub fn life(context: &Context, id: &str) -> Result<Option<Life>, LakeError> {
    let (fact, tickets) = (context.fact("tickets")?, context.frame("tickets")?);
    let Some(at) = row_of(&fact, id)? else { return Ok(None) };
    let Some(id) = text(&fact, "id")?[at] else { return Ok(None) };
    let Some(own) = row_of(&tickets, id)? else { return Ok(None) };
    let when = |name: &str| -> Result<Option<i64>, LakeError> { Ok(instant(&fact, name, None)?[at]) };
    let seconds = |name: &str| -> Result<Option<f64>, LakeError> { Ok(number(&fact, name)?[at]) };
    let Some(opened_at) = when("opened_at")? else { return Ok(None) };
    let found = courses(context, &context.references()?.tier, Some(id))?.remove(id);
    let unplaced_hold_s = unplaced_s(found.as_ref(), number(&tickets, "on_hold_s")?[own]);
    let stays = found.as_ref().and_then(|course| course.path.as_ref()).map(|path| {
        let later = path.steps.iter().map(|step| &step.to);
        let stays = std::iter::once(&path.first).chain(later);
        stays.map(|stay| (stay.from, stay.team.clone(), stay.tier)).collect::<Vec<_>>()
    });
    let priority = integer(&fact, "priority")?[at];
    let clocks = &context.project.clocks;
    let within = priority.and_then(|priority| clocks.resolve_within.get(&priority));
    let (resolved_at, ended_at) = (when("resolved_at")?, when("ended_at")?);
    let stops = Stops {
        spans: found.as_ref().map(|course| course.standing(clocks.stop_on_hold)).unwrap_or_default(),
        unplaced_s: if clocks.stop_on_hold { unplaced_hold_s } else { 0.0 },
        life: (opened_at, ended_at.unwrap_or(context.as_of).max(opened_at)),
    };
    let (clock, target_s) = clock_of(within, &context.project.clock, stops);
    let until = resolved_at.or(ended_at).unwrap_or(context.as_of);
    let (calendar, clock_between_s) = (clock.calendar.clone(), clock.between_s(opened_at, until));
    let own_due_at = instant(&tickets, "resolve_due_at", None)?[own];
    let task = Task {
        from: Some(opened_at),
        done: resolved_at,
        ended: ended_at,
        due: own_due_at,
        met: None,
        as_of: context.as_of,
    };
    let reckoned = task.judge(&clock, target_s).met;
    Ok(Some(Life {
        id: id.to_string(),
        service: text(&fact, "service")?[at].map(str::to_string),
        priority,
        opened_at,
        resolved_at,
        ended_at,
        done: found.as_ref().map(|course| course.done.clone()).unwrap_or_default(),
        holds: found.map(|course| course.holds).unwrap_or_default(),
        unplaced_hold_s,
        stays: stays.unwrap_or_default(),
        calendar,
        stop_on_hold: clocks.stop_on_hold,
        clock_s: seconds("resolve_clock_s")?,
        clock_between_s,
        target_s,
        own_due_at,
        due_at: when("resolve_due_at")?,
        within_target: boolean(&fact, "within_target")?[at],
        verdict: text(&fact, "verdict")?[at].map(str::to_string),
        reckoned,
    }))
}
