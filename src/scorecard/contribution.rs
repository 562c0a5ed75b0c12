//! What made a figure change: the difference between two periods split over a dimension, so that the parts add up to the
//! whole. Refuses what cannot be split (medians, percentiles, slices that overlap) instead of approximating it.

use std::collections::{BTreeMap, BTreeSet};

use crate::metrics::measure::Measure;

/// The part of a change that one value of the dimension accounts for, in the figure's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Value of the dimension; [`REST`] is what no slice accounts for.
    pub value: String,
    /// Because the slice's own figure changed. For counts and sums: the whole difference.
    pub rate: f64,
    /// Because the slice's share of the whole changed; 0 for counts.
    pub mix: f64,
}

/// The name of what no slice accounts for.
pub const REST: &str = "(rest)";

impl Share {
    /// Both effects.
    pub fn total(&self) -> f64 {
        self.rate + self.mix
    }
}

/// A figure as far as a split needs it: numerator and denominator; counts have a denominator of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Parts {
    numerator: f64,
    denominator: f64,
}

/// Splits the change from `before` to `after` over the slices of one dimension, largest effect first.
///
/// Additive figures (`Metric::is_additive`): differences. Quotients with numerator and denominator: for a slice with rates r0, r1 and shares of the
/// denominator w0, w1, the rate effect is (r1 - r0)(w0 + w1)/2 and the mix effect (w1 - w0)((r0 + r1)/2 - (R0 + R1)/2),
/// which sum over all slices to R1 - R0. A slice that is in one period only has no rate to compare, so all of it is mix.
///
/// `None` where the figure is neither, a period has no figure, or the slices hold more than the whole.
pub fn split(
    additive: bool,
    before: &Measure,
    after: &Measure,
    slices: &BTreeMap<String, (Option<Measure>, Option<Measure>)>,
) -> Option<Vec<Share>> {
    let (value_before, value_after) = (before.value?, after.value?);
    let mut shares = if additive {
        split_count(value_before, value_after, slices)
    } else {
        split_quotient(quotient(before)?, quotient(after)?, slices)?
    };
    shares.retain(|share| share.value != REST || share.total().abs() > 1e-12);
    shares.sort_by(|a, b| b.total().abs().total_cmp(&a.total().abs()).then_with(|| a.value.cmp(&b.value)));
    Some(shares)
}

fn split_count(before: f64, after: f64, slices: &BTreeMap<String, (Option<Measure>, Option<Measure>)>) -> Vec<Share> {
    let count = |measure: &Option<Measure>| measure.as_ref().and_then(|m| m.value).unwrap_or(0.0);
    let mut rest = after - before;
    let mut shares: Vec<Share> = slices
        .iter()
        .map(|(value, (before, after))| {
            let difference = count(after) - count(before);
            rest -= difference;
            Share { value: value.clone(), rate: difference, mix: 0.0 }
        })
        .collect();
    shares.push(Share { value: REST.to_owned(), rate: rest, mix: 0.0 });
    shares
}

fn quotient(measure: &Measure) -> Option<Parts> {
    let (numerator, denominator) = (measure.numerator?, measure.denominator?);
    let value = measure.value?;
    // A value that isn't its own quotient (a formula, a scaled rate) can't be split this way.
    let agrees = denominator > 0.0 && (numerator / denominator - value).abs() <= 1e-9 * value.abs().max(1.0);
    agrees.then_some(Parts { numerator, denominator })
}

fn split_quotient(
    before: Parts,
    after: Parts,
    slices: &BTreeMap<String, (Option<Measure>, Option<Measure>)>,
) -> Option<Vec<Share>> {
    let parts = |measure: &Option<Measure>| measure.as_ref().and_then(quotient).unwrap_or_default();
    let mut all: BTreeMap<String, (Parts, Parts)> =
        slices.iter().map(|(value, (before, after))| (value.clone(), (parts(before), parts(after)))).collect();
    let rest = |whole: Parts, one: fn(&(Parts, Parts)) -> Parts| {
        all.values().map(one).fold(whole, |left, part| Parts {
            numerator: left.numerator - part.numerator,
            denominator: left.denominator - part.denominator,
        })
    };
    let rest = (rest(before, |pair| pair.0), rest(after, |pair| pair.1));
    for (left, whole) in [(rest.0, before), (rest.1, after)] {
        // Slices that overlap hold more than the whole; their effects would not add up to it.
        if left.denominator < -1e-9 * whole.denominator {
            return None;
        }
    }
    all.insert(REST.to_owned(), rest);
    let mean_rate = (rate(before)? + rate(after)?) / 2.0;
    let share = |part: Parts, whole: Parts| part.denominator.max(0.0) / whole.denominator;
    let shares = all.iter().filter_map(|(value, (b, a))| {
        let (w0, w1) = (share(*b, before), share(*a, after));
        let (r0, r1) = match (rate(*b), rate(*a)) {
            (Some(r0), Some(r1)) => (r0, r1),
            (Some(r), None) | (None, Some(r)) => (r, r),
            (None, None) => return None,
        };
        Some(Share {
            value: value.clone(),
            // Plus 0 so that nothing is never minus nothing.
            rate: (r1 - r0) * (w0 + w1) / 2.0 + 0.0,
            mix: (w1 - w0) * ((r0 + r1) / 2.0 - mean_rate) + 0.0,
        })
    });
    Some(shares.collect())
}

/// None for a part that is empty up to the rounding of its subtraction.
fn rate(parts: Parts) -> Option<f64> {
    (parts.denominator > 1e-9).then(|| parts.numerator / parts.denominator)
}

/// The slices of one dimension out of two lists of measures, paired.
pub fn pair(
    dimension: &str,
    before: &[&Measure],
    after: &[&Measure],
) -> BTreeMap<String, (Option<Measure>, Option<Measure>)> {
    let value = |measure: &Measure| measure.dims.get(dimension).cloned();
    let keys: BTreeSet<String> = before.iter().chain(after).filter_map(|measure| value(measure)).collect();
    let find = |measures: &[&Measure], key: &str| {
        measures.iter().find(|m| value(m).as_deref() == Some(key)).map(|m| (*m).clone())
    };
    keys.into_iter()
        .map(|key| {
            let both = (find(before, &key), find(after, &key));
            (key, both)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;
    use proptest::prelude::*;

    fn share_of(numerator: f64, denominator: f64) -> Measure {
        let metric = example::metric("change_failure_rate");
        let mut measure = example::measure(&metric, numerator / denominator);
        (measure.numerator, measure.denominator) = (Some(numerator), Some(denominator));
        measure
    }

    #[test]
    fn a_shift_towards_the_bad_slice_is_mix_not_rate() {
        // Both teams keep their rates (10 % and 50 %); the bad one does more of the work: 0.18 to 0.42.
        let slices = BTreeMap::from([
            ("A".to_owned(), (Some(share_of(8.0, 80.0)), Some(share_of(2.0, 20.0)))),
            ("B".to_owned(), (Some(share_of(10.0, 20.0)), Some(share_of(40.0, 80.0)))),
        ]);
        let shares = split(false, &share_of(18.0, 100.0), &share_of(42.0, 100.0), &slices).unwrap();
        assert!(shares.iter().all(|share| share.rate.abs() < 1e-12));
        let sum: f64 = shares.iter().map(Share::total).sum();
        assert!((sum - 0.24).abs() < 1e-12);
    }

    #[test]
    fn counts_split_into_differences_and_a_rest() {
        let metric = example::metric("incidents");
        let count = |value| example::measure(&metric, value);
        let slices = BTreeMap::from([
            ("Mail".to_owned(), (Some(count(3.0)), Some(count(9.0)))),
            ("Web".to_owned(), (None, Some(count(1.0)))),
        ]);
        let shares = split(true, &count(5.0), &count(11.0), &slices).unwrap();
        let found: Vec<_> = shares.iter().map(|s| (s.value.as_str(), s.total())).collect();
        assert_eq!(found, [("Mail", 6.0), (REST, -1.0), ("Web", 1.0)]);
    }

    #[test]
    fn a_median_and_overlapping_slices_are_refused() {
        let metric = example::metric("time_to_restore_median");
        let median = example::measure(&metric, 5.0);
        assert_eq!(split(false, &median, &median, &BTreeMap::new()), None);
        let over = BTreeMap::from([("A".to_owned(), (Some(share_of(1.0, 20.0)), Some(share_of(1.0, 20.0))))]);
        assert_eq!(split(false, &share_of(1.0, 10.0), &share_of(1.0, 10.0), &over), None);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_rate_add_up_to_its_change(
            cells in prop::collection::vec((0u32..50, 0u32..50, 0u32..50, 0u32..50), 1..8),
            rest in (0u32..20, 0u32..20),
        ) {
            let mut slices = BTreeMap::new();
            let (mut n0, mut d0, mut n1, mut d1) = (0.0, 0.0, 0.0, 0.0);
            for (i, (a, b, c, d)) in cells.iter().enumerate() {
                let (a, b, c, d) = (f64::from(*a), f64::from(*b), f64::from(*c), f64::from(*d));
                let cell = |good: f64, bad: f64| (good + bad > 0.0).then(|| share_of(good, good + bad));
                slices.insert(format!("s{i}"), (cell(a, b), cell(c, d)));
                n0 += a; d0 += a + b; n1 += c; d1 += c + d;
            }
            n0 += f64::from(rest.0); d0 += f64::from(rest.0); d1 += f64::from(rest.1);
            prop_assume!(d0 > 0.0 && d1 > 0.0);
            let shares = split(false, &share_of(n0, d0), &share_of(n1, d1), &slices).unwrap();
            let sum: f64 = shares.iter().map(Share::total).sum();
            prop_assert!((sum - (n1 / d1 - n0 / d0)).abs() < 1e-9);
        }
    }
}
