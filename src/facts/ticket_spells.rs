//! The fact `ticket_spells`: one row a stretch in which a ticket was open, so that a backlog of the past is the one that there was.

use polars::prelude::*;

use super::clock_course::courses;
use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// Columns that a stretch has from its ticket.
const OF_THE_TICKET: [&str; 12] = [
    "kind", "priority", "service", "customer", "segment", "large", "channel", "team", "supplier", "tier", "category",
    "parent",
];

/// A ticket is old so long after its opening, µs.
const OLD: i64 = 30 * 86_400 * 1_000_000;

/// One stretch.
struct Spell {
    /// Row of the ticket in its fact.
    ticket: usize,
    from: i64,
    to: Option<i64>,
    /// 1 when it began with a return, 0 when not, missing where the ticket may have returned at an unknown moment.
    returned: Option<i64>,
}

/// The stretches of `[opened, ended)` outside of `done`, in which the ticket stood resolved. A return later than the end, by the
/// ticket's own word, was none.
pub(super) fn stretches(opened: i64, ended: Option<i64>, done: &[(i64, i64)]) -> Vec<(i64, Option<i64>)> {
    let mut found = Vec::new();
    let mut from = opened;
    for (resolved, back) in done.iter().copied() {
        if resolved >= from && resolved < back && ended.is_none_or(|ended| back <= ended) {
            found.push((from, Some(resolved)));
            from = back;
        }
    }
    found.push((from, ended));
    found
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let tickets = context.fact("tickets")?;
    let courses = courses(context, &context.references()?.tier, None)?;
    let id = text(&tickets, "id")?;
    let (opened, ended) = (instant(&tickets, "opened_at", None)?, instant(&tickets, "ended_at", None)?);
    let reopens = integer(&tickets, "reopens")?;
    let mut spells: Vec<Spell> = Vec::new();
    for ticket in 0..tickets.height() {
        let Some(opened) = opened[ticket] else { continue };
        let done = id[ticket].and_then(|id| courses.get(id)).map(|course| course.done.as_slice()).unwrap_or_default();
        let found = stretches(opened, ended[ticket], done);
        let all_known = reopens[ticket].is_some_and(|reopens| reopens < found.len() as i64);
        spells.extend(found.into_iter().enumerate().map(|(number, (from, to))| Spell {
            ticket,
            from,
            to,
            returned: if number > 0 { Some(1) } else { all_known.then_some(0) },
        }));
    }
    let mut fact = Builder::default();
    fact.text("ticket", spells.iter().map(|spell| id[spell.ticket]).collect::<Vec<_>>());
    fact.instant("opened_at", spells.iter().map(|spell| opened[spell.ticket]).collect())?;
    fact.instant("from_at", spells.iter().map(|spell| Some(spell.from)).collect())?;
    fact.instant("to_at", spells.iter().map(|spell| spell.to).collect())?;
    let old = |spell: &Spell| Some(spell.from.max(opened[spell.ticket]? + OLD)).filter(|at| *at <= context.as_of);
    fact.instant("old_from_at", spells.iter().map(old).collect())?;
    fact.integer("returned", spells.iter().map(|spell| spell.returned).collect());
    let rows: IdxCa = spells.iter().map(|spell| Some(spell.ticket as IdxSize)).collect();
    let own = tickets.select(OF_THE_TICKET)?.take(&rows)?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_ticket_is_open_but_for_when_it_stood_resolved() {
        assert_eq!(stretches(0, None, &[]), [(0, None)]);
        assert_eq!(stretches(0, Some(50), &[(10, 20), (30, 40)]), [(0, Some(10)), (20, Some(30)), (40, Some(50))]);
        assert_eq!(stretches(0, None, &[(10, 20)]), [(0, Some(10)), (20, None)]);
        assert_eq!(stretches(0, Some(15), &[(10, 20)]), [(0, Some(15))], "it came back after its end: it didn't");
        assert_eq!(stretches(12, Some(30), &[(10, 20)]), [(12, Some(30))], "resolved before it was opened: it wasn't");
    }

    proptest! {
        #[test]
        fn stretches_and_resolved_times_tile_a_life(
            lengths in prop::collection::vec(1..9_i64, 0..9), opened in 0..20_i64, more in prop::option::of(0..9_i64),
        ) {
            // Lengths of stretches in turn: open, resolved, open ...
            let (mut at, mut is_open) = (opened, vec![false; 200]);
            let mut done = Vec::new();
            for (number, length) in lengths.iter().enumerate() {
                let next = at + length;
                if number % 2 == 1 { done.push((at, next)); }
                (at..next).for_each(|tick| is_open[tick as usize] = number % 2 == 0);
                at = next;
            }
            let came_back = at;
            if lengths.len() % 2 == 0 {
                let last = more.map_or(200, |more| came_back + more);
                (came_back..last).for_each(|tick| is_open[tick as usize] = true);
                let found = stretches(opened, more.map(|more| came_back + more), &done);
                for tick in 0..200 {
                    let inside = found.iter().any(|(from, to)| *from <= tick && to.is_none_or(|to| tick < to));
                    prop_assert_eq!(inside, is_open[tick as usize], "{}", tick);
                }
                prop_assert_eq!(found.len(), done.len() + 1);
            }
        }
    }
}
