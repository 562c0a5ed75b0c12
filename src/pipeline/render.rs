//! `nines report`: a report's figures, its document, and its files.

use super::failure::Failure;
use super::measure::targets;
use super::published::restate;
use super::quality::quality;
use super::session::Session;
use super::slo::standings;
use crate::arithmetic::period::Period;
use crate::declaration::metric::Definition;
use crate::declaration::report::{ReportDefinition, expand};
use crate::metrics::evaluate::{Request, evaluate};
use crate::metrics::measure::Measure;
use crate::report::document::Document;
use crate::report::{compose, format};
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

/// A report of a period: its figures, its pages, and their files.
pub struct Rendering {
    /// The figures with what they mean.
    pub scorecard: Scorecard,
    /// The page of the report and those of its objectives.
    pub documents: Vec<Document>,
    /// Each page in each format.
    pub files: Vec<Rendered>,
}

/// Evaluates a report's figures for a period and renders them in each of `formats`.
///
/// # Errors
/// When a format is unknown, the lake cannot be read, or a template is wrong.
pub fn render(
    session: &Session,
    report: &ReportDefinition,
    period: &Period,
    formats: &[String],
) -> Result<Rendering, Failure> {
    let chosen = formats
        .iter()
        .map(|name| {
            format::find(name)
                .ok_or_else(|| Failure::unknown("format", name, format::FORMATS.iter().map(|format| format.name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut scorecard = scorecard(session, report, period)?;
    restate(session, &report.name, &mut scorecard)?;
    let mut pages = vec![(format!("{}-{}", report.name, period.id), compose::compose(&scorecard, report))];
    pages.extend(compose::objective_pages(&scorecard, report));
    let mut files = Vec::new();
    for (position, (name, document)) in pages.iter_mut().enumerate() {
        document.mail = session.project.mail.of(&report.name).cloned();
        // All objectives' figures stand in the first page's data.
        for format in chosen.iter().filter(|format| position == 0 || !format.is_whole()) {
            let bytes = (format.render)(document, &session.catalogue)
                .map_err(|error| Failure::Failed(format!("report `{}`: {error}", report.name)))?;
            let stem = if format.is_current() { &report.name } else { &*name };
            files.push(Rendered { name: format!("{stem}.{}", format.extension), format: format.name, bytes });
        }
    }
    Ok(Rendering { scorecard, documents: pages.into_iter().map(|(_, document)| document).collect(), files })
}

fn scorecard(session: &Session, report: &ReportDefinition, period: &Period) -> Result<Scorecard, Failure> {
    let zone = session.project.zone;
    let metrics = &session.definitions.metrics;
    let history = period.trailing(report.periods, zone);
    let recent = period.trailing(2, zone);
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
        requests.push(Request { metric: "coverage".to_string(), by, periods: vec![period.clone()], filter: None });
    }
    let measures = evaluate(&|fact| session.fact(fact), metrics, &requests, session.as_of)?;
    let mut coverage: Vec<Measure> = measures
        .iter()
        .filter(|measure| measure.metric == "coverage" && measure.dims.contains_key("service"))
        .filter(|measure| measure.dims.len() == 1 && measure.period.id == period.id)
        .cloned()
        .collect();
    // The report may have asked for the same figures with their history.
    coverage.sort_by(|a, b| a.dims.cmp(&b.dims));
    coverage.dedup_by(|a, b| a.dims == b.dims);
    let quality = quality(session, Some(period), &coverage)?;
    let targets = targets(session);
    let objectives = match report.shows_objectives() {
        true => standings(session, &[], period.end.min(session.as_of))?,
        false => Vec::new(),
    };
    let indices: Vec<(String, Vec<String>)> =
        report.requests().into_iter().map(|request| (request.metric, request.by)).collect();
    Ok(scorecard::build(Input {
        indices: &indices,
        project: &session.project.name,
        zone,
        period: period.clone(),
        as_of: session.as_of,
        known_at: session.known_at,
        metrics,
        measures,
        targets: &targets,
        disruptions: disruptions(session, period)?,
        objectives,
        quality,
        language: session.definitions.language(&report.language),
        version: env!("CARGO_PKG_VERSION"),
    }))
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
