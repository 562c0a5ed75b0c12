//! Jobs, backups, capacity, registers, costs and effort: what is planted there.

use nines::arithmetic::local_time::{from_rfc3339, rfc3339};
use serde_json::Value;

use super::DEMO;

const DAY_S: f64 = 86_400.0;

/// The local day of an instant of the demo, whose nights lie far from midnight in UTC.
fn day(instant: i64) -> String {
    rfc3339(instant + 2 * 3_600_000_000)[..10].to_string()
}

/// The period from a day to another, both in it.
fn span(from: i64, to: i64) -> String {
    format!("{}..{}", day(from), day(to))
}

fn value(measure: &Value) -> f64 {
    measure["value"].as_f64().unwrap_or_else(|| panic!("no value: {measure}"))
}

fn figure(metric: &str, period: &str, slice: Option<(&str, &str)>) -> f64 {
    value(&DEMO.one(metric, period, slice))
}

#[test]
fn the_week_without_backups_is_seen_in_share_count_and_age() {
    let planted = &DEMO.planted.failed_backups;
    let service = Some(("service", planted.service.as_str()));
    let night = 86_400_000_000;
    let week = span(planted.from, planted.to);
    assert_eq!(figure("backup_runs_failed", &week, service), planted.nights as f64);
    assert_eq!(figure("backup_success_share", &week, service), 0.0);
    // On the evening of the last of these nights the newest good backup is as old as they are many, and so is nobody else's.
    let last = day(planted.to);
    let age = figure("backup_age_max", &last, service);
    let nights = planted.nights as f64;
    assert!((nights * DAY_S..(nights + 1.0) * DAY_S).contains(&age), "{age}");
    assert_eq!(age, figure("backup_age_max", &last, None));
    assert_eq!(figure("backup_older_48h_share", &last, service), 1.0);
    // A week later they work again.
    let later = day(planted.to + 7 * night);
    assert!(figure("backup_age_max", &later, service) < 2.0 * DAY_S);
}

#[test]
fn the_service_that_nobody_restored_is_the_only_one() {
    let planted = DEMO.planted.never_restored.as_str();
    assert_eq!(figure("services_never_restored", "2026-W27", None), 1.0);
    assert_eq!(figure("services_never_restored", "2026-W27", Some(("service", planted))), 1.0);
    assert_eq!(figure("restore_test_coverage_share", "2026-W27", Some(("service", planted))), 0.0);
    assert!(figure("restore_test_coverage_share", "2026-W27", None) < 1.0);
}

#[test]
fn the_resource_that_fills_up_is_forecast_to_the_day() {
    let planted = &DEMO.planted.filling;
    let resource = Some(("resource", planted.resource.as_str()));
    let measure = DEMO.one("time_to_full_min", "2026-W27", resource);
    let left = planted.days_left as f64;
    for end in ["value", "lower", "upper"] {
        let days = measure[end].as_f64().unwrap() / DAY_S;
        assert!((days - left).abs() <= 1.0, "{end}: {days}");
    }
    // It is the first of all to be full, and the only one within 90 days.
    assert_eq!(figure("time_to_full_min", "2026-W27", None), value(&measure));
    assert_eq!(figure("resources_full_within_90d", "2026-W27", None), 1.0);
    // Twenty days before, twenty days more.
    let earlier = day(planted.last_reading - 20 * 86_400_000_000);
    assert!((figure("time_to_full_min", &earlier, resource) / DAY_S - left - 20.0).abs() <= 1.0);
}

#[test]
fn the_standard_with_many_exceptions_asks_for_a_review() {
    let planted = &DEMO.planted.review;
    let standard = Some(("standard", planted.standard.as_str()));
    assert_eq!(figure("exceptions_open", "2026-W27", standard), planted.open_exceptions as f64);
    assert_eq!(figure("standards_to_review", "2026-W27", standard), 1.0);
    assert_eq!(figure("standards_to_review", "2026-W27", None), 1.0);
}

#[test]
fn open_at_the_start_and_what_came_less_what_went_is_open_at_the_end() {
    for family in [
        "register_entries",
        "road_map_deviations",
        "approach_deviations",
        "constraints",
        "exceptions",
        "risks",
        "improvements",
    ] {
        let open = |period| figure(&format!("{family}_open"), period, None);
        let flow = |way: &str| figure(&format!("{family}_{way}"), "2026-04", None);
        assert_eq!(open("2026-03") + flow("opened") - flow("closed"), open("2026-04"), "{family}");
    }
}

#[test]
fn the_service_over_its_budget_is_the_only_one() {
    let planted = &DEMO.planted.over_budget;
    let months = format!("{}..2026-07-06", day(planted.from));
    let measures = DEMO.project.measure(&["cost_against_budget", "--period", &months, "--by", "service"]);
    for measure in &measures {
        let over = measure["dims"]["service"] == planted.service.as_str();
        assert_eq!(value(measure) > 1.2, over, "{measure}");
    }
    let before = span(from_rfc3339("2026-01-01T00:00:00Z").unwrap(), planted.from - 86_400_000_000);
    assert!(figure("cost_against_budget", &before, Some(("service", &planted.service))) < 1.05);
    // The month of as-of is budgeted and not booked yet: it takes no part.
    let measure = DEMO.one("cost_against_budget", "2026-07", None);
    assert!(measure["value"].is_null(), "{measure}");
    // What is dear against the market is dear whatever its budget.
    let mail = figure("cost_against_benchmark", "2026-02", Some(("service", "E-mail")));
    assert!((mail - 1.0 / 0.62).abs() < 0.05, "{mail}");
}

#[test]
fn the_toil_that_grows_is_that_of_one_team() {
    let planted = &DEMO.planted.toil;
    let team = Some(("team", planted.team.as_str()));
    let before = figure("toil_share", &span(from_rfc3339("2026-01-05T00:00:00Z").unwrap(), planted.from), team);
    assert!((before - planted.from_percent as f64 / 100.0).abs() < 0.02, "{before}");
    let now = figure("toil_share", "2026-W27", team);
    assert!((now - planted.to_percent as f64 / 100.0).abs() < 0.03, "{now}");
    let measures = DEMO.project.measure(&["toil_share", "--period", "2026-W27", "--by", "team"]);
    let most = measures.iter().max_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
    assert_eq!(most["dims"]["team"], planted.team.as_str());
}

#[test]
fn late_missing_and_excepted_patches_are_counted_as_planted() {
    let planted = &DEMO.planted.patching;
    let now = "2026-07-06";
    assert_eq!(figure("patches_missing", now, None), (planted.overdue + planted.expired) as f64);
    assert_eq!(figure("patch_exceptions_expired", now, None), planted.expired as f64);
    assert_eq!(figure("patch_exceptions_open", now, None), planted.excepted as f64);
    let late = DEMO.project.query("SELECT COUNT(*) AS n FROM fact_patches WHERE applied_at > due_at").remove(0);
    assert_eq!(late["n"], planted.late.to_string());
    assert!(figure("patches_missing_age_median", now, None) > 0.0);
}
