//! The aggregate ATTAINMENT: the share of parts (services) whose ratio over all their rows of a cell reaches their target.

use std::collections::BTreeMap;

use super::aggregate::{Cell, Figure};
use super::columns::Columns;
use crate::declaration::expression::Aggregate;

/// The share, of parts with a target and something to measure; each part counts once. Compared unrounded. A part whose
/// target changes has to reach the highest.
pub(super) fn figure(columns: &Columns, cell: &Cell, aggregate: &Aggregate) -> Figure {
    let [part, over, under, target] = aggregate.arguments.as_slice() else { return Figure::default() };
    let Some(parts) = columns.word(&part.sql) else { return Figure::default() };
    let (over, under, target) = (columns.number(&over.sql), columns.number(&under.sql), columns.number(&target.sql));
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let mut sums: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
    for row in cell.rows.iter().map(|row| *row as usize) {
        let present = !over[row].is_nan() && !under[row].is_nan() && !target[row].is_nan();
        if parts.codes[row] != 0 && present && filter.is_none_or(|filter| filter[row]) {
            let sum = sums.entry(parts.codes[row]).or_insert((0.0, 0.0, target[row]));
            *sum = (sum.0 + over[row], sum.1 + under[row], sum.2.max(target[row]));
        }
    }
    let judged: Vec<bool> =
        sums.values().filter(|sum| sum.1 > 0.0).map(|(over, under, target)| over / under >= *target).collect();
    let (reached, all) = (judged.iter().filter(|reached| **reached).count() as f64, judged.len() as f64);
    Figure {
        value: (all > 0.0).then(|| reached / all),
        numerator: Some(reached),
        denominator: Some(all),
        n: judged.len() as u64,
        ..Figure::default()
    }
}
