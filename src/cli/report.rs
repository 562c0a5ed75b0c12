//! `nines report`: render one report.

use std::path::PathBuf;

use clap::Args;

use super::project::{ProjectArguments, parse_period};
use super::run::{MAIL, warn_of_no_address, warn_of_stale};
use super::{Exit, Terminal, Trouble};
use crate::pipeline;
use crate::report::{format, text};

/// The format that is printed.
const TEXT: &str = "text";

fn formats() -> String {
    format!("Formats: {}; default: the report's own", format::names())
}

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
        // Text is read where it was asked for, unless a folder is named.
        let is_printed = |name: &String| name == TEXT && self.out.as_ref().is_none_or(|_| to_stdout);
        let (printed, written): (Vec<_>, Vec<_>) = formats.into_iter().partition(is_printed);
        let rendering = pipeline::render(&session, definition, &period, &written)?;
        warn_of_stale(terminal, definition, &rendering.scorecard)?;
        if written.iter().any(|name| name == MAIL) {
            warn_of_no_address(terminal, &session, &definition.name)?;
        }
        if !printed.is_empty() {
            let style = terminal.style();
            let pages: Vec<String> = rendering.documents.iter().map(|page| text::draw(page, &style)).collect();
            terminal.print(&pages.join("\n"))?;
        }
        let folder = self.out.clone().unwrap_or_else(|| session.project.out());
        for file in &rendering.files {
            if to_stdout {
                terminal.out.write_all(&file.bytes)?;
                terminal.out.flush()?;
            } else {
                let (path, _) = pipeline::write(&folder, file)?;
                let path = path.display().to_string();
                // Beside a page that is read, the names of files are no result.
                if printed.is_empty() { terminal.print(&path)? } else { terminal.note(&format!("wrote {path}"))? }
            }
        }
        Ok(Exit::Done)
    }
}
