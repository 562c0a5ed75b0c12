//! "What changed, and why" and "Needs a decision": sentences from signals and from missed targets, each with its evidence.

use std::collections::BTreeSet;
use std::fmt;

use super::dates;
use super::document::{Mark, Statement, Tone};
use super::figure;
use super::reason::reason;
use super::words::{self, evidence, name, status_mark};
use crate::arithmetic::control::Signal;
use crate::arithmetic::period::PeriodKind;
use crate::declaration::language::Language;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::{Direction, periods};
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
    let (language, kind) = (&scorecard.language, scorecard.period.kind);
    let subject = name(language, card);
    let mut headline = format!("{subject} {}, {}", words::value(language, card), moved(language, card, kind));
    if let Some(since) = &card.signal.since {
        let since = dates::since(language, since, scorecard.zone);
        headline.push_str(&format!(", {}", language.say("since {day}", &[("day", &since)])));
    }
    if let (Some(target), Status::Missed) = (&card.target, card.standing.status) {
        let target = figure::target(language, &card.metric, target.target);
        headline.push_str(&format!("; {}", language.say("target {target}", &[("target", &target)])));
    }
    headline.push('.');
    let mut parts = evidence(language, card);
    if let Some(before) = card.previous.as_ref().filter(|before| before.value.is_some()) {
        parts.push(language.say("was {before}", &[("before", &figure::of(language, &card.metric, before))]));
    }
    parts.extend(words::change(language, card, scorecard.zone));
    parts.extend(words::wandering(language, &card.signal, kind));
    let (tone, word) = match card.signal.good {
        Some(false) => (Tone::Worse, language.word("worse")),
        Some(true) => (Tone::Signal, language.word("better")),
        None => (Tone::Signal, language.word("changed")),
    };
    Statement {
        subject,
        mark: Mark::new(tone, word),
        headline,
        text: reason(scorecard, card, dimensions),
        evidence: parts.join(" · "),
    }
}

/// "below its usual range of 99.84 % to 100 %", "8 weeks above its mean of 12 h".
fn moved(language: &Language, card: &Card, kind: PeriodKind) -> String {
    let value = |value: f64| figure::value_text(language, &card.metric, value, figure::half(card.current()));
    let up = card.signal.direction == Some(Direction::Up);
    match (card.signal.signal, card.limits) {
        (Signal::Outside, Some(limits)) => {
            let [low, high] = [limits.lower, limits.upper].map(|end| figure::limit(language, &card.metric, end));
            let values: [(&str, &dyn fmt::Display); 2] = [("low", &low), ("high", &high)];
            match (low == high, up) {
                (true, true) => language.say("above its usual {low}", &values),
                (true, false) => language.say("below its usual {low}", &values),
                (false, true) => language.say("above its usual range of {low} to {high}", &values),
                (false, false) => language.say("below its usual range of {low} to {high}", &values),
            }
        }
        (Signal::RunOneSide(length), Some(limits)) => {
            let (length, mean) = (figure::number_word(language, length as u64), value(limits.mean));
            let values: [(&str, &dyn fmt::Display); 3] =
                [("length", &length), ("periods", &periods(language, kind)), ("mean", &mean)];
            match up {
                true => language.say("{length} {periods} above its mean of {mean}", &values),
                false => language.say("{length} {periods} below its mean of {mean}", &values),
            }
        }
        _ => card.signal.words(language, kind),
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
            .then_with(|| name(&scorecard.language, a).cmp(&name(&scorecard.language, b)))
    });
    found.iter().map(|card| decision(scorecard, card)).collect()
}

fn decision(scorecard: &Scorecard, card: &Card) -> Statement {
    let target = card.target.as_ref().map_or(f64::NAN, |target| target.target);
    let chance = card.target.as_ref().is_some_and(|target| target.declared_by == DeclaredBy::Chance);
    let language = &scorecard.language;
    let subject = name(language, card);
    let (value, told) = (words::value(language, card), figure::target(language, &card.metric, target));
    let values: [(&str, &dyn fmt::Display); 3] = [("name", &subject), ("value", &value), ("target", &told)];
    let headline = match chance {
        true => language.say("{name} {value}, where chance gives {target}.", &values),
        false => language.say("{name} {value} against a target of {target}.", &values),
    };
    let mut text = Vec::new();
    text.extend(allowance(language, card, target));
    if card.standing.uncertain {
        text.push(language.word("Its interval holds the target, so this may be chance.").to_owned());
    }
    text.extend(persistence(scorecard, card));
    Statement {
        subject,
        mark: status_mark(language, card.standing),
        headline,
        text: text.join(" "),
        evidence: evidence(language, card).join(" · "),
    }
}

/// "Lost 4 h 12 m of agreed time ...; the target allows 10 m."
fn allowance(language: &Language, card: &Card, target: f64) -> Option<String> {
    let measure = card.current();
    let (up, agreed) = (measure.numerator?, measure.denominator?);
    let is_time = card.metric.fact() == Some("service_time") && card.metric.id.starts_with("availability");
    let allowed = (1.0 - target) * agreed;
    (is_time && allowed.is_finite()).then(|| {
        language.say(
            "Lost {lost} of agreed time, degraded time counted by its weight; the target allows {allowed}.",
            &[
                ("lost", &figure::seconds_text(language, agreed - up)),
                ("allowed", &figure::seconds_text(language, allowed)),
            ],
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
    let (language, all) = (&scorecard.language, values.len());
    let periods = periods(language, scorecard.period.kind);
    let values: [(&str, &dyn fmt::Display); 3] = [("n", &missed), ("all", &all), ("periods", &periods)];
    Some(match missed {
        1 => language.say("The first miss in {all} {periods}.", &values),
        n if n == all => language.say("Missed in every one of the last {all} {periods}.", &values),
        _ => language.say("Missed in {n} of the last {all} {periods}.", &values),
    })
}
