//! The exports agree with each other: an outage is a gap in the probes, an incident and tickets; a bad release is a change too.

use super::{Row, made, rows, text, tickets, utc};
use std::collections::BTreeMap;

#[test]
fn outages_show_as_incidents_and_tickets() {
    let (dir, summary) = made(2_000, 1, 26);
    let text = text(dir.path(), "pagerduty_incidents.jsonl");
    let incidents: BTreeMap<String, serde_json::Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .map(|incident| (incident["id"].as_str().unwrap().to_owned(), incident))
        .collect();
    let tickets: BTreeMap<String, Row> =
        tickets(dir.path()).into_iter().map(|t| (t[0]["number"].clone(), t[0].clone())).collect();
    let mut linked = 0;
    let outages: Vec<Row> =
        rows(dir.path(), "outages.csv").into_iter().filter(|o| utc(&o["started_at"]).is_some()).collect();
    for outage in &outages {
        let start = utc(&outage["started_at"]).unwrap();
        let end = utc(&outage["ended_at"]).unwrap_or(summary.as_of / 1_000_000);
        if end - start > 600 {
            assert!(!outage["incident"].is_empty(), "{}", outage["id"]);
        }
        let Some(incident) = incidents.get(&outage["incident"]).filter(|i| i["id"] != "") else {
            continue;
        };
        assert_eq!(incident["service"]["summary"], outage["service"].as_str());
        assert_eq!(incident["custom"]["started_at"], outage["started_at"].as_str());
        assert_eq!(incident["resolved_at"].as_str().unwrap_or(""), outage["ended_at"]);
        if let Some(number) = incident["custom"]["ticket"].as_str() {
            let ticket = &tickets[number];
            assert_eq!(ticket["cmdb_ci"], outage["service"]);
            linked += 1;
        }
    }
    assert!(linked > 50, "{linked}");
    for (service, id, incident, ..) in &summary.planted.supplier_outage.services {
        assert!(outages.iter().any(|o| o["id"] == *id && o["service"] == *service && o["supplier"] == "Netco"));
        assert!(incidents[incident]["custom"]["ticket"].is_string() && incidents[incident]["custom"]["major"] == true);
    }
}

#[test]
fn the_bad_release_is_a_change_an_incident_and_tickets() {
    let (dir, summary) = made(2_000, 1, 26);
    let bad = summary.planted.bad_release.unwrap();
    let changes = rows(dir.path(), "changes.csv");
    let change = changes.iter().find(|c| c["Issue key"] == bad.change).unwrap();
    assert_eq!((change["Resolution"].as_str(), change["Component/s"].as_str()), ("Backed out", "Payments"));
    assert_eq!(utc(&change["Custom field (Actual end)"]), Some(bad.change_ended / 1_000_000));
    assert!(bad.change_started < bad.started && bad.started < bad.ended && bad.ended <= bad.change_ended);
    let victims = tickets(dir.path())
        .iter()
        .filter(|t| t.last().unwrap()["caused_by"] == bad.change && t[0]["cmdb_ci"] == "Payments")
        .count();
    assert!(victims >= 8, "{victims}");
    let text = text(dir.path(), "pagerduty_incidents.jsonl");
    assert!(
        text.lines()
            .any(|l| l.contains(&bad.incident) && l.contains("\"cause\":\"change\"") && l.contains(&bad.change))
    );
}

#[test]
fn probes_are_down_exactly_in_outages() {
    let (dir, summary) = made(10, 1, 26);
    let gap = &summary.planted.probe_gap;
    let mut down = 0;
    let outages: Vec<(String, i64, i64)> = rows(dir.path(), "outages.csv")
        .into_iter()
        .filter(|o| o["kind"] == "outage" && utc(&o["started_at"]).is_some())
        .map(|o| (o["service"].clone(), utc(&o["started_at"]).unwrap(), utc(&o["ended_at"]).unwrap()))
        .collect();
    for probe in rows(dir.path(), "probes.csv.gz") {
        let Some(at) = utc(&probe["at"]) else {
            continue;
        };
        let expected = outages.iter().any(|o| o.0 == probe["service"] && (o.1..o.2).contains(&at));
        assert_eq!(probe["up"] == "false", expected, "{probe:?}");
        assert_eq!(probe["latency_s"].is_empty(), expected);
        assert!(probe["service"] != gap.service || !(gap.from..gap.to).contains(&(at * 1_000_000)));
        down += usize::from(expected);
    }
    assert!(down > 30, "{down}");
}

#[test]
fn mappings_name_columns_that_the_exports_have() {
    let (dir, _) = made(10, 1, 1);
    let mapping: toml::Table = include_str!("../../../queries/sources/demo/changes.toml").parse().unwrap();
    let header = text(dir.path(), "changes.csv").lines().next().unwrap().to_owned();
    let incident = text(dir.path(), "pagerduty_incidents.jsonl").lines().last().unwrap().to_owned();
    let incident: serde_json::Value = serde_json::from_str(&incident).unwrap();
    let named =
        |column: &toml::Value| column.as_str().or(column.get("from").and_then(|f| f.as_str())).map(str::to_owned);
    for name in mapping["columns"].as_table().unwrap().values().filter_map(named) {
        assert!(header.split(',').any(|h| h == name), "{name}");
    }
    let mapping: toml::Table = include_str!("../../../queries/sources/demo/incidents.toml").parse().unwrap();
    for name in mapping["columns"].as_table().unwrap().values().filter_map(named) {
        let pointer = format!("/{}", name.replace('.', "/"));
        assert!(incident.pointer(&pointer).is_some(), "{name}");
    }
}
