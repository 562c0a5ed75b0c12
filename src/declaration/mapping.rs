//! Mappings: how the columns of an export become canonical ones. The shape that ingestion works with; `parse` reads it from TOML.

mod build;
mod parse;
mod plain;
mod raw;

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use regex::Regex;

/// The family of file formats that a mapping is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Rows under a header: text with separators, workbooks, Parquet.
    Table,
    /// Nested records: JSON, whole or in lines.
    Json,
}

/// What a number in the export counts, for a canonical column in seconds or a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// What one is in the canonical unit.
    pub factor: f64,
}

impl Unit {
    /// The units that a mapping may name, with their factor.
    pub const NAMES: &[(&str, f64)] =
        &[("s", 1.0), ("ms", 0.001), ("min", 60.0), ("h", 3600.0), ("d", 86400.0), ("%", 0.01)];

    /// The unit of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, factor)| Self { factor: *factor })
    }
}

/// Where the text of a canonical column comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// The first of these columns that the file has, and which of its cells where the header repeats it.
    Column(Vec<String>, Repeated),
    /// The first of these columns that is filled in the row.
    First(Vec<String>),
    /// Always this text.
    Constant(String),
    /// An SQL expression over the file's columns.
    Sql(String),
    /// The texts of several columns with a separator between them; missing ones are left out, all missing is missing.
    Join {
        /// The columns in order.
        columns: Vec<String>,
        /// What stands between them.
        separator: String,
    },
}

/// Which cells of a column count that the header names more than once.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeated {
    /// The first column of the name.
    First,
    /// The last one that is filled.
    Last,
    /// All that are filled, with this between them.
    Join(String),
}

/// How one canonical column is filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where its text comes from.
    pub origin: Origin,
    /// Date formats to try, in order (strftime); empty: the usual ones.
    pub formats: Vec<String>,
    /// What each text stands for, by lower-case text; empty: the text itself.
    pub values: BTreeMap<String, String>,
    /// What a text stands for that `values` does not name.
    pub otherwise: Option<String>,
    /// What stands for a missing text.
    pub default: Option<String>,
    /// What the numbers count; those of `plus` where that is given.
    pub unit: Option<Unit>,
    /// The durations that are added to an instant: the first of these columns that the file has; empty: none.
    pub plus: Vec<String>,
}

impl Field {
    /// A field that takes the first of `names` as it is.
    #[must_use]
    pub fn plain(names: Vec<String>) -> Self {
        Self {
            origin: Origin::Column(names, Repeated::First),
            formats: Vec::new(),
            values: BTreeMap::new(),
            otherwise: None,
            default: None,
            unit: None,
            plus: Vec::new(),
        }
    }
}

/// Columns of the file made from one text column by a regular expression with named groups.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The column that is matched.
    pub column: String,
    /// Its named groups become columns.
    pub expression: Regex,
    /// The name under which lines that do not match are counted.
    pub name: String,
}

/// How the rows of a file fill one canonical table.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The canonical table.
    pub table: String,
    /// Its columns that are filled.
    pub fields: BTreeMap<String, Field>,
    /// What makes a row.
    pub rows: Rows,
    /// SQL: the records that concern this table; all when it is missing.
    pub condition: Option<String>,
}

/// What makes a row of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The columns that hold several elements each of which makes a row, outer ones first; empty: the record itself.
    pub explode: Vec<String>,
    /// What separates the elements where they are text.
    pub separator: Option<String>,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    /// Not known: what can be read in two ways is refused.
    #[default]
    Unknown,
    /// A point before decimals.
    Point,
    /// A comma before decimals.
    Comma,
}

/// A mapping: how an export is recognised, read and converted.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// `vendor/name`.
    pub id: String,
    /// The file that declares it, as shown to users.
    pub file: String,
    /// What the export is.
    pub title: String,
    /// Each entry is a list of alternative column names of which the file must have one.
    pub matches: Vec<Vec<String>>,
    /// How many known columns beyond `matches` the file must have.
    pub matches_more: usize,
    /// Lower-case words that mean missing, besides the empty text.
    pub null: BTreeSet<String>,
    /// The first of these columns that the file has orders the versions of a record, as a whole number.
    pub latest: Vec<String>,
    /// Time zone of local times.
    pub zone: Option<Tz>,
    /// The format, when it is not to be sniffed.
    pub format: Option<FileFormat>,
    /// The separator of a CSV file (ASCII), when it is not to be sniffed.
    pub separator: Option<u8>,
    /// The columns of a file that has no header line.
    pub header: Option<Vec<String>>,
    /// The sheet of a workbook; missing: the first one that holds records.
    pub sheet: Option<String>,
    /// How its numbers are written.
    pub decimal: Decimal,
    /// JSON: dotted path to the array of records.
    pub records: Option<String>,
    /// Columns made by a regular expression.
    pub pattern: Option<Pattern>,
    /// Rows left out on purpose: name and SQL condition.
    pub ignore: Vec<(String, String)>,
    /// The tables that are filled; the first is the mapping's own.
    pub feeds: Vec<Feed>,
}

impl Mapping {
    /// The names of raw columns that the mapping refers to, apart from those inside SQL; without the groups of its pattern.
    #[must_use]
    pub fn raw_columns(&self) -> BTreeSet<&str> {
        let mut names: BTreeSet<&str> = self.matches.iter().flatten().map(String::as_str).collect();
        for field in self.feeds.iter().flat_map(|feed| feed.fields.values()) {
            match &field.origin {
                Origin::Column(columns, _) | Origin::First(columns) | Origin::Join { columns, .. } => {
                    names.extend(columns.iter().map(String::as_str));
                }
                Origin::Constant(_) | Origin::Sql(_) => {}
            }
            names.extend(field.plus.iter().map(String::as_str));
        }
        names.extend(self.latest.iter().map(String::as_str));
        names.extend(self.feeds.iter().flat_map(|feed| &feed.rows.explode).map(String::as_str));
        if let Some(pattern) = &self.pattern {
            for group in pattern.expression.capture_names().flatten() {
                names.remove(group);
            }
            names.insert(&pattern.column);
        }
        names
    }

    /// The feeds by what makes their rows: a file is read once for each group. The first holds the mapping's own table.
    #[must_use]
    pub fn passes(&self) -> Vec<Vec<&Feed>> {
        let mut passes: Vec<Vec<&Feed>> = Vec::new();
        for feed in &self.feeds {
            match passes.iter_mut().find(|pass| pass[0].rows == feed.rows) {
                Some(pass) => pass.push(feed),
                None => passes.push(vec![feed]),
            }
        }
        passes
    }

    /// The SQL expressions of the mapping: its conditions, then those of its columns.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        let fields = self.feeds.iter().flat_map(|feed| feed.fields.values());
        let columns = fields.filter_map(|field| match &field.origin {
            Origin::Sql(sql) => Some(sql.as_str()),
            _ => None,
        });
        let conditions = self.feeds.iter().filter_map(|feed| feed.condition.as_deref());
        self.ignore.iter().map(|(_, sql)| sql.as_str()).chain(conditions).chain(columns)
    }
}
