//! What the sections that draw one chart need beyond cards: figures by day, the values behind a figure, and the checks of their
//! metrics and dimensions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, ReportDefinition, Section};
use crate::declaration::expression::{Function, Value};
use crate::declaration::metric::{Definition, Metric, Unit};

impl Kind {
    /// Whether a section of it draws one chart of its own making.
    pub(super) fn is_charted(self) -> bool {
        matches!(
            self,
            Kind::Calendar
                | Kind::Survival
                | Kind::Histogram
                | Kind::Pareto
                | Kind::Flow
                | Kind::Funnel
                | Kind::Multiples
                | Kind::Waterfall
        )
    }
}

impl Section {
    /// Asks for the cards that a chart of one of its metrics rests on.
    pub(super) fn want_charted(&self, metric: &str, want: &mut impl FnMut(&str, &[String], bool)) {
        match self.kind {
            Kind::Calendar => want(metric, &self.by, false),
            Kind::Multiples => want(metric, &self.by, true),
            Kind::Pareto | Kind::Funnel if !self.by.is_empty() => want(metric, &self.by, false),
            Kind::Funnel => want(metric, &[], false),
            Kind::Waterfall => {
                want(metric, &[], true);
                if !self.by.is_empty() {
                    want(metric, &self.by, false);
                }
            }
            _ => want(metric, &[], true),
        }
    }

    /// What a chart of its kind lacks, or has too much of.
    pub(super) fn chart_problems(&self, metrics: &BTreeMap<String, Metric>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut expect = |holds: bool, message: String| {
            if !holds {
                problems.push(message);
            }
        };
        let kind = self.kind.word();
        let known: Vec<&Metric> = self.metrics.iter().filter_map(|metric| metrics.get(metric)).collect();
        let (one, by) = (self.metrics.len() == 1, self.by.len());
        let shown = |found: &Metric| format!("metric `{}`", found.id);
        match self.kind {
            Kind::Flow => {
                let flows = self.balance.as_ref().is_some_and(|flow| !flow.plus.is_empty() && !flow.minus.is_empty());
                expect(flows, "balance: expected a stock with one or more of `plus` and `minus` for a flow".to_owned());
                expect(self.metrics.is_empty(), "metrics: a flow has none but those of its `balance`".to_owned());
            }
            Kind::Funnel if by == 0 => {
                expect(
                    self.metrics.len() > 1,
                    "metrics: expected two or more counts in order, or one with `by`".to_owned(),
                );
                for found in &known {
                    let message = format!("{}: expected counts for a funnel, found {}", shown(found), unit(found));
                    expect(found.unit == Unit::Count, message);
                }
            }
            _ => expect(one, format!("metrics: expected one for a {kind}")),
        }
        match self.kind {
            Kind::Calendar | Kind::Pareto | Kind::Multiples => {
                expect(by == 1, format!("by: expected one dimension for a {kind}"));
            }
            Kind::Funnel => expect(by <= 1, "by: expected one dimension for a funnel, or none".to_owned()),
            Kind::Waterfall => {
                let index = known.iter().any(|found| matches!(found.definition, Definition::Index { .. }));
                let enough = if index { by == 0 } else { by == 1 };
                expect(
                    enough,
                    "by: expected one dimension for a waterfall; none for an index, which has parts".to_owned(),
                );
            }
            _ => expect(by == 0, format!("by: a {kind} is of the overall figure and has none")),
        }
        for found in known {
            let fits = match self.kind {
                Kind::Calendar => {
                    let index = matches!(found.definition, Definition::Index { .. });
                    let share = found.unit == Unit::Share && !index && !found.is_stock();
                    (share, "expected a share of what happened in a period")
                }
                Kind::Survival => {
                    let kaplan_meier = matches!(function(found), Some(Function::KmMedian | Function::KmQuantile));
                    (kaplan_meier, "expected KM_MEDIAN or KM_QUANTILE")
                }
                Kind::Histogram => {
                    let of_values =
                        matches!(function(found), Some(Function::Median | Function::Quantile | Function::Avg));
                    (of_values, "expected MEDIAN, QUANTILE or AVG of values")
                }
                Kind::Pareto => (found.is_additive(), "expected a count or a sum, whose parts add up"),
                Kind::Funnel if by == 1 => {
                    let quotient =
                        matches!(&found.definition, Definition::Aggregate { value: Value::Binary { .. }, .. });
                    (found.unit == Unit::Count || quotient, "expected a count, or a share of counts")
                }
                Kind::Waterfall => {
                    let whole = matches!(found.definition, Definition::Index { .. });
                    let quotient =
                        matches!(&found.definition, Definition::Aggregate { value: Value::Binary { .. }, .. });
                    (
                        whole || quotient || found.is_additive(),
                        "expected a count, a sum, a quotient or an index, whose parts add up",
                    )
                }
                _ => (true, ""),
            };
            expect(fits.0, format!("{}: {} for a {kind}", shown(found), fits.1));
        }
        problems
    }
}

/// The aggregate of a metric that is nothing else.
fn function(metric: &Metric) -> Option<Function> {
    match &metric.definition {
        Definition::Aggregate { value: Value::Aggregate(aggregate), .. } => Some(aggregate.function),
        _ => None,
    }
}

/// What a metric measures, for a message.
fn unit(metric: &Metric) -> String {
    format!("{:?}", metric.unit).to_lowercase()
}

impl Kind {
    /// The word that a report file uses for a kind of chart.
    fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

impl ReportDefinition {
    /// Figures that are wanted day by day: metric and dimension.
    pub fn daily(&self) -> BTreeSet<(String, String)> {
        let calendars = self.sections.iter().filter(|section| section.kind == Kind::Calendar);
        calendars.filter_map(|section| Some((section.metrics.first()?.clone(), section.by.first()?.clone()))).collect()
    }

    /// Metrics of which the values behind the figure are wanted.
    pub fn distributions(&self) -> BTreeSet<String> {
        let kinds = [Kind::Survival, Kind::Histogram];
        let charts = self.sections.iter().filter(|section| kinds.contains(&section.kind));
        charts.filter_map(|section| section.metrics.first().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;

    fn parse(section: &str) -> Result<ReportDefinition, Vec<String>> {
        let definitions = Definitions::load(&Catalogue::embedded());
        let text = format!("title = \"T\"\n[[sections]]\n{section}\n");
        ReportDefinition::parse("reports/x.toml", &text, &definitions.metrics)
            .map_err(|issues| issues.into_iter().map(|issue| issue.message).collect())
    }

    #[test]
    fn a_chart_says_what_its_figure_must_be() {
        for (section, message) in [
            (
                "kind = \"calendar\"\nmetrics = [\"downtime\"]\nby = [\"service\"]",
                "metric `downtime`: expected a share",
            ),
            ("kind = \"calendar\"\nmetrics = [\"availability\"]", "by: expected one dimension for a calendar"),
            ("kind = \"survival\"\nmetrics = [\"time_to_resolve_median\"]", "expected KM_MEDIAN or KM_QUANTILE"),
            ("kind = \"histogram\"\nmetrics = [\"downtime\"]", "expected MEDIAN, QUANTILE or AVG"),
            ("kind = \"pareto\"\nmetrics = [\"availability\"]\nby = [\"service\"]", "expected a count or a sum"),
            ("kind = \"flow\"\nmetrics = [\"tickets_opened\"]", "balance: expected a stock"),
            ("kind = \"funnel\"\nmetrics = [\"tickets_opened\"]", "metrics: expected two or more counts in order"),
            ("kind = \"multiples\"\nmetrics = [\"availability\"]", "by: expected one dimension for a multiples"),
            ("kind = \"waterfall\"\nmetrics = [\"rasm_index\"]\nby = [\"service\"]", "none for an index"),
            ("kind = \"waterfall\"\nmetrics = [\"time_to_resolve_median\"]\nby = [\"team\"]", "whose parts add up"),
            (
                "kind = \"table\"\norder = [\"a\"]\nby = [\"team\"]\ncolumns = [{ show = \"value\", metric = \"tickets_opened\" }]",
                "order: only",
            ),
        ] {
            let found = parse(section).unwrap_err();
            assert!(found.iter().any(|one| one.contains(message)), "{section}: {found:?}");
        }
    }

    #[test]
    fn days_and_values_are_asked_for_apart_from_cards() {
        let report = parse("kind = \"calendar\"\nmetrics = [\"availability\"]\nby = [\"service\"]").unwrap();
        assert_eq!(report.daily(), BTreeSet::from([("availability".to_owned(), "service".to_owned())]));
        assert!(report.requests().iter().all(|request| !request.history));
        let report = parse("kind = \"survival\"\nmetrics = [\"time_to_resolve_km_median\"]").unwrap();
        assert_eq!(report.distributions(), BTreeSet::from(["time_to_resolve_km_median".to_owned()]));
        let report = parse("kind = \"waterfall\"\nmetrics = [\"tickets_opened\"]\nby = [\"team\"]").unwrap();
        let asked: Vec<_> = report.requests().into_iter().map(|r| (r.by.join(","), r.history)).collect();
        assert_eq!(asked, [(String::new(), true), ("team".to_owned(), false)]);
    }
}
