//! "Restated since it was published": each figure of the report that an earlier run reported otherwise, with both values and
//! the records that came or changed since.

use crate::declaration::language::Language;
use crate::declaration::metric::Definition;
use crate::declaration::report::{ReportDefinition, Section};
use crate::report::dates::day;
use crate::report::document::{Block, Cell, Heading, Table};
use crate::report::figure;
use crate::report::words::{lower_first, slice_name, table, then, title, upper_first};
use crate::scorecard::restated::{ChangedRecords, Restatement};
use crate::scorecard::scorecard::Scorecard;

/// Figures that are shown where the section says nothing else.
const SHOWN: usize = 12;

/// Ids that stand beside the number of records; the JSON report has more.
const NAMED: usize = 3;

/// The blocks of the section; none where every figure is what it was.
pub(super) fn restated(scorecard: &Scorecard, report: &ReportDefinition, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    let all = of_report(scorecard, report);
    if all.is_empty() {
        return Vec::new();
    }
    let seen: Vec<&Restatement> =
        all.iter().copied().filter(|one| one.published.redefined || now(language, one) != was(language, one)).collect();
    let unseen = all.len() - seen.len();
    let shown = section.limit.unwrap_or(SHOWN).min(seen.len());
    let mut blocks = Vec::new();
    if !seen.is_empty() {
        blocks.push(Block::Table(Table {
            by: None,
            caption: language.word(&section.title).to_owned(),
            columns: vec![
                Heading::left(language.word("Figure")),
                Heading::left(language.word("Period")),
                Heading::right(language.word("Published")),
                Heading::right(language.word("Now")),
                Heading::right(language.word("Difference")),
                Heading::left(language.word("On")),
                Heading::left(language.word("Records since")),
            ],
            rows: seen.iter().take(shown).map(|one| row(scorecard, one)).collect(),
        }));
    }
    let names: Vec<String> =
        seen.iter().skip(shown).map(|one| format!("{} ({})", name(language, one), one.period.id)).collect();
    blocks.extend(super::unshown(language, &names));
    if unseen > 0 {
        let (n, number) = (unseen as u64, figure::number_word(language, unseen as u64));
        let text = language.count(
            n,
            "one further figure differs by less than the page shows.",
            "{n} further figures differ by less than the page shows.",
            &[("n", &number)],
        );
        blocks.push(Block::Note { text: upper_first(&text) });
    }
    blocks
}

/// The restatements of the figures that the report itself names, not of the slices that only say why one moved.
pub(super) fn of_report<'s>(scorecard: &'s Scorecard, report: &ReportDefinition) -> Vec<&'s Restatement> {
    let requests = report.requests();
    // An index is restated because its parts are: they are the news.
    let named = |one: &&Restatement| {
        let own = !matches!(one.metric.definition, Definition::Index { .. });
        own && requests.iter().any(|request| {
            request.metric == one.metric.id
                && request.by.len() == one.dims.len()
                && request.by.iter().all(|dimension| one.dims.contains_key(dimension))
        })
    };
    scorecard.restatements.iter().filter(named).collect()
}

fn name(language: &Language, one: &Restatement) -> String {
    let slice: Vec<&str> = one.dims.values().map(|value| slice_name(language, value)).collect();
    let title = title(language, &one.metric);
    if slice.is_empty() { title.to_owned() } else { format!("{}: {}", slice.join(", "), lower_first(title)) }
}

fn was(language: &Language, one: &Restatement) -> String {
    then(language, &one.metric, &one.published, &one.now)
}

fn now(language: &Language, one: &Restatement) -> String {
    figure::of(language, &one.metric, &one.now)
}

fn row(scorecard: &Scorecard, one: &Restatement) -> Vec<Cell> {
    let language = &scorecard.language;
    let size = match (one.published.value, one.now.value) {
        (Some(then), Some(now)) => figure::change_to(language, &one.metric, now - then, now, figure::half(&one.now)),
        _ => figure::NOTHING.to_owned(),
    };
    vec![
        Cell::text(name(language, one)),
        Cell::text(one.period.id.clone()),
        Cell::text(was(language, one)),
        Cell::text(now(language, one)),
        Cell::text(size),
        Cell::text(day(scorecard, one.published.at)),
        records(language, one),
    ]
}

/// "outages: 2, probes: 14" with a few ids, or why there are none.
fn records(language: &Language, one: &Restatement) -> Cell {
    if one.published.redefined {
        return Cell::text(language.word("definition changed"));
    }
    if one.records.is_empty() {
        return Cell::text(language.word("none: settings, or what was open then"));
    }
    let (text, small) = words(language, &one.records);
    Cell::small(text, small)
}

/// Records in words: how many of each table, and a few ids.
pub fn words(language: &Language, records: &[ChangedRecords]) -> (String, String) {
    let counts: Vec<String> = records
        .iter()
        .map(|records| {
            format!("{}: {}", table(language, &records.table), figure::count(language, records.count as f64))
        })
        .collect();
    let ids: Vec<&str> = records.iter().flat_map(|records| &records.ids).take(NAMED).map(String::as_str).collect();
    let all: u64 = records.iter().map(|records| records.count).sum();
    let more = if all as usize > ids.len() { ", …" } else { "" };
    (counts.join(", "), format!("{}{more}", ids.join(", ")))
}
