//! What suppliers committed to for each ticket: the contracts that promise a time to resolve.

use super::columns::{instant, integer, number, text};
use super::context::Context;
use crate::arithmetic::calendar::Calendar;
use crate::declaration::project::{Project, Within};
use crate::lake::LakeError;

/// Statistics over tickets bind no single one.
const STATISTICS: [&str; 8] = ["mean", "median", "average", "p50", "p75", "p90", "p95", "p99"];

/// One contract about the time to resolve.
#[derive(Clone, Debug)]
struct Contract {
    supplier: String,
    service: Option<String>,
    priority: Option<i64>,
    valid: (Option<i64>, Option<i64>),
    /// Missing where its calendar is unknown.
    within: Option<Within>,
}

/// The contracts of all suppliers.
pub(super) struct Contracts(Vec<Contract>);

/// Seconds in a unit of time; `None` for a unit of something else.
pub(super) fn unit_s(unit: Option<&str>) -> Option<f64> {
    Some(match unit.map(str::to_lowercase).as_deref() {
        None | Some("s" | "sec" | "second" | "seconds") => 1.0,
        Some("min" | "m" | "minute" | "minutes") => 60.0,
        Some("h" | "hour" | "hours") => 3_600.0,
        Some("d" | "day" | "days") => 86_400.0,
        _ => return None,
    })
}

/// Whether a promised figure is the time in which each ticket is to be resolved or restored.
fn is_time_to_resolve(metric: &str) -> bool {
    let metric = metric.to_lowercase();
    let about = metric.contains("resol") || metric.contains("restor");
    let timed = ["time", "within", "duration", "deadline"].iter().any(|word| metric.contains(word));
    about && timed && !metric.split(['_', ' ', '-']).any(|word| STATISTICS.contains(&word))
}

impl Contracts {
    pub(super) fn read(context: &Context) -> Result<Self, LakeError> {
        let agreements = context.frame("agreements")?;
        let words = |name: &str| text(&agreements, name);
        let (kind, party, service, metric) = (words("kind")?, words("party")?, words("service")?, words("metric")?);
        let (unit, calendar, priority) = (words("unit")?, words("calendar")?, integer(&agreements, "priority")?);
        let target = number(&agreements, "target")?;
        let (from, to) = (instant(&agreements, "valid_from", None)?, instant(&agreements, "valid_to", None)?);
        let found = (0..agreements.height()).filter_map(|row| {
            let target_s = target[row]? * unit_s(unit[row])?;
            (kind[row] == Some("contract") && metric[row].is_some_and(is_time_to_resolve)).then(|| {
                Some(Contract {
                    supplier: party[row]?.to_string(),
                    service: service[row].map(str::to_string),
                    priority: priority[row],
                    valid: (from[row], to[row]),
                    within: calendar_named(context.project, calendar[row])
                        .map(|calendar| Within { target_s, calendar: calendar.clone() }),
                })
            })?
        });
        Ok(Self(found.collect()))
    }

    /// The time that binds a supplier for a ticket opened at an instant (µs UTC): of the contract that names most of service and
    /// priority; of equals, the shortest.
    pub(super) fn within(
        &self,
        supplier: Option<&str>,
        service: Option<&str>,
        priority: Option<i64>,
        opened: Option<i64>,
    ) -> Option<&Within> {
        let (supplier, opened) = (supplier?, opened?);
        let binding = self.0.iter().filter(|contract| {
            contract.supplier == supplier
                && (contract.service.is_none() || contract.service.as_deref() == service)
                && (contract.priority.is_none() || contract.priority == priority)
                && contract.valid.0.is_none_or(|from| from <= opened)
                && contract.valid.1.is_none_or(|to| opened < to)
        });
        let rank = |contract: &&Contract| {
            let named = u8::from(contract.service.is_some()) + u8::from(contract.priority.is_some());
            (std::cmp::Reverse(named), contract.within.as_ref().map_or(f64::MAX, |within| within.target_s))
        };
        let best = binding.min_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        best.and_then(|contract| contract.within.as_ref())
    }
}

/// A calendar by its name; calendar time where none is named, `None` where the project declares no such calendar.
fn calendar_named<'p>(project: &'p Project, name: Option<&str>) -> Option<&'p Calendar> {
    project.calendars.get(name.unwrap_or("always"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_for_each_ticket_bind() {
        for metric in ["time_to_resolve", "Resolution time", "restore_within", "time to restore service"] {
            assert!(is_time_to_resolve(metric), "{metric}");
        }
        for metric in ["time_to_resolve_median", "availability", "resolution_attainment", "time_to_acknowledge", "mttr"]
        {
            assert!(!is_time_to_resolve(metric), "{metric}");
        }
        assert_eq!(
            [Some("h"), Some("Minutes"), None, Some("share")].map(unit_s),
            [Some(3600.0), Some(60.0), Some(1.0), None]
        );
    }

    #[test]
    fn the_contract_that_names_most_binds() {
        let contract = |service: Option<&str>, priority, target_s, valid| Contract {
            supplier: "Netco".into(),
            service: service.map(String::from),
            priority,
            valid,
            within: Some(Within { target_s, calendar: Calendar::always() }),
        };
        let contracts = Contracts(vec![
            contract(None, None, 100.0, (None, None)),
            contract(Some("Mail"), None, 200.0, (Some(10), Some(20))),
            contract(Some("Mail"), Some(1), 50.0, (None, Some(20))),
            contract(Some("Mail"), Some(1), 40.0, (None, Some(20))),
        ]);
        let within = |service, priority, at| contracts.within(Some("Netco"), Some(service), Some(priority), Some(at));
        let target = |service, priority, at| within(service, priority, at).map(|within| within.target_s);
        assert_eq!(
            [target("Web", 1, 15), target("Mail", 2, 15), target("Mail", 1, 15)],
            [Some(100.0), Some(200.0), Some(40.0)]
        );
        assert_eq!([target("Mail", 2, 9), target("Mail", 2, 20)], [Some(100.0), Some(100.0)]);
        assert!(contracts.within(Some("Other"), None, None, Some(1)).is_none());
    }
}
