//! Days, instants and periods as the report's language names them.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::duration::NARROW;
use crate::arithmetic::local_time::to_local;
use crate::arithmetic::period::{Fiscal, Period, PeriodKind};
use crate::declaration::language::Language;
use crate::scorecard::scorecard::Scorecard;
use crate::scorecard::signal::singular;

/// The months, in full and short.
pub const MONTHS: [(&str, &str); 12] = [
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May", "May"),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sep"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
];

/// The days of the week, short.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// "26 October", with a year "26 October 2026".
fn in_full(language: &Language, day: NaiveDate, with_year: bool) -> String {
    let month = language.word(MONTHS[day.month0() as usize].0);
    match with_year {
        true => language.say("{day} {month} {year}", &[("day", &day.day()), ("month", &month), ("year", &day.year())]),
        false => language.say("{day} {month}", &[("day", &day.day()), ("month", &month)]),
    }
}

fn short_month(language: &Language, local: NaiveDateTime) -> &str {
    language.word(MONTHS[local.month0() as usize].1)
}

fn weekday(language: &Language, local: NaiveDateTime) -> &str {
    language.word(WEEKDAYS[local.weekday().num_days_from_monday() as usize])
}

/// "20 February 2017": the day of an instant in a zone.
pub fn date(language: &Language, instant: i64, zone: Tz) -> String {
    to_local(instant, zone).map_or_else(String::new, |local| in_full(language, local.date(), true))
}

/// "2 Jul 2026".
pub fn short_date(language: &Language, instant: i64, zone: Tz) -> String {
    to_local(instant, zone).map_or_else(String::new, |local| {
        let month = short_month(language, local);
        language.say("{day} {month} {year}", &[("day", &local.day()), ("month", &month), ("year", &local.year())])
    })
}

/// "Mon 16 Nov 06:00" in the reporting zone.
pub fn moment(scorecard: &Scorecard, instant: i64) -> String {
    let language = &scorecard.language;
    to_local(instant, scorecard.zone).map_or_else(String::new, |local| {
        let (weekday, month) = (weekday(language, local), short_month(language, local));
        language.say(
            "{weekday} {day} {month} {time}",
            &[("weekday", &weekday), ("day", &local.day()), ("month", &month), ("time", &local.format("%H:%M"))],
        )
    })
}

/// "Thu 2 Jul 2026 14:05" in a zone.
pub fn moment_of_year(language: &Language, instant: i64, zone: Tz) -> String {
    to_local(instant, zone).map_or_else(String::new, |local| {
        let (weekday, month) = (weekday(language, local), short_month(language, local));
        language.say(
            "{weekday} {day} {month} {year} {time}",
            &[
                ("weekday", &weekday),
                ("day", &local.day()),
                ("month", &month),
                ("year", &local.year()),
                ("time", &local.format("%H:%M")),
            ],
        )
    })
}

/// "12 Nov" in the reporting zone.
pub fn day(scorecard: &Scorecard, instant: i64) -> String {
    let language = &scorecard.language;
    to_local(instant, scorecard.zone).map_or_else(String::new, |local| {
        let text = language.say("{day} {month}", &[("day", &local.day()), ("month", &short_month(language, local))]);
        text.replace(' ', &NARROW.to_string())
    })
}

/// What a reader calls a period: "week 46, 2026", "November 2026", "28 days to 15 November 2026".
pub fn label(language: &Language, period: &Period, zone: Tz) -> String {
    let Some((first, end)) = period.local_days(zone) else { return period.id.clone() };
    let of_year = |phrase: &str, n: u32, year: i32| language.say(phrase, &[("n", &n), ("year", &year)]);
    match period.kind {
        PeriodKind::Week => {
            let week = first.iso_week();
            language.say("week {n}, {year}", &[("n", &week.week()), ("year", &week.year())])
        }
        PeriodKind::Month => {
            let month = language.word(MONTHS[first.month0() as usize].0);
            language.say("{month} {year}", &[("month", &month), ("year", &first.year())])
        }
        PeriodKind::Quarter => of_year(language.word("Q{n} {year}"), first.quarter(), first.year()),
        PeriodKind::Half => of_year(language.word("H{n} {year}"), 1 + first.month0() / 6, first.year()),
        PeriodKind::Year => first.year().to_string(),
        PeriodKind::Fiscal(fiscal) => {
            let phrase = match fiscal {
                Fiscal::Quarter(_) => language.word("Q{n} of fiscal year {year}"),
                Fiscal::Half(_) => language.word("H{n} of fiscal year {year}"),
                Fiscal::Year(_) => language.word("fiscal year {year}"),
            };
            of_year(phrase, fiscal.number(first), fiscal.year(first))
        }
        PeriodKind::Day | PeriodKind::Range => dates(language, period, zone),
        PeriodKind::Rolling => {
            let last = in_full(language, end.pred_opt().unwrap_or(end), true);
            let count = u64::try_from((end - first).num_days()).unwrap_or_default();
            language.count(count, "1 day to {day}", "{n} days to {day}", &[("day", &last)])
        }
    }
}

/// The first and last day of a period: "9 to 15 November 2026", "26 October to 1 November 2026".
pub fn dates(language: &Language, period: &Period, zone: Tz) -> String {
    let Some((first, end)) = period.local_days(zone) else { return period.id.clone() };
    let last = end.pred_opt().unwrap_or(end);
    let until = in_full(language, last, true);
    if first >= last {
        return until;
    }
    let from = if first.year() != last.year() || first.month() != last.month() {
        in_full(language, first, first.year() != last.year())
    } else {
        first.day().to_string()
    };
    language.say("{first} to {last}", &[("first", &from), ("last", &until)])
}

/// "week 24 (8 June 2026)": a period and its first day.
pub fn since(language: &Language, period: &Period, zone: Tz) -> String {
    let first = date(language, period.start, zone);
    match (period.kind, period.local_days(zone)) {
        (PeriodKind::Week, Some((monday, _))) => {
            language.say("week {n} ({day})", &[("n", &monday.iso_week().week()), ("day", &first)])
        }
        (PeriodKind::Day | PeriodKind::Range | PeriodKind::Rolling, _) => first,
        _ => label(language, period, zone),
    }
}

/// "since the week before": what a change compares with.
pub fn since_before(language: &Language, kind: PeriodKind) -> String {
    language.word(&format!("since the {} before", singular(kind))).to_owned()
}

/// "from one week to the next".
pub fn to_the_next(language: &Language, kind: PeriodKind) -> String {
    language.word(&format!("from one {} to the next", singular(kind))).to_owned()
}

/// "for this week".
pub fn for_this(language: &Language, kind: PeriodKind) -> String {
    language.word(&format!("for this {}", singular(kind))).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::period::parse_fiscal;
    use crate::scorecard::example;

    #[test]
    fn in_english_a_period_is_called_what_the_calendar_calls_it() {
        let english = Language::default();
        let names = [
            "2026-W46",
            "2026-11",
            "2026-Q4",
            "2026-H2",
            "2026",
            "FY2026",
            "FY2026-Q3",
            "FY2026-H2",
            "2026-11-05",
            "2026-11-01..2026-11-15",
            "2025-12-29..2026-01-04",
            "2026-10-26..2026-11-01",
            "28d",
            "1d",
        ];
        for name in names {
            let period = parse_fiscal(name, example::ZONE, example::as_of(), 4).unwrap();
            assert_eq!(label(&english, &period, example::ZONE), period.label(example::ZONE), "{name}");
            assert_eq!(dates(&english, &period, example::ZONE), period.dates(example::ZONE), "{name}");
        }
    }

    #[test]
    fn days_and_instants_as_people_write_them() {
        let scorecard = example::rich();
        let at = scorecard.as_of;
        assert_eq!(moment(&scorecard, at), "Mon 16 Nov 06:00");
        assert_eq!(day(&scorecard, at), format!("16{NARROW}Nov"));
        let english = Language::default();
        assert_eq!(date(&english, at, scorecard.zone), "16 November 2026");
        assert_eq!(short_date(&english, at, scorecard.zone), "16 Nov 2026");
        assert_eq!(moment_of_year(&english, at, scorecard.zone), "Mon 16 Nov 2026 06:00");
        assert_eq!(since(&english, &scorecard.period, scorecard.zone), "week 46 (9 November 2026)");
    }
}
