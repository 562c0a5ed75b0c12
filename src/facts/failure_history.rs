//! The fact `failure_history`: one row a failure with what came before it on the same service, and what came after.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::attribution::{Ends, work_ended};
use super::columns::{Builder, boolean, elapsed_s, instant, number, text};
use super::context::Context;
use crate::lake::LakeError;

/// A failure with the cause of an earlier one less than this after its end is a repetition.
const REPEAT: i64 = 30 * 86_400 * 1_000_000;

/// Builds the fact `failure_history`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let failures = context.fact("failures")?;
    let count = failures.height();
    let (service, cause) = (text(&failures, "service")?, text(&failures, "cause")?);
    let (started, ended) = (instant(&failures, "started_at", None)?, instant(&failures, "ended_at", None)?);
    let duration = number(&failures, "duration_s")?;
    let declared = boolean(&failures, "caused_by_change")?;
    let changes = context.frame("changes")?;
    let change_service = text(&changes, "service")?;
    let over = work_ended(&changes, context.as_of)?.into_iter().enumerate();
    let outcome = text(&changes, "outcome")?;
    let over = over.filter(|(row, _)| outcome[*row] != Some("cancelled"));
    let ends = Ends::new(over.map(|(row, ended)| (row, change_service[row], ended)));

    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|row| (service[*row], started[*row]));
    let mut previous_end: Vec<Option<i64>> = vec![None; count];
    let mut next_start: Vec<Option<i64>> = vec![None; count];
    let mut repeats: Vec<Option<bool>> = vec![None; count];
    for pair in order.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        if service[earlier] == service[later] {
            previous_end[later] = ended[earlier];
            next_start[earlier] = started[later];
        }
    }
    let mut last: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in order {
        let (Some(service), Some(cause), Some(start)) = (service[row], cause[row], started[row]) else { continue };
        let before = last.get(&(service, cause));
        repeats[row] = Some(before.is_some_and(|end| start - end < REPEAT));
        last.insert((service, cause), ended[row].unwrap_or(context.as_of));
    }

    let mut fact = Builder::default();
    for name in ["service", "supplier", "kind", "criticality", "team", "cause", "cause_supplier"] {
        fact.text(name, text(&failures, name)?);
    }
    fact.instant("started_at", started.clone())?;
    let until: Vec<Option<i64>> = ended.iter().map(|end| Some(end.unwrap_or(context.as_of))).collect();
    fact.instant("until_at", until)?;
    fact.instant("next_started_at", next_start)?;
    fact.number("duration_s", duration);
    fact.number("previous_gap_s", (0..count).map(|row| elapsed_s(previous_end[row], started[row])).collect());
    fact.boolean("repeat_30d", repeats);
    fact.boolean("caused_by_change", declared.clone());
    let near = |row: usize| {
        let (Some(service), Some(start)) = (service[row], started[row]) else { return false };
        declared[row] != Some(true) && ends.near(service, start).next().is_some()
    };
    fact.boolean("caused_by_change_inferred", (0..count).map(|row| Some(near(row))).collect());
    fact.finish()
}
