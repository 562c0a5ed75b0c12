//! The values behind a figure: where the durations lie whose median, percentile or Kaplan-Meier estimate is reported, by exactly
//! the rules by which `evaluate` takes rows into that figure.

use std::collections::BTreeMap;

use super::aggregate::{Cell, gather};
use super::cells::Cells;
use super::columns::Columns;
use super::evaluate::{FactSource, Job, MeasureError, Request, need};
use crate::arithmetic::period::Period;
use crate::declaration::expression::{Aggregate, Value};
use crate::declaration::metric::{Definition, Metric, Time};

/// The values behind one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Id of the metric.
    pub metric: String,
    /// The slice; empty for the overall figure.
    pub dims: BTreeMap<String, String>,
    /// The period.
    pub period: Period,
    /// Each value, and whether it is final: a duration that still runs is not. Ascending.
    pub values: Vec<(f64, bool)>,
}

/// The values behind the figures that are asked for, one distribution for each slice and period. A metric that isn't one aggregate
/// over values has none.
///
/// # Errors
/// When a metric is unknown, its fact cannot be read, or an expression is refused.
pub fn distributions(
    facts: FactSource,
    metrics: &BTreeMap<String, Metric>,
    requests: &[Request],
    as_of: i64,
) -> Result<Vec<Distribution>, MeasureError> {
    let mut found = Vec::new();
    for request in requests {
        let metric = metrics.get(&request.metric).ok_or_else(|| MeasureError::UnknownMetric(request.metric.clone()))?;
        let Definition::Aggregate { fact, time, population, exclude, value: Value::Aggregate(aggregate), .. } =
            &metric.definition
        else {
            continue;
        };
        let frame = facts(fact)?;
        let mut needs = super::columns::Needs::default();
        need(&mut needs, metric, &request.by, request.filter.as_ref());
        let columns =
            Columns::evaluate(&frame, &needs).map_err(|error| MeasureError::Expression(fact.clone(), error))?;
        let moments: Vec<i64> = request.periods.iter().map(|period| period.end.min(as_of.saturating_add(1))).collect();
        let cells = Cells::build(&columns, time, &request.by, &request.periods, &moments);
        let job = Job { columns: &columns, metric, cells: &cells, filter: request.filter.as_ref() };
        for (group, dims) in cells.groups.iter().enumerate() {
            for (index, period) in request.periods.iter().enumerate() {
                let (rows, _) = job.population(cells.rows(group, index), population.as_ref(), exclude);
                let ages = match time {
                    Time::Alive { from, since, .. } => {
                        Some((columns.instant(since.as_ref().unwrap_or(from)), moments[index]))
                    }
                    Time::At(_) => None,
                };
                let cell = Cell { rows: &rows, ages, span: (period.start, moments[index]) };
                found.push(Distribution {
                    metric: metric.id.clone(),
                    dims: dims.clone(),
                    period: period.clone(),
                    values: values(&columns, &cell, aggregate),
                });
            }
        }
    }
    Ok(found)
}

/// The values that an aggregate is made of, ascending.
fn values(columns: &Columns, cell: &Cell, aggregate: &Aggregate) -> Vec<(f64, bool)> {
    let Some(argument) = aggregate.arguments.first() else { return Vec::new() };
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let mut values: Vec<(f64, bool)> = match aggregate.arguments.get(1) {
        Some(seen) if aggregate.function.is_survival() => {
            let (lasted, seen) = (columns.number(&argument.sql), columns.truth(&seen.sql));
            let rows = cell.rows.iter().map(|row| *row as usize);
            let kept = rows.filter(|row| filter.is_none_or(|filter| filter[*row]) && !lasted[*row].is_nan());
            kept.map(|row| (lasted[row], seen[row])).collect()
        }
        Some(_) => Vec::new(),
        None => gather(columns, cell, &argument.sql, filter).0.into_iter().map(|value| (value, true)).collect(),
    };
    values.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
    values
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::arithmetic::period;
    use crate::arithmetic::statistics::quantile;
    use crate::arithmetic::survival::kaplan_meier;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::lake::instant_type;
    use crate::metrics::evaluate;
    use crate::scorecard::example;

    const HOUR: i64 = 3_600_000_000;

    /// Tickets of three weeks, some children, some open, two services.
    fn tickets() -> DataFrame {
        let start = example::period().start - 7 * 24 * HOUR;
        let rows = 400_i64;
        let opened: Vec<i64> = (0..rows).map(|row| start + row * 2 * HOUR).collect();
        let lasted: Vec<i64> = (0..rows).map(|row| (row * row * 37) % 90_000 + 60).collect();
        let resolved: Vec<bool> = (0..rows).map(|row| row % 11 != 3).collect();
        let ended = opened.iter().zip(&lasted).zip(&resolved).map(|((at, s), done)| done.then_some(at + s * 1_000_000));
        let seconds = |keep: bool| -> Vec<Option<i64>> {
            lasted.iter().zip(&resolved).map(|(s, done)| (keep || *done).then_some(*s)).collect()
        };
        DataFrame::new(
            rows as usize,
            vec![
                Column::new("opened_at".into(), opened.clone()).cast(&instant_type()).unwrap(),
                Column::new("resolved_at".into(), ended.collect::<Vec<_>>()).cast(&instant_type()).unwrap(),
                Column::new("resolved".into(), resolved.clone()),
                Column::new("observed_s".into(), seconds(true)),
                Column::new("time_to_resolve_s".into(), seconds(false)),
                Column::new("parent".into(), (0..rows).map(|row| (row % 7 == 0).then_some("P")).collect::<Vec<_>>()),
                Column::new(
                    "service".into(),
                    (0..rows).map(|row| if row % 3 == 0 { "A" } else { "B" }).collect::<Vec<_>>(),
                ),
            ],
        )
        .unwrap()
    }

    #[test]
    fn the_values_give_the_figure_that_evaluate_gives() {
        let definitions = Definitions::load(&Catalogue::embedded());
        let period = period::parse("2026-W46", example::ZONE, example::as_of()).unwrap();
        for (metric, p) in [
            ("time_to_resolve_median", Some(0.5)),
            ("time_to_resolve_p90", Some(0.9)),
            ("time_to_resolve_mean", None),
            ("time_to_resolve_km_median", Some(0.5)),
            ("time_to_resolve_km_p90", Some(0.9)),
        ] {
            for by in [Vec::new(), vec!["service".to_owned()]] {
                let request =
                    Request { metric: metric.to_owned(), by, periods: period.trailing(2, example::ZONE), filter: None };
                let asked = [request];
                let source = |_: &str| Ok(tickets());
                let figures = evaluate(&source, &definitions.metrics, &asked, example::as_of()).unwrap();
                let values = distributions(&source, &definitions.metrics, &asked, example::as_of()).unwrap();
                assert_eq!(figures.len(), values.len());
                for (figure, found) in figures.iter().zip(&values) {
                    assert_eq!((&figure.dims, &figure.period), (&found.dims, &found.period));
                    let mut plain: Vec<f64> = found.values.iter().map(|value| value.0).collect();
                    let again = match p {
                        Some(p) if metric.contains("km") => kaplan_meier(&found.values).quantile(p),
                        Some(p) => quantile(&mut plain, p),
                        None => crate::arithmetic::statistics::mean(&plain),
                    };
                    assert!(figure.n > 10 && figure.n as usize == found.values.len(), "{metric}: {}", figure.n);
                    let (one, other) = (figure.value.unwrap(), again.unwrap());
                    assert!((one - other).abs() <= 1e-9 * one.abs(), "{metric}: {one} {other}");
                }
            }
        }
    }

    #[test]
    fn a_count_has_no_values_and_an_unknown_metric_is_an_error() {
        let definitions = Definitions::load(&Catalogue::embedded());
        let ask = |metric: &str| {
            let request =
                Request { metric: metric.to_owned(), by: Vec::new(), periods: vec![example::period()], filter: None };
            distributions(&|_| Ok(tickets()), &definitions.metrics, &[request], example::as_of())
        };
        assert!(ask("tickets_opened").unwrap().iter().all(|found| found.values.is_empty()));
        assert!(ask("no_such_metric").is_err());
    }
}
