//! The fact `jobs`: one row a scheduled run. Not run, failed and successful are three things.

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// A run that began longer ago and has no end on record hangs, or its end was never written down, µs: a day.
const LONGEST_RUN: i64 = 86_400 * 1_000_000;

/// A scheduled run as it is recorded, µs UTC; instants may lie after as-of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run<'a> {
    pub scheduled: i64,
    pub started: Option<i64>,
    pub finished: Option<i64>,
    pub outcome: Option<&'a str>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Successful,
    Failed,
    /// It never started although its time is past.
    Missed,
    /// It runs, or its time hasn't come.
    Pending,
    /// It ran, and nobody recorded how it went; or it began more than a day ago and has no end.
    Unknown,
}

impl Run<'_> {
    /// What the run came to by as-of. What starts or ends later has no outcome yet.
    pub(super) fn standing(&self, as_of: i64, tolerance: i64) -> Standing {
        let later = [self.started, self.finished].into_iter().flatten().any(|at| at > as_of);
        let started = self.started.or(self.finished).is_some_and(|at| at <= as_of);
        match self.outcome.filter(|_| !later) {
            Some("successful") => Standing::Successful,
            Some("failed") => Standing::Failed,
            Some("missed") if !started => Standing::Missed,
            _ if started && self.finished.is_some_and(|at| at <= as_of) => Standing::Unknown,
            _ if started && self.given_up(as_of) => Standing::Unknown,
            _ if started => Standing::Pending,
            _ if self.scheduled.saturating_add(tolerance) < as_of => Standing::Missed,
            _ => Standing::Pending,
        }
    }

    /// Whether it began so long ago that nobody waits for its end any more.
    fn given_up(&self, as_of: i64) -> bool {
        self.finished.is_none() && self.started.is_some_and(|at| at.saturating_add(LONGEST_RUN) < as_of)
    }

    /// Whether it started within the tolerance; a missed one did not. Missing where no start is recorded.
    fn on_time(&self, as_of: i64, tolerance: i64) -> Option<bool> {
        match self.started.filter(|at| *at <= as_of) {
            Some(at) => Some(at <= self.scheduled.saturating_add(tolerance)),
            None => (self.standing(as_of, tolerance) == Standing::Missed).then_some(false),
        }
    }

    /// When it was over, as far as anybody knows.
    pub(super) fn ended(&self) -> i64 {
        self.finished.or(self.started).unwrap_or(self.scheduled)
    }
}

/// The runs of a frame of the table `jobs` that were to start by as-of: the row of each.
pub(super) fn runs<'a>(frame: &'a DataFrame, as_of: i64) -> Result<Vec<(usize, Run<'a>)>, LakeError> {
    let scheduled = instant(frame, "scheduled_at", Some(as_of))?;
    let (started, finished) = (instant(frame, "started_at", None)?, instant(frame, "finished_at", None)?);
    let outcome = text(frame, "outcome")?;
    let run = |row: usize| {
        let run =
            Run { scheduled: scheduled[row]?, started: started[row], finished: finished[row], outcome: outcome[row] };
        Some((row, run))
    };
    Ok((0..frame.height()).filter_map(run).collect())
}

/// Microseconds after its time in which a run is still on time.
pub(super) fn tolerance(context: &Context) -> i64 {
    (context.project.practice.jobs.tolerance_s * 1e6) as i64
}

/// Builds the fact `jobs`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (as_of, tolerance) = (context.as_of, tolerance(context));
    let frame = context.frame("jobs")?;
    let references = context.references()?;
    let runs = runs(&frame, as_of)?;
    let mut fact = Builder::default();
    for name in ["id", "job", "kind", "service"] {
        let values = text(&frame, name)?;
        fact.text(name, runs.iter().map(|(row, _)| values[*row]).collect::<Vec<_>>());
    }
    let (service, supplier, kind) = (text(&frame, "service")?, text(&frame, "supplier")?, text(&frame, "kind")?);
    fact.text("service_kind", runs.iter().map(|(row, _)| references.kind.get(service[*row]?)).collect::<Vec<_>>());
    fact.text("team", runs.iter().map(|(row, _)| references.owner.get(service[*row]?)).collect::<Vec<_>>());
    let answers = |row: usize| supplier[row].or_else(|| references.supplier.get(service[row]?).map(String::as_str));
    fact.text("supplier", runs.iter().map(|(row, _)| answers(*row)).collect::<Vec<_>>());
    for (name, word) in [("backup", "backup"), ("restore_test", "restore_test"), ("failover_test", "failover_test")] {
        fact.boolean(name, runs.iter().map(|(row, _)| kind[*row].map(|kind| kind == word)).collect());
    }
    let past = |at: Option<i64>| at.filter(|at| *at <= as_of);
    fact.instant("scheduled_at", runs.iter().map(|(_, run)| Some(run.scheduled)).collect())?;
    fact.instant("started_at", runs.iter().map(|(_, run)| past(run.started)).collect())?;
    fact.instant("finished_at", runs.iter().map(|(_, run)| past(run.finished)).collect())?;
    let standing: Vec<Standing> = runs.iter().map(|(_, run)| run.standing(as_of, tolerance)).collect();
    let word = |standing: &Standing| match standing {
        Standing::Successful => Some("successful"),
        Standing::Failed => Some("failed"),
        Standing::Missed => Some("missed"),
        Standing::Pending | Standing::Unknown => None,
    };
    fact.text("outcome", standing.iter().map(word).collect::<Vec<_>>());
    let is = |wanted: Standing| standing.iter().map(|one| word(one).map(|_| *one == wanted)).collect::<Vec<_>>();
    fact.boolean("succeeded", is(Standing::Successful));
    fact.boolean("failed", is(Standing::Failed));
    fact.boolean("missed", is(Standing::Missed));
    fact.boolean("pending", standing.iter().map(|one| Some(*one == Standing::Pending)).collect());
    fact.boolean("on_time", runs.iter().map(|(_, run)| run.on_time(as_of, tolerance)).collect());
    let delay = |run: &Run| past(run.started).map(|at| (at - run.scheduled).max(0) as f64 / 1e6);
    fact.number("delay_s", runs.iter().map(|(_, run)| delay(run)).collect());
    let duration = |run: &Run| elapsed_s(past(run.started), past(run.finished));
    fact.number("duration_s", runs.iter().map(|(_, run)| duration(run)).collect());
    let bytes = integer(&frame, "bytes")?;
    let moved = |(row, run): &(usize, Run)| bytes[*row].filter(|_| past(run.finished) == run.finished);
    fact.integer("bytes", runs.iter().map(moved).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: i64 = 900;
    const NOW: i64 = 100_000;

    fn standing(run: Run) -> (Standing, Option<bool>) {
        (run.standing(NOW, TOLERANCE), run.on_time(NOW, TOLERANCE))
    }

    #[test]
    fn not_run_is_not_failed_and_neither_is_successful() {
        let run = Run { scheduled: 1_000, started: Some(1_900), finished: Some(2_000), outcome: Some("successful") };
        assert_eq!(standing(run), (Standing::Successful, Some(true)));
        let late = Run { started: Some(1_901), outcome: Some("failed"), ..run };
        assert_eq!(standing(late), (Standing::Failed, Some(false)));
        let never = Run { scheduled: 1_000, ..Run::default() };
        assert_eq!(standing(never), (Standing::Missed, Some(false)));
        assert_eq!(standing(Run { outcome: Some("missed"), ..never }), (Standing::Missed, Some(false)));
        // The outcome alone says that it ran, and not when.
        assert_eq!(standing(Run { outcome: Some("failed"), ..never }), (Standing::Failed, None));
        assert_eq!(standing(Run { outcome: None, ..run }), (Standing::Unknown, Some(true)));
    }

    #[test]
    fn what_is_still_to_come_is_nothing_yet() {
        let due = Run { scheduled: NOW - TOLERANCE, ..Run::default() };
        assert_eq!(standing(due), (Standing::Pending, None));
        assert_eq!(standing(Run { scheduled: NOW - TOLERANCE - 1, ..due }), (Standing::Missed, Some(false)));
        let runs = Run { scheduled: 1_000, started: Some(1_000), ..Run::default() };
        assert_eq!(standing(runs), (Standing::Pending, Some(true)));
        let later = NOW + LONGEST_RUN;
        assert_eq!(runs.standing(later - NOW + 1_000, TOLERANCE), Standing::Pending);
        assert_eq!(runs.standing(later, TOLERANCE), Standing::Unknown, "nobody waits for it any more");
        // It ends after as-of: its outcome isn't known by then.
        let ends = Run { finished: Some(NOW + 1), outcome: Some("failed"), ..runs };
        assert_eq!(standing(ends), (Standing::Pending, Some(true)));
        let starts = Run { started: Some(NOW + 1), ..ends };
        assert_eq!(standing(starts), (Standing::Missed, Some(false)));
    }
}
