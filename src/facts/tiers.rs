//! Tiers of teams, which may change at a date.

use std::collections::BTreeMap;

/// The tier of each team from some moment on.
#[derive(Clone, Debug, Default)]
pub struct Tiers(BTreeMap<String, BTreeMap<i64, i64>>);

impl Tiers {
    /// Places a team in a tier from a moment on (µs UTC); without one from ever.
    pub fn insert(&mut self, team: &str, from: Option<i64>, tier: i64) {
        self.0.entry(team.to_string()).or_default().insert(from.unwrap_or(i64::MIN), tier);
    }

    /// Forgets what is known of a team.
    pub fn forget(&mut self, team: &str) {
        self.0.remove(team);
    }

    /// The tier of a team at a moment; before the first date that is known, that of the first.
    #[must_use]
    pub fn at(&self, team: &str, moment: i64) -> Option<i64> {
        let dated = self.0.get(team)?;
        dated.range(..=moment).next_back().or_else(|| dated.first_key_value()).map(|(_, tier)| *tier)
    }
}

impl FromIterator<(String, i64)> for Tiers {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(tiers: I) -> Self {
        let mut found = Self::default();
        tiers.into_iter().for_each(|(team, tier)| found.insert(&team, None, tier));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_has_the_tier_of_its_date() {
        let mut tiers = Tiers::from_iter([("A".to_string(), 1)]);
        tiers.insert("B", Some(100), 2);
        tiers.insert("B", Some(200), 3);
        assert_eq!((tiers.at("A", 0), tiers.at("C", 0)), (Some(1), None));
        assert_eq!([50, 100, 199, 200].map(|at| tiers.at("B", at)), [Some(2), Some(2), Some(2), Some(3)]);
    }
}
