//! Working time: weekly hours in a time zone, but for the days that have hours of their own, or none.
//!
//! An instant is working time when the local clock shows a time within the hours of that local date: those of a special day, else
//! of the weekday. That alone decides around clock changes: an hour that is skipped isn't worked, one that is repeated is worked
//! twice. Weekly hours that pass midnight are worked on the next day, unless that is a special day. Refuses calendars without
//! any weekly hour.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::arithmetic::interval::union;
use crate::arithmetic::local_time::SECOND_US;
use crate::arithmetic::offsets::offsets;

const DAY_S: u32 = 86_400;
const DAY_US: i64 = 86_400 * SECOND_US;
/// 1 January 1970 was a Thursday, three days after a Monday.
const EPOCH_WEEKDAY: i64 = 3;
/// How far ahead `add_working` looks, so that it ends: four centuries.
const HORIZON_US: i64 = 400 * 366 * DAY_US;

/// Beyond it (some 285,000 years) nothing is counted, so that sums stay within `i64`.
const FAR_US: i64 = 9_000_000_000_000_000_000;

/// Working hours. Every question costs two binary searches, whatever the span: see `Week::before`.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar(Option<Week>);

/// A date that the weekly hours don't hold for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecialDay {
    /// What it is called, where that is known.
    pub name: Option<String>,
    /// Its working hours, half-open in seconds of the local day; none on a holiday.
    pub hours: Vec<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Special {
    /// Days since 1970.
    day: i64,
    /// Working µs that the special days before it took away, net of what they added.
    before: i64,
    /// Hours in µs of the local day, in normal form.
    hours: Vec<(i64, i64)>,
    name: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Week {
    zone: Tz,
    /// Hours per weekday from Monday, in µs of the local day, in normal form.
    hours: [Vec<(i64, i64)>; 7],
    /// Working µs from Monday's midnight to that of each weekday; the last is the whole week's.
    prefix: [i64; 8],
    /// Special days in order.
    special: Vec<Special>,
    /// What all special days together take away.
    lost: i64,
    /// (first instant, offset, working µs before the first instant), all µs.
    stretches: Vec<(i64, i64, i64)>,
}

/// Working hours of a day from "08:00-12:00" or "08:00:00-24:00": (first second, second after the last) of the local day. Hours
/// that pass midnight end beyond 86,400: "22:00-06:00" is (79,200, 108,000).
///
/// # Errors
/// A message with the expected form.
pub fn parse_hours(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("hours: expected \"08:00-12:00\", found \"{text}\"");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (time_of_day(from).ok_or_else(wrong)?, time_of_day(to).ok_or_else(wrong)?);
    if from == to || from == DAY_S {
        return Err(format!(
            "hours: expected a start and another end, found \"{text}\" (a whole day is \"00:00-24:00\")"
        ));
    }
    Ok((from, if from < to { to } else { to + DAY_S }))
}

fn time_of_day(text: &str) -> Option<u32> {
    let mut fields = [0_u32; 3];
    let parts: Vec<&str> = text.trim().split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for (field, part) in fields.iter_mut().zip(parts) {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *field = if plain {
            part.parse().ok()?
        } else {
            return None;
        };
    }
    let [hour, minute, second] = fields;
    let total = hour * 3600 + minute * 60 + second;
    (minute < 60 && second < 60 && total <= DAY_S).then_some(total)
}

impl Calendar {
    /// Around the clock, every day.
    #[must_use]
    pub fn always() -> Calendar {
        Calendar(None)
    }

    /// A calendar of `weekly` hours with no hours on `holidays`: see `with_days`.
    ///
    /// # Errors
    /// Those of `with_days`.
    pub fn new(zone: Tz, weekly: [Vec<(u32, u32)>; 7], holidays: BTreeSet<NaiveDate>) -> Result<Calendar, String> {
        Calendar::with_days(zone, weekly, holidays.into_iter().map(|date| (date, SpecialDay::default())).collect())
    }

    /// A calendar of `weekly` hours, from Monday, each half-open in seconds of the local day (86,400 is 24:00; what lies beyond
    /// is worked on the next day), in any order; overlaps count once. On `special` days only the hours that stand there, none
    /// of which passes midnight. Builds a table of the zone's clock changes: make it once and keep it.
    ///
    /// # Errors
    /// A message for hours that are empty, reversed or too long, and for a week without hours.
    pub fn with_days(
        zone: Tz,
        weekly: [Vec<(u32, u32)>; 7],
        special: BTreeMap<NaiveDate, SpecialDay>,
    ) -> Result<Calendar, String> {
        let wrong = |&(from, to): &(u32, u32), most: u32| from >= to || to > most || from >= DAY_S;
        if let Some(&(from, to)) = weekly.iter().flatten().find(|span| wrong(span, 2 * DAY_S)) {
            return Err(format!(
                "hours: expected 0 to {DAY_S} seconds with the start before the end, found {from} to {to}"
            ));
        }
        if let Some((date, _)) = special.iter().find(|(_, day)| day.hours.iter().any(|span| wrong(span, DAY_S))) {
            return Err(format!(
                "special: expected hours within the day on {date} (what passes midnight is hours of the next day)"
            ));
        }
        let micros = |&(from, to): &(u32, u32)| (i64::from(from) * SECOND_US, i64::from(to) * SECOND_US);
        let mut parts: [Vec<(i64, i64)>; 7] = Default::default();
        for (day, span) in weekly.iter().enumerate().flat_map(|(day, spans)| spans.iter().map(move |span| (day, span)))
        {
            let (from, to) = micros(span);
            parts[day].push((from, to.min(DAY_US)));
            if to > DAY_US {
                parts[(day + 1) % 7].push((0, to - DAY_US));
            }
        }
        let hours = parts.map(union);
        let mut prefix = [0; 8];
        for (day, spans) in hours.iter().enumerate() {
            prefix[day + 1] = prefix[day] + spans.iter().map(|span| span.1 - span.0).sum::<i64>();
        }
        if prefix[7] == 0 {
            return Err("hours: expected working hours on at least one weekday, found none".to_owned());
        }
        if prefix[7] == 7 * DAY_US && special.is_empty() {
            return Ok(Calendar::always());
        }
        let mut lost = 0;
        let special = special
            .into_iter()
            .map(|(date, own)| {
                let day = date.signed_duration_since(NaiveDate::default()).num_days();
                let before = lost;
                let weekday = date.weekday().num_days_from_monday() as usize;
                let hours = union(own.hours.iter().map(micros).collect());
                lost += prefix[weekday + 1] - prefix[weekday] - hours.iter().map(|span| span.1 - span.0).sum::<i64>();
                Special { day, before, hours, name: own.name }
            })
            .collect();
        let mut week = Week { zone, hours, prefix, special, lost, stretches: Vec::new() };
        week.stretches = week.stretches_of(&offsets(zone));
        Ok(Calendar(Some(week)))
    }

    /// Whether every moment is working time.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.0.is_none()
    }

    /// The time zone of the hours; `None` around the clock.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.0.as_ref().map(|week| week.zone)
    }

    /// Whether a local date is a special day, and then what it is called and whether any of it is worked.
    #[must_use]
    pub fn special_day(&self, date: NaiveDate) -> Option<(Option<&str>, bool)> {
        let week = self.0.as_ref()?;
        let found = week.special(date.signed_duration_since(NaiveDate::default()).num_days())?;
        Some((found.name.as_deref(), !found.hours.is_empty()))
    }

    /// The first and last second of the working hours of a local date; `None` where none of it is worked, and around the clock.
    #[must_use]
    pub fn hours_of(&self, date: NaiveDate) -> Option<(u32, u32)> {
        let week = self.0.as_ref()?;
        let hours = week.hours_of(date.signed_duration_since(NaiveDate::default()).num_days());
        let (first, last) = (hours.first()?, hours.last()?);
        Some((u32::try_from(first.0 / SECOND_US).ok()?, u32::try_from(last.1 / SECOND_US).ok()?))
    }

    /// Working seconds in `[from, to)` (µs UTC); 0 where `to` isn't after `from`.
    #[must_use]
    pub fn working_s(&self, from: i64, to: i64) -> f64 {
        if to <= from {
            return 0.0;
        }
        let working = match &self.0 {
            None => i128::from(to) - i128::from(from),
            Some(week) => i128::from(week.before(to)) - i128::from(week.before(from)),
        };
        working as f64 / SECOND_US as f64
    }

    /// The working spans within `[from, to)` (µs UTC), in the normal form of `interval`.
    #[must_use]
    pub fn intervals(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        match &self.0 {
            _ if to <= from => Vec::new(),
            None => vec![(from, to)],
            Some(week) => week.intervals(from, to),
        }
    }

    /// The first instant at which `seconds` of working time have passed since `from` (µs UTC): when a target falls due.
    /// The end of a working span, not the start of the next. `None` for negative seconds, or beyond four centuries.
    #[must_use]
    pub fn add_working(&self, from: i64, seconds: i64) -> Option<i64> {
        self.add_working_us(from, seconds.checked_mul(SECOND_US)?)
    }

    /// As `add_working`, for so many µs of working time.
    #[must_use]
    pub fn add_working_us(&self, from: i64, micros: i64) -> Option<i64> {
        let wanted = Some(micros).filter(|wanted| (0..=HORIZON_US).contains(wanted))?;
        let Some(week) = &self.0 else {
            return from.checked_add(wanted);
        };
        if wanted == 0 {
            return Some(from);
        }
        let target = week.before(from).saturating_add(wanted);
        // Targets lie days ahead, not centuries: ever longer steps, then halves down to a day, then that day's spans.
        let (mut low, mut step) = (from, DAY_US);
        let mut high = from.checked_add(step)?;
        while week.before(high) < target {
            if step >= HORIZON_US {
                return None;
            }
            step *= 2;
            low = high;
            high = from.checked_add(step)?;
        }
        while high - low > DAY_US {
            let middle = low + (high - low) / 2;
            if week.before(middle) >= target {
                high = middle;
            } else {
                low = middle;
            }
        }
        let mut left = target - week.before(low);
        for span in week.intervals(low, high) {
            if span.1 - span.0 >= left {
                return Some(span.0 + left);
            }
            left -= span.1 - span.0;
        }
        None
    }
}

impl Week {
    fn special(&self, day: i64) -> Option<&Special> {
        self.special.binary_search_by_key(&day, |special| special.day).ok().map(|found| &self.special[found])
    }

    fn hours_of(&self, day: i64) -> &[(i64, i64)] {
        match self.special(day) {
            Some(special) => &special.hours,
            None => &self.hours[(day + EPOCH_WEEKDAY).rem_euclid(7) as usize],
        }
    }

    /// Working µs before an instant, counted from a fixed zero: whole weeks by multiplication, special days by their running total.
    /// Working time between two instants is the difference. Only differences have a meaning.
    fn before(&self, instant: i64) -> i64 {
        let instant = instant.clamp(-FAR_US, FAR_US);
        let at = self.stretches.partition_point(|stretch| stretch.0 <= instant).max(1) - 1;
        let (start, offset, counted) = self.stretches[at];
        if at == 0 {
            // The first stretch has no beginning; local time itself is its zero.
            return self.before_local(instant.saturating_add(offset));
        }
        counted + self.before_local(instant.saturating_add(offset)) - self.before_local(start.saturating_add(offset))
    }

    /// As `before`, for local time that runs evenly.
    fn before_local(&self, local: i64) -> i64 {
        let (day, within) = (local.div_euclid(DAY_US), local.rem_euclid(DAY_US));
        let weekday = (day + EPOCH_WEEKDAY).rem_euclid(7) as usize;
        let weeks = (day + EPOCH_WEEKDAY).div_euclid(7);
        let next = self.special.get(self.special.partition_point(|special| special.day < day));
        let lost = next.map_or(self.lost, |next| next.before);
        let hours = next.filter(|next| next.day == day).map_or(&self.hours[weekday], |today| &today.hours);
        let today: i64 = hours.iter().map(|span| within.clamp(span.0, span.1) - span.0).sum();
        weeks * self.prefix[7] + self.prefix[weekday] + today - lost
    }

    fn stretches_of(&self, offsets: &[(i64, i64)]) -> Vec<(i64, i64, i64)> {
        let mut stretches: Vec<(i64, i64, i64)> = Vec::with_capacity(offsets.len());
        for (index, &(start, offset)) in offsets.iter().enumerate() {
            let counted = match (index, stretches.last()) {
                (0, _) | (_, None) => 0,
                (1, Some(last)) => self.before_local(start.saturating_add(last.1)),
                (_, Some(last)) => last.2 + self.before_local(start + last.1) - self.before_local(last.0 + last.1),
            };
            stretches.push((start, offset, counted));
        }
        stretches
    }

    fn intervals(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut result: Vec<(i64, i64)> = Vec::new();
        let first = self.stretches.partition_point(|stretch| stretch.0 <= from).max(1) - 1;
        for (at, &(start, offset, _)) in self.stretches.iter().enumerate().skip(first) {
            let (start, end) = (start.max(from), self.stretches.get(at + 1).map_or(to, |next| next.0.min(to)));
            if start >= end {
                break;
            }
            let last_day = (end - 1).saturating_add(offset).div_euclid(DAY_US);
            for day in start.saturating_add(offset).div_euclid(DAY_US)..=last_day {
                let midnight = day.saturating_mul(DAY_US).saturating_sub(offset);
                for span in self.hours_of(day) {
                    let (open, close) =
                        (midnight.saturating_add(span.0).max(start), midnight.saturating_add(span.1).min(end));
                    match result.last_mut() {
                        _ if open >= close => {}
                        Some(last) if last.1 == open => last.1 = close,
                        _ => result.push((open, close)),
                    }
                }
            }
        }
        result
    }
}

#[cfg(test)]
mod tests;
