//! Record versions: each content of each record once, and the view of the newest.

use std::collections::{BTreeSet, HashMap, HashSet};

use polars::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use super::delta::{Delta, LakeError};
use super::frame::{data_type, instant_type};
use super::store::{Lake, sweep, write_parquet};
use crate::declaration::table::{Kind, Table};

/// Rows that are gathered before a data file is written.
const ROWS_PER_FILE: usize = 262_144;

/// Where rows come from: kept with each of them.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The mapping's id.
    pub mapping: String,
    /// The file as the project knows it.
    pub file: String,
    /// Digest of the file's bytes, as hexadecimal text.
    pub digest: String,
}

/// What became of the rows of one file in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New record versions.
    pub accepted: u64,
    /// Rows whose record version the lake had already.
    pub unchanged: u64,
}

/// Appends record versions to one table, in one commit at the end.
///
/// A version is a record's content, told by a 128-bit hash over its columns and the source's own version counter. A
/// content that the table holds already is unchanged, with one exception: a record without a modification time or
/// counter that returns to an earlier content is a new version when it is the last of its key in the file.
pub struct Appender<'a> {
    lake: &'a Lake,
    table: &'a Table,
    delta: Delta,
    ingested_at: i64,
    known: HashSet<u128>,
    interrupted: HashMap<String, HashSet<u128>>,
    /// The newest version's hash by key hash; loaded when the first candidate for a return to old content is met.
    newest: Option<HashMap<u64, u128>>,
    accepted_newest: HashMap<u64, u128>,
    returning: HashMap<u64, (DataFrame, u128)>,
    buffer: Vec<DataFrame>,
    buffered: usize,
    buffer_hash: u128,
    files: Vec<(String, usize)>,
}

impl<'a> Appender<'a> {
    /// Opens the table for appending; `finished` are the digests of the files whose ingestion is complete.
    ///
    /// # Errors
    /// When the table cannot be opened or created, or its hashes cannot be read.
    pub fn open(
        lake: &'a Lake,
        table: &'a Table,
        ingested_at: i64,
        finished: &BTreeSet<String>,
    ) -> Result<Self, LakeError> {
        let delta = lake.open_or_create(&table.name, &schema(table), &table.title)?;
        let mut known = HashSet::new();
        let mut interrupted: HashMap<String, HashSet<u128>> = HashMap::new();
        if let Some(rows) = lake.scan(&table.name)? {
            let frame = rows.select([col("_hash"), col("_digest")]).collect()?;
            known.reserve(frame.height());
            let hashes = frame.column("_hash")?.binary()?;
            let digests = frame.column("_digest")?.str()?;
            for (hash, digest) in hashes.iter().zip(digests.iter()) {
                let Some(hash) = hash.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()).map(u128::from_be_bytes)
                else {
                    continue;
                };
                known.insert(hash);
                if let Some(digest) = digest.filter(|digest| !finished.contains(*digest)) {
                    interrupted.entry(digest.to_string()).or_default().insert(hash);
                }
            }
        }
        Ok(Self {
            lake,
            table,
            delta,
            ingested_at,
            known,
            interrupted,
            newest: None,
            accepted_newest: HashMap::new(),
            returning: HashMap::new(),
            buffer: Vec::new(),
            buffered: 0,
            buffer_hash: 0,
            files: Vec::new(),
        })
    }

    /// Takes rows of one file: `frame` has the declared columns in their order, `rows` and `version` one value a row.
    ///
    /// # Errors
    /// When a data file cannot be written.
    pub fn push(
        &mut self,
        mut frame: DataFrame,
        rows: &[u64],
        version: &[Option<i64>],
        origin: &Origin,
    ) -> Result<Counts, LakeError> {
        let height = frame.height();
        let undated = self.undated(&frame, version)?;
        let keys = if undated.is_empty() { Vec::new() } else { hashes(&frame, &self.table.key)? };
        let names: Vec<String> = self.table.columns.iter().map(|column| column.name.clone()).collect();
        let mut contents = hashes(&frame, &names)?;
        for (content, version) in contents.iter_mut().zip(version) {
            if let Some(version) = version {
                *content = content.wrapping_add(xxh3_128_with_seed(&version.to_be_bytes(), xxh3_64(b"_version")));
            }
        }
        frame.with_column(Column::new("_version".into(), version.to_vec()))?;
        let bytes: Vec<[u8; 16]> = contents.iter().map(|hash| hash.to_be_bytes()).collect();
        let slices: Vec<&[u8]> = bytes.iter().map(<[u8; 16]>::as_slice).collect();
        frame.with_column(Column::new("_hash".into(), slices))?;
        frame.with_column(constant("_source", &origin.mapping, height))?;
        frame.with_column(constant("_file", &origin.file, height))?;
        frame.with_column(constant("_digest", &origin.digest, height))?;
        let rows: Vec<i64> = rows.iter().map(|row| i64::try_from(*row).unwrap_or(i64::MAX)).collect();
        frame.with_column(Column::new("_row".into(), rows))?;
        let at = Column::new("_ingested_at".into(), vec![self.ingested_at; height]).cast(&instant_type())?;
        frame.with_column(at)?;

        let mut counts = Counts::default();
        let mut keep = vec![false; height];
        for (row, content) in contents.iter().enumerate() {
            let key = keys.get(row).map(|key| *key as u64);
            let is_undated = undated.get(row).copied().unwrap_or(false);
            if self.known.insert(*content) {
                keep[row] = true;
                counts.accepted += 1;
                self.buffer_hash = self.buffer_hash.wrapping_add(*content);
                if let (Some(key), true) = (key, is_undated) {
                    self.returning.remove(&key);
                    self.accepted_newest.insert(key, *content);
                }
                continue;
            }
            let interrupted = self.interrupted.get_mut(&origin.digest).is_some_and(|set| set.remove(content));
            if interrupted {
                counts.accepted += 1;
                continue;
            }
            counts.unchanged += 1;
            if let (Some(key), true) = (key, is_undated) {
                if self.newest_of(key)? == Some(*content) {
                    self.returning.remove(&key);
                } else {
                    self.returning.insert(key, (frame.slice(row as i64, 1), *content));
                }
            }
        }
        if counts.accepted > 0 {
            let mask = BooleanChunked::from_slice("keep".into(), &keep);
            let kept = frame.filter(&mask)?;
            self.buffered += kept.height();
            self.buffer.push(kept);
            if self.buffered >= ROWS_PER_FILE {
                self.write_file()?;
            }
        }
        Ok(counts)
    }

    /// Ends one file: records that returned to an earlier content become new versions now.
    ///
    /// # Errors
    /// When a data file cannot be written.
    pub fn end_of_file(&mut self) -> Result<Counts, LakeError> {
        let mut returning: Vec<(u64, (DataFrame, u128))> = self.returning.drain().collect();
        returning.sort_by_key(|(key, _)| *key);
        let accepted = returning.len() as u64;
        for (key, (row, content)) in returning {
            self.accepted_newest.insert(key, content);
            self.buffer_hash = self.buffer_hash.wrapping_add(content);
            self.buffered += row.height();
            self.buffer.push(row);
        }
        Ok(Counts { accepted, unchanged: 0 })
    }

    /// Commits everything that was appended, atomically; true when there was anything.
    ///
    /// # Errors
    /// When a data file or the commit cannot be written, or another process committed in between.
    pub fn finish(mut self) -> Result<bool, LakeError> {
        self.write_file()?;
        if self.files.is_empty() {
            return Ok(false);
        }
        self.delta.commit(self.lake.runtime(), &self.files, false)?;
        if let Some((name, _)) = self.files.last() {
            sweep(self.delta.folder(), &self.delta.files()?, &self.delta.folder().join(name))?;
        }
        Ok(true)
    }

    fn write_file(&mut self) -> Result<(), LakeError> {
        let mut frames = std::mem::take(&mut self.buffer).into_iter();
        let Some(mut frame) = frames.next() else { return Ok(()) };
        for next in frames {
            frame.vstack_mut(&next)?;
        }
        frame.align_chunks_par();
        // With the moment in its name, a file that another process committed is never written over.
        let name = format!("part-{:032x}-{:x}.parquet", self.buffer_hash, self.ingested_at);
        write_parquet(&self.delta.folder().join(&name), &mut frame)?;
        self.files.push((name, frame.height()));
        self.buffered = 0;
        self.buffer_hash = 0;
        Ok(())
    }

    /// Which rows carry neither a modification time nor a counter. Empty for tables of events, whose key holds an
    /// instant that is required: an event does not change and so cannot return to an earlier content.
    fn undated(&self, frame: &DataFrame, version: &[Option<i64>]) -> Result<Vec<bool>, LakeError> {
        let is_instant = |name: &String| {
            let column = self.table.columns.iter().find(|column| column.name == *name);
            column.is_some_and(|column| column.kind == Kind::Instant && column.required)
        };
        if self.table.key.iter().any(is_instant) {
            return Ok(Vec::new());
        }
        let dated: Vec<bool> = match &self.table.newest {
            Some(name) => frame.column(name)?.is_not_null().iter().map(|value| value == Some(true)).collect(),
            None => vec![false; frame.height()],
        };
        Ok(dated.iter().zip(version).map(|(dated, version)| !dated && version.is_none()).collect())
    }

    fn newest_of(&mut self, key: u64) -> Result<Option<u128>, LakeError> {
        if let Some(content) = self.accepted_newest.get(&key) {
            return Ok(Some(*content));
        }
        if self.newest.is_none() {
            let mut newest = HashMap::new();
            if let Some(rows) = current(self.lake, self.table, None, None)? {
                let frame = rows.collect()?;
                let keys = hashes(&frame, &self.table.key)?;
                for (key, hash) in keys.iter().zip(frame.column("_hash")?.binary()?.iter()) {
                    if let Some(hash) = hash.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
                        newest.insert(*key as u64, u128::from_be_bytes(hash));
                    }
                }
            }
            self.newest = Some(newest);
        }
        Ok(self.newest.as_ref().and_then(|newest| newest.get(&key).copied()))
    }
}

fn constant(name: &str, value: &str, height: usize) -> Column {
    Column::new_scalar(name.into(), Scalar::new(DataType::String, AnyValue::StringOwned(value.into())), height)
}

/// The newest version of each record, as far as it was known at `known_at`; `None` where the table has no rows.
///
/// Newest is by the record's own modification time, then the source's counter, then the order of ingestion. With `as_of`, a version
/// that says it was made later has not happened yet, as long as there is an earlier one to stand for the record.
///
/// # Errors
/// When the table cannot be read.
pub fn current(
    lake: &Lake,
    table: &Table,
    known_at: Option<i64>,
    as_of: Option<i64>,
) -> Result<Option<LazyFrame>, LakeError> {
    let keys: Vec<PlSmallStr> = table.key.iter().map(|name| name.as_str().into()).collect();
    let rows = sorted(lake, table, known_at, as_of)?;
    Ok(rows.map(|rows| rows.unique_stable(Some(by_name(keys, true, false)), UniqueKeepStrategy::Last)))
}

/// All versions of the records, as far as they were known at `known_at`, the older before the newer; `None` where the table has
/// no rows.
///
/// # Errors
/// When the table cannot be read.
pub fn history(lake: &Lake, table: &Table, known_at: Option<i64>) -> Result<Option<LazyFrame>, LakeError> {
    sorted(lake, table, known_at, None)
}

/// The versions in their order; with `as_of` those that were made later go before everything else.
fn sorted(
    lake: &Lake,
    table: &Table,
    known_at: Option<i64>,
    as_of: Option<i64>,
) -> Result<Option<LazyFrame>, LakeError> {
    let Some(mut rows) = lake.scan(&table.name)? else { return Ok(None) };
    if let Some(known_at) = known_at {
        rows = rows.filter(col("_ingested_at").lt_eq(lit(known_at).cast(instant_type())));
    }
    let made_by_then =
        |(as_of, made): (i64, &String)| col(made.as_str()).lt_eq(lit(as_of).cast(instant_type())).fill_null(lit(true));
    let newest = table.newest.iter().map(String::as_str);
    let order: Vec<Expr> = as_of
        .zip(table.newest.as_ref())
        .map(made_by_then)
        .into_iter()
        .chain(newest.chain(["_version", "_ingested_at", "_file", "_row"]).map(col))
        .collect();
    let options = SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(false);
    Ok(Some(rows.sort_by_exprs(order, options)))
}

/// The columns of a table in the lake: as declared, then the loader's own.
fn schema(table: &Table) -> Schema {
    let mut schema = Schema::default();
    for column in &table.columns {
        schema.with_column(column.name.as_str().into(), data_type(column.kind));
    }
    for (name, kind) in [
        ("_version", DataType::Int64),
        ("_hash", DataType::Binary),
        ("_source", DataType::String),
        ("_file", DataType::String),
        ("_digest", DataType::String),
        ("_row", DataType::Int64),
        ("_ingested_at", instant_type()),
    ] {
        schema.with_column(name.into(), kind);
    }
    schema
}

/// A 128-bit hash of each row over some columns. Missing values add nothing, so that a column that is added to a table's
/// declaration later leaves the hashes of records without it as they were.
fn hashes(frame: &DataFrame, names: &[String]) -> Result<Vec<u128>, LakeError> {
    let mut sums = vec![0_u128; frame.height()];
    for name in names {
        let seed = xxh3_64(name.as_bytes());
        let column = frame.column(name)?;
        let mut add = |row: usize, bytes: &[u8]| sums[row] = sums[row].wrapping_add(xxh3_128_with_seed(bytes, seed));
        match column.dtype() {
            DataType::String => {
                for (row, value) in column.str()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, value.as_bytes());
                    }
                }
            }
            DataType::Boolean => {
                for (row, value) in column.bool()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &[u8::from(value)]);
                    }
                }
            }
            DataType::Float64 => {
                for (row, value) in column.f64()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &value.to_bits().to_be_bytes());
                    }
                }
            }
            _ => {
                let integers = column.cast(&DataType::Int64)?;
                for (row, value) in integers.i64()?.iter().enumerate() {
                    if let Some(value) = value {
                        add(row, &value.to_be_bytes());
                    }
                }
            }
        }
    }
    Ok(sums)
}
