//! The Site Reliability Workbook on alerts (chapter 5), and the burn factors that tools ship.

use nines::arithmetic::alerting::{Condition, replay};
use nines::arithmetic::budget::{Budget, burn, exhaustion};
use nines::arithmetic::burn::{BurnWindow, Severity, standard};
use nines::arithmetic::timeline::{Mass, Tally, Timeline};

use super::printed;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
const MONTH_S: f64 = 2_592_000.0;

/// Forty days of even traffic, one event a second, of which a share is bad from the thirtieth day on.
fn failing(share: f64, bad_s: f64) -> Timeline {
    let bad = Mass { start: 30 * DAY, end: 30 * DAY + (bad_s * 1e6) as i64, amount: share * bad_s };
    Timeline::new(&[bad], &[Mass { start: 0, end: 40 * DAY, amount: 40.0 * 86_400.0 }])
}

/// Seconds from the failure until the burn rate over a look-back reaches a factor; `None` where it never does.
fn fires(share: f64, budget: f64, lookback_s: i64, factor: f64) -> Option<f64> {
    let condition = Condition { lookback_us: lookback_s * SECOND, factor, inclusive: true, min_events: 0.0 };
    let found = replay(&failing(share, 9.0 * 86_400.0), budget, &[condition], 0, (0, 40 * DAY));
    found.first().map(|episode| (episode.fired - 30 * DAY) as f64 / 1e6)
}

/// Share of a 30-day budget that so many bad seconds of full traffic take.
fn spent(bad_s: f64, target: f64) -> f64 {
    Budget::of(Tally { bad: bad_s, total: MONTH_S }, target).unwrap().consumed.unwrap()
}

/// Seconds until a whole 30-day budget is gone at a steady share of bad events.
fn exhausted(share: f64, target: f64) -> f64 {
    let days = [Mass { start: 0, end: 8 * DAY, amount: 8.0 * 86_400.0 }];
    let line = Timeline::new(&[Mass { amount: share * days[0].amount, ..days[0] }], &days);
    exhaustion(&|from, to| burn(&line, target, from, to), 1.0, MONTH_S, 8 * DAY).unwrap().after_s.unwrap()
}

#[test]
fn time_to_exhaust() {
    for (burn, share, days) in [(1.0, 0.001, 30.0), (2.0, 0.002, 15.0), (10.0, 0.01, 3.0)] {
        printed("time to exhaust", exhausted(share, 0.999) / 86_400.0, days, 6);
        printed("burn rate", Budget::of(Tally { bad: share, total: 1.0 }, 0.999).unwrap().consumed.unwrap(), burn, 6);
    }
    printed("burn rate 1000", exhausted(1.0, 0.999) / 60.0, 43.2, 6);
}

#[test]
fn multi_window_multi_burn_rate() {
    let expected = [
        (Severity::Page, 3_600, 300, 14.4, 0.02),
        (Severity::Page, 21_600, 1_800, 6.0, 0.05),
        (Severity::Ticket, 86_400, 7_200, 3.0, 0.10),
        (Severity::Ticket, 259_200, 21_600, 1.0, 0.10),
    ];
    let windows = standard(2_592_000);
    assert_eq!(windows.len(), 4);
    for (window, (severity, long_s, short_s, factor, share)) in windows.iter().zip(expected) {
        assert_eq!((window.severity, window.long_s, window.short_s), (severity, long_s, short_s));
        printed("factor", window.factor, factor, 9);
        printed("budget consumed", window.share, share, 9);
        printed("burnt in the long window", spent(factor * 0.001 * long_s as f64, 0.999), share, 9);
    }
}

#[test]
fn time_until_the_long_window_fires() {
    for (share, times) in [
        (1.0, [51.84, 129.6, 259.2, 259.2]),
        (0.15, [345.6, 864.0, 1_728.0, 1_728.0]),
        (0.05, [1_036.8, 2_592.0, 5_184.0, 5_184.0]),
        (0.0144, [3_600.0, 9_000.0, 18_000.0, 18_000.0]),
    ] {
        for (window, seconds) in standard(2_592_000).iter().zip(times) {
            printed("fires after", fires(share, 0.001, window.long_s, window.factor).unwrap(), seconds, 3);
        }
    }
}

#[test]
fn simple_alerts() {
    // Ten minutes at the objective itself: a full outage is seen after 0.6 s; each alert spends 0.02 % at least.
    printed("10 min", fires(1.0, 0.001, 600, 1.0).unwrap(), 0.6, 6);
    printed("10 min of 0.1 %", spent(0.6, 0.999) * 100.0, 0.02, 2);
    assert_eq!(86_400 / 600, 144, "alerts a day at most");
    // 36 hours, 5 % of the month: 2 min 10 s.
    printed("36 h", fires(1.0, 0.001, 36 * 3_600, 1.0).unwrap(), 129.6, 6);
    // An alert that waits an hour lets a full outage take 138.9 % ("140 %"); five minutes are 11.57 % ("12 %").
    printed("for: 1h", spent(3_600.0, 0.999) * 100.0, 138.9, 1);
    printed("five minutes", spent(300.0, 0.999) * 100.0, 11.57, 2);
    // 5 % in an hour is a burn rate of 36; a steady 35 never gets there, and takes everything in 20.57 hours.
    printed("5 % in 1 h", spent(36.0 * 0.001 * 3_600.0, 0.999), 0.05, 9);
    assert!(fires(0.036, 0.001, 3_600, 36.0).is_some() && fires(0.035, 0.001, 3_600, 36.0).is_none());
    printed("35 x", exhausted(0.035, 0.999) / 3_600.0, 20.57, 2);
}

#[test]
fn limits_of_the_method() {
    // At 90 % a full outage takes 1.389 % an hour, so 2 % in an hour never happens.
    printed("90 %", spent(3_600.0, 0.9) * 100.0, 1.389, 3);
    let fastest = standard(2_592_000)[0];
    assert!(!fastest.can_fire(0.1) && fires(1.0, 0.1, 3_600, fastest.factor).is_none());
    // At 99.999 % everything is gone in 25.92 s, or 43.2 min where 1 % of the traffic is hit.
    printed("99.999 %", exhausted(1.0, 0.99999), 25.92, 6);
    printed("99.999 %, 1 % of traffic", exhausted(0.01, 0.99999) / 60.0, 43.2, 6);
    // Ten requests an hour, one of them bad: 100 times too fast, and 13.89 % of the 7.2 errors of the month.
    let hour = Budget::of(Tally { bad: 1.0, total: 10.0 }, 0.999).unwrap();
    printed("low traffic", hour.consumed.unwrap(), 100.0, 9);
    let month = Budget::of(Tally { bad: 1.0, total: 7_200.0 }, 0.999).unwrap();
    printed("low traffic, allowed", month.allowed, 7.2, 9);
    printed("low traffic, spent", month.consumed.unwrap() * 100.0, 13.89, 2);
}

#[test]
fn factors_that_tools_ship() {
    let factors = |days: i64| standard(days * 86_400).iter().map(|window| window.factor).collect::<Vec<_>>();
    for (days, expected) in [(30, [14.4, 6.0, 3.0, 1.0]), (28, [13.44, 5.6, 2.8, 0.9333]), (7, [13.44, 3.5, 1.4, 0.98])]
    {
        for (found, expected) in factors(days).into_iter().zip(expected) {
            printed("Sloth", found, expected, 4);
        }
    }
    // Windows of others: burning at the factor for the long look-back takes the share.
    let day = 86_400.0;
    for (tool, period_s, long_s, factor, percent, digits) in [
        ("Splunk", 7.0 * day, 3_600.0, 16.8, 10.0, 6),
        ("Splunk", 7.0 * day, 21_600.0, 5.6, 20.0, 6),
        ("Pyrra", 28.0 * day, 3_600.0, 14.0, 2.083, 3),
        ("Pyrra", 28.0 * day, 21_600.0, 7.0, 6.25, 6),
        ("Pyrra", 28.0 * day, day, 2.0, 7.143, 3),
        ("Pyrra", 28.0 * day, 4.0 * day, 1.0, 14.286, 3),
    ] {
        let bad = factor * 0.001 * long_s;
        let consumed = Budget::of(Tally { bad, total: period_s }, 0.999).unwrap().consumed.unwrap();
        printed(tool, consumed * 100.0, percent, digits);
        let own = BurnWindow { severity: Severity::Page, long_s: long_s as i64, short_s: 300, factor, share: percent };
        assert!(own.can_fire(0.001));
    }
}
