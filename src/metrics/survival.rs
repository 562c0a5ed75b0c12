//! Statistics of a survival curve over the rows of one cell.

use super::aggregate::{Cell, Figure};
use super::columns::Columns;
use crate::arithmetic::survival::{Survival, kaplan_meier};
use crate::declaration::expression::{Aggregate, Function};
use crate::declaration::metric::IntervalKind;

/// The value that each statistic reads off the curve, with its 95 % interval. Where the longest observation is shorter than the
/// time that a statistic asks about and something is still open, the curve doesn't say: no value.
fn read(curve: &Survival, longest: f64, function: Function, constant: f64) -> (Option<f64>, Option<f64>, Option<f64>) {
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
        Function::KmWithin if reaches(constant) => bounded(1.0 - curve.at(constant), curve.within_interval(constant)),
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
    let curve = kaplan_meier(&observations);
    let (value, lower, upper) = read(&curve, longest, aggregate.function, aggregate.constant.unwrap_or(0.0));
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
