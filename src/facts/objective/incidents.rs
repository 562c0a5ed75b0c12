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

/// What each incident took of `allowed` bad events in `[from, to)`, the largest first; those without any are left out. Where the
/// bad events themselves say whose they are, that counts; else what happened while an incident lasted is laid at it.
pub fn shares(line: &Line, incidents: &[Incident], allowed: f64, (from, to): (i64, i64)) -> Vec<IncidentShare> {
    let mut found = match line.own().filter(|own| !own.blamed.is_empty()) {
        Some(own) => own
            .blamed
            .iter()
            .map(|(id, blame)| {
                let known = incidents.iter().find(|incident| incident.id == *id);
                share(id, known, (blame.span.0, Some(blame.span.1)), blame.bad.over(from, to), allowed)
            })
            .collect(),
        None => while_they_lasted(line, incidents, allowed, (from, to)),
    };
    found.retain(|share| share.bad > 0.0 && allowed > 0.0);
    found.sort_by(|a, b| b.bad.total_cmp(&a.bad).then_with(|| a.incident.cmp(&b.incident)));
    found
}

fn while_they_lasted(line: &Line, incidents: &[Incident], allowed: f64, (from, to): (i64, i64)) -> Vec<IncidentShare> {
    let mut found = Vec::new();
    // Everything up to here has been laid at an incident.
    let mut laid = from;
    for incident in incidents {
        let (start, end) = (incident.start.max(laid), incident.end.unwrap_or(to).min(to));
        if end > start {
            laid = end;
            let span = (incident.start, incident.end);
            found.push(share(&incident.id, Some(incident), span, line.over(start, end).bad, allowed));
        }
    }
    found
}

fn share(id: &str, known: Option<&Incident>, span: (i64, Option<i64>), bad: f64, allowed: f64) -> IncidentShare {
    IncidentShare {
        incident: id.to_string(),
        cause: known.and_then(|incident| incident.cause.clone()),
        started_at: known.map_or(span.0, |incident| incident.start),
        restored_at: known.map_or(span.1, |incident| incident.end),
        bad,
        share: bad / allowed,
    }
}
