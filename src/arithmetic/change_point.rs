//! When a series changed its level: the most likely splits by ranks, with an exact significance and no permutation; and
//! whether a series wanders, so that neither splits nor control limits say much.

use std::collections::BTreeMap;

use super::statistics::mean;

/// Points on each side of a split at least.
pub const SEGMENT: usize = 5;
/// Points that are looked at; older ones are left out.
pub const SPAN: usize = 40;
/// The chance of a split in a series without one that is accepted.
pub const LEVEL: f64 = 0.01;

/// A split of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangePoint {
    /// Index of the first value of the new level.
    pub at: usize,
    /// Mean since the split before it, or the beginning.
    pub before: f64,
    /// Mean from it to the next split, or the end.
    pub after: f64,
    /// At most so probable without a change, all places taken together.
    pub p: f64,
}

/// Finds splits; keeps the distributions of rank sums between series of one length.
#[derive(Debug, Default)]
pub struct Finder {
    tables: BTreeMap<usize, Vec<Vec<f64>>>,
}

impl Finder {
    /// The splits of `values` (oldest first), in order. For each place with 5 points on either side the exact two-sided
    /// rank-sum test (Wilcoxon; ties take mid-ranks, which errs on the side of silence); the least probable place counts
    /// when its probability, times the number of places, is at most 1 %; then each side is searched in turn. Empty for
    /// fewer than 10 values, for one that isn't finite, and for a series that [`wanders`].
    pub fn find(&mut self, values: &[f64]) -> Vec<ChangePoint> {
        let skipped = values.len().saturating_sub(SPAN);
        let recent = &values[skipped..];
        if !recent.iter().all(|value| value.is_finite()) || wanders(recent).is_some() {
            return Vec::new();
        }
        let mut places = Vec::new();
        self.search(recent, 0, &mut places);
        places.sort_by_key(|(at, _)| *at);
        // The first split of a series that goes up and down again is drawn from its place by the other; between their
        // neighbours they find it.
        for index in (0..places.len()).chain(0..places.len()) {
            let from = index.checked_sub(1).map_or(0, |before| places[before].0);
            let to = places.get(index + 1).map_or(recent.len(), |after| after.0);
            if let Some((p, at)) = self.best(&recent[from..to]) {
                places[index] = (from + at, p);
            }
        }
        let ends: Vec<usize> =
            std::iter::once(0).chain(places.iter().map(|(at, _)| *at)).chain([recent.len()]).collect();
        let level = |from: usize, to: usize| mean(&recent[from..to]).unwrap_or(0.0);
        places
            .iter()
            .enumerate()
            .map(|(index, (at, p))| ChangePoint {
                at: skipped + at,
                before: level(ends[index], *at),
                after: level(*at, ends[index + 2]),
                p: *p,
            })
            .collect()
    }

    fn search(&mut self, values: &[f64], offset: usize, found: &mut Vec<(usize, f64)>) {
        if let Some((p, at)) = self.best(values) {
            found.push((offset + at, p));
            self.search(&values[..at], offset, found);
            self.search(&values[at..], offset + at, found);
        }
    }

    /// The least probable place and its probability among all places, where that is small enough.
    fn best(&mut self, values: &[f64]) -> Option<(f64, usize)> {
        let n = values.len();
        if n < 2 * SEGMENT {
            return None;
        }
        let ranks = ranks(values);
        let table = self.tables.entry(n).or_insert_with(|| subsets(n));
        let mut best: Option<(f64, f64, usize)> = None;
        let mut sum: f64 = ranks[..SEGMENT - 1].iter().sum();
        for at in SEGMENT..=n - SEGMENT {
            sum += ranks[at - 1];
            let p = two_sided(&table[at], at, n, sum);
            let gap = mean(&values[at..]).unwrap_or(0.0) - mean(&values[..at]).unwrap_or(0.0);
            let between = (at * (n - at)) as f64 * gap * gap;
            // Of equally improbable places, the one that separates the values best.
            if best.is_none_or(|(least, most, _)| p < least || (p == least && between > most)) {
                best = Some((p, between, at));
            }
        }
        let places = (n + 1 - 2 * SEGMENT) as f64;
        best.filter(|(p, ..)| p * places <= LEVEL).map(|(p, _, at)| (p * places, at))
    }
}

/// Ranks from 1; equal values share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    values
        .iter()
        .map(|value| {
            let below = values.iter().filter(|other| *other < value).count();
            let equal = values.iter().filter(|other| *other == value).count();
            below as f64 + (equal as f64 + 1.0) / 2.0
        })
        .collect()
}

/// How many subsets of 1..=n with k members have which sum, as shares of all such subsets: `[k][sum]`.
fn subsets(n: usize) -> Vec<Vec<f64>> {
    let most = n * (n + 1) / 2;
    let mut ways = vec![vec![0.0; most + 1]; n + 1];
    ways[0][0] = 1.0;
    for value in 1..=n {
        for size in (1..=value).rev() {
            let (smaller, larger) = ways.split_at_mut(size);
            for sum in (value..=value * (value + 1) / 2).rev() {
                larger[0][sum] += smaller[size - 1][sum - value];
            }
        }
    }
    for row in &mut ways {
        let all: f64 = row.iter().sum();
        row.iter_mut().for_each(|count| *count /= all);
    }
    ways
}

/// The probability of a rank sum at least as far from its mean.
fn two_sided(shares: &[f64], k: usize, n: usize, sum: f64) -> f64 {
    let middle = (k * (n + 1)) as f64 / 2.0;
    let distance = (sum - middle).abs() - 1e-9;
    let far = shares.iter().enumerate().filter(|(sum, _)| (*sum as f64 - middle).abs() >= distance);
    far.map(|(_, share)| share).sum::<f64>().min(1.0)
}

/// Correlation of each value with the one before it; `None` for fewer than three values or equal ones.
#[must_use]
pub fn autocorrelation(values: &[f64]) -> Option<f64> {
    let centre = mean(values).filter(|_| values.len() >= 3)?;
    let power: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if power <= 1e-18 * largest * largest {
        return None;
    }
    let product: f64 = values.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum();
    Some(product / power)
}

/// The autocorrelation of a series of 13 points or more that carries over from point to point: above 0.5, and not because of
/// a step. A step between independent points leaves differences that alternate (their autocorrelation is near -0.5); those of
/// a series that wanders do not.
#[must_use]
pub fn wanders(values: &[f64]) -> Option<f64> {
    let own = autocorrelation(values).filter(|own| values.len() >= 13 && *own > 0.5)?;
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    autocorrelation(&steps).filter(|steps| *steps > -0.2).map(|_| own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::control::noise::Noise;

    #[test]
    fn a_planted_shift_is_found_where_it_is() {
        let calm = [12.0, 15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 15.0, 14.0, 13.0, 15.0, 11.0, 16.0];
        let after = [25.0, 28.0, 24.0, 27.0, 29.0, 26.0, 25.0, 28.0];
        let found = Finder::default().find(&[&calm[..], &after].concat());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, 14);
        assert!((found[0].before - 195.0 / 14.0).abs() < 1e-9 && (found[0].after - 26.5).abs() < 1e-9);
        assert!(Finder::default().find(&calm).is_empty());
        assert!(Finder::default().find(&[3.0; 30]).is_empty());
        assert!(Finder::default().find(&[1.0, 2.0]).is_empty());
        assert!(Finder::default().find(&[f64::NAN; 20]).is_empty());
    }

    #[test]
    fn two_shifts_are_both_found() {
        let mut noise = Noise::new(5);
        let values: Vec<f64> =
            (0..36).map(|i| noise.normal() + if (12..24).contains(&i) { 6.0 } else { 0.0 }).collect();
        let places: Vec<usize> = Finder::default().find(&values).iter().map(|one| one.at).collect();
        assert_eq!(places, [12, 24]);
    }

    #[test]
    fn shifts_of_three_deviations_are_found_within_a_period_and_stable_series_have_none() {
        let (mut finder, mut noise) = (Finder::default(), Noise::new(11));
        let (mut near, mut false_alarms) = (0, 0);
        for round in 0..400 {
            let place = 6 + round % 15;
            let values: Vec<f64> = (0..26).map(|i| noise.normal() + if i >= place { 3.0 } else { 0.0 }).collect();
            near += usize::from(finder.find(&values).iter().any(|one| one.at.abs_diff(place) <= 1));
        }
        for _ in 0..2_000 {
            let values: Vec<f64> = (0..26).map(|_| noise.normal()).collect();
            false_alarms += usize::from(!finder.find(&values).is_empty());
        }
        assert!(near >= 340, "found near the place in {near} of 400");
        assert!(false_alarms <= 20, "{false_alarms} of 2 000, nominal at most 20");
    }

    #[test]
    fn a_series_that_wanders_is_told_apart_from_one_that_steps() {
        let mut noise = Noise::new(3);
        let (mut walks, mut steps, mut calm) = (0, 0, 0);
        for _ in 0..200 {
            let mut level = 0.0;
            let walk: Vec<f64> = (0..26)
                .map(|_| {
                    level = 0.95 * level + noise.normal();
                    level
                })
                .collect();
            walks += usize::from(wanders(&walk).is_some());
            let step: Vec<f64> = (0..26).map(|i| noise.normal() + if i >= 13 { 3.0 } else { 0.0 }).collect();
            steps += usize::from(wanders(&step).is_some());
            let plain: Vec<f64> = (0..26).map(|_| noise.normal()).collect();
            calm += usize::from(wanders(&plain).is_some());
        }
        assert!(walks > 100 && steps < 30 && calm < 4, "{walks} walks, {steps} steps, {calm} calm of 200");
    }

    #[test]
    fn the_distribution_of_rank_sums_is_the_published_one() {
        // Wilcoxon's table: of 5 against 5, a rank sum of 15 has 1 of 252 subsets, 16 has 1, 17 has 2.
        let table = subsets(10);
        let counts: Vec<f64> = (15..18).map(|sum| (table[5][sum] * 252.0).round()).collect();
        assert_eq!(counts, [1.0, 1.0, 2.0]);
        assert!((two_sided(&table[5], 5, 10, 15.0) - 2.0 / 252.0).abs() < 1e-12);
        assert!((autocorrelation(&[1.0, 2.0, 3.0, 4.0]).unwrap() - 0.25).abs() < 1e-12);
        assert_eq!(autocorrelation(&[2.0; 9]), None);
    }
}
