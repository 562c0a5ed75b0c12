//! The aggregates TOP_SHARE and DISCORDANCE: how much the parts with the most rows make of all rows of a cell, and how often
//! two orders of its rows disagree.

use std::collections::BTreeMap;

use super::aggregate::{Cell, Figure};
use super::columns::Columns;
use crate::arithmetic::ranking;
use crate::declaration::expression::{Aggregate, Function};

/// A statistic of ranks over a cell; rows without a part, or without one of the two numbers, are left out. n is the rows.
pub(super) fn figure(columns: &Columns, cell: &Cell, aggregate: &Aggregate) -> Figure {
    let filter = aggregate.filter.as_ref().map(|filter| columns.truth(&filter.sql));
    let rows = cell.rows.iter().map(|row| *row as usize).filter(|row| filter.is_none_or(|filter| filter[*row]));
    let (above, below, n) = match (aggregate.function, aggregate.arguments.as_slice()) {
        (Function::TopShare, [part]) => {
            let Some(parts) = columns.word(&part.sql) else { return Figure::default() };
            let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
            rows.map(|row| parts.codes[row]).filter(|code| *code != 0).for_each(|code| {
                *counts.entry(code).or_default() += 1;
            });
            let most = aggregate.constant.unwrap_or(1.0) as usize;
            let (top, all) = ranking::largest(counts.into_values().collect(), most);
            (top, all, all)
        }
        (Function::Discordance, [one, other]) => {
            let (one, other) = (columns.number(&one.sql), columns.number(&other.sql));
            let pairs: Vec<(f64, f64)> = rows
                .map(|row| (one[row], other[row]))
                .filter(|(one, other)| !one.is_nan() && !other.is_nan())
                .collect();
            let (against, ordered) = ranking::discordance(&pairs);
            (against, ordered, pairs.len() as u64)
        }
        _ => return Figure::default(),
    };
    let (above, below) = (above as f64, below as f64);
    Figure {
        value: (below > 0.0).then(|| above / below),
        numerator: Some(above),
        denominator: Some(below),
        n,
        ..Figure::default()
    }
}
