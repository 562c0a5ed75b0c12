//! Reliability growth: whether failures come further apart or closer together. Crow-AMSAA model and Laplace trend test.
//! Refuses failure times outside the observed span, and fewer failures than an estimate needs.

use crate::arithmetic::statistics::chi_squared;

/// The power-law (Crow-AMSAA, MIL-HDBK-189) model of a time-truncated observation: expected failures by t are lambda t^beta.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Shape: below 1 reliability improves, above 1 it decays.
    pub beta: f64,
    /// Scale.
    pub lambda: f64,
    /// The MTBF reached at the end of the span, 1 / (lambda beta T^(beta - 1)), in the unit of the times.
    pub instantaneous_mtbf: f64,
}

/// Maximum-likelihood fit to failures at `times`, in any order, counted from the start of a span of length `total`:
/// beta = n / sum ln(T / t), lambda = n / T^beta. A failure at the very start, of which the model knows no logarithm, is left out of the
/// fit. `None` for no other failures, a time below 0 or above `total`, or all at `total`.
#[must_use]
pub fn crow_amsaa(times: &[f64], total: f64) -> Option<Growth> {
    if !sound(times, total) {
        return None;
    }
    let later: Vec<f64> = times.iter().copied().filter(|time| *time > 0.0).collect();
    let count = later.len() as f64;
    let logs: f64 = later.iter().map(|time| (total / time).ln()).sum();
    let beta = count / logs;
    let lambda = count / total.powf(beta);
    let instantaneous_mtbf = 1.0 / (lambda * beta * total.powf(beta - 1.0));
    let growth = Growth { beta, lambda, instantaneous_mtbf };
    [beta, lambda, instantaneous_mtbf].iter().all(|value| value.is_finite() && *value > 0.0).then_some(growth)
}

/// The interval of a time-truncated fit's `beta` at `confidence`, from 2n beta / estimate, which is chi-squared with 2n degrees
/// of freedom (MIL-HDBK-189): as (lower, upper). `None` without failures, or unless 0 < `confidence` < 1.
#[must_use]
pub fn beta_interval(beta: f64, failures: u64, confidence: f64) -> Option<(f64, f64)> {
    if failures == 0 || !beta.is_finite() || beta <= 0.0 || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let (tail, freedom) = ((1.0 - confidence) / 2.0, 2.0 * failures as f64);
    Some((beta * chi_squared(tail, freedom) / freedom, beta * chi_squared(1.0 - tail, freedom) / freedom))
}

/// The Laplace statistic of failures at `times` in a span of length `total`: standard normal where the rate is constant,
/// below -1.96 improving, above 1.96 decaying. `None` for no failures or a time outside the span.
#[must_use]
pub fn laplace(times: &[f64], total: f64) -> Option<f64> {
    if !sound(times, total) {
        return None;
    }
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    Some((mean - total / 2.0) / (total * (1.0 / (12.0 * count)).sqrt()))
}

fn sound(times: &[f64], total: f64) -> bool {
    total.is_finite() && total > 0.0 && !times.is_empty() && times.iter().all(|time| (0.0..=total).contains(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [f64; 8] = [4.0, 10.0, 22.0, 45.0, 80.0, 150.0, 300.0, 480.0];

    #[test]
    fn known_answer() {
        let found = crow_amsaa(&TIMES, 500.0).unwrap();
        assert!((found.beta - 0.4479).abs() < 1e-4 && (found.lambda - 0.4945).abs() < 1e-4);
        assert!((found.instantaneous_mtbf - 139.53).abs() < 0.01);
        assert!((laplace(&TIMES, 500.0).unwrap() + 2.2266).abs() < 1e-4);
    }

    /// Chi-squared with 16 degrees of freedom, as printed in tables: 6.908 and 28.845.
    #[test]
    fn the_interval_of_beta_has_the_quantiles_of_the_tables() {
        let (lower, upper) = beta_interval(0.4479, 8, 0.95).unwrap();
        assert!((lower - 0.4479 * 6.908 / 16.0).abs() < 1e-4 && (upper - 0.4479 * 28.845 / 16.0).abs() < 1e-4);
        assert_eq!((beta_interval(1.0, 0, 0.95), beta_interval(1.0, 5, 1.0)), (None, None));
    }

    #[test]
    fn failures_that_come_closer_together_show_decay() {
        let mirrored = TIMES.map(|time| 500.0 - time);
        assert!(crow_amsaa(&mirrored, 500.0).unwrap().beta > 1.0);
        assert!((laplace(&mirrored, 500.0).unwrap() - 2.2266).abs() < 1e-4);
    }

    #[test]
    fn a_failure_at_the_very_start_leaves_the_fit_as_it_is() {
        let with_start = [&[0.0][..], &TIMES].concat();
        assert_eq!(crow_amsaa(&with_start, 500.0), crow_amsaa(&TIMES, 500.0));
    }

    #[test]
    fn impossible_times_are_refused() {
        for times in [&[][..], &[0.0], &[501.0], &[-1.0], &[f64::NAN], &[500.0]] {
            assert_eq!(crow_amsaa(times, 500.0), None);
        }
        for times in [&[][..], &[501.0], &[-1.0], &[f64::NAN]] {
            assert_eq!(laplace(times, 500.0), None);
        }
        assert_eq!((crow_amsaa(&TIMES, 0.0), laplace(&TIMES, f64::INFINITY)), (None, None));
    }
}
