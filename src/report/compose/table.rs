//! Tables: one row per value of a dimension, or one row per metric.

use std::cmp::Ordering;

use super::tiles::spark;
use super::title_of;
use crate::declaration::metric::{Better, Unit};
use crate::declaration::report::{Column, Section, Show};
use crate::metrics::measure::{Measure, State};
use crate::report::document::{Bar, Block, Cell, Heading, Mark, Number, Spark, Table, Tone, places};
use crate::report::duration::NARROW;
use crate::report::figure;
use crate::report::words::{evidence, signal_mark, slice_name, status_mark, value};
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::target::Status;

/// One row per value of the section's dimension.
pub(super) fn table(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let Some(dimension) = section.by.first() else { return Vec::new() };
    let mut names: Vec<&str> = section
        .columns
        .iter()
        .flat_map(|column| scorecard.by(&column.metric, dimension))
        .filter_map(|card| card.dim(dimension))
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        let text =
            if section.empty.is_empty() { format!("There is no {dimension} to show.") } else { section.empty.clone() };
        return vec![Block::Note { text }];
    }
    let measures = |name: &str| {
        let card = |column: &Column| scorecard.card(&column.metric, &[(dimension, name)]);
        section.columns.iter().filter_map(card).map(Card::current).collect::<Vec<_>>()
    };
    // What no column is about has no place in the table, and no place among what is missing from it.
    names.retain(|name| {
        let outside = |measure: &&Measure| measure.rows == 0 && measure.excluded.iter().any(|(_, count)| *count > 0);
        !measures(name).iter().all(outside)
    });
    // A row of zeros and gaps says nothing; that there are records and no figure says something.
    let says_something = |name: &&str| {
        let says = |measure: &&Measure| measure.value.map_or(measure.rows > 0, |value| value != 0.0);
        measures(name).iter().any(says)
    };
    let all = names.len();
    names.retain(says_something);
    let silent = all - names.len();
    if let Some(metric) = &section.sort {
        names.sort_by(|a, b| {
            worst_first(scorecard.card(metric, &[(dimension, a)]), scorecard.card(metric, &[(dimension, b)]))
        });
    }
    let more = section.limit.map_or(0, |limit| names.len().saturating_sub(limit));
    let hidden: Vec<String> = names.split_off(names.len() - more).into_iter().map(str::to_owned).collect();
    let mut columns = vec![Heading::left(upper(dimension))];
    columns.extend(section.columns.iter().map(|column| Heading {
        text: match column.show {
            Show::Bar => column.title.clone().unwrap_or_else(|| ends(&scorecard.by(&column.metric, dimension))),
            _ => column.title.clone().unwrap_or_else(|| title_of(scorecard, &column.metric)),
        },
        right: matches!(column.show, Show::Value | Show::Target | Show::Parts),
    }));
    let rows = names
        .iter()
        .map(|name| {
            let mut row = vec![Cell::text(slice_name(name))];
            row.extend(section.columns.iter().map(|column| {
                let cards = scorecard.by(&column.metric, dimension);
                cell(column, scorecard.card(&column.metric, &[(dimension, name)]), &cards)
            }));
            row
        })
        .collect();
    let caption = format!("{}: one row per {dimension}", section.title);
    let mut blocks = vec![Block::Table(Table { caption, by: Some(dimension.clone()), columns, rows })];
    blocks.extend(super::unshown(&hidden));
    let nothing = || format!("{} more with nothing in this period.", figure::count(silent as f64));
    blocks.extend((silent > 0).then(|| Block::Note { text: nothing() }));
    blocks.extend(gaps(scorecard, dimension));
    blocks
}

/// Says why a service has no or little figure.
fn gaps(scorecard: &Scorecard, dimension: &str) -> Option<Block> {
    if dimension != "service" || scorecard.quality.gaps.is_empty() {
        return None;
    }
    let names: Vec<String> = scorecard
        .quality
        .gaps
        .iter()
        .map(|(service, coverage)| {
            let silent = figure::share(1.0 - coverage, None);
            format!("{service}: checks were silent for {silent} of the time, which counts neither as up nor as down")
        })
        .collect();
    Some(Block::Note { text: format!("{}.", names.join("; ")) })
}

fn upper(text: &str) -> String {
    crate::report::words::upper_first(&text.replace('_', " "))
}

/// The order of cards by status, then by figure.
pub(super) fn worst_first(a: Option<&Card>, b: Option<&Card>) -> Ordering {
    let rank = |card: Option<&Card>| match card.map(|card| card.standing.status) {
        Some(Status::Missed) => 0,
        Some(Status::AtRisk) => 1,
        Some(Status::Met | Status::NoTarget) => 2,
        Some(Status::NoData) | None => 3,
    };
    let badness = |card: Option<&Card>| {
        let card = card?;
        let value = card.current().value?;
        Some(if card.metric.better == Better::Lower { -value } else { value })
    };
    rank(a).cmp(&rank(b)).then_with(|| match (badness(a), badness(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    })
}

fn cell(column: &Column, card: Option<&Card>, all: &[&Card]) -> Cell {
    let missing = || Cell::missing(figure::NOTHING);
    let Some(card) = card else {
        return if column.show == Show::Bar { Cell::Bar { bar: None } } else { missing() };
    };
    match column.show {
        Show::Value => {
            let measure = card.current();
            let little = measure.coverage.filter(|coverage| *coverage < 0.95);
            let small =
                little.map_or_else(String::new, |coverage| format!("coverage {}", figure::share(coverage, None)));
            let text = match measure.state {
                State::Value => aligned(card, all),
                _ => figure::known(&card.metric, measure).unwrap_or_else(|| figure::NOTHING.to_owned()),
            };
            of_card(card, text, small)
        }
        Show::Status => Cell::Mark(status_mark(card.standing)),
        Show::Target => match card.agreed() {
            Some(target) => of_target(card, target.target),
            None => missing(),
        },
        Show::Bar => Cell::Bar { bar: bar(card, all) },
        Show::Trend => Cell::Spark { spark: row_spark(card) },
        Show::Parts => match (card.current().numerator, card.current().denominator) {
            (Some(over), Some(under)) if under > 0.0 => {
                let text = format!("{} of {}", figure::count(over), figure::count(under));
                Cell::Figure {
                    text,
                    small: String::new(),
                    missing: false,
                    number: None,
                    of: Some(card.metric.id.clone()),
                }
            }
            _ => missing(),
        },
    }
}

/// The figure of a card in a table, as `text` says it.
pub(super) fn of_card(card: &Card, text: String, small: String) -> Cell {
    let measure = card.current();
    let known = figure::number_of(&card.metric, measure);
    let number = known.map(|number| Number { places: places(&text), ..number });
    Cell::Figure { text, small, missing: measure.value.is_none(), number, of: Some(card.metric.id.clone()) }
}

/// The figure of an earlier period in a table.
fn of_measure(card: &Card, measure: &Measure) -> Cell {
    let text = figure::of(&card.metric, measure);
    match figure::number_of(&card.metric, measure) {
        Some(number) => Cell::number(text, number),
        None => Cell::Text { text, small: String::new(), missing: measure.value.is_none() },
    }
}

/// A target in a table.
fn of_target(card: &Card, target: f64) -> Cell {
    let text = figure::target(&card.metric, target);
    let number = figure::number(&card.metric, target, &text);
    Cell::number(text, number)
}

/// A figure with the digits that all of its column can bear: shares whose intervals differ would else have as many decimals each.
fn aligned(card: &Card, all: &[&Card]) -> String {
    let widest = all.iter().filter_map(|card| figure::half(card.current())).reduce(f64::max);
    match (card.metric.unit, &card.metric.up_to, card.current().value) {
        (Unit::Share, None, Some(value)) => figure::value_text(&card.metric, value, widest),
        _ => value(card),
    }
}

/// The trend of a row, whose figure stands beside it already.
fn row_spark(card: &Card) -> Option<Spark> {
    spark(card).map(|spark| Spark { last: String::new(), ..spark })
}

/// The lowest and the highest of a column's figures, targets and limits; none where they are one.
fn scale(all: &[&Card]) -> Option<(f64, f64)> {
    let on_scale = |card: &&Card| {
        let target = card.agreed();
        [card.current().value, target.map(|target| target.target), target.and_then(|target| target.limit)]
    };
    let values: Vec<f64> = all.iter().flat_map(on_scale).flatten().collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (high > low).then_some((low, high))
}

/// "97.67 to 100 %": what a bar's length stands for, since no bar begins at zero.
fn ends(all: &[&Card]) -> String {
    let Some(((low, high), card)) = scale(all).zip(all.first()) else { return String::new() };
    let [low, high] = [low, high].map(|end| figure::value_text(&card.metric, end, None));
    let unit = high.split_once(NARROW).map_or("", |(_, unit)| unit);
    let low = low.strip_suffix(unit).map_or(low.as_str(), |number| number.trim_end_matches(NARROW));
    format!("{low} to {high}")
}

/// The figure on the scale of its column: from the worst limit or figure to the best.
fn bar(card: &Card, all: &[&Card]) -> Option<Bar> {
    let value = card.current().value?;
    let target = card.agreed();
    let (low, high) = scale(all)?;
    let place = |value: f64| (value - low) / (high - low);
    let alt = match target {
        Some(target) => {
            format!("{} against target {}", self::value(card), figure::target(&card.metric, target.target))
        }
        None => self::value(card),
    };
    Some(Bar {
        length: place(value),
        target: target.map(|target| place(target.target)),
        missed: card.standing.status == Status::Missed,
        alt,
    })
}

/// One row per metric: figure, change, trend, status, signal.
pub(super) fn figures(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let columns = vec![
        Heading::left("Figure"),
        Heading::right("Now"),
        Heading::right("Before"),
        Heading::right("Target"),
        Heading::left("Status"),
        Heading::left("Trend"),
        Heading::left("Signal"),
    ];
    let kind = scorecard.period.kind;
    let has_ever = |card: &Card| card.series.iter().any(|measure| measure.value.is_some());
    let any_ever = section.metrics.iter().filter_map(|metric| scorecard.card(metric, &[])).any(has_ever);
    let rows: Vec<Vec<Cell>> = section
        .metrics
        .iter()
        .filter_map(|metric| scorecard.card(metric, &[]))
        .filter(|_| any_ever)
        .map(|card| {
            let before = card
                .previous
                .as_ref()
                .map_or_else(|| Cell::missing(figure::NOTHING), |before| of_measure(card, before));
            let target =
                card.agreed().map_or_else(|| Cell::missing(figure::NOTHING), |target| of_target(card, target.target));
            let evidence = evidence(card).join(" · ");
            let signal = if card.current().value.is_some() {
                signal_mark(&card.signal, kind)
            } else {
                Mark::new(Tone::Plain, figure::NOTHING)
            };
            vec![
                Cell::small(&card.metric.title, evidence),
                of_card(card, value(card), String::new()),
                before,
                target,
                Cell::Mark(status_mark(card.standing)),
                Cell::Spark { spark: row_spark(card) },
                Cell::Mark(signal),
            ]
        })
        .collect();
    if rows.is_empty() {
        let text =
            if section.empty.is_empty() { "There is nothing to measure.".to_owned() } else { section.empty.clone() };
        return vec![Block::Note { text }];
    }
    vec![Block::Table(Table { caption: section.title.clone(), by: None, columns, rows })]
}
