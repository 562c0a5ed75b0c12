//! The parts of a sum over a dimension, their shares, and what is left of the whole: printed, never hidden.

use super::title_of;
use crate::declaration::report::Section;
use crate::report::document::{Block, Cell, Heading, Table};
use crate::report::figure;
use crate::report::words::{dimension_heading, title, value, value_name};
use crate::scorecard::scorecard::{Card, Scorecard};

/// One row per part, the largest first, then the sum of the parts, the whole and the residual.
pub(super) fn shares(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let ([dimension], [part, whole]) = (section.by.as_slice(), section.metrics.as_slice()) else { return Vec::new() };
    let language = &scorecard.language;
    let mut parts: Vec<(&Card, f64)> = scorecard
        .by(part, dimension)
        .into_iter()
        .filter_map(|card| Some((card, card.current().value?)))
        .filter(|(_, amount)| *amount != 0.0)
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.dim(dimension).cmp(&b.0.dim(dimension))));
    let all = scorecard.card(whole, &[]);
    let total = all.and_then(|card| card.current().value);
    let (Some(all), Some(total)) = (all, total.filter(|_| !parts.is_empty())) else {
        return super::note(language, section, language.word("There is nothing to divide."));
    };
    let sum: f64 = parts.iter().map(|(_, amount)| amount).sum();
    let share = |amount: f64| match total > 0.0 {
        true => figure::share(language, amount / total, None),
        false => figure::NOTHING.to_owned(),
    };
    let own = dimension.trim_start_matches("cause_");
    let unnamed = language.say("no {dimension} named", &[("dimension", &language.word(&own.replace('_', " ")))]);
    let columns = vec![
        Heading::left(dimension_heading(language, own)),
        Heading::right(title_of(scorecard, whole)),
        Heading::right(language.word("Share")),
    ];
    let mut rows: Vec<Vec<Cell>> = parts
        .iter()
        .map(|(card, amount)| {
            let name =
                card.dim(dimension).filter(|name| !name.is_empty()).map(|name| value_name(language, dimension, name));
            vec![Cell::text(name.unwrap_or(&unnamed)), Cell::text(value(language, card)), Cell::text(share(*amount))]
        })
        .collect();
    // A rounding of floating-point sums is no residual.
    let residual = if (total - sum).abs() < 1e-6 * total.abs().max(1.0) { 0.0 } else { total - sum };
    let text = |amount: f64| figure::value_text(language, &all.metric, amount, None);
    let sums = [
        (language.word("Sum of the parts"), sum),
        (title(language, &all.metric), total),
        (language.word("Residual"), residual),
    ];
    for (name, amount) in sums {
        rows.push(vec![Cell::text(name), Cell::text(text(amount)), Cell::text(share(amount))]);
    }
    // The caption is the finding: the largest part that has a name.
    let named = parts.iter().find(|(card, _)| card.dim(dimension).is_some_and(|name| !name.is_empty()));
    let finding = match named.and_then(|(card, amount)| Some((card.dim(dimension)?, amount))) {
        Some((name, amount)) => format!("{} {}", value_name(language, dimension, name), share(*amount)),
        None => unnamed,
    };
    let caption = language.say("{all} in all: {finding}", &[("all", &value(language, all)), ("finding", &finding)]);
    vec![Block::Table(Table { caption, by: None, columns, rows })]
}
