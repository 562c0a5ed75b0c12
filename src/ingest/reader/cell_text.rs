//! Cells of workbooks as text: dates in ISO 8601 without a zone, durations as H:MM:SS, numbers in the shortest form.

use std::fmt::Write;

use calamine::{CellErrorType, DataType};

const DAY_US: i64 = 86_400_000_000;
/// A serial number holds microseconds barely: a time this near to a millisecond is that one.
const NOISE_US: i64 = 5;
/// Days from 1899-12-30 to 1904-01-01, where the two systems of dates start.
const SYSTEM_1904: f64 = 1462.0;
/// 1900-03-01. The older system has a day before it that never was.
const AFTER_FALSE_LEAP_DAY: i64 = 61;
/// 9999-12-31.
const LAST_DAY: i64 = 2_958_465;

/// What a cell turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing.
    Blank,
    /// Text.
    Text,
    /// The text of an error of a formula.
    Error,
}

/// Writes a cell to the end of `text`. Serial numbers of dates count from 1904 when `is_1904` says so, else from 1900.
pub fn write<T: DataType>(cell: &T, is_1904: bool, text: &mut String) -> Written {
    let start = text.len();
    if let Some(found) = cell.get_string() {
        text.push_str(found);
    } else if let Some(number) = cell.get_float() {
        write_number(number, text);
    } else if let Some(number) = cell.get_int() {
        let _ = write!(text, "{number}");
    } else if let Some(truth) = cell.get_bool() {
        text.push_str(if truth { "true" } else { "false" });
    } else if let Some(error) = cell.get_error() {
        text.push_str(error_text(error));
        return Written::Error;
    } else if let Some(serial) = cell.get_datetime() {
        if serial.is_duration() {
            write_duration(serial.as_f64(), text);
        } else {
            write_date(serial.as_f64(), is_1904, text);
        }
    } else if let Some(date) = cell.get_datetime_iso() {
        text.push_str(date);
    } else if let Some(duration) = cell.get_duration_iso() {
        match iso_duration(duration) {
            Some(seconds) => write_clock(seconds, text),
            None => text.push_str(duration),
        }
    }
    if text.len() == start { Written::Blank } else { Written::Text }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// A number with the 15 digits that spreadsheets hold to, in its shortest form.
fn write_number(number: f64, text: &mut String) {
    const WHOLE: f64 = 1e15;
    let shown = if number.fract() == 0.0 && number.abs() < WHOLE {
        number
    } else {
        format!("{number:.14e}").parse().unwrap_or(number)
    };
    let _ = if shown == 0.0 { write!(text, "0") } else { write!(text, "{shown}") };
}

/// Microseconds of a number of days.
fn micros(days: f64) -> i64 {
    let exact = (days * DAY_US as f64).round() as i64;
    let millisecond = (exact + 500).div_euclid(1000) * 1000;
    if (exact - millisecond).abs() <= NOISE_US { millisecond } else { exact }
}

/// A date by its serial number: days since the start of its system, with a part of a day.
fn write_date(serial: f64, is_1904: bool, text: &mut String) {
    if (0.0..1.0).contains(&serial) {
        // Sheets hold a time of day as a date of day 0.
        let time = micros(serial);
        if time < DAY_US {
            return write_time(time, text);
        }
    }
    let serial_1900 = if is_1904 { serial + SYSTEM_1904 } else { serial };
    let whole = serial_1900.floor();
    let time = micros(serial_1900 - whole);
    let (day, time) = if time >= DAY_US { (whole as i64 + 1, 0) } else { (whole as i64, time) };
    let is_false_leap_day = !is_1904 && day == AFTER_FALSE_LEAP_DAY - 1;
    if !(1..=LAST_DAY).contains(&day) {
        return write_number(serial, text);
    }
    let (year, month, day_of_month) = match day {
        _ if is_false_leap_day => (1900, 2, 29),
        day if day < AFTER_FALSE_LEAP_DAY && !is_1904 => civil(day + 1),
        day => civil(day),
    };
    let _ = write!(text, "{year:04}-{month:02}-{day_of_month:02}");
    if time != 0 {
        text.push('T');
        write_time(time, text);
    }
}

/// Year, month and day of a count of days from 1899-12-30, by 400 years that start in March.
fn civil(days: i64) -> (i64, i64, i64) {
    // Days from 0000-03-01 to 1899-12-30.
    let shifted = days + 693_899;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn write_time(time_us: i64, text: &mut String) {
    let seconds = time_us / 1_000_000;
    let _ = write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    write_fraction(time_us % 1_000_000, text);
}

fn write_fraction(micros: i64, text: &mut String) {
    if micros != 0 {
        let digits = format!(".{micros:06}");
        text.push_str(digits.trim_end_matches('0'));
    }
}

/// A duration in days as hours of any number, minutes and seconds.
fn write_duration(days: f64, text: &mut String) {
    if days.is_finite() && days.abs() <= LAST_DAY as f64 {
        write_clock(micros(days) as f64 / 1e6, text);
    } else {
        write_number(days, text);
    }
}

fn write_clock(seconds: f64, text: &mut String) {
    let total = (seconds.abs() * 1e6).round() as i64;
    if seconds < 0.0 && total > 0 {
        text.push('-');
    }
    let whole = total / 1_000_000;
    let _ = write!(text, "{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
    write_fraction(total % 1_000_000, text);
}

/// Seconds of `PT100H30M05S`, as OpenDocument writes durations and times of day.
fn iso_duration(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let amount: f64 = rest[..unit].replace(',', ".").parse().ok().filter(|amount: &f64| *amount < 1e9)?;
        seconds += amount
            * match &rest[unit..=unit] {
                "H" => 3600.0,
                "M" => 60.0,
                "S" => 1.0,
                _ => return None,
            };
        rest = &rest[unit + 1..];
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use calamine::{Data, ExcelDateTime, ExcelDateTimeType};

    use super::*;

    fn shown(cell: &Data) -> String {
        let mut text = String::new();
        write(cell, false, &mut text);
        text
    }

    fn date(serial: f64, is_1904: bool) -> String {
        let mut text = String::new();
        write(&Data::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904)), is_1904, &mut text);
        text
    }

    #[test]
    fn dates_are_those_that_excel_shows() {
        // By Excel's own display, in the two systems.
        let cases = [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "1900-02-29"),
            (61.0, "1900-03-01"),
            (45_292.0, "2024-01-01"),
            (45_351.0, "2024-02-29"),
            (45_292.5, "2024-01-01T12:00:00"),
            (2_958_465.0, "9999-12-31"),
            (0.75, "18:00:00"),
        ];
        for (serial, wanted) in cases {
            assert_eq!(date(serial, false), wanted, "{serial}");
        }
        assert_eq!(date(43_830.0, true), "2024-01-01");
        assert_eq!(date(1.0, true), "1904-01-02");
        assert_eq!(date(-1.0, false), "-1");
        assert_eq!(date(3e6, false), "3000000");
    }

    #[test]
    fn every_second_of_a_day_comes_back_whole() {
        for second in 0..86_400_i64 {
            let wanted = format!("2024-01-01T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            let wanted = wanted.trim_end_matches("T00:00:00");
            let serial = 45_292.0 + second as f64 / 86_400.0;
            assert_eq!(date(serial, false), wanted);
            // Some tools write 15 digits.
            assert_eq!(date(format!("{serial:.14e}").parse().unwrap(), false), wanted);
        }
        assert_eq!(date(45_292.0 + 30_600.123 / 86_400.0, false), "2024-01-01T08:30:00.123");
        assert_eq!(date(45_292.999_999_999_999, false), "2024-01-02");
    }

    #[test]
    fn days_are_counted_as_the_calendar_counts_them() {
        let mut day = chrono::NaiveDate::from_ymd_opt(1900, 3, 1).unwrap();
        for serial in 61..120_000 {
            assert_eq!(date(f64::from(serial), false), day.format("%Y-%m-%d").to_string());
            day = day.succ_opt().unwrap();
        }
    }

    #[test]
    fn numbers_are_short_and_other_kinds_plain() {
        let cases = [
            (123.0, "123"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (-1.5, "-1.5"),
            (-0.0, "0"),
            (1e16, "10000000000000000"),
        ];
        for (number, wanted) in cases {
            assert_eq!(shown(&Data::Float(number)), wanted);
        }
        assert_eq!(shown(&Data::Int(7)), "7");
        assert_eq!(shown(&Data::Bool(true)), "true");
        assert_eq!(shown(&Data::String("00123".to_string())), "00123");
        assert_eq!(write(&Data::Error(CellErrorType::NA), false, &mut String::new()), Written::Error);
        assert_eq!(write(&Data::Empty, false, &mut String::new()), Written::Blank);
    }

    #[test]
    fn durations_are_hours_minutes_and_seconds() {
        let duration = |days| shown(&Data::DateTime(ExcelDateTime::new(days, ExcelDateTimeType::TimeDelta, false)));
        assert_eq!(duration(4.0 + 4.5 / 24.0), "100:30:00");
        assert_eq!(duration(-0.0625), "-1:30:00");
        assert_eq!(duration(1.5 / 86_400.0), "0:00:01.5");
        assert_eq!(shown(&Data::DurationIso("PT100H30M05S".to_string())), "100:30:05");
        assert_eq!(shown(&Data::DurationIso("P1M".to_string())), "P1M");
        assert_eq!(shown(&Data::DateTimeIso("2024-01-02T08:00:00".to_string())), "2024-01-02T08:00:00");
    }
}
