//! Headline figures with trend, signal and the evidence under them.

use super::title_of;
use crate::declaration::metric::{Definition, Unit};
use crate::declaration::report::{Section, Tile as Declared};
use crate::report::document::{Mark, Spark, Tile, Tone};
use crate::report::figure;
use crate::report::words::{lower_first, signal_mark, value};
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::singular;
use crate::scorecard::target::Status;

/// The tiles of a section, in order.
pub(super) fn tiles(scorecard: &Scorecard, section: &Section) -> Vec<Tile> {
    section.tiles.iter().map(|declared| tile(scorecard, declared)).collect()
}

fn tile(scorecard: &Scorecard, declared: &Declared) -> Tile {
    let title = declared.title.clone().unwrap_or_else(|| title_of(scorecard, &declared.metric));
    let kind = scorecard.period.kind;
    let mut evidence: Vec<String> = declared
        .evidence
        .iter()
        .filter_map(|metric| scorecard.card(metric, &[]))
        .filter(|card| card.current().value.is_some() || figure::known(&card.metric, card.current()).is_some())
        .map(short)
        .collect();
    evidence.extend(below(scorecard, declared));
    let Some(card) = scorecard.card(&declared.metric, &[]) else {
        return Tile {
            title,
            value: "no data".to_owned(),
            has_value: false,
            number: None,
            of: Some(declared.metric.clone()),
            delta: None,
            since: String::new(),
            spark: None,
            signal: Mark::new(Tone::NoData, "nothing to measure"),
            evidence,
            parts: None,
        };
    };
    let delta = card.previous.as_ref().and_then(|before| {
        let now = card.current().value?;
        Some(figure::change_to(&card.metric, now - before.value?, now, figure::half(card.current())))
    });
    Tile {
        title,
        value: value(card),
        has_value: card.current().value.is_some(),
        number: figure::number_of(&card.metric, card.current()),
        of: Some(card.metric.id.clone()),
        delta,
        since: format!("since the {} before", singular(kind)),
        spark: spark(card).map(from_first),
        signal: signal_mark(&card.signal, kind),
        evidence,
        parts: parts(card),
    }
}

/// "MTBF 31 d (19 to 54)".
fn short(card: &Card) -> String {
    // A count is what happened; its interval is evidence for the detail, not for the tile.
    let interval = figure::interval(&card.metric, card.current()).filter(|_| card.metric.unit != Unit::Count);
    let range = interval.map_or_else(String::new, |interval| format!(" ({interval})"));
    format!("{} {}{range}", lower_first(&card.metric.title), value(card))
}

fn below(scorecard: &Scorecard, declared: &Declared) -> Option<String> {
    let below = declared.below.as_ref()?;
    let cards = scorecard.by(&below.metric, &below.by);
    let held =
        cards.iter().filter(|card| matches!(card.standing.status, Status::Met | Status::AtRisk | Status::Missed));
    let (count, missed) =
        held.fold((0, 0), |(n, missed), card| (n + 1, missed + usize::from(card.standing.status == Status::Missed)));
    (count > 0).then(|| format!("{missed} of {count} {}s below target", below.by))
}

/// The history of a card as a small trend; none with fewer than two figures.
pub(super) fn spark(card: &Card) -> Option<Spark> {
    let points: Vec<Option<f64>> = card.series.iter().map(|measure| measure.value).collect();
    if points.iter().flatten().count() < 2 {
        return None;
    }
    let limits = card.limits.map(|limits| [limits.lower, limits.mean, limits.upper]);
    let range = card.limits.map_or_else(String::new, |limits| {
        let text = |value| figure::value_text(&card.metric, value, None);
        format!(", usual range {} to {}", text(limits.lower), text(limits.upper))
    });
    Some(Spark {
        alt: format!("{} over {} periods, now {}{range}", card.metric.title, points.len(), value(card)),
        points,
        limits,
        last: value(card),
        alarm: card.signal.worsening(),
    })
}

/// Without the periods before the first figure, so that a short history fills its tile.
fn from_first(mut spark: Spark) -> Spark {
    let first = spark.points.iter().position(Option::is_some).unwrap_or(0);
    spark.points.drain(..first);
    spark
}

fn parts(card: &Card) -> Option<String> {
    let Definition::Index { .. } = card.metric.definition else { return None };
    let whole: f64 = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let words: Vec<String> = card
        .contributions
        .iter()
        .map(|part| match part.score {
            Some(_) => format!(
                "{} {:.0} of {:.0}",
                lower_first(&part.title),
                part.points,
                if whole > 0.0 { part.weight / whole * 100.0 } else { 0.0 }
            ),
            None => format!("{} no data", lower_first(&part.title)),
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" + "))
}
