//! An objective in words: its budget, its burn, its alerts, in the units that its events have. Shared by pages and terminal.

use chrono_tz::Tz;

use super::document::{Mark, Tone};
use super::figure;
use crate::arithmetic::local_time::to_local;
use crate::declaration::objective::{Indicator, Method};
use crate::facts::objective::{Burn, Fired, Standing};

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
pub fn mark(standing: &Standing) -> Mark {
    let holding = standing.alerts.iter().any(|alert| alert.cleared.is_none());
    match state(standing) {
        State::Missed => Mark::new(Tone::Missed, "missed"),
        State::AtRisk if holding => Mark::new(Tone::AtRisk, "burning"),
        State::AtRisk => Mark::new(Tone::AtRisk, "at risk"),
        State::Met => Mark::new(Tone::Met, "met"),
        State::NoData if standing.measurable => Mark::new(Tone::NoData, "no events"),
        State::NoData => Mark::new(Tone::NoData, "not in the lake"),
    }
}

/// Why there is no figure; none where there is one.
pub fn absence(standing: &Standing) -> Option<&'static str> {
    match (standing.measurable, standing.consumed()) {
        (false, _) => Some("source not in the lake"),
        (true, None) => Some("no events in its window"),
        (true, Some(_)) => None,
    }
}

/// A share in percent with as many decimals as its target needs, and one more.
pub fn sli(standing: &Standing, share: f64) -> String {
    let places = (places(standing.objective.target) + 1).min(6);
    exact(share, places)
}

/// The target in percent, as exact as it was declared.
pub fn target(target: f64) -> String {
    exact(target, places(target))
}

fn places(target: f64) -> usize {
    // A composite's target may be any fraction.
    let text = format!("{:.3}", target * 100.0);
    text.trim_end_matches('0').split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

fn exact(share: f64, places: usize) -> String {
    // Truncated toward the target's far side: 99.8999 % of a promised 99.9 % must not read 99.9 %.
    let scale = 10_f64.powi(places as i32);
    let percent = (share * 100.0 * scale + 1e-6).floor() / scale;
    format!("{percent:.places$}\u{a0}%")
}

/// A share of a budget, whole percents below ten times the budget: "96 %", "118.6 %", "−29 %".
pub fn share(share: f64) -> String {
    figure::share(share, Some(0.05)).replace('-', "−")
}

/// So many events in their own unit: "31 m", "1 008 slices (16 h 48 m)", "105 388 events".
pub fn amount(standing: &Standing, events: f64) -> String {
    match (standing.unit, standing.objective.method) {
        ("seconds", _) => figure::seconds_text(events),
        ("slices", Method::Timeslices { slice_s, .. } | Method::RatioTimeslices { slice_s }) => {
            let time = figure::seconds_text(events * slice_s as f64);
            let noun = if (events - 1.0).abs() < 1e-9 { "slice" } else { "slices" };
            format!("{} {noun} ({time})", figure::count(tenths(events)))
        }
        ("share", _) => share(events),
        _ => {
            let noun = if (events - 1.0).abs() < 1e-9 { "event" } else { "events" };
            format!("{} {noun}", figure::count(tenths(events)))
        }
    }
}

/// Budgets are fractions of events; above a hundred nobody reads them.
fn tenths(events: f64) -> f64 {
    if events.abs() >= 100.0 { events.round() } else { (events * 10.0).round() / 10.0 }
}

/// "used 31 m of 43 m": what the budget allowed and what became of it; none without events.
pub fn used(standing: &Standing) -> Option<String> {
    let tally = standing.tally()?;
    if standing.objective.is_composite() {
        return Some(format!("used {} of the budget", share(standing.consumed()?)));
    }
    let whole = match standing.spending.and_then(|spending| spending.whole) {
        Some(whole) if whole.estimated => " that the whole window would allow at the pace so far",
        Some(_) => " of the whole window",
        None => "",
    };
    Some(format!("used {} of {}{whole}", amount(standing, tally.bad), amount(standing, standing.allowed())))
}

/// What remains, "12 m left" or "19 m too much".
pub fn left(standing: &Standing) -> Option<String> {
    let tally = standing.tally()?;
    if standing.objective.is_composite() {
        return standing.remaining().map(|remaining| match remaining < 0.0 {
            true => format!("{} too much", share(-remaining)),
            false => format!("{} left", share(remaining)),
        });
    }
    let left = standing.allowed() - tally.bad;
    Some(match left < 0.0 {
        true if standing.unit == "events" => format!("{} too many", amount(standing, -left)),
        true => format!("{} too much", amount(standing, -left)),
        false => format!("{} left", amount(standing, left)),
    })
}

/// A burn rate: "14.4", "0.03", and "few events" where they are too few to alert on.
pub fn burn(burn: &Burn) -> String {
    match burn.rate {
        None => figure::NOTHING.to_owned(),
        Some(rate) => {
            let text = rate_text(rate);
            if burn.low { format!("{text} (few events)") } else { text }
        }
    }
}

/// A burn rate alone.
pub fn rate_text(rate: f64) -> String {
    match rate.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.01 => "below 0.01".to_owned(),
        size if size < 10.0 => format!("{rate:.2}"),
        size if size < 100.0 => format!("{rate:.1}"),
        _ => figure::count(rate.round()),
    }
}

/// When the rest would be gone, in one sentence; none where that can't be said.
pub fn forecast(standing: &Standing) -> Option<String> {
    let exhaustion = standing.exhaustion?;
    let pace = format!(
        "at the pace of the last {} days (median burn rate {}, quartiles {} to {})",
        exhaustion.days,
        rate_text(exhaustion.burn),
        rate_text(exhaustion.burn_range.0),
        rate_text(exhaustion.burn_range.1)
    );
    let after = |seconds: Option<f64>| {
        seconds.map_or_else(|| "never".to_owned(), |seconds| format!("in {}", figure::seconds_text(seconds)))
    };
    if standing.remaining()? <= 0.0 {
        return Some("Nothing of the budget is left.".to_owned());
    }
    Some(match exhaustion.after_s {
        None if exhaustion.soonest_s.is_none() => format!("The budget isn't being spent {pace}."),
        None => format!(
            "The budget isn't being spent {pace}; at the upper quartile it would be gone {}.",
            after(exhaustion.soonest_s)
        ),
        Some(seconds) => format!(
            "The rest would be gone in {} {pace}: between {} and {}.",
            figure::seconds_text(seconds),
            after(exhaustion.soonest_s),
            after(exhaustion.latest_s)
        ),
    })
}

/// Where its figures come from: "bad over all: fact downtime over fact agreed_time".
pub fn source(standing: &Standing) -> String {
    let name = |source: &crate::declaration::objective::Source| match &source.rows {
        Some(rows) if rows.fact => format!("fact_{}", rows.name),
        Some(rows) => rows.name.clone(),
        None => source.kind.clone(),
    };
    let filtered = |source: &crate::declaration::objective::Source| {
        let filter = source.rows.as_ref().and_then(|rows| rows.filter.as_ref());
        filter.map_or_else(|| name(source), |filter| format!("{} where {}", name(source), filter.sql))
    };
    match &standing.objective.indicator {
        Indicator::Ratio { good, part, total } => {
            let which = if *good { "good" } else { "bad" };
            let value = |source: &crate::declaration::objective::Source| {
                let value = source.rows.as_ref().and_then(|rows| rows.value.as_ref());
                value.map_or_else(String::new, |value| format!("{} of ", value.sql))
            };
            format!("{which}: {}{}; all: {}{}", value(part), filtered(part), value(total), filtered(total))
        }
        Indicator::Raw { good, source } => {
            format!("share of {} events: {}", if *good { "good" } else { "bad" }, filtered(source))
        }
        Indicator::Threshold { source, comparison, value } => {
            let words = match comparison {
                crate::declaration::objective::Comparison::Below => "below",
                crate::declaration::objective::Comparison::AtMost => "at most",
                crate::declaration::objective::Comparison::Above => "above",
                crate::declaration::objective::Comparison::AtLeast => "at least",
            };
            format!("good is {words} {value}: {}", filtered(source))
        }
        Indicator::Composite { parts } => {
            let parts: Vec<String> = parts.iter().map(|(id, weight)| format!("{weight} x {id}")).collect();
            format!("weighted mean of {}", parts.join(", "))
        }
    }
}

/// How the budget is counted, in words.
pub fn method(standing: &Standing) -> String {
    match standing.objective.method {
        Method::Occurrences => "occurrences: bad events over all events".to_owned(),
        Method::Timeslices { slice_s, target } => {
            format!("time slices of {}, bad below {}", figure::seconds_text(slice_s as f64), self::target(target))
        }
        Method::RatioTimeslices { slice_s } => {
            format!("mean of the shares of time slices of {}", figure::seconds_text(slice_s as f64))
        }
    }
}

/// "Thu 2 Jul 14:05" in a zone.
pub fn moment(instant: i64, zone: Tz) -> String {
    to_local(instant, zone).map_or_else(String::new, |local| local.format("%a %-d %b %Y %H:%M").to_string())
}

/// "from Thu 2 Jul 14:05, for 23 m" or "since ...".
pub fn episode(fired: &Fired, zone: Tz) -> String {
    match fired.cleared {
        Some(cleared) => {
            let lasted = figure::seconds_text((cleared - fired.fired) as f64 / 1e6);
            format!("{}, for {lasted}", moment(fired.fired, zone))
        }
        None => format!("{}, still holding", moment(fired.fired, zone)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up_to_their_target() {
        assert_eq!(exact(0.998_999, 1), "99.8\u{a0}%");
        assert_eq!(
            (target(0.999), target(0.9995), target(0.95)),
            ("99.9\u{a0}%".into(), "99.95\u{a0}%".into(), "95\u{a0}%".into())
        );
        assert_eq!(exact(0.999, 2), "99.90\u{a0}%");
    }
}
