//! The fact `deployment_days`: one row a service and local day, with what was deployed into production on it.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::Builder;
use super::context::Context;
use super::deployments::Deployments;
use crate::arithmetic::{local_time, period};
use crate::lake::LakeError;

/// Builds the fact `deployment_days`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("deployments")?;
    let references = context.references()?;
    let all = Deployments::read(context, &frame)?;
    let zone = context.project.zone;
    let first = (0..all.len()).filter(|row| all.production[*row]).map(|row| all.finished[row]).min();
    let mut rows: Vec<(&str, i64, i64, i64, bool)> = Vec::new();
    if let Some(first) = first {
        let start = local_time::to_local(first, zone).map_or(first, |at| local_time::day_start(at.date(), zone));
        let days = period::days(start, context.as_of + 1, zone);
        let mut by_service: BTreeMap<&str, BTreeMap<usize, (i64, i64)>> = BTreeMap::new();
        for row in (0..all.len()).filter(|row| all.production[*row]) {
            let day = days.partition_point(|(start, _)| *start <= all.finished[row]).saturating_sub(1);
            let counts = by_service.entry(all.service[row]).or_default().entry(day).or_default();
            counts.0 += i64::from(all.brings(row));
            counts.1 += 1;
        }
        for (service, counts) in by_service {
            for (day, (start, end)) in days.iter().enumerate() {
                let (live, all) = counts.get(&day).copied().unwrap_or_default();
                rows.push((service, *start, live, all, *end <= context.as_of));
            }
        }
    }
    let look = |map: &BTreeMap<String, String>| rows.iter().map(|row| map.get(row.0).cloned()).collect::<Vec<_>>();
    let mut fact = Builder::default();
    fact.text("service", rows.iter().map(|row| Some(row.0)).collect::<Vec<_>>());
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    fact.text("service_kind", look(&references.kind));
    fact.instant("day", rows.iter().map(|row| Some(row.1)).collect())?;
    fact.integer("deployments", rows.iter().map(|row| Some(row.2)).collect());
    fact.integer("attempts", rows.iter().map(|row| Some(row.3)).collect());
    fact.boolean("over", rows.iter().map(|row| Some(row.4)).collect());
    fact.finish()
}
