//! Which change or deployment caused which incident: what the records declare, and what nearness in time suggests. The two
//! are kept apart, since nearness is not cause.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::columns::{instant, text};
use super::context::Context;
use crate::lake::LakeError;

/// An incident that begins within this time after a change or deployment of the same service may have been caused by it.
pub(super) const WINDOW: i64 = 24 * 3_600 * 1_000_000;

/// An incident, or a ticket that names its cause, with the causes that are declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Incident {
    /// Its number.
    pub id: String,
    /// The service that it hit.
    pub service: Option<String>,
    /// When it began, µs UTC.
    pub start: i64,
    /// When the service was back, µs UTC.
    pub restored: Option<i64>,
    /// The changes that are declared as its cause.
    pub changes: BTreeSet<String>,
    /// The deployments that are declared as its cause.
    pub deployments: BTreeSet<String>,
}

impl Incident {
    /// Whether any cause is declared.
    pub(super) fn is_declared(&self) -> bool {
        !self.changes.is_empty() || !self.deployments.is_empty()
    }
}

/// When the work of each change ended, µs UTC. The closing of a record, which may follow days later, does not stand in for it;
/// an end before the beginning is a data error and missing.
pub(super) fn work_ended(changes: &DataFrame, as_of: i64) -> Result<Vec<Option<i64>>, LakeError> {
    let started = instant(changes, "started_at", Some(as_of))?;
    let ended = instant(changes, "ended_at", Some(as_of))?;
    let sound = |(started, ended): (Option<i64>, Option<i64>)| ended.filter(|end| started.is_none_or(|at| at <= *end));
    Ok(started.into_iter().zip(ended).map(sound).collect())
}

/// All incidents that began by as-of, in order of their beginning.
pub(super) fn incidents(context: &Context, links: &Links) -> Result<Vec<Incident>, LakeError> {
    let as_of = Some(context.as_of);
    let frame = context.frame("incidents")?;
    let (ids, service, change) = (text(&frame, "id")?, text(&frame, "service")?, text(&frame, "change")?);
    let (started, detected) = (instant(&frame, "started_at", as_of)?, instant(&frame, "detected_at", as_of)?);
    let restored = instant(&frame, "restored_at", as_of)?;
    let changes = causes(links, "incidents", "changes")?;
    let deployments = causes(links, "incidents", "deployments")?;
    let mut found = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let (Some(id), Some(start)) = (ids[row], started[row].or(detected[row])) else { continue };
        let mut incident = Incident {
            id: id.to_string(),
            service: service[row].map(str::to_string),
            start,
            restored: restored[row],
            changes: changes.get(id).cloned().unwrap_or_default(),
            deployments: deployments.get(id).cloned().unwrap_or_default(),
        };
        incident.changes.extend(change[row].map(str::to_string));
        found.push(incident);
    }
    found.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    Ok(found)
}

/// Tickets that declare a change or a deployment as their cause. Their service was not necessarily down, so they say nothing
/// about restoration.
pub(super) fn tickets(context: &Context, links: &Links) -> Result<Vec<Incident>, LakeError> {
    let changes = causes(links, "tickets", "changes")?;
    let deployments = causes(links, "tickets", "deployments")?;
    let frame = context.frame("tickets")?;
    let (ids, change) = (text(&frame, "id")?, text(&frame, "caused_by_change")?);
    let opened = instant(&frame, "opened_at", Some(context.as_of))?;
    let mut found = Vec::new();
    for row in 0..frame.height() {
        let (Some(id), Some(start)) = (ids[row], opened[row]) else { continue };
        let mut ticket = Incident {
            id: id.to_string(),
            start,
            changes: changes.get(id).cloned().unwrap_or_default(),
            deployments: deployments.get(id).cloned().unwrap_or_default(),
            ..Incident::default()
        };
        ticket.changes.extend(change[row].map(str::to_string));
        if ticket.is_declared() {
            found.push(ticket);
        }
    }
    found.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    Ok(found)
}

fn causes(links: &Links, from: &str, to: &str) -> Result<BTreeMap<String, BTreeSet<String>>, LakeError> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (effect, cause) in links.pairs(&["caused_by"], &[from], &[to])? {
        found.entry(effect.to_string()).or_default().insert(cause.to_string());
    }
    Ok(found)
}

/// The relations between records, read once.
pub(super) struct Links(DataFrame);

impl Links {
    /// All of them.
    pub(super) fn read(context: &Context) -> Result<Self, LakeError> {
        Ok(Self(context.frame("links")?))
    }

    /// The ids at both ends of the links of some kinds, from some tables to some tables.
    pub(super) fn pairs(&self, kinds: &[&str], from: &[&str], to: &[&str]) -> Result<Vec<(&str, &str)>, LakeError> {
        let (from_table, from_id) = (text(&self.0, "from_table")?, text(&self.0, "from_id")?);
        let (to_table, to_id, kind) = (text(&self.0, "to_table")?, text(&self.0, "to_id")?, text(&self.0, "kind")?);
        let is = |word: Option<&str>, known: &[&str]| word.is_some_and(|word| known.contains(&word));
        let wanted = |row: &usize| is(kind[*row], kinds) && is(from_table[*row], from) && is(to_table[*row], to);
        Ok((0..self.0.height()).filter(wanted).filter_map(|row| Some((from_id[row]?, to_id[row]?))).collect())
    }
}

/// What ended when on each service, to be looked up by the moment after it.
#[derive(Debug, Default)]
pub(super) struct Ends<'a> {
    by_service: BTreeMap<&'a str, Vec<(i64, usize)>>,
}

impl<'a> Ends<'a> {
    /// From services and instants, row by row; rows without either are passed over.
    pub(super) fn new(rows: impl IntoIterator<Item = (usize, Option<&'a str>, Option<i64>)>) -> Self {
        let mut by_service: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
        for (row, service, at) in rows {
            if let (Some(service), Some(at)) = (service, at) {
                by_service.entry(service).or_default().push((at, row));
            }
        }
        by_service.values_mut().for_each(|list| list.sort_unstable());
        Self { by_service }
    }

    /// Whether anything ended on the service, ever.
    pub(super) fn knows(&self, service: &str) -> bool {
        self.by_service.contains_key(service)
    }

    /// The last that ended at a moment or before it, as (instant, row).
    pub(super) fn last(&self, service: &str, moment: i64) -> Option<(i64, usize)> {
        let list = self.by_service.get(service)?;
        list[..list.partition_point(|(at, _)| *at <= moment)].last().copied()
    }

    /// The rows that ended less than the window before a moment, or at it.
    pub(super) fn near(&self, service: &str, moment: i64) -> impl Iterator<Item = usize> {
        let list = self.by_service.get(service).map_or(&[][..], Vec::as_slice);
        let from = list.partition_point(|(at, _)| *at <= moment - WINDOW);
        let to = list.partition_point(|(at, _)| *at <= moment);
        list[from..to].iter().map(|(_, row)| *row)
    }

    /// The first of the service that ended after a moment, as (instant, row).
    pub(super) fn next(&self, service: &str, moment: i64) -> Option<(i64, usize)> {
        let list = self.by_service.get(service)?;
        list.get(list.partition_point(|(at, _)| *at <= moment)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn what_is_near_ended_less_than_a_day_before() {
        let ends = Ends::new([
            (0, Some("a"), Some(0)),
            (1, Some("a"), Some(10 * HOUR)),
            (2, Some("b"), Some(10 * HOUR)),
            (3, Some("a"), None),
            (4, None, Some(0)),
        ]);
        let near = |moment| ends.near("a", moment).collect::<Vec<_>>();
        assert_eq!(near(-1), Vec::<usize>::new());
        assert_eq!(near(0), [0]);
        assert_eq!(near(10 * HOUR), [0, 1]);
        assert_eq!(near(24 * HOUR), [1], "the window is half-open");
        assert_eq!(near(34 * HOUR), Vec::<usize>::new());
        assert_eq!(ends.last("a", 400 * HOUR), Some((10 * HOUR, 1)));
        assert_eq!(ends.last("a", -1), None);
        assert_eq!(ends.next("a", 0), Some((10 * HOUR, 1)));
        assert!(ends.knows("b") && !ends.knows("c"));
    }
}
