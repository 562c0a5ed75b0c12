//! The fact `effort`: one row a booking of hours.

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, number, text};
use super::context::Context;
use crate::lake::LakeError;

/// Builds the fact `effort`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("effort")?;
    let mut fact = Builder::default();
    for name in ["id", "team", "service", "work"] {
        fact.text(name, text(&frame, name)?);
    }
    fact.instant("at", instant(&frame, "at", Some(context.as_of))?)?;
    fact.number("hours", number(&frame, "hours")?);
    fact.finish()
}
