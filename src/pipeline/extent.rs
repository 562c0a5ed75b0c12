//! How complete the records of a table are, and whether as many of them came as usual.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, DataType, UniqueKeepStrategy, col};

use super::session::Session;
use crate::arithmetic::control::{Signal, signal};
use crate::arithmetic::period;
use crate::declaration::table::{Kind, Table};
use crate::lake::LakeError;
use crate::scorecard::quality::{Completeness, Volume};

/// Examples that are kept.
const EXAMPLES: usize = 5;
/// Weeks that a week is compared with.
const WEEKS: usize = 26;

/// The share of records that fill each column that is filled in some and not in all.
pub(super) fn completeness(name: &str, table: &Table, frame: &DataFrame) -> Vec<Completeness> {
    let height = frame.height();
    let filled = |column: &str| frame.column(column).map_or(0, |values| height - values.null_count());
    table
        .columns
        .iter()
        .map(|column| (column, filled(&column.name)))
        .filter(|(_, filled)| (1..height).contains(filled))
        .map(|(column, filled)| Completeness {
            table: name.to_string(),
            column: column.name.clone(),
            filled: filled as f64 / height as f64,
        })
        .collect()
}

/// Table, tools, number of ids, examples.
type Collision = (String, String, u64, Vec<String>);

/// Ids that records of different tools share, by the tools: two desks may both have a ticket 1.
pub(super) fn collisions(session: &Session, name: &str, table: &Table) -> Result<Vec<Collision>, LakeError> {
    // Names of services or teams are shared on purpose.
    if table.key != ["id"] {
        return Ok(Vec::new());
    }
    let Some(rows) = session.lake.scan(name)? else { return Ok(Vec::new()) };
    let frame = rows.select([col("id"), col("_source")]).unique(None, UniqueKeepStrategy::Any).collect()?;
    let mut tools: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (ids, sources) = (frame.column("id")?.str()?, frame.column("_source")?.str()?);
    for (id, source) in ids.iter().zip(sources.iter()) {
        if let (Some(id), Some(source)) = (id, source) {
            // The exports of one tool tell of the same records; drafts are of a tool each.
            let tool = if source.starts_with("own/") { source } else { source.split('/').next().unwrap_or(source) };
            tools.entry(id).or_default().insert(tool);
        }
    }
    let mut found: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
    for (id, tools) in tools.into_iter().filter(|(_, tools)| tools.len() > 1) {
        let entry = found.entry(tools.into_iter().collect::<Vec<_>>().join(", ")).or_default();
        entry.0 += 1;
        if entry.1.len() < EXAMPLES {
            entry.1.push(id.to_string());
        }
    }
    Ok(found.into_iter().map(|(tools, (count, examples))| (name.to_string(), tools, count, examples)).collect())
}

/// The number of records of the last complete week by the instant that every record has, when it is unlike the weeks before.
pub(super) fn volume(
    session: &Session,
    name: &str,
    table: &Table,
    frame: &DataFrame,
) -> Result<Option<Volume>, LakeError> {
    let Some(column) = table.columns.iter().find(|column| column.required && column.kind == Kind::Instant) else {
        return Ok(None);
    };
    let zone = session.project.zone;
    let Ok(week) = period::parse("last-week", zone, session.as_of) else { return Ok(None) };
    let weeks = week.trailing(WEEKS, zone);
    let mut counts = vec![0.0; weeks.len()];
    let instants = frame.column(&column.name)?.cast(&DataType::Int64)?;
    for at in instants.i64()?.iter().flatten() {
        let place = weeks.partition_point(|week| week.end <= at);
        if let Some(count) = weeks.get(place).filter(|week| week.start <= at).and(counts.get_mut(place)) {
            *count += 1.0;
        }
    }
    // Weeks before the first record say nothing about what is usual.
    let first = counts.iter().position(|count| *count > 0.0).unwrap_or(counts.len());
    let counts = &counts[first..];
    let (limits, found) = signal(counts);
    Ok(match (found, limits, counts.last()) {
        (Signal::Outside, Some(limits), Some(records)) => Some(Volume {
            table: name.to_string(),
            week: week.id.clone(),
            records: *records as u64,
            lower: limits.lower.max(0.0),
            upper: limits.upper,
        }),
        _ => None,
    })
}
