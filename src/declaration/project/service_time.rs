//! What a project says of single services about how their time is accounted: `[service_time.by_service]`.

use serde::Deserialize;

use super::{Maintenance, PROJECT_FILE, ServiceTime};
use crate::declaration::issue::Issue;

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

/// What is wrong with the numbers of `[service_time]` and of its services, each at the first line that names the key.
pub(super) fn problems(text: &str, rules: &ServiceTime) -> Vec<Issue> {
    let mut found = check(text, "service_time", rules);
    for service in rules.by_service.keys() {
        let own = check(text, &format!("service_time.by_service.\"{service}\""), &rules.of(service));
        // What the service takes over from the project is told once.
        found.extend(own.into_iter().filter(|_| check(text, "", rules).is_empty()));
    }
    found
}

fn check(text: &str, table: &str, rules: &ServiceTime) -> Vec<Issue> {
    let share = (0.0..=1.0).contains(&rules.degradation_weight);
    let checks = [
        (share, "degradation_weight", "a share from 0 to 1", rules.degradation_weight),
        (rules.merge_gap_s >= 0.0, "merge_gap_s", "seconds, 0 or more", rules.merge_gap_s),
        (rules.probe_hold > 0.0, "probe_hold", "a number above 0", rules.probe_hold),
        (rules.confirm > 0, "confirm", "1 or more checks", f64::from(rules.confirm)),
    ];
    let wrong = checks.into_iter().filter(|(holds, ..)| !holds).map(|(_, key, expected, value)| {
        let issue = Issue::error(PROJECT_FILE, format!("{table}.{key}: expected {expected}, found {value}"));
        match text.lines().position(|line| line.contains(key)) {
            Some(line) => issue.at(line + 1),
            None => issue,
        }
    });
    wrong.collect()
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
    #[test]
    fn numbers_out_of_their_range_are_refused_with_their_line() {
        let text = "name = \"A\"\n[service_time]\nconfirm = 0\n[service_time.by_service]\n\"Pay\" = { degradation_weight = 3 }\n";
        let issues = Project::parse(Path::new("."), text).unwrap_err();
        assert_eq!(issues.iter().map(|issue| issue.line).collect::<Vec<_>>(), [Some(3)]);
        let issues = Project::parse(Path::new("."), &text.replace("confirm = 0\n", "")).unwrap_err();
        assert_eq!(issues[0].line, Some(4));
        assert!(issues[0].message.contains("by_service.\"Pay\".degradation_weight"), "{}", issues[0].message);
    }
}
