//! The life of one ticket: its priority, its way through the teams, waiting, resolution, return and closing, with the clocks
//! that go with them. What would happen after as-of hasn't happened.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, OFFICE_S, Office, WEEK_S, is_weekend, local};
use super::organisation::{EVENING_DESK, SERVICE_DESK, SERVICES, TEAMS};
use super::outages::Outage;
use super::path::{Step, next};
use chrono::Timelike;

/// Working time in which a ticket of priority 1 to 4 should be resolved, in hours. Also in the project that is written.
pub(super) const RESOLVE_WITHIN_H: [i64; 4] = [4, 8, 30, 60];
/// The tier that becomes slower, and over how many last weeks.
pub(super) const DRIFT: (u8, i64) = (3, 9);
/// A resolved ticket closes by itself after so long.
const CLOSE_AFTER_S: i64 = 5 * DAY_S;

/// State of a ticket, in the words of the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    New,
    Active,
    AwaitingUser,
    AwaitingVendor,
    AwaitingProblem,
    Resolved,
    Closed,
}

impl State {
    /// As the export writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            State::New => "New",
            State::Active => "Active",
            State::AwaitingUser => "Awaiting User Info",
            State::AwaitingVendor => "Awaiting Vendor",
            State::AwaitingProblem => "Awaiting Problem",
            State::Resolved => "Resolved",
            State::Closed => "Closed",
        }
    }
}

/// One entry of the audit log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at_s: i64,
    pub(super) state: State,
    pub(super) team: usize,
    /// 0 = nobody yet.
    pub(super) assignee: u16,
    pub(super) sla_met: bool,
    pub(super) reassignments: u16,
    pub(super) reopens: u16,
}

/// A ticket with all that happened to it up to as-of. `events` and `path` are reused from ticket to ticket.
#[derive(Default)]
pub(super) struct Ticket {
    pub(super) sequence: u64,
    pub(super) opened_s: i64,
    pub(super) service: usize,
    /// 1 to 4.
    pub(super) priority: u8,
    pub(super) events: Vec<Event>,
    path: Vec<usize>,
    /// Working seconds on hold, and the working seconds after which the target is missed.
    hold_s: i64,
    within_s: i64,
}

/// The number of the ticket of that sequence.
pub(super) fn number(sequence: u64) -> String {
    format!("INC{:07}", sequence + 100_000)
}

impl Ticket {
    /// Lives a new ticket.
    pub(super) fn live(
        &mut self,
        sequence: u64,
        opened_s: i64,
        outage: Option<&Outage>,
        office: &Office,
        chance: &mut Chance,
    ) {
        self.events.clear();
        self.path.clear();
        (self.sequence, self.opened_s, self.hold_s) = (sequence, opened_s, 0);
        let weights = SERVICES.each_ref().map(|s| s.tickets);
        self.service = outage.map_or_else(|| chance.weighted(&weights), |o| o.service);
        self.priority = 1 + chance.weighted(match outage {
            Some(o) if !o.degraded => &[8, 37, 55, 0],
            Some(_) => &[0, 15, 80, 5],
            None => &[1, 5, 80, 14],
        }) as u8;
        self.within_s = RESOLVE_WITHIN_H[usize::from(self.priority) - 1] * 3_600;
        self.path.push(desk(opened_s, chance));
        // Urgent work goes on round the clock; the rest in office hours.
        let urgent = self.priority <= 2 || outage.is_some();
        let after = |from_s: i64, seconds: i64| {
            if urgent { from_s + seconds } else { office.after(from_s, seconds) }
        };
        self.push(opened_s, State::New, 0, 0, office);
        let mut at_s = opened_s;
        loop {
            let team = self.team();
            let step = next(&self.path, &SERVICES[self.service], urgent, chance);
            let assignee = assignee(team, chance);
            let slow = slowness(team, at_s);
            let queue_s = chance.log_normal_s(if urgent { 240.0 } else { 1_500.0 } * slow, 1.0, 20);
            let work_s = chance.log_normal_s(self.work_s(team, urgent) * slow, if urgent { 1.35 } else { 1.6 }, 60);
            // Simple things are solved in the first contact, without a step in between.
            let contact = team == self.path[0] && step == Step::Resolve && chance.happens(0.5);
            at_s = after(at_s, if contact { queue_s / 3 } else { queue_s });
            if !contact && chance.happens(0.5) && !self.push(at_s, State::Active, assignee, 0, office) {
                return;
            }
            let rest = if step == Step::Resolve { 0.28 } else { 0.06 };
            if !contact && chance.happens(if urgent { rest / 3.0 } else { rest }) {
                at_s = after(at_s, work_s / 2);
                if !self.wait(&mut at_s, assignee, office, chance) {
                    return;
                }
                at_s = after(at_s, work_s / 2);
            } else {
                at_s = after(at_s, if contact { work_s / 8 } else { work_s });
            }
            let Step::To(team) = step else { break };
            self.path.push(team);
            if !self.push(at_s, State::Active, 0, 0, office) {
                return;
            }
        }
        if let Some(outage) = outage {
            at_s = at_s.max(outage.until_s() + chance.between(60, 3_600));
        }
        self.end(at_s, &after, office, chance);
    }

    /// Resolution, perhaps a return, and closing.
    fn end(&mut self, mut at_s: i64, after: &impl Fn(i64, i64) -> i64, office: &Office, chance: &mut Chance) {
        // Who worked on it resolves it.
        let who = match self.events.last() {
            Some(last) if last.assignee != 0 && last.team == self.team() => last.assignee,
            _ => assignee(self.team(), chance),
        };
        if !self.push(at_s, State::Resolved, who, 0, office) {
            return;
        }
        if chance.happens(0.022) {
            at_s += chance.log_normal_s(18.0 * 3_600.0, 0.7, 1_800).min(CLOSE_AFTER_S - 3_600);
            if !self.push(at_s, State::Active, who, 1, office) {
                return;
            }
            at_s = after(at_s, chance.log_normal_s(7_200.0, 1.0, 300));
            if !self.push(at_s, State::Resolved, who, 0, office) {
                return;
            }
        }
        self.push(at_s + CLOSE_AFTER_S, State::Closed, who, 0, office);
    }

    /// Waiting for somebody else, and work again; false where as-of comes first.
    fn wait(&mut self, at_s: &mut i64, assignee: u16, office: &Office, chance: &mut Chance) -> bool {
        let third_party = !TEAMS[self.team()].supplier.is_empty() || !SERVICES[self.service].supplier.is_empty();
        let (state, median_h) = match chance.weighted(&[70, if third_party { 30 } else { 0 }, 21]) {
            0 => (State::AwaitingUser, 12.0),
            1 => (State::AwaitingVendor, 25.0),
            _ => (State::AwaitingProblem, 200.0),
        };
        if !self.push(*at_s, state, assignee, 0, office) {
            return false;
        }
        let from_s = *at_s;
        *at_s = office.after(from_s, chance.log_normal_s(median_h * 3_600.0, 1.2, 600));
        self.hold_s += office.between_s(from_s, *at_s);
        self.push(*at_s, State::Active, assignee, 0, office)
    }

    /// Adds an event; false, and nothing added, after as-of.
    fn push(&mut self, at_s: i64, state: State, assignee: u16, reopened: u16, office: &Office) -> bool {
        if at_s > AS_OF_S {
            return false;
        }
        let last = self.events.last();
        let met = match (last, state) {
            (Some(last), State::Closed) => last.sla_met,
            (Some(last), _) => last.sla_met && office.between_s(self.opened_s, at_s) - self.hold_s <= self.within_s,
            (None, _) => true,
        };
        let event = Event {
            at_s,
            state,
            team: self.team(),
            assignee,
            sla_met: met,
            reassignments: self.path.len() as u16 - 1,
            reopens: last.map_or(0, |last| last.reopens) + reopened,
        };
        self.events.push(event);
        true
    }

    fn team(&self) -> usize {
        self.path.last().copied().unwrap_or(SERVICE_DESK)
    }

    /// Median work of a team on a ticket like this, seconds.
    fn work_s(&self, team: usize, urgent: bool) -> f64 {
        let tier = usize::from(TEAMS[team].tier) - 1;
        match (urgent, self.priority) {
            (true, 1) => [1_200.0, 1_500.0, 2_400.0, 2_400.0, 4_500.0][tier],
            (true, _) => [2_700.0, 4_500.0, 6_300.0, 7_200.0, 12_000.0][tier],
            (_, 4) => [14_000.0, 32_000.0, 40_000.0, 48_000.0, 90_000.0][tier],
            _ => [8_000.0, 19_000.0, 23_000.0, 30_000.0, 57_000.0][tier],
        }
    }
}

/// The desk that takes a call: the evening desk mostly outside office hours.
fn desk(at_s: i64, chance: &mut Chance) -> usize {
    let wall = local(at_s);
    let second = i64::from(wall.num_seconds_from_midnight());
    let office = !is_weekend(wall.date()) && (OFFICE_S.0..OFFICE_S.1).contains(&second);
    if chance.happens(if office { 0.08 } else { 0.85 }) { EVENING_DESK } else { SERVICE_DESK }
}

/// Somebody of the team; never 0.
fn assignee(team: usize, chance: &mut Chance) -> u16 {
    (team as u64 * 12 + chance.below(9) + 1) as u16
}

/// How much longer a team takes at that moment than it used to.
fn slowness(team: usize, at_s: i64) -> f64 {
    if TEAMS[team].tier != DRIFT.0 {
        return 1.0;
    }
    let length_s = (DRIFT.1 * WEEK_S) as f64;
    let into_s = (at_s - AS_OF_S) as f64 + length_s;
    1.0 + 3.0 * (into_s / length_s).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::clock::Span;
    use super::*;

    #[test]
    fn events_are_ordered_and_the_verdict_is_that_of_the_clock() {
        let span = Span::new(26);
        let office = Office::new(&span);
        let mut chance = Chance::new(1, 1);
        let mut ticket = Ticket::default();
        for sequence in 0..5_000 {
            let opened = span.start_s + sequence as i64 * 3_000;
            ticket.live(sequence, opened, None, &office, &mut chance);
            assert!(
                ticket.events.windows(2).all(|p| p[0].at_s <= p[1].at_s && p[0].reassignments <= p[1].reassignments)
            );
            assert!(ticket.events.last().unwrap().at_s <= AS_OF_S);
            // Counted again from the events alone: working time that was not spent waiting.
            let mut worked = 0;
            for pair in ticket.events.windows(2) {
                let waiting =
                    matches!(pair[0].state, State::AwaitingUser | State::AwaitingVendor | State::AwaitingProblem);
                worked += if waiting { 0 } else { office.between_s(pair[0].at_s, pair[1].at_s) };
                if pair[1].state == State::Resolved && pair[1].reopens == 0 {
                    assert_eq!(pair[1].sla_met, worked <= ticket.within_s);
                }
            }
        }
    }

    #[test]
    fn drift_is_in_one_tier_and_at_the_end() {
        assert_eq!(slowness(SERVICE_DESK, AS_OF_S), 1.0);
        let third = super::super::organisation::SYSTEMS;
        assert_eq!(slowness(third, AS_OF_S - 10 * WEEK_S), 1.0);
        assert!((slowness(third, AS_OF_S) - 4.0).abs() < 1e-9);
    }
}
