//! `nines explain clock`: the clock of one ticket's resolution, segment by segment, and what it says about the target.

use super::explain_segments::{Segment, State, segments};
use super::failure::Failure;
use super::session::Session;
use crate::facts;

/// The clock of one ticket. Instants are µs UTC, durations seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockExplanation {
    /// The ticket.
    pub ticket: String,
    /// The service that it is about.
    pub service: Option<String>,
    /// Its priority.
    pub priority: Option<i64>,
    /// "Now".
    pub as_of: i64,
    /// When the clock started.
    pub from: i64,
    /// When it stopped: resolved, ended, or as-of.
    pub to: i64,
    /// Whether it was resolved: else it ended otherwise, or is open.
    pub resolved: bool,
    /// Whether it still runs.
    pub open: bool,
    /// Name of the calendar that counts.
    pub calendar: String,
    /// The zone in which its hours are meant.
    pub zone: chrono_tz::Tz,
    /// Whether time on hold stops it.
    pub stop_on_hold: bool,
    /// The segments, in order, without gaps.
    pub segments: Vec<Segment>,
    /// Calendar time from start to stop.
    pub calendar_s: f64,
    /// Working time on the calendar that counts, on hold or not.
    pub working_s: f64,
    /// Working time on hold, by events.
    pub held_s: f64,
    /// Time on hold of which no event says when it was.
    pub unplaced_hold_s: f64,
    /// Working time in which it stood resolved, before it came back.
    pub resolved_s: f64,
    /// What the clock counted: the total of the last segment, less what cannot be placed; missing where that leaves it open.
    pub counted_s: Option<f64>,
    /// Least and most that it may have counted.
    pub between_s: Option<(f64, f64)>,
    /// The project's target for its priority.
    pub target_s: Option<f64>,
    /// When it fell, or falls, due.
    pub due_at: Option<i64>,
    /// Whether the export itself says when.
    pub due_by_export: bool,
    /// Share of the target that is used: of the target's time, or of the calendar time until the export's due instant.
    pub used: Option<f64>,
    /// The same share if calendar time counted.
    pub used_calendar: Option<f64>,
    /// Whether the target was met.
    pub within_target: Option<bool>,
    /// Whose verdict that is: `source`, `due` or `target`.
    pub verdict: Option<String>,
    /// What the verdict would be without the export's own.
    pub reckoned: Option<bool>,
}

/// Explains the clock of a ticket.
///
/// # Errors
/// When there is no such ticket by as-of, or the lake cannot be read.
pub fn explain_clock(session: &Session, ticket: &str) -> Result<ClockExplanation, Failure> {
    session.fact("tickets")?;
    let Some(life) = facts::life(&session.context(), ticket)? else {
        return Err(Failure::Usage {
            message: format!("unknown ticket `{ticket}`"),
            hint: Some("it may not have been ingested, or been opened after as-of; `nines query \"SELECT id FROM fact_tickets\"` lists them".to_string()),
        });
    };
    let (from, open) = (life.opened_at, life.ended_at.is_none());
    let to = life.resolved_at.or(life.ended_at).unwrap_or(session.as_of);
    if to < from {
        return Err(Failure::Failed(format!("ticket `{ticket}` ended before it was opened: its clocks say nothing")));
    }
    let project = &session.project;
    let segments = segments(&life, &life.calendar, project.zone, from, to);
    let named = |name: &&String| project.calendars.get(*name) == Some(&life.calendar);
    let sum = |of: &dyn Fn(&Segment) -> bool| -> f64 {
        segments.iter().filter(|segment| of(segment)).map(|segment| segment.calendar_s).sum()
    };
    let works = |segment: &Segment| segment.state.is_working_time();
    let calendar_s = sum(&|_| true);
    let unplaced_hold_s = if life.stop_on_hold { life.unplaced_hold_s } else { 0.0 };
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let own = life.own_due_at.and_then(|due| share(calendar_s, (due - from) as f64 / 1e6));
    let by_target = |counted: f64| life.target_s.and_then(|target| share(counted, target));
    Ok(ClockExplanation {
        ticket: life.id.clone(),
        service: life.service.clone(),
        priority: life.priority,
        as_of: session.as_of,
        from,
        to,
        resolved: life.resolved_at.is_some(),
        open,
        calendar: project.calendars.keys().find(named).cloned().unwrap_or_default(),
        zone: life.calendar.zone().unwrap_or(project.zone),
        stop_on_hold: life.stop_on_hold,
        calendar_s,
        working_s: sum(&works),
        held_s: sum(&|segment| segment.state == State::OnHold),
        unplaced_hold_s,
        resolved_s: sum(&|segment| segment.state == State::Resolved),
        counted_s: life.clock_s,
        between_s: life.clock_between_s,
        target_s: life.target_s,
        due_at: life.due_at,
        due_by_export: life.own_due_at.is_some(),
        used: if life.own_due_at.is_some() { own } else { life.clock_s.and_then(by_target) },
        used_calendar: if life.own_due_at.is_some() { own } else { by_target(calendar_s) },
        within_target: life.within_target,
        verdict: life.verdict.clone(),
        reckoned: life.reckoned,
        segments,
    })
}
