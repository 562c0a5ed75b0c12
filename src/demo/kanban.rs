//! Maintenance by pull: work comes every day, waits, and is started when there is room under the limit. In one planted week
//! the team takes on everything at once.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, by_now, day_after, is_weekend, utc};
use super::organisation::{COMMERCE_OPS, TEAMS};
use super::planted::{WipBreach, micros};
use super::work_items::{BACKLOG, Item};
use std::collections::VecDeque;

/// Items that come in at once in the planted week, which lies so many weeks back.
const RUSH: (usize, u32) = (16, 7);

/// The limit of the team.
fn limit() -> usize {
    TEAMS[COMMERCE_OPS].wip_limit.parse().unwrap_or(0)
}

/// Monday morning of the planted week.
fn rush_s(span: &Span) -> i64 {
    utc(span.day(RUSH.1, 0), 9 * 3_600)
}

/// The items that are no defects. `defects` take their part of the room.
pub(super) fn flow(span: &Span, defects: &[Item], chance: &mut Chance) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut queue: VecDeque<usize> = VecDeque::new();
    let rush_s = rush_s(span);
    for day in span.days().take(span.weeks as usize * 7).filter(|&day| !is_weekend(day)) {
        let morning_s = utc(day, 9 * 3_600);
        if morning_s == rush_s {
            for number in 0..RUSH.0 as i64 {
                let mut item = arrival(morning_s + 60 * number, chance);
                item.class = "expedite";
                begin(&mut item, morning_s + 3_600 + 60 * number, 4 * DAY_S + chance.between(7_200, 20_000));
                items.push(item);
            }
        }
        for _ in 0..chance.weighted(&[12, 20, 26, 20, 12, 6, 4]) {
            let item = arrival(morning_s + chance.between(0, 25_000), chance);
            if item.class == "expedite" {
                queue.push_front(items.len());
            } else {
                queue.push_back(items.len());
            }
            items.push(item);
        }
        // Defects that come in the next days need room, too.
        let now = |list: &[Item], at_s: i64| list.iter().filter(|i| !i.scrum && i.in_progress(at_s)).count();
        let due = (0..5).map(|n| now(defects, morning_s + n * DAY_S)).max().unwrap_or(0);
        let room = (limit() - 3).saturating_sub(due + now(&items, morning_s + 30_000));
        for _ in 0..room {
            let Some(item) = queue.pop_front().and_then(|at| items.get_mut(at)) else { break };
            let start_s = (morning_s + chance.between(600, 25_000)).max(item.created_s + 60);
            let days = chance.log_normal_s(3.6 * DAY_S as f64, 0.6, 5_400);
            let blocked_s = if chance.happens(0.18) { chance.log_normal_s(1.2 * DAY_S as f64, 0.8, 3_600) } else { 0 };
            item.blocked_s = blocked_s.min(20 * DAY_S);
            begin(item, start_s, days + item.blocked_s);
        }
    }
    items
}

/// Starts an item that will take so long. Nobody finishes anything at a weekend.
fn begin(item: &mut Item, start_s: i64, length_s: i64) {
    let mut end_s = start_s + length_s;
    while is_weekend(super::clock::local(end_s).date()) {
        end_s += DAY_S;
    }
    item.committed_s = Some(start_s);
    item.started_s = Some(start_s);
    item.finished_s = by_now(end_s);
    if item.finished_s.is_none() {
        item.blocked_s = item.blocked_s.min((AS_OF_S - start_s) / 2);
    }
}

fn arrival(at_s: i64, chance: &mut Chance) -> Item {
    let service = BACKLOG[chance.below(4) as usize];
    let (kind, origin) = match chance.weighted(&[26, 20, 18, 14, 22]) {
        0 => ("enhancement", "customer"),
        1 => ("enhancement", "service_management"),
        2 => ("task", "service_management"),
        3 => ("task", "new_function"),
        _ => ("toil", "service_management"),
    };
    let mut item = Item::new(kind, origin, service, at_s);
    item.class = ["standard", "fixed_date", "intangible", "expedite"][chance.weighted(&[70, 14, 11, 5])];
    item
}

/// Counts the days over the limit.
pub(super) fn breach(span: &Span, items: &[Item]) -> WipBreach {
    let mut breach = WipBreach {
        team: TEAMS[COMMERCE_OPS].name.to_owned(),
        limit: limit() as u64,
        rush: micros(rush_s(span)),
        ..WipBreach::default()
    };
    let own: Vec<&Item> = items.iter().filter(|item| !item.scrum).collect();
    for day in span.days().take(span.weeks as usize * 7) {
        let midnight_s = utc(day_after(day, 1), 0);
        let count = own.iter().filter(|item| item.in_progress(midnight_s)).count();
        breach.days += u64::from(count > limit());
        breach.worst = breach.worst.max(count as u64);
    }
    breach
}
