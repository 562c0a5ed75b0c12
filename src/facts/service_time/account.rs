//! The account of one service's time: what was scheduled, planned, known, agreed and down, and under which rules.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use super::super::context::{Context, References};
use super::super::evidence::{self, Evidence, Evidences, Spans};
use crate::arithmetic::interval::{self, Weighted};
use crate::arithmetic::{local_time, period};
use crate::declaration::project::{Maintenance, ServiceTime};
use crate::lake::LakeError;

/// The time of one service, cut to the span that is accounted. All spans are sorted and disjoint.
pub(super) struct Account {
    /// The service.
    pub service: String,
    /// What its calendar asks for, from the beginning of the year in which the account begins.
    pub scheduled: Spans,
    /// When the account begins, µs UTC: nothing before it is known or counts.
    pub since: i64,
    /// Announced maintenance in scheduled time.
    pub maintenance: Spans,
    /// Scheduled time about which something is known; maintenance is.
    pub known: Spans,
    /// Agreed service time.
    pub agreed: Spans,
    /// Down time within it, as the contract counts it.
    pub down: Vec<Weighted>,
    /// The same without maintenance, where the contract counts that as down.
    pub unplanned: Vec<Weighted>,
    /// Unplanned down time right after a window of maintenance in which the outage began.
    pub overrun: Spans,
    /// Agreed service time if maintenance were excluded.
    pub agreed_excluded: Spans,
    /// Agreed service time if maintenance counted, as up or as down.
    pub agreed_counted: Spans,
    /// Everything recorded.
    pub evidence: Evidence,
    /// The rules that hold for it.
    pub rules: ServiceTime,
}

/// The accounts of all services about which anything is known, by name.
pub(super) struct Accounts(pub Vec<Account>);

impl Accounts {
    /// The account of a service.
    pub(super) fn of(&self, service: &str) -> Option<&Account> {
        self.0.binary_search_by(|account| account.service.as_str().cmp(service)).ok().map(|at| &self.0[at])
    }

    /// The accounts of all services, up to as-of.
    pub(super) fn load(context: &Context, references: &References) -> Result<Self, LakeError> {
        let project = context.project;
        let Evidences { services, first, has_register } = evidence::gather(context, references)?;
        let since = project.since.map(|day| local_time::to_utc(day.and_time(NaiveTime::MIN), project.zone).0).or(first);
        let Some(since) = since else { return Ok(Self(Vec::new())) };
        // Whole local days, so that the sums of days are the sums of periods.
        let start =
            period::parse(&local_day(since, project.zone), project.zone, context.as_of).map_or(since, |day| day.start);
        let window = (start, context.as_of);
        let reach = beginning(start, project.zone);
        if window.1 <= window.0 {
            return Ok(Self(Vec::new()));
        }
        let accounts = services
            .into_iter()
            // Without probes and without any register of outages nothing is known about a service.
            .filter(|(_, evidence)| evidence.probed || has_register)
            .map(|(service, evidence)| {
                let own = || references.calendar.get(&service).and_then(|name| project.calendars.get(name));
                let calendar = project.counted_in.as_ref().or_else(own);
                let scheduled = |from, to| calendar.map_or_else(|| vec![(from, to)], |hours| hours.intervals(from, to));
                let rules = project.service_time.of(&service);
                let mut account = Account::new(service, scheduled(window.0, window.1), evidence, rules);
                account.since = window.0;
                account.scheduled = scheduled(reach, window.1);
                account
            })
            .collect();
        Ok(Self(accounts))
    }
}

/// The Monday of the week of the first of January of the local year of an instant: the account of a period that begins
/// before anything was recorded shows what is missing of it.
fn beginning(at: i64, zone: chrono_tz::Tz) -> i64 {
    let first = local_time::to_local(at, zone).and_then(|local| NaiveDate::from_ymd_opt(local.year(), 1, 1));
    let monday = first.map(|day| day - Days::new(u64::from(day.weekday().num_days_from_monday())));
    monday.map_or(at, |day| local_time::day_start(day, zone))
}

fn local_day(at: i64, zone: chrono_tz::Tz) -> String {
    chrono::DateTime::from_timestamp_micros(at)
        .map(|at| at.with_timezone(&zone).format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

impl Account {
    /// Accounts for the scheduled time of a service by its rules.
    pub(super) fn new(service: String, scheduled: Spans, evidence: Evidence, rules: ServiceTime) -> Self {
        let maintenance = interval::intersect(&evidence.maintenance, &scheduled);
        let seen = match &evidence.known {
            Some(known) => interval::intersect(known, &scheduled),
            None => scheduled.clone(),
        };
        // Maintenance is a known state, whatever the probes said meanwhile.
        let known = interval::union(seen.iter().chain(&maintenance).copied().collect());
        let agreed_excluded = interval::difference(&known, &maintenance);
        let agreed_counted = known.clone();
        let agreed = match rules.maintenance {
            Maintenance::Excluded => agreed_excluded.clone(),
            Maintenance::Up | Maintenance::Down => agreed_counted.clone(),
        };
        // An outage inside maintenance does not count, and one that outlasts the window counts from its end.
        let unplanned = interval::intersect_weighted(&evidence.down, &agreed_excluded);
        let down = match rules.maintenance {
            Maintenance::Down => with_maintenance(&unplanned, &maintenance),
            Maintenance::Excluded | Maintenance::Up => unplanned.clone(),
        };
        let overrun = overrun(&evidence, &unplanned);
        let since = scheduled.first().map_or(i64::MAX, |span| span.0);
        Self {
            service,
            scheduled,
            since,
            maintenance,
            known,
            agreed,
            down,
            unplanned,
            overrun,
            agreed_excluded,
            agreed_counted,
            evidence,
            rules,
        }
    }

    /// Scheduled time of a day that lies before the account begins, seconds.
    pub(super) fn before_s(&self, (start, end): (i64, i64)) -> f64 {
        within(&self.scheduled, (start, end.min(self.since).max(start)))
    }

    /// Down time if maintenance counted as down.
    pub(super) fn down_with_maintenance(&self) -> Vec<Weighted> {
        with_maintenance(&self.unplanned, &self.maintenance)
    }

    /// Down time as the contract counts it, whatever its weight.
    pub(super) fn is_down(&self) -> Spans {
        plain(&self.down)
    }

    /// What the figures rest on.
    pub(super) fn source(&self) -> &'static str {
        match (self.evidence.probed, self.evidence.outages.is_empty()) {
            (true, false) => "both",
            (true, true) => "probes",
            (false, _) => "outages",
        }
    }

    /// The word of its way to account for maintenance.
    pub(super) fn maintenance_rule(&self) -> &'static str {
        match self.rules.maintenance {
            Maintenance::Excluded => "excluded",
            Maintenance::Up => "up",
            Maintenance::Down => "down",
        }
    }
}

fn with_maintenance(unplanned: &[Weighted], maintenance: &[(i64, i64)]) -> Vec<Weighted> {
    let mut items = unplanned.to_vec();
    items.extend(maintenance.iter().map(|(start, end)| Weighted { start: *start, end: *end, weight: 1.0 }));
    interval::union_weighted(items)
}

/// The union of weighted spans, whatever their weight.
pub(super) fn plain(spans: &[Weighted]) -> Spans {
    interval::union(spans.iter().map(|span| (span.start, span.end)).collect())
}

/// The unplanned down time that begins where a window ends, of an outage that began in the window.
fn overrun(evidence: &Evidence, unplanned: &[Weighted]) -> Spans {
    let (recorded, counted) = (plain(&evidence.down), plain(unplanned));
    let window_of = |end: i64| evidence.maintenance.iter().find(|window| window.1 == end);
    let began = |end: i64| recorded.iter().find(|span| span.0 < end && end < span.1).map(|span| span.0);
    let runs_over = |span: &&(i64, i64)| match (window_of(span.0), began(span.0)) {
        (Some(window), Some(start)) => start >= window.0,
        _ => false,
    };
    counted.iter().filter(runs_over).copied().collect()
}

/// Splits spans at the local midnights, so that a row belongs to one day and any cut of a period adds up.
pub(super) fn by_day(start: i64, end: i64, zone: chrono_tz::Tz) -> Vec<(i64, i64)> {
    period::days(start, end, zone)
}

/// The part of sorted, disjoint spans that lies within a day, seconds.
pub(super) fn within(spans: &[(i64, i64)], (start, end): (i64, i64)) -> f64 {
    let from = spans.partition_point(|span| span.1 <= start);
    let micros: i64 =
        spans[from..].iter().take_while(|span| span.0 < end).map(|span| span.1.min(end) - span.0.max(start)).sum();
    micros as f64 / 1e6
}

/// The same of weighted spans, each moment counted by what `weigh` makes of its weight.
pub(super) fn within_weighted(spans: &[Weighted], (start, end): (i64, i64), weigh: fn(f64) -> f64) -> f64 {
    let from = spans.partition_point(|span| span.end <= start);
    spans[from..]
        .iter()
        .take_while(|span| span.start < end)
        .map(|span| weigh(span.weight) * (span.end.min(end) - span.start.max(start)) as f64)
        // An empty sum of floating-point numbers is -0.
        .fold(0.0, |sum, part| sum + part)
        / 1e6
}

/// A full outage counts whole, a degradation not at all.
pub(super) fn only_full(weight: f64) -> f64 {
    f64::from(weight >= 1.0)
}

/// Any loss counts whole.
pub(super) fn any(weight: f64) -> f64 {
    f64::from(weight > 0.0)
}
