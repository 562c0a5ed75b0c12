//! The fact `customer_time`: one row per customer, service that it uses and local day.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::super::accounts::Accounts as ListedAccounts;
use super::super::columns::{Builder, instant, text};
use super::super::context::Context;
use super::account::{Accounts, any, within, within_weighted};
use super::describe;
use crate::arithmetic::interval::{self, Weighted};
use crate::arithmetic::period;
use crate::lake::LakeError;

/// Customer and service, with the time in which an agreement holds; none where only tickets say so.
pub(in crate::facts) type Uses = BTreeMap<(String, String), Option<Vec<(i64, i64)>>>;

/// Builds the fact `customer_time`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let mut rows: Vec<Row> = Vec::new();
    let uses = uses(context)?;
    for ((customer, service), valid) in &uses {
        let Some(account) = accounts.of(service) else { continue };
        let cut = |spans: &[(i64, i64)]| match valid {
            Some(valid) => interval::intersect(spans, valid),
            None => spans.to_vec(),
        };
        let (scheduled, known, agreed) = (cut(&account.scheduled), cut(&account.known), cut(&account.agreed));
        let down: Vec<Weighted> = interval::intersect_weighted(&account.down, &agreed);
        let (Some(first), Some(last)) = (scheduled.first(), scheduled.last()) else { continue };
        for day in period::days(first.0, last.1, context.project.zone) {
            rows.push(Row {
                customer,
                service,
                day: day.0,
                scheduled: within(&scheduled, day),
                known: within(&known, day),
                agreed: within(&agreed, day),
                down: within_weighted(&down, day, any),
                weighted: within_weighted(&down, day, |weight| weight),
            });
        }
    }
    let services: Vec<&str> = rows.iter().map(|row| row.service).collect();
    let mut fact = Builder::default();
    fact.text("customer", rows.iter().map(|row| Some(row.customer)).collect());
    let customers: Vec<Option<&str>> = rows.iter().map(|row| Some(row.customer)).collect();
    ListedAccounts::read(context)?.describe(&mut fact, &customers);
    fact.text("service", services.iter().copied().map(Some).collect());
    fact.instant("day", rows.iter().map(|row| Some(row.day)).collect())?;
    describe(&mut fact, &references, &services);
    fact.number("scheduled_s", rows.iter().map(|row| Some(row.scheduled)).collect());
    fact.number("known_s", rows.iter().map(|row| Some(row.known)).collect());
    fact.number("agreed_s", rows.iter().map(|row| Some(row.agreed)).collect());
    fact.number("down_s", rows.iter().map(|row| Some(row.down)).collect());
    fact.number("weighted_down_s", rows.iter().map(|row| Some(row.weighted)).collect());
    fact.finish()
}

struct Row<'a> {
    customer: &'a str,
    service: &'a str,
    day: i64,
    scheduled: f64,
    known: f64,
    agreed: f64,
    down: f64,
    weighted: f64,
}

/// Which customer uses which service: by agreements with it; a customer without any by its tickets.
pub(in crate::facts) fn uses(context: &Context) -> Result<Uses, LakeError> {
    let mut uses: Uses = BTreeMap::new();
    let agreements = context.frame("agreements")?;
    let (kind, party) = (text(&agreements, "kind")?, text(&agreements, "party")?);
    let service = text(&agreements, "service")?;
    let (from, to) = (instant(&agreements, "valid_from", None)?, instant(&agreements, "valid_to", None)?);
    for row in 0..agreements.height() {
        if let (Some("sla"), Some(party), Some(service)) = (kind[row], party[row], service[row]) {
            let span = (from[row].unwrap_or(i64::MIN / 4), to[row].unwrap_or(i64::MAX / 4));
            let spans = uses.entry((party.to_string(), service.to_string())).or_insert_with(|| Some(Vec::new()));
            if let Some(spans) = spans {
                spans.push(span);
            }
        }
    }
    for spans in uses.values_mut().flatten() {
        *spans = interval::union(std::mem::take(spans));
    }
    let agreed: BTreeSet<String> = uses.keys().map(|(customer, _)| customer.clone()).collect();
    let tickets = context.frame("tickets")?;
    let (customer, service) = (text(&tickets, "customer")?, text(&tickets, "service")?);
    let opened = instant(&tickets, "opened_at", Some(context.as_of))?;
    let seen: BTreeSet<(&str, &str)> = (0..tickets.height())
        .filter(|row| opened[*row].is_some())
        .filter_map(|row| Some((customer[row]?, service[row]?)))
        .filter(|(customer, _)| !agreed.contains(*customer))
        .collect();
    uses.extend(seen.into_iter().map(|(customer, service)| ((customer.to_string(), service.to_string()), None)));
    Ok(uses)
}
