//! `incident_audit.csv`: a ServiceNow-style audit log with the columns of the public incident event log and the company of
//! the caller, one row for each event, local times as `d/m/yyyy HH:MM`, `?` for what is missing. All rows of a ticket stand
//! together, tickets by opening.

use super::chance::Chance;
use super::changes::Change;
use super::clock::{DAY_S, local};
use super::customers::{CUSTOMERS, of_caller};
use super::organisation::{SERVICES, TEAMS};
use super::outages::{Outage, Story};
use super::problems;
use super::sheet::{DAMAGES, Damage, Sheet};
use super::ticket::{Event, State, Ticket, number};
use chrono::{Datelike, Timelike};
use std::io::{self, Write};

/// The 37 columns.
const HEADER: &str = "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,\
opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,\
subcategory,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,\
notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at,company";

/// Share of the rows that get a damaged copy.
const DIRTY: f64 = 0.005;
const CATEGORIES: [(&str, [&str; 3]); 5] = [
    ("Access", ["Login", "Password", "Rights"]),
    ("Software", ["Error", "Update", "Crash"]),
    ("Hardware", ["Disk", "Screen", "Printer"]),
    ("Network", ["VPN", "Wi-Fi", "DNS"]),
    ("Data", ["Report", "Import", "Quality"]),
];

/// For each service: when its changes were requested, and when those that went wrong ended.
struct Links<'a> {
    requested: Vec<Vec<(i64, &'a str)>>,
    wrong: Vec<Vec<(i64, &'a str)>>,
}

/// Writes the audit log ticket by ticket.
pub(super) struct Audit<'a, W> {
    sheet: Sheet<W>,
    links: Links<'a>,
    chance: Chance,
    line: Vec<u8>,
    planted: usize,
}

/// What the log tells of a ticket that other exports must agree with.
pub(super) struct Told {
    /// Position of the caller's account.
    pub(super) customer: usize,
    /// Number of the problem that some row names.
    pub(super) problem: Option<u64>,
    /// Whether that is the problem of a story.
    pub(super) story: bool,
    /// Whether the ticket is closed with a workaround.
    pub(super) workaround: bool,
}

impl Told {
    /// Name of the account.
    pub(super) fn customer(&self) -> &'static str {
        CUSTOMERS[self.customer].name
    }
}

/// What all rows of a ticket share.
struct Facts<'a> {
    caller: u64,
    opener: u64,
    channel: &'static str,
    location: &'static str,
    category: (&'static str, &'static str),
    symptom: &'static str,
    urgency: usize,
    problem: Option<u64>,
    rfc: Option<(i64, &'a str)>,
    caused_by: Option<&'a str>,
    code: &'static str,
    knowledge: bool,
}

impl<'a, W: Write> Audit<'a, W> {
    /// Starts the log: writes its header.
    pub(super) fn new(mut sheet: Sheet<W>, changes: &'a [Change], seed: u64) -> io::Result<Self> {
        let mut links = Links { requested: vec![Vec::new(); SERVICES.len()], wrong: vec![Vec::new(); SERVICES.len()] };
        for change in changes {
            links.requested[change.service].push((change.created_s, change.key.as_str()));
            if let (true, Some((_, end_s))) = (change.went_wrong(), change.actual_s) {
                links.wrong[change.service].push((end_s, change.key.as_str()));
            }
        }
        links.wrong.iter_mut().for_each(|list| list.sort());
        sheet.header(HEADER)?;
        Ok(Audit { sheet, links, chance: Chance::new(seed, 8), line: Vec::with_capacity(1 << 10), planted: 0 })
    }

    /// The rows of a ticket, and what they tell. Dirty copies never stand for its last event.
    pub(super) fn write(&mut self, ticket: &Ticket, outage: Option<&'a Outage>) -> io::Result<Told> {
        let facts = self.facts(ticket, outage);
        let last = ticket.events.len().saturating_sub(1);
        for position in 0..ticket.events.len() {
            if position < last && self.chance.happens(DIRTY) {
                let damage = DAMAGES[self.planted % DAMAGES.len()];
                self.planted += 1;
                self.sheet.count_dirty(damage);
                self.row(ticket, &facts, position, Some(damage))?;
            }
            self.row(ticket, &facts, position, None)?;
        }
        let named = |e: &Event| matches!(e.state, State::AwaitingProblem | State::Resolved | State::Closed);
        Ok(Told {
            customer: of_caller(facts.caller),
            problem: facts.problem.filter(|_| ticket.events.iter().any(named)),
            story: outage.is_some_and(is_story),
            workaround: facts.code == "Workaround",
        })
    }

    /// Ends the log.
    pub(super) fn finish(self) -> Sheet<W> {
        self.sheet
    }

    fn facts(&mut self, ticket: &Ticket, outage: Option<&'a Outage>) -> Facts<'a> {
        let chance = &mut self.chance;
        let (category, subcategories) = CATEGORIES[chance.weighted(&[30, 30, 12, 13, 15])];
        let list = &self.links.wrong[ticket.service];
        let before = list.partition_point(|&(end_s, _)| end_s <= ticket.opened_s);
        let recent = before.checked_sub(1).and_then(|i| list.get(i)).filter(|l| ticket.opened_s - l.0 < DAY_S);
        let caused_by = match (outage, recent) {
            (Some(outage), _) => outage.change.as_deref(),
            (None, Some(&(_, key))) if chance.happens(0.5) => Some(key),
            _ => None,
        };
        let list = &self.links.requested[ticket.service];
        let position = list.partition_point(|&(created_s, _)| created_s <= ticket.opened_s);
        let rfc = if chance.happens(0.03) { list.get(position).copied() } else { None };
        let waited = ticket.events.iter().any(|e| e.state == State::AwaitingProblem);
        // One problem for each story: its number follows from when it began.
        let problem = match outage.filter(|o| is_story(o)) {
            Some(outage) => Some(problems::story_number(outage)),
            None if waited || chance.happens(0.012) => Some(20_000 + ticket.sequence / 3),
            None => None,
        };
        let hops = ticket.events.last().map_or(0, |e| e.reassignments);
        let code = match chance.weighted(&[62, 24, 9, if hops == 0 && outage.is_none() { 5 } else { 0 }]) {
            0 => "Solved",
            1 => "Workaround",
            2 => "Not reproducible",
            _ => "Invalid",
        };
        Facts {
            // A few people call often.
            caller: (chance.unit() * chance.unit() * 900.0) as u64 + 1,
            opener: chance.below(24) + 1,
            channel: ["Phone", "Self service", "Email", "Direct opening"][chance.weighted(&[48, 30, 17, 5])],
            location: chance.word(&["Brussels", "Brussels", "Antwerp", "Gent", "Liege", "Mons"]),
            category: (category, chance.word(&subcategories)),
            symptom: if outage.is_some() {
                "Not available"
            } else {
                chance.word(&["Slow", "Error", "No access", "Question", "Wrong data"])
            },
            urgency: chance.below(2) as usize,
            problem,
            rfc,
            caused_by,
            code,
            knowledge: chance.happens(0.2),
        }
    }

    fn row(&mut self, ticket: &Ticket, facts: &Facts<'_>, position: usize, damage: Option<Damage>) -> io::Result<()> {
        let event = &ticket.events[position];
        let done = matches!(event.state, State::Resolved | State::Closed);
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let mut text = |text: &str| {
            line.extend_from_slice(text.as_bytes());
            line.push(b',');
        };
        let key = number(ticket.sequence);
        text(if damage == Some(Damage::Key) { "?" } else { &key });
        text(event.state.name());
        text(flag(event.state != State::Closed));
        text(&event.reassignments.to_string());
        text(&event.reopens.to_string());
        text(&position.to_string());
        text(flag(event.sla_met));
        text(&format!("Caller {}", facts.caller));
        text(&format!("Desk {}", facts.opener));
        text(&wall(ticket.opened_s));
        text("?");
        text("?");
        let by = if event.assignee == 0 {
            u64::from(ticket.events[position.saturating_sub(1)].assignee)
        } else {
            event.assignee.into()
        };
        text(&if by == 0 { format!("Desk {}", facts.opener) } else { format!("Agent {by}") });
        let at = wall(event.at_s);
        text(if damage == Some(Damage::Date) { "31/2/2026 25:61" } else { &at });
        text(facts.channel);
        text(facts.location);
        text(facts.category.0);
        text(facts.category.1);
        if damage == Some(Damage::Ragged) {
            // Cut short in the middle of a field.
            line.truncate(line.len().saturating_sub(2));
            line.push(b'\n');
        } else {
            text(facts.symptom);
            text(SERVICES[ticket.service].name);
            let (impact, urgency, priority) = words(ticket.priority, facts.urgency);
            text(impact);
            text(urgency);
            text(if damage == Some(Damage::Word) { "Urgent!" } else { priority });
            text(TEAMS[event.team].name);
            text(&if event.assignee == 0 { "?".to_owned() } else { format!("Agent {}", event.assignee) });
            text(flag(facts.knowledge));
            text("false");
            text("Do Not Notify");
            let waited = ticket.events[..=position].iter().any(|e| e.state == State::AwaitingProblem);
            let problem = facts.problem.filter(|_| waited || done);
            text(&problem.map_or("?".to_owned(), problems::id));
            text(facts.rfc.filter(|rfc| rfc.0 <= event.at_s).map_or("?", |rfc| rfc.1));
            let service = &SERVICES[ticket.service];
            let supplier = if service.supplier.is_empty() { TEAMS[event.team].supplier } else { service.supplier };
            text(if event.state == State::AwaitingVendor { supplier } else { "?" });
            text(facts.caused_by.filter(|_| position > 0).unwrap_or("?"));
            text(if done { facts.code } else { "?" });
            text(&if done { format!("Agent {}", event.assignee) } else { "?".to_owned() });
            let resolved =
                ticket.events[..=position].iter().rev().find(|e| e.state == State::Resolved).filter(|_| done);
            text(&resolved.map_or("?".to_owned(), |e| wall(e.at_s)));
            text(&if event.state == State::Closed { wall(event.at_s) } else { "?".to_owned() });
            line.extend_from_slice(CUSTOMERS[of_caller(facts.caller)].name.as_bytes());
            line.push(b'\n');
        }
        let result = self.sheet.raw(&line);
        self.line = line;
        result
    }
}

fn is_story(outage: &Outage) -> bool {
    matches!(outage.story, Story::BadRelease | Story::SupplierOutage)
}

fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// Impact, urgency and priority as the export words them; two ways to reach most priorities.
fn words(priority: u8, way: usize) -> (&'static str, &'static str, &'static str) {
    const HIGH: &str = "1 - High";
    const MEDIUM: &str = "2 - Medium";
    const LOW: &str = "3 - Low";
    match (priority, way) {
        (1, _) => (HIGH, HIGH, "1 - Critical"),
        (2, 0) => (HIGH, MEDIUM, "2 - High"),
        (2, _) => (MEDIUM, HIGH, "2 - High"),
        (3, _) => (MEDIUM, MEDIUM, "3 - Moderate"),
        (_, 0) => (MEDIUM, LOW, "4 - Low"),
        _ => (LOW, MEDIUM, "4 - Low"),
    }
}

/// `2/3/2026 09:05`, local.
fn wall(moment_s: i64) -> String {
    let t = local(moment_s);
    format!("{}/{}/{} {:02}:{:02}", t.day(), t.month(), t.year(), t.hour(), t.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_times() {
        assert_eq!(HEADER.split(',').count(), 37);
        assert_eq!(wall(1_772_438_700), "2/3/2026 09:05");
    }
}
