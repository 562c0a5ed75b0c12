//! How much of a budget each incident took: every bad event is laid at one incident at most, so that shares add up.

use super::line::Line;
use crate::facts::columns::{instant, text};
use crate::facts::context::Context;
use crate::lake::LakeError;

/// What one incident took of a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentShare {
    /// Its number.
    pub incident: String,
    /// Its cause, as recorded.
    pub cause: Option<String>,
    /// Its beginning, µs UTC.
    pub started_at: i64,
    /// Its end, µs UTC; none while it lasts.
    pub restored_at: Option<i64>,
    /// Bad events while it lasted (of overlapping incidents the one that began first has them).
    pub bad: f64,
    /// The same as a share of the budget.
    pub share: f64,
}

/// An incident of a service.
pub struct Incident {
    id: String,
    cause: Option<String>,
    start: i64,
    end: Option<i64>,
}

/// The incidents of a service, the earliest first.
///
/// # Errors
/// When the incidents cannot be read.
pub fn of_service(context: &Context, service: &str) -> Result<Vec<Incident>, LakeError> {
    let incidents = context.fact("incidents")?;
    let (id, services, cause) = (text(&incidents, "id")?, text(&incidents, "service")?, text(&incidents, "cause")?);
    let (started, restored) = (instant(&incidents, "started_at", None)?, instant(&incidents, "restored_at", None)?);
    let mut found = Vec::new();
    for row in 0..incidents.height() {
        if let (Some(id), Some(start)) = (id[row], started[row])
            && services[row] == Some(service)
        {
            let cause = cause[row].map(str::to_string);
            found.push(Incident { id: id.to_string(), cause, start, end: restored[row] });
        }
    }
    found.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    Ok(found)
}

/// What each incident took of `allowed` bad events in `[from, to)`, the largest first; those without any are left out.
pub fn shares(line: &Line, incidents: &[Incident], allowed: f64, (from, to): (i64, i64)) -> Vec<IncidentShare> {
    let mut found = Vec::new();
    // Everything up to here has been laid at an incident.
    let mut laid = from;
    for incident in incidents {
        let (start, end) = (incident.start.max(laid), incident.end.unwrap_or(to).min(to));
        if end <= start {
            continue;
        }
        laid = end;
        let bad = line.over(start, end).bad;
        if bad > 0.0 && allowed > 0.0 {
            found.push(IncidentShare {
                incident: incident.id.clone(),
                cause: incident.cause.clone(),
                started_at: incident.start,
                restored_at: incident.end,
                bad,
                share: bad / allowed,
            });
        }
    }
    found.sort_by(|a, b| b.bad.total_cmp(&a.bad).then_with(|| a.incident.cmp(&b.incident)));
    found
}
