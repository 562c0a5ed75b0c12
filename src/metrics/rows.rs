//! The rows that a figure rests on, and those that it leaves out with the rule that left them out: together all rows of its period.

use polars::prelude::DataFrame;

use super::cells::Cells;
use super::columns::{Columns, Needs};
use super::evaluate::{MeasureError, need};
use super::measure::POPULATION;
use crate::arithmetic::period::Period;
use crate::declaration::expression::RowExpression;
use crate::declaration::metric::{Definition, Metric};

/// The rows of the metric's fact in a period, in the order of the fact: each with the rule that leaves it out of the figure, or none.
/// Rows for which `filter` isn't true were not asked about. Nothing for metrics over metrics, which have no rows of their own.
///
/// # Errors
/// When Polars refuses an expression.
pub fn rows(
    frame: &DataFrame,
    metric: &Metric,
    period: &Period,
    filter: Option<&RowExpression>,
    as_of: i64,
) -> Result<Vec<(usize, Option<String>)>, MeasureError> {
    let Definition::Aggregate { fact, time, population, exclude, .. } = &metric.definition else {
        return Ok(Vec::new());
    };
    let mut needs = Needs::default();
    need(&mut needs, metric, &[], filter);
    let columns = Columns::evaluate(frame, &needs).map_err(|error| MeasureError::Expression(fact.clone(), error))?;
    let moment = period.end.min(as_of.saturating_add(1));
    let cells = Cells::build(&columns, time, &[], std::slice::from_ref(period), &[moment]);
    let within = population.as_ref().map(|population| columns.truth(&population.sql));
    let asked = filter.map(|filter| columns.truth(&filter.sql));
    let reason = |row: usize| {
        if within.is_some_and(|within| !within[row]) {
            return POPULATION.to_string();
        }
        let rule = exclude.iter().find(|(_, rule)| columns.truth(&rule.sql)[row]);
        rule.map_or_else(String::new, |(name, _)| name.clone())
    };
    let mut found: Vec<(usize, Option<String>)> = cells
        .rows(0, 0)
        .iter()
        .map(|row| *row as usize)
        .filter(|row| asked.is_none_or(|asked| asked[*row]))
        .map(|row| (row, Some(reason(row)).filter(|reason| !reason.is_empty())))
        .collect();
    found.sort_unstable_by_key(|(row, _)| *row);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono_tz::UTC;
    use polars::prelude::*;

    use super::*;
    use crate::arithmetic::period;
    use crate::declaration::expression::parse_row;
    use crate::declaration::metric::Time;
    use crate::lake::instant_type;
    use crate::metrics::evaluate::{Request, evaluate};
    use crate::scorecard::example;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn rows_counted_and_left_out_are_all_rows_of_the_period_and_as_many_as_the_figure_says() {
        let mut metric = example::metric("incidents");
        metric.definition = Definition::Aggregate {
            fact: "incidents".to_owned(),
            time: Time::At("at".to_owned()),
            population: parse_row("kind = 'incident'").ok(),
            exclude: vec![("children".to_owned(), parse_row("child").unwrap())],
            value: crate::declaration::expression::parse_value("COUNT(*)").unwrap(),
            coverage: None,
            interval: crate::declaration::metric::IntervalKind::None,
        };
        let at = [0, 1, 2, 3, 9].map(|day| day * DAY);
        let frame = df!(
            "at" => at,
            "kind" => ["incident", "request", "incident", "incident", "incident"],
            "child" => [false, false, true, false, false],
            "service" => ["A", "A", "A", "B", "A"],
        )
        .unwrap()
        .lazy()
        .with_column(col("at").cast(instant_type()))
        .collect()
        .unwrap();
        let period = period::parse("1970-01-01..1970-01-08", UTC, 100 * DAY).unwrap();
        let of = |filter: Option<&RowExpression>| rows(&frame, &metric, &period, filter, 100 * DAY).unwrap();
        let rule = |name: &str| Some(name.to_owned());
        assert_eq!(of(None), [(0, None), (1, rule(POPULATION)), (2, rule("children")), (3, None)]);
        let only_b = parse_row("service = 'B'").unwrap();
        assert_eq!(of(Some(&only_b)), [(3, None)]);
        let request =
            Request { metric: metric.id.clone(), by: Vec::new(), periods: vec![period.clone()], filter: None };
        let metrics = BTreeMap::from([(metric.id.clone(), metric.clone())]);
        let measure = &evaluate(&|_| Ok(frame.clone()), &metrics, &[request], 100 * DAY).unwrap()[0];
        let out: u64 = measure.excluded.iter().map(|(_, count)| count).sum();
        assert_eq!((measure.rows, out), (2, 2));
    }
}
