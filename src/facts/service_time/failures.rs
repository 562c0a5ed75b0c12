//! The fact `failures`: one row per failure of a service.

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::Context;
use super::super::evidence::Outage;
use super::account::{Account, Accounts, plain};
use super::describe;
use super::reasons::{Reason, Reasons};
use crate::arithmetic::interval::{self, Weighted};
use crate::lake::LakeError;

/// One failure: recorded unplanned down intervals less than the merge gap apart, whole, that touch agreed time.
pub(super) struct Failure {
    /// When it began, µs UTC.
    pub start: i64,
    pub(super) end: i64,
    open: bool,
    weighted_s: f64,
    weight: f64,
    outages: Vec<Outage>,
}

/// The failures of a service up to as-of.
///
/// They are taken from what was recorded, not from what is left of it in agreed time: closed hours and windows of maintenance
/// interrupt the account of an outage, but not the outage. A failure that touches no agreed time is none; one that began in
/// announced maintenance begins when that is over.
pub(super) fn failures(account: &Account, as_of: i64) -> Vec<Failure> {
    let outages = &account.evidence.outages;
    let recorded = interval::clip(&plain(&account.evidence.down), account.since, i64::MAX);
    let counted = plain(&account.unplanned);
    interval::merge_gap(&recorded, (account.rules.merge_gap_s * 1e6) as i64)
        .into_iter()
        .filter_map(|(start, end)| {
            interval::clip(&counted, start, end).first()?;
            let start = after_maintenance(account, &recorded, start)?;
            let inside = |from: i64, to: i64| from < end && to > start;
            // Spans of down time are sorted and disjoint.
            let down = &account.evidence.down;
            let from = down.partition_point(|item| item.end <= start);
            let parts: Vec<Weighted> = down[from..]
                .iter()
                .take_while(|item| item.start < end)
                .filter_map(|item| cut(item, start, end))
                .collect();
            let outages: Vec<Outage> =
                outages.iter().filter(|outage| inside(outage.span.start, outage.span.end)).cloned().collect();
            Some(Failure {
                start,
                end,
                open: end >= as_of && (outages.is_empty() || outages.iter().any(|outage| outage.open)),
                weighted_s: interval::weighted_s(&parts),
                weight: parts.iter().map(|item| item.weight).fold(0.0, f64::max),
                outages,
            })
        })
        .collect()
}

/// The first recorded down time at or after a moment that lies outside announced maintenance.
fn after_maintenance(account: &Account, recorded: &[(i64, i64)], mut at: i64) -> Option<i64> {
    let windows = &account.evidence.maintenance;
    loop {
        let span = recorded.get(recorded.partition_point(|span| span.1 <= at))?;
        at = span.0.max(at);
        match windows.get(windows.partition_point(|window| window.1 <= at)).filter(|window| window.0 <= at) {
            Some(window) => at = window.1,
            None => return Some(at),
        }
    }
}

fn cut(item: &Weighted, start: i64, end: i64) -> Option<Weighted> {
    let (start, end) = (item.start.max(start), item.end.min(end));
    (start < end).then_some(Weighted { start, end, ..*item })
}

/// Builds the fact `failures`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let reasons = Reasons::load(context)?;
    let rows: Vec<(&Account, Failure, Reason)> = accounts
        .0
        .iter()
        .flat_map(|account| failures(account, context.as_of).into_iter().map(move |failure| (account, failure)))
        .map(|(account, failure)| {
            // The outage that lasted the longest says why.
            let longest = failure.outages.iter().max_by_key(|outage| outage.span.end - outage.span.start);
            let reason = reasons.of(&account.service, longest, (failure.start, failure.end));
            (account, failure, reason)
        })
        .collect();
    let mut fact = Builder::default();
    fact.text("service", rows.iter().map(|(account, ..)| Some(account.service.as_str())).collect::<Vec<_>>());
    describe(&mut fact, &references, &rows.iter().map(|(account, ..)| account.service.as_str()).collect::<Vec<_>>());
    fact.instant("started_at", rows.iter().map(|(_, failure, _)| Some(failure.start)).collect())?;
    fact.instant("ended_at", rows.iter().map(|(_, f, _)| (!f.open).then_some(f.end)).collect())?;
    fact.number("duration_s", rows.iter().map(|(_, f, _)| Some((f.end - f.start) as f64 / 1e6)).collect());
    fact.number("weighted_s", rows.iter().map(|(_, failure, _)| Some(failure.weighted_s)).collect());
    fact.number("weight", rows.iter().map(|(_, failure, _)| Some(failure.weight)).collect());
    fact.text("cause", rows.iter().map(|(.., reason)| reason.cause.clone()).collect::<Vec<_>>());
    fact.text("change", rows.iter().map(|(.., reason)| reason.change.clone()).collect::<Vec<_>>());
    fact.text("incident", rows.iter().map(|(.., reason)| reason.incident.clone()).collect::<Vec<_>>());
    fact.text("cause_supplier", rows.iter().map(|(.., reason)| reason.supplier.clone()).collect::<Vec<_>>());
    fact.integer("outages", rows.iter().map(|(_, failure, _)| Some(failure.outages.len() as i64)).collect());
    fact.boolean("open", rows.iter().map(|(_, failure, _)| Some(failure.open)).collect());
    fact.boolean("caused_by_change", rows.iter().map(|(.., reason)| Some(reason.change.is_some())).collect());
    fact.finish()
}
