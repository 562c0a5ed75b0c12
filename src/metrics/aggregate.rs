//! Aggregates over the rows of one cell: the value, what was divided, n, and the 95 % interval.

use super::attainment;
use super::columns::Columns;
use super::parts;
use super::ranking;
use super::survival;
use crate::arithmetic::statistics;
use crate::declaration::expression::{Aggregate, Function, Operator, Value};
use crate::declaration::metric::IntervalKind;

/// The rows that a figure is made of.
pub(super) struct Cell<'a> {
    /// Row numbers of the fact, in order.
    pub rows: &'a [u32],
    /// For a stock: the start of each row's life, and the moment at which ages are taken.
    pub ages: Option<(&'a [i64], i64)>,
    /// Start of the period, and its end or as-of when that is earlier, µs UTC.
    pub span: (i64, i64),
}

/// A figure before it is dressed as a measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figure {
    /// The value.
    pub value: Option<f64>,
    /// What was divided, and by what, for a quotient.
    pub numerator: Option<f64>,
    /// See `numerator`.
    pub denominator: Option<f64>,
    /// Rows, or events, behind the value.
    pub n: u64,
    /// 95 % interval.
    pub lower: Option<f64>,
    /// 95 % interval.
    pub upper: Option<f64>,
    /// Share of the rows whose value is present, where that means something.
    pub present: Option<f64>,
    /// Whether open records are in it as censored observations.
    pub censored: bool,
}

/// The word that stands for a row's age in the metrics of a stock.
pub(super) const AGE: &str = "age_s";

/// Evaluates a metric's value over a cell.
pub(super) fn figure(columns: &Columns, cell: &Cell, value: &Value, interval: IntervalKind) -> Figure {
    match value {
        Value::Aggregate(aggregate) => single(columns, cell, aggregate, interval),
        Value::Binary { operator: Operator::Divide, left, right } => quotient(columns, cell, left, right, interval),
        _ => {
            let mut n = 0;
            let value = number(columns, cell, value, &mut n);
            Figure { value, n, ..Figure::default() }
        }
    }
}

fn quotient(columns: &Columns, cell: &Cell, left: &Value, right: &Value, interval: IntervalKind) -> Figure {
    let (mut above, mut below) = (0, 0);
    let numerator = number(columns, cell, left, &mut above);
    let denominator = number(columns, cell, right, &mut below);
    let value = match (numerator, denominator) {
        (Some(a), Some(b)) if b != 0.0 => Some(a / b).filter(|value| value.is_finite()),
        _ => None,
    };
    let bounds = match (interval, numerator, denominator) {
        (IntervalKind::Wilson, Some(a), Some(b)) => statistics::wilson(a, b),
        (IntervalKind::Poisson, Some(a), Some(b)) if b > 0.0 && a >= 0.0 => {
            let (lower, upper) = statistics::poisson(a.round() as u64);
            Some((lower / b, upper / b))
        }
        _ => None,
    }
    .filter(|_| value.is_some());
    Figure {
        value,
        numerator,
        denominator,
        n: below,
        lower: bounds.map(|bounds| bounds.0),
        upper: bounds.map(|bounds| bounds.1),
        present: None,
        censored: false,
    }
}

/// A tree of arithmetic over aggregates; `n` becomes the largest n of its aggregates.
fn number(columns: &Columns, cell: &Cell, value: &Value, n: &mut u64) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Aggregate(aggregate) => {
            let figure = single(columns, cell, aggregate, IntervalKind::None);
            *n = (*n).max(figure.n);
            figure.value
        }
        Value::Binary { operator, left, right } => {
            let a = number(columns, cell, left, n)?;
            let b = number(columns, cell, right, n)?;
            let result = match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if b == 0.0 => return None,
                Operator::Divide => a / b,
            };
            result.is_finite().then_some(result)
        }
    }
}

fn single(columns: &Columns, cell: &Cell, aggregate: &Aggregate, interval: IntervalKind) -> Figure {
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let passes = |row: &&u32| filter.is_none_or(|filter| filter[**row as usize]);
    let argument = aggregate.arguments.first().map(|argument| argument.sql.as_str());
    let count = |count: usize| Figure { value: Some(count as f64), n: count as u64, ..Figure::default() };
    let mut figure = match (aggregate.function, argument) {
        (Function::Count, None) => count(cell.rows.iter().filter(passes).count()),
        (Function::Count, Some(sql)) if aggregate.distinct => {
            let Some(words) = columns.word(sql) else { return Figure::default() };
            let mut codes: Vec<u32> = cell.rows.iter().filter(passes).map(|row| words.codes[*row as usize]).collect();
            codes.sort_unstable();
            codes.dedup();
            count(codes.iter().filter(|code| **code != 0).count())
        }
        (Function::Count, Some(sql)) => {
            let present = columns.presence(sql);
            count(cell.rows.iter().filter(passes).filter(|row| present[**row as usize]).count())
        }
        (Function::Attainment, Some(_)) => return attainment::figure(columns, cell, aggregate),
        (function, Some(_)) if function.is_ranking() => return ranking::figure(columns, cell, aggregate),
        (Function::MeanBy, Some(_)) => return parts::figure(columns, cell, aggregate, interval),
        (function, Some(_)) if function.is_survival() => return survival::figure(columns, cell, aggregate, interval),
        (function, Some(_)) if function.is_reliability() => {
            return super::reliability::figure(columns, cell, aggregate, interval);
        }
        (function, Some(sql)) => {
            let (mut values, rows) = gather(columns, cell, sql, filter);
            let mut figure = over(function, aggregate.quantile, &mut values, interval);
            figure.n = values.len() as u64;
            figure.present = (rows > 0).then(|| values.len() as f64 / rows as f64);
            figure
        }
        (_, None) => Figure::default(),
    };
    if interval == IntervalKind::Poisson
        && let Some(value) = figure.value.filter(|value| *value >= 0.0)
    {
        let (lower, upper) = statistics::poisson(value.round() as u64);
        (figure.lower, figure.upper) = (Some(lower), Some(upper));
    }
    figure
}

/// The present values of an expression in a cell, and how many rows there were.
pub(super) fn gather(columns: &Columns, cell: &Cell, sql: &str, filter: Option<&[bool]>) -> (Vec<f64>, usize) {
    let rows = cell.rows.iter().filter(|row| filter.is_none_or(|filter| filter[**row as usize]));
    let mut seen = 0;
    let mut values = Vec::with_capacity(cell.rows.len());
    match (sql, cell.ages) {
        (AGE, Some((from, moment))) => {
            for row in rows {
                seen += 1;
                values.push((moment - from[*row as usize]) as f64 / 1e6);
            }
        }
        _ => {
            let column = columns.number(sql);
            for row in rows {
                seen += 1;
                let value = column[*row as usize];
                if !value.is_nan() {
                    values.push(value);
                }
            }
        }
    }
    (values, seen)
}

fn over(function: Function, quantile: Option<f64>, values: &mut [f64], interval: IntervalKind) -> Figure {
    let value = match function {
        _ if values.is_empty() => None,
        Function::Sum => Some(values.iter().sum()),
        Function::Avg => statistics::mean(values),
        Function::Min => values.iter().copied().reduce(f64::min),
        Function::Max => values.iter().copied().reduce(f64::max),
        Function::Median => statistics::quantile(values, 0.5),
        Function::Quantile => quantile.and_then(|p| statistics::quantile(values, p)),
        // Rows are counted, and named statistics computed, before values are gathered.
        _ => None,
    };
    let bounds = match interval {
        IntervalKind::Mean => statistics::mean_interval(values),
        IntervalKind::Median => {
            let p = if function == Function::Quantile { quantile } else { Some(0.5) };
            p.and_then(|p| statistics::quantile_interval(values, p))
        }
        _ => None,
    };
    Figure {
        value: value.filter(|value| value.is_finite()),
        lower: bounds.map(|bounds| bounds.0),
        upper: bounds.map(|bounds| bounds.1),
        ..Figure::default()
    }
}
