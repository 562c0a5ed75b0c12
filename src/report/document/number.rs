//! A figure as a typed number: what a workbook or a script that sorts needs beside the text that people read.

use serde::Serialize;

use crate::declaration::language::Language;

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
    pub fn share(language: &Language, value: f64, text: &str) -> Self {
        Number { value, kind: Kind::Percent, places: places(language, text), suffix: String::new() }
    }
}

/// Decimals of the first number in a text.
pub fn places(language: &Language, text: &str) -> usize {
    let number = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let fraction = number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == language.thousands);
    let digits = fraction.strip_prefix(language.decimal).unwrap_or_default();
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
    use super::*;

    #[test]
    fn decimals_are_those_of_the_first_number() {
        let english = Language::default();
        let texts = ["99.71 %", "1\u{202f}234", "−0.5", "61 %", "2.10 per month", "no data", "3 of 4.5", "61.1 %"];
        assert_eq!(texts.map(|text| places(&english, text)), [2, 0, 1, 0, 2, 0, 0, 1]);
        let mut german = english;
        (german.decimal, german.thousands) = (',', '.');
        assert_eq!(["1.234", "1.234,5", "99,953 %"].map(|text| places(&german, text)), [0, 1, 3]);
    }
}
