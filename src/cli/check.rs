//! `nines check`: definitions, references, data quality.

use chrono::DateTime;
use clap::Args;

use super::output::{count, grid};
use super::project::ProjectArguments;
use super::{Exit, Terminal, Trouble};
use crate::pipeline;
use crate::scorecard::quality::Quality;

/// Check definitions, their examples, references and data quality; all findings at once
#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    project: ProjectArguments,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open_unchecked(terminal)?;
        let report = pipeline::check(&session)?;
        for issue in &report.issues {
            terminal.issue(issue)?;
        }
        let definitions = &session.definitions;
        let mut lines = vec![format!(
            "{} tables, {} mappings, {} metrics ({} examples checked), {} reports: {} issue(s)",
            definitions.tables.len(),
            definitions.mappings.len(),
            definitions.metrics.len(),
            report.examples,
            definitions.reports.len(),
            report.issues.len()
        )];
        lines.extend(data(terminal, &report.quality));
        terminal.print(&lines.join("\n"))?;
        Ok(if report.has_errors() { Exit::Definitions } else { Exit::Done })
    }
}

fn data(terminal: &Terminal, quality: &Quality) -> Vec<String> {
    if quality.files.is_empty() && quality.unread.is_empty() {
        return vec!["The lake is empty: nines ingest".to_string()];
    }
    let mut lines = vec![format!(
        "{} records read, {} rejected; {} of finding",
        count(quality.read()),
        count(quality.rejected()),
        if quality.findings.len() == 1 { "1 kind".to_string() } else { format!("{} kinds", quality.findings.len()) }
    )];
    lines.push(tables(terminal, quality));
    let rows: Vec<Vec<String>> = quality
        .findings
        .iter()
        .map(|finding| {
            let example = finding.examples.first().map_or_else(String::new, |(row, value)| format!("{row}: {value}"));
            vec![
                finding.file.clone(),
                finding.column.clone(),
                finding.expected.clone(),
                finding.count.to_string(),
                example,
            ]
        })
        .collect();
    if !rows.is_empty() {
        lines.push(grid(terminal, &["File", "Column", "Expected", "Values", "First (row: value)"], &[3], rows));
    }
    for (file, table, number) in &quality.duplicates {
        lines.push(format!(
            "{file}: {} record(s) of {table} stand in it more than once; each counts once",
            count(*number)
        ));
    }
    for (table, tools, number, examples) in &quality.collisions {
        lines.push(format!(
            "{table}: {} id(s) are known to several exports ({tools}), of which the newest counts, such as {}",
            count(*number),
            examples.join(", ")
        ));
    }
    for volume in &quality.volumes {
        lines.push(format!(
            "{}: {} new record(s) in {}, unlike the weeks before ({:.0} to {:.0} would be usual)",
            volume.table,
            count(volume.records),
            volume.week,
            volume.lower,
            volume.upper
        ));
    }
    for (file, reason) in &quality.unread {
        lines.push(format!("{file}: could not be read: {reason}"));
    }
    for (table, column, number, examples) in &quality.orphans {
        lines.push(format!(
            "{table}.{column}: {} reference(s) to nothing, such as {}",
            count(*number),
            examples.join(", ")
        ));
    }
    for (table, rule, number) in &quality.order_violations {
        lines.push(format!("{table}: {} record(s) with {rule}: their durations are left out", count(*number)));
    }
    lines
}

/// Each table with its records, its newest instant and the columns that are filled least.
fn tables(terminal: &Terminal, quality: &Quality) -> String {
    const LEAST: usize = 3;
    let rows = quality.freshness.iter().map(|table| {
        let mut columns: Vec<_> = quality.completeness.iter().filter(|column| column.table == table.table).collect();
        columns.sort_by(|a, b| a.filled.total_cmp(&b.filled));
        let least: Vec<String> = columns
            .iter()
            .take(LEAST)
            .map(|column| format!("{} {:.1} %", column.column, column.filled * 100.0))
            .collect();
        let newest = table.newest.and_then(DateTime::from_timestamp_micros);
        vec![
            table.table.clone(),
            count(table.rows),
            newest.map_or_else(String::new, |newest| newest.format("%Y-%m-%d %H:%M").to_string()),
            least.join(", "),
        ]
    });
    grid(terminal, &["Table", "Records", "Newest (UTC)", "Filled least"], &[1], rows.collect())
}
