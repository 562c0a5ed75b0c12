//! How old the records are that the figures of a page rest on: the newest of each table, and how long before as-of it is.

use crate::arithmetic::local_time::to_local;
use crate::declaration::report::ReportDefinition;
use crate::report::document::{Block, Cell, Heading, Number, NumberKind, Table};
use crate::report::duration::duration;
use crate::report::words::{self, upper_first};
use crate::scorecard::freshness::tables;
use crate::scorecard::scorecard::Scorecard;

/// One row per table, the oldest first; none where nothing is loaded.
pub(super) fn freshness(scorecard: &Scorecard, report: &ReportDefinition) -> Option<Block> {
    let language = &scorecard.language;
    let used = tables(scorecard, report.requests().into_iter().map(|request| request.metric));
    let mut found: Vec<(&str, i64)> = scorecard
        .quality
        .freshness
        .iter()
        .filter(|table| used.contains(table.table.as_str()))
        .filter_map(|table| Some((table.table.as_str(), table.newest?)))
        .collect();
    if found.is_empty() {
        return None;
    }
    found.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.cmp(b.0)));
    let rows = found
        .into_iter()
        .map(|(table, newest)| {
            let age = ((scorecard.as_of - newest) as f64 / 1e6).max(0.0);
            let at = to_local(newest, scorecard.zone).map(|local| local.format("%Y-%m-%d %H:%M").to_string());
            let number = Number { value: age, kind: NumberKind::Duration, places: 0, suffix: String::new() };
            vec![
                Cell::text(upper_first(&words::table(language, table))),
                Cell::text(at.unwrap_or_default()),
                Cell::number(duration(language, age, None), number),
            ]
        })
        .collect();
    Some(Block::Table(Table {
        caption: language.word("The newest record of each table that figures of this page rest on").to_owned(),
        by: None,
        columns: vec![
            Heading::left(language.word("Records")),
            Heading::left(language.word("Newest")),
            Heading::right(language.word("Age")),
        ],
        rows,
    }))
}
