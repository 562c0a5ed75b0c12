//! The fact `problems`: one row a problem, known error or bug, with its clocks and whether a release let it through.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s, instant, integer, text};
use super::context::Context;
use super::problem_course::Course;
use super::{problem_effects, problem_life};
use crate::lake::LakeError;

/// Bugs of a release are counted for so long after it first went into production.
const OBSERVED: i64 = 90 * 86_400 * 1_000_000;

/// Builds the fact `problems`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let frame = context.frame("problems")?;
    let references = context.references()?;
    let opened = instant(&frame, "opened_at", Some(as_of))?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| opened[*row].is_some()).collect();
    let mut fact = Builder::default();
    for name in ["id", "kind", "service", "status", "found_by", "found_in", "team", "release"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let service = text(&frame, "service")?;
    let supplier =
        rows.iter().map(|row| service[*row].and_then(|name| references.supplier.get(name)).map(String::as_str));
    fact.text("supplier", supplier.collect::<Vec<_>>());
    for name in ["severity", "priority"] {
        let values = integer(&frame, name)?;
        fact.integer(name, rows.iter().map(|row| values[*row]).collect());
    }
    fact.instant("opened_at", rows.iter().map(|row| opened[*row]).collect())?;
    for name in ["diagnosed_at", "workaround_at", "fixed_at", "closed_at"] {
        let values = instant(&frame, name, Some(as_of))?;
        fact.instant(name, rows.iter().map(|row| values[*row]).collect())?;
        if name != "workaround_at" {
            let clock = rows.iter().map(|row| elapsed_s(opened[*row], values[*row]));
            fact.number(&format!("time_to_{}_s", name.trim_end_matches("_at")), clock.collect());
        }
    }
    let kind = text(&frame, "kind")?;
    fact.boolean("bug", rows.iter().map(|row| kind[*row].map(|kind| kind == "bug")).collect());
    fact.boolean("problem", rows.iter().map(|row| kind[*row].map(|kind| kind != "bug")).collect());
    let found_in = text(&frame, "found_in")?;
    let production = |row: &usize| found_in[*row].map(|name| context.project.delivery.is_production(name));
    fact.boolean("escaped", rows.iter().map(production).collect());
    let releases = releases(context)?;
    let release = text(&frame, "release")?;
    let released = |row: &usize| {
        let (service, release) = (service[*row]?, release[*row]?);
        releases.get(&(service.to_string(), release.to_string())).copied()
    };
    fact.instant("released_at", rows.iter().map(released).collect())?;
    // A release is judged when its window is over: a young one has had less time to show its defects.
    let judged = |row: &usize| released(row).map(|at| at + OBSERVED);
    let settled = rows.iter().map(|row| judged(row).filter(|at| *at <= as_of));
    fact.instant("judged_at", settled.collect())?;
    let counts = rows.iter().map(|row| Some(opened[*row]? < judged(row)?));
    fact.boolean("within_window", counts.collect());
    let fixed = instant(&frame, "fixed_at", Some(as_of))?;
    let before = |row: &usize| released(row).map(|at| fixed[*row].is_some_and(|fixed| fixed <= at));
    fact.boolean("fixed_before_release", rows.iter().map(before).collect());
    let effects = problem_effects::read(context)?;
    Course::of(&problem_life::read(&frame, as_of)?, &effects, as_of).add(&mut fact)?;
    fact.finish()
}

/// Service and release to the moment at which the release first finished in production.
fn releases(context: &Context) -> Result<BTreeMap<(String, String), i64>, LakeError> {
    let frame = context.frame("deployments")?;
    let (service, release) = (text(&frame, "service")?, text(&frame, "release")?);
    let environment = text(&frame, "environment")?;
    let finished = instant(&frame, "finished_at", Some(context.as_of))?;
    let mut found: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(service), Some(release), Some(at)) = (service[row], release[row], finished[row]) else { continue };
        if environment[row].is_some_and(|name| context.project.delivery.is_production(name)) {
            let first = found.entry((service.to_string(), release.to_string())).or_insert(at);
            *first = at.min(*first);
        }
    }
    Ok(found)
}
