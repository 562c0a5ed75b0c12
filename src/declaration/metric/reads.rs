//! Which columns of its fact a metric reads.

use std::collections::BTreeSet;

use super::{Definition, Metric, Time};
use crate::declaration::expression::Value;

impl Metric {
    /// The columns of its fact that a metric over rows reads: those that place a row in time, conditions and values. None of a
    /// metric over metrics.
    pub fn columns(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Definition::Aggregate { time, population, exclude, value, coverage, .. } = &self.definition {
            match time {
                Time::At(at) => found.extend([at.clone()]),
                Time::Alive { from, to, since } => found.extend([from, to].into_iter().chain(since).cloned()),
            }
            let rows = population.iter().chain(exclude.iter().map(|(_, rule)| rule));
            found.extend(rows.flat_map(|row| row.columns.iter().cloned()));
            std::iter::once(value).chain(coverage).for_each(|value| of_value(value, &mut found));
        }
        found
    }
}

fn of_value(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Number(_) => {}
        Value::Binary { left, right, .. } => {
            of_value(left, found);
            of_value(right, found);
        }
        Value::Aggregate(aggregate) => {
            let rows = aggregate.arguments.iter().chain(&aggregate.filter);
            found.extend(rows.flat_map(|row| row.columns.iter().cloned()));
        }
    }
}
