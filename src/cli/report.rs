//! `nines report`: render one report.

use std::path::PathBuf;

use clap::Args;

use super::project::{ProjectArguments, parse_period};
use super::run::{MAIL, warn_of_no_address, warn_of_stale};
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::rfc3339;
use crate::declaration::report::ReportDefinition;
use crate::pipeline;
use crate::report::{format, text};

/// The format that is printed.
const TEXT: &str = "text";

fn formats() -> String {
    format!("Formats: {}; default: the report's own", format::names())
}

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
    // The registered formats, so that a further one needs no line here.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', help = formats())]
    format: Vec<String>,
    /// Folder to write to; default: out/ of the project, and text to the terminal. `-` writes one format to stdout
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
        let mut wrote = false;
        for definition in definitions {
            let period = match &self.period {
                Some(text) => parse_period(text, &session)?,
                None => pipeline::default_period(&session, definition)?,
            };
            if period.start > session.as_of {
                let message = format!("--period: {} hasn't begun: \"now\" is {}", period.id, rfc3339(session.as_of));
                return Err(Trouble::usage(message));
            }
            let periods = period.trailing(self.last, session.project.zone);
            let formats = if self.format.is_empty() { definition.formats.clone() } else { self.format.clone() };
            if to_stdout && formats.len() != 1 {
                return Err(Trouble::usage("--out -: name exactly one --format"));
            }
            // Text is read where it was asked for, unless a folder is named.
            let is_printed = |name: &String| name == TEXT && self.out.as_ref().is_none_or(|_| to_stdout);
            let (printed, written): (Vec<_>, Vec<_>) = formats.into_iter().partition(is_printed);
            if written.iter().any(|name| name == MAIL) {
                warn_of_no_address(terminal, &session, &definition.name)?;
            }
            for report in pipeline::render(&session, definition, &periods, &written)? {
                warn_of_stale(terminal, definition, &report.scorecard)?;
                if let Some(page) = report.documents.first().filter(|_| !printed.is_empty()) {
                    let style = terminal.style();
                    terminal.print(&text::draw(page, &style))?;
                }
                for file in &report.files {
                    if to_stdout {
                        terminal.out.write_all(&file.bytes)?;
                        terminal.out.flush()?;
                        continue;
                    }
                    let path = pipeline::write(&folder, file)?.0.display().to_string();
                    wrote = true;
                    // Beside a page that is read, the names of files are no result.
                    if printed.is_empty() { terminal.print(&path)? } else { terminal.note(&format!("wrote {path}"))? }
                }
            }
        }
        if wrote && let Some((path, true)) = pipeline::write_index(&session, &folder)? {
            terminal.note(&format!("wrote {}", path.display()))?;
        }
        Ok(Exit::Done)
    }
}
