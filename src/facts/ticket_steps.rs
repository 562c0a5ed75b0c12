//! The fact `ticket_steps`: one row a hand-over of a ticket from one team to another.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::clock_course::{Course, courses};
use super::clock_wait::Wait;
use super::columns::{Builder, elapsed_s, instant, text};
use super::context::Context;
use super::path::Step;
use super::ticket_log::Log;
use crate::lake::LakeError;

/// Columns that a step has from its ticket.
const OF_THE_TICKET: [&str; 8] =
    ["service", "priority", "kind", "customer", "channel", "supplier", "category", "parent"];

/// One step, with where it stands among those of its ticket.
struct Row<'a> {
    ticket: &'a str,
    course: &'a Course,
    step: &'a Step,
    /// When the stay that it begins was first touched.
    accepted: Option<i64>,
    /// When that stay ended: with the next step, the ticket, or as-of.
    left: i64,
    /// Whether it is a bounce, and the ticket bounces between the two teams in the other direction, too.
    ping_pong: bool,
}

impl Row<'_> {
    /// Both teams, in the order of their names.
    fn pair(&self) -> String {
        let (one, other) = (self.step.from.team.as_str(), self.step.to.team.as_str());
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        format!("{first} / {second}")
    }

    /// Whether the stay that it ends closed with a wait for the user: the ticket was parked and comes back.
    fn after_user_wait(&self) -> Option<bool> {
        let (from, at) = (self.step.from.from, self.step.at);
        let parked =
            |(wait, start, end): &(Wait, i64, i64)| *wait == Wait::User && from <= *start && *start < at && *end >= at;
        self.course.has_states.then(|| self.course.waited.iter().any(parked))
    }
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let references = context.references()?;
    let courses = courses(context, &references.tier, None)?;
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let place: BTreeMap<&str, usize> =
        text(&tickets, "id")?.into_iter().enumerate().filter_map(|(row, id)| Some((id?, row))).collect();
    let ended = instant(&tickets, "ended_at", None)?;
    let mut rows: Vec<Row> = Vec::new();
    for (ticket, course) in &courses {
        let Some(path) = &course.path else { continue };
        let touches = log.touches(ticket);
        let bounces = path.bounces();
        for (at, step) in path.steps.iter().enumerate() {
            // The last stay lasts until the ticket ends.
            let end = place.get(ticket.as_str()).and_then(|row| ended[*row]).unwrap_or(context.as_of).max(step.at);
            let left = path.steps.get(at + 1).map_or(end, |next| next.at);
            // The first stay is the first that can be touched; a step leads to the second or a later one.
            let accepted = touches.get(at + 2).copied().flatten();
            let ways = [(&step.from.team, &step.to.team), (&step.to.team, &step.from.team)];
            let ping_pong = ways.iter().all(|(from, to)| bounces.contains(&(from.as_str(), to.as_str())));
            rows.push(Row { ticket, course, step, accepted, left, ping_pong: step.bounce && ping_pong });
        }
    }
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|one| Some(one.ticket)).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|one| Some(one.step.at)).collect())?;
    fact.text("from_team", rows.iter().map(|one| Some(one.step.from.team.as_str())).collect::<Vec<_>>());
    fact.text("to_team", rows.iter().map(|one| Some(one.step.to.team.as_str())).collect::<Vec<_>>());
    fact.text("pair", rows.iter().map(|one| Some(one.pair())).collect::<Vec<_>>());
    fact.integer("from_tier", rows.iter().map(|one| one.step.from.tier).collect());
    fact.integer("to_tier", rows.iter().map(|one| one.step.to.tier).collect());
    let held = |one: &Row| elapsed_s(Some(one.step.from.from), Some(one.step.at));
    fact.number("held_s", rows.iter().map(held).collect());
    fact.text("direction", rows.iter().map(|one| one.step.direction()).collect::<Vec<_>>());
    fact.boolean("escalation", rows.iter().map(|one| one.step.escalation).collect());
    fact.boolean("skip", rows.iter().map(|one| one.step.skip).collect());
    fact.boolean("allowed", rows.iter().map(|one| one.step.allowed).collect());
    fact.boolean("bounce", rows.iter().map(|one| Some(one.step.bounce)).collect());
    fact.boolean("ping_pong", rows.iter().map(|one| Some(one.ping_pong)).collect());
    fact.boolean("after_user_wait", rows.iter().map(Row::after_user_wait).collect());
    let accepted: Vec<Option<i64>> = rows.iter().map(|one| one.accepted).collect();
    let delay = |one: &Row| elapsed_s(Some(one.step.at), one.accepted);
    fact.number("accept_s", rows.iter().map(delay).collect());
    let watched = |one: &Row| elapsed_s(Some(one.step.at), one.accepted.or(Some(one.left)));
    fact.number("accept_observed_s", rows.iter().map(|one| watched(one).filter(|_| log.names_people)).collect());
    fact.boolean("accepted", accepted.iter().map(|at| Some(at.is_some()).filter(|_| log.names_people)).collect());
    // A step of a ticket that the fact doesn't have has nothing from it.
    let places: IdxCa = rows.iter().map(|one| place.get(one.ticket).map(|row| *row as IdxSize)).collect();
    let own = tickets.select(OF_THE_TICKET)?.take(&places)?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::path::path;
    use super::super::tiers::Tiers;
    use super::*;

    #[test]
    fn a_step_out_of_a_wait_for_the_user_is_told_from_others() {
        let tiers: Tiers =
            [("Desk", 1), ("Apps", 2)].map(|(team, tier)| (team.to_string(), tier)).into_iter().collect();
        let teams = [(0, "Desk"), (10, "Apps"), (30, "Desk")];
        let course = |waited: &[(Wait, i64, i64)]| Course {
            path: path(teams.map(|(at, team)| (at, Some(team))), &tiers, None::<&BTreeSet<(i64, i64)>>),
            waited: waited.to_vec(),
            has_states: true,
            straight: true,
            ..Course::default()
        };
        let of = |waited: &[(Wait, i64, i64)]| {
            let course = course(waited);
            let steps = &course.path.as_ref().unwrap().steps;
            let row = |step| Row { ticket: "T", course: &course, step, accepted: None, left: 99, ping_pong: false };
            let told = (row(&steps[0]).after_user_wait(), row(&steps[1]).after_user_wait());
            (told, row(&steps[1]).pair(), steps[1].direction(), steps[0].direction())
        };
        let (told, pair, back, up) = of(&[(Wait::User, 12, 30)]);
        assert_eq!(told, (Some(false), Some(true)), "it was parked with Apps until the user had answered");
        assert_eq!((pair.as_str(), back, up), ("Apps / Desk", Some("down"), Some("up")));
        assert_eq!(of(&[(Wait::User, 12, 20)]).0.1, Some(false), "somebody worked on it after the wait");
        assert_eq!(of(&[(Wait::Supplier, 12, 30)]).0.1, Some(false), "nobody waited for the user");
    }
}
