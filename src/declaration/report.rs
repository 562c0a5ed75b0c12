//! What a report shows, declared: `reports/<name>.toml`. Its sections in order, the figures of each, and which figures have
//! to be evaluated for it. Holds no figure; refuses keys that a kind of section doesn't have.

mod charted;
mod problems;
mod requests;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::issue::Issue;
use super::metric::Metric;
pub use requests::{Request, expand};

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportDefinition {
    /// The file's name: what `nines report NAME` takes.
    pub name: String,
    /// The file, for findings.
    pub file: String,
    /// Title, "Service scorecard".
    pub title: String,
    /// For whom it is, "Managers who decide on Monday"; may be empty.
    pub audience: String,
    /// Language of its text (BCP 47); the project's without it.
    pub language: Option<String>,
    /// Period where the command names none, in the forms of `--period`.
    pub period: String,
    /// How many periods a history has, the report's included.
    pub periods: usize,
    /// Formats that `nines run` writes.
    pub formats: Vec<String>,
    /// Sections in the order in which they are read.
    pub sections: Vec<Section>,
    /// A further page for each value of a dimension, or for each objective.
    pub pages: Option<Pages>,
}

/// A further page for each value of a dimension: the review pack of each supplier.
#[derive(Clone, Debug, PartialEq)]
pub struct Pages {
    /// The dimension, or [`OBJECTIVE`].
    pub by: String,
    /// Title of each, before the value; without it the value alone.
    pub title: String,
    /// Its sections: every figure of them is that of the value.
    pub sections: Vec<Section>,
}

/// What pages may be by that is no dimension: the objectives.
pub const OBJECTIVE: &str = "objective";

/// One section: what it shows depends on its kind.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// What it is.
    pub kind: Kind,
    /// Its heading; some kinds (verdict, tiles) have none that is seen.
    #[serde(default)]
    pub title: String,
    /// One line under the heading.
    #[serde(default)]
    pub lead: String,
    /// Stands beside the section before it where there is room.
    #[serde(default)]
    pub beside: bool,
    /// Metrics of `figures`, of `bands` and of every kind of chart; of `matrix`: the counts, then optionally what stands small below them;
    /// of `changes`: the further figures to watch for signals.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// Dimensions: the rows of `table` and `calendar`, the bands of `bands`, rows and columns of `matrix`, the parts of `pareto` and
    /// `waterfall`, the stages of `funnel`, the panels of `multiples`; of `changes` those over which a change is split to say why.
    #[serde(default)]
    pub by: Vec<String>,
    /// Tiles of `tiles`.
    #[serde(default)]
    pub tiles: Vec<Tile>,
    /// Columns of `table`.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// Metric whose status and value order the rows of `table`, worst first; without it by name.
    pub sort: Option<String>,
    /// Metrics of `table` whose slices have a history too and are watched for signals.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Most rows or statements to show; the rest is counted.
    pub limit: Option<usize>,
    /// What to say when there is nothing to show.
    #[serde(default)]
    pub empty: String,
    /// For `bands`: the bands that the title counts as old.
    #[serde(default)]
    pub old: Vec<String>,
    /// For `funnel` by a dimension: its values in the order of the stages.
    #[serde(default)]
    pub order: Vec<String>,
    /// For `figures`: the line that a section about a flow ends in; for `flow`: what it draws.
    pub balance: Option<Balance>,
}

/// A stock and its flows: what it was at the start, plus what came, less what went, is what it is at the end; what is left over is
/// printed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The stock.
    pub stock: String,
    /// What adds to it.
    pub plus: Vec<String>,
    /// What takes from it.
    pub minus: Vec<String>,
}

impl Balance {
    /// Every metric of it.
    pub fn metrics(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.stock).chain(&self.plus).chain(&self.minus)
    }
}

/// The kinds of section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One or two sentences in large type, from missed targets and signals only.
    Verdict,
    /// Headline figures with trend and evidence.
    Tiles,
    /// Figures that a signal says have changed, and why.
    Changes,
    /// Missed targets of the project.
    Decisions,
    /// One row per value of a dimension.
    Table,
    /// One row per metric.
    Figures,
    /// Counts from one value of a dimension to another.
    Matrix,
    /// One bar, split over a dimension.
    Bands,
    /// Trends with their limits.
    Charts,
    /// A share by a dimension, a cell for each day.
    Calendar,
    /// How long it takes until what is open has ended: of a metric by Kaplan-Meier.
    Survival,
    /// Where the values behind a median, percentile or mean lie.
    Histogram,
    /// Parts of a sum, the largest first, with their running share.
    Pareto,
    /// What came and what went, added up over the history; between them is what is open.
    Flow,
    /// How many reach each stage: several counts in order, or one by a dimension.
    Funnel,
    /// The same small trend for each value of a dimension, on one scale.
    Multiples,
    /// From the figure of the period before to this one's, by what each part added.
    Waterfall,
    /// How many objectives are missed, and which, in large type.
    ObjectivesVerdict,
    /// One row per objective.
    Objectives,
    /// One objective in large type: only on its own page.
    Objective,
    /// Its budget over its window.
    BurnDown,
    /// Its burn rates and how long the rest would last.
    BurnRates,
    /// Alerts that would have fired.
    Alerts,
    /// What each incident took of its budget.
    BudgetShares,
    /// What error-budget policies ask, and corrections.
    BudgetPolicy,
    /// What became of the rows.
    Quality,
    /// The parts of a sum over a dimension, held against the whole; what is left is printed.
    Shares,
    /// One row per service: the same time by several methods of accounting, the one that the agreement names marked.
    Accounting,
    /// Figures that differ from what an earlier run reported; without any there is no section.
    Restated,
    /// Every figure shown: definition, formula, evidence.
    Definitions,
}

/// The figure whose slices say by which method each service is accounted for. It is one that nobody aims at, so that it is
/// not judged twice.
pub const ACCOUNTED: &str = "coverage";

/// One tile.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// Its figure.
    pub metric: String,
    /// Its title; the metric's without it.
    pub title: Option<String>,
    /// Metrics whose figures stand under it.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Also says how many values of a dimension miss their target of a metric.
    pub below: Option<Below>,
}

/// "3 of 12 services below target".
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Below {
    /// The metric with the target.
    pub metric: String,
    /// The dimension whose values are counted.
    pub by: String,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What it shows of the metric.
    pub show: Show,
    /// The metric.
    pub metric: String,
    /// Its heading; the metric's title without it.
    pub title: Option<String>,
}

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// The figure.
    Value,
    /// Mark and word.
    Status,
    /// A bar with the target as a line.
    Bar,
    /// The target.
    Target,
    /// The trend.
    Trend,
    /// Numerator of denominator, "1 of 4".
    Parts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    title: String,
    language: Option<String>,
    #[serde(default = "last_week")]
    period: String,
    #[serde(default = "half_a_year")]
    periods: usize,
    #[serde(default = "all_formats")]
    formats: Vec<String>,
    #[serde(default)]
    audience: String,
    sections: Vec<Spanned<Section>>,
    pages: Option<RawPages>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPages {
    by: String,
    #[serde(default)]
    title: String,
    sections: Vec<Spanned<Section>>,
}

fn last_week() -> String {
    "last-week".to_owned()
}

fn half_a_year() -> usize {
    26
}

fn all_formats() -> Vec<String> {
    ["html", "md", "json"].map(str::to_owned).to_vec()
}

impl ReportDefinition {
    /// Parses a report file. `file` is its path as the user knows it; its name is the report's.
    ///
    /// # Errors
    /// Everything that is wrong with it, with lines: TOML and unknown keys, sections without what their kind needs, metrics
    /// and dimensions that `metrics` doesn't have.
    pub fn parse(file: &str, text: &str, metrics: &BTreeMap<String, Metric>) -> Result<Self, Vec<Issue>> {
        let raw: Raw = toml::from_str(text).map_err(|error| vec![Issue::from_toml(file, text, &error)])?;
        let mut issues = Vec::new();
        if raw.periods == 0 {
            issues.push(Issue::error(file, "periods: expected 1 or more, found 0"));
        }
        let pages = raw.pages.iter().flat_map(|pages| &pages.sections);
        let page = raw.pages.as_ref().map(|pages| pages.by.as_str()).filter(|by| *by != OBJECTIVE);
        let all = raw.sections.iter().map(|section| (section, None)).chain(pages.map(|section| (section, page)));
        for (section, page) in all {
            let start = section.span().start;
            let found = section.get_ref().problems(metrics, page);
            issues.extend(found.into_iter().map(|(message, known)| {
                let issue = Issue::error(file, message.clone()).at_offset(text, start);
                match known {
                    Some(word) => issue.nearest(&word, metrics.keys().map(String::as_str)),
                    None => issue,
                }
            }));
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        let name = file.rsplit('/').next().unwrap_or(file);
        Ok(Self {
            name: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
            file: file.to_owned(),
            title: raw.title,
            audience: raw.audience,
            language: raw.language,
            period: raw.period,
            periods: raw.periods,
            formats: raw.formats,
            sections: raw.sections.into_iter().map(Spanned::into_inner).collect(),
            pages: raw.pages.map(|pages| Pages {
                by: pages.by,
                title: pages.title,
                sections: pages.sections.into_iter().map(Spanned::into_inner).collect(),
            }),
        })
    }

    /// Its further pages, where they are by a dimension.
    pub fn dimension_pages(&self) -> Option<&Pages> {
        self.pages.as_ref().filter(|pages| pages.by != OBJECTIVE)
    }

    /// The report as one of its pages is declared: with the sections of the page, and no further pages.
    pub fn page(&self, pages: &Pages) -> Self {
        ReportDefinition { sections: pages.sections.clone(), pages: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn wrong_names_are_all_reported_with_their_lines() {
        let text = "title = \"T\"\n[[sections]]\nkind = \"charts\"\nmetrics = [\"availabilty\"]\n\n[[sections]]\nkind = \"table\"\nby = [\"planet\"]\ncolumns = [{ show = \"value\", metric = \"incidents\" }]\n";
        let issues = ReportDefinition::parse("reports/x.toml", text, &example::metrics()).unwrap_err();
        let lines: Vec<_> = issues.iter().map(|issue| issue.line).collect();
        assert_eq!(lines, [Some(2), Some(6)]);
        assert_eq!(issues[0].hint.as_deref(), Some("did you mean `availability`?"));
        assert!(issues[1].message.contains("found `planet`"), "{}", issues[1].message);
    }

    #[test]
    fn an_unknown_key_and_a_key_of_another_kind_are_refused() {
        let parse = |text: &str| ReportDefinition::parse("reports/x.toml", text, &example::metrics()).unwrap_err();
        let issues = parse("title = \"T\"\n[[sections]]\nkind = \"verdict\"\ntitel = \"a\"\n");
        assert_eq!(issues[0].line, Some(4), "{}", issues[0]);
        let issues = parse("title = \"T\"\n[[sections]]\nkind = \"verdict\"\nsort = \"availability\"\n");
        assert!(issues[0].message.starts_with("columns, sort, watch"));
    }
}
