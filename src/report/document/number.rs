//! A figure as a typed number: what a workbook or a script that sorts needs beside the text that people read.

use serde::Serialize;

/// A number with what its text makes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// The figure, unrounded: a share of 1, seconds, or the number as it is read.
    pub value: f64,
    /// How the text writes it.
    pub kind: Kind,
    /// Decimals of the text.
    pub places: usize,
    /// What stands behind the number, "per month"; may be empty.
    pub suffix: String,
}

impl Number {
    /// A number that its text writes as it is.
    pub fn plain(value: f64) -> Self {
        Number { value, kind: Kind::Plain, places: 0, suffix: String::new() }
    }

    /// A share of 1 whose text is a percentage.
    pub fn share(value: f64, text: &str) -> Self {
        Number { value, kind: Kind::Percent, places: places(text), suffix: String::new() }
    }
}

/// Decimals of the first number in a text.
pub fn places(text: &str) -> usize {
    let number = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let fraction = number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '\u{202f}');
    let digits = fraction.strip_prefix(['.', ',']).unwrap_or_default();
    digits.chars().take_while(char::is_ascii_digit).count()
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A share of 1, written as a percentage.
    Percent,
    /// Seconds, written in units that people say.
    Duration,
    /// As it is.
    Plain,
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn decimals_are_those_of_the_first_number() {
        let of =
            ["99.71 %", "1\u{202f}234", "−0.5", "61 %", "2.10 per month", "no data", "3 of 4.5", "61,1 %"].map(places);
        assert_eq!(of, [2, 0, 1, 0, 2, 0, 0, 1]);
    }
}
