//! Whatever a report holds, no line goes beyond its width, no figure is cut, and nothing in it is obeyed by a terminal.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::report::compose::compose;
use crate::report::document::{
    Bin, BurnDown, Calendar, CalendarDay, CalendarRow, Cell, Chart, Drawing, Flow, Funnel, Heading, Histogram,
    Multiples, Panel, Pareto, Part, Survival, Table, Waterfall,
};
use crate::scorecard::example;
use crate::scorecard::scorecard::Scorecard;

fn weekly(scorecard: &Scorecard) -> Document {
    compose(scorecard, &Definitions::load(&Catalogue::embedded()).reports["weekly"])
}

fn drawn(document: &Document, width: usize) -> String {
    draw(document, &Style { width, colour: false })
}

/// Every kind of chart that the weekly report has not.
fn drawings(name: &str, values: &[f64]) -> Vec<Drawing> {
    let texts = || values.iter().map(|value| format!("{value:.1}\u{a0}%"));
    let part = |(value, text): (&f64, String)| Part { name: name.to_owned(), value: *value, text };
    let parts = || values.iter().zip(texts()).map(part).collect::<Vec<Part>>();
    let days: Vec<String> = (0..90).map(|day| format!("2026-{:02}-{:02}", day / 28 + 1, day % 28 + 1)).collect();
    let day = |day: usize| CalendarDay {
        tone: [Tone::Met, Tone::Missed, Tone::NoData][day % 3],
        depth: 0.5,
        text: "99.9\u{a0}%".to_owned(),
    };
    let bin = |from: f64, count: f64| Bin { from, to: from + 1.0, count, text: format!("{from}: {count}") };
    let ticks = || vec![(values[0], "now".to_owned()), (values[0] + 3.0, "then".to_owned())];
    let points: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    let panel = Panel {
        name: name.to_owned(),
        texts: points.iter().map(|point| point.map_or_else(String::new, |value| value.to_string())).collect(),
        points,
        limits: Some([0.0, 1.0, 2.0]),
        target: None,
        last: "7\u{a0}h".to_owned(),
        alarm: true,
    };
    vec![
        Drawing::BurnDown(BurnDown {
            points: values.iter().enumerate().map(|(at, value)| (at as f64 / 20.0, *value)).collect(),
            alerts: vec![0.0, 0.4, 1.0],
            first_day: "1 June".to_owned(),
            last_day: "30 June".to_owned(),
            last: "−42\u{a0}%".to_owned(),
            nothing: "nothing left".to_owned(),
        }),
        Drawing::Calendar(Calendar {
            marks: (0..4).map(|month| (month * 28, format!("month {month}"))).filter(|(at, _)| *at < 90).collect(),
            rows: vec![CalendarRow {
                name: name.to_owned(),
                days: (0..days.len()).map(day).collect(),
                text: "99.9\u{a0}%".to_owned(),
                missed: true,
            }],
            weeks: vec![0, 7],
            period: (60, "March".to_owned()),
            key: vec![(day(1), "missed".to_owned())],
            days,
        }),
        Drawing::Survival(Survival {
            steps: vec![(0.0, 1.0, 1.0, 1.0), (3.0, 0.6, 0.5, 0.7), (9.0, 0.1, 0.0, 0.3)],
            censored: vec![4.0],
            ticks: vec![(0.0, "0".to_owned()), (9.0, "9 h".to_owned())],
            median: Some((4.0, "half within 4\u{a0}h".to_owned())),
            levels: ["all", "half", "none"].map(str::to_owned),
            last: "10\u{a0}%".to_owned(),
            readings: vec![("3\u{a0}h".to_owned(), "60\u{a0}%".to_owned())],
        }),
        Drawing::Pareto(Pareto {
            bars: parts(),
            running: values.to_vec(),
            running_texts: texts().collect(),
            level: (0.8, "80\u{a0}%".to_owned()),
            heading: "Share".to_owned(),
        }),
        Drawing::Histogram(Histogram {
            bins: values.iter().enumerate().map(|(at, value)| bin(at as f64, *value)).collect(),
            ticks: ticks(),
            percentiles: vec![(1.0, "half within".to_owned(), "2\u{a0}h".to_owned())],
        }),
        Drawing::Flow(Flow {
            periods: texts().collect(),
            came: values.to_vec(),
            went: vec![0.0; values.len()],
            names: ["came", "went", "open"].map(str::to_owned),
            open: vec!["214".to_owned(); values.len()],
        }),
        Drawing::Funnel(Funnel { stages: parts(), shares: texts().collect(), worst: None }),
        Drawing::Multiples(Multiples {
            by: "service".to_owned(),
            panels: vec![panel; 2],
            ends: ["week 1", "week 9"].map(str::to_owned),
            periods: texts().collect(),
            scale: [0.0, 9.0],
            scale_texts: ["0", "9"].map(str::to_owned),
        }),
        Drawing::Waterfall(Waterfall {
            start: parts().remove(0),
            steps: parts().into_iter().map(|part| (part, true)).collect(),
            end: parts().remove(0),
            alarm: true,
            from_zero: true,
        }),
    ]
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
