//! The names of periods: what users write after `--period`, and the ids that periods carry.
//! Refuses text that names no period, and days that a zone skipped.

use chrono::{Days, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::{Fiscal, Period, PeriodKind, containing, next, spanning};
use crate::arithmetic::local_time::to_local;

/// Longest rolling window, in days: a century.
const LONGEST: u64 = 36_525;

const FORMS: &str = "2026-W46, 2026-11-05, 2026-11, 2026-Q4, 2026-H2, 2026, FY2026, FY2026-Q3, FY2026-H2, \
    2026-11-01..2026-11-15, 28d, 28d@2026-11-16, today, yesterday, this-week, last-week (also -month, -quarter, -half, -year, \
    -fiscal-quarter, -fiscal-half, -fiscal-year)";

/// The period that `text` names. Relative ones (`last-week`, `28d`) count from the local day of `as_of` (µs UTC).
///
/// # Errors
/// A message that names the text and the forms that are understood.
pub fn parse(text: &str, zone: Tz, as_of: i64) -> Result<Period, String> {
    parse_fiscal(text, zone, as_of, 1)
}

/// As `parse`, for fiscal years that begin on the first of the month `begins` (1 to 12) and are named after the calendar year
/// that they end in: with 4, `FY2026` is 1 April 2025 to 31 March 2026.
///
/// # Errors
/// A message that names the text and the forms that are understood.
pub fn parse_fiscal(text: &str, zone: Tz, as_of: i64, begins: u32) -> Result<Period, String> {
    let wrong = || format!("period: expected one of {FORMS}, found \"{text}\"");
    let given = text.trim();
    let today = || to_local(as_of, zone).map(|local| local.date()).ok_or("as-of: the instant is out of range");
    let found = if let Some((relative, kind)) = relative(given, begins) {
        let current = containing(kind, today()?, zone).ok_or_else(wrong)?;
        if relative == Relative::Last { current.previous(zone) } else { current }
    } else if let Some((first, last)) = given.split_once("..") {
        let (first, last) = (date(first).ok_or_else(wrong)?, date(last).ok_or_else(wrong)?);
        if last < first {
            return Err(format!("period: expected the first day before the last, found \"{text}\""));
        }
        spanning(PeriodKind::Range, first, next(last).ok_or_else(wrong)?, zone)
    } else if let Some((count, end)) = rolling(given) {
        let end = match end {
            Some(end) => date(end).ok_or_else(wrong)?,
            None => today()?,
        };
        if !(1..=LONGEST).contains(&count) {
            return Err(format!("period: expected 1d to {LONGEST}d, found \"{text}\""));
        }
        let first = end.checked_sub_days(Days::new(count)).ok_or_else(wrong)?;
        spanning(PeriodKind::Rolling, first, end, zone)
    } else {
        let (kind, day) = absolute(given, begins).ok_or_else(wrong)?;
        containing(kind, day, zone).ok_or_else(wrong)?
    };
    if found.start >= found.end {
        return Err(format!("period: \"{text}\" did not exist in {zone}, where the calendar skipped it"));
    }
    Ok(found)
}

#[derive(PartialEq)]
enum Relative {
    This,
    Last,
}

fn relative(text: &str, begins: u32) -> Option<(Relative, PeriodKind)> {
    let (relative, unit) = match text {
        "today" => (Relative::This, "day"),
        "yesterday" => (Relative::Last, "day"),
        _ => match text.split_once('-')? {
            ("this", unit) => (Relative::This, unit),
            ("last", unit) => (Relative::Last, unit),
            _ => return None,
        },
    };
    let kind = match unit {
        "day" => PeriodKind::Day,
        "week" => PeriodKind::Week,
        "month" => PeriodKind::Month,
        "quarter" => PeriodKind::Quarter,
        "half" => PeriodKind::Half,
        "year" => PeriodKind::Year,
        "fiscal-quarter" => PeriodKind::Fiscal(Fiscal::Quarter(begins)),
        "fiscal-half" => PeriodKind::Fiscal(Fiscal::Half(begins)),
        "fiscal-year" => PeriodKind::Fiscal(Fiscal::Year(begins)),
        _ => return None,
    };
    Some((relative, kind))
}

/// "28d" or "28d@2026-11-16".
fn rolling(text: &str) -> Option<(u64, Option<&str>)> {
    let (count, end) = match text.split_once('@') {
        Some((count, end)) => (count, Some(end)),
        None => (text, None),
    };
    let count = count.strip_suffix('d')?;
    // A longer number is out of bounds anyway; the caller says so.
    let digits = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (count.parse().unwrap_or(u64::MAX), end))
}

/// The kind of an absolute period and a day in it.
fn absolute(text: &str, begins: u32) -> Option<(PeriodKind, NaiveDate)> {
    if let Some(fiscal) = text.strip_prefix("FY") {
        let (year, part) = fiscal.split_once('-').map_or((fiscal, None), |(year, part)| (year, Some(part)));
        let (part, count) = match part {
            None => (Fiscal::Year(begins), Some(1)),
            Some(part) => match part.split_at_checked(1)? {
                ("Q", count) => (Fiscal::Quarter(begins), number(count, 1).filter(|count| (1..=4).contains(count))),
                ("H", count) => (Fiscal::Half(begins), number(count, 1).filter(|count| (1..=2).contains(count))),
                _ => return None,
            },
        };
        return Some((PeriodKind::Fiscal(part), part.nth(year_of(year)?, count?)?));
    }
    if let Some(day) = date(text) {
        return Some((PeriodKind::Day, day));
    }
    let Some((year, rest)) = text.split_once('-') else {
        return Some((PeriodKind::Year, NaiveDate::from_ymd_opt(year_of(text)?, 1, 1)?));
    };
    let year = year_of(year)?;
    if let Some(week) = rest.strip_prefix('W') {
        return Some((PeriodKind::Week, NaiveDate::from_isoywd_opt(year, number(week, 2)?, Weekday::Mon)?));
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = number(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
        return Some((PeriodKind::Quarter, NaiveDate::from_ymd_opt(year, 3 * quarter - 2, 1)?));
    }
    if let Some(half) = rest.strip_prefix('H') {
        let half = number(half, 1).filter(|half| (1..=2).contains(half))?;
        return Some((PeriodKind::Half, NaiveDate::from_ymd_opt(year, 6 * half - 5, 1)?));
    }
    Some((PeriodKind::Month, NaiveDate::from_ymd_opt(year, number(rest, 2)?, 1)?))
}

/// "2026-11-05", with every digit.
fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    NaiveDate::from_ymd_opt(year_of(year)?, number(month, 2)?, number(day, 2)?)
}

/// A year in which an IT organisation can have worked: anything else is a slip of the keyboard.
fn year_of(text: &str) -> Option<i32> {
    let year = number(text, 4).filter(|year| (1900..2200).contains(year))?;
    i32::try_from(year).ok()
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}
