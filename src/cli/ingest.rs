//! `nines ingest`: exports to lake.

use std::path::PathBuf;

use clap::Args;

use super::output::{count, grid};
use super::progress::Progress;
use super::project::ProjectArguments;
use super::{Exit, Terminal, Trouble};
use crate::declaration::issue::Level;
use crate::ingest::load::{FileReport, IngestReport};
use crate::pipeline::{self, Session};

/// Read exports into the lake: each record version once, rejects kept with their reasons
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,
    /// Files to read; default: all exports that the project names
    files: Vec<PathBuf>,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let report = read(&session, &self.files, terminal)?;
        if !terminal.quiet {
            let text = table(terminal, &report);
            terminal.print(&text)?;
        }
        tell(terminal, &report)?;
        exit(&session, &report, terminal)
    }
}

/// Ingests with progress.
pub(super) fn read(session: &Session, files: &[PathBuf], terminal: &Terminal) -> Result<IngestReport, Trouble> {
    let progress = std::cell::RefCell::new(Progress::new(terminal));
    let report = pipeline::ingest(
        session,
        files,
        &mut |sources| progress.borrow_mut().plan(sources),
        &mut |source, bytes, rows| progress.borrow_mut().update(source, bytes, rows),
    )?;
    progress.into_inner().finish();
    Ok(report)
}

/// One line per file and table.
pub(super) fn table(terminal: &Terminal, report: &IngestReport) -> String {
    let mut rows = Vec::new();
    for file in &report.files {
        let mapping = file.mapping.clone().unwrap_or_default();
        if file.tables.is_empty() {
            let why = if file.error.is_some() { "not read" } else { "" };
            rows.push(vec![file.name.clone(), mapping.clone(), why.to_string()]);
        }
        for table in &file.tables {
            let numbers = [table.read, table.accepted, table.rejected, table.unchanged].map(count);
            let mut row = vec![file.name.clone(), mapping.clone(), table.table.clone()];
            row.extend(numbers);
            rows.push(row);
        }
    }
    let header = ["File", "Mapping", "Table", "Read", "Accepted", "Rejected", "Unchanged"];
    grid(terminal, &header, &[3, 4, 5, 6], rows)
}

/// Messages about what was doubtful, rejected or unreadable.
pub(super) fn tell(terminal: &mut Terminal, report: &IngestReport) -> Result<(), Trouble> {
    for glob in &report.empty_globs {
        terminal.warning(&format!("exports `{glob}`: no file matches"))?;
    }
    for file in &report.files {
        if let Some(error) = &file.error {
            terminal.error(&format!("{}: {error}", file.name), None)?;
        }
        findings(terminal, file)?;
        for (name, number) in &file.ignored {
            terminal.note(&format!("{}: {} left out: {name}", file.name, records(*number)))?;
        }
        let rejected: u64 = file.tables.iter().map(|table| table.rejected).sum();
        if rejected > 0 && !file.known {
            let sql = "SELECT file, \"row\", reasons FROM ledger_rejects";
            terminal.note(&format!("{}: {} rejected; list them: nines query '{sql}'", file.name, count(rejected)))?;
        }
    }
    if !report.files.is_empty() && report.files.iter().all(|file| file.known) {
        terminal.note("Nothing new: every file had been read before.")?;
    }
    Ok(())
}

fn findings(terminal: &mut Terminal, file: &FileReport) -> Result<(), Trouble> {
    for finding in &file.findings {
        let example = finding
            .examples
            .first()
            .map_or_else(String::new, |(row, value)| format!(", first at row {row}: \"{value}\""));
        let place = match finding.column.as_str() {
            "" => finding.file.clone(),
            column => format!("{}: column `{column}`", finding.file),
        };
        let times = if finding.count == 1 { "once".to_string() } else { format!("{} times", count(finding.count)) };
        let text = format!("{place}: expected {}: {times}{example}", finding.expected);
        match finding.level {
            Level::Note => terminal.note(&text)?,
            Level::Warning | Level::Error => {
                if !terminal.quiet {
                    terminal.warning(&text)?;
                }
            }
        }
    }
    Ok(())
}

/// 3 when more was rejected than the project tolerates, which is said even where nothing else is.
pub(super) fn exit(session: &Session, report: &IngestReport, terminal: &mut Terminal) -> Result<Exit, Trouble> {
    let tolerated = session.project.tolerate_rejects;
    if report.worst_rejected_share() <= tolerated {
        return Ok(Exit::Done);
    }
    for file in report.files.iter().filter(|file| file.error.is_none()) {
        for table in file.tables.iter().filter(|table| table.rejected as f64 > tolerated * table.read as f64) {
            let (rejected, read) = (count(table.rejected), count(table.read));
            let message = format!("{}: {rejected} of {read} records of {} are rejected", file.name, table.table);
            let hint = "see ledger_rejects; `tolerate_rejects` in nines.toml says how large a share is all right";
            terminal.error(&message, Some(hint))?;
        }
    }
    Ok(Exit::Rejected)
}

/// A number of records, in words.
fn records(number: u64) -> String {
    if number == 1 { "1 record".to_string() } else { format!("{} records", count(number)) }
}
