//! Figures as text: units that people say, digits no finer than the interval allows, and words for each kind of nothing.

use super::document::{Number, NumberKind, places};
use super::duration::{NARROW, duration};
use super::rate::{rate_in, rate_per_hour, rate_unit};
use crate::declaration::expression::{Function, Value};
use crate::declaration::language::Language;
use crate::declaration::metric::{Definition, Metric, Unit};
use crate::metrics::measure::{Measure, State};

/// What stands where a figure has no meaning.
pub const NOTHING: &str = "–";

/// Small numbers as words.
pub const NUMBERS: [&str; 13] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// From here on numbers are read whole.
const LARGE: f64 = 100.0;

/// The figure of a measure, or the word for its absence.
pub fn of(language: &Language, metric: &Metric, measure: &Measure) -> String {
    match (measure.state, measure.value) {
        (State::Value, Some(value)) => match range(language, metric, measure) {
            Some(text) => text,
            None => value_text(language, metric, value, half(measure)),
        },
        (State::NotApplicable, _) => NOTHING.to_owned(),
        (State::NotEnough, _) if measure.n == 0 => language.word("too few").to_owned(),
        (State::NotEnough, _) => language.say("too few ({n})", &[("n", &n_is(language, measure.n))]),
        _ => known(language, metric, measure).unwrap_or_else(|| language.word("no data").to_owned()),
    }
}

/// "n = 46": how many records a figure rests on.
pub fn n_is(language: &Language, n: u64) -> String {
    language.say("n = {n}", &[("n", &count(language, n as f64))]).replace(' ', &NARROW.to_string())
}

/// What is known of a figure that has no value though something was measured: "above 23 d" where only a bound is (no failure in
/// the time that was watched), "not reached" where too many still run for a quantile of their durations.
pub fn known(language: &Language, metric: &Metric, measure: &Measure) -> Option<String> {
    if measure.state != State::NoData || measure.value.is_some() {
        return None;
    }
    let function = match &metric.definition {
        Definition::Aggregate { value: Value::Aggregate(aggregate), .. } => Some(aggregate.function),
        _ => None,
    };
    match (function, measure.lower, measure.upper) {
        (Some(Function::KmMedian | Function::KmQuantile), ..) => {
            (measure.n > 0).then(|| language.word("not reached").to_owned())
        }
        (_, Some(lower), _) if lower > 0.0 => {
            Some(language.say("above {value}", &[("value", &value_text(language, metric, lower, None))]))
        }
        (_, _, Some(upper)) => {
            Some(language.say("below {value}", &[("value", &value_text(language, metric, upper, None))]))
        }
        _ => None,
    }
}

/// "8–17 %": the figure of a metric that is known as a range, from what is declared to what may be.
fn range(language: &Language, metric: &Metric, measure: &Measure) -> Option<String> {
    metric.up_to.as_ref()?;
    let (lower, upper) = (measure.lower?, measure.upper?);
    (upper > lower).then(|| {
        let [low, high] = ends(language, metric, measure, lower, upper);
        format!("{low}–{high}")
    })
}

/// Half the width of a measure's interval.
pub fn half(measure: &Measure) -> Option<f64> {
    Some((measure.upper? - measure.lower?) / 2.0)
}

/// A value in the unit of its metric.
pub fn value_text(language: &Language, metric: &Metric, value: f64, half: Option<f64>) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    match metric.unit {
        Unit::Share if is_availability(metric) => availability(language, value),
        Unit::Share => share(language, value, half),
        Unit::Seconds => duration(language, value, half),
        Unit::Count => count(language, value),
        Unit::PerHour => rate_per_hour(language, value),
        Unit::PerDay => rate_per_hour(language, value / 24.0),
        // Tenths of hundreds are noise, and so are the cents of sums.
        Unit::Money | Unit::Number if value.abs() >= LARGE => count(language, value.round()),
        Unit::Money | Unit::Number if value.fract() == 0.0 => count(language, value),
        Unit::Number | Unit::Money => signed(&language.decimals(value.abs(), digits(half, 2)), value),
        Unit::Score => signed(&language.decimals(value.abs(), 0), value),
        Unit::Nines => language.decimals(value, 1),
    }
}

/// A value of a metric as a number, written as `text` writes it.
pub fn number(language: &Language, metric: &Metric, value: f64, text: &str) -> Number {
    let (kind, shown, suffix) = match metric.unit {
        Unit::Share => (NumberKind::Percent, value, ""),
        Unit::Seconds => (NumberKind::Duration, value, ""),
        Unit::PerHour | Unit::PerDay => {
            let per_hour = if metric.unit == Unit::PerDay { value / 24.0 } else { value };
            let (name, hours) = rate_unit(per_hour);
            let suffix = text.split_once(NARROW).map_or(language.word(name), |(_, suffix)| suffix);
            (NumberKind::Plain, per_hour * hours, suffix)
        }
        _ => (NumberKind::Plain, value, ""),
    };
    Number { value: shown, kind, places: places(language, text), suffix: suffix.to_owned() }
}

/// The figure of a measure as a number; none where it has none, or is known as a range only.
pub fn number_of(language: &Language, metric: &Metric, measure: &Measure) -> Option<Number> {
    let value = measure.value.filter(|value| value.is_finite())?;
    range(language, metric, measure).is_none().then(|| number(language, metric, value, &of(language, metric, measure)))
}

/// A duration of which no interval is known.
pub fn seconds_text(language: &Language, seconds: f64) -> String {
    duration(language, seconds, None)
}

/// Availabilities are read to the second decimal at least: it is where their targets lie.
fn is_availability(metric: &Metric) -> bool {
    metric.unit == Unit::Share && metric.id.contains("availability") && !metric.id.ends_with("attainment")
}

fn availability(language: &Language, value: f64) -> String {
    let percent = value * 100.0;
    let places = if percent > 99.9 { 3 } else { 2 };
    percent_text(language, percent, places)
}

/// A share of 0 to 1 as a percentage; without an interval to one decimal.
pub fn share(language: &Language, value: f64, half: Option<f64>) -> String {
    percent_text(language, value * 100.0, digits(half.map(|half| half * 100.0), 1))
}

/// A percentage with so many decimals, or with the few more (up to 4) that keep what isn't 0 or 100 from reading so.
fn percent_text(language: &Language, percent: f64, places: usize) -> String {
    if percent == 0.0 || percent == 100.0 {
        return format!("{percent:.0}{NARROW}%");
    }
    let mut places = places;
    let reads = |places: usize| format!("{percent:.places$}").parse::<f64>().unwrap_or(percent);
    while places < 4 && (reads(places) == 0.0 || reads(places) == 100.0) {
        places += 1;
    }
    format!("{}{NARROW}%", signed(&language.decimals(percent.abs(), places), percent))
}

/// Decimals whose step is no finer than a tenth of the interval's half width; `usual` without an interval; 2 at most.
fn digits(half: Option<f64>, usual: usize) -> usize {
    match half {
        Some(half) if half > 0.0 => ((-(half / 10.0).log10()).floor().max(0.0) as usize).min(2),
        _ => usual,
    }
}

pub(super) fn signed(text: &str, value: f64) -> String {
    if value < 0.0 && !is_zero(text) { format!("−{text}") } else { text.to_owned() }
}

/// Whether every digit of a text is a 0.
fn is_zero(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).all(|digit| digit == '0')
}

/// A whole number with its thousands apart; one decimal where it is small and isn't whole.
pub fn count(language: &Language, value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let places = usize::from(value.abs() < LARGE && value.fract().abs() > 1e-9);
    let text = format!("{:.places$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(language.thousands);
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push(language.decimal);
        grouped.push_str(fraction);
    }
    signed(&grouped, value)
}

/// The change of a figure to `now`: as [`delta`], but of a rate in the unit that `now` is shown in.
pub fn change_to(language: &Language, metric: &Metric, change: f64, now: f64, half: Option<f64>) -> String {
    let hours = match metric.unit {
        Unit::PerHour => 1.0,
        Unit::PerDay => 24.0,
        _ => return delta(language, metric, change, half),
    };
    let text = rate_in(language, change.abs() / hours, now / hours);
    // Of nothing a rate has no unit, and neither has a change that is too small to show.
    if is_zero(&text) {
        return "±0".to_owned();
    }
    format!("{}{text}", if change < 0.0 { "−" } else { "+" })
}

/// A limit of usual variation: an estimate, so shares keep one or two decimals and may well read 100 %.
pub fn limit(language: &Language, metric: &Metric, value: f64) -> String {
    if metric.unit != Unit::Share {
        return value_text(language, metric, value, None);
    }
    let places = if is_availability(metric) { 2 } else { 1 };
    let scale = 10_f64.powi(places);
    let percent = (value * 100.0 * scale).round() / scale;
    percent_text(language, percent, places as usize)
}

/// A target: as exact as it was declared.
pub fn target(language: &Language, metric: &Metric, value: f64) -> String {
    let shortest = |value: f64| {
        // The 1e-9 takes away what the multiplication by 100 added.
        let rounded = (value * 1e9).round() / 1e9;
        language.number(&rounded.to_string())
    };
    match metric.unit {
        Unit::Share => format!("{}{NARROW}%", shortest(value * 100.0)),
        Unit::Number | Unit::Money | Unit::Score | Unit::Nines => shortest(value),
        _ => value_text(language, metric, value, None),
    }
}

/// The interval of a measure, "58 to 64 %", if it has one.
pub fn interval(language: &Language, metric: &Metric, measure: &Measure) -> Option<String> {
    let (lower, upper) = (measure.lower?, measure.upper?);
    measure.value?;
    // A range is the figure itself, and no sample's interval.
    metric.up_to.is_none().then(|| {
        let [low, high] = ends(language, metric, measure, lower, upper);
        language.say("{low} to {high}", &[("low", &low), ("high", &high)])
    })
}

/// The ends of what a figure lies between, their unit said once.
fn ends(language: &Language, metric: &Metric, measure: &Measure, lower: f64, upper: f64) -> [String; 2] {
    let half = half(measure);
    // Nobody opens half a ticket: the ends of a count's interval are whole from ten on.
    let end = |value: f64| {
        match (metric.unit, measure.value) {
            (Unit::PerHour, Some(shown)) => return rate_in(language, value, shown),
            (Unit::PerDay, Some(shown)) => return rate_in(language, value / 24.0, shown / 24.0),
            _ => {}
        }
        let whole = metric.unit == Unit::Count && value >= 10.0;
        value_text(language, metric, if whole { value.round() } else { value }, half)
    };
    let (low, high) = (end(lower), end(upper));
    // "58 % to 64 %" says its unit once.
    let unit = match metric.unit {
        Unit::PerHour | Unit::PerDay => {
            high.split_once(NARROW).map_or_else(String::new, |(_, unit)| format!("{NARROW}{unit}"))
        }
        _ => format!("{NARROW}%"),
    };
    let low = match low.strip_suffix(&unit) {
        Some(number) if high.ends_with(&unit) => number.to_owned(),
        _ => low,
    };
    [low, high]
}

/// A change: with its sign, shares in points. Changes too small to show are "±0".
pub fn delta(language: &Language, metric: &Metric, change: f64, half: Option<f64>) -> String {
    let size = change.abs();
    let text = match metric.unit {
        Unit::Share => {
            let places = if is_availability(metric) { 2 } else { digits(half.map(|half| half * 100.0), 1) };
            format!("{}{NARROW}{}", language.decimals(size * 100.0, places), language.word("points"))
        }
        _ => value_text(language, metric, size, half),
    };
    if is_zero(&text) {
        "±0".to_owned()
    } else if change < 0.0 {
        format!("−{text}")
    } else {
        format!("+{text}")
    }
}

/// Decimals with which a change and its parts are read so that no part that matters reads as nothing and the parts as they
/// are read sum to the change as it is read, if up to six do; for shares and plain numbers, the others have units of their own.
pub fn places_that_sum(metric: &Metric, parts: &[f64]) -> Option<usize> {
    let scale = match metric.unit {
        Unit::Share => 100.0,
        Unit::Number | Unit::Money | Unit::Score | Unit::Nines => 1.0,
        _ => return None,
    };
    let usual = if is_availability(metric) || matches!(metric.unit, Unit::Number | Unit::Money) { 2 } else { 1 };
    let largest = parts.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
    let read = |value: f64, places: usize| (value * scale * 10_f64.powi(places as i32)).round();
    // A part below a hundredth of the largest may well read as nothing.
    let seen = |places: &usize| parts.iter().all(|part| part.abs() < largest / 100.0 || read(*part, *places) != 0.0);
    let sums = |places: &usize| {
        let sum: f64 = parts.iter().map(|part| read(*part, *places)).sum();
        sum == read(parts.iter().sum(), *places)
    };
    let most = usual..=6;
    most.clone().find(|places| seen(places) && sums(places)).or_else(|| most.clone().find(seen)).or(Some(6))
}

/// A change with so many decimals, as [`places_that_sum`] gives them; without, as [`delta`].
pub fn delta_to(language: &Language, metric: &Metric, change: f64, places: Option<usize>) -> String {
    let Some(places) = places else { return delta(language, metric, change, None) };
    let (scale, unit) = match metric.unit {
        Unit::Share => (100.0, format!("{NARROW}{}", language.word("points"))),
        _ => (1.0, String::new()),
    };
    let text = language.decimals((change * scale).abs(), places);
    match is_zero(&text) {
        true => "±0".to_owned(),
        false => format!("{}{text}{unit}", if change < 0.0 { "−" } else { "+" }),
    }
}

/// A small number as a word: "two outages" reads, "2 outages" counts.
pub fn number_word(language: &Language, count: u64) -> String {
    usize::try_from(count)
        .ok()
        .and_then(|index| NUMBERS.get(index))
        .map_or_else(|| self::count(language, count as f64), |word| language.word(word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;
    use proptest::prelude::*;

    fn english() -> Language {
        Language::default()
    }

    #[test]
    fn a_range_is_the_figure_and_no_interval() {
        let mut metric = example::metric("change_failure_rate");
        metric.up_to = crate::declaration::expression::parse_value("COUNT(*)").ok();
        let measure =
            Measure { lower: Some(1.0 / 12.0), upper: Some(2.0 / 12.0), ..example::measure(&metric, 1.0 / 12.0) };
        assert_eq!(plain(&of(&english(), &metric, &measure)), "8–17 %");
        assert_eq!(interval(&english(), &metric, &measure), None);
        let certain = Measure { upper: measure.lower, ..measure };
        assert_eq!(plain(&of(&english(), &metric, &certain)), "8.3 %");
    }

    fn plain(text: &str) -> String {
        text.replace([NARROW, '\u{202f}'], " ")
    }

    fn text(id: &str, value: f64, half: Option<f64>) -> String {
        plain(&value_text(&english(), &example::metric(id), value, half))
    }

    #[test]
    fn shares_keep_the_digits_that_their_interval_allows() {
        assert_eq!(text("first_line_resolution", 0.611, Some(0.035)), "61 %");
        assert_eq!(text("sla_attainment", 0.63421, Some(0.006)), "63.4 %");
        assert_eq!(text("sla_attainment", 0.63421, None), "63.4 %");
        assert_eq!(text("availability", 0.9971, None), "99.71 %");
        assert_eq!(text("availability", 0.99953, None), "99.953 %");
        assert_eq!(text("availability", 1.0, None), "100 %");
        assert_eq!(text("availability", 0.999_999, None), "99.9999 %");
        assert_eq!(text("reopen_rate", 0.004, Some(0.03)), "0.4 %");
        assert_eq!(text("reopen_rate", 0.0, Some(0.03)), "0 %");
    }

    #[test]
    fn rates_counts_and_scores() {
        assert_eq!(text("failure_rate", 0.00298, None), "2.1 per month");
        assert_eq!(text("failure_rate", 2.0, None), "2.0 per hour");
        assert_eq!(text("incidents", 12_345.0, None), "12 345");
        assert_eq!(text("rasm_index", 61.6, None), "62");
        assert_eq!(text("hops_mean", 0.62, Some(0.05)), "0.62");
        assert_eq!(plain(&target(&english(), &example::metric("availability"), 0.9995)), "99.95 %");
        assert_eq!(plain(&target(&english(), &example::metric("availability"), 0.999)), "99.9 %");
        assert_eq!(plain(&target(&english(), &example::metric("first_line_resolution"), 0.6)), "60 %");
    }

    #[test]
    fn changes_have_a_true_minus_and_nothing_is_not_plus_zero() {
        let of = |id: &str, change| plain(&delta(&english(), &example::metric(id), change, None));
        assert_eq!(of("rasm_index", -17.2), "−17");
        assert_eq!(of("rasm_index", 0.3), "±0");
        assert_eq!(of("availability", 0.0021), "+0.21 points");
        assert_eq!(of("time_to_restore_median", 3060.0), "+51 m");
    }

    #[test]
    fn the_kinds_of_nothing_are_told_apart() {
        let metric = example::metric("availability");
        let mut measure = example::measure(&metric, 0.5);
        measure.value = None;
        measure.n = 3;
        let mut of_state = |state| {
            measure.state = state;
            plain(&of(&english(), &metric, &measure))
        };
        assert_eq!(of_state(State::NoData), "no data");
        assert_eq!(of_state(State::NotEnough), "too few (n = 3)");
        assert_eq!(of_state(State::NotApplicable), "–");
    }

    #[test]
    fn a_bound_or_a_curve_that_ends_too_early_says_more_than_no_data() {
        let mut metric = example::metric("mtbf");
        let mut measure = example::measure(&metric, 1.0);
        (measure.value, measure.state, measure.n) = (None, State::NoData, 0);
        measure.lower = Some(23.0 * 86_400.0);
        assert_eq!(plain(&of(&english(), &metric, &measure)), "above 23 d");
        let value = crate::declaration::expression::parse_value("KM_MEDIAN(resolve_s, resolved)").unwrap();
        let time = crate::declaration::metric::Time::At("at".to_owned());
        metric.definition = Definition::Aggregate {
            fact: "tickets".to_owned(),
            time,
            population: None,
            exclude: Vec::new(),
            value,
            coverage: None,
            interval: crate::declaration::metric::IntervalKind::Km,
        };
        assert_eq!(of(&english(), &metric, &measure), "no data");
        measure.n = 12;
        assert_eq!(of(&english(), &metric, &measure), "not reached");
        measure.lower = None;
        assert_eq!(
            of(&english(), &metric, &Measure { state: State::NotEnough, ..measure }),
            format!("too few (n{NARROW}={NARROW}12)")
        );
    }

    #[test]
    fn the_parts_of_a_change_are_read_to_the_digit_that_sums() {
        let metric = example::metric("availability");
        // With two decimals the first reads as nothing; with three they read −0.004 − 0.047, not −0.050; with four −0.0035 − 0.0466,
        // not −0.0502; with five −0.00352 − 0.04664 = −0.05016.
        let parts = [-0.000_035_2, -0.000_466_4];
        let places = places_that_sum(&metric, &parts);
        let read = |change| plain(&delta_to(&english(), &metric, change, places));
        assert_eq!(parts.map(read), ["−0.00352 points", "−0.04664 points"]);
        assert_eq!(read(parts.iter().sum()), "−0.05016 points");
        assert_eq!(places_that_sum(&example::metric("incidents"), &[1.0]), None);
    }

    #[test]
    fn large_numbers_are_whole() {
        assert_eq!(plain(&count(&english(), 570_010.2)), "570 010");
        assert_eq!(plain(&count(&english(), 99.94)), "99.9");
        assert_eq!(text("hops_mean", 1_234.56, None), "1 235");
    }

    #[test]
    fn intervals_say_their_unit_once() {
        let metric = example::metric("first_line_resolution");
        let mut measure = example::measure(&metric, 0.611);
        (measure.lower, measure.upper) = (Some(0.576), Some(0.645));
        assert_eq!(plain(&interval(&english(), &metric, &measure).unwrap()), "58 to 64 %");
    }

    proptest! {
        #[test]
        fn a_share_parsed_back_is_within_its_rounding(value in 0.0..1.0_f64, half in 1e-5..0.5_f64) {
            let shown = text("sla_attainment", value, Some(half));
            let back: f64 = shown.trim_end_matches(" %").parse().unwrap();
            let step = 10f64.powi(-(digits(Some(half * 100.0), 1) as i32));
            prop_assert!((back - value * 100.0).abs() <= step / 2.0 + 1e-9, "{shown}");
            if value > 0.0001 && value < 0.9999 {
                prop_assert!(back > 0.0 && back < 100.0);
            }
        }

        #[test]
        fn a_count_parsed_back_is_the_count(value in 0u32..) {
            let shown = text("incidents", f64::from(value), None).replace(' ', "");
            prop_assert_eq!(shown.parse::<u32>().unwrap(), value);
        }
    }
}
