//! The facts `ticket_states` (one row a stretch of a ticket's life in one state) and `ticket_silences` (one row a stretch in which
//! a ticket was open and nothing about it was written down). Both tile what they cut.

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s, instant};
use super::context::Context;
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::{Entry, Log};
use super::ticket_stays::OF_THE_TICKET;
use crate::lake::LakeError;

const DAY: i64 = 86_400 * 1_000_000;

/// A stretch in one state: from, to and the state, which is missing before the first step that says one. Instants are µs UTC.
type Stretch<'a> = (i64, i64, Option<&'a str>);

/// The states of a life from `opened` to `until`, in order, at least one.
fn states<'a>(opened: i64, until: i64, entries: &[Entry<'a>]) -> Vec<Stretch<'a>> {
    let mut found: Vec<Stretch> = vec![(opened, until, None)];
    for entry in entries.iter().filter(|entry| entry.at < until || entry.at <= opened) {
        let Some(state) = entry.state else { continue };
        let at = entry.at.max(opened);
        match found.last_mut() {
            Some(last) if last.2 == Some(state) => {}
            // What lasted no time before the ticket was opened, or at one instant, is passed over.
            Some(last) if last.0 >= at => last.2 = Some(state),
            Some(last) => {
                last.1 = at;
                found.push((at, until, Some(state)));
            }
            None => {}
        }
    }
    // A state that was passed over may leave equal neighbours.
    found.dedup_by(|next, last| {
        let same = next.2 == last.2;
        if same {
            last.1 = next.1;
        }
        same
    });
    found
}

/// Stretches without a step, within those in which a ticket was open; `steps` are in order.
fn silences(stretches: &[(i64, Option<i64>)], steps: &[i64]) -> Vec<(i64, Option<i64>)> {
    let mut found = Vec::new();
    for (start, end) in stretches.iter().copied() {
        let mut from = start;
        for at in steps.iter().copied().filter(|at| start < *at && end.is_none_or(|end| *at < end)) {
            if at > from {
                found.push((from, Some(at)));
                from = at;
            }
        }
        found.push((from, end));
    }
    found
}

/// Builds the fact `ticket_states`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let lives: Vec<Life> = lives.all().collect();
    let mut rows: Vec<(&Life, Stretch, bool)> = Vec::new();
    for life in &lives {
        let found = states(life.opened, life.until, life.entries);
        let last = found.len() - 1;
        rows.extend(
            found.into_iter().enumerate().map(|(place, one)| (life, one, place < last || life.ended.is_some())),
        );
    }
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|(life, ..)| Some(life.id)).collect::<Vec<_>>());
    fact.text("state", rows.iter().map(|(_, stretch, _)| stretch.2).collect());
    fact.instant("from_at", rows.iter().map(|(_, stretch, _)| Some(stretch.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|(_, stretch, over)| over.then_some(stretch.1)).collect())?;
    fact.number("lasted_s", rows.iter().map(|(_, stretch, _)| elapsed_s(Some(stretch.0), Some(stretch.1))).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|(life, ..)| life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

/// Builds the fact `ticket_silences`.
pub(super) fn build_silences(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let updated = instant(&tickets, "updated_at", None)?;
    let lives: Vec<Life> = lives.all().collect();
    let mut rows: Vec<(&Life, i64, Option<i64>)> = Vec::new();
    for life in &lives {
        let mut steps: Vec<i64> = life.entries.iter().map(|entry| entry.at).chain(updated[life.row]).collect();
        steps.sort_unstable();
        let found = silences(&life.stretches(), &steps);
        rows.extend(found.into_iter().map(|(from, to)| (life, from, to)));
    }
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|(life, ..)| Some(life.id)).collect::<Vec<_>>());
    fact.instant("from_at", rows.iter().map(|(_, from, _)| Some(*from)).collect())?;
    fact.instant("to_at", rows.iter().map(|(.., to)| *to).collect())?;
    for (name, days) in [("silent_5d_at", 5), ("silent_30d_at", 30)] {
        let from = rows.iter().map(|(_, from, _)| Some(from + days * DAY).filter(|at| *at <= context.as_of));
        fact.instant(name, from.collect())?;
    }
    let team = rows.iter().map(|(life, from, _)| life.stay_at(*from));
    let (team, tier): (Vec<_>, Vec<_>) =
        team.map(|stay| (stay.map(|stay| stay.team), stay.and_then(|stay| stay.tier))).unzip();
    fact.text("team", team);
    fact.integer("tier", tier);
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|(life, ..)| life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(at: i64, state: Option<&'static str>) -> Entry<'static> {
        Entry { at, state, ..Entry::default() }
    }

    #[test]
    fn a_state_lasts_until_the_next_one() {
        let entries = [
            entry(5, None),
            entry(10, Some("New")),
            entry(20, Some("New")),
            entry(30, Some("Active")),
            entry(30, Some("Pending")),
            entry(40, Some("Active")),
            entry(60, Some("Resolved")),
        ];
        let expected = [(0, 10, None), (10, 30, Some("New")), (30, 40, Some("Pending")), (40, 60, Some("Active"))];
        assert_eq!(states(0, 60, &entries), expected);
        assert_eq!(states(15, 25, &entries), [(15, 25, Some("New"))], "opened after its first step");
        assert_eq!(states(0, 0, &[entry(0, Some("Closed"))]), [(0, 0, Some("Closed"))]);
        assert_eq!(states(0, 9, &[]), [(0, 9, None)]);
    }

    #[test]
    fn silence_is_what_lies_between_steps_while_it_is_open() {
        let stretches = [(0, Some(20)), (30, None)];
        let expected = [(0, Some(5)), (5, Some(20)), (30, Some(40)), (40, None)];
        assert_eq!(silences(&stretches, &[0, 5, 5, 20, 25, 30, 40]), expected);
    }

    proptest! {
        #[test]
        fn states_tile_a_life(
            opened in 0..20_i64, length in 0..40_i64, steps in prop::collection::vec((0..60_i64, 0..4_usize), 0..9),
        ) {
            let mut steps = steps;
            steps.sort();
            let names = [None, Some("A"), Some("B"), Some("C")];
            let entries: Vec<Entry> = steps.iter().map(|(at, name)| entry(*at, names[*name])).collect();
            let until = opened + length;
            let found = states(opened, until, &entries);
            prop_assert_eq!((found[0].0, found[found.len() - 1].1), (opened, until));
            for pair in found.windows(2) {
                prop_assert!(pair[0].1 == pair[1].0 && pair[0].2 != pair[1].2);
            }
            for at in opened..until {
                let last = entries.iter().rev().find(|entry| entry.at <= at && entry.state.is_some());
                let there = found.iter().find(|(from, to, _)| *from <= at && at < *to).unwrap();
                prop_assert_eq!(there.2, last.and_then(|entry| entry.state));
            }
        }
    }
}
