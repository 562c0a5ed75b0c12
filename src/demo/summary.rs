//! What a demo holds: records by file, and what was planted on purpose. Instants are microseconds since the epoch, UTC.

use super::changes::Change;
use super::clock::{AS_OF_S, Span, WEEK_S};
use super::maintenance::Window;
use super::organisation::{NETCO, SERVICES};
use super::outages::{Outage, Story};
use super::probes;
use super::ticket::{DRIFT, State, Ticket};
use std::collections::BTreeMap;

/// Records of a file, and its dirty ones by kind.
pub(super) type Count = (u64, BTreeMap<String, u64>);

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Start of the first week.
    pub start: i64,
    /// The pinned "now".
    pub as_of: i64,
    /// Tickets in the audit log.
    pub tickets: u64,
    /// Those of them that are not resolved at as-of.
    pub open_tickets: u64,
    /// Those that were reopened at least once.
    pub reopened_tickets: u64,
    /// Resolved ones, and how many of them in time by the export's own verdict.
    pub resolved_tickets: u64,
    /// See `resolved_tickets`.
    pub resolved_in_time: u64,
    /// Records by file name: rows without the header, or lines; dirty ones included.
    pub files: BTreeMap<String, u64>,
    /// Dirty records by file name and kind: `unparsable_date`, `missing_number` (of the key), `unknown_value` (of a
    /// priority or type), `ragged_row`, `duplicate_row`. Each is an extra copy before the good record.
    pub dirty: BTreeMap<String, BTreeMap<String, u64>>,
    /// The stories.
    pub planted: Planted,
}

/// The stories that the exports tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    /// A change that was backed out; absent in a single week.
    pub bad_release: Option<BadRelease>,
    /// A supplier's outage in the last complete week.
    pub supplier_outage: SupplierOutage,
    /// Outage that lies wholly inside a maintenance window.
    pub outage_inside_maintenance: Option<String>,
    /// Outage that begins in a maintenance window and outlasts it.
    pub outage_past_maintenance: Option<String>,
    /// Degradations that overlap an outage of the same service.
    pub overlapping: Vec<String>,
    /// Degradation that is still open at as-of.
    pub open_degradation: Option<String>,
    /// Days without probes of one service.
    pub probe_gap: Gap,
    /// The tier that slowly takes longer.
    pub drift: Drift,
    /// Number of maintenance windows.
    pub maintenance_windows: u64,
}

/// A release that took a service down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadRelease {
    /// Key of the change.
    pub change: String,
    /// Service that it hit.
    pub service: String,
    /// Actual start of the change.
    pub change_started: i64,
    /// Its actual end, backed out.
    pub change_ended: i64,
    /// Id of the outage.
    pub outage: String,
    /// Id of the incident.
    pub incident: String,
    /// Start of the outage.
    pub started: i64,
    /// Its end.
    pub ended: i64,
}

/// A supplier that took services down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierOutage {
    /// Name of the supplier.
    pub supplier: String,
    /// Service, id of the outage, id of the incident, start and end of each service that it hit.
    pub services: Vec<(String, String, String, i64, i64)>,
}

/// A time without probes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// Service whose probes are missing.
    pub service: String,
    /// First missing moment.
    pub from: i64,
    /// End of the gap.
    pub to: i64,
}

/// A slow change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Tier that becomes slower.
    pub tier: u8,
    /// From when on.
    pub from: i64,
}

impl Summary {
    pub(super) fn add(&mut self, file: &str, (records, dirty): Count) {
        self.files.insert(file.to_owned(), records);
        if !dirty.is_empty() {
            self.dirty.insert(file.to_owned(), dirty);
        }
    }

    pub(super) fn count_ticket(&mut self, ticket: &Ticket) {
        let Some(last) = ticket.events.last() else {
            return;
        };
        self.tickets += 1;
        self.reopened_tickets += u64::from(last.reopens > 0);
        if matches!(last.state, State::Resolved | State::Closed) {
            self.resolved_tickets += 1;
            self.resolved_in_time += u64::from(last.sla_met);
        } else {
            self.open_tickets += 1;
        }
    }
}

fn micros(moment_s: i64) -> i64 {
    moment_s * 1_000_000
}

/// A summary that knows the stories, and no files yet.
pub(super) fn planted(span: &Span, outages: &[Outage], changes: &[Change], windows: &[Window]) -> Summary {
    let of = |story| outages.iter().filter(move |o| o.story == story);
    let id = |story| of(story).map(|o| o.id.clone()).next();
    let incident = |o: &Outage| o.incident.clone().unwrap_or_default();
    let bad_release = of(Story::BadRelease).next().and_then(|o| {
        let change = changes.iter().find(|c| Some(&c.key) == o.change.as_ref())?;
        let (started_s, ended_s) = change.actual_s?;
        Some(BadRelease {
            change: change.key.clone(),
            service: SERVICES[o.service].name.to_owned(),
            change_started: micros(started_s),
            change_ended: micros(ended_s),
            outage: o.id.clone(),
            incident: incident(o),
            started: micros(o.start_s),
            ended: micros(o.until_s()),
        })
    });
    let services = of(Story::SupplierOutage)
        .map(|o| {
            (SERVICES[o.service].name.to_owned(), o.id.clone(), incident(o), micros(o.start_s), micros(o.until_s()))
        })
        .collect();
    let (silent, from_s, to_s) = probes::gap(span);
    Summary {
        start: micros(span.start_s),
        as_of: micros(AS_OF_S),
        planted: Planted {
            bad_release,
            supplier_outage: SupplierOutage { supplier: NETCO.to_owned(), services },
            outage_inside_maintenance: id(Story::InsideMaintenance),
            outage_past_maintenance: id(Story::PastMaintenance),
            overlapping: of(Story::Overlapping).map(|o| o.id.clone()).collect(),
            open_degradation: id(Story::Open),
            probe_gap: Gap { service: SERVICES[silent].name.to_owned(), from: micros(from_s), to: micros(to_s) },
            drift: Drift { tier: DRIFT.0, from: micros(AS_OF_S - DRIFT.1 * WEEK_S) },
            maintenance_windows: windows.len() as u64,
        },
        ..Summary::default()
    }
}
