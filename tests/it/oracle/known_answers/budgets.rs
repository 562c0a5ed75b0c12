//! Error budgets: the workbook's month and policies, composites, and the table of nines.

use nines::arithmetic::budget::{Budget, allowed_s, weighted};
use nines::arithmetic::timeline::{Mass, Tally, Timeline};

use super::printed;

fn budget(bad: f64, total: f64, target: f64) -> Budget {
    Budget::of(Tally { bad, total }, target).unwrap()
}

#[test]
fn four_weeks_of_chapter_2() {
    let (valid, good) = (3_663_253.0, 3_557_865.0);
    let month = budget(valid - good, valid, 0.97);
    printed("SLI", month.sli.unwrap() * 100.0, 97.123, 3);
    printed("97 % allows", month.allowed, 109_897.59, 2);
    printed("failures", month.tally.bad, 105_388.0, 0);
    printed("used", month.consumed.unwrap() * 100.0, 95.9, 1);
    assert_eq!(month.kept(), Some(true));
    assert_eq!(
        [0.97, 0.90, 0.99].map(|target| budget(0.0, valid, target).allowed.floor()),
        [109_897.0, 366_325.0, 36_632.0]
    );
    printed("a bad push", budget(14_066.0, valid, 0.97).consumed.unwrap() * 100.0, 12.80, 2);
}

#[test]
fn errors_that_are_allowed() {
    printed("99.9 % of 3,000,000", budget(1_500.0, 3e6, 0.999).allowed, 3_000.0, 6);
    printed("1,500 of them", budget(1_500.0, 3e6, 0.999).consumed.unwrap(), 0.5, 9);
    printed("99.9 % of 1,000,000", budget(0.0, 1e6, 0.999).allowed, 1_000.0, 6);
    printed("99.99 % of 2,500,000", budget(0.0, 2.5e6, 0.9999).allowed, 250.0, 6);
    printed("99.95 % of 28 days", allowed_s(0.9995, 0, 28 * 86_400_000_000).unwrap() / 60.0, 20.16, 6);
    // slo-generator: half of its events bad in 12 hours at 90 %; budget 72 min, errors 360, 288 too many.
    let window = budget(3_556.0, 7_112.0, 0.9);
    let minutes = |events: f64| events / 7_112.0 * 720.0;
    printed("budget", minutes(window.allowed), 72.0, 6);
    printed("errors", minutes(window.tally.bad), 360.0, 6);
    printed("remaining", minutes(window.left()), -288.0, 6);
    printed("gap", window.sli.unwrap() - 0.9, -0.4, 9);
}

#[test]
fn composites() {
    // Misses add: two parts of 95 % in one.
    let missed = weighted(&[(1.0, Some(0.05)), (1.0, Some(0.05))]).unwrap() * 2.0;
    printed("RatioTimeslices", 1.0 - missed, 0.9, 9);
    let parts = [(0.35, 0.9994), (0.25, 0.9987), (0.20, 0.9991), (0.10, 0.9972), (0.10, 0.9998)];
    printed("weighted", weighted(&parts.map(|(weight, share)| (weight, Some(share)))).unwrap() * 100.0, 99.8985, 6);
    let groups = [(5.0, 0.9976), (5.0, 0.9974), (5.0, 0.9962), (1.0, 0.9997)];
    printed("GitLab", weighted(&groups.map(|(weight, share)| (weight, Some(share)))).unwrap() * 100.0, 99.723_125, 6);
    // Above its target for nine of ten hours.
    let hour = 3_600_000_000;
    let bad: Vec<Mass> = (0..10).map(|at| Mass::at(at * hour, if at == 3 { 20.0 } else { 1.0 })).collect();
    let total: Vec<Mass> = (0..10).map(|at| Mass::at(at * hour, 100.0)).collect();
    let judge = |tally: Tally| f64::from(u8::from(tally.good_share().unwrap() < 0.95));
    let slices = Timeline::new(&bad, &total).sliced(hour, 10 * hour, judge).over(0, 10 * hour);
    printed("roll-up", slices.good_share().unwrap(), 0.9, 9);
}

#[test]
fn nines_of_the_book() {
    const DAYS: [f64; 7] = [365.0, 90.0, 30.0, 7.0, 1.0, 1.0 / 24.0, 28.0];
    let (minute, hour, day) = (60.0, 3_600.0, 86_400.0);
    // Seconds, and half of what the last printed digit is worth; a figure in two forms is tested by its exact one.
    let table: [(f64, [f64; 7]); 8] = [
        (0.9, [36.5 * day, 9.0 * day, 3.0 * day, 16.8 * hour, 2.4 * hour, 6.0 * minute, 67.2 * hour]),
        (0.95, [18.25 * day, 4.5 * day, 1.5 * day, 8.4 * hour, 1.2 * hour, 3.0 * minute, 33.6 * hour]),
        (0.99, [3.65 * day, 21.6 * hour, 7.2 * hour, 1.68 * hour, 14.4 * minute, 36.0, 6.72 * hour]),
        (0.995, [1.825 * day, 10.8 * hour, 3.6 * hour, 50.4 * minute, 7.2 * minute, 18.0, 201.6 * minute]),
        (0.999, [8.76 * hour, 2.16 * hour, 43.2 * minute, 10.08 * minute, 1.44 * minute, 3.6, 40.32 * minute]),
        (0.9995, [4.38 * hour, 1.08 * hour, 21.6 * minute, 5.04 * minute, 43.2, 1.8, 20.16 * minute]),
        (0.9999, [52.56 * minute, 12.96 * minute, 4.32 * minute, 60.48, 8.64, 0.36, 241.92]),
        (0.99999, [5.256 * minute, 1.296 * minute, 25.92, 6.048, 0.864, 0.036, 24.192]),
    ];
    for (level, spans) in table {
        for (days, seconds) in DAYS.into_iter().zip(spans) {
            let span = (days * 86_400e6).round() as i64;
            printed(&format!("{level} of {days} days"), allowed_s(level, 0, span).unwrap(), seconds, 6);
        }
    }
    printed("99.9 % of a year of 365 days", allowed_s(0.999, 0, 365 * 86_400_000_000).unwrap(), 31_536.0, 6);
}
