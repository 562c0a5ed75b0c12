//! Recorded payloads of Jira, PagerDuty, Opsgenie, GitLab and GitHub, against the tables that DevLake's own tests expect of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use chrono::DateTime;

use crate::project::{Project, Row, real_exports, rows};

/// A project with one of the recorded files.
fn loaded(file: &str) -> Option<(Project, PathBuf)> {
    let folder = real_exports("vendor_samples/devlake")?;
    let project = Project::new("name = \"d\"\nzone = \"UTC\"\n[[exports]]\nfiles = \"exports/*\"\n");
    project.write("exports/sample.csv", fs::read(folder.join(file)).unwrap());
    project.ok(&["ingest"]);
    Some((project, folder))
}

fn expected(folder: &std::path::Path, file: &str) -> Vec<Row> {
    rows(fs::read_to_string(folder.join(file)).unwrap().trim_start_matches('\u{feff}'))
}

fn micros(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap_or_else(|error| panic!("{text}: {error}")).timestamp_micros()
}

fn count(project: &Project, sql: &str) -> usize {
    project.query(sql)[0]["n"].parse().unwrap()
}

#[test]
fn status_histories_are_those_that_were_expected() {
    let Some((project, folder)) = loaded("issue_trace/e2e/raw_tables/issue_changelogs.csv") else { return };
    let ours: BTreeSet<(String, i64, String)> = project
        .query("SELECT ticket, at, state FROM history_ticket_events WHERE event = 'status'")
        .into_iter()
        .map(|row| (row["ticket"].clone(), micros(&row["at"]), row["state"].clone()))
        .collect();
    let theirs: BTreeSet<(String, i64, String)> =
        expected(&folder, "issue_trace/e2e/snapshot_tables/issue_status_history.csv")
            .into_iter()
            // The first state begins with the issue, not with a change.
            .filter(|row| row["is_first_status"] == "0")
            .map(|row| (row["issue_id"].clone(), micros(&row["start_date"]), row["original_status"].clone()))
            .collect();
    let missing: Vec<_> = theirs.difference(&ours).collect();
    assert!(theirs.len() > 100 && missing.is_empty(), "of {}: {missing:?}", theirs.len());
}

#[test]
fn deployments_are_those_that_were_expected() {
    for tool in [
        "gitlab/e2e/raw_tables/_raw_gitlab_api_deployments.csv",
        "github_graphql/e2e/raw_tables/_raw_github_graphql_deployment.csv",
    ] {
        let Some((project, folder)) = loaded(tool) else { return };
        let tool = tool.split('/').next().unwrap();
        let ours: BTreeMap<String, Row> = project
            .query("SELECT id, environment, outcome, finished_at FROM deployments")
            .into_iter()
            .map(|row| (row["id"].clone(), row))
            .collect();
        let theirs = expected(&folder, &format!("{tool}/e2e/snapshot_tables/cicd_deployments.csv"));
        let finished: Vec<&Row> =
            theirs.iter().filter(|row| !row["finished_date"].is_empty() && row["status"] == "DONE").collect();
        assert!(finished.len() > 2, "{tool}");
        for row in finished {
            let id = row["id"].rsplit(':').next().unwrap();
            let Some(found) = ours.get(id) else { panic!("{tool}: {id} is missing") };
            let outcome = match row["result"].as_str() {
                "SUCCESS" => "successful",
                "FAILURE" => "failed",
                other => panic!("{tool}: {id} ended with {other:?}"),
            };
            let (ours, theirs) = (micros(&found["finished_at"]) / 1000, micros(&row["finished_date"]) / 1000);
            assert_eq!((found["outcome"].as_str(), ours), (outcome, theirs), "{tool}: {id}");
            assert_eq!(found["environment"].to_lowercase(), row["environment"].to_lowercase(), "{tool}: {id}");
        }
    }
}

#[test]
fn no_record_of_the_raw_tables_is_missing() {
    let distinct = |folder: &std::path::Path, file: &str, column: &str| {
        expected(folder, file).into_iter().map(|row| row[column].clone()).collect::<BTreeSet<_>>().len()
    };
    if let Some((project, folder)) = loaded("pagerduty/e2e/raw_tables/_raw_pagerduty_incidents.csv") {
        let found = count(&project, "SELECT COUNT(*) AS n FROM incidents");
        assert_eq!(found, distinct(&folder, "pagerduty/e2e/snapshot_tables/_tool_pagerduty_incidents.csv", "number"));
    }
    if let Some((project, folder)) = loaded("opsgenie/e2e/raw_tables/_raw_opsgenie_incidents.csv") {
        let found = count(&project, "SELECT COUNT(DISTINCT id) AS n FROM incidents");
        assert_eq!(found, distinct(&folder, "opsgenie/e2e/snapshot_tables/_tool_opsgenie_incidents.csv", "id"));
    }
    if let Some((project, folder)) = loaded("jira/e2e/raw_tables/_raw_jira_api_issues.csv") {
        let sql = "SELECT COUNT(DISTINCT id) AS n FROM (SELECT id FROM tickets UNION ALL SELECT id FROM problems \
                   UNION ALL SELECT id FROM changes UNION ALL SELECT id FROM work_items)";
        let found = count(&project, sql);
        // Their table is of one board, which lacks the three issues of another.
        assert_eq!(found, distinct(&folder, "jira/e2e/snapshot_tables/issues.csv", "issue_key") + 3);
    }
}

/// The last successful deployment into production of the same project before each incident, as DevLake connects them.
#[test]
fn incidents_are_attributed_to_the_deployments_that_were_expected() {
    let Some(folder) = real_exports("vendor_samples/devlake") else { return };
    let folder = folder.join("dora/e2e/connect_incident_to_deployment");
    let project = Project::new(
        "name = \"d\"\nzone = \"UTC\"\nas_of = \"2023-01-01T00:00:00Z\"\n[[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    for (file, name) in [
        ("prev_success_deployment_commit/cicd_deployment_commits_after.csv", "deployments.csv"),
        ("raw_tables/incidents.csv", "incidents.csv"),
        ("raw_tables/project_mapping.csv", "projects.csv"),
    ] {
        project.write(&format!("exports/{name}"), fs::read(folder.join(file)).unwrap());
    }
    project.ok(&["ingest"]);
    // Their deployments hold several commits; ours are the commits, and name the deployment as their release.
    let release: BTreeMap<String, String> = project
        .query("SELECT id, release FROM deployments")
        .into_iter()
        .map(|row| (row["id"].clone(), row["release"].clone()))
        .collect();
    let all = project.query("SELECT id, deployment_before FROM fact_incident_origins");
    assert_eq!(all.len(), 7);
    let ours: BTreeMap<String, String> = all
        .into_iter()
        .filter(|row| !row["deployment_before"].is_empty())
        .map(|row| (row["id"].clone(), release[&row["deployment_before"]].clone()))
        .collect();
    let theirs: BTreeMap<String, String> =
        expected(&folder, "snapshot_tables/project_incident_deployment_relationships.csv")
            .into_iter()
            .map(|row| (row["id"].clone(), row["deployment_id"].clone()))
            .collect();
    assert_eq!(theirs.len(), 6);
    assert_eq!(ours, theirs);
}
