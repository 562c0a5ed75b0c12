//! The fact `work_days`: one row a team and local day, with what came in, what was begun and done, and what stood at its end.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use polars::prelude::DataFrame;

use super::columns::{Builder, boolean, instant, integer, text};
use super::context::Context;
use crate::arithmetic::{local_time, period};
use crate::lake::LakeError;

/// The moments of one item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) created: i64,
    pub(super) started: Option<i64>,
    pub(super) finished: Option<i64>,
}

/// One day of a team.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Day {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) arrived: i64,
    pub(super) begun: i64,
    pub(super) departed: i64,
    /// Cycle time of what was finished on the day after it had been begun.
    pub(super) cycle_s: f64,
    /// Open at the end of the day, or at as-of.
    pub(super) backlog: i64,
    /// Begun and not finished then.
    pub(super) in_progress: i64,
    /// Whether the team had begun or finished anything by then.
    pub(super) working: bool,
}

/// The items of each team that are in order; those of no team under the empty name.
pub(super) fn by_team(items: &DataFrame) -> Result<BTreeMap<String, Vec<Moments>>, LakeError> {
    let at = |name| instant(items, name, None);
    let (created, started, finished) = (at("created_at")?, at("started_at")?, at("finished_at")?);
    let (team, in_order) = (text(items, "team")?, boolean(items, "in_order")?);
    let mut found: BTreeMap<String, Vec<Moments>> = BTreeMap::new();
    for row in (0..items.height()).filter(|row| in_order[*row] == Some(true)) {
        let Some(created) = created[row] else { continue };
        let moments = Moments { created, started: started[row], finished: finished[row] };
        found.entry(team[row].unwrap_or_default().to_string()).or_default().push(moments);
    }
    Ok(found)
}

/// The days of a team from its first item to as-of.
pub(super) fn days(items: &[Moments], as_of: i64, zone: Tz) -> Vec<Day> {
    let Some(first) = items.iter().map(|item| item.created).min() else { return Vec::new() };
    // Work may have begun before it was written down.
    let first = items.iter().filter_map(|item| item.started).fold(first, i64::min);
    let start = local_time::to_local(first, zone).map_or(first, |at| local_time::day_start(at.date(), zone));
    let spans = period::days(start, as_of.saturating_add(1), zone);
    let mut found: Vec<Day> =
        spans.iter().map(|(start, end)| Day { start: *start, end: *end, ..Day::default() }).collect();
    let place = |at: i64| spans.partition_point(|(start, _)| *start <= at).saturating_sub(1);
    // What was begun, less what was finished after it had been begun.
    let mut balance = vec![0; found.len()];
    for item in items {
        found[place(item.created)].arrived += 1;
        if let Some(started) = item.started {
            found[place(started)].begun += 1;
            balance[place(started)] += 1;
        }
        if let Some(finished) = item.finished {
            let day = &mut found[place(finished)];
            day.departed += 1;
            day.cycle_s += item.started.map_or(0.0, |started| (finished - started) as f64 / 1e6);
            balance[place(finished)] -= i64::from(item.started.is_some());
        }
    }
    let (mut backlog, mut in_progress, mut working) = (0, 0, false);
    for (day, balance) in found.iter_mut().zip(balance) {
        backlog += day.arrived - day.departed;
        in_progress += balance;
        working |= day.begun > 0 || day.departed > 0;
        (day.backlog, day.in_progress, day.working) = (backlog, in_progress, working);
    }
    found
}

/// The limits of each team, by the moment from which they hold.
type Limits = BTreeMap<String, Vec<(i64, Option<i64>)>>;

fn limits(context: &Context) -> Result<Limits, LakeError> {
    let teams = context.frame("teams")?;
    let mut found = Limits::new();
    if teams.width() > 0 {
        let (team, limit) = (text(&teams, "team")?, integer(&teams, "wip_limit")?);
        for (row, from) in instant(&teams, "valid_from", None)?.into_iter().enumerate() {
            if let Some(team) = team[row] {
                found.entry(team.to_string()).or_default().push((from.unwrap_or(i64::MIN), limit[row]));
            }
        }
    }
    found.values_mut().for_each(|list| list.sort_unstable());
    Ok(found)
}

/// The limit that holds just before a moment.
fn limit_at(limits: &Limits, team: &str, moment: i64) -> Option<i64> {
    let list = limits.get(team)?;
    list[..list.partition_point(|(from, _)| *from < moment)].last()?.1
}

/// How a team works: what most of its items say.
pub(super) fn styles(items: &DataFrame) -> Result<BTreeMap<String, String>, LakeError> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (team, style) in text(items, "team")?.iter().zip(text(items, "style")?) {
        if let (Some(team), Some(style)) = (team, style) {
            *counts.entry((team, style)).or_default() += 1;
        }
    }
    let mut found: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for ((team, style), count) in counts {
        let best = found.entry(team.to_string()).or_default();
        if count > best.0 {
            *best = (count, style.to_string());
        }
    }
    Ok(found.into_iter().map(|(team, (_, style))| (team, style)).collect())
}

/// A team, which the empty name is not.
pub(super) fn named(team: &str) -> Option<&str> {
    Some(team).filter(|team| !team.is_empty())
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let items = context.fact("work_items")?;
    let (limits, styles) = (limits(context)?, styles(&items)?);
    let teams = by_team(&items)?;
    let mut rows: Vec<(&str, Day)> = Vec::new();
    let mut started: Vec<bool> = Vec::new();
    for (team, items) in &teams {
        let knows_starts = items.iter().any(|item| item.started.is_some());
        for day in days(items, context.as_of, context.project.zone) {
            rows.push((team, day));
            started.push(knows_starts);
        }
    }
    let mut fact = Builder::default();
    fact.text("team", rows.iter().map(|(team, _)| named(team)).collect::<Vec<_>>());
    fact.text("style", rows.iter().map(|(team, _)| styles.get(*team)).collect::<Vec<_>>());
    fact.instant("day", rows.iter().map(|(_, day)| Some(day.start)).collect())?;
    let each = |of: &dyn Fn(&Day) -> i64| rows.iter().map(|(_, day)| Some(of(day))).collect::<Vec<_>>();
    fact.integer("backlog_before", each(&|day| day.backlog - day.arrived + day.departed));
    fact.integer("arrived", each(&|day| day.arrived));
    fact.integer("departed", each(&|day| day.departed));
    fact.integer("backlog", each(&|day| day.backlog));
    fact.integer("begun", each(&|day| day.begun));
    // Where nobody writes down when work begins, what is in progress isn't none but unknown.
    let in_progress: Vec<Option<i64>> =
        rows.iter().zip(&started).map(|((_, day), known)| (*known && day.working).then_some(day.in_progress)).collect();
    fact.integer("in_progress", in_progress.clone());
    fact.number(
        "cycle_time_s",
        rows.iter().zip(&started).map(|((_, day), known)| known.then_some(day.cycle_s)).collect(),
    );
    let limit: Vec<Option<i64>> = rows.iter().map(|(team, day)| limit_at(&limits, team, day.end)).collect();
    fact.integer("wip_limit", limit.clone());
    let over = in_progress.iter().zip(&limit).map(|(count, limit)| Some((count.as_ref()? - limit.as_ref()?).max(0)));
    fact.integer("over_limit_by", over.collect());
    fact.boolean("working", rows.iter().map(|(_, day)| Some(day.working)).collect());
    fact.boolean("over", rows.iter().map(|(_, day)| Some(day.end <= context.as_of)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000_000;
    const UTC: Tz = Tz::UTC;

    #[test]
    fn a_day_ends_with_what_it_began_with_and_what_came_less_what_went() {
        let item = |created: i64, started: Option<i64>, finished: Option<i64>| Moments {
            created: created * HOUR,
            started: started.map(|at| at * HOUR),
            finished: finished.map(|at| at * HOUR),
        };
        let found = days(&[item(1, Some(30), Some(50)), item(2, None, None), item(26, None, Some(27))], 60 * HOUR, UTC);
        let seen = |day: &Day| (day.arrived, day.begun, day.departed, day.backlog, day.in_progress, day.working);
        assert_eq!(
            found.iter().map(seen).collect::<Vec<_>>(),
            [(2, 0, 0, 2, 0, false), (1, 1, 1, 2, 1, true), (0, 0, 1, 1, 0, true)]
        );
        assert_eq!(found[2].cycle_s, 20.0 * 3_600.0);
        assert_eq!(days(&[], 0, UTC), []);
    }

    #[test]
    fn the_limit_is_the_one_that_holds_at_the_end_of_the_day() {
        let limits = Limits::from([("A".to_string(), vec![(i64::MIN, Some(5)), (10, Some(3)), (20, None)])]);
        let of = |moment| limit_at(&limits, "A", moment);
        assert_eq!((of(10), of(11), of(21)), (Some(5), Some(3), None));
        assert_eq!(limit_at(&limits, "B", 5), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn days_reconcile_and_agree_with_asking_every_item(
            items in prop::collection::vec((0_i64..400, prop::option::of(0_i64..200), prop::option::of(0_i64..200)), 1..40),
        ) {
            let items: Vec<Moments> = items
                .iter()
                .map(|(created, wait, work)| {
                    let started = wait.map(|wait| created + wait);
                    let finished = work.map(|work| started.unwrap_or(*created) + work);
                    Moments { created: created * HOUR, started: started.map(|at| at * HOUR), finished: finished.map(|at| at * HOUR) }
                })
                .collect();
            let as_of = 1_000 * HOUR;
            let found = days(&items, as_of, UTC);
            let mut before = 0;
            for day in &found {
                prop_assert_eq!(before + day.arrived - day.departed, day.backlog);
                before = day.backlog;
                let stands = |from: Option<i64>, to: Option<i64>| {
                    from.is_some_and(|from| from < day.end) && to.is_none_or(|to| to >= day.end)
                };
                let open = items.iter().filter(|item| stands(Some(item.created), item.finished)).count();
                let busy = items.iter().filter(|item| stands(item.started, item.finished)).count();
                prop_assert_eq!((day.backlog, day.in_progress), (open as i64, busy as i64));
            }
            prop_assert_eq!(found.iter().map(|day| day.arrived).sum::<i64>(), items.len() as i64);
        }
    }
}
