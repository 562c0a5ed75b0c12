//! A monitor's log against the minutes of downtime that the monitor itself published.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::DateTime;
use flate2::read::GzDecoder;
use serde_json::Value;

use super::{close, ignored, ledger, number};
use crate::project::{Project, real_exports};

/// Minutes by which a day may differ from what was published: the publisher rounds to whole minutes (half a minute), and
/// counts from the opening to the closing of an issue, which its job does some seconds before or after it commits the line
/// that we read (half a minute more). A state that it found some minutes late is late in both.
const TOLERANCE_MINUTES: f64 = 1.0;

/// The publisher deletes the record of a down that ended within a quarter of an hour (its option `skipDeleteIssues` keeps
/// them): such a day has downtime in the log and none in what was published.
const FORGOTTEN_MINUTES: f64 = 15.0;

/// The days that are compared: those of 2021. The records of the downs in 2020 were deleted from what was published.
const LAST_DAY: &str = "2021-07-21";
const DAYS: usize = 202;

fn project(folder: &Path) -> Project {
    Project::new(&format!(
        "name  = \"Koj\"\nzone  = \"UTC\"\nas_of = \"2021-07-22T00:00:00Z\"\n\n[[exports]]\nfiles = '{}'\n",
        folder.join("git_log.tsv.gz").display()
    ))
}

/// Downtime in seconds by service and day.
fn measured(project: &Project) -> BTreeMap<(String, String), Option<f64>> {
    let days = DAYS.to_string();
    let arguments = ["downtime", "--by", "service", "--period", LAST_DAY, "--trailing", &days];
    project
        .measure(&arguments)
        .iter()
        .map(|measure| {
            let text = |value: &Value| value.as_str().unwrap().to_string();
            ((text(&measure["dims"]["service"]), text(&measure["period"]["id"])), measure["value"].as_f64())
        })
        .collect()
}

#[test]
fn downtime_by_service_and_day_is_what_the_monitor_published() {
    let Some(folder) = real_exports("upptime_koj") else { return };
    let project = project(&folder);
    project.ok(&["ingest"]);
    let found = measured(&project);

    let summary: Value = serde_json::from_reader(File::open(folder.join("summary.json")).unwrap()).unwrap();
    let (mut checked, mut forgotten) = (Vec::new(), Vec::new());
    for service in summary.as_array().unwrap() {
        let name = service["name"].as_str().unwrap();
        let days: Vec<_> = found.iter().filter(|((service, _), _)| service == name).collect();
        assert_eq!(days.len(), DAYS, "{name}");
        for ((_, day), seconds) in days {
            let published = service["dailyMinutesDown"].get(day).map(|minutes| minutes.as_f64().unwrap());
            // A day without any state is one before the service was watched.
            let minutes = seconds.unwrap_or(0.0) / 60.0;
            if published.is_none() && minutes > 0.0 {
                assert!(minutes < FORGOTTEN_MINUTES, "{name} {day}: nothing published, found {minutes}");
                forgotten.push(format!("{name} {day}: {minutes:.2}"));
                continue;
            }
            let difference = (minutes - published.unwrap_or(0.0)).abs();
            assert!(difference <= TOLERANCE_MINUTES, "{name} {day}: published {published:?}, found {minutes}");
            checked.extend(published.map(|published| (name.to_string(), day.clone(), published, minutes)));
        }
    }
    let short: Vec<String> = checked
        .iter()
        .filter(|(name, ..)| name != "Test Broken Site")
        .map(|(name, day, published, minutes)| format!("{name} {day}: {published} published, {minutes:.2} here"))
        .collect();
    assert_eq!(
        short,
        [
            "Wikipedia 2021-07-16: 36 published, 36.22 here",
            "Hacker News 2021-03-15: 199 published, 198.95 here",
            "Hacker News 2021-04-28: 38 published, 38.40 here",
        ]
    );
    // Google answered "too many requests" to the monitor, for some minutes, three times.
    assert_eq!(forgotten, ["Google 2021-06-21: 8.30", "Google 2021-06-27: 6.47", "Google 2021-07-19: 6.67"]);
    println!("{} days with published downtime agree within {TOLERANCE_MINUTES} minute(s)", checked.len());
}

#[test]
fn a_state_holds_from_its_line_to_the_next() {
    let Some(folder) = real_exports("upptime_koj") else { return };
    let project = project(&folder);
    project.ok(&["ingest"]);
    let files = ledger(&project);
    let noise: u64 = ignored(&files[0]).iter().map(|(_, count)| count).sum();

    let mut text = String::new();
    GzDecoder::new(File::open(folder.join("git_log.tsv.gz")).unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(number(&files[0], "read") + noise, text.lines().count() as u64);

    let found = measured(&project);
    for (service, day) in [("Wikipedia", "2021-07-16"), ("Hacker News", "2021-03-15"), ("Hacker News", "2021-04-28")] {
        let (mut down, mut since) = (0, None);
        for line in text.lines().filter(|line| line.contains(&format!(" {service} is "))) {
            let at = DateTime::parse_from_rfc3339(line.split('\t').nth(1).unwrap()).unwrap();
            if let Some(since) = since.take() {
                down += at.timestamp() - since;
            }
            if line.contains(" is down ") && at.to_utc().date_naive().to_string() == day {
                since = Some(at.timestamp());
            }
        }
        let seconds = found[&(service.to_string(), day.to_string())];
        close(&Value::from(seconds), down as f64, 1e-6);
    }
}
