//! Algebra of time spans: union, intersection, difference, clipping, gaps, lengths, merging over short gaps, time shared by
//! at least so many lists, and precedence of claims, with and without weights. Downtime, redundancy and blame are written in it.
//!
//! | question | plain | with weights |
//! |---|---|---|
//! | any of them | `union` | `union_weighted` (the largest weight) |
//! | both | `intersect`, `clip` | `intersect_weighted` |
//! | one without the other | `difference`, `gaps` | `difference_weighted` |
//! | at least so many | `shared` | `shared_weighted` |
//! | whose moment it is | `first_of` | `first_of`, claims in order of weight |
//! | how long | `length_s` | `weighted_s` |
//!
//! A span is half-open, `(start, end)` in µs. Functions that take slices expect them in *normal form*, as `union` gives it:
//! sorted, disjoint, not touching, none empty (weighted spans may touch where their weights differ). They are then linear and
//! give normal form back. An empty or reversed span is left out, never negative.

mod overlap;
mod weighted;

pub use overlap::{first_of, gaps, shared, shared_weighted};
pub use weighted::{Weighted, difference_weighted, intersect_weighted, union_weighted, weighted_s};

/// What the algebra needs to know of a span, so that plain and weighted ones share it.
trait Span: Copy {
    fn start(self) -> i64;
    fn end(self) -> i64;
    fn cut(self, start: i64, end: i64) -> Self;
}

impl Span for (i64, i64) {
    fn start(self) -> i64 {
        self.0
    }
    fn end(self) -> i64 {
        self.1
    }
    fn cut(self, start: i64, end: i64) -> Self {
        (start, end)
    }
}

/// Any spans in normal form: sorted, overlapping and touching ones joined, empty and reversed ones left out.
#[must_use]
pub fn union(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.retain(|span| span.0 < span.1);
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let joined = next.0 <= last.1;
        if joined {
            last.1 = last.1.max(next.1);
        }
        joined
    });
    spans
}

/// The time in both `a` and `b`.
#[must_use]
pub fn intersect(a: &[(i64, i64)], b: &[(i64, i64)]) -> Vec<(i64, i64)> {
    intersection(a, b)
}

/// The time in `a` but not in `b`.
#[must_use]
pub fn difference(a: &[(i64, i64)], b: &[(i64, i64)]) -> Vec<(i64, i64)> {
    remainder(a, b)
}

/// The part of `a` within `[start, end)`.
#[must_use]
pub fn clip(a: &[(i64, i64)], start: i64, end: i64) -> Vec<(i64, i64)> {
    intersection(a, &[(start, end)])
}

/// Total length in seconds.
#[must_use]
pub fn length_s(a: &[(i64, i64)]) -> f64 {
    let total: i128 = a.iter().map(|span| i128::from(span.1) - i128::from(span.0)).sum();
    total as f64 / 1e6
}

/// Joins spans that are less than `gap_us` apart; a gap of exactly `gap_us` keeps them apart.
#[must_use]
pub fn merge_gap(a: &[(i64, i64)], gap_us: i64) -> Vec<(i64, i64)> {
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(a.len());
    for &span in a {
        match joined.last_mut() {
            Some(last) if span.0.saturating_sub(last.1) < gap_us => last.1 = last.1.max(span.1),
            _ => joined.push(span),
        }
    }
    joined
}

fn intersection<S: Span>(a: &[S], b: &[(i64, i64)]) -> Vec<S> {
    let mut result = Vec::new();
    let (Some(first), Some(bound)) = (a.first(), b.first()) else {
        return result;
    };
    // Skipping ahead makes one short span against a long calendar cheap.
    let mut i = a.partition_point(|span| span.end() <= bound.0);
    let mut j = b.partition_point(|span| span.1 <= first.start());
    while i < a.len() && j < b.len() {
        let start = a[i].start().max(b[j].0);
        let end = a[i].end().min(b[j].1);
        if start < end {
            result.push(a[i].cut(start, end));
        }
        if a[i].end() <= b[j].1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    result
}

fn remainder<S: Span>(a: &[S], b: &[(i64, i64)]) -> Vec<S> {
    let mut result = Vec::with_capacity(a.len());
    let Some(first) = a.first() else {
        return result;
    };
    let mut j = b.partition_point(|span| span.1 <= first.start());
    for &span in a {
        let mut from = span.start();
        while j < b.len() && b[j].1 <= from {
            j += 1;
        }
        // A span of `b` may reach over several of `a`, so the last one used is kept for the next round.
        let mut k = j;
        while k < b.len() && b[k].0 < span.end() {
            if from < b[k].0 {
                result.push(span.cut(from, b[k].0));
            }
            from = from.max(b[k].1);
            k += 1;
        }
        if from < span.end() {
            result.push(span.cut(from, span.end()));
        }
        j = k.saturating_sub(1).max(j);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000;

    /// Percentages of the Icinga cases in seconds: planned time leaves both sides, or is ignored.
    fn exclude_and_strict(window: (i64, i64), problems: &[(i64, i64)], planned: &[(i64, i64)]) -> (f64, f64) {
        let scale = |spans: &[(i64, i64)]| union(spans.iter().map(|s| (s.0 * S, s.1 * S)).collect());
        let window = scale(&[window]);
        let down = intersect(&scale(problems), &window);
        let planned = intersect(&scale(planned), &window);
        let service = difference(&window, &planned);
        let exclude = 100.0 * (1.0 - length_s(&difference(&down, &planned)) / length_s(&service));
        (exclude, 100.0 * (1.0 - length_s(&down) / length_s(&window)))
    }

    #[test]
    fn icinga_cases() {
        type Case<'a> = ((i64, i64), &'a [(i64, i64)], &'a [(i64, i64)], f64, f64);
        let cases: [Case; 9] = [
            ((1000, 2000), &[], &[], 100.0, 100.0),
            ((1000, 2000), &[(1000, 1100), (1300, 1400), (1600, 1700), (1900, 2000)], &[], 60.0, 60.0),
            ((1000, 2000), &[(1000, 1023), (1100, 1242), (1300, 1307), (1400, 1666)], &[], 56.2, 56.2),
            ((1000, 1300), &[(1000, 1100)], &[], 66.6667, 66.6667),
            ((1000, 1700), &[(1000, 1600)], &[], 14.2857, 14.2857),
            ((1000, 2000), &[(1200, 1500)], &[(1100, 1300), (1400, 1600)], 83.3333, 70.0),
            ((1000, 2000), &[(0, 2000)], &[], 0.0, 0.0),
            ((1000, 2000), &[(800, 2000)], &[(600, 1800)], 0.0, 0.0),
            (
                (1000, 2000),
                &[(800, 2000)],
                &[(600, 1000), (800, 1200), (1000, 1400), (1600, 2000), (1800, 2200)],
                0.0,
                0.0,
            ),
        ];
        for (window, problems, planned, exclude, strict) in cases {
            let (by_exclusion, by_all) = exclude_and_strict(window, problems, planned);
            assert!((by_exclusion - exclude).abs() < 1e-4, "{problems:?}: {by_exclusion}");
            assert!((by_all - strict).abs() < 1e-4, "{problems:?}: {by_all}");
        }
    }

    #[test]
    fn published_overlaps() {
        let hours = |spans: &[(i64, i64)]| spans.iter().map(|s| (s.0 * 3600 * S, s.1 * 3600 * S)).collect::<Vec<_>>();
        // Upptime: 00-02 and 01-03 are 180 minutes, 87.5 % of the day.
        assert_eq!(length_s(&union(hours(&[(0, 2), (1, 3)]))), 10_800.0);
        for (a, b, expected) in [((14, 17), (16, 19), 1.0), ((14, 17), (13, 18), 3.0), ((14, 17), (18, 19), 0.0)] {
            assert_eq!(length_s(&intersect(&hours(&[a]), &hours(&[b]))), expected * 3600.0);
        }
    }

    #[test]
    fn only_gaps_shorter_than_the_limit_are_closed() {
        let spans = [(0, 10), (69, 80), (140, 150)];
        assert_eq!(merge_gap(&spans, 60), vec![(0, 80), (140, 150)]);
        assert_eq!(merge_gap(&spans, 0), spans.to_vec());
        assert_eq!(merge_gap(&[], 60), vec![]);
    }

    pub(in crate::arithmetic::interval) const SIZE: usize = 60;

    pub(in crate::arithmetic::interval) fn spans() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((0..SIZE as i64, -3..15_i64), 0..12)
            .prop_map(|v| v.into_iter().map(|(start, n)| (start, (start + n).min(SIZE as i64))).collect())
    }

    /// Which ticks any span covers.
    pub(in crate::arithmetic::interval) fn ticks(spans: &[(i64, i64)]) -> Vec<bool> {
        (0..SIZE as i64).map(|t| spans.iter().any(|s| s.0 <= t && t < s.1)).collect()
    }

    fn is_normal(spans: &[(i64, i64)]) -> bool {
        spans.iter().all(|s| s.0 < s.1) && spans.windows(2).all(|w| w[0].1 < w[1].0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn plain_algebra_equals_ticks(a in spans(), b in spans(), from in 0..60_i64, to in 0..60_i64, gap in 0..6_i64) {
            let (in_a, in_b) = (ticks(&a), ticks(&b));
            let (a, b) = (union(a), union(b));
            prop_assert!(is_normal(&a));
            prop_assert_eq!(&ticks(&a), &in_a);
            let both = intersect(&a, &b);
            let rest = difference(&a, &b);
            let clipped = clip(&a, from, to);
            prop_assert!(is_normal(&both) && is_normal(&rest) && is_normal(&clipped));
            let (both, rest_ticks, clipped) = (ticks(&both), ticks(&rest), ticks(&clipped));
            for t in 0..SIZE {
                prop_assert_eq!(both[t], in_a[t] && in_b[t]);
                prop_assert_eq!(rest_ticks[t], in_a[t] && !in_b[t]);
                prop_assert_eq!(clipped[t], in_a[t] && (from..to).contains(&(t as i64)));
            }
            let length = rest_ticks.iter().filter(|x| **x).count() as f64 / 1e6;
            prop_assert!((length_s(&rest) - length).abs() < 1e-12);
            let merged = merge_gap(&a, gap);
            prop_assert!(merged.windows(2).all(|w| w[1].0 - w[0].1 >= gap));
            prop_assert!(difference(&a, &merged).is_empty());
            prop_assert!(difference(&merged, &a).iter().all(|s| s.1 - s.0 < gap));
        }
    }
}
