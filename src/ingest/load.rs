//! Exports into the lake: finds the files, reads what is new, appends record versions, keeps the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use xxhash_rust::xxh3::xxh3_128;

use super::crew::{self, Event, Look, Planned};
use super::finding::Finding;
use super::open::digest;
use super::recognise::recognise;
use super::work::Work;
use crate::declaration::definitions::Definitions;
use crate::declaration::mapping::Mapping;
use crate::declaration::project::Project;
use crate::lake::{FileRecord, Lake, LakeError};

/// One file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// How users know it: relative to the project.
    pub name: String,
    /// The mapping that the project declares for it.
    pub mapping: Option<String>,
    /// The zone of its local times that the project declares.
    pub zone: Option<Tz>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// What one file gave to one table; read = accepted + rejected + unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableReport {
    /// The table.
    pub table: String,
    /// Records read for it.
    pub read: u64,
    /// New record versions.
    pub accepted: u64,
    /// Records refused.
    pub rejected: u64,
    /// Records that the lake had.
    pub unchanged: u64,
}

/// What came of one file.
#[derive(Clone, Debug, Default)]
pub struct FileReport {
    /// The file.
    pub name: String,
    /// The mapping's id, where one was found.
    pub mapping: Option<String>,
    /// What it gave to each table.
    pub tables: Vec<TableReport>,
    /// Records left out on purpose, by name.
    pub ignored: Vec<(String, u64)>,
    /// What was doubtful in it; empty for a file that was read by an earlier run.
    pub findings: Vec<Finding>,
    /// Whether an earlier run had read exactly this file, so that it was not read again.
    pub known: bool,
    /// Why it could not be read.
    pub error: Option<String>,
}

/// What came of an ingestion.
#[derive(Clone, Debug, Default)]
pub struct IngestReport {
    /// One entry a file, in the order of reading.
    pub files: Vec<FileReport>,
    /// Globs of the project that matched no file.
    pub empty_globs: Vec<String>,
}

impl IngestReport {
    /// The largest share of rejected records in any file; a file that could not be read counts as 1.
    pub fn worst_rejected_share(&self) -> f64 {
        let share = |file: &FileReport| {
            if file.error.is_some() {
                return 1.0;
            }
            let share = |table: &TableReport| table.rejected as f64 / (table.read.max(1)) as f64;
            file.tables.iter().map(share).fold(0.0, f64::max)
        };
        self.files.iter().map(share).fold(0.0, f64::max)
    }
}

/// What a reader of progress is told: file, bytes read so far in it, records read so far in it.
pub type OnProgress<'a> = &'a mut dyn FnMut(&Source, u64, u64);

/// The files that a project's exports name, in the order of the entries and of the names, each once.
///
/// # Errors
/// When a glob is malformed.
pub fn sources(project: &Project) -> Result<(Vec<Source>, Vec<String>), String> {
    let mut found: Vec<Source> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut empty = Vec::new();
    for export in &project.exports {
        // The project's own folder is no pattern, whatever its name.
        let root = PathBuf::from(glob::Pattern::escape(&project.root.to_string_lossy()));
        let paths = glob::glob(&root.join(&export.files).to_string_lossy())
            .map_err(|error| format!("exports `{}`: not a glob: {error}", export.files))?;
        let mut paths: Vec<PathBuf> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
        paths.sort();
        if paths.is_empty() {
            empty.push(export.files.clone());
        }
        for path in paths {
            if seen.insert(path.clone()) {
                found.push(source(project, &path, export.mapping.clone(), export.zone));
            }
        }
    }
    Ok((found, empty))
}

/// One file as a source of a project; what its exports say of it holds where they name it.
pub fn source(project: &Project, path: &Path, mapping: Option<String>, zone: Option<Tz>) -> Source {
    let name = path.strip_prefix(&project.root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let bytes = std::fs::metadata(path).map_or(0, |data| data.len());
    Source { path: path.to_path_buf(), name, mapping, zone, bytes }
}

/// Reads files into the lake, several at once. A file that cannot be read is reported and the rest goes on.
///
/// # Errors
/// When the lake cannot be read or written; then nothing of this ingestion counts as read, and the next one completes it.
pub fn ingest(
    project: &Project,
    definitions: &Definitions,
    lake: &Lake,
    sources: &[Source],
    now: i64,
    progress: OnProgress,
) -> Result<IngestReport, LakeError> {
    let ledger = FileRecord::read_all(lake)?;
    let finished: BTreeSet<String> = ledger.iter().map(|record| record.digest.clone()).collect();
    let mut work = Work::new(definitions, lake, now, finished, ledger.len());
    let mut report = IngestReport::default();
    let mut read_now: BTreeMap<(String, String), usize> = BTreeMap::new();
    let look = |source: &Source| look(project, definitions, &ledger, source);
    crew::read(sources, &definitions.tables, &look, &mut |source, events| {
        let file = match events.recv() {
            Ok(Event::Look(Look::Known(known))) => {
                progress(source, source.bytes, known.tables.iter().map(|table| table.read).max().unwrap_or(0));
                known
            }
            Ok(Event::Look(Look::Unread(digest, message))) => {
                if let Some(digest) = digest {
                    work.unread(source, &digest, &message)?;
                }
                failed(source, message)
            }
            Ok(Event::Look(Look::Read(planned))) => {
                let content = (planned.digest.clone(), planned.reading.clone());
                // The same content under two names is read once: every row would be unchanged.
                match read_now.get(&content) {
                    Some(first) => unchanged(source, &report.files[*first]),
                    None => {
                        read_now.insert(content, report.files.len());
                        work.read(source, &planned, &events, progress)?
                    }
                }
            }
            _ => failed(source, "reading it ended early".to_string()),
        };
        report.files.push(file);
        Ok::<(), LakeError>(())
    })?;
    work.finish()?;
    Ok(report)
}

/// What is to be done with a file.
fn look<'d>(project: &Project, definitions: &'d Definitions, ledger: &[FileRecord], source: &Source) -> Look<'d> {
    let digest = match digest(&source.path) {
        Ok(digest) => digest,
        Err(error) => return Look::Unread(None, format!("cannot be read: {error}")),
    };
    if let Some(known) = known(ledger, definitions, project, source, &digest) {
        return Look::Known(known);
    }
    match choose(definitions, source) {
        Ok(mapping) => {
            let zone = zone_of(project, source, mapping);
            Look::Read(Planned { digest, reading: reading(definitions, mapping, zone), mapping, zone })
        }
        Err(message) => Look::Unread(Some(digest), message),
    }
}

/// The report of a file that could not be read.
pub(super) fn failed(source: &Source, error: String) -> FileReport {
    FileReport { name: source.name.clone(), error: Some(error), ..FileReport::default() }
}

fn unchanged(source: &Source, first: &FileReport) -> FileReport {
    let tables = first
        .tables
        .iter()
        .map(|table| TableReport { accepted: 0, unchanged: table.accepted + table.unchanged, ..table.clone() })
        .collect();
    FileReport { name: source.name.clone(), tables, known: true, findings: Vec::new(), ..first.clone() }
}

fn choose<'d>(definitions: &'d Definitions, source: &Source) -> Result<&'d Mapping, String> {
    if let Some(id) = &source.mapping {
        return definitions.mappings.get(id).ok_or_else(|| format!("unknown mapping `{id}`"));
    }
    let all: Vec<&Mapping> = definitions.mappings.values().collect();
    recognise(&source.path, &all).map(|found| found.mapping).map_err(|error| error.to_string())
}

fn zone_of(project: &Project, source: &Source, mapping: &Mapping) -> Tz {
    source.zone.or(mapping.zone).unwrap_or(project.zone)
}

/// Everything besides the file's bytes that decides what is read from it.
fn reading(definitions: &Definitions, mapping: &Mapping, zone: Tz) -> String {
    let tables: Vec<_> = mapping.feeds.iter().filter_map(|feed| definitions.tables.get(&feed.table)).collect();
    format!("{:032x}", xxh3_128(format!("{mapping:?}{tables:?}{zone}").as_bytes()))
}

/// What the ledger says about a file that was read before by the mapping that would read it now.
fn known(
    ledger: &[FileRecord],
    definitions: &Definitions,
    project: &Project,
    source: &Source,
    digest: &str,
) -> Option<FileReport> {
    // A file that held something else in between is read again: its records may have returned to an earlier content.
    if ledger.iter().rfind(|record| record.file == source.name).is_some_and(|last| last.digest != digest) {
        return None;
    }
    let records: Vec<&FileRecord> = ledger
        .iter()
        .filter(|record| record.digest == digest)
        .filter(|record| source.mapping.as_ref().is_none_or(|mapping| *mapping == record.mapping))
        .filter(|record| {
            definitions.mappings.get(&record.mapping).is_some_and(|mapping| {
                reading(definitions, mapping, zone_of(project, source, mapping)) == record.reading
            })
        })
        .collect();
    let first = records.first()?;
    let of_first = records.iter().filter(|record| record.mapping == first.mapping && record.file == first.file);
    let tables = of_first
        .map(|record| TableReport {
            table: record.table.clone(),
            read: record.read,
            accepted: 0,
            rejected: record.rejected,
            unchanged: record.read - record.rejected,
        })
        .collect();
    Some(FileReport {
        name: source.name.clone(),
        mapping: Some(first.mapping.clone()),
        tables,
        ignored: serde_json::from_str(&first.ignored).unwrap_or_default(),
        known: true,
        ..FileReport::default()
    })
}
