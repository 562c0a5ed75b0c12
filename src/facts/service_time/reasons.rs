//! Why a service was down, as incidents and outages say.

use std::collections::BTreeMap;

use super::super::columns::{instant, integer, text};
use super::super::context::Context;
use super::super::evidence::Outage;
use crate::lake::LakeError;

/// What the records say about one disruption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    /// The incident about it.
    pub incident: Option<String>,
    /// Its recorded cause.
    pub cause: Option<String>,
    /// The change that caused it.
    pub change: Option<String>,
    /// The supplier at fault.
    pub supplier: Option<String>,
    /// How many people it hit.
    pub users: Option<i64>,
}

/// The incidents, by their id and by their service.
#[derive(Default)]
pub(super) struct Reasons {
    by_id: BTreeMap<String, Reason>,
    by_service: BTreeMap<String, Vec<(i64, i64, Reason)>>,
}

impl Reasons {
    /// What all incidents say.
    pub(super) fn load(context: &Context) -> Result<Self, LakeError> {
        let incidents = context.frame("incidents")?;
        let (id, service) = (text(&incidents, "id")?, text(&incidents, "service")?);
        let (cause, change) = (text(&incidents, "cause")?, text(&incidents, "change")?);
        let (supplier, users) = (text(&incidents, "supplier")?, integer(&incidents, "users_affected")?);
        let started = instant(&incidents, "started_at", Some(context.as_of))?;
        let detected = instant(&incidents, "detected_at", Some(context.as_of))?;
        let restored = instant(&incidents, "restored_at", Some(context.as_of))?;
        let mut reasons = Self::default();
        for row in 0..incidents.height() {
            let Some(id) = id[row] else { continue };
            let reason = Reason {
                incident: Some(id.to_string()),
                cause: cause[row].map(str::to_string),
                change: change[row].map(str::to_string),
                supplier: supplier[row].map(str::to_string),
                users: users[row],
            };
            if let (Some(service), Some(start)) = (service[row], started[row].or(detected[row])) {
                let span = (start, restored[row].unwrap_or(context.as_of), reason.clone());
                reasons.by_service.entry(service.to_string()).or_default().push(span);
            }
            reasons.by_id.insert(id.to_string(), reason);
        }
        for spans in reasons.by_service.values_mut() {
            spans.sort_by(|a, b| (a.0, a.1, &a.2.incident).cmp(&(b.0, b.1, &b.2.incident)));
        }
        Ok(reasons)
    }

    /// The incident that an outage names, else the one of the service that overlaps the span the longest (the earlier one
    /// of equals); and the supplier that the outage itself names.
    pub(super) fn of(&self, service: &str, outage: Option<&Outage>, (start, end): (i64, i64)) -> Reason {
        let declared = outage.and_then(|outage| outage.incident.as_ref());
        let mut reason = match declared {
            Some(id) => self
                .by_id
                .get(id)
                .cloned()
                .unwrap_or_else(|| Reason { incident: Some(id.clone()), ..Reason::default() }),
            None => self
                .by_service
                .get(service)
                .into_iter()
                .flatten()
                .rev()
                .map(|(from, to, reason)| ((*to).min(end) - (*from).max(start), reason))
                .filter(|(overlap, _)| *overlap > 0)
                .max_by_key(|(overlap, _)| *overlap)
                .map(|(_, reason)| reason.clone())
                .unwrap_or_default(),
        };
        if let Some(supplier) = outage.and_then(|outage| outage.supplier.clone()) {
            reason.supplier = Some(supplier);
        }
        reason
    }

    /// Reasons that a test makes.
    #[cfg(test)]
    pub(super) fn from_incidents(incidents: Vec<(&str, i64, i64, Reason)>) -> Self {
        let mut reasons = Self::default();
        for (service, start, end, reason) in incidents {
            if let Some(id) = &reason.incident {
                reasons.by_id.insert(id.clone(), reason.clone());
            }
            reasons.by_service.entry(service.to_string()).or_default().push((start, end, reason));
        }
        reasons
    }
}
