//! `nines report`: render one report.

use std::path::PathBuf;

use clap::Args;

use super::project::{ProjectArguments, parse_period};
use super::run::warn_of_stale;
use super::{Exit, Terminal, Trouble};
use crate::declaration::report::ReportDefinition;
use crate::pipeline;

/// Render reports from what is in the lake
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The report's name, such as weekly
    #[arg(required_unless_present = "all")]
    name: Option<String>,
    /// Every report that is declared, each for its own period unless --period names one
    #[arg(long, conflicts_with = "name")]
    all: bool,
    #[command(flatten)]
    project: ProjectArguments,
    /// 2026-W46, 2026-11, 2026-Q4, FY2026-Q3, last-week, 28d ...; default: the report's own
    #[arg(long, value_name = "P")]
    period: Option<String>,
    /// This many periods that end with the one: 52 renders a year of weekly pages again
    #[arg(long, value_name = "N", default_value_t = 1)]
    last: usize,
    /// Formats: html, md, json; default: the report's own
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<String>,
    /// Folder to write to; default: out/ of the project. `-` writes one format to stdout
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let definitions: Vec<&ReportDefinition> = match &self.name {
            Some(name) => vec![pipeline::find(&session, name)?],
            None => session.definitions.reports.values().collect(),
        };
        if self.last == 0 {
            return Err(Trouble::usage("--last: expected 1 or more, found 0"));
        }
        let to_stdout = self.out.as_ref().is_some_and(|out| out.as_os_str() == "-");
        if to_stdout && (self.format.len() > 1 || self.all || self.last > 1) {
            return Err(Trouble::usage("--out -: name one report, one period and one --format"));
        }
        let folder = self.out.clone().unwrap_or_else(|| session.project.out());
        for definition in definitions {
            let period = match &self.period {
                Some(text) => parse_period(text, &session)?,
                None => pipeline::default_period(&session, definition)?,
            };
            let periods = period.trailing(self.last, session.project.zone);
            let formats = if self.format.is_empty() { definition.formats.clone() } else { self.format.clone() };
            if to_stdout && formats.len() != 1 {
                return Err(Trouble::usage("--out -: name exactly one --format"));
            }
            for report in pipeline::render(&session, definition, &periods, &formats)? {
                warn_of_stale(terminal, definition, &report.scorecard)?;
                for file in &report.files {
                    if to_stdout {
                        terminal.out.write_all(&file.bytes)?;
                        terminal.out.flush()?;
                    } else {
                        let (path, _) = pipeline::write(&folder, file)?;
                        terminal.print(&path.display().to_string())?;
                    }
                }
            }
        }
        if !to_stdout && let Some((path, _)) = pipeline::write_index(&session, &folder)? {
            terminal.print(&path.display().to_string())?;
        }
        Ok(Exit::Done)
    }
}
