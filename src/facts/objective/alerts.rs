//! The alerts of an objective, replayed over its history: when each would have fired and cleared, and what was spent by then.

use chrono_tz::Tz;

use super::line::Line;
use super::spending::Spending;
use crate::arithmetic::alerting::{self, Condition, Episode};
use crate::arithmetic::budget;
use crate::arithmetic::burn::{self, Severity};
use crate::declaration::objective::Objective;

/// Composites are asked at moments so far apart: their burn rate isn't made of straight lines.
const GRID_US: i64 = 300_000_000;

/// One alert that would have fired.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    /// "page" or "ticket", or what the policy declares.
    pub severity: String,
    /// "1 h and 5 min above 14.4", or the policy's name.
    pub rule: String,
    /// Burn rate that was passed.
    pub factor: f64,
    /// The long look-back, seconds.
    pub lookback_s: i64,
    /// The short look-back beside it, seconds; none where the rule is a policy's own.
    pub short_s: Option<i64>,
    /// When it fired, µs UTC.
    pub fired: i64,
    /// When it cleared; none while it holds.
    pub cleared: Option<i64>,
    /// Share of the window's budget that was spent when it fired.
    pub consumed: Option<f64>,
}

/// One rule: look-backs that must all burn.
pub struct Rule {
    /// "page" or "ticket", or what the policy declares.
    pub severity: String,
    /// What it asks, in words.
    pub words: String,
    /// The long look-back, seconds.
    pub lookback_s: i64,
    /// The short look-back beside it, seconds; none where the rule is a policy's own.
    pub short_s: Option<i64>,
    /// Burn rate.
    pub factor: f64,
    conditions: Vec<Condition>,
    after_us: i64,
}

/// The rules of an objective with its events: the standard windows for its period, and those that it declares.
pub fn rules(objective: &Objective, line: &Line) -> Vec<Rule> {
    let timed = line.own().is_some_and(|own| own.timed);
    // A look-back shorter than a bucket would see all of it or nothing.
    let least_us = line.delay_us();
    // Of time itself there is always enough.
    let min_events = if timed { 0.0 } else { objective.min_events };
    let standard = burn::standard(objective.window.nominal_s()).into_iter().map(|window| {
        let condition = |seconds: i64| Condition {
            lookback_us: (seconds * 1_000_000).max(least_us),
            factor: window.factor,
            inclusive: false,
            min_events,
        };
        Rule {
            severity: window.severity.as_str().to_string(),
            words: format!("{} and {} above {}", span(window.long_s), span(window.short_s), figure(window.factor)),
            lookback_s: window.long_s,
            short_s: Some(window.short_s),
            factor: window.factor,
            conditions: vec![condition(window.long_s), condition(window.short_s)],
            after_us: 0,
        }
    });
    let declared = objective.alerts.iter().map(|alert| Rule {
        severity: if alert.severity.is_empty() {
            Severity::Ticket.as_str().to_string()
        } else {
            alert.severity.clone()
        },
        words: alert.name.clone(),
        lookback_s: alert.lookback_s,
        short_s: None,
        factor: alert.threshold,
        conditions: vec![Condition {
            lookback_us: (alert.lookback_s * 1_000_000).max(least_us),
            factor: alert.threshold,
            inclusive: alert.inclusive,
            min_events,
        }],
        after_us: alert.after_s * 1_000_000,
    });
    standard.chain(declared).collect()
}

/// Every alert of an objective within `[from, to)`, in the order in which they fired.
pub fn replay(objective: &Objective, line: &Line, zone: Tz, (from, to): (i64, i64)) -> Vec<Fired> {
    let Some(share) = budget::share(objective.target) else { return Vec::new() };
    let mut fired = Vec::new();
    let Some((first, _)) = line.extent() else { return Vec::new() };
    let delay = line.delay_us();
    for rule in rules(objective, line) {
        // Before the long look-back is filled with history, a minute of trouble would weigh like days of it.
        let from = from.max(first + delay + rule.longest_us());
        if from >= to {
            continue;
        }
        let episodes = match line {
            Line::Own(own) => {
                // A bucket is known at its end, so its alert comes that much later than its instant; one that ends at the last
                // moment is known then.
                let last = to - delay + i64::from(delay > 0);
                let found =
                    alerting::replay(&own.timeline, share, &rule.conditions, rule.after_us, (from - delay, last));
                let back = |one: Episode| Episode {
                    fired: one.fired + delay,
                    cleared: one.cleared.map(|cleared| cleared + delay),
                };
                found.into_iter().map(back).collect()
            }
            Line::Composite(_) => on_grid(line, share, &rule, (from, to)),
        };
        fired.extend(episodes.into_iter().map(|episode| Fired {
            severity: rule.severity.clone(),
            rule: rule.words.clone(),
            factor: rule.factor,
            lookback_s: rule.lookback_s,
            short_s: rule.short_s,
            fired: episode.fired,
            cleared: episode.cleared,
            consumed: Spending::at(objective, line, zone, episode.fired).and_then(|spending| spending.consumed()),
        }));
    }
    fired.sort_by(|a, b| a.fired.cmp(&b.fired).then(b.factor.total_cmp(&a.factor)).then_with(|| a.rule.cmp(&b.rule)));
    fired
}

impl Rule {
    fn longest_us(&self) -> i64 {
        self.conditions.iter().map(|condition| condition.lookback_us).max().unwrap_or(0)
    }
}

fn on_grid(line: &Line, share: f64, rule: &Rule, (from, to): (i64, i64)) -> Vec<Episode> {
    let delay = line.delay_us();
    let holds = |moment: i64| {
        rule.conditions.iter().all(|condition| {
            // Of buckets, only what is complete; the one that ends just then is.
            let moment = moment - delay + i64::from(delay > 0);
            let start = moment - condition.lookback_us;
            let burn = line.over(start, moment).bad_share().map(|bad| bad / share);
            let passes =
                burn.is_some_and(|burn| burn > condition.factor || (condition.inclusive && burn >= condition.factor));
            passes && line.events(start, moment) >= condition.min_events
        })
    };
    let start = (from + GRID_US - 1).div_euclid(GRID_US) * GRID_US;
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for moment in (start..=to).step_by(GRID_US as usize).filter(|moment| holds(*moment)) {
        match spans.last_mut() {
            Some(last) if last.1 == moment => last.1 = moment + GRID_US,
            _ => spans.push((moment, moment + GRID_US)),
        }
    }
    let lasting = spans.into_iter().filter(|span| span.1 - span.0 > rule.after_us);
    lasting.map(|(start, end)| Episode { fired: start + rule.after_us, cleared: (end <= to).then_some(end) }).collect()
}

/// A look-back in words: "1 h", "5 min", "3 d".
pub fn span(seconds: i64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// A burn rate in at most three significant digits behind the point.
pub fn figure(rate: f64) -> String {
    let text = format!("{rate:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
