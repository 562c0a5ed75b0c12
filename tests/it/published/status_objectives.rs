//! An objective of 99.9 % a month for every component of GitHub's status history: budgets and alerts against plain sums over
//! the windows of the history.

use std::collections::BTreeMap;

use serde_json::Value;

use super::status_page::{AS_OF, COMPONENTS, Window, by_component, lost, project, seconds};
use crate::project::{Project, real_exports};

fn objective(component: &str) -> String {
    let spec = |fact: &str, value: &str| {
        format!(
            "{{metricSource: {{type: nines, spec: {{fact: {fact}, service: \"{component}\", from: started_at, to: ended_at, value: {value}}}}}}}"
        )
    };
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: {}}}\nspec:\n  service: {component}\n  budgetingMethod: Occurrences\n  \
         timeWindow: [{{duration: 1M, isRolling: false, calendar: {{startTime: 2022-01-01 00:00:00, timeZone: UTC}}}}]\n  \
         indicator:\n    metadata: {{name: time}}\n    spec: {{ratioMetric: {{bad: {}, total: {}}}}}\n  objectives: [{{target: 0.999}}]\n",
        component.to_lowercase().replace(' ', "-"),
        spec("downtime", "weighted_s"),
        spec("agreed_time", "duration_s")
    )
}

fn github() -> Option<(Project, BTreeMap<String, Vec<Window>>)> {
    let folder = real_exports("github_status")?;
    let project = project(&folder, "incidents.jsonl.gz");
    let files: Vec<String> = COMPONENTS.iter().map(|(component, _)| objective(component)).collect();
    project.write("slos/components.yaml", files.join("---\n"));
    project.ok(&["ingest"]);
    Some((project, by_component(&folder).1))
}

fn number(row: &BTreeMap<String, String>, name: &str) -> f64 {
    row[name].parse().unwrap_or_else(|_| panic!("{name}: {row:?}"))
}

#[test]
fn budgets_of_every_closed_month_equal_plain_sums() {
    let Some((project, windows)) = github() else { return };
    let rows = project.query("SELECT service, started_at, ended_at, sli, consumed, met FROM fact_slo_windows");
    // March 2022, the first, to August 2026, ten components.
    assert_eq!(rows.len(), 54 * COMPONENTS.len());
    let mut missed = 0;
    for row in &rows {
        let (start, end) = (seconds(&row["started_at"]), seconds(&row["ended_at"]));
        // Service time is accounted from 1 March 2022 on.
        let loss = lost(&windows[&row["service"]], start, end, |weight| weight);
        let share = loss / (end - start) as f64;
        assert!((number(row, "sli") - (1.0 - share)).abs() < 1e-9, "{row:?}");
        assert!((number(row, "consumed") - share / 0.001).abs() < 1e-6, "{row:?}");
        assert_eq!(row["met"] == "true", share <= 0.001 + 1e-12, "{row:?}");
        missed += usize::from(share > 0.001);
    }
    assert!(missed > 100, "{missed} of {} months missed", rows.len());
    println!("{missed} of {} months missed", rows.len());
}

#[test]
fn every_alert_burns_when_it_fires_and_no_longer_when_it_clears() {
    let Some((project, windows)) = github() else { return };
    let rows =
        project.query("SELECT service, rule, burn_rate, fired_at, cleared_at, consumed_before FROM fact_slo_alerts");
    assert!(rows.len() > 500, "{}", rows.len());
    // Look-backs and burn rates of 30 days, long and short, in seconds.
    let rules = [(14.4, 3_600, 300), (6.0, 21_600, 1_800), (3.0, 86_400, 7_200), (1.0, 259_200, 21_600)];
    let micros = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
    for row in &rows {
        let (_, long, short) = *rules
            .iter()
            .find(|rule| (rule.0 - number(row, "burn_rate")).abs() < 1e-9)
            .unwrap_or_else(|| panic!("{row:?}"));
        let burns = |at: i64| {
            let over =
                |length: i64| lost(&windows[&row["service"]], at - length, at, |weight| weight) / length as f64 / 0.001;
            (over(long), over(short))
        };
        let factor = number(row, "burn_rate");
        // Within a second: the alert's own moments are finer than the sums of whole seconds here.
        let fired = micros(&row["fired_at"]).div_euclid(1_000_000);
        let (after, before) = (burns(fired + 2), burns(fired - 1));
        assert!(after.0 > factor && after.1 > factor, "{row:?}: {after:?}");
        assert!((before.0 <= factor || before.1 <= factor), "{row:?}: {before:?}");
        if !row["cleared_at"].is_empty() {
            let cleared = micros(&row["cleared_at"]).div_euclid(1_000_000);
            let after = burns(cleared + 2);
            assert!(after.0 <= factor || after.1 <= factor, "{row:?}: {after:?}");
        }
    }
    println!("{} alerts replayed", rows.len());
}

#[test]
fn the_page_names_what_took_the_budget() {
    let Some((project, windows)) = github() else { return };
    let out = project.ok(&["slo", "--format", "json", "--period", "2026-05", "actions"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    let found = &document["objectives"][0];
    let (start, end) = (seconds("2026-05-01T00:00:00Z"), seconds("2026-06-01T00:00:00Z"));
    let loss = lost(&windows["Actions"], start, end, |weight| weight);
    assert!((found["bad"].as_f64().unwrap() - loss).abs() < 1e-3);
    let shares: f64 = found["incidents"].as_array().unwrap().iter().map(|share| share["bad"].as_f64().unwrap()).sum();
    let unexplained = found["unexplained"].as_f64().unwrap();
    assert!((shares + unexplained - loss).abs() < 1e-3, "{shares} + {unexplained}, expected {loss}");
    assert!(shares > 0.9 * loss, "the history names its incidents");
    let page = project.ok(&["report", "slo", "--period", "2026-05", "--format", "html", "--as-of", AS_OF]);
    assert_eq!(page.lines().count(), 1 + COMPONENTS.len(), "{page}");
}
