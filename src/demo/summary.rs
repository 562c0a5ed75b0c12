//! What a demo holds: records by file, and what was planted on purpose. Instants are microseconds since the epoch, UTC.

use super::agreements::MISALIGNED;
use super::clock::{AS_OF_S, WEEK_S};
use super::customers::{CUSTOMERS, UNHAPPY, UNHAPPY_WEEKS};
use super::deployments::{PRODUCTION, SELF_DEPLOYED};
use super::follow_ups::Tally;
use super::history::History;
use super::jobs::NEVER_RESTORED;
use super::organisation::{NETCO, PAYMENTS, SERVICES};
use super::outages::{Outage, Story};
use super::planted::{BadRelease, Drift, Gap, Misalignment, Orphans, Planted, SupplierOutage, TopBug, Unhappy, micros};
use super::problems::{Problem, id, story_number};
use super::ticket::{DRIFT, State, Ticket};
use super::{kanban, links, probes, surveys};
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

    /// What was counted while tickets were written.
    pub(super) fn take(&mut self, tally: &Tally, problems: &[Problem]) {
        let planted = &mut self.planted;
        planted.tickets_of_bugs = tally.by_problem.iter().sum();
        planted.tickets_of_major_incidents = tally.children;
        planted.duplicate_tickets = tally.duplicates;
        planted.ticket_answers = tally.answers;
        if let Some(top) = problems.iter().zip(&tally.by_problem).find(|(p, _)| p.is_hot()) {
            let (bug, service) = (top.0.id.clone(), SERVICES[top.0.service].name.to_owned());
            planted.top_bug = TopBug { bug, service, tickets: *top.1 };
        }
    }
}

/// A summary that knows the stories, and no files yet.
pub(super) fn summary(history: &History) -> Summary {
    Summary {
        start: micros(history.span.start_s),
        as_of: micros(AS_OF_S),
        planted: planted(history),
        ..Summary::default()
    }
}

/// The release that was backed out, in all exports that tell of it.
fn bad_release(history: &History) -> Option<BadRelease> {
    let position = history.outages.iter().position(|o| o.story == Story::BadRelease)?;
    let outage = &history.outages[position];
    let change = history.changes.iter().find(|c| Some(&c.key) == outage.change.as_ref())?;
    let (started_s, ended_s) = change.actual_s?;
    let guilty = history.deployments.iter().find(|d| d.outage == Some(position) && d.environment == PRODUCTION);
    Some(BadRelease {
        change: change.key.clone(),
        service: SERVICES[outage.service].name.to_owned(),
        change_started: micros(started_s),
        change_ended: micros(ended_s),
        outage: outage.id.clone(),
        incident: outage.incident.clone().unwrap_or_default(),
        started: micros(outage.start_s),
        ended: micros(outage.until_s()),
        deployment: guilty.map(|d| d.id.clone()).unwrap_or_default(),
        problem: id(story_number(outage)),
    })
}

fn planted(history: &History) -> Planted {
    let of = |story| history.outages.iter().filter(move |o| o.story == story);
    let outage = |story| of(story).map(|o| o.id.clone()).next();
    let incident = |o: &Outage| o.incident.clone().unwrap_or_default();
    let services = of(Story::SupplierOutage)
        .map(|o| {
            (SERVICES[o.service].name.to_owned(), o.id.clone(), incident(o), micros(o.start_s), micros(o.until_s()))
        })
        .collect();
    let (silent, from_s, to_s) = probes::gap(&history.span);
    let upside_down = |p: &&Problem| p.kind == "bug" && p.severity.abs_diff(p.priority) == 3;
    let held = history.deployments.iter().find(|d| matches!(d.held_s, Some((_, None))));
    Planted {
        bad_release: bad_release(history),
        supplier_outage: SupplierOutage { supplier: NETCO.to_owned(), services },
        outage_inside_maintenance: outage(Story::InsideMaintenance),
        outage_past_maintenance: outage(Story::PastMaintenance),
        overlapping: of(Story::Overlapping).map(|o| o.id.clone()).collect(),
        open_degradation: outage(Story::Open),
        probe_gap: Gap { service: SERVICES[silent].name.to_owned(), from: micros(from_s), to: micros(to_s) },
        drift: Drift { tier: DRIFT.0, from: micros(AS_OF_S - DRIFT.1 * WEEK_S) },
        maintenance_windows: history.windows.len() as u64,
        upside_down_bugs: history.problems.iter().filter(upside_down).map(|p| p.id.clone()).collect(),
        held_release: held.map(|d| d.id.clone()).unwrap_or_default(),
        self_deployed: SERVICES[SELF_DEPLOYED].name.to_owned(),
        wip_breach: kanban::breach(&history.span, &history.items),
        misalignment: Misalignment {
            supplier: SERVICES[PAYMENTS].supplier.to_owned(),
            service: SERVICES[PAYMENTS].name.to_owned(),
            committed: MISALIGNED.1.to_owned(),
            promised: MISALIGNED.0.to_owned(),
        },
        unhappy: Unhappy {
            customer: CUSTOMERS[UNHAPPY].name.to_owned(),
            from: micros(AS_OF_S - UNHAPPY_WEEKS * WEEK_S),
        },
        never_restored: SERVICES[NEVER_RESTORED].name.to_owned(),
        orphans: Orphans { customer: surveys::ORPHAN.to_owned(), problems: links::ORPHANS.map(str::to_owned).to_vec() },
        ..Planted::default()
    }
}
