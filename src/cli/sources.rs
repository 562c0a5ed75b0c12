//! `nines sources`: the mappings, and which one fits a file.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::metrics::definitions;
use super::output::grid;
use super::{Exit, Terminal, Trouble};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::mapping::Mapping;
use crate::ingest::recognise::{peek_as, recognise};
use crate::pipeline::Failure;

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
    /// Say which mapping fits a file and how sure that is
    Sniff {
        /// The file
        file: PathBuf,
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
                let Some(file) = catalogue.get(&path) else {
                    let known = definitions.mappings.keys().map(String::as_str);
                    return Err(Failure::unknown("mapping file", &mapping, known).into());
                };
                terminal.print(&file.text)?;
            }
            Some(Action::Sniff { file }) => {
                let mappings: Vec<&Mapping> = definitions.mappings.values().collect();
                let found = recognise(&file, &mappings)
                    .map_err(|error| Trouble::usage(format!("{}: {error}", file.display())))?;
                let peeked = peek_as(&file, found.mapping)
                    .map_err(|error| Trouble::failed(format!("{}: {error}", file.display())))?;
                let mut lines = vec![
                    format!("{}: {} ({})", file.display(), found.mapping.id, found.mapping.title),
                    format!("It knows {:.0} % of the file's {} columns.", found.confidence * 100.0, peeked.names.len()),
                ];
                if !found.unknown.is_empty() {
                    lines.push(format!("Not used: {}", found.unknown.join(", ")));
                }
                terminal.print(&lines.join("\n"))?;
            }
        }
        Ok(Exit::Done)
    }
}
