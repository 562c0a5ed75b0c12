//! `nines run`: the job for cron.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ingest::{exit, table, tell};
use super::progress::Progress;
use super::project::{ProjectArguments, parse_period};
use super::{Exit, Terminal, Trouble};
use crate::declaration::language::Language;
use crate::declaration::report::ReportDefinition;
use crate::pipeline::{self, RunOptions, RunReport, Session};
use crate::report::{compose, dates, stale, text};
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
            let declared = pipeline::find(&session, name)?;
            warn_of_stale(terminal, declared, scorecard)?;
            if declared.formats.iter().any(|format| format == MAIL) {
                warn_of_no_address(terminal, &session, name)?;
            }
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

/// The format that travels.
pub(super) const MAIL: &str = "mail";

/// Warns where a message has nobody to go to.
pub(super) fn warn_of_no_address(terminal: &mut Terminal, session: &Session, report: &str) -> Result<(), Trouble> {
    let addresses = session.project.mail.of(report);
    let missing = match addresses {
        None => "From and To",
        Some(addresses) if addresses.from.is_none() => "From",
        Some(addresses) if addresses.to.is_empty() => "To",
        Some(_) => return Ok(()),
    };
    let hint = "say in nines.toml: [mail] from = \"reports@acme.example\", to = [\"board@acme.example\"]";
    terminal
        .warning_with(&format!("{report}: the message has no {missing}: the project names no address"), Some(hint))?;
    Ok(())
}

fn summary(terminal: &Terminal, session: &Session, report: &RunReport) -> String {
    let mut parts = vec![table(terminal, &report.ingest)];
    for (position, ((name, scorecard), document)) in report.scorecards.iter().zip(&report.documents).enumerate() {
        parts.push(text::short(document, position == 0, &terminal.style()));
        let declared = session.definitions.reports.get(name);
        parts.extend(declared.and_then(|declared| restated(scorecard, declared)));
    }
    parts.extend(files(report));
    parts.join("\n")
}

/// A line for each report: its first page in its formats, and how many further pages it has; then what belongs to none.
fn files(report: &RunReport) -> Vec<String> {
    let word = |changed: bool| if changed { "wrote    " } else { "unchanged" };
    let mut lines = Vec::new();
    let mut left: Vec<&(PathBuf, bool)> = report.files.iter().collect();
    for (name, scorecard) in &report.scorecards {
        let first = format!("{name}-{}", scorecard.period.id);
        let stem = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_of = |path: &PathBuf| stem(path) == *name || stem(path).starts_with(&format!("{name}-"));
        let (own, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(path, _)| is_of(path));
        left = others;
        let (page, further): (Vec<_>, Vec<_>) =
            own.iter().copied().partition(|(path, _)| stem(path) == first || stem(path) == *name);
        let Some((path, _)) = page.first() else { continue };
        let extension = |path: &PathBuf| path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let others: String = page.iter().skip(1).map(|(path, _)| format!(" .{}", extension(path))).collect();
        let pages: BTreeSet<String> = further.iter().map(|(path, _)| stem(path)).collect();
        let more = match pages.len() {
            0 => String::new(),
            1 => " and one further page".to_owned(),
            many => format!(" and {many} further pages"),
        };
        let changed = own.iter().any(|(_, changed)| *changed);
        lines.push(format!("{} {}{others}{more}", word(changed), path.display()));
    }
    lines.extend(left.into_iter().map(|(path, changed)| format!("{} {}", word(*changed), path.display())));
    lines
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
