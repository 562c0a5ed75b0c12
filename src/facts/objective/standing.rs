//! How an objective stands at a moment: budget, burn, alerts, who took the budget, when it would be gone, what the policy asks.

use chrono_tz::Tz;

use super::Measured;
use super::alerts::{self, Fired};
use super::incidents::{self, Incident, IncidentShare};
use super::line::Line;
use super::spending::Spending;
use crate::arithmetic::budget::{self, Budget, Exhaustion};
use crate::arithmetic::period;
use crate::arithmetic::timeline::Tally;
use crate::declaration::objective::{BudgetPolicy, Objective, Trigger};
use crate::facts::context::Context;
use crate::lake::LakeError;

const HOUR_US: i64 = 3_600_000_000;

/// Look-backs of which the burn rate is told, seconds.
const LOOKBACKS: [i64; 7] = [300, 1_800, 3_600, 21_600, 86_400, 259_200, 604_800];

/// How an objective stands at a moment. Instants are µs UTC; events are in `unit`.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What was declared.
    pub objective: Objective,
    /// The moment: what lies before it counts.
    pub moment: i64,
    /// Its window; one of the calendar may end after the moment.
    pub window: (i64, i64),
    /// What one event is: "events", "slices", "seconds"; "share" for a composite.
    pub unit: &'static str,
    /// Whether all of its sources are in the lake.
    pub measurable: bool,
    /// What of the budget is spent; none without a source in the lake. Its figures are missing where nothing happened.
    pub spending: Option<Spending>,
    /// Burn rates over the usual look-backs.
    pub burns: Vec<Burn>,
    /// Alerts that fired, or held, since the window began, oldest first.
    pub alerts: Vec<Fired>,
    /// What each incident took, the largest first.
    pub incidents: Vec<IncidentShare>,
    /// Bad events that no incident had.
    pub unexplained: f64,
    /// When the rest would be gone at the pace of the last seven days.
    pub exhaustion: Option<Exhaustion>,
    /// What the error-budget policies ask.
    pub policy: Vec<PolicyState>,
    /// Corrections that touch the window.
    pub corrections: Vec<Corrected>,
    /// Share of the window's budget spent at the end of each local day of it, the last at the moment: the burn-down.
    pub spent: Vec<(i64, f64)>,
    /// Why the figures are doubtful, where they are.
    pub doubt: Option<String>,
}

/// The burn rate over a look-back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// The look-back, seconds.
    pub lookback_s: i64,
    /// The burn rate; none without events.
    pub rate: Option<f64>,
    /// Events in it.
    pub events: f64,
    /// Whether they are too few to alert on.
    pub low: bool,
}

/// One step of an error-budget policy at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyState {
    /// The policy's name.
    pub policy: String,
    /// When the step holds.
    pub trigger: Trigger,
    /// The same in words.
    pub when: String,
    /// What is done then, as declared.
    pub action: String,
    /// Whether it holds; none where that can't be said.
    pub holds: Option<bool>,
    /// Since when, to the hour, where it holds.
    pub since: Option<i64>,
}

/// A correction that touches the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// Its name.
    pub name: String,
    /// Why, as declared.
    pub reason: String,
    /// Its time within the window.
    pub span: (i64, i64),
    /// Bad events of that time, before any correction; requests, checks or seconds also where slices are counted.
    pub bad: f64,
    /// Whether bad events became good; else all of that time was left out.
    pub as_good: bool,
}

impl Measured<'_> {
    /// Its first and last moment with an event.
    pub fn extent(&self) -> Option<(i64, i64)> {
        self.line.as_ref()?.extent()
    }

    /// Its events, where they are in the lake.
    pub(super) fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// How it stands at a moment (not after as-of).
    ///
    /// # Errors
    /// When the incidents cannot be read.
    pub fn standing(&self, context: &Context, moment: i64) -> Result<Standing, LakeError> {
        let objective = self.objective;
        let zone = context.project.zone;
        let window = objective.window.at(moment, zone).unwrap_or((moment, moment));
        let mut standing = Standing {
            objective: objective.clone(),
            moment,
            window,
            unit: self.line.as_ref().map_or("events", Line::unit),
            measurable: self.line.is_some(),
            spending: None,
            burns: Vec::new(),
            alerts: Vec::new(),
            incidents: Vec::new(),
            unexplained: 0.0,
            exhaustion: None,
            policy: Vec::new(),
            corrections: Vec::new(),
            spent: Vec::new(),
            doubt: None,
        };
        standing.corrections = self.corrected((window.0, window.1.min(moment)));
        let Some(line) = &self.line else { return Ok(standing) };
        let Some(spending) = Spending::at(objective, line, zone, moment) else { return Ok(standing) };
        let budget = spending.budget;
        standing.spending = Some(spending);
        standing.doubt = doubt(line, window.0, moment);
        standing.burns = burns(objective, line, moment);
        standing.alerts = alerts::replay(objective, line, zone, (window.0, moment));
        let allowed = standing.allowed();
        if line.own().is_some() {
            let incidents = incidents::of_service(context, &objective.service)?;
            standing.incidents = incidents::shares(line, &incidents, allowed, (window.0, moment));
            standing.unexplained = budget.tally.bad - standing.incidents.iter().map(|share| share.bad).sum::<f64>();
            standing.policy = policies(context, objective, line, Some(&incidents), moment, zone);
        } else {
            standing.policy = policies(context, objective, line, None, moment, zone);
        }
        let remaining = standing.remaining();
        standing.exhaustion = remaining.and_then(|remaining| self.exhaustion(moment, remaining));
        let days = period::days(window.0, moment, zone);
        // The bad share of a composite is one of the time until then; its budget is used in proportion.
        let part = |end: i64| match line {
            Line::Own(_) => 1.0,
            Line::Composite(_) => (end - window.0) as f64 / (moment - window.0).max(1) as f64,
        };
        let spent = |end: i64| (allowed > 0.0).then(|| line.over(window.0, end).bad * part(end) / allowed);
        standing.spent = days.into_iter().filter_map(|(_, end)| Some((end, spent(end)?))).collect();
        Ok(standing)
    }

    /// When the rest of its budget would be gone at the pace of the seven days before a moment.
    pub(super) fn exhaustion(&self, moment: i64, remaining: f64) -> Option<Exhaustion> {
        let line = self.line.as_ref()?;
        let burn = |from: i64, to: i64| Budget::of(line.over(from, to), self.objective.target)?.consumed;
        budget::exhaustion(&burn, remaining, self.objective.window.nominal_s() as f64, moment)
    }

    /// What each incident took of the budget of the window that ends at, or holds, a moment; nothing for a composite.
    ///
    /// # Errors
    /// When the incidents cannot be read.
    pub(super) fn incident_shares(&self, context: &Context, moment: i64) -> Result<Vec<IncidentShare>, LakeError> {
        let Some(line) = self.line.as_ref().filter(|line| line.own().is_some()) else { return Ok(Vec::new()) };
        let Some(spending) = self.spending(moment, context.project.zone) else { return Ok(Vec::new()) };
        let incidents = incidents::of_service(context, &self.objective.service)?;
        Ok(incidents::shares(line, &incidents, spending.allowed(), (spending.window.0, moment)))
    }

    /// The corrections that touch a stretch of time.
    fn corrected(&self, (from, to): (i64, i64)) -> Vec<Corrected> {
        let before = self.line.as_ref().and_then(|line| line.own()?.uncorrected.as_ref());
        let touching = self.corrections.iter().filter(|correction| correction.from < to && correction.to > from);
        touching
            .map(|correction| {
                let span = (correction.from.max(from), correction.to.min(to));
                Corrected {
                    name: correction.name.clone(),
                    reason: correction.reason.clone(),
                    span,
                    bad: before.map_or(0.0, |before| before.over(span.0, span.1)),
                    as_good: correction.as_good,
                }
            })
            .collect()
    }

    /// What of the budget of the window that ends at, or holds, a moment is spent; none without a source.
    pub fn spending(&self, moment: i64, zone: Tz) -> Option<Spending> {
        Spending::at(self.objective, self.line.as_ref()?, zone, moment)
    }
}

impl Standing {
    /// The events of its window so far; none where nothing happened.
    pub fn tally(&self) -> Option<Tally> {
        self.spending.map(|spending| spending.budget.tally).filter(|tally| tally.total > 0.0)
    }

    /// The share of good events in its window so far.
    pub fn sli(&self) -> Option<f64> {
        self.spending?.budget.sli
    }

    /// Bad events that the budget of its window allows.
    pub fn allowed(&self) -> f64 {
        self.spending.map_or(0.0, |spending| spending.allowed())
    }

    /// The share of the window's budget that is spent.
    pub fn consumed(&self) -> Option<f64> {
        self.spending?.consumed()
    }

    /// The share that remains; below 0 once more is spent than there was.
    pub fn remaining(&self) -> Option<f64> {
        self.spending?.remaining()
    }
}

fn burns(objective: &Objective, line: &Line, moment: i64) -> Vec<Burn> {
    let delay = line.delay_us();
    let timed = line.own().is_some_and(|own| own.timed);
    let longest = objective.window.nominal_s();
    // A look-back shorter than a bucket sees all of it or nothing.
    let lookbacks = LOOKBACKS.into_iter().filter(|seconds| *seconds <= longest && seconds * 1_000_000 >= delay);
    lookbacks
        .map(|lookback_s| {
            // As an alert at that moment would see it: of buckets that are complete, the one that ends just then included.
            let end = if delay > 0 { moment - delay + 1 } else { moment };
            let start = end - lookback_s * 1_000_000;
            let rate = Budget::of(line.over(start, end), objective.target).and_then(|budget| budget.consumed);
            let events = line.events(start, end);
            Burn { lookback_s, rate, events, low: !timed && events < objective.min_events }
        })
        .collect()
}

/// Why the figures of a stretch of time are doubtful.
fn doubt(line: &Line, from: i64, to: i64) -> Option<String> {
    let silent = line.silent(from, to);
    if silent > 0.0 && silent < 1.0 {
        let percent = alerts::figure((silent * 1_000.0).round() / 10.0);
        return Some(format!("parts with {percent} % of its weight have no events: the others stand for them"));
    }
    match line.own()?.impossible {
        0 => None,
        1 => Some("one bucket has more good or bad events than all and was left out".to_owned()),
        count => Some(format!("{count} buckets have more good or bad events than all and were left out")),
    }
}

fn policies(
    context: &Context,
    objective: &Objective,
    line: &Line,
    incidents: Option<&[Incident]>,
    moment: i64,
    zone: Tz,
) -> Vec<PolicyState> {
    let applies = |policy: &&BudgetPolicy| policy.slos.is_empty() || policy.slos.contains(&objective.slo);
    let mut states = Vec::new();
    for policy in context.objectives.policies.iter().filter(applies) {
        for step in &policy.steps {
            let holds = |at: i64| holds(step.when, objective, line, incidents, at, zone);
            let now = holds(moment);
            let since = (now == Some(true)).then(|| since(&holds, moment, objective.window.nominal_s()));
            states.push(PolicyState {
                policy: policy.name.clone(),
                trigger: step.when,
                when: words(step.when),
                action: step.action.clone(),
                holds: now,
                since,
            });
        }
    }
    states
}

/// Whether a step holds at a moment. A window of the calendar that isn't over is judged by the budget of all of it.
fn holds(
    trigger: Trigger,
    objective: &Objective,
    line: &Line,
    incidents: Option<&[Incident]>,
    moment: i64,
    zone: Tz,
) -> Option<bool> {
    let spending = Spending::at(objective, line, zone, moment)?;
    match trigger {
        Trigger::Consumed(share) => Some(spending.consumed()? >= share),
        Trigger::IncidentShare(share) => {
            let largest = incidents::shares(line, incidents?, spending.allowed(), (spending.window.0, moment));
            spending.consumed()?;
            Some(largest.first().is_some_and(|largest| largest.share >= share))
        }
        Trigger::Burn { rate, lookback_s } => {
            let tally = line.over(moment - lookback_s * 1_000_000, moment);
            Some(Budget::of(tally, objective.target)?.consumed? >= rate)
        }
    }
}

/// The earliest hour from which a step has held without a break, at most one window back.
fn since(holds: &dyn Fn(i64) -> Option<bool>, moment: i64, window_s: i64) -> i64 {
    let hours = (window_s / 3_600).clamp(1, 24 * 366);
    let held = (1..=hours).take_while(|back| holds(moment - back * HOUR_US) == Some(true));
    moment - held.last().unwrap_or(0) * HOUR_US
}

/// When a step holds, in words.
fn words(trigger: Trigger) -> String {
    let percent = |share: f64| format!("{} %", alerts::figure(share * 100.0));
    match trigger {
        Trigger::Consumed(share) => format!("{} of the budget consumed", percent(share)),
        Trigger::IncidentShare(share) => format!("one incident took {} of the budget", percent(share)),
        Trigger::Burn { rate, lookback_s } => {
            format!("burn rate of {} over {}", alerts::figure(rate), alerts::span(lookback_s))
        }
    }
}
