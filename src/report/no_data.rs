//! Nothing is not zero, in any format: whatever kinds of nothing stand among the measures, no output holds a figure that isn't
//! one.

use proptest::prelude::*;
use serde_json::Value;

use super::compose::compose;
use super::figure;
use super::format::FORMATS;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::metrics::measure::{Measure, State};
use crate::scorecard::example;
use crate::scorecard::scorecard::Scorecard;
use crate::scorecard::target::Status;

/// Takes measures' figures away: 0 keeps one, 1 to 3 are the kinds of nothing, 4 is a zero over one row, 5 a whole over one row.
fn spoil(measures: &mut [Measure], kinds: &[u8]) {
    for (measure, kind) in measures.iter_mut().zip(kinds.iter().cycle()) {
        let state = match kind {
            1 => State::NoData,
            2 => State::NotApplicable,
            3 => State::NotEnough,
            4 | 5 => {
                let value = f64::from(u8::from(*kind == 5));
                (measure.n, measure.state) = (1, State::Value);
                measure.value = Some(value);
                (measure.numerator, measure.denominator) = (Some(value), Some(1.0));
                (measure.lower, measure.upper) = (None, None);
                continue;
            }
            _ => continue,
        };
        let period = measure.period.clone();
        *measure = Measure { n: 2, ..Measure::nothing(&measure.metric, period, measure.dims.clone(), state) };
    }
}

fn render(scorecard: &Scorecard, catalogue: &Catalogue, definitions: &Definitions) -> Vec<(&'static str, String)> {
    let document = compose(scorecard, &definitions.reports["weekly"]);
    let text = |format: &super::format::Format| {
        let text = String::from_utf8((format.render)(&document, catalogue).unwrap()).unwrap();
        // The script of a page is no part of what it says.
        match format.name {
            "html" => text.rsplit_once("<script>").unwrap().0.to_owned(),
            _ => text,
        }
    };
    FORMATS.iter().filter(|format| !format.binary).map(|format| (format.name, text(format))).collect()
}

/// Whether a word stands alone in a text.
fn holds_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|found| found == word)
}

fn check(scorecard: &Scorecard, catalogue: &Catalogue, definitions: &Definitions) {
    for card in scorecard.cards.values() {
        let words = figure::of(&scorecard.language, &card.metric, card.current());
        if card.current().value.is_none() {
            assert!(!words.contains('%') && !words.starts_with(|c: char| c.is_ascii_digit()), "{words}");
            assert!(!card.signal.is_signal() && card.score.is_none(), "{:?}", card.metric.id);
            assert!(matches!(card.standing.status, Status::NoData | Status::NoTarget));
            assert_eq!(figure::interval(&scorecard.language, &card.metric, card.current()), None);
        }
        assert!(card.score.is_none_or(|score| (0.0..=100.0 + 1e-9).contains(&score)));
        if let Some(limits) = card.limits {
            assert!(limits.mean.is_finite() && limits.lower.is_finite() && limits.upper.is_finite());
        }
    }
    for (format, text) in render(scorecard, catalogue, definitions) {
        for wrong in ["NaN", "nan", "inf", "Infinity", "infinity"] {
            assert!(!holds_word(&text, wrong), "{wrong} in {format}");
        }
        if format == "json" {
            let report: Value = serde_json::from_str(&text).unwrap();
            for measure in report["measures"].as_array().unwrap().iter().chain(report["history"].as_array().unwrap()) {
                // A number that JSON cannot write becomes null, and would show here as a value without one.
                assert_eq!(measure["state"] == "value", measure["value"].is_number(), "{measure}");
            }
        }
    }
}

#[test]
fn without_any_figure_no_format_says_a_percentage_of_it() {
    let (catalogue, metrics) = (Catalogue::embedded(), example::metrics());
    let definitions = Definitions::load(&catalogue);
    let (mut measures, targets) = example::input(&metrics, &example::targets());
    for kind in 1..=3 {
        spoil(&mut measures, &[kind]);
        let scorecard = example::of(measures.clone(), &targets);
        check(&scorecard, &catalogue, &definitions);
        assert!(scorecard.cards.values().all(|card| card.current().value.is_none()));
        let texts = render(&scorecard, &catalogue, &definitions);
        let (_, page) = texts.iter().find(|(format, _)| *format == "md").unwrap();
        let figures = page.split("## How far to trust this page").next().unwrap();
        // Percentages are what is known of the records, of the checks, and targets, which stand in tables.
        let known =
            |line: &&str| line.starts_with('|') || line.contains("understood") || line.contains("checks were silent");
        assert_eq!(figures.lines().find(|line| line.contains('%') && !known(line)), None);
        assert!(!figures.contains("100\u{202f}%") && !figures.contains("| 0\u{202f}%"), "{figures}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_figures_and_nothing_gives_honest_outputs(kinds in prop::collection::vec(0u8..6, 1..60)) {
        thread_local! {
            static SHIPPED: (Catalogue, Definitions) = {
                let catalogue = Catalogue::embedded();
                let definitions = Definitions::load(&catalogue);
                (catalogue, definitions)
            };
        }
        let (mut measures, targets) = example::input(&example::metrics(), &example::targets());
        spoil(&mut measures, &kinds);
        let scorecard = example::of(measures, &targets);
        SHIPPED.with(|(catalogue, definitions)| check(&scorecard, catalogue, definitions));
    }
}
