//! The parts of a sum over a dimension, their shares, and what is left of the whole: printed, never hidden.

use super::title_of;
use crate::declaration::report::Section;
use crate::report::document::{Block, Cell, Heading, Table};
use crate::report::figure;
use crate::report::words::{upper_first, value};
use crate::scorecard::scorecard::{Card, Scorecard};

/// One row per part, the largest first, then the sum of the parts, the whole and the residual.
pub(super) fn shares(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let ([dimension], [part, whole]) = (section.by.as_slice(), section.metrics.as_slice()) else { return Vec::new() };
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
        let nothing = if section.empty.is_empty() { "There is nothing to divide." } else { &section.empty };
        return vec![Block::Note { text: nothing.to_owned() }];
    };
    let sum: f64 = parts.iter().map(|(_, amount)| amount).sum();
    let share =
        |amount: f64| if total > 0.0 { figure::share(amount / total, None) } else { figure::NOTHING.to_owned() };
    let word = dimension.trim_start_matches("cause_").replace('_', " ");
    let columns =
        vec![Heading::left(upper_first(&word)), Heading::right(title_of(scorecard, whole)), Heading::right("Share")];
    let mut rows: Vec<Vec<Cell>> = parts
        .iter()
        .map(|(card, amount)| {
            let name = card.dim(dimension).filter(|name| !name.is_empty()).map(str::to_owned);
            vec![
                Cell::text(name.unwrap_or_else(|| format!("no {word} named"))),
                Cell::text(value(card)),
                Cell::text(share(*amount)),
            ]
        })
        .collect();
    // A rounding of floating-point sums is no residual.
    let residual = if (total - sum).abs() < 1e-6 * total.abs().max(1.0) { 0.0 } else { total - sum };
    let text = |amount: f64| figure::value_text(&all.metric, amount, None);
    for (name, amount) in [("Sum of the parts", sum), (all.metric.title.as_str(), total), ("Residual", residual)] {
        rows.push(vec![Cell::text(name), Cell::text(text(amount)), Cell::text(share(amount))]);
    }
    // The caption is the finding: the largest part that has a name.
    let named = parts.iter().find(|(card, _)| card.dim(dimension).is_some_and(|name| !name.is_empty()));
    let finding = match named.and_then(|(card, amount)| Some((card.dim(dimension)?, amount))) {
        Some((name, amount)) => format!("{name} {}", share(*amount)),
        None => format!("no {word} named"),
    };
    let caption = format!("{} in all: {finding}", value(all));
    vec![Block::Table(Table { caption, by: None, columns, rows })]
}
