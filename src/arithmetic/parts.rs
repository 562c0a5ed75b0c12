//! The weighted mean of the means of parts: each part counts by its weight, however many values it has.

use super::statistics::{BOOTSTRAP_LIMIT, SplitMix, Z95, mean};

/// Bootstrap resamples, as for a plain mean.
const RESAMPLES: usize = 999;

/// One part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// How much it counts.
    pub weight: f64,
    /// Its values.
    pub values: Vec<f64>,
}

/// The weighted mean of the parts' means. Parts without values or weight don't count; `None` where none does.
#[must_use]
pub fn mean_of(parts: &[Part]) -> Option<f64> {
    let counted = parts.iter().filter(|part| part.weight > 0.0 && part.weight.is_finite());
    let known = counted.filter_map(|part| Some((part.weight, mean(&part.values)?)));
    let (weight, sum) = known.fold((0.0, 0.0), |(weight, sum), (own, mean)| (weight + own, sum + own * mean));
    (weight > 0.0).then(|| sum / weight).filter(|mean| mean.is_finite())
}

/// A 95 % interval of it: the bootstrap's percentile interval from 999 resamples within each part, with a fixed seed; of more
/// than a thousand values the normal one. `None`
/// where a part that counts has a single value, about whose spread nothing is known.
#[must_use]
pub fn mean_interval(parts: &[Part]) -> Option<(f64, f64)> {
    let mut parts: Vec<Part> =
        parts.iter().filter(|part| part.weight > 0.0 && !part.values.is_empty()).cloned().collect();
    if parts.is_empty() || parts.iter().any(|part| part.values.len() < 2) {
        return None;
    }
    if parts.iter().map(|part| part.values.len()).sum::<usize>() > BOOTSTRAP_LIMIT {
        // Of many values the mean is normal enough, and the parts' errors are independent.
        let weight: f64 = parts.iter().map(|part| part.weight).sum();
        let error = |part: &Part| {
            let (n, centre) = (part.values.len() as f64, mean(&part.values)?);
            let squares: f64 = part.values.iter().map(|value| (value - centre).powi(2)).sum();
            Some((part.weight / weight).powi(2) * squares / (n - 1.0) / n)
        };
        let half = Z95 * parts.iter().map(error).sum::<Option<f64>>()?.sqrt();
        let centre = mean_of(&parts)?;
        return Some((centre - half, centre + half)).filter(|_| half.is_finite());
    }
    // The interval depends on the values alone, not on the order in which they or their parts come.
    parts.iter_mut().for_each(|part| part.values.sort_unstable_by(f64::total_cmp));
    parts.sort_by(|a, b| {
        let values = || a.values.iter().zip(&b.values).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
        let lengths = a.values.len().cmp(&b.values.len());
        a.weight.total_cmp(&b.weight).then(lengths).then_with(|| values().unwrap_or(std::cmp::Ordering::Equal))
    });
    let mut random = SplitMix::new(0x006e_696e_6573);
    let mut resample = || {
        let draw = |part: &Part, random: &mut SplitMix| {
            let count = part.values.len() as u64;
            (0..count).map(|_| part.values[random.below(count)]).collect()
        };
        let drawn = parts.iter().map(|part| Part { weight: part.weight, values: draw(part, &mut random) });
        mean_of(&drawn.collect::<Vec<_>>())
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect::<Option<_>>()?;
    means.sort_unstable_by(f64::total_cmp);
    let tail = (RESAMPLES + 1) / 40;
    Some((means[tail - 1], means[RESAMPLES - tail]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(weight: f64, values: &[f64]) -> Part {
        Part { weight, values: values.to_vec() }
    }

    #[test]
    fn each_part_counts_by_its_weight_and_not_by_its_values() {
        assert_eq!(mean_of(&[part(1.0, &[1.0, 1.0, 1.0]), part(1.0, &[0.0])]), Some(0.5));
        assert_eq!(mean_of(&[part(3.0, &[1.0, 1.0, 1.0]), part(1.0, &[0.0])]), Some(0.75));
        assert_eq!(mean_of(&[part(1.0, &[0.4]), part(0.0, &[9.0]), part(1.0, &[])]), Some(0.4));
        assert_eq!((mean_of(&[]), mean_of(&[part(0.0, &[1.0])])), (None, None));
    }

    #[test]
    fn an_interval_needs_two_values_of_each_part() {
        assert_eq!(mean_interval(&[part(1.0, &[1.0, 2.0]), part(1.0, &[3.0])]), None);
        assert_eq!(mean_interval(&[]), None);
        assert_eq!(mean_interval(&[part(1.0, &[1.0, 1.0]), part(2.0, &[4.0, 4.0])]), Some((3.0, 3.0)));
        // Two parts of 0 to 99: standard error 2.887 / sqrt 2, so the interval is near 49.5 -+ 4.0.
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let (low, high) = mean_interval(&[part(1.0, &values), part(1.0, &values)]).unwrap();
        assert!((low - 45.5).abs() < 0.6 && (high - 53.5).abs() < 0.6, "{low} {high}");
        // So many that they are reckoned without resamples: the standard error is 28.87 / sqrt 20,000.
        let many: Vec<f64> = (0..10_000).map(|n| f64::from(n % 100)).collect();
        let (low, high) = mean_interval(&[part(1.0, &many), part(1.0, &many)]).unwrap();
        assert!((low - 49.1).abs() < 0.01 && (high - 49.9).abs() < 0.01, "{low} {high}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn order_changes_nothing_and_the_interval_holds_no_impossible_mean(
            parts in prop::collection::vec((0.5..4.0_f64, prop::collection::vec(0.0..1.0_f64, 2..12)), 1..6),
        ) {
            let parts: Vec<Part> = parts.into_iter().map(|(weight, values)| Part { weight, values }).collect();
            let mut other = parts.clone();
            other.reverse();
            other.iter_mut().for_each(|part| part.values.reverse());
            prop_assert_eq!(mean_interval(&parts), mean_interval(&other));
            let (low, high) = mean_interval(&parts).unwrap();
            prop_assert!(0.0 <= low && low <= high && high <= 1.0);
        }
    }
}
