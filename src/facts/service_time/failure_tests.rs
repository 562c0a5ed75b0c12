//! Failures against colouring each second of a short span.

use proptest::prelude::*;

use super::super::evidence::{Evidence, Outage};
use super::account::Account;
use super::failures::failures;
use crate::arithmetic::interval::{self, Weighted};
use crate::declaration::project::ServiceTime;

/// Seconds of the span.
const SIZE: i64 = 150;
const S: i64 = 1_000_000;

fn spans(most: usize) -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..SIZE, 1..30_i64), 0..most)
        .prop_map(|spans| spans.into_iter().map(|(start, length)| (start, (start + length).min(SIZE))).collect())
}

fn covers(spans: &[(i64, i64)], second: i64) -> bool {
    spans.iter().any(|span| span.0 <= second && second < span.1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn failures_are_those_of_coloured_seconds(
        list in spans(7), windows in spans(4), hours in spans(4), gap in 0..8_i64,
    ) {
        let scaled = |spans: &[(i64, i64)]| interval::union(spans.iter().map(|(a, b)| (a * S, b * S)).collect());
        let outages = list.iter().enumerate().map(|(id, (start, end))| Outage {
            id: format!("O{id}"),
            span: Weighted { start: start * S, end: end * S, weight: 1.0 },
            open: false,
            incident: None,
            supplier: None,
            location: None,
        });
        let mut evidence =
            Evidence { outages: outages.collect(), maintenance: scaled(&windows), ..Evidence::default() };
        evidence.settle();
        let rules = ServiceTime { merge_gap_s: gap as f64, ..ServiceTime::default() };
        let account = Account::new("A".into(), scaled(&hours), evidence, rules);
        let found: Vec<(i64, i64)> =
            failures(&account, 10 * SIZE * S).iter().map(|failure| (failure.start / S, failure.end / S)).collect();

        // Down seconds from the first hour on, in runs; what is less than the gap away belongs to the run before.
        let first = hours.iter().map(|span| span.0).min().unwrap_or(SIZE);
        let mut runs: Vec<Vec<i64>> = Vec::new();
        for second in (first..SIZE).filter(|second| covers(&list, *second)) {
            match runs.last_mut() {
                Some(run) if second - run[run.len() - 1] - 1 < gap.max(1) => run.push(second),
                _ => runs.push(vec![second]),
            }
        }
        let mut expected = Vec::new();
        for run in runs {
            let unplanned = |second: &&i64| !covers(&windows, **second);
            if run.iter().filter(unplanned).any(|second| covers(&hours, *second)) {
                expected.push((*run.iter().find(unplanned).unwrap(), run[run.len() - 1] + 1));
            }
        }
        prop_assert_eq!(found, expected);
    }
}
