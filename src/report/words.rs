//! Names and evidence in plain words: what sentences and tables have in common.

use chrono_tz::Tz;

use super::document::{Mark, Tone};
use super::duration::NARROW;
use super::figure;
use crate::arithmetic::control::Chart;
use crate::arithmetic::local_time::to_local;
use crate::arithmetic::period::{Period, PeriodKind};
use crate::declaration::metric::{Definition, Metric};
use crate::metrics::measure::{Flag, Measure, POPULATION, State};
use crate::scorecard::restated::Published;
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::signal::{Verdict, singular};
use crate::scorecard::target::{Standing, Status};

/// The word of a flag that says nothing more.
const RESTATED: &str = "restated";

/// A value of a dimension as readers see it.
pub fn slice_name(value: &str) -> &str {
    if value.is_empty() { "(none)" } else { value }
}

/// "Payments", "tier 1, tier 2": the slice of a card; empty for the overall figure.
pub fn slice(card: &Card) -> String {
    card.dims.values().map(|value| slice_name(value)).collect::<Vec<_>>().join(", ")
}

/// "Payments: availability", or the title alone.
pub fn name(card: &Card) -> String {
    match slice(card) {
        slice if slice.is_empty() => card.metric.title.clone(),
        slice => format!("{slice}: {}", lower_first(&card.metric.title)),
    }
}

/// The first letter small, unless the word is an abbreviation.
pub fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(_), Some(second)) if second.is_uppercase() => text.to_owned(),
        (Some(first), _) => first.to_lowercase().collect::<String>() + &text[first.len_utf8()..],
        _ => String::new(),
    }
}

/// The first letter large.
pub fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// "a", "a and b", "a, b and c".
pub fn join(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The mark of a status.
pub fn status_mark(standing: Standing) -> Mark {
    let (tone, word) = match standing.status {
        Status::Met => (Tone::Met, "met"),
        Status::AtRisk => (Tone::AtRisk, "at risk"),
        Status::Missed => (Tone::Missed, "missed"),
        Status::NoData if standing.uncertain => return Mark::new(Tone::NoData, "too little known"),
        Status::NoData => (Tone::NoData, "no data"),
        Status::NoTarget => return Mark::new(Tone::Plain, figure::NOTHING),
    };
    let doubt = if standing.uncertain { "?" } else { "" };
    Mark::new(tone, format!("{word}{doubt}"))
}

/// The mark of a signal.
pub fn signal_mark(signal: &Verdict, kind: PeriodKind) -> Mark {
    let tone = match (signal.is_signal(), signal.worsening()) {
        (true, true) => Tone::Worse,
        (true, false) => Tone::Signal,
        _ => Tone::Plain,
    };
    Mark::new(tone, signal.words(kind))
}

/// "n = 46 · 95 % interval 2 h 05 m to 3 h 20 m · coverage 99.8 %": what a figure rests on.
pub fn evidence(card: &Card) -> Vec<String> {
    let measure = card.current();
    let mut parts = Vec::new();
    if measure.n > 0 {
        parts.push(format!("n{NARROW}={NARROW}{}", figure::count(measure.n as f64)));
    }
    if let Some(interval) = figure::interval(&card.metric, measure) {
        parts.push(format!("95{NARROW}% interval {interval}"));
    }
    parts.extend(coverage(measure));
    // Both values say more than the flag.
    parts.extend(flags(measure).into_iter().filter(|word| card.published.is_none() || word != RESTATED));
    parts.extend(published(card));
    parts
}

/// "published 97.2 %, now 96.8 %": what an earlier run reported, where that differs.
pub fn published(card: &Card) -> Option<String> {
    let published = card.published.as_ref()?;
    let then = then(&card.metric, published, card.current());
    let now = value(card);
    Some(match (published.redefined, then == now) {
        (true, _) => format!("definition changed since {then} was published"),
        (false, true) => "restated by less than is shown".to_owned(),
        (false, false) => format!("published {then}, now {now}"),
    })
}

/// A figure as it was published, with the digits of the one that it is now.
pub fn then(metric: &Metric, published: &Published, now: &Measure) -> String {
    match published.value {
        Some(value) => figure::value_text(metric, value, figure::half(now)),
        None => "no data".to_owned(),
    }
}

/// The chart that judged a figure, and what to beware of.
pub fn chart(signal: &Verdict, kind: PeriodKind) -> String {
    let name = match signal.chart {
        Chart::Individuals => "XmR (moving ranges of the figure itself)",
        Chart::Counts => "c (a count that varies by its square root)",
        Chart::Shares => "p (each period by its own n)",
        Chart::Rates => "u (each period by its own exposure)",
    };
    match wandering(signal, kind) {
        Some(beware) => format!("{name}; the figure {beware}"),
        None => name.to_owned(),
    }
}

/// "carries over from one week to the next (autocorrelation 0.65), so its limits may be too narrow".
pub fn wandering(signal: &Verdict, kind: PeriodKind) -> Option<String> {
    let own = signal.wanders?;
    Some(format!(
        "carries over from one {} to the next (autocorrelation {own:.2}), so its limits may be too narrow",
        singular(kind)
    ))
}

/// "week 24 (8 June 2026)": a period and its first day.
pub fn since(period: &Period, zone: Tz) -> String {
    let first = to_local(period.start, zone).map_or_else(String::new, |local| local.format("%-d %B %Y").to_string());
    match period.kind {
        PeriodKind::Week => {
            let label = period.label(zone);
            format!("{} ({first})", label.split(',').next().unwrap_or(&label))
        }
        PeriodKind::Day | PeriodKind::Range | PeriodKind::Rolling => first,
        _ => period.label(zone),
    }
}

/// "a lasting change in week 24 (8 June 2026): 1 h 10 m before, 2 h 05 m since"; the newest of several.
pub fn change(card: &Card, zone: Tz) -> Option<String> {
    let change = card.signal.changes.last()?;
    // Means of many periods bear one digit more than nothing is known of.
    let text = |value: f64| figure::value_text(&card.metric, value, None);
    let (before, after) = (text(change.before), text(change.after));
    let day = since(&change.period, zone);
    (before != after).then(|| format!("level changed in {day}: mean {before} before, {after} since"))
}

/// "coverage 61 %", unless everything was measured.
pub fn coverage(measure: &Measure) -> Option<String> {
    let coverage = measure.coverage.filter(|coverage| *coverage < 1.0)?;
    Some(format!("coverage {}", figure::share(coverage, None)))
}

/// A condition that can be read in a list.
const LONGEST: usize = 60;

/// "children 29", "not (closed) 4": the rows that were left out, by name; those for which the metric's own condition isn't true by
/// that condition.
pub fn left_out(metric: &Metric, excluded: &[(String, u64)]) -> Vec<String> {
    let condition = match &metric.definition {
        // A long condition says less than the meaning, which stands beside it.
        Definition::Aggregate { population: Some(population), .. } if population.sql.len() > LONGEST => {
            Some("not what the metric is about".to_owned())
        }
        Definition::Aggregate { population: Some(population), .. } => Some(format!("not ({})", population.sql)),
        _ => None,
    };
    let one = |(name, count): &(String, u64)| {
        let name = condition.as_ref().filter(|_| name == POPULATION).unwrap_or(name);
        format!("{name} {}", figure::count(*count as f64))
    };
    excluded.iter().filter(|(_, count)| *count > 0).map(one).collect()
}

/// The flags of a measure in words.
pub fn flags(measure: &Measure) -> Vec<String> {
    let word = |flag: &Flag| match flag {
        Flag::Partial => "period not over",
        Flag::LowN => "few records",
        Flag::Censored => "open ones counted as still running",
        Flag::Estimated => "partly estimated",
        Flag::Restated => RESTATED,
    };
    measure.flags.iter().map(|flag| word(flag).to_owned()).collect()
}

/// Why a measure has no value, as a short sentence; none where it has one.
pub fn absence(measure: &Measure) -> Option<String> {
    match measure.state {
        State::Value => None,
        State::NoData => Some("Nothing to measure.".to_owned()),
        State::NotApplicable => Some("It has no meaning here.".to_owned()),
        State::NotEnough => Some("Too few records for a figure.".to_owned()),
    }
}

/// A card's current figure.
pub fn value(card: &Card) -> String {
    figure::of(&card.metric, card.current())
}

/// "Mon 16 Nov 06:00" in the reporting zone.
pub fn moment(scorecard: &Scorecard, instant: i64) -> String {
    to_local(instant, scorecard.zone).map_or_else(String::new, |local| local.format("%a %-d %b %H:%M").to_string())
}

/// "12 Nov" in the reporting zone.
pub fn day(scorecard: &Scorecard, instant: i64) -> String {
    to_local(instant, scorecard.zone)
        .map_or_else(String::new, |local| local.format(&format!("%-d{NARROW}%b")).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_keep_their_abbreviations_inside_a_sentence() {
        assert_eq!(lower_first("Median time to restore"), "median time to restore");
        assert_eq!(lower_first("MTBF"), "MTBF");
        assert_eq!(upper_first("élan"), "Élan");
    }

    #[test]
    fn lists_read_as_english() {
        let list = |items: &[&str]| join(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
