//! Backlog, flow, customers and their answers: what is planted there.

use nines::arithmetic::control::share_limits;
use nines::arithmetic::local_time::rfc3339;
use serde_json::Value;

use super::DEMO;

/// Everything up to as-of.
const ALL: &str = "2026-01-05..2026-07-07";

fn number(measure: &Value, key: &str) -> f64 {
    measure[key].as_f64().unwrap_or_else(|| panic!("no {key}: {measure}"))
}

#[test]
fn the_team_that_took_on_too_much_is_seen_with_its_days_and_its_worst() {
    let breach = &DEMO.planted.wip_breach;
    let team = Some(("team", breach.team.as_str()));
    let value = |metric, period| number(&DEMO.one(metric, period, team), "value");
    assert!(breach.days > 0 && breach.worst > breach.limit);
    assert_eq!(value("wip_limit_breach_days", ALL), breach.days as f64);
    assert_eq!(value("wip_worst", ALL), breach.worst as f64);
    assert_eq!(value("wip_over_limit_worst", ALL), (breach.worst - breach.limit) as f64);
    let share = DEMO.one("wip_limit_breach_share", ALL, team);
    assert_eq!(number(&share, "numerator"), breach.days as f64);
    // All of it lies in the week that began with the rush.
    let monday = &rfc3339(breach.rush)[..10];
    let sunday = &rfc3339(breach.rush + 6 * 86_400_000_000)[..10];
    assert_eq!(value("wip_limit_breach_days", &format!("{monday}..{sunday}")), breach.days as f64);
    // The team that has no limit never breaks one.
    let free = DEMO.one("wip_limit_breach_share", ALL, Some(("team", "Commerce Engineering")));
    assert_eq!(free["state"], "no_data", "{free}");
}

#[test]
fn the_account_that_became_unhappy_stands_out_from_its_own_past() {
    let unhappy = &DEMO.planted.unhappy;
    let from = &rfc3339(unhappy.from)[..10];
    let eve = &rfc3339(unhappy.from - 86_400_000_000)[..10];
    let (before, after) = (format!("2026-01-05..{eve}"), format!("{from}..2026-07-07"));
    let customer = Some(("customer", unhappy.customer.as_str()));
    for metric in ["csat", "ticket_csat"] {
        let (then, now) = (DEMO.one(metric, &before, customer), DEMO.one(metric, &after, customer));
        assert!(number(&now, "upper") < number(&then, "lower"), "{then} {now}");
        // As a chart of shares sees it: far below what its own past makes likely.
        let limits = share_limits(number(&then, "value"), number(&now, "n")).unwrap();
        assert!(number(&now, "value") < limits.lower, "{then} {now}");
        // Everybody else is as happy as before.
        let (all, rest) = (DEMO.one(metric, &after, None), now);
        let others = (number(&all, "numerator") - number(&rest, "numerator"))
            / (number(&all, "denominator") - number(&rest, "denominator"));
        assert!(others > number(&rest, "upper"), "{all} {rest}");
    }
    assert!(number(&DEMO.one("nps", &after, customer), "upper") < 0.0);
    assert!(number(&DEMO.one("service_satisfaction_mean", &after, customer), "upper") < 0.6);
    // It is a large account: cut so, it is among the first that are looked at.
    let large = Some(("large", "true"));
    assert!(number(&DEMO.one("csat", &after, large), "value") < number(&DEMO.one("csat", &before, large), "value"));
}

#[test]
fn who_was_asked_and_did_not_answer_is_counted() {
    let responses = &DEMO.planted.responses;
    let rate = DEMO.one("response_rate", ALL, None);
    assert_eq!(number(&rate, "numerator"), responses.answered as f64);
    assert_eq!(number(&rate, "denominator"), responses.asked as f64);
    let silent = number(&DEMO.one("survey_silence", ALL, None), "value");
    assert_eq!(silent, (responses.asked - responses.answered) as f64);
    // Of tickets only answers are on record: nobody knows the rate, and it is not 100 %.
    let tickets = Some(("subject", "ticket"));
    assert_eq!(DEMO.one("response_rate", ALL, tickets)["state"], "no_data");
    assert_eq!(number(&DEMO.one("survey_answers", ALL, tickets), "value"), DEMO.planted.ticket_answers as f64);
    let answered = DEMO.one("tickets_answered_share", ALL, None);
    assert!(number(&answered, "numerator") <= DEMO.planted.ticket_answers as f64);
    assert!((0.2..0.4).contains(&number(&answered, "value")), "{answered}");
}

#[test]
fn an_answer_of_an_account_that_nobody_lists_is_not_lost() {
    let orphan = DEMO.planted.orphans.customer.as_str();
    assert_eq!(number(&DEMO.one("survey_answers", ALL, Some(("customer", orphan))), "value"), 1.0);
    let sliced = DEMO.project.measure(&["survey_answers", "--period", ALL, "--by", "customer"]);
    let sum: f64 = sliced.iter().filter_map(|measure| measure["value"].as_f64()).sum();
    assert_eq!(sum, number(&DEMO.one("survey_answers", ALL, None), "value"));
    // It has no size that anybody knows: neither large nor small.
    let sizes = DEMO.project.query(&format!(
        "SELECT COUNT(*) AS n, COUNT(\"large\") AS known FROM fact_surveys WHERE customer = '{orphan}'"
    ));
    assert_eq!((sizes[0]["n"].as_str(), sizes[0]["known"].as_str()), ("1", "0"));
}

#[test]
fn the_flow_of_the_two_teams_obeys_littles_law() {
    for team in ["Commerce Engineering", "Commerce Operations"] {
        let ratio = number(&DEMO.one("littles_law_ratio", ALL, Some(("team", team))), "value");
        assert!((0.8..1.2).contains(&ratio), "{team} {ratio}");
    }
}
