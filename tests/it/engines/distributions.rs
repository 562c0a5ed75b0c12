//! Intervals of counts, shares and times between failures, quantiles and growth, against SciPy, statsmodels and NumPy.

use nines::arithmetic::growth::{beta_interval, crow_amsaa, laplace};
use nines::arithmetic::reliability::{failure_rate, mission_reliability, mtbf, mtbf_at_least};
use nines::arithmetic::statistics::{poisson, quantile, quantile_interval, wilson};
use serde_json::{Value, json};

use super::{Dice, ask, same};

const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.9, 0.95];

/// A pair against a pair; missing is missing on both sides.
fn pair(what: &str, found: Option<(f64, f64)>, theirs: &Value, within: f64) {
    same(&format!("{what}, below"), found.map(|pair| pair.0), &theirs[0], within);
    same(&format!("{what}, above"), found.map(|pair| pair.1), &theirs[1], within);
}

#[test]
fn scipy_and_statsmodels_give_the_same_intervals() {
    let mut dice = Dice(2_026);
    let counts: Vec<u64> = (0..40).chain([77, 150, 999, 12_345]).collect();
    let mut shares: Vec<(u64, u64)> = vec![(4, 23), (6, 23), (2, 5), (0, 20), (10, 10), (45, 50), (0, 10)];
    for _ in 0..100 {
        let n = 1 + dice.below(3_000);
        shares.push((dice.below(n + 1), n));
    }
    let tests: Vec<(f64, u64, f64, f64)> = (0..100)
        .map(|_| {
            let confidence = [0.6, 0.8, 0.9, 0.95, 0.99][dice.below(5) as usize];
            (1.0 + 1e5 * dice.unit(), dice.below(40), confidence, 500.0 * dice.unit())
        })
        .collect();
    let samples: Vec<Vec<f64>> = (0..60)
        .map(|round| {
            // Every other one with many equal values.
            let value =
                |dice: &mut Dice| if round % 2 == 0 { dice.below(20) as f64 } else { 1e6 * dice.unit().powi(3) };
            (0..1 + dice.below(150)).map(|_| value(&mut dice)).collect()
        })
        .collect();
    let mut failures: Vec<(Vec<f64>, f64)> = vec![(vec![4.0, 10.0, 22.0, 45.0, 80.0, 150.0, 300.0, 480.0], 500.0)];
    for _ in 0..60 {
        let total = 10.0 + 1e4 * dice.unit();
        let count = 4 + dice.below(50);
        failures.push(((0..count).map(|_| total * (0.001 + 0.998 * dice.unit())).collect(), total));
    }
    let question = json!({
        "counts": counts, "shares": shares, "levels": LEVELS, "samples": samples,
        "tests": tests.iter().map(|(time, failures, confidence, span)| {
            json!({"time": time, "failures": failures, "confidence": confidence, "span": span})
        }).collect::<Vec<_>>(),
        "failures": failures.iter().map(|(times, total)| json!({"times": times, "total": total})).collect::<Vec<_>>(),
    });
    let Some(answer) = ask("distributions.py", &["numpy", "scipy", "statsmodels"], &question) else { return };

    for (count, theirs) in counts.iter().zip(answer["counts"].as_array().unwrap()) {
        // Above 10,000 events we approximate chi-squared (Wilson and Hilferty).
        let within = if *count > 10_000 { 1e-7 } else { 1e-9 };
        pair(&format!("Poisson {count}"), Some(poisson(*count)), theirs, within);
    }
    for ((good, n), theirs) in shares.iter().zip(answer["shares"].as_array().unwrap()) {
        let (lower, upper) = wilson(*good as f64, *n as f64).unwrap();
        // None and all are exact here, and 1e-17 there.
        assert!((lower - theirs[0].as_f64().unwrap()).abs() < 1e-12, "{good} of {n}");
        assert!((upper - theirs[1].as_f64().unwrap()).abs() < 1e-12, "{good} of {n}");
    }
    for ((time, failures, confidence, span), theirs) in tests.iter().zip(answer["tests"].as_array().unwrap()) {
        let what = format!("{failures} failures in {time} at {confidence}");
        let ours = mtbf(*time, *failures, *confidence).unwrap();
        same(&what, ours.lower, &theirs["lower"], 1e-9);
        same(&what, ours.upper, &theirs["upper"], 1e-9);
        same(&what, mtbf_at_least(*time, *failures, *confidence), &theirs["at_least"], 1e-9);
        same(&what, failure_rate(*time, *failures, *confidence).map(|rate| rate.upper), &theirs["rate_upper"], 1e-9);
        let mission = mission_reliability(&ours, *span).unwrap();
        same(&what, mission.lower, &theirs["mission_lower"], 1e-9);
        same(&what, mission.upper, &theirs["mission_upper"], 1e-9);
    }
    for (values, theirs) in samples.iter().zip(answer["samples"].as_array().unwrap()) {
        for (place, level) in LEVELS.into_iter().enumerate() {
            let what = format!("quantile {level} of {values:?}");
            same(&what, quantile(&mut values.clone(), level), &theirs["quantiles"][place], 1e-12);
            pair(&what, quantile_interval(&mut values.clone(), level), &theirs["intervals"][place], 1e-12);
        }
    }
    for ((times, total), theirs) in failures.iter().zip(answer["failures"].as_array().unwrap()) {
        let what = format!("{times:?} in {total}");
        let ours = crow_amsaa(times, *total).unwrap();
        same(&what, Some(ours.beta), &theirs["beta"], 1e-9);
        same(&what, Some(ours.lambda), &theirs["lambda"], 1e-9);
        same(&what, Some(ours.instantaneous_mtbf), &theirs["mtbf"], 1e-9);
        let found = laplace(times, *total).unwrap();
        assert!((found - theirs["laplace"].as_f64().unwrap()).abs() < 1e-9, "{what}: {found} {}", theirs["laplace"]);
        pair(&what, beta_interval(ours.beta, times.len() as u64, 0.95), &theirs["bounds"], 1e-9);
    }
}
