//! For tests: files read into memory by the built-in mappings, with an expression engine that knows `column = 'text'` only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::expressions::{Expressions, TextColumn};
use super::file::{Outcome, Reading, Sink, SinkError};
use super::recognise::recognise;
use super::{Batch, Reject, Values};
use crate::declaration::mapping::Mapping;
use crate::declaration::table::Table;

fn queries() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The built-in tables.
pub fn tables() -> BTreeMap<String, Table> {
    let parse = |path: PathBuf| {
        let name = stem(&path);
        let table =
            Table::parse(&name, &path.to_string_lossy(), &text(&path)).unwrap_or_else(|issues| panic!("{issues:?}"));
        (name, table)
    };
    files(&queries().join("tables")).into_iter().map(parse).collect()
}

/// The built-in mappings: the plain ones and those of the vendors.
pub fn mappings(tables: &BTreeMap<String, Table>) -> Vec<Mapping> {
    let mut all: Vec<Mapping> = tables.values().map(Mapping::plain).collect();
    for folder in files(&queries().join("sources")).into_iter().filter(|path| path.is_dir()) {
        for path in files(&folder) {
            let id = format!("{}/{}", stem(&folder), stem(&path));
            let mapping = Mapping::parse(&id, &path.to_string_lossy(), &text(&path), tables);
            all.push(mapping.unwrap_or_else(|issues| panic!("{issues:?}")));
        }
    }
    all
}

/// A mapping that a test writes.
pub fn mapping(text: &str) -> Mapping {
    Mapping::parse("test/test", "test.toml", text, &tables()).unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// Knows `column = 'text'`, as a condition and as an expression.
pub struct Equals;

impl Expressions for Equals {
    fn text(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<Option<String>>, String> {
        Ok(self.truth(expression, columns)?.into_iter().map(|truth| Some(truth.to_string())).collect())
    }

    fn truth(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<bool>, String> {
        let (name, value) = expression.split_once(" = ").ok_or("expected `column = 'text'`")?;
        let (_, texts) =
            columns.iter().find(|(column, _)| *column == name.trim_matches('"')).ok_or("no such column")?;
        Ok(texts.iter().map(|text| *text == Some(value.trim_matches('\''))).collect())
    }
}

/// What came out of a file.
#[derive(Default)]
pub struct Kept {
    pub batches: Vec<Batch>,
    pub rejects: Vec<Reject>,
    pub rows: u64,
}

impl Sink for Kept {
    fn batch(&mut self, batch: Batch) -> Result<(), SinkError> {
        self.batches.push(batch);
        Ok(())
    }
    fn rejects(&mut self, rejects: Vec<Reject>) -> Result<(), SinkError> {
        self.rejects.extend(rejects);
        Ok(())
    }
    fn progress(&mut self, _bytes: u64, rows: u64) {
        self.rows = rows;
    }
}

impl Kept {
    /// All values of a column, as text; missing ones are `-`.
    pub fn column(&self, table: &str, column: &str) -> Vec<String> {
        fn show<T: ToString>(values: &[Option<T>]) -> Vec<String> {
            values.iter().map(|value| value.as_ref().map_or("-".to_string(), T::to_string)).collect()
        }
        let batches = self.batches.iter().filter(|batch| batch.table == table);
        batches
            .flat_map(|batch| match batch.column(column).unwrap() {
                Values::Text(values) => show(values),
                Values::Integer(values) | Values::Instant(values) => show(values),
                Values::Number(values) => show(values),
                Values::Boolean(values) => show(values),
            })
            .collect()
    }

    /// Rows in the file of a table's rows.
    pub fn rows_of(&self, table: &str) -> Vec<u64> {
        self.batches.iter().filter(|batch| batch.table == table).flat_map(|batch| batch.rows.clone()).collect()
    }
}

/// Reads a file by a mapping and checks that no record got lost or was counted twice.
pub fn read_by(path: &Path, mapping: &Mapping, zone: Tz) -> (Outcome, Kept) {
    let mut kept = Kept::default();
    let outcome = Reading { path, name: "the file", mapping, tables: &tables(), zone, expressions: &Equals }
        .all(&mut kept)
        .unwrap();
    for count in &outcome.tables {
        let rows = kept.rows_of(&count.table).len();
        let rejected = kept.rejects.iter().filter(|reject| reject.table == count.table).count();
        assert_eq!((count.read, count.rejected), ((rows + rejected) as u64, rejected as u64), "{}", count.table);
    }
    for batch in &kept.batches {
        assert_eq!(batch.version.len(), batch.len());
        assert!(batch.columns.iter().all(|(_, values)| values.len() == batch.len()));
    }
    (outcome, kept)
}

/// Reads a file by the built-in mapping that recognises it.
pub fn read(path: &Path) -> (Outcome, Kept) {
    let all = mappings(&tables());
    let mappings: Vec<&Mapping> = all.iter().collect();
    let found = recognise(path, &mappings).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read_by(path, found.mapping, chrono_tz::UTC)
}

/// Reads bytes by a mapping.
pub fn read_bytes(bytes: &[u8], mapping: &Mapping, zone: Tz) -> (Outcome, Kept) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    fs::write(&path, bytes).unwrap();
    read_by(&path, mapping, zone)
}
