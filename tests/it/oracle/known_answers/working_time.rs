//! Business time as tools and their users print it, and the days on which the clock changes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Europe::Berlin;
use nines::arithmetic::calendar::Calendar;
use nines::arithmetic::local_time::{day_start, to_utc};
use nines::arithmetic::period;

use super::printed;

fn hours(days: usize, from: u32, to: u32) -> [Vec<(u32, u32)>; 7] {
    std::array::from_fn(|day| if day < days { vec![(from * 3_600, to * 3_600)] } else { Vec::new() })
}

fn at(text: &str) -> i64 {
    to_utc(text.parse().unwrap(), Berlin).0
}

/// Working hours between two local times.
fn worked(calendar: &Calendar, from: &str, to: &str) -> f64 {
    calendar.working_s(at(from), at(to)) / 3_600.0
}

#[test]
fn evenings_and_week_ends() {
    let office = Calendar::new(Berlin, hours(5, 8, 17), BTreeSet::new()).unwrap();
    // 12 December is a Friday in 2014 and in 2025.
    for year in [2014, 2025] {
        let (from, to) = (format!("{year}-12-12T21:00:00"), format!("{year}-12-15T09:30:00"));
        let (business, clock) = (worked(&office, &from, &to), worked(&Calendar::always(), &from, &to));
        assert_eq!((business, clock), (1.5, 60.5));
        printed("of eight hours", business / 8.0 * 100.0, 18.75, 2);
        printed("of eight hours, by the clock", clock / 8.0 * 100.0, 756.25, 2);
    }
    let office = Calendar::new(Berlin, hours(5, 9, 17), BTreeSet::new()).unwrap();
    assert_eq!(worked(&office, "2026-11-10T14:00:00", "2026-11-11T09:00:00"), 3.0);
    assert_eq!(worked(&Calendar::always(), "2026-11-10T14:00:00", "2026-11-11T09:00:00"), 19.0);
    assert_eq!(worked(&office, "2026-11-13T16:00:00", "2026-11-16T09:00:00"), 1.0);
    assert_eq!(worked(&Calendar::always(), "2026-11-13T16:00:00", "2026-11-16T09:00:00"), 65.0);
    // 32 hours of eight a day are four days, and not one and a third.
    assert_eq!(office.add_working(at("2026-11-09T09:00:00"), 32 * 3_600), Some(at("2026-11-12T17:00:00")));
}

#[test]
fn forty_eight_hours_over_two_holidays() {
    for year in [2015, 2026] {
        let holidays = [11, 13].map(|day| NaiveDate::from_ymd_opt(year, 11, day).unwrap());
        let shop = Calendar::new(Berlin, hours(7, 9, 21), BTreeSet::from(holidays)).unwrap();
        let due = shop.add_working(at(&format!("{year}-11-09T23:00:00")), 48 * 3_600);
        assert_eq!(due, Some(at(&format!("{year}-11-15T21:00:00"))));
    }
}

#[test]
fn days_and_weeks_of_clock_changes() {
    let long = |text: &str| {
        let found = period::parse(text, Berlin, 0).unwrap();
        (found.end - found.start) / 3_600_000_000
    };
    assert_eq!(["2026-03-29", "2026-10-25", "2026-W13", "2026-W43", "2026-W14"].map(long), [23, 25, 167, 169, 168]);
    let always = Calendar::new(Berlin, hours(7, 0, 24), BTreeSet::new()).unwrap();
    assert_eq!(worked(&always, "2026-03-29T00:00:00", "2026-03-30T00:00:00"), 23.0);
    let change = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
    assert_eq!((day_start(change.succ_opt().unwrap(), Berlin) - day_start(change, Berlin)) / 3_600_000_000, 25);
}
