//! Statistics of a survival curve over the rows of one cell.

use super::aggregate::{Cell, Figure};
use super::columns::Columns;
use crate::arithmetic::statistics;
use crate::arithmetic::survival::kaplan_meier;
use crate::declaration::expression::{Aggregate, Function};
use crate::declaration::metric::IntervalKind;

/// A value with the bounds of its interval.
type Reading = (Option<f64>, Option<f64>, Option<f64>);

/// Where all or none have ended the band of the curve has no width. As long as nothing was lost from sight before, the curve is a
/// plain share, and so is its interval (Wilson).
fn plain_share(observations: &[(f64, bool)], time: f64) -> Option<(f64, f64)> {
    let lost = observations.iter().any(|(lasted, seen)| !seen && *lasted < time);
    let ended = observations.iter().filter(|(lasted, seen)| *seen && *lasted <= time).count();
    if lost { None } else { statistics::wilson(ended as f64, observations.len() as f64) }
}

/// The value that each statistic reads off the curve, with its 95 % interval. Where the longest observation is shorter than the
/// time that a statistic asks about and something is still open, the curve doesn't say: no value.
fn read(observations: &[(f64, bool)], longest: f64, function: Function, constant: f64) -> Reading {
    let curve = &kaplan_meier(observations);
    let quantile = |p: f64| {
        let (lower, upper) = curve.quantile_interval(p);
        (curve.quantile(p), lower, upper)
    };
    let reaches = |time: f64| longest >= time || curve.at(longest) <= 0.0;
    let bounded = |value: f64, bounds: Option<(f64, f64)>| (Some(value), bounds.map(|b| b.0), bounds.map(|b| b.1));
    match function {
        Function::KmMedian => quantile(0.5),
        Function::KmQuantile => quantile(constant),
        Function::KmMean if reaches(constant) => {
            bounded(curve.restricted_mean(constant), curve.restricted_mean_interval(constant))
        }
        Function::KmWithin if reaches(constant) => {
            let bounds = curve.within_interval(constant).or_else(|| plain_share(observations, constant));
            bounded(1.0 - curve.at(constant), bounds)
        }
        _ => (None, None, None),
    }
}

/// A survival statistic of a cell: rows without a duration are left out, the others are n.
pub(super) fn figure(columns: &Columns, cell: &Cell, aggregate: &Aggregate, interval: IntervalKind) -> Figure {
    let [duration, seen] = aggregate.arguments.as_slice() else { return Figure::default() };
    let (duration, seen) = (columns.number(&duration.sql), columns.truth(&seen.sql));
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let observations: Vec<(f64, bool)> = cell
        .rows
        .iter()
        .map(|row| *row as usize)
        .filter(|row| filter.is_none_or(|filter| filter[*row]) && !duration[*row].is_nan())
        .map(|row| (duration[row], seen[row]))
        .collect();
    let Some(longest) = observations.iter().map(|(time, _)| *time).reduce(f64::max) else {
        return Figure::default();
    };
    let (value, lower, upper) = read(&observations, longest, aggregate.function, aggregate.constant.unwrap_or(0.0));
    let shown = interval != IntervalKind::None;
    Figure {
        value,
        n: observations.len() as u64,
        lower: lower.filter(|_| shown),
        upper: upper.filter(|_| shown),
        censored: observations.iter().any(|(_, seen)| !seen),
        ..Figure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_none_within_a_time_has_the_interval_of_a_plain_share() {
        let all: Vec<(f64, bool)> = (1..=10).map(|time| (f64::from(time), true)).collect();
        let (value, lower, upper) = read(&all, 10.0, Function::KmWithin, 20.0);
        // 10 of 10, and 0 of 10: published Wilson intervals.
        assert!(value == Some(1.0) && (lower.unwrap() - 0.722_467).abs() < 1e-6 && upper == Some(1.0));
        let (value, lower, upper) = read(&all, 10.0, Function::KmWithin, 0.5);
        assert!(value == Some(0.0) && lower == Some(0.0) && (upper.unwrap() - 0.2775).abs() < 1e-4);
        let mut lost = all.clone();
        lost[0].1 = false;
        assert_eq!(read(&lost, 10.0, Function::KmWithin, 20.0), (Some(1.0), None, None));
    }

    #[test]
    fn beyond_what_was_seen_the_curve_says_nothing() {
        let open = [(5.0, true), (8.0, false)];
        let value = |function, constant| read(&open, 8.0, function, constant).0;
        assert_eq!((value(Function::KmWithin, 8.0), value(Function::KmWithin, 8.5)), (Some(0.5), None));
        assert_eq!((value(Function::KmMean, 8.0), value(Function::KmMean, 9.0)), (Some(6.5), None));
        assert_eq!((value(Function::KmQuantile, 0.5), value(Function::KmQuantile, 0.6)), (Some(5.0), None));
    }
}
