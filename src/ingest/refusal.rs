//! Why a table refuses a record: a required column that the file lacks or whose value is missing, or a strict one whose value
//! does not convert.

use std::collections::BTreeMap;

use super::batch::Values;
use super::plan::Plan;
use crate::declaration::table::Kind;

/// Why records of a table are refused: the required columns that they lack, and values that must be read and can't be.
pub(super) fn reasons(
    plan: &Plan,
    feed: usize,
    values: &[Option<Values>],
    bad: &[Vec<(usize, String)>],
    rows: usize,
) -> BTreeMap<usize, Vec<String>> {
    let mut reasons: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for column in plan.feeds[feed].columns.iter().filter(|column| column.strict) {
        let name = &column.name;
        let Some(place) = column.converter else {
            for row in (0..rows).filter(|_| column.required) {
                reasons.entry(row).or_default().push(format!("{name}: the file has no column for it"));
            }
            continue;
        };
        let filled = &plan.filled[place];
        for (row, text) in &bad[place] {
            let reason = format!("{name}: expected {}, found `{text}`", filled.converter.expected());
            reasons.entry(*row).or_default().push(reason);
        }
        let mut unconverted = bad[place].iter().map(|(row, _)| *row).peekable();
        for row in (0..rows).filter(|_| column.required) {
            let is_bad = unconverted.next_if_eq(&row).is_some();
            if !is_bad && values[place].as_ref().is_some_and(|values| values.is_missing(row)) {
                reasons.entry(row).or_default().push(format!("{name}: `{}` is missing", filled.label));
            }
        }
    }
    reasons
}

/// A column of missing values.
pub(super) fn missing(kind: Kind, rows: usize) -> Values {
    match kind {
        Kind::Text => Values::Text(vec![None; rows]),
        Kind::Integer => Values::Integer(vec![None; rows]),
        Kind::Number | Kind::Seconds | Kind::Share => Values::Number(vec![None; rows]),
        Kind::Boolean => Values::Boolean(vec![None; rows]),
        Kind::Instant => Values::Instant(vec![None; rows]),
    }
}
