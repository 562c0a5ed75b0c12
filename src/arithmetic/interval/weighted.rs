//! Spans that count in part: overlaps by the largest weight, and the same algebra against plain spans.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{Span, intersection, length_s, remainder};

/// A span with a weight: how much of it counts (an outage 1, a degradation 0.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// First instant, µs UTC.
    pub start: i64,
    /// First instant after, µs UTC.
    pub end: i64,
    /// The share of the span that counts.
    pub weight: f64,
}

impl Span for Weighted {
    fn start(self) -> i64 {
        self.start
    }
    fn end(self) -> i64 {
        self.end
    }
    fn cut(self, start: i64, end: i64) -> Self {
        Weighted { start, end, weight: self.weight }
    }
}

/// Orders active spans by weight, so that a heap yields the one that counts.
struct Active {
    weight: f64,
    end: i64,
}

impl Ord for Active {
    fn cmp(&self, other: &Self) -> Ordering {
        self.weight.total_cmp(&other.weight).then(self.end.cmp(&other.end))
    }
}
impl PartialOrd for Active {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Active {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Active {}

/// Disjoint sorted spans: where items overlap the largest weight counts; touching neighbours of equal weight are joined.
/// Items without length, or whose weight is not a number, are left out. O(n log n).
#[must_use]
pub fn union_weighted(mut items: Vec<Weighted>) -> Vec<Weighted> {
    items.retain(|item| item.start < item.end && !item.weight.is_nan());
    items.sort_unstable_by_key(|item| item.start);
    let mut bounds: Vec<i64> = items.iter().flat_map(|item| [item.start, item.end]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut result: Vec<Weighted> = Vec::with_capacity(items.len());
    let mut active = BinaryHeap::new();
    let mut waiting = items.into_iter().peekable();
    for pair in bounds.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        while let Some(item) = waiting.next_if(|item| item.start <= from) {
            active.push(Active { weight: item.weight, end: item.end });
        }
        while active.peek().is_some_and(|top: &Active| top.end <= from) {
            active.pop();
        }
        let Some(top) = active.peek() else { continue };
        match result.last_mut() {
            Some(last) if last.end == from && last.weight == top.weight => last.end = to,
            _ => result.push(Weighted { start: from, end: to, weight: top.weight }),
        }
    }
    result
}

/// The weighted time that also lies in `b`.
#[must_use]
pub fn intersect_weighted(a: &[Weighted], b: &[(i64, i64)]) -> Vec<Weighted> {
    intersection(a, b)
}

/// The weighted time that doesn't lie in `b`.
#[must_use]
pub fn difference_weighted(a: &[Weighted], b: &[(i64, i64)]) -> Vec<Weighted> {
    remainder(a, b)
}

/// Sum of weight x length, in seconds.
#[must_use]
pub fn weighted_s(a: &[Weighted]) -> f64 {
    a.iter().map(|span| span.weight * length_s(&[(span.start, span.end)])).sum()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SIZE, spans, ticks};
    use super::super::union;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_larger_weight_counts() {
        let item = |start, end, weight| Weighted { start, end, weight };
        let outages =
            vec![item(0, 100, 0.3), item(40, 60, 1.0), item(50, 120, 0.3), item(7, 7, 1.0), item(0, 9, f64::NAN)];
        let spans = union_weighted(outages);
        assert_eq!(spans, vec![item(0, 40, 0.3), item(40, 60, 1.0), item(60, 120, 0.3)]);
        assert!((weighted_s(&spans) - 50e-6).abs() < 1e-15);
    }

    fn weighted() -> impl Strategy<Value = Vec<Weighted>> {
        (spans(), prop::collection::vec(0_u8..4, 12)).prop_map(|(spans, weights)| {
            let pairs = spans.into_iter().zip(weights);
            pairs.map(|((start, end), w)| Weighted { start, end, weight: f64::from(w) * 0.25 }).collect()
        })
    }

    /// The weight at each tick; `None` outside.
    fn weights(spans: &[Weighted]) -> Vec<Option<f64>> {
        (0..SIZE as i64)
            .map(|t| spans.iter().filter(|s| s.start <= t && t < s.end).map(|s| s.weight).max_by(f64::total_cmp))
            .collect()
    }

    fn is_normal_weighted(spans: &[Weighted]) -> bool {
        spans.iter().all(|s| s.start < s.end)
            && spans.windows(2).all(|w| w[0].end < w[1].start || (w[0].end == w[1].start && w[0].weight != w[1].weight))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn weighted_algebra_equals_ticks(items in weighted(), b in spans()) {
            let expected = weights(&items);
            let in_b = ticks(&b);
            let b = union(b);
            let all = union_weighted(items);
            let both = intersect_weighted(&all, &b);
            let rest = difference_weighted(&all, &b);
            prop_assert!(is_normal_weighted(&all) && is_normal_weighted(&both) && is_normal_weighted(&rest));
            prop_assert_eq!(&weights(&all), &expected);
            let (both, rest) = (weights(&both), weights(&rest));
            for t in 0..SIZE {
                prop_assert_eq!(both[t], expected[t].filter(|_| in_b[t]));
                prop_assert_eq!(rest[t], expected[t].filter(|_| !in_b[t]));
            }
            let sum: f64 = expected.iter().flatten().sum::<f64>() / 1e6;
            prop_assert!((weighted_s(&all) - sum).abs() < 1e-12);
        }
    }
}
