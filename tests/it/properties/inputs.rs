//! What came in, and when: order and repetition of rows change nothing, and what was known at an instant is what a lake that
//! stopped there would say. On the demo, for figures of every part of the catalogue and for the objectives.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use super::exports::{Sheet, clean, shuffle, write};
use crate::project::Project;

const FIGURES: [&str; 42] = [
    "availability",
    "availability_own",
    "availability_strict",
    "weighted_downtime",
    "user_minutes_lost",
    "outage_count",
    "longest_outage",
    "mtbf",
    "mtrs",
    "chain_availability",
    "tickets_opened",
    "tickets_resolved",
    "ticket_backlog",
    "ticket_backlog_age_median",
    "time_to_resolve_mean",
    "time_to_resolve_p90",
    "time_to_resolve_km_median",
    "working_time_to_resolve_median",
    "net_time_to_resolve_mean",
    "sla_attainment",
    "reopen_rate",
    "wait_share",
    "first_line_resolution",
    "escalations",
    "hops_mean",
    "ping_pong_rate",
    "change_success_rate",
    "change_failure_rate",
    "change_collisions",
    "unauthorised_changes",
    "incidents",
    "time_to_restore_median",
    "time_to_detect_mean",
    "maintainability_4h",
    "deployment_frequency",
    "deployment_lead_time_median",
    "deployment_change_fail_rate",
    "failed_deployment_recovery_time_median",
    "patch_currency",
    "toil_share",
    "apdex",
    "latency_p95",
];
const OF_OBJECTIVES: [&str; 4] = ["sli", "burn_rate", "error_budget_consumed", "slo_alerts_fired"];

/// Everything that a project says: figures of the whole span and of the last week, by service too, and its objectives.
fn said(project: &Project, more: &[&str]) -> String {
    let mut text = String::new();
    let mut ask = |arguments: &[&str]| {
        let out = project.ok(&[arguments, more].concat());
        let mut document: serde_json::Value = serde_json::from_str(&out).unwrap();
        // The one field that is about the question.
        document.as_object_mut().unwrap().remove("known_at");
        text += &serde_json::to_string_pretty(&document).unwrap();
    };
    for period in ["2026-W27", "2026-05-11..2026-07-06"] {
        let form = ["--period", period, "--format", "json"];
        ask(&[&["measure"], &FIGURES[..], &form].concat());
        ask(&[&["measure", "availability", "mtbf", "incidents", "latency_p95", "--by", "service"], &form[..]].concat());
        ask(&[&["measure"], &OF_OBJECTIVES[..], &["--by", "objective"], &form].concat());
    }
    ask(&["slo", "--format", "json"]);
    text
}

/// The first line at which two answers differ, with the lines around it.
fn differ(one: &str, other: &str) -> Option<String> {
    let (one, other): (Vec<_>, Vec<_>) = (one.lines().collect(), other.lines().collect());
    let at = one.iter().zip(&other).position(|(a, b)| a != b).or((one.len() != other.len()).then_some(0))?;
    let near = |lines: &[&str]| lines[at.saturating_sub(15)..(at + 3).min(lines.len())].join("\n");
    Some(format!("{}\n=====\n{}", near(&one), near(&other)))
}

fn demo() -> (Project, BTreeMap<String, Sheet>) {
    let project = Project::demo(400, 8);
    let sheets = clean(&project);
    assert!(sheets.len() >= 20 && sheets["incident_audit.csv"].rows.len() > 1_000);
    (project, sheets)
}

#[test]
fn order_and_repetition_of_rows_change_nothing() {
    let (plain, sheets) = demo();
    write(&plain, &sheets);
    plain.expect(0, &["ingest", "--quiet"]);
    let expected = said(&plain, &[]);
    for seed in [1, 2] {
        let mut other = sheets.clone();
        for (place, sheet) in other.values_mut().enumerate() {
            let again: Vec<_> = sheet.rows.iter().skip(place % 3).step_by(4).cloned().collect();
            sheet.rows.extend(again);
            shuffle(&mut sheet.rows, seed * 1_000 + place as u64);
        }
        let project = Project::demo(400, 8);
        write(&project, &other);
        project.expect(0, &["ingest", "--quiet"]);
        assert_eq!(differ(&expected, &said(&project, &[])), None, "seed {seed}");
    }
}

/// What was known first: a part of the rows, and some of them otherwise than they turned out later.
fn first_known(sheets: &BTreeMap<String, Sheet>) -> BTreeMap<String, Sheet> {
    let mut known = sheets.clone();
    for (name, sheet) in &mut known {
        let whole = ["services.csv", "teams.csv", "customers.csv"].contains(&name.as_str());
        let mut place = 0;
        sheet.rows.retain(|_| {
            place += 1;
            whole || place % 10 < 7
        });
        let mut set = |column: &str, every: usize, change: &dyn Fn(&str) -> String| {
            let at = sheet.at(column);
            for row in sheet.rows.iter_mut().step_by(every) {
                row[at] = change(&row[at]);
            }
        };
        let none = |_: &str| String::new();
        match name.as_str() {
            "outages.csv" => set("weight", 3, &|_| "0.5".to_string()),
            "changes.csv" => {
                set("Resolution", 5, &|word| if word == "Successful" { "Failed" } else { word }.to_string());
            }
            "deployments.csv" => set("committed_at", 4, &none),
            "patches.csv" => set("applied_at", 3, &none),
            "sli_counts.csv.gz" => set("good", 50, &|_| "0".to_string()),
            "probes.csv.gz" => set("latency_s", 20, &|_| "3.5".to_string()),
            "effort.csv.gz" => set("work", 6, &|_| "toil".to_string()),
            "services.csv" => set("depends_on", 3, &none),
            "teams.csv" => set("tier", 5, &|_| "2".to_string()),
            _ => {}
        }
    }
    known
}

#[test]
fn what_was_known_then_is_what_a_lake_of_then_says() {
    let (grown, sheets) = demo();
    let stopped = Project::demo(400, 8);
    let early = first_known(&sheets);
    for project in [&grown, &stopped] {
        write(project, &early);
        project.expect(0, &["ingest", "--quiet"]);
    }
    let then = &grown.query("SELECT MAX(_ingested_at) AS at FROM ledger_files")[0]["at"];
    sleep(Duration::from_millis(20));
    write(&grown, &sheets);
    grown.expect(0, &["ingest", "--quiet"]);
    let expected = said(&stopped, &[]);
    assert_ne!(said(&grown, &[]), expected, "the later rows say something else");
    assert_eq!(differ(&expected, &said(&grown, &["--known-at", then])), None);
    // And what is known now doesn't depend on the way that it came.
    let at_once = Project::demo(400, 8);
    write(&at_once, &sheets);
    at_once.expect(0, &["ingest", "--quiet"]);
    assert_eq!(differ(&said(&at_once, &[]), &said(&grown, &[])), None);
}
