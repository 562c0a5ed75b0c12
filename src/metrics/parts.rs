//! The aggregate MEAN_BY: the weighted mean of the means of parts, so that a part with many rows counts no more than one with few.

use std::collections::BTreeMap;

use super::aggregate::{Cell, Figure};
use super::columns::Columns;
use crate::arithmetic::parts::{Part, mean_interval, mean_of};
use crate::declaration::expression::Aggregate;
use crate::declaration::metric::IntervalKind;

/// The mean, of the parts that have a name, a value and a weight. A part whose weight changes has its largest.
pub(super) fn figure(columns: &Columns, cell: &Cell, aggregate: &Aggregate, interval: IntervalKind) -> Figure {
    let [part, value, weight] = aggregate.arguments.as_slice() else { return Figure::default() };
    let Some(names) = columns.word(&part.sql) else { return Figure::default() };
    let (values, weights) = (columns.number(&value.sql), columns.number(&weight.sql));
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let mut parts: BTreeMap<u32, Part> = BTreeMap::new();
    let (mut rows, mut present) = (0_u32, 0_u32);
    for row in cell.rows.iter().map(|row| *row as usize).filter(|row| filter.is_none_or(|filter| filter[*row])) {
        rows += 1;
        if names.codes[row] != 0 && !values[row].is_nan() && weights[row] > 0.0 {
            present += 1;
            let part = parts.entry(names.codes[row]).or_default();
            part.weight = part.weight.max(weights[row]);
            part.values.push(values[row]);
        }
    }
    let parts: Vec<Part> = parts.into_values().collect();
    let value = mean_of(&parts);
    let bounds = if interval == IntervalKind::Mean { mean_interval(&parts) } else { None };
    Figure {
        value,
        n: u64::from(present),
        lower: bounds.map(|bounds| bounds.0),
        upper: bounds.map(|bounds| bounds.1),
        present: (rows > 0).then(|| f64::from(present) / f64::from(rows)),
        ..Figure::default()
    }
}
