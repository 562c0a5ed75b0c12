//! The fact `month_ends`: one row a month and queue: how many tickets left the backlog on the month's last working day, against the
//! same weekday one and two weeks before and after. Nobody's habits of the week make a difference there, only the end of the month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use polars::prelude::DataFrame;

use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use crate::arithmetic::local_time::{day_start, to_local};
use crate::lake::LakeError;

/// A queue: what is cut by, and its name; everything is `all`.
type Queue = (&'static str, String);

/// What the last working day of a month was like.
#[derive(Clone, Debug, PartialEq)]
struct MonthEnd {
    day: NaiveDate,
    endings: i64,
    /// Mean of the days that it is held against.
    elsewhere: f64,
    /// The part of those days that had fewer, an equal one counting half.
    busier: f64,
}

/// The months of one queue, from `first` to `last`, two days that are over and known; `works` are the working days between them.
fn months(counts: &BTreeMap<NaiveDate, i64>, works: &BTreeSet<NaiveDate>) -> Vec<MonthEnd> {
    let mut last_days: BTreeMap<(i32, u32), NaiveDate> = BTreeMap::new();
    for day in works {
        last_days.insert((day.year(), day.month()), *day);
    }
    // Whether a month is over is known by a working day after it.
    let newest = works.last().map(|day| (day.year(), day.month()));
    let over = last_days.into_iter().filter(|(month, _)| Some(*month) != newest);
    let count = |day: &NaiveDate| counts.get(day).copied().unwrap_or(0);
    let judged = over.filter_map(|(_, day)| {
        let weeks = |n: u64| [day.checked_sub_days(Days::new(7 * n)), day.checked_add_days(Days::new(7 * n))];
        let others: Vec<NaiveDate> =
            [1, 2].into_iter().flat_map(weeks).flatten().filter(|day| works.contains(day)).collect();
        let endings = count(&day);
        let all: i64 = others.iter().map(count).sum();
        if others.len() < 2 || all + endings == 0 {
            return None;
        }
        let fewer = others.iter().map(|other| match count(other).cmp(&endings) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        });
        let (busier, days) = (fewer.sum::<f64>(), others.len() as f64);
        Some(MonthEnd { day, endings, elsewhere: all as f64 / days, busier: busier / days })
    });
    judged.collect()
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    // A ticket that came back had ended before: resolved in a hurry and reopened is part of the rush.
    let tickets = context.fact("ticket_spells")?;
    let zone = context.project.zone;
    let date = |at: i64| to_local(at, zone).map(|local| local.date());
    let (opened, ended) = (instant(&tickets, "opened_at", None)?, instant(&tickets, "to_at", None)?);
    let (team, service) = (text(&tickets, "team")?, text(&tickets, "service")?);
    let (priority, parent) = (integer(&tickets, "priority")?, text(&tickets, "parent")?);
    let mut queues: BTreeMap<Queue, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
    for row in (0..tickets.height()).filter(|row| parent[*row].is_none()) {
        let Some(day) = ended[row].and_then(date) else { continue };
        let named = [
            ("all", Some(String::new())),
            ("team", team[row].map(str::to_string)),
            ("service", service[row].map(str::to_string)),
            ("priority", priority[row].map(|priority| priority.to_string())),
        ];
        for (kind, name) in named {
            if let Some(name) = name {
                *queues.entry((kind, name)).or_default().entry(day).or_insert(0) += 1;
            }
        }
    }
    // Days that are over, from the first ticket on.
    let first = opened.iter().flatten().min().and_then(|at| date(*at));
    let today = date(context.as_of);
    let mut works = BTreeSet::new();
    if let (Some(first), Some(today)) = (first, today) {
        let open = |day: &NaiveDate| {
            let next = day.succ_opt().unwrap_or(*day);
            context.project.clock.working_s(day_start(*day, zone), day_start(next, zone)) > 0.0
        };
        works.extend(first.iter_days().take_while(|day| *day < today).filter(open));
    }
    let rows: Vec<(&Queue, MonthEnd)> = queues
        .iter()
        .flat_map(|(queue, counts)| months(counts, &works).into_iter().map(move |one| (queue, one)))
        .collect();
    let mut fact = Builder::default();
    fact.text("queue_kind", rows.iter().map(|(queue, _)| Some(queue.0)).collect::<Vec<_>>());
    fact.text("queue", rows.iter().map(|(queue, _)| Some(queue.1.as_str())).collect::<Vec<_>>());
    fact.instant("day", rows.iter().map(|(_, month)| Some(day_start(month.day, zone))).collect())?;
    fact.integer("endings", rows.iter().map(|(_, month)| Some(month.endings)).collect());
    fact.number("elsewhere", rows.iter().map(|(_, month)| Some(month.elsewhere)).collect());
    fact.number("busier", rows.iter().map(|(_, month)| Some(month.busier)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_working_day_is_held_against_the_same_weekday_around_it() {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        // Working days are Monday to Friday, but the 14th of August.
        let works: BTreeSet<NaiveDate> = day(7, 1)
            .iter_days()
            .take(70)
            .filter(|date| date.weekday().number_from_monday() <= 5 && *date != day(8, 14))
            .collect();
        assert_eq!(works.last(), Some(&day(9, 8)));
        // Friday 31 July: 17 and 24 July, 7 August. Monday 31 August: 17 and 24 August, 7 September.
        let counts =
            BTreeMap::from([(day(7, 31), 9), (day(7, 24), 9), (day(8, 7), 3), (day(8, 31), 1), (day(9, 7), 2)]);
        let found = months(&counts, &works);
        let told: Vec<_> =
            found.iter().map(|month| (month.day, month.endings, month.elsewhere, month.busier)).collect();
        assert_eq!(told, [(day(7, 31), 9, 4.0, 2.5 / 3.0), (day(8, 31), 1, 2.0 / 3.0, 2.0 / 3.0)]);
        assert!(months(&BTreeMap::new(), &works).is_empty(), "nothing was done: nothing is said");
    }
}
