//! Every canonical table gets rows, in its own columns and words, and what refers to another record finds it.

use super::{made, rows};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The export that fills each table with a mapping of its own.
const MAPPED: [(&str, &str); 4] = [
    ("tickets", "incident_audit.csv"),
    ("ticket_events", "incident_audit.csv"),
    ("incidents", "pagerduty_incidents.jsonl"),
    ("changes", "changes.csv"),
];

/// The declarations of all canonical tables.
fn tables() -> BTreeMap<String, toml::Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/tables");
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        tables.insert(name, std::fs::read_to_string(&path).unwrap().parse().unwrap());
    }
    tables
}

/// The name of a table's own export.
fn own(files: &BTreeMap<String, u64>, table: &str) -> Option<String> {
    files.keys().find(|name| name.split('.').next() == Some(table)).cloned()
}

#[test]
fn every_table_gets_rows_in_its_own_columns_and_words() {
    let (dir, summary) = made(2_000, 1, 26);
    let tables = tables();
    assert_eq!(tables.len(), 23);
    for (name, table) in &tables {
        if let Some((_, file)) = MAPPED.iter().find(|(mapped, _)| mapped == name) {
            assert!(summary.files[*file] > 50, "{name}");
            continue;
        }
        let file = own(&summary.files, name).unwrap();
        let rows = rows(dir.path(), &file);
        assert!(rows.len() > 10, "{name}");
        let columns = table["columns"].as_table().unwrap();
        let known: BTreeSet<&String> = columns.keys().collect();
        assert!(rows[0].keys().collect::<BTreeSet<_>>().is_subset(&known), "{name}");
        let mut bad = 0;
        for row in &rows {
            let fails = |(column, declared): (&String, &toml::Value)| {
                let text = row.get(column).map_or("", String::as_str);
                let required = declared.get("required").is_some_and(|r| r.as_bool() == Some(true));
                let listed = declared.get("values").and_then(|v| v.as_array());
                (required && text.is_empty())
                    || listed.is_some_and(|list| !text.is_empty() && !list.iter().any(|v| v.as_str() == Some(text)))
                    || (!text.is_empty() && !fits(declared["kind"].as_str().unwrap(), text))
            };
            bad += usize::from(columns.iter().any(fails));
        }
        let dirty = summary.dirty.get(&file).map_or(0, |kinds| kinds.values().sum::<u64>());
        assert!(bad as u64 <= dirty, "{name}: {bad}");
    }
}

/// Whether a text is of a kind.
fn fits(kind: &str, text: &str) -> bool {
    match kind {
        "instant" => super::utc(text).is_some(),
        "integer" => text.parse::<i64>().is_ok(),
        "number" | "seconds" => text.parse::<f64>().is_ok(),
        "share" => text.parse::<f64>().is_ok_and(|share| (0.0..=1.0).contains(&share)),
        "boolean" => matches!(text, "true" | "false"),
        _ => true,
    }
}

#[test]
fn references_find_their_record() {
    let (dir, summary) = made(2_000, 1, 26);
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |table: &str, file: &str, column: &str| {
        let ids = rows(dir.path(), file).into_iter().map(|row| row[column].clone());
        keys.insert(table.to_owned(), ids.collect());
    };
    for (table, column) in [("services", "service"), ("teams", "team"), ("customers", "customer"), ("problems", "id")] {
        add(table, &format!("{table}.csv"), column);
    }
    for table in ["deployments", "work_items"] {
        add(table, &format!("{table}.csv"), "id");
    }
    add("tickets", "incident_audit.csv", "number");
    add("changes", "changes.csv", "Issue key");
    let lines = super::text(dir.path(), "pagerduty_incidents.jsonl");
    let ids = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    keys.insert("incidents".to_owned(), ids.map(|i| i["id"].as_str().unwrap().to_owned()).collect());
    let mut orphans: BTreeSet<String> = BTreeSet::new();
    for (name, table) in &tables() {
        let Some(file) = own(&summary.files, name).filter(|_| name != "changes") else { continue };
        for row in rows(dir.path(), &file) {
            for (column, declared) in table["columns"].as_table().unwrap() {
                let target = declared.get("references").and_then(|r| r.as_str()).and_then(|target| keys.get(target));
                if let (Some(known), Some(text)) = (target, row.get(column).filter(|text| !text.is_empty()))
                    && !known.contains(text)
                {
                    orphans.insert(text.clone());
                }
            }
        }
    }
    for link in rows(dir.path(), "links.csv") {
        for end in ["from", "to"] {
            let id = &link[&format!("{end}_id")];
            if !keys[&link[&format!("{end}_table")]].contains(id) {
                orphans.insert(id.clone());
            }
        }
    }
    let log = rows(dir.path(), "incident_audit.csv");
    for row in log.iter().filter(|row| row["number"] != "?") {
        for (column, table) in [("problem_id", "problems"), ("company", "customers"), ("caused_by", "changes")] {
            if row[column] != "?" && !keys[table].contains(&row[column]) {
                orphans.insert(row[column].clone());
            }
        }
    }
    for survey in rows(dir.path(), "surveys.csv").iter().filter(|s| s["subject"] == "ticket") {
        assert!(keys["tickets"].contains(&survey["ref"]));
    }
    let planted = &summary.planted.orphans;
    let expected: BTreeSet<String> = planted.problems.iter().cloned().chain([planted.customer.clone()]).collect();
    assert_eq!(orphans, expected);
}

#[test]
fn nothing_happened_after_as_of() {
    for (tickets, seed, weeks) in [(2_000, 1, 26), (300, 2, 3), (50, 8, 60)] {
        let (dir, summary) = made(tickets, seed, weeks);
        let planned = ["due_at", "excepted_until", "valid_to"];
        for (name, table) in &tables() {
            let Some(file) = own(&summary.files, name).filter(|_| name != "changes") else { continue };
            let order = table.get("order").and_then(|o| o.as_array()).cloned().unwrap_or_default();
            for row in rows(dir.path(), &file) {
                for (column, text) in row.iter().filter(|(c, _)| !planned.contains(&c.as_str())) {
                    if let Some(at) = super::utc(text) {
                        assert!(at * 1_000_000 <= summary.as_of, "{name} {column} {row:?}");
                    }
                }
                for pair in &order {
                    let at = |n: usize| row.get(pair[n].as_str().unwrap()).and_then(|text| super::utc(text));
                    if let (Some(from), Some(to)) = (at(0), at(1)) {
                        assert!(from <= to, "{name} {pair} {row:?}");
                    }
                }
            }
        }
    }
}
