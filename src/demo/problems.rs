//! Problems, known errors and bugs, and the layout of `problems.csv`. What stands here comes with the weeks; the problems that
//! ordinary tickets raise are added while those are written.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, by_now, iso_if, iso_utc, utc};
use super::deployments::{Deployment, ENVIRONMENTS, PRODUCTION};
use super::organisation::{IDENTITY, NETWORK, SERVICES, TEAMS};
use super::outages::{Outage, Story};
use super::sheet::Sheet;
use super::ticket::Ticket;
use std::io::{self, Write};

/// Names of the columns.
const HEADER: &str = "id,kind,title,service,severity,priority,status,opened_at,diagnosed_at,workaround_at,fixed_at,closed_at,\
found_by,found_in,team,release";
/// How much more tickets the most annoying bug brings than others.
const HOT: u32 = 420;

/// A problem, a known error or a bug.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) id: String,
    pub(super) kind: &'static str,
    title: String,
    pub(super) service: usize,
    pub(super) severity: u8,
    pub(super) priority: u8,
    pub(super) opened_s: i64,
    diagnosed_s: Option<i64>,
    workaround_s: Option<i64>,
    pub(super) fixed_s: Option<i64>,
    closed_s: Option<i64>,
    pub(super) found_by: &'static str,
    /// Position in [`ENVIRONMENTS`].
    pub(super) found_in: usize,
    team: usize,
    release: String,
    /// Position of the deployment that mended it.
    pub(super) fixed_by: Option<usize>,
    /// Position of the failed deployment that raised it.
    pub(super) raised_by: Option<usize>,
    /// Key of the change that caused it.
    pub(super) caused_by: Option<String>,
    /// How many tickets it brings, relative to others; 0 for none.
    pub(super) tickets: u32,
}

/// Number of the problem behind an outage that tells a story.
pub(super) fn story_number(outage: &Outage) -> u64 {
    outage.start_s as u64 / 60 % 10_000
}

/// Id of the problem of that number.
pub(super) fn id(number: u64) -> String {
    format!("PRB{number:07}")
}

impl Problem {
    fn new(kind: &'static str, service: usize, opened_s: i64) -> Self {
        Problem {
            id: String::new(),
            kind,
            title: String::new(),
            service,
            severity: 3,
            priority: 3,
            opened_s,
            diagnosed_s: None,
            workaround_s: None,
            fixed_s: None,
            closed_s: None,
            found_by: "operations",
            found_in: PRODUCTION,
            team: SERVICES[service].teams[2],
            release: String::new(),
            fixed_by: None,
            raised_by: None,
            caused_by: None,
            tickets: 0,
        }
    }

    /// True for the bug that brings more tickets than any other.
    pub(super) fn is_hot(&self) -> bool {
        self.tickets == HOT
    }

    fn status(&self) -> &'static str {
        match (self.closed_s, self.fixed_s, self.diagnosed_s) {
            (Some(_), ..) => "Closed",
            (_, Some(_), _) => "Fixed",
            (_, _, Some(_)) => "Diagnosed",
            _ => "Open",
        }
    }

    /// Its clocks from so many days to the diagnosis and to the fix, as far as as-of lets them run.
    fn run(mut self, diagnosis: f64, fix: f64, chance: &mut Chance) -> Self {
        let days = |median: f64, chance: &mut Chance| chance.log_normal_s(median * DAY_S as f64, 0.7, 1_800);
        let diagnosed_s = self.opened_s + days(diagnosis, chance);
        let fixed_s = diagnosed_s + days(fix, chance);
        self.diagnosed_s = by_now(diagnosed_s);
        self.workaround_s = self.workaround_s.or(by_now(diagnosed_s + 3_600).filter(|_| chance.happens(0.5)));
        self.fixed_s = by_now(fixed_s);
        self.closed_s = by_now(fixed_s + days(2.0, chance));
        self
    }

    /// Mended by the first deployment that brought something made after it was understood.
    fn mended(mut self, deployments: &[Deployment], chance: &mut Chance) -> Self {
        let ready_s = self.fixed_s.take().unwrap_or(AS_OF_S);
        let fix = deployments.iter().position(|d| d.service == self.service && d.is_live() && d.started_s > ready_s);
        self.fixed_by = fix;
        self.fixed_s = fix.and_then(|position| deployments.get(position)).map(|d| d.finished_s);
        self.closed_s = self.fixed_s.and_then(|t| by_now(t + chance.between(1, 6) * DAY_S));
        self
    }
}

/// What the weeks bring: the problems of the stories, then bugs and known errors by their opening.
pub(super) fn problems(span: &Span, seed: u64, outages: &[Outage], deployments: &[Deployment]) -> Vec<Problem> {
    let mut chance = Chance::new(seed, 10);
    let mut list: Vec<Problem> = outages.iter().filter_map(|o| story(o, &mut chance)).collect();
    let mut bugs = failures(deployments, &mut chance);
    let length_s = AS_OF_S - span.start_s - DAY_S;
    let weeks = u64::from(span.weeks);
    for number in 0..4 * weeks {
        let at_s = span.start_s + ((number as f64 + chance.unit()) / (4 * weeks) as f64 * length_s as f64) as i64;
        bugs.push(bug(at_s, number, deployments, &mut chance));
    }
    let mut hot = Problem::new("bug", IDENTITY, utc(span.first_day, 10 * 3_600) + length_s / 4);
    hot.title = "Session is lost after signing in".to_owned();
    (hot.severity, hot.priority, hot.found_by, hot.tickets) = (3, 4, "customer", HOT);
    bugs.push(hot.run(4.0, 75.0, &mut chance).mended(deployments, &mut chance));
    bugs.sort_by_key(|b| (b.opened_s, b.service, b.tickets));
    // Bugs name the release that was live, or on its way, when they were found.
    for (number, bug) in bugs.iter_mut().enumerate() {
        bug.id = format!("BUG-{:04}", number + 1);
        if bug.release.is_empty() {
            let live = |d: &&Deployment| d.service == bug.service && d.environment == bug.found_in;
            let brought = deployments.iter().rev().filter(live).find(|d| d.finished_s <= bug.opened_s);
            bug.release = brought.map(|d| d.release.clone()).unwrap_or_default();
        }
    }
    list.append(&mut bugs);
    for number in 0..(weeks * 2).div_ceil(5) {
        let at_s = span.start_s + ((number as f64 + chance.unit()) / (weeks as f64 * 0.4) * length_s as f64) as i64;
        let mut known = Problem::new("known_error", service(&mut chance), at_s.min(AS_OF_S - DAY_S));
        known.id = format!("KNE-{:03}", number + 1);
        known.title = format!("{}: restart the client, then sign in again", SERVICES[known.service].name);
        (known.severity, known.priority) = (3, 3 + chance.below(2) as u8);
        known.workaround_s = by_now(known.opened_s + chance.between(3_600, 40 * 3_600));
        known.tickets = chance.log_normal_s(14.0, 0.8, 2) as u32;
        list.push(known.run(3.0, 120.0, &mut chance));
    }
    list
}

/// A service by its share of the tickets; one with software of its own.
fn service(chance: &mut Chance) -> usize {
    match chance.weighted(&SERVICES.each_ref().map(|s| s.tickets)) {
        NETWORK => IDENTITY,
        service => service,
    }
}

fn story(outage: &Outage, chance: &mut Chance) -> Option<Problem> {
    let team = match outage.story {
        Story::BadRelease => SERVICES[outage.service].teams[3],
        Story::SupplierOutage => SERVICES[outage.service].teams[1],
        _ => return None,
    };
    let mut problem = Problem::new("problem", outage.service, outage.until_s() + 3_600);
    problem.id = id(story_number(outage));
    problem.title = format!("{} was down: {}", SERVICES[outage.service].name, outage.cause);
    (problem.severity, problem.priority, problem.team) = (1, 1, team);
    problem.found_by = "monitoring";
    problem.caused_by = outage.change.clone();
    Some(problem.run(0.7, 6.0, chance))
}

/// Most failed deployments raise a bug by themselves, within the hour; where a service suffered, there is more than that.
fn failures(deployments: &[Deployment], chance: &mut Chance) -> Vec<Problem> {
    let mut bugs = Vec::new();
    for (position, d) in deployments.iter().enumerate() {
        if d.outcome == "successful" || d.outage.is_some() || !chance.happens(0.8) {
            continue;
        }
        let mut bug = Problem::new("bug", d.service, d.finished_s + chance.between(30, 2_700));
        bug.found_by = ["automated_test", "automated_test", "manual_test", "monitoring"][d.environment];
        (bug.found_in, bug.release, bug.raised_by) = (d.environment, d.release.clone(), Some(position));
        bug.team = SERVICES[d.service].teams[3];
        judge(&mut bug, chance);
        bug.title =
            format!("{} {}: a check fails in {}", SERVICES[d.service].name, d.version, ENVIRONMENTS[d.environment]);
        bugs.push(bug.run(0.1, 0.5, chance).mended(deployments, chance));
    }
    bugs
}

fn bug(at_s: i64, number: u64, deployments: &[Deployment], chance: &mut Chance) -> Problem {
    let mut bug = Problem::new("bug", service(chance), at_s);
    bug.team = SERVICES[bug.service].teams[3];
    (bug.found_by, bug.found_in) = match chance.weighted(&[22, 22, 28, 16, 12]) {
        0 => ("automated_test", chance.below(2) as usize),
        1 => ("manual_test", 1 + chance.below(2) as usize),
        2 => ("customer", PRODUCTION),
        3 => ("operations", PRODUCTION),
        _ => ("monitoring", PRODUCTION),
    };
    judge(&mut bug, chance);
    // Severity is what it does, priority what somebody wants: two early ones turn it upside down.
    match number {
        1 => (bug.severity, bug.priority) = (1, 4),
        2 => (bug.severity, bug.priority) = (4, 1),
        _ => {}
    }
    let what = chance.word(&["wrong total", "page stays empty", "time-out", "duplicate message", "wrong language"]);
    bug.title = format!("{}: {what}", SERVICES[bug.service].name);
    if bug.found_in == PRODUCTION {
        bug.tickets = chance.log_normal_s(8.0, 1.2, 1).min(200) as u32;
    }
    let fix = [1.5, 5.0, 14.0, 45.0][usize::from(bug.priority) - 1];
    bug.run(1.2, fix, chance).mended(deployments, chance)
}

/// Severity, and a priority that mostly follows it.
fn judge(bug: &mut Problem, chance: &mut Chance) {
    bug.severity = 1 + chance.weighted(&[6, 22, 42, 30]) as u8;
    bug.priority = match chance.weighted(&[62, 14, 14, 10]) {
        0 => bug.severity,
        1 => (bug.severity + 1).min(4),
        2 => (bug.severity - 1).max(1),
        _ => 5 - bug.severity,
    };
}

/// The problem that an ordinary ticket raised.
pub(super) fn of_ticket(number: u64, ticket: &Ticket, known: bool, chance: &mut Chance) -> Problem {
    let opened_s = ticket.opened_s + (AS_OF_S - ticket.opened_s).min(chance.between(600, 40_000));
    let mut problem = Problem::new(if known { "known_error" } else { "problem" }, ticket.service, opened_s);
    problem.id = id(number);
    problem.title = format!("{}: tickets of one kind", SERVICES[ticket.service].name);
    (problem.severity, problem.priority) = (ticket.priority, ticket.priority);
    problem.team = SERVICES[ticket.service].teams[1];
    problem.run(5.0, 20.0, chance)
}

/// The header, and those that the weeks brought.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, problems: &[Problem]) -> io::Result<()> {
    sheet.header(HEADER)?;
    problems.iter().try_for_each(|problem| row(sheet, problem))
}

/// One row.
pub(super) fn row<W: Write>(sheet: &mut Sheet<W>, p: &Problem) -> io::Result<()> {
    sheet.row(&[
        &p.id,
        p.kind,
        &p.title,
        SERVICES[p.service].name,
        &p.severity.to_string(),
        &p.priority.to_string(),
        p.status(),
        &iso_utc(p.opened_s),
        &iso_if(p.diagnosed_s),
        &iso_if(p.workaround_s),
        &iso_if(p.fixed_s),
        &iso_if(p.closed_s),
        p.found_by,
        ENVIRONMENTS[p.found_in],
        TEAMS[p.team].name,
        &p.release,
    ])
}
