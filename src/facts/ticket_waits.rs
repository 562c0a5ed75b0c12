//! The fact `ticket_waits`: one row a stretch in which a ticket waited: for whom, how long, whether anybody answered, and where the
//! clock of its target stood when it was set to wait.

use polars::prelude::DataFrame;

use super::clock_wait::Wait;
use super::columns::{Builder, elapsed_s, integer};
use super::context::Context;
use super::target_clock::{Left, left};
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::{Entry, Log};
use super::ticket_stays::OF_THE_TICKET;
use crate::lake::LakeError;

/// One wait; instants are µs UTC.
struct Waited<'a> {
    life: &'a Life<'a>,
    wait: Wait,
    from: i64,
    until: i64,
    /// How it ended; missing while it lasts.
    over: Option<&'static str>,
    /// Whether nobody but the one who set it did anything before that one lifted it; missing where nobody is named.
    alone: Option<bool>,
    clock: Option<Left>,
    /// What the clock had left when the ticket was set to wait before.
    before_s: Option<f64>,
}

/// Whether only the person who set a wait appears until its end, by who took part in it. Missing where either end is nobody's.
fn alone(entries: &[Entry<'_>], from: i64, to: i64) -> Option<bool> {
    let setter = entries.iter().rev().find(|entry| entry.at == from && entry.has_state())?.person()?;
    let lifter = entries.iter().find(|entry| entry.at == to && entry.has_state())?.person()?;
    let between = entries.iter().filter(|entry| from < entry.at && entry.at < to);
    Some(lifter == setter && between.filter_map(Entry::person).all(|person| person == setter))
}

/// The waits of one life, in order.
fn waits<'a>(life: &'a Life<'a>) -> Vec<Waited<'a>> {
    let Some(course) = life.course else { return Vec::new() };
    let mut found = Vec::new();
    for (wait, from, to) in course.waited.iter().copied() {
        let (start, until) = (from.max(life.opened), to.min(life.until));
        if start >= until {
            continue;
        }
        // The last wait reaches as-of, where it isn't over.
        let lifted = life.entries.iter().any(|entry| entry.at == to && entry.has_state());
        let over = match life.ended {
            Some(ended) if ended <= to => Some("ended"),
            _ if lifted => Some("lifted"),
            _ => None,
        };
        let alone = if over == Some("lifted") { alone(life.entries, from, to) } else { None };
        found.push(Waited { life, wait, from: start, until, over, alone, clock: None, before_s: None });
    }
    found
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let priority = integer(&tickets, "priority")?;
    let each: Vec<Life> = lives.all().collect();
    let mut rows: Vec<Waited> = Vec::new();
    for life in &each {
        let mut before_s = None;
        for mut one in waits(life) {
            one.clock = left(context.project, life, lives.counted_s(life.id), priority[life.row], one.from);
            one.before_s = before_s;
            before_s = one.clock.map(Left::left_s);
            rows.push(one);
        }
    }
    // A log in which no user ever appears doesn't say whether users answered.
    let users_speak = rows.iter().any(|row| row.wait == Wait::User && row.alone == Some(false));
    let unanswered = |row: &Waited| row.alone.filter(|_| users_speak && row.wait == Wait::User);
    let stays: Vec<_> = rows.iter().map(|row| row.life.stay_at(row.from)).collect();
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|row| Some(row.life.id)).collect::<Vec<_>>());
    fact.text("team", stays.iter().map(|stay| stay.map(|stay| stay.team)).collect::<Vec<_>>());
    fact.integer("tier", stays.iter().map(|stay| stay.and_then(|stay| stay.tier)).collect());
    fact.text("waiting_for", rows.iter().map(|row| Some(row.wait.word())).collect::<Vec<_>>());
    fact.boolean("for_user", rows.iter().map(|row| Some(row.wait == Wait::User)).collect());
    fact.instant("from_at", rows.iter().map(|row| Some(row.from)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| row.over.map(|_| row.until)).collect())?;
    fact.text("went", rows.iter().map(|row| row.over).collect());
    fact.number("waited_s", rows.iter().map(|row| elapsed_s(Some(row.from), Some(row.until))).collect());
    fact.boolean("unanswered", rows.iter().map(unanswered).collect());
    fact.number("target_s", rows.iter().map(|row| row.clock.map(|clock| clock.target_s)).collect());
    fact.number("left_s", rows.iter().map(|row| row.clock.map(Left::left_s)).collect());
    fact.number("left_before_s", rows.iter().map(|row| row.before_s).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|row| row.life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use super::super::clock_course::Course;
    use super::*;

    #[test]
    fn waits_lie_within_the_life_and_say_how_they_ended() {
        let waited = vec![(Wait::User, 10, 20), (Wait::Supplier, 30, 40), (Wait::Change, 50, 100)];
        let course = Course { waited, has_states: true, straight: true, ..Course::default() };
        let entries: Vec<Entry> = [10, 20, 30, 40, 50]
            .map(|at| Entry { at, state: Some("x"), actor: Some("Ann"), ..Entry::default() })
            .to_vec();
        let of = |opened: i64, ended: Option<i64>| {
            let life = Life::new(&course, Vec::new(), vec![None], &entries, (opened, ended, 100));
            let found = waits(&life);
            found.iter().map(|one| (one.wait, one.from, one.until, one.over, one.alone)).collect::<Vec<_>>()
        };
        let first = (Wait::User, 10, 20, Some("lifted"), Some(true));
        let second = (Wait::Supplier, 30, 40, Some("lifted"), Some(true));
        assert_eq!(of(0, None), [first, second, (Wait::Change, 50, 100, None, None)]);
        assert_eq!(of(0, Some(35)), [first, (Wait::Supplier, 30, 35, Some("ended"), None)]);
        assert_eq!(of(15, Some(30))[0], (Wait::User, 15, 20, Some("lifted"), Some(true)));
    }

    #[test]
    fn a_wait_that_the_same_person_sets_and_lifts_alone_had_no_answer() {
        let entry = |at, state, actor, assignee| Entry { at, state, actor, assignee, ..Entry::default() };
        let set = entry(10, Some("Pending"), Some("Ann"), Some("Ann"));
        let lifted = |who| entry(30, Some("Open"), who, Some("Ann"));
        let comment = |who| entry(20, None, Some(who), None);
        assert_eq!(alone(&[set, lifted(Some("Ann"))], 10, 30), Some(true));
        assert_eq!(alone(&[set, lifted(None)], 10, 30), Some(true), "its assignee");
        assert_eq!(alone(&[set, comment("Ann"), lifted(Some("Ann"))], 10, 30), Some(true));
        assert_eq!(alone(&[set, comment("User"), lifted(Some("Ann"))], 10, 30), Some(false));
        assert_eq!(alone(&[set, lifted(Some("User"))], 10, 30), Some(false));
        let nobody = entry(10, Some("Pending"), None, None);
        assert_eq!(alone(&[nobody, lifted(Some("Ann"))], 10, 30), None);
    }
}
