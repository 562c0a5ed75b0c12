//! `nines slo`: how each objective stands at a moment.

use super::failure::Failure;
use super::session::Session;
use crate::facts::objective::{Standing, measured};

/// How objectives stand at `moment` (µs UTC, not after as-of), in the order in which they are declared. `names` are ids, names of
/// SLOs or services; without any, all.
///
/// # Errors
/// When a name is unknown, or the lake cannot be read.
pub fn standings(session: &Session, names: &[String], moment: i64) -> Result<Vec<Standing>, Failure> {
    let declared = &session.definitions.objectives.objectives;
    for name in names {
        if !declared.iter().any(|objective| [&objective.id, &objective.slo, &objective.service].contains(&name)) {
            let known = declared.iter().flat_map(|objective| [objective.id.as_str(), &objective.slo]);
            return Err(Failure::unknown("objective", name, known));
        }
    }
    let context = session.context();
    let wanted = |id: &str, slo: &str, service: &str| {
        names.is_empty() || names.iter().any(|name| [id, slo, service].contains(&name.as_str()))
    };
    let mut found = Vec::new();
    for one in measured(&context)? {
        let objective = one.objective;
        if wanted(&objective.id, &objective.slo, &objective.service) {
            found.push(one.standing(&context, moment.min(session.as_of))?);
        }
    }
    Ok(found)
}
