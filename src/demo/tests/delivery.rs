//! Delivery as it was planted: bugs and their tickets, releases on their way, the backlog of two teams.

use super::{Row, made, rows, utc};
use std::collections::BTreeMap;

/// The good rows of an export, by their id.
fn by_id(dir: &std::path::Path, name: &str, word: (&str, &str)) -> BTreeMap<String, Row> {
    let good = |row: &Row| !row["id"].is_empty() && row[word.0] != word.1 && row.values().all(|v| !v.contains("late"));
    rows(dir, name).into_iter().filter(good).map(|row| (row["id"].clone(), row)).collect()
}

#[test]
fn a_few_bugs_bring_most_of_the_tickets() {
    let (dir, summary) = made(2_000, 1, 26);
    let planted = &summary.planted;
    let links = rows(dir.path(), "links.csv");
    let problems = by_id(dir.path(), "problems.csv", ("kind", "-"));
    let mut tickets: BTreeMap<&str, u64> = BTreeMap::new();
    let caused = |l: &&Row| l["from_table"] == "tickets" && l["to_table"] == "problems" && l["kind"] == "caused_by";
    for link in links.iter().filter(caused).filter(|l| !l["to_id"].starts_with("PRB")) {
        *tickets.entry(&link["to_id"]).or_default() += 1;
    }
    let total: u64 = tickets.values().sum();
    assert_eq!(total, planted.tickets_of_bugs);
    assert!((80..400).contains(&total), "{total}");
    let (top, &most) = tickets.iter().max_by_key(|(_, n)| **n).unwrap();
    assert_eq!((*top, most), (planted.top_bug.bug.as_str(), planted.top_bug.tickets));
    assert_eq!(problems[*top]["service"], planted.top_bug.service);
    let mut counts: Vec<u64> = tickets.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let ten: u64 = counts.iter().take(10).sum();
    assert!(ten * 10 > total * 6 && counts.len() > 15, "{ten} of {total} by {counts:?}");
    let count = |kind: &str| links.iter().filter(|l| l["kind"] == kind).count() as u64;
    assert_eq!(count("child_of"), planted.tickets_of_major_incidents);
    assert_eq!(count("duplicate_of"), planted.duplicate_tickets);
    assert!(count("child_of") > 30 && count("duplicate_of") > 5);
    let upside_down: Vec<String> = problems
        .values()
        .filter(|p| p["kind"] == "bug")
        .filter(|p| matches!((p["severity"].as_str(), p["priority"].as_str()), ("1", "4") | ("4", "1")))
        .map(|p| p["id"].clone())
        .collect();
    assert_eq!(upside_down, planted.upside_down_bugs);
    assert!(upside_down.len() >= 2);
    let in_use = problems.values().filter(|p| p["kind"] == "bug" && p["found_in"] == "production").count();
    let bugs = problems.values().filter(|p| p["kind"] == "bug").count();
    assert!(in_use * 4 > bugs && in_use * 10 < bugs * 8, "{in_use} of {bugs}");
}

#[test]
fn fixes_come_with_a_deployment_and_end_the_defect() {
    let (dir, _) = made(2_000, 1, 26);
    let problems = by_id(dir.path(), "problems.csv", ("kind", "-"));
    let deployments = by_id(dir.path(), "deployments.csv", ("outcome", "to be decided"));
    let items = by_id(dir.path(), "work_items.csv", ("kind", "to be decided"));
    let (mut fixed, mut stopped, mut defects) = (0, 0, 0);
    for link in rows(dir.path(), "links.csv") {
        match (link["from_table"].as_str(), link["to_table"].as_str(), link["kind"].as_str()) {
            ("problems", "deployments", "fixed_by") => {
                let (bug, fix) = (&problems[&link["from_id"]], &deployments[&link["to_id"]]);
                assert_eq!((&bug["service"], &bug["fixed_at"]), (&fix["service"], &fix["finished_at"]));
                assert_eq!((fix["environment"].as_str(), fix["outcome"].as_str()), ("production", "successful"));
                fixed += 1;
            }
            ("deployments", "problems", "relates_to") => {
                let (failed, bug) = (&deployments[&link["from_id"]], &problems[&link["to_id"]]);
                let wait = utc(&bug["opened_at"]).unwrap() - utc(&failed["finished_at"]).unwrap();
                assert!(failed["outcome"] != "successful" && (0..3_600).contains(&wait), "{failed:?}");
                assert_eq!(failed["environment"], bug["found_in"]);
                stopped += 1;
            }
            ("work_items", "problems", "relates_to") => {
                let (item, bug) = (&items[&link["from_id"]], &problems[&link["to_id"]]);
                assert_eq!((item["kind"].as_str(), &item["finished_at"]), ("defect", &bug["fixed_at"]));
                assert_eq!(item["style"] == "scrum", bug["found_in"] != "production");
                defects += 1;
            }
            _ => {}
        }
    }
    let all = items.values().filter(|item| item["kind"] == "defect").count();
    assert_eq!(defects, all);
    let failed = deployments.values().filter(|d| d["outcome"] != "successful").count();
    assert!(fixed > 50 && defects > 15 && stopped * 10 > failed * 6, "{fixed} {defects} {stopped} {failed}");
}

#[test]
fn releases_pass_the_environments_in_agreement_with_changes() {
    let (dir, summary) = made(2_000, 1, 26);
    let planted = &summary.planted;
    let deployments = by_id(dir.path(), "deployments.csv", ("outcome", "to be decided"));
    let changes: BTreeMap<String, Row> =
        rows(dir.path(), "changes.csv").into_iter().map(|row| (row["Issue key"].clone(), row)).collect();
    let mut reached: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for d in deployments.values() {
        *reached.entry(&d["release"]).or_default().entry(&d["environment"]).or_default() += 1;
        let Some(change) = changes.get(&d["change"]).filter(|_| !d["change"].is_empty()) else { continue };
        assert_eq!((&change["Component/s"], &change["Custom field (Release)"]), (&d["service"], &d["release"]));
        let at = |name: &str| utc(&change[&format!("Custom field (Actual {name})")]).unwrap();
        assert!(at("start") <= utc(&d["started_at"]).unwrap() && utc(&d["finished_at"]).unwrap() <= at("end"));
        if d["kind"] == "normal" {
            assert_eq!(d["outcome"] == "rolled_back", change["Resolution"] == "Backed out", "{d:?}");
        }
    }
    let reach = |name: &str| reached.values().filter(|r| r.contains_key(name)).count();
    assert!(reach("dev") > 100 && reach("production") < reach("test") && reach("production") * 10 > reach("test") * 8);
    let bad = planted.bad_release.as_ref().unwrap();
    let guilty = &deployments[&bad.deployment];
    assert_eq!((guilty["outcome"].as_str(), &guilty["change"]), ("rolled_back", &bad.change));
    assert!(utc(&guilty["finished_at"]).unwrap() * 1_000_000 <= bad.started);
    let back = |d: &&Row| d["kind"] == "rollback" && d["change"] == bad.change;
    let back = deployments.values().find(back).unwrap();
    assert_eq!(utc(&back["finished_at"]).unwrap() * 1_000_000, bad.ended);
    let held = &deployments[&planted.held_release];
    assert!(!held["held_at"].is_empty() && held["released_at"].is_empty() && held["environment"] == "acceptance");
    assert!(!reached[held["release"].as_str()].contains_key("production"));
    let own: Vec<&Row> = deployments.values().filter(|d| d["author"] == d["deployer"]).collect();
    assert!(own.len() > 3 && own.iter().all(|d| d["service"] == planted.self_deployed));
    let is = |d: &&Row, column: &str| !d[column].is_empty();
    let shadows = deployments.values().filter(|d| is(d, "shadow_at")).count();
    let switched = deployments.values().filter(|d| is(d, "switched_at")).count();
    let released = deployments.values().filter(|d| is(d, "released_at")).count();
    assert!(switched < shadows && switched > 30 && released > 20, "{switched} {shadows} {released}");
}

#[test]
fn two_teams_work_through_one_backlog() {
    let (dir, summary) = made(2_000, 1, 26);
    let breach = &summary.planted.wip_breach;
    let items = by_id(dir.path(), "work_items.csv", ("kind", "to be decided"));
    let kanban: Vec<(i64, i64)> = items
        .values()
        .filter(|item| item["team"] == breach.team && item["style"] == "kanban")
        .filter_map(|item| Some((utc(&item["started_at"])?, utc(&item["finished_at"]).unwrap_or(i64::MAX))))
        .collect();
    let (mut days, mut worst) = (Vec::new(), 0);
    for day in 0..182 {
        // Midnight in Brussels; the clocks change on 29 March.
        let midnight = summary.start / 1_000_000 + (day + 1) * 86_400 - if day >= 83 { 3_600 } else { 0 };
        let count = kanban.iter().filter(|(from, to)| *from <= midnight && *to > midnight).count() as u64;
        worst = worst.max(count);
        if count > breach.limit {
            days.push(midnight);
        }
    }
    assert_eq!((days.len() as u64, worst), (breach.days, breach.worst));
    let week = breach.rush / 1_000_000..breach.rush / 1_000_000 + 7 * 86_400;
    assert!(days.len() >= 3 && days.iter().all(|day| week.contains(day)), "{days:?}");
    let mut velocity: BTreeMap<&str, f64> = BTreeMap::new();
    for item in items.values().filter(|i| i["style"] == "scrum" && !i["finished_at"].is_empty()) {
        *velocity.entry(&item["sprint"]).or_default() += item["points"].parse::<f64>().unwrap();
    }
    assert_eq!(velocity.len(), 13);
    assert!(velocity.values().all(|points| (15.0..70.0).contains(points)), "{velocity:?}");
    for (column, words) in [("kind", 5), ("origin", 5), ("class_of_service", 5)] {
        let used: std::collections::BTreeSet<&String> = items.values().map(|item| &item[column]).collect();
        assert_eq!(used.len(), words, "{column}");
    }
    let blocked = items.values().filter(|i| i["blocked_s"].parse::<i64>().is_ok_and(|s| s > 0)).count();
    assert!(blocked > 20, "{blocked}");
}
