//! Each vendor's export is recognised and read as it was looked at: `fixtures/vendors/<vendor>/<export>[.variant].<ext>` against the
//! `.golden` beside it, which lists every value that comes out. Every mapping has such a fixture.
//!
//! `GOLDEN=write cargo test --release vendors` writes them anew; read the difference before it is committed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat};
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::mapping::Mapping;
use nines::ingest::recognise::recognise;
use nines::ingest::sql::Sql;
use nines::ingest::{Batch, Outcome, Reading, Reject, Sink, SinkError, Values};

#[derive(Default)]
struct Kept {
    batches: Vec<Batch>,
    rejects: Vec<Reject>,
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
    fn progress(&mut self, _bytes: u64, _rows: u64) {}
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vendors");
    let mut found: Vec<PathBuf> = glob::glob(&format!("{}/*/*", root.display()))
        .unwrap()
        .map(Result::unwrap)
        .filter(|path| path.extension().is_none_or(|extension| extension != "golden"))
        .collect();
    found.sort();
    found
}

/// `vendor/export` of a fixture.
fn id(path: &Path) -> String {
    let vendor = path.parent().unwrap().file_name().unwrap().to_string_lossy();
    let name = path.file_name().unwrap().to_string_lossy();
    format!("{vendor}/{}", name.split('.').next().unwrap())
}

fn cell(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Text(values) => values[row].clone(),
        Values::Integer(values) => values[row].map(|value| value.to_string()),
        Values::Number(values) => values[row].map(|value| value.to_string()),
        Values::Boolean(values) => values[row].map(|value| value.to_string()),
        Values::Instant(values) => values[row]
            .map(|value| DateTime::from_timestamp_micros(value).unwrap().to_rfc3339_opts(SecondsFormat::AutoSi, true)),
    }
}

fn listing(outcome: &Outcome, kept: &Kept) -> String {
    let mut text = format!("mapping {}\n", outcome.mapping);
    for table in &outcome.tables {
        let accepted: usize =
            kept.batches.iter().filter(|batch| batch.table == table.table).map(|batch| batch.rows.len()).sum();
        assert_eq!(table.read, accepted as u64 + table.rejected, "{}: records were lost", table.table);
        writeln!(text, "{}: {} read, {} rejected", table.table, table.read, table.rejected).unwrap();
    }
    for (name, count) in &outcome.ignored {
        writeln!(text, "left out: {count}, {name}").unwrap();
    }
    for finding in &outcome.findings {
        let (level, column, expected) = (finding.level, &finding.column, &finding.expected);
        writeln!(text, "{level:?}: `{column}` {} times, expected {expected}: {:?}", finding.count, finding.examples)
            .unwrap();
    }
    for reject in &kept.rejects {
        writeln!(text, "rejected: {} row {}: {}", reject.table, reject.row, reject.reasons.join("; ")).unwrap();
    }
    for batch in &kept.batches {
        for (row, at) in batch.rows.iter().enumerate() {
            writeln!(text, "\n{} from row {at}", batch.table).unwrap();
            for (name, values) in &batch.columns {
                if let Some(value) = cell(values, row) {
                    writeln!(text, "  {name} = {}", value.escape_debug()).unwrap();
                }
            }
        }
    }
    text
}

#[test]
fn each_vendors_export_is_recognised_and_read_as_it_was_looked_at() {
    let definitions = Definitions::load(&Catalogue::embedded());
    assert_eq!(definitions.issues, []);
    let mappings: Vec<&Mapping> = definitions.mappings.values().collect();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        let found = match recognise(&path, &mappings) {
            Ok(found) if found.mapping.id == id(&path) => found,
            Ok(found) => {
                wrong.push(format!("{name} is taken for {}", found.mapping.id));
                continue;
            }
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let mut kept = Kept::default();
        let zone = found.mapping.zone.unwrap_or(chrono_tz::UTC);
        let (mapping, tables) = (found.mapping, &definitions.tables);
        let outcome = Reading { path: &path, name: &name, mapping, tables, zone, expressions: &Sql }
            .all(&mut kept)
            .unwrap_or_else(|error| panic!("{error}"));
        let text = listing(&outcome, &kept);
        let golden = PathBuf::from(format!("{}.golden", path.display()));
        if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
            fs::write(&golden, &text).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if let Some((number, (new, old))) =
            text.lines().zip(expected.lines()).enumerate().find(|(_, (new, old))| new != old)
        {
            wrong.push(format!("{name}: line {} of the golden file is `{old}`, now `{new}`", number + 1));
        } else if text.lines().count() != expected.lines().count() {
            wrong.push(format!("{name}: the golden file has another number of lines"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mapping_of_a_vendor_has_a_fixture() {
    let definitions = Definitions::load(&Catalogue::embedded());
    let shown: BTreeSet<String> = fixtures().iter().map(|path| id(path)).collect();
    let lacking: Vec<&String> = definitions
        .mappings
        .keys()
        // The demo is the fixture of its own mappings and of the plain layouts.
        .filter(|id| !id.starts_with("plain/") && !id.starts_with("demo/") && !shown.contains(*id))
        .collect();
    assert!(lacking.is_empty(), "mappings without a fixture: {lacking:?}");
}

/// The page that says which exports are understood, and which fixture proves it.
fn page() -> String {
    let definitions = Definitions::load(&Catalogue::embedded());
    let mut text = String::from(
        "# Exports that nines understands\n\n\
        One row for each built-in mapping. The number is that of the table's columns that it can fill; `nines sources show MAPPING` prints\n\
        the mapping itself. The fixture is a small file of invented records in the layout of the real export; what must come out of it,\n\
        value by value, stands in the `.golden` file beside it. Besides these, every canonical table has a plain layout, `plain/TABLE`: a\n\
        file whose columns are named as in `nines tables`, in any order, such as those in `fixtures/acme/exports`.\n\n\
        This page is written by the tests (`GOLDEN=write cargo test --release vendors`).\n\n\
        | vendor | export | mapping | fills | fixture |\n|---|---|---|---|---|\n",
    );
    for (id, mapping) in &definitions.mappings {
        let (vendor, name) = id.split_once('/').unwrap();
        if matches!(vendor, "plain" | "demo") {
            continue;
        }
        let mut fills: Vec<(&str, BTreeSet<&str>)> = Vec::new();
        for feed in &mapping.feeds {
            let columns = feed.fields.keys().map(String::as_str);
            match fills.iter_mut().find(|(table, _)| *table == feed.table) {
                Some((_, known)) => known.extend(columns),
                None => fills.push((&feed.table, columns.collect())),
            }
        }
        let fills: Vec<String> = fills.iter().map(|(table, columns)| format!("`{table}` {}", columns.len())).collect();
        let proofs: Vec<String> = fixtures()
            .iter()
            .filter(|path| super::vendors::id(path) == *id)
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .map(|file| format!("[{file}](../../fixtures/vendors/{vendor}/{file})"))
            .collect();
        writeln!(text, "| {vendor} | {} | `{name}` | {} | {} |", mapping.title, fills.join(", "), proofs.join(", "))
            .unwrap();
    }
    text
}

#[test]
fn the_page_of_exports_is_that_of_the_declarations() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/sources/EXPORTS.md");
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        fs::write(&path, page()).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page(),
        "queries/sources/EXPORTS.md is not what the declarations say: GOLDEN=write writes it anew"
    );
}
