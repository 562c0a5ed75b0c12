//! How far the figures can be trusted: what happened to the rows that were read. Counted elsewhere, carried here.

use serde::Serialize;

/// Everything a report says about its own data.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    /// Per file: rows read = accepted + rejected + unchanged.
    pub files: Vec<FileQuality>,
    /// Files that could not be read, with the reason.
    pub unread: Vec<(String, String)>,
    /// Values that did not convert, grouped.
    pub findings: Vec<FindingGroup>,
    /// Age of each table's newest record.
    pub freshness: Vec<TableFreshness>,
    /// How far columns are filled that are not filled throughout.
    pub completeness: Vec<Completeness>,
    /// Tables whose number of new records in the last complete week is unlike the weeks before.
    pub volumes: Vec<Volume>,
    /// Records that a file held more than once: (file, table, rows).
    pub duplicates: Vec<(String, String, u64)>,
    /// References to nothing: (table, column, rows, a few examples).
    pub orphans: Vec<(String, String, u64, Vec<String>)>,
    /// Records of one id that come from exports of different tools, of which only the newest counts: (table, tools, ids, a few
    /// examples).
    pub collisions: Vec<(String, String, u64, Vec<String>)>,
    /// Instants in an impossible order: (table, rule, rows).
    pub order_violations: Vec<(String, String, u64)>,
    /// Services whose measurement has gaps in the period: (service, coverage 0 to 1).
    pub gaps: Vec<(String, f64)>,
    /// Tickets open at the start + opened + reopened - resolved - open at the end; 0 when the books balance.
    pub unreconciled: i64,
}

/// What became of one file's rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileQuality {
    /// Path relative to the project.
    pub file: String,
    /// Mapping that understood it.
    pub mapping: String,
    /// Table that it feeds.
    pub table: String,
    /// Rows in the file.
    pub read: u64,
    /// New record versions.
    pub accepted: u64,
    /// Rows kept aside with their reasons.
    pub rejected: u64,
    /// Rows that were in the lake already.
    pub unchanged: u64,
    /// Rows left out by a named rule of the mapping.
    pub ignored: Vec<(String, u64)>,
}

/// Findings of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FindingGroup {
    /// Path relative to the project.
    pub file: String,
    /// Column of the export.
    pub column: String,
    /// What was expected there.
    pub expected: String,
    /// How often.
    pub count: u64,
    /// A few (row, value).
    pub examples: Vec<(u64, String)>,
}

/// How fresh a table is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TableFreshness {
    /// Canonical table.
    pub table: String,
    /// Records in its current view.
    pub rows: u64,
    /// Newest instant in it, µs UTC.
    pub newest: Option<i64>,
}

/// How far a column is filled.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Completeness {
    /// Canonical table.
    pub table: String,
    /// Its column.
    pub column: String,
    /// The share of the records that fill it, above 0 and below 1.
    pub filled: f64,
}

/// A number of new records that is unlike those of the weeks before, by XmR limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Volume {
    /// Canonical table.
    pub table: String,
    /// The week, such as `2026-W27`.
    pub week: String,
    /// New records in it.
    pub records: u64,
    /// The least number that would be usual.
    pub lower: f64,
    /// The greatest number that would be usual.
    pub upper: f64,
}

impl Quality {
    /// Rows in all files.
    pub fn read(&self) -> u64 {
        self.files.iter().map(|file| file.read).sum()
    }

    /// Rows kept aside.
    pub fn rejected(&self) -> u64 {
        self.files.iter().map(|file| file.rejected).sum()
    }

    /// Share of the rows that were understood; none when nothing was read.
    pub fn understood(&self) -> Option<f64> {
        let read = self.read();
        (read > 0).then(|| (read - self.rejected().min(read)) as f64 / read as f64)
    }

    /// The newest instant of all tables, µs UTC.
    pub fn newest(&self) -> Option<i64> {
        self.freshness.iter().filter_map(|table| table.newest).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understood_is_what_was_not_rejected_and_nothing_is_not_a_hundred_percent() {
        let file = |read, rejected| FileQuality { read, rejected, ..FileQuality::default() };
        let quality = Quality { files: vec![file(900, 10), file(100, 10)], ..Quality::default() };
        assert_eq!(quality.understood(), Some(0.98));
        assert_eq!(Quality::default().understood(), None);
    }
}
