//! When will these be done: a Monte-Carlo forecast from what was done on days of the past, each drawn alike and with
//! replacement. The days are drawn from a generator with a fixed sequence, so that a seed gives the same forecast everywhere.

use super::statistics::SplitMix;

/// No forecast looks further ahead than ten years.
const HORIZON: u32 = 3_650;

/// For each share, the least number of days by which at least that share of the trials had done all of `items`. `None` in
/// full where the past has no day on which anything was done, or no trial was asked for; for one share where its trials don't
/// end within ten years.
#[must_use]
pub fn days_until_done(done: &[u32], items: u32, shares: &[f64], trials: usize, seed: u64) -> Option<Vec<Option<u32>>> {
    if done.iter().all(|count| *count == 0) || trials == 0 {
        return None;
    }
    // What the best of days could not do in ten years needs no trial.
    if done.iter().max().is_some_and(|most| u64::from(*most) * u64::from(HORIZON) < u64::from(items)) {
        return Some(vec![None; shares.len()]);
    }
    let mut random = SplitMix::new(seed);
    let mut days: Vec<u32> = (0..trials).map(|_| trial(done, items, &mut random)).collect();
    days.sort_unstable();
    let at = |share: &f64| {
        let rank = ((share * trials as f64).ceil() as usize).clamp(1, trials);
        Some(days[rank - 1]).filter(|days| *days <= HORIZON)
    };
    Some(shares.iter().map(at).collect())
}

/// Days of one possible future; one more than the horizon where that isn't enough.
fn trial(done: &[u32], items: u32, random: &mut SplitMix) -> u32 {
    let (mut left, mut days) = (items, 0);
    while left > 0 && days <= HORIZON {
        left = left.saturating_sub(done[random.below(done.len() as u64)]);
        days += 1;
    }
    days
}

/// A seed of its own for each part of a computation, from the one that was declared and what names the part.
#[must_use]
pub fn seed_of(seed: u64, name: &str, number: u64) -> u64 {
    // FNV-1a: what matters is that it is the same on every machine.
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes()).chain(number.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHARES: [f64; 3] = [0.5, 0.85, 0.95];

    fn days(done: &[u32], items: u32) -> Option<Vec<Option<u32>>> {
        days_until_done(done, items, &SHARES, 20_000, 1)
    }

    #[test]
    fn a_steady_past_has_one_future() {
        assert_eq!(days(&[2, 2, 2], 10), Some(vec![Some(5); 3]));
        assert_eq!(days(&[3], 10), Some(vec![Some(4); 3]));
        assert_eq!(days(&[2], 0), Some(vec![Some(0); 3]), "nothing to do is done");
    }

    #[test]
    fn a_past_without_a_single_item_done_has_no_future() {
        assert_eq!((days(&[], 5), days(&[0, 0], 5), days_until_done(&[1], 5, &SHARES, 0, 1)), (None, None, None));
        assert_eq!(days(&[1], HORIZON + 1), Some(vec![None; 3]), "longer than anybody looks ahead");
        assert_eq!(days(&[1], HORIZON), Some(vec![Some(HORIZON); 3]));
        assert_eq!(days(&[0, 1], u32::MAX), Some(vec![None; 3]), "not even the best of days would do");
    }

    #[test]
    fn one_item_on_every_other_day_follows_the_negative_binomial() {
        // P(done by day d) is P(at least `items` heads in d tosses), by Pascal's rule.
        for items in [1_u32, 3, 10, 25] {
            let mut mass = vec![1.0_f64];
            let mut expected = Vec::new();
            for day in 1..200_u32 {
                let mut next = vec![0.0; mass.len() + 1];
                for (heads, chance) in mass.iter().enumerate() {
                    next[heads] += chance / 2.0;
                    next[heads + 1] += chance / 2.0;
                }
                mass = next;
                expected.push((day, mass.iter().skip(items as usize).sum::<f64>()));
            }
            for (share, found) in SHARES.iter().zip(days(&[0, 1], items).unwrap()) {
                let found = found.unwrap();
                let by = |day: u32| expected.iter().find(|(at, _)| *at == day).map_or(0.0, |(_, chance)| *chance);
                // Three standard errors of a share of 20,000 trials are 1.1 points at most.
                assert!(by(found) >= share - 0.011 && by(found - 1) < share + 0.011, "{items} {share} {found}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_days_and_parts_have_their_own() {
        let done = [0, 0, 3, 1, 0, 2, 5];
        let of = |seed| days_until_done(&done, 40, &SHARES, 500, seed);
        assert_eq!(of(7), of(7));
        assert_ne!(seed_of(1, "A", 1), seed_of(1, "A", 2));
        assert_ne!(seed_of(1, "A", 1), seed_of(2, "A", 1));
        assert_ne!(seed_of(1, "A", 1), seed_of(1, "B", 1));
    }

    proptest! {
        #[test]
        fn the_surer_the_longer_and_never_faster_than_the_best_day(
            done in prop::collection::vec(0_u32..6, 1..30), items in 0_u32..60, seed: u64,
        ) {
            let best = done.iter().copied().max().unwrap_or(0);
            match days_until_done(&done, items, &SHARES, 200, seed) {
                None => prop_assert_eq!(best, 0),
                Some(found) => {
                    prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1] || pair[1].is_none()));
                    prop_assert!(found.iter().flatten().all(|days| *days >= items.div_ceil(best)));
                }
            }
        }
    }
}
