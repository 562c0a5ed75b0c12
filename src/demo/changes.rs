//! Requests for change, the ones behind outages included: how they were planned, approved and carried out.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, day_after, is_weekend, local, utc};
use super::organisation::SERVICES;
use super::outages::{Outage, Story};
use chrono::Datelike;

/// Changes at most, whatever the number of tickets.
const MOST: u64 = 20_000;
/// The outcome, in the export's words, of a change that did what it should.
const SUCCESSFUL: &str = "Successful";

/// A request for change.
pub(super) struct Change {
    pub(super) key: String,
    pub(super) service: usize,
    pub(super) kind: &'static str,
    pub(super) risk: &'static str,
    /// Empty while open.
    pub(super) outcome: &'static str,
    pub(super) status: &'static str,
    pub(super) created_s: i64,
    pub(super) updated_s: i64,
    /// Absent when nobody approved it by as-of.
    pub(super) approved_s: Option<i64>,
    /// Planned start and end.
    pub(super) planned_s: (i64, i64),
    /// Actual start and end; absent when it didn't start. The end is `i64::MAX` while it is under way.
    pub(super) actual_s: Option<(i64, i64)>,
    /// Carried out by engineering (tier 5), else by product operations (tier 4).
    pub(super) engineers: bool,
    /// Numbers of the requester, the implementer and the approver.
    pub(super) people: (u64, u64, u64),
    pub(super) summary: String,
    /// Position of the outage that it caused.
    pub(super) outage: Option<usize>,
}

impl Change {
    /// True if it was carried out and ended otherwise than planned.
    pub(super) fn went_wrong(&self) -> bool {
        self.actual_s.is_some() && !self.outcome.is_empty() && self.outcome != SUCCESSFUL
    }
}

/// Name of the release of a service that goes live about that moment: the service, and the year and week.
pub(super) fn release(service: usize, moment_s: i64) -> String {
    let week = local(moment_s).iso_week();
    format!("{} {:02}.{:02}", SERVICES[service].name, week.year() % 100, week.week())
}

/// All changes by creation, with their keys; writes the keys of the guilty ones into the outages.
pub(super) fn changes(span: &Span, tickets: u64, seed: u64, outages: &mut [Outage]) -> Vec<Change> {
    let mut chance = Chance::new(seed, 3);
    let mut changes: Vec<Change> = outages
        .iter()
        .enumerate()
        .filter(|(_, outage)| outage.cause == "change")
        .map(|(position, outage)| guilty(position, outage, &mut chance))
        .collect();
    let least = (60 * u64::from(span.weeks)).div_ceil(26).max(3);
    let count = (tickets / 25).clamp(least, MOST);
    let coming = (count / 40).max(1);
    // Where outages with guilty changes are many and tickets few, the rest is still never empty.
    let ordinary = count.saturating_sub(changes.len() as u64 + coming).max(2);
    let length_s = (AS_OF_S - span.start_s - DAY_S) as f64;
    let mut last: Option<(usize, (i64, i64))> = None;
    for number in 0..ordinary + coming {
        let start_s = if number < ordinary {
            span.start_s + ((number as f64 + chance.unit()) / ordinary as f64 * length_s) as i64
        } else {
            AS_OF_S + chance.between(DAY_S / 2, 8 * DAY_S)
        };
        let mut change = draw(start_s, &mut chance);
        if let (12, Some((service, (from_s, to_s)))) = (number % 25, last) {
            // A collision: on the same service, while the one before is under way.
            change.service = service;
            let shift_s = from_s + (to_s - from_s) / 2 - change.planned_s.0;
            change.planned_s = (change.planned_s.0 + shift_s, change.planned_s.1 + shift_s);
            // Where it comes earlier, so does its paperwork.
            change.created_s += shift_s.min(0);
            change.approved_s = change.approved_s.map(|t| t + shift_s.min(0));
        }
        execute(&mut change, &mut chance);
        last = Some((change.service, change.actual_s.unwrap_or(change.planned_s)));
        changes.push(change);
    }
    changes.sort_by_key(|c| (c.created_s, c.planned_s, c.service, c.people));
    for (number, change) in changes.iter_mut().enumerate() {
        change.key = format!("CHG-{}", number + 1_001);
        if let Some(outage) = change.outage.and_then(|position| outages.get_mut(position)) {
            outage.change = Some(change.key.clone());
        }
    }
    changes
}

/// The change that caused an outage.
fn guilty(position: usize, outage: &Outage, chance: &mut Chance) -> Change {
    let bad_release = outage.story == Story::BadRelease;
    let start_s = outage.start_s - if bad_release { 1_200 } else { chance.between(300, 1_500) };
    let end_s = outage.until_s() + 300;
    let outcome =
        if bad_release { "Backed out" } else { chance.word(&["Backed out", "Failed", "Successful with issues"]) };
    let created_s = utc(day_after(local(start_s).date(), -6), 36_000 + chance.between(0, 14_400));
    Change {
        key: String::new(),
        service: outage.service,
        kind: "Normal",
        risk: "High",
        outcome,
        status: "Closed",
        created_s,
        updated_s: (end_s + chance.between(12, 40) * 3_600).min(AS_OF_S - 60),
        approved_s: Some(created_s + 2 * DAY_S),
        planned_s: (start_s - 120, start_s + 3_480),
        actual_s: Some((start_s, end_s)),
        engineers: true,
        people: people(chance),
        summary: if bad_release {
            "New settlement engine, with data migration".to_owned()
        } else {
            "Feature release".to_owned()
        },
        outage: Some(position),
    }
}

fn people(chance: &mut Chance) -> (u64, u64, u64) {
    (chance.below(60) + 1, chance.below(40) + 1, chance.below(9) + 1)
}

/// The same day in office hours.
fn at_a_desk(moment_s: i64, chance: &mut Chance) -> i64 {
    let mut day = local(moment_s).date();
    while is_weekend(day) {
        day = day_after(day, -1);
    }
    utc(day, chance.between(9 * 3_600, 17 * 3_600))
}

/// A change planned for about that moment, not yet carried out.
fn draw(about_s: i64, chance: &mut Chance) -> Change {
    // Nobody knows today of next week's emergencies.
    let kind = ["Standard", "Normal", "Emergency"][chance.weighted(&[46, 46, if about_s > AS_OF_S { 0 } else { 8 }])];
    let weights = SERVICES.each_ref().map(|s| s.tickets);
    let service = chance.weighted(&weights);
    let mut day = local(about_s).date();
    if kind != "Emergency" && is_weekend(day) {
        day = day_after(day, if day.weekday().num_days_from_monday() == 5 { 2 } else { 1 });
    }
    let hour = match kind {
        "Standard" => chance.between(8, 22),
        "Normal" => chance.between(19, 23),
        _ => chance.between(0, 24),
    };
    let mut start_s = utc(day, hour * 3_600 + chance.between(0, 4) * 900);
    if about_s > AS_OF_S {
        start_s = start_s.max(about_s);
    }
    let length_s = chance.between(2, 13) * 900;
    let lead_s = match kind {
        "Standard" => chance.between(DAY_S / 4, 3 * DAY_S),
        "Normal" => chance.between(3 * DAY_S, 16 * DAY_S),
        _ => chance.between(900, 7_200),
    };
    // What comes after as-of is already known today.
    let mut created_s = (start_s - lead_s).min(AS_OF_S - chance.between(DAY_S, 3 * DAY_S));
    if kind != "Emergency" {
        created_s = at_a_desk(created_s, chance).min(start_s - 3_600);
    }
    let lead_s = start_s - created_s;
    let fate = chance.unit();
    let approved_s = match kind {
        "Standard" => Some(created_s + 60),
        "Normal" if fate < 0.02 => None,
        "Normal" if fate < 0.04 => Some(start_s + 5_400),
        "Normal" => Some(
            at_a_desk(created_s + lead_s * chance.between(30, 80) / 100, chance).clamp(created_s + 600, start_s - 600),
        ),
        _ if fate < 0.15 => Some(start_s + 3_600),
        _ => Some(start_s - lead_s / 4),
    };
    let summary = match kind {
        "Standard" => chance.word(&[
            "Renew certificate",
            "Monthly patches",
            "Add capacity",
            "Restart workers",
            "Rotate keys",
            "New firewall rule",
        ]),
        "Normal" => chance.word(&[
            "Feature release",
            "Database upgrade",
            "New network segment",
            "Migrate storage",
            "Change of batch schedule",
            "Library upgrade",
        ]),
        _ => chance.word(&["Hotfix", "Raise a limit", "Block an attack", "Replace failed disk"]),
    };
    Change {
        key: String::new(),
        service,
        kind,
        risk: match kind {
            "Standard" => "Low",
            _ => chance.word(&["Low", "Medium", "Medium", "High"]),
        },
        outcome: "",
        status: "Scheduled",
        created_s,
        updated_s: created_s + 60,
        approved_s: approved_s.filter(|&t| t < AS_OF_S),
        planned_s: (start_s, start_s + length_s),
        actual_s: None,
        engineers: kind != "Standard" && chance.happens(0.7),
        people: people(chance),
        summary: summary.to_owned(),
        outage: None,
    }
}

/// Carries a change out, as far as as-of lets it.
fn execute(change: &mut Change, chance: &mut Chance) {
    let (planned_start_s, planned_end_s) = change.planned_s;
    let start_s = planned_start_s + chance.between(0, 600);
    let length_s = ((planned_end_s - planned_start_s) * chance.between(40, 125) / 100).max(300);
    let outcomes = match change.kind {
        "Standard" => [96, 2, 1, 0, 1],
        "Normal" => [84, 6, 3, 3, 4],
        _ => [88, 8, 3, 1, 0],
    };
    let outcome =
        [SUCCESSFUL, "Successful with issues", "Failed", "Backed out", "Cancelled"][chance.weighted(&outcomes)];
    let later_s = chance.between(1, 30) * 3_600;
    if start_s >= AS_OF_S {
        change.updated_s = change.approved_s.unwrap_or(0).max(change.created_s + 60).min(AS_OF_S - 60);
        if change.approved_s.is_none() {
            change.status = "Awaiting approval";
        }
    } else if outcome == "Cancelled" {
        (change.status, change.outcome) = ("Closed", outcome);
        change.updated_s = planned_start_s.max(change.created_s + 600).min(AS_OF_S - 60);
    } else if start_s + length_s >= AS_OF_S - 120 {
        change.status = "In progress";
        change.updated_s = start_s;
        // Open at as-of: it has begun, and nothing says how it ended.
        change.actual_s = Some((start_s, i64::MAX));
    } else {
        (change.status, change.outcome) = ("Closed", outcome);
        change.actual_s = Some((start_s, start_s + length_s));
        change.updated_s = (start_s + length_s + later_s).max(change.approved_s.unwrap_or(0)).min(AS_OF_S - 60);
    }
}

#[cfg(test)]
mod tests {
    use super::super::outages::outages;
    use super::*;

    fn made(weeks: u32, tickets: u64) -> Vec<Change> {
        let span = Span::new(weeks);
        changes(&span, tickets, 1, &mut outages(&span, 1))
    }

    #[test]
    fn as_many_as_the_brief_says() {
        assert_eq!(made(26, 2_000).len(), 80);
        assert_eq!(made(26, 1).len(), 60);
        assert_eq!(made(26, 5_000_000).len(), 20_000);
        assert!(made(1, 1).len() >= 3);
    }

    #[test]
    fn instants_are_in_order_and_outcomes_plausible() {
        let changes = made(26, 100_000);
        let closed = changes.iter().filter(|c| c.status == "Closed" && c.outcome != "Cancelled").count() as f64;
        let good = changes.iter().filter(|c| c.outcome == SUCCESSFUL).count() as f64;
        assert!((0.88..0.96).contains(&(good / closed)), "{}", good / closed);
        for c in &changes {
            assert!(c.created_s < AS_OF_S && c.updated_s < AS_OF_S && c.created_s <= c.updated_s, "{}", c.key);
            assert!(c.planned_s.0 < c.planned_s.1);
            if let Some((start_s, end_s)) = c.actual_s {
                assert!(start_s < end_s && start_s < AS_OF_S && (end_s < AS_OF_S || c.outcome.is_empty()));
            }
            assert_eq!(c.outcome.is_empty(), c.status != "Closed");
        }
        let unauthorised =
            changes.iter().filter(|c| c.actual_s.is_some_and(|a| c.approved_s.is_none_or(|t| t > a.0))).count();
        assert!((40..200).contains(&unauthorised), "{unauthorised}");
    }
}
