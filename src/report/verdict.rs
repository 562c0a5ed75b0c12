//! The verdict: one or two sentences from missed targets and signals, and from nothing else. Never surer than the figures:
//! a target that the interval leaves open "may have" been missed, and without enough history there is no talk of change.

use std::collections::BTreeMap;

use super::document::Span;
use super::figure::number_word;
use super::words::{join, lower_first, slice_name, upper_first};
use crate::arithmetic::control::{ENOUGH, Signal};
use crate::metrics::measure::Flag;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::{Direction, plural, singular};
use crate::scorecard::target::{DeclaredBy, Status};

/// Clauses of each kind that a verdict has room for.
const ROOM: usize = 2;

/// A clause: words, and which of them carry the bad news.
type Clause = Vec<Span>;

fn span(text: impl Into<String>, alarm: bool) -> Span {
    Span { text: text.into(), alarm }
}

/// The verdict on the figures that a report watches (`watched`: with history) and judges (`judged`: against a target).
pub fn verdict(scorecard: &Scorecard, watched: &[&Card], judged: &[&Card]) -> Vec<Span> {
    let kind = scorecard.period.kind;
    if !watched.iter().chain(judged).any(|card| card.current().value.is_some()) {
        let label = scorecard.period.label(scorecard.zone);
        return vec![span(format!("There is no figure for {label}: nothing was loaded for it."), false)];
    }
    let groups = missed(judged);
    let missed_clauses: Vec<Clause> = groups.iter().take(ROOM).map(|group| group.clause.clone()).collect();
    let told: Vec<&str> = groups.iter().take(ROOM).map(|group| group.metric.as_str()).collect();
    let mut worse = signals(watched, |card| card.signal.worsening());
    worse.retain(|card| !told.contains(&card.metric.id.as_str()));
    let room = ROOM - missed_clauses.len().min(ROOM);
    let signal_clauses: Vec<Clause> = worse.iter().take(room).map(|card| signal_clause(card, kind)).collect();
    let better = signals(watched, |card| card.signal.improving());

    let mut text = Vec::new();
    let clauses: Vec<Clause> = missed_clauses.into_iter().chain(signal_clauses).collect();
    let quiet = clauses.is_empty();
    sentence(&mut text, clauses);
    if quiet {
        text.extend(all_met(judged));
    }
    let mentioned = worse.len().min(room);
    let others = groups.len().saturating_sub(ROOM);
    let unsaid = (worse.len() + better.len()).saturating_sub(mentioned);
    text.push(span(tail(scorecard, watched, others, unsaid, quiet && text.is_empty()), false));
    if let Some(first) = text.first_mut() {
        first.text = upper_first(first.text.trim_start());
    }
    text
}

fn sentence(text: &mut Vec<Span>, clauses: Vec<Clause>) {
    let count = clauses.len();
    for (index, clause) in clauses.into_iter().enumerate() {
        if index > 0 {
            text.push(span(if index + 1 == count { ", and " } else { ", " }, false));
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
fn missed(judged: &[&Card]) -> Vec<Group> {
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
            let title = lower_first(&cards[0].metric.title);
            let mut clause = vec![span(format!("{title} "), false)];
            if cards[0].agreed().is_some_and(|target| target.declared_by == DeclaredBy::Chance) {
                clause.push(span("lies beyond chance", true));
            } else {
                let alarm = if certain { "missed" } else { "may have missed" };
                clause.push(span(alarm, certain));
                clause.push(span(" its target", false));
            }
            if let Some(first) = slices.first() {
                let dimension = first.dims.keys().next().map_or("", String::as_str);
                if slices.len() <= 3 {
                    let names: Vec<String> = slices
                        .iter()
                        .flat_map(|card| card.dims.values().map(|value| slice_name(value).to_owned()))
                        .collect();
                    clause.push(span(format!(" for {}", join(&names)), false));
                } else {
                    // Of those that could be held against a target, as the tiles count them.
                    let all = judged.iter().filter(|card| {
                        let held = !matches!(card.standing.status, Status::NoData | Status::NoTarget);
                        card.metric.id == first.metric.id && card.dims.keys().eq(first.dims.keys()) && held
                    });
                    let count = format!(" for {} of {} {dimension}s", slices.len(), all.count());
                    clause.push(span(count, false));
                }
            }
            Group { metric: cards[0].metric.id.clone(), clause, certain, weight: slices.len().max(1) }
        })
        .collect();
    groups
        .sort_by(|a, b| b.certain.cmp(&a.certain).then(b.weight.cmp(&a.weight)).then_with(|| a.metric.cmp(&b.metric)));
    groups
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
fn signal_clause(card: &Card, kind: crate::arithmetic::period::PeriodKind) -> Clause {
    let title = lower_first(&card.metric.title);
    let of = match card.dims.values().next() {
        Some(value) => format!(" for {}", slice_name(value)),
        None => String::new(),
    };
    let up = card.signal.direction == Some(Direction::Up);
    let periods = plural(kind);
    match card.signal.signal {
        Signal::RunOneSide(length) => vec![
            span(format!("{title}{of} has been {} its mean for ", if up { "above" } else { "below" }), false),
            span(format!("{} {periods}", number_word(length as u64)), true),
        ],
        Signal::Trend(length) => vec![
            span(format!("{title}{of} has been {} for ", if up { "rising" } else { "falling" }), false),
            span(format!("{} {periods}", number_word(length as u64)), true),
        ],
        _ => vec![
            span(format!("{title}{of} went "), false),
            span(format!("{} its usual range", if up { "above" } else { "below" }), true),
        ],
    }
}

fn all_met(judged: &[&Card]) -> Option<Span> {
    let with_target = |card: &&&Card| !matches!(card.standing.status, Status::NoTarget | Status::NoData);
    let count = judged.iter().filter(with_target).count();
    match count {
        0 => None,
        1 => Some(span("The one declared target was met.", false)),
        _ => Some(span(format!("All {count} declared targets were met."), false)),
    }
}

/// What is left to say: other missed targets, further signals, and that the rest is noise.
fn tail(scorecard: &Scorecard, watched: &[&Card], others: usize, unsaid: usize, alone: bool) -> String {
    let kind = scorecard.period.kind;
    if watched.iter().any(|card| card.current().flags.contains(&Flag::Partial)) {
        return format!(" This {} isn't over, so nothing is judged against its history yet.", singular(kind));
    }
    let judged = watched.iter().any(|card| card.signal.unjudged.is_none());
    if !judged {
        let most = watched.iter().map(|card| card.signal.points).max().unwrap_or(0).min(ENOUGH);
        return format!(
            " There is too little history to tell change from noise ({most} of {ENOUGH} {}).",
            plural(kind)
        );
    }
    let mut parts = Vec::new();
    if others > 0 {
        let targets = if others == 1 { "other target was" } else { "other targets were" };
        parts.push(format!("{} {targets} missed", number_word(others as u64)));
    }
    if unsaid > 0 {
        let figures = if unsaid == 1 { "further figure" } else { "further figures" };
        parts.push(format!("{} {figures} changed", number_word(unsaid as u64)));
    }
    match (parts.is_empty(), alone) {
        (true, true) => " Every figure moved within its normal variation.".to_owned(),
        (true, false) => " Everything else moved within normal variation.".to_owned(),
        (false, _) => {
            format!(" {}; everything else moved within normal variation.", upper_first(&parts.join(" and ")))
        }
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
