//! What a project says of single services about how their time is accounted: `[service_time.by_service]`.

use serde::Deserialize;

use super::{Maintenance, ServiceTime};

/// The rules of one service where they differ from the project's.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceRules {
    /// How maintenance is accounted.
    pub maintenance: Option<Maintenance>,
    /// Share lost while the service is degraded, where the export gives no weight.
    pub degradation_weight: Option<f64>,
    /// Down intervals less than this apart are one failure, seconds.
    pub merge_gap_s: Option<f64>,
    /// A probe's state holds at most this many usual intervals.
    pub probe_hold: Option<f64>,
    /// Failed checks in a row before the service counts as down.
    pub confirm: Option<u32>,
}

impl ServiceTime {
    /// The rules that hold for a service: its own where it has any, else the project's.
    #[must_use]
    pub fn of(&self, service: &str) -> ServiceTime {
        let own = self.by_service.get(service).cloned().unwrap_or_default();
        ServiceTime {
            merge_gap_s: own.merge_gap_s.unwrap_or(self.merge_gap_s),
            maintenance: own.maintenance.unwrap_or(self.maintenance),
            degradation_weight: own.degradation_weight.unwrap_or(self.degradation_weight),
            probe_hold: own.probe_hold.unwrap_or(self.probe_hold),
            confirm: own.confirm.unwrap_or(self.confirm),
            by_service: std::collections::BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Maintenance, Project};

    #[test]
    fn a_service_has_its_own_rules_and_the_rest_of_the_projects() {
        let text = "name = \"A\"\n[service_time]\nmerge_gap_s = 90\n[service_time.by_service]\n\"Pay\" = { maintenance = \"up\", confirm = 3 }\n";
        let rules = Project::parse(Path::new("."), text).unwrap().service_time;
        let (own, other) = (rules.of("Pay"), rules.of("Mail"));
        assert_eq!((own.maintenance, own.confirm, own.merge_gap_s), (Maintenance::Up, 3, 90.0));
        assert_eq!((other.maintenance, other.confirm), (Maintenance::Excluded, 1));
        let wrong = text.replace("confirm", "confrim");
        assert_eq!(Project::parse(Path::new("."), &wrong).unwrap_err()[0].line, Some(5));
    }
}
