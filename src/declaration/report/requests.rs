//! Which figures have to be evaluated for a report: those that it shows, those of its pages, and those that say why one moved.

use std::collections::{BTreeMap, BTreeSet};

use super::{ACCOUNTED, Balance, Kind, OBJECTIVE, ReportDefinition, Show};
use crate::declaration::metric::{Definition, Metric};

/// Figures that a report needs: a metric, overall or cut by dimensions, for the report's period and the one before, or
/// with its history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Id of the metric.
    pub metric: String,
    /// Dimensions to cut by; empty for the overall figure.
    pub by: Vec<String>,
    /// Every trailing period is needed; else the report's and the one before it.
    pub history: bool,
}

impl ReportDefinition {
    /// The figures that the report needs, those of its pages too: sorted, each once. See [`expand`] for what indices and reasons
    /// need.
    pub fn all_requests(&self) -> Vec<Request> {
        let mut wanted: BTreeSet<Request> = self.requests().into_iter().collect();
        if let Some(pages) = self.dimension_pages() {
            for mut request in self.page(pages).requests() {
                if !request.by.contains(&pages.by) {
                    request.by.push(pages.by.clone());
                }
                wanted.insert(request);
            }
        }
        // What is wanted with its history is wanted once.
        let with_history: BTreeSet<(String, Vec<String>)> = wanted
            .iter()
            .filter(|request| request.history)
            .map(|request| (request.metric.clone(), request.by.clone()))
            .collect();
        wanted.retain(|one| one.history || !with_history.contains(&(one.metric.clone(), one.by.clone())));
        wanted.into_iter().collect()
    }

    /// The figures that the report's first page needs, as declared: sorted, each once.
    pub fn requests(&self) -> Vec<Request> {
        let mut wanted: BTreeMap<(String, Vec<String>), bool> = BTreeMap::new();
        let mut want = |metric: &str, by: &[String], history: bool| {
            *wanted.entry((metric.to_owned(), by.to_vec())).or_default() |= history;
        };
        for section in &self.sections {
            for tile in &section.tiles {
                want(&tile.metric, &[], true);
                for metric in &tile.evidence {
                    want(metric, &[], true);
                }
                if let Some(below) = &tile.below {
                    want(&below.metric, std::slice::from_ref(&below.by), false);
                }
            }
            for column in &section.columns {
                let history = column.show == Show::Trend || section.watch.contains(&column.metric);
                want(&column.metric, &section.by, history);
            }
            for metric in section.balance.iter().flat_map(Balance::metrics) {
                want(metric, &[], true);
            }
            for metric in &section.metrics {
                match section.kind {
                    Kind::Matrix => want(metric, &section.by, false),
                    Kind::Shares => {
                        if section.metrics.first() == Some(metric) {
                            want(metric, &section.by, false);
                        }
                        if section.metrics.last() == Some(metric) {
                            want(metric, &[], false);
                        }
                    }
                    Kind::Accounting => {
                        want(metric, &section.by[..1.min(section.by.len())], false);
                        want(ACCOUNTED, &section.by, false);
                    }
                    Kind::Bands => {
                        want(metric, &section.by, false);
                        want(metric, &[], true);
                    }
                    kind if kind.is_charted() => section.want_charted(metric, &mut want),
                    _ => want(metric, &[], true),
                }
            }
        }
        wanted.into_iter().map(|((metric, by), history)| Request { metric, by, history }).collect()
    }

    /// Whether any of its pages shows objectives.
    pub fn shows_objectives(&self) -> bool {
        let kinds = [Kind::ObjectivesVerdict, Kind::Objectives, Kind::Alerts, Kind::BudgetPolicy];
        self.pages.as_ref().is_some_and(|pages| pages.by == OBJECTIVE)
            || self.sections.iter().any(|section| kinds.contains(&section.kind))
    }

    /// The dimensions over which changes are split, from the sections that explain them.
    pub fn reasons(&self) -> BTreeSet<String> {
        self.sections
            .iter()
            .filter(|section| section.kind == Kind::Changes)
            .flat_map(|section| section.by.iter().cloned())
            .collect()
    }
}

/// All figures to evaluate for a report: its own requests, with indices replaced by their parts (which the scorecard
/// combines), and every overall figure with a history also cut by the dimensions that can say why it changed.
pub fn expand(report: &ReportDefinition, metrics: &BTreeMap<String, Metric>) -> Vec<Request> {
    let mut wanted: BTreeMap<(String, Vec<String>), bool> = BTreeMap::new();
    for request in report.all_requests() {
        let mut seen = BTreeSet::new();
        leaves(&request.metric, metrics, &mut seen, &mut |metric| {
            if request.by.iter().all(|dimension| metric.slices.contains(dimension)) {
                *wanted.entry((metric.id.clone(), request.by.clone())).or_default() |= request.history;
            }
        });
        let Some(metric) = metrics.get(&request.metric) else {
            continue;
        };
        if request.by.is_empty() && !matches!(metric.definition, Definition::Index { .. }) {
            for reason in report.reasons().iter().filter(|reason| metric.slices.contains(reason)) {
                wanted.entry((metric.id.clone(), vec![reason.clone()])).or_default();
            }
        }
    }
    wanted.into_iter().map(|((metric, by), history)| Request { metric, by, history }).collect()
}

fn leaves<'a>(
    id: &'a str,
    metrics: &'a BTreeMap<String, Metric>,
    seen: &mut BTreeSet<&'a str>,
    found: &mut impl FnMut(&'a Metric),
) {
    let Some(metric) = metrics.get(id) else {
        return;
    };
    if !seen.insert(id) {
        return;
    }
    match &metric.definition {
        Definition::Index { parts } => {
            for part in parts {
                leaves(&part.metric, metrics, seen, found);
            }
        }
        _ => found(metric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn indices_are_requested_as_their_parts_with_history() {
        let text = "title = \"T\"\n[[sections]]\nkind = \"tiles\"\ntiles = [{ metric = \"availability_index\" }]\n[[sections]]\nkind = \"changes\"\nby = [\"team\"]\n[[sections]]\nkind = \"figures\"\nmetrics = [\"incidents\"]\n";
        let metrics = example::metrics();
        let report = ReportDefinition::parse("reports/x.toml", text, &metrics).unwrap();
        assert_eq!(report.name, "x");
        let expanded: Vec<_> =
            expand(&report, &metrics).into_iter().map(|r| (r.metric, r.by.join(","), r.history)).collect();
        let expected = [
            ("availability", "", true),
            ("incidents", "", true),
            ("incidents", "team", false),
            ("longest_outage", "", true),
        ];
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| (a.to_string(), b.to_string(), *c)).collect();
        assert_eq!(expanded, expected);
    }
}
