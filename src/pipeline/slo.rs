//! `nines slo`: how each objective stands at a moment.

use super::failure::Failure;
use super::session::Session;
use crate::declaration::issue::Issue;
use crate::declaration::objective::Objective;
use crate::facts::objective::{Standing, measured};

/// The declared objectives of these names, in the order in which they are declared. `names` are ids, names of SLOs or services;
/// without any, all.
///
/// # Errors
/// When a name is unknown.
pub fn objectives(session: &Session, names: &[String]) -> Result<Vec<Objective>, Failure> {
    let declared = &session.definitions.objectives.objectives;
    for name in names {
        if !declared.iter().any(|objective| is_named(objective, name)) {
            let known = declared.iter().flat_map(|objective| [objective.id.as_str(), &objective.slo]);
            return Err(Failure::unknown("objective", name, known));
        }
    }
    let wanted = |objective: &&Objective| names.is_empty() || names.iter().any(|name| is_named(objective, name));
    Ok(declared.iter().filter(wanted).cloned().collect())
}

/// Objectives about services that no export names, where any export names services: most likely a slip of the keyboard.
///
/// # Errors
/// When the services cannot be read.
pub fn unknown_services(session: &Session) -> Result<Vec<Issue>, Failure> {
    let known = session.context().references()?.services;
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let declared = &session.definitions.objectives.objectives;
    let unknown = declared.iter().filter(|objective| !known.contains(&objective.service));
    let mut issues: Vec<Issue> = unknown
        .map(|objective| {
            Issue::warning(&objective.file, format!("`{}`: there is no service `{}`", objective.slo, objective.service))
                .at(objective.line)
                .nearest(&objective.service, known.iter().map(String::as_str))
        })
        .collect();
    issues.dedup();
    Ok(issues)
}

fn is_named(objective: &Objective, name: &str) -> bool {
    [&objective.id, &objective.slo, &objective.service].iter().any(|known| *known == name)
}

/// How objectives stand at `moment` (µs UTC, not after as-of), in the order in which they are declared. `names` as for `objectives`.
///
/// # Errors
/// When a name is unknown, or the lake cannot be read.
pub fn standings(session: &Session, names: &[String], moment: i64) -> Result<Vec<Standing>, Failure> {
    let chosen = objectives(session, names)?;
    let context = session.context();
    let mut found = Vec::new();
    for one in measured(&context)? {
        if chosen.iter().any(|objective| objective.id == one.objective.id) {
            found.push(one.standing(&context, moment.min(session.as_of))?);
        }
    }
    Ok(found)
}
