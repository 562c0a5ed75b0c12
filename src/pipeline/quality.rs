//! How far the figures can be trusted: the ledger, references to nothing, impossible orders, freshness, gaps, the books.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::extent;
use super::failure::Failure;
use super::session::Session;
use crate::arithmetic::period::Period;
use crate::declaration::table::Kind;
use crate::lake::{FileRecord, LakeError, ledger_table};
use crate::metrics::measure::Measure;
use crate::scorecard::quality::{FileQuality, FindingGroup, Quality, TableFreshness};

/// Coverage below which a service is said to have gaps.
const GAP: f64 = 0.95;

/// Examples of orphans that are kept.
const EXAMPLES: usize = 5;

/// Gathers everything that holds whatever is reported.
///
/// # Errors
/// When the lake cannot be read.
pub(super) fn quality(session: &Session) -> Result<Quality, Failure> {
    let (files, digests) = files(session)?;
    let duplicates = duplicates(session)?;
    let read = files.iter().map(|file: &FileQuality| file.file.clone()).collect();
    let mut quality = Quality {
        files,
        unread: unread(session, &read)?,
        findings: findings(session, &digests)?,
        duplicates,
        ..Quality::default()
    };
    references(session, &mut quality)?;
    Ok(quality)
}

/// Adds what is known of one period; `coverage` are its measures of coverage by service.
///
/// # Errors
/// When the lake cannot be read.
pub(super) fn of_period<'a>(
    session: &Session,
    quality: &Quality,
    period: &Period,
    coverage: impl Iterator<Item = &'a Measure>,
) -> Result<Quality, Failure> {
    let gaps = coverage
        .filter_map(|measure| Some((measure.dims.get("service")?.clone(), measure.value?)))
        .filter(|(_, coverage)| *coverage < GAP);
    Ok(Quality { gaps: gaps.collect(), unreconciled: unreconciled(session, period)?, ..quality.clone() })
}

/// What each file gave, as its newest content was first read; and the digests of those contents.
fn files(session: &Session) -> Result<(Vec<FileQuality>, BTreeSet<String>), LakeError> {
    let known = |record: &FileRecord| session.known_at.is_none_or(|known_at| record.ingested_at <= known_at);
    let mut newest: BTreeMap<(String, String), FileRecord> = BTreeMap::new();
    for record in FileRecord::read_all(&session.lake)?.into_iter().filter(known) {
        newest.insert((record.file.clone(), record.table.clone()), record);
    }
    let digests = newest.values().map(|record| record.digest.clone()).collect();
    let files = newest
        .into_values()
        .map(|record| FileQuality {
            file: record.file,
            mapping: record.mapping,
            table: record.table,
            read: record.read,
            accepted: record.accepted,
            rejected: record.rejected,
            unchanged: record.unchanged,
            ignored: serde_json::from_str(&record.ignored).unwrap_or_default(),
        })
        .collect();
    Ok((files, digests))
}

/// Records that a file held more than once: those that were unchanged when nothing of the file's content could be known before.
fn duplicates(session: &Session) -> Result<Vec<(String, String, u64)>, LakeError> {
    let mut first_of_table = BTreeSet::new();
    let mut found = Vec::new();
    for record in FileRecord::read_all(&session.lake)? {
        let is_first = first_of_table.insert(record.table.clone());
        if is_first && record.unchanged > 0 {
            found.push((record.file, record.table, record.unchanged));
        }
    }
    Ok(found)
}

fn findings(session: &Session, digests: &BTreeSet<String>) -> Result<Vec<FindingGroup>, LakeError> {
    let Some(rows) = session.lake.scan(&ledger_table("findings"))? else { return Ok(Vec::new()) };
    let frame = rows.sort(["file", "column", "expected"], SortMultipleOptions::default()).collect()?;
    let text = |name: &str| frame.column(name).and_then(|column| column.str());
    let (file, column, expected) = (text("file")?, text("column")?, text("expected")?);
    let (digest, examples) = (text("digest")?, text("examples")?);
    let count = frame.column("count")?.i64()?;
    Ok((0..frame.height())
        .filter(|row| digest.get(*row).is_some_and(|digest| digests.contains(digest)))
        .map(|row| FindingGroup {
            file: file.get(row).unwrap_or_default().to_string(),
            column: column.get(row).unwrap_or_default().to_string(),
            expected: expected.get(row).unwrap_or_default().to_string(),
            count: count.get(row).and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
            examples: examples.get(row).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        })
        .collect())
}

/// Files that could not be read, until something under their name was.
fn unread(session: &Session, read: &BTreeSet<String>) -> Result<Vec<(String, String)>, LakeError> {
    let Some(rows) = session.lake.scan(&ledger_table("findings"))? else { return Ok(Vec::new()) };
    let frame = rows.sort(["_ingested_at", "file"], SortMultipleOptions::default()).collect()?;
    let text = |name: &str| frame.column(name).and_then(|column| column.str());
    let (file, mapping, expected) = (text("file")?, text("mapping")?, text("expected")?);
    let found: BTreeMap<String, String> = (0..frame.height())
        .filter(|row| mapping.get(*row) == Some(""))
        .filter_map(|row| Some((file.get(row)?.to_string(), expected.get(row)?.to_string())))
        .filter(|(file, _)| !read.contains(file))
        .collect();
    Ok(found.into_iter().collect())
}

/// Orphans, impossible orders and freshness of every table that has rows.
fn references(session: &Session, quality: &mut Quality) -> Result<(), LakeError> {
    let context = session.context();
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let instant = |frame: &DataFrame, name: &str| -> Result<Vec<Option<i64>>, LakeError> {
        let column = frame.column(name)?.cast(&DataType::Int64)?;
        Ok(column.i64()?.iter().collect())
    };
    for (name, table) in &session.definitions.tables {
        if session.lake.version(name)?.is_none() {
            continue;
        }
        let frame = context.frame(name)?;
        if frame.height() == 0 {
            continue;
        }
        let mut newest: Option<i64> = None;
        for column in table.columns.iter().filter(|column| column.kind == Kind::Instant) {
            // Plans and due dates say nothing about how fresh a record is, not even once they have passed.
            if is_plan(&column.name) {
                continue;
            }
            let latest = instant(&frame, &column.name)?.into_iter().flatten().filter(|at| *at <= session.as_of).max();
            newest = newest.max(latest);
        }
        quality.freshness.push(TableFreshness { table: name.clone(), rows: frame.height() as u64, newest });
        quality.collisions.extend(extent::collisions(session, name, table)?);
        quality.completeness.extend(extent::completeness(name, table, &frame));
        quality.volumes.extend(extent::volume(session, name, table, &frame)?);
        for (earlier, later) in &table.order {
            let (earlier_at, later_at) = (instant(&frame, earlier)?, instant(&frame, later)?);
            let reversed =
                earlier_at.iter().zip(&later_at).filter(|(a, b)| matches!((a, b), (Some(a), Some(b)) if b < a));
            let count = reversed.count() as u64;
            if count > 0 {
                quality.order_violations.push((name.clone(), format!("{later} before {earlier}"), count));
            }
        }
        if name == "tickets" {
            let count = super::holds::longer_than_life(session)?;
            if count > 0 {
                quality.order_violations.push((
                    name.clone(),
                    "on_hold_s longer than the ticket's life".to_string(),
                    count,
                ));
            }
        }
        for column in &table.columns {
            let Some(target) = &column.references else { continue };
            if !keys.contains_key(target) {
                keys.insert(target.clone(), key_values(session, target)?);
            }
            // Without any record of the referenced table there is nothing to compare with.
            let Some(known) = keys.get(target).filter(|known| !known.is_empty()) else { continue };
            let values = frame.column(&column.name)?;
            let Ok(values) = values.str() else { continue };
            // A list of references is separated by semicolons.
            let named = values.iter().flatten().flat_map(|value| value.split(';')).map(str::trim);
            let missing = named.filter(|value| !value.is_empty() && !known.contains(*value)).collect();
            orphans(quality, name, &column.name, missing);
        }
        if name == "links" {
            for end in ["from", "to"] {
                links(session, quality, &frame, end, &mut keys)?;
            }
        }
    }
    Ok(())
}

/// Whether an instant is one that somebody set ahead.
fn is_plan(column: &str) -> bool {
    column.starts_with("planned_")
        || column.starts_with("valid_")
        || column.contains("due_")
        || column.ends_with("_until")
}

fn orphans(quality: &mut Quality, table: &str, column: &str, missing: Vec<&str>) {
    if !missing.is_empty() {
        let examples: BTreeSet<&str> = missing.iter().copied().collect();
        let examples = examples.into_iter().take(EXAMPLES).map(str::to_string).collect();
        quality.orphans.push((table.to_string(), column.to_string(), missing.len() as u64, examples));
    }
}

/// The links whose one end is no record of the table that they name.
fn links(
    session: &Session,
    quality: &mut Quality,
    frame: &DataFrame,
    end: &str,
    keys: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<(), LakeError> {
    let (tables, ids) = (frame.column(&format!("{end}_table"))?, frame.column(&format!("{end}_id"))?);
    let mut missing = Vec::new();
    for (table, id) in tables.str()?.iter().zip(ids.str()?.iter()) {
        let (Some(table), Some(id)) = (table, id) else { continue };
        if !keys.contains_key(table) {
            keys.insert(table.to_string(), key_values(session, table)?);
        }
        if keys.get(table).is_some_and(|known| !known.is_empty() && !known.contains(id)) {
            missing.push(id);
        }
    }
    orphans(quality, "links", &format!("{end}_id"), missing);
    Ok(())
}

fn key_values(session: &Session, table: &str) -> Result<BTreeSet<String>, LakeError> {
    let Some(key) = session.definitions.tables.get(table).and_then(|table| table.key.first()) else {
        return Ok(BTreeSet::new());
    };
    let frame = session.context().frame(table)?;
    let column = frame.column(key)?;
    Ok(column.str().map(|values| values.iter().flatten().map(str::to_string).collect()).unwrap_or_default())
}

/// Tickets open at the start + opened and reopened - ended - open at the end of a period: 0 unless instants are impossible.
fn unreconciled(session: &Session, period: &Period) -> Result<i64, Failure> {
    let tickets = session.fact("ticket_spells")?;
    if tickets.height() == 0 {
        return Ok(0);
    }
    let instants = |name: &str| -> Result<Vec<Option<i64>>, LakeError> {
        let column = tickets.column(name)?.cast(&DataType::Int64)?;
        Ok(column.i64()?.iter().collect())
    };
    let (opened, ended) = (instants("from_at")?, instants("to_at")?);
    let end = period.end.min(session.as_of.saturating_add(1));
    let mut residual = 0;
    for (opened, ended) in opened.into_iter().zip(ended) {
        let Some(opened) = opened else { continue };
        let open_at = |moment: i64| i64::from(opened < moment && ended.is_none_or(|ended| ended >= moment));
        let within = |at: i64| i64::from((period.start..end).contains(&at));
        residual += open_at(period.start) + within(opened) - ended.map_or(0, within) - open_at(end);
    }
    Ok(residual)
}
