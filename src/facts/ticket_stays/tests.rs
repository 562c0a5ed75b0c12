//! Stays and their split, by hand and against a slow computation.

use proptest::prelude::*;

use super::super::clock_course::Course;
use super::super::path::path;
use super::super::ticket_lives::{Life, StayOf};
use super::super::ticket_log::Entry;
use super::super::tiers::Tiers;
use super::*;

const S: i64 = 1_000_000;

fn course(teams: &[(i64, &str)], waited: &[(Wait, i64, i64)], done: &[(i64, i64)]) -> Course {
    let tiers: Tiers =
        [("A", 1), ("B", 2), ("C", 3)].map(|(team, tier)| (team.to_string(), tier)).into_iter().collect();
    Course {
        path: path(teams.iter().map(|(at, team)| (at * S, Some(*team))), &tiers, None),
        holds: Vec::new(),
        waited: waited.iter().map(|(wait, from, to)| (*wait, from * S, to * S)).collect(),
        has_states: true,
        done: done.iter().map(|(from, to)| (from * S, to * S)).collect(),
        stops: Vec::new(),
        returns: 0,
        straight: true,
        first_done: None,
        diagnosed: None,
    }
}

fn life<'a>(
    course: &'a Course,
    entries: &'a [Entry<'a>],
    touches: Vec<Option<i64>>,
    span: (i64, Option<i64>),
) -> Life<'a> {
    let stays = course.path.as_ref().map(|path| {
        path.stays().map(|(stay, step)| StayOf { team: &stay.team, tier: stay.tier, from: stay.from, step }).collect()
    });
    Life::new(course, stays.unwrap_or_default(), touches, entries, (span.0 * S, span.1.map(|to| to * S), 100 * S))
}

fn told(from: i64) -> [Entry<'static>; 1] {
    [Entry { at: from * S, state: Some("New"), ..Entry::default() }]
}

#[test]
fn a_stay_splits_into_queue_work_waits_and_standing_resolved() {
    let course = course(&[(0, "A"), (10, "B"), (40, "A")], &[(Wait::User, 15, 20)], &[(50, 60)]);
    let entries = told(0);
    let touches = vec![None, Some(4 * S), Some(12 * S), Some(45 * S)];
    let life = life(&course, &entries, touches, (0, Some(80)));
    let (stays, pieces) = (stays(&life), life.pieces());
    let seen: Vec<_> =
        stays.iter().map(|s| (s.team.unwrap(), s.from / S, s.until / S, s.came.unwrap(), s.went)).collect();
    let expected = [
        ("A", 0, 10, "first", Some("handed_over")),
        ("B", 10, 40, "escalation", Some("handed_over")),
        ("A", 40, 80, "bounce", Some("ended")),
    ];
    assert_eq!(seen, expected);
    let splits: Vec<Split> = stays.iter().map(|stay| split(stay, &pieces, true)).collect();
    let numbers = |split: &Split| (split.queue, split.work, split.waiting[0], split.done);
    assert_eq!(numbers(&splits[0]), (Some(4.0), Some(6.0), Some(0.0), Some(0.0)));
    assert_eq!(numbers(&splits[1]), (Some(2.0), Some(23.0), Some(5.0), Some(0.0)));
    assert_eq!(numbers(&splits[2]), (Some(5.0), Some(25.0), Some(0.0), Some(10.0)));
    assert_eq!(split(&stays[0], &pieces, false), Split::default(), "nobody knows");
}

#[test]
fn time_before_any_team_is_a_row_without_one_and_what_follows_the_end_is_none() {
    let course = course(&[(5, "A"), (30, "B")], &[], &[]);
    let entries = told(5);
    let life = life(&course, &entries, vec![None; 3], (0, Some(20)));
    let seen: Vec<_> = stays(&life).iter().map(|s| (s.team, s.from / S, s.until / S, s.went)).collect();
    assert_eq!(seen, [(None, 0, 5, Some("handed_over")), (Some("A"), 5, 20, Some("ended"))]);
    assert_eq!(
        split(&stays(&life)[0], &life.pieces(), true),
        Split::default(),
        "before the first step nothing is known"
    );
}

proptest! {
    #[test]
    fn stays_sum_to_the_life_and_their_splits_to_them(
        opened in 0..30_i64, lasted in prop::option::of(0..60_i64), first in 0..50_i64,
        hops in prop::collection::vec((0..20_i64, 0..3_usize), 0..6), waits in prop::collection::vec((0..20_i64, 1..9_i64), 0..4),
    ) {
        let mut at = first;
        let mut teams = vec![(at, "A")];
        for (after, team) in hops {
            at += after;
            teams.push((at.min(100), ["A", "B", "C"][team]));
        }
        let (mut end, mut waited) = (0, Vec::new());
        for (gap, length) in waits {
            waited.push((Wait::Supplier, end + gap, end + gap + length));
            end += gap + length;
        }
        let course = course(&teams, &waited, &[(70, 75)]);
        let entries = told(0);
        let life = life(&course, &entries, vec![None; 8], (opened, lasted.map(|lasted| opened + lasted)));
        let (stays, pieces) = (stays(&life), life.pieces());
        prop_assert_eq!(stays.first().unwrap().from, life.opened);
        prop_assert_eq!(stays.last().unwrap().until, life.until);
        for pair in stays.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].from);
        }
        for stay in &stays {
            let split = split(stay, &pieces, true);
            let parts = [split.queue, split.work, split.done].into_iter().chain(split.waiting);
            let sum: f64 = parts.map(Option::unwrap).sum();
            prop_assert!((sum - (stay.until - stay.from) as f64 / 1e6).abs() < 1e-9);
        }
    }
}
