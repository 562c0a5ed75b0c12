//! The fact `incidents`: one row an incident, with its clocks.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::clock::{Judgement, Stops, Task, clock_of};
use super::clock_problems::Problems;
use super::columns::{Builder, boolean, counted_s, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// The ids of one table's records that a link of a kind says something about, from the first table to the second as it is written.
pub(super) fn linked(
    context: &Context,
    kind: &str,
    from: &[&str],
    to: &[&str],
) -> Result<Vec<(String, String)>, LakeError> {
    let links = context.frame("links")?;
    let (from_table, from_id) = (text(&links, "from_table")?, text(&links, "from_id")?);
    let (to_table, to_id, kinds) = (text(&links, "to_table")?, text(&links, "to_id")?, text(&links, "kind")?);
    let mut found = Vec::new();
    for row in 0..links.height() {
        if let (Some(a), Some(a_id), Some(b), Some(b_id)) = (from_table[row], from_id[row], to_table[row], to_id[row])
            && kinds[row] == Some(kind)
            && from.contains(&a)
            && to.contains(&b)
        {
            found.push((a_id.to_string(), b_id.to_string()));
        }
    }
    Ok(found)
}

/// The problem behind each ticket that has one, by its own word or by a link.
fn problems_of_tickets(context: &Context) -> Result<BTreeMap<String, String>, LakeError> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for kind in ["fixed_by", "caused_by"] {
        found.extend(linked(context, kind, &["tickets"], &["problems"])?);
    }
    let tickets = context.frame("tickets")?;
    for (id, problem) in text(&tickets, "id")?.iter().zip(text(&tickets, "problem")?) {
        if let (Some(id), Some(problem)) = (id, problem) {
            found.insert((*id).to_string(), problem.to_string());
        }
    }
    Ok(found)
}

/// Builds the fact `incidents`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let incidents = context.frame("incidents")?;
    let references = context.references()?;
    let at = |name: &str| instant(&incidents, name, Some(as_of));
    let (started, detected) = (at("started_at")?, at("detected_at")?);
    let caused: BTreeSet<String> =
        linked(context, "caused_by", &["incidents"], &["changes"])?.into_iter().map(|(incident, _)| incident).collect();

    // What starts after as-of has not happened; an export without a start has the detection instead.
    let begins: Vec<Option<i64>> =
        started.iter().zip(&detected).map(|(started, detected)| started.or(*detected)).collect();
    let rows: Vec<usize> = (0..incidents.height()).filter(|row| begins[*row].is_some()).collect();
    let mut fact = Builder::default();
    let texts = |name: &str| -> Result<Vec<Option<&str>>, LakeError> {
        let values = text(&incidents, name)?;
        Ok(rows.iter().map(|row| values[*row]).collect())
    };
    let instants = |values: &[Option<i64>]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    for name in ["id", "service", "ticket", "status", "detected_by", "cause", "change", "problem", "team"] {
        fact.text(name, texts(name)?);
    }
    let service = texts("service")?;
    let supplier = texts("supplier")?.into_iter().zip(&service).map(|(supplier, service)| {
        supplier.or_else(|| service.and_then(|service| references.supplier.get(service)).map(String::as_str))
    });
    fact.text("supplier", supplier.collect::<Vec<_>>());
    let kind =
        service.iter().map(|service| service.and_then(|service| references.kind.get(service)).map(String::as_str));
    fact.text("kind", kind.collect::<Vec<_>>());
    for name in ["severity", "users_affected"] {
        let values = integer(&incidents, name)?;
        fact.integer(name, rows.iter().map(|row| values[*row]).collect());
    }
    let major = boolean(&incidents, "major")?;
    fact.boolean("major", rows.iter().map(|row| major[*row]).collect());
    let begin = instants(&begins);
    let (started, detected) = (instants(&started), instants(&detected));
    let acknowledged = instants(&at("acknowledged_at")?);
    let mitigated = instants(&at("mitigated_at")?);
    let restored = instants(&at("restored_at")?);
    for (name, values) in [
        ("started_at", &begin),
        ("detected_at", &detected),
        ("acknowledged_at", &acknowledged),
        ("mitigated_at", &mitigated),
        ("restored_at", &restored),
    ] {
        fact.instant(name, values.clone())?;
    }
    fact.boolean("open", restored.iter().map(|restored| Some(restored.is_none())).collect());
    let (ids, change) = (texts("id")?, texts("change")?);
    let by_change =
        ids.iter().zip(&change).map(|(id, change)| Some(change.is_some() || id.is_some_and(|id| caused.contains(id))));
    fact.boolean("caused_by_change", by_change.collect());
    let clock = |from: &[Option<i64>], to: &[Option<i64>]| -> Vec<Option<f64>> {
        from.iter().zip(to).map(|(from, to)| counted_s(context.project, *from, *to)).collect()
    };
    fact.number("time_to_detect_s", clock(&started, &detected));
    fact.number("time_to_acknowledge_s", clock(&detected, &acknowledged));
    fact.number("time_to_mitigate_s", clock(&begin, &mitigated));
    fact.number("time_to_restore_s", clock(&begin, &restored));
    let until: Vec<Option<i64>> = restored.iter().map(|restored| Some(restored.unwrap_or(as_of))).collect();
    fact.number("observed_s", clock(&begin, &until));
    // Exports that never say so are silent about it, and nobody has waited.
    let or_until = |done: &[Option<i64>]| {
        let recorded = done.iter().any(Option::is_some);
        done.iter().zip(&until).map(|(done, until)| done.or(*until).filter(|_| recorded)).collect::<Vec<_>>()
    };
    fact.number("acknowledge_observed_s", clock(&detected, &or_until(&acknowledged)));
    fact.number("mitigate_observed_s", clock(&begin, &or_until(&mitigated)));

    let (problem, severity) = (texts("problem")?, integer(&incidents, "severity")?);
    let problems = Problems::read(context)?;
    let mut linked_problems: BTreeMap<String, String> = BTreeMap::new();
    for kind in ["fixed_by", "caused_by"] {
        linked_problems.extend(linked(context, kind, &["incidents"], &["problems"])?);
    }
    let by_ticket = problems_of_tickets(context)?;
    let tickets = texts("ticket")?;
    // Its own word, else a link, else what its ticket says.
    let own_problem = |row: usize| {
        let linked = || ids[row].and_then(|id| linked_problems.get(id));
        let through_ticket = || tickets[row].and_then(|ticket| by_ticket.get(ticket));
        problem[row].or_else(|| linked().or_else(through_ticket).map(String::as_str))
    };
    let count = rows.len();
    let diagnosed: Vec<_> = (0..count).map(|row| problems.diagnosed(own_problem(row), begin[row])).collect();
    fact.number("time_to_diagnose_s", clock(&acknowledged, &diagnosed));
    fact.instant("diagnosed_at", diagnosed)?;
    let around = (0..count).map(|row| problems.by_workaround(None, own_problem(row), restored[row]));
    fact.boolean("restored_by_workaround", around.collect());
    let declared = &context.project.clocks.restore_within;
    let judged: Vec<Judgement> = (0..count)
        .map(|row| {
            let within = severity[rows[row]].and_then(|severity| declared.get(&severity));
            let (clock, target_s) = clock_of(within, &context.project.clock, Stops::NONE);
            let task = Task { from: begin[row], done: restored[row], ended: None, due: None, met: None, as_of };
            task.judge(&clock, target_s)
        })
        .collect();
    fact.number("restore_target_s", judged.iter().map(|judged| judged.target_s).collect());
    fact.instant("restore_due_at", judged.iter().map(|judged| judged.due).collect())?;
    fact.boolean("restored_within_target", judged.iter().map(|judged| judged.met).collect());
    fact.finish()
}
