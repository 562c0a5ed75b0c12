//! Mean time between failures, failure rate and mission reliability, with their bounds (terms of IEC 60050-192).
//! A constant failure rate and a time-truncated test are assumed, as in IEC 60605-4.
//! Refuses times that are not above 0: they give `None`.

use crate::arithmetic::statistics::chi_squared;

/// Mean time between failures, in the unit of the operating time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mtbf {
    /// Operating time over failures; `None` without a failure.
    pub value: Option<f64>,
    /// Lower bound; it exists without a failure too.
    pub lower: Option<f64>,
    /// Upper bound; `None` without a failure.
    pub upper: Option<f64>,
}

/// Failures per unit of operating time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailureRate {
    /// Failures over operating time; a true 0 without a failure.
    pub value: f64,
    /// Lower bound; 0 without a failure.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// The probability to get through a span of time without a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MissionReliability {
    /// exp(-span / MTBF); `None` without a failure.
    pub value: Option<f64>,
    /// From the lower bound of the MTBF.
    pub lower: Option<f64>,
    /// From the upper bound of the MTBF; `None` without a failure.
    pub upper: Option<f64>,
}

/// MTBF = `time` / `failures`, with two-sided bounds at `confidence` (0.95): lower 2T / chi2(1 - a/2; 2r + 2),
/// upper 2T / chi2(a/2; 2r). `None` unless `time` (operating time) is above 0 and 0 < `confidence` < 1.
#[must_use]
pub fn mtbf(time: f64, failures: u64, confidence: f64) -> Option<Mtbf> {
    if !sound(time, confidence) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let count = failures as f64;
    let some = failures > 0;
    Some(Mtbf {
        value: some.then(|| time / count),
        lower: Some(2.0 * time / chi_squared(1.0 - tail, 2.0 * count + 2.0)),
        upper: some.then(|| 2.0 * time / chi_squared(tail, 2.0 * count)),
    })
}

/// The one-sided lower bound of the MTBF at `confidence`: 2T / chi2(confidence; 2r + 2), which without a failure is
/// T / ln(1 / (1 - confidence)). `None` as for `mtbf`.
#[must_use]
pub fn mtbf_at_least(time: f64, failures: u64, confidence: f64) -> Option<f64> {
    sound(time, confidence).then(|| 2.0 * time / chi_squared(confidence, 2.0 * failures as f64 + 2.0))
}

/// Failure rate = `failures` / `time`, with the bounds of the MTBF inverted. `None` as for `mtbf`.
#[must_use]
pub fn failure_rate(time: f64, failures: u64, confidence: f64) -> Option<FailureRate> {
    let bounds = mtbf(time, failures, confidence)?;
    Some(FailureRate {
        value: failures as f64 / time,
        lower: bounds.upper.map_or(0.0, f64::recip),
        upper: bounds.lower.map(f64::recip)?,
    })
}

/// The probability to run for `span` (same unit as the MTBF) without a failure, exp(-span / MTBF), bounds carried through.
/// `None` for a negative span.
#[must_use]
pub fn mission_reliability(mtbf: &Mtbf, span: f64) -> Option<MissionReliability> {
    if !span.is_finite() || span < 0.0 {
        return None;
    }
    let through = |mean: Option<f64>| mean.filter(|mean| *mean > 0.0).map(|mean| (-span / mean).exp());
    Some(MissionReliability { value: through(mtbf.value), lower: through(mtbf.lower), upper: through(mtbf.upper) })
}

fn sound(time: f64, confidence: f64) -> bool {
    time.is_finite() && time > 0.0 && confidence > 0.0 && confidence < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= 0.005, "expected {expected}, found {found}");
    }

    #[test]
    fn five_failures_in_a_thousand_hours() {
        let at95 = mtbf(1000.0, 5, 0.95).unwrap();
        assert_eq!(at95.value, Some(200.0));
        near(at95.lower, 85.70);
        near(at95.upper, 615.96);
        let at90 = mtbf(1000.0, 5, 0.90).unwrap();
        near(at90.lower, 95.120);
        near(at90.upper, 507.576);
        near(mtbf_at_least(1000.0, 5, 0.90), 107.8205);
    }

    #[test]
    fn chi_squared_quantiles_as_printed() {
        for (p, freedom, expected) in [(0.95, 12.0, 21.026_07), (0.05, 10.0, 3.940_299), (0.90, 12.0, 18.549_348)] {
            assert!((chi_squared(p, freedom) - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn no_failure_has_a_lower_bound_only() {
        let none = mtbf(1000.0, 0, 0.95).unwrap();
        assert_eq!((none.value, none.upper), (None, None));
        near(none.lower, 271.09);
        for (confidence, expected) in [(0.90, 434.29), (0.95, 333.81), (0.80, 621.33), (0.60, 1091.36)] {
            near(mtbf_at_least(1000.0, 0, confidence), expected);
            // Without a failure the bound has a closed form.
            near(mtbf_at_least(1000.0, 0, confidence), 1000.0 / (1.0 / (1.0 - confidence)).ln());
        }
        let rate = failure_rate(1000.0, 0, 0.95).unwrap();
        assert_eq!((rate.value, rate.lower), (0.0, 0.0));
        assert!((rate.upper - 1.0 / 271.085).abs() < 1e-6);
    }

    #[test]
    fn rates_and_missions_follow_the_mtbf() {
        let rate = failure_rate(1000.0, 5, 0.95).unwrap();
        assert!((rate.value - 0.005).abs() < 1e-15);
        assert!((rate.lower - 1.0 / 615.96).abs() < 1e-6 && (rate.upper - 1.0 / 85.70).abs() < 1e-5);
        let mission = mission_reliability(&mtbf(1000.0, 5, 0.95).unwrap(), 100.0).unwrap();
        assert!((mission.value.unwrap() - 0.606_531).abs() < 1e-6);
        assert!((mission.lower.unwrap() - (-100.0_f64 / 85.70).exp()).abs() < 1e-4);
        assert!((mission.upper.unwrap() - (-100.0_f64 / 615.96).exp()).abs() < 1e-4);
        let unfailed = mission_reliability(&mtbf(1000.0, 0, 0.95).unwrap(), 100.0).unwrap();
        assert!(unfailed.value.is_none() && unfailed.lower.is_some() && unfailed.upper.is_none());
    }

    #[test]
    fn times_that_are_none_are_refused() {
        for (time, confidence) in [(0.0, 0.95), (-1.0, 0.95), (f64::NAN, 0.95), (1.0, 0.0), (1.0, 1.0), (1.0, f64::NAN)]
        {
            assert_eq!((mtbf(time, 3, confidence), failure_rate(time, 3, confidence)), (None, None));
            assert_eq!(mtbf_at_least(time, 3, confidence), None);
        }
        assert_eq!(mission_reliability(&mtbf(1.0, 1, 0.95).unwrap(), -1.0), None);
    }
}
