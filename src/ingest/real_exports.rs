//! Tests on real exports that lie beside the project; each says so when they are not there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Values;
use super::trial::{mappings, read, read_by, tables};

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    #[allow(clippy::print_stderr)]
    {
        eprintln!("skipped: ../shared/data/{name} is not there");
    }
    None
}

fn count(texts: Vec<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    counts
}

#[test]
fn the_servicenow_audit_log_gives_its_published_counts() {
    let Some(path) = shared("servicenow_uci/incident_event_log.csv.gz") else {
        return;
    };
    let (outcome, kept) = read(&path);
    assert_eq!(outcome.mapping, "servicenow/incident_audit");
    for table in &outcome.tables {
        assert_eq!((table.read, table.rejected), (141_712, 0), "{}", table.table);
    }
    let ids = kept.column("tickets", "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 24_918);
    let states = count(kept.column("ticket_events", "state"));
    let published = [("Active", 38_716), ("New", 36_407), ("Resolved", 25_751), ("Closed", 24_985), ("-", 5)];
    for (state, wanted) in published {
        assert_eq!(states[state], wanted, "{state}");
    }
    let unmapped: Vec<_> = outcome.findings.iter().filter(|finding| finding.column == "incident_state").collect();
    assert_eq!(unmapped.len(), 1);
    assert_eq!(unmapped[0].count, 5);
    assert_eq!(unmapped[0].examples[0], (115_643, "-100".to_string()));

    // The last row of a ticket, by version and then place, holds the verdict.
    let verdicts = kept.column("tickets", "sla_met");
    let versions: Vec<Option<i64>> =
        kept.batches.iter().filter(|batch| batch.table == "tickets").flat_map(|batch| batch.version.clone()).collect();
    let mut last: BTreeMap<&str, (i64, usize)> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        let place = (versions[index].unwrap(), index);
        let known = last.entry(id).or_insert(place);
        *known = place.max(*known);
    }
    let met = last.values().filter(|(_, index)| verdicts[*index] == "true").count();
    assert_eq!(met, 15_803);
}

#[test]
fn the_copy_that_excel_saved_gives_the_same_rows() {
    let Some(original) = shared("servicenow_uci/incident_event_log.csv.gz") else {
        return;
    };
    let Some(copy) = shared("servicenow_uci/variant_excel_resaved_first5998.csv") else {
        return;
    };
    let (_, original) = read(&original);
    let (_, copy) = read(&copy);
    for table in ["tickets", "ticket_events"] {
        let first = original.batches.iter().find(|batch| batch.table == table).unwrap();
        let second = copy.batches.iter().find(|batch| batch.table == table).unwrap();
        assert_eq!(second.len(), 5998);
        let keep: Vec<bool> = (0..first.len()).map(|row| row < second.len()).collect();
        for ((name, one), (_, other)) in first.columns.iter().zip(&second.columns) {
            assert_eq!(&one.clone().filter(&keep), other, "{table}.{name}");
        }
    }
}

#[test]
fn downtime_windows_are_819_with_those_left_out_by_name() {
    let Some(path) = shared("github_status/downtime_windows.csv") else {
        return;
    };
    let (outcome, kept) = read(&path);
    assert_eq!(outcome.mapping, "statuspage/downtime_windows");
    assert_eq!(outcome.ignored, [("maintenance".to_string(), 18), ("no impact".to_string(), 31)]);
    assert_eq!(outcome.tables[0].read, 819 - 18 - 31);
    let weights = count(kept.column("outages", "weight"));
    assert_eq!(weights, BTreeMap::from([("0.3".to_string(), 604), ("1".to_string(), 138 + 28)]));
}

#[test]
fn incidents_are_one_row_a_component() {
    let Some(path) = shared("github_status/incidents.jsonl.gz") else {
        return;
    };
    let all = mappings(&tables());
    let mut mapping = all.into_iter().find(|mapping| mapping.id == "statuspage/incidents").unwrap();
    mapping.ignore.clear();
    let (outcome, kept) = read_by(&path, &mapping, chrono_tz::UTC);
    assert_eq!(outcome.tables[0].rejected, 0);
    let services = count(kept.column("outages", "service"));
    let published = [
        ("Actions", 228),
        ("Copilot", 134),
        ("Pull Requests", 130),
        ("Codespaces", 127),
        ("Issues", 102),
        ("Git Operations", 86),
        ("Pages", 78),
        ("Webhooks", 76),
        ("API Requests", 75),
        ("Packages", 43),
    ];
    for (service, wanted) in published {
        assert_eq!(services[service], wanted, "{service}");
    }
    let ids = kept.column("outages", "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(read(&path).0.mapping, "statuspage/incidents");
}

#[test]
fn the_log_of_upptime_is_recognised_without_a_header() {
    let Some(path) = shared("upptime_koj/git_log.tsv.gz") else {
        return;
    };
    let (outcome, kept) = read(&path);
    assert_eq!(outcome.mapping, "upptime/log");
    assert_eq!((outcome.tables[0].read, outcome.tables[0].rejected), (3373, 0));
    assert_eq!(outcome.ignored, [("not a status line".to_string(), 2106)]);
    let up = count(kept.column("probes", "up"));
    assert_eq!(up["true"] + up["false"], 3373);
    let Values::Number(latency) = kept.batches[0].column("latency_s").unwrap() else { panic!() };
    assert!(latency.iter().flatten().all(|seconds| (0.0..60.0).contains(seconds)));
}
