//! The demo's exports as they lie on disk, read with plain loops and none of the program's code. Damaged records are
//! skipped: the demo writes each of them as an extra copy right before the good one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, TimeZone};
use serde_json::Value;

pub type Row = BTreeMap<String, String>;

/// Everything that the figures need. Instants are seconds since the epoch, UTC.
pub struct Exports {
    /// The good rows of each ticket, in the order of its life.
    pub tickets: BTreeMap<String, Vec<Row>>,
    pub changes: BTreeMap<String, Row>,
    pub incidents: BTreeMap<String, Value>,
    pub outages: BTreeMap<String, Row>,
    pub maintenance: Vec<Row>,
    pub services: Vec<Row>,
    pub tiers: BTreeMap<String, i64>,
    /// Tickets that are children of others, or were merged into others.
    pub counted_with_others: BTreeSet<String>,
    /// Services that have a log of probes.
    pub probed: BTreeSet<String>,
}

impl Exports {
    pub fn read(project: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(project.join("exports").join(name)).unwrap();
        let mut tickets: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in sheet(&text("incident_audit.csv")) {
            let damaged =
                row["number"] == "?" || row["priority"] == "Urgent!" || local(&row["sys_updated_at"]).is_none();
            if !damaged {
                tickets.entry(row["number"].clone()).or_default().push(row);
            }
        }
        for rows in tickets.values_mut() {
            rows.sort_by_key(|row| row["sys_mod_count"].parse::<i64>().unwrap());
        }
        let mut changes: BTreeMap<String, Row> = BTreeMap::new();
        for row in sheet(&text("changes.csv")) {
            let known_type = ["Standard", "Normal", "Emergency"].contains(&row["Custom field (Change type)"].as_str());
            if !row["Issue key"].is_empty() && known_type {
                changes.insert(row["Issue key"].clone(), row);
            }
        }
        let lines = text("pagerduty_incidents.jsonl");
        let incidents = lines
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|incident| utc(incident["custom"]["started_at"].as_str().unwrap_or("")).is_some())
            .map(|incident| (incident["id"].as_str().unwrap().to_string(), incident))
            .filter(|(id, _)| !id.is_empty())
            .collect();
        let outages = sheet(&text("outages.csv")).into_iter().filter(|row| utc(&row["started_at"]).is_some());
        let outages = outages.map(|row| (row["id"].clone(), row)).filter(|(id, _)| !id.is_empty());
        let tiers =
            sheet(&text("teams.csv")).into_iter().map(|row| (row["team"].clone(), row["tier"].parse().unwrap()));
        let mut probes = String::new();
        let zipped = fs::File::open(project.join("exports/probes.csv.gz")).unwrap();
        flate2::read::GzDecoder::new(zipped).read_to_string(&mut probes).unwrap();
        Self {
            tickets,
            changes,
            incidents,
            outages: outages.collect(),
            maintenance: sheet(&text("maintenance.csv")),
            services: sheet(&text("services.csv")),
            tiers: tiers.collect(),
            counted_with_others: sheet(&text("links.csv"))
                .into_iter()
                .filter(|row| row["from_table"] == "tickets" && row["to_table"] == "tickets")
                .filter(|row| ["child_of", "duplicate_of"].contains(&row["kind"].as_str()))
                .map(|row| row["from_id"].clone())
                .collect(),
            probed: probes.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_string).collect(),
        }
    }

    /// Whether two services are one, or one of them depends on the other.
    pub fn related(&self, a: &str, b: &str) -> bool {
        let depends = |on: &str, from: &str| {
            let listed = |row: &&Row| row["service"] == from && row["depends_on"].split(';').any(|name| name == on);
            self.services.iter().any(|row| listed(&row))
        };
        a == b || depends(a, b) || depends(b, a)
    }
}

/// The rows that have as many cells as the header.
fn sheet(text: &str) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records = reader.records().map(Result::unwrap).filter(|record| record.len() == header.len());
    records.map(|record| header.iter().map(str::to_string).zip(record.iter().map(str::to_string)).collect()).collect()
}

/// An instant with an offset.
pub fn utc(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp())
}

/// A wall-clock time of the tickets' export.
pub fn local(text: &str) -> Option<i64> {
    let wall = NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M").ok()?;
    chrono_tz::Europe::Brussels.from_local_datetime(&wall).earliest().map(|at| at.timestamp())
}
