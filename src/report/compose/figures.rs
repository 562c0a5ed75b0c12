//! Matrix, bands and trends.

use crate::declaration::report::Section;
use crate::report::document::{Bands, Block, Chart, Drawing, Matrix, MatrixCell, Part, Trend};
use crate::report::words::{self, evidence, signal_mark, slice_name, title, upper_first, value};
use crate::report::{dates, figure};
use crate::scorecard::scorecard::{Card, Scorecard};

/// Counts from one value of a dimension to another, with a second figure small below them.
pub(super) fn matrix(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let ([from, to], Some(counted)) = (section.by.as_slice(), section.metrics.first()) else { return Vec::new() };
    let language = &scorecard.language;
    let cards = scorecard.by_all(counted, &[from, to]);
    let counts: Vec<(&str, &str, f64)> = cards
        .iter()
        .filter_map(|card| Some((card.dim(from)?, card.dim(to)?, card.current().value?)))
        .filter(|(from, to, count)| !from.is_empty() && !to.is_empty() && *count > 0.0)
        .collect();
    if counts.is_empty() {
        return super::note(language, section, language.word("There was none."));
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
        card.current().value.map(|_| value(language, card))
    };
    let label = |dimension: &str, name: &str| {
        let last = upper_first(dimension.rsplit('_').next().unwrap_or(dimension));
        format!("{} {name}", language.word(&last))
    };
    let body = rows
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|column| {
                let count = counts.iter().find(|cell| cell.0 == row && cell.1 == column)?.2;
                Some(MatrixCell {
                    text: figure::count(language, count),
                    number: count,
                    small: small(row, column).unwrap_or_default(),
                    weight: count / largest,
                })
            });
            (label(from, slice_name(language, row)), cells.collect())
        })
        .collect();
    let total: f64 = counts.iter().map(|cell| cell.2).sum();
    let (number, counted) = (figure::count(language, total), super::title_of(scorecard, counted).to_lowercase());
    let caption = match section.metrics.get(1) {
        Some(second) => language.say(
            "{n} {counted}, and {second}",
            &[("n", &number), ("counted", &counted), ("second", &super::title_of(scorecard, second).to_lowercase())],
        ),
        None => format!("{number} {counted}"),
    };
    let columns = columns.iter().map(|column| format!("→ {}", slice_name(language, column))).collect();
    vec![Block::Matrix(Matrix { caption, columns, rows: body })]
}

/// One bar, split over a dimension.
pub(super) fn bands(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let (Some(metric), Some(dimension)) = (section.metrics.first(), section.by.first()) else { return Vec::new() };
    let language = &scorecard.language;
    let mut cards = scorecard.by(metric, dimension);
    cards.sort_by_key(|card| order(card.dim(dimension).unwrap_or_default()));
    let bands: Vec<Part> = cards
        .iter()
        .filter_map(|card| Some((card.dim(dimension)?.to_owned(), card.current().value?)))
        .map(|(name, value)| Part {
            name: language.word(&name).to_owned(),
            value,
            text: figure::count(language, value),
        })
        .collect();
    let total: f64 = bands.iter().map(|band| band.value).sum();
    if total <= 0.0 {
        return super::note(language, section, language.word("None is open."));
    }
    let old: f64 = bands
        .iter()
        .filter(|band| section.old.iter().any(|old| language.word(old) == band.name))
        .map(|band| band.value)
        .sum();
    let all = figure::count(language, total);
    let caption = match section.old.first() {
        Some(first) if old > 0.0 => language.say(
            "{n} in all, {old} of them older than {days} days",
            &[("n", &all), ("old", &figure::count(language, old)), ("days", &first.split('-').next().unwrap_or(first))],
        ),
        _ => language.say("{n} in all, none of them old", &[("n", &all)]),
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
    match found.is_empty() {
        true => {
            let language = &scorecard.language;
            super::note(language, section, language.word("There is no history to show yet."))
        }
        false => found,
    }
}

fn trend(scorecard: &Scorecard, card: &Card) -> Chart {
    let language = &scorecard.language;
    let half = figure::half(card.current());
    let text = |value: f64| figure::value_text(language, &card.metric, value, half);
    let signal = signal_mark(language, &card.signal, scorecard.period.kind);
    let caption = format!("{} {}: {}", title(language, &card.metric), value(language, card), signal.text());
    let short = |measure: &crate::metrics::measure::Measure| {
        measure.period.id.rsplit_once('-').map_or_else(|| measure.period.id.clone(), |(_, rest)| rest.to_owned())
    };
    let mut parts = evidence(language, card);
    if let Some(since) = &card.signal.since {
        let since = dates::since(language, since, scorecard.zone);
        parts.push(language.say("since {day}", &[("day", &since)]));
    }
    parts.extend(words::change(language, card, scorecard.zone));
    parts.extend(words::wandering(language, &card.signal, scorecard.period.kind).filter(|_| card.signal.is_signal()));
    let changes = card
        .signal
        .changes
        .iter()
        .filter_map(|change| card.series.iter().position(|measure| measure.period.id == change.period.id));
    let limits = card.limits;
    let periods = card.series.len();
    let shown = match limits.map(|limits| [limits.mean, limits.lower, limits.upper].map(text)) {
        Some([mean, low, high]) => language.say(
            "{n} periods, mean {mean}, usual range {low} to {high}",
            &[("n", &periods), ("mean", &mean), ("low", &low), ("high", &high)],
        ),
        None => language.say("{n} periods", &[("n", &periods)]),
    };
    let limit_texts = limits.map(|limits| [text(limits.lower), text(limits.mean), text(limits.upper)]);
    let target = card.agreed().map(|target| (target.target, figure::target(language, &card.metric, target.target)));
    let name_of = |phrase: &str, value: Option<&String>| match value {
        Some(value) => language.say(phrase, &[("value", value)]),
        None => String::new(),
    };
    let drawing = Trend {
        name: title(language, &card.metric).to_owned(),
        texts: card.series.iter().map(|measure| measure.value.map_or_else(String::new, text)).collect(),
        points: card.series.iter().map(|measure| measure.value).collect(),
        periods: card.series.iter().map(short).collect(),
        limits: limits.map(|limits| [limits.lower, limits.mean, limits.upper]),
        mean_label: name_of(language.word("mean {value}"), limit_texts.as_ref().map(|texts| &texts[1])),
        target_label: name_of(language.word("target {value}"), target.as_ref().map(|(_, text)| text)),
        limit_texts,
        target,
        last: value(language, card),
        signal: card.signal.is_signal(),
        alarm: card.signal.worsening(),
        changes: changes.collect(),
    };
    Chart {
        alt: format!("{caption}. {shown}"), caption, evidence: parts.join(" · "), drawing: Drawing::Trend(drawing)
    }
}
