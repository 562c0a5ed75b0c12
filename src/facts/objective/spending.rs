//! What of an objective's budget is spent at a moment. A window that isn't over, or of which history begins inside, has a budget for
//! all of it.

use chrono_tz::Tz;

use super::line::Line;
use crate::arithmetic::budget::Budget;
use crate::declaration::objective::Objective;

/// The budget of the window that ends at, or holds, a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    /// Start and end of the window, µs UTC.
    pub window: (i64, i64),
    /// The events until the moment and what they did to the budget.
    pub budget: Budget,
    /// The budget of the whole window, where only a part of it has been seen.
    pub whole: Option<Whole>,
}

/// The budget of a window of which only a part has been seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Whole {
    /// Bad events that the whole window allows, at the traffic so far where events are counted.
    pub allowed: f64,
    /// Share of it that is spent.
    pub consumed: f64,
    /// Whether the traffic of the rest had to be assumed.
    pub estimated: bool,
}

impl Spending {
    /// What is spent at a moment; `zone` is where rolling months are counted. `None` beyond the calendar.
    pub fn at(objective: &Objective, line: &Line, zone: Tz, moment: i64) -> Option<Spending> {
        let window = objective.window.at(moment, zone)?;
        let budget = Budget::of(line.over(window.0, moment), objective.target)?;
        Some(Spending { window, budget, whole: whole(line, &budget, window, moment) })
    }

    /// Bad events that the window's budget allows.
    pub fn allowed(&self) -> f64 {
        self.whole.map_or(self.budget.allowed, |whole| whole.allowed)
    }

    /// The share of the window's budget that is spent; `None` without any event.
    pub fn consumed(&self) -> Option<f64> {
        self.whole.map(|whole| whole.consumed).or(self.budget.consumed)
    }

    /// The share that remains; below 0 once more is spent than there was.
    pub fn remaining(&self) -> Option<f64> {
        self.consumed().map(|consumed| 1.0 - consumed)
    }

    /// Whether no more is spent than there was.
    pub fn kept(&self) -> Option<bool> {
        // 43 min 12 s of 30 days at 99.9 % is all of it, whatever a division makes of it.
        self.consumed().map(|consumed| consumed <= 1.0 + 1e-12)
    }
}

/// The share of a window that may be without history before its budget is no longer taken as seen whole.
const SLACK: f64 = 0.02;

/// The budget of a window of which only a part has been seen: the rest lies ahead, or before the first event that is known. Time is
/// known ahead; traffic is assumed to be as in the part that was seen.
fn whole(line: &Line, budget: &Budget, window: (i64, i64), moment: i64) -> Option<Whole> {
    let (first, _) = line.extent()?;
    if budget.tally.total <= 0.0 {
        return None;
    }
    let (start, end) = (window.0.max(first), window.1.min(moment));
    let (seen, all) = ((end - start) as f64, (window.1 - window.0) as f64);
    if seen <= 0.0 || (window.1 <= moment && all - seen <= SLACK * all) {
        return None;
    }
    let allowed = budget.share * budget.tally.total * (all / seen);
    // Round the clock, every second of the rest is known to come.
    let timed = line.own().is_some_and(|own| own.unit == "seconds");
    let full = timed && (budget.tally.total - seen / 1e6).abs() < 1.0;
    Some(Whole { allowed, consumed: budget.tally.bad / allowed, estimated: !full })
}
