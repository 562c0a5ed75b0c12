//! What adds up, who had what, and what probes see: each through the whole program.

use std::collections::BTreeMap;

use super::super::organisation;
use super::{HEAD, MONDAY, figures, instant, near};
use crate::project::Project;

#[test]
fn spans_of_a_day_sum_to_the_days_account() {
    let (project, _) = organisation();
    let seconds = |text: &str| text.parse::<f64>().unwrap();
    let day_of = |text: &str| {
        let text = text.trim_end_matches('Z').replace(' ', "T");
        let at = chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").unwrap().and_utc();
        at.with_timezone(&chrono_tz::Europe::Brussels).date_naive()
    };
    let mut spans: BTreeMap<_, [f64; 3]> = BTreeMap::new();
    for row in project.query("SELECT service, started_at, duration_s FROM fact_agreed_time") {
        let sums = spans.entry((row["service"].clone(), day_of(&row["started_at"]))).or_default();
        sums[0] += seconds(&row["duration_s"]);
    }
    for row in project.query("SELECT service, started_at, duration_s, weighted_s FROM fact_downtime") {
        let sums = spans.entry((row["service"].clone(), day_of(&row["started_at"]))).or_default();
        sums[1] += seconds(&row["duration_s"]);
        sums[2] += seconds(&row["weighted_s"]);
    }
    let days = project.query("SELECT service, day, agreed_s, down_s, weighted_down_s FROM fact_service_time");
    assert!(days.len() > 2_000);
    for row in days {
        let found = spans.remove(&(row["service"].clone(), day_of(&row["day"]))).unwrap_or_default();
        for (found, column) in found.into_iter().zip(["agreed_s", "down_s", "weighted_down_s"]) {
            assert!((found - seconds(&row[column])).abs() < 1e-6, "{row:?} {column}: {found}");
        }
    }
    assert!(spans.is_empty(), "{spans:?}");
}

#[test]
fn users_and_customers_have_what_they_had() {
    let project = Project::new(HEAD);
    project.write("services.csv", "service,name,users\nMail,Mail,1000\nWeb,Web,\nPay,Pay,50\n");
    // A tenth of the users for 100 minutes; an hour of which nobody knows whom it hit; more hit than there are users.
    let outages = [
        "O1,Mail,2026-01-05T10:00:00Z,2026-01-05T11:40:00Z,I1",
        "O2,Mail,2026-01-05T12:00:00Z,2026-01-05T13:00:00Z,",
        "O3,Pay,2026-01-05T10:00:00Z,2026-01-05T10:10:00Z,I2",
    ];
    project.write("outages.csv", format!("id,service,started_at,ended_at,incident\n{}\n", outages.join("\n")));
    let incidents = [
        "I1,Mail,2026-01-05T10:00:00Z,2026-01-05T11:40:00Z,100",
        "I2,Pay,2026-01-05T10:00:00Z,2026-01-05T10:10:00Z,80",
    ];
    project.write(
        "incidents.csv",
        format!("id,service,started_at,restored_at,users_affected\n{}\n", incidents.join("\n")),
    );
    let agreements = [
        "A1,sla,Ann,Mail,availability,0.99,2026-01-01T00:00:00Z,2026-01-05T12:00:00Z",
        "A2,contract,Cloudia,Web,availability,0.99,2026-01-01T00:00:00Z,",
    ];
    let head = "id,kind,party,service,metric,target,valid_from,valid_to";
    project.write("agreements.csv", format!("{head}\n{}\n", agreements.join("\n")));
    let tickets =
        ["T1,2026-01-03T00:00:00Z,Web,Ann", "T2,2026-01-03T00:00:00Z,Pay,Bob", "T3,2026-01-03T00:00:00Z,Mail,Bob"];
    project.write("tickets.csv", format!("id,opened_at,service,customer\n{}\n", tickets.join("\n")));
    project.expect(0, &["ingest", "--quiet"]);
    let day = figures(&project, &["user_weighted_availability", "user_minutes_lost"], "2026-01-05");
    let of = |metric: &str, name: &str| day.get(&(metric.to_string(), name.to_string())).copied().flatten();
    // 23 h of the day are known of Mail's 1000 users, less 100 of them for 100 minutes.
    near("Mail", of("user_weighted_availability", "Mail"), 1.0 - 10_000.0 / (1_000.0 * 1_380.0), 1e-12);
    near("Pay", of("user_weighted_availability", "Pay"), 1.0 - 10.0 / 1_440.0, 1e-12);
    assert_eq!(of("user_weighted_availability", "Web"), None);
    near("Mail", of("user_minutes_lost", "Mail"), 10_000.0, 1e-9);
    near("Pay", of("user_minutes_lost", "Pay"), 800.0, 1e-9);
    let overall = &project.measure(&["user_weighted_availability", "--period", "2026-01-05"])[0];
    near("coverage", overall["coverage"].as_f64(), (23.0 + 24.0) / 72.0, 1e-12);
    let customers = project.measure(&["customer_availability", "--by", "customer", "--period", "2026-01-05"]);
    let share = |name: &str| {
        let found = customers.iter().find(|measure| measure["dims"]["customer"] == name);
        found.map(|measure| (measure["numerator"].as_f64().unwrap(), measure["denominator"].as_f64().unwrap()))
    };
    // Ann has an agreement on Mail until noon, so her ticket about Web says nothing; Bob has none, so his tickets count.
    assert_eq!(share("Ann"), Some((43_200.0 - 6_000.0, 43_200.0)));
    assert_eq!(share("Bob"), Some((172_800.0 - 9_600.0 - 600.0, 172_800.0)));
    assert_eq!(customers.len(), 2);
}

#[test]
fn the_page_marks_the_agreed_method_and_prints_the_residual() {
    let (project, _) = organisation();
    project.expect(0, &["report", "availability", "--period", "2026-06", "--format", "md,html,json"]);
    let page =
        std::fs::read_to_string(project.path().join("out/availability-2026-06.md")).unwrap().replace('\u{a0}', " ");
    assert!(page.contains("(● agreed)") && page.contains("| Residual | 0 s |"), "{page}");
    assert!(!page.contains("NaN") && !page.contains(" inf"));
    let marked = page.lines().filter(|line| line.matches("● agreed").count() > 0);
    assert!(marked.clone().count() > 3 && marked.clone().all(|line| line.matches("● agreed").count() == 1));
}

#[test]
fn a_week_is_the_sum_of_its_days_and_of_its_causes() {
    let (project, _) = organisation();
    let sum = |metric: &str, by: &[&str], period: &str| -> f64 {
        let measures = project.measure(&[&[metric], by, &["--period", period]].concat());
        measures.iter().filter_map(|measure| measure["value"].as_f64()).sum()
    };
    let days = ["06-29", "06-30", "07-01", "07-02", "07-03", "07-04", "07-05"].map(|day| format!("2026-{day}"));
    for metric in ["downtime", "weighted_downtime", "planned_downtime", "downtime_by_cause", "user_minutes_lost"] {
        let whole = sum(metric, &[], "2026-W27");
        let parts: f64 = days.iter().map(|day| sum(metric, &[], day)).sum();
        assert!(whole > 0.0 && (whole - parts).abs() < 1e-6, "{metric}: {whole} and {parts}");
    }
    let downtime = sum("downtime", &[], "2026-W27");
    for dimension in ["cause", "cause_kind", "cause_service", "cause_supplier", "service", "location"] {
        let parts = sum("downtime_by_cause", &["--by", dimension], "2026-W27");
        assert!((downtime - parts).abs() < 1e-6, "{dimension}: {downtime} and {parts}");
    }
}

#[test]
fn probes_hold_are_confirmed_and_are_outvoted() {
    let rules = "[service_time.by_service]\n\"Sure\" = { confirm = 2 }\n";
    let project = Project::new(&format!("{HEAD}{rules}"));
    project.write("services.csv", "service,name\nVoted,Voted\nSure,Sure\nSilent,Silent\n");
    let mut rows = Vec::new();
    let mut check = |service: &str, minute: i64, up: bool, place: &str| {
        rows.push(format!("{service},{},{up},{place},60", instant((MONDAY + minute * 60) as f64)));
    };
    for minute in 0..60 {
        // Two of three fail from 10 to 19, one alone from 30 to 39.
        check("Voted", minute, !(10..20).contains(&minute), "Ghent");
        check("Voted", minute, !(10..20).contains(&minute) && !(30..40).contains(&minute), "Bruges");
        check("Voted", minute, true, "Liege");
        // A single failure is not confirmed, two in a row are.
        check("Sure", minute, ![5, 8, 9].contains(&minute), "Ghent");
    }
    // Checks at 0 and 30: the first is known to hold for two minutes and a half, as the second is.
    check("Silent", 0, false, "Ghent");
    check("Silent", 30, true, "Ghent");
    project.write("probes.csv", format!("service,at,up,location,interval_s\n{}\n", rows.join("\n")));
    project.expect(0, &["ingest", "--quiet"]);
    let found = figures(&project, &["downtime"], "2026-01-05");
    let down = |name: &str| found[&("downtime".to_string(), name.to_string())];
    assert_eq!((down("Voted"), down("Sure"), down("Silent")), (Some(600.0), Some(120.0), Some(150.0)));
    let known = project.query("SELECT service, known_s FROM fact_service_time WHERE known_s > 0");
    let silent = known.iter().find(|row| row["service"] == "Silent").map(|row| row["known_s"].parse());
    assert_eq!(silent, Some(Ok(300.0)));
    let places = project.measure(&[
        "location_availability",
        "--by",
        "location",
        "--where",
        "service = 'Voted'",
        "--period",
        "2026-01-05",
    ]);
    let lost: BTreeMap<&str, f64> = places
        .iter()
        .map(|m| {
            let number = |key: &str| m[key].as_f64().unwrap();
            (m["dims"]["location"].as_str().unwrap(), number("denominator") - number("numerator"))
        })
        .collect();
    assert_eq!(lost, BTreeMap::from([("Bruges", 1_200.0), ("Ghent", 600.0), ("Liege", 0.0)]));
}
