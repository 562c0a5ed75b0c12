//! The clocks of the fact `tickets`: durations in calendar, working and net time, targets and verdicts.

use super::clock::{Judgement, Stops, Task, clock_of};
use super::clock_contract::Contracts;
use super::clock_course::{Course, unplaced_s};
use super::clock_wait::Wait;
use super::columns::{Builder, counted_s, elapsed_s};
use crate::arithmetic::interval;
use crate::declaration::project::Project;
use crate::lake::LakeError;

/// What the clocks of the tickets rest on; every list has one entry a ticket, instants are µs UTC.
pub(super) struct Clocks<'a> {
    pub project: &'a Project,
    pub as_of: i64,
    pub courses: &'a [Option<&'a Course>],
    pub opened: &'a [Option<i64>],
    pub acknowledged: &'a [Option<i64>],
    pub responded: &'a [Option<i64>],
    pub resolved: &'a [Option<i64>],
    pub closed: &'a [Option<i64>],
    pub ended: &'a [Option<i64>],
    pub first_resolved: &'a [Option<i64>],
    pub diagnosed: &'a [Option<i64>],
    pub priority: &'a [Option<i64>],
    pub supplier: &'a [Option<&'a str>],
    pub service: &'a [Option<&'a str>],
    /// Seconds on hold by the export's own count.
    pub on_hold_s: &'a [Option<f64>],
    pub respond_due: &'a [Option<i64>],
    pub resolve_due: &'a [Option<i64>],
    pub own_verdict: &'a [Option<bool>],
    pub contracts: &'a Contracts,
}

impl<'a> Clocks<'a> {
    fn count(&self) -> usize {
        self.opened.len()
    }

    /// What stops the clocks of a ticket: that it is resolved, and, with `on_hold`, that it waits.
    fn stops(&self, row: usize, on_hold: bool) -> Stops<'a> {
        let course = self.courses[row];
        let from = self.opened[row].unwrap_or(self.as_of);
        Stops {
            spans: course.map(|course| course.standing(on_hold)).unwrap_or_default(),
            unplaced_s: if on_hold { unplaced_s(course, self.on_hold_s[row]) } else { 0.0 },
            life: (from, self.ended[row].unwrap_or(self.as_of).max(from)),
        }
    }

    /// Seconds on hold until an instant. More than the life is an error of the export, and missing.
    fn on_hold(&self, row: usize, from: i64, to: i64) -> Option<f64> {
        let (course, counter) = (self.courses[row], self.on_hold_s[row]);
        match course {
            Some(course) if !course.holds.is_empty() => {
                Some(interval::length_s(&interval::clip(&course.holds, from, to)))
            }
            _ if counter.is_some() => {
                counter.filter(|held| elapsed_s(Some(from), Some(to)).is_some_and(|life| *held <= life))
            }
            _ => course.filter(|course| course.has_states).map(|_| 0.0),
        }
    }

    /// A duration of every ticket from its opening.
    fn each(&self, ends: &[Option<i64>], of: impl Fn(usize, i64, i64) -> Option<f64>) -> Vec<Option<f64>> {
        (0..self.count()).map(|row| of(row, self.opened[row]?, ends[row]?)).collect()
    }

    /// Adds the durations.
    pub(super) fn add_durations(&self, fact: &mut Builder) {
        let calendar = |_: usize, from: i64, to: i64| counted_s(self.project, Some(from), Some(to));
        for (name, ends) in [
            ("time_to_acknowledge_s", self.acknowledged),
            ("time_to_respond_s", self.responded),
            ("time_to_resolve_s", self.resolved),
            ("time_to_close_s", self.closed),
            ("time_to_first_resolve_s", self.first_resolved),
        ] {
            fact.number(name, self.each(ends, calendar));
        }
        let diagnose =
            (0..self.count()).map(|row| counted_s(self.project, self.acknowledged[row], self.diagnosed[row]));
        fact.number("time_to_diagnose_s", diagnose.collect());
        let working =
            |row: usize, from: i64, to: i64| self.stops(row, false).on(&self.project.clock).counted_s(from, to);
        for (name, ends) in [
            ("working_time_to_acknowledge_s", self.acknowledged),
            ("working_time_to_respond_s", self.responded),
            ("working_time_to_resolve_s", self.resolved),
            ("working_time_to_close_s", self.closed),
        ] {
            fact.number(name, self.each(ends, working));
        }
        let net = |row: usize, from: i64, to: i64| self.stops(row, true).on(&self.project.clock).counted_s(from, to);
        fact.number("net_time_to_respond_s", self.each(self.responded, net));
        fact.number("net_time_to_resolve_s", self.each(self.resolved, net));
        let until: Vec<Option<i64>> = self.ended.iter().map(|ended| Some(ended.unwrap_or(self.as_of))).collect();
        fact.number("on_hold_s", self.each(&until, |row, from, to| self.on_hold(row, from, to)));
        for (name, kind) in [
            ("waiting_user_s", Wait::User),
            ("waiting_supplier_s", Wait::Supplier),
            ("waiting_change_s", Wait::Change),
            ("waiting_other_s", Wait::Other),
        ] {
            let waited = |row: usize, from: i64, to: i64| {
                // What the tool counted and no event shows was spent waiting for nobody knows whom.
                let course = self.courses[row].filter(|course| course.has_states)?;
                if unplaced_s(Some(course), self.on_hold_s[row]) > 0.0 {
                    return None;
                }
                let spans = course.waited.iter().filter(|(wait, ..)| *wait == kind);
                let spans = interval::union(spans.map(|(_, from, to)| (*from, *to)).collect());
                Some(interval::length_s(&interval::clip(&spans, from, to)))
            };
            fact.number(name, self.each(&until, waited));
        }
        fact.number("observed_s", self.each(&until, calendar));
        for (name, done) in [("respond_observed_s", self.responded), ("acknowledge_observed_s", self.acknowledged)] {
            // Exports that never say so are silent about it, and nobody has waited.
            let recorded = done.iter().any(Option::is_some);
            let seen: Vec<_> =
                done.iter().zip(&until).map(|(done, until)| done.or(*until).filter(|_| recorded)).collect();
            fact.number(name, self.each(&seen, calendar));
        }
    }

    fn resolution(&self, row: usize) -> Task {
        Task {
            from: self.opened[row],
            done: self.resolved[row],
            ended: self.ended[row],
            due: self.resolve_due[row],
            met: self.own_verdict[row],
            as_of: self.as_of,
        }
    }

    /// The judgement of the resolution of a ticket by the project's target.
    fn resolve(&self, row: usize) -> Judgement {
        let clocks = &self.project.clocks;
        let within = self.priority[row].and_then(|priority| clocks.resolve_within.get(&priority));
        let (clock, target_s) = clock_of(within, &self.project.clock, self.stops(row, clocks.stop_on_hold));
        self.resolution(row).judge(&clock, target_s)
    }

    /// The judgement of the first response. An export may lack the column, so that a ticket that ended without a response, and
    /// any ticket of a lake without responses, says nothing.
    fn respond(&self, row: usize) -> Judgement {
        let clocks = &self.project.clocks;
        let within = self.priority[row].and_then(|priority| clocks.respond_within.get(&priority));
        let (clock, target_s) = clock_of(within, &self.project.clock, self.stops(row, clocks.stop_on_hold));
        let task = Task { done: self.responded[row], due: self.respond_due[row], met: None, ..self.resolution(row) };
        let judged = task.judge(&clock, target_s);
        let silent = task.done.is_none() && task.ended.is_some();
        if silent { Judgement { met: None, by: None, counted_s: None, ..judged } } else { judged }
    }

    /// The judgement of the resolution by the supplier's contract, else by the export's due instant.
    fn supply(&self, row: usize) -> Option<Judgement> {
        let supplier = self.supplier[row]?;
        let within = self.contracts.within(Some(supplier), self.service[row], self.priority[row], self.opened[row]);
        let stops = self.stops(row, self.project.clocks.stop_on_hold);
        let (clock, target_s) = clock_of(within, &self.project.clock, stops);
        let task = self.resolution(row);
        let due = task.due.filter(|_| within.is_none());
        Some(Task { due, met: None, ..task }.judge(&clock, target_s))
    }

    /// Adds targets, due instants and verdicts.
    ///
    /// # Errors
    /// When Polars refuses a column.
    pub(super) fn add_targets(&self, fact: &mut Builder) -> Result<(), LakeError> {
        let resolve: Vec<Judgement> = (0..self.count()).map(|row| self.resolve(row)).collect();
        fact.text("verdict", resolve.iter().map(|judged| judged.by).collect::<Vec<_>>());
        fact.number("resolve_target_s", resolve.iter().map(|judged| judged.target_s).collect());
        fact.number("resolve_clock_s", resolve.iter().map(|judged| judged.counted_s).collect());
        fact.instant("resolve_due_at", resolve.iter().map(|judged| judged.due).collect())?;
        fact.boolean("within_target", resolve.iter().map(|judged| judged.met).collect());

        let recorded = self.responded.iter().any(Option::is_some);
        let respond: Vec<Judgement> = (0..self.count()).map(|row| self.respond(row)).collect();
        fact.number("respond_target_s", respond.iter().map(|judged| judged.target_s).collect());
        fact.instant("respond_due_at", respond.iter().map(|judged| judged.due).collect())?;
        fact.boolean("response_within_target", respond.iter().map(|judged| judged.met.filter(|_| recorded)).collect());

        let supply: Vec<Option<Judgement>> = (0..self.count()).map(|row| self.supply(row)).collect();
        fact.number(
            "contract_target_s",
            supply.iter().map(|judged| judged.and_then(|judged| judged.target_s)).collect(),
        );
        fact.boolean(
            "supplier_within_target",
            supply.iter().map(|judged| judged.and_then(|judged| judged.met)).collect(),
        );
        Ok(())
    }
}
