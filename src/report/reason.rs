//! Why a figure changed: outages by supplier, change and cause; else the part of a dimension that accounts for most of the
//! change; for an index the part that costs it most. Says nothing where nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use super::figure;
use super::words::{day, join, lower_first, slice_name, upper_first};
use crate::declaration::metric::{Better, Metric};
use crate::scorecard::contribution::REST;
use crate::scorecard::scorecard::{Card, Disruption, Scorecard};

/// A share of a change below which a slice doesn't explain it.
const ENOUGH: f64 = 0.4;

/// One to three sentences, or nothing.
pub fn reason(scorecard: &Scorecard, card: &Card, dimensions: &BTreeSet<String>) -> String {
    if !card.contributions.is_empty() {
        return of_index(card);
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
fn of_index(card: &Card) -> String {
    let weights: f64 = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    let lost = card.contributions.iter().filter(|part| part.score.is_some()).map(|part| {
        let full = 100.0 * part.weight / weights;
        (full - part.points, full, part)
    });
    match lost.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((loss, full, part)) if loss >= 0.5 => {
            format!("Most is lost on {}: {:.0} of its {full:.0} points.", lower_first(&part.title), part.points)
        }
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
    let mut text =
        format!("{}, {}", upper_first(&figure::some(found.len() as u64, "outage")), figure::seconds_text(total));
    let open = found.iter().filter(|disruption| disruption.ended_at.is_none()).count();
    if open > 0 {
        text.push_str(&format!(", {} still lasting", figure::number_word(open as u64)));
    }
    text.push_str(&by_service(&found, total));
    text.push('.');
    text.push_str(&by_cause(scorecard, &found, total));
    text
}

fn by_service(found: &[&Disruption], total: f64) -> String {
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
        .map(|(service, time)| format!("{} {}", slice_name(service), figure::share(time / total, Some(0.1))))
        .collect();
    let others = if services.len() > 3 { ", others the rest" } else { "" };
    format!(" in {} services ({}{others})", figure::number_word(services.len() as u64), shown.join(", "))
}

fn by_cause(scorecard: &Scorecard, found: &[&Disruption], total: f64) -> String {
    let mut causes: BTreeMap<String, (f64, BTreeSet<i64>)> = BTreeMap::new();
    for disruption in found {
        let words = match (&disruption.supplier, &disruption.change, &disruption.cause) {
            (_, Some(change), _) => format!("followed change {change}"),
            (Some(supplier), None, _) => format!("lay with {supplier}"),
            (None, None, Some(cause)) => format!("was put down to {cause}"),
            (None, None, None) => "has no recorded cause".to_owned(),
        };
        let entry = causes.entry(words).or_default();
        entry.0 += disruption.duration_s;
        entry.1.insert(disruption.started_at);
    }
    let mut causes: Vec<(String, (f64, BTreeSet<i64>))> = causes.into_iter().collect();
    causes.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then_with(|| a.0.cmp(&b.0)));
    let clauses: Vec<String> = causes
        .iter()
        .take(3)
        .map(|(words, (time, starts))| {
            let when = match starts.iter().next() {
                Some(start) if starts.len() == 1 => format!(" ({})", day(scorecard, *start)),
                _ => String::new(),
            };
            let share = time / total;
            if causes.len() == 1 {
                let all = if found.len() == 1 { "It" } else { "All of it" };
                format!("{all} {words}{when}")
            } else {
                format!("{} of the time {words}{when}", figure::share(share, Some(0.1)))
            }
        })
        .collect();
    format!(" {}.", join(&clauses))
}

/// "Of the change of +12, Payments accounts for +9."
fn of_slices(scorecard: &Scorecard, card: &Card, dimensions: &BTreeSet<String>) -> String {
    let Some(change) = card.change().filter(|change| change.abs() > 0.0) else {
        return String::new();
    };
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
        let how = if top.mix.abs() > top.rate.abs() { ", by its share of the whole" } else { "" };
        let since = if card.metric.better == Better::Neither { "change" } else { "change since the period before" };
        let text = format!(
            "Of the {since} ({}), {} accounts for {}{how}.",
            figure::change_to(&card.metric, change, now, None),
            slice_name(&top.value),
            figure::change_to(&card.metric, top.total(), now, None)
        );
        best = Some((part, text));
    }
    best.map_or_else(String::new, |(_, text)| text)
}
