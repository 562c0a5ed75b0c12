//! Incidents behind the outages, and `pagerduty_incidents.jsonl`: one JSON object a line, with the field names of the
//! PagerDuty API (version 2) and, under `custom`, the clocks and links that it has no field for.

use super::chance::Chance;
use super::clock::{AS_OF_S, iso_utc};
use super::organisation::{OPERATIONS_CENTRE, SERVICES, TEAMS};
use super::outages::{Outage, Story};
use super::sheet::{Damage, Sheet, planted_at};
use serde_json::Value;
use std::io::{self, Write};

/// An outage at least so long has an incident.
const LEAST_S: i64 = 300;

/// An event that took or degraded a service.
pub(super) struct Incident {
    pub(super) id: String,
    /// Position of its outage.
    pub(super) outage: usize,
    pub(super) priority: u8,
    detected_s: i64,
    acknowledged_s: i64,
    mitigated_s: Option<i64>,
    detected_by: &'static str,
    team: usize,
    /// Number of the first ticket that it brought.
    pub(super) ticket: Option<u64>,
}

impl Incident {
    /// True if it was handled as a major one.
    pub(super) fn major(&self) -> bool {
        self.priority == 1
    }
}

/// The incidents of the outages by their start; writes their ids into the outages.
pub(super) fn incidents(outages: &mut [Outage], seed: u64) -> Vec<Incident> {
    let mut chance = Chance::new(seed, 4);
    let mut incidents = Vec::new();
    for (position, outage) in outages.iter_mut().enumerate() {
        if outage.length_s() < LEAST_S {
            continue;
        }
        let service = &SERVICES[outage.service];
        let length_s = outage.length_s();
        let detected_by = match chance.weighted(&[75, 12, 8, 5]) {
            0 => "monitoring",
            1 => "customer",
            2 => "staff",
            _ if outage.supplier.is_empty() => "monitoring",
            _ => "supplier",
        };
        let slow = if detected_by == "monitoring" { 75.0 } else { 420.0 };
        let detected_s = outage.start_s + chance.log_normal_s(slow, 0.6, 15).min(length_s / 3);
        let acknowledged_s = detected_s + chance.log_normal_s(150.0, 0.8, 10).min(length_s / 3);
        let mitigated_s =
            outage.end_s.map(|end_s| acknowledged_s + (end_s - acknowledged_s) * chance.between(40, 100) / 100);
        let story = matches!(outage.story, Story::BadRelease | Story::SupplierOutage);
        let priority = match (outage.degraded, service.critical()) {
            (false, _) if story => 1,
            (false, true) if length_s >= 2_700 => 1,
            (false, true) => 2,
            (false, false) => {
                if length_s >= 1_800 {
                    2
                } else {
                    3
                }
            }
            (true, true) => 3,
            (true, false) => 4,
        };
        let id: String =
            (0..13).map(|_| char::from(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"[chance.below(34) as usize])).collect();
        let team = if outage.supplier.is_empty() { service.teams[2] } else { OPERATIONS_CENTRE };
        let id = format!("Q{id}");
        outage.incident = Some(id.clone());
        incidents.push(Incident {
            id,
            outage: position,
            priority,
            detected_s,
            acknowledged_s,
            mitigated_s,
            detected_by,
            team,
            ticket: None,
        });
    }
    incidents
}

/// Writes `pagerduty_incidents.jsonl`. Its dirty lines: an instant that doesn't exist, a missing id, an unknown priority, a line
/// cut short, a line twice.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, incidents: &[Incident], outages: &[Outage]) -> io::Result<()> {
    for (position, incident) in incidents.iter().enumerate() {
        let Some(outage) = outages.get(incident.outage) else {
            continue;
        };
        let line = object(incident, outage, position + 1, None);
        for damage in planted_at(position, incidents.len()) {
            let mut copy = object(incident, outage, position + 1, Some(damage));
            if damage == Damage::Ragged {
                copy.truncate(copy.len() / 2);
                copy.push('\n');
            }
            sheet.count_dirty(damage);
            sheet.raw(copy.as_bytes())?;
        }
        sheet.raw(line.as_bytes())?;
    }
    Ok(())
}

/// One line. Written by hand, so that the order of the keys doesn't depend on how a JSON library was built.
fn object(incident: &Incident, outage: &Outage, number: usize, damage: Option<Damage>) -> String {
    let text = |s: &str| Value::from(s).to_string();
    let moment = |t: Option<i64>| t.map_or("null".to_owned(), |t| text(&iso_utc(t)));
    let link = |s: &str| {
        if s.is_empty() { "null".to_owned() } else { text(s) }
    };
    let service = SERVICES[outage.service].name;
    let what = if outage.degraded { "slow or failing in part" } else { "down" };
    let status = if outage.end_s.is_some() { "resolved" } else { "acknowledged" };
    let urgency = if incident.priority <= 2 { "high" } else { "low" };
    let priority = match damage {
        Some(Damage::Word) => "Sev ?".to_owned(),
        _ => format!("P{}", incident.priority),
    };
    let id = if damage == Some(Damage::Key) { "" } else { &incident.id };
    let started = match damage {
        Some(Damage::Date) => text("2026-02-31T25:00:00Z"),
        _ => moment(Some(outage.start_s)),
    };
    let ticket = incident.ticket.map(super::ticket::number).unwrap_or_default();
    let last_s = outage.end_s.unwrap_or(AS_OF_S - 600).max(incident.acknowledged_s);
    let mut line = String::with_capacity(1_000);
    for part in [
        format!("{{\"id\":{},\"type\":\"incident\",\"incident_number\":{number}", text(id)),
        format!(
            ",\"title\":{},\"status\":\"{status}\",\"urgency\":\"{urgency}\"",
            text(&format!("{service} is {what}"))
        ),
        format!(
            ",\"created_at\":{},\"updated_at\":{},\"resolved_at\":{}",
            moment(Some(incident.detected_s)),
            moment(Some(last_s)),
            moment(outage.end_s)
        ),
        format!(
            ",\"service\":{{\"id\":\"PSVC{:02}\",\"type\":\"service_reference\",\"summary\":{}}}",
            outage.service + 1,
            text(service)
        ),
        format!(",\"priority\":{{\"type\":\"priority\",\"summary\":{}}}", text(&priority)),
        format!(
            ",\"teams\":[{{\"id\":\"PTEAM{:02}\",\"type\":\"team_reference\",\"summary\":{}}}]",
            incident.team + 1,
            text(TEAMS[incident.team].name)
        ),
        format!(
            ",\"acknowledgements\":[{{\"at\":{},\"acknowledger\":{{\"type\":\"user_reference\",\"summary\":\"On call, {}\"}}}}]",
            moment(Some(incident.acknowledged_s)),
            TEAMS[incident.team].name
        ),
        format!(
            ",\"body\":{{\"type\":\"incident_body\",\"details\":{}}}",
            text(&format!("{} {}", outage.id, outage.cause))
        ),
        format!(",\"custom\":{{\"started_at\":{started},\"detected_at\":{}", moment(Some(incident.detected_s))),
        format!(
            ",\"mitigated_at\":{},\"detected_by\":\"{}\",\"cause\":\"{}\"",
            moment(incident.mitigated_s),
            incident.detected_by,
            outage.cause
        ),
        format!(
            ",\"change\":{},\"ticket\":{},\"supplier\":{},\"users_affected\":{},\"major\":{}}}}}\n",
            link(outage.change.as_deref().unwrap_or_default()),
            link(&ticket),
            link(outage.supplier),
            outage.users_hit().map_or("null".to_owned(), |users| users.to_string()),
            incident.major()
        ),
    ] {
        line.push_str(&part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::clock::Span;
    use super::super::outages::outages;
    use super::*;

    #[test]
    fn clocks_run_forward_and_lines_are_json() {
        let mut outages = outages(&Span::new(60), 1);
        let incidents = incidents(&mut outages, 1);
        for incident in &incidents {
            let outage = &outages[incident.outage];
            assert!(outage.start_s < incident.detected_s && incident.detected_s < incident.acknowledged_s);
            assert!(incident.mitigated_s.is_none_or(|t| t >= incident.acknowledged_s && t <= outage.until_s()));
            let line: Value = serde_json::from_str(&object(incident, outage, 7, None)).unwrap();
            assert_eq!(line["custom"]["started_at"], iso_utc(outage.start_s));
            assert_eq!(line["service"]["summary"], SERVICES[outage.service].name);
        }
        assert!(outages.iter().all(|o| o.incident.is_some() == (o.length_s() >= LEAST_S)));
    }
}
