//! Headline figures with trend, signal and the evidence under them.

use super::title_of;
use crate::declaration::language::Language;
use crate::declaration::metric::{Definition, Unit};
use crate::declaration::report::{Section, Tile as Declared};
use crate::report::document::{Mark, Spark, Tile, Tone};
use crate::report::words::{dimensions, lower_first, signal_mark, title, value};
use crate::report::{dates, figure};
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::target::Status;

/// The tiles of a section, in order.
pub(super) fn tiles(scorecard: &Scorecard, section: &Section) -> Vec<Tile> {
    section.tiles.iter().map(|declared| tile(scorecard, declared)).collect()
}

fn tile(scorecard: &Scorecard, declared: &Declared) -> Tile {
    let language = &scorecard.language;
    let title = match &declared.title {
        Some(title) => language.word(title).to_owned(),
        None => title_of(scorecard, &declared.metric),
    };
    let kind = scorecard.period.kind;
    let mut evidence: Vec<String> = declared
        .evidence
        .iter()
        .filter_map(|metric| scorecard.card(metric, &[]))
        .filter(|card| {
            card.current().value.is_some() || figure::known(language, &card.metric, card.current()).is_some()
        })
        .map(|card| short(language, card))
        .collect();
    evidence.extend(below(scorecard, declared));
    let Some(card) = scorecard.card(&declared.metric, &[]) else {
        return Tile {
            title,
            value: language.word("no data").to_owned(),
            has_value: false,
            number: None,
            of: Some(declared.metric.clone()),
            delta: None,
            since: String::new(),
            spark: None,
            signal: Mark::new(Tone::NoData, language.word("nothing to measure")),
            evidence,
            parts: None,
        };
    };
    let delta = card.previous.as_ref().and_then(|before| {
        let now = card.current().value?;
        Some(figure::change_to(language, &card.metric, now - before.value?, now, figure::half(card.current())))
    });
    Tile {
        title,
        value: value(language, card),
        has_value: card.current().value.is_some(),
        number: figure::number_of(language, &card.metric, card.current()),
        of: Some(card.metric.id.clone()),
        delta,
        since: dates::since_before(language, kind),
        spark: spark(language, card).map(from_first),
        signal: signal_mark(language, &card.signal, kind),
        evidence,
        parts: parts(language, card),
    }
}

/// "MTBF 31 d (19 to 54)".
fn short(language: &Language, card: &Card) -> String {
    // A count is what happened; its interval is evidence for the detail, not for the tile.
    let interval = figure::interval(language, &card.metric, card.current()).filter(|_| card.metric.unit != Unit::Count);
    let range = interval.map_or_else(String::new, |interval| format!(" ({interval})"));
    format!("{} {}{range}", lower_first(title(language, &card.metric)), value(language, card))
}

fn below(scorecard: &Scorecard, declared: &Declared) -> Option<String> {
    let below = declared.below.as_ref()?;
    let cards = scorecard.by(&below.metric, &below.by);
    let held =
        cards.iter().filter(|card| matches!(card.standing.status, Status::Met | Status::AtRisk | Status::Missed));
    let (count, missed) =
        held.fold((0, 0), |(n, missed), card| (n + 1, missed + usize::from(card.standing.status == Status::Missed)));
    let language = &scorecard.language;
    (count > 0).then(|| {
        language.say(
            "{n} of {all} {dimensions} below target",
            &[("n", &missed), ("all", &count), ("dimensions", &dimensions(language, &below.by))],
        )
    })
}

/// The history of a card as a small trend; none with fewer than two figures.
pub(super) fn spark(language: &Language, card: &Card) -> Option<Spark> {
    let points: Vec<Option<f64>> = card.series.iter().map(|measure| measure.value).collect();
    if points.iter().flatten().count() < 2 {
        return None;
    }
    let limits = card.limits.map(|limits| [limits.lower, limits.mean, limits.upper]);
    let (title, n, now) = (title(language, &card.metric), points.len(), value(language, card));
    let text = |value| figure::value_text(language, &card.metric, value, None);
    let alt = match card.limits.map(|limits| [limits.lower, limits.upper].map(text)) {
        Some([low, high]) => language.say(
            "{title} over {n} periods, now {now}, usual range {low} to {high}",
            &[("title", &title), ("n", &n), ("now", &now), ("low", &low), ("high", &high)],
        ),
        None => language.say("{title} over {n} periods, now {now}", &[("title", &title), ("n", &n), ("now", &now)]),
    };
    Some(Spark { alt, points, limits, last: now, alarm: card.signal.worsening() })
}

/// Without the periods before the first figure, so that a short history fills its tile.
fn from_first(mut spark: Spark) -> Spark {
    let first = spark.points.iter().position(Option::is_some).unwrap_or(0);
    spark.points.drain(..first);
    spark
}

fn parts(language: &Language, card: &Card) -> Option<String> {
    let Definition::Index { .. } = card.metric.definition else { return None };
    let whole: f64 = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let words: Vec<String> = card
        .contributions
        .iter()
        .map(|part| {
            let title = lower_first(language.word(&part.title));
            let full = if whole > 0.0 { part.weight / whole * 100.0 } else { 0.0 };
            match part.score {
                Some(_) => language.say(
                    "{part} {points} of {full}",
                    &[("part", &title), ("points", &format!("{:.0}", part.points)), ("full", &format!("{full:.0}"))],
                ),
                None => format!("{title} {}", language.word("no data")),
            }
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" + "))
}
