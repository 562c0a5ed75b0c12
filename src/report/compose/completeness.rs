//! How far the columns are filled that shown figures use: a column of a fact is taken for the column of the same name in the
//! tables under that fact, which is an approximation and says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::declaration::report::ReportDefinition;
use crate::facts::FACTS;
use crate::report::document::{Block, Cell, Heading, Table};
use crate::report::figure;
use crate::report::words::title;
use crate::scorecard::scorecard::Scorecard;

/// Rows that are shown, the emptiest columns first.
const SHOWN: usize = 12;

/// Names of metrics that stand in a row.
const NAMED: usize = 3;

/// A table of columns that are not filled throughout; none where all are.
pub(super) fn incomplete(scorecard: &Scorecard, report: &ReportDefinition) -> Option<Block> {
    let language = &scorecard.language;
    let mut used: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for request in report.requests() {
        let mut open = vec![request.metric.clone()];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some((id, metric)) = scorecard.metrics.get_key_value(&id).filter(|_| seen.insert(id.clone())) else {
                continue;
            };
            open.extend(metric.inputs());
            let fact = FACTS.iter().find(|fact| metric.fact() == Some(fact.name));
            for table in fact.into_iter().flat_map(|fact| records(fact.name, fact.tables)) {
                for column in metric.columns().into_iter().chain(request.by.iter().cloned()) {
                    used.entry((table, column)).or_default().insert(id);
                }
            }
        }
    }
    let mut found: Vec<(f64, String, String)> = scorecard
        .quality
        .completeness
        .iter()
        .filter_map(|one| {
            let metrics = used.get(&(one.table.as_str(), one.column.clone()))?;
            let titles: Vec<&str> = metrics
                .iter()
                .take(NAMED)
                .filter_map(|id| scorecard.metrics.get(*id))
                .map(|metric| title(language, metric))
                .collect();
            let rest = metrics.len().saturating_sub(NAMED);
            let mut titles = titles.join(", ");
            if rest > 0 {
                titles = language.say("{names} and {n} more", &[("names", &titles), ("n", &rest)]);
            }
            Some((one.filled, format!("{}.{}", one.table, one.column), titles))
        })
        .collect();
    if found.is_empty() {
        return None;
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let more = found.len().saturating_sub(SHOWN);
    let mut caption = language
        .word(
            "How far the columns are filled that figures of this page use, matched by name; some are empty with reason, as \
             the end of what is still open",
        )
        .to_owned();
    if more > 0 {
        caption.push_str("; ");
        caption.push_str(&language.say("{n} fuller ones are left out", &[("n", &more)]));
    }
    Some(Block::Table(Table {
        by: None,
        caption,
        columns: vec![
            Heading::left(language.word("Column")),
            Heading::right(language.word("Filled")),
            Heading::left(language.word("Used by")),
        ],
        rows: found
            .into_iter()
            .take(SHOWN)
            .map(|(filled, column, metrics)| {
                vec![Cell::text(column), Cell::text(figure::share(language, filled, None)), Cell::text(metrics)]
            })
            .collect(),
    }))
}

/// The tables that hold a fact's own records: the one of its name, else all but those that only say more about a service, team or
/// link; they count where there are no others.
fn records(name: &str, tables: &'static [&'static str]) -> Vec<&'static str> {
    if let Some(own) = tables.iter().find(|table| **table == name) {
        return vec![own];
    }
    let own = |table: &&&str| !matches!(**table, "services" | "teams" | "links");
    let found: Vec<&str> = tables.iter().filter(own).copied().collect();
    if found.is_empty() { tables.to_vec() } else { found }
}
