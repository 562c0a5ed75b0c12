//! The fact `effort`: one row a booking of hours.

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, number, text};
use super::context::Context;
use crate::lake::LakeError;

/// Builds the fact `effort`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("effort")?;
    let references = context.references()?;
    let mut fact = Builder::default();
    for name in ["id", "team", "service", "work"] {
        fact.text(name, text(&frame, name)?);
    }
    let (at, team) = (instant(&frame, "at", Some(context.as_of))?, text(&frame, "team")?);
    fact.integer("tier", team.iter().zip(&at).map(|(team, at)| references.tier.at((*team)?, (*at)?)).collect());
    fact.instant("at", at)?;
    let hours = number(&frame, "hours")?;
    let week = context.project.practice.effort.hours_per_week;
    fact.number("fte_weeks", hours.iter().map(|hours| hours.map(|hours| hours / week)).collect());
    fact.number("hours", hours);
    fact.finish()
}
