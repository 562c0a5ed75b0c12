//! An objective in words: its budget, its burn, its alerts, in the units that its events have. Shared by pages and terminal.

use std::fmt;

use chrono_tz::Tz;

use super::dates::moment_of_year;
use super::document::{Mark, Tone};
use super::figure;
use crate::declaration::language::Language;
use crate::declaration::objective::{Comparison, Indicator, Method, Source, Trigger, Window};
use crate::facts::objective::{Burn, Fired, PolicyState, Standing, burn_text};

/// How an objective stands, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// More is consumed than there was.
    Missed,
    /// An alert holds, or four fifths of the budget are gone.
    AtRisk,
    /// Neither.
    Met,
    /// Nothing happened, or the source isn't in the lake.
    NoData,
}

impl State {
    /// The word that files and the JSON contract use.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Missed => "missed",
            State::AtRisk => "at_risk",
            State::Met => "met",
            State::NoData => "no_data",
        }
    }
}

/// How an objective stands.
pub fn state(standing: &Standing) -> State {
    match standing.consumed() {
        None => State::NoData,
        // 43 min 12 s of 30 days at 99.9 % is all of it, whatever a division makes of it.
        Some(consumed) if consumed > 1.0 + 1e-12 => State::Missed,
        Some(consumed) if consumed >= 0.8 || standing.alerts.iter().any(|alert| alert.cleared.is_none()) => {
            State::AtRisk
        }
        Some(_) => State::Met,
    }
}

/// Its mark.
pub fn mark(language: &Language, standing: &Standing) -> Mark {
    let holding = standing.alerts.iter().any(|alert| alert.cleared.is_none());
    match state(standing) {
        State::Missed => Mark::new(Tone::Missed, language.word("missed")),
        State::AtRisk if holding => Mark::new(Tone::AtRisk, language.word("burning")),
        State::AtRisk => Mark::new(Tone::AtRisk, language.word("at risk")),
        State::Met => Mark::new(Tone::Met, language.word("met")),
        State::NoData if standing.measurable => Mark::new(Tone::NoData, language.word("no events")),
        State::NoData => Mark::new(Tone::NoData, language.word("not in the lake")),
    }
}

/// Why there is no figure; none where there is one.
pub fn absence<'l>(language: &'l Language, standing: &Standing) -> Option<&'l str> {
    match (standing.measurable, standing.consumed()) {
        (false, _) => Some(language.word("source not in the lake")),
        (true, None) => Some(language.word("no events in its window")),
        (true, Some(_)) => None,
    }
}

/// A share in percent with as many decimals as its target needs, and one more.
pub fn sli(language: &Language, standing: &Standing, share: f64) -> String {
    let places = (places(standing.objective.target) + 1).min(6);
    exact(language, share, places)
}

/// The target in percent, as exact as it was declared.
pub fn target(language: &Language, target: f64) -> String {
    exact(language, target, places(target))
}

fn places(target: f64) -> usize {
    // A composite's target may be any fraction.
    let text = format!("{:.3}", target * 100.0);
    text.trim_end_matches('0').split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

fn exact(language: &Language, share: f64, places: usize) -> String {
    // Truncated toward the target's far side: 99.8999 % of a promised 99.9 % must not read 99.9 %.
    let scale = 10_f64.powi(places as i32);
    let percent = (share * 100.0 * scale + 1e-6).floor() / scale;
    format!("{}\u{a0}%", language.decimals(percent, places))
}

/// A share of a budget, whole percents below ten times the budget: "96 %", "118.6 %", "−29 %".
pub fn share(language: &Language, share: f64) -> String {
    figure::share(language, share, Some(0.05)).replace('-', "−")
}

/// So many events in their own unit: "31 m", "1 008 slices (16 h 48 m)", "105 388 events".
pub fn amount(language: &Language, standing: &Standing, events: f64) -> String {
    match apart(language, standing, events) {
        (slices, Some(time)) => format!("{slices} ({time})"),
        (text, None) => text,
    }
}

/// The same, with the time of slices apart.
fn apart(language: &Language, standing: &Standing, events: f64) -> (String, Option<String>) {
    let number = figure::count(language, tenths(events));
    let n = if (events - 1.0).abs() < 1e-9 { 1 } else { 2 };
    match (standing.unit, standing.objective.method) {
        ("seconds", _) => (figure::seconds_text(language, events), None),
        ("slices", Method::Timeslices { slice_s, .. } | Method::RatioTimeslices { slice_s }) => {
            let time = figure::seconds_text(language, events * slice_s as f64);
            (language.count(n, "{n} slice", "{n} slices", &[("n", &number)]), Some(time))
        }
        ("share", _) => (share(language, events), None),
        _ => (language.count(n, "{n} event", "{n} events", &[("n", &number)]), None),
    }
}

/// Budgets are fractions of events; above a hundred nobody reads them.
fn tenths(events: f64) -> f64 {
    if events.abs() >= 100.0 { events.round() } else { (events * 10.0).round() / 10.0 }
}

/// "used 31 m of 43 m": what the budget allowed and what became of it; none without events.
pub fn used(language: &Language, standing: &Standing) -> Option<String> {
    let tally = standing.tally()?;
    if standing.objective.is_composite() {
        let share = share(language, standing.consumed()?);
        return Some(language.say("used {share} of the budget", &[("share", &share)]));
    }
    let used = amount(language, standing, tally.bad);
    let allowed = amount(language, standing, standing.allowed());
    let values: [(&str, &dyn fmt::Display); 2] = [("used", &used), ("allowed", &allowed)];
    Some(match standing.spending.and_then(|spending| spending.whole) {
        Some(whole) if whole.estimated => {
            language.say("used {used} of {allowed} that the whole window would allow at the pace so far", &values)
        }
        Some(_) => language.say("used {used} of {allowed} of the whole window", &values),
        None => language.say("used {used} of {allowed}", &values),
    })
}

/// What became of what a budget allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Left,
    TooMuch,
    TooMany,
}

/// How much of the budget there is, or is missing: events, of a composite a share.
fn rest(standing: &Standing) -> Option<(f64, Rest)> {
    let tally = standing.tally()?;
    let left = match standing.objective.is_composite() {
        true => standing.remaining()?,
        false => standing.allowed() - tally.bad,
    };
    Some(match left < 0.0 {
        true if standing.unit == "events" && !standing.objective.is_composite() => (-left, Rest::TooMany),
        true => (-left, Rest::TooMuch),
        false => (left, Rest::Left),
    })
}

/// What remains, "12 m left" or "19 m too much".
pub fn left(language: &Language, standing: &Standing) -> Option<String> {
    let (left, rest) = rest(standing)?;
    let amount = match standing.objective.is_composite() {
        true => share(language, left),
        false => amount(language, standing, left),
    };
    let values: [(&str, &dyn fmt::Display); 1] = [("amount", &amount)];
    Some(match rest {
        Rest::Left => language.say("{amount} left", &values),
        Rest::TooMuch => language.say("{amount} too much", &values),
        Rest::TooMany => language.say("{amount} too many", &values),
    })
}

/// The same in two: the amount in the reader's own units, and what it is: "7 h 11 m" and "left, 86.3 slices".
pub fn left_apart(language: &Language, standing: &Standing) -> Option<(String, String)> {
    let (left, rest) = rest(standing)?;
    let word = match rest {
        Rest::Left => language.word("left"),
        Rest::TooMuch => language.word("too much"),
        Rest::TooMany => language.word("too many"),
    };
    if standing.objective.is_composite() {
        return Some((share(language, left), word.to_owned()));
    }
    Some(match apart(language, standing, left) {
        (slices, Some(time)) => (time, format!("{word}, {slices}")),
        (text, None) => (text, word.to_owned()),
    })
}

/// A burn rate: "14.4", "0.03", and "few events" where they are too few to alert on.
pub fn burn(language: &Language, burn: &Burn) -> String {
    match burn.rate {
        None => figure::NOTHING.to_owned(),
        Some(rate) => {
            let text = rate_text(language, rate);
            if burn.low { language.say("{rate} (few events)", &[("rate", &text)]) } else { text }
        }
    }
}

/// A burn rate alone.
pub fn rate_text(language: &Language, rate: f64) -> String {
    match rate.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.01 => language.say("below {value}", &[("value", &language.decimals(0.01, 2))]),
        size if size < 10.0 => language.decimals(rate, 2),
        size if size < 100.0 => language.decimals(rate, 1),
        _ => figure::count(language, rate.round()),
    }
}

/// When the rest would be gone, in one sentence; none where that can't be said.
pub fn forecast(language: &Language, standing: &Standing) -> Option<String> {
    let exhaustion = standing.exhaustion?;
    let pace = language.say(
        "at the pace of the last {days} days (median burn rate {burn}, quartiles {low} to {high})",
        &[
            ("days", &exhaustion.days),
            ("burn", &rate_text(language, exhaustion.burn)),
            ("low", &rate_text(language, exhaustion.burn_range.0)),
            ("high", &rate_text(language, exhaustion.burn_range.1)),
        ],
    );
    let after = |seconds: Option<f64>| match seconds {
        None => language.word("never").to_owned(),
        Some(seconds) => language.say("in {time}", &[("time", &figure::seconds_text(language, seconds))]),
    };
    if standing.remaining()? <= 0.0 {
        return Some(language.word("Nothing of the budget is left.").to_owned());
    }
    let (soonest, latest) = (after(exhaustion.soonest_s), after(exhaustion.latest_s));
    Some(match exhaustion.after_s {
        None if exhaustion.soonest_s.is_none() => {
            language.say("The budget isn't being spent {pace}.", &[("pace", &pace)])
        }
        None => language.say(
            "The budget isn't being spent {pace}; at the upper quartile it would be gone {soonest}.",
            &[("pace", &pace), ("soonest", &soonest)],
        ),
        Some(seconds) => language.say(
            "The rest would be gone in {time} {pace}: between {soonest} and {latest}.",
            &[
                ("time", &figure::seconds_text(language, seconds)),
                ("pace", &pace),
                ("soonest", &soonest),
                ("latest", &latest),
            ],
        ),
    })
}

/// The rows of a source with their condition: "fact_downtime where service = 'Mail'".
fn rows_of(language: &Language, source: &Source) -> String {
    let name = match &source.rows {
        Some(rows) if rows.fact => format!("fact_{}", rows.name),
        Some(rows) => rows.name.clone(),
        None => source.kind.clone(),
    };
    match source.rows.as_ref().and_then(|rows| rows.filter.as_ref()) {
        Some(filter) => language.say("{source} where {condition}", &[("source", &name), ("condition", &filter.sql)]),
        None => name,
    }
}

/// Where its figures come from: "bad over all: fact downtime over fact agreed_time".
pub fn source(language: &Language, standing: &Standing) -> String {
    let rows = |source: &Source| rows_of(language, source);
    match &standing.objective.indicator {
        Indicator::Ratio { good, part, total } => {
            let valued = |source: &Source| match source.rows.as_ref().and_then(|rows| rows.value.as_ref()) {
                Some(value) => language.say("{value} of {source}", &[("value", &value.sql), ("source", &rows(source))]),
                None => rows(source),
            };
            let (part, all) = (valued(part), valued(total));
            let values: [(&str, &dyn fmt::Display); 2] = [("part", &part), ("all", &all)];
            match good {
                true => language.say("good: {part}; all: {all}", &values),
                false => language.say("bad: {part}; all: {all}", &values),
            }
        }
        Indicator::Raw { good, source } => {
            let rows = rows(source);
            match good {
                true => language.say("share of good events: {source}", &[("source", &rows)]),
                false => language.say("share of bad events: {source}", &[("source", &rows)]),
            }
        }
        Indicator::Threshold { source, comparison, value } => {
            let (value, rows) = (language.number(&value.to_string()), rows(source));
            let values: [(&str, &dyn fmt::Display); 2] = [("value", &value), ("source", &rows)];
            match comparison {
                Comparison::Below => language.say("good is below {value}: {source}", &values),
                Comparison::AtMost => language.say("good is at most {value}: {source}", &values),
                Comparison::Above => language.say("good is above {value}: {source}", &values),
                Comparison::AtLeast => language.say("good is at least {value}: {source}", &values),
            }
        }
        Indicator::Composite { parts } => {
            let part = |(id, weight): &(String, f64)| format!("{} x {id}", language.number(&weight.to_string()));
            let parts: Vec<String> = parts.iter().map(part).collect();
            language.say("weighted mean of {parts}", &[("parts", &parts.join(", "))])
        }
    }
}

/// How the budget is counted, in words.
pub fn method(language: &Language, standing: &Standing) -> String {
    let time = |slice_s: i64| figure::seconds_text(language, slice_s as f64);
    match standing.objective.method {
        Method::Occurrences => language.word("occurrences: bad events over all events").to_owned(),
        Method::Timeslices { slice_s, target } => language.say(
            "time slices of {time}, bad below {target}",
            &[("time", &time(slice_s)), ("target", &self::target(language, target))],
        ),
        Method::RatioTimeslices { slice_s } => {
            language.say("mean of the shares of time slices of {time}", &[("time", &time(slice_s))])
        }
    }
}

/// Its window in words: "28 days rolling", "calendar month".
pub fn window(language: &Language, window: &Window) -> String {
    let (count, unit) = window.read();
    match (window.is_calendar(), count) {
        (false, 1) => language.word(&format!("1 {unit} rolling")).to_owned(),
        (false, _) => language.say(&format!("{{n}} {unit}s rolling"), &[("n", &count)]),
        (true, 1) => language.word(&format!("calendar {unit}")).to_owned(),
        (true, _) => language.say(&format!("{{n}} calendar {unit}s"), &[("n", &count)]),
    }
}

/// "from Thu 2 Jul 14:05, for 23 m" or "since ...".
pub fn episode(language: &Language, fired: &Fired, zone: Tz) -> String {
    let from = moment_of_year(language, fired.fired, zone);
    match fired.cleared {
        Some(cleared) => {
            let lasted = figure::seconds_text(language, (cleared - fired.fired) as f64 / 1e6);
            language.say("{moment}, for {time}", &[("moment", &from), ("time", &lasted)])
        }
        None => language.say("{moment}, still holding", &[("moment", &from)]),
    }
}

/// What an alert's rule asks: "1 h and 5 min above 14.4", or the name of the policy that declares it.
pub fn rule(language: &Language, alert: &Fired) -> String {
    let Some(short) = alert.short_s else { return alert.rule.clone() };
    let values: [(&str, &dyn fmt::Display); 3] = [
        ("long", &look_back(language, alert.lookback_s)),
        ("short", &look_back(language, short)),
        ("factor", &burn_rate(language, alert.factor)),
    ];
    language.say("{long} and {short} above {factor}", &values)
}

/// When a step of a policy holds: "50 % of the budget consumed".
pub fn when(language: &Language, step: &PolicyState) -> String {
    let percent = |share: f64| format!("{} %", burn_rate(language, share * 100.0));
    match step.trigger {
        Trigger::Consumed(share) => language.say("{share} of the budget consumed", &[("share", &percent(share))]),
        Trigger::IncidentShare(share) => {
            language.say("one incident took {share} of the budget", &[("share", &percent(share))])
        }
        Trigger::Burn { rate, lookback_s } => language.say(
            "burn rate of {rate} over {time}",
            &[("rate", &burn_rate(language, rate)), ("time", &look_back(language, lookback_s))],
        ),
    }
}

/// "5 min": a look-back in the one unit that it is a whole number of.
fn look_back(language: &Language, seconds: i64) -> String {
    let (n, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, language.word("d")),
        s if s % 3_600 == 0 => (s / 3_600, language.word("h")),
        s if s % 60 == 0 => (s / 60, language.word("min")),
        s => (s, language.word("s")),
    };
    format!("{n} {unit}")
}

/// A burn rate in at most three significant digits behind the point.
fn burn_rate(language: &Language, rate: f64) -> String {
    language.number(&burn_text(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up_to_their_target() {
        assert_eq!(exact(&Language::default(), 0.998_999, 1), "99.8\u{a0}%");
        assert_eq!(
            (
                target(&Language::default(), 0.999),
                target(&Language::default(), 0.9995),
                target(&Language::default(), 0.95)
            ),
            ("99.9\u{a0}%".into(), "99.95\u{a0}%".into(), "95\u{a0}%".into())
        );
        assert_eq!(exact(&Language::default(), 0.999, 2), "99.90\u{a0}%");
    }
}
