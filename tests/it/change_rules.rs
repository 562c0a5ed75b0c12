//! What a change's end is, whose outcome counts, and which deployment is to blame, from exports to figures, worked by hand.

use serde_json::Value;

use crate::project::{Project, Row};

const HEAD: &str = "name = \"c\"\nzone = \"UTC\"\nas_of = \"2026-06-15T00:00:00Z\"\n[[exports]]\nfiles = \"*.csv\"\n";

fn changes() -> Project {
    let project = Project::new(HEAD);
    project.write("services.csv", "service,calendar\nS,\nP,\nR,\n");
    let rows = [
        // Closed nine days after it began; nobody recorded when its work ended.
        "C1,S,normal,successful,2026-06-01T00:00:00Z,2026-06-01T01:00:00Z,2026-06-02T00:00:00Z,,2026-06-12T00:00:00Z",
        "C2,S,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-03T00:00:00Z,2026-06-03T01:00:00Z,",
        "C3,S,normal,failed,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-03T01:00:00Z,2026-06-03T02:00:00Z,",
        // Over, and nobody recorded how.
        "C4,S,normal,,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-05T00:00:00Z,2026-06-05T01:00:00Z,2026-06-05T02:00:00Z",
        // In progress, and one within that time.
        "C5,P,normal,,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-10T00:00:00Z,,",
        "C6,P,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-13T00:00:00Z,2026-06-13T01:00:00Z,",
        // Cancelled before it began; cancelled after it had begun without approval.
        "C7,R,normal,cancelled,2026-06-01T00:00:00Z,,,,2026-06-05T00:00:00Z",
        "C8,R,normal,cancelled,2026-06-01T00:00:00Z,,2026-06-04T00:00:00Z,2026-06-04T01:00:00Z,2026-06-05T00:00:00Z",
        // Reversed: no time at all.
        "C9,R,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-07T00:00:00Z,2026-06-06T00:00:00Z,",
        "C10,R,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-06T12:00:00Z,2026-06-06T13:00:00Z,",
        // Ends after as-of, with the outcome that the export knows by now: in progress.
        "C11,R,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-14T20:00:00Z,2026-06-15T20:00:00Z,",
        "C12,R,normal,successful,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,2026-06-14T22:00:00Z,2026-06-14T23:00:00Z,",
    ];
    let head = "id,service,type,outcome,requested_at,approved_at,started_at,ended_at,closed_at";
    project.write("changes.csv", format!("{head}\n{}\n", rows.join("\n")));
    // An hour after C1 was closed, days after its work; an hour after C2 ended.
    let incidents = "I1,S,2026-06-12T01:00:00Z,2026-06-12T02:00:00Z\nI2,S,2026-06-03T01:30:00Z,2026-06-03T03:00:00Z\n\
        I3,R,2026-06-06T01:00:00Z,2026-06-06T03:00:00Z";
    project.write("incidents.csv", format!("id,service,started_at,restored_at\n{incidents}\n"));
    project.ok(&["ingest"]);
    project
}

fn of<'r>(rows: &'r [Row], id: &str, column: &str) -> &'r str {
    &rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id}"))[column]
}

#[test]
fn the_closing_of_a_record_is_not_the_end_of_its_work() {
    let project = changes();
    let columns = "id, collides, unauthorised, lead_time_s, duration_s, caused_incident_inferred, within_window";
    let rows = project.query(&format!("SELECT {columns} FROM fact_changes"));
    let expected = [
        ("C1", "", "false", "", "false"),
        ("C2", "false", "false", "176400", "true"),
        ("C3", "false", "false", "180000", "false"),
        ("C4", "false", "false", "349200", "false"),
        ("C5", "true", "false", "", "false"),
        ("C6", "true", "false", "1040400", "false"),
        ("C7", "", "", "", "false"),
        ("C8", "false", "true", "262800", "false"),
        ("C9", "", "false", "432000", "false"),
        ("C10", "false", "false", "478800", "false"),
        ("C11", "true", "false", "", "false"),
        ("C12", "true", "false", "1206000", "false"),
    ];
    for (id, collides, unauthorised, lead, inferred) in expected {
        let number = |text: &str| text.parse::<f64>().ok();
        assert_eq!(of(&rows, id, "collides"), collides, "{id} collides");
        assert_eq!(of(&rows, id, "unauthorised"), unauthorised, "{id} unauthorised");
        assert_eq!(number(of(&rows, id, "lead_time_s")), number(lead), "{id} lead time");
        assert_eq!(of(&rows, id, "caused_incident_inferred"), inferred, "{id} inferred");
    }
    assert_eq!(of(&rows, "C9", "duration_s"), "");
    let origins = project.query("SELECT id, change_before FROM fact_incident_origins");
    // I3 began an hour after the reversed end of C9.
    assert_eq!(["I1", "I2", "I3"].map(|id| of(&origins, id, "change_before")), ["", "C2", ""]);
}

#[test]
fn a_change_without_an_outcome_is_told() {
    let project = changes();
    let one = |metric: &str| project.measure(&[metric, "--period", "2026-06"]).remove(0);
    // Over by as-of: C1, C2, C3, C4, C6, C9, C10, C12, and two cancelled; C4 without an outcome, C3 failed.
    let success = one("change_success_rate");
    assert_eq!((success["numerator"].as_f64(), success["denominator"].as_f64()), (Some(6.0), Some(7.0)), "{success}");
    assert_eq!(success["coverage"].as_f64(), Some(7.0 / 8.0));
    assert_eq!(success["excluded"]["cancelled"], Value::from(2));
    let failure = one("change_failure_rate");
    assert_eq!((failure["value"].as_f64(), failure["coverage"].as_f64()), (Some(1.0 / 7.0), Some(7.0 / 8.0)));
    let range = one("change_failure_rate_range");
    assert_eq!((range["value"].as_f64(), range["upper"].as_f64()), (Some(1.0 / 7.0), Some(2.0 / 7.0)));
    let closed = one("changes_closed");
    assert_eq!(closed["value"].as_f64(), Some(7.0));
    assert_eq!((&closed["excluded"]["cancelled"], &closed["excluded"]["without_outcome"]), (&2.into(), &1.into()));
    // C1 has no end of its work.
    assert_eq!(one("change_lead_time_median")["coverage"].as_f64(), Some(6.0 / 7.0));
}

#[test]
fn what_a_rollback_brings_back_is_to_blame_as_before_and_a_day_counts_when_it_is_over() {
    let toml = HEAD.replace("2026-06-15T00:00:00Z", "2026-06-05T06:00:00Z");
    let project = Project::new(&toml);
    let rows = [
        "D1,S,production,2026-06-01T10:00:00Z,successful,normal",
        "D2,S,production,2026-06-02T10:00:00Z,rolled_back,normal",
        "D3,S,production,2026-06-02T11:00:00Z,successful,rollback",
        "D4,S,production,2026-06-04T10:00:00Z,successful,normal",
        "D5,S,production,2026-06-05T05:00:00Z,successful,normal",
    ];
    project.write("deployments.csv", format!("id,service,environment,finished_at,outcome,kind\n{}\n", rows.join("\n")));
    project
        .write("incidents.csv", "id,service,started_at,restored_at\nI1,S,2026-06-03T00:00:00Z,2026-06-03T01:00:00Z\n");
    project.ok(&["ingest"]);
    let one = |metric: &str| project.measure(&[metric, "--period", "2026-06"]).remove(0);
    let blamed = project.query("SELECT id, incidents_after FROM fact_deployments");
    assert_eq!(["D1", "D2", "D3", "D4"].map(|id| of(&blamed, id, "incidents_after")), ["1", "0", "0", "0"]);
    let rate = one("deployment_fail_rate_by_last_deployment");
    assert_eq!((rate["numerator"].as_f64(), rate["denominator"].as_f64()), (Some(1.0), Some(3.0)), "{rate}");
    // Two deployments in the four days that are over; the fifth is six hours old.
    assert_eq!(one("deployment_frequency")["value"].as_f64(), Some(0.5));
    assert_eq!(one("deployment_days_share")["value"].as_f64(), Some(0.5));
}

#[test]
fn a_change_is_asked_for_then_scheduled_then_under_way() {
    let project = changes();
    let at = |metric: &str, period: &str| project.measure(&[metric, "--period", period])[0]["value"].as_f64();
    // At the end of 3 June C7 waits for ever and C8 has not begun; C4, C5, C6 and C9 to C12 are approved and wait for their day.
    assert_eq!(at("changes_awaiting_approval", "2026-06-03"), Some(2.0));
    assert_eq!(at("changes_scheduled", "2026-06-03"), Some(7.0));
    // C1 was begun and closed, but nobody knows when its work ended; C5 is in progress, and at as-of C11 too.
    assert_eq!((at("changes_under_way", "2026-06-11"), at("changes_under_way", "2026-06")), (Some(1.0), Some(2.0)));
    assert_eq!(at("changes_at_once_max", "2026-06-13"), Some(2.0));
    assert_eq!(at("changes_started_per_day_max", "2026-06"), Some(2.0));
}

#[test]
fn planned_downtime_is_held_against_what_was_down_meanwhile() {
    let project = Project::new(HEAD);
    project.write(
        "changes.csv",
        "id,service,type,outcome,started_at,ended_at,planned_start_at,tested,deviates_from,planned_downtime_s\n\
         C1,S,normal,successful,2026-06-01T10:00:00Z,2026-06-01T12:00:00Z,,true,,7200\n\
         C2,S,normal,successful,2026-06-02T10:00:00Z,2026-06-02T12:00:00Z,,false,Two reviewers,\n\
         C3,S,normal,,,,2026-06-03T10:00:00Z,,,\n",
    );
    project.write(
        "outages.csv",
        "id,service,started_at,ended_at,kind,planned\n\
         O1,S,2026-06-01T09:30:00Z,2026-06-01T10:30:00Z,maintenance,true\n\
         O2,S,2026-06-01T10:15:00Z,2026-06-01T11:00:00Z,outage,false\n\
         O3,S,2026-06-01T11:00:00Z,2026-06-01T12:00:00Z,degradation,false\n\
         O4,T,2026-06-01T10:00:00Z,2026-06-01T12:00:00Z,outage,false\n",
    );
    project.ok(&["ingest"]);
    let one = |metric: &str| project.measure(&[metric, "--period", "2026-06"])[0].clone();
    assert_eq!(
        (one("planned_downtime_used")["value"].as_f64(), one("planned_downtime_used")["n"].as_u64()),
        (Some(0.5), Some(1))
    );
    assert_eq!(one("tested_change_share")["value"].as_f64(), Some(0.5));
    assert_eq!(one("deviating_change_share")["value"].as_f64(), Some(0.5));
    // Planned for the third, and nobody has begun.
    assert_eq!(one("changes_late_to_start")["value"].as_f64(), Some(1.0));
}

#[test]
fn a_reversed_ticket_is_neither_good_nor_bad() {
    let project = Project::new(&format!("{HEAD}[clocks]\nresolve_within = {{ 2 = \"8h\" }}\n"));
    let rows = [
        "T1,2,2026-06-10T08:00:00Z,2026-06-10T09:00:00Z,",
        "T2,2,2026-06-10T08:00:00Z,2026-06-10T20:00:00Z,",
        "T3,2,2026-06-10T08:00:00Z,2026-06-09T08:00:00Z,",
        "T4,2,2026-06-10T08:00:00Z,2026-06-09T08:00:00Z,2026-06-11T08:00:00Z",
    ];
    project.write("tickets.csv", format!("id,priority,opened_at,resolved_at,resolve_due_at\n{}\n", rows.join("\n")));
    let objective = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: in-time}\nspec:\n  service: Desk\n  \
        timeWindow: [{duration: 28d, isRolling: true}]\n  budgetingMethod: Occurrences\n  indicator:\n    \
        metadata: {name: resolved}\n    spec:\n      ratioMetric:\n        \
        good: {metricSource: {type: nines, spec: {fact: tickets, where: within_target}}}\n        \
        total: {metricSource: {type: nines, spec: {fact: tickets}}}\n  objectives: [{target: 0.6}]\n";
    project.write("slos/desk.yaml", objective);
    project.ok(&["ingest"]);
    let verdicts = project.query("SELECT id, within_target, time_to_resolve_s FROM fact_tickets");
    let found = ["T1", "T2", "T3", "T4"].map(|id| of(&verdicts, id, "within_target"));
    assert_eq!(found, ["true", "false", "", ""]);
    assert_eq!(of(&verdicts, "T3", "time_to_resolve_s"), "");
    let days = project.query("SELECT SUM(bad) AS bad, SUM(total) AS total FROM fact_slo_days");
    let number = |name: &str| days[0][name].parse::<f64>().unwrap();
    assert_eq!((number("bad"), number("total")), (1.0, 2.0));
}
