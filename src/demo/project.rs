//! The project file of the demo, commented for somebody who sees one for the first time.

use super::clock::{AS_OF_S, OFFICE_S, Span, holidays, iso_local, local};
use super::ticket::RESOLVE_WITHIN_H;
use chrono::Datelike;

/// Text of `nines.toml`.
pub(super) fn text(span: &Span) -> String {
    let last = local(AS_OF_S).date();
    let days: Vec<String> = (span.first_day.year()..=last.year())
        .flat_map(holidays)
        .filter(|day| (span.first_day..=last).contains(day))
        .map(|day| format!("\"{day}\""))
        .collect();
    let hours = format!("{:02}:00-{:02}:00", OFFICE_S.0 / 3_600, OFFICE_S.1 / 3_600);
    let within: Vec<String> = RESOLVE_WITHIN_H
        .iter()
        .enumerate()
        .map(|(position, hours)| format!("{} = \"{hours}h\"\n", position + 1))
        .collect();
    TEMPLATE
        .replace("{as_of}", &iso_local(AS_OF_S))
        .replace("{since}", &span.first_day.to_string())
        .replace("{hours}", &hours)
        .replace("{holidays}", &days.join(", "))
        .replace("{within}", &within.concat())
}

const TEMPLATE: &str = r#"# The project of Acme IT, an organisation that doesn't exist. Change anything and run again.

name  = "Acme IT"
zone  = "Europe/Brussels"                  # weeks and days begin at midnight here
as_of = "{as_of}"        # what "now" means, pinned so that the demo shows data for ever; leave it out in a real project
since = "{since}"                       # service time is accounted from this day on
reports = [                                # what `nines run` renders into out/; reports/ of the project adds more
  "weekly", "service-desk", "delivery", "slo", "availability", "suppliers", "practice", "monthly", "quarter", "data-quality",
]

# --- Exports: files as the tools wrote them. Which mapping reads a file is recognised from its columns; naming it is
# --- only needed where two would fit, or to be sure.

[[exports]]
files   = "exports/incident_audit*.csv"    # ServiceNow: one row for each step in a ticket's life
mapping = "servicenow/incident_audit"
zone    = "Europe/Brussels"                # its times are local and don't say so

[[exports]]
files   = "exports/changes*.csv"           # Jira: requests for change
mapping = "demo/changes"

[[exports]]
files   = "exports/pagerduty_incidents*.jsonl"
mapping = "demo/incidents"

[[exports]]                                # the rest has the column names of the canonical tables: nothing to map
files = "exports/services.csv"

[[exports]]
files = "exports/teams.csv"                # also says the tier of each team

[[exports]]
files = "exports/outages*.csv"

[[exports]]
files = "exports/maintenance*.csv"

[[exports]]
files = "exports/probes*.csv.gz"

# What is managed beside them.

[[exports]]
files = "exports/customers.csv"

[[exports]]
files = "exports/agreements.csv"           # to customers, between teams, by suppliers

[[exports]]
files = "exports/problems*.csv"            # problems, known errors and bugs

[[exports]]
files = "exports/links*.csv"               # which record led to which

[[exports]]
files = "exports/deployments*.csv"

[[exports]]
files = "exports/work_items*.csv"

[[exports]]
files = "exports/surveys*.csv"

[[exports]]
files = "exports/jobs*.csv.gz"

[[exports]]
files = "exports/patches*.csv"

[[exports]]
files = "exports/capacity*.csv.gz"

[[exports]]
files = "exports/register*.csv"

[[exports]]
files = "exports/finance*.csv"

[[exports]]
files = "exports/effort*.csv.gz"

[[exports]]
files = "exports/sli_counts*.csv.gz"

# --- The demo's exports have damaged records in them, as real ones do. Up to this share of a file a run still ends well.

[ingest]
tolerate_rejects = 0.05

# --- Tiers of support: 1 desk, 2 technical support, 3 administration, 4 product operations, 5 engineering.

[escalations]
allowed = [[1, 2], [1, 3], [2, 3], [2, 4], [3, 4], [2, 5], [4, 5]]   # any other step up counts as a violation

# --- Working time. Tickets are measured in it; service time is round the clock unless the service names a calendar.

[calendars.office]
zone     = "Europe/Brussels"
hours    = { mon = ["{hours}"], tue = ["{hours}"], wed = ["{hours}"], thu = ["{hours}"], fri = ["{hours}"] }
holidays = [{holidays}]

[clocks]
calendar = "office"

[clocks.resolve_within]                    # by priority; used where the export has no verdict of its own
{within}
[service_time]
maintenance        = "excluded"            # announced windows don't count; or "up", "down"
degradation_weight = 0.3                   # a degraded hour counts as so much of an hour down
# [service_time.by_service]                # where the agreement on a service says otherwise
# "E-mail" = { maintenance = "up", merge_gap_s = 300 }

# --- Targets: a score of 100 at the target, 0 at the limit.

[[targets]]
metric = "availability"
target = 0.999
limit  = 0.99

[[targets]]
metric = "availability"
target = 0.9995
limit  = 0.99
by     = { service = "Payments" }          # customers were promised more here

[[targets]]
metric = "availability"
target = 0.995
limit  = 0.98
by     = { service = "Data platform" }     # and less here

[[targets]]
metric = "mtbf"                            # seconds: 14 days, 3 days
target = 1209600
limit  = 259200

[[targets]]
metric = "time_to_restore_median"          # seconds: 30 minutes, 2 hours
target = 1800
limit  = 7200

[[targets]]
metric = "time_to_resolve_p90"             # seconds: 7 days, 21 days
target = 604800
limit  = 1814400

[[targets]]
metric = "sla_attainment"
target = 0.85
limit  = 0.7

[[targets]]
metric = "first_line_resolution"
target = 0.6
limit  = 0.4

[[targets]]
metric = "reopen_rate"
target = 0.03
limit  = 0.1

[[targets]]
metric = "change_success_rate"
target = 0.95
limit  = 0.85

[[targets]]
metric = "change_failure_rate"
target = 0.05
limit  = 0.15

[[targets]]
metric = "emergency_change_share"
target = 0.1
limit  = 0.25

[[targets]]
metric = "unauthorised_changes"
target = 0
limit  = 5

[[targets]]
metric = "backup_success_share"
target = 0.98
limit  = 0.9

[[targets]]
metric = "standards_to_review"             # several exceptions to one standard ask for a review of it
target = 0
limit  = 2

[[targets]]
metric = "cost_against_budget"
target = 1
limit  = 1.2

[[targets]]
metric = "contract_attainment"
target = 1
limit  = 0.8
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_toml_with_the_holidays_of_the_span() {
        let text = text(&Span::new(26));
        let project: toml::Table = text.parse().unwrap();
        assert_eq!(project["since"].as_str(), Some("2026-01-05"));
        let holidays = project["calendars"]["office"]["holidays"].as_array().unwrap();
        let days: Vec<&str> = holidays.iter().filter_map(|day| day.as_str()).collect();
        assert_eq!(days, ["2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"]);
        assert_eq!(project["clocks"]["resolve_within"]["3"].as_str(), Some("30h"));
        for name in ["{as_of}", "{since}", "{hours}", "{holidays}", "{within}"] {
            assert!(TEMPLATE.contains(name) && !text.contains(name));
        }
    }
}
