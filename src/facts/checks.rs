//! The fact `checks`: one row a probe that says how fast the service answered, or that it didn't.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::columns::text;
use super::context::Context;
use crate::lake::{LakeError, instant_type};

/// Builds the fact `checks`. Probes come by the hundred million, so the columns stay columns.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let performance = &context.project.performance;
    let satisfies = performance.by_service.iter().fold(lit(performance.apdex_s), |limit, (service, own)| {
        when(col("service").eq(lit(service.as_str()))).then(lit(*own)).otherwise(limit)
    });
    let answered = |limit: Expr| col("up").and(col("latency_s").lt_eq(limit)).fill_null(lit(false));
    let (satisfied, tolerated) = (answered(satisfies.clone()), answered(satisfies * lit(4.0)));
    let happened = col("at").lt_eq(lit(context.as_of).cast(instant_type()));
    // An answer whose time wasn't measured says nothing; no answer says enough.
    let says = col("latency_s").is_not_null().or(col("up").not());
    let columns = ["service", "location", "at", "up", "latency_s"].map(col);
    let judged = [satisfied.clone().alias("satisfied"), tolerated.and(satisfied.not()).alias("tolerating")];
    let checks = context.frame("probes")?.lazy().filter(happened.and(says));
    let mut fact = checks.select(columns.into_iter().chain(judged).collect::<Vec<_>>()).collect()?;
    let references = context.references()?;
    for (name, map) in [("team", &references.owner), ("supplier", &references.supplier), ("kind", &references.kind)] {
        let found = look(&fact, name, map)?;
        fact.with_column(found)?;
    }
    Ok(fact)
}

fn look(fact: &DataFrame, name: &str, map: &BTreeMap<String, String>) -> Result<Column, LakeError> {
    let of = |service: Option<&str>| map.get(service?).map(String::as_str);
    let values: StringChunked = text(fact, "service")?.into_iter().map(of).collect();
    Ok(values.with_name(name.into()).into_column())
}
