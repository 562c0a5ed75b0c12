//! Error budgets: what an objective allows, what is consumed of it, how fast it burns and when it would be gone.
//!
//! The budget is 1 - target, a share of all events; what is consumed of it is (bad / all) / budget (Google, The Site Reliability
//! Workbook, chapters 2 and 5). It may pass 1, and what remains may pass below 0: nothing is clamped.

use crate::arithmetic::statistics::quantile;
use crate::arithmetic::timeline::{Tally, Timeline};

/// µs of a second.
const SECOND_US: f64 = 1e6;
const DAY_US: i64 = 86_400_000_000;

/// What has become of a budget in a stretch of time. Events are in the unit of the tally: requests, slices, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Bad events among all.
    pub tally: Tally,
    /// The share that may be bad, 1 - target.
    pub share: f64,
    /// The share of good events; `None` without any event.
    pub sli: Option<f64>,
    /// Bad events that the budget allows among those seen.
    pub allowed: f64,
    /// Share of the budget consumed: 1 is all of it. Also the burn rate over that stretch. `None` without any event.
    pub consumed: Option<f64>,
    /// 1 less that; negative once more is consumed than there was.
    pub remaining: Option<f64>,
}

impl Budget {
    /// The budget of a `target` (a share above 0 and below 1) against what happened. `None` for another target.
    #[must_use]
    pub fn of(tally: Tally, target: f64) -> Option<Budget> {
        let share = share(target)?;
        let consumed = tally.bad_share().map(|bad| bad / share);
        Some(Budget {
            tally,
            share,
            sli: tally.good_share(),
            allowed: share * tally.total,
            consumed,
            remaining: consumed.map(|consumed| 1.0 - consumed),
        })
    }

    /// Whether the objective is kept: no more is consumed than there was. `None` without any event.
    #[must_use]
    pub fn kept(&self) -> Option<bool> {
        // 43 min 12 s of 30 days at 99.9 % is all of it, whatever a division makes of it.
        self.consumed.map(|consumed| consumed <= 1.0 + 1e-12)
    }

    /// Bad events that may still happen among those seen; negative once there were more.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.allowed - self.tally.bad
    }
}

/// The share that may be bad, freed of the noise of 1 - 0.999. `None` unless `target` lies above 0 and below 1.
#[must_use]
pub fn share(target: f64) -> Option<f64> {
    // 1 - 0.999 is 0.0010000000000000009: fifteen decimals are more than any target has.
    (target > 0.0 && target < 1.0).then(|| ((1.0 - target) * 1e15).round() / 1e15).filter(|share| *share > 0.0)
}

/// The burn rate over `[from, to)`: 1 spends the budget exactly in its period. `None` without events or for an impossible target.
#[must_use]
pub fn burn(timeline: &Timeline, target: f64, from: i64, to: i64) -> Option<f64> {
    Budget::of(timeline.over(from, to), target)?.consumed
}

/// When the rest of a budget would be gone if it burnt on as it did lately. At this rate, not a prophecy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exhaustion {
    /// Median burn rate of the days looked at.
    pub burn: f64,
    /// Lower and upper quartile of them.
    pub burn_range: (f64, f64),
    /// Days that had events.
    pub days: usize,
    /// Seconds until nothing remains at the median; `None` where it would never be, 0 where nothing remains now.
    pub after_s: Option<f64>,
    /// The same at the upper quartile: the soonest.
    pub soonest_s: Option<f64>,
    /// The same at the lower quartile: the latest; `None` where it would never be.
    pub latest_s: Option<f64>,
}

/// `remaining` x period / burn at the median of the last seven days before `moment` (24 hours each; days without events are left
/// out), with the quartiles as range. `burn` gives the burn rate over `[from, to)`. `None` where no day had events.
#[must_use]
pub fn exhaustion(
    burn: &dyn Fn(i64, i64) -> Option<f64>,
    remaining: f64,
    period_s: f64,
    moment: i64,
) -> Option<Exhaustion> {
    let day = |index: i64| burn(moment - (index + 1) * DAY_US, moment - index * DAY_US);
    let mut burns: Vec<f64> = (0..7).filter_map(day).collect();
    let days = burns.len();
    let burn = quantile(&mut burns, 0.5)?;
    let burn_range = (quantile(&mut burns, 0.25)?, quantile(&mut burns, 0.75)?);
    let after = |burn: f64| match () {
        () if remaining <= 0.0 => Some(0.0),
        () if burn <= 0.0 => None,
        () => Some(remaining * period_s / burn),
    };
    let (after_s, soonest_s, latest_s) = (after(burn), after(burn_range.1), after(burn_range.0));
    Some(Exhaustion { burn, burn_range, days, after_s, soonest_s, latest_s })
}

/// Weighted mean of shares: what a composite objective reaches. Parts without a share are left out and the weights of the others
/// count in full; `None` where none is left or the weights aren't above 0.
#[must_use]
pub fn weighted(parts: &[(f64, Option<f64>)]) -> Option<f64> {
    let known = || parts.iter().filter_map(|(weight, share)| share.map(|share| (*weight, share)));
    let weights: f64 = known().map(|(weight, _)| weight).sum();
    (weights > 0.0).then(|| known().map(|(weight, share)| weight * share).sum::<f64>() / weights)
}

/// Seconds of a stretch of time that a target allows to be bad: 43 min 12 s of 30 days at 99.9 %. `None` for an impossible target.
#[must_use]
pub fn allowed_s(target: f64, from: i64, to: i64) -> Option<f64> {
    share(target).map(|share| share * (to.saturating_sub(from)) as f64 / SECOND_US)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::timeline::Mass;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "expected {expected}, found {found}");
    }

    fn of(bad: f64, total: f64, target: f64) -> Budget {
        Budget::of(Tally { bad, total }, target).unwrap()
    }

    #[test]
    fn half_of_all_events_bad_at_ninety_percent() {
        let found = of(3_556.0, 7_112.0, 0.9);
        close(found.sli.unwrap(), 0.5, 0.0);
        close(found.consumed.unwrap(), 5.0, 1e-12);
        close(found.remaining.unwrap(), -4.0, 1e-12);
        // In minutes of its window of 43,200 s: 72 allowed, 360 bad, 288 too many.
        let minutes = 43_200.0 / 60.0 / 7_112.0;
        close(found.allowed * minutes, 72.0, 1e-9);
        close(found.tally.bad * minutes, 360.0, 1e-9);
        close(found.left() * minutes, -288.0, 1e-9);
    }

    #[test]
    fn a_month_of_requests() {
        let found = of(3_663_253.0 - 3_557_865.0, 3_663_253.0, 0.97);
        close(found.sli.unwrap(), 0.971_23, 5e-6);
        close(found.allowed, 109_897.59, 1e-6);
        close(found.consumed.unwrap(), 0.959, 5e-4);
        close(of(14_066.0, 3_663_253.0, 0.97).consumed.unwrap(), 0.1280, 5e-5);
        close(of(1_500.0, 3_000_000.0, 0.999).consumed.unwrap(), 0.5, 1e-12);
    }

    #[test]
    fn nothing_is_not_zero() {
        let found = of(0.0, 0.0, 0.999);
        assert_eq!((found.sli, found.consumed, found.remaining), (None, None, None));
        for target in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(Budget::of(Tally { bad: 1.0, total: 2.0 }, target), None);
        }
        assert_eq!(weighted(&[(1.0, None)]), None);
    }

    #[test]
    fn weighted_composites() {
        let parts = [(0.35, 0.9994), (0.25, 0.9987), (0.20, 0.9991), (0.10, 0.9972), (0.10, 0.9998)];
        close(weighted(&parts.map(|(weight, share)| (weight, Some(share)))).unwrap(), 0.998_985, 1e-12);
        let groups = [(5.0, 0.9976), (5.0, 0.9974), (5.0, 0.9962), (1.0, 0.9997)];
        close(weighted(&groups.map(|(weight, share)| (weight, Some(share)))).unwrap(), 0.997_231_25, 1e-12);
    }

    #[test]
    fn a_steady_burn_says_when_the_rest_is_gone() {
        // 0.2 % bad at 99.9 %: twice the budget, 15 days of 30 for all of it, 7.5 for half.
        let day = |index: i64| Mass { start: index * DAY_US, end: (index + 1) * DAY_US, amount: 1_000.0 };
        let total: Vec<Mass> = (0..7).map(day).collect();
        let bad: Vec<Mass> = total.iter().map(|mass| Mass { amount: 2.0, ..*mass }).collect();
        let line = Timeline::new(&bad, &total);
        let at = |line: &Timeline, remaining: f64, moment: i64| {
            exhaustion(&|from, to| burn(line, 0.999, from, to), remaining, 30.0 * 86_400.0, moment)
        };
        let found = at(&line, 0.5, 7 * DAY_US).unwrap();
        close(found.after_s.unwrap(), 7.5 * 86_400.0, 1e-3);
        assert_eq!(found.days, 7);
        let quiet = at(&Timeline::new(&[], &total), 0.5, 7 * DAY_US).unwrap();
        assert_eq!((quiet.after_s, quiet.latest_s), (None, None));
        assert_eq!(at(&line, -0.1, 7 * DAY_US).unwrap().after_s, Some(0.0));
        assert_eq!(at(&line, 0.5, 0), None);
    }

    proptest! {
        #[test]
        fn what_any_split_of_a_period_consumes_adds_up(
            events in prop::collection::vec((0_i64..100, 0_u8..2), 1..60), cut in 0_i64..100,
        ) {
            let masses = |only_bad: bool| -> Vec<Mass> {
                let kept = events.iter().filter(|(_, bad)| !only_bad || *bad == 1);
                kept.map(|(at, _)| Mass::at(*at, 1.0)).collect()
            };
            let line = Timeline::new(&masses(true), &masses(false));
            let spent = |from, to| line.over(from, to).bad / (share(0.99).unwrap() * events.len() as f64);
            prop_assert!((spent(0, cut) + spent(cut, 100) - spent(0, 100)).abs() < 1e-9);
            let whole = Budget::of(line.over(0, 100), 0.99).unwrap();
            prop_assert!((whole.consumed.unwrap() - spent(0, 100)).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&whole.sli.unwrap()));
        }
    }
}
