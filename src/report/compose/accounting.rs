//! Methods of accounting side by side: one row per service, one column per method, the agreement's own marked.

use super::title_of;
use crate::declaration::language::Language;
use crate::declaration::report::{ACCOUNTED, Section};
use crate::metrics::measure::State;
use crate::report::document::{Block, Cell, Heading, Table, Tone};
use crate::report::figure;
use crate::report::words::{dimension_heading, slice_name, upper_first, value};
use crate::scorecard::scorecard::{Card, Scorecard};

/// The services whose figures differ by method; the rest is counted.
pub(super) fn accounting(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    let [by, rule] = section.by.as_slice() else { return Vec::new() };
    let mut names: Vec<&str> =
        section.metrics.iter().flat_map(|m| scorecard.by(m, by)).filter_map(|card| card.dim(by)).collect();
    names.sort_unstable();
    names.dedup();
    let rules: Vec<(&str, &str)> = scorecard
        .by_all(ACCOUNTED, &[by, rule])
        .into_iter()
        .filter(|card| card.current().value.is_some())
        .filter_map(|card| Some((card.dim(by)?, card.dim(rule)?)))
        .collect();
    let all = names.len();
    names.retain(|name| {
        let values: Vec<f64> = section
            .metrics
            .iter()
            .filter_map(|metric| scorecard.card(metric, &[(by, name)])?.current().value)
            .collect();
        values.windows(2).any(|pair| pair[0] != pair[1])
    });
    if names.is_empty() {
        return super::note(language, section, language.word("Every method gives the same figures."));
    }
    let mut columns = vec![Heading::left(dimension_heading(language, by))];
    columns.extend(section.metrics.iter().map(|metric| Heading { text: method(scorecard, metric), right: true }));
    let rows = names
        .iter()
        .map(|name| {
            let mut row = vec![Cell::text(slice_name(language, name))];
            row.extend(section.metrics.iter().map(|metric| {
                let is_rule = |rule: &str| metric.ends_with(&format!("_maintenance_{rule}"));
                let agreed = rules.iter().any(|(service, rule)| service == name && is_rule(rule));
                cell(language, scorecard.card(metric, &[(by, name)]), agreed)
            }));
            row
        })
        .collect();
    let caption = super::one_row_per(language, section, by);
    let mut blocks = vec![Block::Table(Table { caption, by: None, columns, rows })];
    let same = all - names.len();
    if same > 0 {
        let text = language.say(
            "{n} more, for which every method gives the same figure.",
            &[("n", &figure::count(language, same as f64))],
        );
        blocks.push(Block::Note { text });
    }
    blocks
}

/// "Maintenance as up" of "Availability, maintenance counted as up".
fn method(scorecard: &Scorecard, metric: &str) -> String {
    let title = title_of(scorecard, metric);
    upper_first(title.split_once(", ").map_or(title.as_str(), |(_, method)| method)).replace(" counted as ", " as ")
}

fn cell(language: &Language, card: Option<&Card>, agreed: bool) -> Cell {
    let known = card.filter(|card| card.current().state == State::Value);
    let text = known.map_or_else(|| figure::NOTHING.to_owned(), |card| value(language, card));
    // Shape and word: the mark is not in the colour.
    let small = if agreed { format!("{} {}", Tone::Met.shape(), language.word("agreed")) } else { String::new() };
    Cell::Text { text, small, missing: known.is_none() }
}
