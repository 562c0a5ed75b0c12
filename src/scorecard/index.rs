//! Indices: the weighted mean of scores over the parts that have data, and its parts, which sum to it exactly.
//! A part may be an index. Nothing is filled in for a part without data: its weight leaves, and the coverage says so.

use std::collections::{BTreeMap, BTreeSet};

use super::score::{on_scale, score};
use super::target::{self, Target};
use crate::arithmetic::period::Period;
use crate::declaration::metric::{Definition, Metric, Part};
use crate::metrics::measure::{Flag, Measure, State};

/// A slice: dimension to value.
pub type Dims = BTreeMap<String, String>;

/// What one part gives to an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Id of the part.
    pub metric: String,
    /// Its title.
    pub title: String,
    /// Its declared weight.
    pub weight: f64,
    /// Its score, 0 to 100; none without data or without a scale.
    pub score: Option<f64>,
    /// What it adds to the index: its score times its share of the weights that have data. The points of all parts sum to
    /// the index exactly.
    pub points: f64,
}

/// Measures by metric, slice and period id: where indices look their parts up.
pub type Lookup = BTreeMap<(String, Dims, String), Measure>;

/// What indices are computed from.
pub struct Sources<'a> {
    /// All metrics.
    pub metrics: &'a BTreeMap<String, Metric>,
    /// Targets of the project.
    pub targets: &'a [Target],
    /// Measures of the metrics that are no indices.
    pub lookup: &'a Lookup,
}

impl Sources<'_> {
    /// The index `metric` for a slice and period, and its parts. `None` if the metric is no index or is, through its parts,
    /// a part of itself.
    pub fn evaluate(&self, metric: &Metric, dims: &Dims, period: &Period) -> Option<(Measure, Vec<Contribution>)> {
        self.evaluate_within(metric, dims, period, &BTreeSet::new())
    }

    fn evaluate_within(
        &self,
        metric: &Metric,
        dims: &Dims,
        period: &Period,
        above: &BTreeSet<String>,
    ) -> Option<(Measure, Vec<Contribution>)> {
        let Definition::Index { parts } = &metric.definition else {
            return None;
        };
        let mut above = above.clone();
        if !above.insert(metric.id.clone()) {
            return None;
        }
        let mut contributions = Vec::new();
        let mut flags = BTreeSet::new();
        let mut all_weights = 0.0;
        let mut weights = 0.0;
        for part in parts {
            let Part { metric: id, weight, scale } = part;
            all_weights += weight;
            let part = self.metrics.get(id);
            let measured = part.and_then(|part| self.measured(part, dims, period, &above));
            let score =
                part.zip(measured.as_ref()).and_then(|(part, measure)| self.score_of(part, *scale, dims, measure));
            if let (Some(_), Some(measure)) = (score, &measured) {
                weights += weight;
                flags.extend(measure.flags.iter().filter(|flag| **flag != Flag::LowN));
            }
            contributions.push(Contribution {
                metric: id.clone(),
                title: part.map_or_else(|| id.clone(), |part| part.title.clone()),
                weight: *weight,
                score,
                points: 0.0,
            });
        }
        for part in &mut contributions {
            if let Some(score) = part.score {
                part.points = score * part.weight / weights;
            }
        }
        let with_data = contributions.iter().filter(|part| part.score.is_some()).count();
        let mut measure = Measure::nothing(&metric.id, period.clone(), dims.clone(), State::NoData);
        if all_weights > 0.0 {
            measure.coverage = Some(weights / all_weights);
        }
        if with_data > 0 && weights > 0.0 {
            measure.state = State::Value;
            measure.value = Some(contributions.iter().map(|part| part.points).sum());
            measure.n = with_data as u64;
            measure.flags = flags;
        }
        Some((measure, contributions))
    }

    fn measured(&self, part: &Metric, dims: &Dims, period: &Period, above: &BTreeSet<String>) -> Option<Measure> {
        if matches!(part.definition, Definition::Index { .. }) {
            return self.evaluate_within(part, dims, period, above).map(|(measure, _)| measure);
        }
        self.lookup.get(&(part.id.clone(), dims.clone(), period.id.clone())).cloned()
    }

    /// An index is a score already; anything else is scored on the scale that the index declares, else against its target.
    fn score_of(&self, part: &Metric, scale: Option<(f64, f64)>, dims: &Dims, measure: &Measure) -> Option<f64> {
        let value = measure.value?;
        if let Some((target, limit)) = scale {
            return on_scale(value, target, limit);
        }
        if matches!(part.definition, Definition::Index { .. }) {
            return Some(value.clamp(0.0, 100.0));
        }
        score(value, &target::choose(part, dims, self.targets)?)
    }

    /// The slices and periods for which an index has a figure: of those in which one of its parts was evaluated, the cuts for which
    /// it was `asked`, and the whole where every part was evaluated for the whole. A part that nobody asked for is not one without
    /// data: the rest of them would be another index.
    pub fn places(&self, metric: &Metric, asked: &dyn Fn(&Dims) -> bool) -> BTreeMap<Dims, BTreeMap<String, Period>> {
        let mut leaves = BTreeSet::new();
        self.leaves(metric, &mut BTreeSet::new(), &mut leaves);
        let whole = |period: &str| {
            leaves.iter().all(|leaf| self.lookup.contains_key(&(leaf.clone(), Dims::new(), period.to_owned())))
        };
        let mut places: BTreeMap<Dims, BTreeMap<String, Period>> = BTreeMap::new();
        for ((id, dims, period_id), measure) in self.lookup {
            if leaves.contains(id) && (asked(dims) || dims.is_empty() && whole(period_id)) {
                places.entry(dims.clone()).or_default().insert(period_id.clone(), measure.period.clone());
            }
        }
        places
    }

    fn leaves(&self, metric: &Metric, seen: &mut BTreeSet<String>, leaves: &mut BTreeSet<String>) {
        if !seen.insert(metric.id.clone()) {
            return;
        }
        match &metric.definition {
            Definition::Index { parts } => {
                for part in parts {
                    if let Some(part) = self.metrics.get(&part.metric) {
                        self.leaves(part, seen, leaves);
                    }
                }
            }
            _ => {
                leaves.insert(metric.id.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;
    use proptest::prelude::*;

    fn evaluate(values: &[(&str, Option<f64>)], index: &str) -> (Measure, Vec<Contribution>) {
        let metrics = example::metrics();
        let mut lookup = Lookup::new();
        for (id, value) in values {
            let mut measure = example::measure(&metrics[*id], value.unwrap_or(0.0));
            measure.value = *value;
            lookup.insert(((*id).to_owned(), Dims::new(), measure.period.id.clone()), measure);
        }
        let sources = Sources { metrics: &metrics, targets: &[], lookup: &lookup };
        sources.evaluate(&metrics[index], &Dims::new(), &example::period()).unwrap()
    }

    #[test]
    fn weights_of_parts_without_data_leave_and_coverage_says_so() {
        // In the example: availability weighs 3 (0.999 is 100, 0.99 is 0), longest_outage 1 (1 h is 100, 8 h is 0).
        let (measure, parts) =
            evaluate(&[("availability", Some(0.9945)), ("longest_outage", Some(3600.0))], "availability_index");
        assert!((measure.value.unwrap() - 62.5).abs() < 1e-9);
        assert_eq!(measure.coverage, Some(1.0));
        assert_eq!(parts.len(), 2);
        let (measure, _) = evaluate(&[("availability", Some(0.9945)), ("longest_outage", None)], "availability_index");
        assert!((measure.value.unwrap() - 50.0).abs() < 1e-9);
        assert_eq!(measure.coverage, Some(0.75));
        let (measure, _) = evaluate(&[], "availability_index");
        assert_eq!((measure.value, measure.state), (None, State::NoData));
    }

    #[test]
    fn an_index_of_indices_uses_their_values_as_scores() {
        let (measure, parts) =
            evaluate(&[("availability", Some(0.9945)), ("longest_outage", Some(3600.0))], "rasm_index");
        assert!((measure.value.unwrap() - 62.5).abs() < 1e-9);
        assert_eq!(measure.coverage, Some(0.25));
        assert_eq!(parts.iter().filter(|part| part.score.is_some()).count(), 1);
    }

    proptest! {
        #[test]
        fn points_sum_to_the_index(share in 0.9..1.0_f64, outage in 0.0..40_000.0_f64) {
            let (measure, parts) = evaluate(
                &[("availability", Some(share)), ("longest_outage", Some(outage))],
                "availability_index",
            );
            let sum: f64 = parts.iter().map(|part| part.points).sum();
            prop_assert_eq!(measure.value.unwrap(), sum);
            prop_assert!((0.0..=100.0 + 1e-9).contains(&sum));
        }
    }
}
