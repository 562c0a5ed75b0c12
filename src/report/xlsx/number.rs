//! Numbers as a workbook holds them: the value, and a format that shows the words of the text.

use crate::report::document::{Number, NumberKind};

/// Seconds of a day, the unit of a workbook's times.
pub(super) const DAY: f64 = 86_400.0;

/// A value with the format that it is shown in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    /// What the cell holds.
    pub(super) value: f64,
    /// Its number format.
    pub(super) format: String,
}

/// A number as its text shows it; none for what is no finite number.
pub(super) fn shown(number: &Number, text: &str) -> Option<Shown> {
    if !number.value.is_finite() {
        return None;
    }
    Some(match number.kind {
        NumberKind::Percent => Shown { value: number.value, format: signed(&percent(number.places)) },
        NumberKind::Plain => Shown { value: number.value, format: signed(&plain(number.places, &number.suffix)) },
        NumberKind::Duration => clock(number.value, text),
    })
}

/// The format of a percentage.
pub(super) fn percent(places: usize) -> String {
    format!("0{}\u{a0}%", fraction(places))
}

/// The format of a number with thousands and what stands behind it.
pub(super) fn plain(places: usize, suffix: &str) -> String {
    let behind = if suffix.is_empty() { String::new() } else { quoted(&format!("\u{a0}{suffix}")) };
    format!("#,##0{}{behind}", fraction(places))
}

fn fraction(places: usize) -> String {
    if places == 0 { String::new() } else { format!(".{}", "0".repeat(places.min(9))) }
}

/// The same with the minus sign that the text has.
fn signed(format: &str) -> String {
    format!("{format};\"\u{2212}\"{format}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', ""))
}

/// (amount, word) of each "2 h" in a text.
fn words(text: &str) -> Vec<(f64, &str)> {
    let parts: Vec<&str> = text.split(['\u{a0}', ' ']).collect();
    let pair = |pair: &[&'_ str]| pair[0].replace(',', ".").parse::<f64>().ok();
    parts.chunks_exact(2).filter_map(|both| Some((pair(both)?, both[1]))).collect()
}

/// A duration in days, in the units of its text. A workbook cuts off what it doesn't show, where the text rounds: what is
/// shown in hours and minutes is therefore the rounded duration. The sheet of figures has it in seconds as it is.
fn clock(seconds: f64, text: &str) -> Shown {
    const UNITS: [(f64, char); 4] = [(DAY, 'd'), (3600.0, 'h'), (60.0, 'm'), (1.0, 's')];
    let days = |places: usize, word: &str| Shown {
        value: seconds / DAY,
        format: signed(&format!("0{}{}", fraction(places), quoted(&format!("\u{a0}{word}")))),
    };
    // Times before midnight of the first day cannot be shown.
    if seconds < 0.0 {
        return days(if seconds > -DAY / 10.0 { 4 } else { 1 }, "d");
    }
    let found = words(text);
    let total = |first: usize| -> f64 {
        found.iter().zip(UNITS.iter().skip(first)).map(|((amount, _), (unit, _))| amount * unit).sum()
    };
    let starts = 0..=UNITS.len().saturating_sub(found.len());
    let near = |first: &usize| (total(*first) - seconds).abs();
    let Some(first) = starts.min_by(|a, b| near(a).total_cmp(&near(b))).filter(|_| matches!(found.len(), 1 | 2)) else {
        return Shown { value: seconds / DAY, format: "[h]:mm:ss".to_owned() };
    };
    if first == 0 {
        return days(found.len() - 1, found[0].1);
    }
    let large = UNITS[first].1;
    let word = |index: usize| quoted(&format!("\u{a0}{}", found[index].1));
    let format = match found.as_slice() {
        [_] if found[0].0.fract() != 0.0 => format!("[{large}].0{}", word(0)),
        [_] => format!("[{large}]{}", word(0)),
        _ => {
            let small = UNITS[first + 1].1;
            let gap = quoted(&format!("\u{a0}{}\u{a0}", found[0].1));
            format!("[{large}]{gap}{small}{small}{}", word(1))
        }
    };
    Shown { value: total(first) / DAY, format }
}

/// What a value of a chart is, read from the text that stands for it: charts hold places and texts.
pub(super) fn read(value: f64, text: &str) -> Number {
    let (shown, places) = number(text, value);
    let is = |expected: f64| (shown - expected).abs() <= 10_f64.powi(-(places as i32));
    let kind = if text.contains('%') && is(value * 100.0) {
        NumberKind::Percent
    } else if !is(value) && !words(text).is_empty() {
        NumberKind::Duration
    } else {
        NumberKind::Plain
    };
    Number { value, kind, places, suffix: String::new() }
}

/// The first number of a text and its decimals. Languages differ in their marks: the reading that is nearer to the value, or
/// to its percentage, is the one that was meant.
fn number(text: &str, value: f64) -> (f64, usize) {
    let marks = ['.', ',', '\u{2212}', '-', '\u{202f}', '\'', '\u{2019}'];
    let digits: String = text
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit() && !matches!(letter, '\u{2212}' | '-'))
        .take_while(|letter| letter.is_ascii_digit() || marks.contains(letter))
        .collect();
    let reading = |decimal: char| {
        let kept = digits
            .chars()
            .filter(|letter| letter.is_ascii_digit() || matches!(letter, '\u{2212}' | '-') || *letter == decimal);
        let plain: String = kept
            .map(|letter| {
                if letter == decimal {
                    '.'
                } else if letter == '\u{2212}' {
                    '-'
                } else {
                    letter
                }
            })
            .collect();
        let places = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        (plain.parse::<f64>().unwrap_or(f64::NAN), places)
    };
    let far = |(shown, _): &(f64, usize)| {
        let distance = (shown - value).abs().min((shown - value * 100.0).abs());
        if distance.is_nan() { f64::INFINITY } else { distance }
    };
    let (point, comma) = (reading('.'), reading(','));
    if far(&comma) < far(&point) { comma } else { point }
}

/// One format for all values of a chart, and what a value is multiplied with for it.
pub(super) fn scale(pairs: &[(f64, &str)]) -> (f64, String) {
    let most = pairs.iter().map(|(value, _)| value.abs()).fold(0.0, f64::max);
    let Some((value, text)) = pairs.iter().rev().find(|(value, text)| *value != 0.0 && !text.is_empty()) else {
        return (1.0, plain(0, ""));
    };
    let digits = pairs.iter().map(|(value, text)| number(text, *value).1).max().unwrap_or(0);
    match read(*value, text).kind {
        NumberKind::Percent => (1.0, signed(&percent(digits))),
        NumberKind::Plain => (1.0, signed(&plain(digits, ""))),
        NumberKind::Duration if most >= 3.0 * DAY => (1.0 / DAY, "0.0\"\u{a0}d\"".to_owned()),
        NumberKind::Duration if most >= 3600.0 => (1.0 / DAY, "[h]\"\u{a0}h\u{a0}\"mm\"\u{a0}m\"".to_owned()),
        NumberKind::Duration if most >= 60.0 => (1.0 / DAY, "[m]\"\u{a0}m\"".to_owned()),
        NumberKind::Duration => (1.0 / DAY, "[s]\"\u{a0}s\"".to_owned()),
    }
}

/// The step of an axis of times in days, so that its names are whole: about five of them up to `most`.
pub(super) fn step(most: f64) -> f64 {
    const STEPS: [f64; 17] = [
        10.0,
        30.0,
        60.0,
        120.0,
        300.0,
        600.0,
        1200.0,
        1800.0,
        3600.0,
        7200.0,
        14_400.0,
        21_600.0,
        43_200.0,
        DAY,
        2.0 * DAY,
        5.0 * DAY,
        10.0 * DAY,
    ];
    let wanted = most * DAY / 5.0;
    STEPS.into_iter().find(|step| *step >= wanted).unwrap_or_else(|| (wanted / (10.0 * DAY)).ceil() * 10.0 * DAY) / DAY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::language::Language;
    use crate::report::duration::duration;

    fn of(seconds: f64) -> (f64, String) {
        let number = Number { value: seconds, kind: NumberKind::Duration, places: 0, suffix: String::new() };
        let shown = shown(&number, &duration(&Language::default(), seconds, None)).unwrap();
        ((shown.value * DAY * 1e6).round() / 1e6, shown.format.replace('\u{a0}', " "))
    }

    #[test]
    fn durations_are_shown_in_the_words_of_their_text() {
        assert_eq!(of(9689.0), (9660.0, "[h]\" h \"mm\" m\"".to_owned()));
        assert_eq!(of(272.0), (272.0, "[m]\" m \"ss\" s\"".to_owned()));
        assert_eq!(of(38.0 * 60.0 + 11.0), (38.0 * 60.0, "[m]\" m\"".to_owned()));
        assert_eq!(of(39_600.0), (39_600.0, "[h]\" h\"".to_owned()));
        assert_eq!(of(31.4 * DAY), (31.4 * DAY, "0\" d\";\"\u{2212}\"0\" d\"".to_owned()));
        assert_eq!(of(118_800.0), (118_800.0, "0.0\" d\";\"\u{2212}\"0.0\" d\"".to_owned()));
        assert_eq!(of(0.42), (0.4, "[s].0\" s\"".to_owned()));
        assert_eq!(of(38.0), (38.0, "[s]\" s\"".to_owned()));
        assert_eq!(of(-3600.0), (-3600.0, "0.0000\" d\";\"\u{2212}\"0.0000\" d\"".to_owned()));
    }

    #[test]
    fn an_axis_of_times_has_whole_steps() {
        assert_eq!(step(1.3) * DAY, 43_200.0);
        assert_eq!(step(400.0), 80.0);
        assert_eq!(step(0.0) * DAY, 10.0);
    }

    #[test]
    fn shares_and_plain_numbers_keep_their_decimals_and_suffix() {
        let share = Number::share(&Language::default(), 0.99713, "99.71\u{a0}%");
        assert_eq!(shown(&share, "").unwrap().format, "0.00\u{a0}%;\"\u{2212}\"0.00\u{a0}%");
        let rate = Number { suffix: "per month".to_owned(), places: 1, ..Number::plain(2.13) };
        assert_eq!(shown(&rate, "").unwrap().format.split(';').next().unwrap(), "#,##0.0\"\u{a0}per month\"");
        assert_eq!(shown(&Number::plain(f64::NAN), ""), None);
    }

    #[test]
    fn a_value_and_its_text_say_what_it_is() {
        assert_eq!(read(0.611, "61.1\u{a0}%").kind, NumberKind::Percent);
        assert_eq!(read(61.1, "61.1\u{a0}%").kind, NumberKind::Plain);
        assert_eq!(read(9660.0, "2\u{a0}h\u{a0}41\u{a0}m").kind, NumberKind::Duration);
        assert_eq!(read(1234.0, "1\u{202f}234").kind, NumberKind::Plain);
        assert_eq!((read(0.611, "61,1\u{a0}%").kind, read(0.611, "61,1\u{a0}%").places), (NumberKind::Percent, 1));
        assert_eq!((read(1234.5, "1.234,5").kind, read(1234.5, "1.234,5").places), (NumberKind::Plain, 1));
        assert_eq!(read(9660.0, "2\u{a0}u\u{a0}41\u{a0}m").kind, NumberKind::Duration);
        assert_eq!(read(-4.0, "\u{2212}4").kind, NumberKind::Plain);
        assert_eq!(scale(&[(9660.0, "2\u{a0}h\u{a0}41\u{a0}m"), (0.0, "0\u{a0}s")]).0, 1.0 / DAY);
    }
}
