//! "How far to trust this page": what became of the rows, what is doubtful, and what the page cannot know.

use crate::declaration::language::Language;
use crate::declaration::report::ReportDefinition;
use crate::report::document::{Block, Cell, Fact, Heading, Number, Table};
use crate::report::duration::duration;
use crate::report::figure;
use crate::scorecard::scorecard::Scorecard;

/// Findings that are shown; the rest is counted.
const SHOWN: usize = 12;

/// The blocks of the section.
pub(super) fn quality(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<Block> {
    let (language, quality) = (&scorecard.language, &scorecard.quality);
    if quality.files.is_empty() && quality.unread.is_empty() {
        return vec![Block::Note {
            text: language.word("Nothing was loaded, so there is nothing to trust.").to_owned(),
        }];
    }
    let mut facts = Vec::new();
    if let Some(understood) = quality.understood() {
        let text = figure::share(language, understood, None);
        let number = Number::share(language, understood, &text);
        facts.push(Fact::new(&text, language.word("of the rows understood")).counted(number));
    }
    let counted =
        |count: f64, words: &str| Fact::new(figure::count(language, count), words).counted(Number::plain(count));
    facts.push(counted(quality.rejected() as f64, language.word("rows rejected, kept with their reasons")));
    facts.push(counted(
        quality.unreconciled as f64,
        language.word("tickets unreconciled: start + opened − ended − end"),
    ));
    if let Some(newest) = quality.newest() {
        let age = (scorecard.as_of - newest) as f64 / 1e6;
        facts.push(Fact::new(duration(language, age.max(0.0), None), language.word("age of the newest record")));
    }
    let gaps = quality.gaps.len() as u64;
    facts.push(counted(
        gaps as f64,
        &language.count(gaps, "service with gaps in their checks", "services with gaps in their checks", &[]),
    ));
    let restated = super::restated_figures(scorecard, report).len() as u64;
    facts.push(counted(
        restated as f64,
        &language.count(
            restated,
            "figure restated, of those that earlier runs reported",
            "figures restated, of those that earlier runs reported",
            &[],
        ),
    ));
    let mut blocks = vec![Block::Facts { facts }, files(scorecard)];
    blocks.extend(super::freshness::freshness(scorecard, report));
    blocks.extend(findings(scorecard));
    blocks.extend(super::completeness::incomplete(scorecard, report));
    blocks.extend(doubts(scorecard));
    blocks
}

/// A count of records in a table.
fn records(language: &Language, count: u64) -> Cell {
    Cell::number(figure::count(language, count as f64), Number::plain(count as f64))
}

fn files(scorecard: &Scorecard) -> Block {
    let language = &scorecard.language;
    let rows = scorecard
        .quality
        .files
        .iter()
        .map(|file| {
            let ignored: Vec<String> = file
                .ignored
                .iter()
                .map(|(name, count)| {
                    let number = figure::count(language, *count as f64);
                    language.say("{n} left out: {name}", &[("n", &number), ("name", &language.word(name))])
                })
                .collect();
            vec![
                Cell::Text { text: file.file.clone(), small: ignored.join(", "), missing: false },
                Cell::text(file.table.clone()),
                records(language, file.read),
                records(language, file.accepted),
                records(language, file.rejected),
                records(language, file.unchanged),
            ]
        })
        .collect();
    Block::Table(Table {
        by: None,
        caption: language.word("What became of each file's records").to_owned(),
        columns: vec![
            Heading::left(language.word("File")),
            Heading::left(language.word("Table")),
            Heading::right(language.word("Read")),
            Heading::right(language.word("Accepted")),
            Heading::right(language.word("Rejected")),
            Heading::right(language.word("Known before")),
        ],
        rows,
    })
}

fn findings(scorecard: &Scorecard) -> Option<Block> {
    let (language, findings) = (&scorecard.language, &scorecard.quality.findings);
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
            let example = finding.examples.first().map_or_else(String::new, |(row, value)| {
                language.say("row {row}: {value}", &[("row", row), ("value", value)])
            });
            vec![
                Cell::text(place),
                Cell::text(finding.expected.clone()),
                records(language, finding.count),
                Cell::text(example),
            ]
        })
        .collect();
    let more = findings.len().saturating_sub(SHOWN);
    let caption = if more > 0 {
        language.say("Values that are not what they should be; {n} more kinds: nines check", &[("n", &more)])
    } else {
        language.word("Values that are not what they should be").to_owned()
    };
    Some(Block::Table(Table {
        by: None,
        caption,
        columns: vec![
            Heading::left(language.word("Where")),
            Heading::left(language.word("Expected")),
            Heading::right(language.word("Values")),
            Heading::left(language.word("First")),
        ],
        rows,
    }))
}

/// What else is doubtful about the records, each with what is done about it.
fn doubts(scorecard: &Scorecard) -> Option<Block> {
    let (language, quality) = (&scorecard.language, &scorecard.quality);
    let number = |count: u64| figure::count(language, count as f64);
    let mut rows: Vec<[String; 3]> = Vec::new();
    for (file, reason) in &quality.unread {
        rows.push([file.clone(), String::new(), language.say("could not be read: {reason}", &[("reason", reason)])]);
    }
    for (table, column, count, examples) in &quality.orphans {
        let examples = examples.join(", ");
        rows.push([
            format!("{table}.{column}"),
            number(*count),
            language.say("refer to nothing that was loaded: {examples}", &[("examples", &examples)]),
        ]);
    }
    for (table, tools, count, examples) in &quality.collisions {
        let words = language.say(
            "are known to several exports ({tools}), of which the newest counts: {examples}",
            &[("tools", tools), ("examples", &examples.join(", "))],
        );
        rows.push([format!("{table}.id"), number(*count), words]);
    }
    for (table, rule, count) in &quality.order_violations {
        rows.push([
            table.clone(),
            number(*count),
            language.say("have {rule}; their durations are left out", &[("rule", &language.word(rule))]),
        ]);
    }
    for (file, table, count) in &quality.duplicates {
        rows.push([
            format!("{file}, {table}"),
            number(*count),
            language.word("stand in it more than once; each counts once").to_owned(),
        ]);
    }
    for volume in &quality.volumes {
        let [low, high] = [volume.lower, volume.upper].map(|end| figure::count(language, end.round()));
        let words = language.say(
            "are new in {week}, where {low} to {high} would be usual",
            &[("week", &volume.week), ("low", &low), ("high", &high)],
        );
        rows.push([volume.table.clone(), number(volume.records), words]);
    }
    if rows.is_empty() {
        return None;
    }
    Some(Block::Table(Table {
        by: None,
        caption: language.word("What else is doubtful").to_owned(),
        columns: vec![
            Heading::left(language.word("Where")),
            Heading::right(language.word("Records")),
            Heading::left(language.word("What")),
        ],
        rows: rows.into_iter().map(|row| row.map(Cell::text).into()).collect(),
    }))
}
