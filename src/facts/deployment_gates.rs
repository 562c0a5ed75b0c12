//! What stands around a deployment: the firebreak that held it, the shadow that it ran in before users were switched to it,
//! and, where it stopped, the ticket that was raised about it.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::attribution::Links;
use super::columns::{Builder, elapsed_s, instant, text};
use super::context::Context;
use super::deployments::Deployments;
use crate::lake::LakeError;

/// A stopped release raises a ticket within so long.
const RAISED_WITHIN: i64 = 3_600 * 1_000_000;

/// Adds the columns.
pub(super) fn add(
    context: &Context,
    frame: &DataFrame,
    all: &Deployments,
    links: &Links,
    fact: &mut Builder,
) -> Result<(), LakeError> {
    let at = |name: &str| -> Result<Vec<Option<i64>>, LakeError> {
        let values = instant(frame, name, Some(context.as_of))?;
        Ok(all.rows.iter().map(|row| values[*row]).collect())
    };
    firebreak(&at("held_at")?, &at("released_at")?, fact)?;
    shadow(context.as_of, all, &at("shadow_at")?, &at("switched_at")?, fact)?;
    let raised = raised(context, all, links)?;
    let stopped = all.outcome.iter().map(|outcome| outcome.map(|outcome| matches!(outcome, "failed" | "rolled_back")));
    let stopped: Vec<Option<bool>> = stopped.collect();
    let within = (0..all.len()).map(|row| {
        let times = raised.as_ref()?.get(all.id[row]);
        (stopped[row] == Some(true)).then(|| in_time(all, row, times, context.as_of)).flatten()
    });
    fact.boolean("ticket_raised", within.collect());
    fact.boolean("stopped", stopped);
    Ok(())
}

/// Held and let go. Where no deployment was ever held, nothing is known of a firebreak.
fn firebreak(held: &[Option<i64>], released: &[Option<i64>], fact: &mut Builder) -> Result<(), LakeError> {
    let known = held.iter().any(Option::is_some);
    fact.instant("held_at", held.to_vec())?;
    fact.instant("released_at", released.to_vec())?;
    fact.boolean("held", held.iter().map(|held| known.then_some(held.is_some())).collect());
    fact.number("held_s", held.iter().zip(released).map(|(held, released)| elapsed_s(*held, *released)).collect());
    Ok(())
}

/// Shadow and switch. A shadow that the next deployment of its service into production replaces will never be switched to.
fn shadow(
    as_of: i64,
    all: &Deployments,
    shadow: &[Option<i64>],
    switched: &[Option<i64>],
    fact: &mut Builder,
) -> Result<(), LakeError> {
    let into_production = all.ends(|row| all.production[row]);
    let ended: Vec<Option<i64>> = (0..all.len())
        .map(|row| {
            let from = shadow[row]?;
            let replaced = || into_production.next(all.service[row], all.finished[row].max(from)).map(|(end, _)| end);
            switched[row].or_else(replaced)
        })
        .collect();
    fact.instant("shadow_at", shadow.to_vec())?;
    fact.instant("switched_at", switched.to_vec())?;
    fact.instant("shadow_ended_at", ended.clone())?;
    fact.number("shadow_s", shadow.iter().zip(switched).map(|(from, to)| elapsed_s(*from, *to)).collect());
    let watched = shadow.iter().zip(&ended).map(|(from, to)| elapsed_s(*from, Some(to.unwrap_or(as_of))));
    fact.number("shadow_observed_s", watched.collect());
    fact.boolean("switched", shadow.iter().zip(switched).map(|(from, to)| from.map(|_| to.is_some())).collect());
    let never = (0..all.len()).map(|row| shadow[row].map(|_| switched[row].is_none() && ended[row].is_some()));
    fact.boolean("never_switched", never.collect());
    Ok(())
}

/// When the tickets, incidents, problems and bugs that are linked to each deployment were raised; nothing where no deployment
/// is linked to any.
fn raised(
    context: &Context,
    all: &Deployments,
    links: &Links,
) -> Result<Option<BTreeMap<String, Vec<i64>>>, LakeError> {
    let own: BTreeSet<&str> = all.id.iter().copied().collect();
    let mut found: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (table, column) in [("tickets", "opened_at"), ("incidents", "detected_at"), ("problems", "opened_at")] {
        let kinds = ["relates_to", "caused_by"];
        let mut pairs = links.pairs(&kinds, &["deployments"], &[table])?;
        pairs.extend(links.pairs(&kinds, &[table], &["deployments"])?.into_iter().map(|(record, own)| (own, record)));
        pairs.retain(|(deployment, _)| own.contains(deployment));
        if pairs.is_empty() {
            continue;
        }
        let frame = context.frame(table)?;
        let wanted: BTreeSet<&str> = pairs.iter().map(|(_, record)| *record).collect();
        let (id, opened) = (text(&frame, "id")?, instant(&frame, column, Some(context.as_of))?);
        let begun = if table == "incidents" { instant(&frame, "started_at", Some(context.as_of))? } else { Vec::new() };
        let mut when: BTreeMap<&str, i64> = BTreeMap::new();
        for row in 0..frame.height() {
            let at = opened[row].or_else(|| begun.get(row).copied().flatten());
            if let (Some(id), Some(at)) = (id[row].filter(|id| wanted.contains(id)), at) {
                when.insert(id, at);
            }
        }
        for (deployment, record) in pairs {
            found.entry(deployment.to_string()).or_default().extend(when.get(record));
        }
    }
    Ok((!found.is_empty()).then_some(found))
}

/// Whether one of the times lies between the start of a deployment and an hour after its end; not known before that is over.
fn in_time(all: &Deployments, row: usize, times: Option<&Vec<i64>>, as_of: i64) -> Option<bool> {
    let (from, to) = (all.started[row].unwrap_or(all.finished[row]), all.finished[row] + RAISED_WITHIN);
    let raised = times.is_some_and(|times| times.iter().any(|at| (from..=to).contains(at)));
    (raised || to <= as_of).then_some(raised)
}
