//! The paths and states of a real incident audit log (UCI 498) against a plain Python program that walks it step by step.

use std::collections::BTreeMap;

use serde_json::json;

use super::{ask, same};
use crate::project::{Project, real_exports};

/// All tickets of the log were opened in it.
const SPAN: &str = "2015-01-01..2017-12-31";
/// The group that most tickets come to first.
const DESK: &str = "Group 70";

#[test]
fn python_walks_the_same_paths_through_the_audit_log() {
    let Some(folder) = real_exports("servicenow_uci") else { return };
    let file = folder.join("incident_event_log.csv.gz");
    let question = json!({ "file": file, "as_of": 1_514_764_800, "first_line": [DESK] });
    let Some(theirs) = ask("servicenow_paths.py", &["gzip"], &question) else { return };
    let groups = theirs["teams"].as_object().unwrap();
    let tiers = groups.keys().filter(|name| !name.is_empty());
    let tiers: String = tiers.map(|name| format!("\"{name}\" = {}\n", if name == DESK { 1 } else { 2 })).collect();
    let head = "name = \"Company of UCI 498\"\nas_of = \"2018-01-01T00:00:00Z\"\n";
    let project = Project::new(&format!("{head}\n[[exports]]\nfiles = '{}'\n\n[tiers]\n{tiers}", file.display()));
    project.ok(&["ingest", "--quiet"]);

    let measures = project.measure(&["escalation_free_share", "hand_overs", "--period", SPAN]);
    let [free, steps] = &measures[..] else { panic!("{measures:?}") };
    same("escalation-free", free["value"].as_f64(), &theirs["escalation_free"], 1e-12);
    same("judged", free["denominator"].as_f64(), &theirs["judged"], 0.0);
    same("hand-overs", steps["value"].as_f64(), &theirs["steps"], 0.0);
    let bounces = &project.query("SELECT COUNT(*) AS n FROM fact_ticket_steps WHERE bounce")[0]["n"];
    assert_eq!(*bounces, theirs["bounces"].to_string());

    // The time of every state and team, with what is before the first step that says one, and what still goes on.
    for (fact, column, name, told) in [
        ("ticket_states", "lasted_s", "state", &theirs["states"]),
        ("ticket_stays", "held_s", "team", &theirs["teams"]),
    ] {
        let sql = format!("SELECT {name} AS name, SUM({column}) AS s FROM fact_{fact} GROUP BY {name}");
        let sums: BTreeMap<String, f64> =
            project.query(&sql).into_iter().map(|row| (row["name"].clone(), row["s"].parse().unwrap())).collect();
        for (name, total) in told.as_object().unwrap() {
            same(&format!("time in {name:?}"), sums.get(name).copied(), total, 1e-9);
        }
        assert!(sums.iter().all(|(name, sum)| *sum == 0.0 || told.get(name).is_some()), "{sums:?}");
        let whole = format!(
            "SELECT COUNT(*) AS n FROM fact_tickets t LEFT JOIN (SELECT ticket, SUM({column}) AS s FROM fact_{fact} GROUP BY ticket) p \
             ON p.ticket = t.id WHERE p.s IS NULL OR ABS(p.s - t.observed_s) > 0.001"
        );
        // A ticket whose end lies before its opening is a data error and has lasted no time.
        assert_eq!(project.query(&whole)[0]["n"], reversed(&project), "{fact}");
    }
}

fn reversed(project: &Project) -> String {
    project.query("SELECT COUNT(*) AS n FROM fact_tickets WHERE observed_s IS NULL")[0]["n"].clone()
}
