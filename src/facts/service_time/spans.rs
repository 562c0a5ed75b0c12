//! The facts `downtime` and `agreed_time`: spans of a service's time, split at local midnights so that any cut of a period
//! adds up.

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::Context;
use super::account::{Account, Accounts, by_day};
use super::blame::{Blame, Segment};
use super::describe;
use super::reasons::Reasons;
use crate::lake::LakeError;

/// Builds the fact `agreed_time`.
pub(in crate::facts) fn build_agreed(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let zone = context.project.zone;
    let rows: Vec<(&str, (i64, i64))> = accounts
        .0
        .iter()
        .flat_map(|account| account.agreed.iter().map(move |span| (account.service.as_str(), *span)))
        .flat_map(|(service, (start, end))| by_day(start, end, zone).into_iter().map(move |part| (service, part)))
        .collect();
    let services: Vec<&str> = rows.iter().map(|(service, _)| *service).collect();
    let mut fact = Builder::default();
    fact.text("service", services.iter().copied().map(Some).collect());
    describe(&mut fact, &references, &services);
    fact.instant("started_at", rows.iter().map(|(_, span)| Some(span.0)).collect())?;
    fact.instant("ended_at", rows.iter().map(|(_, span)| Some(span.1)).collect())?;
    fact.number("duration_s", rows.iter().map(|(_, span)| Some((span.1 - span.0) as f64 / 1e6)).collect());
    fact.finish()
}

/// Builds the fact `downtime`.
pub(in crate::facts) fn build_downtime(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let reasons = Reasons::load(context)?;
    let blame = Blame::new(&references, &accounts, &reasons);
    let zone = context.project.zone;
    let segments: Vec<(&Account, Segment)> = accounts
        .0
        .iter()
        .flat_map(|account| blame.segments(account).into_iter().map(move |segment| (account, segment)))
        .collect();
    let rows: Vec<(&str, &Segment, (i64, i64))> = segments
        .iter()
        .flat_map(|(account, segment)| {
            let parts = by_day(segment.span.start, segment.span.end, zone);
            parts.into_iter().map(move |part| (account.service.as_str(), segment, part))
        })
        .collect();
    let services: Vec<&str> = rows.iter().map(|(service, ..)| *service).collect();
    let length = |part: &(i64, i64)| (part.1 - part.0) as f64 / 1e6;
    let mut fact = Builder::default();
    fact.text("service", services.iter().copied().map(Some).collect());
    describe(&mut fact, &references, &services);
    fact.instant("started_at", rows.iter().map(|(.., part)| Some(part.0)).collect())?;
    fact.instant("ended_at", rows.iter().map(|(.., part)| Some(part.1)).collect())?;
    fact.number("duration_s", rows.iter().map(|(.., part)| Some(length(part))).collect());
    fact.number("weighted_s", rows.iter().map(|(_, s, part)| Some(s.span.weight * length(part))).collect());
    fact.number("weight", rows.iter().map(|(_, segment, _)| Some(segment.span.weight)).collect());
    let mut told = |name: &str, pick: fn(&Segment) -> Option<&String>| {
        fact.text(name, rows.iter().map(|(_, segment, _)| pick(segment)).collect());
    };
    told("cause", |segment| segment.reason.cause.as_ref());
    told("cause_service", |segment| segment.fault.service.as_ref());
    told("cause_supplier", |segment| segment.fault.supplier.as_ref());
    told("incident", |segment| segment.reason.incident.as_ref());
    told("change", |segment| segment.reason.change.as_ref());
    told("location", |segment| segment.location.as_ref());
    fact.text("cause_kind", rows.iter().map(|(_, segment, _)| Some(segment.fault.kind)).collect());
    fact.integer("users_affected", rows.iter().map(|(_, segment, _)| segment.reason.users).collect());
    let minutes =
        rows.iter().map(|(_, segment, part)| segment.reason.users.map(|users| users as f64 * length(part) / 60.0));
    fact.number("user_minutes_lost", minutes.collect());
    fact.boolean("own", rows.iter().map(|(_, segment, _)| Some(segment.own())).collect());
    fact.finish()
}
