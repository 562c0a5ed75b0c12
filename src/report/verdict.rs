//! The verdict: one or two sentences from missed targets and signals, and from nothing else. Never surer than the figures:
//! a target that the interval leaves open "may have" been missed, and without enough history there is no talk of change.

use std::collections::BTreeMap;
use std::fmt;

use super::dates;
use super::document::Span;
use super::figure::number_word;
use super::words::{dimensions, join, lower_first, slice_name, title, upper_first};
use crate::arithmetic::control::{ENOUGH, Signal};
use crate::arithmetic::period::PeriodKind;
use crate::declaration::language::Language;
use crate::metrics::measure::Flag;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::{Direction, periods, this};
use crate::scorecard::target::{DeclaredBy, Status};

/// Clauses of each kind that a verdict has room for.
const ROOM: usize = 2;

/// A clause: words, and which of them carry the bad news.
type Clause = Vec<Span>;

fn span(text: impl Into<String>, alarm: bool) -> Span {
    Span { text: text.into(), alarm }
}

/// A clause in a language; what its phrase stresses is the bad news.
fn clause(language: &Language, phrase: &str, values: &[(&str, &dyn fmt::Display)]) -> Clause {
    language.stressed(phrase, values).into_iter().map(|(text, alarm)| Span { text, alarm }).collect()
}

/// The verdict on the figures that a report watches (`watched`: with history) and judges (`judged`: against a target).
pub fn verdict(scorecard: &Scorecard, watched: &[&Card], judged: &[&Card]) -> Vec<Span> {
    let (language, kind) = (&scorecard.language, scorecard.period.kind);
    if !watched.iter().chain(judged).any(|card| card.current().value.is_some()) {
        let label = dates::label(language, &scorecard.period, scorecard.zone);
        let text = language.say("There is no figure for {period}: nothing was loaded for it.", &[("period", &label)]);
        return vec![span(text, false)];
    }
    let groups = missed(language, judged);
    let missed_clauses: Vec<Clause> = groups.iter().take(ROOM).map(|group| group.clause.clone()).collect();
    let told: Vec<&str> = groups.iter().take(ROOM).map(|group| group.metric.as_str()).collect();
    let mut worse = signals(watched, |card| card.signal.worsening());
    worse.retain(|card| !told.contains(&card.metric.id.as_str()));
    let room = ROOM - missed_clauses.len().min(ROOM);
    let signal_clauses: Vec<Clause> = worse.iter().take(room).map(|card| signal_clause(language, card, kind)).collect();
    let better = signals(watched, |card| card.signal.improving());

    let mut text = Vec::new();
    let clauses: Vec<Clause> = missed_clauses.into_iter().chain(signal_clauses).collect();
    let quiet = clauses.is_empty();
    sentence(language, &mut text, clauses);
    if quiet {
        text.extend(all_met(language, judged));
    }
    let mentioned = worse.len().min(room);
    let others = &groups[groups.len().min(ROOM)..];
    let others = [true, false].map(|sure| others.iter().filter(|group| group.certain == sure).count());
    let unsaid = (worse.len() + better.len()).saturating_sub(mentioned);
    let tail = tail(scorecard, watched, others, unsaid, quiet && text.is_empty());
    text.push(span(format!(" {tail}"), false));
    if let Some(first) = text.first_mut() {
        first.text = upper_first(first.text.trim_start());
    }
    text
}

fn sentence(language: &Language, text: &mut Vec<Span>, clauses: Vec<Clause>) {
    let count = clauses.len();
    for (index, clause) in clauses.into_iter().enumerate() {
        if index > 0 {
            let last = index + 1 == count;
            text.push(span(if last { language.word(", and ") } else { ", " }, false));
        }
        text.extend(clause);
    }
    if count > 0 {
        text.push(span(".", false));
    }
}

struct Group {
    metric: String,
    clause: Clause,
    certain: bool,
    weight: usize,
}

/// Missed targets by metric, sure ones first, the widest miss first. Targets that the project declared; the defaults of the
/// metrics' files only where it declared none.
fn missed(language: &Language, judged: &[&Card]) -> Vec<Group> {
    let mut by_metric: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
    for card in judged {
        if card.standing.status == Status::Missed {
            by_metric.entry(&card.metric.id).or_default().push(card);
        }
    }
    let mut groups: Vec<Group> = by_metric
        .into_values()
        .map(|cards| {
            let certain = cards.iter().any(|card| !card.standing.uncertain);
            let mut slices: Vec<&&Card> =
                cards.iter().filter(|card| !card.dims.is_empty() && card.standing.uncertain != certain).collect();
            // The same records cut in two ways are not twice as many.
            if let Some(first) = slices.first().copied() {
                slices.retain(|card| card.dims.keys().eq(first.dims.keys()));
            }
            let title = lower_first(title(language, &cards[0].metric));
            let chance = cards[0].agreed().is_some_and(|target| target.declared_by == DeclaredBy::Chance);
            let clause = missing(language, &title, Miss { chance, certain }, &slices, judged);
            Group { metric: cards[0].metric.id.clone(), clause, certain, weight: slices.len().max(1) }
        })
        .collect();
    groups
        .sort_by(|a, b| b.certain.cmp(&a.certain).then(b.weight.cmp(&a.weight)).then_with(|| a.metric.cmp(&b.metric)));
    groups
}

/// How a target is missed.
#[derive(Clone, Copy)]
struct Miss {
    /// What chance gives is the target.
    chance: bool,
    /// The figure's interval leaves no doubt.
    certain: bool,
}

/// "availability missed its target for 4 of 11 services".
fn missing(language: &Language, title: &str, miss: Miss, slices: &[&&Card], judged: &[&Card]) -> Clause {
    let Some(first) = slices.first() else {
        let values: [(&str, &dyn fmt::Display); 1] = [("title", &title)];
        return match (miss.chance, miss.certain) {
            (true, _) => clause(language, language.word("{title} [lies beyond chance]"), &values),
            (false, true) => clause(language, language.word("{title} [missed] its target"), &values),
            (false, false) => clause(language, language.word("{title} may have missed its target"), &values),
        };
    };
    if slices.len() <= 3 {
        let names: Vec<String> = slices
            .iter()
            .flat_map(|card| card.dims.values().map(|value| slice_name(language, value).to_owned()))
            .collect();
        let names = join(language, &names);
        let values: [(&str, &dyn fmt::Display); 2] = [("title", &title), ("names", &names)];
        return match (miss.chance, miss.certain) {
            (true, _) => clause(language, language.word("{title} [lies beyond chance] for {names}"), &values),
            (false, true) => clause(language, language.word("{title} [missed] its target for {names}"), &values),
            (false, false) => {
                clause(language, language.word("{title} may have missed its target for {names}"), &values)
            }
        };
    }
    // Of those that could be held against a target, as the tiles count them.
    let held = judged.iter().filter(|card| {
        let held = !matches!(card.standing.status, Status::NoData | Status::NoTarget);
        card.metric.id == first.metric.id && card.dims.keys().eq(first.dims.keys()) && held
    });
    let dimensions = dimensions(language, first.dims.keys().next().map_or("", String::as_str));
    let (n, all) = (slices.len(), held.count());
    let values: [(&str, &dyn fmt::Display); 4] =
        [("title", &title), ("n", &n), ("all", &all), ("dimensions", &dimensions)];
    match (miss.chance, miss.certain) {
        (true, _) => {
            clause(language, language.word("{title} [lies beyond chance] for {n} of {all} {dimensions}"), &values)
        }
        (false, true) => {
            clause(language, language.word("{title} [missed] its target for {n} of {all} {dimensions}"), &values)
        }
        (false, false) => {
            clause(language, language.word("{title} may have missed its target for {n} of {all} {dimensions}"), &values)
        }
    }
}

/// Cards with a signal of a kind: overall figures before slices, points outside before runs before trends.
fn signals<'a>(watched: &[&'a Card], wanted: impl Fn(&Card) -> bool) -> Vec<&'a Card> {
    let mut found: Vec<&Card> = watched.iter().copied().filter(|card| wanted(card)).collect();
    found.sort_by_key(|card| {
        let strength = match card.signal.signal {
            Signal::Outside => 0,
            Signal::RunOneSide(_) => 1,
            _ => 2,
        };
        (!card.dims.is_empty(), strength)
    });
    found
}

/// "median time to restore has been above its mean for eight weeks".
fn signal_clause(language: &Language, card: &Card, kind: PeriodKind) -> Clause {
    let title = lower_first(title(language, &card.metric));
    let subject = match card.dims.values().next() {
        Some(value) => {
            language.say("{title} for {slice}", &[("title", &title), ("slice", &slice_name(language, value))])
        }
        None => title,
    };
    let up = card.signal.direction == Some(Direction::Up);
    let periods = periods(language, kind);
    let length = match card.signal.signal {
        Signal::RunOneSide(length) | Signal::Trend(length) => number_word(language, length as u64),
        _ => String::new(),
    };
    let values: [(&str, &dyn fmt::Display); 3] = [("subject", &subject), ("length", &length), ("periods", &periods)];
    let phrase = match (card.signal.signal, up) {
        (Signal::RunOneSide(_), true) => language.word("{subject} has been above its mean for [{length} {periods}]"),
        (Signal::RunOneSide(_), false) => language.word("{subject} has been below its mean for [{length} {periods}]"),
        (Signal::Trend(_), true) => language.word("{subject} has been rising for [{length} {periods}]"),
        (Signal::Trend(_), false) => language.word("{subject} has been falling for [{length} {periods}]"),
        (_, true) => language.word("{subject} went [above its usual range]"),
        (_, false) => language.word("{subject} went [below its usual range]"),
    };
    clause(language, phrase, &values)
}

fn all_met(language: &Language, judged: &[&Card]) -> Option<Span> {
    let with_target = |card: &&&Card| !matches!(card.standing.status, Status::NoTarget | Status::NoData);
    let count = judged.iter().filter(with_target).count() as u64;
    let open = judged.iter().any(|card| card.standing.status == Status::NoData && card.agreed().is_some());
    (count > 0).then(|| {
        let text = match open {
            false => {
                language.count(count, "The one declared target was met.", "All {n} declared targets were met.", &[])
            }
            true => language.count(
                count,
                "The one declared target that can be judged was met.",
                "All {n} declared targets that can be judged were met.",
                &[],
            ),
        };
        span(text, false)
    })
}

/// What is left to say: other missed targets, further signals, and that the rest is noise.
fn tail(scorecard: &Scorecard, watched: &[&Card], others: [usize; 2], unsaid: usize, alone: bool) -> String {
    let (language, kind) = (&scorecard.language, scorecard.period.kind);
    if watched.iter().any(|card| card.current().flags.contains(&Flag::Partial)) {
        return language.say(
            "{period} isn't over, so nothing is judged against its history yet.",
            &[("period", &upper_first(&this(language, kind)))],
        );
    }
    let judged = watched.iter().any(|card| card.signal.unjudged.is_none());
    if !judged {
        let most = watched.iter().map(|card| card.signal.points).max().unwrap_or(0).min(ENOUGH);
        return language.say(
            "There is too little history to tell change from noise ({n} of {enough} {periods}).",
            &[("n", &most), ("enough", &ENOUGH), ("periods", &periods(language, kind))],
        );
    }
    let mut parts = Vec::new();
    let [sure, open] = others.map(|count| count as u64);
    if sure > 0 {
        let word = number_word(language, sure);
        parts.push(language.count(
            sure,
            "one other target was missed",
            "{n} other targets were missed",
            &[("n", &word)],
        ));
    }
    if open > 0 {
        let word = number_word(language, open);
        parts.push(language.count(
            open,
            "one other target may have been missed",
            "{n} other targets may have been missed",
            &[("n", &word)],
        ));
    }
    if unsaid > 0 {
        let (n, word) = (unsaid as u64, number_word(language, unsaid as u64));
        parts.push(language.count(n, "one further figure changed", "{n} further figures changed", &[("n", &word)]));
    }
    // What has too short a history may have moved by more than its usual variation: nobody knows.
    let known = watched.iter().all(|card| card.signal.unjudged.is_none() || card.current().value.is_none());
    match (parts.is_empty(), alone) {
        (true, _) if !known => {
            language.word("Of the other figures, those with enough history moved within normal variation.").to_owned()
        }
        (false, _) if !known => language.say(
            "{changes}; of the other figures, those with enough history moved within normal variation.",
            &[("changes", &upper_first(&join(language, &parts)))],
        ),
        (true, true) => language.word("Every figure moved within its normal variation.").to_owned(),
        (true, false) => language.word("Everything else moved within normal variation.").to_owned(),
        (false, _) => language.say(
            "{changes}; everything else moved within normal variation.",
            &[("changes", &upper_first(&join(language, &parts)))],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn services_without_a_figure_are_not_among_those_that_could_miss() {
        let mut scorecard = example::rich();
        for card in scorecard.cards.values_mut() {
            if card.metric.id == "availability" && card.standing.status != Status::NoData {
                card.standing.status = Status::Missed;
                card.standing.uncertain = false;
            }
        }
        let judged = scorecard.by("availability", "service");
        let text: String = verdict(&scorecard, &judged, &judged).into_iter().map(|span| span.text).collect();
        assert!(text.contains("for 5 of 5 services"), "{text}");
    }
}
