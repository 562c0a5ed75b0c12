//! What the list of customers says about an account, and the facts of accounts: `customer_days` (one row an account whose
//! units are known and local day) and `customer_incidents` (one row an incident and an account that uses its service).

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, boolean, instant, integer, text};
use super::context::Context;
use super::service_time::uses;
use crate::arithmetic::{local_time, period};
use crate::lake::LakeError;

/// One account of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Account {
    segment: Option<String>,
    large: Option<bool>,
    units: Option<i64>,
}

/// The list of customers. An account that it lacks has neither segment nor size.
#[derive(Debug, Default)]
pub(super) struct Accounts(BTreeMap<String, Account>);

impl Accounts {
    pub(super) fn read(context: &Context) -> Result<Self, LakeError> {
        let frame = context.frame("customers")?;
        let mut found = Self::default();
        if frame.width() == 0 {
            return Ok(found);
        }
        let (segment, large) = (text(&frame, "segment")?, boolean(&frame, "large")?);
        let units = integer(&frame, "units")?;
        for (row, name) in text(&frame, "customer")?.into_iter().enumerate() {
            let Some(name) = name else { continue };
            let account = Account { segment: segment[row].map(str::to_string), large: large[row], units: units[row] };
            found.0.insert(name.to_string(), account);
        }
        Ok(found)
    }

    fn of(&self, name: Option<&str>) -> Option<&Account> {
        self.0.get(name?)
    }

    /// Adds the segment and the size of the account of each row.
    pub(super) fn describe(&self, fact: &mut Builder, customers: &[Option<&str>]) {
        let segment = customers.iter().map(|name| self.of(*name).and_then(|account| account.segment.clone()));
        fact.text("segment", segment.collect::<Vec<_>>());
        fact.boolean("large", customers.iter().map(|name| self.of(*name).and_then(|account| account.large)).collect());
    }
}

/// Builds the fact `customer_days`.
pub(super) fn build_days(context: &Context) -> Result<DataFrame, LakeError> {
    let accounts = Accounts::read(context)?;
    let (as_of, zone) = (context.as_of, context.project.zone);
    let tickets = context.fact("tickets")?;
    let opened = instant(&tickets, "opened_at", None)?;
    let (customer, parent) = (text(&tickets, "customer")?, text(&tickets, "parent")?);
    let start =
        opened.iter().flatten().min().map(|first| {
            local_time::to_local(*first, zone).map_or(*first, |at| local_time::day_start(at.date(), zone))
        });
    let days = start.map(|start| period::days(start, as_of.saturating_add(1), zone)).unwrap_or_default();
    // A child counts with its parent.
    let mut counts: BTreeMap<(&str, usize), i64> = BTreeMap::new();
    for row in (0..tickets.height()).filter(|row| parent[*row].is_none()) {
        if let (Some(name), Some(opened)) = (customer[row], opened[row]) {
            let day = days.partition_point(|(start, _)| *start <= opened).saturating_sub(1);
            *counts.entry((name, day)).or_default() += 1;
        }
    }
    let mut rows: Vec<(&str, i64, i64, i64)> = Vec::new();
    for (name, account) in &accounts.0 {
        let Some(units) = account.units.filter(|units| *units > 0) else { continue };
        for (number, (start, _)) in days.iter().enumerate() {
            rows.push((name, *start, units, counts.get(&(name.as_str(), number)).copied().unwrap_or(0)));
        }
    }
    let names: Vec<Option<&str>> = rows.iter().map(|row| Some(row.0)).collect();
    let mut fact = Builder::default();
    fact.text("customer", names.clone());
    accounts.describe(&mut fact, &names);
    fact.instant("day", rows.iter().map(|row| Some(row.1)).collect())?;
    fact.integer("units", rows.iter().map(|row| Some(row.2)).collect());
    fact.integer("tickets", rows.iter().map(|row| Some(row.3)).collect());
    // The day of as-of has not had all its hours.
    let running = days.last().map(|(start, _)| *start).filter(|start| {
        let day = local_time::to_local(*start, zone).map(|at| at.date());
        day.and_then(|day| day.succ_opt()).is_none_or(|next| local_time::day_start(next, zone) > as_of)
    });
    fact.boolean("over", rows.iter().map(|row| Some(Some(row.1) != running)).collect());
    fact.finish()
}

/// An account that uses a service, with the time in which an agreement holds; none where only tickets say so.
type User = (String, Option<Vec<(i64, i64)>>);

/// Builds the fact `customer_incidents`.
pub(super) fn build_incidents(context: &Context) -> Result<DataFrame, LakeError> {
    let accounts = Accounts::read(context)?;
    let incidents = context.fact("incidents")?;
    let (id, service) = (text(&incidents, "id")?, text(&incidents, "service")?);
    let started = instant(&incidents, "started_at", None)?;
    let (restored, major) = (instant(&incidents, "restored_at", None)?, boolean(&incidents, "major")?);
    let severity = integer(&incidents, "severity")?;
    let mut users: BTreeMap<String, Vec<User>> = BTreeMap::new();
    for ((customer, service), valid) in uses(context)? {
        users.entry(service).or_default().push((customer, valid));
    }
    let mut rows: Vec<(usize, &str)> = Vec::new();
    for row in 0..incidents.height() {
        let (Some(service), Some(started)) = (service[row], started[row]) else { continue };
        let holds = |valid: &Option<Vec<(i64, i64)>>| match valid {
            Some(spans) => spans.iter().any(|(from, to)| (*from..*to).contains(&started)),
            None => true,
        };
        let hit = users.get(service).into_iter().flatten().filter(|(_, valid)| holds(valid));
        rows.extend(hit.map(|(customer, _)| (row, customer.as_str())));
    }
    let names: Vec<Option<&str>> = rows.iter().map(|(_, customer)| Some(*customer)).collect();
    let mut fact = Builder::default();
    fact.text("customer", names.clone());
    accounts.describe(&mut fact, &names);
    fact.text("incident", rows.iter().map(|(row, _)| id[*row]).collect::<Vec<_>>());
    fact.text("service", rows.iter().map(|(row, _)| service[*row]).collect::<Vec<_>>());
    fact.integer("severity", rows.iter().map(|(row, _)| severity[*row]).collect());
    fact.boolean("major", rows.iter().map(|(row, _)| major[*row]).collect());
    fact.instant("started_at", rows.iter().map(|(row, _)| started[*row]).collect())?;
    fact.instant("restored_at", rows.iter().map(|(row, _)| restored[*row]).collect())?;
    fact.finish()
}
