//! `nines explain METRIC`: a figure with its definition, its numbers, and the rows that it counts and leaves out.

use polars::prelude::*;

use super::failure::Failure;
use super::measure::{Question, condition, gather, measure};
use super::session::Session;
use crate::arithmetic::period::Period;
use crate::declaration::metric::Metric;
use crate::metrics::measure::Measure;
use crate::metrics::rows::rows;

/// The column that says why a row is left out; missing for a row that counts.
pub const LEFT_OUT: &str = "left_out_by";

/// A figure and what it rests on.
#[derive(Clone, Debug)]
pub struct MetricExplanation {
    /// The metric.
    pub metric: Metric,
    /// Its figure; none where nothing covers the period.
    pub measure: Option<Measure>,
    /// The figures that it is made of, for a metric over metrics.
    pub inputs: Vec<(Metric, Option<Measure>)>,
    /// The rows of each metric that counts rows: of the metric itself, or of those under it.
    pub rows: Vec<MetricRows>,
}

/// The rows of one metric's period.
#[derive(Clone, Debug)]
pub struct MetricRows {
    /// The metric.
    pub metric: String,
    /// Its fact.
    pub fact: String,
    /// The rows with [`LEFT_OUT`] first: all of the period and the condition, those that count before the others.
    pub frame: DataFrame,
    /// How many of them count.
    pub counted: usize,
}

/// Explains a figure of one period, over the rows for which `filter` is true.
///
/// # Errors
/// When the metric is unknown, the condition is refused, or the lake cannot be read.
pub fn explain_metric(
    session: &Session,
    id: &str,
    period: &Period,
    filter: Option<&str>,
) -> Result<MetricExplanation, Failure> {
    let metrics = &session.definitions.metrics;
    let Some(metric) = metrics.get(id) else {
        return Err(Failure::unknown("metric", id, metrics.keys().map(String::as_str)));
    };
    let known = |id: &String| metrics.get(id).cloned();
    let inputs: Vec<Metric> = metric.inputs().iter().filter_map(known).collect();
    let mut wanted = vec![id.to_owned()];
    wanted.extend(inputs.iter().map(|input| input.id.clone()));
    let question =
        Question { metrics: wanted, by: Vec::new(), periods: vec![period.clone()], filter: filter.map(str::to_owned) };
    let measures = measure(session, &question)?;
    let of = |id: &str| measures.iter().find(|measure| measure.metric == id && measure.dims.is_empty()).cloned();
    let condition = filter.map(condition).transpose()?;
    let mut leaves = Vec::new();
    under(session, id, &mut leaves);
    let mut found = Vec::new();
    for leaf in leaves {
        let Some((metric, fact)) = metrics.get(&leaf).and_then(|metric| Some((metric, metric.fact()?))) else {
            continue;
        };
        let frame = session.fact(fact)?;
        let rows = rows(&frame, metric, period, condition.as_ref(), session.as_of)?;
        let counted = rows.iter().filter(|(_, rule)| rule.is_none()).count();
        let mut ordered = rows;
        ordered.sort_by_key(|(row, rule)| (rule.is_some(), *row));
        let places: Vec<IdxSize> = ordered.iter().map(|(row, _)| *row as IdxSize).collect();
        let rules: Vec<Option<&str>> = ordered.iter().map(|(_, rule)| rule.as_deref()).collect();
        let mut frame = frame.take(&IdxCa::from_vec("row".into(), places))?;
        frame.insert_column(0, Column::new(LEFT_OUT.into(), rules))?;
        found.push(MetricRows { metric: leaf.clone(), fact: fact.to_owned(), frame, counted });
    }
    Ok(MetricExplanation {
        measure: of(id),
        inputs: inputs.into_iter().map(|input| (input.clone(), of(&input.id))).collect(),
        metric: metric.clone(),
        rows: found,
    })
}

/// The metrics over rows at the bottom of a metric, itself where it is one.
fn under(session: &Session, id: &str, found: &mut Vec<String>) {
    let mut parts = Vec::new();
    gather(session, id, &mut parts);
    for part in parts {
        let Some(metric) = session.definitions.metrics.get(&part) else { continue };
        if metric.fact().is_none() {
            metric.inputs().iter().for_each(|input| under(session, input, found));
        } else if !found.contains(&part) {
            found.push(part);
        }
    }
}
