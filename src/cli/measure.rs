//! `nines measure`: figures to the screen or a pipe.

use clap::{Args, ValueEnum};

use super::contributions;
use super::output::{grid, parquet};
use super::project::{ProjectArguments, parse_period};
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::rfc3339;
use crate::arithmetic::period::Period;
use crate::declaration::language::Language;
use crate::metrics::measure::{Flag, Measure};
use crate::pipeline::{self, Failure, Question, Session};
use crate::report::{compose, figure, level, v1, words};
use crate::scorecard::restated::Published;
use crate::scorecard::target;

/// Compute figures: any metric, slice and period
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Metric ids (`nines metrics` lists them)
    #[arg(required = true, value_name = "METRIC")]
    metrics: Vec<String>,
    #[command(flatten)]
    project: ProjectArguments,
    /// Dimensions to cut by, such as service or team,priority
    #[arg(long, value_name = "DIM", value_delimiter = ',')]
    by: Vec<String>,
    /// 2026-W46, 2026-11, 2026-Q4, 2026-H2, 2026, FY2026, FY2026-Q3, last-week, last-fiscal-quarter, 2026-11-01..2026-11-15,
    /// 28d. FY2026 is the fiscal year that ends in 2026; it begins in the project's fiscal_year_start
    #[arg(long, value_name = "P", default_value = "last-week")]
    period: String,
    /// How many periods, ending with that one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    trailing: u16,
    /// Only rows of the fact for which this is true, such as "priority = 1"
    #[arg(long = "where", value_name = "SQL")]
    filter: Option<String>,
    /// Only figures that differ from what an earlier run reported for the same period, with both values
    #[arg(long, conflicts_with_all = ["contributions", "filter"])]
    restated: bool,
    /// Split the change since the period before over the dimension of --by (mix and rate effects apart), or an index into its parts
    #[arg(long, conflicts_with = "trailing")]
    contributions: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    #[default]
    Table,
    Json,
    Csv,
    Parquet,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let period = parse_period(&self.period, &session)?;
        if self.contributions {
            let text = contributions::answer(
                terminal,
                &session,
                &self.metrics,
                &self.by,
                &period,
                self.filter.as_deref(),
                self.format,
            )?;
            terminal.print(&text)?;
            return Ok(Exit::Done);
        }
        let periods: Vec<Period> = period.trailing(usize::from(self.trailing), session.project.zone);
        let question = Question { metrics: self.metrics, by: self.by, periods, filter: self.filter };
        let mut measures = pipeline::measure(&session, &question)?;
        for id in question.metrics.iter().filter(|id| !measures.iter().any(|measure| measure.metric == **id)) {
            terminal.note(&format!("{id}: no data: there is nothing to cut by {}", question.by.join(", ")))?;
        }
        if self.restated {
            let published = pipeline::published(&session, &measures)?;
            let both = measures.into_iter().zip(published);
            let differing: Vec<(Measure, Published)> =
                both.filter_map(|(measure, published)| Some((measure, published?))).collect();
            match self.format {
                Format::Table => return restated(terminal, &session, differing),
                Format::Json => {
                    let text = json(&session, differing.iter().map(|(measure, published)| (measure, Some(published))))?;
                    terminal.print(&text)?;
                    return Ok(Exit::Done);
                }
                // Their columns are those of any figure, with the flag.
                Format::Csv | Format::Parquet => {
                    let flagged = differing.into_iter().map(|(mut measure, published)| {
                        measure.flags.extend((!published.redefined).then_some(Flag::Restated));
                        measure
                    });
                    measures = flagged.collect();
                }
            }
        }
        let text = match self.format {
            Format::Table => table(terminal, &session, &question.by, &measures),
            Format::Json => json(&session, measures.iter().map(|measure| (measure, None)))?,
            Format::Csv => csv(&session, &measures)?,
            Format::Parquet => {
                if terminal.width.is_some() {
                    return Err(Trouble::usage("parquet is not text: pipe it, or redirect it to a file"));
                }
                let measures: Vec<&Measure> = measures.iter().collect();
                let mut frame = pipeline::measure_frame(&measures, session.as_of).map_err(Failure::from)?;
                terminal.out.write_all(&parquet(&mut frame)?)?;
                terminal.out.flush()?;
                return Ok(Exit::Done);
            }
        };
        terminal.print(&text)?;
        Ok(Exit::Done)
    }
}

/// The column of intervals.
const INTERVAL: &str = "95 % interval";

fn slice(measure: &Measure) -> String {
    let parts: Vec<String> = measure
        .dims
        .values()
        .map(|value| if value.is_empty() { "(none)".to_string() } else { value.clone() })
        .collect();
    parts.join(" · ")
}

/// The figures as a grid: a column for each dimension in the order that was asked for, and none that is empty throughout.
fn table(terminal: &Terminal, session: &Session, by: &[String], measures: &[Measure]) -> String {
    let english = Language::default();
    let year = session.project.delivery.levels;
    let mut header: Vec<&str> = vec!["Metric"];
    header.extend(by.iter().map(String::as_str));
    let first = header.len();
    header.extend(["Period", "Value", INTERVAL, "n", "Coverage", "Flags", "Level"]);
    let rows: Vec<Vec<String>> = measures
        .iter()
        .map(|measure| {
            let metric = session.definitions.metrics.get(&measure.metric);
            let flags: Vec<&str> = measure.flags.iter().map(|flag| flag.as_str()).collect();
            let mut row = vec![measure.metric.clone()];
            row.extend(by.iter().map(|dimension| {
                measure
                    .dims
                    .get(dimension)
                    .map_or_else(String::new, |value| words::slice_name(&english, value).to_string())
            }));
            row.extend([
                measure.period.id.clone(),
                metric.map_or_else(String::new, |metric| figure::of(&english, metric, measure)),
                metric.and_then(|metric| figure::interval(&english, metric, measure)).unwrap_or_default(),
                measure.n.to_string(),
                measure.coverage.map(|coverage| figure::share(&english, coverage, None)).unwrap_or_default(),
                flags.join(", "),
                metric.and_then(|metric| level::of(&english, metric, measure, year)).unwrap_or_default(),
            ]);
            row
        })
        .collect();
    let kept: Vec<usize> = (0..header.len())
        .filter(|column| *column <= first + 1 || rows.iter().any(|row| !row[*column].is_empty()))
        .collect();
    let doubt = rows.iter().any(|row| row.last().is_some_and(|level| level.contains('?')));
    let rows = rows.into_iter().map(|row| kept.iter().map(|column| row[*column].clone()).collect()).collect();
    let shown: Vec<&str> = kept.iter().map(|column| header[*column]).collect();
    let right: Vec<usize> = (0..shown.len()).filter(|at| ["Value", "n", "Coverage"].contains(&shown[*at])).collect();
    let mut text = grid(terminal, &shown, &right, rows);
    for line in left_out(session, measures) {
        text.push_str(&format!("\n{line}"));
    }
    if doubt {
        text.push_str(&format!("\n{}", level::DOUBT));
    }
    text
}

/// "tickets_opened: left out are children 29": for each metric the rows that no figure of the table takes in.
fn left_out(session: &Session, measures: &[Measure]) -> Vec<String> {
    let english = Language::default();
    let mut by_metric: Vec<(&str, Vec<(String, u64)>)> = Vec::new();
    let newest = measures.iter().map(|measure| measure.period.start).max();
    for measure in measures {
        let Some(metric) = session.definitions.metrics.get(&measure.metric) else { continue };
        // A record stands in a stock at the end of each period: only the last one's are told.
        if metric.is_stock() && Some(measure.period.start) != newest {
            continue;
        }
        let at = by_metric.iter().position(|(id, _)| *id == measure.metric).unwrap_or_else(|| {
            by_metric.push((&measure.metric, Vec::new()));
            by_metric.len() - 1
        });
        for (name, count) in &measure.excluded {
            match by_metric[at].1.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += count,
                None => by_metric[at].1.push((name.clone(), *count)),
            }
        }
    }
    let line = |(id, excluded): (&str, Vec<(String, u64)>)| {
        let words = words::left_out(&english, session.definitions.metrics.get(id)?, &excluded);
        (!words.is_empty()).then(|| format!("{id}: rows left out: {}", words.join(", ")))
    };
    by_metric.into_iter().filter_map(line).collect()
}

/// The figures that differ, with both values.
fn restated(terminal: &mut Terminal, session: &Session, differing: Vec<(Measure, Published)>) -> Result<Exit, Trouble> {
    let english = Language::default();
    if differing.is_empty() {
        terminal.note("no figure differs from what an earlier run reported for it")?;
    }
    let since = pipeline::records_since(session, &differing)?;
    let rows = differing
        .iter()
        .zip(&since)
        .filter_map(|((measure, published), since)| {
            let metric = session.definitions.metrics.get(&measure.metric)?;
            let why = if published.redefined { "definition changed" } else { "restated" };
            Some(vec![
                measure.metric.clone(),
                slice(measure),
                measure.period.id.clone(),
                words::then(&english, metric, published, measure),
                figure::of(&english, metric, measure),
                rfc3339(published.at),
                why.to_string(),
                match compose::records_in_words(&english, since) {
                    (records, _) if records.is_empty() => String::new(),
                    (records, ids) => format!("{records} ({ids})"),
                },
            ])
        })
        .collect();
    let header = ["Metric", "Slice", "Period", "Published", "Now", "Published at", "Why", "Records since"];
    let text = grid(terminal, &header, &[3, 4], rows);
    terminal.print(&text)?;
    Ok(Exit::Done)
}

fn json<'m>(
    session: &Session,
    measures: impl Iterator<Item = (&'m Measure, Option<&'m Published>)>,
) -> Result<String, Trouble> {
    let targets = pipeline::targets(session);
    let judged = measures.filter_map(|(measure, published)| {
        let metric = session.definitions.metrics.get(&measure.metric)?;
        let target = target::choose(metric, &measure.dims, &targets);
        let target = target.filter(target::Target::judges);
        let standing = target::standing(metric, measure, target.as_ref(), false);
        let mut written = v1::Measure::of(metric, measure, Some((target.as_ref(), standing)));
        if session.project.delivery.levels.is_some() {
            let chosen = level::chosen(metric, session.project.delivery.levels);
            written.level = chosen.and_then(|levels| v1::Level::of(levels, measure));
        }
        Some(v1::Measure { published: published.map(v1::Published::of), ..written })
    });
    let document = serde_json::json!({
        "as_of": rfc3339(session.as_of),
        "known_at": session.known_at.map(rfc3339),
        "measures": judged.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&document).map_err(|error| Trouble::failed(format!("json: {error}")))
}

fn csv(session: &Session, measures: &[Measure]) -> Result<String, Trouble> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Trouble::failed(format!("csv: {error}"));
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let header = "metric,unit,period,slice,state,value,numerator,denominator,n,lower,upper,coverage,flags".split(',');
    writer.write_record(header).map_err(failed)?;
    for measure in measures {
        let unit = session.definitions.metrics.get(&measure.metric).map_or("", |metric| metric.unit.as_str());
        let dims: Vec<String> = measure.dims.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let flags: Vec<&str> = measure.flags.iter().map(|flag| flag.as_str()).collect();
        writer
            .write_record([
                measure.metric.as_str(),
                unit,
                &measure.period.id,
                &dims.join(";"),
                measure.state.as_str(),
                &number(measure.value),
                &number(measure.numerator),
                &number(measure.denominator),
                &measure.n.to_string(),
                &number(measure.lower),
                &number(measure.upper),
                &number(measure.coverage),
                &flags.join(";"),
            ])
            .map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Trouble::failed(format!("csv: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
