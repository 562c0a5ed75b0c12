//! Whatever a report holds, no line goes beyond its width, no figure is cut, and nothing in it is obeyed by a terminal.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::report::compose::compose;
use crate::report::document::example::drawings;
use crate::report::document::{Cell, Chart, Heading, Table};
use crate::scorecard::example;
use crate::scorecard::scorecard::Scorecard;

fn weekly(scorecard: &Scorecard) -> Document {
    compose(scorecard, &Definitions::load(&Catalogue::embedded()).reports["weekly"])
}

fn drawn(document: &Document, width: usize) -> String {
    draw(document, &Style { width, colour: false })
}

/// The rich report with every kind of chart and a wide table, all of it named `name`.
fn everything(name: &str, values: &[f64]) -> Document {
    let mut document = weekly(&example::rich());
    let charts = drawings(name, values).into_iter().map(|drawing| {
        Block::Chart(Chart { caption: name.to_owned(), alt: String::new(), evidence: name.to_owned(), drawing })
    });
    let row = |count: usize| (0..count).map(|_| Cell::text(name)).collect();
    let wide = |count: usize| {
        Block::Table(Table {
            caption: name.to_owned(),
            by: None,
            columns: (0..count).map(|at| Heading { text: name.to_owned(), right: at % 2 == 1 }).collect(),
            rows: vec![row(count), row(count)],
        })
    };
    document.sections[0].blocks.extend(charts);
    document.sections[0].blocks.extend([wide(3), wide(14)]);
    document.sections[0].title = Some(name.to_owned());
    document
}

#[test]
fn the_verdict_comes_first_and_every_tile_has_its_mark() {
    let text = drawn(&weekly(&example::rich()), 80);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    assert!(at("Acme") < at("Availability") && at("◆") < at("Services"));
    assert!(text.contains('▁') && text.contains("nines explain METRIC") && !text.contains('\u{1b}'));
}

#[test]
fn nothing_and_little_are_said() {
    for scorecard in [example::empty(), example::sparse()] {
        for width in [60, 80, 120] {
            let text = drawn(&weekly(&scorecard), width);
            assert!(!text.contains("NaN") && !text.contains("inf "), "{text}");
        }
    }
    assert!(drawn(&weekly(&example::empty()), 80).contains("No tickets were loaded."));
}

#[test]
fn imported_text_cannot_command_the_terminal() {
    let mut scorecard = example::rich();
    scorecard.project = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31mAcme\u{202e}\r\n".to_owned();
    for disruption in &mut scorecard.disruptions {
        disruption.supplier = Some("\u{1b}[31mNet\u{8}co".to_owned());
    }
    let text = drawn(&weekly(&scorecard), 80);
    let obeyed = |letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}';
    assert_eq!(text.find(obeyed), None);
    let mut own = draw(&weekly(&scorecard), &Style { width: 80, colour: true });
    for code in ["0", "1", "2", "1;31", "31", "32", "33", "34"] {
        own = own.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(own.find(obeyed), None);
    assert_eq!(own, text, "colour changes no letter");
}

#[test]
fn every_figure_of_the_report_is_there_and_whole() {
    let document = weekly(&example::rich());
    for width in [60, 80, 120] {
        let text = drawn(&document, width);
        for block in document.sections.iter().flat_map(|section| &section.blocks) {
            let figures: Vec<&String> = match block {
                Block::Tiles { tiles } => tiles.iter().map(|tile| &tile.value).collect(),
                Block::Facts { facts } => facts.iter().map(|fact| &fact.value).collect(),
                Block::Table(table) => table.rows.iter().flatten().filter_map(figure).collect(),
                _ => Vec::new(),
            };
            for figure in figures {
                // Folded rows hold their words together with spaces that don't break.
                let folded = figure.replace(' ', "\u{a0}");
                assert!(text.contains(figure) || text.contains(&folded), "{figure} at {width}\n{text}");
            }
        }
    }
}

fn figure(cell: &Cell) -> Option<&String> {
    match cell {
        Cell::Figure { text, missing: false, .. } => Some(text),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_line_goes_beyond_the_width(
        width in 60usize..=200,
        name in "([a-zé]{1,14}|日本語|\u{1f600}|[A-Z]{3}-[0-9]{5}| |\\PC){1,9}",
        values in prop::collection::vec(-5.0f64..100.0, 1..40),
    ) {
        thread_local! {
            static RICH: Document = weekly(&example::rich());
        }
        let mut document = everything(&name, &values);
        document.title = RICH.with(|rich| rich.title.clone()) + &name;
        for line in drawn(&document, width).lines() {
            prop_assert!(line.width() <= width.min(WIDEST), "{} > {width}: {line}", line.width());
        }
        for line in short(&document, true, &Style { width, colour: false }).lines() {
            prop_assert!(line.width() <= width.min(WIDEST), "{} > {width}: {line}", line.width());
        }
    }
}
