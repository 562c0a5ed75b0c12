//! The parts that dates are made of: numbers of some digits, names of months, fractions of a second, offsets and short names of zones.

/// A position in ASCII text.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte == b' ' || byte == b'\t') {
            self.at += 1;
        }
    }

    /// A number of `least` to `most` digits.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let mut value = 0_u32;
        let start = self.at;
        while self.at - start < most
            && let Some(byte) = self.peek().filter(u8::is_ascii_digit)
        {
            value = value * 10 + u32::from(byte - b'0');
            self.at += 1;
        }
        (self.at - start >= least).then_some(value)
    }

    pub(super) fn word(&mut self) -> &[u8] {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// Decimals of a second, in microseconds; more than six digits are cut.
    pub(super) fn fraction(&mut self) -> Option<i64> {
        let start = self.at;
        let mut value = 0;
        let mut scale = 100_000;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            value += i64::from(byte - b'0') * scale;
            scale /= 10;
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    /// `Z`, `+02:00`, `+0200`, `+02`, or the short name of a zone with a fixed offset.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let sign = match self.peek()? {
            b'+' => 1,
            b'-' => -1,
            _ => return named_offset(self.word()),
        };
        self.at += 1;
        let hours = self.digits(2, 2)?;
        let minutes = if self.eat(b':') || self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.digits(2, 2)?
        } else {
            0
        };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60).cast_signed())
    }

    pub(super) fn done(&self) -> bool {
        self.at == self.bytes.len()
    }
}

fn named_offset(name: &[u8]) -> Option<i32> {
    const ZONES: [(&str, i32); 14] = [
        ("Z", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("WET", 0),
        ("CET", 1),
        ("BST", 1),
        ("CEST", 2),
        ("EET", 2),
        ("EEST", 3),
        ("EDT", -4),
        ("EST", -5),
        ("MST", -7),
        ("PDT", -7),
        ("PST", -8),
    ];
    let found = ZONES.iter().find(|(zone, _)| zone.as_bytes().eq_ignore_ascii_case(name));
    found.map(|(_, hours)| hours * 3600)
}

/// The month, 1 to 12, of its English name or the first three letters of it.
pub(super) fn month_named(name: &[u8]) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let fits = |month: &str| {
        name.len() >= 3
            && (month.as_bytes()[..3].eq_ignore_ascii_case(name) || month.as_bytes().eq_ignore_ascii_case(name))
    };
    MONTHS
        .iter()
        .position(|month| fits(month) || (*month == "september" && name.eq_ignore_ascii_case(b"sept")))
        .map(|index| index as u32 + 1)
}

/// Two digits of a year: 70 to 99 are of the last century.
pub(super) fn full_year(year: u32, digits: usize) -> i64 {
    match (digits, year) {
        (2, 70..) => i64::from(year) + 1900,
        (2, _) => i64::from(year) + 2000,
        _ => i64::from(year),
    }
}

/// Microseconds of the day; a leap second counts as the second before it.
pub(super) fn time_of_day(hour: u32, minute: u32, second: u32) -> Option<i64> {
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(i64::from(hour * 3600 + minute * 60 + second.min(59)) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_numbers_or_names() {
        let offset = |text: &str| Cursor { bytes: text.as_bytes(), at: 0 }.offset();
        assert_eq!(offset("+05:30"), Some(19_800));
        assert_eq!(offset("-0800"), Some(-28_800));
        assert_eq!(offset("+02"), Some(7200));
        assert_eq!(offset("pdt"), Some(-25_200));
        assert_eq!(offset("+2"), None);
        assert_eq!(offset("XYZ"), None);
    }

    #[test]
    fn months_have_short_and_long_names() {
        assert_eq!(month_named(b"Sept"), Some(9));
        assert_eq!(month_named(b"DEC"), Some(12));
        assert_eq!(month_named(b"May"), Some(5));
        assert_eq!(month_named(b"Ju"), None);
    }
}
