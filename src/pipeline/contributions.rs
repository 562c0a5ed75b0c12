//! `nines measure --contributions`: a figure's change since the period before, split over a dimension so that the parts add
//! up to it; of an index, the parts that it is the sum of.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::measure::{Question, measure, targets};
use super::session::Session;
use crate::arithmetic::period::Period;
use crate::declaration::metric::{Definition, Metric};
use crate::metrics::measure::Measure;
use crate::scorecard::contribution::{self, Share};
use crate::scorecard::index::{Contribution, Dims, Lookup, Sources};

/// Where a figure, or its change, comes from.
#[derive(Clone, Debug)]
pub enum Contributions {
    /// A change, split over a dimension.
    Change {
        /// The figure of the period before.
        before: Box<Measure>,
        /// The figure of the period.
        after: Box<Measure>,
        /// The parts, largest effect first; their totals sum to the change.
        parts: Vec<Part>,
    },
    /// An index and its parts, whose points sum to it exactly.
    Index {
        /// The index.
        measure: Box<Measure>,
        /// Its parts, in the order of its definition.
        parts: Vec<Contribution>,
    },
}

/// One value of the dimension.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its figure in the period before, where there is one.
    pub before: Option<f64>,
    /// Its figure in the period.
    pub after: Option<f64>,
    /// What it adds to the change.
    pub share: Share,
}

/// What a figure of `period`, or its change since the period before over `dimension`, comes from.
///
/// # Errors
/// When the metric or dimension is unknown, a period has no figure, or the figure isn't a count, sum or quotient, so that its
/// parts would not add up.
pub fn contributions(
    session: &Session,
    id: &str,
    dimension: Option<&str>,
    period: &Period,
    filter: Option<&str>,
) -> Result<Contributions, Failure> {
    let metrics = &session.definitions.metrics;
    let metric = metrics.get(id).ok_or_else(|| Failure::unknown("metric", id, metrics.keys().map(String::as_str)))?;
    let refused = |why: &str| Failure::usage(format!("--contributions: {id}: {why}"));
    if let Definition::Index { .. } = metric.definition {
        return match dimension {
            None => index(session, metric, period, filter),
            Some(_) => Err(refused("an index is the sum of its parts: leave out --by")),
        };
    }
    let Some(dimension) = dimension else {
        return Err(refused("expected --by with one dimension, over which the change is split"));
    };
    let ask = |by: Vec<String>| {
        let periods = period.trailing(2, session.project.zone);
        let metrics = vec![id.to_string()];
        measure(session, &Question { metrics, by, periods, filter: filter.map(str::to_string) })
    };
    let whole = ask(Vec::new())?;
    let slices = ask(vec![dimension.to_string()])?;
    let at = |measures: &[Measure], this: bool| -> Vec<Measure> {
        measures.iter().filter(|measure| (measure.period.id == period.id) == this).cloned().collect()
    };
    let (Some(before), Some(after)) = (at(&whole, false).pop(), at(&whole, true).pop()) else {
        return Err(refused("there is no figure in both periods"));
    };
    let (old, new) = (at(&slices, false), at(&slices, true));
    let paired = contribution::pair(dimension, &old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>());
    if before.value.is_none() || after.value.is_none() {
        return Err(refused("there is no figure in both periods"));
    }
    let shares = contribution::split(metric.is_additive(), &before, &after, &paired);
    let shares =
        shares.ok_or_else(|| refused("neither a count, a sum nor a quotient of both, so its parts don't add up"))?;
    let value = |measure: Option<&Measure>| measure.and_then(|measure| measure.value);
    let parts = shares
        .into_iter()
        .map(|share| {
            let both = paired.get(&share.value);
            Part {
                before: both.and_then(|(before, _)| value(before.as_ref())),
                after: both.and_then(|(_, after)| value(after.as_ref())),
                share,
            }
        })
        .collect();
    Ok(Contributions::Change { before: Box::new(before), after: Box::new(after), parts })
}

fn index(session: &Session, metric: &Metric, period: &Period, filter: Option<&str>) -> Result<Contributions, Failure> {
    let mut leaves = BTreeSet::new();
    let mut open = vec![metric.id.clone()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        match session.definitions.metrics.get(&id) {
            Some(part) if seen.insert(id.clone()) => match part.definition {
                Definition::Index { .. } => open.extend(part.inputs()),
                _ => {
                    leaves.insert(id);
                }
            },
            _ => {}
        }
    }
    let question = Question {
        metrics: leaves.into_iter().collect(),
        by: Vec::new(),
        periods: vec![period.clone()],
        filter: filter.map(str::to_string),
    };
    let key = |measure: &Measure| (measure.metric.clone(), measure.dims.clone(), measure.period.id.clone());
    let lookup: Lookup = measure(session, &question)?.into_iter().map(|one| (key(&one), one)).collect();
    let sources = Sources { metrics: &session.definitions.metrics, targets: &targets(session), lookup: &lookup };
    let found = sources.evaluate(metric, &Dims::new(), period);
    let (measure, parts) =
        found.ok_or_else(|| Failure::usage(format!("--contributions: {}: part of itself", metric.id)))?;
    Ok(Contributions::Index { measure: Box::new(measure), parts })
}

/// The sum of the parts: mix, rate and total.
pub fn sums(parts: &[Part]) -> (f64, f64, f64) {
    parts.iter().fold((0.0, 0.0, 0.0), |(mix, rate, total), part| {
        (mix + part.share.mix, rate + part.share.rate, total + part.share.total())
    })
}
