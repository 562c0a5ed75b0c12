//! Tickets whose own count of time on hold is longer than their life: an error of the export.

use polars::prelude::*;

use super::session::Session;
use crate::lake::LakeError;

/// How many there are at as-of.
///
/// # Errors
/// When the lake cannot be read.
pub(super) fn longer_than_life(session: &Session) -> Result<u64, LakeError> {
    let tickets = session.context().frame("tickets")?;
    let instants = |name: &str| -> Result<Vec<Option<i64>>, LakeError> {
        let column = tickets.column(name)?.cast(&DataType::Int64)?;
        let happened = |at: &i64| *at <= session.as_of;
        Ok(column.i64()?.iter().map(|at| at.filter(happened)).collect())
    };
    let (opened, resolved, closed) = (instants("opened_at")?, instants("resolved_at")?, instants("closed_at")?);
    let held = tickets.column("on_hold_s")?.f64()?;
    let longer = held.iter().enumerate().filter(|(row, held)| {
        let until = resolved[*row].or(closed[*row]).unwrap_or(session.as_of);
        opened[*row].zip(*held).is_some_and(|(opened, held)| opened <= until && held > (until - opened) as f64 / 1e6)
    });
    Ok(longer.count() as u64)
}
