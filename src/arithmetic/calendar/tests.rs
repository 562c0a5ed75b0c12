//! Tests of working time: published cases, and the local clock asked minute by minute.

use super::*;
use crate::arithmetic::interval::{intersect, length_s};
use crate::arithmetic::local_time::{from_rfc3339, rfc3339, to_local, to_utc};
use chrono::Timelike;
use chrono_tz::{
    America::Havana, America::New_York, Asia::Beirut, Asia::Kolkata, Australia::Lord_Howe, Europe::Berlin, UTC,
};
use proptest::prelude::*;

const HOUR: u32 = 3600;

fn weekdays(from: u32, to: u32) -> [Vec<(u32, u32)>; 7] {
    std::array::from_fn(|day| if day < 5 { vec![(from * HOUR, to * HOUR)] } else { vec![] })
}

fn daily(from: u32, to: u32) -> [Vec<(u32, u32)>; 7] {
    std::array::from_fn(|_| vec![(from * HOUR, to * HOUR)])
}

fn plain(zone: Tz, weekly: [Vec<(u32, u32)>; 7]) -> Calendar {
    Calendar::new(zone, weekly, BTreeSet::new()).unwrap()
}

fn local(text: &str, zone: Tz) -> i64 {
    to_utc(text.parse().unwrap(), zone).0
}

#[test]
fn published_cases() {
    // Friday evening to Monday morning, Mon-Fri 8-17.
    for zone in [UTC, Berlin, New_York] {
        let office = plain(zone, weekdays(8, 17));
        let (from, to) = (local("2025-12-12T21:00:00", zone), local("2025-12-15T09:30:00", zone));
        assert_eq!((office.working_s(from, to), Calendar::always().working_s(from, to)), (5400.0, 60.5 * 3600.0));
        assert!((office.working_s(from, to) / (8.0 * 3600.0) - 0.1875).abs() < 1e-12);
    }
    let office = plain(Berlin, weekdays(9, 17));
    // 32 working hours of 8 a day are done at the end of the fourth day.
    let four_days = office.add_working(local("2026-11-09T09:00:00", Berlin), 32 * 3600);
    assert_eq!(four_days, Some(local("2026-11-12T17:00:00", Berlin)));
    let span = |from, to| office.working_s(local(from, Berlin), local(to, Berlin));
    assert_eq!(span("2026-11-10T14:00:00", "2026-11-11T09:00:00"), 3.0 * 3600.0);
    assert_eq!(span("2026-11-13T16:00:00", "2026-11-16T09:00:00"), 3600.0);
    assert_eq!(span("2026-11-16T09:00:00", "2026-11-13T16:00:00"), 0.0);
}

#[test]
fn a_target_falls_due_at_the_end_of_the_last_working_span() {
    let holidays = ["2026-11-11", "2026-11-13"].iter().map(|day| day.parse().unwrap()).collect();
    let shop = Calendar::new(Berlin, daily(9, 21), holidays).unwrap();
    let due = shop.add_working(local("2026-11-09T23:00:00", Berlin), 48 * 3600).unwrap();
    assert_eq!(due, local("2026-11-15T21:00:00", Berlin));
    let moment = local("2026-11-11T12:00:00", Berlin);
    assert_eq!(shop.add_working(moment, 0), Some(moment));
    assert_eq!(
        (shop.add_working(moment, -1), shop.add_working(moment, i64::MAX), shop.add_working(i64::MAX, 5)),
        (None, None, None)
    );
    assert_eq!(Calendar::always().add_working(moment, 60), Some(moment + 60 * SECOND_US));
}

#[test]
fn days_of_clock_changes_are_exact() {
    let day = |calendar: &Calendar, from, to| calendar.working_s(local(from, Berlin), local(to, Berlin)) / 3600.0;
    // A calendar with one holiday isn't "always", so this goes through the table of clock changes.
    let nearly_always = Calendar::new(Berlin, daily(0, 24), BTreeSet::from(["2020-01-01".parse().unwrap()])).unwrap();
    assert!(!nearly_always.is_always() && plain(Berlin, daily(0, 24)).is_always());
    assert_eq!(day(&nearly_always, "2026-03-29T00:00:00", "2026-03-30T00:00:00"), 23.0);
    assert_eq!(day(&nearly_always, "2026-10-25T00:00:00", "2026-10-26T00:00:00"), 25.0);
    assert_eq!(day(&nearly_always, "2026-03-23T00:00:00", "2026-03-30T00:00:00"), 167.0);
    assert_eq!(day(&nearly_always, "2026-10-19T00:00:00", "2026-10-26T00:00:00"), 169.0);
    assert_eq!(day(&nearly_always, "2019-12-31T00:00:00", "2020-01-03T00:00:00"), 48.0);
    // Night hours 02:30 to 03:30: half an hour when 02:00 to 03:00 is skipped, one and a half when it is repeated.
    let half_past: [Vec<(u32, u32)>; 7] = std::array::from_fn(|_| vec![(9000, 12_600)]);
    let night = plain(Berlin, half_past);
    assert_eq!(day(&night, "2026-03-29T00:00:00", "2026-03-30T00:00:00"), 0.5);
    assert_eq!(day(&night, "2026-10-25T00:00:00", "2026-10-26T00:00:00"), 1.5);
    assert_eq!(night.intervals(local("2026-10-25T00:00:00", Berlin), local("2026-10-26T00:00:00", Berlin)).len(), 2);
}

#[test]
fn hours_that_meet_at_midnight_are_one_span() {
    let mut weekly = daily(0, 0).map(|_| Vec::new());
    weekly[0] = vec![(22 * HOUR, 24 * HOUR)];
    weekly[1] = vec![(0, 3 * HOUR), (2 * HOUR, 6 * HOUR)];
    let night = plain(Berlin, weekly);
    let spans = night.intervals(local("2026-11-09T00:00:00", Berlin), local("2026-11-16T00:00:00", Berlin));
    assert_eq!(spans, vec![(local("2026-11-09T22:00:00", Berlin), local("2026-11-10T06:00:00", Berlin))]);
}

#[test]
fn hours_are_read_and_refused() {
    assert_eq!(parse_hours("08:00-12:00"), Ok((28_800, 43_200)));
    assert_eq!(parse_hours(" 8:30 - 24:00 "), Ok((30_600, 86_400)));
    assert_eq!(parse_hours("00:00:01-00:00:02"), Ok((1, 2)));
    for text in [
        "",
        "8-12",
        "08:00",
        "08:60-12:00",
        "08:00-24:01",
        "08:00-12:00-13:00",
        "a:00-12:00",
        "+8:00-12:00",
        "08:00:00:00-12:00",
    ] {
        assert!(parse_hours(text).unwrap_err().contains("expected \"08:00-12:00\""), "{text}");
    }
    assert_eq!(parse_hours("22:00-06:00"), Ok((79_200, 108_000)));
    assert_eq!(parse_hours("22:00-00:00"), Ok((79_200, 86_400)));
    assert!(parse_hours("08:00-08:00").is_err() && parse_hours("24:00-06:00").is_err());
}

#[test]
fn impossible_calendars_are_refused() {
    let none: [Vec<(u32, u32)>; 7] = Default::default();
    assert!(Calendar::new(UTC, none.clone(), BTreeSet::new()).is_err());
    for span in [(5, 5), (6, 5), (0, 172_801), (86_400, 90_000)] {
        let mut weekly = none.clone();
        weekly[3] = vec![span];
        assert!(Calendar::new(UTC, weekly, BTreeSet::new()).unwrap_err().starts_with("hours: "));
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let office = plain(Berlin, weekdays(8, 17));
    assert!(office.working_s(i64::MIN, i64::MAX) > 0.0);
    let nearly_always = Calendar::new(Berlin, daily(0, 24), BTreeSet::from(["2020-01-01".parse().unwrap()])).unwrap();
    assert!(nearly_always.working_s(i64::MIN, i64::MAX) > 1e13);
    assert_eq!(office.working_s(i64::MAX, i64::MIN), 0.0);
    assert!(office.intervals(i64::MAX - DAY_US * 20, i64::MAX).len() <= 20);
    assert!(office.intervals(i64::MIN, i64::MIN + DAY_US * 20).len() <= 20);
    assert_eq!(office.add_working(i64::MAX - 1, 1), None);
    assert!(rfc3339(office.add_working(0, 1).unwrap()).starts_with("1970-01-01T07:00:01"));
}

#[test]
fn hours_that_pass_midnight_are_worked_on_the_next_day() {
    // Night shifts from Friday to Saturday and from Sunday to Monday, which is a holiday once.
    let mut weekly: [Vec<(u32, u32)>; 7] = Default::default();
    weekly[4] = vec![(22 * HOUR, 30 * HOUR)];
    weekly[6] = vec![(22 * HOUR, 30 * HOUR)];
    let night = Calendar::new(Berlin, weekly, BTreeSet::from(["2026-11-23".parse().unwrap()])).unwrap();
    let spans = night.intervals(local("2026-11-13T00:00:00", Berlin), local("2026-11-24T00:00:00", Berlin));
    let expected = [
        ("2026-11-13T22:00:00", "2026-11-14T06:00:00"),
        ("2026-11-15T22:00:00", "2026-11-16T06:00:00"),
        ("2026-11-20T22:00:00", "2026-11-21T06:00:00"),
        ("2026-11-22T22:00:00", "2026-11-23T00:00:00"),
    ];
    assert_eq!(spans, expected.map(|(from, to)| (local(from, Berlin), local(to, Berlin))));
}

#[test]
fn a_special_day_has_its_own_hours_and_name() {
    let eve = SpecialDay { name: Some("Christmas Eve".into()), hours: vec![(8 * HOUR, 12 * HOUR)] };
    let open_sunday = SpecialDay { name: None, hours: vec![(10 * HOUR, 18 * HOUR)] };
    let days = [("2026-12-24", eve), ("2026-12-25", SpecialDay::default()), ("2026-12-27", open_sunday)];
    let special = days.into_iter().map(|(date, day)| (date.parse().unwrap(), day)).collect();
    let office = Calendar::with_days(Berlin, weekdays(8, 17), special).unwrap();
    let span = |from, to| office.working_s(local(from, Berlin), local(to, Berlin)) / 3600.0;
    assert_eq!(span("2026-12-24T00:00:00", "2026-12-25T00:00:00"), 4.0);
    assert_eq!(span("2026-12-21T00:00:00", "2026-12-28T00:00:00"), 27.0 + 4.0 + 8.0);
    assert_eq!(span("2026-12-28T00:00:00", "2026-12-29T00:00:00"), 9.0);
    let day = |text: &str| office.special_day(text.parse().unwrap());
    assert_eq!(day("2026-12-24"), Some((Some("Christmas Eve"), true)));
    assert_eq!((day("2026-12-25"), day("2026-12-28")), (Some((None, false)), None));
    assert_eq!(office.hours_of("2026-12-27".parse().unwrap()), Some((36_000, 64_800)));
    // Two hours until Thursday noon, and six of Sunday's.
    let due = office.add_working(local("2026-12-24T10:00:00", Berlin), 8 * 3600);
    assert_eq!(due, Some(local("2026-12-27T16:00:00", Berlin)));
    let late = SpecialDay { name: None, hours: vec![(80_000, 90_000)] };
    let special = BTreeMap::from([("2026-12-24".parse().unwrap(), late)]);
    assert!(Calendar::with_days(Berlin, weekdays(8, 17), special).unwrap_err().contains("2026-12-24"));
}

type Declared = (Calendar, [Vec<(u32, u32)>; 7], BTreeMap<NaiveDate, SpecialDay>);

/// Hours on half-hours, so that minutes are exact, some past midnight; here and there a holiday or a day with hours of its own.
fn calendar() -> impl Strategy<Value = Declared> {
    let day = || prop::collection::vec((0..48_u32, 1..20_u32), 0..3);
    let special = prop::collection::btree_map(0..400_i64, day(), 0..20);
    (prop::array::uniform7(day()), special, 0..7_usize).prop_filter_map(
        "a week without hours",
        |(weekly, special, zone)| {
            // Beirut and Havana change their clocks at midnight, Lord Howe by half an hour.
            let zone = [Berlin, New_York, Lord_Howe, Kolkata, UTC, Beirut, Havana][zone];
            let spans = |day: Vec<(u32, u32)>| day.into_iter().map(|(from, n)| (from * 1800, (from + n) * 1800));
            let weekly = weekly.map(|day| spans(day).collect::<Vec<_>>());
            let first: NaiveDate = "2026-01-01".parse().unwrap();
            let special: BTreeMap<_, _> = special
                .into_iter()
                .map(|(n, day)| {
                    let hours = spans(day).map(|(from, to)| (from, to.min(DAY_S))).collect();
                    (first + chrono::TimeDelta::days(n), SpecialDay { name: None, hours })
                })
                .collect();
            let calendar = Calendar::with_days(zone, weekly.clone(), special.clone()).ok()?;
            Some((calendar, weekly, special))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn working_time_equals_asking_the_clock_every_minute(
        (calendar, weekly, special) in calendar(),
        near in 0..6_usize, hours in -100..100_i64, seconds in 0..3600_i64, minutes in 0..12_000_i64, more in 0..60_i64,
    ) {
        // Around the clock changes of these zones, and elsewhere.
        let anchors = ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-07-01"];
        let zone = calendar.zone().unwrap_or(UTC);
        let anchor = from_rfc3339(&format!("{}T00:00:00Z", anchors[near])).unwrap();
        let from = anchor + (hours * 3600 + seconds) * SECOND_US;
        let to = from + (minutes * 60 + more) * SECOND_US;
        let works = |instant: i64| {
            let shown = to_local(instant, zone).unwrap();
            let second = shown.num_seconds_from_midnight();
            let day = shown.weekday().num_days_from_monday() as usize;
            let on = |hours: &[(u32, u32)], second: u32| hours.iter().any(|h| h.0 <= second && second < h.1);
            match special.get(&shown.date()) {
                Some(own) => on(&own.hours, second),
                None => on(&weekly[day], second) || on(&weekly[(day + 6) % 7], second + DAY_S),
            }
        };
        // Whole minutes of the clock, but for the pieces at both ends. Offsets here are multiples of 30 minutes.
        let minute = 60 * SECOND_US;
        let mut expected = 0;
        let mut at = from;
        while at < to {
            let next = ((at.div_euclid(minute) + 1) * minute).min(to);
            if works(at) {
                expected += next - at;
            }
            at = next;
        }
        prop_assert_eq!(calendar.working_s(from, to), expected as f64 / 1e6);

        let spans = calendar.intervals(from, to);
        prop_assert_eq!(length_s(&spans), expected as f64 / 1e6);
        prop_assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
        prop_assert_eq!(intersect(&spans, &[(from, to)]), spans.clone());
        prop_assert!(spans.iter().all(|span| works(span.0) && works(span.1 - 1)));

        // The due instant is the first one by which enough has been worked.
        let wanted = expected / SECOND_US;
        let due = calendar.add_working(from, wanted).unwrap();
        prop_assert!(due <= to);
        prop_assert_eq!(calendar.working_s(from, due), wanted as f64);
        prop_assert!(due == from || calendar.working_s(from, due - SECOND_US) < wanted as f64);
    }

    #[test]
    fn long_spans_equal_the_sum_of_their_parts((calendar, _, _) in calendar(), start in 0..40_000_i64, years in 1..20_i64) {
        let from = start * DAY_US + 12_345_678;
        let to = from + years * 365 * DAY_US;
        let spans = calendar.intervals(from, to);
        prop_assert!((calendar.working_s(from, to) - length_s(&spans)).abs() < 1e-3);
    }
}
