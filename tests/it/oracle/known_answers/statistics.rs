//! Survival, times between failures, intervals and control charts.

use nines::arithmetic::control::{count_limits, limits, share_limits};
use nines::arithmetic::growth::{crow_amsaa, laplace};
use nines::arithmetic::reliability::{mtbf, mtbf_at_least};
use nines::arithmetic::statistics::{mean, poisson, wilson};
use nines::arithmetic::survival::{Survival, kaplan_meier};

use super::printed;

/// A curve from times as they are printed: "13+" is still open.
fn curve(times: &str) -> Survival {
    let one = |word: &str| (word.trim_end_matches('+').parse().unwrap(), !word.ends_with('+'));
    kaplan_meier(&times.split(", ").map(one).collect::<Vec<_>>())
}

#[test]
fn leukaemia_maintained_and_not() {
    let maintained = curve("9, 13, 13+, 18, 23, 28+, 31, 34, 45+, 48, 161+");
    let table = [
        (9.0, 11, 0.90909, 0.08668),
        (13.0, 10, 0.81818, 0.11629),
        (18.0, 8, 0.71591, 0.13966),
        (23.0, 7, 0.61364, 0.15263),
        (31.0, 5, 0.49091, 0.16419),
        (34.0, 4, 0.36818, 0.16267),
        (48.0, 2, 0.18409, 0.15349),
    ];
    assert_eq!(maintained.steps.len(), table.len());
    for (step, (time, at_risk, share, error)) in maintained.steps.iter().zip(table) {
        assert_eq!((step.time, step.at_risk, step.events), (time, at_risk, 1));
        printed("S", step.survival, share, 5);
        printed("Greenwood", step.standard_error, error, 5);
    }
    assert_eq!(maintained.median(), Some(31.0));
    printed("mean up to 35", maintained.restricted_mean(35.0), 27.0568, 4);
    // The mean of those that ended is biased low.
    printed("mean of the ended", mean(&[9.0, 13.0, 18.0, 23.0, 31.0, 34.0, 48.0]).unwrap(), 25.1429, 4);
    let other = curve("5, 5, 8, 8, 12, 16+, 23, 27, 30, 33, 43, 45");
    let table = [0.83333, 0.66667, 0.58333, 0.48611, 0.38889, 0.29167, 0.19444, 0.09722, 0.0];
    assert_eq!(other.steps.len(), table.len());
    for (step, share) in other.steps.iter().zip(table) {
        printed("S", step.survival, share, 5);
    }
    assert_eq!(other.median(), Some(23.0));
}

#[test]
fn open_records_as_censored() {
    let found = curve("2, 3, 3+, 5, 8+, 10, 12, 15+");
    let table = [(2.0, 0.875), (3.0, 0.75), (5.0, 0.6), (10.0, 0.4), (12.0, 0.2)];
    assert_eq!(found.steps.len(), table.len());
    for (step, (time, share)) in found.steps.iter().zip(table) {
        assert_eq!(step.time, time);
        printed("S", step.survival, share, 9);
    }
    assert_eq!(found.median(), Some(10.0));
}

#[test]
fn bounds_of_the_mtbf() {
    for (confidence, hours) in [(0.90, 434.29), (0.95, 333.81), (0.80, 621.33), (0.60, 1_091.36)] {
        printed("no failure", mtbf_at_least(1_000.0, 0, confidence).unwrap(), hours, 2);
    }
    let none = mtbf(1_000.0, 0, 0.95).unwrap();
    printed("no failure, two-sided", none.lower.unwrap(), 271.09, 2);
    assert_eq!((none.value, none.upper), (None, None));
    for (confidence, lower, upper, digits) in [(0.95, 85.70, 615.96, 2), (0.90, 95.120, 507.576, 3)] {
        let found = mtbf(1_000.0, 5, confidence).unwrap();
        assert_eq!(found.value, Some(200.0));
        printed("lower", found.lower.unwrap(), lower, digits);
        printed("upper", found.upper.unwrap(), upper, digits);
    }
    printed("one-sided", mtbf_at_least(1_000.0, 5, 0.90).unwrap(), 107.8205, 4);
    // The quantiles of chi-squared that are behind them.
    let chi = |hours: f64| 2_000.0 / hours;
    printed("chi2 .95; 12", chi(mtbf(1_000.0, 5, 0.90).unwrap().lower.unwrap()), 21.02607, 5);
    printed("chi2 .05; 10", chi(mtbf(1_000.0, 5, 0.90).unwrap().upper.unwrap()), 3.940_299, 6);
    printed("chi2 .90; 12", chi(mtbf_at_least(1_000.0, 5, 0.90).unwrap()), 18.549_348, 6);
}

#[test]
fn growth_of_eight_failures() {
    let times = [4.0, 10.0, 22.0, 45.0, 80.0, 150.0, 300.0, 480.0];
    let found = crow_amsaa(&times, 500.0).unwrap();
    printed("beta", found.beta, 0.4479, 4);
    printed("lambda", found.lambda, 0.4945, 4);
    printed("MTBF", found.instantaneous_mtbf, 139.53, 2);
    printed("Laplace", laplace(&times, 500.0).unwrap(), -2.2266, 4);
}

#[test]
fn wilson_and_poisson() {
    for (good, n, lower, upper, digits) in [
        (4.0, 23.0, 0.069_787, 0.371_376, 6),
        (6.0, 23.0, 0.125_486, 0.464_700, 6),
        (2.0, 5.0, 0.117_621, 0.769_276, 6),
        (0.0, 20.0, 0.0, 0.161_125, 6),
        (10.0, 10.0, 0.722_467, 1.0, 6),
        (45.0, 50.0, 0.7864, 0.9565, 4),
        (0.0, 10.0, 0.0, 0.2775, 4),
    ] {
        let found = wilson(good, n).unwrap();
        printed(&format!("{good} of {n}, lower"), found.0, lower, digits);
        printed(&format!("{good} of {n}, upper"), found.1, upper, digits);
    }
    for (count, lower, upper, digits) in [
        (0, 0.0, 3.6889, 4),
        (1, 0.0253, 5.5716, 4),
        (4, 1.0899, 10.2416, 4),
        (10, 4.7954, 18.3904, 4),
        (7, 2.814, 14.423, 3),
    ] {
        let found = poisson(count);
        printed(&format!("{count}, lower"), found.0, lower, digits);
        printed(&format!("{count}, upper"), found.1, upper, digits);
    }
}

#[test]
fn control_charts() {
    let nine = limits(&[10.0, 12.0, 9.0, 11.0, 13.0, 10.0, 8.0, 12.0, 11.0]).unwrap();
    printed("mean", nine.mean, 10.6667, 4);
    printed("lower", nine.lower, 4.3492, 4);
    printed("upper", nine.upper, 16.9842, 4);
    // With 3.268 the limit of ranges is 7.7615; with 3.267, which is printed too and is nearer to 3.2665, it is 7.7591.
    printed("ranges", nine.range_upper, 3.267 * 2.375, 9);
    printed("ranges", nine.range_upper, 7.7615, 2);
    assert!(24.0 > nine.upper, "a tenth value of 24 is a signal");
    let ten = limits(&[12.0, 15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 15.0, 14.0]).unwrap();
    printed("mean", ten.mean, 14.0, 9);
    printed("lower", ten.lower, 5.133, 3);
    printed("upper", ten.upper, 22.867, 3);
    printed("ranges", ten.range_upper, 10.89, 2);
    let four = count_limits(&[4.0; 20]).unwrap();
    assert_eq!((four.lower, four.upper), (0.0, 10.0), "-2 is cut");
    let tenth = share_limits(0.1, 100.0).unwrap();
    printed("p, lower", tenth.lower, 0.01, 9);
    printed("p, upper", tenth.upper, 0.19, 9);
}
