//! Texts to numbers, durations, shares and booleans, as exports write them. What can be read in two ways is refused, not guessed.

use crate::declaration::mapping::Decimal;

/// A number, with thousands separators or a decimal comma where they can be nothing else. Refuses `1,234`, which is 1234 in one
/// country and 1.234 in another, unless it is known how numbers are written; and everything that is not finite.
#[must_use]
pub fn number(text: &str, decimal: Decimal) -> Option<f64> {
    let starts_well = text.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || b"+-.".contains(byte));
    let may_group = decimal == Decimal::Comma && text.contains('.');
    if starts_well
        && !may_group
        && let Ok(value) = text.parse::<f64>()
    {
        return Some(value).filter(|value| value.is_finite());
    }
    let normal = normalise(text, false, decimal)?;
    normal.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A whole number, also written as `3.0` or with thousands separators. Refuses `1.234`.
#[must_use]
pub fn integer(text: &str, decimal: Decimal) -> Option<i64> {
    if let Ok(value) = text.parse::<i64>() {
        return Some(value);
    }
    if let Some((_, decimals)) = text.split_once('.')
        && decimal != Decimal::Comma
        && decimals.len() == 3
        && !text.contains(',')
    {
        return None;
    }
    let normal = normalise(text, true, decimal)?;
    if let Ok(value) = normal.parse::<i64>() {
        return Some(value);
    }
    let value = normal.parse::<f64>().ok()?;
    // Beyond 2^53 a float no longer holds every whole number.
    (value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0).then_some(value as i64)
}

/// The number as Rust writes it: no separators of thousands, a point before decimals. `whole`: a single comma before three digits
/// separates thousands.
fn normalise(text: &str, whole: bool, style: Decimal) -> Option<String> {
    let (sign, body) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let body: String = body
        .trim()
        .chars()
        .map(|c| if matches!(c, '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}') { ' ' } else { c })
        .collect();
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
        || !body.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.'))
    {
        return None;
    }
    let (commas, points) = (body.matches(',').count(), body.matches('.').count());
    let spaced = body.contains(' ');
    let decimal = match (commas, points) {
        (0, 0) => None,
        (1.., 0) if style == Decimal::Point => None,
        (0, 1..) if style == Decimal::Comma => None,
        (0, 1) => Some('.'),
        (0, _) | (2.., 0) => None,
        (1, 0) => {
            let (before, after) = body.split_once(',')?;
            let may_group = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
            match (may_group && !spaced && style == Decimal::Unknown, whole) {
                (true, true) => None,
                (true, false) => return None,
                (false, _) => Some(','),
            }
        }
        _ if body.rfind('.') > body.rfind(',') => Some('.'),
        _ => Some(','),
    };
    let (whole_part, decimals) = match decimal {
        Some(mark) => body.rsplit_once(mark)?,
        None => (body.as_str(), ""),
    };
    if decimal.is_some_and(|mark| whole_part.contains(mark)) || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut groups = whole_part.split([' ', ',', '.']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    if !rest.is_empty() && (first.is_empty() || first.len() > 3 || rest.iter().any(|group| group.len() != 3)) {
        return None;
    }
    let digits: String = std::iter::once(first).chain(rest).collect();
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{sign}{digits}{point}{decimals}"))
}

/// A share from 0 to 1: a number times `factor`, or a number of percent with its sign.
#[must_use]
pub fn share(text: &str, factor: f64, decimal: Decimal) -> Option<f64> {
    let value = match text.strip_suffix('%') {
        Some(percent) => number(percent.trim_end(), decimal)? / 100.0,
        None => scale(number(text, decimal)?, factor),
    };
    (0.0..=1.0).contains(&value).then_some(value)
}

/// `value` times `factor`, by division where the factor is the inverse of a whole number, so that 3 ms is 0.003 exactly as written.
#[must_use]
pub fn scale(value: f64, factor: f64) -> f64 {
    let inverse = 1.0 / factor;
    if factor < 1.0 && (inverse - inverse.round()).abs() < 1e-9 { value / inverse.round() } else { value * factor }
}

/// Seconds: a number times `factor`, `1:30:00`, `1d 2h 3m`, `2 hours 5 minutes`, `PT1H30M`.
#[must_use]
pub fn seconds(text: &str, factor: f64, decimal: Decimal) -> Option<f64> {
    if let Some(value) = number(text, decimal) {
        return Some(scale(value, factor)).filter(|value| value.is_finite());
    }
    if text.contains(':') { clock(text) } else { units(text) }
}

/// `H:MM` or `H:MM:SS`, hours of any number.
fn clock(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, rest) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let hours: u32 = hours.trim().parse().ok()?;
    let minutes: u32 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
    let rest = number(rest.trim(), Decimal::Unknown).filter(|seconds| (0.0..60.0).contains(seconds))?;
    Some(sign * (f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + rest))
}

fn units(text: &str) -> Option<f64> {
    let text = text.to_lowercase();
    // ISO 8601: after the `T`, `m` is a minute; months and years have no length in seconds.
    let text = match text.strip_prefix('p') {
        Some(rest) if rest.split('t').next().is_some_and(|date| date.contains('m')) => {
            return None;
        }
        Some(rest) => rest.replace('t', " "),
        None => text,
    };
    let mut rest = text.as_str();
    let mut total = 0.0;
    let mut any = false;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\u{a0}']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
        if rest.is_empty() {
            return any.then_some(total);
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let factor = match &rest[..length] {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" | "seconde" | "secondes" | "sekunde" | "sekunden"
            | "seconden" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minuto" | "minutos" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" | "heure" | "heures" | "stunde" | "stunden" | "std" | "uur"
            | "uren" | "hora" | "horas" => 3600.0,
            "d" | "day" | "days" | "j" | "jour" | "jours" | "tag" | "tage" | "dag" | "dagen" | "dia" | "dias"
            | "día" | "días" => 86400.0,
            "w" | "week" | "weeks" | "semaine" | "semaines" | "woche" | "wochen" | "weken" | "semana" | "semanas" => {
                604_800.0
            }
            _ => return None,
        };
        total += scale(amount, factor);
        any = true;
        rest = &rest[length..];
    }
}

/// True or false, in the words of the tools and of several languages.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    const TRUE: [&str; 16] =
        ["true", "1", "yes", "y", "t", "oui", "ja", "si", "sí", "sì", "sim", "vrai", "wahr", "waar", "on", "1.0"];
    const FALSE: [&str; 15] =
        ["false", "0", "no", "n", "f", "non", "nein", "nee", "não", "faux", "falsch", "onwaar", "off", "0.0", "nej"];
    let is = |word: &&str| word.eq_ignore_ascii_case(text) || (!text.is_ascii() && text.to_lowercase() == **word);
    if TRUE.iter().any(is) {
        Some(true)
    } else if FALSE.iter().any(is) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_where_they_can_be_only_one_thing() {
        let cases = [
            ("12", 12.0),
            ("-1.5", -1.5),
            ("1,5", 1.5),
            ("0,125", 0.125),
            ("1,234,567", 1_234_567.0),
            ("1.234.567,8", 1_234_567.8),
            ("1,234.5", 1234.5),
            ("5 732 943", 5_732_943.0),
            ("5\u{a0}732\u{202f}943,25", 5_732_943.25),
            ("1'234.5", 1234.5),
            ("\u{2212}3", -3.0),
            ("1 234,567", 1234.567),
        ];
        for (text, value) in cases {
            assert_eq!(number(text, Decimal::Unknown), Some(value), "{text}");
        }
        for text in ["1,234", "", "abc", "1,2,3", "1 23", "inf", "NaN", "1e999", "-", "1.2.3", "12,34,567", "5 %"] {
            assert_eq!(number(text, Decimal::Unknown), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_known_style_are_read_in_it() {
        assert_eq!(number("1,234", Decimal::Comma), Some(1.234));
        assert_eq!(number("1,234", Decimal::Point), Some(1234.0));
        assert_eq!(number("1.234", Decimal::Comma), Some(1234.0));
        assert_eq!(number("1.234.567,5", Decimal::Comma), Some(1_234_567.5));
        assert_eq!(number("1.5", Decimal::Comma), None);
        assert_eq!(number("1,5", Decimal::Point), None);
        assert_eq!(integer("1.234", Decimal::Comma), Some(1234));
    }

    #[test]
    fn integers_take_thousands_but_no_decimals() {
        assert_eq!(integer("3.0", Decimal::Unknown), Some(3));
        assert_eq!(integer("1,234", Decimal::Unknown), Some(1234));
        assert_eq!(integer("9223372036854775807", Decimal::Unknown), Some(i64::MAX));
        for text in ["1.234", "3.5", "x", "1e3", "9223372036854775808"] {
            assert_eq!(integer(text, Decimal::Unknown), None, "{text}");
        }
    }

    #[test]
    fn durations_come_in_many_notations() {
        let cases = [
            ("90", 90.0),
            ("1:30:05", 5405.0),
            ("100:00", 360_000.0),
            ("1d 2h", 93_600.0),
            ("2 hours and 5 minutes", 7500.0),
            ("PT1H30M", 5400.0),
            ("P1DT2H", 93_600.0),
            ("1.5h", 5400.0),
            ("2 jours 3 heures", 183_600.0),
        ];
        for (text, value) in cases {
            assert_eq!(seconds(text, 1.0, Decimal::Unknown), Some(value), "{text}");
        }
        assert_eq!(seconds("121", 0.001, Decimal::Unknown), Some(0.121));
        for text in ["", "1:75", "P1M", "5 moons", "h", "1:2:3:4"] {
            assert_eq!(seconds(text, 1.0, Decimal::Unknown), None, "{text}");
        }
    }

    #[test]
    fn shares_stay_within_0_and_1() {
        assert_eq!(share("99.5 %", 1.0, Decimal::Unknown), Some(0.995));
        assert_eq!(share("0.3", 1.0, Decimal::Unknown), Some(0.3));
        assert_eq!(share("30", 0.01, Decimal::Unknown), Some(0.3));
        assert_eq!(share("1.2", 1.0, Decimal::Unknown), None);
    }

    #[test]
    fn booleans_have_many_words() {
        assert_eq!(boolean("TRUE"), Some(true));
        assert_eq!(boolean("Oui"), Some(true));
        assert_eq!(boolean("SÍ"), Some(true));
        assert_eq!(boolean("nein"), Some(false));
        assert_eq!(boolean("maybe"), None);
    }
}
