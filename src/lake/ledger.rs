//! The ledger of a lake: which files were read, what was rejected and why, what was doubtful.

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::delta::LakeError;
use super::frame::instant_type;
use super::store::{Lake, write_parquet};

/// The ledger's tables with what one row of each is.
pub const LEDGER_TABLES: &[(&str, &str)] = &[
    ("files", "what one file gave to one table"),
    ("rejects", "one record that could not be taken, as it was, with the reasons"),
    ("findings", "one kind of value in one column of one file that did not convert, with examples"),
];

/// The lake's name of a ledger table.
pub fn ledger_table(name: &str) -> String {
    format!("ledger/{name}")
}

/// A ledger table without rows, for queries before there are any.
pub fn empty_ledger(name: &str) -> DataFrame {
    let columns: &[(&str, DataType)] = match name {
        "files" => &[
            ("file", DataType::String),
            ("digest", DataType::String),
            ("mapping", DataType::String),
            ("reading", DataType::String),
            ("table", DataType::String),
            ("read", DataType::Int64),
            ("accepted", DataType::Int64),
            ("rejected", DataType::Int64),
            ("unchanged", DataType::Int64),
            ("ignored", DataType::String),
        ],
        "rejects" => &[
            ("table", DataType::String),
            ("mapping", DataType::String),
            ("file", DataType::String),
            ("digest", DataType::String),
            ("row", DataType::Int64),
            ("reasons", DataType::String),
            ("raw", DataType::String),
        ],
        _ => &[
            ("level", DataType::String),
            ("file", DataType::String),
            ("digest", DataType::String),
            ("mapping", DataType::String),
            ("column", DataType::String),
            ("expected", DataType::String),
            ("count", DataType::Int64),
            ("examples", DataType::String),
        ],
    };
    let at = [("_ingested_at", instant_type())];
    let columns = columns.iter().chain(&at).map(|(name, kind)| Column::new_empty((*name).into(), kind)).collect();
    DataFrame::new(0, columns).unwrap_or_default()
}

/// What one file gave to one table; read = accepted + rejected + unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// The file as the project knows it.
    pub file: String,
    /// Digest of its bytes, as hexadecimal text.
    pub digest: String,
    /// The mapping's id.
    pub mapping: String,
    /// Digest of everything that decides how the file is read: mapping, table declarations, zone.
    pub reading: String,
    /// The canonical table.
    pub table: String,
    /// Records read for that table.
    pub read: u64,
    /// Records that were new versions.
    pub accepted: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Records that the lake had already.
    pub unchanged: u64,
    /// Records left out on purpose, by name, as JSON.
    pub ignored: String,
    /// When, µs UTC.
    pub ingested_at: i64,
}

impl FileRecord {
    /// The rows of `ledger/files`, in the order of ingestion.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn read_all(lake: &Lake) -> Result<Vec<Self>, LakeError> {
        let Some(rows) = lake.scan(&ledger_table("files"))? else { return Ok(Vec::new()) };
        let frame = rows.sort(["_ingested_at", "file", "table"], SortMultipleOptions::default()).collect()?;
        let text = |name: &str, row: usize| -> Result<String, LakeError> {
            Ok(frame.column(name)?.str()?.get(row).unwrap_or_default().to_string())
        };
        let count = |name: &str, row: usize| -> Result<u64, LakeError> {
            Ok(frame.column(name)?.i64()?.get(row).and_then(|value| u64::try_from(value).ok()).unwrap_or(0))
        };
        let at = frame.column("_ingested_at")?.cast(&DataType::Int64)?;
        (0..frame.height())
            .map(|row| {
                Ok(Self {
                    file: text("file", row)?,
                    digest: text("digest", row)?,
                    mapping: text("mapping", row)?,
                    reading: text("reading", row)?,
                    table: text("table", row)?,
                    read: count("read", row)?,
                    accepted: count("accepted", row)?,
                    rejected: count("rejected", row)?,
                    unchanged: count("unchanged", row)?,
                    ignored: text("ignored", row)?,
                    ingested_at: at.i64()?.get(row).unwrap_or(0),
                })
            })
            .collect()
    }

    fn frame(records: &[Self]) -> Result<DataFrame, LakeError> {
        let text = |name: &str, value: fn(&Self) -> &str| {
            Column::new(name.into(), records.iter().map(value).collect::<Vec<_>>())
        };
        let count = |name: &str, value: fn(&Self) -> u64| {
            let values: Vec<i64> =
                records.iter().map(|record| i64::try_from(value(record)).unwrap_or(i64::MAX)).collect();
            Column::new(name.into(), values)
        };
        let at: Vec<i64> = records.iter().map(|record| record.ingested_at).collect();
        Ok(DataFrame::new(
            records.len(),
            vec![
                text("file", |r| &r.file),
                text("digest", |r| &r.digest),
                text("mapping", |r| &r.mapping),
                text("reading", |r| &r.reading),
                text("table", |r| &r.table),
                count("read", |r| r.read),
                count("accepted", |r| r.accepted),
                count("rejected", |r| r.rejected),
                count("unchanged", |r| r.unchanged),
                text("ignored", |r| &r.ignored),
                Column::new("_ingested_at".into(), at).cast(&instant_type())?,
            ],
        )?)
    }
}

impl Lake {
    /// Appends what was read from files to `ledger/files`: the last commit of an ingestion, which makes it complete. Of
    /// two that read the same files when the ledger had the same number of rows, `recorded`, only the first is kept.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn record_files(&self, records: &[FileRecord], recorded: usize) -> Result<(), LakeError> {
        if records.is_empty() {
            return Ok(());
        }
        let frame = FileRecord::frame(records)?;
        let names: Vec<&str> = records.iter().flat_map(|r| [r.digest.as_str(), &r.reading, &r.table]).collect();
        let content = format!("{recorded}\n{}", names.join("\n"));
        self.record("files", vec![(xxh3_128(content.as_bytes()), frame)])
    }

    /// Appends frames to a ledger table in one commit; a frame whose fingerprint is there already is left out, so that
    /// an ingestion that was interrupted can be repeated.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn record(&self, name: &str, frames: Vec<(u128, DataFrame)>) -> Result<(), LakeError> {
        let Some((_, first)) = frames.first() else { return Ok(()) };
        let mut delta = self.open_or_create(&ledger_table(name), first.schema(), "ledger of ingestion")?;
        let stem = |fingerprint: u128| format!("part-{fingerprint:032x}");
        let present: BTreeSet<String> = delta.files()?.iter().filter_map(|path| stem_of(path)).collect();
        let mut files = Vec::new();
        for (fingerprint, mut frame) in frames {
            if frame.height() == 0 || present.contains(&stem(fingerprint)) {
                continue;
            }
            // With the moment in its name, a file that another process committed is never written over.
            let at = frame.column("_ingested_at")?.cast(&DataType::Int64)?.i64()?.max().unwrap_or(0);
            let file = format!("{}-{at:x}.parquet", stem(fingerprint));
            write_parquet(&delta.folder().join(&file), &mut frame)?;
            files.push((file, frame.height()));
        }
        if files.is_empty() { Ok(()) } else { delta.commit(self.runtime(), &files, false) }
    }
}

/// The part of a data file's name that tells its content.
fn stem_of(path: &Path) -> Option<String> {
    let name = path.file_stem()?.to_str()?;
    Some(name.rsplit_once('-').filter(|(stem, _)| stem.contains('-')).map_or(name, |(stem, _)| stem).to_string())
}
