//! How two orders of the same things disagree, and how much of a whole its largest parts make.

/// Pairs that two orders put the other way round, and pairs that both put in some order: those tied in either are no part of
/// it. By sorting and counting inversions while merging, in n log n.
pub fn discordance(pairs: &[(f64, f64)]) -> (u64, u64) {
    let mut sorted: Vec<(f64, f64)> = pairs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let both = tied(&sorted, |a, b| a == b);
    let first = tied(&sorted, |a, b| a.0 == b.0);
    let mut second: Vec<f64> = sorted.iter().map(|pair| pair.1).collect();
    // Within one level of the first the second ascends, so that every inversion is between two levels.
    let discordant = inversions(&mut second);
    let other = tied(&second, |a, b| a == b);
    (discordant, couples(pairs.len() as u64) + both - first - other)
}

fn couples(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

/// Pairs within runs of equals.
fn tied<T>(sorted: &[T], equal: impl Fn(&T, &T) -> bool) -> u64 {
    sorted.chunk_by(equal).map(|run| couples(run.len() as u64)).sum()
}

/// Pairs that stand in falling order; sorts on the way.
fn inversions(values: &mut [f64]) -> u64 {
    if values.len() < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(values.len() / 2);
    let mut found = inversions(left) + inversions(right);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut a, mut b) = (0, 0);
    while a < left.len() && b < right.len() {
        if left[a] <= right[b] {
            merged.push(left[a]);
            a += 1;
        } else {
            found += (left.len() - a) as u64;
            merged.push(right[b]);
            b += 1;
        }
    }
    merged.extend_from_slice(&left[a..]);
    merged.extend_from_slice(&right[b..]);
    values.copy_from_slice(&merged);
    found
}

/// What the so many largest parts make together, and the whole.
pub fn largest(mut parts: Vec<u64>, most: usize) -> (u64, u64) {
    parts.sort_unstable_by(|a, b| b.cmp(a));
    (parts.iter().take(most).sum(), parts.iter().sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every pair looked at.
    fn slow(pairs: &[(f64, f64)]) -> (u64, u64) {
        let mut found = (0, 0);
        for (number, a) in pairs.iter().enumerate() {
            for b in &pairs[number + 1..] {
                let sign = (a.0 - b.0) * (a.1 - b.1);
                found.0 += u64::from(sign < 0.0);
                found.1 += u64::from(sign != 0.0);
            }
        }
        found
    }

    #[test]
    fn orders_that_agree_and_disagree() {
        let levels = [1.0, 2.0, 3.0, 4.0];
        let same: Vec<(f64, f64)> = levels.iter().map(|level| (*level, *level)).collect();
        assert_eq!(discordance(&same), (0, 6));
        let upside_down: Vec<(f64, f64)> = levels.iter().map(|level| (*level, 5.0 - level)).collect();
        assert_eq!(discordance(&upside_down), (6, 6));
        // Ties in either order are no pairs. SciPy finds a tau-b of 0.480384 = (8 - 2) / sqrt((15 - 2) (15 - 3)).
        let mixed = [(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (3.0, 1.0), (3.0, 3.0), (4.0, 3.0)];
        assert_eq!(discordance(&mixed), (2, 10));
        assert_eq!((discordance(&[]), discordance(&[(1.0, 1.0)])), ((0, 0), (0, 0)));
        assert_eq!(discordance(&[(1.0, 1.0), (1.0, 2.0)]), (0, 0));
    }

    #[test]
    fn the_largest_parts_and_the_whole() {
        assert_eq!(largest(vec![1, 5, 3, 1], 2), (8, 10));
        assert_eq!(largest(vec![4, 4], 10), (8, 8));
        assert_eq!(largest(Vec::new(), 10), (0, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn counting_while_merging_agrees_with_every_pair(
            pairs in proptest::collection::vec((0_u8..6, 0_u8..6), 0..60),
        ) {
            let pairs: Vec<(f64, f64)> = pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).collect();
            prop_assert_eq!(discordance(&pairs), slow(&pairs));
        }
    }
}
