//! The scorecard: every figure of a period with its history, target, status, score and signal, and what they rest on.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;

use super::contribution::{self, Share};
use super::index::{Contribution, Dims, Lookup, Sources};
use super::quality::Quality;
use super::restated::{self, Published, Restatement};
use super::score::score;
use super::signal::{self, Verdict};
use super::target::{self, Standing, Target};
use crate::arithmetic::change_point::Finder;
use crate::arithmetic::control::Limits;
use crate::arithmetic::period::Period;
use crate::declaration::language::Language;
use crate::declaration::metric::{Definition, Metric};
use crate::facts::objective;
use crate::metrics::measure::Measure;

/// What a scorecard is built from.
pub struct Input<'a> {
    /// Name of the project.
    pub project: &'a str,
    /// Reporting time zone.
    pub zone: Tz,
    /// The period that is reported.
    pub period: Period,
    /// "Now" of the figures, µs UTC.
    pub as_of: i64,
    /// Which record versions counted, µs UTC; none for all of them.
    pub known_at: Option<i64>,
    /// All metrics by id.
    pub metrics: &'a BTreeMap<String, Metric>,
    /// Every evaluated measure: metric x slice x period, earlier periods included, indices not.
    pub measures: Vec<Measure>,
    /// Targets of the project.
    pub targets: &'a [Target],
    /// Metrics that were asked for, each with the dimensions that it is cut by: indices among them are computed for those.
    pub indices: &'a [(String, Vec<String>)],
    /// Failures that touch the period.
    pub disruptions: Vec<Disruption>,
    /// How objectives stand at the period's end; empty where the report shows none.
    pub objectives: Vec<objective::Standing>,
    /// What became of the rows.
    pub quality: Quality,
    /// The language in which it is read.
    pub language: Language,
    /// Version of the program.
    pub version: &'a str,
}

/// A failure of a service within the period: the material of the "why".
#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    /// Service that was down.
    pub service: String,
    /// Its start, µs UTC.
    pub started_at: i64,
    /// Its end, µs UTC; none while it lasts.
    pub ended_at: Option<i64>,
    /// Its time within the period, seconds.
    pub duration_s: f64,
    /// Its weight, 0 to 1 (1 = fully down).
    pub weight: f64,
    /// Recorded cause.
    pub cause: Option<String>,
    /// Change that caused it.
    pub change: Option<String>,
    /// Supplier that it lay with.
    pub supplier: Option<String>,
    /// Incident that it belongs to.
    pub incident: Option<String>,
}

/// One figure of the scorecard: a metric and a slice.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The metric.
    pub metric: Arc<Metric>,
    /// The slice; empty for the overall figure.
    pub dims: Dims,
    /// Its measures, oldest first; the last one is that of the report's period.
    pub series: Vec<Measure>,
    /// The measure of the period before, where it was evaluated.
    pub previous: Option<Measure>,
    /// What it should be.
    pub target: Option<Target>,
    /// How it stands.
    pub standing: Standing,
    /// 0 to 100; none without a figure or a scale. An index is its own score.
    pub score: Option<f64>,
    /// Its limits of usual variation.
    pub limits: Option<Limits>,
    /// What its history says.
    pub signal: Verdict,
    /// For an index: its parts, which sum to it.
    pub contributions: Vec<Contribution>,
    /// What decides it beside the records, as a digest: see [`restated::definition`].
    pub definition: String,
    /// What an earlier run reported for it, where that differs.
    pub published: Option<Published>,
}

impl Card {
    /// The target that it is judged by: the project's, or what chance gives; a metric's own default is none.
    pub fn agreed(&self) -> Option<&Target> {
        self.target.as_ref().filter(|target| target.judges())
    }

    /// The measure of the report's period. A series is never empty, so there always is one.
    pub fn current(&self) -> &Measure {
        &self.series[self.series.len() - 1]
    }

    /// Current less previous value.
    pub fn change(&self) -> Option<f64> {
        Some(self.current().value? - self.previous.as_ref()?.value?)
    }

    /// The value of a dimension.
    pub fn dim(&self, dimension: &str) -> Option<&str> {
        self.dims.get(dimension).map(String::as_str)
    }
}

/// All figures of one period, ready to be written about.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// Name of the project.
    pub project: String,
    /// Reporting time zone.
    pub zone: Tz,
    /// The period.
    pub period: Period,
    /// "Now" of the figures, µs UTC.
    pub as_of: i64,
    /// Which record versions counted, µs UTC; none for all.
    pub known_at: Option<i64>,
    /// The language in which it is read.
    pub language: Language,
    /// Version of the program.
    pub version: String,
    /// The dimension and the value that it is about, where it isn't about all: see [`Scorecard::within`].
    pub of: Option<(String, String)>,
    /// All metrics that were known, by id: a report may name one that has no figure.
    pub metrics: BTreeMap<String, Arc<Metric>>,
    /// The cards by metric id and slice.
    pub cards: BTreeMap<(String, Dims), Card>,
    /// Failures that touch the period, longest first.
    pub disruptions: Vec<Disruption>,
    /// How objectives stand at the period's end; empty where the report shows none.
    pub objectives: Vec<objective::Standing>,
    /// What became of the rows.
    pub quality: Quality,
    /// Figures of this and earlier periods that differ from what an earlier run reported.
    pub restatements: Vec<Restatement>,
}

impl Scorecard {
    /// The card of a metric and slice.
    pub fn card(&self, metric: &str, slice: &[(&str, &str)]) -> Option<&Card> {
        let dims = slice.iter().map(|(dim, value)| ((*dim).to_owned(), (*value).to_owned()));
        self.cards.get(&(metric.to_owned(), dims.collect()))
    }

    /// The cards of a metric cut by exactly one dimension, in the order of its values.
    pub fn by(&self, metric: &str, dimension: &str) -> Vec<&Card> {
        self.by_all(metric, &[dimension])
    }

    /// The cards of a metric cut by exactly these dimensions, in the order of their values.
    pub fn by_all(&self, metric: &str, dimensions: &[&str]) -> Vec<&Card> {
        self.cards
            .range((metric.to_owned(), Dims::new())..)
            .take_while(|((id, _), _)| id == metric)
            .filter(|((_, dims), _)| {
                dims.len() == dimensions.len() && dimensions.iter().all(|dimension| dims.contains_key(*dimension))
            })
            .map(|(_, card)| card)
            .collect()
    }

    /// The values that a dimension has in any card, sorted.
    pub fn values(&self, dimension: &str) -> Vec<&str> {
        let mut values: Vec<&str> =
            self.cards.keys().filter_map(|(_, dims)| dims.get(dimension)).map(String::as_str).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// The change of an overall figure since the period before, split over a dimension; none where it can't be.
    pub fn contributions(&self, card: &Card, dimension: &str) -> Option<Vec<Share>> {
        let slices = self.by(&card.metric.id, dimension);
        if !card.dims.is_empty() || slices.is_empty() {
            return None;
        }
        let before: Vec<&Measure> = slices.iter().filter_map(|card| card.previous.as_ref()).collect();
        let after: Vec<&Measure> = slices.iter().map(|card| card.current()).collect();
        contribution::split(
            contribution::is_additive(&card.metric),
            card.previous.as_ref()?,
            card.current(),
            &contribution::pair(dimension, &before, &after),
        )
    }
}

/// Builds the scorecard: adds the indices, and gives each figure its target, status, score and signal.
pub fn build(input: Input<'_>) -> Scorecard {
    let mut lookup = Lookup::new();
    for measure in input.measures {
        let key = (measure.metric.clone(), measure.dims.clone(), measure.period.id.clone());
        lookup.insert(key, measure);
    }
    let sources = Sources { metrics: input.metrics, targets: input.targets, lookup: &lookup };
    let mut parts: BTreeMap<(String, Dims), Vec<Contribution>> = BTreeMap::new();
    let mut series: BTreeMap<(String, Dims), Vec<Measure>> = BTreeMap::new();
    for metric in input.metrics.values() {
        if !matches!(metric.definition, Definition::Index { .. }) {
            continue;
        }
        let asked = |dims: &Dims| {
            let by = |cut: &Vec<String>| cut.len() == dims.len() && cut.iter().all(|name| dims.contains_key(name));
            input.indices.iter().any(|(id, cut)| *id == metric.id && by(cut))
        };
        for (dims, periods) in sources.places(metric, &asked) {
            for period in periods.values() {
                let Some((measure, contributions)) = sources.evaluate(metric, &dims, period) else {
                    continue;
                };
                let key = (metric.id.clone(), dims.clone());
                if period.id == input.period.id {
                    parts.insert(key.clone(), contributions);
                }
                series.entry(key).or_default().push(measure);
            }
        }
    }
    for ((metric, dims, _), measure) in lookup {
        series.entry((metric, dims)).or_default().push(measure);
    }
    let metrics: BTreeMap<String, Arc<Metric>> =
        input.metrics.iter().map(|(id, metric)| (id.clone(), Arc::new(metric.clone()))).collect();
    let mut cards = BTreeMap::new();
    let mut finder = Finder::default();
    for (key, mut measures) in series {
        let Some(metric) = metrics.get(&key.0) else {
            continue;
        };
        // Later periods than the report's are not its history, and a slice without the report's period has no figure now.
        measures.retain(|measure| measure.period.start <= input.period.start);
        measures.sort_by_key(|measure| measure.period.start);
        if measures.last().is_none_or(|last| last.period.id != input.period.id) {
            continue;
        }
        let contributions = parts.remove(&key).unwrap_or_default();
        let mut card = card(metric, &key.1, measures, contributions, input.targets, input.zone, &mut finder);
        card.definition = restated::definition(metric, &key.1, input.metrics, input.targets);
        cards.insert(key, card);
    }
    let mut disruptions = input.disruptions;
    disruptions.sort_by(|a, b| {
        b.duration_s
            .total_cmp(&a.duration_s)
            .then_with(|| a.started_at.cmp(&b.started_at))
            .then_with(|| a.service.cmp(&b.service))
    });
    Scorecard {
        project: input.project.to_owned(),
        zone: input.zone,
        period: input.period,
        as_of: input.as_of,
        known_at: input.known_at,
        language: input.language,
        of: None,
        version: input.version.to_owned(),
        metrics,
        cards,
        disruptions,
        objectives: input.objectives,
        quality: input.quality,
        restatements: Vec::new(),
    }
}

fn card(
    metric: &Arc<Metric>,
    dims: &Dims,
    series: Vec<Measure>,
    contributions: Vec<Contribution>,
    targets: &[Target],
    zone: Tz,
    finder: &mut Finder,
) -> Card {
    let current = &series[series.len() - 1];
    let before = current.period.previous(zone).id;
    let previous = series.iter().find(|measure| measure.period.id == before).cloned();
    let target = target::choose(metric, dims, targets);
    let signal = signal::judge(&series, metric, finder);
    // A default that nobody agreed to scales the score; it is no promise that a figure could break.
    let agreed = target.as_ref().filter(|target| target.judges());
    let standing = target::standing(metric, current, agreed, signal.worsening());
    let score = match (&metric.definition, current.value) {
        (Definition::Index { .. }, value) => value,
        (_, Some(value)) => target.as_ref().and_then(|target| score(value, target)),
        (_, None) => None,
    };
    Card {
        metric: Arc::clone(metric),
        dims: dims.clone(),
        previous,
        target,
        standing,
        score,
        limits: signal.limits,
        signal,
        contributions,
        definition: String::new(),
        published: None,
        series,
    }
}

#[cfg(test)]
mod tests {
    use crate::scorecard::example;
    use crate::scorecard::target::{DeclaredBy, Status};

    #[test]
    fn cards_carry_history_target_status_and_signal() {
        let scorecard = example::rich();
        let payments = scorecard.card("availability", &[("service", "Payments")]).unwrap();
        assert_eq!(payments.standing.status, Status::Missed);
        assert_eq!(payments.series.len(), 26);
        assert!(payments.signal.worsening());
        assert_eq!(payments.previous.as_ref().unwrap().period.id, "2026-W45");
        let mobile = scorecard.card("availability", &[("service", "Mobile app")]).unwrap();
        assert_eq!(mobile.standing.status, Status::NoData);
        assert_eq!(scorecard.by("availability", "service").len(), 6);
        assert_eq!(payments.target.as_ref().unwrap().declared_by, DeclaredBy::Project);
        let changed = scorecard.card("change_failure_rate", &[]).unwrap();
        assert_eq!(changed.target.as_ref().unwrap().declared_by, DeclaredBy::Default);
    }

    #[test]
    fn indices_have_their_whole_history() {
        let scorecard = example::rich();
        let index = scorecard.card("rasm_index", &[]).unwrap();
        assert_eq!(index.series.len(), 26);
        let sum: f64 = index.contributions.iter().map(|part| part.points).sum();
        assert_eq!(index.current().value, Some(sum));
        assert_eq!(index.score, Some(sum));
        assert!(scorecard.card("availability_index", &[("service", "Payments")]).is_some());
    }

    #[test]
    fn nothing_loaded_is_an_empty_scorecard() {
        let scorecard = example::empty();
        assert!(scorecard.cards.is_empty());
        assert!(!scorecard.metrics.is_empty());
    }
}
