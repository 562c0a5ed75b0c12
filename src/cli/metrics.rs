//! `nines metrics`: the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::output::grid;
use super::{Exit, Terminal, Trouble};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::language::Language;
use crate::declaration::metric::{self, Better, Metric};
use crate::pipeline::Failure;
use crate::report::{figure, level, words::upper_first};

/// List the metrics, or show one whole with its file
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// One metric to show: meaning, formula, source, slices, SQL
    metric: Option<String>,
    /// Folder of a project whose own metrics are listed too
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// List one part only: `tier`, `change`, `supplier`, ...
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// List those only whose id, title or meaning holds this text
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
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
                let rows = self.asked(&definitions)?.into_iter().map(|metric| {
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
            (None, Format::Md) => markdown(&self.asked(&definitions)?),
        };
        terminal.print(&text)?;
        Ok(Exit::Done)
    }

    /// The metrics to list, by part and id.
    fn asked<'d>(&self, definitions: &'d Definitions) -> Result<Vec<&'d Metric>, Trouble> {
        let mut metrics = sorted(definitions);
        if let Some(part) = &self.part {
            if !metrics.iter().any(|metric| metric.pillar == *part) {
                let parts: BTreeSet<&str> = metrics.iter().map(|metric| metric.pillar.as_str()).collect();
                let message = format!("unknown part `{part}`");
                let hint = Some(format!("expected one of {}", parts.into_iter().collect::<Vec<_>>().join(", ")));
                return Err(Failure::Usage { message, hint }.into());
            }
            metrics.retain(|metric| metric.pillar == *part);
        }
        if let Some(find) = self.find.as_ref().map(|text| text.to_lowercase()) {
            metrics.retain(|metric| {
                [&metric.id, &metric.title, &metric.meaning].iter().any(|text| text.to_lowercase().contains(&find))
            });
            if metrics.is_empty() {
                return Err(Failure::usage(format!("no metric's id, title or meaning holds `{find}`")).into());
            }
        }
        Ok(metrics)
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
        format!("Unit     {}, {}", metric.unit.as_str(), direction(metric)),
        format!("Slices   {}", metric.slices.join(", ")),
        format!("Source   {}", metric.source),
    ];
    if let Some(most) = &metric.up_to {
        lines.push(format!("Up to    {most}"));
    }
    lines.extend(metric.range.iter().map(|range| format!("Range    {} to {}", range.lower, range.upper)));
    lines.extend(metric.expected.map(|expected| format!("Expected {expected}, by chance")));
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
    metric::level_lines_with(metric, &|value| figure::value_text(&Language::default(), metric, value, None))
}

/// The way that is better, in words.
fn direction(metric: &Metric) -> &'static str {
    match metric.better {
        Better::Higher => "higher is better",
        Better::Lower => "lower is better",
        Better::Neither => "neither way is better in itself",
    }
}

/// Rows of an example that are written out.
const ROWS: usize = 4;

/// A worked example in one line: what goes in, and what comes out.
fn example(metric: &Metric) -> Option<String> {
    let example = metric.example.as_ref()?;
    let inline = |table: &toml::Table| {
        let pairs: Vec<String> = table.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        if pairs.is_empty() { "{}".to_string() } else { format!("{{ {} }}", pairs.join(", ")) }
    };
    let mut parts: Vec<String> = example.rows.iter().take(ROWS).map(|row| format!("`{}`", inline(row))).collect();
    if example.rows.len() > ROWS {
        parts.push(format!("{} more rows", example.rows.len() - ROWS));
    }
    parts.extend(example.inputs.iter().map(|(name, value)| format!("`{name} = {value}`")));
    let value = match (example.expect.value, &example.expect.state) {
        (Some(value), _) => figure::value_text(&Language::default(), metric, value, None),
        (None, Some(state)) => state.replace('_', " "),
        (None, None) => return None,
    };
    Some(format!("{} gives **{value}**", parts.join(", ")))
}

/// The heading of a part: its folder's name.
fn heading(part: &str) -> String {
    // An abbreviation is no word.
    if part.len() <= 3 { part.to_uppercase() } else { upper_first(part) }
}

fn markdown(metrics: &[&Metric]) -> String {
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    metrics.iter().for_each(|metric| *parts.entry(&metric.pillar).or_default() += 1);
    let mut lines = vec!["# Metrics".to_string(), String::new()];
    lines.extend(parts.iter().map(|(part, count)| {
        let heading = heading(part);
        format!("- [{heading}](#{}): {count}", heading.to_lowercase())
    }));
    let mut part = "";
    for metric in metrics {
        if metric.pillar != part {
            part = &metric.pillar;
            lines.extend([String::new(), format!("## {}", heading(part))]);
        }
        lines.extend([
            String::new(),
            format!("### {} (`{}`)", metric.title, metric.id),
            String::new(),
            metric.meaning.clone(),
            String::new(),
            format!("- Formula: `{}`", metric::formula_text(metric)),
            format!("- Unit: {}, {}", metric.unit.as_str(), direction(metric)),
            format!(
                "- Slices: {}",
                if metric.slices.is_empty() { "none".to_string() } else { metric.slices.join(", ") }
            ),
            format!("- Source: {}", metric.source),
        ]);
        lines.extend(metric.up_to.iter().map(|most| format!("- Up to: `{most}`")));
        lines.extend(metric.expected.map(|expected| format!("- Expected by chance: {expected}")));
        lines.extend(metric.range.iter().map(|range| format!("- Range: `{}` to `{}`", range.lower, range.upper)));
        lines.extend(levels(metric).into_iter().map(|line| format!("- Levels: {line}")));
        lines.extend(example(metric).map(|line| format!("- Example: {line}")));
    }
    lines.join("\n")
}
