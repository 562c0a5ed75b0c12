//! An objective in the JSON contract, version 1: shares 0 to 1, durations in seconds, instants RFC 3339 UTC, absent is null.

use serde::Serialize;

use crate::arithmetic::local_time::rfc3339;
use crate::declaration::objective::Method;
use crate::facts::objective::Standing;
use crate::report::objective;

/// How an objective stands at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Objective {
    /// Its id.
    pub objective: String,
    /// The SLO that it belongs to.
    pub slo: String,
    /// What readers call it.
    pub title: String,
    /// The service.
    pub service: String,
    /// The file and line that declare it.
    pub declared: String,
    /// occurrences, timeslices or ratio_timeslices.
    pub method: &'static str,
    /// What lies before it counts.
    pub moment: String,
    /// Start of its window.
    pub window_start: String,
    /// End of its window; later than the moment where it isn't over.
    pub window_end: String,
    /// Whether the window is aligned to the calendar.
    pub calendar: bool,
    /// The share of good events to reach.
    pub target: f64,
    /// met, at_risk, missed or no_data.
    pub status: &'static str,
    /// What an event is: events, slices, seconds, or share for a composite.
    pub unit: &'static str,
    /// The share of good events so far.
    pub sli: Option<f64>,
    /// Bad events so far.
    pub bad: Option<f64>,
    /// All events so far.
    pub total: Option<f64>,
    /// Bad events that the window's budget allows.
    pub allowed: Option<f64>,
    /// Whether `allowed` assumes that traffic goes on as so far.
    pub allowed_estimated: bool,
    /// Share of the budget consumed; above 1 it is missed.
    pub consumed: Option<f64>,
    /// 1 less that.
    pub remaining: Option<f64>,
    /// Burn rates.
    pub burn: Vec<Burn>,
    /// Alerts since the window began.
    pub alerts: Vec<Alert>,
    /// What each incident took.
    pub incidents: Vec<Incident>,
    /// Bad events that no incident had.
    pub unexplained: f64,
    /// When the rest would be gone.
    pub exhaustion: Option<Exhaustion>,
    /// What the policies ask.
    pub policy: Vec<Policy>,
    /// Corrections that touch the window.
    pub corrections: Vec<Correction>,
    /// (end of a day, share of the budget spent by then).
    pub spent: Vec<(String, f64)>,
    /// Why the figures are doubtful.
    pub doubt: Option<String>,
}

/// A burn rate over a look-back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Burn {
    /// The look-back.
    pub lookback_s: i64,
    /// The rate.
    pub rate: Option<f64>,
    /// Events in it.
    pub events: f64,
    /// Too few to alert on.
    pub low_n: bool,
}

/// An alert that would have fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alert {
    /// page, ticket, or what the file declares.
    pub severity: String,
    /// What fired it.
    pub rule: String,
    /// The burn rate that was passed.
    pub burn_rate: f64,
    /// When it fired.
    pub fired_at: String,
    /// When it cleared.
    pub cleared_at: Option<String>,
    /// Share of the budget consumed when it fired.
    pub consumed_before: Option<f64>,
}

/// What an incident took of the budget.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incident {
    /// Its number.
    pub incident: String,
    /// Its cause.
    pub cause: Option<String>,
    /// Its beginning.
    pub started_at: String,
    /// Its end.
    pub restored_at: Option<String>,
    /// Bad events.
    pub bad: f64,
    /// As a share of the budget.
    pub share: f64,
}

/// When the rest of the budget would be gone at the pace of the last seven days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exhaustion {
    /// Median burn rate of those days.
    pub burn: f64,
    /// Its lower quartile.
    pub burn_lower: f64,
    /// Its upper quartile.
    pub burn_upper: f64,
    /// Days with events.
    pub days: usize,
    /// Seconds left at the median.
    pub after_s: Option<f64>,
    /// Seconds left at the upper quartile.
    pub soonest_s: Option<f64>,
    /// Seconds left at the lower quartile.
    pub latest_s: Option<f64>,
}

/// A step of an error-budget policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    /// The policy.
    pub policy: String,
    /// When the step holds.
    pub when: String,
    /// What is done then.
    pub action: String,
    /// Whether it holds.
    pub holds: Option<bool>,
    /// Since when.
    pub since: Option<String>,
}

/// A correction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correction {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Its start within the window.
    pub from: String,
    /// Its end within the window.
    pub to: String,
    /// good or exclude.
    pub treat: &'static str,
    /// Bad events of that time before the correction.
    pub bad: f64,
}

impl Objective {
    /// A standing in the contract's form.
    pub fn of(standing: &Standing) -> Self {
        let declared = &standing.objective;
        let tally = standing.tally();
        Objective {
            objective: declared.id.clone(),
            slo: declared.slo.clone(),
            title: declared.title.clone(),
            service: declared.service.clone(),
            declared: format!("{}:{}", declared.file, declared.line),
            method: match declared.method {
                Method::Occurrences => "occurrences",
                Method::Timeslices { .. } => "timeslices",
                Method::RatioTimeslices { .. } => "ratio_timeslices",
            },
            moment: rfc3339(standing.moment),
            window_start: rfc3339(standing.window.0),
            window_end: rfc3339(standing.window.1),
            calendar: declared.window.is_calendar(),
            target: declared.target,
            status: objective::state(standing).as_str(),
            unit: standing.unit,
            sli: standing.sli(),
            bad: tally.map(|tally| tally.bad),
            total: tally.map(|tally| tally.total),
            allowed: tally.map(|_| standing.allowed()),
            allowed_estimated: standing
                .spending
                .and_then(|spending| spending.whole)
                .is_some_and(|whole| whole.estimated),
            consumed: standing.consumed(),
            remaining: standing.remaining(),
            burn: standing
                .burns
                .iter()
                .map(|burn| Burn { lookback_s: burn.lookback_s, rate: burn.rate, events: burn.events, low_n: burn.low })
                .collect(),
            alerts: standing
                .alerts
                .iter()
                .map(|alert| Alert {
                    severity: alert.severity.clone(),
                    rule: alert.rule.clone(),
                    burn_rate: alert.factor,
                    fired_at: rfc3339(alert.fired),
                    cleared_at: alert.cleared.map(rfc3339),
                    consumed_before: alert.consumed,
                })
                .collect(),
            incidents: standing
                .incidents
                .iter()
                .map(|share| Incident {
                    incident: share.incident.clone(),
                    cause: share.cause.clone(),
                    started_at: rfc3339(share.started_at),
                    restored_at: share.restored_at.map(rfc3339),
                    bad: share.bad,
                    share: share.share,
                })
                .collect(),
            unexplained: standing.unexplained,
            exhaustion: standing.exhaustion.map(|exhaustion| Exhaustion {
                burn: exhaustion.burn,
                burn_lower: exhaustion.burn_range.0,
                burn_upper: exhaustion.burn_range.1,
                days: exhaustion.days,
                after_s: exhaustion.after_s,
                soonest_s: exhaustion.soonest_s,
                latest_s: exhaustion.latest_s,
            }),
            policy: standing
                .policy
                .iter()
                .map(|step| Policy {
                    policy: step.policy.clone(),
                    when: step.when.clone(),
                    action: step.action.clone(),
                    holds: step.holds,
                    since: step.since.map(rfc3339),
                })
                .collect(),
            corrections: standing
                .corrections
                .iter()
                .map(|correction| Correction {
                    name: correction.name.clone(),
                    reason: correction.reason.clone(),
                    from: rfc3339(correction.span.0),
                    to: rfc3339(correction.span.1),
                    treat: if correction.as_good { "good" } else { "exclude" },
                    bad: correction.bad,
                })
                .collect(),
            spent: standing.spent.iter().map(|(at, spent)| (rfc3339(*at), *spent)).collect(),
            doubt: standing.doubt.clone(),
        }
    }
}
