//! The fact `service_time` (one row per service and local day), from the interval algebra of agreed time, maintenance,
//! unknown time and weighted down time; its folder holds the facts that rest on the same accounts.

mod account;
mod blame;
mod chains;
mod customers;
mod depends;
#[cfg(test)]
mod failure_tests;
mod failures;
mod places;
mod reasons;
mod spans;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

pub(super) use chains::build as build_chains;
pub(super) use customers::{build as build_customers, uses};
pub(super) use failures::build as build_failures;
pub(super) use places::build as build_places;
pub(super) use spans::{build_agreed, build_downtime};

use super::columns::Builder;
use super::context::{Context, References};
use crate::arithmetic::interval::Weighted;
use crate::arithmetic::period;
use crate::lake::LakeError;
use account::{Account, Accounts, any, only_full, within, within_weighted};
use blame::{Blame, Segment};
use reasons::Reasons;

/// An account with its down time by cause.
struct Told<'a> {
    account: &'a Account,
    own: Vec<Weighted>,
    segments: Vec<Segment>,
    with_maintenance: Vec<Weighted>,
    failures: Vec<i64>,
    users: Option<f64>,
}

type Day = (i64, i64);

/// Builds the fact `service_time`.
pub(super) fn build_days(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let reasons = Reasons::load(context)?;
    let blame = Blame::new(&references, &accounts, &reasons);
    let told: Vec<Told> = accounts
        .0
        .iter()
        .map(|account| {
            let segments = blame.segments(account);
            Told {
                account,
                own: segments.iter().filter(|segment| segment.own()).map(|segment| segment.span).collect(),
                segments,
                with_maintenance: account.down_with_maintenance(),
                failures: failures::failures(account, context.as_of).iter().map(|failure| failure.start).collect(),
                users: references.users.get(&account.service).map(|users| *users as f64),
            }
        })
        .collect();
    let mut rows: Vec<(&Told, Day)> = Vec::new();
    for one in &told {
        let (Some(first), Some(last)) = (one.account.scheduled.first(), one.account.scheduled.last()) else { continue };
        rows.extend(period::days(first.0, last.1, context.project.zone).into_iter().map(|day| (one, day)));
    }
    let number = |value: &dyn Fn(&Told, Day) -> f64| -> Vec<Option<f64>> {
        rows.iter().map(|(told, day)| Some(value(told, *day))).collect()
    };
    let of = |value: fn(&Account, Day) -> f64| number(&|told, day| value(told.account, day));
    let less = |a: &[Option<f64>], b: &[Option<f64>]| -> Vec<Option<f64>> {
        a.iter().zip(b).map(|(a, b)| Some((*a)? - (*b)?)).collect()
    };
    let services: Vec<&str> = rows.iter().map(|(told, _)| told.account.service.as_str()).collect();
    let mut fact = Builder::default();
    fact.text("service", services.iter().copied().map(Some).collect());
    fact.instant("day", rows.iter().map(|(_, day)| Some(day.0)).collect())?;
    describe(&mut fact, &references, &services);
    let scheduled = of(|a, day| within(&a.scheduled, day));
    let agreed = of(|a, day| within(&a.agreed, day));
    let down = of(|a, day| within_weighted(&a.down, day, any));
    let known = of(|a, day| within(&a.known, day));
    let before = of(Account::before_s);
    let up = less(&agreed, &down);
    fact.number("maintenance_s", of(|a, day| within(&a.maintenance, day)));
    fact.number("unknown_s", less(&less(&scheduled, &before), &known));
    fact.number("before_s", before);
    fact.number("scheduled_s", scheduled);
    fact.number("known_s", known);
    fact.number("agreed_s", agreed);
    fact.number("down_s", down);
    fact.number("weighted_down_s", of(|a, day| within_weighted(&a.down, day, |weight| weight)));
    fact.number("strict_down_s", of(|a, day| within_weighted(&a.down, day, only_full)));
    fact.number("own_down_s", number(&|told, day| within_weighted(&told.own, day, any)));
    fact.number("own_weighted_down_s", number(&|told, day| within_weighted(&told.own, day, |weight| weight)));
    fact.number("up_h", up.iter().map(|up| up.map(|up| up / 3_600.0)).collect());
    fact.number("up_s", up);
    fact.number("planned_down_s", of(|a, day| within(&a.maintenance, day)));
    fact.number("overrun_s", of(|a, day| within(&a.overrun, day)));
    fact.text("maintenance_rule", rows.iter().map(|(told, _)| Some(told.account.maintenance_rule())).collect());
    fact.number("agreed_excluded_s", of(|a, day| within(&a.agreed_excluded, day)));
    fact.number("agreed_counted_s", of(|a, day| within(&a.agreed_counted, day)));
    fact.number("unplanned_s", of(|a, day| within_weighted(&a.unplanned, day, any)));
    fact.number("unplanned_weighted_s", of(|a, day| within_weighted(&a.unplanned, day, |weight| weight)));
    let all_down = number(&|told, day| within_weighted(&told.with_maintenance, day, |weight| weight));
    fact.number("all_weighted_down_s", all_down);
    users(&mut fact, &rows);
    let started = rows.iter().map(|(told, (start, end))| {
        Some(told.failures.iter().filter(|failure| (*start..*end).contains(failure)).count() as i64)
    });
    fact.integer("failures", started.collect());
    let targets: BTreeMap<&str, Option<f64>> = accounts
        .0
        .iter()
        .map(|account| (account.service.as_str(), target(context, &references, &account.service)))
        .collect();
    fact.number("availability_target", services.iter().map(|name| targets.get(name).copied().flatten()).collect());
    fact.text("source", rows.iter().map(|(told, _)| Some(told.account.source())).collect());
    fact.finish()
}

/// The target of a service's availability that the project declares: the one whose slice says the most about it.
fn target(context: &Context, references: &References, service: &str) -> Option<f64> {
    let is = |(dimension, value): (&String, &String)| {
        let told = match dimension.as_str() {
            "service" => Some(service),
            "supplier" => references.supplier.get(service).map(String::as_str),
            "kind" => references.kind.get(service).map(String::as_str),
            "criticality" => references.criticality.get(service).map(String::as_str),
            "team" => references.owner.get(service).map(String::as_str),
            _ => None,
        };
        told == Some(value.as_str())
    };
    let declared = context.project.targets.iter().filter(|target| target.metric == "availability");
    let fitting = declared.filter(|target| target.by.iter().all(is));
    // Its name says the most; of equals the last one declared counts.
    fitting.max_by_key(|target| (target.by.contains_key("service"), target.by.len())).map(|target| target.target)
}

/// The columns in user time: all missing where nobody counted the service's users.
fn users(fact: &mut Builder, rows: &[(&Told, Day)]) {
    let down = |told: &Told, day: Day, value: &dyn Fn(&Segment) -> f64| -> f64 {
        let length = |segment: &Segment| {
            (segment.span.end.min(day.1) - segment.span.start.max(day.0)).max(0) as f64 / 1e6 * value(segment)
        };
        let from = told.segments.partition_point(|segment| segment.span.end <= day.0);
        told.segments[from..]
            .iter()
            .take_while(|segment| segment.span.start < day.1)
            .map(length)
            .fold(0.0, |a, b| a + b)
    };
    let unknown =
        |told: &Told, day: Day| down(told, day, &|segment| f64::from(u8::from(segment.reason.users.is_none())));
    let agreed = |told: &Told, day: Day| within(&told.account.agreed, day);
    let counted = |value: &dyn Fn(&Told, Day, f64) -> f64| -> Vec<Option<f64>> {
        rows.iter().map(|(told, day)| told.users.map(|users| value(told, *day, users))).collect()
    };
    fact.number("users", counted(&|_, _, users| users));
    fact.number("user_agreed_s", counted(&|told, day, users| users * (agreed(told, day) - unknown(told, day))));
    // More people hit than there are users is a matter of counting: nobody loses more than their own time.
    let hit =
        counted(&|told, day, users| down(told, day, &|s| s.reason.users.map_or(0.0, |hit| (hit as f64).min(users))));
    fact.number("user_down_s", hit);
    let known =
        rows.iter().map(|(told, day)| Some(told.users.map_or(0.0, |_| agreed(told, *day) - unknown(told, *day))));
    fact.number("users_known_s", known.collect());
}

fn describe(fact: &mut Builder, references: &References, services: &[&str]) {
    let look = |map: &BTreeMap<String, String>| services.iter().map(|name| map.get(*name).cloned()).collect::<Vec<_>>();
    fact.text("supplier", look(&references.supplier));
    fact.text("kind", look(&references.kind));
    fact.text("criticality", look(&references.criticality));
    fact.text("team", look(&references.owner));
}
