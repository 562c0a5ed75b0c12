//! The expressions of declarations: a metric's `value`, the row expressions inside it, and formulas over metrics.
//! They are SQL, held to a subset that means the same in Polars, DuckDB and Spark; whatever lies outside it is refused
//! here, with what to write instead, and not on the day another engine reads the definition.

use std::collections::BTreeSet;
use std::fmt;

mod aggregate;
mod formula;
mod parse;
mod row;
mod statistic;
#[cfg(test)]
mod tests;
mod typing;

pub use aggregate::parse_value;
pub use formula::{Formula, parse_formula};
pub use row::parse_row;
pub use statistic::{Constant, STATISTICS, Statistic};
pub use typing::{check_value, kind_of};

/// Why an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where in the expression, as a byte offset.
    pub offset: usize,
    /// What to write instead, where we can tell.
    pub hint: Option<String>,
}

impl Refusal {
    /// A refusal at an offset, without advice.
    pub fn new(message: impl Into<String>, offset: usize) -> Self {
        Self { message: message.into(), offset, hint: None }
    }

    /// The same refusal with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A checked expression over the columns of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowExpression {
    /// The expression in the portable subset, printed uniformly.
    pub sql: String,
    /// The columns that it reads.
    pub columns: BTreeSet<String>,
}

/// An operator of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; a division by zero has no value.
    Divide,
}

impl Operator {
    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }

    /// The result; `None` when it is no finite number.
    pub fn apply(self, left: f64, right: f64) -> Option<f64> {
        let result = match self {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
        };
        result.is_finite().then_some(result)
    }

    /// How tightly it binds: 1 for sums, 2 for products.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Operator::Add | Operator::Subtract => 1,
            Operator::Multiply | Operator::Divide => 2,
        }
    }
}

/// What an aggregate computes over the rows that pass its filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Rows, without an argument; rows whose argument is present, with one; distinct values, with DISTINCT.
    Count,
    /// Sum; of nothing it has no value.
    Sum,
    /// Arithmetic mean.
    Avg,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Exact median, type 7.
    Median,
    /// Exact quantile, type 7.
    Quantile,
    /// Kaplan-Meier median of (duration, whether its end was seen).
    KmMedian,
    /// Kaplan-Meier quantile of (duration, whether its end was seen), and a share.
    KmQuantile,
    /// Mean of (duration, whether its end was seen) up to a time, by Kaplan-Meier.
    KmMean,
    /// Share of (duration, whether its end was seen) that has ended within a time, by Kaplan-Meier.
    KmWithin,
    /// Operating time by number of failures: (time, failures), with the bounds of a time-truncated test.
    Mtbf,
    /// Share of the parts that reach their target: (part, of it, whole, target), with the sum of what is of it over the sum
    /// of the whole by part against the part's target.
    Attainment,
    /// Weighted mean of the means of the parts: (part, value, weight).
    MeanBy,
    /// One-sided lower bound of the same, at a confidence; it exists without a failure too.
    MtbfLower,
    /// Probability to run for a span without a failure, of (time, failures) and the span.
    MissionReliability,
    /// Shape of the power law that failures at these instants follow over the period (Crow-AMSAA).
    GrowthBeta,
    /// Mean time between failures that the same law reaches at the end of the period.
    GrowthMtbf,
    /// Laplace's statistic of the trend of these instants over the period.
    Laplace,
    /// Seconds from the latest of these instants to the moment; 0 where it lies ahead.
    Since,
    /// Share of the rows that belong to the so many parts with the most rows.
    TopShare,
    /// Share of the pairs of rows that two numbers put in opposite orders, of those that both put in some order.
    Discordance,
}

impl Function {
    /// Every function with its name.
    pub const ALL: [(&'static str, Function); 22] = [
        ("COUNT", Function::Count),
        ("SUM", Function::Sum),
        ("AVG", Function::Avg),
        ("MIN", Function::Min),
        ("MAX", Function::Max),
        ("MEDIAN", Function::Median),
        ("QUANTILE", Function::Quantile),
        ("KM_MEDIAN", Function::KmMedian),
        ("KM_QUANTILE", Function::KmQuantile),
        ("KM_MEAN", Function::KmMean),
        ("KM_WITHIN", Function::KmWithin),
        ("MTBF", Function::Mtbf),
        ("ATTAINMENT", Function::Attainment),
        ("MEAN_BY", Function::MeanBy),
        ("MTBF_LOWER", Function::MtbfLower),
        ("MISSION_RELIABILITY", Function::MissionReliability),
        ("GROWTH_BETA", Function::GrowthBeta),
        ("GROWTH_MTBF", Function::GrowthMtbf),
        ("LAPLACE", Function::Laplace),
        ("SINCE", Function::Since),
        ("TOP_SHARE", Function::TopShare),
        ("DISCORDANCE", Function::Discordance),
    ];

    /// Its name in capitals.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, function)| *function == self);
        found.map_or("", |(name, _)| name)
    }
}

/// One aggregate over rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// What it computes.
    pub function: Function,
    /// Its row expressions: none for `COUNT(*)`, as many as it takes for a named statistic, else one.
    pub arguments: Vec<RowExpression>,
    /// Whether equal values count once (`COUNT(DISTINCT x)` only).
    pub distinct: bool,
    /// Only rows for which this is true take part.
    pub filter: Option<RowExpression>,
    /// The share below the quantile: 0.5 for `MEDIAN`, the second argument of `QUANTILE`.
    pub quantile: Option<f64>,
    /// The constant that a named statistic ends with.
    pub constant: Option<f64>,
}

/// A metric's `value`: arithmetic over aggregates.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An aggregate over the rows.
    Aggregate(Aggregate),
    /// A number.
    Number(f64),
    /// Two values and an operator.
    Binary {
        /// The operator.
        operator: Operator,
        /// What stands left of it.
        left: Box<Value>,
        /// What stands right of it.
        right: Box<Value>,
    },
}

impl Value {
    /// Numerator and denominator of a value whose outermost operator is a division.
    pub fn quotient(&self) -> Option<(&Value, &Value)> {
        match self {
            Value::Binary { operator: Operator::Divide, left, right } => Some((left, right)),
            _ => None,
        }
    }

    /// Its aggregates, from left to right.
    pub fn aggregates(&self) -> Vec<&Aggregate> {
        match self {
            Value::Aggregate(aggregate) => vec![aggregate],
            Value::Number(_) => Vec::new(),
            Value::Binary { left, right, .. } => {
                let mut found = left.aggregates();
                found.extend(right.aggregates());
                found
            }
        }
    }

    /// The columns that its row expressions read.
    pub fn columns(&self) -> BTreeSet<String> {
        let rows = self.aggregates().into_iter();
        let rows = rows.flat_map(|aggregate| aggregate.arguments.iter().chain(&aggregate.filter));
        rows.flat_map(|row| row.columns.iter().cloned()).collect()
    }

    /// The value with each aggregate's result put in; `None` when one is absent or the result is no finite number.
    pub fn evaluate(&self, result: &dyn Fn(&Aggregate) -> Option<f64>) -> Option<f64> {
        match self {
            Value::Aggregate(aggregate) => result(aggregate),
            Value::Number(number) => Some(*number),
            Value::Binary { operator, left, right } => operator.apply(left.evaluate(result)?, right.evaluate(result)?),
        }
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<&str> = self.arguments.iter().map(|row| row.sql.as_str()).collect();
        let arguments = match (arguments.is_empty(), self.function, self.quantile.or(self.constant)) {
            (true, ..) => "*".to_string(),
            (false, _, Some(constant)) if self.constant.is_some() => format!("{}, {constant}", arguments.join(", ")),
            (false, Function::Quantile, Some(p)) => format!("{}, {p}", arguments.join(", ")),
            _ => arguments.join(", "),
        };
        let distinct = if self.distinct { "DISTINCT " } else { "" };
        write!(f, "{}({distinct}{arguments})", self.function.name())?;
        match &self.filter {
            Some(filter) => write!(f, " FILTER (WHERE {})", filter.sql),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Aggregate(aggregate) => write!(f, "{aggregate}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Binary { operator, left, right } => {
                write_operand(f, left, operator.strength())?;
                write!(f, " {} ", operator.sign())?;
                // Without parentheses, a - (b - c) and a / (b / c) would read as something else.
                write_operand(f, right, operator.strength() + 1)
            }
        }
    }
}

fn write_operand(f: &mut fmt::Formatter<'_>, value: &Value, least: u8) -> fmt::Result {
    match value {
        Value::Binary { operator, .. } if operator.strength() < least => write!(f, "({value})"),
        Value::Number(number) if *number < 0.0 => write!(f, "({value})"),
        _ => write!(f, "{value}"),
    }
}
