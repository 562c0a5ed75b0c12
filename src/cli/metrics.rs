//! `nines metrics`: the catalogue.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::grid;
use super::{Exit, Terminal, Trouble};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::metric::{self, Metric};
use crate::pipeline::Failure;
use crate::report::{figure, level};

/// List the metrics, or show one whole with its file
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// One metric to show: meaning, formula, source, slices, SQL
    metric: Option<String>,
    /// Folder of a project whose own metrics are listed too
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// Form of the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Form of a list.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// A grid.
    #[default]
    Table,
    /// Markdown.
    Md,
}

fn catalogue(project: &std::path::Path) -> Result<Catalogue, Trouble> {
    Catalogue::with_project(project).map_err(|error| Trouble::failed(error.to_string()))
}

/// The declarations of the binary, and of the project where there is one.
pub(super) fn definitions(project: &std::path::Path) -> Result<Definitions, Trouble> {
    Ok(Definitions::load(&catalogue(project)?))
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let definitions = definitions(&self.project)?;
        let metrics = &definitions.metrics;
        let text = match (&self.metric, self.format) {
            (Some(id), _) => match metrics.get(id) {
                Some(metric) => {
                    let file = catalogue(&self.project)?.get(&metric.file).map(|file| file.text.clone());
                    format!("{}\n\n# {}\n{}", one(metric), metric.file, file.unwrap_or_default())
                }
                None => return Err(Failure::unknown("metric", id, metrics.keys().map(String::as_str)).into()),
            },
            (None, Format::Table) => {
                let rows = sorted(&definitions).into_iter().map(|metric| {
                    vec![
                        metric.pillar.clone(),
                        metric.id.clone(),
                        metric.title.clone(),
                        metric.unit.as_str().to_string(),
                        metric.better.as_str().to_string(),
                        metric.slices.join(", "),
                    ]
                });
                grid(terminal, &["Part", "Metric", "Title", "Unit", "Better", "Slices"], &[], rows.collect())
            }
            (None, Format::Md) => markdown(&definitions),
        };
        terminal.print(&text)?;
        Ok(Exit::Done)
    }
}

fn sorted(definitions: &Definitions) -> Vec<&Metric> {
    let mut metrics: Vec<&Metric> = definitions.metrics.values().collect();
    metrics.sort_by_key(|metric| (&metric.pillar, &metric.id));
    metrics
}

fn one(metric: &Metric) -> String {
    let mut lines = vec![
        format!("{} ({})", metric.title, metric.id),
        String::new(),
        metric.meaning.clone(),
        String::new(),
        format!("Formula  {}", metric::formula_text(metric)),
        format!("Unit     {}, {} is better", metric.unit.as_str(), metric.better.as_str()),
        format!("Slices   {}", metric.slices.join(", ")),
        format!("Source   {}", metric.source),
    ];
    if let Some(most) = &metric.up_to {
        lines.push(format!("Up to    {most}"));
    }
    lines.extend(metric.range.iter().map(|range| format!("Range    {} to {}", range.lower, range.upper)));
    let levels = levels(metric);
    let several = !levels.is_empty();
    lines.extend(levels.into_iter().map(|line| format!("Levels   {line}")));
    lines.extend(several.then(|| format!("         {}", level::DOUBT)));
    if metric.fact().is_some() {
        lines.extend(["SQL".to_string(), metric::sql(metric)]);
    }
    lines.join("\n")
}

/// The published levels, their ends in the unit that people say.
fn levels(metric: &Metric) -> Vec<String> {
    metric::level_lines_with(metric, &|value| figure::value_text(metric, value, None))
}

fn markdown(definitions: &Definitions) -> String {
    let mut lines = vec!["# Metrics".to_string()];
    let mut pillar = "";
    for metric in sorted(definitions) {
        if metric.pillar != pillar {
            pillar = &metric.pillar;
            let mut title: Vec<char> = pillar.chars().collect();
            if let Some(first) = title.first_mut() {
                first.make_ascii_uppercase();
            }
            lines.extend([String::new(), format!("## {}", title.into_iter().collect::<String>())]);
        }
        lines.extend([
            String::new(),
            format!("### {} (`{}`)", metric.title, metric.id),
            String::new(),
            metric.meaning.clone(),
            String::new(),
            format!("- Formula: `{}`", metric::formula_text(metric)),
            format!("- Unit: {}, {} is better", metric.unit.as_str(), metric.better.as_str()),
            format!(
                "- Slices: {}",
                if metric.slices.is_empty() { "none".to_string() } else { metric.slices.join(", ") }
            ),
            format!("- Source: {}", metric.source),
        ]);
        lines.extend(metric.up_to.iter().map(|most| format!("- Up to: `{most}`")));
        lines.extend(metric.range.iter().map(|range| format!("- Range: `{}` to `{}`", range.lower, range.upper)));
        lines.extend(levels(metric).into_iter().map(|line| format!("- Levels: {line}")));
    }
    lines.join("\n")
}
