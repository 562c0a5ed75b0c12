//! The same from exports to figures, and what the lake knows of earlier priorities.

use std::fmt::Write;

use chrono::{DateTime, Datelike, Days, NaiveDate};

use super::{Dice, HOUR, by_chance};
use crate::project::Project;

const DAY_S: i64 = 86_400;
/// 2026-01-01.
const START_S: i64 = 1_767_225_600;

fn shown(at_s: i64) -> String {
    DateTime::from_timestamp(at_s, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// From the exports to the figures: a team that does it beside one that doesn't.
#[test]
fn planted_queues_are_found_in_exports() {
    let toml = "name = \"p\"\nzone = \"UTC\"\nas_of = \"2026-06-01T00:00:00Z\"\n\n[[exports]]\nfiles = \"exports/*.csv\"\n\n\
                [clocks.resolve_within]\n3 = \"8h\"\n4 = \"48h\"\n";
    let project = Project::new(toml);
    let mut tickets = "id,opened_at,resolved_at,updated_at,priority,team\n".to_string();
    let mut events = "ticket,at,seq,state,team,assignee\n".to_string();
    let mut dice = Dice::new(26);
    for (team, number) in
        ["Honest", "Heaper", "Stopper", "Lowerer"].iter().flat_map(|team| (0..500).map(move |n| (*team, n)))
    {
        let (id, opened) = (format!("{team}-{number}"), START_S + number * DAY_S / 5);
        let minute = |hours: f64| (hours * 60.0).round() as i64 * 60;
        let mut took = minute(dice.log_normal(6.5, 0.5));
        let (target, late) = (8 * 3_600, took > 8 * 3_600);
        let just_before = target - minute(0.4 * dice.unit());
        if team == "Heaper" && late && dice.happens(0.5) {
            took = just_before;
        }
        // Some wait for an hour on their way; and some priorities are lowered soon.
        let (mut wait, mut lower) = (None, None);
        if dice.happens(0.6) {
            wait = Some(minute(dice.unit() * took as f64 / HOUR));
        }
        if team == "Stopper" && late && dice.happens(0.7) {
            wait = Some(just_before);
        }
        if dice.happens(0.15) {
            lower = Some(minute(dice.unit() * took as f64 / HOUR));
        }
        if team == "Lowerer" && late && dice.happens(0.6) {
            lower = Some(target - minute(0.9 * dice.unit()));
        }
        let done = took + if wait.is_some() { 3_600 } else { 0 };
        writeln!(tickets, "{id},{},,{},3,{team}", shown(opened), shown(opened)).unwrap();
        let mut priority = 3;
        if let Some(lower) = lower {
            priority = 4;
            writeln!(tickets, "{id},{},,{},4,{team}", shown(opened), shown(opened + lower)).unwrap();
        }
        let end = shown(opened + done);
        writeln!(tickets, "{id},{},{end},{end},{priority},{team}", shown(opened)).unwrap();
        let mut event = |after: i64, seq: i64, state: &str| {
            writeln!(events, "{id},{},{seq},{state},{team},Somebody", shown(opened + after)).unwrap();
        };
        event(0, 0, "Open");
        if let Some(wait) = wait {
            event(wait, 1, "Waiting for customer");
            event(wait + 3_600, 2, "Open");
        }
        event(done, 3, "Resolved");
    }
    project.write("exports/tickets.csv", tickets);
    project.write("exports/ticket_events.csv", events);
    project.ok(&["ingest", "--quiet"]);
    for (metric, planted) in [
        ("resolutions_heaped_before_target", "Heaper"),
        ("waits_set_before_breach", "Stopper"),
        ("priority_lowered_before_breach", "Lowerer"),
    ] {
        let measures = project.measure(&[metric, "--by", "team", "--period", "2026-01-01..2026-05-31"]);
        for measure in &measures {
            let team = measure["dims"]["team"].as_str().unwrap();
            let surely = measure["status"] == "missed";
            // Who stops the clock also changes when tickets are done by it: only the pattern itself is asked for.
            assert!(team != planted || surely, "{measure}");
            assert!(team != "Honest" || !surely, "{measure}");
        }
        assert_eq!(measures.len(), 4, "{metric}");
    }
}

/// Days of two years, with more endings on Mondays, busy and quiet days of each team; every tenth team rushes at the end of months.
#[test]
fn rushes_at_the_end_of_months_are_found_and_habits_of_the_week_are_none() {
    let toml = "name = \"m\"\nzone = \"UTC\"\nas_of = \"2027-12-31T00:00:00Z\"\n\n[[exports]]\nfiles = \"exports/*.csv\"\n\n\
        [calendars.office]\nzone = \"UTC\"\nhours = { mon = [\"08:00-18:00\"], tue = [\"08:00-18:00\"], wed = [\"08:00-18:00\"], \
        thu = [\"08:00-18:00\"], fri = [\"08:00-18:00\"] }\n\n[clocks]\ncalendar = \"office\"\n";
    let project = Project::new(toml);
    let mut tickets = "id,opened_at,resolved_at,team\n".to_string();
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let works = |day: NaiveDate| day.weekday().number_from_monday() <= 5;
    let ends_month = |day: NaiveDate| {
        let next = (1..4).map(|n| day + Days::new(n)).find(|next| works(*next));
        next.is_some_and(|next| next.month() != day.month())
    };
    let (teams, mut number) = (60, 0);
    for team in 0..teams {
        let mut dice = Dice::new(900 + team);
        for day in first.iter_days().take(715).filter(|day| works(*day)) {
            let habit = if day.weekday().number_from_monday() == 1 { 2.0 } else { 1.0 };
            let rush = if team % 10 == 0 && ends_month(day) { 5.0 } else { 1.0 };
            let mean = 1.5 * habit * rush * dice.log_normal(1.0, 0.6);
            for _ in 0..dice.poisson(mean) {
                number += 1;
                writeln!(tickets, "{number},{day}T08:00:00Z,{day}T16:00:00Z,T{team}").unwrap();
            }
        }
    }
    project.write("exports/tickets.csv", tickets);
    project.ok(&["ingest", "--quiet"]);
    let rushes = |period: &str| -> Vec<(u64, bool)> {
        let measures = project.measure(&["month_end_rush_of_queues", "--by", "queue", "--period", period]);
        let of_a_team = |measure: &serde_json::Value| {
            let team = measure["dims"]["queue"].as_str()?.strip_prefix('T')?.parse().ok()?;
            Some((team, measure["lower"].as_f64().is_some_and(|lower| lower > 0.5)))
        };
        measures.iter().filter_map(of_a_team).collect()
    };
    // Half a year is enough for a false alarm, a year to find what is there.
    let halves =
        ["2026-01-01..2026-06-30", "2026-07-01..2026-12-31", "2027-01-01..2027-06-30", "2027-07-01..2027-12-31"];
    let honest: Vec<_> =
        halves.into_iter().chain(["2026", "2027"]).flat_map(rushes).filter(|(team, _)| team % 10 > 0).collect();
    let alarms = honest.iter().filter(|(_, surely)| *surely).count();
    let planted: Vec<_> = ["2026", "2027"].into_iter().flat_map(rushes).filter(|(team, _)| team % 10 == 0).collect();
    let seen = planted.iter().filter(|(_, surely)| *surely).count();
    println!("{alarms} of {} honest, {seen} of {} planted", honest.len(), planted.len());
    assert!(honest.len() == 324 && alarms as f64 <= by_chance(honest.len()), "{alarms} of {}", honest.len());
    assert!(planted.len() == 12 && seen >= 11, "{seen} of {}", planted.len());
}
