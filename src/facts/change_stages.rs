//! The stages of a change: how its lead time parts into approval, planning, waiting for its start, work and closing, and
//! where it stood at a moment: asked for, scheduled, under way.

use std::collections::BTreeMap;

use chrono::Datelike;
use polars::prelude::DataFrame;

use super::columns::{Builder, boolean, instant, number, text};
use super::context::Context;
use crate::arithmetic::{interval, local_time};
use crate::lake::LakeError;

/// The stages by the milestone that each ends with.
const STAGES: [&str; 5] = ["approval", "planning", "start", "work", "closing"];

/// The milestones of a change: requested, approved, planned start, started, ended, closed.
type Milestones = [Option<i64>; 6];

/// The lead time from the request to the last of the end and the closing, and its stages, which sum to it. A milestone that lies
/// before the one that it follows takes no time; of one that is missing the time belongs to the next stage.
fn stages(milestones: &Milestones) -> Option<(i64, [Option<i64>; 5])> {
    let [requested, .., ended, closed] = *milestones;
    let end = [ended, closed].into_iter().flatten().max()?;
    let mut reached = requested.filter(|requested| *requested <= end)?;
    let whole = end - reached;
    let mut found = [None; 5];
    for (stage, milestone) in found.iter_mut().zip(&milestones[1..]) {
        if let Some(at) = milestone {
            let at = (*at).clamp(reached, end);
            *stage = Some(at - reached);
            reached = at;
        }
    }
    Some((whole, found))
}

/// Adds the columns. `finished` says when each change was over, `lost` which are over at an unknown moment.
pub(super) fn add(
    context: &Context,
    changes: &DataFrame,
    finished: &[Option<i64>],
    lost: &[bool],
    fact: &mut Builder,
) -> Result<(), LakeError> {
    let as_of = Some(context.as_of);
    let at = |name: &str, until: Option<i64>| instant(changes, name, until);
    let (requested, approved) = (at("requested_at", as_of)?, at("approved_at", as_of)?);
    let (planned, started) = (at("planned_start_at", None)?, at("started_at", as_of)?);
    let (ended, closed) = (at("ended_at", as_of)?, at("closed_at", as_of)?);
    let count = changes.height();
    let parted: Vec<_> = (0..count)
        .map(|row| stages(&[requested[row], approved[row], planned[row], started[row], ended[row], closed[row]]))
        .collect();
    let seconds = |micros: i64| micros as f64 / 1e6;
    for (number, name) in STAGES.iter().enumerate() {
        let stage = parted.iter().map(|parted| parted.as_ref()?.1[number].map(seconds));
        fact.number(&format!("stage_{name}_s"), stage.collect());
    }
    fact.number("stages_s", parted.iter().map(|parted| parted.as_ref().map(|parted| seconds(parted.0))).collect());
    let begun = |row: usize| started[row].or(finished[row]);
    let known = |row: usize, at: Option<i64>| at.filter(|_| !lost[row]);
    let first = |a: Option<i64>, b: Option<i64>| [a, b].into_iter().flatten().min();
    fact.instant("pending_from_at", (0..count).map(|row| known(row, requested[row])).collect())?;
    fact.instant("pending_to_at", (0..count).map(|row| first(approved[row], begun(row))).collect())?;
    fact.instant("scheduled_from_at", (0..count).map(|row| known(row, approved[row])).collect())?;
    fact.instant("scheduled_to_at", (0..count).map(begun).collect())?;
    fact.instant("overdue_from_at", (0..count).map(|row| known(row, planned[row])).collect())?;
    // The closing of a record is no end of the work: it is not known until when that lasted.
    let runs = |row: usize| known(row, started[row]).filter(|_| ended[row].is_some() || finished[row].is_none());
    fact.instant("running_from_at", (0..count).map(runs).collect())?;
    let zone = context.project.zone;
    let weekday = |at: i64| local_time::to_local(at, zone).map(|at| i64::from(at.weekday().number_from_monday()));
    fact.integer("weekday", started.iter().map(|at| at.and_then(weekday)).collect());
    practice(context, changes, &started, &ended, fact)
}

/// Tests, deviations from a standard, and how much of the downtime that was planned was used.
fn practice(
    context: &Context,
    changes: &DataFrame,
    started: &[Option<i64>],
    ended: &[Option<i64>],
    fact: &mut Builder,
) -> Result<(), LakeError> {
    fact.boolean("tested", boolean(changes, "tested")?);
    let deviates = text(changes, "deviates_from")?;
    // An export that never names a standard says nothing of deviations.
    let told = deviates.iter().any(Option::is_some);
    fact.boolean("deviates", deviates.iter().map(|standard| told.then_some(standard.is_some())).collect());
    let planned = number(changes, "planned_downtime_s")?;
    let down = downtime(context)?;
    let service = text(changes, "service")?;
    let used = |row: usize| {
        planned[row]?;
        let (name, start, end) = (service[row]?, started[row]?, ended[row]?);
        let spans = down.as_ref()?.get(name).map_or(&[][..], Vec::as_slice);
        (start <= end).then(|| interval::length_s(&interval::clip(spans, start, end)))
    };
    fact.number("used_downtime_s", (0..changes.height()).map(used).collect());
    fact.number("planned_downtime_s", planned);
    Ok(())
}

/// Spans by service.
type Downtime = BTreeMap<String, Vec<(i64, i64)>>;

/// When each service was down, planned or not, degradations apart; nothing where the data knows no outage at all.
fn downtime(context: &Context) -> Result<Option<Downtime>, LakeError> {
    let outages = context.frame("outages")?;
    let (service, kind) = (text(&outages, "service")?, text(&outages, "kind")?);
    let at = |name: &str| instant(&outages, name, Some(context.as_of));
    let (from, to) = (at("started_at")?, at("ended_at")?);
    let mut found = Downtime::new();
    for row in (0..outages.height()).filter(|row| kind[*row] != Some("degradation")) {
        if let (Some(service), Some(from)) = (service[row], from[row]) {
            let to = to[row].unwrap_or(context.as_of).max(from);
            found.entry(service.to_string()).or_default().push((from, to));
        }
    }
    for spans in found.values_mut() {
        *spans = interval::union(std::mem::take(spans));
    }
    Ok((outages.height() > 0).then_some(found))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stages_follow_their_milestones() {
        let all = [0, 10, 30, 35, 50, 90].map(Some);
        assert_eq!(stages(&all), Some((90, [10, 20, 5, 15, 40].map(Some))));
        // An emergency is approved after it began, and an early start leaves nothing to wait for.
        let late = [Some(0), Some(20), Some(15), Some(5), Some(30), Some(40)];
        assert_eq!(stages(&late), Some((40, [20, 0, 0, 10, 10].map(Some))));
        // What nobody wrote down belongs to the next stage.
        let sparse = [Some(0), None, None, Some(5), None, Some(40)];
        assert_eq!(stages(&sparse), Some((40, [None, None, Some(5), None, Some(35)])));
        assert_eq!(stages(&[Some(0), Some(5), Some(9), None, None, None]), None, "it isn't over");
        assert_eq!(stages(&[Some(50), None, None, None, Some(40), None]), None, "reversed");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn stages_sum_to_the_lead_time(instants in proptest::array::uniform6(proptest::option::of(0_i64..100))) {
            if let Some((whole, parts)) = stages(&instants) {
                prop_assert_eq!(parts.iter().flatten().sum::<i64>(), whole);
                prop_assert!(parts.iter().flatten().all(|part| *part >= 0));
                let last = instants[4].max(instants[5]).unwrap();
                prop_assert_eq!(Some(last - whole), instants[0]);
            }
        }
    }
}
