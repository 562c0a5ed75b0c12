//! Tiers, teams and tickets: what is planted there.

use serde_json::Value;

use super::DEMO;
use crate::project::Project;

/// All that the demo has seen.
const ALL: &str = "2026-01-05..2026-07-06";

fn number(measure: &Value) -> f64 {
    measure["value"].as_f64().unwrap_or_else(|| panic!("a value: {measure}"))
}

/// The slices of a metric with their values, the largest first.
fn ranked(metric: &str, by: &str) -> Vec<(String, f64)> {
    let measures = DEMO.project.measure(&[metric, "--by", by, "--period", ALL]);
    let mut found: Vec<(String, f64)> = measures
        .iter()
        .filter_map(|measure| Some((measure["dims"][by].as_str()?.to_string(), measure["value"].as_f64()?)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found
}

#[test]
fn the_team_that_bounces_sends_back_more_than_any_other() {
    let bounces = ranked("bounces", "from_team");
    assert_eq!(bounces[0].0, "Desktop Support", "{bounces:?}");
    assert!(bounces[0].1 > 2.0 * bounces[1].1, "{bounces:?}");
    // Not because it has more to give away: it sends back most of it, beyond what chance explains.
    let (own, all) = (
        DEMO.one("bounce_step_share", ALL, Some(("from_team", "Desktop Support"))),
        DEMO.one("bounce_step_share", ALL, None),
    );
    assert!(own["lower"].as_f64() > all["upper"].as_f64(), "{own} {all}");
}

/// Few tickets ever come to the pair: it takes a larger organisation to see it.
#[test]
fn the_pair_that_plays_ping_pong_is_the_first_of_all_pairs() {
    let project = Project::demo(20_000, 26);
    project.ok(&["ingest", "--quiet"]);
    let pair = "Network Administration / Systems Administration";
    let measures = project.measure(&["bounce_step_share", "ping_pong_tickets", "--by", "pair", "--period", ALL]);
    let of = |metric: &str| -> Vec<&Value> {
        let own = measures.iter().filter(|measure| measure["metric"] == metric && measure["value"].is_number());
        own.collect()
    };
    let shares: Vec<&Value> = of("bounce_step_share").into_iter().filter(|one| one["n"].as_u64() >= Some(30)).collect();
    let worst = shares.iter().max_by(|a, b| number(a).total_cmp(&number(b))).unwrap();
    assert_eq!(worst["dims"]["pair"], pair, "{worst}");
    let others = shares.iter().filter(|one| one["dims"]["pair"] != pair);
    assert!(others.clone().all(|one| one["upper"].as_f64() < worst["lower"].as_f64()), "{worst}");
    // And no pair has as many tickets in ping-pong for what goes between it.
    let per_step = |one: &&Value| number(one) / one["rows"].as_f64().unwrap();
    let known = of("ping_pong_tickets").into_iter().filter(|one| one["rows"].as_u64() >= Some(30));
    let most = known.max_by(|a, b| per_step(a).total_cmp(&per_step(b))).unwrap();
    assert!(most["dims"]["pair"] == pair && number(most) >= 5.0, "{most}");
}

#[test]
fn the_tier_that_becomes_slower_is_seen_in_its_stays() {
    let drift = &DEMO.planted.drift;
    assert_eq!((drift.tier, drift.from / 86_400_000_000), (3, 20_577), "from 4 May on");
    let stay = |period: &str, tier: &str| DEMO.one("stay_time_median", period, Some(("tier", tier)));
    let growth = |tier: &str| {
        let (before, after) = (stay("2026-01-05..2026-05-03", tier), stay("2026-05-04..2026-07-05", tier));
        number(&after) / number(&before)
    };
    let third = growth("3");
    assert!(
        third > 2.0 && ["1", "2", "4"].iter().all(|tier| growth(tier) < third),
        "tier 3 takes {third} times as long"
    );
}

#[test]
fn the_desk_weeds_out_what_is_no_rightful_request() {
    // The generator marks as invalid only what never left its first team.
    let (all, first) =
        (number(&DEMO.one("invalid_ticket_share", ALL, None)), number(&DEMO.one("weeded_out_share", ALL, None)));
    assert!(all > 0.01 && all == first, "{all} {first}");
}

#[test]
fn nothing_that_flatters_is_found_where_nothing_is_planted() {
    // So many tickets that each figure has a value, by the program's own judgement.
    let project = Project::demo(20_000, 26);
    project.expect(0, &["ingest", "--quiet"]);
    let metrics = ["resolutions_heaped_before_target", "waits_set_before_breach", "month_end_rush"];
    for measure in project.measure(&[&metrics[..], &["--period", ALL]].concat()) {
        assert!(measure["value"].is_number() && measure["status"] == "met", "{measure}");
    }
    assert_eq!(DEMO.one("priority_changed_share", ALL, None)["value"], 0.0);
    // Priorities follow the matrix, and nobody writes down what users answer.
    assert_eq!(DEMO.one("priority_as_matrix_share", ALL, None)["value"], 1.0);
    assert_eq!(DEMO.one("waits_unanswered_share", ALL, None)["value"], Value::Null);
}

/// Of every team and tier, and month by month: what was open, plus what came, less what went, is open then.
#[test]
fn the_load_of_teams_adds_up_and_all_of_them_are_the_backlog() {
    let months = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"];
    for by in ["team", "tier"] {
        let each = |metric: &str, period: &str| -> Vec<f64> {
            let measures = DEMO.project.measure(&[metric, "--by", by, "--period", period]);
            measures.iter().map(|measure| measure["value"].as_f64().unwrap_or(0.0)).collect()
        };
        let mut open = vec![0.0; each("tier_load", "2026-01").len()];
        for month in months {
            let (came, went, now) =
                (each("tier_arrivals", month), each("tier_departures", month), each("tier_load", month));
            let expected: Vec<f64> =
                open.iter().zip(&came).zip(&went).map(|((open, came), went)| open + came - went).collect();
            assert_eq!(now, expected, "{by} {month}");
            let backlog = number(&DEMO.one("ticket_backlog", month, None));
            assert_eq!(now.iter().sum::<f64>(), backlog, "{by} {month}");
            open = now;
        }
    }
}

/// The time of every ticket is with somebody: stays and states sum to it.
#[test]
fn stays_and_states_sum_to_the_life_of_every_ticket() {
    for fact in ["ticket_stays", "ticket_states"] {
        let column = if fact == "ticket_stays" { "held_s" } else { "lasted_s" };
        let sql = format!(
            "SELECT COUNT(*) AS n FROM fact_tickets t JOIN (SELECT ticket, SUM({column}) AS s FROM fact_{fact} GROUP BY ticket) p \
             ON p.ticket = t.id WHERE ABS(p.s - t.observed_s) > 0.001"
        );
        assert_eq!(DEMO.project.query(&sql)[0]["n"], "0", "{fact}");
    }
    let all = "SELECT COUNT(*) AS n FROM fact_ticket_stays WHERE ABS(held_s - queue_s - work_s - waiting_user_s - waiting_supplier_s \
               - waiting_change_s - waiting_other_s - resolved_s) > 0.001 OR queue_s IS NULL";
    assert_eq!(DEMO.project.query(all)[0]["n"], "0");
}
