//! The fact `location_time`: one row per service, location and local day, for the locations that outages or probes name.

use std::collections::BTreeSet;

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::Context;
use super::account::{Account, Accounts, any, within, within_weighted};
use super::describe;
use crate::arithmetic::{interval, period};
use crate::lake::LakeError;

/// Builds the fact `location_time`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let here: Vec<(String, Account)> = accounts.0.iter().flat_map(split).collect();
    let mut rows: Vec<(&str, &Account, (i64, i64))> = Vec::new();
    for (place, account) in &here {
        let (Some(first), Some(last)) = (account.scheduled.first(), account.scheduled.last()) else { continue };
        let days = period::days(first.0, last.1, context.project.zone);
        rows.extend(days.into_iter().map(|day| (place.as_str(), account, day)));
    }
    let services: Vec<&str> = rows.iter().map(|(_, account, _)| account.service.as_str()).collect();
    let number = |value: fn(&Account, (i64, i64)) -> f64| -> Vec<Option<f64>> {
        rows.iter().map(|(_, account, day)| Some(value(account, *day))).collect()
    };
    let mut fact = Builder::default();
    fact.text("service", services.iter().copied().map(Some).collect());
    fact.text("location", rows.iter().map(|(place, ..)| Some(*place)).collect());
    fact.instant("day", rows.iter().map(|(.., day)| Some(day.0)).collect())?;
    describe(&mut fact, &references, &services);
    fact.number("scheduled_s", number(|a, day| within(&a.scheduled, day)));
    fact.number("known_s", number(|a, day| within(&a.known, day)));
    fact.number("agreed_s", number(|a, day| within(&a.agreed, day)));
    fact.number("down_s", number(|a, day| within_weighted(&a.down, day, any)));
    fact.number("weighted_down_s", number(|a, day| within_weighted(&a.down, day, |weight| weight)));
    fact.finish()
}

/// The account of a service at each of its locations: outages that name the location or none, and the probes there. A
/// location without probes knows what the register of outages says.
pub(super) fn split(account: &Account) -> Vec<(String, Account)> {
    let evidence = &account.evidence;
    let mut places: BTreeSet<&String> = evidence.places.keys().collect();
    places.extend(evidence.outages.iter().filter_map(|outage| outage.location.as_ref()));
    places
        .into_iter()
        .map(|place| {
            let mut here = evidence.clone();
            here.outages.retain(|outage| outage.location.as_ref().is_none_or(|location| location == place));
            (here.known, here.failing) = match evidence.places.get(place) {
                Some((known, failing)) => (Some(known.clone()), failing.clone()),
                None => (None, Vec::new()),
            };
            here.settle();
            let scheduled = interval::clip(&account.scheduled, account.since, i64::MAX);
            let mut split = Account::new(account.service.clone(), scheduled, here, account.rules.clone());
            (split.since, split.scheduled) = (account.since, account.scheduled.clone());
            (place.clone(), split)
        })
        .collect()
}
