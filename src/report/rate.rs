//! Rates in the unit of time in which they are read: "2.1 per month".

use super::duration::NARROW;
use super::figure::signed;
use crate::declaration::language::Language;

/// The units of rates with their hours.
pub const RATES: [(&str, f64); 5] =
    [("per hour", 1.0), ("per day", 24.0), ("per week", 168.0), ("per month", 720.0), ("per year", 8760.0)];

/// A rate per hour in the first of hour, day, week, month (30 days) and year in which it is 1 or more.
pub(super) fn rate_per_hour(language: &Language, value: f64) -> String {
    rate_in(language, value, value)
}

/// A rate in the unit that another one is shown in, so that an interval has one unit.
pub(super) fn rate_in(language: &Language, value: f64, shown: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let (name, hours) = rate_unit(shown);
    let scaled = value * hours;
    let places = if scaled.abs() >= 10.0 { 0 } else { 1 + usize::from(scaled.abs() < 0.1) };
    let text = signed(&language.decimals(scaled.abs(), places), scaled);
    format!("{text} {}", language.word(name)).replace(' ', &NARROW.to_string())
}

/// The unit in which a rate per hour is shown, and its hours.
pub(super) fn rate_unit(shown: f64) -> (&'static str, f64) {
    RATES.into_iter().find(|(_, hours)| (shown * hours).abs() >= 1.0).unwrap_or(RATES[4])
}
