//! Metrics: what each figure means, parsed from `queries/metrics/<folder>/<id>.toml` and checked against the facts and
//! against each other before anything runs. A metric with an error is left out, and so is whatever depends on it.

use std::collections::BTreeMap;

use super::expression::{Formula, Function, RowExpression, Value};

mod check;
mod example;
mod fields;
mod graph;
#[cfg(test)]
mod graph_tests;
mod levels;
mod print;
mod ranking;
mod read;
mod reads;
#[cfg(test)]
mod shipped_tests;
mod tables;
#[cfg(test)]
mod tests;

pub use graph::load;
pub use levels::{Band, Level, Levels};
pub use print::{formula_in, formula_text, level_lines, level_lines_with, sql};

/// The columns of each fact: fact, column, what the column holds.
pub type Facts = BTreeMap<String, BTreeMap<String, super::table::Kind>>;

/// One metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its id: the name of its file.
    pub id: String,
    /// Its name for readers.
    pub title: String,
    /// What it measures: cohort, clock, what is left out.
    pub meaning: String,
    /// Where the definition comes from.
    pub source: String,
    /// The unit of its value.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// The dimensions by which it may be cut; columns of its fact.
    pub slices: Vec<String>,
    /// The folder that it lies in: a pillar or a practice.
    pub pillar: String,
    /// How it is computed.
    pub definition: Definition,
    /// The value that scores 100, unless the project says otherwise.
    pub target: Option<f64>,
    /// The value that scores 0, unless the project says otherwise.
    pub limit: Option<f64>,
    /// What honest data or mere chance gives, in place of a target: only a figure whose whole interval lies on the worse side of it
    /// is called missed.
    pub expected: Option<f64>,
    /// Fewer rows than this are not enough for a figure.
    pub minimum_n: u64,
    /// Figures to show next to it.
    pub beside: Vec<String>,
    /// The value if everything is true that is only inferred: the figure is then the range from its value to this, and
    /// flagged as estimated.
    pub up_to: Option<Value>,
    /// The ends of its range where the rows carry their own, as a forecast does: in place of a sample's interval. An end that
    /// has no value is open.
    pub range: Option<Range>,
    /// Whether it rests on inference and not on records alone: its figures are flagged.
    pub estimated: bool,
    /// Levels of performance that others have published, by year.
    pub levels: Vec<Levels>,
    /// A worked example, checked by the tests.
    pub example: Option<Example>,
    /// Its file, from the root of the catalogue.
    pub file: String,
    /// The line of each key of the file, counted from 1; keys of sub-tables as `exclude.name`.
    pub lines: BTreeMap<String, usize>,
}

impl Metric {
    /// The metrics that it is computed from.
    pub fn inputs(&self) -> Vec<String> {
        match &self.definition {
            Definition::Aggregate { .. } => Vec::new(),
            Definition::Formula(formula) => formula.inputs().into_iter().collect(),
            Definition::Index { parts } => parts.iter().map(|part| part.metric.clone()).collect(),
        }
    }

    /// The fact that it reads, for a metric over rows.
    pub fn fact(&self) -> Option<&str> {
        match &self.definition {
            Definition::Aggregate { fact, .. } => Some(fact),
            _ => None,
        }
    }

    /// Whether it counts what stands at a moment, and not what happened in a period.
    pub fn is_stock(&self) -> bool {
        matches!(&self.definition, Definition::Aggregate { time: Time::Alive { .. }, .. })
    }
}

/// The ends of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The lower end.
    pub lower: Value,
    /// The upper end.
    pub upper: Value,
}

/// How a metric is computed.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // A few hundred of them at most, and nearly all are the large one.
pub enum Definition {
    /// From the rows of a fact.
    Aggregate {
        /// The fact.
        fact: String,
        /// What places a row in a period.
        time: Time,
        /// Only rows for which this is true are the metric's population.
        population: Option<RowExpression>,
        /// Rows left out of the population, by name and counted under it, in the order of the file.
        exclude: Vec<(String, RowExpression)>,
        /// The value.
        value: Value,
        /// Share of what should have been measured that was; by default the share of rows whose value is present.
        coverage: Option<Value>,
        /// How its interval is computed.
        interval: IntervalKind,
    },
    /// From the values of other metrics for the same period and slice.
    Formula(Formula),
    /// The weighted mean of the scores of other metrics.
    Index {
        /// What is weighed.
        parts: Vec<Part>,
    },
}

/// What places a row in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Time {
    /// The instant of the row that falls into the period.
    At(String),
    /// A stock: rows that had begun and not ended just before the moment, which is the end of the period, or as-of when
    /// that is earlier: `from` before it, `to` missing or not before it. So the stock at the end is the stock at the start
    /// plus what begins and less what ends in the half-open period. Expressions also see `age_s`, slices `age_band`.
    Alive {
        /// When a row begins to count.
        from: String,
        /// When it no longer counts.
        to: String,
        /// What its age is reckoned from, where that isn't when it began to count.
        since: Option<String>,
    },
}

/// One part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The metric whose score counts.
    pub metric: String,
    /// Its weight, above 0.
    pub weight: f64,
    /// The values that score 100 and 0 in this index; without them those of the project's target, or of the metric.
    pub scale: Option<(f64, f64)>,
}

/// How the 95 % interval of a value is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalKind {
    /// Wilson score, of numerator and denominator.
    Wilson,
    /// Exact Poisson, of a count; of a quotient, the interval of its numerator over its denominator.
    Poisson,
    /// Order statistics, of the median or quantile that the value is.
    Median,
    /// Bootstrap of a mean.
    Mean,
    /// Time-truncated test, chi-squared.
    Mtbf,
    /// Log-log interval of a Kaplan-Meier median.
    Km,
    /// None.
    None,
}

impl IntervalKind {
    /// Every kind with the word that files use.
    pub const ALL: [(&'static str, IntervalKind); 7] = [
        ("wilson", IntervalKind::Wilson),
        ("poisson", IntervalKind::Poisson),
        ("median", IntervalKind::Median),
        ("mean", IntervalKind::Mean),
        ("mtbf", IntervalKind::Mtbf),
        ("km", IntervalKind::Km),
        ("none", IntervalKind::None),
    ];

    /// The kind that fits the form of a value: Wilson for a share of two counts, and so on. A quotient of counts in
    /// another unit than a share (tickets per change) has no interval.
    pub fn fitting(value: &Value, unit: Unit) -> Self {
        let count = |value: &Value| matches!(value, Value::Aggregate(one) if one.function == Function::Count);
        match value {
            Value::Aggregate(one) => match one.function {
                Function::Count if !one.distinct => IntervalKind::Poisson,
                Function::Avg | Function::MeanBy => IntervalKind::Mean,
                Function::Median | Function::Quantile => IntervalKind::Median,
                function if function.has_test_interval() => IntervalKind::Mtbf,
                function if function.is_survival() => IntervalKind::Km,
                _ => IntervalKind::None,
            },
            _ => match value.quotient() {
                Some((over, under)) if count(over) && count(under) && unit == Unit::Share => IntervalKind::Wilson,
                _ => IntervalKind::None,
            },
        }
    }
}

/// The unit of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// How many.
    Count,
    /// Per hour.
    PerHour,
    /// Per day.
    PerDay,
    /// A number without a unit.
    Number,
    /// An amount in the currency of the project.
    Money,
    /// 0 to 100.
    Score,
    /// Nines of availability: 3 is 99.9 %.
    Nines,
}

impl Unit {
    /// Every unit with the word that files and the JSON contract use.
    pub const ALL: [(&'static str, Unit); 9] = [
        ("share", Unit::Share),
        ("seconds", Unit::Seconds),
        ("count", Unit::Count),
        ("per_hour", Unit::PerHour),
        ("per_day", Unit::PerDay),
        ("number", Unit::Number),
        ("money", Unit::Money),
        ("score", Unit::Score),
        ("nines", Unit::Nines),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, unit)| *unit == self);
        found.map_or("", |(word, _)| word)
    }
}

/// Which way a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// It is context: neither way is good or bad in itself.
    Neither,
}

impl Better {
    /// Every direction with the word that files and the JSON contract use.
    pub const ALL: [(&'static str, Better); 3] =
        [("higher", Better::Higher), ("lower", Better::Lower), ("neither", Better::Neither)];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, better)| *better == self);
        found.map_or("", |(word, _)| word)
    }
}

/// A worked example: rows or inputs, and what must come out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// Rows of the fact; columns not named are missing. Instants are RFC 3339, as texts or as TOML has them.
    pub rows: Vec<toml::Table>,
    /// The start of the period, µs UTC, for a statistic that knows it.
    pub start: Option<i64>,
    /// The moment of a stock, or the end of the period, µs UTC.
    pub moment: Option<i64>,
    /// Values of the inputs of a formula; scores of the parts of an index. A part not named has none.
    pub inputs: BTreeMap<String, f64>,
    /// What must come out.
    pub expect: Expect,
}

/// What an example must give; what is not named is not compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// The value.
    pub value: Option<f64>,
    /// Its numerator.
    pub numerator: Option<f64>,
    /// Its denominator.
    pub denominator: Option<f64>,
    /// Rows behind it.
    pub n: Option<u64>,
    /// Share of what should have been measured that was.
    pub coverage: Option<f64>,
    /// The word of the state (`no_data`, `not_enough`) when it isn't `value`.
    pub state: Option<String>,
}
