//! Checks the worked example of a metric with the kernel: rows in, figure out.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::cells::Cells;
use super::columns::{Columns, NEVER, Needs};
use super::evaluate::{Job, need};
use crate::arithmetic::local_time::from_rfc3339;
use crate::arithmetic::period::{Period, PeriodKind};
use crate::declaration::metric::{Definition, Example, Metric, Time};
use crate::declaration::table::{Kind, Table};
use crate::lake::{data_type, instant_type};

/// What a metric's example gives, where it is not what it expects: one sentence per difference.
///
/// Index metrics are combined by the scorecard and not checked here.
pub fn differences(metric: &Metric, facts: &BTreeMap<String, Table>) -> Vec<String> {
    let Some(example) = &metric.example else { return vec!["there is no example".to_string()] };
    let expect = &example.expect;
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: Option<f64>, got: Option<f64>| {
        let same = match (expected, got) {
            (Some(expected), Some(got)) => (expected - got).abs() <= 1e-6 * expected.abs().max(1.0),
            (Some(_), None) => false,
            (None, _) => true,
        };
        if !same {
            let got = got.map_or_else(|| "none".to_string(), |got| got.to_string());
            found.push(format!("{what}: expected {}, found {got}", expected.unwrap_or(f64::NAN)));
        }
    };
    let (value, state, numerator, denominator, n) = match &metric.definition {
        Definition::Index { .. } => return Vec::new(),
        Definition::Formula(formula) => {
            let value = formula.evaluate(&|name| example.inputs.get(name).copied());
            let state = if value.is_some() { "value" } else { "not_applicable" };
            (value, state, None, None, None)
        }
        Definition::Aggregate { fact, time, .. } => {
            let Some(fact) = facts.get(fact) else { return vec![format!("unknown fact `{fact}`")] };
            match over_rows(metric, fact, time, example) {
                Ok(measure) => {
                    let state = measure.state.as_str();
                    (measure.value, state, measure.numerator, measure.denominator, Some(measure.n as f64))
                }
                Err(error) => return vec![error.to_string()],
            }
        }
    };
    compare("value", expect.value, value);
    compare("numerator", expect.numerator, numerator);
    compare("denominator", expect.denominator, denominator);
    compare("n", expect.n.map(|n| n as f64), n);
    if let Some(expected) = &expect.state
        && expected != state
    {
        found.push(format!("state: expected {expected}, found {state}"));
    }
    if expect.state.is_none() && expect.value.is_some() && state != "value" {
        found.push(format!("state: expected value, found {state}"));
    }
    found
}

fn over_rows(metric: &Metric, fact: &Table, time: &Time, example: &Example) -> PolarsResult<super::measure::Measure> {
    let frame = frame(fact, &example.rows)?;
    let mut needs = Needs::default();
    need(&mut needs, metric, &[], None);
    let columns = Columns::evaluate(&frame, &needs)?;
    let moment = example.moment.unwrap_or(i64::MAX);
    let cells = match time {
        Time::At(_) => Cells::all(frame.height()),
        Time::Alive { .. } => {
            let period = Period { id: "example".into(), kind: PeriodKind::Range, start: NEVER + 1, end: moment };
            Cells::build(&columns, time, &[], &[period], &[moment])
        }
    };
    let start = example.start.unwrap_or(NEVER + 1);
    let period = Period { id: "example".into(), kind: PeriodKind::Range, start, end: i64::MAX };
    let job = Job { columns: &columns, metric, cells: &cells, filter: None };
    Ok(job.measure(0, 0, period, moment, i64::MAX))
}

/// The example's rows as a frame with all columns of the fact; what a row does not name is missing.
fn frame(fact: &Table, rows: &[toml::Table]) -> PolarsResult<DataFrame> {
    let mut columns = Vec::new();
    for column in &fact.columns {
        let cells = rows.iter().map(|row| row.get(&column.name));
        let name = column.name.as_str().into();
        columns.push(match column.kind {
            Kind::Text => Column::new(name, cells.map(|cell| cell?.as_str()).collect::<Vec<_>>()),
            Kind::Boolean => Column::new(name, cells.map(|cell| cell?.as_bool()).collect::<Vec<_>>()),
            Kind::Integer => Column::new(name, cells.map(|cell| cell?.as_integer()).collect::<Vec<_>>()),
            Kind::Instant => {
                let at = |cell: Option<&toml::Value>| match cell? {
                    toml::Value::Datetime(at) => from_rfc3339(&at.to_string()),
                    other => from_rfc3339(other.as_str()?),
                };
                Column::new(name, cells.map(at).collect::<Vec<_>>()).cast(&instant_type())?
            }
            Kind::Number | Kind::Seconds | Kind::Share => {
                let number = |cell: Option<&toml::Value>| {
                    let cell = cell?;
                    cell.as_float().or_else(|| cell.as_integer().map(|whole| whole as f64))
                };
                Column::new(name, cells.map(number).collect::<Vec<_>>()).cast(&data_type(column.kind))?
            }
        });
    }
    DataFrame::new(rows.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::super::aggregate::figure;
    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::declaration::metric::IntervalKind;

    #[test]
    fn a_wrong_expectation_is_told() {
        let mut definitions = Definitions::load(&Catalogue::embedded());
        let metric = definitions.metrics.get_mut("change_failure_rate").unwrap();
        if let Some(example) = &mut metric.example {
            example.expect.value = Some(0.123);
        }
        let told = differences(metric, &definitions.facts);
        assert!(told[0].starts_with("value: expected 0.123, found "), "{told:?}");
    }

    #[test]
    fn an_empty_fact_gives_no_data_and_never_a_zero_share() {
        let definitions = Definitions::load(&Catalogue::embedded());
        let metric = &definitions.metrics["change_failure_rate"];
        let fact = &definitions.facts["changes"];
        let columns = Columns::evaluate(&frame(fact, &[]).unwrap(), &{
            let mut needs = Needs::default();
            need(&mut needs, metric, &[], None);
            needs
        })
        .unwrap();
        let Definition::Aggregate { value, .. } = &metric.definition else { unreachable!() };
        let cell = super::super::aggregate::Cell { rows: &[], ages: None, span: (0, 1) };
        assert_eq!(figure(&columns, &cell, value, IntervalKind::Wilson).value, None);
    }
}
