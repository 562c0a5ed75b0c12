//! Availability and duplicates, through the whole way from exports to figures: random outages, maintenance and tickets.

use proptest::prelude::*;
use serde_json::Value;

use super::{cases, close};
use crate::project::Project;

/// Monday 5 January 2026, seconds since the epoch.
const MONDAY: i64 = 1_767_571_200;
const WEEK_S: i64 = 7 * 86_400;

#[derive(Clone, Debug)]
struct Outage {
    start: i64,
    length: Option<i64>,
    service: &'static str,
    weight: f64,
}

fn outages() -> impl Strategy<Value = Vec<Outage>> {
    let service = prop_oneof![Just("Mail"), Just("Web")];
    let weight = prop_oneof![Just(1.0), Just(0.3), Just(0.5)];
    let length = prop_oneof![8 => (1_i64..200_000).prop_map(Some), 1 => Just(None)];
    // Some begin before the week, some after it.
    let outage = (MONDAY - 100_000..MONDAY + WEEK_S + 100_000, length, service, weight)
        .prop_map(|(start, length, service, weight)| Outage { start, length, service, weight });
    prop::collection::vec(outage, 1..12)
}

fn instant(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn project(outages: &[Outage], maintenance: &[(i64, i64)], rules: &str) -> Project {
    let toml =
        "name = \"T\"\nas_of = \"2026-01-13T00:00:00Z\"\nsince = \"2026-01-01\"\n[[exports]]\nfiles = \"*.csv\"\n";
    let project = Project::new(&format!("{toml}{rules}"));
    project.write("services.csv", "service,name\nMail,Mail\nWeb,Web\n");
    let mut text = "id,service,started_at,ended_at,kind,weight\n".to_string();
    for (number, outage) in outages.iter().enumerate() {
        let end = outage.length.map_or_else(String::new, |length| instant(outage.start + length));
        text += &format!("O{number},{},{},{end},outage,{}\n", outage.service, instant(outage.start), outage.weight);
    }
    project.write("outages.csv", text);
    let mut text = "id,service,started_at,ended_at\n".to_string();
    for (number, (start, length)) in maintenance.iter().enumerate() {
        text += &format!("M{number},Mail,{},{}\n", instant(*start), instant(start + length));
    }
    if !maintenance.is_empty() {
        project.write("maintenance.csv", text);
    }
    project
}

/// Measures by metric and service.
fn figure<'m>(measures: &'m [Value], metric: &str, service: &str) -> &'m Value {
    let is = |measure: &&Value| measure["metric"] == metric && measure["dims"]["service"] == service;
    measures.iter().find(is).unwrap_or_else(|| panic!("no {metric} of {service}"))
}

/// Agreed and weighted down seconds of the week by colouring each second, with as-of after its end.
fn coloured(outages: &[Outage], maintenance: &[(i64, i64)], service: &str) -> (f64, f64) {
    let (mut agreed, mut lost) = (vec![true; WEEK_S as usize], vec![0.0_f64; WEEK_S as usize]);
    let place = |at: i64| (at - MONDAY).clamp(0, WEEK_S) as usize;
    for outage in outages.iter().filter(|outage| outage.service == service) {
        let end = outage.length.map_or(i64::MAX / 2, |length| outage.start + length);
        for cell in &mut lost[place(outage.start)..place(end)] {
            *cell = cell.max(outage.weight);
        }
    }
    for (start, length) in maintenance.iter().filter(|_| service == "Mail") {
        agreed[place(*start)..place(start + length)].fill(false);
    }
    let down = lost.iter().zip(&agreed).filter(|(_, agreed)| **agreed).map(|(lost, _)| lost).sum();
    (agreed.iter().filter(|agreed| **agreed).count() as f64, down)
}

const ASK: [&str; 12] = [
    "availability",
    "availability_strict",
    "availability_own",
    "availability_maintenance_down",
    "chain_availability",
    "downtime",
    "downtime_by_cause",
    "weighted_downtime",
    "longest_outage",
    "--by",
    "service",
    "--period=2026-W02",
];

proptest! {
    #![proptest_config(cases(25))]

    #[test]
    fn availability_is_a_share_and_that_of_coloured_seconds(
        outages in outages(),
        maintenance in prop::collection::vec((MONDAY - 50_000..MONDAY + WEEK_S, 1_i64..90_000), 0..4),
    ) {
        let project = project(&outages, &maintenance, "");
        project.expect(0, &["ingest", "--quiet"]);
        let measures = project.measure(&ASK);
        // A service of which nothing is known at all says nothing; both are declared here.
        for service in ["Mail", "Web"] {
            let (agreed, down) = coloured(&outages, &maintenance, service);
            let found = figure(&measures, "availability", service);
            let value = found["value"].as_f64();
            prop_assert!(value.is_none_or(|value| (0.0..=1.0).contains(&value)), "{}", found);
            prop_assert!(close(found["denominator"].as_f64().unwrap_or(0.0), agreed), "{} {}", found, agreed);
            prop_assert!(value.is_none() == (agreed == 0.0));
            if let Some(value) = value {
                prop_assert!(close(value, (agreed - down) / agreed), "{} {}", value, (agreed - down) / agreed);
                let strict = figure(&measures, "availability_strict", service)["value"].as_f64().unwrap();
                prop_assert!(strict >= value - 1e-12 && strict <= 1.0);
            }
            let number = |metric| figure(&measures, metric, service)["value"].as_f64().unwrap_or(0.0);
            prop_assert!(number("weighted_downtime") <= number("downtime") + 1e-9);
        }
    }

    #[test]
    fn the_three_ways_to_account_for_maintenance_are_in_order(
        outages in outages(),
        maintenance in prop::collection::vec((MONDAY..MONDAY + WEEK_S - 90_000, 1_i64..90_000), 1..3),
    ) {
        let availability = ["up", "down"].map(|way| {
            let rules = format!("[service_time]\nmaintenance = \"{way}\"\n");
            let project = project(&outages, &maintenance, &rules);
            project.expect(0, &["ingest", "--quiet"]);
            let measures = project.measure(&ASK);
            figure(&measures, "availability", "Mail")["value"].as_f64().unwrap()
        });
        prop_assert!(availability[0] > availability[1] && (0.0..=1.0).contains(&availability[1]), "{:?}", availability);
    }

    #[test]
    fn rows_that_come_twice_and_in_another_order_change_nothing(outages in outages(), turn in 0_usize..12) {
        let plain = project(&outages, &[], "");
        let shuffled = project(&outages, &[], "");
        let text = std::fs::read_to_string(plain.path().join("outages.csv")).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        rows.extend(rows.clone());
        let count = rows.len();
        rows.rotate_left(turn % count);
        rows.swap(0, count - 1);
        shuffled.write("outages.csv", format!("{header}\n{}\n", rows.join("\n")));
        // The same rows once more, in a second file.
        shuffled.write("outages-again.csv", &text);
        let answers = [&plain, &shuffled].map(|project| {
            project.expect(0, &["ingest", "--quiet"]);
            project.measure(&ASK)
        });
        prop_assert_eq!(&answers[0], &answers[1]);
        let read = shuffled.query("SELECT read, accepted, rejected, unchanged FROM ledger_files");
        for row in read {
            let number = |name: &str| row[name].parse::<u64>().unwrap();
            prop_assert_eq!(number("read"), number("accepted") + number("rejected") + number("unchanged"));
        }
    }
}
