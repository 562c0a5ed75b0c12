//! Control charts: whether a figure has moved by more than its usual variation.
//!
//! Individuals (XmR) charts for figures in general, c charts for counts that are small, p and u charts for shares and rates
//! with what they rest on. Refuses to judge on fewer than 13 points.

mod exposed;
#[cfg(test)]
mod false_alarms;
#[cfg(test)]
pub(crate) mod noise;

pub use exposed::{Sample, signal_rates, signal_shares};

use crate::arithmetic::statistics::mean;

/// The charts that a figure can be judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// XmR: limits from the moving ranges of the figures themselves. For everything that the others don't fit.
    Individuals,
    /// c: a count of independent events over periods of one length, with a mean below 10; varies by its square root.
    Counts,
    /// p: a share of so many records; the fewer, the wider its limits.
    Shares,
    /// u: events over an exposure that varies (hours, deployments, the length of the period).
    Rates,
}

impl Chart {
    /// The letter that files and the JSON contract use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Chart::Individuals => "xmr",
            Chart::Counts => "c",
            Chart::Shares => "p",
            Chart::Rates => "u",
        }
    }
}

/// Points, the current one included, below which nothing is signalled.
pub const ENOUGH: usize = 13;

/// Consecutive points on one side of the mean that make a signal.
pub const RUN: usize = 8;
/// Points, each above (or below) the one before it, that make a signal: six points, so five steps (Nelson 1984, rule 3).
pub const TREND: usize = 6;
/// 3 / d2 for moving ranges of two, as commonly printed (d2 = 1.128).
const SPREAD: f64 = 2.66;
/// D4 for moving ranges of two: the upper limit of a range as a multiple of the mean range.
const RANGE: f64 = 3.267;
/// D2 for ranges of two: the upper limit of a range as a multiple of a known standard deviation.
const RANGE_KNOWN: f64 = 3.686;
/// Mean below which counts get limits of their own.
const SMALL_COUNT: f64 = 10.0;

/// The limits of usual variation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Centre line.
    pub mean: f64,
    /// Below it a point is unusual.
    pub lower: f64,
    /// Above it a point is unusual.
    pub upper: f64,
    /// Above it the step from one point to the next is unusual.
    pub range_upper: f64,
}

/// What the current point, with those before it, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// No significant change.
    None,
    /// The current point lies outside the limits.
    Outside,
    /// So many points, 8 or more, up to the current one lie on one side of the mean.
    RunOneSide(usize),
    /// So many points, 6 or more, up to the current one, each lie above (or each below) the one before.
    Trend(usize),
    /// Too few points to say.
    NotEnough,
}

/// XmR limits of `values`, oldest first: mean +- 2.66 x mean moving range (Shewhart; Wheeler, Understanding Variation).
/// `None` for fewer than two values or one that isn't finite.
#[must_use]
pub fn limits(values: &[f64]) -> Option<Limits> {
    let mean_value = mean(values)?;
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    let mean_range = mean(&ranges)?;
    Some(Limits {
        mean: mean_value,
        lower: mean_value - SPREAD * mean_range,
        upper: mean_value + SPREAD * mean_range,
        range_upper: RANGE * mean_range,
    })
}

/// c-chart limits of counts per period: mean +- 3 x its square root, not below 0 (Poisson variation).
/// `None` for no values, a negative one or one that isn't finite.
#[must_use]
pub fn count_limits(values: &[f64]) -> Option<Limits> {
    let mean = mean(values).filter(|_| values.iter().all(|value| *value >= 0.0))?;
    let deviation = mean.sqrt();
    Some(Limits {
        mean,
        lower: (mean - 3.0 * deviation).max(0.0),
        upper: mean + 3.0 * deviation,
        range_upper: RANGE_KNOWN * deviation,
    })
}

/// p-chart limits of a share `mean` (0 to 1) of `n` records: mean +- 3 x sqrt(mean (1 - mean) / n), cut to 0 and 1.
/// `None` for another `mean`, or `n` not above 0.
#[must_use]
pub fn share_limits(mean: f64, n: f64) -> Option<Limits> {
    if !(0.0..=1.0).contains(&mean) || !n.is_finite() || n <= 0.0 {
        return None;
    }
    let deviation = (mean * (1.0 - mean) / n).sqrt();
    Some(Limits {
        mean,
        lower: (mean - 3.0 * deviation).max(0.0),
        upper: (mean + 3.0 * deviation).min(1.0),
        range_upper: RANGE_KNOWN * deviation,
    })
}

/// The signal at the last of `values` (oldest first), against XmR limits computed from the points before it, so that an
/// unusual point doesn't widen the limits that it is held against. Of several signals: outside, then run, then trend.
/// `NotEnough` below 13 points, or where one isn't finite.
#[must_use]
pub fn signal(values: &[f64]) -> (Option<Limits>, Signal) {
    judge(values, limits)
}

/// As `signal`, for counts: c-chart limits where the mean of the points before the current one is below 10, else XmR.
#[must_use]
pub fn signal_counts(values: &[f64]) -> (Option<Limits>, Signal) {
    let chart = |before: &[f64]| if mean(before)? < SMALL_COUNT { count_limits(before) } else { limits(before) };
    let (limits, signal) = judge(values, chart);
    match values.split_last() {
        Some((current, before)) if cries_wolf(before, *current, signal) => (limits, Signal::None),
        _ => (limits, signal),
    }
}

/// The probability below which a rare count is a signal.
const IMPROBABLE: f64 = 0.005;

/// Whether counts are so rare that the rules of the chart would cry wolf: the normal approximation behind its limits fails
/// near 0. Then a point above must be improbable (below 0.5 %) as a Poisson count at the rate (events + 1/2) / periods, and
/// a run below the mean as a run of zeros.
fn cries_wolf(before: &[f64], current: f64, signal: Signal) -> bool {
    let rate = (before.iter().sum::<f64>() + 0.5) / before.len().max(1) as f64;
    if rate >= 1.5 {
        return false;
    }
    match signal {
        Signal::RunOneSide(length) if current <= rate => (-rate * length as f64).exp() > IMPROBABLE,
        Signal::Outside if current > rate => {
            let (mut term, mut below, mut count) = ((-rate).exp(), 0.0, 0.0);
            while count < current {
                below += term;
                count += 1.0;
                term *= rate / count;
            }
            1.0 - below > IMPROBABLE
        }
        _ => false,
    }
}

fn judge(values: &[f64], limits: impl Fn(&[f64]) -> Option<Limits>) -> (Option<Limits>, Signal) {
    if values.len() < ENOUGH || !values.iter().all(|value| value.is_finite()) {
        return (None, Signal::NotEnough);
    }
    let (before, current) = (&values[..values.len() - 1], values[values.len() - 1]);
    let Some(limits) = limits(before) else {
        return (None, Signal::NotEnough);
    };
    // Equal values must not differ from their own mean by rounding.
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let tolerance = 1e-9 * largest;
    let signal = if current < limits.lower - tolerance || current > limits.upper + tolerance {
        Signal::Outside
    } else {
        let run = run_length(values, limits.mean, tolerance);
        let trend = trend(values);
        if run >= RUN {
            Signal::RunOneSide(run)
        } else if trend >= TREND {
            Signal::Trend(trend)
        } else {
            Signal::None
        }
    };
    (Some(limits), signal)
}

/// How many of the last points lie on the same side of `mean`; one on the mean ends the run.
fn run_length(values: &[f64], mean: f64, tolerance: f64) -> usize {
    let count = |side: fn(f64, f64) -> bool| {
        values.iter().rev().take_while(|value| (*value - mean).abs() > tolerance && side(**value, mean)).count()
    };
    count(|value, mean| value > mean).max(count(|value, mean| value < mean))
}

/// How many of the last points rise, or fall, each beyond the one before; the first of them counts too.
fn trend(values: &[f64]) -> usize {
    let count =
        |beyond: fn(f64, f64) -> bool| 1 + values.windows(2).rev().take_while(|pair| beyond(pair[1], pair[0])).count();
    count(|next, last| next > last).max(count(|next, last| next < last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_event_and_a_quiet_spell_of_rare_events_are_no_signals() {
        let quiet = [0.0; 13];
        let with = |last: f64| [&quiet[..], &[last]].concat();
        // Poisson at 0.5 / 13 = 0.0385: one or more has 3.8 %, two or more 0.07 %.
        assert_eq!(signal_counts(&with(1.0)).1, Signal::None);
        assert_eq!(signal_counts(&with(2.0)).1, Signal::Outside);
        // Two events in 25 periods, the last 16 without: e^(-16 x 2.5 / 25) = 20 %.
        let mut spell = vec![0.0; 26];
        (spell[8], spell[9]) = (1.0, 1.0);
        assert_eq!(signal_counts(&spell).1, Signal::None);
    }
    use proptest::prelude::*;

    const STABLE: [f64; 12] = [12.0, 15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 15.0, 14.0, 13.0, 15.0];

    fn with(points: &[f64]) -> Vec<f64> {
        STABLE.iter().chain(points).copied().collect()
    }

    #[test]
    fn known_limits() {
        let found = limits(&STABLE[..10]).unwrap();
        assert!((found.mean - 14.0).abs() < 1e-12);
        assert!((found.lower - 5.133).abs() < 1e-3 && (found.upper - 22.867).abs() < 1e-3);
        assert!((found.range_upper - 10.89).abs() < 1e-3);

        let found = limits(&[10.0, 12.0, 9.0, 11.0, 13.0, 10.0, 8.0, 12.0, 11.0]).unwrap();
        assert!((found.mean - 10.6667).abs() < 1e-4);
        assert!((found.lower - 4.3492).abs() < 1e-4 && (found.upper - 16.9842).abs() < 1e-4);
        // Printed with 3.268; the constant here is 3.267.
        assert!((found.range_upper - 7.7615).abs() < 3e-3);
        assert!(24.0 > found.upper);

        let found = count_limits(&[4.0, 3.0, 5.0, 4.0]).unwrap();
        assert_eq!((found.mean, found.lower, found.upper), (4.0, 0.0, 10.0));

        let found = share_limits(0.1, 100.0).unwrap();
        assert!((found.lower - 0.01).abs() < 1e-12 && (found.upper - 0.19).abs() < 1e-12);
        assert_eq!((share_limits(1.1, 9.0), share_limits(0.5, 0.0)), (None, None));
    }

    #[test]
    fn samples_without_limits() {
        assert_eq!((limits(&[]), limits(&[1.0]), limits(&[1.0, f64::NAN])), (None, None, None));
        assert_eq!((count_limits(&[]), count_limits(&[1.0, -1.0])), (None, None));
        assert_eq!(signal(&STABLE), (None, Signal::NotEnough));
        assert_eq!(signal(&with(&[f64::NAN])), (None, Signal::NotEnough));
    }

    #[test]
    fn a_point_outside() {
        assert_eq!(signal(&with(&[14.0])).1, Signal::None);
        let (found, what) = signal(&with(&[40.0]));
        assert_eq!((found, what), (limits(&STABLE), Signal::Outside));
        assert_eq!(signal(&with(&[-10.0])).1, Signal::Outside);
    }

    #[test]
    fn eight_in_a_row_on_one_side() {
        // The run counts from the end; the mean moves with the points, so they stay well above it.
        let seven = [16.0, 18.0, 17.0, 16.0, 18.0, 17.0, 16.0];
        let mut values: Vec<f64> = [&[10.0, 14.0, 9.0, 13.0, 10.0, 12.0][..], &seven].concat();
        assert_eq!(signal(&values).1, Signal::None);
        values.push(17.0);
        assert_eq!(signal(&values).1, Signal::RunOneSide(8));
        // A point on the mean ends a run.
        assert_eq!(run_length(&[5.0, 5.0, 4.0, 5.0, 5.0], 4.0, 1e-9), 2);
    }

    #[test]
    fn six_points_in_a_row_up_or_down() {
        let mut rising = [15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 11.0, 12.0, 13.0, 14.0, 15.0].to_vec();
        assert_eq!(trend(&rising), 5);
        rising.insert(0, 13.0);
        assert_eq!(signal(&rising).1, Signal::None);
        rising.push(16.0);
        assert_eq!(signal(&rising).1, Signal::Trend(6));
        let falling: Vec<f64> = rising.iter().map(|value| -value).collect();
        assert_eq!(signal(&falling).1, Signal::Trend(6));
        assert_eq!(trend(&[1.0, 2.0, 2.0, 3.0]), 2);
    }

    #[test]
    fn equal_values_are_no_signal() {
        assert_eq!(signal(&[0.1; 30]).1, Signal::None);
        assert_eq!(signal(&[0.0; 30]).1, Signal::None);
        assert_eq!(signal_counts(&[3.0; 30]).1, Signal::None);
    }

    #[test]
    fn small_counts_have_their_own_limits() {
        // Twelve equal counts have no moving range, but a Poisson count of 4 varies.
        let values = [&[4.0; 12][..], &[9.0]].concat();
        assert_eq!(signal(&values).1, Signal::Outside);
        assert_eq!(signal_counts(&values).1, Signal::None);
        assert_eq!(signal_counts(&[&[4.0; 12][..], &[11.0]].concat()).1, Signal::Outside);
        let large = with(&[14.0]);
        assert_eq!(signal_counts(&large), signal(&large));
    }

    proptest! {
        #[test]
        fn runs_and_trends_equal_their_definitions(values in prop::collection::vec(-3..4_i32, 1..30)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let n = values.len();
            let longest = |good: &dyn Fn(&[f64]) -> bool| (0..=n).rev().find(|k| good(&values[n - k..])).unwrap_or(0);
            let one_side = |tail: &[f64]| tail.iter().all(|v| *v > 0.0) || tail.iter().all(|v| *v < 0.0);
            prop_assert_eq!(run_length(&values, 0.0, 1e-12), longest(&one_side));
            let steady = |tail: &[f64]| {
                let steps: Vec<f64> = tail.windows(2).map(|pair| pair[1] - pair[0]).collect();
                steps.iter().all(|s| *s > 0.0) || steps.iter().all(|s| *s < 0.0)
            };
            prop_assert_eq!(trend(&values), longest(&steady));
        }
    }
}
