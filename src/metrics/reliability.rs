//! Statistics of operating time and failures over the rows of one cell: mean time between failures, mission reliability, and
//! growth or decay over the period.

use super::aggregate::{Cell, Figure, gather};
use super::columns::{Columns, NEVER};
use crate::arithmetic::{growth, reliability};
use crate::declaration::expression::{Aggregate, Function};
use crate::declaration::metric::IntervalKind;

/// Confidence of two-sided intervals.
const CONFIDENCE: f64 = 0.95;

/// A statistic of reliability over a cell.
pub(super) fn figure(columns: &Columns, cell: &Cell, aggregate: &Aggregate, interval: IntervalKind) -> Figure {
    let mut figure = if aggregate.function.takes_instants() {
        over_instants(columns, cell, aggregate)
    } else {
        over_time(columns, cell, aggregate)
    };
    if interval == IntervalKind::None {
        (figure.lower, figure.upper) = (None, None);
    }
    figure
}

/// Of (operating time, failures). n is the number of failures.
fn over_time(columns: &Columns, cell: &Cell, aggregate: &Aggregate) -> Figure {
    let [time, failures] = aggregate.arguments.as_slice() else { return Figure::default() };
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let time: f64 = gather(columns, cell, &time.sql, filter).0.iter().sum();
    let (counts, _) = gather(columns, cell, &failures.sql, filter);
    if counts.is_empty() || time <= 0.0 {
        return Figure::default();
    }
    let failures: f64 = counts.iter().sum();
    let count = failures.round() as u64;
    let bounds = reliability::mtbf(time, count, CONFIDENCE);
    let (value, lower, upper) = match (aggregate.function, &bounds) {
        (Function::MtbfLower, _) => {
            (reliability::mtbf_at_least(time, count, aggregate.constant.unwrap_or(CONFIDENCE)), None, None)
        }
        (Function::MissionReliability, Some(bounds)) => {
            let mission = reliability::mission_reliability(bounds, aggregate.constant.unwrap_or(0.0));
            mission.map_or((None, None, None), |mission| (mission.value, mission.lower, mission.upper))
        }
        // Without a failure there is no point value, only a lower bound.
        (_, Some(bounds)) => (bounds.value, bounds.lower, bounds.upper),
        (_, None) => (None, None, None),
    };
    Figure { value, numerator: Some(time), denominator: Some(failures), n: count, lower, upper, ..Figure::default() }
}

/// Of instants against the cell's period. n is the number of instants.
fn over_instants(columns: &Columns, cell: &Cell, aggregate: &Aggregate) -> Figure {
    let Some(column) = aggregate.arguments.first().and_then(|argument| argument.columns.first()) else {
        return Figure::default();
    };
    let column = columns.instant(column);
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let rows = cell.rows.iter().map(|row| *row as usize).filter(|row| filter.is_none_or(|filter| filter[*row]));
    let instants: Vec<i64> = rows.map(|row| column[row]).filter(|at| *at != NEVER).collect();
    let (start, moment) = cell.span;
    let seconds = |from: i64, to: i64| to.saturating_sub(from) as f64 / 1e6;
    let n = instants.len() as u64;
    if aggregate.function == Function::Since {
        let value = instants.iter().max().map(|last| seconds(*last, moment).max(0.0));
        return Figure { value, n, ..Figure::default() };
    }
    let times: Vec<f64> = instants.iter().map(|at| seconds(start, *at)).collect();
    let total = seconds(start, moment);
    let (value, bounds) = match aggregate.function {
        Function::Laplace => (growth::laplace(&times, total), None),
        function => match growth::crow_amsaa(&times, total) {
            Some(model) if function == Function::GrowthBeta => {
                // One at the very start has no part in the fit.
                let fitted = times.iter().filter(|time| **time > 0.0).count() as u64;
                (Some(model.beta), growth::beta_interval(model.beta, fitted, CONFIDENCE))
            }
            model => (model.map(|model| model.instantaneous_mtbf), None),
        },
    };
    let (lower, upper) = (bounds.map(|bounds| bounds.0), bounds.map(|bounds| bounds.1));
    Figure { value, n, lower, upper, ..Figure::default() }
}
