//! How often charts of stable series cry wolf, against the rate that the rules have by themselves.

use super::exposed::{Sample, signal_rates, signal_shares};
use super::noise::Noise;
use super::{Signal, signal, signal_counts};

const SERIES: usize = 1_000;
const LENGTH: usize = 26;

fn alarms(judge: impl Fn(&mut Noise) -> Signal) -> f64 {
    let mut noise = Noise::new(2026);
    let alarmed = (0..SERIES).filter(|_| !matches!(judge(&mut noise), Signal::None | Signal::NotEnough)).count();
    alarmed as f64 / SERIES as f64
}

/// The rules written down once more, on other series: a point beyond 3 standard deviations that are estimated from the
/// 25 points before by their moving ranges, the last 8 on one side of their mean, or the last 6 rising or falling.
fn nominal() -> f64 {
    let mut noise = Noise::new(77);
    let rounds = 20_000;
    let mut alarmed = 0;
    for _ in 0..rounds {
        let x: Vec<f64> = (0..LENGTH).map(|_| noise.normal()).collect();
        let old = &x[..LENGTH - 1];
        let centre = old.iter().sum::<f64>() / old.len() as f64;
        let mut range = 0.0;
        for i in 1..old.len() {
            range += (old[i] - old[i - 1]).abs();
        }
        let sigma = range / (old.len() - 1) as f64 / 1.128;
        let far = (x[LENGTH - 1] - centre).abs() > 3.0 * sigma;
        let last = &x[LENGTH - 8..];
        let run = last.iter().all(|v| *v > centre) || last.iter().all(|v| *v < centre);
        let last = &x[LENGTH - 6..];
        let trend = (1..6).all(|i| last[i] > last[i - 1]) || (1..6).all(|i| last[i] < last[i - 1]);
        alarmed += usize::from(far || run || trend);
    }
    f64::from(u32::try_from(alarmed).unwrap()) / f64::from(rounds)
}

#[test]
fn stable_series_signal_at_about_the_nominal_rate() {
    let nominal = nominal();
    // With known limits: 0.27 % outside, 2 x 0.5^8 = 0.78 % runs, 2 / 6! = 0.28 % trends, together 1.3 %; limits that are
    // estimated from 25 points add to it.
    assert!((0.013..0.025).contains(&nominal), "{nominal}");
    let spread = 3.5 * (nominal * (1.0 - nominal) / SERIES as f64).sqrt();
    let individuals = alarms(|noise| signal(&(0..LENGTH).map(|_| noise.normal()).collect::<Vec<_>>()).1);
    assert!((individuals - nominal).abs() <= spread, "individuals {individuals}, nominal {nominal}");
    // Charts of counts know their variation and hold back where events are few, so they may only stay below.
    let counts = alarms(|noise| signal_counts(&(0..LENGTH).map(|_| noise.poisson(4.0)).collect::<Vec<_>>()).1);
    let rare = alarms(|noise| signal_counts(&(0..LENGTH).map(|_| noise.poisson(0.3)).collect::<Vec<_>>()).1);
    let one = |events: f64, exposure: f64| Sample { events, exposure };
    let sizes = [20, 60, 35, 48, 25];
    let shares = alarms(|noise| {
        let points = (0..LENGTH).map(|i| one(noise.binomial(sizes[i % 5], 0.2), sizes[i % 5] as f64));
        signal_shares(&points.collect::<Vec<_>>()).1
    });
    let few = alarms(|noise| {
        let points = (0..LENGTH).map(|i| one(noise.binomial(sizes[i % 5], 0.02), sizes[i % 5] as f64));
        signal_shares(&points.collect::<Vec<_>>()).1
    });
    let rates = alarms(|noise| {
        let points = (0..LENGTH).map(|i| one(noise.poisson(0.1 * sizes[i % 5] as f64), sizes[i % 5] as f64));
        signal_rates(&points.collect::<Vec<_>>()).1
    });
    for (name, rate) in [("c", counts), ("rare c", rare), ("p", shares), ("rare p", few), ("u", rates)] {
        assert!(rate <= nominal + spread, "{name} {rate}, nominal {nominal}");
    }
    for (name, rate) in [("c", counts), ("p", shares), ("u", rates)] {
        assert!(rate >= 0.003, "{name} {rate} hardly ever signals");
    }
}
