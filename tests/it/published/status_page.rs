//! GitHub's status history: downtime and availability as the union of its windows, against a computation that shares no
//! code with the program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, NaiveDate};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::{close, ignored, ledger, number};
use crate::project::{Project, Row, real_exports};

/// The first whole month of the history, the first day after its last window's month, and the months between.
const FIRST: (i32, u32) = (2022, 4);
pub(super) const AS_OF: &str = "2026-09-01T00:00:00Z";
const MONTHS: usize = 53;

/// Rows of each component in the whole records, whatever their impact.
pub(super) const COMPONENTS: [(&str, usize); 10] = [
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

/// Start and end in seconds of Unix time, and the share lost.
pub(super) type Window = (i64, i64, f64);

pub(super) fn project(folder: &Path, file: &str) -> Project {
    Project::new(&format!(
        "name  = \"GitHub\"\nas_of = \"{AS_OF}\"\nsince = \"2022-03-01\"\n\n[[exports]]\nfiles = '{}'\n",
        folder.join(file).display()
    ))
}

pub(super) fn seconds(instant: &str) -> i64 {
    DateTime::parse_from_rfc3339(instant).unwrap().timestamp()
}

/// The share that a window's impact takes away; none for what is no downtime.
fn weight(impact: &str) -> Option<f64> {
    match impact {
        "minor" => Some(0.3),
        "major" | "critical" => Some(1.0),
        "maintenance" | "none" => None,
        _ => panic!("impact {impact}"),
    }
}

/// Time lost between two moments: for each stretch between neighbouring ends of windows, the largest weight over it.
pub(super) fn lost(windows: &[Window], from: i64, to: i64, weigh: fn(f64) -> f64) -> f64 {
    let mut cuts = vec![from, to];
    for (start, end, _) in windows {
        cuts.extend([start, end].into_iter().filter(|cut| (from..to).contains(cut)));
    }
    cuts.sort_unstable();
    let mut sum = 0.0;
    for pair in cuts.windows(2) {
        let mut worst = 0.0_f64;
        for (start, end, weight) in windows {
            if *start <= pair[0] && *end >= pair[1] {
                worst = worst.max(weigh(*weight));
            }
        }
        sum += worst * (pair[1] - pair[0]) as f64;
    }
    sum
}

#[test]
fn downtime_windows_are_read_or_left_out_by_name_and_their_union_is_the_downtime() {
    let Some(folder) = real_exports("github_status") else { return };
    let project = project(&folder, "downtime_windows.csv");
    project.ok(&["ingest"]);

    let files = ledger(&project);
    assert_eq!(files.len(), 1);
    assert_eq!(number(&files[0], "accepted"), 770);
    let mut left_out = ignored(&files[0]);
    left_out.sort();
    assert_eq!(left_out, [("maintenance".to_string(), 18), ("no impact".to_string(), 31)]);
    assert_eq!(770 + 18 + 31, 819);

    let text = std::fs::read_to_string(folder.join("downtime_windows.csv")).unwrap();
    let rows: Vec<Row> = crate::project::rows(&text);
    assert_eq!(rows.len(), 819);
    let windows: Vec<Window> = rows
        .iter()
        .filter_map(|row| {
            Some((seconds(&row["downtime_start"]), seconds(&row["downtime_end"]), weight(&row["impact"])?))
        })
        .collect();
    let (from, to) = (seconds("2022-03-01T00:00:00Z"), seconds(AS_OF));
    assert!(windows.iter().all(|(start, end, _)| from <= *start && start <= end && *end <= to));

    let measures =
        project.measure(&["downtime", "weighted_downtime", "availability", "--period", "2022-03-01..2026-08-31"]);
    let [downtime, weighted, availability] = &measures[..] else { panic!("{measures:?}") };
    let (length, loss) = (lost(&windows, from, to, f64::ceil), lost(&windows, from, to, |weight| weight));
    // Sums of about 1,600 days in floating point.
    close(&downtime["value"], length, 1e-3);
    close(&weighted["value"], loss, 1e-3);
    close(&availability["value"], 1.0 - loss / (to - from) as f64, 1e-9);
    let added: i64 = windows.iter().map(|(start, end, _)| end - start).sum();
    assert!(length < added as f64, "windows overlap: a plain sum would be wrong");
    println!("downtime {length} s of {added} s in windows, weighted {loss} s");
}

/// The windows that count, by component; an incident that names none is of `(all)`.
pub(super) fn by_component(folder: &Path) -> (BTreeMap<String, usize>, BTreeMap<String, Vec<Window>>) {
    let mut text = String::new();
    GzDecoder::new(File::open(folder.join("incidents.jsonl.gz")).unwrap()).read_to_string(&mut text).unwrap();
    let (mut rows, mut windows) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, Vec<Window>>::new());
    for line in text.lines() {
        let incident: Value = serde_json::from_str(line).unwrap();
        let of = |name: &str| incident[name].as_str().unwrap();
        let named = incident["components"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<&str> = named.iter().map(|name| name.as_str().unwrap()).collect();
        if names.is_empty() {
            names.push("(all)");
        }
        for name in names {
            *rows.entry(name.to_string()).or_default() += 1;
            if let Some(weight) = weight(of("impact")) {
                let window = (seconds(of("downtime_start")), seconds(of("downtime_end")), weight);
                windows.entry(name.to_string()).or_default().push(window);
            }
        }
    }
    (rows, windows)
}

fn rows_of_components(project: &Project) -> BTreeMap<String, usize> {
    let rows = project.query("SELECT service, COUNT(*) AS n FROM outages GROUP BY service");
    rows.into_iter().map(|row| (row["service"].clone(), row["n"].parse().unwrap())).collect()
}

#[test]
fn an_incident_is_one_outage_of_each_component_that_it_names() {
    let Some(folder) = real_exports("github_status") else { return };
    let (rows, windows) = by_component(&folder);
    for (component, expected) in COMPONENTS {
        assert_eq!(rows[component], expected, "{component}");
    }

    let shipped = project(&folder, "incidents.jsonl.gz");
    shipped.ok(&["ingest"]);
    let files = ledger(&shipped);
    let mut left_out = ignored(&files[0]);
    left_out.sort();
    assert_eq!(left_out, [("maintenance".to_string(), 18), ("no impact".to_string(), 31)]);
    let counted: BTreeMap<String, usize> = windows.iter().map(|(name, all)| (name.clone(), all.len())).collect();
    assert_eq!(rows_of_components(&shipped), counted);
    assert_eq!(number(&files[0], "read"), counted.values().sum::<usize>() as u64);

    // A project that leaves nothing out: the shipped mapping, overlaid without its `[ignore]`.
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/sources/statuspage/incidents.toml");
    let mapping = std::fs::read_to_string(mapping).unwrap();
    let whole = project(&folder, "incidents.jsonl.gz");
    whole.write("queries/sources/statuspage/incidents.toml", mapping.split("[ignore]").next().unwrap());
    whole.ok(&["ingest"]);
    assert_eq!(rows_of_components(&whole), rows);
}

#[test]
fn availability_of_every_component_in_every_month_agrees_with_a_plain_computation() {
    let Some(folder) = real_exports("github_status") else { return };
    let (_, windows) = by_component(&folder);
    let project = project(&folder, "incidents.jsonl.gz");
    project.ok(&["ingest"]);

    let months: Vec<(String, i64, i64)> = (0..MONTHS as u32)
        .map(|offset| {
            let first = |offset: u32| {
                let month = FIRST.1 - 1 + offset;
                let day = NaiveDate::from_ymd_opt(FIRST.0 + (month / 12) as i32, month % 12 + 1, 1).unwrap();
                (day.format("%Y-%m").to_string(), day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
            };
            let ((name, start), (_, end)) = (first(offset), first(offset + 1));
            (name, start, end)
        })
        .collect();
    assert_eq!(months.last().map(|month| month.2), Some(seconds(AS_OF)));

    let trailing = MONTHS.to_string();
    let arguments = ["availability", "downtime", "--by", "service", "--period", "2026-08", "--trailing", &trailing];
    let mut found: BTreeMap<(String, String, String), f64> = BTreeMap::new();
    for measure in project.measure(&arguments) {
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let key = (text(&measure["metric"]), text(&measure["dims"]["service"]), text(&measure["period"]["id"]));
        assert!(found.insert(key, measure["value"].as_f64().unwrap()).is_none());
    }
    assert_eq!(found.len(), 2 * windows.len() * months.len());

    let (mut imperfect, mut farthest) = (0, 0.0_f64);
    for (component, windows) in &windows {
        for (name, start, end) in &months {
            let loss = lost(windows, *start, *end, |weight| weight);
            let expected = 1.0 - loss / (end - start) as f64;
            let of = |metric: &str| found[&(metric.to_string(), component.clone(), name.clone())];
            let difference = (of("availability") - expected).abs();
            assert!(difference <= 1e-9, "{component} {name}: expected {expected}, found {}", of("availability"));
            let length = lost(windows, *start, *end, f64::ceil);
            assert!((of("downtime") - length).abs() < 1e-6, "{component} {name}: {length}, {}", of("downtime"));
            imperfect += u32::from(loss > 0.0);
            farthest = farthest.max(difference);
        }
    }
    assert!(imperfect > 300, "most of it was exercised: {imperfect}");
    println!(
        "{} components x {} months, {imperfect} with downtime; largest difference {farthest:e}",
        windows.len(),
        months.len()
    );
}
