//! `nines sources`: the mappings, and which one fits a file.

use std::fs;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use clap::{Args, Subcommand};

use super::metrics::definitions;
use super::output::{count, grid};
use super::{Exit, Terminal, Trouble};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::issue::Level;
use crate::declaration::project::{PROJECT_FILE, Project};
use crate::pipeline::{self, Failure, Sniffed};

/// Unused columns that are named.
const UNUSED: usize = 12;
/// Doubtful columns that are named.
const WARNINGS: usize = 5;
/// Characters of a value that are shown.
const WIDTH: usize = 80;

/// List the mappings of exports, or recognise a file
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Folder of a project whose own mappings count too
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    project: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a mapping's file: what to start from for one's own
    Show {
        /// The mapping's id, such as servicenow/incident
        mapping: String,
    },
    /// Say which mapping fits a file and how sure that is, and show its first rows; draft a mapping where none fits
    Sniff {
        /// The file
        file: PathBuf,
        /// Keep a drafted mapping in the project
        #[arg(long)]
        write: bool,
    },
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let definitions = definitions(&self.project)?;
        for issue in &definitions.issues {
            terminal.issue(issue)?;
        }
        match self.action {
            None => {
                let rows = definitions.mappings.values().map(|mapping| {
                    let tables: Vec<&str> = mapping.feeds.iter().map(|feed| feed.table.as_str()).collect();
                    vec![mapping.id.clone(), tables.join(", "), mapping.title.clone()]
                });
                let text = grid(terminal, &["Mapping", "Tables", "Export"], &[], rows.collect());
                terminal.print(&text)?;
            }
            Some(Action::Show { mapping }) => {
                let path = format!("queries/sources/{mapping}.toml");
                let catalogue =
                    Catalogue::with_project(&self.project).map_err(|error| Trouble::failed(error.to_string()))?;
                if let Some(table) =
                    mapping.strip_prefix("plain/").filter(|table| definitions.tables.contains_key(*table))
                {
                    terminal.print(&format!(
                        "{mapping}: a file whose columns are named as those of the table, in any order: nines tables {table}"
                    ))?;
                    return Ok(Exit::Done);
                }
                let Some(file) = catalogue.get(&path) else {
                    let known = definitions.mappings.keys().map(String::as_str);
                    return Err(Failure::unknown("mapping file", &mapping, known).into());
                };
                terminal.print(&file.text)?;
            }
            Some(Action::Sniff { file, write }) => {
                let zone = zone(&self.project);
                let sniffed = pipeline::sniff(&file, &definitions, zone)?;
                let text = describe(&file, &sniffed);
                match &sniffed.draft {
                    None => terminal.print(&text)?,
                    Some(draft) if write => {
                        terminal.print(&text)?;
                        let path = save(&self.project, &draft.mapping.id, &draft.text)?;
                        terminal.note(&format!(
                            "Wrote {}: read it, what is marked \"guess\" most of all.",
                            path.display()
                        ))?;
                    }
                    // The draft alone on stdout, so that it can be sent to a file.
                    Some(draft) => {
                        for line in text.lines() {
                            terminal.note(line)?;
                        }
                        terminal.note("The draft follows; --write keeps it in the project's queries/sources/own/.")?;
                        terminal.print(draft.text.trim_end())?;
                    }
                }
            }
        }
        Ok(Exit::Done)
    }
}

/// The zone of the project in the folder, where there is one.
fn zone(root: &Path) -> Tz {
    let text = fs::read_to_string(root.join(PROJECT_FILE)).unwrap_or_default();
    Project::read(root, &text).0.map_or(chrono_tz::UTC, |project| project.zone)
}

/// Writes a drafted mapping into a project; the file must not be there yet.
pub(super) fn save(root: &Path, id: &str, text: &str) -> Result<PathBuf, Trouble> {
    let path = root.join("queries/sources").join(format!("{id}.toml"));
    let failed = |error: std::io::Error| Trouble::failed(format!("{}: {error}", path.display()));
    if path.exists() {
        return Err(Trouble::usage(format!("{} is there already: change it, or remove it first", path.display())));
    }
    fs::create_dir_all(path.parent().unwrap_or(root)).map_err(failed)?;
    fs::write(&path, text).map_err(failed)?;
    Ok(path)
}

/// What was found out about a file, for people.
fn describe(file: &Path, sniffed: &Sniffed) -> String {
    let columns = format!("{} column{}", sniffed.columns, if sniffed.columns == 1 { "" } else { "s" });
    let mut lines = vec![match &sniffed.draft {
        None => format!(
            "{}: {} with {columns}, recognised as {} ({})\nSure to {:.0} %: that is the share of the columns that the mapping uses.",
            file.display(),
            sniffed.format,
            sniffed.mapping.id,
            sniffed.mapping.title,
            sniffed.confidence * 100.0
        ),
        Some(draft) => format!(
            "{}: {} with {columns} that no mapping fits; drafted one for table {}\n{} columns placed; their names fit to {:.0} %.",
            file.display(),
            sniffed.format,
            draft.mapping.feeds.first().map_or("", |feed| feed.table.as_str()),
            draft.placed.len(),
            sniffed.confidence * 100.0
        ),
    }];
    if !sniffed.unused.is_empty() {
        let shown: Vec<&str> = sniffed.unused.iter().take(UNUSED).map(String::as_str).collect();
        let more = sniffed.unused.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("Not used: {}{more}", shown.join(", ")));
    }
    for (table, read, rejected) in &sniffed.counts {
        let refused = if *rejected > 0 { format!(", {} of them refused", count(*rejected)) } else { String::new() };
        lines.push(format!("\n{table}: {} of the first records{refused}", count(*read)));
        let rows = sniffed.rows.iter().find(|(name, _)| name == table).map(|(_, rows)| rows.as_slice());
        for row in rows.unwrap_or_default() {
            let width = row.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            lines.extend(row.iter().map(|(name, value)| format!("  {name:width$}  {}", one_line(value))));
            lines.push(String::new());
        }
        if rows.is_some() {
            lines.pop();
        }
    }
    if let Some(refused) = &sniffed.refused {
        lines.push(format!("\nRefused, row {}: {}", refused.row, refused.reasons.join("; ")));
    }
    let warnings = sniffed.findings.iter().filter(|finding| finding.level != Level::Note);
    for finding in warnings.take(WARNINGS) {
        let example =
            finding.examples.first().map_or_else(String::new, |(row, text)| format!(", row {row}: \"{text}\""));
        lines.push(format!(
            "Doubtful: `{}`: expected {}, {} times{example}",
            finding.column, finding.expected, finding.count
        ));
    }
    lines.join("\n")
}

fn one_line(value: &str) -> String {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= WIDTH { line } else { line.chars().take(WIDTH).chain("...".chars()).collect() }
}
