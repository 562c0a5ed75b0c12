//! Which mapping a file is for, by the names of its columns: all that the mapping asks for must be there, and the mapping that knows
//! most of the file's columns wins. None or two is an error that says what is near.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;

use super::expressions::names_in;
use super::plan::Names;
use super::reader::chunk::Chunk;
use super::reader::{self, Request};
use crate::declaration::mapping::{Feed, FileFormat, Mapping};

/// Records that are looked at.
const RECORDS: usize = 1000;
/// The share of a file's columns that a plain layout must know: a name or two may be those of a table by chance.
const PLAIN: f64 = 0.5;

/// The start of a file, as far as it shows what the file is.
#[derive(Clone, Debug)]
pub struct Peek {
    /// The format's name.
    pub format: &'static str,
    /// Its columns: the header, or the paths in the first JSON records.
    pub names: Vec<String>,
    /// The first records as text, without the header.
    pub records: Vec<Vec<String>>,
}

/// Looks at the start of a file.
///
/// # Errors
/// When it cannot be read.
pub fn peek(path: &Path) -> io::Result<Peek> {
    peek_with(path, &Request::default())
}

/// Looks at the start of a file in the way that a mapping says: its separator, its header, its array of records.
///
/// # Errors
/// When it cannot be read, or not in that way.
pub fn peek_as(path: &Path, mapping: &Mapping) -> io::Result<Peek> {
    let pass = mapping.feeds.first().map(|feed| feed.rows.explode.as_slice()).unwrap_or_default();
    peek_with(path, &Request::of(mapping, pass, &[]))
}

fn peek_with(path: &Path, request: &Request<'_>) -> io::Result<Peek> {
    let (format, mut source, _) = reader::open(path, request)?;
    let names = source.names().to_vec();
    let mut chunk = Chunk::new(names.len());
    source.read(&mut chunk)?;
    let record = |index| (0..names.len()).map(|column| chunk.cell(index, column).to_string()).collect();
    let records = (0..chunk.len().min(RECORDS)).map(record).collect();
    Ok(Peek { format, names, records })
}

/// A mapping that fits a file.
#[derive(Clone, Debug)]
pub struct Recognised<'m> {
    /// The mapping.
    pub mapping: &'m Mapping,
    /// The share of the file's columns that the mapping knows, 0 to 1.
    pub confidence: f64,
    /// The columns of the file that it does not know.
    pub unknown: Vec<String>,
}

/// Why no mapping was found.
#[derive(Debug)]
pub enum Unrecognised {
    /// The file cannot be read.
    File(io::Error),
    /// It has no columns at all.
    Empty,
    /// Several fit equally well: their ids.
    Ambiguous(Vec<String>),
    /// None fits: the nearest ones with the columns that they miss.
    None(Vec<(String, Vec<String>)>),
}

impl fmt::Display for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "{error}"),
            Self::Empty => write!(f, "the file holds no records"),
            Self::Ambiguous(ids) => {
                write!(f, "several mappings fit: {}; name the right one in [[exports]]", ids.join(", "))
            }
            Self::None(near) if near.is_empty() => write!(f, "no mapping fits its columns"),
            Self::None(near) => {
                write!(f, "no mapping fits its columns: write one in queries/sources/; the nearest: ")?;
                let near: Vec<String> =
                    near.iter().map(|(id, missing)| format!("{id} (misses {})", missing.join(", "))).collect();
                write!(f, "{}", near.join("; "))
            }
        }
    }
}

impl std::error::Error for Unrecognised {}

/// Finds the mapping of a file.
///
/// # Errors
/// When the file cannot be read, or not exactly one mapping fits best.
pub fn recognise<'m>(path: &Path, mappings: &[&'m Mapping]) -> Result<Recognised<'m>, Unrecognised> {
    let peeked = peek(path).map_err(Unrecognised::File)?;
    if peeked.names.is_empty() {
        return Err(Unrecognised::Empty);
    }
    let mut headless = mappings.iter().filter(|mapping| mapping.header.is_some());
    let by_pattern = headless.find(|mapping| fits_without_header(path, mapping));
    match (by_names(&peeked, Some(path), mappings), by_pattern) {
        (Ok(found), _) => Ok(found),
        (Err(Unrecognised::Ambiguous(ids)), _) => {
            let named: Vec<&Mapping> = mappings
                .iter()
                .copied()
                .filter(|mapping| ids.contains(&mapping.id) && is_named_after(path, mapping))
                .collect();
            match named.as_slice() {
                [_] => by_names(&peeked, Some(path), &named),
                _ => Err(Unrecognised::Ambiguous(ids)),
            }
        }
        (Err(_), Some(mapping)) => Ok(Recognised { mapping, confidence: 1.0, unknown: Vec::new() }),
        (Err(error), None) => by_sheet(path, mappings).unwrap_or(Err(error)),
    }
}

/// Finds the mapping that fits the sheet it names, which need not be the one that a workbook shows first.
fn by_sheet<'m>(path: &Path, mappings: &[&'m Mapping]) -> Option<Result<Recognised<'m>, Unrecognised>> {
    let mut sheets: BTreeMap<String, Vec<&'m Mapping>> = BTreeMap::new();
    for mapping in mappings.iter().copied() {
        if let Some(sheet) = &mapping.sheet {
            sheets.entry(sheet.to_lowercase()).or_default().push(mapping);
        }
    }
    let mut found: Vec<Result<Recognised<'m>, Unrecognised>> = Vec::new();
    for (sheet, mappings) in sheets {
        let Ok(peeked) = peek_with(path, &Request { sheet: Some(&sheet), ..Request::default() }) else { continue };
        if peeked.format != reader::WORKBOOK {
            return None;
        }
        match by_names(&peeked, Some(path), &mappings) {
            Err(Unrecognised::None(_)) => {}
            other => found.push(other),
        }
    }
    let ids = |found: &Result<Recognised<'m>, Unrecognised>| match found {
        Ok(found) => vec![found.mapping.id.clone()],
        Err(Unrecognised::Ambiguous(ids)) => ids.clone(),
        Err(_) => Vec::new(),
    };
    match found.len() {
        0 | 1 => found.pop(),
        _ => Some(Err(Unrecognised::Ambiguous(found.iter().flat_map(ids).collect()))),
    }
}

/// Whether a file's name says the table of a plain layout: what decides between tables with the same columns.
fn is_named_after(path: &Path, mapping: &Mapping) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    mapping.id.strip_prefix("plain/").is_some_and(|table| name.contains(table.trim_end_matches('s')))
}

/// Whether a file without a header has as many columns as the mapping says and lines that match its pattern.
fn fits_without_header(path: &Path, mapping: &Mapping) -> bool {
    let (Some(header), Some(pattern)) = (&mapping.header, &mapping.pattern) else {
        return false;
    };
    let undeclared = Mapping { header: None, ..mapping.clone() };
    let Ok(peeked) = peek_as(path, &undeclared) else {
        return false;
    };
    let Some(column) = header.iter().position(|name| *name == pattern.column) else {
        return false;
    };
    peeked.names.len() == header.len()
        && peeked.records.iter().filter_map(|record| record.get(column)).any(|text| pattern.expression.is_match(text))
}

/// The names of a JSON file that a mapping would see which says where its records are; `None` when they are not there.
fn names_as(path: &Path, peeked: &Peek, mapping: &Mapping) -> Option<Vec<String>> {
    let mut names = peek_as(path, mapping).ok()?.names;
    names.extend(peeked.names.iter().cloned());
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.to_lowercase()));
    Some(names)
}

/// Finds the mapping that knows most of the columns, among those that find all that they ask for; `path` is the file, where there is
/// one to look into.
///
/// # Errors
/// When not exactly one fits best.
pub fn by_names<'m>(
    peeked: &Peek,
    path: Option<&Path>,
    mappings: &[&'m Mapping],
) -> Result<Recognised<'m>, Unrecognised> {
    let is_json = reader::is_json(peeked.format);
    let usual = Names::new(peeked.names.clone());
    let mut fitting: Vec<(usize, usize, Recognised<'m>)> = Vec::new();
    let mut near: Vec<(usize, String, Vec<String>)> = Vec::new();
    for mapping in mappings.iter().copied().filter(|mapping| mapping.header.is_none() && !mapping.matches.is_empty()) {
        if mapping.format.is_some_and(|format| (format == FileFormat::Json) != is_json) {
            continue;
        }
        let explodes = mapping.feeds.first().is_some_and(|feed| !feed.rows.explode.is_empty());
        let own = match path {
            Some(path) if (is_json && (mapping.records.is_some() || explodes)) || mapping.separator.is_some() => {
                let Some(names) = names_as(path, peeked, mapping) else { continue };
                Some(Names::new(names))
            }
            _ => None,
        };
        let names = own.as_ref().unwrap_or(&usual);
        let has = |name: &String| names.find(name).is_some();
        let missing: Vec<String> = mapping
            .matches
            .iter()
            .filter(|alternatives| !alternatives.iter().any(has))
            .map(|alternatives| alternatives.join(" or "))
            .collect();
        let in_sql: Vec<_> = mapping.expressions().flat_map(names_in).collect();
        let used = mapping.raw_columns().into_iter().chain(in_sql.iter().map(|name| &**name));
        let known: BTreeSet<usize> = used.filter_map(|name| names.find(name)).collect();
        let total = names.all().len();
        let enough = known.len() >= mapping.matches.len() + mapping.matches_more
            && (!mapping.id.starts_with("plain/") || known.len() as f64 >= PLAIN * total as f64);
        if missing.is_empty() && enough {
            let unknown = (0..total).filter(|index| !known.contains(index)).map(|index| names.all()[index].clone());
            let confidence = known.len() as f64 / total as f64;
            let found = Recognised { mapping, confidence, unknown: unknown.collect() };
            fitting.push((known.len(), mapping.matches.len(), found));
        } else if !missing.is_empty() && missing.len() < mapping.matches.len() {
            near.push((known.len(), mapping.id.clone(), missing));
        }
    }
    fitting.sort_by_key(|(known, matches, _)| std::cmp::Reverse((*known, *matches)));
    let best = fitting.first().map(|(known, matches, _)| (*known, *matches));
    // Plain layouts differ by what they require, which says nothing about what a file is: an outage has an end, too.
    let most = best.map(|(known, _)| known);
    let all_plain = fitting
        .iter()
        .filter(|(known, ..)| Some(*known) == most)
        .all(|(.., found)| found.mapping.id.starts_with("plain/"));
    let mut winners = fitting
        .into_iter()
        .filter(|(known, matches, _)| if all_plain { Some(*known) == most } else { Some((*known, *matches)) == best });
    match (winners.next(), winners.next()) {
        (Some((_, _, found)), None) => Ok(found),
        (Some((_, _, first)), Some((_, _, second))) => {
            let rest = winners.map(|(_, _, found)| found.mapping.id.clone());
            let ids = [first.mapping.id.clone(), second.mapping.id.clone()].into_iter().chain(rest);
            Err(Unrecognised::Ambiguous(ids.collect()))
        }
        _ => {
            near.sort_by_key(|(known, id, missing)| (missing.len(), std::cmp::Reverse(*known), id.clone()));
            Err(Unrecognised::None(near.into_iter().take(3).map(|(_, id, missing)| (id, missing)).collect()))
        }
    }
}

/// The columns of a JSON file that some feeds of a mapping use.
pub(super) fn wanted_columns(mapping: &Mapping, pass: &[&Feed]) -> Vec<String> {
    let feeds = pass.iter().map(|feed| (*feed).clone()).collect();
    let mapping = Mapping { feeds, ..mapping.clone() };
    let mut wanted: Vec<String> = Vec::new();
    let mut taken = BTreeSet::new();
    let in_sql = mapping.expressions().flat_map(names_in);
    let names = mapping.raw_columns().into_iter().map(str::to_string);
    for name in names.chain(in_sql.map(|name| name.into_owned())) {
        if taken.insert(name.to_lowercase()) {
            wanted.push(name);
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_decides_between_tables_of_the_same_columns() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "id,service,started_at,ended_at\n1,Mail,2026-01-01,2026-01-02\n").unwrap();
            let mappings = mappings(&tables());
            let all: Vec<&Mapping> = mappings.iter().collect();
            recognise(&path, &all).map(|found| found.mapping.id.clone()).map_err(|error| error.to_string())
        };
        assert_eq!(of("Outages 2026.csv"), Ok("plain/outages".to_string()));
        assert_eq!(of("maintenance.csv"), Ok("plain/maintenance".to_string()));
        assert!(of("export.csv").unwrap_err().contains("plain/outages"));
    }
    use crate::ingest::trial::{mappings, tables};

    fn found(header: &str) -> Result<String, String> {
        let names = header.split(',').map(str::to_string).collect();
        let peeked = Peek { format: "csv", names, records: Vec::new() };
        let all = mappings(&tables());
        let all: Vec<&Mapping> = all.iter().collect();
        by_names(&peeked, None, &all).map(|found| found.mapping.id.clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_layout_is_told_from_its_neighbours() {
        let cases = [
            ("id,service,started_at,ended_at,kind,planned,weight,incident,supplier", "plain/outages"),
            ("id,service,started_at,ended_at,announced_at", "plain/maintenance"),
            ("service,at,up,latency_s,interval_s", "plain/probes"),
            ("service,name,kind,criticality,owner_team", "plain/services"),
            ("team,name,tier,supplier,style,wip_limit", "plain/teams"),
            ("Number,Caller,State,Priority,Assignment group,Opened,Resolved", "servicenow/incident"),
            (
                "Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Reporter,Created,Updated",
                "jira/issues",
            ),
        ];
        for (header, wanted) in cases {
            assert_eq!(found(header).as_deref(), Ok(wanted), "{header}");
        }
    }

    #[test]
    fn an_unknown_layout_names_what_is_near() {
        let error = found("number,incident_state,sys_mod_count,sys_updated_at").unwrap_err();
        assert!(error.contains("servicenow/incident_audit (misses sys_updated_by)"), "{error}");
        assert!(found("x,y").is_err());
    }

    #[test]
    fn every_plain_layout_recognises_its_own_columns() {
        for table in tables().values() {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            assert_eq!(found(&names.join(",")), Ok(format!("plain/{}", table.name)));
        }
    }
}
