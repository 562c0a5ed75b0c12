//! Kaplan-Meier estimates: durations of which some have not ended yet.
//! Leaves out times that are negative or not finite; callers quarantine such rows before.

use crate::arithmetic::statistics::Z95;

/// Survival counts as having reached a level when it is this near, since products of fractions round.
const ROUNDING: f64 = 1e-12;

/// An estimated survival curve: it is 1 until the first step and flat after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// One per distinct time at which something ended, ascending.
    pub steps: Vec<Step>,
}

/// The curve at a time at which something ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time, in the unit of the input.
    pub time: f64,
    /// How many had lasted until just before.
    pub at_risk: u64,
    /// How many ended.
    pub events: u64,
    /// Estimated share that lasts beyond the time.
    pub survival: f64,
    /// Its standard error (Greenwood 1926); 0 where the survival is 0.
    pub standard_error: f64,
}

/// The product-limit estimate (Kaplan and Meier 1958) from (time, whether its end was seen). One still open at the time at which
/// another ends counts as at risk there.
#[must_use]
pub fn kaplan_meier(times: &[(f64, bool)]) -> Survival {
    let mut sorted: Vec<(f64, bool)> =
        times.iter().copied().filter(|(time, _)| time.is_finite() && *time >= 0.0).collect();
    sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut steps = Vec::new();
    let mut at_risk = sorted.len();
    let mut survival = 1.0;
    // Greenwood's sum of d / (n (n - d)).
    let mut relative_variance = 0.0;
    for tied in sorted.chunk_by(|one, other| one.0 == other.0) {
        let events = tied.iter().filter(|(_, seen)| *seen).count();
        if events > 0 {
            let (n, d) = (at_risk as f64, events as f64);
            survival *= (n - d) / n;
            if events < at_risk {
                relative_variance += d / (n * (n - d));
            }
            steps.push(Step {
                time: tied[0].0,
                at_risk: at_risk as u64,
                events: events as u64,
                survival,
                standard_error: survival * f64::sqrt(relative_variance),
            });
        }
        at_risk -= tied.len();
    }
    Survival { steps }
}

impl Survival {
    /// The first time by which half have ended; `None` while more than half last.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The first time by which a share `p` (above 0, up to 1) has ended; `None` where the curve doesn't reach it.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        if !(p > 0.0 && p <= 1.0) {
            return None;
        }
        self.first_time(|step| step.survival <= 1.0 - p + ROUNDING)
    }

    /// The 95 % interval of the median: where the log-log band of the curve (Kalbfleisch and Prentice; Brookmeyer and Crowley
    /// 1982) meets one half. A bound is `None` where its band doesn't come down that far, or only where nothing is left.
    #[must_use]
    pub fn median_interval(&self) -> (Option<f64>, Option<f64>) {
        self.quantile_interval(0.5)
    }

    /// The 95 % interval of a quantile, by the same band.
    #[must_use]
    pub fn quantile_interval(&self, p: f64) -> (Option<f64>, Option<f64>) {
        let level = 1.0 - p + ROUNDING;
        (self.first_time(|step| step.band(Z95) <= level), self.first_time(|step| step.band(-Z95) <= level))
    }

    /// The 95 % interval of the share that has ended within `time`: the log-log band of the curve (Kalbfleisch and Prentice), with
    /// Greenwood's variance. `None` where the band has no width: before anything ended, and where nothing is left.
    #[must_use]
    pub fn within_interval(&self, time: f64) -> Option<(f64, f64)> {
        let last = self.steps.partition_point(|step| step.time <= time).checked_sub(1)?;
        let step = self.steps.get(last).filter(|step| step.survival > 0.0)?;
        Some((1.0 - step.band(-Z95), 1.0 - step.band(Z95)))
    }

    /// The 95 % interval of the mean time up to `tau`, within 0 and `tau`. Its variance sums, over the steps before `tau`, the
    /// square of the area that lies beyond the step times d / (n (n - d)), Greenwood's terms (Klein and Moeschberger 2003,
    /// 4.5.2). `None` where nothing ended before `tau`.
    #[must_use]
    pub fn restricted_mean_interval(&self, tau: f64) -> Option<(f64, f64)> {
        let before = self.steps.partition_point(|step| step.time < tau);
        let (mut variance, mut beyond, mut until) = (0.0, 0.0, tau);
        for step in self.steps[..before].iter().rev() {
            beyond += (until - step.time) * step.survival;
            until = step.time;
            if step.events < step.at_risk {
                let (n, d) = (step.at_risk as f64, step.events as f64);
                variance += beyond * beyond * d / (n * (n - d));
            }
        }
        let (mean, half) = (self.restricted_mean(tau), Z95 * f64::sqrt(variance));
        (before > 0).then(|| ((mean - half).max(0.0), (mean + half).min(tau)))
    }

    /// The mean time up to `tau`: the area under the curve from 0 to `tau`, the curve being flat after the last step.
    /// 0 for `tau` not above 0.
    #[must_use]
    pub fn restricted_mean(&self, tau: f64) -> f64 {
        if !tau.is_finite() || tau <= 0.0 {
            return 0.0;
        }
        let (mut area, mut from, mut height) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|step| step.time < tau) {
            area += (step.time - from) * height;
            (from, height) = (step.time, step.survival);
        }
        area + (tau - from) * height
    }

    /// The share estimated to last beyond `time`.
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.time <= time);
        passed.checked_sub(1).map_or(1.0, |last| self.steps[last].survival)
    }

    fn first_time(&self, reached: impl Fn(&Step) -> bool) -> Option<f64> {
        self.steps.iter().find(|step| reached(step)).map(|step| step.time)
    }
}

impl Step {
    /// Survival `z` standard errors lower, on the scale of ln(-ln S), which keeps it between 0 and 1. Where nothing is left the
    /// scale has no value: no bound, so 1.
    fn band(&self, z: f64) -> f64 {
        if self.survival <= 0.0 {
            return 1.0;
        }
        let log = self.survival.ln();
        let deviation = self.standard_error / (self.survival * log.abs());
        (log * (z * deviation).exp()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Times with a trailing "+" have not ended.
    fn curve(text: &str) -> Survival {
        let times: Vec<(f64, bool)> =
            text.split(", ").map(|time| (time.trim_end_matches('+').parse().unwrap(), !time.ends_with('+'))).collect();
        kaplan_meier(&times)
    }

    const MAINTAINED: &str = "9, 13, 13+, 18, 23, 28+, 31, 34, 45+, 48, 161+";

    #[test]
    fn leukaemia_maintained() {
        let found = curve(MAINTAINED);
        let expected = [
            (9.0, 11, 0.90909, 0.08668),
            (13.0, 10, 0.81818, 0.11629),
            (18.0, 8, 0.71591, 0.13966),
            (23.0, 7, 0.61364, 0.15263),
            (31.0, 5, 0.49091, 0.16419),
            (34.0, 4, 0.36818, 0.16267),
            (48.0, 2, 0.18409, 0.15349),
        ];
        assert_eq!(found.steps.len(), expected.len());
        for (step, (time, at_risk, survival, error)) in found.steps.iter().zip(expected) {
            assert_eq!((step.time, step.at_risk, step.events), (time, at_risk, 1));
            assert!((step.survival - survival).abs() < 1e-5 && (step.standard_error - error).abs() < 1e-5, "{step:?}");
        }
        assert_eq!(found.median(), Some(31.0));
        assert!((found.restricted_mean(35.0) - 27.0568).abs() < 1e-4);
        assert_eq!((found.at(8.9), found.at(200.0)), (1.0, found.steps[6].survival));
    }

    #[test]
    fn leukaemia_not_maintained() {
        let found = curve("5, 5, 8, 8, 12, 16+, 23, 27, 30, 33, 43, 45");
        let survival = [0.83333, 0.66667, 0.58333, 0.48611, 0.38889, 0.29167, 0.19444, 0.09722, 0.0];
        for (step, expected) in found.steps.iter().zip(survival) {
            assert!((step.survival - expected).abs() < 1e-5);
        }
        assert_eq!((found.steps.len(), found.median()), (9, Some(23.0)));
        assert_eq!(found.steps[8].standard_error, 0.0);
    }

    #[test]
    fn open_records_count() {
        let found = curve("2, 3, 3+, 5, 8+, 10, 12, 15+");
        let steps: Vec<(f64, f64)> = found.steps.iter().map(|step| (step.time, step.survival)).collect();
        for (found, expected) in steps.iter().zip([(2.0, 0.875), (3.0, 0.75), (5.0, 0.6), (10.0, 0.4), (12.0, 0.2)]) {
            assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-12);
        }
        assert_eq!(found.median(), Some(10.0));
        assert_eq!((found.quantile(0.9), found.quantile(0.0), found.quantile(f64::NAN)), (None, None, None));
    }

    #[test]
    fn interval_of_the_median_by_the_band_written_out() {
        // S exp(+-1.96 se) on the log-log scale at each step of the maintained group, from the published S and errors.
        let published: [(f64, f64, f64); 7] = [
            (9.0, 0.90909, 0.08668),
            (13.0, 0.81818, 0.11629),
            (18.0, 0.71591, 0.13966),
            (23.0, 0.61364, 0.15263),
            (31.0, 0.49091, 0.16419),
            (34.0, 0.36818, 0.16267),
            (48.0, 0.18409, 0.15349),
        ];
        let bound = |sign: f64| {
            published
                .iter()
                .find(|(_, s, error)| s.powf((sign * 1.96 * error / (s * -s.ln())).exp()) <= 0.5)
                .map(|row| row.0)
        };
        assert_eq!(curve(MAINTAINED).median_interval(), (bound(1.0), bound(-1.0)));
        assert_eq!(curve(MAINTAINED).median_interval().0, Some(13.0));
        assert_eq!(curve("5").median_interval(), (None, None));
    }

    #[test]
    fn share_ended_and_its_band_written_out() {
        // From the published S and standard error at 31 and 34: S to the power exp(+-1.959964 se / (S |ln S|)).
        for (time, s, error) in [(31.0, 0.49091_f64, 0.16419), (40.0, 0.36818, 0.16267)] {
            let theta = 1.959_964 * error / (s * -s.ln());
            let expected = (1.0 - s.powf((-theta).exp()), 1.0 - s.powf(theta.exp()));
            let found = curve(MAINTAINED).within_interval(time).unwrap();
            assert!(
                (found.0 - expected.0).abs() < 1e-4 && (found.1 - expected.1).abs() < 1e-4,
                "{found:?} {expected:?}"
            );
            assert!(found.0 < 1.0 - s && 1.0 - s < found.1);
        }
        assert_eq!(curve(MAINTAINED).within_interval(8.0), None);
        assert_eq!(curve("5, 6").within_interval(6.0), None);
        assert_eq!(curve(MAINTAINED).quantile(0.25), Some(18.0));
    }

    #[test]
    fn nothing_to_estimate() {
        for times in [vec![], vec![(3.0, false)], vec![(f64::NAN, true), (-1.0, true), (f64::INFINITY, true)]] {
            let found = kaplan_meier(&times);
            assert!(found.steps.is_empty() && found.median().is_none());
            assert_eq!((found.restricted_mean(7.0), found.restricted_mean(f64::NAN)), (7.0, 0.0));
        }
    }

    proptest! {
        #[test]
        fn without_open_records_it_is_the_share_still_going(times in prop::collection::vec(0..30_u8, 1..60), at in 0..30_u8) {
            let found = kaplan_meier(&times.iter().map(|time| (f64::from(*time), true)).collect::<Vec<_>>());
            let lasting = times.iter().filter(|time| **time > at).count() as f64 / times.len() as f64;
            prop_assert!((found.at(f64::from(at)) - lasting).abs() < 1e-12);
            // The binomial standard error of a share.
            if let Some(step) = found.steps.iter().find(|step| step.time == f64::from(at)) {
                let error = (lasting * (1.0 - lasting) / times.len() as f64).sqrt();
                prop_assert!((step.standard_error - error).abs() < 1e-9);
            }
            let mut sorted = times.clone();
            sorted.sort_unstable();
            prop_assert_eq!(found.median(), Some(f64::from(sorted[sorted.len().div_ceil(2) - 1])));
            let mean: f64 = times.iter().map(|time| f64::from(*time)).sum::<f64>() / times.len() as f64;
            prop_assert!((found.restricted_mean(30.0) - mean).abs() < 1e-9);
            // The standard error of a mean of n plain numbers, none beyond the limit.
            let limit = f64::from(at) + 0.5;
            let cut: Vec<f64> = times.iter().map(|time| f64::from(*time).min(limit)).collect();
            let mean = cut.iter().sum::<f64>() / cut.len() as f64;
            let variance = cut.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / cut.len() as f64;
            let half = 1.959_963_984_540_054 * (variance / cut.len() as f64).sqrt();
            if let Some((lower, upper)) = found.restricted_mean_interval(limit) {
                prop_assert!((lower - (mean - half).max(0.0)).abs() < 1e-9);
                prop_assert!((upper - (mean + half).min(limit)).abs() < 1e-9);
            }
        }

        #[test]
        fn open_records_are_redistributed_to_the_right(times in prop::collection::vec((0..20_u8, any::<bool>()), 1..40)) {
            // Efron's construction: the mass of an open record is shared by all that last longer.
            let mut sorted = times.clone();
            sorted.sort_by_key(|(time, seen)| (*time, !seen));
            let n = sorted.len();
            let mut mass = vec![1.0 / n as f64; n];
            let found = kaplan_meier(&times.iter().map(|(time, seen)| (f64::from(*time), *seen)).collect::<Vec<_>>());
            let mut survival = 1.0;
            for i in 0..n {
                if sorted[i].1 {
                    survival -= mass[i];
                    if !sorted[i + 1..].iter().any(|next| *next == sorted[i]) {
                        prop_assert!((found.at(f64::from(sorted[i].0)) - survival).abs() < 1e-9);
                    }
                } else {
                    let share = mass[i] / (n - i - 1).max(1) as f64;
                    mass[i + 1..].iter_mut().for_each(|m| *m += share);
                }
            }
        }
    }
}
