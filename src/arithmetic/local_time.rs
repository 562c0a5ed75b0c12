//! Local wall-clock time and instants: conversion in both directions, and RFC 3339 text.
//! Refuses to guess silently: a local time that a clock change skipped or repeated is resolved by rule and reported as such.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Microseconds in a second.
pub const SECOND_US: i64 = 1_000_000;

/// How a local time was found to be an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The local time exists once.
    Exact,
    /// The clocks were put forward over it; it was moved forward by the length of the gap.
    Gap,
    /// The clocks showed it twice; the first occurrence was taken (the one in daylight saving time).
    Repeated,
}

/// The instant (µs, UTC) at which clocks in `zone` show `local`.
///
/// A time in the gap of a clock change keeps the offset from before the change, so 02:30 becomes 03:30.
/// A repeated time is its first occurrence.
#[must_use]
pub fn to_utc(local: NaiveDateTime, zone: Tz) -> (i64, Resolution) {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(found) => (found.timestamp_micros(), Resolution::Exact),
        LocalResult::Ambiguous(one, other) => {
            (one.timestamp_micros().min(other.timestamp_micros()), Resolution::Repeated)
        }
        LocalResult::None => (in_gap(local, zone), Resolution::Gap),
    }
}

/// Walks back to the last local time before the gap. Gaps reach from 20 minutes to a whole day (Samoa, 2011), and no zone
/// changed its clocks twice within the step.
fn in_gap(local: NaiveDateTime, zone: Tz) -> i64 {
    let step = TimeDelta::minutes(15);
    let mut before = local;
    for _ in 0..(4 * 26) {
        let Some(earlier) = before.checked_sub_signed(step) else {
            break;
        };
        before = earlier;
        let found = match zone.from_local_datetime(&before) {
            LocalResult::Single(found) => found,
            LocalResult::Ambiguous(one, other) => one.max(other),
            LocalResult::None => continue,
        };
        return found.timestamp_micros() + (local - before).num_microseconds().unwrap_or(0);
    }
    // Only at the very ends of the calendar that chrono knows.
    local.and_utc().timestamp_micros()
}

/// What clocks in `zone` show at `instant` (µs, UTC); `None` beyond the calendar that chrono knows (year ±262,000).
#[must_use]
pub fn to_local(instant: i64, zone: Tz) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(instant).map(|utc| utc.with_timezone(&zone).naive_local())
}

/// The instant at which the local day `date` begins: its midnight, or the end of the gap that swallowed its midnight.
/// A day that a zone skipped altogether begins where the next one does.
#[must_use]
pub fn day_start(date: NaiveDate, zone: Tz) -> i64 {
    let midnight = NaiveDateTime::from(date);
    let (instant, resolution) = to_utc(midnight, zone);
    if resolution != Resolution::Gap {
        return instant;
    }
    // The rule for gaps gives a time after the change; the day begins at the change itself.
    let mut low = instant - 26 * 3600 * SECOND_US;
    let mut high = instant;
    while low < high {
        let middle = low + (high - low) / 2;
        if to_local(middle, zone).is_some_and(|local| local >= midnight) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// RFC 3339 text in UTC, "2026-11-16T05:00:00Z"; milli- or microseconds only where they are not zero.
/// An instant beyond the calendar that chrono knows is written as its number of microseconds, "9223372036854775807 us".
#[must_use]
pub fn rfc3339(instant: i64) -> String {
    DateTime::from_timestamp_micros(instant)
        .map_or_else(|| format!("{instant} us"), |utc| utc.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// The instant (µs, UTC) of RFC 3339 text with any offset; digits beyond microseconds are cut off.
/// `None` if it isn't RFC 3339 (an offset or `Z` is required).
#[must_use]
pub fn from_rfc3339(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|found| found.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::Toronto, Europe::Berlin, Pacific::Apia, UTC};
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        from_rfc3339(text).unwrap()
    }

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_that_exists_once() {
        assert_eq!(to_utc(local("2026-11-16T06:00:00"), Berlin), (at("2026-11-16T05:00:00Z"), Resolution::Exact));
        assert_eq!(to_utc(local("2026-07-01T06:00:00"), Berlin), (at("2026-07-01T04:00:00Z"), Resolution::Exact));
    }

    #[test]
    fn a_time_in_the_gap_moves_forward_by_the_gap() {
        assert_eq!(to_utc(local("2026-03-29T02:30:00"), Berlin), (at("2026-03-29T01:30:00Z"), Resolution::Gap));
        assert_eq!(to_utc(local("2026-03-29T02:00:00"), Berlin), (at("2026-03-29T01:00:00Z"), Resolution::Gap));
        assert_eq!(to_utc(local("2026-03-29T03:00:00"), Berlin), (at("2026-03-29T01:00:00Z"), Resolution::Exact));
        // Samoa skipped the whole of 30 December 2011 (offset -10 before).
        assert_eq!(to_utc(local("2011-12-30T12:00:00"), Apia), (at("2011-12-30T22:00:00Z"), Resolution::Gap));
    }

    #[test]
    fn a_repeated_time_is_its_first_occurrence() {
        assert_eq!(to_utc(local("2026-10-25T02:30:00"), Berlin), (at("2026-10-25T00:30:00Z"), Resolution::Repeated));
        assert_eq!(to_utc(local("2026-10-25T03:00:00"), Berlin), (at("2026-10-25T02:00:00Z"), Resolution::Exact));
    }

    #[test]
    fn a_day_whose_midnight_was_skipped_begins_at_the_change() {
        // Beirut puts its clocks forward at midnight; Toronto did so at 23:30 in 1919.
        let beirut = chrono_tz::Asia::Beirut;
        let day = NaiveDate::from_ymd_opt(2022, 3, 27).unwrap();
        assert_eq!(day_start(day, beirut), at("2022-03-26T22:00:00Z"));
        let day = NaiveDate::from_ymd_opt(1919, 3, 31).unwrap();
        assert_eq!(day_start(day, Toronto), at("1919-03-31T04:30:00Z"));
        let skipped = NaiveDate::from_ymd_opt(2011, 12, 30).unwrap();
        assert_eq!(day_start(skipped, Apia), at("2011-12-30T10:00:00Z"));
        assert_eq!(day_start(skipped.succ_opt().unwrap(), Apia), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn text_has_a_fraction_only_when_it_is_not_zero() {
        assert_eq!(rfc3339(at("2026-11-16T06:00:00+01:00")), "2026-11-16T05:00:00Z");
        assert_eq!(rfc3339(at("2026-11-16T05:00:00.25Z")), "2026-11-16T05:00:00.250Z");
        assert_eq!(rfc3339(1), "1970-01-01T00:00:00.000001Z");
        assert_eq!(rfc3339(i64::MAX), "9223372036854775807 us");
        for refused in ["2026-11-16", "2026-11-16T05:00:00", "", "now"] {
            assert_eq!(from_rfc3339(refused), None, "{refused}");
        }
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        for zone in [Berlin, Apia, UTC] {
            let _ = to_utc(NaiveDateTime::MAX, zone);
            let _ = to_utc(NaiveDateTime::MIN, zone);
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(instant in -60_000_000_000_000_000_i64..250_000_000_000_000_000) {
            prop_assert_eq!(from_rfc3339(&rfc3339(instant)), Some(instant));
        }

        #[test]
        fn local_time_round_trips_but_for_repeats(seconds in 0_i64..4_000_000_000) {
            for zone in [Berlin, Toronto, Apia, chrono_tz::Asia::Beirut, chrono_tz::Australia::Lord_Howe] {
                let instant = seconds * SECOND_US;
                let shown = to_local(instant, zone).unwrap();
                let (back, resolution) = to_utc(shown, zone);
                match resolution {
                    Resolution::Exact => prop_assert_eq!(back, instant),
                    Resolution::Repeated => prop_assert!(back <= instant && to_local(back, zone) == Some(shown)),
                    Resolution::Gap => prop_assert!(false, "a time that clocks showed is in no gap"),
                }
            }
        }
    }
}
