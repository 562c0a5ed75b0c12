//! What was noticed while reading: values that do not convert, and decisions that were taken. One finding for each column and
//! expectation, with the number of values and the first of them; and the records that were refused, as they were.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::declaration::issue::Level;

/// Examples kept of each finding.
pub const EXAMPLES: usize = 20;

/// Values of one column of a file that were not as expected, or a decision about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `Note` for a decision that was taken, `Warning` for values that are missing now.
    pub level: Level,
    /// The file, as shown to users.
    pub file: String,
    /// The column of the file; empty when it is about whole rows.
    pub column: String,
    /// What was expected, or decided.
    pub expected: String,
    /// How many values it is about.
    pub count: u64,
    /// The first of them: row in the file and text.
    pub examples: Vec<(u64, String)>,
}

/// A record that a table refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The table.
    pub table: String,
    /// Where the record stands in the file.
    pub row: u64,
    /// Why it was refused.
    pub reasons: Vec<String>,
    /// The record as it was: a JSON object, or the raw line when it could not be read.
    pub raw: String,
}

/// Collects findings of one file.
#[derive(Debug)]
pub struct Findings {
    file: String,
    found: BTreeMap<String, BTreeMap<String, Finding>>,
}

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new(file: &str) -> Self {
        Self { file: file.to_string(), found: BTreeMap::new() }
    }

    /// Counts one value.
    pub fn add(&mut self, level: Level, column: &str, expected: &str, row: u64, value: &str) {
        let finding = self.entry(level, column, expected);
        finding.count += 1;
        if finding.examples.len() < EXAMPLES {
            finding.examples.push((row, value.to_string()));
        }
    }

    /// Counts many values without naming them.
    pub fn count(&mut self, level: Level, column: &str, expected: &str, count: u64) {
        if count > 0 {
            self.entry(level, column, expected).count += count;
        }
    }

    fn entry(&mut self, level: Level, column: &str, expected: &str) -> &mut Finding {
        if !self.found.contains_key(column) {
            self.found.insert(column.to_string(), BTreeMap::new());
        }
        let new = Finding {
            level,
            file: self.file.clone(),
            column: column.to_string(),
            expected: expected.to_string(),
            count: 0,
            examples: Vec::new(),
        };
        self.found.entry(column.to_string()).or_default().entry(expected.to_string()).or_insert(new)
    }

    /// All findings, by column and expectation.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        self.found.into_values().flat_map(BTreeMap::into_values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_one_a_column_and_expectation_with_the_first_examples() {
        let mut findings = Findings::new("a.csv");
        for row in 0..30 {
            findings.add(Level::Warning, "Opened", "a date", row, "soon");
        }
        findings.count(Level::Note, "Opened", "day first", 7);
        findings.count(Level::Note, "Opened", "nothing", 0);
        let all = findings.finish();
        assert_eq!(all.iter().map(|finding| finding.count).collect::<Vec<_>>(), [30, 7]);
        assert_eq!(all[0].examples.len(), EXAMPLES);
        assert_eq!(all[0].examples[19], (19, "soon".to_string()));
    }
}
