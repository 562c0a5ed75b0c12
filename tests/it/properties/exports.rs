//! The demo's exports as rows that a test may reorder, repeat, leave out or change, and write back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::Path;

use crate::project::Project;

/// A file: its header and its rows; of `.jsonl` every line is a row of one cell.
#[derive(Clone)]
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Columns that say which record a row is about, where it isn't the first alone.
fn key(name: &str) -> &'static [usize] {
    match name {
        // Ticket and step; resource, service and instant; service, indicator and instant; service and instant.
        "incident_audit.csv" => &[0, 5],
        "capacity.csv.gz" | "sli_counts.csv.gz" => &[0, 1, 2],
        "probes.csv.gz" => &[0, 1],
        "links.csv" => &[0, 1, 2, 3, 4],
        _ => &[0],
    }
}

impl Sheet {
    /// Where a column stands.
    pub fn at(&self, column: &str) -> usize {
        self.header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no {column} in {:?}", self.header))
    }
}

/// Every export of a project, by file name. Of a damaged record and its good copy only the good one: which of two that
/// contradict each other counts depends on their order by rule.
pub fn clean(project: &Project) -> BTreeMap<String, Sheet> {
    let mut sheets = BTreeMap::new();
    for entry in std::fs::read_dir(project.path().join("exports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let mut sheet = read(&path);
        let mut seen = BTreeSet::new();
        let whole = sheet.header.len();
        let id = |row: &Vec<String>| -> String {
            match name.ends_with(".jsonl") {
                true => row[0].split(',').next().unwrap().to_string(),
                false => key(&name).iter().map(|at| row[*at].as_str()).collect::<Vec<_>>().join("\n"),
            }
        };
        sheet.rows.reverse();
        sheet.rows.retain(|row| {
            row.len() == whole && (!name.ends_with(".jsonl") || row[0].ends_with('}')) && seen.insert(id(row))
        });
        sheet.rows.reverse();
        sheets.insert(name, sheet);
    }
    sheets
}

fn read(path: &Path) -> Sheet {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|end| end == "gz") {
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    if path.extension().is_some_and(|end| end == "jsonl") {
        return Sheet {
            header: vec!["line".to_string()],
            rows: text.lines().map(|line| vec![line.to_string()]).collect(),
        };
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_string).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    Sheet { header, rows: reader.records().map(|record| cells(&record.unwrap())).collect() }
}

/// Writes the exports into a project.
pub fn write(project: &Project, sheets: &BTreeMap<String, Sheet>) {
    for (name, sheet) in sheets {
        let path = format!("exports/{name}");
        if name.ends_with(".jsonl") {
            project.write(&path, sheet.rows.iter().map(|row| row[0].clone() + "\n").collect::<String>());
            continue;
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&sheet.header).unwrap();
        sheet.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = writer.into_inner().unwrap();
        if name.ends_with(".gz") {
            let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            zipped.write_all(&text).unwrap();
            project.write(&path, zipped.finish().unwrap());
        } else {
            project.write(&path, text);
        }
    }
}

/// Another order from a seed, the same on every machine (Fisher and Yates).
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, ((state >> 11) % (last as u64 + 1)) as usize);
    }
}
