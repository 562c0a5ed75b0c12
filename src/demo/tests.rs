//! What is written, read back with other code: the same bytes again, counts, shares, and the extremes of size.

use super::{Options, Summary, write};
use chrono::{DateTime, NaiveDateTime};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

mod agreement;
mod delivery;
mod layout;
mod practice;

type Row = BTreeMap<String, String>;

fn made(tickets: u64, seed: u64, weeks: u32) -> (tempfile::TempDir, Summary) {
    let dir = tempfile::tempdir().unwrap();
    let summary = write(dir.path(), &Options { tickets, seed, weeks }, &mut |_| {}).unwrap();
    (dir, summary)
}

fn text(dir: &Path, name: &str) -> String {
    let bytes = std::fs::read(dir.join("exports").join(name)).unwrap();
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// All rows of a CSV export, those with too few fields left out.
fn rows(dir: &Path, name: &str) -> Vec<Row> {
    let text = text(dir, name);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|row| row.unwrap())
        .filter(|row| row.len() == header.len())
        .map(|row| header.iter().zip(row.iter()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
        .collect()
}

/// The tickets of the audit log with their good rows.
fn tickets(dir: &Path) -> Vec<Vec<Row>> {
    let mut tickets: Vec<Vec<Row>> = Vec::new();
    for row in rows(dir, "incident_audit.csv") {
        let damaged = row["number"] == "?" || row["priority"] == "Urgent!" || wall(&row["sys_updated_at"]).is_none();
        let last = tickets.last().and_then(|t| t.last());
        if damaged || last == Some(&row) {
            continue;
        }
        if last.is_some_and(|last| last["number"] == row["number"]) {
            tickets.last_mut().unwrap().push(row);
        } else {
            tickets.push(vec![row]);
        }
    }
    tickets
}

fn wall(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%d/%m/%Y %H:%M").ok()
}

/// Seconds of an instant with an offset.
fn utc(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.timestamp())
}

fn tiers(dir: &Path) -> BTreeMap<String, u8> {
    rows(dir, "teams.csv").into_iter().map(|row| (row["team"].clone(), row["tier"].parse().unwrap())).collect()
}

#[test]
fn same_options_same_bytes() {
    let (first, one) = made(500, 1, 6);
    let (second, two) = made(500, 1, 6);
    let (third, _) = made(500, 2, 6);
    assert_eq!(one, two);
    let mut differing = 0;
    for name in one.files.keys() {
        let read = |dir: &tempfile::TempDir| std::fs::read(dir.path().join("exports").join(name)).unwrap();
        assert_eq!(read(&first), read(&second), "{name}");
        differing += usize::from(read(&first) != read(&third));
    }
    assert!(differing >= 18, "{differing}");
}

#[test]
fn counts_are_those_of_the_files() {
    let (dir, summary) = made(2_000, 1, 26);
    assert_eq!(summary.tickets, 2_000);
    for (name, &records) in &summary.files {
        let headers = u64::from(!name.ends_with(".jsonl"));
        assert_eq!(text(dir.path(), name).lines().count() as u64, records + headers, "{name}");
    }
    let dirty = &summary.dirty["incident_audit.csv"];
    let share = dirty.values().sum::<u64>() as f64 / summary.files["incident_audit.csv"] as f64;
    assert!((0.003..0.007).contains(&share), "{share}");
    let text = text(dir.path(), "incident_audit.csv");
    let lines: Vec<&str> = text.lines().collect();
    let count = |test: &dyn Fn(&&&str) -> bool| lines.iter().filter(test).count() as u64;
    assert_eq!(count(&|l| l.starts_with('?')), dirty["missing_number"]);
    assert_eq!(count(&|l| l.contains(",Urgent!,")), dirty["unknown_value"]);
    assert_eq!(count(&|l| l.contains("25:61")), dirty["unparsable_date"]);
    assert_eq!(count(&|l| l.split(',').count() != 37), dirty["ragged_row"]);
    assert_eq!(lines.windows(2).filter(|p| p[0] == p[1]).count() as u64, dirty["duplicate_row"]);
    assert_eq!(dirty.len(), 5);
    for name in ["changes.csv", "deployments.csv", "work_items.csv", "jobs.csv.gz"] {
        assert_eq!(summary.dirty[name].values().sum::<u64>(), 5, "{name}");
    }
}

#[test]
fn audit_rows_are_in_order_and_closure_is_known_when_it_happens() {
    let (dir, summary) = made(2_000, 1, 26);
    let tickets = tickets(dir.path());
    assert_eq!(tickets.len(), 2_000);
    let opened: Vec<_> = tickets.iter().map(|t| wall(&t[0]["opened_at"]).unwrap()).collect();
    // Local time steps back only in autumn, which is outside.
    assert!(opened.windows(2).all(|p| p[0] <= p[1]));
    let mut open = 0;
    for ticket in &tickets {
        for (position, row) in ticket.iter().enumerate() {
            assert_eq!(row["sys_mod_count"], position.to_string(), "{}", row["number"]);
            assert!(position == 0 || wall(&ticket[position - 1]["sys_updated_at"]) <= wall(&row["sys_updated_at"]));
            let state = row["incident_state"].as_str();
            assert_eq!(row["closed_at"] != "?", state == "Closed");
            assert_eq!(row["resolved_at"] != "?", matches!(state, "Resolved" | "Closed"));
            assert_eq!(row["active"] == "false", state == "Closed");
        }
        open += u64::from(ticket.last().unwrap()["resolved_at"] == "?");
    }
    assert_eq!(open, summary.open_tickets);
}

#[test]
fn shares_are_those_of_a_plausible_house() {
    for (seed, count) in [(1, 2_000), (7, 20_000)] {
        let (dir, summary) = made(count, seed, 26);
        let tiers = tiers(dir.path());
        let tickets = tickets(dir.path());
        let share = |n: u64| n as f64 / count as f64;
        let first = tickets.iter().filter(|t| t.iter().all(|row| tiers[&row["assignment_group"]] == 1)).count() as u64;
        let moderate = tickets.iter().filter(|t| t[0]["priority"] == "3 - Moderate").count() as u64;
        let attained = summary.resolved_in_time as f64 / summary.resolved_tickets as f64;
        assert!((0.57..0.70).contains(&share(first)), "first line {}", share(first));
        assert!(
            (0.012..0.032).contains(&share(summary.reopened_tickets)),
            "reopened {}",
            share(summary.reopened_tickets)
        );
        assert!((0.02..0.055).contains(&share(summary.open_tickets)), "open {}", share(summary.open_tickets));
        assert!((0.80..0.90).contains(&attained), "attained {attained}");
        assert!(share(moderate) > 0.7);
        let used: BTreeSet<u8> = tickets.iter().flatten().map(|row| tiers[&row["assignment_group"]]).collect();
        assert_eq!(used.len(), 5);
    }
}

#[test]
fn extremes() {
    let (dir, summary) = made(1, 1, 1);
    assert_eq!((summary.tickets, summary.planted.bad_release, tickets(dir.path()).len()), (1, None, 1));
    assert_eq!(summary.planted.supplier_outage.services.len(), 2);
    let (_, long) = made(1, 2, 130);
    assert_eq!((long.tickets, long.planted.open_degradation), (1, None));
    let dir = tempfile::tempdir().unwrap();
    for (tickets, weeks) in [(0, 26), (1, 0), (1, 2_000)] {
        let error = write(dir.path(), &Options { tickets, seed: 1, weeks }, &mut |_| {}).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// Number, tier and moment of a good row of middling priority.
fn moderate<'a>(line: &'a str, tiers: &BTreeMap<String, u8>) -> Option<(&'a str, u8, i64)> {
    let fields: Vec<&str> = line.split(',').collect();
    let at = wall(fields.get(13)?)?.and_utc().timestamp();
    let tier = *tiers.get(*fields.get(23)?)?;
    (*fields.get(22)? == "3 - Moderate").then_some((fields[0], tier, at))
}

#[test]
fn a_hundred_thousand_tickets() {
    let dir = tempfile::tempdir().unwrap();
    let mut heard = Vec::new();
    let options = Options { tickets: 100_000, ..Options::default() };
    let summary = write(dir.path(), &options, &mut |n| heard.push(n)).unwrap();
    assert_eq!((summary.tickets, heard.len(), heard.last()), (100_000, 100, Some(&100_000)));
    assert_eq!(summary.files["changes.csv"], 4_000 + 5);
    // Time that ordinary tickets spend with a team of the tier that drifts, before and after.
    let tiers = tiers(dir.path());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let text = text(dir.path(), "incident_audit.csv");
    let events: Vec<(&str, u8, i64)> = text.lines().filter_map(|line| moderate(line, &tiers)).collect();
    for pair in events.windows(2).filter(|p| p[0].0 == p[1].0 && p[0].1 == summary.planted.drift.tier) {
        match (summary.as_of / 1_000_000 - pair[0].2) / (7 * 86_400) {
            10.. => before.push(pair[1].2 - pair[0].2),
            1..5 => after.push(pair[1].2 - pair[0].2),
            _ => {}
        }
    }
    let median = |mut values: Vec<i64>| {
        values.sort_unstable();
        values[values.len() / 2] as f64
    };
    let (before, after) = (median(before), median(after));
    assert!(after > 1.3 * before, "{before} {after}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 12, failure_persistence: None, ..Default::default() })]
    #[test]
    fn any_small_size_works(tickets in 1u64..400, seed: u64, weeks in 1u32..9) {
        let (dir, summary) = made(tickets, seed, weeks);
        proptest::prop_assert_eq!(self::tickets(dir.path()).len() as u64, tickets);
        proptest::prop_assert_eq!(summary.tickets, summary.open_tickets + summary.resolved_tickets);
    }
}
