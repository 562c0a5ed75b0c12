//! One ingestion at work: batches go to the appenders of their tables, rejects and findings to the ledger, and what every
//! file gave is recorded last.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use polars::prelude::{Column, DataFrame};
use xxhash_rust::xxh3::xxh3_128;

use super::batch::{Batch, Values};
use super::crew::{Event, Planned};
use super::finding::{Finding, Reject};
use super::load::{FileReport, OnProgress, Source, TableReport, failed};
use crate::declaration::definitions::Definitions;
use crate::declaration::issue::Level;
use crate::declaration::mapping::Mapping;
use crate::lake::{self, Appender, FileRecord, Lake, LakeError, Origin};

/// What an ingestion gathers before it is committed.
pub(super) struct Work<'a> {
    definitions: &'a Definitions,
    lake: &'a Lake,
    now: i64,
    finished: BTreeSet<String>,
    recorded: usize,
    appenders: BTreeMap<String, Appender<'a>>,
    records: Vec<FileRecord>,
    rejects: Vec<(u128, DataFrame)>,
    findings: Vec<(u128, DataFrame)>,
}

fn column(name: &str, values: Values) -> Result<Column, LakeError> {
    let name = name.into();
    Ok(match values {
        Values::Text(values) => Column::new(name, values),
        Values::Integer(values) => Column::new(name, values),
        Values::Number(values) => Column::new(name, values),
        Values::Boolean(values) => Column::new(name, values),
        Values::Instant(values) => Column::new(name, values).cast(&lake::instant_type())?,
    })
}

impl<'a> Work<'a> {
    /// Work that has gathered nothing yet; `finished` are the digests of files whose ingestion is complete,
    /// `recorded` is the number of rows that the ledger of files had.
    pub(super) fn new(
        definitions: &'a Definitions,
        lake: &'a Lake,
        now: i64,
        finished: BTreeSet<String>,
        recorded: usize,
    ) -> Self {
        Self {
            definitions,
            lake,
            now,
            finished,
            recorded,
            appenders: BTreeMap::new(),
            records: Vec::new(),
            rejects: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn appender(&mut self, table: &str) -> Result<&mut Appender<'a>, LakeError> {
        if !self.appenders.contains_key(table) {
            let declared = self.definitions.tables.get(table).ok_or_else(|| unknown_table(table))?;
            let appender = Appender::open(self.lake, declared, self.now, &self.finished)?;
            self.appenders.insert(table.to_string(), appender);
        }
        self.appenders.get_mut(table).ok_or_else(|| unknown_table(table))
    }

    /// Keeps in the ledger that a file could not be read, and why.
    pub(super) fn unread(&mut self, source: &Source, digest: &str, error: &str) -> Result<(), LakeError> {
        let finding = Finding {
            level: Level::Error,
            file: source.name.clone(),
            column: String::new(),
            expected: error.to_string(),
            count: 1,
            examples: Vec::new(),
        };
        let fingerprint = xxh3_128(format!("{digest}{}{error}", source.name).as_bytes());
        self.findings.push((fingerprint, findings_frame(&[finding], "", digest, self.now)?));
        Ok(())
    }

    fn append(&mut self, batch: Batch, origin: &Origin) -> Result<(u64, u64), LakeError> {
        let Batch { table, columns, rows, version } = batch;
        let columns = columns.into_iter().map(|(name, values)| column(&name, values)).collect::<Result<Vec<_>, _>>()?;
        let frame = DataFrame::new(rows.len(), columns)?;
        let counts = self.appender(&table)?.push(frame, &rows, &version, origin)?;
        Ok((counts.accepted, counts.unchanged))
    }

    /// Takes what one file gives, to its end.
    pub(super) fn read(
        &mut self,
        source: &Source,
        planned: &Planned<'_>,
        events: &Receiver<Event<'_>>,
        progress: OnProgress,
    ) -> Result<FileReport, LakeError> {
        let Planned { digest, reading, mapping, .. } = planned;
        let origin = Origin { mapping: mapping.id.clone(), file: source.name.clone(), digest: digest.clone() };
        let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        let mut rejects: Vec<Reject> = Vec::new();
        let mut outcome = Err("reading it ended early".to_string());
        for event in events {
            match event {
                Event::Batch(batch) => {
                    let table = batch.table.clone();
                    let (accepted, unchanged) = self.append(batch, &origin)?;
                    let entry = counts.entry(table).or_default();
                    *entry = (entry.0 + accepted, entry.1 + unchanged);
                }
                Event::Rejects(more) => rejects.extend(more),
                Event::Progress(bytes, rows) => progress(source, bytes, rows),
                Event::End(end) => outcome = end.map_err(|error| error.to_string()),
                Event::Look(_) => {}
            }
        }
        let outcome = match outcome {
            Ok(outcome) => outcome,
            // What was read before the error stays; without an entry in the ledger the file is read again next time.
            Err(error) => {
                self.unread(source, digest, &error)?;
                return Ok(failed(source, error));
            }
        };
        for table in &outcome.tables {
            if let Some(appender) = self.appenders.get_mut(&table.table) {
                let returned = appender.end_of_file()?.accepted;
                let entry = counts.entry(table.table.clone()).or_default();
                *entry = (entry.0 + returned, entry.1 - returned.min(entry.1));
            }
        }
        let tables: Vec<TableReport> = outcome
            .tables
            .iter()
            .map(|table| {
                let (accepted, unchanged) = counts.get(&table.table).copied().unwrap_or_default();
                TableReport {
                    table: table.table.clone(),
                    read: table.read,
                    accepted,
                    rejected: table.rejected,
                    unchanged,
                }
            })
            .collect();
        for table in &tables {
            self.records.push(FileRecord {
                file: source.name.clone(),
                digest: digest.clone(),
                mapping: mapping.id.clone(),
                reading: reading.clone(),
                table: table.table.clone(),
                read: table.read,
                accepted: table.accepted,
                rejected: table.rejected,
                unchanged: table.unchanged,
                // Pairs of text and number always become JSON.
                ignored: serde_json::to_string(&outcome.ignored).unwrap_or_default(),
                ingested_at: self.now,
            });
        }
        let fingerprint = xxh3_128(format!("{digest}{reading}").as_bytes());
        self.rejects.push((fingerprint, rejects_frame(&rejects, source, mapping, digest, self.now)?));
        self.findings.push((fingerprint, findings_frame(&outcome.findings, &mapping.id, digest, self.now)?));
        Ok(FileReport {
            name: source.name.clone(),
            mapping: Some(mapping.id.clone()),
            tables,
            ignored: outcome.ignored,
            findings: outcome.findings,
            known: false,
            error: None,
        })
    }

    /// Tables first, each in one commit; then rejects and findings; then the ledger of files, which makes it complete.
    pub(super) fn finish(self) -> Result<(), LakeError> {
        for appender in self.appenders.into_values() {
            appender.finish()?;
        }
        let filled =
            |frames: Vec<(u128, DataFrame)>| frames.into_iter().filter(|(_, frame)| frame.height() > 0).collect();
        self.lake.record("rejects", filled(self.rejects))?;
        self.lake.record("findings", filled(self.findings))?;
        self.lake.record_files(&self.records, self.recorded)
    }
}

fn unknown_table(table: &str) -> LakeError {
    LakeError::Io(
        PathBuf::from(table),
        std::io::Error::new(std::io::ErrorKind::NotFound, "the mapping fills a table that is not declared"),
    )
}

fn rejects_frame(
    rejects: &[Reject],
    source: &Source,
    mapping: &Mapping,
    digest: &str,
    now: i64,
) -> Result<DataFrame, LakeError> {
    let count = rejects.len();
    let text = |name: &str, values: Vec<String>| Column::new(name.into(), values);
    let rows: Vec<i64> = rejects.iter().map(|reject| i64::try_from(reject.row).unwrap_or(i64::MAX)).collect();
    Ok(DataFrame::new(
        count,
        vec![
            text("table", rejects.iter().map(|reject| reject.table.clone()).collect()),
            text("mapping", vec![mapping.id.clone(); count]),
            text("file", vec![source.name.clone(); count]),
            text("digest", vec![digest.to_string(); count]),
            Column::new("row".into(), rows),
            text("reasons", rejects.iter().map(|reject| reject.reasons.join("; ")).collect()),
            text("raw", rejects.iter().map(|reject| reject.raw.clone()).collect()),
            Column::new("_ingested_at".into(), vec![now; count]).cast(&lake::instant_type())?,
        ],
    )?)
}

fn findings_frame(findings: &[Finding], mapping: &str, digest: &str, now: i64) -> Result<DataFrame, LakeError> {
    let count = findings.len();
    let text = |name: &str, values: Vec<String>| Column::new(name.into(), values);
    let counts: Vec<i64> = findings.iter().map(|finding| i64::try_from(finding.count).unwrap_or(i64::MAX)).collect();
    // Pairs of number and text always become JSON.
    let examples = |finding: &Finding| serde_json::to_string(&finding.examples).unwrap_or_default();
    Ok(DataFrame::new(
        count,
        vec![
            text("level", findings.iter().map(|finding| format!("{:?}", finding.level).to_lowercase()).collect()),
            text("file", findings.iter().map(|finding| finding.file.clone()).collect()),
            text("digest", vec![digest.to_string(); count]),
            text("mapping", vec![mapping.to_string(); count]),
            text("column", findings.iter().map(|finding| finding.column.clone()).collect()),
            text("expected", findings.iter().map(|finding| finding.expected.clone()).collect()),
            Column::new("count".into(), counts),
            text("examples", findings.iter().map(examples).collect()),
            Column::new("_ingested_at".into(), vec![now; count]).cast(&lake::instant_type())?,
        ],
    )?)
}
