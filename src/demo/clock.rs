//! Time in the demo: the span that it covers, local Brussels time, Belgian public holidays, and office hours.
//! Inside the demo a moment is whole seconds since the Unix epoch (UTC); no export is finer than that.

use crate::arithmetic::local_time;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

/// The zone of the organisation.
pub(super) const ZONE: Tz = chrono_tz::Europe::Brussels;
/// The pinned "now": Monday 2026-07-06T06:00:00+02:00.
pub(super) const AS_OF_S: i64 = 1_783_310_400;
/// A week in which the clocks don't change.
pub(super) const WEEK_S: i64 = 7 * DAY_S;
/// A day in which the clocks don't change.
pub(super) const DAY_S: i64 = 86_400;
/// Office hours, seconds of the local day, Monday to Friday.
pub(super) const OFFICE_S: (i64, i64) = (8 * 3_600, 18 * 3_600);

/// The weeks that the demo covers.
pub(super) struct Span {
    /// Monday on which it begins.
    pub(super) first_day: NaiveDate,
    /// Monday of the pinned "now", which is not complete.
    pub(super) last_monday: NaiveDate,
    /// Local midnight of the first day.
    pub(super) start_s: i64,
    /// Complete weeks.
    pub(super) weeks: u32,
}

impl Span {
    /// The span of so many complete weeks before the pinned "now".
    pub(super) fn new(weeks: u32) -> Self {
        let last_monday = local(AS_OF_S).date();
        let first_day = day_after(last_monday, -7 * i64::from(weeks));
        Span { first_day, last_monday, start_s: utc(first_day, 0), weeks }
    }

    /// A day of the week that lies `back` weeks before the last complete one (0 = that one), or of the first week where
    /// the span isn't so long. `weekday` counts from Monday = 0.
    pub(super) fn day(&self, back: u32, weekday: i64) -> NaiveDate {
        let back = i64::from(back.min(self.weeks - 1));
        day_after(self.last_monday, weekday - 7 * (back + 1))
    }

    /// A weekday of every so-manieth week, counted back from the last complete one: at least one day, in order.
    pub(super) fn every(&self, weeks: usize, weekday: i64) -> impl Iterator<Item = NaiveDate> + use<> {
        let backs: Vec<u32> = (0..self.weeks).step_by(weeks.max(1)).collect();
        let last_monday = self.last_monday;
        backs.into_iter().rev().map(move |back| day_after(last_monday, weekday - 7 * (i64::from(back) + 1)))
    }

    /// Every local day of the span, the unfinished last one included.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        self.first_day.iter_days().take(self.weeks as usize * 7 + 1)
    }
}

/// The day so many days later (earlier when negative).
pub(super) fn day_after(day: NaiveDate, days: i64) -> NaiveDate {
    let moved = if days < 0 {
        day.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        day.checked_add_days(Days::new(days.unsigned_abs()))
    };
    moved.unwrap_or(day)
}

/// The moment of a local time: seconds from local midnight by the wall clock, beyond 24:00 for the days after. A time
/// that the spring change leaves out moves forward by the hour; a repeated one is the first.
pub(super) fn utc(day: NaiveDate, wall_s: i64) -> i64 {
    let wall = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(wall_s);
    local_time::to_utc(wall, ZONE).0 / 1_000_000
}

/// Local time of a moment.
pub(super) fn local(moment_s: i64) -> NaiveDateTime {
    let utc = DateTime::from_timestamp(moment_s, 0).unwrap_or_default();
    utc.with_timezone(&ZONE).naive_local()
}

/// `2026-03-02T20:00:00Z`.
pub(super) fn iso_utc(moment_s: i64) -> String {
    local_time::rfc3339(moment_s * 1_000_000)
}

/// The same, and nothing for what has not happened.
pub(super) fn iso_if(moment_s: Option<i64>) -> String {
    moment_s.map(iso_utc).unwrap_or_default()
}

/// A moment that has come by as-of, with a little time to spare.
pub(super) fn by_now(moment_s: i64) -> Option<i64> {
    (moment_s < AS_OF_S - 300).then_some(moment_s)
}

/// `2026-03-02T21:00:00+01:00`, local with its offset.
pub(super) fn iso_local(moment_s: i64) -> String {
    let utc = DateTime::from_timestamp(moment_s, 0).unwrap_or_default();
    utc.with_timezone(&ZONE).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Public holidays of Belgium in a year, in order.
pub(super) fn holidays(year: i32) -> Vec<NaiveDate> {
    let fixed = [(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)];
    let mut days: Vec<NaiveDate> =
        fixed.iter().filter_map(|&(month, day)| NaiveDate::from_ymd_opt(year, month, day)).collect();
    if let Some(easter) = easter(year) {
        // Easter Monday, Ascension, Whit Monday.
        days.extend([1, 39, 50].map(|after| day_after(easter, after)));
    }
    days.sort();
    days
}

/// Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// True on Saturday and Sunday.
pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Working time: Monday to Friday in office hours, without public holidays.
pub(super) struct Office {
    /// (opening, closing, working seconds before the opening), in order.
    days: Vec<(i64, i64, i64)>,
}

impl Office {
    /// The working days of a span, and those of some weeks after it.
    pub(super) fn new(span: &Span) -> Self {
        let mut days = Vec::new();
        let mut before_s = 0;
        let mut closed: Vec<NaiveDate> = Vec::new();
        let mut year = 0;
        for day in span.first_day.iter_days().take((span.weeks as usize + 9) * 7) {
            if day.year() != year {
                year = day.year();
                closed = holidays(year);
            }
            if is_weekend(day) || closed.contains(&day) {
                continue;
            }
            let (open_s, close_s) = (utc(day, OFFICE_S.0), utc(day, OFFICE_S.1));
            days.push((open_s, close_s, before_s));
            before_s += close_s - open_s;
        }
        Office { days }
    }

    /// Working seconds from the start of the span to a moment.
    fn until_s(&self, moment_s: i64) -> i64 {
        match self.days.partition_point(|day| day.0 <= moment_s).checked_sub(1).and_then(|i| self.days.get(i)) {
            Some(&(open_s, close_s, before_s)) => before_s + moment_s.min(close_s) - open_s,
            None => 0,
        }
    }

    /// Working seconds between two moments.
    pub(super) fn between_s(&self, from_s: i64, to_s: i64) -> i64 {
        self.until_s(to_s) - self.until_s(from_s)
    }

    /// The moment at which so much working time has passed since another; far in the future where the days run out.
    pub(super) fn after(&self, from_s: i64, working_s: i64) -> i64 {
        let due_s = self.until_s(from_s) + working_s;
        let position = self.days.partition_point(|day| day.2 + (day.1 - day.0) < due_s);
        match self.days.get(position) {
            Some(&(open_s, _, before_s)) => (open_s + due_s - before_s).max(from_s),
            None => AS_OF_S + 50 * WEEK_S,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn as_of_is_the_monday_of_the_brief() {
        assert_eq!(iso_local(AS_OF_S), "2026-07-06T06:00:00+02:00");
        assert_eq!(iso_utc(AS_OF_S), "2026-07-06T04:00:00Z");
        let span = Span::new(26);
        assert_eq!(span.first_day, date(2026, 1, 5));
        assert_eq!(iso_utc(span.start_s), "2026-01-04T23:00:00Z");
        assert_eq!(span.day(0, 2), date(2026, 7, 1));
        assert_eq!(Span::new(1).day(7, 0), date(2026, 6, 29));
        assert_eq!(span.every(4, 1).count(), 7);
        assert_eq!(span.every(4, 1).last(), Some(date(2026, 6, 30)));
    }

    #[test]
    fn spring_change() {
        // 02:30 doesn't exist on that day: it is read as 03:30 summer time.
        assert_eq!(iso_local(utc(date(2026, 3, 29), 9_000)), "2026-03-29T03:30:00+02:00");
        assert_eq!(iso_utc(utc(date(2025, 10, 26), 9_000)), "2025-10-26T00:30:00Z");
    }

    #[test]
    fn easter_is_right() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
        assert_eq!(holidays(2026)[1..4], [date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14)]);
    }

    #[test]
    fn office_hours_agree_with_counting_minutes() {
        let office = Office::new(&Span::new(26));
        // Thursday before Easter 17:00 to Tuesday after it 09:30: 1 h + Friday 10 h + 1.5 h.
        let (from, to) = (utc(date(2026, 4, 2), 17 * 3600), utc(date(2026, 4, 7), 9 * 3600 + 1800));
        assert_eq!(office.between_s(from, to), 45_000);
        assert_eq!(office.after(from, 45_000), to);
        let counted = (from / 60..to / 60)
            .filter(|minute| {
                let wall = local(minute * 60);
                !is_weekend(wall.date())
                    && !holidays(2026).contains(&wall.date())
                    && (8..18).contains(&chrono::Timelike::hour(&wall))
            })
            .count();
        assert_eq!(counted as i64 * 60, 45_000);
    }

    #[test]
    fn working_time_after_inverts_between() {
        let office = Office::new(&Span::new(26));
        let mut chance = super::super::chance::Chance::new(5, 5);
        for _ in 0..2_000 {
            let from = Span::new(26).start_s + chance.between(0, 25 * WEEK_S);
            let working = chance.between(1, 400_000);
            let to = office.after(from, working);
            assert_eq!(office.between_s(from, to), working);
            assert_eq!(office.between_s(from, to - 1), working - 1);
        }
    }
}
