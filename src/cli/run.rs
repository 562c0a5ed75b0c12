//! `nines run`: the job for cron.

use std::cell::RefCell;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ingest::{exit, table, tell};
use super::output::grid;
use super::progress::Progress;
use super::project::{ProjectArguments, parse_period};
use super::{Exit, Terminal, Trouble};
use crate::declaration::language::Language;
use crate::declaration::report::ReportDefinition;
use crate::pipeline::{self, RunOptions, RunReport, Session};
use crate::report::{compose, dates, figure, stale};
use crate::scorecard::scorecard::Scorecard;

/// Ingest, measure, render: the job for cron
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,
    /// 2026-W46, 2026-11, 2026-Q4, FY2026-Q3, last-week, 28d ...; default: each report's own (weekly: last-week)
    #[arg(long, value_name = "P")]
    period: Option<String>,
    /// Folder to write reports to; default: out/ of the project
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Exit with 4 when this happens
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A target of the project is missed
    Missed,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let period = match &self.period {
            Some(text) => Some(parse_period(text, &session)?),
            None => None,
        };
        let options = RunOptions { period, out: self.out.clone().unwrap_or_else(|| session.project.out()) };
        let progress = RefCell::new(Progress::new(terminal));
        let report = pipeline::run(
            &session,
            &options,
            &mut |sources| progress.borrow_mut().plan(sources),
            &mut |source, bytes, rows| progress.borrow_mut().update(source, bytes, rows),
        )?;
        progress.into_inner().finish();
        if !terminal.quiet {
            let text = summary(terminal, &session, &report);
            terminal.print(&text)?;
        }
        tell(terminal, &report.ingest)?;
        for (name, scorecard) in &report.scorecards {
            warn_of_stale(terminal, pipeline::find(&session, name)?, scorecard)?;
        }
        let rejected = exit(&session, &report.ingest, terminal)?;
        if self.fail_on == Some(FailOn::Missed) && !report.missed.is_empty() {
            terminal.warning(&format!("targets missed: {}", report.missed.join("; ")))?;
            return Ok(Exit::Missed);
        }
        Ok(rejected)
    }
}

/// Warns where the records end before the period that is reported.
pub(super) fn warn_of_stale(
    terminal: &mut Terminal,
    report: &ReportDefinition,
    scorecard: &Scorecard,
) -> Result<(), Trouble> {
    let newest = stale::dead_since(scorecard, report).filter(|_| !terminal.quiet);
    let Some(newest) = newest else { return Ok(()) };
    let (zone, period) = (scorecard.zone, scorecard.period.label(scorecard.zone));
    let text = format!(
        "{}: nothing newer than {} is loaded, so none for {period}",
        report.name,
        dates::date(&Language::default(), newest, zone)
    );
    let hint = stale::day_end(newest, zone).map(|end| format!("try --as-of {end}"));
    terminal.warning_with(&text, hint.as_deref())?;
    Ok(())
}

fn summary(terminal: &Terminal, session: &Session, report: &RunReport) -> String {
    let mut parts = vec![table(terminal, &report.ingest)];
    for (name, scorecard) in &report.scorecards {
        parts.push(format!(
            "{name} · {} · {}",
            scorecard.period.label(scorecard.zone),
            scorecard.period.dates(scorecard.zone)
        ));
        parts.extend(indices(terminal, scorecard));
        let declared = session.definitions.reports.get(name);
        parts.extend(declared.and_then(|declared| restated(scorecard, declared)));
    }
    for (path, changed) in &report.files {
        parts.push(format!("{} {}", if *changed { "wrote    " } else { "unchanged" }, path.display()));
    }
    parts.join("\n")
}

/// How many of the report's figures differ from what an earlier run reported, and how to see one of them.
fn restated(scorecard: &Scorecard, report: &ReportDefinition) -> Option<String> {
    let found = compose::restated_figures(scorecard, report);
    let first = found.iter().find(|one| one.dims.is_empty()).or(found.first())?;
    let figures = if found.len() == 1 { "figure differs" } else { "figures differ" };
    let by: Vec<&str> = first.dims.keys().map(String::as_str).collect();
    let by = if by.is_empty() { String::new() } else { format!(" --by {}", by.join(",")) };
    Some(format!(
        "{} {figures} from what an earlier run reported; for one: nines measure {}{by} --period {} --restated\n",
        found.len(),
        first.metric.id,
        first.period.id
    ))
}

/// The overall indices with their signals; none where the report has none.
fn indices(terminal: &Terminal, scorecard: &Scorecard) -> Option<String> {
    let rows = scorecard
        .cards
        .values()
        .filter(|card| card.dims.is_empty() && !card.contributions.is_empty())
        .map(|card| {
            vec![
                card.metric.title.clone(),
                figure::of(&Language::default(), &card.metric, card.current()),
                card.signal.words(&Language::default(), scorecard.period.kind),
            ]
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| grid(terminal, &["Index", "Score", "Signal"], &[1], rows))
}
