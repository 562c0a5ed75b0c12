//! The facts `work_items` (one row an item of a backlog, with its clocks) and `work_in_progress` (one row a stretch in which
//! an item was worked on: before and after it had become old).

use std::collections::BTreeMap;

use polars::prelude::*;

use super::columns::{Builder, boolean, elapsed_s, instant, number, text};
use super::context::Context;
use crate::arithmetic::statistics::quantile;
use crate::lake::LakeError;

/// Cycle times of the items that a team finished in so many days before it began an item say how long that may take.
const LOOK_BACK: i64 = 90 * 86_400 * 1_000_000;
/// Fewer of them say nothing.
const FEWEST: usize = 10;
/// Of so many it is expected to be done by then.
const EXPECTED: f64 = 0.85;

/// The columns that a stretch of work has from its item.
const OF_THE_ITEM: [&str; 6] = ["kind", "origin", "service", "team", "style", "class_of_service"];

/// The moments of an item, those later than as-of missing.
#[derive(Clone, Copy, Debug)]
struct Life {
    created: i64,
    started: Option<i64>,
    finished: Option<i64>,
}

impl Life {
    /// Whether nothing ended before it began.
    fn in_order(self) -> bool {
        let after = |from: i64| self.finished.is_none_or(|finished| finished >= from);
        after(self.created) && self.started.is_none_or(after)
    }

    fn cycle_s(self) -> Option<f64> {
        elapsed_s(self.started, self.finished).filter(|_| self.in_order())
    }
}

/// Builds the fact `work_items`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let frame = context.frame("work_items")?;
    let created = instant(&frame, "created_at", Some(as_of))?;
    let started = instant(&frame, "started_at", Some(as_of))?;
    let finished = instant(&frame, "finished_at", Some(as_of))?;
    let (rows, lives): (Vec<usize>, Vec<Life>) = (0..frame.height())
        .filter_map(|row| Some((row, Life { created: created[row]?, started: started[row], finished: finished[row] })))
        .unzip();
    let mut fact = Builder::default();
    let names = ["id", "kind", "origin", "title", "service", "team", "style", "class_of_service", "sprint"];
    for name in names {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let committed = instant(&frame, "committed_at", Some(as_of))?;
    fact.instant("created_at", lives.iter().map(|life| Some(life.created)).collect())?;
    fact.instant("committed_at", rows.iter().map(|row| committed[*row]).collect())?;
    fact.instant("started_at", lives.iter().map(|life| life.started).collect())?;
    fact.instant("finished_at", lives.iter().map(|life| life.finished).collect())?;
    let each = |of: &dyn Fn(&Life) -> Option<f64>| lives.iter().map(of).collect::<Vec<_>>();
    let origin = text(&frame, "origin")?;
    let raised = rows.iter().map(|row| origin[*row].map(|origin| origin == "service_management"));
    fact.boolean("from_service_management", raised.collect());
    let points = number(&frame, "points")?;
    fact.number("points", rows.iter().map(|row| points[*row]).collect());
    let cycle = each(&|life| life.cycle_s());
    let lead = each(&|life| elapsed_s(Some(life.created), life.finished).filter(|_| life.in_order()));
    fact.number("lead_time_s", lead);
    fact.number("cycle_time_s", cycle.clone());
    let until = |life: &Life, from: Option<i64>| {
        elapsed_s(from, Some(life.finished.unwrap_or(as_of))).filter(|_| life.in_order())
    };
    fact.number("observed_s", each(&|life| until(life, Some(life.created))));
    fact.number("work_observed_s", each(&|life| until(life, life.started)));
    let all_blocked = number(&frame, "blocked_s")?;
    let blocked: Vec<Option<f64>> = rows.iter().map(|row| all_blocked[*row]).collect();
    let known: Vec<Option<(f64, f64)>> =
        cycle.iter().zip(&blocked).map(|(cycle, blocked)| flow(*cycle, *blocked)).collect();
    fact.number("blocked_s", blocked);
    fact.number("flow_time_s", known.iter().map(|known| known.map(|known| known.0)).collect());
    fact.number("active_s", known.iter().map(|known| known.map(|known| known.1)).collect());
    let team = text(&frame, "team")?;
    let teams: Vec<Option<&str>> = rows.iter().map(|row| team[*row]).collect();
    fact.number("expected_cycle_s", expectations(&teams, &lives));
    let flag = |of: &dyn Fn(&Life) -> bool| lives.iter().map(|life| Some(of(life))).collect::<Vec<_>>();
    fact.boolean("finished", flag(&|life| life.finished.is_some()));
    fact.boolean("open", flag(&|life| life.finished.is_none()));
    fact.boolean("in_progress", flag(&|life| life.finished.is_none() && life.started.is_some()));
    fact.boolean("in_order", flag(&|life| life.in_order()));
    fact.finish()
}

/// The cycle time and the active part of it. Time blocked that is longer than the cycle time is an error, and nothing is known.
fn flow(cycle: Option<f64>, blocked: Option<f64>) -> Option<(f64, f64)> {
    let (cycle, blocked) = (cycle?, blocked?);
    (cycle > 0.0 && blocked <= cycle).then_some((cycle, cycle - blocked))
}

/// How long each item may take by what its team had finished shortly before it began.
fn expectations(teams: &[Option<&str>], lives: &[Life]) -> Vec<Option<f64>> {
    let mut done: BTreeMap<&str, Vec<(i64, f64)>> = BTreeMap::new();
    for (team, life) in teams.iter().zip(lives) {
        if let (Some(team), Some(finished), Some(cycle)) = (team, life.finished, life.cycle_s()) {
            done.entry(team).or_default().push((finished, cycle));
        }
    }
    done.values_mut().for_each(|list| list.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))));
    let expected = |team: Option<&str>, life: &Life| {
        let (list, start) = (done.get(team?)?, life.started?);
        let from = list.partition_point(|(finished, _)| *finished < start.saturating_sub(LOOK_BACK));
        let to = list.partition_point(|(finished, _)| *finished < start);
        let mut cycles: Vec<f64> = list.get(from..to)?.iter().map(|(_, cycle)| *cycle).collect();
        if cycles.len() < FEWEST { None } else { quantile(&mut cycles, EXPECTED) }
    };
    teams.iter().zip(lives).map(|(team, life)| expected(*team, life)).collect()
}

/// The stretches of work on an item: until it was older than expected, and after. Without an expectation nobody knows.
fn stretches(started: i64, finished: Option<i64>, expected_s: Option<f64>) -> Vec<(i64, Option<i64>, Option<bool>)> {
    let Some(expected_s) = expected_s else { return vec![(started, finished, None)] };
    let old = started.saturating_add((expected_s * 1e6).ceil() as i64);
    if finished.is_some_and(|finished| finished <= old) {
        return vec![(started, finished, Some(false))];
    }
    vec![(started, Some(old), Some(false)), (old, finished, Some(true))]
}

/// Builds the fact `work_in_progress`.
pub(super) fn build_in_progress(context: &Context) -> Result<DataFrame, LakeError> {
    let items = context.fact("work_items")?;
    let (started, finished) = (instant(&items, "started_at", None)?, instant(&items, "finished_at", None)?);
    let (expected, in_order) = (number(&items, "expected_cycle_s")?, boolean(&items, "in_order")?);
    let mut rows = Vec::new();
    for item in (0..items.height()).filter(|item| in_order[*item] == Some(true)) {
        let Some(start) = started[item] else { continue };
        rows.extend(stretches(start, finished[item], expected[item]).into_iter().map(|stretch| (item, stretch)));
    }
    // A stretch that would begin later has not begun.
    rows.retain(|(_, (from, ..))| *from <= context.as_of);
    let id = text(&items, "id")?;
    let mut fact = Builder::default();
    fact.text("item", rows.iter().map(|(item, _)| id[*item]).collect::<Vec<_>>());
    fact.instant("started_at", rows.iter().map(|(item, _)| started[*item]).collect())?;
    fact.instant("from_at", rows.iter().map(|(_, stretch)| Some(stretch.0)).collect())?;
    let ended = |at: Option<i64>| at.filter(|at| *at <= context.as_of);
    fact.instant("to_at", rows.iter().map(|(_, stretch)| ended(stretch.1)).collect())?;
    fact.boolean("aged", rows.iter().map(|(_, stretch)| stretch.2).collect());
    let taken: IdxCa = rows.iter().map(|(item, _)| Some(*item as IdxSize)).collect();
    let own = items.select(OF_THE_ITEM)?.take(&taken)?;
    Ok(fact.finish()?.hstack(own.columns())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn life(created: i64, started: Option<i64>, finished: Option<i64>) -> Life {
        Life { created: created * DAY, started: started.map(|at| at * DAY), finished: finished.map(|at| at * DAY) }
    }

    #[test]
    fn an_end_before_its_beginning_gives_no_duration() {
        assert!(life(0, Some(1), Some(3)).in_order() && life(0, None, None).in_order());
        assert!(!life(5, None, Some(3)).in_order() && !life(0, Some(4), Some(3)).in_order());
        assert_eq!(life(0, Some(1), Some(3)).cycle_s(), Some(2.0 * 86_400.0));
        assert_eq!(life(0, Some(4), Some(3)).cycle_s(), None);
        assert_eq!(life(0, None, Some(3)).cycle_s(), None, "nobody wrote down when it was begun");
    }

    #[test]
    fn blocked_time_is_known_or_is_not() {
        assert_eq!(flow(Some(10.0), Some(4.0)), Some((10.0, 6.0)));
        assert_eq!(flow(Some(10.0), Some(0.0)), Some((10.0, 10.0)));
        assert_eq!(flow(Some(10.0), Some(11.0)), None);
        assert_eq!((flow(Some(10.0), None), flow(None, Some(1.0))), (None, None));
    }

    #[test]
    fn what_is_expected_rests_on_what_the_team_had_finished_shortly_before() {
        // Item n of team A takes n days, the first ten are done by day 10; B has nothing to go by.
        let mut teams: Vec<Option<&str>> = vec![Some("A"); 10];
        let mut lives: Vec<Life> = (1..=10).map(|n| life(0, Some(10 - n), Some(10))).collect();
        for (team, start) in [(Some("A"), 11), (Some("A"), 10), (Some("A"), 110), (Some("B"), 11), (None, 11)] {
            teams.push(team);
            lives.push(life(0, Some(start), None));
        }
        let found = expectations(&teams, &lives);
        // Type 7: h = 9 * 0.85 = 7.65, between 8 and 9 days.
        assert!((found[10].unwrap() - 8.65 * 86_400.0).abs() < 1e-6);
        assert_eq!(found[11..], [None; 4], "done at the same moment, long ago, by nobody, and without a team");
        assert_eq!(found[0], None);
    }

    #[test]
    fn work_is_old_once_it_takes_longer_than_expected() {
        assert_eq!(stretches(0, Some(9), None), [(0, Some(9), None)]);
        assert_eq!(stretches(0, Some(5_000_000), Some(5.0)), [(0, Some(5_000_000), Some(false))]);
        let two = [(0, Some(5_000_000), Some(false)), (5_000_000, None, Some(true))];
        assert_eq!(stretches(0, None, Some(5.0)), two);
    }
}
