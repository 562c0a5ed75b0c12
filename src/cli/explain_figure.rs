//! `nines explain METRIC`: what a figure means, its numbers, and the rows that it counts and leaves out.

use clap::{Args, ValueEnum};
use polars::prelude::DataFrame;

use super::project::{ProjectArguments, parse_period};
use super::query;
use super::{Exit, Terminal, Trouble};
use crate::declaration::language::Language;
use crate::declaration::metric::{Metric, formula_text, sql};
use crate::metrics::measure::Measure;
use crate::pipeline::{self, MetricExplanation, Session};
use crate::report::{figure, words};

/// Which figure, and how much of it.
#[derive(Args, Debug)]
pub(super) struct Figure {
    /// Id of the metric (`nines metrics` lists them)
    #[arg(required = true)]
    metric: Option<String>,
    #[command(flatten)]
    project: ProjectArguments,
    /// 2026-W46, 2026-11, 2026-Q4, last-week, 28d ...
    #[arg(long, value_name = "P", default_value = "last-week")]
    period: String,
    /// Only rows of the fact for which this is true, such as "service = 'Payments'"
    #[arg(long = "where", value_name = "SQL")]
    filter: Option<String>,
    /// Most rows on the screen; csv and json give all
    #[arg(long, value_name = "N", default_value_t = 20)]
    rows: usize,
    /// Form of the result: all of it, or its rows
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Csv,
    Json,
}

impl Figure {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let period = parse_period(&self.period, &session)?;
        let id = self.metric.unwrap_or_default();
        let explained = pipeline::explain_metric(&session, &id, &period, self.filter.as_deref())?;
        let condition = self.filter.as_ref().map_or_else(String::new, |sql| format!(" --where \"{sql}\""));
        let asked = format!(" --period {}{condition}", period.id);
        let bytes = match self.format {
            Format::Table => text(terminal, &session, &explained, self.rows, &asked).into_bytes(),
            Format::Csv => query::csv(only(&explained)?)?,
            Format::Json => query::json(only(&explained)?)?,
        };
        terminal.out.write_all(&bytes)?;
        terminal.out.flush()?;
        Ok(Exit::Done)
    }
}

/// The rows of the one metric under a figure.
fn only(explained: &MetricExplanation) -> Result<&DataFrame, Trouble> {
    match explained.rows.as_slice() {
        [one] => Ok(&one.frame),
        several => {
            let names: Vec<&str> = several.iter().map(|one| one.metric.as_str()).collect();
            let (id, names) = (&explained.metric.id, names.join(", "));
            Err(Trouble::usage(format!("{id} rests on the rows of several metrics: name one of {names}")))
        }
    }
}

fn text(terminal: &Terminal, session: &Session, explained: &MetricExplanation, most: usize, asked: &str) -> String {
    let english = Language::default();
    let metric = &explained.metric;
    let mut lines = vec![format!("{} ({})", metric.title, metric.id), metric.meaning.clone(), String::new()];
    let mut say = |name: &str, text: String| lines.push(format!("{name:<10} {text}"));
    say("Formula", formula_text(metric));
    say("Source", metric.source.clone());
    match &explained.measure {
        Some(measure) => {
            let label = measure.period.label(session.project.zone);
            say("Figure", format!("{} in {label}", figure::of(&english, metric, measure)));
            for (name, text) in evidence(metric, measure) {
                say(name, text);
            }
        }
        None => say("Figure", "no data".to_owned()),
    }
    for (input, measure) in &explained.inputs {
        let value =
            measure.as_ref().map_or_else(|| "no data".to_owned(), |measure| figure::of(&english, input, measure));
        say("Part", format!("{value}: {} ({})", input.title, input.id));
    }
    for rows in &explained.rows {
        let (all, counted) = (rows.frame.height(), rows.counted);
        let of = if explained.rows.len() > 1 { format!(" of {}", rows.metric) } else { String::new() };
        lines.push(String::new());
        lines.push(format!(
            "Rows{of} in fact_{}: {} counted, {} left out, {} in all",
            rows.fact,
            figure::count(&english, counted as f64),
            figure::count(&english, (all - counted) as f64),
            figure::count(&english, all as f64)
        ));
        if all > 0 && most > 0 {
            let metric = session.definitions.metrics.get(&rows.metric).unwrap_or(metric);
            lines.push(query::table(terminal, &telling(&rows.frame, metric), most));
            lines.push(format!("nines explain {}{asked} --format csv gives all columns and rows", rows.metric));
        }
    }
    lines.push(String::new());
    lines.push(sql(metric));
    lines.join("\n")
}

/// Columns that name a row, beside its key.
const NAMES: usize = 2;

/// The columns that say what a row is and what the metric makes of it: the reason, the first ones, and those that the metric reads.
fn telling(frame: &DataFrame, metric: &Metric) -> DataFrame {
    let read = metric.columns();
    let kept = frame.get_column_names().into_iter().map(|name| name.as_str()).enumerate();
    let kept: Vec<&str> =
        kept.filter(|(place, name)| *place <= NAMES || read.contains(*name)).map(|(_, name)| name).collect();
    // All of them are columns of the frame.
    frame.select(kept).unwrap_or_else(|_| frame.clone())
}

/// What a measure rests on, by name.
fn evidence(metric: &Metric, measure: &Measure) -> Vec<(&'static str, String)> {
    let english = Language::default();
    let mut found = Vec::new();
    if let (Some(over), Some(under)) = (measure.numerator, measure.denominator) {
        found.push(("Numbers", format!("{over} / {under}")));
    }
    found.push(("n", figure::count(&english, measure.n as f64)));
    found.extend(figure::interval(&english, metric, measure).map(|text| ("95 % from", text)));
    found.extend(measure.coverage.map(|coverage| ("Coverage", figure::share(&english, coverage, None))));
    let excluded = words::left_out(&english, metric, &measure.excluded);
    if !excluded.is_empty() {
        found.push(("Left out", excluded.join(", ")));
    }
    let flags = words::flags(&english, measure);
    if !flags.is_empty() {
        found.push(("Flags", flags.join(", ")));
    }
    found
}
