//! Whose down time it is: every moment of a service's down time has exactly one cause, so that shares by cause, service or
//! supplier sum to the union.
//!
//! Of overlapping outages the heavier counts, then the one that began first, then the one of the lower id; probes say when
//! a service was down where no outage does. What the outage or its incident declares comes first: a supplier at fault, or a
//! service that this one depends on named as the cause. Else a service that it depends on and that is down at that moment
//! is the cause, the one at the root where they depend on each other. Else it is the service's own.

use std::collections::BTreeMap;

use super::super::context::References;
use super::account::{Account, Accounts};
use super::depends::Chains;
use super::reasons::{Reason, Reasons};
use crate::arithmetic::interval::{self, Weighted};
use crate::declaration::project::Maintenance;

/// Down time of one service with one weight and one cause.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Segment {
    /// When, µs UTC, and the share lost.
    pub span: Weighted,
    /// Who is at fault.
    pub fault: Fault,
    /// What the records say.
    pub reason: Reason,
    /// Where it was felt; missing when everywhere.
    pub location: Option<String>,
}

/// Who is at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fault {
    /// `own`, `dependency`, `platform`, `supplier` or `maintenance`.
    pub kind: &'static str,
    /// The other service whose fault it is.
    pub service: Option<String>,
    /// The supplier at fault.
    pub supplier: Option<String>,
}

impl Segment {
    /// Whether no other service was the cause.
    pub(super) fn own(&self) -> bool {
        self.fault.service.is_none()
    }
}

/// Everything that blame rests on.
pub(super) struct Blame<'a> {
    references: &'a References,
    accounts: &'a Accounts,
    reasons: &'a Reasons,
    chains: Chains<'a>,
}

impl<'a> Blame<'a> {
    /// Takes all recorded down time, also outside agreed time: a dependency that is down takes others with it whatever was
    /// promised of it.
    pub(super) fn new(references: &'a References, accounts: &'a Accounts, reasons: &'a Reasons) -> Self {
        let recorded: BTreeMap<String, Vec<Weighted>> =
            accounts.0.iter().map(|account| (account.service.clone(), account.evidence.down.clone())).collect();
        Self { references, accounts, reasons, chains: Chains::new(&references.needs, recorded) }
    }

    /// The down time of a service in agreed time, as its contract counts it, by cause; in order, disjoint.
    pub(super) fn segments(&self, account: &Account) -> Vec<Segment> {
        let outages = &account.evidence.outages;
        let counted = matches!(account.rules.maintenance, Maintenance::Down);
        let windows: &[(i64, i64)] = if counted { &account.maintenance } else { &[] };
        let mut order: Vec<usize> = (0..outages.len()).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&outages[*a], &outages[*b]);
            b.span.weight.total_cmp(&a.span.weight).then_with(|| (a.span.start, &a.id).cmp(&(b.span.start, &b.id)))
        });
        // What probes alone saw is a whole outage: only a recorded one of full weight says more about it.
        let full = order.iter().take_while(|outage| outages[**outage].span.weight >= 1.0).count();
        let failing = &account.evidence.failing;
        let mut claims: Vec<(i64, i64)> = windows.to_vec();
        claims.extend(order[..full].iter().map(|outage| (outages[*outage].span.start, outages[*outage].span.end)));
        claims.extend(failing);
        claims.extend(order[full..].iter().map(|outage| (outages[*outage].span.start, outages[*outage].span.end)));
        let down = account.is_down();
        let mut found: Vec<Segment> = Vec::new();
        for (start, end, claim) in interval::first_of(&claims) {
            let claim = if claim < windows.len() {
                Claim::Maintenance
            } else if claim < windows.len() + full {
                Claim::Outage(order[claim - windows.len()])
            } else if claim < windows.len() + full + failing.len() {
                Claim::Probes(failing[claim - windows.len() - full])
            } else {
                Claim::Outage(order[claim - windows.len() - failing.len()])
            };
            for (start, end) in interval::clip(&down, start, end) {
                self.cut(account, &claim, (start, end), &mut found);
            }
        }
        found
    }

    /// Splits a span where the root of the fault changes; what has one cause is joined again.
    fn cut(&self, account: &Account, claim: &Claim, (start, end): (i64, i64), found: &mut Vec<Segment>) {
        let outage = match claim {
            Claim::Outage(outage) => account.evidence.outages.get(*outage),
            _ => None,
        };
        let weight = outage.map_or(1.0, |outage| outage.span.weight);
        let location = outage.and_then(|outage| outage.location.clone());
        let whole = match (claim, outage) {
            (Claim::Probes(span), _) => *span,
            (_, Some(outage)) => (outage.span.start, outage.span.end),
            _ => (start, end),
        };
        let planned = matches!(claim, Claim::Maintenance);
        let reason = if planned { Reason::default() } else { self.reasons.of(&account.service, outage, whole) };
        let bounds = self.chains.bounds(&account.service, start, end);
        for pair in bounds.windows(2) {
            let fault = match planned {
                true => Fault { kind: "maintenance", ..Fault::default() },
                false => self.fault(&account.service, &reason, pair[0]),
            };
            let span = Weighted { start: pair[0], end: pair[1], weight };
            let next = Segment { span, fault, reason: reason.clone(), location: location.clone() };
            match found.last_mut() {
                Some(last) if same(last, &next) => last.span.end = next.span.end,
                _ => found.push(next),
            }
        }
    }

    fn fault(&self, service: &str, reason: &Reason, at: i64) -> Fault {
        let root = self.chains.root(service, at);
        let supplied = |name: &str| self.references.supplier.get(name);
        if let Some(supplier) = &reason.supplier {
            // A supplier of something that the service depends on, and not of the service: the fault lies there.
            let theirs = |name: &str| supplied(name) == Some(supplier);
            let through = root.filter(|root| theirs(root)).or_else(|| {
                let foreign = !theirs(service);
                self.chains.all(service).into_iter().find(|name| foreign && theirs(name))
            });
            let service = through.map(str::to_string);
            return Fault { kind: "supplier", service, supplier: Some(supplier.clone()) };
        }
        // Letter for letter: the cause "network" is a sort of cause, the service "Network" is one that failed.
        let named = reason
            .cause
            .as_ref()
            .and_then(|cause| self.chains.all(service).into_iter().find(|name| *name == cause.trim()));
        match named.or(root) {
            Some(name) => {
                let platform =
                    matches!(self.references.kind.get(name).map(String::as_str), Some("platform" | "infrastructure"));
                Fault {
                    kind: if platform { "platform" } else { "dependency" },
                    service: Some(name.to_string()),
                    supplier: self.declared_supplier(name, at),
                }
            }
            None => Fault { kind: "own", ..Fault::default() },
        }
    }

    /// The supplier that the records of another service's outage at a moment declare.
    fn declared_supplier(&self, service: &str, at: i64) -> Option<String> {
        let outages = &self.accounts.of(service)?.evidence.outages;
        outages
            .iter()
            .filter(|outage| outage.span.start <= at && at < outage.span.end)
            .find_map(|outage| self.reasons.of(service, Some(outage), (outage.span.start, outage.span.end)).supplier)
    }
}

/// What says that a service was down.
enum Claim {
    Maintenance,
    Outage(usize),
    Probes((i64, i64)),
}

fn same(last: &Segment, next: &Segment) -> bool {
    last.span.end == next.span.start
        && last.span.weight == next.span.weight
        && last.fault == next.fault
        && last.reason == next.reason
        && last.location == next.location
}
