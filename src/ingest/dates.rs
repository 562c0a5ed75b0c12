//! Dates and times as exports write them, without a declared format: ISO 8601, numbers in either order, names of months, epochs.
//! Whether 3/4 is in March or April is not decided here: the order is given.

use super::date_cursor::{Cursor, full_year, month_named, time_of_day};

/// The order of day and month in dates of numbers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 31/12.
    DayFirst,
    /// 12/31.
    MonthFirst,
}

/// A date and time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Microseconds of the day.
    pub time_us: i64,
    /// Seconds ahead of UTC, when it says so; else the time is local.
    pub offset_s: Option<i32>,
}

/// Days since 1970-01-01 of a date, when there is such a date between the years 1900 and 2200. The count follows from years that
/// start in March, so that the leap day is their last.
#[must_use]
pub fn day_number(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    if !(1900..=2200).contains(&year) || day == 0 || day > length {
        return None;
    }
    let shifted = if month > 2 { year } else { year - 1 };
    let month_index = i64::from((month + 9) % 12);
    let in_year = (153 * month_index + 2) / 5 + i64::from(day) - 1;
    Some(shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + in_year - 719_468)
}

/// Whether a text starts with a date as ISO 8601 writes it: year, month, day.
#[must_use]
pub fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Reads a date or a date with a time in any usual notation.
#[must_use]
pub fn read(text: &str, order: Order) -> Option<Written> {
    let bytes = text.trim().as_bytes();
    if bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && bytes.iter().filter(|byte| **byte == b'.').count() < 2
    {
        return epoch(bytes);
    }
    let mut cursor = Cursor { bytes, at: 0 };
    let day = date(&mut cursor, order)?;
    if cursor.done() {
        return Some(Written { day, time_us: 0, offset_s: None });
    }
    let mut separated = cursor.eat(b',');
    let before = cursor.at;
    cursor.spaces();
    separated |= cursor.at > before;
    separated |= cursor.eat(b'T') || cursor.eat(b't');
    if !separated {
        return None;
    }
    let (time_us, offset_s) = clock(&mut cursor)?;
    cursor.done().then_some(Written { day, time_us, offset_s })
}

fn date(cursor: &mut Cursor<'_>, order: Order) -> Option<i64> {
    if cursor.peek()?.is_ascii_alphabetic() {
        return month_name_first(cursor);
    }
    let start = cursor.at;
    let first = cursor.digits(1, 4)?;
    let digits = cursor.at - start;
    let separator = cursor.peek().filter(|byte| b"-/. ".contains(byte))?;
    cursor.at += 1;
    if digits == 4 {
        let month = cursor.digits(1, 2)?;
        let day = cursor.eat(separator).then(|| cursor.digits(1, 2))??;
        return day_number(i64::from(first), month, day);
    }
    if digits > 2 {
        return None;
    }
    if cursor.peek()?.is_ascii_alphabetic() {
        let month = month_named(cursor.word())?;
        cursor.eat(b'.');
        if !cursor.eat(separator) {
            return None;
        }
        let year = year(cursor)?;
        return day_number(year, month, first);
    }
    let second = cursor.digits(1, 2)?;
    if separator == b' ' || !cursor.eat(separator) {
        return None;
    }
    let year = year(cursor)?;
    match order {
        Order::DayFirst => day_number(year, second, first),
        Order::MonthFirst => day_number(year, first, second),
    }
}

fn year(cursor: &mut Cursor<'_>) -> Option<i64> {
    let start = cursor.at;
    let year = cursor.digits(2, 4)?;
    match cursor.at - start {
        3 => None,
        digits => Some(full_year(year, digits)),
    }
}

/// `Mar 12, 2024`, also after the name of a weekday: `Tue, 12 Mar 2024`, `Tue Mar 12 2024`.
fn month_name_first(cursor: &mut Cursor<'_>) -> Option<i64> {
    let word = cursor.word().to_ascii_lowercase();
    let Some(month) = month_named(&word) else {
        const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        if !WEEKDAYS.iter().any(|day| word.starts_with(day.as_bytes())) {
            return None;
        }
        cursor.eat(b',');
        cursor.spaces();
        // A weekday stands before a named month or before a day with one, never before numbers in doubt.
        return match cursor.peek()? {
            byte if byte.is_ascii_alphabetic() && cursor.at > 0 => {
                let month = month_named(cursor.word())?;
                day_and_year(cursor, month)
            }
            _ => {
                let day = cursor.digits(1, 2)?;
                cursor.spaces();
                let month = month_named(cursor.word())?;
                cursor.spaces();
                day_number(year(cursor)?, month, day)
            }
        };
    };
    day_and_year(cursor, month)
}

fn day_and_year(cursor: &mut Cursor<'_>, month: u32) -> Option<i64> {
    cursor.eat(b'.');
    cursor.spaces();
    let day = cursor.digits(1, 2)?;
    cursor.eat(b',');
    cursor.spaces();
    day_number(year(cursor)?, month, day)
}

/// A time of day with what may follow it: AM or PM, an offset.
fn clock(cursor: &mut Cursor<'_>) -> Option<(i64, Option<i32>)> {
    let mut hour = cursor.digits(1, 2)?;
    let minute = cursor.eat(b':').then(|| cursor.digits(2, 2))??;
    let mut micros = 0;
    let mut second = 0;
    if cursor.eat(b':') {
        second = cursor.digits(2, 2)?;
        if cursor.eat(b'.') || cursor.eat(b',') {
            micros = cursor.fraction()?;
        }
    }
    cursor.spaces();
    let before = cursor.at;
    let word = cursor.word();
    let half = match word {
        b"AM" | b"am" | b"a" => Some(0),
        b"PM" | b"pm" | b"p" => Some(12),
        _ => None,
    };
    match half {
        Some(half) => {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + half;
            cursor.spaces();
        }
        None => cursor.at = before,
    }
    let time_us = time_of_day(hour, minute, second)? + micros;
    let offset = if cursor.done() { None } else { Some(cursor.offset()?) };
    Some((time_us, offset))
}

/// Seconds (10 digits, with decimals or without), milliseconds (13) or microseconds (16) since 1970, or digits of a date and time.
fn epoch(bytes: &[u8]) -> Option<Written> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let value: i64 = whole.parse().ok()?;
    let instant = match (whole.len(), decimals.is_empty()) {
        (10, _) => {
            let micros =
                if decimals.is_empty() { 0 } else { Cursor { bytes: decimals.as_bytes(), at: 0 }.fraction()? };
            value * 1_000_000 + micros
        }
        (13, true) => value * 1000,
        (16, true) => value,
        (8 | 14, true) => {
            let mut cursor = Cursor { bytes, at: 0 };
            let year = i64::from(cursor.digits(4, 4)?);
            let day = day_number(year, cursor.digits(2, 2)?, cursor.digits(2, 2)?)?;
            let time_us = match whole.len() {
                8 => 0,
                _ => time_of_day(cursor.digits(2, 2)?, cursor.digits(2, 2)?, cursor.digits(2, 2)?)?,
            };
            return Some(Written { day, time_us, offset_s: None });
        }
        _ => return None,
    };
    const DAY_US: i64 = 86_400_000_000;
    Some(Written { day: instant.div_euclid(DAY_US), time_us: instant.rem_euclid(DAY_US), offset_s: Some(0) })
}

/// The two numbers before the year, when a text starts as a date of numbers whose order matters: `3/4/2024`, `03-04-24`.
#[must_use]
pub fn numbers(text: &str) -> Option<(u32, u32)> {
    let mut cursor = Cursor { bytes: text.trim_start().as_bytes(), at: 0 };
    let first = cursor.digits(1, 2)?;
    let separator = cursor.peek().filter(|byte| b"-/.".contains(byte))?;
    cursor.at += 1;
    let second = cursor.digits(1, 2)?;
    (cursor.eat(separator) && cursor.digits(2, 4).is_some()).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn day_numbers_are_those_of_chrono() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        while date.year() < 2201 {
            let wanted = date.signed_duration_since(epoch).num_days();
            assert_eq!(day_number(i64::from(date.year()), date.month(), date.day()), Some(wanted), "{date}");
            date = date.succ_opt().unwrap();
        }
        for (year, month, day) in
            [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 4, 31), (2024, 1, 0), (1582, 1, 1)]
        {
            assert_eq!(day_number(year, month, day), None);
        }
    }

    fn shown(text: &str, order: Order) -> String {
        match read(text, order) {
            Some(written) => {
                let micros = written.day * 86_400_000_000 + written.time_us;
                let naive = chrono::DateTime::from_timestamp_micros(micros).unwrap().naive_utc();
                let offset = written.offset_s.map(|offset| format!(" {offset}")).unwrap_or_default();
                format!("{}{offset}", naive.format("%F %T%.f"))
            }
            None => "-".to_string(),
        }
    }

    #[test]
    fn usual_notations_are_read() {
        let cases = [
            ("2024-03-12", "2024-03-12 00:00:00"),
            ("2024-03-12T09:41:05Z", "2024-03-12 09:41:05 0"),
            ("2024-03-12T09:41:05.123456789+05:30", "2024-03-12 09:41:05.123456 19800"),
            ("2024-03-12 09:41:05 -0800", "2024-03-12 09:41:05 -28800"),
            ("2024-03-12 09:41:05 UTC", "2024-03-12 09:41:05 0"),
            ("2024/3/2 9:41", "2024-03-02 09:41:00"),
            ("2024-03-12, 9:41 PM", "2024-03-12 21:41:00"),
            ("29/2/2016 01:16", "2016-02-29 01:16:00"),
            ("05-01-2026 16:24", "2026-01-05 16:24:00"),
            ("12.03.24 12:05 AM", "2024-03-12 00:05:00"),
            ("12/Mar/24 9:41 AM", "2024-03-12 09:41:00"),
            ("12-March-2024", "2024-03-12 00:00:00"),
            ("Mar 12, 2024 9:41 PM PDT", "2024-03-12 21:41:00 -25200"),
            ("Tue, 12 Mar 2024 09:41:00 +0000", "2024-03-12 09:41:00 0"),
            ("Tue Mar 12 2024 09:41:00", "2024-03-12 09:41:00"),
            ("1710236465", "2024-03-12 09:41:05 0"),
            ("1710236465123", "2024-03-12 09:41:05.123 0"),
            ("1710236465.5", "2024-03-12 09:41:05.500 0"),
            ("20240312094105", "2024-03-12 09:41:05"),
            ("soon", "-"),
            ("2024-13-01", "-"),
            ("12/13/2024", "-"),
            ("2024-03-12T25:00", "-"),
            ("2024-03-12 09:41 tomorrow", "-"),
            ("0001-01-01", "-"),
            ("12", "-"),
            ("1.5.2", "-"),
            ("", "-"),
            ("é", "-"),
            ("3 days ago", "-"),
            ("12:30", "-"),
        ];
        for (text, wanted) in cases {
            assert_eq!(shown(text, Order::DayFirst), wanted, "{text}");
        }
        assert_eq!(shown("6/21/2025 16:14", Order::MonthFirst), "2025-06-21 16:14:00");
    }

    #[test]
    fn only_dates_of_numbers_leave_their_order_open() {
        assert_eq!(numbers("3/4/2024 10:00"), Some((3, 4)));
        assert_eq!(numbers("03-04-24"), Some((3, 4)));
        for text in ["2024-03-04", "12/Mar/24", "3/4", "10:00", "1710236465.5", ""] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }
}
