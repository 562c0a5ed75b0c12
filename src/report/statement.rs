//! "What changed, and why" and "Needs a decision": sentences from signals and from missed targets, each with its evidence.

use std::collections::BTreeSet;

use super::document::{Mark, Statement, Tone};
use super::figure;
use super::reason::reason;
use super::words::{self, evidence, name, status_mark};
use crate::arithmetic::control::Signal;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::{Direction, plural};
use crate::scorecard::target::{DeclaredBy, Status};

/// A statement for each figure with a signal, worst first.
pub fn changes(scorecard: &Scorecard, watched: &[&Card], dimensions: &BTreeSet<String>) -> Vec<Statement> {
    let mut found: Vec<&Card> = watched.iter().copied().filter(|card| card.signal.is_signal()).collect();
    found.sort_by_key(|card| rank(card));
    found.iter().map(|card| change(scorecard, card, dimensions)).collect()
}

fn rank(card: &Card) -> (u8, u8, u8, bool) {
    let direction = match card.signal.good {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    };
    let missed = u8::from(card.standing.status != Status::Missed);
    let strength = match card.signal.signal {
        Signal::Outside => 0,
        Signal::RunOneSide(_) => 1,
        _ => 2,
    };
    (direction, missed, strength, !card.dims.is_empty())
}

fn change(scorecard: &Scorecard, card: &Card, dimensions: &BTreeSet<String>) -> Statement {
    let kind = scorecard.period.kind;
    let value = |value: f64| figure::value_text(&card.metric, value, figure::half(card.current()));
    let up = card.signal.direction == Some(Direction::Up);
    let side = if up { "above" } else { "below" };
    let what = match (card.signal.signal, card.limits) {
        (Signal::Outside, Some(limits)) => {
            let (low, high) = (figure::limit(&card.metric, limits.lower), figure::limit(&card.metric, limits.upper));
            if low == high {
                format!("{side} its usual {low}")
            } else {
                format!("{side} its usual range of {low} to {high}")
            }
        }
        (Signal::RunOneSide(length), Some(limits)) => {
            let length = figure::number_word(length as u64);
            format!("{length} {} {side} its mean of {}", plural(kind), value(limits.mean))
        }
        _ => card.signal.words(kind),
    };
    let mut headline = format!("{} {}, {what}", name(card), words::value(card));
    if let Some(since) = &card.signal.since {
        headline.push_str(&format!(", since {}", words::since(since, scorecard.zone)));
    }
    if let (Some(target), Status::Missed) = (&card.target, card.standing.status) {
        headline.push_str(&format!("; target {}", figure::target(&card.metric, target.target)));
    }
    headline.push('.');
    let mut parts = evidence(card);
    if let Some(before) = card.previous.as_ref().filter(|before| before.value.is_some()) {
        parts.push(format!("was {}", figure::of(&card.metric, before)));
    }
    parts.extend(words::change(card, scorecard.zone));
    parts.extend(words::wandering(&card.signal, kind));
    let (tone, word) = match card.signal.good {
        Some(false) => (Tone::Worse, "worse"),
        Some(true) => (Tone::Signal, "better"),
        None => (Tone::Signal, "changed"),
    };
    Statement {
        subject: name(card),
        mark: Mark::new(tone, word),
        headline,
        text: reason(scorecard, card, dimensions),
        evidence: parts.join(" · "),
    }
}

/// A statement for each target of the project that is missed: the sure ones first, then the worst score.
pub fn decisions(scorecard: &Scorecard, judged: &[&Card]) -> Vec<Statement> {
    let mut found: Vec<&Card> = judged.iter().copied().filter(|card| card.standing.status == Status::Missed).collect();
    // Where slices miss the same target as the whole, the slices are what can be decided about.
    let sliced: BTreeSet<String> = found
        .iter()
        .filter(|card| !card.dims.is_empty() && card.standing.surely_missed())
        .map(|card| card.metric.id.clone())
        .collect();
    found.retain(|card| !(card.dims.is_empty() && sliced.contains(&card.metric.id)));
    found.sort_by(|a, b| {
        let score = |card: &Card| card.score.unwrap_or(0.0);
        (a.standing.uncertain.cmp(&b.standing.uncertain))
            .then_with(|| score(a).total_cmp(&score(b)))
            .then_with(|| name(a).cmp(&name(b)))
    });
    found.iter().map(|card| decision(scorecard, card)).collect()
}

fn decision(scorecard: &Scorecard, card: &Card) -> Statement {
    let target = card.target.as_ref().map_or(f64::NAN, |target| target.target);
    let chance = card.target.as_ref().is_some_and(|target| target.declared_by == DeclaredBy::Chance);
    let (value, told) = (words::value(card), figure::target(&card.metric, target));
    let headline = match chance {
        true => format!("{} {value}, where chance gives {told}.", name(card)),
        false => format!("{} {value} against a target of {told}.", name(card)),
    };
    let mut text = Vec::new();
    text.extend(allowance(card, target));
    if card.standing.uncertain {
        text.push("Its interval holds the target, so this may be chance.".to_owned());
    }
    text.extend(persistence(scorecard, card));
    Statement {
        subject: name(card),
        mark: status_mark(card.standing),
        headline,
        text: text.join(" "),
        evidence: evidence(card).join(" · "),
    }
}

/// "Lost 4 h 12 m of agreed time ...; the target allows 10 m."
fn allowance(card: &Card, target: f64) -> Option<String> {
    let measure = card.current();
    let (up, agreed) = (measure.numerator?, measure.denominator?);
    let is_time = card.metric.fact() == Some("service_time") && card.metric.id.starts_with("availability");
    let allowed = (1.0 - target) * agreed;
    (is_time && allowed.is_finite()).then(|| {
        format!(
            "Lost {} of agreed time, degraded time counted by its weight; the target allows {}.",
            figure::seconds_text(agreed - up),
            figure::seconds_text(allowed)
        )
    })
}

/// "Missed in 5 of the last 13 weeks."
fn persistence(scorecard: &Scorecard, card: &Card) -> Option<String> {
    let target = card.target.as_ref()?;
    let recent = &card.series[card.series.len().saturating_sub(13)..];
    let values: Vec<f64> = recent.iter().filter_map(|measure| measure.value).collect();
    if values.len() < 4 {
        return None;
    }
    let missed = values.iter().filter(|value| !target.reached_by(**value, card.metric.better)).count();
    let periods = plural(scorecard.period.kind);
    Some(match missed {
        1 => format!("The first miss in {} {periods}.", values.len()),
        all if all == values.len() => format!("Missed in every one of the last {all} {periods}."),
        some => format!("Missed in {some} of the last {} {periods}.", values.len()),
    })
}
