//! Kaplan-Meier curves, their errors, medians, means and shares within a time, against lifelines and statsmodels.

use nines::arithmetic::statistics::Z95;
use nines::arithmetic::survival::kaplan_meier;
use serde_json::{Value, json};

use super::{Dice, ask, same};

struct Sample {
    times: Vec<(f64, bool)>,
    tau: f64,
    within: f64,
}

/// Times with ties and with open ones among them: from none to most.
fn samples() -> Vec<Sample> {
    let mut dice = Dice(1_958);
    (0..200)
        .map(|round| {
            let open = [0, 1, 3, 6, 8][round % 5];
            let span = [12, 60, 400, 100_000][round % 4];
            let count = 2 + dice.below(90);
            let mut times: Vec<(f64, bool)> =
                (0..count).map(|_| ((1 + dice.below(span)) as f64, dice.below(10) >= open)).collect();
            times[0].1 = true;
            let tau = 1.0 + span as f64 * (0.2 + 0.7 * dice.unit());
            // The band is compared where it has a width.
            let first = times.iter().filter(|time| time.1).map(|time| time.0).fold(f64::INFINITY, f64::min);
            Sample { times, tau, within: (span as f64 * dice.unit()).max(first) }
        })
        .collect()
}

#[test]
fn lifelines_and_statsmodels_draw_the_same_curves() {
    let samples = samples();
    let asked: Vec<Value> = samples
        .iter()
        .map(|sample| {
            let (times, ended): (Vec<f64>, Vec<bool>) = sample.times.iter().copied().unzip();
            json!({"times": times, "ended": ended, "tau": sample.tau, "within": sample.within})
        })
        .collect();
    let modules = ["numpy", "lifelines", "statsmodels"];
    let Some(answer) = ask("survival.py", &modules, &json!({ "samples": asked })) else { return };
    let mut bounded = 0;
    for (sample, theirs) in samples.iter().zip(answer.as_array().unwrap()) {
        let what = format!("{:?}", sample.times);
        let curve = kaplan_meier(&sample.times);
        let steps = theirs["steps"].as_array().unwrap();
        assert_eq!(curve.steps.len(), steps.len(), "{what}");
        for (ours, step) in curve.steps.iter().zip(steps) {
            assert_eq!(
                (ours.at_risk, ours.events),
                (step["at_risk"].as_u64().unwrap(), step["events"].as_u64().unwrap())
            );
            same(&what, Some(ours.time), &step["time"], 1e-12);
            assert!((ours.survival - step["survival"].as_f64().unwrap()).abs() < 1e-12, "{what}: {ours:?} {step}");
            // Where nothing is left Greenwood's formula has no value.
            if ours.survival > 1e-12 {
                same(&what, Some(ours.standard_error), &step["error"], 1e-9);
            }
        }
        same(&what, curve.median(), &theirs["median"], 1e-12);
        let (low, high) = curve.median_interval();
        same(&format!("{what}: median, below"), low, &theirs["median_bounds"][0], 1e-12);
        same(&format!("{what}: median, above"), high, &theirs["median_bounds"][1], 1e-12);
        same(
            &format!("{what}: within {}", sample.within),
            Some(1.0 - curve.at(sample.within)),
            &theirs["within"],
            1e-9,
        );
        if let Some((low, high)) = curve.within_interval(sample.within) {
            same(&format!("{what}: within {}, below", sample.within), Some(low), &theirs["within_bounds"][0], 1e-9);
            same(&format!("{what}: within {}, above", sample.within), Some(high), &theirs["within_bounds"][1], 1e-9);
            bounded += 1;
        }
        same(
            &format!("{what}: mean up to {}", sample.tau),
            Some(curve.restricted_mean(sample.tau)),
            &theirs["mean"],
            1e-9,
        );
        let (mean, error) = (theirs["mean"].as_f64().unwrap(), theirs["mean_error"].as_f64().unwrap());
        if let Some((low, high)) = curve.restricted_mean_interval(sample.tau) {
            let close = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-8 * theirs.abs().max(1.0);
            assert!(
                close(low, (mean - Z95 * error).max(0.0)) && close(high, (mean + Z95 * error).min(sample.tau)),
                "{what}"
            );
        }
    }
    assert!(bounded > 120, "only {bounded} bands compared");
}
