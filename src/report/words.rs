//! Names and evidence in plain words: what sentences and tables have in common.

use chrono_tz::Tz;

use super::dates;
use super::document::{Mark, Tone};
use super::duration::NARROW;
use super::figure;
use crate::arithmetic::control::Chart;
use crate::arithmetic::period::PeriodKind;
use crate::declaration::language::Language;
use crate::declaration::metric::{Definition, Metric};
use crate::metrics::measure::{Flag, Measure, POPULATION};
use crate::scorecard::restated::Published;
use crate::scorecard::scorecard::Card;
use crate::scorecard::signal::Verdict;
use crate::scorecard::target::{Standing, Status};

/// A value of a dimension as readers see it.
pub fn slice_name<'a>(language: &'a Language, value: &'a str) -> &'a str {
    if value.is_empty() { language.word("(none)") } else { value }
}

/// The values of the dimension that says whose fault downtime was, which are the program's own words.
pub const FAULTS: [&str; 5] = ["own", "dependency", "supplier", "platform", "maintenance"];

/// A value of a known dimension as readers see it: what the program itself calls something is in their language.
pub fn value_name<'a>(language: &'a Language, dimension: &str, value: &'a str) -> &'a str {
    match dimension {
        "cause_kind" if !value.is_empty() => language.word(value),
        _ => slice_name(language, value),
    }
}

/// The title of a metric.
pub fn title<'a>(language: &'a Language, metric: &'a Metric) -> &'a str {
    language.word(&metric.title)
}

/// "from tier": the name of a dimension inside a sentence.
pub fn dimension(language: &Language, name: &str) -> String {
    language.word(name).to_owned()
}

/// "services": several values of a dimension.
pub fn dimensions(language: &Language, name: &str) -> String {
    language.word(&format!("{name}s")).to_owned()
}

/// "From tier": the name of a dimension over a column.
pub fn dimension_heading(language: &Language, name: &str) -> String {
    language.word(&upper_first(&name.replace('_', " "))).to_owned()
}

/// "ticket events": the name of a table inside a sentence.
pub fn table(language: &Language, name: &str) -> String {
    language.word(&name.replace('_', " ")).to_owned()
}

/// "Payments", "tier 1, tier 2": the slice of a card; empty for the overall figure.
pub fn slice(language: &Language, card: &Card) -> String {
    card.dims.iter().map(|(name, value)| value_name(language, name, value)).collect::<Vec<_>>().join(", ")
}

/// "Payments: availability", or the title alone.
pub fn name(language: &Language, card: &Card) -> String {
    let title = title(language, &card.metric);
    match slice(language, card) {
        slice if slice.is_empty() => title.to_owned(),
        slice => format!("{slice}: {}", lower_first(title)),
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
pub fn join(language: &Language, items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => language.say("{before} and {last}", &[("before", &before.join(", ")), ("last", last)]),
    }
}

/// The mark of a status.
pub fn status_mark(language: &Language, standing: Standing) -> Mark {
    let (tone, word) = match standing.status {
        Status::Met => (Tone::Met, language.word("met")),
        Status::AtRisk => (Tone::AtRisk, language.word("at risk")),
        Status::Missed => (Tone::Missed, language.word("missed")),
        Status::NoData if standing.uncertain => return Mark::new(Tone::NoData, language.word("too little known")),
        Status::NoData => (Tone::NoData, language.word("no data")),
        Status::NoTarget => return Mark::new(Tone::Plain, figure::NOTHING),
    };
    let doubt = if standing.uncertain { "?" } else { "" };
    Mark::new(tone, format!("{word}{doubt}"))
}

/// The mark of a signal.
pub fn signal_mark(language: &Language, signal: &Verdict, kind: PeriodKind) -> Mark {
    let tone = match (signal.is_signal(), signal.worsening()) {
        (true, true) => Tone::Worse,
        (true, false) => Tone::Signal,
        _ => Tone::Plain,
    };
    Mark::new(tone, signal.words(language, kind))
}

/// "n = 46 · 95 % interval 2 h 05 m to 3 h 20 m · coverage 99.8 %": what a figure rests on.
pub fn evidence(language: &Language, card: &Card) -> Vec<String> {
    let measure = card.current();
    let mut parts = Vec::new();
    if measure.n > 0 {
        parts.push(figure::n_is(language, measure.n));
    }
    if let Some(interval) = figure::interval(language, &card.metric, measure) {
        let level = format!("95{NARROW}%");
        parts.push(language.say("{level} interval {interval}", &[("level", &level), ("interval", &interval)]));
    }
    parts.extend(coverage(language, measure));
    // Both values say more than the flag.
    let said = |flag: &&Flag| card.published.is_none() || **flag != Flag::Restated;
    parts.extend(measure.flags.iter().filter(said).map(|flag| self::flag(language, *flag).to_owned()));
    parts.extend(published(language, card));
    parts
}

/// "published 97.2 %, now 96.8 %": what an earlier run reported, where that differs.
pub fn published(language: &Language, card: &Card) -> Option<String> {
    let published = card.published.as_ref()?;
    let then = then(language, &card.metric, published, card.current());
    let now = value(language, card);
    Some(match (published.redefined, then == now) {
        (true, _) => language.say("definition changed since {then} was published", &[("then", &then)]),
        (false, true) => language.word("restated by less than is shown").to_owned(),
        (false, false) => language.say("published {then}, now {now}", &[("then", &then), ("now", &now)]),
    })
}

/// A figure as it was published, with the digits of the one that it is now.
pub fn then(language: &Language, metric: &Metric, published: &Published, now: &Measure) -> String {
    match published.value {
        Some(value) => figure::value_text(language, metric, value, figure::half(now)),
        None => language.word("no data").to_owned(),
    }
}

/// The chart that judged a figure, and what to beware of.
pub fn chart(language: &Language, signal: &Verdict, kind: PeriodKind) -> String {
    let name = match signal.chart {
        Chart::Individuals => language.word("XmR (moving ranges of the figure itself)"),
        Chart::Counts => language.word("c (a count that varies by its square root)"),
        Chart::Shares => language.word("p (each period by its own n)"),
        Chart::Rates => language.word("u (each period by its own exposure)"),
    };
    match signal.wanders {
        Some(own) => language.say(
            "{chart}; the figure carries over {across} (autocorrelation {own}), so its limits may be too narrow",
            &[("chart", &name), ("across", &dates::to_the_next(language, kind)), ("own", &language.decimals(own, 2))],
        ),
        None => name.to_owned(),
    }
}

/// "carries over from one week to the next (autocorrelation 0.65), so its limits may be too narrow".
pub fn wandering(language: &Language, signal: &Verdict, kind: PeriodKind) -> Option<String> {
    let own = language.decimals(signal.wanders?, 2);
    Some(language.say(
        "carries over {across} (autocorrelation {own}), so its limits may be too narrow",
        &[("across", &dates::to_the_next(language, kind)), ("own", &own)],
    ))
}

/// "a lasting change in week 24 (8 June 2026): 1 h 10 m before, 2 h 05 m since"; the newest of several.
pub fn change(language: &Language, card: &Card, zone: Tz) -> Option<String> {
    let change = card.signal.changes.last()?;
    // Means of many periods bear one digit more than nothing is known of.
    let text = |value: f64| figure::value_text(language, &card.metric, value, None);
    let (before, after) = (text(change.before), text(change.after));
    let day = dates::since(language, &change.period, zone);
    (before != after).then(|| {
        language.say(
            "level changed in {day}: mean {before} before, {after} since",
            &[("day", &day), ("before", &before), ("after", &after)],
        )
    })
}

/// "coverage 61 %", unless everything was measured.
pub fn coverage(language: &Language, measure: &Measure) -> Option<String> {
    let coverage = measure.coverage.filter(|coverage| *coverage < 1.0)?;
    Some(language.say("coverage {share}", &[("share", &figure::share(language, coverage, None))]))
}

/// A condition that can be read in a list.
const LONGEST: usize = 60;

/// "children 29", "not (closed) 4": the rows that were left out, by name; those for which the metric's own condition isn't true by
/// that condition.
pub fn left_out(language: &Language, metric: &Metric, excluded: &[(String, u64)]) -> Vec<String> {
    let condition = match &metric.definition {
        // A long condition says less than the meaning, which stands beside it.
        Definition::Aggregate { population: Some(population), .. } if population.sql.len() > LONGEST => {
            Some(language.word("not what the metric is about").to_owned())
        }
        Definition::Aggregate { population: Some(population), .. } => {
            Some(language.say("not ({condition})", &[("condition", &population.sql)]))
        }
        _ => None,
    };
    let one = |(name, count): &(String, u64)| {
        let name = condition.as_deref().filter(|_| name == POPULATION).unwrap_or(language.word(name));
        format!("{name} {}", figure::count(language, *count as f64))
    };
    excluded.iter().filter(|(_, count)| *count > 0).map(one).collect()
}

/// The flags of a measure in words.
pub fn flags(language: &Language, measure: &Measure) -> Vec<String> {
    measure.flags.iter().map(|flag| self::flag(language, *flag).to_owned()).collect()
}

fn flag(language: &Language, flag: Flag) -> &str {
    match flag {
        Flag::Partial => language.word("period not over"),
        Flag::LowN => language.word("few records"),
        Flag::Censored => language.word("open ones counted as still running"),
        Flag::Estimated => language.word("partly estimated"),
        Flag::Restated => language.word("restated"),
    }
}

/// A card's current figure.
pub fn value(language: &Language, card: &Card) -> String {
    figure::of(language, &card.metric, card.current())
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
        let list = |items: &[&str]| {
            join(&Language::default(), &items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
