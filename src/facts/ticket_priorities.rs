//! The fact `ticket_priorities`: one row a change of a ticket's priority after it was opened, and where the clock of the target
//! that it had until then stood.

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s};
use super::context::Context;
use super::target_clock::{Left, left};
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::Log;
use super::ticket_stays::OF_THE_TICKET;
use super::ticket_versions::{Change, histories};
use crate::lake::LakeError;

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let histories = histories(context)?;
    let each: Vec<Life> = lives.all().collect();
    let mut rows: Vec<(&Life, Change, Option<Left>)> = Vec::new();
    for life in &each {
        for change in histories.get(life.id).map(|history| history.changes()).unwrap_or_default() {
            // What is changed after the end changes nothing about how it was handled.
            let counts = life.opened <= change.at && life.ended.is_none_or(|ended| change.at <= ended);
            let clock = || left(context.project, life, lives.counted_s(life.id), Some(change.from), change.at);
            rows.extend(counts.then(|| (life, change, clock())));
        }
    }
    let stays: Vec<_> = rows.iter().map(|(life, change, _)| life.stay_at(change.at)).collect();
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|(life, ..)| Some(life.id)).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|(_, change, _)| Some(change.at)).collect())?;
    fact.integer("from_priority", rows.iter().map(|(_, change, _)| Some(change.from)).collect());
    fact.integer("to_priority", rows.iter().map(|(_, change, _)| Some(change.to)).collect());
    fact.boolean("lowered", rows.iter().map(|(_, change, _)| Some(change.to > change.from)).collect());
    fact.number("after_s", rows.iter().map(|(life, change, _)| elapsed_s(Some(life.opened), Some(change.at))).collect());
    fact.text("team", stays.iter().map(|stay| stay.map(|stay| stay.team)).collect::<Vec<_>>());
    fact.integer("tier", stays.iter().map(|stay| stay.and_then(|stay| stay.tier)).collect());
    fact.number("target_s", rows.iter().map(|(.., clock)| clock.map(|clock| clock.target_s)).collect());
    fact.number("left_s", rows.iter().map(|(.., clock)| clock.map(Left::left_s)).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|(life, ..)| life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}
