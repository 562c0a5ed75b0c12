//! "How far to trust this page": what became of the rows, what is doubtful, and what the page cannot know.

use crate::declaration::report::ReportDefinition;
use crate::report::document::{Block, Cell, Fact, Heading, Table};
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
    let fact = |value: String, words: &str| Fact { value, words: words.to_owned() };
    let mut facts = Vec::new();
    if let Some(understood) = quality.understood() {
        facts.push(fact(figure::share(understood, None), "of the rows understood"));
    }
    facts.push(fact(figure::count(quality.rejected() as f64), "rows rejected, kept with their reasons"));
    facts.push(fact(figure::count(quality.unreconciled as f64), "tickets unreconciled: start + opened − ended − end"));
    if let Some(newest) = quality.newest() {
        let age = (scorecard.as_of - newest) as f64 / 1e6;
        facts.push(fact(duration(age.max(0.0), None), "age of the newest record"));
    }
    let gaps = quality.gaps.len();
    let service = if gaps == 1 { "service" } else { "services" };
    facts.push(fact(figure::count(gaps as f64), &format!("{service} with gaps in their checks")));
    let restated = super::restated_figures(scorecard, report).len();
    let figures = if restated == 1 { "figure" } else { "figures" };
    let words = format!("{figures} restated, of those that earlier runs reported");
    facts.push(fact(figure::count(restated as f64), &words));
    let mut blocks = vec![Block::Facts { facts }, files(scorecard)];
    blocks.extend(findings(scorecard));
    blocks.extend(super::completeness::incomplete(scorecard, report));
    blocks.extend(doubts(scorecard));
    blocks
}

fn heading(text: &str, right: bool) -> Heading {
    Heading { text: text.to_owned(), right }
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
                Cell::text(figure::count(file.read as f64)),
                Cell::text(figure::count(file.accepted as f64)),
                Cell::text(figure::count(file.rejected as f64)),
                Cell::text(figure::count(file.unchanged as f64)),
            ]
        })
        .collect();
    Block::Table(Table {
        caption: "What became of each file's records".to_owned(),
        columns: vec![
            heading("File", false),
            heading("Table", false),
            heading("Read", true),
            heading("Accepted", true),
            heading("Rejected", true),
            heading("Known before", true),
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
            vec![
                Cell::text(place),
                Cell::text(finding.expected.clone()),
                Cell::text(figure::count(finding.count as f64)),
                Cell::text(example),
            ]
        })
        .collect();
    let more = findings.len().saturating_sub(SHOWN);
    let caption = if more > 0 {
        format!("Values that are not what they should be; {more} more kinds: nines check")
    } else {
        "Values that are not what they should be".to_owned()
    };
    Some(Block::Table(Table {
        caption,
        columns: vec![
            heading("Where", false),
            heading("Expected", false),
            heading("Values", true),
            heading("First", false),
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
        caption: "What else is doubtful".to_owned(),
        columns: vec![heading("Where", false), heading("Records", true), heading("What", false)],
        rows: rows.into_iter().map(|row| row.map(Cell::text).into()).collect(),
    }))
}
