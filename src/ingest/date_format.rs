//! Declared date formats (strftime), compiled once: the usual directives by hand, all others by chrono.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::date_cursor::{Cursor, full_year, month_named, time_of_day};
use super::dates::{Order, Written, day_number};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Literal(u8),
    Space,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    HalfDayHour,
    Minute,
    Second,
    Fraction,
    HalfDay,
    Offset,
}

/// A date format.
#[derive(Clone, Debug)]
pub struct Format {
    text: String,
    /// `None`: chrono reads it.
    parts: Option<Vec<Part>>,
}

impl Format {
    /// Compiles a strftime format.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_string(), parts: compile(text) }
    }

    /// The order of day and month, when both are numbers and stand before the year.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        let parts = self.parts.as_ref()?;
        let place = |wanted: &[Part]| parts.iter().position(|part| wanted.contains(part));
        let (day, month) = (place(&[Part::Day])?, place(&[Part::Month])?);
        let year = place(&[Part::Year, Part::ShortYear])?;
        match (day < year && month < year, day < month) {
            (true, true) => Some(Order::DayFirst),
            (true, false) => Some(Order::MonthFirst),
            (false, _) => None,
        }
    }

    /// Whether it writes year, day, month, which looks like ISO 8601 and is not.
    #[must_use]
    pub fn puts_day_after_year(&self) -> bool {
        let place = |directives: &[&str]| directives.iter().filter_map(|directive| self.text.find(directive)).min();
        match (place(&["%Y"]), place(&["%d", "%e", "%-d"]), place(&["%m", "%-m"])) {
            (Some(year), Some(day), Some(month)) => year < day && day < month,
            _ => false,
        }
    }

    /// Reads a text that has exactly this format.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Written> {
        match &self.parts {
            Some(parts) => read_parts(parts, text),
            None => read_by_chrono(&self.text, text),
        }
    }
}

fn compile(text: &str) -> Option<Vec<Part>> {
    let text =
        text.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M").replace("%D", "%m/%d/%y");
    let mut parts = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        parts.push(match byte {
            b'%' => match bytes.next()? {
                b'Y' => Part::Year,
                b'y' => Part::ShortYear,
                b'm' => Part::Month,
                b'b' | b'B' | b'h' => Part::MonthName,
                b'd' | b'e' => Part::Day,
                b'H' | b'k' => Part::Hour,
                b'I' | b'l' => Part::HalfDayHour,
                b'M' => Part::Minute,
                b'S' => Part::Second,
                b'p' | b'P' => Part::HalfDay,
                b'z' | b'Z' => Part::Offset,
                b':' if bytes.next() == Some(b'z') => Part::Offset,
                b'.' if bytes.next() == Some(b'f') => Part::Fraction,
                b'%' => Part::Literal(b'%'),
                _ => return None,
            },
            byte if byte.is_ascii_whitespace() => Part::Space,
            byte if byte.is_ascii() => Part::Literal(byte),
            _ => return None,
        });
    }
    Some(parts)
}

fn read_parts(parts: &[Part], text: &str) -> Option<Written> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let (mut year, mut month, mut day) = (None, None, None);
    let (mut hour, mut minute, mut second, mut micros) = (0, 0, 0, 0);
    let mut half_day = None;
    let mut offset_s = None;
    for part in parts {
        match part {
            Part::Literal(byte) => cursor.eat(*byte).then_some(())?,
            Part::Space => {
                let before = cursor.at;
                cursor.spaces();
                (cursor.at > before).then_some(())?;
            }
            Part::Year => year = Some(i64::from(cursor.digits(4, 4)?)),
            Part::ShortYear => year = Some(full_year(cursor.digits(2, 2)?, 2)),
            Part::Month => month = Some(cursor.digits(1, 2)?),
            Part::MonthName => month = Some(month_named(cursor.word())?),
            Part::Day => day = Some(cursor.digits(1, 2)?),
            Part::Hour => hour = cursor.digits(1, 2)?,
            Part::HalfDayHour => {
                hour = cursor.digits(1, 2).filter(|hour| (1..=12).contains(hour))?;
            }
            Part::Minute => minute = cursor.digits(2, 2)?,
            Part::Second => second = cursor.digits(2, 2)?,
            Part::Fraction => {
                if cursor.eat(b'.') {
                    micros = cursor.fraction()?;
                }
            }
            Part::HalfDay => {
                half_day = Some(match cursor.word() {
                    word if word.eq_ignore_ascii_case(b"am") => 0,
                    word if word.eq_ignore_ascii_case(b"pm") => 12,
                    _ => return None,
                });
            }
            Part::Offset => offset_s = Some(cursor.offset()?),
        }
    }
    if let Some(half_day) = half_day {
        hour = hour % 12 + half_day;
    }
    let day = day_number(year?, month?, day?)?;
    let time_us = time_of_day(hour, minute, second)? + micros;
    cursor.done().then_some(Written { day, time_us, offset_s })
}

fn read_by_chrono(format: &str, text: &str) -> Option<Written> {
    let epoch = NaiveDate::default();
    let written = |local: NaiveDateTime, offset_s| {
        let since = local.signed_duration_since(epoch.and_time(NaiveTime::MIN)).num_microseconds()?;
        let day = since.div_euclid(86_400_000_000);
        Some(Written { day, time_us: since.rem_euclid(86_400_000_000), offset_s })
    };
    if let Ok(found) = DateTime::parse_from_str(text, format) {
        return written(found.naive_local(), Some(found.offset().local_minus_utc()));
    }
    if let Ok(found) = NaiveDateTime::parse_from_str(text, format) {
        // `%s` counts seconds of UTC; every other format without an offset is local.
        return written(found, format.contains("%s").then_some(0));
    }
    let date = NaiveDate::parse_from_str(text, format).ok()?;
    written(date.and_time(NaiveTime::MIN), None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formats_read_what_they_say_and_nothing_else() {
        let format = Format::new("%d/%m/%Y %H:%M");
        let written = format.read("5/3/2016 12:00").unwrap();
        assert_eq!(written, Written { day: day_number(2016, 3, 5).unwrap(), time_us: 43_200_000_000, offset_s: None });
        for text in ["5-3-2016 12:00", "5/3/2016", "5/3/2016 12:00 ", "31/4/2016 12:00", "2016/3/5 12:00"] {
            assert_eq!(format.read(text), None, "{text}");
        }
        assert_eq!(Format::new("%d/%b/%y %I:%M %p").read("12/Mar/24 12:05 AM").unwrap().time_us, 300_000_000);
        assert_eq!(Format::new("%s").read("86400").unwrap().day, 1);
        assert_eq!(
            Format::new("%Y-%m-%dT%H:%M:%S%.f%:z").read("2024-03-12T09:41:05.5+01:00").unwrap().offset_s,
            Some(3600)
        );
    }

    #[test]
    fn the_order_of_a_format_is_known() {
        assert_eq!(Format::new("%d/%m/%Y").order(), Some(Order::DayFirst));
        assert_eq!(Format::new("%m/%d/%y %H:%M").order(), Some(Order::MonthFirst));
        assert_eq!(Format::new("%Y-%m-%d").order(), None);
        assert_eq!(Format::new("%d/%b/%Y").order(), None);
    }

    proptest! {
        #[test]
        fn chrono_reads_the_same(day in 0_i64..40_000, second in 0_i64..86_400, index in 0_usize..4) {
            let format = ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%e-%b-%Y %I:%M:%S %p", "%F %T"][index];
            let local = DateTime::from_timestamp(day * 86_400 + second, 0).unwrap().naive_utc();
            let text = local.format(format).to_string();
            let text = text.trim_start();
            let wanted = read_by_chrono(format, text);
            prop_assert_eq!(Format::new(format).read(text), wanted);
            prop_assert_eq!(wanted, Some(Written { day, time_us: second * 1_000_000, offset_s: None }));
        }
    }
}
