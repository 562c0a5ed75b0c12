//! What several lists of spans hold together: gaps within a window, time shared by at least so many lists (redundancy), and
//! which of several claims to a moment counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::{Weighted, difference};

/// The part of `[start, end)` that no span of `a` covers: its complement within a window.
#[must_use]
pub fn gaps(a: &[(i64, i64)], start: i64, end: i64) -> Vec<(i64, i64)> {
    if start < end { difference(&[(start, end)], a) } else { Vec::new() }
}

/// The time in which at least `least` of the lists hold. One of them is the union, all of them the intersection; that
/// k of n redundant parts are needed fails while n - k + 1 of them are down. `least` 0 is taken as 1.
#[must_use]
pub fn shared(lists: &[&[(i64, i64)]], least: usize) -> Vec<(i64, i64)> {
    let mut steps: BTreeMap<i64, i64> = BTreeMap::new();
    for (start, end) in lists.iter().copied().flatten() {
        *steps.entry(*start).or_default() += 1;
        *steps.entry(*end).or_default() -= 1;
    }
    let least = i64::try_from(least.max(1)).unwrap_or(i64::MAX);
    let (mut holding, mut since) = (0, None);
    let mut result = Vec::new();
    for (at, step) in steps {
        holding += step;
        match (since, holding >= least) {
            (None, true) => since = Some(at),
            (Some(start), false) => {
                result.push((start, at));
                since = None;
            }
            _ => {}
        }
    }
    result
}

/// At each moment the `place`-th largest weight among the lists, where there is one above 0: 1 is the heaviest, as in
/// `union_weighted`, the number of lists the lightest. Touching neighbours of equal weight are joined.
#[must_use]
pub fn shared_weighted(lists: &[&[Weighted]], place: usize) -> Vec<Weighted> {
    let place = place.max(1);
    let mut steps: Vec<(i64, usize, f64)> = Vec::new();
    for (list, spans) in lists.iter().enumerate() {
        for span in *spans {
            steps.push((span.end, list, 0.0));
            steps.push((span.start, list, span.weight));
        }
    }
    // Of touching spans of one list the end comes first, so that the weight of the later one stays.
    steps.sort_by_key(|step| (step.0, step.1, step.2 > 0.0));
    let mut now = vec![0.0_f64; lists.len()];
    let mut result: Vec<Weighted> = Vec::new();
    let mut since: Option<(i64, f64)> = None;
    for moment in steps.chunk_by(|a, b| a.0 == b.0) {
        let at = moment[0].0;
        for (_, list, weight) in moment {
            now[*list] = *weight;
        }
        let mut weights = now.clone();
        weights.sort_by(|a, b| b.total_cmp(a));
        let weight = weights.get(place - 1).copied().unwrap_or(0.0);
        if since.is_some_and(|(_, last)| last == weight) {
            continue;
        }
        if let Some((start, last)) = since.filter(|(_, last)| *last > 0.0) {
            result.push(Weighted { start, end: at, weight: last });
        }
        since = Some((at, weight));
    }
    result
}

/// Who counts at each moment, of claims in order of precedence that may overlap: disjoint sorted spans with the position of
/// the first claim that covers them. Touching neighbours of one claim are joined; empty and reversed claims are left out.
/// O(n log n).
#[must_use]
pub fn first_of(claims: &[(i64, i64)]) -> Vec<(i64, i64, usize)> {
    let mut order: Vec<usize> = (0..claims.len()).filter(|claim| claims[*claim].0 < claims[*claim].1).collect();
    order.sort_by_key(|claim| claims[*claim].0);
    let mut bounds: Vec<i64> = order.iter().flat_map(|claim| [claims[*claim].0, claims[*claim].1]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut waiting = order.into_iter().peekable();
    let mut active = BinaryHeap::new();
    let mut result: Vec<(i64, i64, usize)> = Vec::new();
    for pair in bounds.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        while let Some(claim) = waiting.next_if(|claim| claims[*claim].0 <= from) {
            active.push(Reverse(claim));
        }
        while active.peek().is_some_and(|Reverse(claim)| claims[*claim].1 <= from) {
            active.pop();
        }
        let Some(Reverse(claim)) = active.peek() else { continue };
        match result.last_mut() {
            Some(last) if last.1 == from && last.2 == *claim => last.1 = to,
            _ => result.push((from, to, *claim)),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SIZE, spans, ticks};
    use super::super::{union, union_weighted};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_of_three_fail_while_two_are_down() {
        let lists: [&[(i64, i64)]; 3] = [&[(0, 10)], &[(5, 15)], &[(8, 9), (12, 20)]];
        assert_eq!(shared(&lists, 1), [(0, 20)]);
        assert_eq!(shared(&lists, 2), [(5, 10), (12, 15)]);
        assert_eq!(shared(&lists, 3), [(8, 9)]);
        assert_eq!(gaps(&[(2, 4), (6, 9)], 3, 8), [(4, 6)]);
        assert_eq!(gaps(&[], 8, 8), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn sharing_and_gaps_equal_ticks(lists in prop::collection::vec(spans(), 1..5), least in 1_usize..5, from in 0..60_i64, to in 0..60_i64) {
            let lists: Vec<Vec<(i64, i64)>> = lists.into_iter().map(union).collect();
            let held: Vec<Vec<bool>> = lists.iter().map(|list| ticks(list)).collect();
            let slices: Vec<&[(i64, i64)]> = lists.iter().map(Vec::as_slice).collect();
            let together = ticks(&shared(&slices, least));
            let open = ticks(&gaps(&lists[0], from, to));
            for t in 0..SIZE {
                prop_assert_eq!(together[t], held.iter().filter(|list| list[t]).count() >= least);
                prop_assert_eq!(open[t], !held[0][t] && (from..to).contains(&(t as i64)));
            }
        }

        #[test]
        fn the_place_of_a_weight_equals_ticks(
            lists in prop::collection::vec((spans(), 1_u8..4), 1..5), more in spans(), place in 1_usize..5,
        ) {
            let weigh = |spans: &[(i64, i64)], weight: u8| -> Vec<Weighted> {
                spans.iter().map(|s| Weighted { start: s.0, end: s.1, weight: f64::from(weight) * 0.25 }).collect()
            };
            let lists: Vec<Vec<Weighted>> = lists
                .iter()
                .map(|(spans, weight)| union_weighted([weigh(spans, *weight), weigh(&more[..more.len() / 2], 1)].concat()))
                .collect();
            let slices: Vec<&[Weighted]> = lists.iter().map(Vec::as_slice).collect();
            let found = shared_weighted(&slices, place);
            let at = |list: &[Weighted], t: i64| list.iter().find(|s| s.start <= t && t < s.end).map_or(0.0, |s| s.weight);
            for t in 0..SIZE as i64 {
                let mut weights: Vec<f64> = lists.iter().map(|list| at(list, t)).collect();
                weights.sort_by(|a, b| b.total_cmp(a));
                prop_assert_eq!(at(&found, t), weights.get(place - 1).copied().unwrap_or(0.0));
            }
            prop_assert!(found.windows(2).all(|w| w[0].end < w[1].start || (w[0].end == w[1].start && w[0].weight != w[1].weight)));
            if place == 1 {
                prop_assert_eq!(found, union_weighted(lists.concat()));
            }
        }

        #[test]
        fn the_first_claim_counts(claims in spans()) {
            let found = first_of(&claims);
            for t in 0..SIZE as i64 {
                let expected = claims.iter().position(|c| c.0 <= t && t < c.1);
                let counted: Vec<usize> = found.iter().filter(|s| s.0 <= t && t < s.1).map(|s| s.2).collect();
                prop_assert_eq!(counted, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
