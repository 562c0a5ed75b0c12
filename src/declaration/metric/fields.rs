//! The keys of a TOML table, taken one by one: whatever is missing, of the wrong type, or left over becomes an issue with
//! its line, all of them at once.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::declaration::expression::Refusal;
use crate::declaration::issue::{Issue, line_of};

/// A value of one key and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Found<T> {
    pub value: T,
    /// Byte offset of the value in the file.
    pub offset: usize,
}

/// A file's text and the issues found in it so far.
pub(super) struct Sheet<'t> {
    pub file: &'t str,
    pub text: &'t str,
    pub issues: Vec<Issue>,
    pub lines: BTreeMap<String, usize>,
}

impl Sheet<'_> {
    /// Notes an issue at an offset of the file.
    pub fn issue(&mut self, offset: usize, message: impl Into<String>, hint: Option<String>) {
        let issue = Issue::error(self.file, message).at_offset(self.text, offset);
        self.issues.push(Issue { hint, ..issue });
    }

    /// Notes an issue with the nearest of the known names as its hint, or the list of them when it is short.
    pub fn unknown<'a>(
        &mut self,
        offset: usize,
        message: impl Into<String>,
        found: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let issue = Issue::error(self.file, message).at_offset(self.text, offset);
        let issue = issue.nearest(found, known.iter().copied());
        let issue = match issue.hint {
            None if known.len() <= 24 => issue.hint(format!("known are {}", known.join(", "))),
            _ => issue,
        };
        self.issues.push(issue);
    }

    /// Parses the expression at a key, or notes why it is refused.
    pub fn expression<T>(
        &mut self,
        key: &str,
        found: Option<Found<String>>,
        parse: fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let found = found?;
        match parse(&found.value) {
            Ok(parsed) => Some(parsed),
            Err(refusal) => {
                self.refused(key, &found, refusal);
                None
            }
        }
    }

    /// Notes a refusal of an expression, at the line of the file where it is.
    pub fn refused(&mut self, key: &str, found: &Found<String>, refusal: Refusal) {
        let before = found.value.get(..refusal.offset).unwrap_or("");
        let opening = self.text.get(found.offset..).unwrap_or("");
        // A text in triple quotes begins on the line after them.
        let breaks = ["\"\"\"\n", "'''\n", "\"\"\"\r", "'''\r"];
        let first = usize::from(breaks.iter().any(|quotes| opening.starts_with(quotes)));
        let line = line_of(self.text, found.offset) + first + before.matches('\n').count();
        let issue = Issue::error(self.file, format!("{key}: {}", refusal.message)).at(line);
        self.issues.push(Issue { hint: refusal.hint, ..issue });
    }
}

/// The keys of one table that have not been taken yet.
pub(super) struct Fields<'t> {
    /// Before each key in messages: empty, or `example.` and the like.
    prefix: &'static str,
    offset: usize,
    left: BTreeMap<String, (usize, &'t Spanned<DeValue<'t>>)>,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub fn new(sheet: &mut Sheet<'_>, prefix: &'static str, table: &'t DeTable<'t>, offset: usize) -> Self {
        let mut left = BTreeMap::new();
        for (key, value) in table {
            let at = key.span().start;
            sheet.lines.insert(format!("{prefix}{}", key.get_ref()), line_of(sheet.text, at));
            left.insert(key.get_ref().to_string(), (at, value));
        }
        Self { prefix, offset, left, known: Vec::new() }
    }

    /// Whether a key is there and was not taken yet.
    pub fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.left.remove(key).map(|(_, value)| value)
    }

    /// Every key that is left, in the order of the file.
    pub fn take_all(&mut self) -> Vec<(String, &'t Spanned<DeValue<'t>>)> {
        let mut all: Vec<_> = std::mem::take(&mut self.left).into_iter().collect();
        all.sort_by_key(|(_, (at, _))| *at);
        all.into_iter().map(|(key, (_, value))| (key, value)).collect()
    }

    /// A text.
    pub fn text(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<Found<String>> {
        let value = self.take(key)?;
        let found = value.get_ref().as_str().map(str::to_string);
        self.expect(sheet, key, value, found, "a text in quotes")
    }

    /// A text that must be there and say something.
    pub fn required_text(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<Found<String>> {
        if !self.has(key) {
            self.known.push(key);
            sheet.issue(self.offset, format!("missing key `{}{key}`", self.prefix), None);
            return None;
        }
        let found = self.text(sheet, key)?;
        if found.value.trim().is_empty() {
            sheet.issue(found.offset, format!("{}{key}: expected a text, found an empty one", self.prefix), None);
            return None;
        }
        Some(found)
    }

    /// One of a list of words.
    pub fn word<T: Copy>(&mut self, sheet: &mut Sheet<'_>, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let found = self.text(sheet, key)?;
        let known = words.iter().find(|(word, _)| *word == found.value);
        if known.is_none() {
            let message = format!("{}{key}: unknown word `{}`", self.prefix, found.value);
            sheet.unknown(found.offset, message, &found.value, words.iter().map(|(word, _)| *word));
        }
        known.map(|(_, meaning)| *meaning)
    }

    /// A finite number.
    pub fn number(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<Found<f64>> {
        let value = self.take(key)?;
        let found = number(value.get_ref());
        self.expect(sheet, key, value, found, "a number")
    }

    /// A whole number from 0.
    pub fn whole(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<u64> {
        let value = self.take(key)?;
        let found = value.get_ref().as_integer().and_then(|digits| digits.as_str().parse().ok());
        self.expect(sheet, key, value, found, "a whole number, 0 or more").map(|found| found.value)
    }

    /// True or false.
    pub fn truth(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let found = value.get_ref().as_bool();
        self.expect(sheet, key, value, found, "true or false").map(|found| found.value)
    }

    /// A list of texts, each with its place.
    pub fn texts(&mut self, sheet: &mut Sheet<'_>, key: &'static str) -> Option<Vec<Found<String>>> {
        let value = self.take(key)?;
        let items = value.get_ref().as_array().and_then(|items| {
            let texts = items.iter().map(|item| {
                let text = item.get_ref().as_str()?.to_string();
                Some(Found { value: text, offset: item.span().start })
            });
            texts.collect::<Option<Vec<_>>>()
        });
        self.expect(sheet, key, value, items, "a list of texts").map(|found| found.value)
    }

    /// The keys of a sub-table.
    pub fn table(&mut self, sheet: &mut Sheet<'_>, key: &'static str, prefix: &'static str) -> Option<Fields<'t>> {
        let value = self.take(key)?;
        let table = self.expect(sheet, key, value, value.get_ref().as_table(), "a table")?;
        Some(Fields::new(sheet, prefix, table.value, value.span().start))
    }

    /// Notes every key that nobody took.
    pub fn finish(self, sheet: &mut Sheet<'_>) {
        for (key, (at, _)) in &self.left {
            let message = format!("unknown key `{}{key}`", self.prefix);
            sheet.unknown(*at, message, key, self.known.iter().copied());
        }
    }

    fn expect<T>(
        &self,
        sheet: &mut Sheet<'_>,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        found: Option<T>,
        expected: &str,
    ) -> Option<Found<T>> {
        let offset = value.span().start;
        if found.is_none() {
            let kind = value.get_ref().type_str();
            sheet.issue(offset, format!("{}{key}: expected {expected}, found {kind}", self.prefix), None);
        }
        found.map(|value| Found { value, offset })
    }
}

/// A finite number, written with or without a point.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match value {
        DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str(),
        DeValue::Float(digits) => digits.as_str(),
        _ => return None,
    };
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}
