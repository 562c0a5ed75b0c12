//! `nines report`: a report's figures for one period or for many, its documents, and their files.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::failure::Failure;
use super::measure::targets;
use super::published::restate;
use super::quality::{of_period, quality};
use super::session::Session;
use super::slo::standings;
use crate::arithmetic::period::{self, Period};
use crate::declaration::metric::Definition;
use crate::declaration::report::{ReportDefinition, expand};
use crate::facts::objective::Standing;
use crate::metrics::distribution::{Distribution, distributions};
use crate::metrics::evaluate::{Request, evaluate};
use crate::metrics::measure::Measure;
use crate::report::compose;
use crate::report::document::Document;
use crate::report::format::{self, Format, Scope};
use crate::scorecard::quality::Quality;
use crate::scorecard::scorecard::{self, Disruption, Input, Scorecard};

/// A report in one format.
pub struct Rendered {
    /// File name: report, period and extension.
    pub name: String,
    /// The format.
    pub format: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A report of one period: its figures, its pages, its files.
pub struct RenderedReport {
    /// The figures.
    pub scorecard: Scorecard,
    /// The first page, then the further ones.
    pub documents: Vec<Document>,
    /// The files of all its pages.
    pub files: Vec<Rendered>,
}

/// Evaluates a report's figures for periods and renders each of them in each of `formats`: in one evaluation, written out in
/// parallel. In the order of the periods.
///
/// # Errors
/// When a format is unknown, the lake cannot be read, or a template is wrong.
pub fn render(
    session: &Session,
    report: &ReportDefinition,
    periods: &[Period],
    formats: &[String],
) -> Result<Vec<RenderedReport>, Failure> {
    let chosen = formats
        .iter()
        .map(|name| {
            format::find(name)
                .ok_or_else(|| Failure::unknown("format", name, format::FORMATS.iter().map(|format| format.name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let scorecards = scorecards(session, report, periods)?;
    let (templates, mail) = (&session.catalogue, &session.project.mail);
    scorecards
        .into_par_iter()
        .map(|scorecard| {
            let first = format!("{}-{}", report.name, scorecard.period.id);
            let mut pages = vec![(first, compose::compose(&scorecard, report))];
            pages.extend(compose::pages(&scorecard, report));
            pages.iter_mut().for_each(|(_, page)| page.mail = mail.of(&report.name).cloned());
            let mut jobs: Vec<(&str, &Document, &Format)> = Vec::new();
            for format in &chosen {
                // All figures of the further pages stand in the first page's data.
                let wanted = if format.scope == Scope::Page { pages.len() } else { 1 };
                jobs.extend(pages.iter().take(wanted).map(|(name, page)| {
                    let stem = if format.scope == Scope::Now { &report.name } else { name };
                    (stem.as_str(), page, *format)
                }));
            }
            let file = |(name, document, format): (&str, &Document, &Format)| {
                let bytes = (format.render)(document, templates)
                    .map_err(|error| Failure::Failed(format!("report `{}`: {error}", report.name)))?;
                Ok(Rendered { name: format!("{name}.{}", format.extension), format: format.name, bytes })
            };
            let files = jobs.into_par_iter().map(file).collect::<Result<Vec<_>, Failure>>()?;
            let documents = pages.into_iter().map(|(_, page)| page).collect();
            Ok(RenderedReport { scorecard, documents, files })
        })
        .collect()
}

/// The scorecards of periods, from one evaluation of all that they need.
fn scorecards(session: &Session, report: &ReportDefinition, periods: &[Period]) -> Result<Vec<Scorecard>, Failure> {
    let zone = session.project.zone;
    let metrics = &session.definitions.metrics;
    let trailing = |count: usize| {
        let mut found: Vec<Period> = periods.iter().flat_map(|period| period.trailing(count, zone)).collect();
        found.sort_by_key(|period| (period.start, period.end));
        found.dedup();
        found
    };
    let (history, recent) = (trailing(report.periods), trailing(2));
    let mut requests = Vec::new();
    for wanted in expand(report, metrics) {
        if matches!(metrics.get(&wanted.metric).map(|metric| &metric.definition), None | Some(Definition::Index { .. }))
        {
            continue;
        }
        let periods = if wanted.history { history.clone() } else { recent.clone() };
        requests.push(Request { metric: wanted.metric, by: wanted.by, periods, filter: None });
    }
    if metrics.contains_key("coverage") {
        let by = vec!["service".to_string()];
        requests.push(Request { metric: "coverage".to_string(), by, periods: periods.to_vec(), filter: None });
    }
    let mut measures = evaluate(&|fact| session.fact(fact), metrics, &requests, session.as_of)?;
    // The report may have asked for the same figures with and without their history.
    let mut seen = BTreeSet::new();
    measures.retain(|one| seen.insert((one.metric.clone(), one.dims.clone(), one.period.start, one.period.end)));
    let with_history: BTreeSet<(String, BTreeSet<String>)> = expand(report, metrics)
        .into_iter()
        .filter(|request| request.history)
        .map(|request| (request.metric, request.by.into_iter().collect()))
        .collect();
    let is_coverage =
        |one: &Measure| one.metric == "coverage" && one.dims.len() == 1 && one.dims.contains_key("service");
    let shared = quality(session)?;
    let targets = targets(session);
    let indices: Vec<(String, Vec<String>)> =
        report.all_requests().into_iter().map(|request| (request.metric, request.by)).collect();
    let mut known = Vec::with_capacity(periods.len());
    for period in periods {
        let coverage = measures.iter().filter(|one| is_coverage(one) && one.period.id == period.id);
        let objectives = match report.shows_objectives() {
            true => standings(session, &[], period.end.min(session.as_of))?,
            false => Vec::new(),
        };
        known.push(Known {
            period,
            disruptions: disruptions(session, period)?,
            objectives,
            quality: of_period(session, &shared, period, coverage)?,
            days: days(session, report, period)?,
            distributions: values(session, report, period)?,
        });
    }
    let (project, as_of, known_at) = (&session.project.name, session.as_of, session.known_at);
    let language = session.definitions.language(&session.project, report);
    let mut found: Vec<Scorecard> = known
        .into_par_iter()
        .map(|Known { period, disruptions, objectives, quality, days, distributions }| {
            let spans = |count: usize| -> BTreeSet<(i64, i64)> {
                period.trailing(count, zone).iter().map(|period| (period.start, period.end)).collect()
            };
            let (history, recent) = (spans(report.periods), spans(2));
            let own = measures.iter().filter(|one| {
                let span = (one.period.start, one.period.end);
                let long = || with_history.contains(&(one.metric.clone(), one.dims.keys().cloned().collect()));
                recent.contains(&span) || history.contains(&span) && long()
            });
            let built = scorecard::build(Input {
                indices: &indices,
                project,
                zone,
                period: period.clone(),
                as_of,
                known_at,
                metrics,
                measures: own.cloned().collect(),
                targets: &targets,
                disruptions,
                objectives,
                quality,
                language: language.clone(),
                version: env!("CARGO_PKG_VERSION"),
            });
            Scorecard { days, distributions, ..built }
        })
        .collect();
    for scorecard in &mut found {
        restate(session, &report.name, scorecard)?;
    }
    Ok(found)
}

/// What only the session knows of a period.
struct Known<'a> {
    period: &'a Period,
    disruptions: Vec<Disruption>,
    objectives: Vec<Standing>,
    quality: Quality,
    days: Vec<Measure>,
    distributions: Vec<Distribution>,
}

/// Fewest days that a calendar shows.
const FEWEST_DAYS: usize = 35;
/// Most days: a quarter.
const MOST_DAYS: usize = 92;

/// The figures by day that a report shows, up to the period's end and without the day that isn't over.
fn days(session: &Session, report: &ReportDefinition, period: &Period) -> Result<Vec<Measure>, Failure> {
    let zone = session.project.zone;
    let over = |end: i64| end.min(session.as_of.saturating_add(1));
    let of_period = period::days(period.start, over(period.end), zone).len();
    let last = period::of_day(over(period.end).saturating_sub(1), zone);
    let mut wanted: Vec<(String, Vec<String>)> =
        report.daily().into_iter().map(|(metric, by)| (metric, vec![by])).collect();
    if let Some(pages) = report.dimension_pages() {
        let of_pages = report.page(pages).daily().into_iter();
        wanted.extend(of_pages.map(|(metric, by)| (metric, vec![by, pages.by.clone()])));
    }
    let Some(last) = last.filter(|_| !wanted.is_empty()) else { return Ok(Vec::new()) };
    let mut days = last.trailing(of_period.clamp(FEWEST_DAYS, MOST_DAYS), zone);
    days.retain(|day| !day.is_partial(session.as_of));
    let ask = |(metric, by)| Request { metric, by, periods: days.clone(), filter: None };
    let requests: Vec<Request> = wanted.into_iter().map(ask).collect();
    Ok(evaluate(&|fact| session.fact(fact), &session.definitions.metrics, &requests, session.as_of)?)
}

/// The values behind the figures of which a report shows where they lie.
fn values(session: &Session, report: &ReportDefinition, period: &Period) -> Result<Vec<Distribution>, Failure> {
    let periods = vec![period.clone()];
    let ask = |metric, by| Request { metric, by, periods: periods.clone(), filter: None };
    let mut requests: Vec<Request> = report.distributions().into_iter().map(|metric| ask(metric, Vec::new())).collect();
    if let Some(pages) = report.dimension_pages() {
        let of_pages = report.page(pages).distributions().into_iter();
        requests.extend(of_pages.map(|metric| ask(metric, vec![pages.by.clone()])));
    }
    Ok(distributions(&|fact| session.fact(fact), &session.definitions.metrics, &requests, session.as_of)?)
}

/// The failures that touch a period, with their time within it.
fn disruptions(session: &Session, period: &Period) -> Result<Vec<Disruption>, Failure> {
    use polars::prelude::{DataType, PolarsError};
    let failures = session.fact("failures")?;
    let read = || -> Result<Vec<Disruption>, PolarsError> {
        let instant = |name: &str| failures.column(name).and_then(|column| column.cast(&DataType::Int64));
        let (started, ended) = (instant("started_at")?, instant("ended_at")?);
        let (started, ended) = (started.i64()?, ended.i64()?);
        let text = |name: &str| failures.column(name).and_then(|column| column.str());
        let owned = |name: &str, row: usize| -> Result<Option<String>, PolarsError> {
            Ok(text(name)?.get(row).map(str::to_string))
        };
        let weight = failures.column("weight")?.f64()?;
        let mut found = Vec::new();
        for row in 0..failures.height() {
            let Some(start) = started.get(row) else { continue };
            let end = ended.get(row);
            let within = end.unwrap_or(session.as_of).min(period.end) - start.max(period.start);
            if within <= 0 {
                continue;
            }
            found.push(Disruption {
                service: owned("service", row)?.unwrap_or_default(),
                started_at: start,
                ended_at: end,
                duration_s: within as f64 / 1e6,
                weight: weight.get(row).unwrap_or(1.0),
                cause: owned("cause", row)?,
                change: owned("change", row)?,
                supplier: owned("cause_supplier", row)?,
                incident: owned("incident", row)?,
            });
        }
        Ok(found)
    };
    Ok(read()?)
}
