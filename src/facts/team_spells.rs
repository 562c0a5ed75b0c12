//! The fact `team_spells`: one row a stretch in which a ticket was open with one team. What a team or a tier had open at some
//! moment, what came and what went, add up.

use polars::prelude::DataFrame;

use super::columns::Builder;
use super::context::Context;
use super::ticket_lives::{Life, Lives, of_the_tickets};
use super::ticket_log::Log;
use super::ticket_stays::{OF_THE_TICKET, Stay, stays};
use crate::lake::LakeError;

/// One stretch, instants µs UTC.
#[derive(Clone, Debug, PartialEq)]
struct Spell<'a> {
    stay: Stay<'a>,
    opened: i64,
    from: i64,
    to: Option<i64>,
    came: &'static str,
    went: Option<&'static str>,
}

/// The stays of a ticket, less the time in which it stood resolved. Teams that had it for no time at all are passed over, but for
/// the last one of a stretch without length.
fn spells<'a>(opened: i64, stretches: &[(i64, Option<i64>)], stays: &[Stay<'a>]) -> Vec<Spell<'a>> {
    let mut found = Vec::new();
    for (number, (start, end)) in stretches.iter().copied().enumerate() {
        let began = if number == 0 { "opened" } else { "returned" };
        let spell = |stay: &Stay<'a>, from: i64, to: Option<i64>| Spell {
            stay: *stay,
            opened,
            from,
            to,
            came: if from > start { "handed_over" } else { began },
            went: to.map(|to| if end == Some(to) { "ended" } else { "handed_over" }),
        };
        if end.is_some_and(|end| end <= start) {
            let there = stays.iter().rev().find(|stay| stay.from <= start).or(stays.first());
            found.extend(there.map(|stay| spell(stay, start, end)));
            continue;
        }
        for stay in stays {
            let from = start.max(stay.from);
            let to = end.into_iter().chain(stay.went.map(|_| stay.until)).min();
            if to.is_none_or(|to| from < to) {
                found.push(spell(stay, from, to));
            }
        }
    }
    found
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let (tickets, events) = (context.fact("tickets")?, context.frame("ticket_events")?);
    let log = Log::read(&events, context.as_of)?;
    let lives = Lives::read(context, &tickets, &log)?;
    let lives: Vec<Life> = lives.all().collect();
    let mut rows: Vec<(&Life, Spell)> = Vec::new();
    for life in &lives {
        let found = spells(life.opened, &life.stretches(), &stays(life));
        rows.extend(found.into_iter().map(|spell| (life, spell)));
    }
    let mut fact = Builder::default();
    fact.text("ticket", rows.iter().map(|(life, _)| Some(life.id)).collect::<Vec<_>>());
    fact.text("team", rows.iter().map(|(_, spell)| spell.stay.team).collect());
    fact.integer("tier", rows.iter().map(|(_, spell)| spell.stay.tier).collect());
    fact.instant("opened_at", rows.iter().map(|(_, spell)| Some(spell.opened)).collect())?;
    fact.instant("from_at", rows.iter().map(|(_, spell)| Some(spell.from)).collect())?;
    fact.instant("to_at", rows.iter().map(|(_, spell)| spell.to).collect())?;
    fact.text("came", rows.iter().map(|(_, spell)| Some(spell.came)).collect());
    fact.text("went", rows.iter().map(|(_, spell)| spell.went).collect());
    let own = of_the_tickets(&tickets, &OF_THE_TICKET, rows.iter().map(|(life, _)| life.row))?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stay(team: &'static str, from: i64, until: i64, went: Option<&'static str>) -> Stay<'static> {
        Stay { ticket: 0, number: 1, team: Some(team), tier: None, from, until, came: None, went }
    }

    #[test]
    fn a_team_has_open_what_it_has_and_does_not_stand_resolved() {
        let stays = [stay("A", 0, 10, Some("handed_over")), stay("B", 10, 100, None)];
        let found = spells(0, &[(0, Some(20)), (30, None)], &stays);
        let told: Vec<_> = found.iter().map(|s| (s.stay.team.unwrap(), s.from, s.to, s.came, s.went)).collect();
        let expected = [
            ("A", 0, Some(10), "opened", Some("handed_over")),
            ("B", 10, Some(20), "handed_over", Some("ended")),
            ("B", 30, None, "returned", None),
        ];
        assert_eq!(told, expected);
        let at_once =
            spells(5, &[(5, Some(5))], &[stay("A", 5, 5, Some("handed_over")), stay("B", 5, 5, Some("ended"))]);
        assert_eq!(at_once.iter().map(|s| (s.stay.team, s.went)).collect::<Vec<_>>(), [(Some("B"), Some("ended"))]);
    }

    proptest! {
        #[test]
        fn what_is_open_plus_what_comes_less_what_goes_is_open_then(
            hops in prop::collection::vec(1..12_i64, 1..6), resolved in prop::collection::btree_set(1..60_i64, 0..5),
            moments in (0..70_i64, 0..70_i64),
        ) {
            // Stays one after the other, and open stretches between pairs of instants; the last may go on.
            let mut at = 0;
            let mut stays = Vec::new();
            let names = ["A", "B", "C", "A", "B", "C"];
            for (length, team) in hops.iter().zip(names) {
                stays.push(stay(team, at, at + length, Some("handed_over")));
                at += length;
            }
            let (mut stretches, mut start) = (Vec::new(), 0);
            for pair in resolved.iter().copied().collect::<Vec<_>>().chunks(2) {
                stretches.push((start, Some(pair[0])));
                start = pair.get(1).copied().unwrap_or(-1);
            }
            if start >= 0 { stretches.push((start, None)); }
            let last = stays.last_mut().unwrap();
            (last.until, last.went) = match stretches.last().unwrap().1 {
                Some(end) => (end.max(last.from), Some("ended")),
                None => (100, None),
            };
            let found = spells(0, &stretches, &stays);
            let (from, to) = (moments.0.min(moments.1), moments.0.max(moments.1));
            for team in ["A", "B", "C"] {
                let of = || found.iter().filter(|spell| spell.stay.team == Some(team));
                let open = |at: i64| of().filter(|s| s.from < at && s.to.is_none_or(|to| to >= at)).count() as i64;
                let within = |at: i64| from <= at && at < to;
                let came = of().filter(|s| within(s.from)).count() as i64;
                let went = of().filter(|s| s.to.is_some_and(within)).count() as i64;
                prop_assert_eq!(open(from) + came - went, open(to));
                // Against each moment: open with a team is being there while a stretch lasts.
                let there = |at: i64| stays.iter().any(|s| s.team == Some(team) && s.from < at && (s.went.is_none() || s.until >= at))
                    && stretches.iter().any(|(a, b)| *a < at && b.is_none_or(|b| b >= at));
                prop_assert_eq!(open(to) > 0, there(to), "{} at {}", team, to);
            }
        }
    }
}
