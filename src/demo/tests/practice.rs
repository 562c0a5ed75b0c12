//! Promises, answers, scheduled work, systems and money as they were planted.

use super::{Row, made, rows, utc};
use std::collections::BTreeMap;

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn one_contract_cannot_carry_what_was_promised() {
    let (dir, summary) = made(10, 1, 4);
    let agreements = rows(dir.path(), "agreements.csv");
    let as_of = summary.as_of / 1_000_000;
    let holds = |a: &&Row| utc(&a["valid_from"]).unwrap() <= as_of && utc(&a["valid_to"]).is_none_or(|to| to > as_of);
    let mut promised: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for a in agreements.iter().filter(holds).filter(|a| a["kind"] == "sla" && a["priority"].is_empty()) {
        let strictest = promised.entry((&a["service"], &a["metric"])).or_insert(0.0);
        *strictest = strictest.max(number(a, "target"));
    }
    let mut weaker = Vec::new();
    for a in agreements.iter().filter(holds).filter(|a| a["kind"] == "contract" && a["id"].ends_with("/1")) {
        if promised.get(&(a["service"].as_str(), a["metric"].as_str())).is_some_and(|p| *p > number(a, "target")) {
            weaker.push((a["party"].clone(), a["service"].clone(), a["target"].clone()));
        }
    }
    let planted = &summary.planted.misalignment;
    assert_eq!(weaker, [(planted.supplier.clone(), planted.service.clone(), planted.committed.clone())]);
    let suppliers: std::collections::BTreeSet<&String> =
        agreements.iter().filter(|a| a["kind"] == "contract").map(|a| &a["party"]).collect();
    assert_eq!(suppliers.len(), 4);
    // Bands: the further below, the more is due.
    for pair in agreements.windows(2).filter(|p| p[0]["kind"] == "contract") {
        if pair[0]["id"].split('/').next() == pair[1]["id"].split('/').next() {
            assert!(number(&pair[0], "credit_share") < number(&pair[1], "credit_share"));
        }
    }
    assert!(agreements.iter().any(|a| a["kind"] == "ola") && agreements.iter().any(|a| !a["valid_to"].is_empty()));
}

#[test]
fn answers_are_fewer_than_questions_and_one_account_is_unhappy() {
    let (dir, summary) = made(2_000, 1, 26);
    let planted = &summary.planted;
    let surveys = rows(dir.path(), "surveys.csv");
    let about_tickets = surveys.iter().filter(|s| s["subject"] == "ticket").count() as u64;
    assert_eq!(about_tickets, planted.ticket_answers);
    assert!(about_tickets * 5 > summary.resolved_tickets && about_tickets * 3 < summary.resolved_tickets);
    assert_eq!(surveys.len() as u64 - about_tickets, planted.responses.asked);
    let silent = surveys.iter().filter(|s| s["score"].is_empty()).count() as u64;
    assert_eq!(planted.responses.asked - silent, planted.responses.answered);
    assert!(planted.responses.answered * 10 < planted.responses.asked * 8);
    let subjects: std::collections::BTreeSet<&String> = surveys.iter().map(|s| &s["subject"]).collect();
    assert_eq!(subjects.len(), 6);
    let mut answers = surveys.iter().filter(|s| !s["score"].is_empty());
    assert!(answers.all(|s| number(s, "score") <= number(s, "scale_max")));
    let (mut unhappy, mut others, mut before) = (Vec::new(), Vec::new(), Vec::new());
    for s in surveys.iter().filter(|s| s["subject"] == "ticket") {
        let late = utc(&s["at"]).unwrap() * 1_000_000 > planted.unhappy.from;
        let group = match (s["customer"] == planted.unhappy.customer, late) {
            (true, true) => &mut unhappy,
            (true, false) => &mut before,
            _ => &mut others,
        };
        group.push(number(s, "score"));
    }
    assert!(mean(&unhappy) + 1.0 < mean(&others) && mean(&unhappy) + 1.0 < mean(&before), "{unhappy:?}");
}

#[test]
fn a_week_of_backups_failed_and_one_service_was_never_restored() {
    let (dir, summary) = made(10, 1, 26);
    let failed = &summary.planted.failed_backups;
    let jobs = rows(dir.path(), "jobs.csv.gz");
    let of = |kind: &str, service: &str| -> Vec<&Row> {
        jobs.iter().filter(|j| j["kind"] == kind && j["service"] == service && !j["id"].is_empty()).collect()
    };
    let bad: Vec<i64> = of("backup", &failed.service)
        .iter()
        .filter(|j| j["outcome"] == "failed")
        .filter_map(|j| utc(&j["scheduled_at"]))
        .map(|at| at * 1_000_000)
        .filter(|at| (failed.from..=failed.to).contains(at))
        .collect();
    assert_eq!((bad.len() as u64, failed.nights), (7, 7));
    assert!(!of("backup", &summary.planted.never_restored).is_empty());
    assert!(of("restore_test", &summary.planted.never_restored).is_empty());
    assert!(!of("restore_test", &failed.service).is_empty() && !of("failover_test", "Network").is_empty());
    let good = jobs.iter().filter(|j| j["outcome"] == "successful").count() as f64 / jobs.len() as f64;
    assert!((0.93..0.985).contains(&good), "{good}");
}

#[test]
fn patches_resources_and_registers() {
    let (dir, summary) = made(10, 1, 26);
    let planted = &summary.planted;
    let as_of = summary.as_of / 1_000_000;
    let (mut late, mut overdue, mut excepted, mut expired) = (0, 0, 0, 0);
    for p in rows(dir.path(), "patches.csv") {
        match (utc(&p["applied_at"]), utc(&p["due_at"]).unwrap(), utc(&p["excepted_until"])) {
            (Some(at), due, _) => late += u64::from(at > due),
            (None, _, Some(until)) if until > as_of => excepted += 1,
            (None, _, Some(_)) => expired += 1,
            (None, due, None) => overdue += u64::from(due < as_of),
        }
    }
    let patching = &planted.patching;
    assert_eq!(
        (late, overdue, excepted, expired),
        (patching.late, patching.overdue, patching.excepted, patching.expired)
    );
    assert!(late > 2 && overdue > 0 && excepted == 2 && expired == 2);

    let filling = &planted.filling;
    let readings: Vec<Row> =
        rows(dir.path(), "capacity.csv.gz").into_iter().filter(|r| r["resource"] == filling.resource).collect();
    let used: Vec<i64> = readings.iter().map(|r| r["used"].parse().unwrap()).collect();
    assert!(used.len() == 182 && used.windows(2).all(|p| p[1] - p[0] == filling.a_day));
    let room = number(&readings[181], "available") as i64 - used[181];
    assert_eq!(room, filling.a_day * filling.days_left);
    assert_eq!(utc(&readings[181]["at"]), Some(filling.last_reading / 1_000_000));

    let register = rows(dir.path(), "register.csv");
    let open =
        |r: &&Row| r["kind"] == "exception" && r["closed_at"].is_empty() && r["subject"] == planted.review.standard;
    assert_eq!(register.iter().filter(open).count() as u64, planted.review.open_exceptions);
    assert!(planted.review.open_exceptions >= 3);
    let kinds: std::collections::BTreeSet<&String> = register.iter().map(|r| &r["kind"]).collect();
    assert_eq!(kinds.len(), 6);
    assert!(register.iter().filter(|r| r["kind"] == "risk").all(|r| number(r, "likelihood") > 0.0));
}

#[test]
fn money_and_hours() {
    let (dir, summary) = made(10, 1, 26);
    let mut balance: BTreeMap<(String, i64), (f64, f64)> = BTreeMap::new();
    for row in rows(dir.path(), "finance.csv") {
        let entry = balance.entry((row["service"].clone(), utc(&row["at"]).unwrap() * 1_000_000)).or_default();
        match row["kind"].as_str() {
            "budget" => entry.0 += number(&row, "amount"),
            "cost" => entry.1 += number(&row, "amount"),
            _ => {}
        }
    }
    let planted = &summary.planted.over_budget;
    for ((service, month), (budget, cost)) in balance.iter().filter(|(_, b)| b.1 > 0.0) {
        let over = *service == planted.service && *month >= planted.from;
        assert_eq!(cost > budget, over, "{service} {cost} {budget}");
    }
    assert_eq!(balance.iter().filter(|(_, b)| b.1 > b.0).count(), 3);

    let toil = &summary.planted.toil;
    let mut hours: BTreeMap<(String, i64), (f64, f64)> = BTreeMap::new();
    for row in rows(dir.path(), "effort.csv.gz") {
        let week = (utc(&row["at"]).unwrap() - summary.start / 1_000_000) / (7 * 86_400);
        let entry = hours.entry((row["team"].clone(), week)).or_default();
        entry.0 += number(&row, "hours");
        entry.1 += if row["work"] == "toil" { number(&row, "hours") } else { 0.0 };
    }
    let share = |team: &str, week: i64| hours[&(team.to_owned(), week)].1 / hours[&(team.to_owned(), week)].0;
    for team in hours.keys().map(|k| k.0.clone()).collect::<std::collections::BTreeSet<_>>() {
        let grown = share(&team, 25) - share(&team, 3);
        assert_eq!(grown > 0.2, team == toil.team, "{team} {grown}");
        assert!(grown.abs() < 0.03 || team == toil.team);
    }
    assert!((share(&toil.team, 25) - toil.to_percent as f64 / 100.0).abs() < 0.04);
}

#[test]
fn requests_fail_while_an_outage_lasts() {
    let (dir, summary) = made(10, 1, 26);
    let outages: Vec<(String, i64, i64, f64)> = rows(dir.path(), "outages.csv")
        .into_iter()
        .filter(|o| utc(&o["started_at"]).is_some())
        .map(|o| {
            (
                o["service"].clone(),
                utc(&o["started_at"]).unwrap(),
                utc(&o["ended_at"]).unwrap_or(i64::MAX),
                number(&o, "weight"),
            )
        })
        .collect();
    let (mut lost, mut fine, mut buckets) = (0, 0, 0);
    for row in rows(dir.path(), "sli_counts.csv.gz") {
        let (at, good, total) = (utc(&row["at"]).unwrap(), number(&row, "good"), number(&row, "total"));
        assert!(good <= total && total >= 1.0 && number(&row, "period_s") == 300.0);
        let during = |o: &&(String, i64, i64, f64)| o.0 == row["service"] && o.1 < at + 300 && o.2 > at;
        let whole = outages.iter().filter(during).find(|o| o.1 <= at && o.2 >= at + 300);
        match whole {
            Some(o) if o.3 == 1.0 => assert_eq!(good, 0.0, "{row:?}"),
            Some(_) => assert!((total - good) / total > 0.25 || total < 40.0, "{row:?}"),
            None if outages.iter().all(|o| !during(&o)) => {
                assert!(total - good < 12.0, "{row:?}");
                fine += 1;
            }
            None => {}
        }
        lost += usize::from(whole.is_some());
        buckets += 1;
    }
    assert_eq!(buckets, 2 * 4 * 7 * 288);
    assert!(lost > 40 && fine > 15_000, "{lost} {fine}");
    assert_eq!(summary.files["sli_counts.csv.gz"], buckets);
}
