//! What a file is: the mapping that fits it, or a draft of one, with its first rows as they would be understood.

use std::path::Path;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;

use super::failure::Failure;
use crate::declaration::definitions::Definitions;
use crate::declaration::mapping::Mapping;
use crate::ingest::draft::{Draft, draft};
use crate::ingest::recognise::{Peek, Unrecognised, peek, recognise};
use crate::ingest::sql::Sql;
use crate::ingest::{Batch, Finding, Outcome, Reading, Reject, Sink, SinkError, Values};

/// Rows that are shown of each table.
const SHOWN: usize = 2;

/// A row as column and value, without the columns that are missing.
pub type ShownRow = Vec<(String, String)>;

/// What was found out about a file.
#[derive(Clone, Debug)]
pub struct Sniffed {
    /// Its format, in a word.
    pub format: &'static str,
    /// Its columns.
    pub columns: usize,
    /// The mapping that reads it.
    pub mapping: Mapping,
    /// The draft, when no mapping was known that fits.
    pub draft: Option<Draft>,
    /// How sure that is: the share of the file's columns that the mapping uses, or how well the names of a draft fit; 0 to 1.
    pub confidence: f64,
    /// Columns that are not used.
    pub unused: Vec<String>,
    /// The first rows of each table, as column and value.
    pub rows: Vec<(String, Vec<ShownRow>)>,
    /// Records read for each table and refused by it, of the first ones.
    pub counts: Vec<(String, u64, u64)>,
    /// What was doubtful in the first records.
    pub findings: Vec<Finding>,
    /// The first record that was refused.
    pub refused: Option<Reject>,
}

/// Keeps the first rows.
#[derive(Default)]
struct First {
    rows: Vec<(String, Vec<ShownRow>)>,
    refused: Option<Reject>,
}

impl Sink for First {
    fn batch(&mut self, batch: Batch) -> Result<(), SinkError> {
        let place = match self.rows.iter().position(|(table, _)| *table == batch.table) {
            Some(place) => place,
            None => {
                self.rows.push((batch.table.clone(), Vec::new()));
                self.rows.len() - 1
            }
        };
        let shown = &mut self.rows[place].1;
        for row in 0..batch.len().min(SHOWN.saturating_sub(shown.len())) {
            let cells = batch.columns.iter().filter_map(|(name, values)| Some((name.clone(), cell(values, row)?)));
            shown.push(cells.collect());
        }
        Ok(())
    }

    fn rejects(&mut self, rejects: Vec<Reject>) -> Result<(), SinkError> {
        self.refused = self.refused.take().or_else(|| rejects.into_iter().next());
        Ok(())
    }

    fn progress(&mut self, _bytes: u64, _rows: u64) {}
}

fn cell(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Text(values) => values[row].clone(),
        Values::Integer(values) => values[row].map(|value| value.to_string()),
        Values::Number(values) => values[row].map(|value| value.to_string()),
        Values::Boolean(values) => values[row].map(|value| value.to_string()),
        Values::Instant(values) => {
            let instant = DateTime::from_timestamp_micros(values[row]?)?;
            Some(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
    }
}

/// Finds out what a file is; `zone` is that of local times where its mapping names none.
///
/// # Errors
/// When the file cannot be read, or when no mapping is the one that fits and none can be drafted.
pub fn sniff(path: &Path, definitions: &Definitions, zone: Tz) -> Result<Sniffed, Failure> {
    let failed = |reason: String| Failure::usage(format!("{}: {reason}", path.display()));
    let mappings: Vec<&Mapping> = definitions.mappings.values().collect();
    let peeked = peek(path).map_err(|error| failed(error.to_string()))?;
    let (mapping, confidence, unused, draft) = match recognise(path, &mappings) {
        Ok(found) => (found.mapping.clone(), found.confidence, found.unknown, None),
        Err(error @ (Unrecognised::None(_) | Unrecognised::Ambiguous(_))) => {
            let drafted = drafted(path, &peeked, definitions).map_err(|reason| failed(format!("{error}; {reason}")))?;
            (drafted.mapping.clone(), drafted.confidence, drafted.unplaced.clone(), Some(drafted))
        }
        Err(error) => return Err(failed(error.to_string())),
    };
    let mut first = First::default();
    let name = path.display().to_string();
    let zone = mapping.zone.unwrap_or(zone);
    let outcome: Outcome =
        Reading { path, name: &name, mapping: &mapping, tables: &definitions.tables, zone, expressions: &Sql }
            .first(&mut first)
            .map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Sniffed {
        format: peeked.format,
        columns: peeked.names.len(),
        mapping,
        draft,
        confidence,
        unused,
        rows: first.rows,
        counts: outcome.tables.into_iter().map(|table| (table.table, table.read, table.rejected)).collect(),
        findings: outcome.findings,
        refused: first.refused,
    })
}

fn drafted(path: &Path, peeked: &Peek, definitions: &Definitions) -> Result<Draft, String> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    draft(&draft_id(path), &file, peeked, &definitions.tables).map_err(|error| error.to_string())
}

/// The id of a draft for a file: `own/` and its name in small letters, digits and underscores, without digits at its end, which tell
/// the exports of one kind apart.
#[must_use]
pub fn draft_id(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').trim_matches('_');
    format!("own/{}", if plain.is_empty() { "export" } else { plain })
}
