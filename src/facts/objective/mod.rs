//! Service level objectives over the events of the lake: how each stands at a moment, and its history as facts.

mod alerts;
mod history;
mod incidents;
mod line;
mod rows;
mod spending;
mod standing;

use std::collections::BTreeMap;

pub use alerts::{Fired, figure as burn_text};
pub use incidents::IncidentShare;
pub use spending::{Spending, Whole};
pub use standing::{Burn, Corrected, PolicyState, Standing};

pub(super) use history::{build_alerts, build_days, build_incidents, build_windows};

use super::context::Context;
use crate::declaration::objective::{Correction, Objective};
use crate::lake::LakeError;
use line::Line;

/// An objective with its events, ready to be asked about any moment.
pub struct Measured<'a> {
    /// What was declared.
    pub objective: &'a Objective,
    /// Its events; none where a source of it isn't in the lake.
    line: Option<Line>,
    corrections: Vec<&'a Correction>,
}

/// All objectives of a project with their events up to as-of, in the order in which they are declared.
///
/// # Errors
/// When a table or fact that they rest on cannot be read.
pub fn measured<'a>(context: &Context<'a>) -> Result<Vec<Measured<'a>>, LakeError> {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    let mut found = Vec::new();
    let declared = context.objectives;
    // Composites rest on others, wherever those stand in the files.
    let is_composite = |objective: &&Objective| objective.is_composite();
    let own = declared.objectives.iter().filter(|objective| !is_composite(objective));
    for objective in own.chain(declared.objectives.iter().filter(is_composite)) {
        let named = |correction: &&Correction| correction.slos.is_empty() || correction.slos.contains(&objective.slo);
        let corrections: Vec<&Correction> = declared.corrections.iter().filter(named).collect();
        let line = Line::of(context, objective, &corrections, &lines)?;
        if let Some(line) = &line {
            lines.insert(objective.id.clone(), line.clone());
        }
        found.push(Measured { objective, line, corrections });
    }
    let place = |id: &str| declared.objectives.iter().position(|objective| objective.id == id);
    found.sort_by_key(|measured| place(&measured.objective.id));
    Ok(found)
}
