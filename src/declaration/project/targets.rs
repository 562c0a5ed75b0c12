//! The `[[targets]]` of a project: a value to reach, its bands and its scale.

use super::DeclaredTarget;
use super::raw::RawTarget;
use crate::declaration::metric::Better;

/// A declared target, unchecked: see [`DeclaredTarget::problems`].
pub(super) fn target_of(raw: RawTarget, line: usize) -> DeclaredTarget {
    let RawTarget { metric, target, limit, warn, amber, points, by } = raw;
    DeclaredTarget { metric, target, limit, warn, amber, points, by, line }
}

impl DeclaredTarget {
    /// What is wrong with it for a metric of that direction: each a message that begins with the key.
    pub fn problems(&self, better: Better) -> Vec<String> {
        let mut problems = Vec::new();
        let numbers = [Some(self.target), self.limit, self.warn, self.amber];
        if numbers.iter().flatten().chain(self.points.iter().flat_map(|(a, b)| [a, b])).any(|one| !one.is_finite()) {
            problems.push("targets: expected finite numbers".to_string());
        }
        let (worse, other) = match better {
            Better::Higher => ("below", "above"),
            Better::Lower => ("above", "below"),
            Better::Neither => return problems,
        };
        let is_worse = |value: f64| if better == Better::Higher { value < self.target } else { value > self.target };
        let found = |key: &str, value: f64, side: &str| {
            format!("targets: {key}: expected a value {side} the target {}, found {value}", self.target)
        };
        if let Some(amber) = self.amber.filter(|amber| !is_worse(*amber)) {
            problems.push(found("amber", amber, worse));
        }
        if let Some(limit) = self.limit.filter(|limit| !is_worse(*limit)) {
            problems.push(found("limit", limit, worse));
        }
        if let Some(warn) = self.warn.filter(|warn| is_worse(*warn)) {
            problems.push(found("warn", warn, other));
        }
        if !self.points.is_empty() {
            let rising = self.points.windows(2).all(|pair| pair[0].0 < pair[1].0);
            let scores = self.points.iter().all(|(_, score)| (0.0..=100.0).contains(score));
            if self.points.len() < 2 || !rising || !scores {
                problems.push(
                    "targets: points: expected two or more pairs [value, score], values rising, scores from 0 to 100"
                        .to_string(),
                );
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_and_limits_lie_on_their_side_of_the_target() {
        let target = |limit, warn, amber, points| DeclaredTarget {
            metric: "m".into(),
            target: 10.0,
            limit,
            warn,
            amber,
            points,
            by: std::collections::BTreeMap::new(),
            line: 1,
        };
        let sound = target(Some(5.0), Some(12.0), Some(8.0), vec![(5.0, 0.0), (10.0, 100.0)]);
        assert!(sound.problems(Better::Higher).is_empty());
        assert_eq!(sound.problems(Better::Lower).len(), 3);
        let falling = target(None, None, None, vec![(10.0, 0.0), (5.0, 100.0)]);
        assert!(falling.problems(Better::Higher)[0].starts_with("targets: points"));
        assert_eq!(target(None, None, None, vec![(1.0, 101.0), (2.0, 0.0)]).problems(Better::Lower).len(), 1);
    }
}
