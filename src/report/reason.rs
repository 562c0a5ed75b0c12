//! Why a figure changed: outages by supplier, change and cause; else the part of a dimension that accounts for most of the
//! change; for an index the part that costs it most. Says nothing where nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::dates::day;
use super::figure;
use super::words::{join, lower_first, slice_name, upper_first};
use crate::declaration::language::Language;
use crate::declaration::metric::{Better, Metric};
use crate::scorecard::contribution::REST;
use crate::scorecard::scorecard::{Card, Disruption, Scorecard};

/// A share of a change below which a slice doesn't explain it.
const ENOUGH: f64 = 0.4;

/// One to three sentences, or nothing.
pub fn reason(scorecard: &Scorecard, card: &Card, dimensions: &BTreeSet<String>) -> String {
    if !card.contributions.is_empty() {
        return of_index(&scorecard.language, card);
    }
    if rests_on_outages(&card.metric) {
        return of_outages(scorecard, card);
    }
    of_slices(scorecard, card, dimensions)
}

/// Whether a figure is made of outages.
pub fn rests_on_outages(metric: &Metric) -> bool {
    // Coverage and maintenance come of the same fact and have nothing to do with outages.
    let about_outages = !matches!(metric.id.as_str(), "coverage" | "planned_downtime");
    (about_outages && matches!(metric.fact(), Some("service_time" | "failures")))
        || matches!(metric.id.as_str(), "nines" | "mtbsi")
}

/// "Most is lost on availability: 46 of 75 points."
fn of_index(language: &Language, card: &Card) -> String {
    let weights: f64 = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let lost = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| {
        let full = 100.0 * part.weight / weights;
        (full - part.points, full, part)
    });
    match lost.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((loss, full, part)) if loss >= 0.5 => language.say(
            "Most is lost on {part}: {points} of its {full} points.",
            &[
                ("part", &lower_first(language.word(&part.title))),
                ("points", &format!("{:.0}", part.points)),
                ("full", &format!("{full:.0}")),
            ],
        ),
        _ => String::new(),
    }
}

/// "Two outages, 4 h 12 m. 64 % of the time was Netco (12 Nov), 36 % followed change CHG-3107 (5 Nov)."
fn of_outages(scorecard: &Scorecard, card: &Card) -> String {
    let fits = |disruption: &&Disruption| {
        card.dims.iter().all(|(dimension, value)| match dimension.as_str() {
            "service" => disruption.service == *value,
            "supplier" => disruption.supplier.as_ref() == Some(value),
            _ => false,
        })
    };
    let found: Vec<&Disruption> = scorecard.disruptions.iter().filter(fits).collect();
    let total: f64 = found.iter().map(|disruption| disruption.duration_s).sum();
    if found.is_empty() || total <= 0.0 {
        return String::new();
    }
    let language = &scorecard.language;
    let count = found.len() as u64;
    let outages = language.count(count, "one outage", "{n} outages", &[("n", &figure::number_word(language, count))]);
    let mut text = format!("{}, {}", upper_first(&outages), figure::seconds_text(language, total));
    let open = found.iter().filter(|disruption| disruption.ended_at.is_none()).count() as u64;
    if open > 0 {
        let number = figure::number_word(language, open);
        text.push_str(", ");
        text.push_str(&language.count(open, "one still lasting", "{n} still lasting", &[("n", &number)]));
    }
    text.push_str(&by_service(language, &found, total));
    text.push('.');
    text.push_str(&by_cause(scorecard, &found, total));
    text
}

fn by_service(language: &Language, found: &[&Disruption], total: f64) -> String {
    let mut services: BTreeMap<&str, f64> = BTreeMap::new();
    for disruption in found {
        *services.entry(&disruption.service).or_default() += disruption.duration_s;
    }
    if services.len() < 2 {
        return String::new();
    }
    let mut services: Vec<(&str, f64)> = services.into_iter().collect();
    services.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let shown: Vec<String> = services
        .iter()
        .take(3)
        .map(|(service, time)| {
            format!("{} {}", slice_name(language, service), figure::share(language, time / total, Some(0.1)))
        })
        .collect();
    let number = figure::number_word(language, services.len() as u64);
    let shares = shown.join(", ");
    let values: [(&str, &dyn fmt::Display); 2] = [("n", &number), ("shares", &shares)];
    let text = match services.len() > 3 {
        true => language.say("in {n} services ({shares}, others the rest)", &values),
        false => language.say("in {n} services ({shares})", &values),
    };
    format!(" {text}")
}

fn by_cause(scorecard: &Scorecard, found: &[&Disruption], total: f64) -> String {
    let language = &scorecard.language;
    let mut causes: BTreeMap<String, (&Disruption, f64, BTreeSet<i64>)> = BTreeMap::new();
    for disruption in found {
        let key = cause(language, disruption, &language.word("All of it"));
        let entry = causes.entry(key).or_insert((disruption, 0.0, BTreeSet::new()));
        entry.1 += disruption.duration_s;
        entry.2.insert(disruption.started_at);
    }
    let alone = causes.len() == 1;
    // Of equal ones the first by name: the sort is stable.
    let mut causes: Vec<(&Disruption, f64, BTreeSet<i64>)> = causes.into_values().collect();
    causes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let clauses: Vec<String> = causes
        .iter()
        .take(3)
        .map(|(disruption, time, starts)| {
            let what = match (alone, found.len()) {
                (true, 1) => language.word("It").to_owned(),
                (true, _) => language.word("All of it").to_owned(),
                (false, _) => {
                    language.say("{share} of the time", &[("share", &figure::share(language, time / total, Some(0.1)))])
                }
            };
            let when = match starts.iter().next() {
                Some(start) if starts.len() == 1 => format!(" ({})", day(scorecard, *start)),
                _ => String::new(),
            };
            format!("{}{when}", cause(language, disruption, &what))
        })
        .collect();
    format!(" {}.", join(language, &clauses))
}

/// "81 % of the time lay with Netco".
fn cause(language: &Language, disruption: &Disruption, what: &dyn fmt::Display) -> String {
    match (&disruption.supplier, &disruption.change, &disruption.cause) {
        (_, Some(change), _) => language.say("{what} followed change {change}", &[("what", what), ("change", change)]),
        (Some(supplier), None, _) => {
            language.say("{what} lay with {supplier}", &[("what", what), ("supplier", supplier)])
        }
        (None, None, Some(cause)) => {
            language.say("{what} was put down to {cause}", &[("what", what), ("cause", cause)])
        }
        (None, None, None) => language.say("{what} has no recorded cause", &[("what", what)]),
    }
}

/// "Of the change of +12, Payments accounts for +9."
fn of_slices(scorecard: &Scorecard, card: &Card, dimensions: &BTreeSet<String>) -> String {
    let Some(change) = card.change().filter(|change| change.abs() > 0.0) else {
        return String::new();
    };
    let language = &scorecard.language;
    let mut best: Option<(f64, String)> = None;
    for dimension in dimensions {
        let Some(shares) = scorecard.contributions(card, dimension) else {
            continue;
        };
        let named = shares.iter().filter(|share| share.value != REST).count();
        let Some(top) = shares.iter().find(|share| share.value != REST) else {
            continue;
        };
        let part = top.total() / change;
        if named < 2 || part < ENOUGH || best.as_ref().is_some_and(|(most, _)| *most >= part) {
            continue;
        }
        let now = card.current().value.unwrap_or(0.0);
        let by_mix = top.mix.abs() > top.rate.abs();
        let whole = figure::change_to(language, &card.metric, change, now, None);
        let own = figure::change_to(language, &card.metric, top.total(), now, None);
        let values: [(&str, &dyn fmt::Display); 3] =
            [("change", &whole), ("slice", &slice_name(language, &top.value)), ("part", &own)];
        let text = match (card.metric.better == Better::Neither, by_mix) {
            (true, false) => language.say("Of the change ({change}), {slice} accounts for {part}.", &values),
            (true, true) => language
                .say("Of the change ({change}), {slice} accounts for {part}, by its share of the whole.", &values),
            (false, false) => {
                language.say("Of the change since the period before ({change}), {slice} accounts for {part}.", &values)
            }
            (false, true) => language.say(
                "Of the change since the period before ({change}), {slice} accounts for {part}, by its share of the \
                 whole.",
                &values,
            ),
        };
        best = Some((part, text));
    }
    best.map_or_else(String::new, |(_, text)| text)
}
