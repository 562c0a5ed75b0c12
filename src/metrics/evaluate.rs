//! From requests to measures: groups the requests by fact, reads each fact once, evaluates formulas on the result.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{DataFrame, PolarsError};
use rayon::prelude::*;

use super::aggregate::{self, AGE, Cell, Figure};
use super::cells::{AGE_BAND, Cells, passing};
use super::columns::{Columns, Needs};
use super::measure::{Flag, Measure, POPULATION, State};
use crate::arithmetic::period::Period;
use crate::declaration::expression::{Formula, Function, RowExpression, Value};
use crate::declaration::metric::{Definition, IntervalKind, Metric, Time};

/// Figures below this n are flagged `low_n` where their interval speaks of a sample.
const LOW_N: u64 = 10;

/// Which figures are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Metric id.
    pub metric: String,
    /// Dimensions to cut by; empty for the overall figure.
    pub by: Vec<String>,
    /// Disjoint periods in order.
    pub periods: Vec<Period>,
    /// A further condition on the fact's rows, in SQL.
    pub filter: Option<RowExpression>,
}

/// Why figures could not be computed.
#[derive(Debug)]
pub enum MeasureError {
    /// No metric of that id.
    UnknownMetric(String),
    /// The metric cannot be cut by that dimension.
    UnknownSlice {
        /// The metric.
        metric: String,
        /// The dimension that was asked for.
        slice: String,
        /// The dimensions that it has.
        known: Vec<String>,
    },
    /// The fact could not be built or read.
    Fact(String, String),
    /// Polars refused an expression.
    Expression(String, PolarsError),
}

impl std::fmt::Display for MeasureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownMetric(id) => write!(f, "unknown metric `{id}`"),
            Self::UnknownSlice { metric, slice, known } => {
                write!(f, "metric `{metric}`: cannot be cut by `{slice}`: expected one of {}", known.join(", "))
            }
            Self::Fact(fact, error) => write!(f, "fact `{fact}`: {error}"),
            Self::Expression(fact, error) => write!(f, "fact `{fact}`: {error}"),
        }
    }
}

impl std::error::Error for MeasureError {}

/// Where facts come from: called once for each fact that any request needs.
pub type FactSource<'a> = &'a dyn Fn(&str) -> Result<DataFrame, MeasureError>;

/// Evaluates all requests; measures come in the order of the requests, slices in the order of their words, periods in
/// their order. Equal requests are answered once. Index metrics are the scorecard's business and are passed over.
///
/// # Errors
/// When a metric or slice is unknown, a fact cannot be read, or an expression is refused.
pub fn evaluate(
    facts: FactSource,
    metrics: &BTreeMap<String, Metric>,
    requests: &[Request],
    as_of: i64,
) -> Result<Vec<Measure>, MeasureError> {
    let mut wanted: Vec<Request> = Vec::new();
    let mut hidden = BTreeSet::new();
    for request in requests {
        expand(metrics, request, &mut wanted, &mut hidden, false)?;
    }
    let mut by_fact: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, request) in wanted.iter().enumerate() {
        if let Definition::Aggregate { fact, .. } = &metrics[&request.metric].definition {
            by_fact.entry(fact).or_default().push(index);
        }
    }
    let mut answers: Vec<Vec<Measure>> = vec![Vec::new(); wanted.len()];
    for (fact, indices) in by_fact {
        let frame = facts(fact)?;
        let jobs: Vec<(&Metric, &Request)> =
            indices.iter().map(|index| (&metrics[&wanted[*index].metric], &wanted[*index])).collect();
        let found =
            over_fact(&frame, &jobs, as_of).map_err(|error| MeasureError::Expression(fact.to_string(), error))?;
        for (index, measures) in indices.into_iter().zip(found) {
            answers[index] = measures;
        }
    }
    for index in 0..wanted.len() {
        let metric = &metrics[&wanted[index].metric];
        if let Definition::Formula(formula) = &metric.definition {
            answers[index] = formula_measures(&wanted, &answers, index, formula, metric.minimum_n);
        }
    }
    Ok(answers
        .into_iter()
        .enumerate()
        .filter(|(index, _)| !hidden.contains(index))
        .flat_map(|(_, list)| list)
        .collect())
}

/// Adds a request after the inputs that it needs; inputs that nobody asked for are computed but not returned.
fn expand(
    metrics: &BTreeMap<String, Metric>,
    request: &Request,
    wanted: &mut Vec<Request>,
    hidden: &mut BTreeSet<usize>,
    input: bool,
) -> Result<(), MeasureError> {
    let metric = metrics.get(&request.metric).ok_or_else(|| MeasureError::UnknownMetric(request.metric.clone()))?;
    if let Some(index) = wanted.iter().position(|other| other == request) {
        if !input {
            hidden.remove(&index);
        }
        return Ok(());
    }
    match &metric.definition {
        Definition::Aggregate { time, .. } => {
            for slice in &request.by {
                let stock = matches!(time, Time::Alive { .. }) && slice == AGE_BAND;
                if !metric.slices.contains(slice) && !stock {
                    return Err(MeasureError::UnknownSlice {
                        metric: metric.id.clone(),
                        slice: slice.clone(),
                        known: metric.slices.clone(),
                    });
                }
            }
        }
        Definition::Formula(formula) => {
            for name in formula.inputs() {
                let inner = Request { metric: name.to_string(), ..request.clone() };
                expand(metrics, &inner, wanted, hidden, true)?;
            }
        }
        Definition::Index { .. } => return Ok(()),
    }
    if input {
        hidden.insert(wanted.len());
    }
    wanted.push(request.clone());
    Ok(())
}

/// A slice and the position of a period.
type Place<'a> = (&'a BTreeMap<String, String>, usize);

fn formula_measures(
    wanted: &[Request],
    answers: &[Vec<Measure>],
    index: usize,
    formula: &Formula,
    minimum_n: u64,
) -> Vec<Measure> {
    let inputs = formula.inputs();
    let request = &wanted[index];
    let same =
        |other: &Request| other.by == request.by && other.periods == request.periods && other.filter == request.filter;
    let parts: Vec<(&str, &Vec<Measure>)> = wanted
        .iter()
        .zip(answers)
        .filter(|(other, _)| same(other) && inputs.contains(&other.metric))
        .map(|(other, measures)| (other.metric.as_str(), measures))
        .collect();
    let mut by_cell: BTreeMap<Place, BTreeMap<&str, &Measure>> = BTreeMap::new();
    for (name, measures) in &parts {
        for measure in *measures {
            let period = request.periods.iter().position(|period| *period == measure.period).unwrap_or(0);
            by_cell.entry((&measure.dims, period)).or_default().insert(name, measure);
        }
    }
    by_cell
        .into_iter()
        .map(|((dims, period), found)| {
            let value = formula.evaluate(&|name| found.get(name).and_then(|measure| measure.value));
            let complete = inputs.iter().all(|name| found.get(name.as_str()).is_some_and(|m| m.value.is_some()));
            let state = match value {
                Some(_) => State::Value,
                // The inputs are there and the formula has no meaning for them, such as the nines of 100 %.
                None if complete => State::NotApplicable,
                None => State::NoData,
            };
            let mut measure = Measure::nothing(&request.metric, request.periods[period].clone(), dims.clone(), state);
            measure.value = value;
            measure.n = found.values().map(|input| input.n).min().unwrap_or(0);
            measure.coverage = found.values().filter_map(|input| input.coverage).reduce(f64::min);
            // One event is the default, and inputs say for themselves what they make of fewer.
            if minimum_n > 1 && measure.value.is_some() && measure.n < minimum_n {
                (measure.state, measure.value) = (State::NotEnough, None);
            }
            measure.flags = found.values().flat_map(|input| input.flags.iter().copied()).collect();
            measure
        })
        .collect()
}

fn over_fact(frame: &DataFrame, jobs: &[(&Metric, &Request)], as_of: i64) -> Result<Vec<Vec<Measure>>, PolarsError> {
    let mut needs = Needs::default();
    for (metric, request) in jobs {
        need(&mut needs, metric, &request.by, request.filter.as_ref());
    }
    let columns = Columns::evaluate(frame, &needs)?;
    // Metrics that place rows alike share their cells.
    let mut shared: Vec<(&Time, &Request, Cells)> = Vec::new();
    let mut answers = Vec::with_capacity(jobs.len());
    for (metric, request) in jobs {
        let Definition::Aggregate { time, .. } = &metric.definition else {
            answers.push(Vec::new());
            continue;
        };
        let moments: Vec<i64> = request.periods.iter().map(|period| period.end.min(as_of.saturating_add(1))).collect();
        let known = shared
            .iter()
            .position(|(other, asked, _)| *other == time && asked.by == request.by && asked.periods == request.periods);
        let place = match known {
            Some(place) => place,
            None => {
                let cells = Cells::build(&columns, time, &request.by, &request.periods, &moments);
                shared.push((time, request, cells));
                shared.len() - 1
            }
        };
        let cells = &shared[place].2;
        let count = cells.groups.len() * request.periods.len();
        // A slice none of whose rows was asked about is no slice without data.
        let asked = request.filter.as_ref().filter(|_| !request.by.is_empty());
        let asked = asked.map(|filter| passing(&columns, &request.by, columns.truth(&filter.sql)));
        let measures: Vec<Measure> = (0..count)
            .into_par_iter()
            .filter(|cell| asked.as_ref().is_none_or(|asked| asked[cell / request.periods.len() / cells.width]))
            .map(|cell| {
                let (group, period) = (cell / request.periods.len(), cell % request.periods.len());
                let job = Job { columns: &columns, metric, cells, filter: request.filter.as_ref() };
                job.measure(group, period, request.periods[period].clone(), moments[period], as_of)
            })
            .collect();
        answers.push(measures);
    }
    Ok(answers)
}

/// Adds what one metric needs of its fact.
pub(super) fn need(needs: &mut Needs, metric: &Metric, by: &[String], filter: Option<&RowExpression>) {
    let Definition::Aggregate { time, population, exclude, value, coverage, .. } = &metric.definition else { return };
    match time {
        Time::At(at) => {
            needs.instants.insert(at.clone());
        }
        Time::Alive { from, to, since } => {
            needs.instants.extend([from, to].into_iter().chain(since).cloned());
        }
    }
    needs.words.extend(by.iter().filter(|name| *name != AGE_BAND).cloned());
    needs.truths.extend(population.iter().chain(filter).map(|expression| expression.sql.clone()));
    needs.truths.extend(exclude.iter().map(|(_, expression)| expression.sql.clone()));
    let ends = metric.range.iter().flat_map(|range| [&range.lower, &range.upper]);
    for value in std::iter::once(value).chain(coverage).chain(&metric.up_to).chain(ends) {
        need_value(needs, value);
    }
}

fn need_value(needs: &mut Needs, value: &Value) {
    match value {
        Value::Number(_) => {}
        Value::Binary { left, right, .. } => {
            need_value(needs, left);
            need_value(needs, right);
        }
        Value::Aggregate(aggregate) => {
            needs.truths.extend(aggregate.filter.iter().map(|filter| filter.sql.clone()));
            for (position, argument) in aggregate.arguments.iter().enumerate() {
                let sql = argument.sql.clone();
                match aggregate.function {
                    _ if sql == AGE => {}
                    function if function.takes_instants() => needs.instants.extend(argument.columns.iter().cloned()),
                    Function::Count if aggregate.distinct => {
                        needs.words.insert(sql);
                    }
                    Function::Count => {
                        needs.presences.insert(sql);
                    }
                    function if function.takes_word(position) => {
                        needs.words.insert(sql);
                    }
                    function if function.statistic().is_some_and(|named| named.seen == Some(position)) => {
                        needs.truths.insert(sql);
                    }
                    _ => {
                        needs.numbers.insert(sql);
                    }
                }
            }
        }
    }
}

/// One metric over one set of cells.
pub(super) struct Job<'a> {
    pub columns: &'a Columns,
    pub metric: &'a Metric,
    pub cells: &'a Cells,
    pub filter: Option<&'a RowExpression>,
}

impl Job<'_> {
    /// The measure of one cell.
    pub(super) fn measure(&self, group: usize, index: usize, period: Period, moment: i64, as_of: i64) -> Measure {
        let dims = self.cells.groups[group].clone();
        let mut measure = Measure::nothing(&self.metric.id, period, dims, State::NoData);
        let Definition::Aggregate { time, population, exclude, value, coverage, interval, .. } =
            &self.metric.definition
        else {
            return measure;
        };
        let covered = self.cells.first.is_some_and(|first| measure.period.end > first) && measure.period.start <= as_of;
        if !covered {
            return measure;
        }
        let (rows, excluded) = self.population(self.cells.rows(group, index), population.as_ref(), exclude);
        measure.excluded = excluded;
        measure.rows = rows.len() as u64;
        let ages = match time {
            Time::Alive { from, since, .. } => Some((self.columns.instant(since.as_ref().unwrap_or(from)), moment)),
            Time::At(_) => None,
        };
        let cell = Cell { rows: &rows, ages, span: (measure.period.start, moment) };
        let mut figure = aggregate::figure(self.columns, &cell, value, *interval);
        if let (Some(up_to), Some(declared)) = (&self.metric.up_to, figure.value) {
            // The range from what is declared to what may be, in place of a sample's interval.
            let most = aggregate::figure(self.columns, &cell, up_to, IntervalKind::None).value;
            (figure.lower, figure.upper) = (Some(declared), most.map(|most| most.max(declared)));
        }
        if let (Some(range), Some(value)) = (&self.metric.range, figure.value) {
            let end = |end| aggregate::figure(self.columns, &cell, end, IntervalKind::None).value;
            figure.lower = end(&range.lower).map(|lower| lower.min(value));
            figure.upper = end(&range.upper).map(|upper| upper.max(value));
        }
        measure.coverage = match coverage {
            Some(coverage) => aggregate::figure(self.columns, &cell, coverage, IntervalKind::None).value,
            None => figure.present,
        };
        self.dress(&mut measure, figure, *interval, as_of);
        measure
    }

    fn dress(&self, measure: &mut Measure, figure: Figure, interval: IntervalKind, as_of: i64) {
        measure.n = figure.n;
        measure.numerator = figure.numerator;
        measure.denominator = figure.denominator;
        measure.lower = figure.lower;
        measure.upper = figure.upper;
        measure.value = figure.value;
        measure.state = if figure.value.is_some() { State::Value } else { State::NoData };
        let is_count = matches!(interval, IntervalKind::Poisson);
        if figure.value.is_some() && figure.n < self.metric.minimum_n && !is_count {
            measure.state = State::NotEnough;
            measure.value = None;
            (measure.lower, measure.upper) = (None, None);
        }
        let sample =
            matches!(interval, IntervalKind::Wilson | IntervalKind::Median | IntervalKind::Mean | IntervalKind::Km);
        if sample && figure.value.is_some() && figure.n < LOW_N {
            measure.flags.insert(Flag::LowN);
        }
        if self.metric.estimated && figure.value.is_some() {
            measure.flags.insert(Flag::Estimated);
        }
        if figure.censored {
            measure.flags.insert(Flag::Censored);
        }
        if measure.period.is_partial(as_of) {
            measure.flags.insert(Flag::Partial);
        }
    }

    /// The rows of the population that no exclusion names, and how many the population and each exclusion left out. Rows for
    /// which the question's own condition isn't true were not asked about and are in no count.
    pub(super) fn population(
        &self,
        rows: &[u32],
        population: Option<&RowExpression>,
        exclude: &[(String, RowExpression)],
    ) -> (Vec<u32>, Vec<(String, u64)>) {
        let within = population.map(|population| self.columns.truth(&population.sql));
        let filter = self.filter.map(|filter| self.columns.truth(&filter.sql));
        let rules: Vec<&[bool]> = exclude.iter().map(|(_, rule)| self.columns.truth(&rule.sql)).collect();
        let mut excluded: Vec<(String, u64)> = exclude.iter().map(|(name, _)| (name.clone(), 0)).collect();
        let mut outside = 0;
        let kept = rows
            .iter()
            .copied()
            .filter(|row| {
                let row = *row as usize;
                if filter.is_some_and(|filter| !filter[row]) {
                    return false;
                }
                if within.is_some_and(|within| !within[row]) {
                    outside += 1;
                    return false;
                }
                match rules.iter().position(|rule| rule[row]) {
                    Some(rule) => {
                        excluded[rule].1 += 1;
                        false
                    }
                    None => true,
                }
            })
            .collect();
        if within.is_some() {
            excluded.insert(0, (POPULATION.to_string(), outside));
        }
        (kept, excluded)
    }
}
