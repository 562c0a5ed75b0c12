//! Any bytes as an export of each vendor, and as a mapping: no record is lost or counted twice, whatever stands in the file, and a draft
//! always is a mapping.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::mapping::Mapping;
use nines::ingest::draft::draft;
use nines::ingest::recognise::{peek, recognise};
use nines::ingest::sql::Sql;
use nines::ingest::{Batch, Reject, Sink, SinkError, read_file};

static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| Definitions::load(&Catalogue::embedded()));
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("nines-mappings-{}", std::process::id())));

#[derive(Default)]
struct Count {
    accepted: u64,
    rejected: u64,
}

impl Sink for Count {
    fn batch(&mut self, batch: Batch) -> Result<(), SinkError> {
        assert!(batch.columns.iter().all(|(_, values)| values.len() == batch.rows.len()));
        self.accepted += batch.rows.len() as u64;
        Ok(())
    }
    fn rejects(&mut self, rejects: Vec<Reject>) -> Result<(), SinkError> {
        self.rejected += rejects.len() as u64;
        Ok(())
    }
    fn progress(&mut self, _bytes: u64, _rows: u64) {}
}

fn read(mapping: &Mapping) {
    let mut count = Count::default();
    let zone = chrono_tz::Europe::Brussels;
    if let Ok(outcome) = read_file(&FILE, "file", mapping, &DEFINITIONS.tables, zone, &Sql, &mut count) {
        let read: u64 = outcome.tables.iter().map(|table| table.read).sum();
        assert_eq!(read, count.accepted + count.rejected, "{}", mapping.id);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    if *choice == 255 {
        let text = String::from_utf8_lossy(data);
        let _ = Mapping::parse("own/fuzz", "fuzz.toml", &text, &DEFINITIONS.tables);
        return;
    }
    fs::write(&*FILE, data).expect("a temporary file can be written");
    let mappings: Vec<&Mapping> = DEFINITIONS.mappings.values().collect();
    read(mappings[usize::from(*choice) % mappings.len()]);
    if let Ok(found) = recognise(&FILE, &mappings) {
        read(found.mapping);
    }
    if let Ok(peeked) = peek(&FILE)
        && let Ok(drafted) = draft("own/fuzz", "file", &peeked, &DEFINITIONS.tables)
    {
        read(&drafted.mapping);
    }
});
