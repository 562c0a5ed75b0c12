//! The fact `change_days`: one row a local day with how many changes began and ended on it, and how many were under way at once.

use chrono::Datelike;
use polars::prelude::DataFrame;

use super::columns::{Builder, instant};
use super::context::Context;
use crate::arithmetic::{local_time, period};
use crate::lake::LakeError;

/// How a day was filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Day {
    started: i64,
    ended: i64,
    /// Under way at any time of the day.
    under_way: i64,
    /// Most under way at once.
    at_once: i64,
}

/// The days by half-open spans of changes, with their starts and ends, each in order. Spans are swept once.
fn fill(days: &[(i64, i64)], starts: &[i64], ends: &[i64], spans: &[(i64, i64)]) -> Vec<Day> {
    let within = |list: &[i64], (from, to): (i64, i64)| {
        (list.partition_point(|at| *at < to) - list.partition_point(|at| *at < from)) as i64
    };
    // At one moment what ends makes room before what begins.
    let mut turns: Vec<(i64, i64)> = spans.iter().flat_map(|(from, to)| [(*from, 1), (*to, -1)]).collect();
    turns.sort_unstable();
    let (mut next, mut running) = (0, 0);
    days.iter()
        .map(|day| {
            while next < turns.len() && turns[next].0 < day.0 {
                running += turns[next].1;
                next += 1;
            }
            // What ends with the day's first moment was not under way on it.
            while next < turns.len() && turns[next].0 == day.0 && turns[next].1 < 0 {
                running += turns[next].1;
                next += 1;
            }
            let (mut under_way, mut at_once) = (running, running);
            while next < turns.len() && turns[next].0 < day.1 {
                running += turns[next].1;
                under_way += turns[next].1.max(0);
                at_once = at_once.max(running);
                next += 1;
            }
            Day { started: within(starts, *day), ended: within(ends, *day), under_way, at_once }
        })
        .collect()
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let changes = context.fact("changes")?;
    let (as_of, zone) = (context.as_of, context.project.zone);
    let (started, ended) = (instant(&changes, "started_at", None)?, instant(&changes, "ended_at", None)?);
    let running = instant(&changes, "running_from_at", None)?;
    let mut starts: Vec<i64> = started.iter().flatten().copied().collect();
    let mut ends: Vec<i64> = ended.iter().flatten().copied().collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let span = |row: usize| {
        let to = ended[row].unwrap_or(as_of + 1);
        running[row].filter(|from| *from < to).map(|from| (from, to))
    };
    let spans: Vec<(i64, i64)> = (0..changes.height()).filter_map(span).collect();
    let days = match starts.first() {
        Some(first) => {
            let day = local_time::to_local(*first, zone).map(|at| local_time::day_start(at.date(), zone));
            period::days(day.unwrap_or(*first), as_of + 1, zone)
        }
        None => Vec::new(),
    };
    let filled = fill(&days, &starts, &ends, &spans);
    let mut fact = Builder::default();
    fact.instant("day", days.iter().map(|(start, _)| Some(*start)).collect())?;
    let weekday = |start: i64| local_time::to_local(start, zone).map(|at| i64::from(at.weekday().number_from_monday()));
    fact.integer("weekday", days.iter().map(|(start, _)| weekday(*start)).collect());
    fact.integer("started", filled.iter().map(|day| Some(day.started)).collect());
    fact.integer("ended", filled.iter().map(|day| Some(day.ended)).collect());
    fact.integer("under_way", filled.iter().map(|day| Some(day.under_way)).collect());
    fact.integer("at_once", filled.iter().map(|day| Some(day.at_once)).collect());
    // The last day is cut off just after as-of.
    fact.boolean("over", days.iter().map(|(_, end)| Some(*end <= as_of)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_change_that_ends_when_another_begins_is_not_with_it() {
        let spans = [(5, 12), (12, 15), (8, 20)];
        let days = [(0, 10), (10, 20), (20, 30)];
        let found = fill(&days, &[5, 8, 12], &[12, 15, 20], &spans);
        let day = |started, ended, under_way, at_once| Day { started, ended, under_way, at_once };
        assert_eq!(found, [day(2, 0, 2, 2), day(1, 2, 3, 2), day(0, 1, 0, 0)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn sweeping_agrees_with_looking_at_every_moment(
            changes in proptest::collection::vec((0_i64..60, 1_i64..30), 0..12),
        ) {
            let spans: Vec<(i64, i64)> = changes.iter().map(|(from, length)| (*from, from + length)).collect();
            let days: Vec<(i64, i64)> = (0..9).map(|day| (day * 10, day * 10 + 10)).collect();
            let sorted = |mut list: Vec<i64>| { list.sort_unstable(); list };
            let starts = sorted(spans.iter().map(|span| span.0).collect());
            let ends = sorted(spans.iter().map(|span| span.1).collect());
            let found = fill(&days, &starts, &ends, &spans);
            for (day, (from, to)) in found.iter().zip(&days) {
                let at = |moment: i64| spans.iter().filter(|span| (span.0..span.1).contains(&moment)).count() as i64;
                prop_assert_eq!(day.at_once, (*from..*to).map(at).max().unwrap());
                let touched = spans.iter().filter(|span| span.0 < *to && span.1 > *from).count() as i64;
                prop_assert_eq!(day.under_way, touched);
            }
            prop_assert_eq!(found.iter().map(|day| day.started).sum::<i64>(), spans.len() as i64);
        }
    }
}
