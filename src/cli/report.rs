//! `nines report`: render one report.

use std::path::PathBuf;

use clap::Args;

use super::project::{ProjectArguments, parse_period};
use super::run::warn_of_stale;
use super::{Exit, Terminal, Trouble};
use crate::pipeline;

/// Render a report from what is in the lake
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The report's name, such as weekly
    name: String,
    #[command(flatten)]
    project: ProjectArguments,
    /// 2026-W46, 2026-11, 2026-Q4, FY2026-Q3, last-week, 28d ...; default: the report's own
    #[arg(long, value_name = "P")]
    period: Option<String>,
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
        let definition = pipeline::find(&session, &self.name)?;
        let period = match &self.period {
            Some(text) => parse_period(text, &session)?,
            None => pipeline::default_period(&session, definition)?,
        };
        let formats = if self.format.is_empty() { definition.formats.clone() } else { self.format.clone() };
        let to_stdout = self.out.as_ref().is_some_and(|out| out.as_os_str() == "-");
        if to_stdout && formats.len() != 1 {
            return Err(Trouble::usage("--out -: name exactly one --format"));
        }
        let (scorecard, files) = pipeline::render(&session, definition, &period, &formats)?;
        warn_of_stale(terminal, definition, &scorecard)?;
        let folder = self.out.clone().unwrap_or_else(|| session.project.out());
        for file in &files {
            if to_stdout {
                terminal.out.write_all(&file.bytes)?;
                terminal.out.flush()?;
            } else {
                let (path, _) = pipeline::write(&folder, file)?;
                terminal.print(&path.display().to_string())?;
            }
        }
        Ok(Exit::Done)
    }
}
