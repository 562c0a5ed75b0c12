//! Control charts of events over an exposure that varies: shares of so many records (p chart), rates over so many hours or
//! changes (u chart). Each point has limits of its own: the fewer records, the wider.

use statrs::distribution::{Binomial, DiscreteCDF, Poisson};

use super::{ENOUGH, IMPROBABLE, Limits, RANGE_KNOWN, RUN, Signal, TREND, run_length, trend};

/// Events, and what they happened among: records for a share, hours or other units for a rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Number of events, whole.
    pub events: f64,
    /// Records, hours, changes, ...: above 0.
    pub exposure: f64,
}

/// How events vary by chance alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Law {
    Binomial,
    Poisson,
}

/// D2 of ranges of two: mean moving range of values with standard deviation 1.
const MEAN_RANGE: f64 = 1.128;

/// Expected events (and, of shares, expected others) below which a run on one side is no rare thing.
const RARE: f64 = 1.5;

/// The signal at the last of `samples` (oldest first) by a p chart: mean share of the points before it +- 3 x
/// sqrt(p (1 - p) / n) at its own n. Where the shares vary by more than chance alone makes them, the limits widen by the
/// factor by which they do (Laney 2002), so that many records do not make every week a signal. The limits are those of the
/// last point. `NotEnough` below 13 points, or where a sample is impossible.
#[must_use]
pub fn signal_shares(samples: &[Sample]) -> (Option<Limits>, Signal) {
    judge(samples, Law::Binomial)
}

/// As `signal_shares`, for events over an exposure, by a u chart: mean rate +- 3 x sqrt(u / exposure).
#[must_use]
pub fn signal_rates(samples: &[Sample]) -> (Option<Limits>, Signal) {
    judge(samples, Law::Poisson)
}

fn judge(samples: &[Sample], law: Law) -> (Option<Limits>, Signal) {
    let Some((current, before)) = samples.split_last().filter(|_| samples.len() >= ENOUGH) else {
        return (None, Signal::NotEnough);
    };
    let possible = |sample: &Sample| {
        let whole = sample.events >= 0.0 && (sample.events - sample.events.round()).abs() < 1e-6;
        let exposed = sample.exposure.is_finite() && sample.exposure > 0.0;
        whole && exposed && sample.events.is_finite() && (law == Law::Poisson || sample.events <= sample.exposure)
    };
    if !samples.iter().all(possible) {
        return (None, Signal::NotEnough);
    }
    let (events, exposure) = total(before);
    let rate = events / exposure;
    let deviation = |exposure: f64| match law {
        Law::Binomial => (rate * (1.0 - rate).max(0.0) / exposure).sqrt(),
        Law::Poisson => (rate / exposure).sqrt(),
    };
    let wider = widening(before, rate, &deviation);
    let here = wider * deviation(current.exposure);
    let most = if law == Law::Binomial { 1.0 } else { f64::INFINITY };
    let limits = Limits {
        mean: rate,
        lower: (rate - 3.0 * here).max(0.0),
        upper: (rate + 3.0 * here).min(most),
        range_upper: RANGE_KNOWN * here,
    };
    let value = current.events / current.exposure;
    let tolerance = 1e-9 * value.abs().max(rate);
    let values: Vec<f64> = samples.iter().map(|sample| sample.events / sample.exposure).collect();
    let outside = value < limits.lower - tolerance || value > limits.upper + tolerance;
    let signal = if outside && tail(law, before, *current, value > rate) <= IMPROBABLE {
        Signal::Outside
    } else {
        let (run, steps) = (run_length(&values, rate, tolerance), trend(&values));
        if run >= RUN && run_is_rare(law, rate, &samples[samples.len() - run..], value > rate) {
            Signal::RunOneSide(run)
        } else if steps >= TREND {
            Signal::Trend(steps)
        } else {
            Signal::None
        }
    };
    (Some(limits), signal)
}

fn total(samples: &[Sample]) -> (f64, f64) {
    samples.iter().fold((0.0, 0.0), |(events, exposure), one| (events + one.events, exposure + one.exposure))
}

/// How many times further apart neighbouring points lie than chance alone makes them; never less than 1.
fn widening(before: &[Sample], rate: f64, deviation: &impl Fn(f64) -> f64) -> f64 {
    let standard: Vec<f64> = before
        .iter()
        .map(|sample| (sample.events / sample.exposure - rate) / deviation(sample.exposure))
        .filter(|value| value.is_finite())
        .collect();
    let ranges: Vec<f64> = standard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    super::mean(&ranges).map_or(1.0, |range| (range / MEAN_RANGE).max(1.0))
}

/// The exact probability of the current sample's events or a more extreme number, at the rate of the points before with half
/// an event added: the normal limits fail near 0 and 1.
fn tail(law: Law, before: &[Sample], current: Sample, above: bool) -> f64 {
    let (events, exposure) = total(before);
    let rate = match law {
        Law::Binomial => (events + 0.5) / (exposure + 1.0),
        Law::Poisson => (events + 0.5) / exposure,
    };
    let count = current.events.round() as u64;
    beyond(law, rate, current.exposure, count, above)
}

/// P(X >= count) or P(X <= count). 0 where the distribution refuses its parameters: then nothing is held back.
fn beyond(law: Law, rate: f64, exposure: f64, count: u64, above: bool) -> f64 {
    let of = |below: &dyn Fn(u64) -> f64, over: &dyn Fn(u64) -> f64| match (above, count.checked_sub(1)) {
        (true, None) => 1.0,
        (true, Some(less)) => over(less),
        (false, _) => below(count),
    };
    match law {
        Law::Binomial => Binomial::new(rate, exposure.round() as u64)
            .map_or(0.0, |law| of(&|count| law.cdf(count), &|count| law.sf(count))),
        Law::Poisson => {
            Poisson::new(rate * exposure).map_or(0.0, |law| of(&|count| law.cdf(count), &|count| law.sf(count)))
        }
    }
}

/// Whether a run on one side says anything: where few events are expected, most points lie below the mean (or, for a share
/// near 1, above it), and only a run that is improbable as a whole counts.
fn run_is_rare(law: Law, rate: f64, run: &[Sample], above: bool) -> bool {
    let (_, exposure) = total(run);
    let expected = exposure / run.len() as f64 * if law == Law::Binomial { rate.min(1.0 - rate) } else { rate };
    if expected >= RARE {
        return true;
    }
    let side = |sample: &Sample| {
        let mean = rate * sample.exposure;
        // The first whole number beyond the mean on that side.
        let count = if above { mean.floor() + 1.0 } else { mean.ceil() - 1.0 };
        if count < 0.0 { 0.0 } else { beyond(law, rate, sample.exposure, count as u64, above) }
    };
    run.iter().map(side).product::<f64>() <= IMPROBABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(pairs: &[(f64, f64)]) -> Vec<Sample> {
        pairs.iter().map(|(events, exposure)| Sample { events: *events, exposure: *exposure }).collect()
    }

    #[test]
    fn known_limits_of_a_share_and_of_a_rate() {
        // p = 0.1 of n = 100: 0.01 to 0.19. Alternating 9 and 11 vary by less than chance, so nothing widens.
        let mut points: Vec<(f64, f64)> = (0..12).map(|i| (if i % 2 == 0 { 9.0 } else { 11.0 }, 100.0)).collect();
        points.push((10.0, 100.0));
        let (limits, signal) = signal_shares(&samples(&points));
        let limits = limits.unwrap();
        assert!((limits.lower - 0.01).abs() < 1e-12 && (limits.upper - 0.19).abs() < 1e-12);
        assert_eq!(signal, Signal::None);
        points[12] = (20.0, 100.0);
        assert_eq!(signal_shares(&samples(&points)).1, Signal::Outside);
        // The same 20 % of 10 records are nothing: limits 0 to 0.1 + 3 x sqrt(0.09 / 10) = 0.385.
        points[12] = (2.0, 10.0);
        let (limits, signal) = signal_shares(&samples(&points));
        assert!((limits.unwrap().upper - 0.384_605).abs() < 1e-6);
        assert_eq!(signal, Signal::None);
        // u = 4 per unit over 1 unit: 4 +- 6; over 4 units: 4 +- 3.
        let mut points: Vec<(f64, f64)> = (0..12).map(|i| (if i % 2 == 0 { 3.0 } else { 5.0 }, 1.0)).collect();
        points.push((28.0, 4.0));
        let (limits, _) = signal_rates(&samples(&points));
        let limits = limits.unwrap();
        assert!((limits.lower - 1.0).abs() < 1e-12 && (limits.upper - 7.0).abs() < 1e-12);
    }

    #[test]
    fn many_records_widen_by_what_really_varies() {
        // 10 000 records a week: chance alone varies by 0.3 points, these weeks by some 3.
        let shares = [0.50, 0.53, 0.48, 0.52, 0.47, 0.51, 0.54, 0.49, 0.52, 0.48, 0.51, 0.50, 0.53];
        let points: Vec<(f64, f64)> = shares.iter().map(|share| (share * 10_000.0, 10_000.0)).collect();
        let (limits, signal) = signal_shares(&samples(&points));
        assert_eq!(signal, Signal::None);
        let individuals = crate::arithmetic::control::limits(&shares[..12]).unwrap();
        // With equal n, Laney's chart is the individuals chart.
        assert!((limits.unwrap().upper - individuals.upper).abs() < 1e-3);
    }

    #[test]
    fn a_first_event_among_few_and_shares_of_all_are_no_signals() {
        let mut points = vec![(0.0, 20.0); 13];
        points[12] = (1.0, 20.0);
        assert_eq!(signal_shares(&samples(&points)).1, Signal::None);
        points[12] = (6.0, 20.0);
        assert_eq!(signal_shares(&samples(&points)).1, Signal::Outside);
        assert_eq!(signal_shares(&samples(&vec![(20.0, 20.0); 13])).1, Signal::None);
        assert_eq!(signal_rates(&samples(&vec![(0.0, 168.0); 13])).1, Signal::None);
        // One miss in 40 months, none in the last 12: most months have none anyway.
        let mut points = vec![(0.0, 20.0); 40];
        points[5] = (1.0, 20.0);
        assert_eq!(signal_shares(&samples(&points)).1, Signal::None);
    }

    #[test]
    fn impossible_samples_are_not_judged() {
        for wrong in [(3.0, 2.0), (1.0, 0.0), (f64::NAN, 2.0), (0.5, 2.0), (-1.0, 2.0)] {
            let mut points = vec![(1.0, 2.0); 13];
            points[3] = wrong;
            assert_eq!(signal_shares(&samples(&points)), (None, Signal::NotEnough), "{wrong:?}");
        }
    }
}
