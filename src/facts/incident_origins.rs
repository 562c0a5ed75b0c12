//! The fact `incident_origins`: one row an incident, with what brought it about (declared, or suggested by time) and whether
//! users were the ones who reported it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::{self, Ends, Links};
use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use super::deployments;
use crate::lake::LakeError;

/// The ways in which a ticket comes in without a user.
const MACHINES: [&str; 8] =
    ["monitoring", "alert", "event", "system", "integration", "automation", "self-healing", "alerting"];

/// Builds the fact `incident_origins`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let fact = context.fact("incidents")?;
    let id = text(&fact, "id")?;
    let count = fact.height();
    let links = Links::read(context)?;
    let incidents = attribution::incidents(context, &links)?;
    let by_id: BTreeMap<&str, usize> =
        incidents.iter().enumerate().map(|(number, incident)| (incident.id.as_str(), number)).collect();
    let number: Vec<Option<usize>> = id.iter().map(|id| by_id.get((*id)?).copied()).collect();
    let before = deployments::last_before(context, &incidents)?;
    let changes = context.frame("changes")?;
    let (change_id, change_service) = (text(&changes, "id")?, text(&changes, "service")?);
    let ended = attribution::work_ended(&changes, context.as_of)?.into_iter();
    let outcome = text(&changes, "outcome")?;
    let over = ended.enumerate().filter(|(row, _)| outcome[*row] != Some("cancelled"));
    let ends = Ends::new(over.map(|(row, ended)| (row, change_service[row], ended)));
    let deployed = deployments::into_production(context)?;
    let deployed =
        Ends::new(deployed.iter().enumerate().map(|(row, (name, at))| (row, Some(name.as_str()), Some(*at))));

    let mut built = Builder::default();
    for name in ["id", "service", "team", "supplier", "kind", "cause", "detected_by"] {
        built.text(name, text(&fact, name)?);
    }
    built.integer("severity", integer(&fact, "severity")?);
    let (started, restored) = (instant(&fact, "started_at", None)?, instant(&fact, "restored_at", None)?);
    built.instant("started_at", started.clone())?;
    built.instant("restored_at", restored.clone())?;
    let service = text(&fact, "service")?;
    let declared: Vec<bool> =
        number.iter().map(|number| number.is_some_and(|number| incidents[number].is_declared())).collect();
    built.boolean("caused_by_change", declared.iter().map(|declared| Some(*declared)).collect());
    let suspect: Vec<Option<usize>> = (0..count)
        .map(|row| if declared[row] { None } else { ends.near(service[row]?, started[row]?).last() })
        .collect();
    let near = |row: usize| {
        let (Some(service), Some(start)) = (service[row], started[row]) else { return false };
        !declared[row] && (suspect[row].is_some() || deployed.near(service, start).next().is_some())
    };
    built.boolean("caused_by_change_inferred", (0..count).map(|row| Some(near(row))).collect());
    built.text("change_before", suspect.iter().map(|row| row.and_then(|row| change_id[row])).collect::<Vec<_>>());
    let last = number.iter().map(|number| number.and_then(|number| before[number].clone()));
    built.text("deployment_before", last.collect::<Vec<_>>());

    let reports = reports(context, &links, &id, &text(&fact, "ticket")?)?;
    // Where no incident is linked to any ticket, nothing is known about who reported what.
    let known = reports.iter().any(|times| !times.is_empty());
    let first: Vec<Option<i64>> = reports.iter().map(|times| times.first().copied()).collect();
    built.instant("first_report_at", first.clone())?;
    built.integer("reports", reports.iter().map(|times| known.then_some(times.len() as i64)).collect());
    let ahead = (0..count).map(|row| {
        if !known {
            return None;
        }
        // Restored before it began: nobody knows when it was.
        if restored[row] < started[row] && restored[row].is_some() {
            return None;
        }
        match (restored[row], first[row]) {
            (Some(restored), Some(first)) => Some(restored <= first),
            (Some(_), None) => Some(true),
            // A user has reported it, and it lasts.
            (None, Some(_)) => Some(false),
            (None, None) => None,
        }
    });
    built.boolean("restored_before_report", ahead.collect());
    built.finish()
}

/// When users reported each incident, in order: the tickets linked to it that no machine opened.
fn reports(
    context: &Context,
    links: &Links,
    ids: &[Option<&str>],
    own: &[Option<&str>],
) -> Result<Vec<Vec<i64>>, LakeError> {
    let mut tickets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let kinds = ["caused_by", "relates_to", "child_of", "duplicate_of", "fixed_by"];
    for (ticket, incident) in links.pairs(&kinds, &["tickets"], &["incidents"])? {
        tickets.entry(incident).or_default().insert(ticket);
    }
    for (incident, ticket) in links.pairs(&kinds, &["incidents"], &["tickets"])? {
        tickets.entry(incident).or_default().insert(ticket);
    }
    for (id, ticket) in ids.iter().zip(own) {
        if let (Some(id), Some(ticket)) = (id, ticket) {
            tickets.entry(id).or_default().insert(ticket);
        }
    }
    let wanted: BTreeSet<&str> = tickets.values().flatten().copied().collect();
    let frame = context.frame("tickets")?;
    let (id, channel, kind) = (text(&frame, "id")?, text(&frame, "channel")?, text(&frame, "kind")?);
    let opened = instant(&frame, "opened_at", Some(context.as_of))?;
    let mut when: BTreeMap<&str, i64> = BTreeMap::new();
    for row in 0..frame.height() {
        let machine = channel[row].is_some_and(|channel| MACHINES.contains(&channel.trim().to_lowercase().as_str()));
        if let (Some(id), Some(opened)) = (id[row], opened[row])
            && wanted.contains(id)
            && !machine
            && kind[row] != Some("event")
        {
            when.insert(id, opened);
        }
    }
    Ok(ids
        .iter()
        .map(|id| {
            let linked = id.and_then(|id| tickets.get(id)).into_iter().flatten();
            let mut times: Vec<i64> = linked.filter_map(|ticket| when.get(ticket).copied()).collect();
            times.sort_unstable();
            times
        })
        .collect())
}
