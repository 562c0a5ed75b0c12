//! One backlog, worked through by two teams: new functions in sprints (Scrum), maintenance by pull under a limit (Kanban).
//! Every bug of their services is a defect here, done when the bug is fixed. And `work_items.csv`.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, by_now, day_after, iso_if, iso_utc, utc};
use super::deployments::PRODUCTION;
use super::kanban;
use super::organisation::{COMMERCE_DEV, COMMERCE_OPS, ERP, ORDER_DESK, PORTAL, SERVICES, TEAMS, WAREHOUSE};
use super::problems::Problem;
use super::sheet::{Columns, Sheet, planted_at};
use std::io::{self, Write};

/// The services whose backlog it is.
pub(super) const BACKLOG: [usize; 4] = [ORDER_DESK, PORTAL, ERP, WAREHOUSE];
/// Days from the start of the sprint on which its working days lie.
const SPRINT_DAYS: [i64; 10] = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];

/// An item of the backlog.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) origin: &'static str,
    pub(super) title: String,
    pub(super) service: usize,
    /// Worked in sprints, else by pull.
    pub(super) scrum: bool,
    pub(super) created_s: i64,
    pub(super) committed_s: Option<i64>,
    pub(super) started_s: Option<i64>,
    pub(super) finished_s: Option<i64>,
    /// From 1.
    pub(super) sprint: Option<u32>,
    pub(super) points: Option<u64>,
    pub(super) class: &'static str,
    pub(super) blocked_s: i64,
    /// Position of the bug that it mends.
    pub(super) bug: Option<usize>,
}

impl Item {
    /// An item that nobody has begun.
    pub(super) fn new(kind: &'static str, origin: &'static str, service: usize, created_s: i64) -> Self {
        Item {
            id: String::new(),
            kind,
            origin,
            title: format!("{}: {kind}", SERVICES[service].name),
            service,
            scrum: false,
            created_s,
            committed_s: None,
            started_s: None,
            finished_s: None,
            sprint: None,
            points: None,
            class: "",
            blocked_s: 0,
            bug: None,
        }
    }

    /// True if somebody works on it at that moment.
    pub(super) fn in_progress(&self, moment_s: i64) -> bool {
        self.started_s.is_some_and(|t| t <= moment_s) && self.finished_s.is_none_or(|t| t > moment_s)
    }
}

/// The backlog by creation, with its ids.
pub(super) fn items(span: &Span, seed: u64, problems: &[Problem]) -> Vec<Item> {
    let mut chance = Chance::new(seed, 11);
    let mut items = defects(span, problems, &mut chance);
    let mut maintenance = kanban::flow(span, &items, &mut chance);
    items.append(&mut maintenance);
    for sprint in 1..=span.weeks.div_ceil(2) {
        for _ in 0..9 + chance.below(4) {
            items.push(planned(span, sprint, &mut chance));
        }
    }
    // What nobody has begun yet.
    for _ in 0..span.weeks.clamp(4, 30) {
        let age_s = chance.between(2, 7 * i64::from(span.weeks) + 30) * DAY_S;
        let mut item = function(AS_OF_S - age_s, &mut chance);
        item.points = if chance.happens(0.5) { Some(points(&mut chance)) } else { None };
        items.push(item);
    }
    items.sort_by_key(|i| (i.created_s, i.started_s, i.service));
    for (number, item) in items.iter_mut().enumerate() {
        item.id = format!("COM-{}", number + 1_001);
    }
    items
}

/// Start of a sprint, a Monday morning; from 1.
fn sprint_start_s(span: &Span, sprint: u32) -> i64 {
    utc(day_after(span.first_day, 14 * (i64::from(sprint) - 1)), 9 * 3_600)
}

fn points(chance: &mut Chance) -> u64 {
    [1, 2, 3, 5, 8][chance.weighted(&[10, 22, 34, 26, 8])]
}

/// A new function, an enhancement or a task of the Scrum team.
fn function(created_s: i64, chance: &mut Chance) -> Item {
    let service = BACKLOG[chance.below(4) as usize];
    let (kind, origin) = match chance.weighted(&[50, 12, 12, 20, 6]) {
        0 => ("story", "new_function"),
        1 => ("enhancement", "customer"),
        2 => ("enhancement", "service_management"),
        3 => ("task", "new_function"),
        _ => ("toil", "service_management"),
    };
    Item { scrum: true, ..Item::new(kind, origin, service, created_s) }
}

/// An item that a sprint was begun with. One in eight is done in the next one only.
fn planned(span: &Span, sprint: u32, chance: &mut Chance) -> Item {
    let start_s = sprint_start_s(span, sprint);
    let mut item = function(start_s - chance.log_normal_s(25.0 * DAY_S as f64, 0.7, DAY_S), chance);
    let first = chance.below(8) as usize;
    let last = first + 1 + chance.below((SPRINT_DAYS.len() - first - 1) as u64) as usize;
    let spills = chance.happens(0.12);
    let at = |day: usize, hour: f64| start_s + SPRINT_DAYS[day] * DAY_S + (hour * 3_600.0) as i64;
    let started_s = at(first, 0.3 + 3.0 * chance.unit());
    let finished_s = at(last, 4.0 + 3.5 * chance.unit()) + if spills { 14 * DAY_S } else { 0 };
    item.points = Some(points(chance));
    item.committed_s = by_now(start_s);
    item.started_s = by_now(started_s);
    item.finished_s = by_now(finished_s);
    item.sprint = Some(sprint + u32::from(spills && start_s + 14 * DAY_S < AS_OF_S));
    if chance.happens(0.1) {
        item.blocked_s = (item.finished_s.unwrap_or(AS_OF_S) - started_s).max(0) * chance.between(10, 50) / 100;
    }
    item
}

/// The bugs of the services: found in test they go into a sprint, found in use to maintenance.
fn defects(span: &Span, problems: &[Problem], chance: &mut Chance) -> Vec<Item> {
    let mut items = Vec::new();
    let own = |p: &&Problem| p.kind == "bug" && BACKLOG.contains(&p.service);
    for (position, bug) in problems.iter().enumerate().filter(|(_, p)| own(p)) {
        let origin = match bug.found_by {
            "operations" | "monitoring" => "service_management",
            other => other,
        };
        let created_s = (bug.opened_s + chance.between(60, 7_200)).min(bug.fixed_s.unwrap_or(AS_OF_S) - 600);
        let mut item = Item::new("defect", origin, bug.service, created_s);
        item.title = format!("{}: mend {}", SERVICES[bug.service].name, bug.id);
        (item.bug, item.scrum) = (Some(position), bug.found_in != PRODUCTION);
        item.finished_s = bug.fixed_s;
        let worked_s = chance.log_normal_s(3.0 * DAY_S as f64, 0.5, 3_600);
        let begun = chance.happens(0.3);
        item.started_s = match bug.fixed_s {
            Some(fixed_s) => Some(fixed_s - worked_s.min((fixed_s - created_s) * 4 / 5)),
            None if begun => Some((AS_OF_S - worked_s).max(created_s + 60)).filter(|&t| t < AS_OF_S),
            None => None,
        };
        if item.scrum {
            let at = item.finished_s.or(item.started_s);
            let sprints = |t: i64| (t - sprint_start_s(span, 1)).max(0) / (14 * DAY_S) + 1;
            item.sprint = at.and_then(|t| u32::try_from(sprints(t)).ok());
            item.committed_s = item.sprint.map(|s| sprint_start_s(span, s).clamp(created_s, AS_OF_S));
            item.points = Some(1 + chance.below(3));
        } else {
            item.committed_s = item.started_s;
            item.class = if bug.severity == 1 { "expedite" } else { "standard" };
        }
        items.push(item);
    }
    items
}

/// Name of the team that works on it, and its style.
fn team(item: &Item) -> (&'static str, &'static str) {
    if item.scrum { (TEAMS[COMMERCE_DEV].name, "scrum") } else { (TEAMS[COMMERCE_OPS].name, "kanban") }
}

/// Writes `work_items.csv`: canonical columns, UTC.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, items: &[Item]) -> io::Result<()> {
    sheet.header(
        "id,kind,origin,title,service,team,style,status,created_at,committed_at,started_at,finished_at,sprint,points,\
         class_of_service,blocked_s",
    )?;
    let columns = Columns { key: 0, date: 8, word: Some(1) };
    for (position, item) in items.iter().enumerate() {
        let (team, style) = team(item);
        let status = match (item.finished_s, item.started_s) {
            (Some(_), _) => "Done",
            (None, Some(_)) => "In progress",
            _ => "To do",
        };
        let row = [
            &item.id,
            item.kind,
            item.origin,
            &item.title,
            SERVICES[item.service].name,
            team,
            style,
            status,
            &iso_utc(item.created_s),
            &iso_if(item.committed_s),
            &iso_if(item.started_s),
            &iso_if(item.finished_s),
            &item.sprint.map(|n| format!("Sprint {n}")).unwrap_or_default(),
            &item.points.map(|n| n.to_string()).unwrap_or_default(),
            item.class,
            &if item.started_s.is_some() { item.blocked_s.to_string() } else { String::new() },
        ];
        for damage in planted_at(position, items.len()) {
            sheet.damaged_row(&row, columns, damage)?;
        }
        sheet.row(&row)?;
    }
    Ok(())
}
