//! Service level objectives through the program: worked answers of the field, on projects that hold little else.

use serde_json::Value;

use crate::project::Project;

const FIRST: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// An instant so many seconds after the start of 2026, as text.
fn at(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(FIRST + seconds, 0).unwrap().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// A project whose service `Shop` has the indicator `requests` with (second of 2026, good, total) in buckets of `period_s`.
fn shop(as_of: i64, period_s: i64, counts: &[(i64, f64, f64)]) -> Project {
    let project =
        Project::new(&format!("name = \"Shop\"\nas_of = \"{}\"\n[[exports]]\nfiles = \"counts.csv\"\n", at(as_of)));
    let rows =
        counts.iter().map(|(second, good, total)| format!("Shop,requests,{},{period_s},{good},{total}\n", at(*second)));
    project.write("counts.csv", format!("service,sli,at,period_s,good,total\n{}", rows.collect::<String>()));
    project
}

/// An SLO over those requests.
fn slo(name: &str, window: &str, method: &str, objective: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: {name}}}\nspec:\n  service: Shop\n  timeWindow: [{window}]\n  \
         budgetingMethod: {method}\n  indicator:\n    metadata: {{name: {name}-indicator}}\n    spec:\n      ratioMetric:\n        \
         good: {{metricSource: {{type: nines, spec: {{table: sli_counts, service: Shop, value: good}}}}}}\n        \
         total: {{metricSource: {{type: nines, spec: {{table: sli_counts, service: Shop, value: total}}}}}}\n  \
         objectives: [{objective}]\n"
    )
}

/// Ingests, and gives the objectives of `nines slo` in the order in which they are declared.
fn objectives(project: &Project, more: &[&str]) -> Vec<Value> {
    project.ok(&["ingest", "--quiet"]);
    let out = project.ok(&[&["slo", "--format", "json"], more].concat());
    let document: Value = serde_json::from_str(&out).unwrap();
    document["objectives"].as_array().unwrap().clone()
}

fn near(found: &Value, expected: f64, tolerance: f64) {
    let number = found.as_f64().unwrap_or_else(|| panic!("expected {expected}, found {found}"));
    assert!((number - expected).abs() <= tolerance, "expected {expected}, found {number}");
}

const ROLLING_DAY: &str = "{duration: 1d, isRolling: true}";

/// Nobl9's ten slices, target 95 %: the same data by three methods.
#[test]
fn occurrences_time_slices_and_the_mean_of_shares_differ() {
    let good = [2.0, 10.0, 12.0, 13.0, 13.0, 12.0, 13.0, 13.0, 12.0, 11.0];
    let total = [4.0, 10.0, 12.0, 13.0, 14.0, 15.0, 14.0, 13.0, 12.0, 11.0];
    let counts: Vec<_> = (0..10).map(|index| (index as i64 * 60, good[index], total[index])).collect();
    let project = shop(600, 60, &counts);
    const WINDOW: &str = "{duration: 10m, isRolling: true}";
    let files = [
        slo("a", WINDOW, "Occurrences", "{target: 0.95}"),
        slo("b", WINDOW, "Timeslices", "{target: 0.95, timeSliceWindow: 1m, timeSliceTarget: 0.95}"),
        slo("c", WINDOW, "RatioTimeslices", "{target: 0.95, timeSliceWindow: 1m}"),
    ];
    project.write("slos/all.yaml", files.join("---\n"));
    let found = objectives(&project, &[]);
    let expected = [(111.0 / 118.0, 1.186_44), (0.6, 8.0), (0.915_714, 1.685_71)];
    for (objective, (sli, consumed)) in found.iter().zip(expected) {
        near(&objective["sli"], sli, 5e-7);
        near(&objective["consumed"], consumed, 5e-6);
        // Never clamped.
        near(&objective["remaining"], 1.0 - consumed, 5e-6);
        assert_eq!(objective["status"], "missed");
    }
}

/// OpenSLO's two weeks of 24,000 requests a day at 95 %.
#[test]
fn two_weeks_of_requests_and_their_budgets() {
    let days = 14;
    // 50 requests in three minutes are 24,000 a day.
    let counts: Vec<_> = (0..days * 1_440)
        .map(|minute| (minute * 60, [17.0, 17.0, 16.0][minute as usize % 3], [17.0, 17.0, 16.0][minute as usize % 3]))
        .collect();
    let project = shop(days * 86_400, 60, &counts);
    let window = "{duration: 2w, isRolling: true}";
    let files = [
        slo("slices", window, "Timeslices", "{target: 0.95, timeSliceWindow: 1m, timeSliceTarget: 0.95}"),
        slo("requests", window, "Occurrences", "{target: 0.95}"),
    ];
    project.write("slos/all.yaml", files.join("---\n"));
    let found = objectives(&project, &[]);
    near(&found[0]["total"], 20_160.0, 0.0);
    near(&found[0]["allowed"], 1_008.0, 1e-6);
    near(&found[1]["total"], 336_000.0, 0.0);
    near(&found[1]["allowed"], 16_800.0, 1e-6);
    let text = project.ok(&["slo", "slices"]);
    assert!(text.contains("16\u{a0}h\u{a0}48\u{a0}m"), "{text}");
}

/// slo-generator's report: half of 7,112 events bad in 12 hours at 90 %.
#[test]
fn a_burn_rate_of_five() {
    let project = shop(43_200, 3_600, &[(0, 3_556.0, 7_112.0)]);
    project.write("slos/a.yaml", slo("a", "{duration: 12h, isRolling: true}", "Occurrences", "{target: 0.9}"));
    let found = &objectives(&project, &[])[0];
    near(&found["sli"], 0.5, 0.0);
    near(&found["consumed"], 5.0, 1e-9);
    near(&found["remaining"], -4.0, 1e-9);
}

/// The same figures by slo-generator's own file, where it is.
#[test]
fn slo_generators_report() {
    let Some(folder) = crate::project::real_exports("openslo/slo_generator") else { return };
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("slo_report_v2.json")).unwrap()).unwrap();
    let number = |name: &str| report[name].as_f64().unwrap_or_else(|| report[name].as_str().unwrap().parse().unwrap());
    let window = number("window");
    let project = shop(window as i64, 3_600, &[(0, number("good_events_count"), number("events_count"))]);
    let window_text = format!("{{duration: {}h, isRolling: true}}", window / 3_600.0);
    project.write("slos/a.yaml", slo("a", &window_text, "Occurrences", &format!("{{target: {}}}", number("goal"))));
    let found = &objectives(&project, &[])[0];
    near(&found["sli"], number("sli_measurement"), 1e-12);
    near(&found["consumed"], number("error_budget_burn_rate"), 1e-9);
    near(&found["sli"], number("goal") + number("gap"), 1e-12);
    let minutes = |events: &Value| events.as_f64().unwrap() / number("events_count") * window / 60.0;
    assert!((minutes(&found["allowed"]) - number("error_budget_minutes")).abs() < 1e-9);
    assert!((minutes(&found["bad"]) - number("error_minutes")).abs() < 1e-9);
    let remaining = minutes(&found["allowed"]) - minutes(&found["bad"]);
    assert!((remaining - number("error_budget_remaining_minutes")).abs() < 1e-9);
}

/// A month down by outages: 43 min 12 s of 30 days are just kept at 99.9 %, a second more is not; and when each alert fires.
#[test]
fn a_service_that_fails_wholly() {
    // Its window is full of history when it fails.
    let (fails, as_of) = (40 * 86_400, 45 * 86_400);
    for (down, kept) in [(2_592, true), (2_593, false)] {
        let project = Project::new(&format!(
            "name = \"Shop\"\nas_of = \"{}\"\nsince = \"2026-01-01\"\n[[exports]]\nfiles = \"*.csv\"\n",
            at(as_of)
        ));
        project.write("services.csv", "service,kind\nShop,business\n");
        let (start, end) = (at(fails), at(fails + down));
        project.write(
            "outages.csv",
            format!("id,service,started_at,ended_at,kind,planned\nO1,Shop,{start},{end},outage,false\n"),
        );
        project.write(
            "slos/shop.yaml",
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: shop-up}\nspec:\n  service: Shop\n  \
             timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: Occurrences\n  indicator:\n    metadata: {name: i}\n    \
             spec:\n      ratioMetric:\n        \
             bad: {metricSource: {type: nines, spec: {fact: downtime, service: Shop, from: started_at, to: ended_at, value: weighted_s}}}\n        \
             total: {metricSource: {type: nines, spec: {fact: agreed_time, service: Shop, from: started_at, to: ended_at, value: duration_s}}}\n  \
             objectives: [{target: 0.999}]\n",
        );
        let found = &objectives(&project, &[])[0];
        near(&found["allowed"], 2_592.0, 1e-6);
        near(&found["bad"], down as f64, 1e-6);
        assert_eq!(found["status"], if kept { "at_risk" } else { "missed" });
        let fired: Vec<(f64, String)> = found["alerts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| {
                let fired = chrono::DateTime::parse_from_rfc3339(alert["fired_at"].as_str().unwrap()).unwrap();
                let after = fired.timestamp_micros() - (FIRST + fails) * 1_000_000;
                (after as f64 / 1e6, alert["severity"].as_str().unwrap().to_string())
            })
            .collect();
        let expected = [(51.84, "page"), (129.6, "page"), (259.2, "ticket"), (259.2, "ticket")];
        assert_eq!(fired.len(), 4, "{fired:?}");
        for ((after, severity), (seconds, word)) in fired.iter().zip(expected) {
            assert!((after - seconds).abs() < 1e-3 && severity == word, "{fired:?}");
        }
        // 2 %, 5 %, 10 % and 10 % of the budget are what these windows burn; a full outage gets there in that time.
        near(&found["alerts"][0]["consumed_before"], 0.02, 1e-6);
        near(&found["alerts"][1]["consumed_before"], 0.05, 1e-6);
        near(&found["alerts"][2]["consumed_before"], 0.10, 1e-6);
    }
}

/// A week at 99.95 % allows 5 min 2.4 s.
#[test]
fn a_week_at_99_95() {
    let week = 7 * 86_400;
    // 1 January 2026 was a Thursday: the calendar week from Monday the 5th is over on the 12th.
    let counts: Vec<_> = (0..week / 60).map(|minute| (4 * 86_400 + minute * 60, 60.0, 60.0)).collect();
    let project = shop(11 * 86_400, 60, &counts);
    let window = "{duration: 1w, isRolling: false, calendar: {startTime: 2026-01-05 00:00:00, timeZone: UTC}}";
    project.write("slos/a.yaml", slo("a", window, "Occurrences", "{target: 0.9995}"));
    let found = &objectives(&project, &[])[0];
    near(&found["allowed"], 302.4, 1e-6);
    assert_eq!(found["window_start"], "2026-01-05T00:00:00Z");
    assert_eq!(project.measure(&["slo_attainment", "--period", "2026-01"])[0]["value"], 1.0);
}

/// Ten requests an hour, one of them bad: a burn rate of 100 that nobody is woken for.
#[test]
fn low_traffic_burns_fast_and_does_not_alert() {
    let counts: Vec<_> = (0..720).map(|hour| (hour * 3_600, if hour == 719 { 9.0 } else { 10.0 }, 10.0)).collect();
    let project = shop(720 * 3_600, 3_600, &counts);
    project.write("slos/a.yaml", slo("a", "{duration: 30d, isRolling: true}", "Occurrences", "{target: 0.999}"));
    let found = &objectives(&project, &[])[0];
    let hour = found["burn"].as_array().unwrap().iter().find(|burn| burn["lookback_s"] == 3_600).unwrap();
    near(&hour["rate"], 100.0, 1e-9);
    assert_eq!(hour["low_n"], true);
    assert_eq!(found["alerts"].as_array().unwrap().len(), 0);
    // One of 7.2 errors that the month allows.
    near(&found["consumed"], 0.1389, 5e-5);
}

/// What corrections take out, what policies ask, what incidents took, and that all of it adds up.
#[test]
fn corrections_policies_and_shares_of_incidents() {
    let day = 86_400;
    // Ten days of 1,000 requests an hour; hours 100 to 103 half bad, hour 200 all bad.
    let counts: Vec<_> = (0..240)
        .map(|hour| {
            let good = match hour {
                100..104 => 500.0,
                200 => 0.0,
                _ => 1_000.0,
            };
            (hour * 3_600, good, 1_000.0)
        })
        .collect();
    let project = shop(10 * day, 3_600, &counts);
    project.write(
        "nines.toml",
        format!("name = \"Shop\"\nas_of = \"{}\"\n[[exports]]\nfiles = \"*.csv\"\n", at(10 * day)),
    );
    let incident = |id: &str, from: i64, to: i64| format!("{id},Shop,{},{}\n", at(from * 3_600), at(to * 3_600));
    // Two at the same time: the first has what both cover.
    let incidents = [incident("I1", 100, 103), incident("I2", 102, 104), incident("I3", 10, 20)].concat();
    project.write("incidents.csv", format!("id,service,started_at,restored_at\n{incidents}"));
    project.write("slos/a.yaml", slo("a", "{duration: 10d, isRolling: true}", "Occurrences", "{target: 0.99}"));
    project.write(
        "slos/policy.yaml",
        format!(
            "apiVersion: nines/v1\nkind: ErrorBudgetPolicy\nmetadata: {{name: p}}\nspec:\n  steps:\n    - {{consumed: 50%, action: Review.}}\n    \
             - {{consumed: 1, action: Freeze.}}\n    - {{incidentShare: 0.2, action: Postmortem.}}\n---\napiVersion: nines/v1\nkind: BudgetCorrection\n\
             metadata: {{name: move}}\nspec: {{slos: [a], from: \"{}\", to: \"{}\", treat: exclude, reason: The move to the new hall.}}\n",
            at(200 * 3_600),
            at(201 * 3_600)
        ),
    );
    let found = &objectives(&project, &[])[0];
    near(&found["total"], 239_000.0, 0.0);
    near(&found["bad"], 2_000.0, 0.0);
    near(&found["consumed"], 2_000.0 / 2_390.0, 1e-9);
    near(&found["corrections"][0]["bad"], 1_000.0, 0.0);
    let shares: Vec<(String, f64)> = found["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| (share["incident"].as_str().unwrap().to_string(), share["bad"].as_f64().unwrap()))
        .collect();
    assert_eq!(shares, [("I1".to_string(), 1_500.0), ("I2".to_string(), 500.0)]);
    near(&found["unexplained"], 0.0, 1e-9);
    let holds: Vec<&Value> = found["policy"].as_array().unwrap().iter().map(|step| &step["holds"]).collect();
    assert_eq!(holds, [&Value::Bool(true), &Value::Bool(false), &Value::Bool(true)]);
    assert_eq!(found["policy"][0]["action"], "Review.");
    assert!(found["policy"][0]["since"].is_string());
}

/// Budget spent by any split of a window adds up, and the order and number of times that rows come in change nothing.
#[test]
fn days_add_up_and_duplicates_count_once() {
    let counts: Vec<_> = (0..240).map(|hour| (hour * 3_600, 1_000.0 - f64::from(hour as i32 % 7), 1_000.0)).collect();
    let mut shuffled: Vec<_> = counts.iter().rev().copied().collect();
    shuffled.extend(counts.iter().step_by(3).copied());
    let file = slo("a", "{duration: 10d, isRolling: true}", "Occurrences", "{target: 0.99}");
    let answers: Vec<Value> = [counts, shuffled]
        .iter()
        .map(|counts| {
            let project = shop(10 * 86_400, 3_600, counts);
            project.write("slos/a.yaml", &file);
            let found = objectives(&project, &[])[0].clone();
            let days = project
                .query("SELECT SUM(bad) AS bad, SUM(total) AS total, SUM(allowed) AS allowed FROM fact_slo_days");
            for name in ["bad", "total", "allowed"] {
                near(&found[name], days[0][name].parse().unwrap(), 1e-6);
            }
            let burn = &project.measure(&["burn_rate", "--period", "2026-01-01..2026-01-10"])[0];
            near(&burn["value"], found["consumed"].as_f64().unwrap(), 1e-9);
            found
        })
        .collect();
    assert_eq!(answers[0], answers[1]);
}

/// Parts with their own indicators make one objective, weighed.
#[test]
fn a_composite_weighs_its_parts() {
    let counts: Vec<_> = (0..24).map(|hour| (hour * 3_600, 990.0, 1_000.0)).collect();
    let project = shop(86_400, 3_600, &counts);
    let part = |name: &str, weight: f64, column: &str| {
        format!(
            "    - displayName: {name}\n      target: 0.9\n      compositeWeight: {weight}\n      indicator:\n        metadata: {{name: {name}}}\n        \
             spec: {{ratioMetric: {{good: {{metricSource: {{type: nines, spec: {{table: sli_counts, value: {column}}}}}}}, \
             total: {{metricSource: {{type: nines, spec: {{table: sli_counts, value: total}}}}}}}}}}\n"
        )
    };
    let objectives_text = [part("search", 3.0, "good"), part("pay", 1.0, "total")].concat();
    project.write(
        "slos/a.yaml",
        format!(
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: journey}}\nspec:\n  service: Shop\n  timeWindow: [{ROLLING_DAY}]\n  \
             budgetingMethod: Occurrences\n  objectives:\n{objectives_text}"
        ),
    );
    let found = objectives(&project, &["journey"]);
    let composite = found.iter().find(|objective| objective["objective"] == "journey").unwrap();
    near(&composite["sli"], (3.0 * 0.99 + 1.0) / 4.0, 1e-12);
    near(&composite["consumed"], (1.0 - 0.9925) / 0.1, 1e-9);
}

/// More good events than there are is told, and neither a gain nor a way to make up for others.
#[test]
fn more_good_events_than_all_are_left_out_and_told() {
    let project = shop(86_400, 3_600, &[(0, 1_500.0, 1_000.0), (3_600, 0.0, 1_000.0), (82_800, 1_000.0, 1_000.0)]);
    project.write("slos/a.yaml", slo("a", ROLLING_DAY, "Occurrences", "{target: 0.9}"));
    let found = &objectives(&project, &[])[0];
    assert!(found["doubt"].as_str().unwrap().contains("more good or bad events than all"), "{found}");
    near(&found["total"], 2_000.0, 0.0);
    near(&found["bad"], 1_000.0, 0.0);
    assert!(project.ok(&["slo"]).contains("doubtful"));
}

/// A rolling window that history begins in, and a calendar month that does, are held against the budget of all of them.
#[test]
fn a_window_that_history_begins_in_has_the_budget_of_all_of_it() {
    // Three days of a window of thirty, a tenth of whose budget of 1 % is 72 of 1,000 an hour for 720 hours.
    let counts: Vec<_> =
        (0..72).map(|hour| (hour * 3_600, if hour == 10 { 640.0 } else { 1_000.0 }, 1_000.0)).collect();
    let project = shop(72 * 3_600, 3_600, &counts);
    let window = "{duration: 1M, isRolling: false, calendar: {startTime: 2025-12-15 00:00:00, timeZone: UTC}}";
    let files = [
        slo("rolling", "{duration: 30d, isRolling: true}", "Occurrences", "{target: 0.99}"),
        slo("month", window, "Occurrences", "{target: 0.99}"),
    ];
    project.write("slos/a.yaml", files.join("---\n"));
    let found = objectives(&project, &[]);
    near(&found[0]["allowed"], 7_200.0, 1e-6);
    near(&found[0]["consumed"], 0.05, 1e-9);
    assert_eq!(found[0]["allowed_estimated"], true);
    // 31 days from 15 December.
    near(&found[1]["consumed"], 360.0 / 7_440.0, 1e-9);
    // Eleven hours into the history a day and three days would seem to burn at 3.3; their look-backs aren't filled yet.
    let rules: Vec<&Value> = found[0]["alerts"].as_array().unwrap().iter().map(|alert| &alert["rule"]).collect();
    assert_eq!(rules, ["1 h and 5 min above 14.4"]);
}

/// A correction of half an hour takes half of an hourly bucket; rows without a value count for their time once.
#[test]
fn corrections_split_buckets_and_overlaps_count_once() {
    let counts: Vec<_> = (0..24).map(|hour| (hour * 3_600, if hour == 12 { 0.0 } else { 1_000.0 }, 1_000.0)).collect();
    let project = shop(86_400, 3_600, &counts);
    project.write("slos/a.yaml", slo("a", ROLLING_DAY, "Occurrences", "{target: 0.9}"));
    project.write(
        "slos/b.yaml",
        format!(
            "apiVersion: nines/v1\nkind: BudgetCorrection\nmetadata: {{name: half}}\n\
             spec: {{from: \"{}\", to: \"{}\", treat: good, reason: A test.}}\n",
            at(12 * 3_600 + 900),
            at(12 * 3_600 + 2_700)
        ),
    );
    let found = &objectives(&project, &[])[0];
    near(&found["bad"], 500.0, 1e-9);
    near(&found["total"], 24_000.0, 0.0);

    let project =
        Project::new(&format!("name = \"Shop\"\nas_of = \"{}\"\n[[exports]]\nfiles = \"*.csv\"\n", at(86_400)));
    let outage = |id: &str, from: i64, to: i64| format!("{id},Shop,{},{},outage\n", at(from), at(to));
    let rows = [outage("O1", 0, 3_600), outage("O2", 1_800, 5_400)].concat();
    project.write("outages.csv", format!("id,service,started_at,ended_at,kind\n{rows}"));
    project.write(
        "slos/a.yaml",
        slo("a", ROLLING_DAY, "Occurrences", "{target: 0.9}")
            .replace(
                "good: {metricSource: {type: nines, spec: {table: sli_counts, service: Shop, value: good}}}",
                "bad: {metricSource: {type: nines, spec: {table: outages, from: started_at, to: ended_at}}}",
            )
            .replace("{table: sli_counts, service: Shop, value: total}", "{fact: agreed_time, value: duration_s}"),
    );
    near(&objectives(&project, &[])[0]["bad"], 5_400.0, 1e-6);
}

/// A week's objective belongs to that week, although the week ends where the next begins.
#[test]
fn a_window_belongs_to_the_period_of_its_last_instant() {
    let counts: Vec<_> =
        (0..504).map(|hour| (4 * 86_400 + hour * 3_600, if hour == 200 { 0.0 } else { 100.0 }, 100.0)).collect();
    let project = shop(25 * 86_400, 3_600, &counts);
    let window = "{duration: 1w, isRolling: false, calendar: {startTime: 2026-01-05 00:00:00, timeZone: UTC}}";
    project.write("slos/a.yaml", slo("a", window, "Occurrences", "{target: 0.999}"));
    project.ok(&["ingest", "--quiet"]);
    let week = |period: &str| project.measure(&["slo_attainment", "--period", period])[0]["value"].clone();
    assert_eq!([week("2026-W02"), week("2026-W03"), week("2026-W04")], [1.0, 0.0, 1.0].map(Value::from));
}

/// Without rows there is no figure, on the screen, in JSON and on the page.
#[test]
fn nothing_is_not_zero() {
    let project = shop(86_400, 3_600, &[]);
    project.write("slos/a.yaml", slo("a", ROLLING_DAY, "Occurrences", "{target: 0.9}"));
    let found = &objectives(&project, &[])[0];
    assert!(found["sli"].is_null() && found["consumed"].is_null() && found["allowed"].is_null(), "{found}");
    assert_eq!(found["status"], "no_data");
    let text = project.ok(&["slo"]);
    assert!(text.contains("no events in its window"), "{text}");
    let page = project.ok(&["report", "slo", "--format", "md", "--out", "-"]);
    assert!(!page.contains("NaN") && page.contains("No objective has a figure"), "{page}");
}
