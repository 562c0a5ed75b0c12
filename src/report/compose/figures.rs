//! Matrix, bands and trends.

use super::charts::short_period;
use crate::declaration::report::Section;
use crate::report::document::{Bands, Block, Chart, Drawing, Matrix, MatrixCell, Part, Trend};
use crate::report::figure;
use crate::report::words::{self, evidence, signal_mark, slice_name, upper_first, value};
use crate::scorecard::history;
use crate::scorecard::scorecard::{Card, Scorecard};

fn note(section: &Section, otherwise: &str) -> Vec<Block> {
    let text = if section.empty.is_empty() { otherwise.to_owned() } else { section.empty.clone() };
    vec![Block::Note { text }]
}

/// Counts from one value of a dimension to another, with a second figure small below them.
pub(super) fn matrix(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let ([from, to], Some(counted)) = (section.by.as_slice(), section.metrics.first()) else { return Vec::new() };
    let cards = scorecard.by_all(counted, &[from, to]);
    let counts: Vec<(&str, &str, f64)> = cards
        .iter()
        .filter_map(|card| Some((card.dim(from)?, card.dim(to)?, card.current().value?)))
        .filter(|(from, to, count)| !from.is_empty() && !to.is_empty() && *count > 0.0)
        .collect();
    if counts.is_empty() {
        return note(section, "There was none.");
    }
    let names = |pick: fn(&(&str, &str, f64)) -> String| {
        let mut names: Vec<String> = counts.iter().map(pick).collect();
        names.sort();
        names.dedup();
        names
    };
    let (rows, columns) = (names(|cell| cell.0.to_owned()), names(|cell| cell.1.to_owned()));
    let largest = counts.iter().map(|cell| cell.2).fold(1.0, f64::max);
    let small = |row: &str, column: &str| {
        let metric = section.metrics.get(1)?;
        let card = scorecard.card(metric, &[(from, row), (to, column)])?;
        card.current().value.map(|_| value(card))
    };
    let label = |dimension: &str, name: &str| {
        format!("{} {name}", upper_first(dimension.rsplit('_').next().unwrap_or(dimension)))
    };
    let body = rows
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|column| {
                let count = counts.iter().find(|cell| cell.0 == row && cell.1 == column)?.2;
                Some(MatrixCell {
                    text: figure::count(count),
                    number: count,
                    small: small(row, column).unwrap_or_default(),
                    weight: count / largest,
                })
            });
            (label(from, slice_name(row)), cells.collect())
        })
        .collect();
    let total: f64 = counts.iter().map(|cell| cell.2).sum();
    let second = section
        .metrics
        .get(1)
        .map_or_else(String::new, |metric| format!(", and {}", super::title_of(scorecard, metric).to_lowercase()));
    let caption = format!("{} {}{second}", figure::count(total), super::title_of(scorecard, counted).to_lowercase());
    let columns = columns.iter().map(|column| format!("→ {}", slice_name(column))).collect();
    vec![Block::Matrix(Matrix { caption, columns, rows: body })]
}

/// One bar, split over a dimension.
pub(super) fn bands(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let (Some(metric), Some(dimension)) = (section.metrics.first(), section.by.first()) else { return Vec::new() };
    let mut cards = scorecard.by(metric, dimension);
    cards.sort_by_key(|card| order(card.dim(dimension).unwrap_or_default()));
    let bands: Vec<Part> = cards
        .iter()
        .filter_map(|card| Some((card.dim(dimension)?.to_owned(), card.current().value?)))
        .map(|(name, value)| Part { name, value, text: figure::count(value) })
        .collect();
    let total: f64 = bands.iter().map(|band| band.value).sum();
    if total <= 0.0 {
        return note(section, "None is open.");
    }
    let old: f64 = bands.iter().filter(|band| section.old.contains(&band.name)).map(|band| band.value).sum();
    let caption = match section.old.first() {
        Some(first) if old > 0.0 => {
            let days = first.split('-').next().unwrap_or(first);
            format!("{} in all, {} of them older than {days} days", figure::count(total), figure::count(old))
        }
        _ => format!("{} in all, none of them old", figure::count(total)),
    };
    let alt: Vec<String> = bands.iter().map(|band| format!("{}: {}", band.name, band.text)).collect();
    vec![Block::Chart(Chart {
        alt: format!("{caption}. {}", alt.join(", ")),
        caption,
        evidence: String::new(),
        drawing: Drawing::Bands(Bands { bands }),
    })]
}

/// Bands are in the order of their first number; "over 90 d" is last.
fn order(name: &str) -> (bool, u64) {
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    (name.starts_with("over"), digits.parse().unwrap_or(u64::MAX))
}

/// Trends with their limits.
pub(super) fn trends(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let found: Vec<Block> = section
        .metrics
        .iter()
        .filter_map(|metric| scorecard.card(metric, &[]))
        .filter(|card| card.series.iter().filter(|measure| measure.value.is_some()).count() > 1)
        .map(|card| Block::Chart(trend(scorecard, card)))
        .collect();
    if found.is_empty() { note(section, "There is no history to show yet.") } else { found }
}

fn trend(scorecard: &Scorecard, card: &Card) -> Chart {
    let half = figure::half(card.current());
    let text = |value: f64| figure::value_text(&card.metric, value, half);
    let signal = signal_mark(&card.signal, scorecard.period.kind);
    let caption = format!("{} {}: {}", card.metric.title, value(card), signal.text());
    let mut parts = evidence(card);
    if let Some(since) = &card.signal.since {
        parts.push(format!("since {}", words::since(since, scorecard.zone)));
    }
    parts.extend(words::change(card, scorecard.zone));
    parts.extend(words::wandering(&card.signal, scorecard.period.kind).filter(|_| card.signal.is_signal()));
    let changes = card
        .signal
        .changes
        .iter()
        .filter_map(|change| card.series.iter().position(|measure| measure.period.id == change.period.id));
    // A short history fills its drawing.
    let since = card.series.iter().position(|measure| measure.value.is_some()).unwrap_or(0);
    let shown = &card.series[since..];
    let from = |index: usize| index.checked_sub(since);
    let limits = card.limits;
    let range = limits.map_or_else(String::new, |limits| {
        format!(", mean {}, usual range {} to {}", text(limits.mean), text(limits.lower), text(limits.upper))
    });
    let drawing = Trend {
        name: card.metric.title.clone(),
        texts: shown.iter().map(|measure| measure.value.map_or_else(String::new, text)).collect(),
        points: shown.iter().map(|measure| measure.value).collect(),
        periods: shown.iter().map(|measure| short_period(scorecard, measure)).collect(),
        from_zero: card.metric.is_additive()
            && card.series.iter().all(|measure| measure.value.is_none_or(|value| value >= 0.0)),
        unusual: history::unusual(card).into_iter().filter_map(|(index, worse)| Some((from(index)?, worse))).collect(),
        limits: limits.map(|limits| [limits.lower, limits.mean, limits.upper]),
        limit_texts: limits.map(|limits| {
            let mean = scorecard.language.say("mean {value}", &[("value", &text(limits.mean))]);
            [text(limits.lower), mean, text(limits.upper)]
        }),
        target: card.agreed().map(|target| {
            let words = figure::target(&card.metric, target.target);
            (target.target, scorecard.language.say("target {value}", &[("value", &words)]))
        }),
        last: value(card),
        signal: card.signal.is_signal(),
        alarm: card.signal.worsening(),
        changes: changes.filter_map(from).collect(),
    };
    Chart {
        alt: format!("{caption}. {} periods{range}", shown.len()),
        caption,
        evidence: parts.join(" · "),
        drawing: Drawing::Trend(drawing),
    }
}
