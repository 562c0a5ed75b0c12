//! The fact `ticket_stays`: one row a stay of a ticket with a team, and how its time there splits. The stays of a ticket sum to its
//! life; what no team is known to have had is a row without one.

use polars::prelude::DataFrame;

use super::clock_wait::Wait;
use super::columns::{Builder, elapsed_s};
use super::context::Context;
use super::path::Step;
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::Log;
use super::ticket_pieces::{Doing, Piece};
use crate::lake::LakeError;

/// Columns that rows about a part of a ticket's life have from it.
pub(super) const OF_THE_TICKET: [&str; 8] =
    ["kind", "priority", "service", "customer", "channel", "supplier", "category", "parent"];

/// A stay within the life of its ticket; instants are µs UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stay<'a> {
    /// Row of the ticket in its fact.
    pub ticket: usize,
    /// 0 for the time before any team is known to have had it.
    pub number: usize,
    pub team: Option<&'a str>,
    pub tier: Option<i64>,
    pub from: i64,
    /// When it ended, or as-of.
    pub until: i64,
    /// How it came; missing where no team is known.
    pub came: Option<&'static str>,
    /// How it went; missing while the ticket is still there.
    pub went: Option<&'static str>,
}

/// How a ticket came to a team by a step.
pub(super) fn came(step: Option<&Step>) -> &'static str {
    let Some(step) = step else { return "first" };
    if step.bounce {
        return "bounce";
    }
    match step.direction() {
        Some("up") => "escalation",
        Some(direction) => direction,
        None => "unknown",
    }
}

/// The stays of a life, in order, at least one.
pub(super) fn stays<'a>(life: &'a Life<'_>) -> Vec<Stay<'a>> {
    let first = life.stays.first().map_or(life.until, |stay| stay.from.clamp(life.opened, life.until));
    let mut found = Vec::new();
    let blank = Stay {
        ticket: life.row,
        number: 0,
        team: None,
        tier: None,
        from: life.opened,
        until: first,
        came: None,
        went: None,
    };
    // A stay that begins after the ticket has ended is none.
    let there = life.stays.iter().enumerate().filter(|(_, stay)| stay.from <= life.until);
    for (place, stay) in there {
        let until = life.stays.get(place + 1).map_or(life.until, |next| next.from).min(life.until);
        // What was over before the ticket was opened is a data error of one or the other, and takes no time.
        if until < life.opened || (until == life.opened && stay.from < until) {
            continue;
        }
        let from = stay.from.max(life.opened);
        let (team, tier, came) = (Some(stay.team), stay.tier, Some(came(stay.step)));
        found.push(Stay { number: place + 1, team, tier, from, until, came, ..blank });
    }
    if found.is_empty() || first > life.opened {
        let until = if found.is_empty() { life.until } else { first };
        found.insert(0, Stay { until, ..blank });
    }
    let last = found.len() - 1;
    for (place, stay) in found.iter_mut().enumerate() {
        stay.went = if place < last { Some("handed_over") } else { life.ended.map(|_| "ended") };
    }
    found
}

/// Seconds of a stay by what the ticket did; missing where that isn't known of all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Split {
    queue: Option<f64>,
    work: Option<f64>,
    waiting: [Option<f64>; 4],
    done: Option<f64>,
}

const WAITS: [(Wait, &str); 4] = [
    (Wait::User, "waiting_user_s"),
    (Wait::Supplier, "waiting_supplier_s"),
    (Wait::Change, "waiting_change_s"),
    (Wait::Other, "waiting_other_s"),
];

fn split(stay: &Stay, pieces: &[Piece], told: bool) -> Split {
    let inside = pieces.iter().filter(|piece| stay.from <= piece.from && piece.to <= stay.until);
    let inside: Vec<&Piece> = inside.collect();
    if !told || inside.iter().any(|piece| piece.doing == Doing::Unknown) {
        return Split::default();
    }
    let sum = |doing: Doing| -> f64 {
        let of = inside.iter().filter(|piece| piece.doing == doing);
        of.map(|piece| piece.to - piece.from).sum::<i64>() as f64 / 1e6
    };
    let people = !inside.iter().any(|piece| piece.doing == Doing::Open);
    Split {
        queue: people.then(|| sum(Doing::Queue)),
        work: people.then(|| sum(Doing::Work)),
        waiting: WAITS.map(|(wait, _)| Some(sum(Doing::Wait(wait)))),
        done: Some(sum(Doing::Done)),
    }
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let lives: Vec<Life> = lives.all().collect();
    let mut rows: Vec<(&Life, Stay, Split)> = Vec::new();
    for life in &lives {
        let pieces = life.pieces();
        let told = life.placed && life.entries.iter().any(|entry| entry.has_state());
        rows.extend(stays(life).into_iter().map(|stay| (life, stay, split(&stay, &pieces, told))));
    }
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|(life, ..)| Some(life.id)).collect::<Vec<_>>());
    fact.integer("position", rows.iter().map(|(_, stay, _)| Some(stay.number as i64)).collect());
    fact.text("team", rows.iter().map(|(_, stay, _)| stay.team).collect());
    fact.integer("tier", rows.iter().map(|(_, stay, _)| stay.tier).collect());
    fact.instant("from_at", rows.iter().map(|(_, stay, _)| Some(stay.from)).collect())?;
    fact.instant("to_at", rows.iter().map(|(_, stay, _)| stay.went.map(|_| stay.until)).collect())?;
    fact.text("came", rows.iter().map(|(_, stay, _)| stay.came).collect());
    fact.text("went", rows.iter().map(|(_, stay, _)| stay.went).collect());
    fact.number("held_s", rows.iter().map(|(_, stay, _)| elapsed_s(Some(stay.from), Some(stay.until))).collect());
    fact.number("queue_s", rows.iter().map(|(.., split)| split.queue).collect());
    fact.number("work_s", rows.iter().map(|(.., split)| split.work).collect());
    for (place, (_, name)) in WAITS.iter().enumerate() {
        fact.number(name, rows.iter().map(|(.., split)| split.waiting[place]).collect());
    }
    fact.number("resolved_s", rows.iter().map(|(.., split)| split.done).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|(life, ..)| life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests;
