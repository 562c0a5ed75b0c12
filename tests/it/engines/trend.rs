//! Theil-Sen slopes with Sen's intervals, against SciPy.

use nines::arithmetic::trend::theil_sen;
use serde_json::{Value, json};

use super::{Dice, ask};

/// Days with and without gaps, with many ties and with none, that rise, fall and stand still.
fn samples() -> Vec<Vec<(f64, f64)>> {
    let mut dice = Dice(1_968);
    (0..200)
        .map(|round| {
            let count = 3 + dice.below(88);
            let slope = [0.0, 0.4, -1.5, 12.0][round % 4];
            let grain = [1.0, 5.0, 0.001][round % 3];
            let mut day = 0;
            (0..count)
                .map(|_| {
                    day += 1 + dice.below(3) * (round as u64 % 2);
                    let value = slope * day as f64 + 20.0 * dice.unit();
                    (day as f64, (value / grain).round() * grain)
                })
                .collect()
        })
        .collect()
}

#[test]
fn scipy_finds_the_same_slopes_and_ranks() {
    let samples = samples();
    let asked: Vec<Value> = samples
        .iter()
        .map(|points| {
            let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            json!({ "x": x, "y": y })
        })
        .collect();
    let Some(answer) = ask("trend.py", &["scipy"], &json!({ "samples": asked })) else { return };
    for (points, theirs) in samples.iter().zip(answer.as_array().unwrap()) {
        let ours = theil_sen(points).unwrap();
        for (name, value) in
            [("slope", ours.slope), ("lower", ours.lower), ("upper", ours.upper), ("level", ours.level)]
        {
            let theirs = theirs[name].as_f64().unwrap();
            assert!(
                (value - theirs).abs() <= 1e-9 * value.abs().max(1.0),
                "{name}: {value}, theirs {theirs}: {points:?}"
            );
        }
    }
}
