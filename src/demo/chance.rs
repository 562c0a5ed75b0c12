//! Chance that is the same on every machine: a seeded generator whose draws are built from integers and from the four
//! exact operations only. The functions of the platform's mathematics library are not used, because their last digit may differ.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One independent stream of random numbers.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of that number under a seed. Parts of the demo use a stream each, so that a change in one part
    /// leaves the others as they were.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..13].copy_from_slice(b"nines");
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(stream);
        Chance(generator)
    }

    /// Uniform in [0, 1), 53 bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform whole number in [0, n); 0 for n = 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Uniform whole number in [low, high); low where the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(u64::try_from(high - low).unwrap_or(0)) as i64
    }

    /// True with that probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal, as the sum of twelve uniform numbers less six (never beyond 6).
    pub(super) fn normal(&mut self) -> f64 {
        let mut sum = 0u64;
        for _ in 0..3 {
            let mut word = self.0.next_u64();
            for _ in 0..4 {
                sum += word & 0xffff;
                word >>= 16;
            }
        }
        // Each 16-bit number stands for the middle of its interval, hence the 12 halves.
        (sum as f64 + 6.0) / 65_536.0 - 6.0
    }

    /// Log-normal with that median and that standard deviation of the logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// The same in whole seconds, at least `least_s`.
    pub(super) fn log_normal_s(&mut self, median_s: f64, sigma: f64, least_s: i64) -> i64 {
        (self.log_normal(median_s, sigma) as i64).max(least_s)
    }

    /// Position drawn in proportion to the weights; 0 where all are 0.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u64 = weights.iter().map(|&w| u64::from(w)).sum();
        let mut left = self.below(total);
        for (position, &weight) in weights.iter().enumerate() {
            if left < u64::from(weight) {
                return position;
            }
            left -= u64::from(weight);
        }
        0
    }

    /// One of the words, all alike; empty for none.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        let position = self.below(words.len() as u64) as usize;
        words.get(position).copied().unwrap_or("")
    }
}

/// e to the x, for x within +-700: range reduction to |r| <= ln(2)/2, then the Taylor series, then a power of two
/// written straight into the exponent. Only exact operations, so the same bits everywhere.
fn exp(x: f64) -> f64 {
    let power = (x / std::f64::consts::LN_2).round().clamp(-1000.0, 1000.0);
    let rest = x - power * std::f64::consts::LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..=16 {
        term = term * rest / f64::from(n);
        sum += term;
    }
    sum * f64::from_bits(((1023 + power as i64) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for step in -500..=500 {
            let x = f64::from(step) / 25.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "{x}");
        }
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut chance = Chance::new(3, 1);
        let draws: Vec<f64> = (0..50_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 50_000.0;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 50_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |seed, stream| Chance::new(seed, stream).below(u64::MAX);
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn draws_stay_in_range() {
        let mut chance = Chance::new(1, 9);
        for _ in 0..10_000 {
            assert!((0.0..1.0).contains(&chance.unit()));
            assert!((-3..4).contains(&chance.between(-3, 4)));
            assert_ne!(chance.weighted(&[1, 0, 2]), 1);
        }
        assert_eq!(chance.between(5, 5), 5);
        assert_eq!(chance.weighted(&[0, 0]), 0);
    }
}
