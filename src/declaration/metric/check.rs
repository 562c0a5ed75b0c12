//! A metric against its fact: the fact and every column exist, instants are instants, conditions are conditions, and the
//! example's rows could be rows of the fact.

use std::collections::BTreeMap;

use super::{Definition, Facts, IntervalKind, Metric, Time};
use crate::arithmetic::local_time::from_rfc3339;
use crate::declaration::expression::{Function, Refusal, RowExpression, Value, check_value, kind_of};
use crate::declaration::issue::Issue;
use crate::declaration::table::Kind;

/// The columns that a stock has beside those of its fact: age at the moment, and the band that it falls into.
const STOCK_COLUMNS: [(&str, Kind); 2] = [("age_s", Kind::Seconds), ("age_band", Kind::Text)];

/// Everything about a metric over rows that doesn't fit its fact.
pub(super) fn check(metric: &Metric, facts: &Facts) -> Vec<Issue> {
    let mut check = Check { metric, issues: Vec::new() };
    match &metric.definition {
        Definition::Aggregate { fact, .. } => match facts.get(fact) {
            Some(columns) => check.aggregate(columns),
            None => {
                let issue = check.issue("fact", format!("unknown fact `{fact}`"));
                check.issues.push(with_known(issue, fact, facts.keys().map(String::as_str)));
            }
        },
        _ => {
            if metric.up_to.is_some() {
                let issue = check.issue("up_to", "up_to: a metric over metrics has no range of its own");
                check.issues.push(issue.hint("write it for a metric with `fact` and `value`"));
            }
            if metric.range.is_some() {
                let issue = check.issue("range", "range: a metric over metrics has no range of its own");
                check.issues.push(issue.hint("write it for a metric with `fact` and `value`"));
            }
            check.inputs();
        }
    }
    check.issues
}

/// The issue with the nearest right name, or all of them when none is near and they are few.
fn with_known<'a>(issue: Issue, found: &str, known: impl Iterator<Item = &'a str>) -> Issue {
    let known: Vec<&str> = known.collect();
    let issue = issue.nearest(found, known.iter().copied());
    match issue.hint {
        None if known.len() <= 12 => issue.hint(format!("known are {}", known.join(", "))),
        _ => issue,
    }
}

struct Check<'m> {
    metric: &'m Metric,
    issues: Vec<Issue>,
}

impl Check<'_> {
    fn issue(&self, key: &str, message: impl Into<String>) -> Issue {
        let issue = Issue::error(&self.metric.file, message);
        match self.metric.lines.get(key) {
            Some(line) => issue.at(*line),
            None => issue,
        }
    }

    fn note(&mut self, key: &str, refusal: Refusal) {
        let issue = self.issue(key, format!("{key}: {}", refusal.message));
        self.issues.push(Issue { hint: refusal.hint, ..issue });
    }

    fn aggregate(&mut self, fact: &BTreeMap<String, Kind>) {
        let metric = self.metric;
        let Definition::Aggregate { time, population, exclude, value, coverage, interval, .. } = &metric.definition
        else {
            return;
        };
        let mut columns = fact.clone();
        match time {
            Time::At(at) => self.instant("at", at, fact),
            Time::Alive { from, to, since } => {
                for column in [from, to].into_iter().chain(since) {
                    self.instant("alive", column, fact);
                }
                columns.extend(STOCK_COLUMNS.map(|(name, kind)| (name.to_string(), kind)));
            }
        }
        if let Some(population) = population {
            self.condition("where", population, &columns);
        }
        for (name, condition) in exclude {
            self.condition(&format!("exclude.{name}"), condition, &columns);
        }
        for refusal in check_value(value, &columns) {
            self.note("value", refusal);
        }
        for refusal in metric.up_to.iter().flat_map(|most| check_value(most, &columns)) {
            self.note("up_to", refusal);
        }
        for (key, end) in
            metric.range.iter().flat_map(|range| [("range.lower", &range.lower), ("range.upper", &range.upper)])
        {
            for refusal in check_value(end, &columns) {
                self.note(key, refusal);
            }
        }
        if metric.range.is_some() && metric.up_to.is_some() {
            let issue = self.issue("range", "range: up_to is a range already");
            self.issues.push(issue.hint("write one of the two"));
        }
        for refusal in coverage.iter().flat_map(|coverage| check_value(coverage, &columns)) {
            self.note("coverage", refusal);
        }
        if metric.is_stock() {
            self.age(population.iter().chain(exclude.iter().map(|(_, row)| row)), value, coverage.as_ref());
        }
        self.interval(value, *interval);
        for slice in &metric.slices {
            match columns.get(slice) {
                Some(Kind::Text | Kind::Integer | Kind::Boolean) => {}
                Some(_) => {
                    let issue = self.issue("slices", format!("slices: `{slice}` is a measurement, not a dimension"));
                    self.issues.push(issue.hint("slice by texts, whole numbers or truth values"));
                }
                None => {
                    let issue = self.issue("slices", format!("slices: unknown column `{slice}`"));
                    self.issues.push(with_known(issue, slice, columns.keys().map(String::as_str)));
                }
            }
        }
        self.rows(fact);
    }

    fn instant(&mut self, key: &str, column: &str, columns: &BTreeMap<String, Kind>) {
        let instants = || columns.iter().filter(|(_, kind)| **kind == Kind::Instant).map(|(name, _)| name.as_str());
        let message = match columns.get(column) {
            Some(Kind::Instant) => return,
            Some(_) => format!("{key}: expected an instant, but `{column}` is none"),
            None => format!("{key}: unknown column `{column}`"),
        };
        let issue = with_known(self.issue(key, message), column, instants());
        self.issues.push(issue);
    }

    fn condition(&mut self, key: &str, row: &RowExpression, columns: &BTreeMap<String, Kind>) {
        match kind_of(row, columns) {
            Ok(Some(Kind::Boolean)) => {}
            Ok(_) => {
                let refusal = Refusal::new(format!("expected a condition, found `{}`", row.sql), 0);
                self.note(key, refusal.hint("compare it with something, as in kind = 'incident'"));
            }
            Err(refusal) => self.note(key, refusal),
        }
    }

    /// Age depends on the moment and is no column: it is known to aggregates alone, the band to slices alone.
    fn age<'r>(
        &mut self,
        conditions: impl Iterator<Item = &'r RowExpression>,
        value: &'r Value,
        coverage: Option<&'r Value>,
    ) {
        let aggregates: Vec<_> = [Some(value), coverage].into_iter().flatten().flat_map(Value::aggregates).collect();
        let filters = aggregates.iter().filter_map(|aggregate| aggregate.filter.as_ref());
        let arguments = aggregates.iter().flat_map(|aggregate| &aggregate.arguments).filter(|row| row.sql != "age_s");
        let aged = |row: &&RowExpression| STOCK_COLUMNS.iter().any(|(name, _)| row.columns.contains(*name));
        if let Some(row) = conditions.chain(filters).chain(arguments).find(aged) {
            let issue = self.issue("value", format!("`{}`: the age of a stock stands alone in an aggregate", row.sql));
            self.issues.push(issue.hint("write MEDIAN(age_s) and the like, and slice by age_band"));
        }
    }

    /// An interval that was asked for must have the parts that its formula needs.
    fn interval(&mut self, value: &Value, interval: IntervalKind) {
        let single = match value {
            Value::Aggregate(one) => Some(one.function),
            _ => None,
        };
        let fits = match interval {
            IntervalKind::Wilson => value.quotient().is_some(),
            IntervalKind::Poisson => {
                value.quotient().is_some() || matches!(single, Some(Function::Count | Function::Sum))
            }
            IntervalKind::Median => matches!(single, Some(Function::Median | Function::Quantile)),
            IntervalKind::Mean => matches!(single, Some(Function::Avg | Function::MeanBy)),
            IntervalKind::Mtbf => single.is_some_and(Function::has_test_interval),
            IntervalKind::Km => single.is_some_and(Function::is_survival),
            IntervalKind::None => true,
        };
        if !fits {
            let words = IntervalKind::ALL.iter().find(|(_, kind)| *kind == interval);
            let word = words.map_or("", |(word, _)| word);
            let issue = self.issue("interval", format!("interval: {word} doesn't fit the value `{value}`"));
            self.issues.push(issue.hint("leave `interval` out to take the one that fits, or write \"none\""));
        }
    }

    fn rows(&mut self, columns: &BTreeMap<String, Kind>) {
        let metric = self.metric;
        let Some(example) = &metric.example else {
            return;
        };
        if !example.inputs.is_empty() {
            let issue = self.issue("example.inputs", "example.inputs: a metric over rows takes rows");
            self.issues.push(issue.hint("write rows = [{ ... }]"));
        }
        if metric.is_stock() && example.moment.is_none() {
            let issue = self.issue("example", "example: a stock needs a moment");
            self.issues.push(issue.hint("write moment = \"2026-01-10T00:00:00Z\""));
        }
        for (name, cell) in example.rows.iter().flatten() {
            let Some(kind) = columns.get(name) else {
                let issue = self.issue("example.rows", format!("example.rows: unknown column `{name}`"));
                self.issues.push(with_known(issue, name, columns.keys().map(String::as_str)));
                continue;
            };
            let (fits, expected) = match kind {
                Kind::Text => (cell.is_str(), "a text"),
                Kind::Integer => (cell.is_integer(), "a whole number"),
                Kind::Number | Kind::Seconds | Kind::Share => (cell.is_integer() || cell.is_float(), "a number"),
                Kind::Boolean => (cell.is_bool(), "true or false"),
                Kind::Instant => (instant(cell).is_some(), "an RFC 3339 instant"),
            };
            if !fits {
                let message = format!("example.rows: {name}: expected {expected}, found {cell}");
                let issue = self.issue("example.rows", message);
                self.issues.push(issue);
            }
        }
    }

    fn inputs(&mut self) {
        let metric = self.metric;
        let known = metric.inputs();
        let Some(example) = &metric.example else {
            return;
        };
        if !example.rows.is_empty() || example.moment.is_some() {
            let issue = self.issue("example.rows", "example.rows: a metric over metrics takes inputs, not rows");
            self.issues.push(issue.hint("write inputs = { metric_id = 1.5 }"));
        }
        for name in example.inputs.keys().filter(|name| !known.contains(name)) {
            let message = format!("example.inputs: `{name}` is no input of this metric");
            let issue = self.issue(&format!("example.inputs.{name}"), message);
            self.issues.push(with_known(issue, name, known.iter().map(String::as_str)));
        }
    }
}

fn instant(cell: &toml::Value) -> Option<i64> {
    match cell {
        toml::Value::Datetime(at) => from_rfc3339(&at.to_string()),
        other => from_rfc3339(other.as_str()?),
    }
}
