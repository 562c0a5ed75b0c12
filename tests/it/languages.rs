//! No phrase of a report is forgotten by a language, and none is known to a language that no report says.

mod phrases;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use nines::arithmetic::local_time::from_rfc3339;
use nines::arithmetic::period;
use nines::declaration::language::Language;
use nines::pipeline::{self, Moments, Session};
use nines::report::compose::{LAYOUT, compose, pages};
use nines::report::document::{Block, Cell, Document};
use nines::report::index::WORDS;
use nines::scorecard::scorecard::Scorecard;

use crate::project::Project;

fn dutch() -> Language {
    phrases::definitions().languages["nl"].clone()
}

#[test]
fn dutch_knows_every_phrase_of_the_program_and_of_its_reports() {
    let dutch = dutch();
    let wanted = [
        phrases::of_the_program(),
        phrases::of_reports(),
        phrases::titles_in_reports(),
        phrases::dimensions_in_reports(),
    ]
    .concat();
    let missing: Vec<&String> = wanted.iter().filter(|phrase| !dutch.knows(phrase)).collect();
    assert!(missing.is_empty(), "reports/languages/nl.toml lacks {missing:#?}");
    assert!(phrases::of_the_program().len() > 400, "the scan has gone blind");
}

#[test]
fn dutch_knows_no_phrase_that_no_report_says() {
    let (dutch, known) = (dutch(), phrases::all());
    let unused: Vec<&str> = dutch.phrases().filter(|phrase| !known.contains(*phrase)).collect();
    assert!(unused.is_empty(), "reports/languages/nl.toml has what nobody says: {unused:#?}");
}

#[test]
fn what_is_filled_in_and_what_is_stressed_is_so_in_dutch_too() {
    let dutch = dutch();
    for english in dutch.phrases() {
        let own = dutch.word(english);
        assert_eq!(phrases::names(own), phrases::names(english), "{english}");
        for mark in ['[', ']'] {
            assert_eq!(own.matches(mark).count(), english.matches(mark).count(), "{english}");
        }
    }
}

/// A language in which every word of every phrase stands between « and », so that what escaped it is seen.
fn marked() -> Language {
    let marked: BTreeMap<String, String> =
        phrases::all().into_iter().map(|phrase| (phrase.clone(), phrases::marked(&phrase))).collect();
    let table = toml::Table::from_iter([
        ("decimal".to_owned(), toml::Value::String("·".to_owned())),
        ("phrases".to_owned(), toml::Value::try_from(marked).unwrap()),
    ]);
    Language::parse("reports/languages/marked.toml", &table.to_string()).unwrap()
}

/// The demo project with a language of its own, ingested.
fn demo(language: &str) -> Project {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let text = fs::read_to_string(acme.join("nines.toml")).unwrap();
    let project = Project::new(&format!("language = \"{language}\"\n{text}"));
    for folder in ["exports", "queries/sources/demo", "slos", "calendars"] {
        let Ok(entries) = fs::read_dir(acme.join(folder)) else { continue };
        for entry in entries.map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            project.write(&name, fs::read(entry.path()).unwrap());
        }
    }
    project.ok(&["ingest", "--quiet"]);
    project
}

/// Words that come with the records, the longest first: services, teams, causes, files.
fn imported(scorecard: &Scorecard) -> Vec<String> {
    let quality = &scorecard.quality;
    let mut words: BTreeSet<String> = BTreeSet::from([scorecard.project.clone(), scorecard.zone.name().to_owned()]);
    // Bands and faults are the program's own, and a value of one letter would take it out of every word.
    let of_records = |(dimension, value): &(&String, &String)| {
        !["age_band", "cause_kind"].contains(&dimension.as_str()) && value.chars().count() > 1
    };
    for card in scorecard.cards.values() {
        let values: Vec<&String> = card.dims.iter().filter(of_records).map(|(_, value)| value).collect();
        // The number of "1 test" is its place in order, and is not always said.
        words.extend(values.iter().filter_map(|value| Some(value.split_once(' ')?.1.to_owned())));
        words.extend(values.into_iter().cloned());
    }
    // What the files of objectives say, and the reports repeat.
    for one in &scorecard.objectives {
        let objective = &one.objective;
        let own = [&objective.title, &objective.id, &objective.description, &objective.file];
        words.extend(own.map(String::clone));
        words.extend(one.incidents.iter().map(|incident| incident.incident.clone()));
        words.extend(one.alerts.iter().filter(|alert| alert.short_s.is_none()).map(|alert| alert.rule.clone()));
        words.extend(one.policy.iter().flat_map(|step| [step.policy.clone(), step.action.clone()]));
        words.extend(one.corrections.iter().flat_map(|one| [one.name.clone(), one.reason.clone()]));
    }
    for one in &scorecard.disruptions {
        words.extend([&one.supplier, &one.change, &one.cause].into_iter().flatten().cloned());
        words.insert(one.service.clone());
    }
    words.extend(CODE.map(str::to_owned));
    words.extend(quality.files.iter().map(|file| file.file.clone()));
    words.extend(quality.gaps.iter().map(|(service, _)| service.clone()));
    let mut words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// What a document says, but for the tables of files and records, formulas, conditions and sources, and its own commands.
fn said(document: &Document) -> Vec<String> {
    let mut said = vec![document.title.clone()];
    said.extend(document.meta.iter().cloned());
    said.extend(document.words.values().cloned());
    for section in &document.sections {
        said.extend([&section.title, &section.lead].into_iter().flatten().cloned());
        said.push(section.label.clone());
        let of_records = section.blocks.iter().any(|block| matches!(block, Block::Facts { .. }));
        for block in &section.blocks {
            said.extend(of_block(block, of_records));
        }
    }
    said
}

fn of_block(block: &Block, of_records: bool) -> Vec<String> {
    match block {
        Block::Verdict { spans } => spans.iter().map(|span| span.text.clone()).collect(),
        Block::Tiles { tiles } => tiles
            .iter()
            .flat_map(|tile| {
                let fixed = [tile.title.clone(), tile.value.clone(), tile.since.clone(), tile.signal.word.clone()];
                let alt = tile.spark.iter().map(|spark| spark.alt.clone());
                let own = fixed.into_iter().chain(tile.delta.clone()).chain(tile.parts.clone()).chain(alt);
                own.chain(tile.evidence.clone()).collect::<Vec<_>>()
            })
            .collect(),
        Block::Statements { statements } => statements
            .iter()
            .flat_map(|one| [&one.subject, &one.headline, &one.text, &one.evidence, &one.mark.word].map(String::clone))
            .collect(),
        Block::Table(table) => {
            let mut said = vec![table.caption.clone()];
            said.extend(table.columns.iter().map(|heading| heading.text.clone()));
            let cells = table.rows.iter().flatten().filter(|_| !of_records);
            said.extend(cells.flat_map(|cell| match cell {
                Cell::Text { text, small, .. } | Cell::Figure { text, small, .. } => vec![text.clone(), small.clone()],
                Cell::Mark(mark) => vec![mark.word.clone()],
                Cell::Bar { bar } => bar.iter().map(|bar| bar.alt.clone()).collect(),
                Cell::Spark { spark } => spark.iter().map(|spark| spark.alt.clone()).collect(),
            }));
            said
        }
        Block::Matrix(matrix) => {
            let names = matrix.rows.iter().map(|(name, _)| name);
            names.chain(&matrix.columns).chain([&matrix.caption]).cloned().collect()
        }
        Block::Chart(chart) => {
            let mut said = [&chart.caption, &chart.alt, &chart.evidence].map(String::clone).to_vec();
            in_drawing("", &serde_json::to_value(&chart.drawing).unwrap(), &mut said);
            said
        }
        Block::Facts { facts } => facts.iter().flat_map(|fact| [fact.value.clone(), fact.words.clone()]).collect(),
        Block::Definitions { definitions } => definitions
            .iter()
            .flat_map(|one| {
                let own = [one.title.clone(), one.value.clone(), one.meaning.clone()];
                let code = ["«Formula»", "«Source»", "«Left out»"];
                let facts = one.facts.iter().filter(|(name, _)| !code.contains(&name.as_str()));
                let texts = facts.flat_map(|(name, text)| [name.clone(), text.clone()]);
                own.into_iter()
                    .chain(texts)
                    .chain(one.commands.iter().map(|(name, _)| name.clone()))
                    .collect::<Vec<_>>()
            })
            .collect(),
        Block::Note { text } => vec![text.clone()],
    }
}

/// The texts of a drawing, but for names of kinds and dimensions and for days as machines write them.
fn in_drawing(key: &str, value: &serde_json::Value, said: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if !["kind", "tone", "by", "days"].contains(&key) => said.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| in_drawing(key, value, said)),
        serde_json::Value::Object(fields) => fields.iter().for_each(|(key, value)| in_drawing(key, value, said)),
        _ => {}
    }
}

/// Code that stands inside sentences and is of no language.
const CODE: [&str; 7] = [
    "nines query \"SELECT * FROM fact_slo_alerts\"",
    "SELECT * FROM fact_",
    "fact_agreed_time",
    "fact_downtime",
    "duration_s",
    "weighted_s",
    "service = ",
];

/// What stands in a text outside « and », without what was imported.
fn outside(text: &str, imported: &[String]) -> String {
    let mut text = text.to_owned();
    for word in imported {
        text = text.replace(word.as_str(), "");
    }
    let mut depth = 0_i32;
    text.chars()
        .filter(|letter| {
            depth += i32::from(*letter == '«');
            let seen = depth == 0;
            depth -= i32::from(*letter == '»');
            seen
        })
        .collect()
}

#[test]
fn nothing_that_a_report_says_escapes_its_language() {
    let project = demo("en");
    let now = from_rfc3339("2026-07-06T04:00:00Z").unwrap();
    let session = Session::open(project.path(), Moments { now, as_of: None, known_at: None }).unwrap();
    let marked = marked();
    let mut escaped = BTreeSet::new();
    for (name, report) in &session.definitions.reports {
        let own = period::parse(&report.period, session.project.zone, now).unwrap();
        let rendered = pipeline::render(&session, report, &[own], &[]).unwrap();
        let mut scorecard = rendered.into_iter().next().unwrap().scorecard;
        let imported = imported(&scorecard);
        scorecard.language = marked.clone();
        let further = pages(&scorecard, report).into_iter().take(1).map(|(_, page)| page);
        let documents: Vec<Document> = std::iter::once(compose(&scorecard, report)).chain(further).collect();
        assert_eq!(documents.len(), 1 + usize::from(report.pages.is_some()), "{name}");
        let said: Vec<String> = documents.iter().flat_map(said).collect();
        assert!(said.len() > 100, "{name}: the test has gone blind");
        for text in said {
            let left = outside(&text, &imported);
            let number = left.split(|letter: char| !letter.is_ascii_digit() && letter != '.').any(|word| {
                word.split_once('.').is_some_and(|(whole, decimals)| !whole.is_empty() && !decimals.is_empty())
            });
            if left.chars().any(char::is_alphabetic) || number {
                escaped.insert(format!("{name}: {text}  ({left})"));
            }
        }
    }
    assert!(escaped.is_empty(), "not in the report's language: {escaped:#?}");
}

#[test]
fn what_layouts_say_is_among_the_words_of_a_document() {
    let of = |file: &str, call: &str| -> Vec<String> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let said = text.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
        let said: Vec<String> = said.collect();
        assert!(!said.is_empty(), "{file}: the test has gone blind");
        said
    };
    let files = [
        ("reports/templates/page.js", "say(\""),
        ("reports/templates/page.html", "document.words[\""),
        ("reports/templates/page.typ", "word(\""),
        ("src/report/text/chart.rs", " word(\""),
        ("src/report/xlsx.rs", "word(\""),
        ("src/report/xlsx/block.rs", ".word(\""),
        ("src/report/xlsx/chart/line.rs", ".word(\""),
    ];
    for (file, call) in files {
        for word in of(file, call) {
            assert!(LAYOUT.contains(&word.as_str()), "{file} says {word:?}, which is no word of a document");
        }
    }
    for word in of("reports/templates/index.html", "words[\"") {
        assert!(WORDS.contains(&word.as_str()), "the page over the reports says {word:?}, which is none of its words");
    }
}

#[test]
fn a_project_in_dutch_has_dutch_reports() {
    let project = demo("nl");
    project.ok(&["report", "weekly", "--period", "2026-W27", "--quiet"]);
    let page =
        |extension: &str| fs::read_to_string(project.path().join(format!("out/weekly-2026-W27.{extension}"))).unwrap();
    let html = page("html");
    assert!(html.contains("<html lang=\"nl\">"));
    assert!(html.contains("<b>gemist</b>"), "the verdict stresses what is missed");
    let text = page("md").replace(['\u{a0}', '\u{202f}'], " ");
    for dutch in [
        "# Acme IT · dienstenscorekaart · week 27, 2026",
        "29 juni tot en met 5 juli 2026, Europe/Brussels · stand van ma 6 jul 06:00 · 99,96 % van de rijen begrepen",
        "> De doelstelling voor beschikbaarheid is **gemist** bij 4 van 11 diensten",
        "## Wat er veranderde, en waarom",
        "99,56 %, onder het gebruikelijke bereik van 99,84 % tot 100 %",
        "| Network | ■ gemist | 97,67 % |",
        "3 u 51 m",
    ] {
        assert!(text.contains(dutch), "{dutch}\n{}", &text[..3_000.min(text.len())]);
    }
    for english in ["missed", "Worst first", "no significant change"] {
        assert!(!text.contains(english), "{english}");
    }
    // What machines read knows no language.
    let json = page("json");
    assert!(json.contains("\"missed\"") && !json.contains("gemist"));
}

#[test]
fn an_unknown_language_of_the_project_is_refused_with_those_that_are_known() {
    let project = Project::new("name = \"A\"\nlanguage = \"nk\"\n");
    let (_, told) = project.expect(2, &["check"]);
    assert!(told.contains("nines.toml:2") && told.contains("found `nk`"), "{told}");
    assert!(told.contains("known are en, nl"), "{told}");
}
