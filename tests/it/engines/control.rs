//! Which points control charts call unusual, with SciPy's exact tails behind them, and the probability of a step in level.

use nines::arithmetic::change_point::Finder;
use nines::arithmetic::control::{Sample, Signal, signal_counts, signal_rates, signal_shares};
use serde_json::{Value, json};

use super::{Dice, ask, same};

/// A count with about that mean, by counting arrivals in unit time.
fn poisson(dice: &mut Dice, mean: f64) -> f64 {
    let (mut count, mut left) = (0.0, mean);
    loop {
        left += dice.unit().max(1e-12).ln();
        if left < 0.0 {
            return count;
        }
        count += 1.0;
    }
}

fn binomial(dice: &mut Dice, n: f64, share: f64) -> f64 {
    (0..n as u64).filter(|_| dice.unit() < share).count() as f64
}

#[test]
fn scipy_calls_the_same_points_unusual() {
    let mut dice = Dice(1_931);
    // Series of 13 to 26 points; the last of every other one comes from elsewhere.
    let length = |dice: &mut Dice| 13 + dice.below(14) as usize;
    let mut counts = Vec::new();
    let (mut shares, mut rates) = (Vec::new(), Vec::new());
    for round in 0..400 {
        let mean = [0.05, 0.3, 1.0, 4.0, 9.0, 30.0][round % 6];
        let factor = [1.0, 4.0, 0.1][round % 3];
        let n = length(&mut dice);
        let mut values: Vec<f64> = (0..n).map(|_| poisson(&mut dice, mean)).collect();
        values[n - 1] = poisson(&mut dice, mean * factor) + f64::from(u8::from(factor > 1.0));
        counts.push(values);
        let share = [0.01, 0.1, 0.5, 0.97][round % 4];
        let (n, other) = (length(&mut dice), [share, 1.0 - share, 0.3][round % 3]);
        let sizes: Vec<f64> = (0..n).map(|_| (10 + dice.below(90)) as f64).collect();
        let of = |at: usize| if at + 1 == n { other } else { share };
        shares.push(
            sizes.iter().enumerate().map(|(at, size)| (binomial(&mut dice, *size, of(at)), *size)).collect::<Vec<_>>(),
        );
        let of = |at: usize| if at + 1 == n { factor } else { 1.0 };
        let events = |at: usize, size: f64, dice: &mut Dice| poisson(dice, mean * of(at) * size / 50.0);
        rates
            .push(sizes.iter().enumerate().map(|(at, size)| (events(at, *size, &mut dice), *size)).collect::<Vec<_>>());
    }
    let mut steps: Vec<(Vec<f64>, usize, f64)> = Vec::new();
    for round in 0..60 {
        let n = 20 + round % 21;
        let split = 7 + dice.below(n as u64 - 14) as usize;
        let jump = [0.8, 1.2, 3.0][round % 3];
        let values: Vec<f64> = (0..n).map(|at| dice.unit() + if at < split { 0.0 } else { jump }).collect();
        if let [found] = Finder::default().find(&values)[..] {
            steps.push((values, found.at, found.p));
        }
    }
    assert!(steps.len() >= 20, "only {} steps found", steps.len());
    let question = json!({
        "counts": counts, "shares": shares, "rates": rates,
        "steps": steps.iter().map(|(values, at, _)| json!({"values": values, "at": at})).collect::<Vec<_>>(),
    });
    let Some(answer) = ask("control.py", &["numpy", "scipy"], &question) else { return };
    let samples = |series: &[(f64, f64)]| {
        series.iter().map(|(events, exposure)| Sample { events: *events, exposure: *exposure }).collect::<Vec<_>>()
    };
    let ours: [(&str, Vec<Signal>); 3] = [
        ("counts", counts.iter().map(|values| signal_counts(values).1).collect()),
        ("shares", shares.iter().map(|series| signal_shares(&samples(series)).1).collect()),
        ("rates", rates.iter().map(|series| signal_rates(&samples(series)).1).collect()),
    ];
    for (chart, signals) in ours {
        let outside: Vec<bool> = signals.iter().map(|signal| *signal == Signal::Outside).collect();
        let theirs: Vec<bool> = answer[chart].as_array().unwrap().iter().map(|said| said.as_bool().unwrap()).collect();
        for (series, (found, expected)) in outside.iter().zip(&theirs).enumerate() {
            assert_eq!(
                found, expected,
                "{chart} {series}: {:?} {:?} {:?}",
                counts[series], shares[series], rates[series]
            );
        }
        let count = outside.iter().filter(|outside| **outside).count();
        assert!((40..360).contains(&count), "{chart}: {count} of 400 are unusual");
    }
    for ((values, _, p), theirs) in steps.iter().zip(answer["steps"].as_array().unwrap()) {
        // The least of the probabilities of all places with five points on either side.
        let places = (values.len() - 9) as f64;
        same(&format!("{values:?}"), Some(p / places), &Value::from(theirs.as_f64().unwrap()), 1e-9);
    }
}
