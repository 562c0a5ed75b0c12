//! Restated: a figure that differs from what an earlier run reported for the same period, metric and slice, with both
//! values. A figure whose definition changed in between is redefined, which is another thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::index::Dims;
use super::scorecard::Scorecard;
use super::target::{self, Target};
use crate::arithmetic::period::Period;
use crate::declaration::metric::{self, Definition, Metric};
use crate::metrics::measure::{Flag, Measure, State};

/// A figure as a run reported it.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// Id of the metric.
    pub metric: String,
    /// The slice.
    pub dims: Dims,
    /// Id of the period.
    pub period: String,
    /// The figure; none where there was none.
    pub value: Option<f64>,
    /// When, µs UTC.
    pub at: i64,
    /// What the metric's [`definition`] was.
    pub definition: String,
}

/// What was published where it isn't what the figure is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// The figure then; none where there was none.
    pub value: Option<f64>,
    /// When it was published, µs UTC.
    pub at: i64,
    /// It was computed by another definition: a break, no restatement.
    pub redefined: bool,
}

/// One figure that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Restatement {
    /// The metric.
    pub metric: Arc<Metric>,
    /// The slice.
    pub dims: Dims,
    /// The period.
    pub period: Period,
    /// The figure then.
    pub published: Published,
    /// The measure now.
    pub now: Measure,
    /// Records that came or changed since and can bear on the figure, by table.
    pub records: Vec<ChangedRecords>,
}

/// Records of one table that came or changed after a figure was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedRecords {
    /// Canonical table.
    pub table: String,
    /// How many.
    pub count: u64,
    /// The ids of the first few, sorted.
    pub ids: Vec<String>,
}

/// What decides a figure beside the records: formula, rows, unit, minimum; of an index also the scales of its parts. Two
/// figures are comparable when this text is the same.
pub fn definition(metric: &Metric, dims: &Dims, metrics: &BTreeMap<String, Metric>, targets: &[Target]) -> String {
    let mut text = String::new();
    describe(metric, dims, metrics, targets, &mut BTreeSet::new(), &mut text);
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}

fn describe(
    metric: &Metric,
    dims: &Dims,
    metrics: &BTreeMap<String, Metric>,
    targets: &[Target],
    seen: &mut BTreeSet<String>,
    text: &mut String,
) {
    if !seen.insert(metric.id.clone()) {
        return;
    }
    text.push_str(&format!(
        "{}: {} [{}, {}]",
        metric.id,
        metric::formula_text(metric),
        metric.unit.as_str(),
        metric.minimum_n
    ));
    match &metric.definition {
        Definition::Aggregate { exclude, .. } => {
            for (name, rule) in exclude {
                text.push_str(&format!(" {name} = {}", rule.sql));
            }
        }
        Definition::Formula(_) => {}
        Definition::Index { parts } => {
            for part in parts.iter().filter_map(|part| metrics.get(&part.metric)) {
                if let Some(scale) = target::choose(part, dims, targets) {
                    text.push_str(&format!(" {} {:?} {:?} {:?}", part.id, scale.target, scale.limit, scale.points));
                }
            }
        }
    }
    text.push('\n');
    for input in metric.inputs() {
        if let Some(input) = metrics.get(&input) {
            describe(input, dims, metrics, targets, seen, text);
        }
    }
}

/// What to hold a figure against: the first publication by the same definition; where there is none, the last by another.
/// None where nothing was published or it said the same.
pub fn differing(found: &[&Publication], definition: &str, now: Option<f64>) -> Option<Published> {
    let same = found.iter().filter(|one| one.definition == definition).min_by_key(|one| one.at);
    let (published, redefined) = match same {
        Some(published) => (*published, false),
        None => (*found.iter().max_by_key(|one| one.at)?, true),
    };
    (!alike(published.value, now)).then_some(Published { value: published.value, at: published.at, redefined })
}

/// Whether two figures are the same up to the rounding of their arithmetic.
fn alike(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        (None, None) => true,
        _ => false,
    }
}

/// Marks every figure of the scorecard that differs from its publication, and lists them: newest period first, then by
/// metric and slice. `records` are left empty.
pub fn mark(scorecard: &mut Scorecard, publications: &[Publication]) {
    let mut by_figure: BTreeMap<(&str, &Dims, &str), Vec<&Publication>> = BTreeMap::new();
    for one in publications {
        by_figure.entry((&one.metric, &one.dims, &one.period)).or_default().push(one);
    }
    let mut found = Vec::new();
    for ((id, dims), card) in &mut scorecard.cards {
        let last = card.series.len() - 1;
        for (index, measure) in card.series.iter_mut().enumerate() {
            let Some(published) = by_figure.get(&(id.as_str(), dims, measure.period.id.as_str())) else { continue };
            // A figure of a period that isn't over is expected to move.
            if measure.flags.contains(&Flag::Partial)
                || measure.state == State::NotApplicable && measure.value.is_none()
            {
                continue;
            }
            let Some(published) = differing(published, &card.definition, measure.value) else { continue };
            if !published.redefined {
                measure.flags.insert(Flag::Restated);
            }
            if index == last {
                card.published = Some(published.clone());
            }
            found.push(Restatement {
                metric: Arc::clone(&card.metric),
                dims: dims.clone(),
                period: measure.period.clone(),
                published,
                now: measure.clone(),
                records: Vec::new(),
            });
        }
        let flagged = card.previous.as_ref().and_then(|before| {
            card.series.iter().find(|measure| measure.period.id == before.period.id && measure.flags != before.flags)
        });
        if let Some(flagged) = flagged {
            card.previous = Some(flagged.clone());
        }
    }
    found.sort_by(|a, b| {
        let key = |one: &Restatement| (std::cmp::Reverse(one.period.start), one.metric.id.clone(), one.dims.clone());
        key(a).cmp(&key(b))
    });
    scorecard.restatements = found;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    fn publication(value: Option<f64>, at: i64, definition: &str) -> Publication {
        let period = example::period().id;
        let (metric, definition) = ("incidents".to_owned(), definition.to_owned());
        Publication { metric, dims: Dims::new(), period, value, at, definition }
    }

    fn marked(publications: &[Publication]) -> Scorecard {
        let mut scorecard = example::rich();
        mark(&mut scorecard, publications);
        scorecard
    }

    #[test]
    fn a_figure_that_differs_from_its_first_publication_is_restated_with_both_values() {
        let definition = example::rich().card("incidents", &[]).unwrap().definition.clone();
        let scorecard = marked(&[publication(Some(30.0), 5, &definition), publication(Some(33.0), 9, &definition)]);
        let card = scorecard.card("incidents", &[]).unwrap();
        assert!(card.current().flags.contains(&Flag::Restated));
        assert_eq!(card.published, Some(Published { value: Some(30.0), at: 5, redefined: false }));
        assert_eq!(scorecard.restatements.len(), 1);
        assert_eq!(scorecard.restatements[0].now.value, Some(33.0));
        // The same figure, and no figure at all.
        assert!(marked(&[publication(Some(33.0), 5, &definition)]).restatements.is_empty());
        assert_eq!(marked(&[publication(None, 5, &definition)]).restatements[0].published.value, None);
        assert!(marked(&[]).restatements.is_empty());
    }

    #[test]
    fn another_definition_is_a_break_and_no_restatement() {
        let definition = example::rich().card("incidents", &[]).unwrap().definition.clone();
        let scorecard = marked(&[publication(Some(30.0), 5, "other")]);
        let card = scorecard.card("incidents", &[]).unwrap();
        assert!(!card.current().flags.contains(&Flag::Restated));
        assert!(card.published.as_ref().unwrap().redefined);
        // Once published by the definition of today, that is what counts.
        let both = [publication(Some(30.0), 5, "other"), publication(Some(33.0), 9, &definition)];
        assert!(marked(&both).restatements.is_empty());
    }

    #[test]
    fn the_definition_of_an_index_holds_the_scales_of_its_parts() {
        let metrics = example::metrics();
        let of = |id: &str, targets: &[Target]| definition(&metrics[id], &Dims::new(), &metrics, targets);
        assert_eq!(of("incidents", &[]), of("incidents", &example::targets()));
        assert_ne!(
            of("serviceability_index", &[]),
            of("serviceability_index", &[Target { target: 1.0, ..example::targets()[3].clone() }])
        );
        assert_ne!(of("incidents", &[]), of("mtbf", &[]));
    }
}
