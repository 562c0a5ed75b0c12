//! `nines measure`: figures of any metric, indices included.

use std::collections::BTreeMap;

use super::failure::Failure;
use super::session::Session;
use crate::arithmetic::period::Period;
use crate::declaration::expression::{RowExpression, parse_row};
use crate::declaration::issue::nearest;
use crate::declaration::metric::Definition;
use crate::metrics::evaluate::{Request, evaluate};
use crate::metrics::measure::Measure;
use crate::scorecard::index::{Lookup, Sources};
use crate::scorecard::target::{DeclaredBy, Target};

/// Which figures are wanted.
#[derive(Clone, Debug)]
pub struct Question {
    /// Metric ids.
    pub metrics: Vec<String>,
    /// Dimensions to cut by.
    pub by: Vec<String>,
    /// Disjoint periods in order.
    pub periods: Vec<Period>,
    /// A further condition on the rows, in the language of the metrics.
    pub filter: Option<String>,
}

/// Answers a question: measures in the order of the metrics.
///
/// # Errors
/// When a metric or slice is unknown, the condition is refused, or the lake cannot be read.
pub fn measure(session: &Session, question: &Question) -> Result<Vec<Measure>, Failure> {
    let metrics = &session.definitions.metrics;
    for id in &question.metrics {
        if !metrics.contains_key(id) {
            return Err(Failure::unknown("metric", id, metrics.keys().map(String::as_str)));
        }
    }
    let filter = question.filter.as_deref().map(condition).transpose()?;
    let mut leaves = Vec::new();
    for id in &question.metrics {
        gather(session, id, &mut leaves);
    }
    if let Some(filter) = &filter {
        for id in &leaves {
            columns_exist(session, id, filter)?;
        }
    }
    let requests: Vec<Request> = leaves
        .into_iter()
        .map(|metric| Request {
            metric,
            by: question.by.clone(),
            periods: question.periods.clone(),
            filter: filter.clone(),
        })
        .collect();
    let mut measures = evaluate(&|fact| session.fact(fact), metrics, &requests, session.as_of)?;
    if question.metrics.iter().any(|id| matches!(metrics[id].definition, Definition::Index { .. })) {
        let targets = targets(session);
        measures.extend(indices(session, &question.metrics, &measures, &targets));
    }
    Ok(question
        .metrics
        .iter()
        .flat_map(|id| measures.iter().filter(move |measure| measure.metric == *id))
        .cloned()
        .collect())
}

/// The measures of the indices among `ids`, from the measures under them.
fn indices(session: &Session, ids: &[String], measures: &[Measure], targets: &[Target]) -> Vec<Measure> {
    let metrics = &session.definitions.metrics;
    let key = |measure: &Measure| (measure.metric.clone(), measure.dims.clone(), measure.period.id.clone());
    let lookup: Lookup = measures.iter().map(|measure| (key(measure), measure.clone())).collect();
    let sources = Sources { metrics, targets, lookup: &lookup };
    let mut found = Vec::new();
    for metric in ids.iter().filter_map(|id| metrics.get(id)) {
        if !matches!(metric.definition, Definition::Index { .. }) {
            continue;
        }
        for (dims, periods) in sources.places(metric, &|_| true) {
            let mut periods: Vec<&Period> = periods.values().collect();
            periods.sort_by_key(|period| period.start);
            let evaluated = periods.into_iter().filter_map(|period| sources.evaluate(metric, &dims, period));
            found.extend(evaluated.map(|(measure, _)| measure));
        }
    }
    found
}

pub(super) fn condition(text: &str) -> Result<RowExpression, Failure> {
    parse_row(text)
        .map_err(|refusal| Failure::Usage { message: format!("--where: {}", refusal.message), hint: refusal.hint })
}

/// Refuses a condition on columns that the facts under a metric do not have.
fn columns_exist(session: &Session, id: &str, filter: &RowExpression) -> Result<(), Failure> {
    let Some(metric) = session.definitions.metrics.get(id) else { return Ok(()) };
    for input in metric.inputs() {
        columns_exist(session, &input, filter)?;
    }
    let Some((name, fact)) = metric.fact().and_then(|name| session.definitions.facts.get_key_value(name)) else {
        return Ok(());
    };
    let known = || fact.columns.iter().map(|column| column.name.as_str());
    match filter.columns.iter().find(|column| known().all(|name| name != column.as_str())) {
        Some(column) => Err(Failure::Usage {
            message: format!("--where: fact `{name}` has no column `{column}`"),
            hint: match nearest(column, known()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some(format!("`nines tables fact_{name}` lists them")),
            },
        }),
        None => Ok(()),
    }
}

/// The metrics under an index, or the metric itself, each once.
pub(super) fn gather(session: &Session, id: &str, found: &mut Vec<String>) {
    match session.definitions.metrics.get(id).map(|metric| &metric.definition) {
        Some(Definition::Index { parts }) => {
            for part in parts {
                gather(session, &part.metric, found);
            }
        }
        Some(_) if !found.iter().any(|known| known == id) => found.push(id.to_string()),
        _ => {}
    }
}

/// The project's targets.
pub fn targets(session: &Session) -> Vec<Target> {
    session
        .project
        .targets
        .iter()
        .map(|declared| Target {
            metric: declared.metric.clone(),
            target: declared.target,
            // The scale of a target without a limit of its own is the metric's.
            limit: declared.limit.or_else(|| session.definitions.metrics.get(&declared.metric)?.limit),
            warn: declared.warn,
            amber: declared.amber,
            points: declared.points.clone(),
            by: declared.by.clone().into_iter().collect::<BTreeMap<_, _>>(),
            declared_by: DeclaredBy::Project,
        })
        .collect()
}
