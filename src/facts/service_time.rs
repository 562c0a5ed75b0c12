//! The facts `service_time` (one row per service and local day) and `failures` (one row per failure), from the interval
//! algebra of agreed time, maintenance, unknown time and weighted down time.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use polars::prelude::DataFrame;

use super::columns::{Builder, instant, text};
use super::context::{Context, References};
use super::evidence::{self, Evidence, Evidences, Outage};
use crate::arithmetic::interval::{self, Weighted};
use crate::arithmetic::{local_time, period};
use crate::declaration::project::Maintenance;
use crate::lake::LakeError;

/// The time of one service, cut to the span that is accounted. All spans are sorted and disjoint.
struct Account {
    service: String,
    scheduled: Vec<(i64, i64)>,
    maintenance: Vec<(i64, i64)>,
    known: Vec<(i64, i64)>,
    agreed: Vec<(i64, i64)>,
    down: Vec<Weighted>,
    failures: Vec<Failure>,
    source: &'static str,
}

/// One failure: unplanned down intervals less than the merge gap apart.
struct Failure {
    start: i64,
    end: i64,
    open: bool,
    weighted_s: f64,
    weight: f64,
    outages: Vec<Outage>,
}

fn accounts(context: &Context, references: &References) -> Result<Vec<Account>, LakeError> {
    let project = context.project;
    let Evidences { services, first, has_register } = evidence::gather(context, references)?;
    let since = project.since.map(|day| local_time::to_utc(day.and_time(NaiveTime::MIN), project.zone).0).or(first);
    let Some(since) = since else { return Ok(Vec::new()) };
    // Whole local days, so that the sums of days are the sums of periods.
    let start = period::days(since, since + 1, project.zone)
        .first()
        .and_then(|_| period::parse(&local_day(since, project.zone), project.zone, context.as_of).ok())
        .map_or(since, |day| day.start);
    let window = (start, context.as_of);
    if window.1 <= window.0 {
        return Ok(Vec::new());
    }
    Ok(services
        .into_iter()
        // Without probes and without any register of outages nothing is known about a service.
        .filter(|(_, evidence)| evidence.probed || has_register)
        .map(|(service, evidence)| account(context, references, service, evidence, window))
        .collect())
}

fn local_day(at: i64, zone: chrono_tz::Tz) -> String {
    chrono::DateTime::from_timestamp_micros(at)
        .map(|at| at.with_timezone(&zone).format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

fn account(
    context: &Context,
    references: &References,
    service: String,
    evidence: Evidence,
    (start, end): (i64, i64),
) -> Account {
    let project = context.project;
    let scheduled = match references.calendar.get(&service).and_then(|name| project.calendars.get(name)) {
        Some(calendar) => calendar.intervals(start, end),
        None => vec![(start, end)],
    };
    let maintenance = interval::intersect(&evidence.maintenance, &scheduled);
    let known = match &evidence.known {
        Some(known) => interval::intersect(known, &scheduled),
        None => scheduled.clone(),
    };
    let in_service = match project.service_time.maintenance {
        Maintenance::Excluded => interval::difference(&scheduled, &maintenance),
        Maintenance::Up | Maintenance::Down => scheduled.clone(),
    };
    let agreed = match project.service_time.maintenance {
        // Maintenance is a known state, whatever the probes said meanwhile.
        Maintenance::Excluded => interval::intersect(&in_service, &known),
        Maintenance::Up | Maintenance::Down => {
            let mut spans = interval::intersect(&in_service, &known);
            spans.extend(&maintenance);
            interval::union(spans)
        }
    };
    // An outage inside maintenance does not count, and one that outlasts the window counts from its end.
    let unplanned = interval::difference_weighted(&evidence.down, &maintenance);
    let unplanned = interval::intersect_weighted(&unplanned, &agreed);
    let failures = failures(&unplanned, &evidence.outages, project.service_time.merge_gap_s, context.as_of);
    let down = match project.service_time.maintenance {
        Maintenance::Down => {
            let mut items = unplanned;
            items.extend(maintenance.iter().map(|(start, end)| Weighted { start: *start, end: *end, weight: 1.0 }));
            interval::union_weighted(items)
        }
        Maintenance::Excluded | Maintenance::Up => unplanned,
    };
    let source = match (evidence.probed, evidence.outages.is_empty()) {
        (true, false) => "both",
        (true, true) => "probes",
        (false, _) => "outages",
    };
    Account { service, scheduled, maintenance, known, agreed, down, failures, source }
}

fn failures(down: &[Weighted], outages: &[Outage], merge_gap_s: f64, as_of: i64) -> Vec<Failure> {
    let spans: Vec<(i64, i64)> = interval::union(down.iter().map(|item| (item.start, item.end)).collect());
    interval::merge_gap(&spans, (merge_gap_s * 1e6) as i64)
        .into_iter()
        .map(|(start, end)| {
            let parts: Vec<Weighted> =
                down.iter().filter(|item| item.start < end && item.end > start).copied().collect();
            let outages: Vec<Outage> =
                outages.iter().filter(|outage| outage.span.start < end && outage.span.end > start).cloned().collect();
            Failure {
                start,
                end,
                open: end >= as_of && (outages.is_empty() || outages.iter().any(|outage| outage.open)),
                weighted_s: interval::weighted_s(&parts),
                weight: parts.iter().map(|item| item.weight).fold(0.0, f64::max),
                outages,
            }
        })
        .collect()
}

/// The part of sorted, disjoint spans that lies within a day.
fn within(spans: &[(i64, i64)], (start, end): (i64, i64)) -> f64 {
    let from = spans.partition_point(|span| span.1 <= start);
    let micros: i64 =
        spans[from..].iter().take_while(|span| span.0 < end).map(|span| span.1.min(end) - span.0.max(start)).sum();
    micros as f64 / 1e6
}

fn within_weighted(spans: &[Weighted], (start, end): (i64, i64), weigh: fn(f64) -> f64) -> f64 {
    let from = spans.partition_point(|span| span.end <= start);
    spans[from..]
        .iter()
        .take_while(|span| span.start < end)
        .map(|span| weigh(span.weight) * (span.end.min(end) - span.start.max(start)) as f64)
        .sum::<f64>()
        / 1e6
}

/// Builds the fact `service_time`.
pub(super) fn build_days(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = accounts(context, &references)?;
    let mut rows: Vec<(&Account, (i64, i64))> = Vec::new();
    for account in &accounts {
        let (Some(first), Some(last)) = (account.scheduled.first(), account.scheduled.last()) else { continue };
        rows.extend(period::days(first.0, last.1, context.project.zone).into_iter().map(|day| (account, day)));
    }
    let number = |value: &dyn Fn(&Account, (i64, i64)) -> f64| -> Vec<Option<f64>> {
        rows.iter().map(|(account, day)| Some(value(account, *day))).collect()
    };
    let mut fact = Builder::default();
    fact.text("service", rows.iter().map(|(account, _)| Some(account.service.as_str())).collect::<Vec<_>>());
    fact.instant("day", rows.iter().map(|(_, day)| Some(day.0)).collect())?;
    describe(&mut fact, &references, &rows.iter().map(|(account, _)| account.service.as_str()).collect::<Vec<_>>());
    let scheduled = number(&|a, day| within(&a.scheduled, day));
    let agreed = number(&|a, day| within(&a.agreed, day));
    let down = number(&|a, day| within_weighted(&a.down, day, |weight| f64::from(weight > 0.0)));
    let known = number(&|a, day| {
        let known = interval::union(a.known.iter().chain(&a.maintenance).copied().collect());
        within(&interval::intersect(&known, &a.scheduled), day)
    });
    let up: Vec<Option<f64>> = agreed.iter().zip(&down).map(|(a, d)| Some((*a)? - (*d)?)).collect();
    fact.number("maintenance_s", number(&|a, day| within(&a.maintenance, day)));
    fact.number("unknown_s", scheduled.iter().zip(&known).map(|(s, k)| Some((*s)? - (*k)?)).collect());
    fact.number("scheduled_s", scheduled);
    fact.number("known_s", known);
    fact.number("agreed_s", agreed);
    fact.number("down_s", down);
    fact.number("weighted_down_s", number(&|a, day| within_weighted(&a.down, day, |weight| weight)));
    fact.number("strict_down_s", number(&|a, day| within_weighted(&a.down, day, |weight| f64::from(weight >= 1.0))));
    fact.number("up_h", up.iter().map(|up| up.map(|up| up / 3_600.0)).collect());
    fact.number("up_s", up);
    fact.number("planned_down_s", number(&|a, day| within(&a.maintenance, day)));
    let started = rows.iter().map(|(account, (start, end))| {
        Some(account.failures.iter().filter(|failure| (*start..*end).contains(&failure.start)).count() as i64)
    });
    fact.integer("failures", started.collect());
    fact.text("source", rows.iter().map(|(account, _)| Some(account.source)).collect::<Vec<_>>());
    fact.finish()
}

/// Builds the fact `failures`.
pub(super) fn build_failures(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let accounts = accounts(context, &references)?;
    let reasons = Reasons::load(context)?;
    let rows: Vec<(&Account, &Failure, Reason)> = accounts
        .iter()
        .flat_map(|account| account.failures.iter().map(move |failure| (account, failure)))
        .map(|(account, failure)| (account, failure, reasons.of(&account.service, failure)))
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

fn describe(fact: &mut Builder, references: &References, services: &[&str]) {
    let look = |map: &BTreeMap<String, String>| services.iter().map(|name| map.get(*name).cloned()).collect::<Vec<_>>();
    fact.text("supplier", look(&references.supplier));
    fact.text("kind", look(&references.kind));
    fact.text("criticality", look(&references.criticality));
    fact.text("team", look(&references.owner));
}

/// Why a service failed, as incidents and outages say.
#[derive(Clone, Debug, Default)]
struct Reason {
    incident: Option<String>,
    cause: Option<String>,
    change: Option<String>,
    supplier: Option<String>,
}

struct Reasons {
    by_id: BTreeMap<String, Reason>,
    by_service: BTreeMap<String, Vec<(i64, i64, Reason)>>,
}

impl Reasons {
    fn load(context: &Context) -> Result<Self, LakeError> {
        let incidents = context.frame("incidents")?;
        let (id, service) = (text(&incidents, "id")?, text(&incidents, "service")?);
        let (cause, change) = (text(&incidents, "cause")?, text(&incidents, "change")?);
        let supplier = text(&incidents, "supplier")?;
        let started = instant(&incidents, "started_at", Some(context.as_of))?;
        let detected = instant(&incidents, "detected_at", Some(context.as_of))?;
        let restored = instant(&incidents, "restored_at", Some(context.as_of))?;
        let mut reasons = Self { by_id: BTreeMap::new(), by_service: BTreeMap::new() };
        for row in 0..incidents.height() {
            let Some(id) = id[row] else { continue };
            let reason = Reason {
                incident: Some(id.to_string()),
                cause: cause[row].map(str::to_string),
                change: change[row].map(str::to_string),
                supplier: supplier[row].map(str::to_string),
            };
            if let (Some(service), Some(start)) = (service[row], started[row].or(detected[row])) {
                let span = (start, restored[row].unwrap_or(context.as_of), reason.clone());
                reasons.by_service.entry(service.to_string()).or_default().push(span);
            }
            reasons.by_id.insert(id.to_string(), reason);
        }
        Ok(reasons)
    }

    /// The incident that the failure's longest outage names, else the one of the service that overlaps it the longest.
    fn of(&self, service: &str, failure: &Failure) -> Reason {
        let longest = failure.outages.iter().max_by_key(|outage| outage.span.end - outage.span.start);
        let declared = longest.and_then(|outage| outage.incident.as_ref());
        let mut reason = match declared {
            Some(id) => self
                .by_id
                .get(id)
                .cloned()
                .unwrap_or_else(|| Reason { incident: Some(id.clone()), ..Reason::default() }),
            None => self
                .by_service
                .get(service)
                .into_iter()
                .flatten()
                .map(|(start, end, reason)| ((*end).min(failure.end) - (*start).max(failure.start), reason))
                .filter(|(overlap, _)| *overlap > 0)
                .max_by_key(|(overlap, _)| *overlap)
                .map(|(_, reason)| reason.clone())
                .unwrap_or_default(),
        };
        if let Some(supplier) = longest.and_then(|outage| outage.supplier.clone()) {
            reason.supplier = Some(supplier);
        }
        reason
    }
}
