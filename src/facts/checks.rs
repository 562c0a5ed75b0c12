//! The fact `checks`: one row a probe that says how fast the service answered, or that it didn't.

use polars::prelude::DataFrame;

use super::columns::{Builder, boolean, instant, number, text};
use super::context::Context;
use crate::lake::LakeError;

/// Builds the fact `checks`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("probes")?;
    let references = context.references()?;
    let (service, location) = (text(&frame, "service")?, text(&frame, "location")?);
    let (at, up) = (instant(&frame, "at", Some(context.as_of))?, boolean(&frame, "up")?);
    let latency = number(&frame, "latency_s")?;
    // An answer whose time wasn't measured says nothing; no answer says enough.
    let rows: Vec<usize> = (0..frame.height())
        .filter(|row| at[*row].is_some() && (latency[*row].is_some() || up[*row] == Some(false)))
        .collect();
    let mut fact = Builder::default();
    let name = |row: &usize| service[*row];
    fact.text("service", rows.iter().map(name).collect::<Vec<_>>());
    let look = |map: &std::collections::BTreeMap<String, String>| {
        rows.iter().map(|row| name(row).and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    fact.text("kind", look(&references.kind));
    fact.text("location", rows.iter().map(|row| location[*row]).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|row| at[*row]).collect())?;
    fact.boolean("up", rows.iter().map(|row| up[*row]).collect());
    fact.number("latency_s", rows.iter().map(|row| latency[*row]).collect());
    let within = |row: usize, times: f64| {
        let limit = context.project.performance.satisfies_s(service[row].unwrap_or("")) * times;
        up[row] == Some(true) && latency[row].is_some_and(|latency| latency <= limit)
    };
    let satisfied: Vec<bool> = rows.iter().map(|row| within(*row, 1.0)).collect();
    let tolerating = rows.iter().zip(&satisfied).map(|(row, satisfied)| Some(!satisfied && within(*row, 4.0)));
    fact.boolean("tolerating", tolerating.collect());
    fact.boolean("satisfied", satisfied.into_iter().map(Some).collect());
    fact.finish()
}
