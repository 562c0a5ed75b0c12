//! The facts `slo_days`, `slo_windows`, `slo_alerts` and `slo_incidents`: the history of every objective, for metrics and SQL.

use polars::prelude::DataFrame;

use super::{IncidentShare, Measured, Spending, alerts, measured};
use crate::arithmetic::budget::{self, Budget};
use crate::arithmetic::timeline::Tally;
use crate::arithmetic::{local_time, period};
use crate::facts::columns::Builder;
use crate::facts::context::Context;
use crate::lake::LakeError;

/// Names of an objective, in every one of these facts.
fn named<'m>(fact: &mut Builder, rows: impl Iterator<Item = &'m Measured<'m>> + Clone) {
    fact.text("objective", rows.clone().map(|row| Some(row.objective.id.as_str())).collect::<Vec<_>>());
    fact.text("slo", rows.clone().map(|row| Some(row.objective.slo.as_str())).collect::<Vec<_>>());
    fact.text("service", rows.map(|row| Some(row.objective.service.as_str())).collect::<Vec<_>>());
}

/// An objective on one local day.
struct Day<'m> {
    measured: &'m Measured<'m>,
    span: (i64, i64),
    tally: Tally,
    /// Of its window at the day's end.
    window: Option<Spending>,
}

impl Day<'_> {
    /// A composite's events are shares: they don't add up over days.
    fn adds(&self) -> Option<Tally> {
        self.measured.line()?.own().map(|_| self.tally)
    }
}

/// Builds the fact `slo_days`.
pub(crate) fn build_days(context: &Context) -> Result<DataFrame, LakeError> {
    let all = measured(context)?;
    let zone = context.project.zone;
    let mut rows: Vec<Day> = Vec::new();
    for one in &all {
        let (Some(line), Some((first, _))) = (one.line(), one.extent()) else { continue };
        // Whole local days, so that the sums of days are the sums of periods.
        let first = local_time::to_local(first, zone).map_or(first, |local| local_time::day_start(local.date(), zone));
        for span in period::days(first, context.as_of, zone) {
            let (tally, window) = (line.over(span.0, span.1), one.spending(span.1, zone));
            rows.push(Day { measured: one, span, tally, window });
        }
    }
    let mut fact = Builder::default();
    named(&mut fact, rows.iter().map(|row| row.measured));
    fact.instant("day", rows.iter().map(|row| Some(row.span.0)).collect())?;
    // The last day has no end yet, so that a period which isn't over has its window as it stands at as-of.
    fact.instant("next_day", rows.iter().map(|row| Some(row.span.1).filter(|end| *end < context.as_of)).collect())?;
    let number = |fact: &mut Builder, name: &str, value: &dyn Fn(&Day) -> Option<f64>| {
        fact.number(name, rows.iter().map(value).collect());
    };
    number(&mut fact, "good", &|row| row.adds().map(|tally| tally.total - tally.bad));
    number(&mut fact, "bad", &|row| row.adds().map(|tally| tally.bad));
    number(&mut fact, "total", &|row| row.adds().map(|tally| tally.total));
    number(&mut fact, "allowed", &|row| Some(budget::share(row.measured.objective.target)? * row.adds()?.total));
    number(&mut fact, "target", &|row| Some(row.measured.objective.target));
    number(&mut fact, "window_sli", &|row| row.window?.budget.sli);
    number(&mut fact, "window_consumed", &|row| row.window?.consumed());
    number(&mut fact, "window_remaining", &|row| row.window?.remaining());
    number(&mut fact, "window_allowed", &|row| row.adds().and(row.window).map(|spending| spending.allowed()));
    number(&mut fact, "exhausted_after_s", &|row| {
        let remaining = row.window?.remaining()?;
        row.measured.exhaustion(row.span.1, remaining)?.after_s
    });
    fact.boolean("met", rows.iter().map(|row| row.window?.kept()).collect());
    fact.finish()
}

/// Builds the fact `slo_incidents`.
pub(crate) fn build_incidents(context: &Context) -> Result<DataFrame, LakeError> {
    let all = measured(context)?;
    let mut rows: Vec<(&Measured, IncidentShare)> = Vec::new();
    for one in &all {
        let shares = one.incident_shares(context, context.as_of)?;
        rows.extend(shares.into_iter().map(|share| (one, share)));
    }
    let mut fact = Builder::default();
    named(&mut fact, rows.iter().map(|row| row.0));
    fact.text("incident", rows.iter().map(|row| Some(row.1.incident.as_str())).collect::<Vec<_>>());
    fact.text("cause", rows.iter().map(|row| row.1.cause.as_deref()).collect::<Vec<_>>());
    fact.instant("started_at", rows.iter().map(|row| Some(row.1.started_at)).collect())?;
    fact.instant("restored_at", rows.iter().map(|row| row.1.restored_at).collect())?;
    fact.number("bad", rows.iter().map(|row| Some(row.1.bad)).collect());
    fact.number("share", rows.iter().map(|row| Some(row.1.share)).collect());
    fact.finish()
}

/// Builds the fact `slo_windows`.
pub(crate) fn build_windows(context: &Context) -> Result<DataFrame, LakeError> {
    let all = measured(context)?;
    let mut rows: Vec<(&Measured, (i64, i64), Budget)> = Vec::new();
    for one in &all {
        let Some((first, _)) = one.extent() else { continue };
        for window in one.objective.window.closed(first, context.as_of) {
            // A window that history begins in says nothing about the whole of it.
            let Some(spending) =
                one.spending(window.1, context.project.zone).filter(|spending| spending.whole.is_none())
            else {
                continue;
            };
            if spending.budget.sli.is_some() {
                rows.push((one, window, spending.budget));
            }
        }
    }
    let mut fact = Builder::default();
    named(&mut fact, rows.iter().map(|row| row.0));
    fact.instant("started_at", rows.iter().map(|row| Some(row.1.0)).collect())?;
    fact.instant("last_at", rows.iter().map(|row| Some(row.1.1 - 1)).collect())?;
    fact.instant("ended_at", rows.iter().map(|row| Some(row.1.1)).collect())?;
    fact.number("target", rows.iter().map(|row| Some(row.0.objective.target)).collect());
    fact.number("sli", rows.iter().map(|row| row.2.sli).collect());
    fact.number("consumed", rows.iter().map(|row| row.2.consumed).collect());
    fact.boolean("met", rows.iter().map(|row| row.2.kept()).collect());
    fact.finish()
}

/// Builds the fact `slo_alerts`.
pub(crate) fn build_alerts(context: &Context) -> Result<DataFrame, LakeError> {
    let all = measured(context)?;
    let mut rows: Vec<(&Measured, alerts::Fired)> = Vec::new();
    for one in &all {
        let (Some(line), Some((first, _))) = (one.line(), one.extent()) else { continue };
        let fired = alerts::replay(one.objective, line, context.project.zone, (first, context.as_of));
        rows.extend(fired.into_iter().map(|fired| (one, fired)));
    }
    let mut fact = Builder::default();
    named(&mut fact, rows.iter().map(|row| row.0));
    fact.text("severity", rows.iter().map(|row| Some(row.1.severity.as_str())).collect::<Vec<_>>());
    fact.text("rule", rows.iter().map(|row| Some(row.1.rule.as_str())).collect::<Vec<_>>());
    fact.number("burn_rate", rows.iter().map(|row| Some(row.1.factor)).collect());
    fact.number("lookback_s", rows.iter().map(|row| Some(row.1.lookback_s as f64)).collect());
    fact.instant("fired_at", rows.iter().map(|row| Some(row.1.fired)).collect())?;
    fact.instant("cleared_at", rows.iter().map(|row| row.1.cleared).collect())?;
    let lasted =
        |row: &(&Measured, alerts::Fired)| Some((row.1.cleared.unwrap_or(context.as_of) - row.1.fired) as f64 / 1e6);
    fact.number("duration_s", rows.iter().map(lasted).collect());
    fact.number("consumed_before", rows.iter().map(|row| row.1.consumed).collect());
    fact.boolean("active", rows.iter().map(|row| Some(row.1.cleared.is_none())).collect());
    fact.finish()
}
