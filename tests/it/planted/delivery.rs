//! Bugs, changes, releases and deployments: what is planted there.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

use super::{DEMO, Demo};
use crate::project::Row;

/// Everything up to as-of.
const ALL: &str = "2026-01-05..2026-07-06";

/// The one row of a fact about a record.
fn record(demo: &Demo, fact: &str, id: &str) -> Row {
    let mut rows = demo.project.query(&format!("SELECT * FROM fact_{fact} WHERE id = '{id}'"));
    assert_eq!(rows.len(), 1, "{id} in {fact}");
    rows.remove(0)
}

/// The ISO week of a moment, in UTC.
fn week(micros: i64) -> String {
    let week = DateTime::<Utc>::from_timestamp_micros(micros).unwrap().iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// A metric in a period by the slices of a dimension, those with a value other than 0.
fn some(demo: &Demo, metric: &str, period: &str, dimension: &str) -> Vec<(String, f64)> {
    let found = demo.project.measure(&[metric, "--period", period, "--by", dimension]);
    let name = |measure: &Value| measure["dims"][dimension].as_str().unwrap().to_string();
    let value = |measure: &Value| measure["value"].as_f64().filter(|value| *value != 0.0);
    found.iter().filter_map(|measure| Some((name(measure), value(measure)?))).collect()
}

#[test]
fn the_bad_release_is_found_as_change_deployment_problem_and_incident() {
    let demo = &*DEMO;
    let bad = demo.planted.bad_release.as_ref().unwrap();
    let (change, deployment) = (record(demo, "changes", &bad.change), record(demo, "deployments", &bad.deployment));
    for (row, column) in [(&change, "failed"), (&change, "backed_out"), (&change, "caused_incident")] {
        assert_eq!(row[column], "true", "{column} of the change");
    }
    for column in ["failed", "caused_incident", "stopped", "ticket_raised"] {
        assert_eq!(deployment[column], "true", "{column} of the deployment");
    }
    // Its outage is what the deployment's warranty counts, and the problem behind it had incidents.
    assert!(deployment["surprises"].parse::<i64>().unwrap() >= 2, "{deployment:?}");
    let problem = record(demo, "problems", &bad.problem);
    assert_eq!((problem["severity"].as_str(), problem["with_incident"].as_str()), ("1", "true"));

    // The figures of the week and the service say so, and those of the other weeks together do not reach them.
    let (ended, started) = (week(bad.change_ended), week(bad.started));
    let of = |metric: &str, period: &str| demo.one(metric, period, Some(("service", &bad.service)))["value"].as_f64();
    assert_eq!(of("change_failure_rate", &ended), Some(1.0));
    assert!(of("deployment_change_fail_rate", &started).unwrap() > of("deployment_change_fail_rate", ALL).unwrap());
    assert!(of("change_failure_rate", ALL).unwrap() < 1.0);
    assert!(of("incidents_per_deployment", &started).unwrap() >= 0.5);
    assert!(of("change_caused_incidents", &ended).unwrap() >= 1.0);
    let outcomes = some(demo, "change_outcomes", &ended, "outcome");
    assert!(outcomes.iter().any(|(outcome, _)| outcome == "backed_out"), "{outcomes:?}");
}

#[test]
fn the_top_bug_brings_the_most_tickets() {
    let demo = &*DEMO;
    let top = &demo.planted.top_bug;
    let ranked = demo.project.query(
        "SELECT problem_id, count(*) AS tickets FROM fact_problem_tickets WHERE bug AND ticket GROUP BY problem_id \
         ORDER BY tickets DESC, problem_id LIMIT 1",
    );
    assert_eq!((&ranked[0]["problem_id"], &ranked[0]["tickets"]), (&top.bug, &top.tickets.to_string()));
    let linked = demo.project.query(
        "SELECT count(*) AS n FROM fact_problem_tickets WHERE problem_id LIKE 'BUG-%' OR problem_id LIKE 'KNE-%'",
    );
    assert_eq!(linked[0]["n"], demo.planted.tickets_of_bugs.to_string());
    assert_eq!(record(demo, "problems", &top.bug)["tickets"], top.tickets.to_string());

    let share = demo.one("tickets_top_bug_share", ALL, None);
    assert_eq!(share["numerator"].as_f64(), Some(top.tickets as f64));
    assert_eq!(share["denominator"], demo.one("tickets_of_bugs", ALL, None)["value"]);
    // On its service it is nearly all.
    let own = demo.one("tickets_top_bug_share", ALL, Some(("service", &top.service)));
    assert!(own["value"].as_f64() > share["value"].as_f64(), "{own}");
    let ten = demo.one("tickets_top_10_bugs_share", ALL, None)["value"].as_f64().unwrap();
    assert!(ten > 0.5, "ten bugs bring {ten} of the tickets");
    let most = some(demo, "tickets_of_bugs", ALL, "service");
    let first = most.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!(first.0, top.service);
}

#[test]
fn bugs_that_stand_upside_down_show_in_the_matrix_and_in_the_ranks() {
    let demo = &*DEMO;
    let planted = &demo.planted.upside_down_bugs;
    assert!(!planted.is_empty());
    let found = demo.project.query(
        "SELECT id FROM fact_problems WHERE bug AND ((severity = 1 AND priority = 4) OR (severity = 4 AND priority = 1)) ORDER BY id",
    );
    let mut ids = planted.clone();
    ids.sort();
    assert_eq!(found.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), ids);

    // A day on which one of them was open: the matrix has it in its corner, and the orders agree better without it.
    let opened = &record(demo, "problems", &ids[0])["opened_at"];
    let day = &opened[..10];
    let upside_down = "(severity = 1 AND priority = 4) OR (severity = 4 AND priority = 1)";
    let matrix = demo.project.measure(&["bugs_open", "--period", day, "--by", "severity,priority"]);
    let corner = matrix.iter().filter(|cell| {
        let level = |name: &str| cell["dims"][name].as_str().unwrap().parse::<i64>().unwrap_or(0);
        (level("severity") - level("priority")).abs() == 3
    });
    assert!(corner.filter_map(|cell| cell["value"].as_f64()).sum::<f64>() >= 1.0, "{day}");
    let ranks = |keep: &str| {
        let found = demo.project.measure(&["bug_rank_disagreement", "--period", ALL, "--where", keep]);
        found[0]["value"].as_f64().unwrap()
    };
    assert!(ranks("severity >= 1") > ranks(&format!("NOT ({upside_down})")));
}

#[test]
fn the_release_that_the_firebreak_holds_is_held_and_under_way() {
    let demo = &*DEMO;
    let held = &demo.planted.held_release;
    let deployment = record(demo, "deployments", held);
    assert_eq!((deployment["held"].as_str(), deployment["released_at"].as_str()), ("true", ""));
    assert_eq!(demo.one("deployments_held", ALL, None)["value"], 1.0);
    assert_eq!(some(demo, "deployments_held", ALL, "release"), [(deployment["release"].clone(), 1.0)]);
    // It is the one release of its service that is on its way.
    assert!(
        demo.one("releases_under_way", ALL, Some(("service", &deployment["service"])))["value"].as_f64() >= Some(1.0)
    );
    let stages = demo.project.query(&format!(
        "SELECT environment, reached, settled_at FROM fact_release_stages WHERE release = '{}' ORDER BY position",
        deployment["release"]
    ));
    let reached: Vec<&str> = stages.iter().map(|row| row["reached"].as_str()).collect();
    assert_eq!(reached, ["true", "true", "true", "false"]);
    assert!(stages.iter().all(|row| row["settled_at"].is_empty()), "nobody knows yet how far it gets");
}

#[test]
fn the_service_whose_authors_deploy_breaks_the_separation_of_duties() {
    let demo = &*DEMO;
    let breaches = some(demo, "separation_of_duties_breaches", ALL, "service");
    assert_eq!(breaches.iter().map(|(service, _)| service).collect::<Vec<_>>(), [&demo.planted.self_deployed]);
    let share = demo.one("separation_of_duties_breach_share", ALL, Some(("service", &demo.planted.self_deployed)));
    assert!((0.3..0.7).contains(&share["value"].as_f64().unwrap()), "{share}");
}

/// The generator lets services that are deployed less often fail more often.
#[test]
fn what_is_deployed_less_often_surprises_more_often() {
    let demo = &*DEMO;
    let of = |band: &str| demo.one("surprises_per_deployment", ALL, Some(("frequency_band", band)))["value"].as_f64();
    assert!(of("2 or 3 in 28 d") > of("4 to 7 in 28 d"));
}

#[test]
fn what_leaves_and_enters_the_stock_of_bugs_and_problems_is_what_changes_it() {
    let demo = &*DEMO;
    for [stock, into, out, net] in [
        ["bugs_open", "bugs_reported", "bugs_ended", "bug_net_flow"],
        ["problems_open", "problems_opened", "problems_ended", "problem_net_flow"],
    ] {
        let value = |metric: &str, period: &str| demo.one(metric, period, None)["value"].as_f64().unwrap();
        for (before, month) in [("2026-02", "2026-03"), ("2026-03", "2026-04"), ("2026-05", "2026-06")] {
            let change = value(stock, month) - value(stock, before);
            assert_eq!(value(into, month) - value(out, month), change, "{stock} in {month}");
            assert_eq!(value(net, month), change);
        }
    }
}
