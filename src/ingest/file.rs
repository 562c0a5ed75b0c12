//! One export from its first byte to typed rows: the entry point of ingestion, and what can stop it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use chrono_tz::Tz;

use super::batch::Batch;
use super::expressions::Expressions;
use super::feed::Feeding;
use super::finding::{Finding, Reject};
use super::open::Progress;
use super::reader::chunk::Chunk;
use super::reader::{self, Request, Source};
use super::recognise::wanted_columns;
use crate::declaration::mapping::{Feed, Mapping};
use crate::declaration::table::Table;

/// What a sink may fail with.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Takes what is read, as it is read.
pub trait Sink {
    /// Takes typed rows of one table.
    ///
    /// # Errors
    /// When it cannot; reading stops.
    fn batch(&mut self, batch: Batch) -> Result<(), SinkError>;

    /// Takes records that were refused.
    ///
    /// # Errors
    /// When it cannot; reading stops.
    fn rejects(&mut self, rejects: Vec<Reject>) -> Result<(), SinkError>;

    /// Hears how far reading has come: bytes of the file before decompression, and records.
    fn progress(&mut self, bytes: u64, rows: u64);
}

/// Records of one file that were given to one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// The table.
    pub table: String,
    /// Records given to it.
    pub read: u64,
    /// Those of them that it refused; all others are in batches.
    pub rejected: u64,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The mapping by which it was read.
    pub mapping: String,
    /// Its tables, the mapping's own first.
    pub tables: Vec<TableCount>,
    /// Records that were left out on purpose, by name.
    pub ignored: Vec<(String, u64)>,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// Adds what came of another pass over the same file.
    fn add(&mut self, other: Self) {
        self.mapping = other.mapping;
        for table in other.tables {
            match self.tables.iter_mut().find(|known| known.table == table.table) {
                Some(known) => {
                    known.read += table.read;
                    known.rejected += table.rejected;
                }
                None => self.tables.push(table),
            }
        }
        self.ignored.extend(other.ignored);
        for finding in other.findings {
            let same = |known: &Finding| known.column == finding.column && known.expected == finding.expected;
            if !self.findings.iter().any(same) {
                self.findings.push(finding);
            }
        }
    }
}

/// Why a file could not be read to its end.
#[derive(Debug)]
pub enum ReadError {
    /// It cannot be opened, decompressed or split into records.
    File {
        /// The file, as shown to users.
        file: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The mapping does not work.
    Mapping {
        /// The mapping's file.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// The rows could not be taken.
    Sink(SinkError),
}

impl ReadError {
    pub(super) fn expression(mapping: &Mapping, place: &str, sql: &str, message: &str) -> Self {
        let message = format!("{place}: the SQL `{sql}` cannot be evaluated: {message}");
        Self::Mapping { file: mapping.file.clone(), message }
    }

    pub(super) fn table(mapping: &Mapping, table: &str) -> Self {
        Self::Mapping { file: mapping.file.clone(), message: format!("there is no table `{table}`") }
    }

    pub(super) fn file(name: &str) -> impl Fn(io::Error) -> Self {
        move |source| Self::File { file: name.to_string(), source }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, source } => write!(f, "{file}: {source}"),
            Self::Mapping { file, message } => write!(f, "{file}: {message}"),
            Self::Sink(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Mapping { .. } => None,
            Self::Sink(error) => Some(error.as_ref()),
        }
    }
}

/// A file that can be read from its start more than once.
pub(super) struct Input<'a> {
    path: &'a Path,
    mapping: &'a Mapping,
    explode: &'a [String],
    is_table: bool,
    wanted: Vec<String>,
}

impl<'a> Input<'a> {
    fn new(path: &'a Path, mapping: &'a Mapping, pass: &[&'a Feed]) -> io::Result<Self> {
        let explode = pass.first().map(|feed| feed.rows.explode.as_slice()).unwrap_or_default();
        let (format, ..) = reader::open(path, &Request::of(mapping, explode, &[]))?;
        let is_table = !reader::is_json(format);
        let wanted = if is_table { Vec::new() } else { wanted_columns(mapping, pass) };
        Ok(Self { path, mapping, explode, is_table, wanted })
    }

    pub(super) fn open(&self) -> io::Result<(Box<dyn Source>, Progress)> {
        let (_, source, progress) = reader::open(self.path, &Request::of(self.mapping, self.explode, &self.wanted))?;
        Ok((source, progress))
    }
}

/// How a file is to be read.
pub struct Reading<'a> {
    /// The file.
    pub path: &'a Path,
    /// The file as shown to users.
    pub name: &'a str,
    /// What its columns mean.
    pub mapping: &'a Mapping,
    /// The canonical tables.
    pub tables: &'a BTreeMap<String, Table>,
    /// Zone of local times in it: the export's, else the mapping's, else the project's.
    pub zone: Tz,
    /// What evaluates the mapping's SQL.
    pub expressions: &'a dyn Expressions,
}

impl Reading<'_> {
    /// Reads the file and hands typed rows and rejects to `sink`.
    ///
    /// # Errors
    /// When the file cannot be read to its end, an SQL expression of the mapping does not work, or the sink fails. What the sink
    /// has taken by then is part of the file only.
    pub fn all(&self, sink: &mut dyn Sink) -> Result<Outcome, ReadError> {
        self.read(sink, false)
    }

    /// Reads the first records of the file, as `all` would.
    ///
    /// # Errors
    /// As `all`.
    pub fn first(&self, sink: &mut dyn Sink) -> Result<Outcome, ReadError> {
        self.read(sink, true)
    }

    fn read(&self, sink: &mut dyn Sink, first_only: bool) -> Result<Outcome, ReadError> {
        let Reading { path, name, mapping, tables, zone, expressions } = *self;
        let at = ReadError::file(name);
        let passes = mapping.passes();
        let mut total = Outcome::default();
        for (index, pass) in passes.iter().enumerate() {
            let input = Input::new(path, mapping, pass).map_err(&at)?;
            let (mut source, progress) = input.open().map_err(&at)?;
            let mut feeding =
                Feeding::new(name, mapping, pass, index == 0, source.names(), input.is_table, tables, zone)?;
            let mut chunk = Chunk::new(source.names().len());
            let mut more = true;
            while more {
                more = source.read(&mut chunk).map_err(&at)? && !first_only;
                let full = std::mem::replace(&mut chunk, Chunk::new(source.names().len()));
                feeding.feed(full, &input, expressions, sink)?;
                if index == 0 {
                    sink.progress(progress.bytes(), feeding.records());
                }
            }
            total.add(feeding.finish(source.mended()));
        }
        Ok(total)
    }
}
