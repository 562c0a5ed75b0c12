//! The fact `chain_time`: one row per service and local day, with the agreed time in which the service or what it needs was
//! down, from the intervals and by multiplication.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::super::columns::Builder;
use super::super::context::{Context, References};
use super::account::{Account, Accounts, any, within, within_weighted};
use super::depends::Chains;
use super::describe;
use crate::arithmetic::interval;
use crate::arithmetic::period;
use crate::lake::LakeError;

/// Builds the fact `chain_time`.
pub(in crate::facts) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = Accounts::load(context, &references)?;
    let own = accounts.0.iter().map(|account| (account.service.clone(), account.down.clone())).collect();
    let chains = Chains::new(&references.needs, own);
    let mut rows: Vec<Row> = Vec::new();
    for account in &accounts.0 {
        let down = interval::intersect_weighted(chains.down(&account.service), &account.agreed);
        let needed: Vec<&Account> =
            chains.all(&account.service).into_iter().filter_map(|name| accounts.of(name)).collect();
        // Time is known of a chain where it is known of each of its links.
        let mut known = account.known.clone();
        for other in &needed {
            known = interval::intersect(&known, &interval::union([other.known.clone(), outside(other)].concat()));
        }
        let (Some(first), Some(last)) = (account.scheduled.first(), account.scheduled.last()) else { continue };
        for day in period::days(first.0, last.1, context.project.zone) {
            let agreed = within(&account.agreed, day);
            let multiplied = product(&account.service, day, &accounts, &references, &mut BTreeSet::new());
            rows.push(Row {
                service: &account.service,
                day: day.0,
                scheduled: within(&account.scheduled, day),
                known: within(&known, day),
                agreed,
                down: within_weighted(&down, day, any),
                weighted: within_weighted(&down, day, |weight| weight),
                product: multiplied.map(|share| share * agreed),
                links: needed.len() as i64,
            });
        }
    }
    let services: Vec<&str> = rows.iter().map(|row| row.service).collect();
    let mut fact = Builder::default();
    fact.text("service", services.iter().copied().map(Some).collect());
    fact.instant("day", rows.iter().map(|row| Some(row.day)).collect())?;
    describe(&mut fact, &references, &services);
    fact.number("scheduled_s", rows.iter().map(|row| Some(row.scheduled)).collect());
    fact.number("chain_known_s", rows.iter().map(|row| Some(row.known)).collect());
    fact.number("agreed_s", rows.iter().map(|row| Some(row.agreed)).collect());
    fact.number("chain_down_s", rows.iter().map(|row| Some(row.down)).collect());
    fact.number("chain_weighted_down_s", rows.iter().map(|row| Some(row.weighted)).collect());
    fact.number("product_agreed_s", rows.iter().map(|row| row.product.map(|_| row.agreed)).collect());
    fact.number("product_up_s", rows.iter().map(|row| row.product).collect());
    fact.integer("links", rows.iter().map(|row| Some(row.links)).collect());
    fact.finish()
}

struct Row<'a> {
    service: &'a str,
    day: i64,
    scheduled: f64,
    known: f64,
    agreed: f64,
    down: f64,
    weighted: f64,
    product: Option<f64>,
    links: i64,
}

/// The time outside a service's hours, in which nothing is asked of it.
fn outside(account: &Account) -> Vec<(i64, i64)> {
    interval::gaps(&account.scheduled, i64::MIN / 4, i64::MAX / 4)
}

/// The availability of a service times those of what it needs, on one day: series multiply, redundant parts multiply their
/// unavailabilities, of k of n parts the ways to have k or more up are added. A service without agreed time that day, or
/// about which nothing is known, is left out; one met again on its own path (a circle) too.
fn product<'a>(
    service: &'a str,
    day: (i64, i64),
    accounts: &Accounts,
    references: &'a References,
    path: &mut BTreeSet<&'a str>,
) -> Option<f64> {
    // Needed along several paths, a service is still one service: each part of a series counts once.
    let mut series: BTreeMap<String, f64> = BTreeMap::new();
    gather(service, day, accounts, references, path, &mut series);
    (!series.is_empty()).then(|| series.values().product())
}

fn gather<'a>(
    service: &'a str,
    day: (i64, i64),
    accounts: &Accounts,
    references: &'a References,
    path: &mut BTreeSet<&'a str>,
    series: &mut BTreeMap<String, f64>,
) {
    if !path.insert(service) {
        return;
    }
    if let Some(share) = accounts.of(service).and_then(|account| availability(account, day)) {
        series.insert(service.to_string(), share);
    }
    for group in references.needs.get(service).into_iter().flatten() {
        match group.members.as_slice() {
            members if group.needed == members.len() => {
                for member in members {
                    gather(member, day, accounts, references, path, series);
                }
            }
            members => {
                let parts: Vec<f64> = members
                    .iter()
                    .filter(|member| !path.contains(member.as_str()))
                    .filter_map(|member| product(member, day, accounts, references, &mut path.clone()))
                    .collect();
                if parts.len() >= group.needed {
                    series.insert(format!("{} of {}", group.needed, members.join("|")), at_least(group.needed, &parts));
                }
            }
        }
    }
}

fn availability(account: &Account, day: (i64, i64)) -> Option<f64> {
    let agreed = within(&account.agreed, day);
    (agreed > 0.0).then(|| 1.0 - within_weighted(&account.down, day, |weight| weight) / agreed)
}

/// The chance that at least `needed` of independent parts are up, from the chance of each.
pub(super) fn at_least(needed: usize, parts: &[f64]) -> f64 {
    // ways[k]: the chance that exactly k of the parts so far are up.
    let mut ways = vec![1.0];
    for part in parts {
        let mut next = vec![0.0; ways.len() + 1];
        for (up, way) in ways.iter().enumerate() {
            next[up] += way * (1.0 - part);
            next[up + 1] += way * part;
        }
        ways = next;
    }
    ways.iter().skip(needed).sum()
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn published_composites() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 5e-7, "{found} {expected}");
        near(at_least(2, &[0.99, 0.99]), 0.9801);
        near(at_least(4, &[0.9999, 0.9999, 0.9995, 0.999]), 0.998301);
        near(at_least(1, &[0.99, 0.99]), 0.9999);
        near(at_least(2, &[0.99; 3]), 0.999702);
    }
}
