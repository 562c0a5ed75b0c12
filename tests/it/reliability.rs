//! Reliability, performance, patching and effort from exports to figures, against answers worked by hand.

use serde_json::Value;

use crate::project::Project;

const HOUR: i64 = 3_600;

/// An instant so many seconds after 2026-01-01.
fn at(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn project(as_of_s: i64, settings: &str, files: &[(&str, String)]) -> Project {
    let head = format!("name = \"r\"\nzone = \"UTC\"\nas_of = \"{}\"\nsince = \"2026-01-01\"\n", at(as_of_s));
    let project = Project::new(&format!("{head}[[exports]]\nfiles = \"exports/*.csv\"\n{settings}"));
    for (name, text) in files {
        project.write(&format!("exports/{name}.csv"), text);
    }
    project.ok(&["ingest"]);
    project
}

fn outages(rows: &[(&str, i64, i64)]) -> String {
    let lines =
        rows.iter().enumerate().map(|(n, (service, from, to))| format!("O{n},{service},{},{}\n", at(*from), at(*to)));
    format!("id,service,started_at,ended_at\n{}", lines.collect::<String>())
}

fn one(project: &Project, metric: &str, period: &str) -> Value {
    let mut found = project.measure(&[metric, "--period", period]);
    assert_eq!(found.len(), 1, "{metric}");
    found.remove(0)
}

fn near(found: &Value, expected: f64, within: f64) {
    let number = found.as_f64().unwrap_or_else(|| panic!("expected {expected}, found {found}"));
    assert!((number - expected).abs() <= within, "expected {expected}, found {number}");
}

/// Failures at 4, 10, 22, 45, 80, 150, 300 and 480 h of 500 h: beta 0.4479, 139.53 h, U = -2.2266.
#[test]
fn growth_counts_from_the_start_of_the_period_to_as_of() {
    let rows: Vec<_> =
        [4, 10, 22, 45, 80, 150, 300, 480].map(|h| ("A", h * HOUR, h * HOUR + 120)).into_iter().collect();
    let project = project(500 * HOUR, "", &[("outages", outages(&rows))]);
    let beta = one(&project, "reliability_growth_beta", "2026-01");
    near(&beta["value"], 0.4479, 1e-4);
    // Chi-squared with 16 degrees of freedom: 6.908 and 28.845.
    near(&beta["lower"], 0.1934, 1e-4);
    near(&beta["upper"], 0.8075, 1e-4);
    near(&one(&project, "reliability_growth_mtbf", "2026-01")["value"], 139.53 * 3_600.0, 36.0);
    near(&one(&project, "laplace_trend", "2026-01")["value"], -2.2266, 1e-4);
    // Fewer than five failures say nothing of a trend.
    for metric in ["reliability_growth_beta", "reliability_growth_mtbf", "laplace_trend"] {
        let week = one(&project, metric, "2026-W03");
        assert_eq!((&week["state"], &week["value"]), (&Value::from("not_enough"), &Value::Null), "{metric}");
    }
    near(&one(&project, "minimum_time_between_failures", "2026-01")["value"], 6.0 * 3_600.0 - 120.0, 1e-6);
    near(&one(&project, "time_since_last_failure", "2026-01")["value"], 20.0 * 3_600.0 - 120.0, 0.01);
    // At the end of the 3rd of January 45 h are over, 27 h before.
    near(&one(&project, "time_since_last_failure", "2026-01-03")["value"], 27.0 * 3_600.0 - 120.0, 0.01);
}

/// T = 1,000 h up, 5 failures: MTBF 200 h, 85.70 to 615.96; without a failure a lower bound of 271.09 h, one-sided 333.81 h.
#[test]
fn missions_carry_the_bounds_of_the_test_and_survive_without_a_failure() {
    let rows: Vec<_> = (1..=5).map(|n| ("A", n * 100 * HOUR, n * 100 * HOUR + 7_200)).collect();
    let five = project(1_010 * HOUR, "", &[("outages", outages(&rows))]);
    let mtbf = one(&five, "mtbf", "2026");
    near(&mtbf["value"], 200.0 * 3_600.0, 1e-6);
    let mission = one(&five, "mission_reliability_7d", "2026");
    near(&mission["value"], (-168.0_f64 / 200.0).exp(), 1e-9);
    near(&mission["lower"], (-168.0_f64 / 85.70).exp(), 1e-4);
    near(&mission["upper"], (-168.0_f64 / 615.96).exp(), 1e-4);
    near(&one(&five, "failure_rate", "2026")["value"], 0.005, 1e-12);

    let none = project(
        1_000 * HOUR,
        "",
        &[
            ("outages", outages(&[("B", HOUR, 2 * HOUR)])),
            ("services", "service,kind\nA,application\nB,application\n".into()),
        ],
    );
    let of_a = |metric: &str| {
        let found = none.measure(&[metric, "--period", "2026", "--by", "service"]);
        found.into_iter().find(|measure| measure["dims"]["service"] == "A").unwrap()
    };
    near(&of_a("mtbf_lower_bound")["value"], 333.81 * 3_600.0, 18.0);
    let mission = of_a("mission_reliability_7d");
    assert_eq!(
        (&mission["state"], &mission["value"], &mission["upper"]),
        (&Value::from("no_data"), &Value::Null, &Value::Null)
    );
    near(&mission["lower"], (-168.0_f64 / 271.09).exp(), 1e-4);
}

#[test]
fn failures_repeat_with_their_cause_and_may_follow_a_change() {
    let day = 24 * HOUR;
    let rows = [
        ("A", 0, HOUR),
        ("A", 10 * day, 10 * day + HOUR),
        ("A", 50 * day, 50 * day + HOUR),
        ("B", 51 * day, 51 * day + HOUR),
    ];
    let incidents: String = rows
        .iter()
        .enumerate()
        .map(|(n, (service, from, to))| {
            format!("I{n},{service},{},{},disk,{}\n", at(*from), at(*to), if n == 0 { "C0" } else { "" })
        })
        .collect();
    let files = [
        ("outages", outages(&rows)),
        ("incidents", format!("id,service,started_at,restored_at,cause,change\n{incidents}")),
        (
            "changes",
            format!(
                "id,service,type,outcome,started_at,ended_at\nC1,A,normal,successful,{},{}\n",
                at(50 * day - 2 * HOUR),
                at(50 * day - HOUR)
            ),
        ),
    ];
    let project = project(60 * day, "", &files);
    // The second failure of A came ten days after the first; the third forty days after the second; B is another service.
    near(&one(&project, "repeat_failure_rate_30d", "2026")["value"], 0.25, 1e-12);
    let range = one(&project, "failures_caused_by_change_range", "2026");
    near(&range["lower"], 0.25, 1e-12);
    near(&range["upper"], 0.5, 1e-12);
    assert!(range["flags"].as_array().unwrap().contains(&Value::from("estimated")));
    let change = one(&project, "change_failure_rate_range", "2026");
    near(&change["lower"], 0.0, 0.0);
    near(&change["upper"], 1.0, 1e-12);
}

/// Four checks: within T, within 4 T, beyond, failed: Apdex (1 + 0.5) / 4; a service of its own T.
#[test]
fn apdex_knows_the_limit_of_each_service_and_frustrates_on_failure() {
    let rows = [
        ("A", "true", "0.2"),
        ("A", "true", "1.0"),
        ("A", "true", "2.5"),
        ("A", "false", ""),
        ("B", "true", "2.0"),
        ("B", "true", ""),
    ];
    let lines: String = rows
        .iter()
        .enumerate()
        .map(|(n, (service, up, latency))| format!("{service},{},{up},{latency},60\n", at(60 * n as i64)))
        .collect();
    let files = [("probes", format!("service,at,up,latency_s,interval_s\n{lines}"))];
    let settings = "[performance]\napdex_s = 0.5\n[performance.by_service]\nB = 2.0\n";
    let project = project(HOUR, settings, &files);
    let by = project.measure(&["apdex", "--period", "2026-01-01", "--by", "service"]);
    near(&by[0]["value"], 0.375, 1e-12);
    // Answered in time, and once without a measured time, which says nothing.
    assert_eq!((&by[1]["value"], &by[1]["n"]), (&Value::from(1.0), &Value::from(1)));
    near(&one(&project, "latency_median", "2026-01-01")["value"], 1.5, 1e-12);
    let bad = Project::new("name = \"r\"\n[performance]\napdex_s = 0.0\n[delivery]\nproduction = []\n");
    let (_, told) = bad.expect(2, &["check"]);
    assert!(told.contains("performance.apdex_s: expected seconds above 0, found 0"), "{told}");
    let unknown = Project::new("name = \"r\"\n[delivery]\nlevels = 1999\n");
    let (_, year) = unknown.expect(2, &["check"]);
    assert!(year.contains("no metric has levels of the year 1999") && year.contains("2023, 2024"), "{year}");
    assert!(told.contains("delivery.production: expected at least one environment"), "{told}");
}

#[test]
fn a_system_is_current_when_every_due_patch_is_and_an_expired_exception_is_none() {
    let day = 24 * HOUR;
    let row = |id: &str, asset: &str, due: i64, applied: Option<i64>, until: Option<i64>| {
        let instant = |at_s: Option<i64>| at_s.map(at).unwrap_or_default();
        format!("{id},{asset},A,{id},{},{},{},{}\n", at(0), at(due), instant(applied), instant(until))
    };
    let text = [
        row("P1", "a", 10 * day, Some(5 * day), None),
        row("P2", "b", 10 * day, Some(15 * day), None),
        row("P3", "c", 10 * day, None, Some(40 * day)),
        row("P4", "d", 10 * day, None, Some(20 * day)),
        row("P5", "e", 90 * day, None, None),
    ];
    let head = "id,asset,service,patch,released_at,due_at,applied_at,excepted_until\n";
    let project = project(30 * day, "", &[("patches", format!("{head}{}", text.concat()))]);
    let currency = |period: &str| {
        let found = one(&project, "patch_currency", period);
        let excepted = found["excluded"]["excepted"].as_u64().unwrap();
        (found["numerator"].as_f64().unwrap(), found["denominator"].as_f64().unwrap(), excepted)
    };
    assert_eq!(currency("2026-01-08"), (5.0, 5.0, 0), "nothing is due yet");
    assert_eq!(currency("2026-01-12"), (2.0, 3.0, 2), "b is late, c and d are excepted");
    assert_eq!(currency("2026-01-18"), (3.0, 3.0, 2), "b has caught up");
    assert_eq!(currency("2026-01-25"), (3.0, 4.0, 1), "d's exception has run out");
    assert_eq!(one(&project, "patch_exceptions_open", "2026-01-25")["value"], 1.0);
    assert_eq!(one(&project, "patch_exceptions_expired", "2026-01-25")["value"], 1.0);
    // Due on the 11th: P1 in time, P2 late, P4 late since its exception ran out; P3 is excused.
    near(&one(&project, "patches_in_time_share", "2026-01")["value"], 1.0 / 3.0, 1e-12);
    near(&one(&project, "patch_lag_median", "2026-01")["value"], 10.0 * 86_400.0, 1e-6);
}

#[test]
fn defects_are_counted_for_ninety_days_and_incidents_by_who_reported_them() {
    let day = 24 * HOUR;
    let deployments = format!(
        "id,service,environment,release,finished_at,outcome\nD1,A,production,R1,{},successful\nD2,A,production,R2,{},successful\n",
        at(0),
        at(50 * day)
    );
    let bug =
        |id: &str, opened: i64, found: &str, release: &str| format!("{id},bug,A,{},{found},{release}\n", at(opened));
    let problems = [
        bug("B1", day, "test", "R1"),
        bug("B2", 20 * day, "production", "R1"),
        // Too late for its release's window; and of a release that is too young to be judged.
        bug("B3", 95 * day, "production", "R1"),
        bug("B4", 60 * day, "production", "R2"),
    ];
    let incidents = format!(
        "id,service,started_at,restored_at,ticket\nI1,A,{},{},T1\nI2,A,{},{},T2\nI3,A,{},{},\n",
        at(0),
        at(HOUR),
        at(day),
        at(day + HOUR),
        at(2 * day),
        at(2 * day + HOUR)
    );
    let ticket =
        |id: &str, opened: i64, channel: &str, ci: &str| format!("{id},incident,A,{},{channel},{ci}\n", at(opened));
    let tickets = [
        ticket("T1", HOUR / 2, "phone", "srv-1"),
        // Monitoring opened it, so nobody has reported the second incident.
        ticket("T2", day + HOUR / 2, "Monitoring", "Unknown"),
        ticket("T3", day, "mail", ""),
        format!("E1,event,A,{},Monitoring,srv-2\n", at(day)),
    ];
    let effort = format!(
        "id,at,team,work,hours\nH1,{0},Ops,toil,2\nH2,{0},Ops,planned,3\nH3,{0},Ops,project,1\nH4,{0},Ops,support,4\n",
        at(day)
    );
    let files = [
        ("deployments", deployments),
        ("problems", format!("id,kind,service,opened_at,found_in,release\n{}", problems.concat())),
        ("incidents", incidents),
        ("tickets", format!("id,kind,service,opened_at,channel,ci\n{}", tickets.concat())),
        ("effort", effort),
    ];
    let project = project(100 * day, "", &files);
    let escaped = one(&project, "escaped_defect_rate", "2026");
    assert_eq!((&escaped["numerator"], &escaped["denominator"]), (&Value::from(1.0), &Value::from(2.0)));
    assert_eq!(
        one(&project, "escaped_defect_rate", "2026-03")["state"],
        "no_data",
        "R1 is judged on the first of April"
    );
    near(&one(&project, "resolved_before_user_report", "2026")["value"], 2.0 / 3.0, 1e-12);
    near(&one(&project, "ci_linkage_share", "2026")["value"], 0.5, 1e-12);
    near(&one(&project, "event_noise_ratio", "2026")["value"], 1.0, 1e-12);
    near(&one(&project, "toil_share", "2026")["value"], 0.2, 1e-12);
    near(&one(&project, "planned_work_share", "2026")["value"], 0.4, 1e-12);
}
