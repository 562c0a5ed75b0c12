//! The fact `ticket_links`: one row a ticket with what it is linked to: a configuration item, and anything that was done
//! about it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::Links;
use super::columns::{Builder, instant, text};
use super::context::Context;
use super::incidents::linked;
use super::{problem_effects, problem_life};
use crate::lake::LakeError;

/// Words that stand where a configuration item should.
const FILLERS: [&str; 16] = [
    "?",
    "-",
    "--",
    "n/a",
    "na",
    "none",
    "null",
    "unknown",
    "not applicable",
    "not known",
    "other",
    "tbd",
    "unassigned",
    "undefined",
    "unbekannt",
    "inconnu",
];

/// Builds the fact `ticket_links`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("tickets")?;
    let references = context.references()?;
    let id = text(&frame, "id")?;
    let links = Links::read(context)?;
    let mut acted: BTreeSet<&str> = BTreeSet::new();
    let kinds = ["caused_by", "fixed_by", "relates_to", "child_of"];
    let others = ["incidents", "problems", "changes", "deployments", "work_items", "tickets"];
    acted.extend(links.pairs(&kinds, &["tickets"], &others)?.into_iter().map(|(ticket, _)| ticket));
    acted.extend(links.pairs(&kinds, &others, &["tickets"])?.into_iter().map(|(_, ticket)| ticket));
    let incidents = context.frame("incidents")?;
    acted.extend(text(&incidents, "ticket")?.into_iter().flatten());

    let mut fact = Builder::default();
    for name in ["id", "kind", "service", "team", "category", "channel"] {
        fact.text(name, text(&frame, name)?);
    }
    let kind = text(&frame, "kind")?;
    fact.boolean("event", kind.iter().map(|kind| kind.map(|kind| kind == "event")).collect());
    let service = text(&frame, "service")?;
    let supplier = text(&frame, "supplier")?.into_iter().zip(&service).map(|(own, service)| {
        own.or_else(|| service.and_then(|service| references.supplier.get(service)).map(String::as_str))
    });
    fact.text("supplier", supplier.collect::<Vec<_>>());
    fact.instant("opened_at", instant(&frame, "opened_at", Some(context.as_of))?)?;
    let ci = text(&frame, "ci")?;
    // An export without the column says nothing about how well tickets are linked.
    let carries = ci.iter().any(Option::is_some);
    let valid = |ci: &Option<&str>| {
        let filled = ci.is_some_and(|ci| {
            let word = ci.trim().to_lowercase();
            !word.is_empty() && !FILLERS.contains(&word.as_str())
        });
        carries.then_some(filled)
    };
    fact.boolean("ci_valid", ci.iter().map(valid).collect());
    fact.text("ci", ci);
    let (parent, problem) = (text(&frame, "parent")?, text(&frame, "problem")?);
    let (change, cause) = (text(&frame, "change")?, text(&frame, "caused_by_change")?);
    let done = (0..frame.height()).map(|row| {
        let named = [parent[row], problem[row], change[row], cause[row]].iter().any(Option::is_some);
        Some(named || id[row].is_some_and(|id| acted.contains(id)))
    });
    fact.boolean("acted_on", done.collect());
    let mut parents: BTreeMap<String, String> = BTreeMap::new();
    for kind in ["duplicate_of", "child_of"] {
        parents.extend(linked(context, kind, &["tickets"], &["tickets"])?);
    }
    let parent = parent.iter().zip(&id).map(|(own, id)| own.or_else(|| parents.get((*id)?).map(String::as_str)));
    fact.text("parent", parent.collect::<Vec<_>>());
    fact.boolean("incident", kind.iter().map(|kind| Some(kind.is_none_or(|kind| kind == "incident"))).collect());
    behind(context, &mut fact, &id)?;
    fact.finish()
}

/// What stands behind each ticket: a problem, one that was a known error when the ticket was opened, a bug. Missing where no
/// ticket is linked to any: nothing is known then.
fn behind(context: &Context, fact: &mut Builder, id: &[Option<&str>]) -> Result<(), LakeError> {
    let frame = context.frame("problems")?;
    let problems = problem_life::read(&frame, context.as_of)?;
    let effects = problem_effects::read(context)?;
    let (mut with_problem, mut with_known, mut with_bug) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut carries = false;
    for problem in &problems {
        let tickets = problem.id.and_then(|id| effects.get(id)).into_iter().flatten();
        for ticket in tickets.filter(|effect| effect.table == "tickets") {
            carries = true;
            match problem.is_bug() {
                Some(true) => with_bug.insert(ticket.id.as_str()),
                _ => with_problem.insert(ticket.id.as_str()),
            };
            if problem.is_known_at(ticket.at) {
                with_known.insert(ticket.id.as_str());
            }
        }
    }
    for (name, tickets) in [("with_problem", with_problem), ("with_known_error", with_known), ("with_bug", with_bug)] {
        let told = |id: &Option<&str>| carries.then(|| id.is_some_and(|id| tickets.contains(id)));
        fact.boolean(name, id.iter().map(told).collect());
    }
    Ok(())
}
