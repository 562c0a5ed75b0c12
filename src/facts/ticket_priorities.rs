//! The fact `ticket_priorities`: one row a priority that a ticket had: its first one, and each that it was changed to, with where
//! the clock of the target that it had until then stood.

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s};
use super::context::Context;
use super::target_clock::{Left, left};
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::Log;
use super::ticket_stays::OF_THE_TICKET;
use super::ticket_versions::histories;
use crate::lake::LakeError;

/// One priority; instants are µs UTC.
struct Row<'a> {
    life: &'a Life<'a>,
    at: i64,
    /// The priority before; missing for the first one.
    from: Option<i64>,
    to: i64,
    clock: Option<Left>,
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let histories = histories(context)?;
    let each: Vec<Life> = lives.all().collect();
    let mut rows: Vec<Row> = Vec::new();
    for life in &each {
        let Some(history) = histories.get(life.id) else { continue };
        let Some(first) = history.first_priority(life.opened) else { continue };
        rows.push(Row { life, at: life.opened, from: None, to: first, clock: None });
        // What is changed after the end changes nothing about how it was handled.
        let counts = |at: i64| life.opened <= at && life.ended.is_none_or(|ended| at <= ended);
        for change in history.changes().into_iter().filter(|change| counts(change.at)) {
            let from = Some(change.from);
            let clock = left(context.project, life, lives.counted_s(life.id), from, change.at);
            rows.push(Row { life, at: change.at, from, to: change.to, clock });
        }
    }
    let stays: Vec<_> = rows.iter().map(|row| row.life.stay_at(row.at)).collect();
    let after = |row: &Row| elapsed_s(row.from.map(|_| row.life.opened), Some(row.at));
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|row| Some(row.life.id)).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|row| Some(row.at)).collect())?;
    fact.integer("from_priority", rows.iter().map(|row| row.from).collect());
    fact.integer("to_priority", rows.iter().map(|row| Some(row.to)).collect());
    fact.boolean("lowered", rows.iter().map(|row| row.from.map(|from| row.to > from)).collect());
    fact.number("after_s", rows.iter().map(after).collect());
    fact.text("team", stays.iter().map(|stay| stay.map(|stay| stay.team)).collect::<Vec<_>>());
    fact.integer("tier", stays.iter().map(|stay| stay.and_then(|stay| stay.tier)).collect());
    fact.number("target_s", rows.iter().map(|row| row.clock.map(|clock| clock.target_s)).collect());
    fact.number("left_s", rows.iter().map(|row| row.clock.map(Left::left_s)).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|row| row.life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}
