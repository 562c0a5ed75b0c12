//! Figures for facts that rest on them: what agreements promise is measured by the kernel, on their own calendars.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, PolarsError};

use super::session::Session;
use crate::declaration::expression::parse_row;
use crate::declaration::metric::Definition;
use crate::declaration::table::{RestsOn, Table};
use crate::facts::Context;
use crate::facts::figures::{About, Ask, Figure, Figures};
use crate::lake::LakeError;
use crate::metrics::measure::Measure;
use crate::metrics::{MeasureError, Request, evaluate};

impl Figures for Session {
    fn about(&self, metric: &str) -> Option<About> {
        let (metrics, facts) = (&self.definitions.metrics, &self.definitions.facts);
        let found = metrics.get(metric)?;
        let (mut open, mut rests_on) = (vec![found], BTreeSet::new());
        while let Some(metric) = open.pop() {
            if matches!(metric.definition, Definition::Index { .. }) {
                return None;
            }
            rests_on.extend(metric.fact());
            open.extend(metric.inputs().iter().filter_map(|input| metrics.get(input)));
        }
        let tables: Vec<&Table> = rests_on.into_iter().filter_map(|fact| facts.get(fact)).collect();
        let columns = |table: &&Table| table.columns.iter().map(|column| column.name.clone()).collect();
        Some(About {
            unit: found.unit,
            better: found.better,
            stock: found.is_stock(),
            rests_on_metrics: tables.iter().any(|table| table.rests_on == Some(RestsOn::Metrics)),
            hours: tables.iter().all(|table| table.hours),
            columns: tables.iter().map(columns).collect(),
        })
    }

    fn measure(&self, asks: &[Ask], calendar: Option<&str>) -> Result<Vec<Vec<Figure>>, LakeError> {
        let Some(name) = calendar else { return answer(self, asks, &|fact| self.fact(fact)) };
        let Some(project) = self.project.counted_in(name) else {
            return Err(refused(format!("the project has no calendar `{name}`")));
        };
        let built = self.counted.borrow_mut().remove(name).unwrap_or_default();
        let context = Context { project: &project, built: &built, ..self.context() };
        let fact = |fact: &str| -> Result<DataFrame, MeasureError> {
            context.fact(fact).map_err(|error| MeasureError::Fact(fact.to_string(), error.to_string()))
        };
        let found = answer(self, asks, &fact);
        self.counted.borrow_mut().insert(name.to_string(), RefCell::new(built.into_inner()));
        found
    }
}

fn refused(message: String) -> LakeError {
    PolarsError::ComputeError(message.into()).into()
}

/// The figures of all questions. The kernel keeps the order of requests that stand for themselves; a formula brings its inputs
/// along, so each is asked alone.
fn answer(
    session: &Session,
    asks: &[Ask],
    fact: &dyn Fn(&str) -> Result<DataFrame, MeasureError>,
) -> Result<Vec<Vec<Figure>>, LakeError> {
    let metrics = &session.definitions.metrics;
    let mut requests = Vec::new();
    for ask in asks {
        let filter = ask.condition.as_deref().map(parse_row).transpose();
        let filter = filter.map_err(|refusal| refused(format!("{}: {}", ask.metric, refusal.message)))?;
        requests.push(Request { metric: ask.metric.clone(), by: Vec::new(), periods: ask.periods.clone(), filter });
    }
    let is_plain = |request: &Request| metrics.get(&request.metric).is_some_and(|metric| metric.fact().is_some());
    let measured = |requests: &[Request]| -> Result<Vec<Measure>, LakeError> {
        evaluate(fact, metrics, requests, session.as_of).map_err(|error| refused(error.to_string()))
    };
    let together: Vec<Request> = requests.iter().filter(|request| is_plain(request)).cloned().collect();
    let mut rest = measured(&together)?.into_iter();
    let mut found = Vec::new();
    for request in &requests {
        let own: Vec<Measure> = if is_plain(request) {
            rest.by_ref().take(request.periods.len()).collect()
        } else {
            measured(std::slice::from_ref(request))?
        };
        let mut by_start: BTreeMap<i64, Measure> =
            own.into_iter().map(|measure| (measure.period.start, measure)).collect();
        let figures =
            request.periods.iter().map(|period| by_start.remove(&period.start).map(figure).unwrap_or_default());
        found.push(figures.collect());
    }
    Ok(found)
}

fn figure(measure: Measure) -> Figure {
    Figure {
        value: measure.value,
        numerator: measure.numerator,
        denominator: measure.denominator,
        n: measure.n,
        lower: measure.lower,
        upper: measure.upper,
        coverage: measure.coverage,
        excluded: measure.excluded,
    }
}
