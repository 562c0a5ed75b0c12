//! Which records came or changed after a figure was published and can bear on it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::session::Session;
use crate::arithmetic::local_time::rfc3339;
use crate::declaration::table::{Kind, Table};
use crate::facts::FACTS;
use crate::lake::{LakeError, instant_type};
use crate::scorecard::restated::{ChangedRecords, Restatement};

/// Ids that are kept of each table.
const SHOWN: usize = 10;

/// One changed record: what it may touch. Several versions of a record are taken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    id: String,
    /// Its first and last instant over all its versions, µs UTC; none for a record without instants.
    span: Option<(i64, i64)>,
    /// The values that its text columns ever had.
    words: BTreeMap<String, BTreeSet<String>>,
}

/// What was read for the figures before: those that were published together share their records.
pub(super) struct Read {
    /// From the start of the first period in question to the end of the last, µs UTC.
    pub range: (i64, i64),
    /// Records by table and publication.
    pub records: BTreeMap<(String, i64), Vec<Touched>>,
}

/// The records of the tables under a figure's facts of which a version came after the publication, that lie in or across
/// the figure's period and, where the figure is a slice by a column that the record fills, in that slice. A record that is
/// named may have moved the figure; which of them did is for the figure's own rows to say.
///
/// # Errors
/// When the lake cannot be read.
pub(super) fn changed_records(
    session: &Session,
    restatement: &Restatement,
    read: &mut Read,
) -> Result<Vec<ChangedRecords>, LakeError> {
    let mut tables = BTreeSet::new();
    gather(session, &restatement.metric.id, &mut BTreeSet::new(), &mut tables);
    let mut found = Vec::new();
    for name in tables {
        let Some(table) = session.definitions.tables.get(name) else { continue };
        let key = (name.to_string(), restatement.published.at);
        if !read.records.contains_key(&key) {
            let records = touched(session, table, restatement.published.at, read.range)?;
            read.records.insert(key.clone(), records);
        }
        let period = &restatement.period;
        let fits = |record: &&Touched| {
            let within = record.span.is_none_or(|(first, last)| first < period.end && last >= period.start);
            let slice = restatement.dims.iter().all(|(dimension, value)| {
                record.words.get(dimension).is_none_or(|words| words.is_empty() || words.contains(value))
            });
            within && slice
        };
        let records: Vec<&Touched> = read.records.get(&key).into_iter().flatten().filter(fits).collect();
        if !records.is_empty() {
            let ids: BTreeSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
            found.push(ChangedRecords {
                table: name.to_string(),
                count: records.len() as u64,
                ids: ids.into_iter().take(SHOWN).map(str::to_string).collect(),
            });
        }
    }
    Ok(found)
}

/// The canonical tables under a metric.
fn gather(session: &Session, id: &str, seen: &mut BTreeSet<String>, tables: &mut BTreeSet<&'static str>) {
    let Some(metric) = session.definitions.metrics.get(id).filter(|_| seen.insert(id.to_string())) else { return };
    let facts = FACTS.iter().filter(|fact| metric.fact() == Some(fact.name));
    tables.extend(facts.flat_map(|fact| fact.tables.iter().copied()));
    for input in metric.inputs() {
        gather(session, &input, seen, tables);
    }
}

/// The records of a table of which a version came after a moment, with all their versions as far as they are known.
fn touched(session: &Session, table: &Table, after: i64, range: (i64, i64)) -> Result<Vec<Touched>, LakeError> {
    let Some(mut rows) = session.lake.scan(&table.name)? else { return Ok(Vec::new()) };
    if let Some(known_at) = session.known_at {
        rows = rows.filter(col("_ingested_at").lt_eq(lit(known_at).cast(instant_type())));
    }
    // Events (a check, a count of an hour) are many and have their instant in their key.
    let is_instant = |name: &&String| table.columns.iter().any(|one| one.name == **name && one.kind == Kind::Instant);
    if let Some(at) = table.key.iter().find(is_instant) {
        let bound = |instant: i64| lit(instant).cast(instant_type());
        rows = rows.filter(col(at.as_str()).gt_eq(bound(range.0)).and(col(at.as_str()).lt(bound(range.1))));
    }
    let keys: Vec<Expr> = table.key.iter().map(|name| col(name.as_str())).collect();
    let newer = rows.clone().filter(col("_ingested_at").gt(lit(after).cast(instant_type()))).select(keys.clone());
    if newer.clone().limit(1).collect()?.height() == 0 {
        return Ok(Vec::new());
    }
    let newer = newer.unique(None, UniqueKeepStrategy::Any);
    let frame = rows.join(newer, keys.clone(), keys, JoinArgs::new(JoinType::Semi)).collect()?;
    let mut texts = BTreeMap::new();
    let mut instants = BTreeMap::new();
    for column in &table.columns {
        let values = frame.column(&column.name)?;
        match column.kind {
            // When a record was written says nothing about when it happened.
            Kind::Instant if table.newest.as_ref() != Some(&column.name) => {
                instants.insert(column.name.as_str(), values.cast(&DataType::Int64)?);
            }
            Kind::Instant => {}
            _ => {
                texts.insert(column.name.as_str(), values.cast(&DataType::String)?);
            }
        }
    }
    let at = |name: &str, row: usize| instants.get(name).and_then(|column| column.i64().ok()?.get(row));
    let word = |name: &str, row: usize| -> Option<String> {
        let text = texts.get(name).and_then(|column| column.str().ok()?.get(row)).map(str::to_string);
        text.or_else(|| at(name, row).map(rfc3339))
    };
    let mut found: BTreeMap<Vec<String>, Touched> = BTreeMap::new();
    for row in 0..frame.height() {
        let key: Vec<String> = table.key.iter().map(|name| word(name, row).unwrap_or_default()).collect();
        let id = key.first().cloned().unwrap_or_default();
        let record = found.entry(key).or_insert_with(|| Touched { id, ..Touched::default() });
        let moments = || instants.keys().filter_map(|name| at(name, row));
        // What began and has no end yet reaches up to now.
        let open = table.order.iter().any(|(from, to)| at(from, row).is_some() && at(to, row).is_none());
        if let (Some(first), Some(last)) = (moments().min(), moments().max()) {
            let last = if open { i64::MAX } else { last };
            let (from, to) = record.span.unwrap_or((first, last));
            record.span = Some((from.min(first), to.max(last)));
        }
        for name in texts.keys() {
            let words = record.words.entry((*name).to_string()).or_default();
            words.extend(word(name, row));
        }
    }
    Ok(found.into_values().collect())
}
