//! A scorecard of one value of a dimension: what is known of one supplier, as if it were all.

use super::scorecard::{Card, Disruption, Scorecard};

impl Scorecard {
    /// The scorecard of one value of a dimension: its figures as overall figures, what else is known of it, and the quality of
    /// all records.
    pub fn within(&self, dimension: &str, value: &str) -> Scorecard {
        let is_of = |card: &&Card| card.dim(dimension) == Some(value);
        let cards = self.cards.values().filter(is_of).map(|card| {
            let mut card = card.clone();
            card.dims.remove(dimension);
            ((card.metric.id.clone(), card.dims.clone()), card)
        });
        let restatements =
            self.restatements.iter().filter(|one| one.dims.get(dimension).is_some_and(|own| own == value));
        let hit = |one: &&Disruption| match dimension {
            "service" => one.service == value,
            "supplier" | "cause_supplier" => one.supplier.as_deref() == Some(value),
            _ => false,
        };
        Scorecard {
            cards: cards.collect(),
            disruptions: self.disruptions.iter().filter(hit).cloned().collect(),
            objectives: self
                .objectives
                .iter()
                .filter(|standing| dimension == "service" && standing.objective.service == value)
                .cloned()
                .collect(),
            restatements: restatements
                .cloned()
                .map(|mut one| {
                    one.dims.remove(dimension);
                    one
                })
                .collect(),
            days: self
                .days
                .iter()
                .filter(|day| day.dims.get(dimension).is_some_and(|own| own == value))
                .cloned()
                .map(|mut day| {
                    day.dims.remove(dimension);
                    day
                })
                .collect(),
            distributions: self
                .distributions
                .iter()
                .filter(|one| one.dims.get(dimension).is_some_and(|own| own == value))
                .cloned()
                .map(|mut one| {
                    one.dims.remove(dimension);
                    one
                })
                .collect(),
            of: Some((dimension.to_owned(), value.to_owned())),
            ..self.hollow()
        }
    }

    /// The values of a dimension of which anything is known: a figure that isn't nothing.
    pub fn known_values(&self, dimension: &str) -> Vec<&str> {
        let known = |card: &&Card| card.series.iter().any(|measure| measure.value.is_some_and(|value| value != 0.0));
        let mut values: Vec<&str> = self
            .cards
            .values()
            .filter(known)
            .filter_map(|card| card.dim(dimension))
            .filter(|value| !value.is_empty())
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Everything but figures and what comes with them.
    fn hollow(&self) -> Scorecard {
        Scorecard {
            project: self.project.clone(),
            zone: self.zone,
            period: self.period.clone(),
            as_of: self.as_of,
            known_at: self.known_at,
            language: self.language.clone(),
            version: self.version.clone(),
            metrics: self.metrics.clone(),
            quality: self.quality.clone(),
            of: None,
            days: Vec::new(),
            distributions: Vec::new(),
            cards: Default::default(),
            disruptions: Vec::new(),
            objectives: Vec::new(),
            restatements: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scorecard::example;

    #[test]
    fn one_service_is_read_as_if_it_were_all() {
        let all = example::rich();
        let one = all.within("service", "Payments");
        let whole = all.card("availability", &[("service", "Payments")]).unwrap();
        let own = one.card("availability", &[]).unwrap();
        assert_eq!((own.current(), own.target.as_ref()), (whole.current(), whole.target.as_ref()));
        assert!(one.cards.len() < all.cards.len() && one.disruptions.iter().all(|found| found.service == "Payments"));
        assert!(!one.disruptions.is_empty());
        assert!(all.known_values("service").contains(&"Payments") && all.known_values("planet").is_empty());
    }
}
