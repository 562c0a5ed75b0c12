//! `nines run`: ingest, measure, render; the job for cron.

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::index::write_index;
use super::ingest::ingest;
use super::published::publish;
use super::render::{Rendered, render};
use super::session::Session;
use crate::arithmetic::period::Period;
use crate::declaration::report::ReportDefinition;
use crate::ingest::load::{IngestReport, OnProgress, Source};
use crate::scorecard::scorecard::Scorecard;
use crate::scorecard::target::Status;

/// What a run is asked for.
pub struct RunOptions {
    /// The period; each report's own default otherwise.
    pub period: Option<Period>,
    /// Where the files go.
    pub out: PathBuf,
}

/// What a run did.
pub struct RunReport {
    /// What was read.
    pub ingest: IngestReport,
    /// Every report with its scorecard.
    pub scorecards: Vec<(String, Scorecard)>,
    /// Files: path, and whether it changed.
    pub files: Vec<(PathBuf, bool)>,
    /// Targets of the project that are missed: metric and slice.
    pub missed: Vec<String>,
}

/// Runs the whole job.
///
/// # Errors
/// When the lake cannot be read or written, a report cannot be rendered, or a file cannot be written.
pub fn run(
    session: &Session,
    options: &RunOptions,
    planned: &mut dyn FnMut(&[Source]),
    progress: OnProgress,
) -> Result<RunReport, Failure> {
    let ingest = ingest(session, &[], planned, progress)?;
    let mut report = RunReport { ingest, scorecards: Vec::new(), files: Vec::new(), missed: Vec::new() };
    for name in &session.project.reports {
        let definition = find(session, name)?;
        let period = match &options.period {
            Some(period) => period.clone(),
            None => default_period(session, definition)?,
        };
        for one in render(session, definition, &[period], &definition.formats)? {
            publish(session, definition, &one.scorecard)?;
            for file in one.files {
                report.files.push(write(&options.out, &file)?);
            }
            report.missed.extend(missed(&one.scorecard, definition));
            report.scorecards.push((name.clone(), one.scorecard));
        }
    }
    report.files.extend(write_index(session, &options.out)?);
    report.missed.sort();
    report.missed.dedup();
    Ok(report)
}

/// A report by its name.
///
/// # Errors
/// When there is none, with the nearest name.
pub fn find<'s>(session: &'s Session, name: &str) -> Result<&'s ReportDefinition, Failure> {
    let reports = &session.definitions.reports;
    reports.get(name).ok_or_else(|| Failure::unknown("report", name, reports.keys().map(String::as_str)))
}

/// The period that a report shows where nobody names one.
///
/// # Errors
/// When the report's own default is no period.
pub fn default_period(session: &Session, report: &ReportDefinition) -> Result<Period, Failure> {
    crate::arithmetic::period::parse_fiscal(
        &report.period,
        session.project.zone,
        session.as_of,
        session.project.fiscal_year_start,
    )
    .map_err(|message| Failure::usage(format!("{}: period: {message}", report.file)))
}

/// Writes a file whole or not at all; a file that holds the same bytes is left alone.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, file: &Rendered) -> Result<(PathBuf, bool), Failure> {
    let path = folder.join(&file.name);
    let failed = |error: std::io::Error| Failure::Failed(format!("{}: {error}", path.display()));
    let draft = folder.join(format!(".{}.{}.tmp", file.name, std::process::id()));
    let mut tries = 0;
    loop {
        sweep(folder, &file.name);
        if fs::read(&path).is_ok_and(|bytes| bytes == file.bytes) {
            return Ok((path, tries > 0));
        }
        fs::create_dir_all(folder).map_err(failed)?;
        fs::write(&draft, &file.bytes).map_err(failed)?;
        match fs::rename(&draft, &path) {
            Ok(()) => return Ok((path, true)),
            // Another run that writes the same file took our draft for one that was left behind.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && tries < TRIES => tries += 1,
            Err(error) => return Err(failed(error)),
        }
    }
}

/// How often a file is written again when another run is in the way.
const TRIES: u32 = 5;

/// Removes the drafts of a file that killed runs left behind.
fn sweep(folder: &Path, name: &str) {
    let (start, own) = (format!(".{name}."), format!(".{name}.{}.tmp", std::process::id()));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        if found.starts_with(&start) && found.ends_with(".tmp") && *found != *own {
            // One that another run has renamed meanwhile is no longer there, and that is as well.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The missed targets among the figures that the report itself names; slices that were only computed to say why a figure
/// moved are held against nothing.
fn missed(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<String> {
    let shown = report.requests().into_iter().flat_map(|request| {
        let dims: Vec<&str> = request.by.iter().map(String::as_str).collect();
        scorecard.by_all(&request.metric, &dims)
    });
    shown
        .filter(|card| card.standing.status == Status::Missed)
        .map(|card| {
            let slice: Vec<String> = card.dims.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if slice.is_empty() { card.metric.id.clone() } else { format!("{} ({})", card.metric.id, slice.join(", ")) }
        })
        .collect()
}
