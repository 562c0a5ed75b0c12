//! A realistic organisation's exports and its project, at any size, from a seed: what `nines demo` writes. The same
//! options give the same bytes on any machine. It refuses no tickets, no weeks, and more than 1,040 weeks.
//!
//! The exports agree with each other: an outage shows as failed probes, an incident and tickets; a bad release also as a
//! change, a deployment that was rolled back and a problem. Every canonical table gets rows. [`Summary`] says what was
//! planted, so that tests know what the program must find.

mod agreements;
mod arrivals;
mod audit;
mod capacity;
mod chance;
mod change_export;
mod changes;
mod clock;
mod customers;
mod deployment_export;
mod deployments;
mod effort;
mod finance;
mod folder;
mod follow_ups;
mod history;
mod incidents;
mod jobs;
mod kanban;
mod links;
mod maintenance;
mod organisation;
mod outages;
mod patches;
mod path;
mod planted;
mod probes;
mod problems;
mod project;
mod register;
mod sheet;
mod sli_counts;
mod slos;
mod summary;
mod surveys;
mod ticket;
mod work_items;

#[cfg(test)]
mod tests;

pub use planted::{
    BadRelease, Drift, FailedBackups, FillingResource, Gap, Misalignment, Orphans, OverBudget, Patching, Planted,
    Responses, Review, SupplierOutage, Toil, TopBug, Unhappy, WipBreach,
};
pub use summary::Summary;

use folder::{Folder, named};
use follow_ups::FollowUps;
use history::History;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Weeks at most: twenty years.
const MOST_WEEKS: u32 = 1_040;
/// Tickets between two reports of progress.
const PROGRESS: u64 = 1_000;

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Tickets in the audit log, at least 1. Other exports grow more slowly, or not at all.
    pub tickets: u64,
    /// The seed of everything that is left to chance. Odd seeds leave one small degradation open at as-of.
    pub seed: u64,
    /// Complete weeks before the pinned as-of (2026-07-06T06:00+02:00), 1 to 1,040.
    pub weeks: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { tickets: 2_000, seed: 1, weeks: 26 }
    }
}

/// Writes `nines.toml`, `exports/` and `slos/` into a folder, which is made if need be; files of these names are replaced.
/// `progress` hears the number of tickets written so far, every thousand and at the end. Memory doesn't grow with the
/// number of tickets: only changes (20,000 at most) and what the weeks bring are held.
///
/// # Errors
/// Options out of range (`InvalidInput`), and what the file system refuses, with the file's name.
pub fn write(dir: &Path, options: &Options, progress: &mut dyn FnMut(u64)) -> io::Result<Summary> {
    check(options)?;
    let mut history = History::new(options);
    let mut summary = summary::summary(&history);
    let exports = Folder::make(dir)?;
    lists(&exports, &history, &mut summary)?;
    practice(&exports, &history, &mut summary)?;
    tickets(&exports, options, &mut history, &mut summary, progress)?;
    let History { span, seed, outages, incidents, .. } = &history;
    exports.sheet(&mut summary, "pagerduty_incidents.jsonl", |s| incidents::write(s, incidents, outages))?;
    exports.zipped(&mut summary, "probes.csv.gz", |s| probes::write(s, span, *seed, outages))?;
    exports.zipped(&mut summary, "sli_counts.csv.gz", |s| sli_counts::write(s, span, *seed, outages))?;
    slos::write(dir)?;
    fs::write(dir.join("nines.toml"), project::text(span)).map_err(|error| named("nines.toml", error))?;
    Ok(summary)
}

fn check(options: &Options) -> io::Result<()> {
    if options.tickets == 0 {
        return Err(io::Error::new(ErrorKind::InvalidInput, "tickets: expected at least 1, found 0"));
    }
    if options.weeks == 0 || options.weeks > MOST_WEEKS {
        let text = format!("weeks: expected 1 to {MOST_WEEKS}, found {}", options.weeks);
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    Ok(())
}

/// Who and what there is, and what happened to services.
fn lists(exports: &Folder, history: &History, summary: &mut Summary) -> io::Result<()> {
    exports.sheet(summary, "services.csv", organisation::write_services)?;
    exports.sheet(summary, "teams.csv", organisation::write_teams)?;
    exports.sheet(summary, "customers.csv", customers::write)?;
    exports.sheet(summary, "agreements.csv", |s| agreements::write(s, &history.span))?;
    exports.sheet(summary, "maintenance.csv", |s| maintenance::write(s, &history.windows))?;
    exports.sheet(summary, "outages.csv", |s| outages::write(s, &history.outages))?;
    exports.sheet(summary, "changes.csv", |s| change_export::write(s, &history.changes))?;
    exports.sheet(summary, "deployments.csv", |s| deployment_export::write(s, &history.deployments))?;
    exports.sheet(summary, "work_items.csv", |s| work_items::write(s, &history.items))
}

/// What infrastructure, platforms and money are managed by; each of these exports says what it planted.
fn practice(exports: &Folder, history: &History, summary: &mut Summary) -> io::Result<()> {
    let (span, seed) = (&history.span, history.seed);
    summary.planted.failed_backups = exports.zipped(summary, "jobs.csv.gz", |s| jobs::write(s, span, seed))?;
    summary.planted.patching = exports.sheet(summary, "patches.csv", |s| patches::write(s, span, seed))?;
    summary.planted.filling = exports.zipped(summary, "capacity.csv.gz", |s| capacity::write(s, span, seed))?;
    summary.planted.review = exports.sheet(summary, "register.csv", |s| register::write(s, span, seed))?;
    summary.planted.over_budget = exports.sheet(summary, "finance.csv", |s| finance::write(s, span, seed))?;
    summary.planted.toil = exports.zipped(summary, "effort.csv.gz", |s| effort::write(s, span, seed))?;
    Ok(())
}

/// Streams the tickets with all that they leave behind; tells each incident of its first ticket.
fn tickets(
    exports: &Folder,
    options: &Options,
    history: &mut History,
    summary: &mut Summary,
    progress: &mut dyn FnMut(u64),
) -> io::Result<()> {
    let named = |name| move |error| named(name, error);
    let mut problems = exports.open("problems.csv")?;
    problems::write(&mut problems, &history.problems).map_err(named("problems.csv"))?;
    let mut links = exports.open("links.csv")?;
    links::write(&mut links, history).map_err(named("links.csv"))?;
    let mut surveys = exports.open("surveys.csv")?;
    summary.planted.responses =
        surveys::write(&mut surveys, &history.span, history.seed).map_err(named("surveys.csv"))?;

    let History { span, seed, outages, changes, incidents, deployments, problems: known, .. } = history;
    let mut incident_of = vec![None; outages.len()];
    for (position, incident) in incidents.iter().enumerate() {
        incident_of[incident.outage] = Some(position);
    }
    let office = clock::Office::new(span);
    let mut chance = chance::Chance::new(*seed, 7);
    let mut audit = audit::Audit::new(exports.open("incident_audit.csv")?, changes, *seed)?;
    let mut follow_ups = FollowUps::new(known, deployments, [problems, links, surveys], *seed);
    let mut ticket = ticket::Ticket::default();
    for (sequence, arrival) in arrivals::Arrivals::new(span, options.tickets, *seed, outages).enumerate() {
        let sequence = sequence as u64 + 1;
        let outage = arrival.outage.and_then(|position| outages.get(position));
        ticket.live(sequence, arrival.at_s, outage, &office, &mut chance);
        let told = audit.write(&ticket, outage).map_err(named("incident_audit.csv"))?;
        summary.count_ticket(&ticket);
        let incident = arrival.outage.and_then(|position| incident_of[position]);
        let mut parent = None;
        if let Some(incident) = incident.and_then(|position| incidents.get_mut(position)) {
            let first = *incident.ticket.get_or_insert(sequence);
            parent = (first != sequence && incident.major()).then_some(first);
            if first == sequence {
                follow_ups.first_of(incident.outage, sequence).map_err(named("links.csv"))?;
            }
        }
        follow_ups.write(&ticket, &told, parent, outage.is_none()).map_err(named("links.csv"))?;
        if sequence.is_multiple_of(PROGRESS) || sequence == options.tickets {
            progress(sequence);
        }
    }
    exports.close(summary, "incident_audit.csv", audit.finish())?;
    summary.take(&follow_ups.tally, known);
    exports.close(summary, "problems.csv", follow_ups.problem_sheet)?;
    exports.close(summary, "links.csv", follow_ups.link_sheet)?;
    exports.close(summary, "surveys.csv", follow_ups.survey_sheet)
}
