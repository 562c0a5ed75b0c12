//! What counts as one failure, as planned, as down and as known, from exports to figures, against answers worked by hand.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::project::Project;

const HEAD: &str = "name = \"o\"\nzone = \"UTC\"\n[[exports]]\nfiles = \"*.csv\"\n";
/// Two calendars: Monday to Friday from 8 to 18, and none.
const OFFICE: &str = "[calendars.office]\nhours = { mon = [\"08:00-18:00\"], tue = [\"08:00-18:00\"], wed = [\"08:00-18:00\"], thu = [\"08:00-18:00\"], fri = [\"08:00-18:00\"] }\n";

fn project(settings: &str, services: &str, outages: &[&str], maintenance: &[&str]) -> Project {
    let project = Project::new(&format!("{settings}{HEAD}{OFFICE}"));
    project.write("services.csv", services);
    project.write("outages.csv", format!("id,service,started_at,ended_at,kind,planned\n{}\n", outages.join("\n")));
    if !maintenance.is_empty() {
        let rows = maintenance.join("\n");
        project.write("maintenance.csv", format!("id,service,started_at,ended_at,announced_at\n{rows}\n"));
    }
    project
}

/// Measures of a period by metric and service.
fn figures(project: &Project, metrics: &[&str], period: &str) -> BTreeMap<(String, String), Value> {
    let found = project.measure(&[metrics, &["--by", "service", "--period", period]].concat());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    found.into_iter().map(|one| ((text(&one["metric"]), text(&one["dims"]["service"])), one)).collect()
}

fn near(what: &str, found: &Value, expected: f64) {
    let number = found.as_f64().unwrap_or_else(|| panic!("{what}: expected {expected}, found {found}"));
    assert!((number - expected).abs() < 1e-9, "{what}: expected {expected}, found {number}");
}

/// 13 March 2026 is a Friday.
#[test]
fn closed_hours_and_maintenance_do_not_split_a_failure() {
    let settings = "as_of = \"2026-04-01T00:00:00Z\"\nsince = \"2026-01-01\"\n";
    let services = "service,calendar\nOffice,office\nNight,office\nCut,\nLate,\nInside,\nFlap,\n";
    let outages = [
        "O1,Office,2026-03-13T17:00:00Z,2026-03-18T10:00:00Z,outage,",
        // From Saturday evening into Monday's hours; and one that is over before them.
        "O2,Night,2026-03-14T20:00:00Z,2026-03-16T09:00:00Z,outage,",
        "O3,Night,2026-03-21T20:00:00Z,2026-03-22T09:00:00Z,outage,",
        "O4,Cut,2026-03-17T10:00:00Z,2026-03-17T14:00:00Z,outage,",
        "O5,Late,2026-03-17T10:30:00Z,2026-03-17T13:00:00Z,outage,",
        "O6,Inside,2026-03-17T10:10:00Z,2026-03-17T10:50:00Z,outage,",
        "O7,Flap,2026-03-17T10:00:00Z,2026-03-17T10:10:00Z,outage,",
        "O8,Flap,2026-03-17T10:10:59Z,2026-03-17T10:20:00Z,outage,",
        "O9,Flap,2026-03-17T10:21:00Z,2026-03-17T10:30:00Z,outage,",
    ];
    let windows = [
        "M1,Cut,2026-03-17T11:00:00Z,2026-03-17T12:00:00Z,2026-03-01T00:00:00Z",
        "M2,Late,2026-03-17T10:00:00Z,2026-03-17T11:00:00Z,2026-03-01T00:00:00Z",
        "M3,Inside,2026-03-17T10:00:00Z,2026-03-17T11:00:00Z,2026-03-01T00:00:00Z",
    ];
    let project = project(settings, services, &outages, &windows);
    project.ok(&["ingest"]);
    let metrics = ["outage_count", "failures", "mtrs", "downtime"];
    let found = figures(&project, &metrics, "2026-03");
    let of = |metric: &str, name: &str| &found[&(metric.to_string(), name.to_string())]["value"];
    const H: f64 = 3_600.0;
    // Failures, hours of each in calendar time, hours of downtime within agreed time.
    for (name, count, length, down) in [
        ("Office", 1.0, 113.0, 1.0 + 10.0 + 10.0 + 2.0),
        ("Night", 1.0, 37.0, 1.0),
        ("Cut", 1.0, 4.0, 3.0),
        // It counts from the end of the window.
        ("Late", 1.0, 2.0, 2.0),
        ("Flap", 2.0, (20.0 + 9.0) / 60.0 / 2.0, (19.0 + 9.0) / 60.0 + 1.0 / H),
    ] {
        near(name, of("outage_count", name), count);
        near(name, of("failures", name), count);
        near(name, of("mtrs", name), length * H);
        near(name, of("downtime", name), down * H);
    }
    near("Inside", of("outage_count", "Inside"), 0.0);
    assert!(!found.contains_key(&("mtrs".to_string(), "Inside".to_string())));
    let night = figures(&project, &["outage_count"], "2026-03-14");
    near("begun in closed hours", &night[&("outage_count".to_string(), "Night".to_string())]["value"], 1.0);
}

#[test]
fn planned_work_is_planned_within_the_window_that_was_announced_for_it() {
    let settings = "as_of = \"2026-04-01T00:00:00Z\"\nsince = \"2026-01-01\"\n";
    let outages = [
        "O1,Over,2026-03-17T00:00:00Z,2026-03-17T03:00:00Z,maintenance,true",
        "O2,Alone,2026-03-17T00:00:00Z,2026-03-17T03:00:00Z,maintenance,",
        "O3,Other,2026-03-17T00:00:00Z,2026-03-17T03:00:00Z,outage,true",
        "O4,Early,2026-03-16T23:30:00Z,2026-03-17T00:45:00Z,maintenance,",
    ];
    let windows = [
        "M1,Over,2026-03-17T00:00:00Z,2026-03-17T01:00:00Z,2026-03-01T00:00:00Z",
        // The window of another day announces nothing of this one.
        "M2,Other,2026-03-19T00:00:00Z,2026-03-19T01:00:00Z,2026-03-01T00:00:00Z",
        "M3,Early,2026-03-17T00:00:00Z,2026-03-17T01:00:00Z,2026-03-01T00:00:00Z",
    ];
    let project = project(settings, "service,calendar\nOver,\nAlone,\nOther,\nEarly,\n", &outages, &windows);
    project.ok(&["ingest"]);
    let found =
        figures(&project, &["planned_downtime", "maintenance_overrun", "downtime", "outage_count", "mtrs"], "2026-03");
    let of = |metric: &str, name: &str| &found[&(metric.to_string(), name.to_string())]["value"];
    for (name, planned, overrun, down, failures) in [
        ("Over", 1.0, 2.0, 2.0, 1.0),
        ("Alone", 3.0, 0.0, 0.0, 0.0),
        ("Other", 4.0, 0.0, 0.0, 0.0),
        ("Early", 1.0, 0.0, 0.5, 1.0),
    ] {
        near(name, of("planned_downtime", name), planned * 3_600.0);
        near(name, of("maintenance_overrun", name), overrun * 3_600.0);
        near(name, of("downtime", name), down * 3_600.0);
        near(name, of("outage_count", name), failures);
    }
    near("Over", of("mtrs", "Over"), 7_200.0);
}

/// 10 h of maintenance and 5 h of outage in the 100 h from Monday 5 January on.
#[test]
fn unplanned_is_unplanned_also_where_maintenance_counts_as_down() {
    for way in ["excluded", "up", "down"] {
        let settings = "as_of = \"2026-01-09T04:00:00Z\"\nsince = \"2026-01-05\"\n";
        let outages = ["O1,A,2026-01-06T00:00:00Z,2026-01-06T05:00:00Z,outage,"];
        let windows = ["M1,A,2026-01-07T00:00:00Z,2026-01-07T10:00:00Z,2026-01-01T00:00:00Z"];
        let project = project(settings, "service,users\nA,100\n", &outages, &windows);
        let toml = std::fs::read_to_string(project.path().join("nines.toml")).unwrap();
        project.write("nines.toml", format!("{toml}[service_time]\nmaintenance = \"{way}\"\n"));
        project.ok(&["ingest"]);
        let metrics =
            ["downtime", "weighted_downtime", "downtime_by_cause", "availability_operational", "availability"];
        let found = figures(&project, &metrics, "2026-W02");
        let of = |metric: &str| &found[&(metric.to_string(), "A".to_string())]["value"];
        for metric in ["downtime", "weighted_downtime", "downtime_by_cause"] {
            near(metric, of(metric), 5.0 * 3_600.0);
        }
        near(way, of("availability_operational"), 0.85);
        near(
            way,
            of("availability"),
            match way {
                "excluded" => 85.0 / 90.0,
                "up" => 0.95,
                _ => 0.85,
            },
        );
        let lost = figures(&project, &["user_minutes_lost"], "2026-W02");
        let lost = &lost[&("user_minutes_lost".to_string(), "A".to_string())];
        near("nobody counted the people", &lost["coverage"], 0.0);
        let excluded = if way == "down" { 1 } else { 0 };
        assert_eq!(lost["excluded"]["maintenance"].as_u64().unwrap_or(0), excluded, "{lost}");
    }
}

#[test]
fn what_nobody_knew_lowers_the_coverage() {
    // The first evidence is of 11 March 2026: of the month 21 days are known, of the year to its end 21 of 90, and the Thursday
    // before it is as unknown as the days of that month before it.
    let outages = ["O1,A,2026-03-11T10:00:00Z,2026-03-11T12:00:00Z,outage,"];
    let project = project("as_of = \"2026-04-01T00:00:00Z\"\n", "service,calendar\nA,\nB,\n", &outages, &[]);
    // A check holds 2.5 times its interval of an hour: B is known for 5 hours of 11 March.
    project.write("probes.csv", "service,at,up,interval_s\nB,2026-03-11T10:00:00Z,false,7200\n");
    project.ok(&["ingest"]);
    let metrics = ["availability", "coverage", "downtime", "outage_count", "mtbf", "failure_rate"];
    let coverage = |period: &str, metric: &str, name: &str| {
        let found = figures(&project, &metrics, period);
        let one = &found[&(metric.to_string(), name.to_string())];
        let key = if metric == "coverage" { "value" } else { "coverage" };
        one[key].as_f64().unwrap_or_else(|| panic!("{one}"))
    };
    for metric in metrics {
        assert!((coverage("2026-03", metric, "A") - 21.0 / 31.0).abs() < 1e-12, "{metric}");
        assert!((coverage("2026-Q1", metric, "A") - 21.0 / 90.0).abs() < 1e-12, "{metric}");
        assert!((coverage("2026-03", metric, "B") - 5.0 / 744.0).abs() < 1e-12, "{metric}");
        assert!((coverage("2026-03-12", metric, "A") - 1.0).abs() < 1e-12, "{metric}");
    }
    let found = figures(&project, &metrics, "2026-03-12");
    for metric in ["downtime", "outage_count", "availability"] {
        assert_eq!(found[&(metric.to_string(), "B".to_string())]["state"], "no_data", "{metric}");
    }
    // Nothing is known, nothing was unknown since the account began: no figure takes it for up or for down.
    let before = figures(&project, &["availability", "availability_unknown_down", "downtime"], "2026-02");
    assert!(before.values().all(|one| one["state"] == "no_data"), "{before:?}");
    let zeros = project
        .query("SELECT CAST(down_s AS VARCHAR) AS down, CAST(user_down_s AS VARCHAR) AS hit FROM fact_service_time");
    assert!(zeros.iter().all(|row| !row["down"].starts_with('-') && !row["hit"].starts_with('-')));
}

#[test]
fn the_time_between_failures_takes_two_of_them() {
    let outages = [
        "O1,One,2026-01-05T10:00:00Z,2026-01-05T12:00:00Z,outage,",
        "O2,Two,2026-01-05T10:00:00Z,2026-01-05T12:00:00Z,outage,",
        "O3,Two,2026-01-10T10:00:00Z,2026-01-10T12:00:00Z,outage,",
    ];
    let settings = "as_of = \"2026-02-01T00:00:00Z\"\nsince = \"2026-01-01\"\n";
    let project = project(settings, "service,calendar\nOne,\nTwo,\n", &outages, &[]);
    project.ok(&["ingest"]);
    let found = figures(&project, &["mtbsi"], "2026-01");
    let of = |name: &str| &found[&("mtbsi".to_string(), name.to_string())];
    assert_eq!((&of("One")["state"], &of("One")["value"]), (&Value::from("not_enough"), &Value::Null));
    near("31 days by two", &of("Two")["value"], 31.0 * 86_400.0 / 2.0);
}
