//! Which tickets and incidents are linked to which problem or bug, and the fact `problem_tickets`: one row such a link.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::Links;
use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use super::incidents::linked;
use super::problem_life::{self, Problem};
use crate::lake::LakeError;

/// The links by which a record has to do with a problem, in either direction.
const KINDS: [&str; 3] = ["caused_by", "fixed_by", "relates_to"];

/// A ticket or an incident behind which a problem or a bug is said to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Effect {
    /// `tickets` or `incidents`.
    pub table: &'static str,
    pub id: String,
    /// When it was opened, or began.
    pub at: i64,
    /// When it was closed, or restored.
    pub ended: Option<i64>,
    /// Whether it is an incident: of that table, or a ticket of that kind or of none.
    pub incident: bool,
    /// The ticket that it is counted with.
    pub parent: Option<String>,
    pub customer: Option<String>,
}

/// The effects of each problem in the order of their beginning, by its number.
pub(super) type Effects = BTreeMap<String, Vec<Effect>>;

/// Records by number.
type ById = BTreeMap<String, Effect>;

/// Reads all links to problems. An incident whose own ticket is linked to the same problem is there once, as that ticket.
pub(super) fn read(context: &Context) -> Result<Effects, LakeError> {
    let links = Links::read(context)?;
    let mut found: BTreeMap<String, BTreeSet<(&'static str, String)>> = BTreeMap::new();
    for table in ["tickets", "incidents"] {
        let mut add = |problem: &str, id: &str| {
            found.entry(problem.to_string()).or_default().insert((table, id.to_string()));
        };
        links.pairs(&KINDS, &[table], &["problems"])?.into_iter().for_each(|(id, problem)| add(problem, id));
        links.pairs(&KINDS, &["problems"], &[table])?.into_iter().for_each(|(problem, id)| add(problem, id));
        let frame = context.frame(table)?;
        for (id, problem) in text(&frame, "id")?.into_iter().zip(text(&frame, "problem")?) {
            if let (Some(id), Some(problem)) = (id, problem) {
                add(problem, id);
            }
        }
    }
    let wanted: BTreeSet<&str> = found.values().flatten().map(|(_, id)| id.as_str()).collect();
    let (tickets, (incidents, own_ticket)) = (tickets(context, &wanted)?, incidents(context, &wanted)?);
    let mut effects = Effects::new();
    for (problem, records) in &found {
        let twice = |id: &String| {
            own_ticket
                .get(id)
                .is_some_and(|ticket| tickets.contains_key(ticket) && records.contains(&("tickets", ticket.clone())))
        };
        let record = |(table, id): &(&'static str, String)| match *table {
            "tickets" => tickets.get(id).cloned(),
            _ if twice(id) => None,
            _ => incidents.get(id).cloned(),
        };
        let mut list: Vec<Effect> = records.iter().filter_map(record).collect();
        list.sort_by(|a, b| (a.at, a.table, &a.id).cmp(&(b.at, b.table, &b.id)));
        effects.insert(problem.clone(), list);
    }
    effects.retain(|_, list| !list.is_empty());
    Ok(effects)
}

/// The wanted tickets that were opened by as-of. Where no closing is recorded, the resolution stands for it.
fn tickets(context: &Context, wanted: &BTreeSet<&str>) -> Result<ById, LakeError> {
    let frame = context.frame("tickets")?;
    let (id, kind, customer) = (text(&frame, "id")?, text(&frame, "kind")?, text(&frame, "customer")?);
    let opened = instant(&frame, "opened_at", Some(context.as_of))?;
    let closed = instant(&frame, "closed_at", Some(context.as_of))?;
    let resolved = instant(&frame, "resolved_at", Some(context.as_of))?;
    let ended: Vec<Option<i64>> = closed.iter().zip(resolved).map(|(closed, resolved)| closed.or(resolved)).collect();
    let mut parents: BTreeMap<String, String> = BTreeMap::new();
    for kind in ["duplicate_of", "child_of"] {
        parents.extend(linked(context, kind, &["tickets"], &["tickets"])?);
    }
    let own = text(&frame, "parent")?;
    let mut found = ById::new();
    for row in 0..frame.height() {
        if let (Some(id), Some(at)) = (id[row].filter(|id| wanted.contains(id)), opened[row]) {
            let effect = Effect {
                table: "tickets",
                id: id.to_string(),
                at,
                ended: ended[row].filter(|ended| *ended >= at),
                incident: kind[row].is_none_or(|kind| kind == "incident"),
                parent: own[row].map(str::to_string).or_else(|| parents.get(id).cloned()),
                customer: customer[row].map(str::to_string),
            };
            found.insert(id.to_string(), effect);
        }
    }
    Ok(found)
}

/// The wanted incidents that began by as-of, and the ticket of each that has one.
fn incidents(context: &Context, wanted: &BTreeSet<&str>) -> Result<(ById, BTreeMap<String, String>), LakeError> {
    let frame = context.frame("incidents")?;
    let (id, ticket) = (text(&frame, "id")?, text(&frame, "ticket")?);
    let at = |name: &str| instant(&frame, name, Some(context.as_of));
    let (started, detected, restored) = (at("started_at")?, at("detected_at")?, at("restored_at")?);
    let (mut found, mut tickets) = (ById::new(), BTreeMap::new());
    for row in 0..frame.height() {
        let began = started[row].or(detected[row]);
        if let (Some(id), Some(at)) = (id[row].filter(|id| wanted.contains(id)), began) {
            let ended = restored[row].filter(|ended| *ended >= at);
            let id = id.to_string();
            tickets.extend(ticket[row].map(|ticket| (id.clone(), ticket.to_string())));
            found.insert(id.clone(), Effect { table: "incidents", id, at, ended, incident: true, ..Effect::default() });
        }
    }
    Ok((found, tickets))
}

/// Builds the fact `problem_tickets`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("problems")?;
    let references = context.references()?;
    let problems = problem_life::read(&frame, context.as_of)?;
    let effects = read(context)?;
    let of = |problem: &Problem| problem.id.and_then(|id| effects.get(id)).map_or(&[][..], Vec::as_slice);
    let rows: Vec<(&Problem, &Effect)> =
        problems.iter().flat_map(|problem| of(problem).iter().map(move |effect| (problem, effect))).collect();
    let mut fact = Builder::default();
    for (column, name) in [("id", "problem_id"), ("kind", "kind"), ("service", "service"), ("team", "team")]
        .into_iter()
        .chain([("found_by", "found_by"), ("release", "release")])
    {
        let values = text(&frame, column)?;
        fact.text(name, rows.iter().map(|(problem, _)| values[problem.row]).collect::<Vec<_>>());
    }
    let service = text(&frame, "service")?;
    let supplier = rows.iter().map(|(problem, _)| references.supplier.get(service[problem.row]?).cloned());
    fact.text("supplier", supplier.collect::<Vec<_>>());
    for name in ["severity", "priority"] {
        let values = integer(&frame, name)?;
        fact.integer(name, rows.iter().map(|(problem, _)| values[problem.row]).collect());
    }
    fact.text("record_table", rows.iter().map(|(_, effect)| Some(effect.table)).collect::<Vec<_>>());
    fact.text("record", rows.iter().map(|(_, effect)| Some(effect.id.as_str())).collect::<Vec<_>>());
    fact.text("parent", rows.iter().map(|(_, effect)| effect.parent.as_deref()).collect::<Vec<_>>());
    fact.text("customer", rows.iter().map(|(_, effect)| effect.customer.as_deref()).collect::<Vec<_>>());
    fact.instant("opened_at", rows.iter().map(|(_, effect)| Some(effect.at)).collect())?;
    fact.instant("problem_opened_at", rows.iter().map(|(problem, _)| Some(problem.opened)).collect())?;
    fact.instant("problem_ended_at", rows.iter().map(|(problem, _)| problem.ended).collect())?;
    fact.boolean("ticket", rows.iter().map(|(_, effect)| Some(effect.table == "tickets")).collect());
    fact.boolean("incident", rows.iter().map(|(_, effect)| Some(effect.incident)).collect());
    fact.boolean("bug", rows.iter().map(|(problem, _)| problem.is_bug()).collect());
    fact.boolean("problem", rows.iter().map(|(problem, _)| problem.is_bug().map(|bug| !bug)).collect());
    let after = rows.iter().map(|(problem, effect)| Some(problem.ended.is_some_and(|ended| effect.at > ended)));
    fact.boolean("repeat", after.collect());
    fact.finish()
}
