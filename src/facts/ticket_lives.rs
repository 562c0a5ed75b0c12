//! The lives of all tickets that the fact `tickets` has: what facts about stays, states, waits and silences are cut from.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::clock_course::{Course, courses, unplaced_s};
use super::columns::{instant, integer, number, text};
use super::context::Context;
use super::path::Step;
use super::ticket_log::{Entry, Log};
use super::ticket_pieces::{Lived, Piece};
use super::ticket_spells::stretches;
use crate::lake::LakeError;

/// A stay as a ticket's life has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct StayOf<'a> {
    pub team: &'a str,
    pub tier: Option<i64>,
    pub from: i64,
    /// The step that led to it; missing for the first.
    pub step: Option<&'a Step>,
}

/// The life of one ticket.
pub(super) struct Life<'a> {
    /// Its row in the fact `tickets`.
    pub row: usize,
    pub id: &'a str,
    pub opened: i64,
    pub ended: Option<i64>,
    /// Its end, or as-of.
    pub until: i64,
    pub course: Option<&'a Course>,
    pub stays: Vec<StayOf<'a>>,
    pub touches: Vec<Option<i64>>,
    pub entries: &'a [Entry<'a>],
    /// Whether all its time on hold is placed.
    pub placed: bool,
    names_people: bool,
}

impl<'a> Life<'a> {
    /// A life by hand: opened, ended, as-of.
    #[cfg(test)]
    pub(super) fn new(
        course: &'a Course,
        stays: Vec<StayOf<'a>>,
        touches: Vec<Option<i64>>,
        entries: &'a [Entry<'a>],
        (opened, ended, as_of): (i64, Option<i64>, i64),
    ) -> Self {
        let until = ended.unwrap_or(as_of).max(opened);
        let (id, course) = ("T", Some(course));
        Self { row: 0, id, opened, ended, until, course, stays, touches, entries, placed: true, names_people: true }
    }

    /// Its pieces, in order.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let stays: Vec<i64> = self.stays.iter().map(|stay| stay.from).collect();
        self.lived(&stays).pieces()
    }

    fn lived<'b>(&'b self, stays: &'b [i64]) -> Lived<'b> {
        Lived {
            life: (self.opened, self.until),
            course: self.course,
            stays,
            touches: &self.touches,
            told_from: self.entries.iter().find(|entry| entry.has_state()).map(|entry| entry.at),
            names_people: self.names_people,
            placed: self.placed,
        }
    }

    /// The stay at an instant; `None` before any team had it.
    pub(super) fn stay_at(&self, at: i64) -> Option<&StayOf<'a>> {
        self.stays.iter().rev().find(|stay| stay.from <= at)
    }

    /// Stretches in which it was open.
    pub(super) fn stretches(&self) -> Vec<(i64, Option<i64>)> {
        let done = self.course.map(|course| course.done.as_slice()).unwrap_or_default();
        stretches(self.opened, self.ended, done)
    }
}

/// The lives of all tickets.
pub(super) struct Lives<'a> {
    log: &'a Log<'a>,
    courses: BTreeMap<String, Course>,
    id: Vec<Option<&'a str>>,
    opened: Vec<Option<i64>>,
    ended: Vec<Option<i64>>,
    team: Vec<Option<&'a str>>,
    tier: Vec<Option<i64>>,
    reassignments: Vec<Option<i64>>,
    counted: BTreeMap<String, f64>,
    as_of: i64,
}

impl<'a> Lives<'a> {
    /// Reads them; `tickets` is the fact.
    pub(super) fn read(context: &Context, tickets: &'a DataFrame, log: &'a Log<'a>) -> Result<Self, LakeError> {
        let table = context.frame("tickets")?;
        let counted = text(&table, "id")?.into_iter().zip(number(&table, "on_hold_s")?);
        Ok(Self {
            log,
            courses: courses(context, &context.references()?.tier, None)?,
            id: text(tickets, "id")?,
            opened: instant(tickets, "opened_at", None)?,
            ended: instant(tickets, "ended_at", None)?,
            team: text(tickets, "team")?,
            tier: integer(tickets, "tier")?,
            reassignments: integer(tickets, "reassignments")?,
            counted: counted.filter_map(|(id, seconds)| Some((id?.to_string(), seconds?))).collect(),
            as_of: context.as_of,
        })
    }

    /// Seconds on hold by the export's own count.
    pub(super) fn counted_s(&self, id: &str) -> Option<f64> {
        self.counted.get(id).copied()
    }

    /// All of them, in the order of the fact.
    pub(super) fn all(&self) -> impl Iterator<Item = Life<'_>> {
        (0..self.id.len()).filter_map(|row| self.of(row))
    }

    fn of(&self, row: usize) -> Option<Life<'_>> {
        let (id, opened) = (self.id[row]?, self.opened[row]?);
        let ended = self.ended[row];
        let course = self.courses.get(id);
        let path = course.and_then(|course| course.path.as_ref());
        let mut touches = self.log.touches(id);
        let stays: Vec<StayOf> = match path {
            Some(path) => path
                .stays()
                .map(|(stay, step)| StayOf { team: &stay.team, tier: stay.tier, from: stay.from, step })
                .collect(),
            // Without events, a ticket that never changed team was with the team that has it.
            None if self.reassignments[row] == Some(0) => {
                touches = vec![None; 2];
                let stay = |team| StayOf { team, tier: self.tier[row], from: opened, step: None };
                self.team[row].map(stay).into_iter().collect()
            }
            None => Vec::new(),
        };
        Some(Life {
            row,
            id,
            opened,
            ended,
            // An end before the opening is a data error; then it has lasted no time.
            until: ended.unwrap_or(self.as_of).max(opened),
            course,
            stays,
            touches,
            entries: self.log.of(id),
            placed: unplaced_s(course, self.counted_s(id)) <= 0.0,
            names_people: self.log.names_people,
        })
    }
}

/// The columns of tickets at some rows of their fact: what rows about a part of their life have from them.
pub(super) fn of_the_tickets(
    tickets: &DataFrame,
    columns: &[&str],
    rows: impl Iterator<Item = usize>,
) -> Result<DataFrame, LakeError> {
    let rows: IdxCa = rows.map(|row| Some(row as IdxSize)).collect();
    Ok(tickets.select(columns.iter().copied())?.take(&rows)?)
}
