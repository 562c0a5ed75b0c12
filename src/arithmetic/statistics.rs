//! Quantiles, means and their 95 % intervals.
//!
//! Refuses numbers that aren't finite: a sample that holds one has no statistic (`None`).

use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// The 97.5 % point of the standard normal distribution: two-sided 95 %.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Bootstrap resamples. With 999 the 2.5 % and 97.5 % points are the 25th and the 975th mean, without interpolation.
const RESAMPLES: usize = 999;
/// Largest sample that is bootstrapped; above it the mean's distribution is normal enough.
pub(super) const BOOTSTRAP_LIMIT: usize = 1000;
/// Largest sample whose order-statistic ranks are looked up in the binomial distribution itself.
const EXACT_RANKS_LIMIT: usize = 1000;

/// The `p` quantile (0 to 1), with linear interpolation between order statistics, h = (n - 1)p: type 7 of Hyndman and Fan
/// (1996). By selection, which reorders `values`. `None` for no values, one that isn't finite, or `p` outside 0 to 1.
pub fn quantile(values: &mut [f64], p: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&p) || !all_finite(values) {
        return None;
    }
    let h = (values.len() - 1) as f64 * p;
    let rank = (h.floor() as usize).min(values.len() - 1);
    let fraction = h - rank as f64;
    let (_, &mut low, above) = values.select_nth_unstable_by(rank, f64::total_cmp);
    if fraction <= 0.0 {
        return Some(low);
    }
    // The next order statistic is the least of those that selection left above.
    let Some(high) = above.iter().copied().min_by(f64::total_cmp) else {
        return Some(low);
    };
    finite(low + fraction * (high - low))
}

/// The arithmetic mean; `None` for no values or one that isn't finite.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// The 95 % score interval of a share (Wilson 1927). `None` unless 0 <= `successes` <= `n` and `n` > 0.
#[must_use]
pub fn wilson(successes: f64, n: f64) -> Option<(f64, f64)> {
    if !n.is_finite() || n <= 0.0 || !(0.0..=n).contains(&successes) {
        return None;
    }
    let share = successes / n;
    let square = Z95 * Z95;
    let middle = share + square / (2.0 * n);
    let half = Z95 * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    // Rounding must not turn "none" and "all" into almost none and almost all.
    let lower = if successes == 0.0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
    let upper = if successes == n { 1.0 } else { ((middle + half) / scale).min(1.0) };
    Some((lower, upper))
}

/// The exact 95 % interval of a Poisson count (Garwood 1936), from chi-squared quantiles.
#[must_use]
pub fn poisson(count: u64) -> (f64, f64) {
    let count = count as f64;
    let lower = if count > 0.0 { chi_squared(0.025, 2.0 * count) / 2.0 } else { 0.0 };
    (lower, chi_squared(0.975, 2.0 * count + 2.0) / 2.0)
}

/// A 95 % interval of the `p` quantile from order statistics: distribution-free, by the binomial distribution of the number
/// of values below it (Conover, Practical Nonparametric Statistics). The ranks are the innermost ones that leave at most
/// 2.5 % on each side. Reorders `values`. `None` where so few values bound it on one side at most (a median needs 6).
pub fn quantile_interval(values: &mut [f64], p: f64) -> Option<(f64, f64)> {
    if p <= 0.0 || p >= 1.0 || p.is_nan() || !all_finite(values) {
        return None;
    }
    let (lower, upper) = interval_ranks(values.len(), p)?;
    let (_, &mut low, _) = values.select_nth_unstable_by(lower - 1, f64::total_cmp);
    let (_, &mut high, _) = values.select_nth_unstable_by(upper - 1, f64::total_cmp);
    Some((low, high))
}

/// The ranks, from 1, of the order statistics that bound the quantile.
fn interval_ranks(n: usize, p: f64) -> Option<(usize, usize)> {
    let (lower, upper) = if n <= EXACT_RANKS_LIMIT {
        let below = Binomial::new(p, n as u64).ok()?;
        let first = |enough: &dyn Fn(f64) -> bool| {
            let (mut low, mut high) = (0, n as u64);
            while low < high {
                let middle = (low + high) / 2;
                if enough(below.cdf(middle)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            usize::try_from(low).ok()
        };
        // The largest l with P(B < l) <= 2.5 % is the first k with P(B <= k) > 2.5 %.
        (first(&|cdf| cdf > 0.025)?, first(&|cdf| cdf >= 0.975)? + 1)
    } else {
        let centre = n as f64 * p;
        let half = Z95 * (centre * (1.0 - p)).sqrt();
        ((centre - half).floor().max(0.0) as usize, (centre + half).ceil() as usize + 1)
    };
    (lower >= 1 && upper <= n).then_some((lower, upper))
}

/// A 95 % interval of the mean. Up to 1,000 values: the bootstrap's percentile interval from 999 resamples (Efron 1979) with a
/// fixed seed, so that it depends on the values alone, not on their order. More: the normal approximation.
/// `None` for fewer than two values or one that isn't finite.
#[must_use]
pub fn mean_interval(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 || !all_finite(values) {
        return None;
    }
    if values.len() > BOOTSTRAP_LIMIT {
        let n = values.len() as f64;
        let centre = mean(values)?;
        let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
        let half = Z95 * (squares / (n - 1.0) / n).sqrt();
        return Some((finite(centre - half)?, finite(centre + half)?));
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as u64;
    let mut random = SplitMix(0x006e_696e_6573);
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| (0..n).map(|_| sorted[random.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_unstable_by(f64::total_cmp);
    let tail = (RESAMPLES + 1) / 40;
    Some((finite(means[tail - 1])?, finite(means[RESAMPLES - tail])?))
}

/// A small generator with a fixed sequence (SplitMix64: Steele, Lea, Flood 2014), so that the bootstrap and forecasts
/// give the same with any version of any library.
pub(super) struct SplitMix(u64);

impl SplitMix {
    /// The sequence of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `n - 1`; `n` is at most a thousand, so the bias of scaling is below 2^-54.
    pub(super) fn below(&mut self, n: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((u128::from(bits) * u128::from(n)) >> 64) as usize
    }
}

/// The `p` quantile (0 < p < 1) of the chi-squared distribution with `freedom` > 0 degrees. Above 20,000 degrees by the cube
/// of Wilson and Hilferty (1931), whose relative error there is below 1e-7.
pub(crate) fn chi_squared(p: f64, freedom: f64) -> f64 {
    match ChiSquared::new(freedom) {
        Ok(exact) if freedom <= 20_000.0 => exact.inverse_cdf(p),
        _ => {
            let ninth = 2.0 / (9.0 * freedom);
            freedom * (1.0 - ninth + normal_quantile(p) * ninth.sqrt()).powi(3)
        }
    }
}

/// The `p` quantile (0 < p < 1) of the standard normal distribution.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    statrs::distribution::Normal::standard().inverse_cdf(p)
}

fn all_finite(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_finite())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: (f64, f64), expected: (f64, f64), tolerance: f64) {
        let good = (found.0 - expected.0).abs() <= tolerance && (found.1 - expected.1).abs() <= tolerance;
        assert!(good, "expected {expected:?}, found {found:?}");
    }

    #[test]
    fn wilson_known_answers() {
        for (successes, n, lower, upper) in [
            (4.0, 23.0, 0.069_787, 0.371_376),
            (6.0, 23.0, 0.125_486, 0.464_700),
            (2.0, 5.0, 0.117_621, 0.769_276),
            (0.0, 20.0, 0.0, 0.161_125),
            (10.0, 10.0, 0.722_467, 1.0),
        ] {
            close(wilson(successes, n).unwrap(), (lower, upper), 1e-6);
        }
        close(wilson(45.0, 50.0).unwrap(), (0.7864, 0.9565), 1e-4);
        close(wilson(0.0, 10.0).unwrap(), (0.0, 0.2775), 1e-4);
        for (successes, n) in [(0.0, 0.0), (2.0, 1.0), (-1.0, 5.0), (f64::NAN, 5.0), (1.0, f64::INFINITY)] {
            assert_eq!(wilson(successes, n), None);
        }
    }

    #[test]
    fn poisson_known_answers() {
        close(poisson(7), (2.814, 14.423), 1e-3);
        close(poisson(0), (0.0, 3.6889), 1e-4);
        close(poisson(1), (0.0253, 5.5716), 1e-4);
        close(poisson(4), (1.0899, 10.2416), 1e-4);
        close(poisson(10), (4.7954, 18.3904), 1e-4);
    }

    #[test]
    fn the_approximation_for_many_degrees_meets_the_exact_quantile() {
        for p in [0.025, 0.5, 0.975] {
            let freedom = 20_000.0;
            let exact = ChiSquared::new(freedom + 1e-3).unwrap().inverse_cdf(p);
            assert!((chi_squared(p, freedom + 1e-3) / exact - 1.0).abs() < 1e-7);
        }
        let (lower, upper) = poisson(1_000_000);
        close((lower, upper), (998_041.0, 1_001_961.9), 1.5);
    }

    #[test]
    fn quantile_known_answers() {
        let mut values = [12.0, 15.0, 11.0, 14.0];
        assert_eq!(quantile(&mut values, 0.5), Some(13.0));
        assert_eq!(quantile(&mut values, 0.9), Some(14.0 + 0.7));
        assert_eq!((quantile(&mut values, 0.0), quantile(&mut values, 1.0)), (Some(11.0), Some(15.0)));
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [1.0, f64::NAN], 0.5), None);
        assert_eq!((quantile(&mut values, 1.1), quantile(&mut values, f64::NAN)), (None, None));
        assert_eq!((mean(&[]), mean(&values), mean(&[f64::INFINITY])), (None, Some(13.0), None));
    }

    #[test]
    fn ranks_of_the_tables() {
        // Medians: the tables of order-statistic intervals (n = 6, 10, 20, 100).
        for (n, ranks) in [(5, None), (6, Some((1, 6))), (10, Some((2, 9))), (20, Some((6, 15))), (100, Some((40, 61)))]
        {
            assert_eq!(interval_ranks(n, 0.5), ranks, "{n}");
        }
        assert_eq!(interval_ranks(20, 0.9), None);
        let mut values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(quantile_interval(&mut values, 0.5), Some((6.0, 15.0)));
        assert_eq!(quantile_interval(&mut values, 1.0), None);
        assert_eq!(quantile_interval(&mut [], 0.5), None);
        // Exact and approximate ranks meet.
        let (exact, approximate) = (interval_ranks(1000, 0.5).unwrap(), interval_ranks(1001, 0.5).unwrap());
        assert!(exact.0.abs_diff(approximate.0) <= 1 && exact.1.abs_diff(approximate.1) <= 2);
    }

    #[test]
    fn intervals_of_the_mean() {
        assert_eq!(mean_interval(&[5.0]), None);
        assert_eq!(mean_interval(&[5.0, f64::NAN]), None);
        assert_eq!(mean_interval(&[5.0; 30]), Some((5.0, 5.0)));
        // 0 to 99: standard error 2.901, so the interval is near 49.5 -+ 5.69.
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        close(mean_interval(&values).unwrap(), (43.81, 55.19), 0.6);
        let mut reversed = values.clone();
        reversed.reverse();
        assert_eq!(mean_interval(&values), mean_interval(&reversed));
        let many: Vec<f64> = values.iter().copied().cycle().take(10_000).collect();
        close(mean_interval(&many).unwrap(), (49.5 - 0.5658, 49.5 + 0.5658), 1e-3);
    }

    proptest! {
        #[test]
        fn quantile_equals_the_definition_by_sorting(values in prop::collection::vec(-1e9..1e9_f64, 1..200), p in 0.0..=1.0_f64) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let h = (sorted.len() - 1) as f64 * p;
            let (low, high) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
            let expected = low + h.fract() * (high - low);
            let found = quantile(&mut values.clone(), p).unwrap();
            prop_assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0));
        }

        #[test]
        fn ranks_cover_95_percent_and_no_inner_ones_do(n in 6..200_usize, tenths in 1..10_usize) {
            let p = tenths as f64 / 10.0;
            // The binomial distribution by Pascal's rule, which shares nothing with the library's.
            let mut mass = vec![1.0_f64];
            for _ in 0..n {
                let mut next = vec![0.0; mass.len() + 1];
                for (k, m) in mass.iter().enumerate() {
                    next[k] += m * (1.0 - p);
                    next[k + 1] += m * p;
                }
                mass = next;
            }
            let below = |rank: usize| mass[..rank].iter().sum::<f64>();
            if let Some((lower, upper)) = interval_ranks(n, p) {
                prop_assert!(below(lower) <= 0.025 + 1e-12 && below(lower + 1) > 0.025 - 1e-12);
                prop_assert!(1.0 - below(upper) <= 0.025 + 1e-12 && 1.0 - below(upper - 1) > 0.025 - 1e-12);
            } else {
                prop_assert!(below(1) > 0.025 - 1e-12 || mass[n] > 0.025 - 1e-12);
            }
        }
    }
}
