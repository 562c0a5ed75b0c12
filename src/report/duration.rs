//! Durations in the units that people say: "38 m", "2 h 41 m", "1 d 9 h", "31 d".

use crate::declaration::language::Language;

/// Between a number and its unit: a space at which no line breaks.
pub const NARROW: char = '\u{a0}';

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// A duration in seconds, in at most two units. `half` is half the width of its interval: where that is wider than the
/// larger unit, the smaller one would be false precision and is left out.
pub fn duration(language: &Language, seconds: f64, half: Option<f64>) -> String {
    if !seconds.is_finite() {
        return "–".to_owned();
    }
    if seconds < 0.0 {
        return format!("−{}", duration(language, -seconds, half));
    }
    let [s, m, h, d] = [language.word("s"), language.word("m"), language.word("h"), language.word("d")];
    if seconds < 10.0 && seconds != seconds.round() {
        return format!("{}{NARROW}{s}", language.decimals(seconds, 1));
    }
    let coarse = |unit: i64| half.is_some_and(|half| half >= unit as f64);
    let whole = (seconds.round()) as i64;
    if whole < MINUTE {
        format!("{whole}{NARROW}{s}")
    } else if whole < 10 * MINUTE {
        two(seconds, (MINUTE, m), (1, s), coarse(MINUTE))
    } else if rounded(seconds, MINUTE) < 60 {
        format!("{}{NARROW}{m}", rounded(seconds, MINUTE))
    } else if rounded(seconds, MINUTE) * MINUTE < DAY {
        two(seconds, (HOUR, h), (MINUTE, m), coarse(HOUR))
    } else if rounded(seconds, HOUR) * HOUR < 10 * DAY {
        two(seconds, (DAY, d), (HOUR, h), coarse(DAY))
    } else {
        format!("{}{NARROW}{d}", rounded(seconds, DAY))
    }
}

fn two(seconds: f64, (large, large_word): (i64, &str), (small, small_word): (i64, &str), coarse: bool) -> String {
    if coarse && rounded(seconds, large) > 0 {
        return format!("{}{NARROW}{large_word}", rounded(seconds, large));
    }
    let smalls = rounded(seconds, small);
    let per_large = large / small;
    let digits = if small == HOUR { 1 } else { 2 };
    match (smalls / per_large, smalls % per_large) {
        (count, 0) => format!("{count}{NARROW}{large_word}"),
        (count, rest) => format!("{count}{NARROW}{large_word}{NARROW}{rest:0digits$}{NARROW}{small_word}"),
    }
}

/// In whole units, halves up; rounded once, since 29.6 s rounded to 30 s would be a minute.
fn rounded(seconds: f64, unit: i64) -> i64 {
    (seconds / unit as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(seconds: f64) -> String {
        duration(&Language::default(), seconds, None).replace(NARROW, " ")
    }

    fn parse(text: &str) -> f64 {
        let mut total = 0.0;
        let words: Vec<&str> = text.split(' ').collect();
        for pair in words.chunks(2) {
            let unit = match pair[1] {
                "d" => 86_400.0,
                "h" => 3600.0,
                "m" => 60.0,
                _ => 1.0,
            };
            total += pair[0].parse::<f64>().unwrap() * unit;
        }
        total
    }

    #[test]
    fn as_people_say_it() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.42, "0.4 s"),
            (38.0, "38 s"),
            (59.7, "1 m"),
            (272.0, "4 m 32 s"),
            (38.0 * 60.0, "38 m"),
            (59.6 * 60.0, "1 h"),
            (9660.0, "2 h 41 m"),
            (25_500.0, "7 h 05 m"),
            (39_600.0, "11 h"),
            (86_390.0, "1 d"),
            (15_929.9, "4 h 25 m"),
            (118_800.0, "1 d 9 h"),
            (31.0 * 86_400.0, "31 d"),
        ] {
            assert_eq!(plain(seconds), text);
        }
        assert_eq!(duration(&Language::default(), 9660.0, Some(4000.0)), format!("3{NARROW}h"));
        assert_eq!(duration(&Language::default(), -60.0, None), format!("−1{NARROW}m"));
    }

    proptest! {
        #[test]
        fn parsing_back_is_within_rounding(seconds in 0.0..40_000_000.0_f64) {
            let step = match seconds {
                s if s < 10.0 => 0.1,
                s if s < 600.5 => 1.0,
                s if s < 86_400.0 => 60.0,
                s if s < 864_000.0 => 3600.0,
                _ => 86_400.0,
            };
            let back = parse(&plain(seconds));
            prop_assert!((back - seconds).abs() <= 0.5 * step + 1e-9, "{seconds} {back}");
        }
    }
}
