//! The five figures of DORA by plain loops: every deployment against every other, and no index.

use std::collections::BTreeMap;

use super::{micros, moment};
use crate::project::Row;

const DAY: i64 = 86_400_000_000;

#[derive(Clone, Debug)]
pub struct Deployment {
    id: String,
    service: String,
    production: bool,
    change: String,
    committed: i64,
    started: i64,
    finished: i64,
    outcome: String,
    kind: String,
}

/// The sound rows of the demo's file: the damaged copies are cut short, have a date or a word that nobody knows, or no key.
pub fn deployments(text: &str) -> Vec<Deployment> {
    let mut found: BTreeMap<String, Deployment> = BTreeMap::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    for record in reader.records().map(Result::unwrap).filter(|record| record.len() == head.len()) {
        let row: Row = record.deserialize(Some(&head)).unwrap();
        let date = |name: &str| chrono::DateTime::parse_from_rfc3339(&row[name]).is_ok();
        let known = ["successful", "failed", "rolled_back"].contains(&row["outcome"].as_str());
        if !row["id"].starts_with("DEP-") || !date("finished_at") || !known {
            continue;
        }
        let deployment = Deployment {
            id: row["id"].clone(),
            service: row["service"].clone(),
            production: row["environment"] == "production",
            change: row["change"].clone(),
            committed: micros(&row["committed_at"]),
            started: micros(&row["started_at"]),
            finished: micros(&row["finished_at"]),
            outcome: row["outcome"].clone(),
            kind: row["kind"].clone(),
        };
        found.insert(deployment.id.clone(), deployment);
    }
    found.into_values().collect()
}

/// An incident or a ticket with what it says caused it.
pub struct Cause {
    incident: bool,
    start: i64,
    restored: Option<i64>,
    changes: Vec<String>,
    deployments: Vec<String>,
}

pub fn causes(incidents: &[Row], tickets: &[Row], links: &[Row]) -> Vec<Cause> {
    let linked = |table: &str, id: &str, to: &str| -> Vec<String> {
        let own = links.iter().filter(|l| l["from_table"] == table && l["from_id"] == id && l["to_table"] == to);
        own.map(|link| link["to_id"].clone()).collect()
    };
    let cause = |table: &str, row: &Row, start: i64, restored: Option<i64>, named: &str| {
        let mut changes = linked(table, &row["id"], "changes");
        if !named.is_empty() {
            changes.push(named.to_string());
        }
        let deployments = linked(table, &row["id"], "deployments");
        Cause { incident: table == "incidents", start, restored, changes, deployments }
    };
    let mut all = Vec::new();
    for row in incidents {
        let start = moment(row, "started_at").or(moment(row, "detected_at")).unwrap();
        all.push(cause("incidents", row, start, moment(row, "restored_at"), &row["change"]));
    }
    for row in tickets {
        all.push(cause("tickets", row, moment(row, "opened_at").unwrap(), None, &row["caused_by_change"]));
    }
    all
}

#[derive(Debug)]
pub struct Five {
    pub frequency: f64,
    pub lead_time_s: f64,
    pub fail_rate: f64,
    pub recovery_s: f64,
    pub rework: f64,
    pub failed: usize,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

pub fn five(all: &[Deployment], causes: &[Cause], (start, end): (i64, i64), days: f64) -> Five {
    let within = |at: i64| start <= at && at < end;
    let production: Vec<&Deployment> = all.iter().filter(|d| d.production).collect();
    let mut live = 0;
    let mut leads = Vec::new();
    let (mut judged, mut failed, mut rework) = (0, 0, 0);
    let mut recoveries = Vec::new();
    let mut everything = 0;
    for d in &production {
        let rollback = d.kind == "rollback";
        if within(d.finished) && d.outcome == "successful" && !rollback {
            live += 1;
            leads.push((d.finished - d.committed) as f64 / 1e6);
        }
        if within(d.finished) {
            everything += 1;
            rework += usize::from(d.kind != "normal");
        }
        if rollback {
            continue;
        }
        // A hotfix or rollback for which this is the last attempt before.
        let mended = production.iter().any(|fix| {
            let last = production
                .iter()
                .filter(|o| {
                    o.service == fix.service && o.kind != "rollback" && o.finished <= fix.started && o.id != fix.id
                })
                .max_by_key(|other| other.finished);
            fix.kind != "normal" && last.is_some_and(|last| last.id == d.id) && fix.started - d.finished < DAY
        });
        let guilty = |cause: &&Cause| {
            if cause.deployments.contains(&d.id) {
                return true;
            }
            cause.changes.iter().any(|change| {
                let under: Vec<&&Deployment> =
                    production.iter().filter(|o| o.change == *change && o.kind != "rollback").collect();
                if under.iter().any(|other| cause.deployments.contains(&other.id)) {
                    return false;
                }
                let before = under.iter().filter(|o| o.finished <= cause.start).max_by_key(|o| o.finished);
                let chosen = before.or_else(|| under.iter().min_by_key(|o| o.finished));
                chosen.is_some_and(|chosen| chosen.id == d.id)
            })
        };
        let own: Vec<&Cause> = causes.iter().filter(guilty).collect();
        let bad = d.outcome != "successful" || mended || !own.is_empty();
        if within(d.finished) {
            judged += 1;
            failed += usize::from(bad);
        }
        if !bad {
            continue;
        }
        let incidents: Vec<&&Cause> = own.iter().filter(|cause| cause.incident).collect();
        let over = if incidents.is_empty() {
            let later = production.iter().filter(|o| o.service == d.service && o.outcome == "successful");
            later.map(|other| other.finished).filter(|at| *at > d.finished).min()
        } else if incidents.iter().any(|cause| cause.restored.is_none()) {
            None
        } else {
            incidents.iter().filter_map(|cause| cause.restored).max()
        };
        if let Some(over) = over.filter(|over| within(*over) && *over >= d.finished) {
            recoveries.push((over - d.finished) as f64 / 1e6);
        }
    }
    Five {
        frequency: f64::from(live) / days,
        lead_time_s: median(leads),
        fail_rate: failed as f64 / judged as f64,
        recovery_s: median(recoveries),
        rework: rework as f64 / everything as f64,
        failed,
    }
}
