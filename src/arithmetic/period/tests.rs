//! Tests of periods: every form, its texts, and that periods tile time without gaps.

use super::*;
use crate::arithmetic::local_time::{SECOND_US, from_rfc3339, rfc3339};
use chrono_tz::{America::New_York, Europe::Berlin, Pacific::Apia, UTC};
use proptest::prelude::*;

const HOUR: i64 = 3600 * SECOND_US;

fn as_of() -> i64 {
    // Monday 16 November 2026, 06:00 in Berlin.
    from_rfc3339("2026-11-16T05:00:00Z").unwrap()
}

fn berlin(text: &str) -> Period {
    parse(text, Berlin, as_of()).unwrap()
}

#[test]
fn every_form_has_its_id_bounds_label_and_dates() {
    let cases = [
        ("2026-W46", "2026-W46", "2026-11-08T23", "2026-11-15T23", "week 46, 2026", "9 to 15 November 2026"),
        ("2026-11-05", "2026-11-05", "2026-11-04T23", "2026-11-05T23", "5 November 2026", "5 November 2026"),
        ("2026-11", "2026-11", "2026-10-31T23", "2026-11-30T23", "November 2026", "1 to 30 November 2026"),
        ("2026-Q4", "2026-Q4", "2026-09-30T22", "2026-12-31T23", "Q4 2026", "1 October to 31 December 2026"),
        ("2026", "2026", "2025-12-31T23", "2026-12-31T23", "2026", "1 January to 31 December 2026"),
        (
            "2026-11-01..2026-11-15",
            "2026-11-01..2026-11-15",
            "2026-10-31T23",
            "2026-11-15T23",
            "1 to 15 November 2026",
            "1 to 15 November 2026",
        ),
        (
            "28d",
            "28d@2026-11-16",
            "2026-10-18T22",
            "2026-11-15T23",
            "28 days to 15 November 2026",
            "19 October to 15 November 2026",
        ),
        (
            "1d@2026-11-16",
            "1d@2026-11-16",
            "2026-11-14T23",
            "2026-11-15T23",
            "1 day to 15 November 2026",
            "15 November 2026",
        ),
        ("last-week", "2026-W46", "2026-11-08T23", "2026-11-15T23", "week 46, 2026", "9 to 15 November 2026"),
        ("this-week", "2026-W47", "2026-11-15T23", "2026-11-22T23", "week 47, 2026", "16 to 22 November 2026"),
        ("yesterday", "2026-11-15", "2026-11-14T23", "2026-11-15T23", "15 November 2026", "15 November 2026"),
        ("today", "2026-11-16", "2026-11-15T23", "2026-11-16T23", "16 November 2026", "16 November 2026"),
        ("last-month", "2026-10", "2026-09-30T22", "2026-10-31T23", "October 2026", "1 to 31 October 2026"),
        ("last-quarter", "2026-Q3", "2026-06-30T22", "2026-09-30T22", "Q3 2026", "1 July to 30 September 2026"),
        ("last-year", "2025", "2024-12-31T23", "2025-12-31T23", "2025", "1 January to 31 December 2025"),
    ];
    for (text, id, start, end, label, dates) in cases {
        let period = berlin(text);
        assert_eq!(period.id, id, "{text}");
        assert_eq!(rfc3339(period.start), format!("{start}:00:00Z"), "{text}");
        assert_eq!(rfc3339(period.end), format!("{end}:00:00Z"), "{text}");
        assert_eq!(period.label(Berlin), label, "{text}");
        assert_eq!(period.dates(Berlin), dates, "{text}");
        assert_eq!(berlin(&period.id), period, "an id is a form: {id}");
    }
}

#[test]
fn fiscal_years_are_named_after_the_year_that_they_end_in() {
    // From the first of April, as of 16 November 2026; then from July and from January.
    let cases = [
        (4, "FY2026", "2025-03-31T22", "2026-03-31T22", "fiscal year 2026", "1 April 2025 to 31 March 2026"),
        (4, "FY2027-Q1", "2026-03-31T22", "2026-06-30T22", "Q1 of fiscal year 2027", "1 April to 30 June 2026"),
        (4, "FY2027-Q4", "2026-12-31T23", "2027-03-31T22", "Q4 of fiscal year 2027", "1 January to 31 March 2027"),
        (4, "FY2027-H2", "2026-09-30T22", "2027-03-31T22", "H2 of fiscal year 2027", "1 October 2026 to 31 March 2027"),
        (7, "FY2026-H1", "2025-06-30T22", "2025-12-31T23", "H1 of fiscal year 2026", "1 July to 31 December 2025"),
        (10, "FY2026-Q1", "2025-09-30T22", "2025-12-31T23", "Q1 of fiscal year 2026", "1 October to 31 December 2025"),
        (1, "FY2026", "2025-12-31T23", "2026-12-31T23", "fiscal year 2026", "1 January to 31 December 2026"),
        (1, "FY2026-Q2", "2026-03-31T22", "2026-06-30T22", "Q2 of fiscal year 2026", "1 April to 30 June 2026"),
        (4, "2026-H1", "2025-12-31T23", "2026-06-30T22", "H1 2026", "1 January to 30 June 2026"),
        (4, "2026-H2", "2026-06-30T22", "2026-12-31T23", "H2 2026", "1 July to 31 December 2026"),
    ];
    for (begins, text, start, end, label, dates) in cases {
        let period = parse_fiscal(text, Berlin, as_of(), begins).unwrap();
        assert_eq!(period.id, text);
        assert_eq!(rfc3339(period.start), format!("{start}:00:00Z"), "{text}");
        assert_eq!(rfc3339(period.end), format!("{end}:00:00Z"), "{text}");
        assert_eq!((period.label(Berlin).as_str(), period.dates(Berlin).as_str()), (label, dates));
    }
    for (begins, text, id) in [
        (4, "this-fiscal-year", "FY2027"),
        (4, "last-fiscal-year", "FY2026"),
        (4, "this-fiscal-quarter", "FY2027-Q3"),
        (4, "last-fiscal-quarter", "FY2027-Q2"),
        (4, "last-fiscal-half", "FY2027-H1"),
        (12, "this-fiscal-year", "FY2026"),
        (12, "this-fiscal-quarter", "FY2026-Q4"),
        (11, "this-fiscal-year", "FY2027"),
        (1, "last-fiscal-quarter", "FY2026-Q3"),
        (1, "this-half", "2026-H2"),
        (1, "last-half", "2026-H1"),
    ] {
        assert_eq!(parse_fiscal(text, Berlin, as_of(), begins).unwrap().id, id, "{text} from month {begins}");
    }
    let quarters = parse_fiscal("FY2027-Q1", Berlin, as_of(), 4).unwrap().trailing(6, Berlin);
    let ids: Vec<&str> = quarters.iter().map(|period| period.id.as_str()).collect();
    assert_eq!(ids, ["FY2025-Q4", "FY2026-Q1", "FY2026-Q2", "FY2026-Q3", "FY2026-Q4", "FY2027-Q1"]);
    assert!(quarters.windows(2).all(|pair| pair[0].end == pair[1].start));
    for refused in ["FY26", "FY2026-Q5", "FY2026-H3", "FY2026-Q", "FY2026-", "FY", "FY2026-é", "2026-H0", "last-fiscal"]
    {
        assert!(parse_fiscal(refused, Berlin, as_of(), 4).unwrap_err().contains("FY2026-Q3"), "{refused}");
    }
}

#[test]
fn dates_name_month_and_year_only_where_they_differ() {
    assert_eq!(berlin("2026-W01").dates(Berlin), "29 December 2025 to 4 January 2026");
    assert_eq!(berlin("2026-W44").dates(Berlin), "26 October to 1 November 2026");
    assert_eq!(berlin("2026-W01").label(Berlin), "week 1, 2026");
    assert_eq!(berlin("2026-W01").previous(Berlin).id, "2025-W52");
    assert_eq!(berlin("2027-W01").previous(Berlin).id, "2026-W53");
}

#[test]
fn text_that_names_no_period_is_refused() {
    for text in [
        "",
        "2025-W53",
        "2026-W00",
        "2026-W54",
        "2026-W4",
        "2026-13",
        "2026-1",
        "2026-Q0",
        "2026-Q5",
        "26",
        "0026",
        "2026-02-29",
        "2026-11-15..2026-11-01",
        "2026-11-01..",
        "..",
        "0d",
        "40000d",
        "d",
        "-3d",
        "28d@",
        "28d@soon",
        "last-",
        "last-decade",
        "all",
        "2026-11-05T00:00",
        "+026",
        "99999999999999999999999d",
    ] {
        let refused = parse(text, Berlin, as_of()).unwrap_err();
        assert!(refused.starts_with("period: ") && refused.contains(text), "{refused}");
    }
    assert!(parse("last-week", Berlin, i64::MAX).is_err());
    assert!(parse("2011-12-30", Apia, as_of()).unwrap_err().contains("did not exist"));
}

#[test]
fn weeks_of_clock_changes_have_167_and_169_hours() {
    let hours = |text| (berlin(text).end - berlin(text).start) / HOUR;
    assert_eq!((hours("2026-W12"), hours("2026-W13"), hours("2026-W43")), (168, 167, 169));
    assert_eq!((hours("2026-03-29"), hours("2026-10-25")), (23, 25));
    assert_eq!(hours("2026-11"), 30 * 24);
}

#[test]
fn a_period_is_partial_until_its_end() {
    let week = berlin("last-week");
    assert!(week.is_partial(week.end - 1) && !week.is_partial(week.end));
}

#[test]
fn ranges_and_rolling_windows_step_back_by_their_days() {
    assert_eq!(berlin("2026-11-01..2026-11-15").previous(Berlin).id, "2026-10-17..2026-10-31");
    assert_eq!(berlin("28d").previous(Berlin).id, "28d@2026-10-19");
}

#[test]
fn a_skipped_day_is_no_period() {
    let after = parse("2011-12-31", Apia, as_of()).unwrap();
    let before = after.previous(Apia);
    assert_eq!((before.id.as_str(), before.end), ("2011-12-29", after.start));
    let around = parse("2011-W52", Apia, as_of()).unwrap();
    assert_eq!(around.end - around.start, 6 * 24 * HOUR);
    assert_eq!(days(around.start, around.end, Apia).len(), 6);
}

#[test]
fn trailing_periods_end_with_the_given_one() {
    let weeks = berlin("2026-W46").trailing(3, Berlin);
    let ids: Vec<&str> = weeks.iter().map(|week| week.id.as_str()).collect();
    assert_eq!(ids, ["2026-W44", "2026-W45", "2026-W46"]);
    assert!(berlin("2026-W46").trailing(0, Berlin).is_empty());
}

#[test]
fn impossible_periods_do_not_panic() {
    for (start, end) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MAX, i64::MAX), (5, 5)] {
        for kind in [PeriodKind::Day, PeriodKind::Week, PeriodKind::Range, PeriodKind::Rolling] {
            let period = Period { id: "odd".into(), kind, start, end };
            let _ = (period.previous(Berlin), period.label(Berlin), period.dates(Berlin));
        }
        assert!(days(start, end, Berlin).len() <= 1);
    }
}

proptest! {
    #[test]
    fn periods_tile_without_gap(day in 0..50_000_i64, count in 1..40_usize, form in 0..7_usize, zone in 0..4_usize) {
        let zone = [UTC, Berlin, New_York, Apia][zone];
        let instant = day * 24 * HOUR + 12 * HOUR;
        let text = ["today", "this-week", "this-month", "this-quarter", "this-year", "28d", "3d"][form];
        let period = parse(text, zone, instant).unwrap();
        if form < 5 {
            prop_assert!(period.start <= instant && instant < period.end);
        }
        let tiles = period.trailing(count, zone);
        prop_assert_eq!(tiles.len(), count);
        prop_assert_eq!(tiles.last(), Some(&period));
        for pair in tiles.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
            prop_assert!(pair[0].start < pair[0].end);
            // The id alone gives the period back, wherever it was made.
            if pair[0].start > 0 {
                prop_assert_eq!(&parse(&pair[0].id, zone, 0).unwrap(), &pair[0]);
            }
        }
    }

    #[test]
    fn days_tile_their_range_and_hold_one_date_each(start in 0..3_000_000_000_i64, span in 1..40_000_000_i64, zone in 0..4_usize) {
        let zone = [UTC, Berlin, New_York, chrono_tz::Asia::Beirut][zone];
        let (start, end) = (start * SECOND_US, (start + span) * SECOND_US);
        let days = days(start, end, zone);
        prop_assert_eq!((days[0].0, days[days.len() - 1].1), (start, end));
        prop_assert!(days.windows(2).all(|pair| pair[0].1 == pair[1].0));
        for &(from, until) in &days {
            prop_assert_eq!(to_local(from, zone).unwrap().date(), to_local(until - 1, zone).unwrap().date());
        }
    }
}
