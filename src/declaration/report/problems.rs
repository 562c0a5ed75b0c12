//! What is wrong with a section: keys of another kind, too few or too many metrics and dimensions, names that nobody knows.

use std::collections::BTreeMap;

use super::{Balance, Kind, Section};
use crate::declaration::metric::Metric;

impl Section {
    /// What is wrong: a message and, for a misspelt metric, the word that was found. On a page for each value of a dimension every
    /// figure is cut by that too.
    pub(super) fn problems(
        &self,
        metrics: &BTreeMap<String, Metric>,
        page: Option<&str>,
    ) -> Vec<(String, Option<String>)> {
        let mut problems = Vec::new();
        let mut expect = |holds: bool, message: &str| {
            if !holds {
                problems.push((message.to_owned(), None));
            }
        };
        match self.kind {
            Kind::Tiles => {
                expect(!self.tiles.is_empty(), "tiles: expected one or more `[[sections.tiles]]`, found none");
            }
            Kind::Table => {
                expect(self.by.len() == 1, "by: expected one dimension for a table");
                expect(!self.columns.is_empty(), "columns: expected one or more, found none");
            }
            Kind::Matrix => {
                expect(self.by.len() == 2, "by: expected two dimensions for a matrix, rows and columns");
                expect((1..=2).contains(&self.metrics.len()), "metrics: expected one or two for a matrix");
            }
            Kind::Accounting => {
                let by: Vec<&str> = self.by.iter().map(String::as_str).collect();
                expect(
                    by == ["service", "maintenance_rule"],
                    "by: expected [\"service\", \"maintenance_rule\"] for accounting",
                );
                expect(!self.metrics.is_empty(), "metrics: expected one or more, one a method");
            }
            Kind::Shares => {
                expect(self.by.len() == 1, "by: expected one dimension for shares");
                expect(self.metrics.len() == 2, "metrics: expected two for shares, the parts and the whole");
            }
            Kind::Bands => {
                expect(self.by.len() == 1, "by: expected one dimension for bands");
                expect(self.metrics.len() == 1, "metrics: expected one for bands");
            }
            Kind::Figures | Kind::Charts => {
                expect(!self.metrics.is_empty(), "metrics: expected one or more, found none");
            }
            _ => {}
        }
        let own = self.kind == Kind::Tiles;
        expect(own || self.tiles.is_empty(), "tiles: only a section of kind `tiles` has them");
        let own = self.kind == Kind::Table;
        let plain = self.columns.is_empty() && self.sort.is_none() && self.watch.is_empty();
        expect(own || plain, "columns, sort, watch: only a section of kind `table` has them");
        expect(
            self.kind == Kind::Figures || self.balance.is_none(),
            "balance: only a section of kind `figures` has one",
        );
        let named = self.named();
        for (metric, mut by) in named {
            by.extend(page.map(str::to_owned));
            match metrics.get(metric) {
                None => {
                    problems.push((format!("metric `{metric}`: there is none of this name"), Some(metric.to_owned())));
                }
                Some(found) => {
                    for dimension in by.iter().filter(|dimension| !found.slices.contains(dimension)) {
                        let slices = found.slices.join(", ");
                        problems.push((
                            format!("by: expected a slice of `{metric}` ({slices}), found `{dimension}`"),
                            None,
                        ));
                    }
                }
            }
        }
        problems
    }

    /// Every metric that it names, with the dimensions that it is cut by.
    fn named(&self) -> Vec<(&str, Vec<String>)> {
        let cut = match self.kind {
            Kind::Table | Kind::Matrix | Kind::Bands => self.by.clone(),
            Kind::Accounting => self.by.iter().take(1).cloned().collect(),
            _ => Vec::new(),
        };
        let mut named: Vec<(&str, Vec<String>)> = Vec::new();
        for tile in &self.tiles {
            named.push((&tile.metric, Vec::new()));
            named.extend(tile.evidence.iter().map(|metric| (metric.as_str(), Vec::new())));
            named.extend(tile.below.iter().map(|below| (below.metric.as_str(), vec![below.by.clone()])));
        }
        named.extend(self.columns.iter().map(|column| (column.metric.as_str(), cut.clone())));
        named.extend(self.metrics.iter().enumerate().map(|(place, metric)| {
            let parts = self.kind == Kind::Shares && place == 0;
            (metric.as_str(), if parts { self.by.clone() } else { cut.clone() })
        }));
        named.extend(self.balance.iter().flat_map(Balance::metrics).map(|metric| (metric.as_str(), Vec::new())));
        named.extend(self.sort.iter().chain(&self.watch).map(|metric| (metric.as_str(), Vec::new())));
        named
    }
}
