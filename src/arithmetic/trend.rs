//! A straight line through points that outliers don't move: the median of the slopes between all pairs (Theil 1950), with the
//! interval of its rank (Sen 1968).

use crate::arithmetic::statistics::{Z95, quantile};

/// A line through points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Rise per unit of x: the median of the slopes between all pairs of points with different x.
    pub slope: f64,
    /// 95 % interval of the slope, from the ranks of Sen (1968) with the variance corrected for ties.
    pub lower: f64,
    /// See `lower`.
    pub upper: f64,
    /// Its height at the last x: half of the points lie below it there, once each has been carried along the slope.
    pub level: f64,
}

/// The line through `points` (x, y), in any order. `None` for fewer than two different x or a number that isn't finite.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<Trend> {
    if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let last = points.iter().map(|point| point.0).reduce(f64::max)?;
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (position, (x, y)) in points.iter().enumerate() {
        let steps = points[..position].iter().filter(|(other, _)| other != x);
        slopes.extend(steps.map(|(other_x, other_y)| (y - other_y) / (x - other_x)));
    }
    let slope = quantile(&mut slopes, 0.5)?;
    let (low, high) = ranks(points, slopes.len());
    let mut at = |rank: usize| *slopes.select_nth_unstable_by(rank, f64::total_cmp).1;
    let (lower, upper) = (at(low), at(high));
    let mut carried: Vec<f64> = points.iter().map(|(x, y)| y + slope * (last - x)).collect();
    let level = quantile(&mut carried, 0.5)?;
    [slope, lower, upper, level].iter().all(|value| value.is_finite()).then_some(Trend { slope, lower, upper, level })
}

/// The places, from 0, of the slopes that bound the interval.
fn ranks(points: &[(f64, f64)], slopes: usize) -> (usize, usize) {
    let part = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
    let ties = |of: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = points.iter().map(of).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.chunk_by(|a, b| a == b).map(|equal| part(equal.len() as f64)).sum::<f64>()
    };
    let variance = (part(points.len() as f64) - ties(|point| point.0) - ties(|point| point.1)) / 18.0;
    let half = Z95 * variance.max(0.0).sqrt();
    let all = slopes as f64;
    // Halves are rounded to even, as SciPy does, so that both find the same two slopes.
    let low = ((all - half) / 2.0).round_ties_even() - 1.0;
    let high = ((all + half) / 2.0).round_ties_even();
    (low.max(0.0) as usize, (high as usize).min(slopes - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn daily(values: &[f64]) -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(day, value)| (day as f64, *value)).collect()
    }

    #[test]
    fn a_straight_line_is_found_to_the_point() {
        let found = theil_sen(&daily(&[10.0, 13.0, 16.0, 19.0, 22.0])).unwrap();
        assert_eq!(found, Trend { slope: 3.0, lower: 3.0, upper: 3.0, level: 22.0 });
    }

    /// scipy.stats.theilslopes of these over 0 to 9: slope 1.5 from 1 to 3, and 3 at 0; the 40 hardly moves it.
    #[test]
    fn known_answer() {
        let found = theil_sen(&daily(&[3.0, 5.0, 4.0, 8.0, 9.0, 7.0, 12.0, 11.0, 14.0, 40.0])).unwrap();
        assert_eq!(found, Trend { slope: 1.5, lower: 1.0, upper: 3.0, level: 16.5 });
    }

    #[test]
    fn without_two_moments_there_is_no_line() {
        assert_eq!(theil_sen(&[]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0)]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0), (2.0, f64::NAN)]), None);
        assert_eq!(theil_sen(&[(1.0, 2.0), (2.0, 2.0)]).unwrap().slope, 0.0);
    }

    proptest! {
        #[test]
        fn the_slope_is_between_its_bounds_and_follows_scale_and_order(
            values in prop::collection::vec(-1_000..1_000_i32, 2..40), factor in 1..9_i32,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = theil_sen(&daily(&values)).unwrap();
            prop_assert!(found.lower <= found.slope && found.slope <= found.upper);
            let mut turned = daily(&values);
            turned.reverse();
            prop_assert_eq!(theil_sen(&turned).unwrap(), found);
            let scaled: Vec<f64> = values.iter().map(|value| value * f64::from(factor)).collect();
            let scaled = theil_sen(&daily(&scaled)).unwrap();
            prop_assert!((scaled.slope - found.slope * f64::from(factor)).abs() < 1e-6);
            prop_assert!((scaled.level - found.level * f64::from(factor)).abs() < 1e-6);
        }
    }
}
