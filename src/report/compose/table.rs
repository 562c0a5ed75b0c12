//! Tables: one row per value of a dimension, or one row per metric.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::tiles::spark;
use super::title_of;
use crate::declaration::language::Language;
use crate::declaration::metric::{Better, Unit};
use crate::declaration::report::{Column, Section, Show};
use crate::metrics::measure::{Measure, State};
use crate::report::document::{Bar, Block, Cell, Heading, Mark, Number, Spark, Table, Tone, places};
use crate::report::duration::NARROW;
use crate::report::figure;
use crate::report::words::{self, dimension_heading, evidence, signal_mark, slice_name, status_mark, title, value};
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::target::Status;

/// One row per value of the section's dimension.
pub(super) fn table(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let Some(dimension) = section.by.first() else { return Vec::new() };
    let language = &scorecard.language;
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
        let nothing =
            language.say("There is no {dimension} to show.", &[("dimension", &words::dimension(language, dimension))]);
        return super::note(language, section, &nothing);
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
    let mut columns = vec![Heading::left(dimension_heading(language, dimension))];
    columns.extend(section.columns.iter().map(|column| {
        Heading {
            text: match (&column.title, column.show) {
                (Some(title), _) => language.word(title).to_owned(),
                (None, show) => Some(ends(language, &scorecard.by(&column.metric, dimension)))
                    .filter(|ends| show == Show::Bar && !ends.is_empty())
                    .unwrap_or_else(|| title_of(scorecard, &column.metric)),
            },
            right: matches!(column.show, Show::Value | Show::Target | Show::Parts),
        }
    }));
    let cards: Vec<Vec<&Card>> = section.columns.iter().map(|column| scorecard.by(&column.metric, dimension)).collect();
    let rows = names
        .iter()
        .map(|name| {
            let mut row = vec![Cell::text(slice_name(language, name))];
            row.extend(section.columns.iter().zip(&cards).map(|(column, cards)| {
                cell(language, column, scorecard.card(&column.metric, &[(dimension, name)]), cards)
            }));
            said_once(&mut row);
            row
        })
        .collect();
    let caption = super::one_row_per(language, section, dimension);
    let mut blocks = vec![Block::Table(Table { caption, by: Some(dimension.clone()), columns, rows })];
    blocks.extend(super::unshown(language, &hidden));
    let number = figure::count(language, silent as f64);
    let nothing = || language.say("{n} more with nothing in this period.", &[("n", &number)]);
    blocks.extend((silent > 0).then(|| Block::Note { text: nothing() }));
    blocks.extend(gaps(scorecard, dimension));
    blocks
}

/// Says why a service has no or little figure.
fn gaps(scorecard: &Scorecard, dimension: &str) -> Option<Block> {
    if dimension != "service" || scorecard.quality.gaps.is_empty() {
        return None;
    }
    let language = &scorecard.language;
    let names: Vec<String> = scorecard
        .quality
        .gaps
        .iter()
        .map(|(service, coverage)| {
            let silent = figure::share(language, 1.0 - coverage, None);
            language.say(
                "{service}: checks were silent for {share} of the time, which counts neither as up nor as down",
                &[("service", service), ("share", &silent)],
            )
        })
        .collect();
    Some(Block::Note { text: format!("{}.", names.join("; ")) })
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

fn cell(language: &Language, column: &Column, card: Option<&Card>, all: &[&Card]) -> Cell {
    let missing = || Cell::missing(figure::NOTHING);
    let Some(card) = card else {
        return if column.show == Show::Bar { Cell::Bar { bar: None } } else { missing() };
    };
    match column.show {
        Show::Value => {
            let measure = card.current();
            let little = measure.coverage.filter(|coverage| *coverage < 0.95);
            let mut notes: Vec<String> = little
                .map(|coverage| {
                    language.say("coverage {share}", &[("share", &figure::share(language, coverage, None))])
                })
                .into_iter()
                .collect();
            // What it was, and why, stands with the restated figures.
            if card.published.as_ref().is_some_and(|published| !published.redefined) {
                notes.push(language.word("restated").to_owned());
            }
            let small = notes.join(", ");
            let text = match measure.state {
                State::Value => aligned(language, card, all),
                _ => figure::known(language, &card.metric, measure).unwrap_or_else(|| figure::NOTHING.to_owned()),
            };
            of_card(language, card, text, small)
        }
        Show::Status => Cell::Mark(status_mark(language, card.standing)),
        Show::Target => match card.agreed() {
            Some(target) => of_target(language, card, target.target),
            None => missing(),
        },
        Show::Bar => Cell::Bar { bar: bar(language, card, all) },
        Show::Trend => Cell::Spark { spark: row_spark(language, card) },
        Show::Parts => match (card.current().numerator, card.current().denominator) {
            (Some(over), Some(under)) if under > 0.0 => {
                let text = language.say(
                    "{part} of {whole}",
                    &[("part", &figure::count(language, over)), ("whole", &figure::count(language, under))],
                );
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
pub(super) fn of_card(language: &Language, card: &Card, text: String, small: String) -> Cell {
    let measure = card.current();
    let known = figure::number_of(language, &card.metric, measure);
    let number = known.map(|number| Number { places: places(language, &text), ..number });
    Cell::Figure { text, small, missing: measure.value.is_none(), number, of: Some(card.metric.id.clone()) }
}

/// The figure of an earlier period in a table.
fn of_measure(language: &Language, card: &Card, measure: &Measure) -> Cell {
    let text = figure::of(language, &card.metric, measure);
    match figure::number_of(language, &card.metric, measure) {
        Some(number) => Cell::number(text, number),
        None => Cell::Text { text, small: String::new(), missing: measure.value.is_none() },
    }
}

/// A target in a table.
fn of_target(language: &Language, card: &Card, target: f64) -> Cell {
    let text = figure::target(language, &card.metric, target);
    let number = figure::number(language, &card.metric, target, &text);
    Cell::number(text, number)
}

/// A figure with the digits that all of its column can bear: shares whose intervals differ would else have as many decimals each.
fn aligned(language: &Language, card: &Card, all: &[&Card]) -> String {
    let widest = all.iter().filter_map(|card| figure::half(card.current())).reduce(f64::max);
    match (card.metric.unit, &card.metric.up_to, card.current().value) {
        (Unit::Share, None, Some(value)) => figure::value_text(language, &card.metric, value, widest),
        _ => value(language, card),
    }
}

/// The trend of a row, whose figure stands beside it already.
fn row_spark(language: &Language, card: &Card) -> Option<Spark> {
    spark(language, card).map(|spark| Spark { last: String::new(), ..spark })
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
fn ends(language: &Language, all: &[&Card]) -> String {
    let Some(((low, high), card)) = scale(all).zip(all.first()) else { return String::new() };
    let [low, high] = [low, high].map(|end| figure::value_text(language, &card.metric, end, None));
    let unit = high.split_once(NARROW).map_or("", |(_, unit)| unit);
    let low = low.strip_suffix(unit).map_or(low.as_str(), |number| number.trim_end_matches(NARROW));
    language.say("{low} to {high}", &[("low", &low), ("high", &high)])
}

/// The figure on the scale of its column: from the worst limit or figure to the best.
fn bar(language: &Language, card: &Card, all: &[&Card]) -> Option<Bar> {
    let value = card.current().value?;
    let target = card.agreed();
    let (low, high) = scale(all)?;
    let place = |value: f64| (value - low) / (high - low);
    let alt = match target {
        Some(target) => {
            let told = figure::target(language, &card.metric, target.target);
            language
                .say("{value} against target {target}", &[("value", &self::value(language, card)), ("target", &told)])
        }
        None => self::value(language, card),
    };
    Some(Bar {
        length: place(value),
        target: target.map(|target| place(target.target)),
        missed: card.standing.status == Status::Missed,
        alt,
    })
}

/// Takes away small type that another figure of the row has too: several of one fact have one coverage.
fn said_once(row: &mut [Cell]) {
    let mut said = BTreeSet::new();
    for cell in row {
        if let Cell::Figure { small, .. } = cell
            && !small.is_empty()
            && !said.insert(small.clone())
        {
            small.clear();
        }
    }
}

/// One row per metric: figure, change, trend, and as far as any of them has one, target, status and signal.
pub(super) fn figures(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    let mut columns = vec![
        Heading::left(language.word("Figure")),
        Heading::right(language.word("Now")),
        Heading::right(language.word("Before")),
        Heading::right(language.word("Target")),
        Heading::left(language.word("Status")),
        Heading::left(language.word("Trend")),
        Heading::left(language.word("Signal")),
    ];
    let kind = scorecard.period.kind;
    let has_ever = |card: &Card| card.series.iter().any(|measure| measure.value.is_some());
    let any_ever = section.metrics.iter().filter_map(|metric| scorecard.card(metric, &[])).any(has_ever);
    let cards: Vec<&Card> =
        section.metrics.iter().filter_map(|metric| scorecard.card(metric, &[])).filter(|_| any_ever).collect();
    let mut rows: Vec<Vec<Cell>> = cards
        .iter()
        .map(|card| {
            let before = card
                .previous
                .as_ref()
                .map_or_else(|| Cell::missing(figure::NOTHING), |before| of_measure(language, card, before));
            let target = card
                .agreed()
                .map_or_else(|| Cell::missing(figure::NOTHING), |target| of_target(language, card, target.target));
            let evidence = evidence(language, card).join(" · ");
            let signal = if card.current().value.is_some() {
                signal_mark(language, &card.signal, kind)
            } else {
                Mark::new(Tone::Plain, figure::NOTHING)
            };
            vec![
                Cell::small(title(language, &card.metric), evidence),
                of_card(language, card, value(language, card), String::new()),
                before,
                target,
                Cell::Mark(status_mark(language, card.standing)),
                Cell::Spark { spark: row_spark(language, card) },
                Cell::Mark(signal),
            ]
        })
        .collect();
    if rows.is_empty() {
        return super::note(language, section, language.word("There is nothing to measure."));
    }
    // A column in which nothing stands is noise.
    let held = cards.iter().any(|card| card.standing.status != Status::NoTarget);
    let judged = cards.iter().any(|card| card.signal.unjudged.is_none());
    let shown = [true, true, true, held, held, true, judged];
    for cells in &mut rows {
        let mut keep = shown.iter();
        cells.retain(|_| keep.next().copied().unwrap_or(true));
    }
    let mut keep = shown.iter();
    columns.retain(|_| keep.next().copied().unwrap_or(true));
    let table = Table { caption: language.word(&section.title).to_owned(), by: None, columns, rows };
    let mut blocks = vec![Block::Table(table)];
    if !judged {
        let text = language.word("No figure here has enough history yet to tell change from noise.").to_owned();
        blocks.push(Block::Note { text });
    }
    blocks
}
