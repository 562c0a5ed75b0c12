//! "How far to trust this page": what became of the rows, what is doubtful, and what the page cannot know.

use crate::declaration::report::ReportDefinition;
use crate::report::document::{Block, Cell, Fact, Heading, Number, Table};
use crate::report::duration::duration;
use crate::report::figure;
use crate::scorecard::scorecard::Scorecard;

/// Findings that are shown; the rest is counted.
const SHOWN: usize = 12;

/// The blocks of the section.
pub(super) fn quality(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<Block> {
    let quality = &scorecard.quality;
    if quality.files.is_empty() && quality.unread.is_empty() {
        return vec![Block::Note { text: "Nothing was loaded, so there is nothing to trust.".to_owned() }];
    }
    let mut facts = Vec::new();
    if let Some(understood) = quality.understood() {
        let text = figure::share(understood, None);
        facts.push(Fact::new(&text, "of the rows understood").counted(Number::share(understood, &text)));
    }
    facts.push(counted(quality.rejected() as f64, "rows rejected, kept with their reasons"));
    facts.push(counted(quality.unreconciled as f64, "tickets unreconciled: start + opened − ended − end"));
    if let Some(newest) = quality.newest() {
        let age = (scorecard.as_of - newest) as f64 / 1e6;
        facts.push(Fact::new(duration(age.max(0.0), None), "age of the newest record"));
    }
    let gaps = quality.gaps.len();
    let service = if gaps == 1 { "service" } else { "services" };
    facts.push(counted(gaps as f64, &format!("{service} with gaps in their checks")));
    let restated = super::restated_figures(scorecard, report).len();
    let figures = if restated == 1 { "figure" } else { "figures" };
    let words = format!("{figures} restated, of those that earlier runs reported");
    facts.push(counted(restated as f64, &words));
    let mut blocks = vec![Block::Facts { facts }, files(scorecard)];
    blocks.extend(super::freshness::freshness(scorecard, report));
    blocks.extend(findings(scorecard));
    blocks.extend(super::completeness::incomplete(scorecard, report));
    blocks.extend(doubts(scorecard));
    blocks
}

/// A count with its words.
fn counted(count: f64, words: &str) -> Fact {
    Fact::new(figure::count(count), words).counted(Number::plain(count))
}

/// A count of records in a table.
fn records(count: u64) -> Cell {
    Cell::number(figure::count(count as f64), Number::plain(count as f64))
}

fn files(scorecard: &Scorecard) -> Block {
    let rows = scorecard
        .quality
        .files
        .iter()
        .map(|file| {
            let ignored: Vec<String> = file
                .ignored
                .iter()
                .map(|(name, count)| format!("{} left out: {name}", figure::count(*count as f64)))
                .collect();
            vec![
                Cell::Text { text: file.file.clone(), small: ignored.join(", "), missing: false },
                Cell::text(file.table.clone()),
                records(file.read),
                records(file.accepted),
                records(file.rejected),
                records(file.unchanged),
            ]
        })
        .collect();
    Block::Table(Table {
        by: None,
        caption: "What became of each file's records".to_owned(),
        columns: vec![
            Heading::left("File"),
            Heading::left("Table"),
            Heading::right("Read"),
            Heading::right("Accepted"),
            Heading::right("Rejected"),
            Heading::right("Known before"),
        ],
        rows,
    })
}

fn findings(scorecard: &Scorecard) -> Option<Block> {
    let findings = &scorecard.quality.findings;
    if findings.is_empty() {
        return None;
    }
    let rows = findings
        .iter()
        .take(SHOWN)
        .map(|finding| {
            let place = if finding.column.is_empty() {
                finding.file.clone()
            } else {
                format!("{}, {}", finding.file, finding.column)
            };
            let example =
                finding.examples.first().map_or_else(String::new, |(row, value)| format!("row {row}: {value}"));
            vec![Cell::text(place), Cell::text(finding.expected.clone()), records(finding.count), Cell::text(example)]
        })
        .collect();
    let more = findings.len().saturating_sub(SHOWN);
    let caption = if more > 0 {
        format!("Values that are not what they should be; {more} more kinds: nines check")
    } else {
        "Values that are not what they should be".to_owned()
    };
    Some(Block::Table(Table {
        by: None,
        caption,
        columns: vec![
            Heading::left("Where"),
            Heading::left("Expected"),
            Heading::right("Values"),
            Heading::left("First"),
        ],
        rows,
    }))
}

/// What else is doubtful about the records, each with what is done about it.
fn doubts(scorecard: &Scorecard) -> Option<Block> {
    let quality = &scorecard.quality;
    let number = |count: u64| figure::count(count as f64);
    let mut rows: Vec<[String; 3]> = Vec::new();
    for (file, reason) in &quality.unread {
        rows.push([file.clone(), String::new(), format!("could not be read: {reason}")]);
    }
    for (table, column, count, examples) in &quality.orphans {
        let examples = examples.join(", ");
        rows.push([
            format!("{table}.{column}"),
            number(*count),
            format!("refer to nothing that was loaded: {examples}"),
        ]);
    }
    for (table, tools, count, examples) in &quality.collisions {
        let words =
            format!("are known to several exports ({tools}), of which the newest counts: {}", examples.join(", "));
        rows.push([format!("{table}.id"), number(*count), words]);
    }
    for (table, rule, count) in &quality.order_violations {
        rows.push([table.clone(), number(*count), format!("have {rule}; their durations are left out")]);
    }
    for (file, table, count) in &quality.duplicates {
        rows.push([
            format!("{file}, {table}"),
            number(*count),
            "stand in it more than once; each counts once".to_owned(),
        ]);
    }
    for volume in &quality.volumes {
        let (lower, upper) = (figure::count(volume.lower.round()), figure::count(volume.upper.round()));
        let words = format!("are new in {}, where {lower} to {upper} would be usual", volume.week);
        rows.push([volume.table.clone(), number(volume.records), words]);
    }
    if rows.is_empty() {
        return None;
    }
    Some(Block::Table(Table {
        by: None,
        caption: "What else is doubtful".to_owned(),
        columns: vec![Heading::left("Where"), Heading::right("Records"), Heading::left("What")],
        rows: rows.into_iter().map(|row| row.map(Cell::text).into()).collect(),
    }))
}
