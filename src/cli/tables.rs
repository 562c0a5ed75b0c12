//! `nines tables`: the data dictionary.

use std::path::PathBuf;

use clap::Args;

use super::metrics::{Format, definitions};
use super::output::grid;
use super::{Exit, Terminal, Trouble};
use crate::declaration::table::{Column, Table};
use crate::pipeline::Failure;

/// List the canonical tables and facts, or the columns of one
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// One table, or `fact_NAME`, to show with its columns
    table: Option<String>,
    /// Folder of a project whose own declarations are listed too
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let definitions = definitions(&self.project)?;
        let mut all: Vec<(String, &Table)> =
            definitions.tables.iter().map(|(name, table)| (name.clone(), table)).collect();
        all.extend(definitions.facts.iter().map(|(name, fact)| (format!("fact_{name}"), fact)));
        let text = match (&self.table, self.format) {
            (Some(name), format) => {
                let Some((name, table)) = all.iter().find(|(known, _)| known == name) else {
                    return Err(Failure::unknown("table", name, all.iter().map(|(name, _)| name.as_str())).into());
                };
                match format {
                    Format::Table => {
                        let rules = rules(table).map_or_else(String::new, |rules| format!("\n{rules}"));
                        format!("{name}: {}{rules}\n\n{}", table.meaning, columns(terminal, table))
                    }
                    Format::Md => markdown(name, table),
                }
            }
            (None, Format::Table) => {
                let rows = all
                    .iter()
                    .map(|(name, table)| vec![name.clone(), table.columns.len().to_string(), table.meaning.clone()]);
                grid(terminal, &["Table", "Columns", "One row is"], &[1], rows.collect())
            }
            (None, Format::Md) => {
                let parts: Vec<String> = all.iter().map(|(name, table)| markdown(name, table)).collect();
                format!("# Data dictionary\n\n{}", parts.join("\n"))
            }
        };
        terminal.print(&text)?;
        Ok(Exit::Done)
    }
}

fn columns(terminal: &Terminal, table: &Table) -> String {
    let rows = table.columns.iter().map(|column| {
        let required = if column.required { "yes" } else { "" };
        vec![column.name.clone(), column.kind.as_str().to_string(), required.to_string(), meaning(column)]
    });
    grid(terminal, &["Column", "Type", "Required", "Meaning"], &[], rows.collect())
}

fn markdown(name: &str, table: &Table) -> String {
    let mut lines = vec![format!("## `{name}`"), String::new(), table.meaning.clone(), String::new()];
    if let Some(rules) = rules(table) {
        lines.extend([rules, String::new()]);
    }
    lines.push("| column | type | required | meaning |".to_string());
    lines.push("|---|---|---|---|".to_string());
    for column in &table.columns {
        let required = if column.required { "yes" } else { "" };
        let meaning = meaning(column).replace('|', "\\|");
        lines.push(format!("| `{}` | {} | {required} | {meaning} |", column.name, column.kind.as_str()));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What a column means, what it may hold and what it refers to.
fn meaning(column: &Column) -> String {
    let mut parts = vec![column.meaning.clone()];
    if !column.values.is_empty() {
        parts.push(format!("One of {}.", column.values.join(", ")));
    }
    if let Some(target) = &column.references {
        parts.push(format!("Refers to {target}."));
    }
    parts.extend(match (column.min, column.max) {
        (Some(min), Some(max)) => Some(format!("From {min} to {max}.")),
        (Some(min), None) => Some(format!("At least {min}.")),
        (None, Some(max)) => Some(format!("At most {max}.")),
        (None, None) => None,
    });
    parts.join(" ")
}

/// What identifies a record, and which instants must not be reversed.
fn rules(table: &Table) -> Option<String> {
    let mut parts = Vec::new();
    if !table.key.is_empty() {
        parts.push(format!("Key: {}.", table.key.join(", ")));
    }
    let orders: Vec<String> = table.order.iter().map(|(earlier, later)| format!("{earlier} before {later}")).collect();
    if !orders.is_empty() {
        parts.push(format!("Checked: {}.", orders.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}
