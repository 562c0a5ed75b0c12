//! The fact `changes`: one row a change, with outcome, authorisation, collisions and the incidents that it caused.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::{self, Ends, Links};
use super::change_stages;
use super::columns::{Builder, boolean, elapsed_s, instant, text};
use super::context::{Context, References};
use super::incidents::linked;
use crate::lake::LakeError;

/// Builds the fact `changes`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let changes = context.frame("changes")?;
    let references = context.references()?;
    let at = |name: &str| instant(&changes, name, Some(as_of));
    let (requested, approved) = (at("requested_at")?, at("approved_at")?);
    let (started, closed_at) = (at("started_at")?, at("closed_at")?);
    // A record may be closed days after its work ended: that moment says when a change was over, and measures nothing.
    let ended = at("ended_at")?;
    let finished: Vec<Option<i64>> = ended.iter().zip(&closed_at).map(|(ended, closed)| ended.or(*closed)).collect();
    let planned_start = instant(&changes, "planned_start_at", None)?;
    let planned_end = instant(&changes, "planned_end_at", None)?;
    let (id, service, kind) = (text(&changes, "id")?, text(&changes, "service")?, text(&changes, "type")?);
    let outcome = text(&changes, "outcome")?;
    let authorised_flag = boolean(&changes, "authorised")?;
    let count = changes.height();

    let declared = declared_causes(context)?;
    let inferred = inferred_causes(context, &service, &attribution::work_ended(&changes, as_of)?)?;
    let later = |name: &str| -> Result<Vec<bool>, LakeError> {
        let values = instant(&changes, name, None)?;
        Ok(values.into_iter().map(|at| at.is_some_and(|at| at > as_of)).collect())
    };
    let (ends_later, closes_later) = (later("ended_at")?, later("closed_at")?);
    // In progress at as-of; an outcome belongs to the end, which may lie after it.
    let runs = |row: usize| finished[row].is_none() && (outcome[row].is_none() || ends_later[row] || closes_later[row]);
    let until: Vec<Option<i64>> = (0..count).map(|row| ended[row].or(runs(row).then_some(as_of))).collect();
    let colliding = collisions(&references, &service, &started, &until);

    let mut fact = Builder::default();
    for name in ["id", "service", "ci", "type", "risk", "status", "outcome", "team", "release"] {
        fact.text(name, text(&changes, name)?);
    }
    let supplier = service.iter().map(|service| service.and_then(|s| references.supplier.get(s)).map(String::as_str));
    fact.text("supplier", supplier.collect::<Vec<_>>());
    for (name, values) in [
        ("requested_at", &requested),
        ("approved_at", &approved),
        ("planned_start_at", &planned_start),
        ("planned_end_at", &planned_end),
        ("started_at", &started),
        ("ended_at", &ended),
        ("finished_at", &finished),
        ("closed_at", &closed_at),
    ] {
        fact.instant(name, values.clone())?;
    }
    let closed: Vec<bool> = (0..count)
        .map(|row| outcome[row].is_some_and(|outcome| outcome != "cancelled") && finished[row].is_some())
        .collect();
    let caused: Vec<bool> = id.iter().map(|id| id.is_some_and(|id| declared.contains(id))).collect();
    let is =
        |words: &'static [&'static str]| move |outcome: &Option<&str>| outcome.map(|outcome| words.contains(&outcome));
    fact.boolean("closed", closed.iter().map(|closed| Some(*closed)).collect());
    fact.boolean("successful", outcome.iter().map(is(&["successful", "successful_with_issues"])).collect());
    let failed = outcome
        .iter()
        .zip(&caused)
        .map(|(outcome, caused)| if *caused { Some(true) } else { is(&["failed", "backed_out"])(outcome) });
    fact.boolean("failed", failed.collect());
    fact.boolean("with_issues", outcome.iter().map(is(&["successful_with_issues"])).collect());
    fact.boolean("backed_out", outcome.iter().map(is(&["backed_out"])).collect());
    fact.boolean("caused_incident", caused.iter().map(|caused| Some(*caused)).collect());
    let inferred = inferred.iter().zip(&caused).map(|(inferred, declared)| Some(*inferred && !declared));
    fact.boolean("caused_incident_inferred", inferred.collect());

    // Approval is judged only where the export carries it at all; a standard change is approved in advance.
    // What was cancelled without having begun was never carried out.
    let begun = |row: usize| started[row].or(finished[row].filter(|_| outcome[row] != Some("cancelled")));
    let carries_approval = approved.iter().any(Option::is_some) || authorised_flag.iter().any(Option::is_some);
    let authorised: Vec<Option<bool>> = (0..count)
        .map(|row| {
            if !carries_approval {
                return None;
            }
            let begun = begun(row)?;
            if let Some(flag) = authorised_flag[row] {
                return Some(flag && approved[row].is_none_or(|approved| approved <= begun));
            }
            match approved[row] {
                Some(approved) => Some(approved <= begun),
                None => Some(kind[row] == Some("standard")),
            }
        })
        .collect();
    fact.boolean(
        "unauthorised",
        authorised.iter().map(|authorised| authorised.map(|authorised| !authorised)).collect(),
    );
    fact.boolean("authorised", authorised);
    fact.boolean("collides", colliding);
    let within = (0..count).map(|row| {
        let (start, end) = (started[row]?, ended[row]?);
        (start <= end).then_some(start >= planned_start[row]? && end <= planned_end[row]?)
    });
    fact.boolean("within_window", within.collect());
    fact.boolean("emergency", kind.iter().map(|kind| kind.map(|kind| kind == "emergency")).collect());
    fact.boolean("standard", kind.iter().map(|kind| kind.map(|kind| kind == "standard")).collect());
    fact.number("lead_time_s", (0..count).map(|row| elapsed_s(requested[row], ended[row])).collect());
    fact.number("approval_wait_s", (0..count).map(|row| elapsed_s(requested[row], approved[row])).collect());
    fact.number("realisation_s", (0..count).map(|row| elapsed_s(approved[row], ended[row])).collect());
    let after_the_fact = (0..count).map(|row| Some(requested[row]? > begun(row)?));
    fact.boolean("retrospective", after_the_fact.collect());
    fact.number("duration_s", (0..count).map(|row| elapsed_s(started[row], ended[row])).collect());
    // Over, and nobody wrote down when.
    let lost: Vec<bool> = (0..count).map(|row| finished[row].is_none() && !runs(row)).collect();
    change_stages::add(context, &changes, &finished, &lost, &mut fact)?;
    fact.finish()
}

/// Changes that an incident, a ticket or a link names as cause.
fn declared_causes(context: &Context) -> Result<BTreeSet<String>, LakeError> {
    let mut causes = BTreeSet::new();
    for (table, column) in [("incidents", "change"), ("tickets", "caused_by_change")] {
        let frame = context.frame(table)?;
        causes.extend(text(&frame, column)?.into_iter().flatten().map(str::to_string));
    }
    let links = linked(context, "caused_by", &["incidents", "tickets"], &["changes"])?;
    causes.extend(links.into_iter().map(|(_, change)| change));
    Ok(causes)
}

/// Whether an incident without a declared cause began on each change's service within 24 hours after it ended.
fn inferred_causes(context: &Context, service: &[Option<&str>], ended: &[Option<i64>]) -> Result<Vec<bool>, LakeError> {
    let ends = Ends::new(ended.iter().enumerate().map(|(row, ended)| (row, service[row], *ended)));
    let mut near = vec![false; service.len()];
    for incident in
        attribution::incidents(context, &Links::read(context)?)?.iter().filter(|incident| !incident.is_declared())
    {
        let Some(service) = incident.service.as_deref() else { continue };
        ends.near(service, incident.start).for_each(|row| near[row] = true);
    }
    Ok(near)
}

/// Whether each change's actual window overlaps another's on the same service or one that depends on it or it depends on.
/// Missing where the change has no service or no window.
fn collisions(
    references: &References,
    service: &[Option<&str>],
    started: &[Option<i64>],
    ended: &[Option<i64>],
) -> Vec<Option<bool>> {
    let mut windows: BTreeMap<&str, Vec<(i64, i64, usize)>> = BTreeMap::new();
    let window = |row: usize| Some((service[row]?, started[row]?, ended[row]?)).filter(|(_, start, end)| end > start);
    for row in 0..service.len() {
        if let Some((name, start, end)) = window(row) {
            windows.entry(name).or_default().push((start, end, row));
        }
    }
    let mut related: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, others) in &references.depends_on {
        for other in others {
            related.entry(name).or_default().insert(other);
            related.entry(other).or_default().insert(name);
        }
    }
    for list in windows.values_mut() {
        list.sort_unstable();
    }
    (0..service.len())
        .map(|row| {
            let (name, start, end) = window(row)?;
            let near = related.get(name).into_iter().flatten().copied().chain([name]);
            Some(near.filter_map(|name| windows.get(name)).any(|list| {
                let until = list.partition_point(|(other, ..)| *other < end);
                list[..until].iter().any(|(_, other_end, other)| *other != row && *other_end > start)
            }))
        })
        .collect()
}
