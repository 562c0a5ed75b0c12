//! Formulas: arithmetic over other metrics.

use std::collections::BTreeSet;
use std::fmt;

use sqlparser::ast::{Expr, Function as Call, UnaryOperator};

use super::aggregate::operator;
use super::parse::{DEEPEST, Source};
use super::{Function, Operator, Refusal};

/// Arithmetic over metrics.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// A number.
    Number(f64),
    /// The value of the metric of this id.
    Metric(String),
    /// The opposite.
    Negative(Box<Formula>),
    /// Two parts and an operator.
    Binary {
        /// The operator.
        operator: Operator,
        /// What stands left of it.
        left: Box<Formula>,
        /// What stands right of it.
        right: Box<Formula>,
    },
    /// The logarithm to base 10, of numbers above 0.
    Log10(Box<Formula>),
    /// The amount without its sign.
    Abs(Box<Formula>),
    /// The first part that has a value.
    Coalesce(Vec<Formula>),
    /// The first part, unless it equals the second.
    NullIf(Box<Formula>, Box<Formula>),
}

impl Formula {
    /// The value, given the inputs'. Absent inputs, division by zero, the logarithm of 0 or less and whatever is no
    /// finite number give `None`.
    pub fn evaluate(&self, input: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Formula::Number(number) => Some(*number),
            Formula::Metric(id) => input(id),
            Formula::Negative(inner) => inner.evaluate(input).map(|value| -value),
            Formula::Binary { operator, left, right } => operator.apply(left.evaluate(input)?, right.evaluate(input)?),
            Formula::Log10(inner) => inner.evaluate(input).filter(|value| *value > 0.0).map(f64::log10),
            Formula::Abs(inner) => inner.evaluate(input).map(f64::abs),
            Formula::Coalesce(parts) => parts.iter().find_map(|part| part.evaluate(input)),
            Formula::NullIf(left, right) => {
                let (left, right) = (left.evaluate(input)?, right.evaluate(input));
                (right != Some(left)).then_some(left)
            }
        };
        value.filter(|value| value.is_finite())
    }

    /// The ids of the metrics that it reads.
    pub fn inputs(&self) -> BTreeSet<String> {
        let parts: Vec<&Formula> = match self {
            Formula::Metric(id) => return BTreeSet::from([id.clone()]),
            Formula::Number(_) => Vec::new(),
            Formula::Negative(inner) | Formula::Log10(inner) | Formula::Abs(inner) => vec![inner],
            Formula::Binary { left, right, .. } | Formula::NullIf(left, right) => vec![left, right],
            Formula::Coalesce(parts) => parts.iter().collect(),
        };
        parts.into_iter().flat_map(Formula::inputs).collect()
    }

    fn strength(&self) -> u8 {
        match self {
            Formula::Binary { operator, .. } => operator.strength(),
            Formula::Negative(_) => 3,
            _ => 4,
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operand = |part: &Formula, least: u8| {
            if part.strength() < least { format!("({part})") } else { part.to_string() }
        };
        match self {
            Formula::Number(number) => write!(f, "{number}"),
            Formula::Metric(id) => f.write_str(id),
            Formula::Negative(inner) => write!(f, "-{}", operand(inner, 4)),
            Formula::Binary { operator, left, right } => {
                let left = operand(left, operator.strength());
                write!(f, "{left} {} {}", operator.sign(), operand(right, operator.strength() + 1))
            }
            Formula::Log10(inner) => write!(f, "LOG10({inner})"),
            Formula::Abs(inner) => write!(f, "ABS({inner})"),
            Formula::NullIf(left, right) => write!(f, "NULLIF({left}, {right})"),
            Formula::Coalesce(parts) => {
                let parts: Vec<String> = parts.iter().map(Formula::to_string).collect();
                write!(f, "COALESCE({})", parts.join(", "))
            }
        }
    }
}

/// Parses a formula over metric ids.
///
/// # Errors
/// When it is no arithmetic of metric ids, numbers, LOG10, ABS, COALESCE and NULLIF.
pub fn parse_formula(text: &str) -> Result<Formula, Refusal> {
    let source = Source(text);
    let formula = formula(source, &source.parse()?, 0)?;
    if formula.inputs().is_empty() {
        return Err(Refusal::new("the formula reads no metric", 0).hint("name metrics by their ids, as in mtbf + mtrs"));
    }
    Ok(formula)
}

fn formula(source: Source<'_>, expression: &Expr, depth: usize) -> Result<Formula, Refusal> {
    if depth > DEEPEST {
        return Err(source.refuse(expression, "the formula is nested too deeply"));
    }
    let depth = depth + 1;
    let boxed = |part: &Expr| formula(source, part, depth).map(Box::new);
    match expression {
        Expr::Nested(inner) => formula(source, inner, depth),
        Expr::Identifier(name) if name.quote_style.is_none() => Ok(Formula::Metric(name.value.clone())),
        Expr::Value(number) => Ok(Formula::Number(source.number(expression, &number.value)?)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Ok(Formula::Negative(boxed(expr)?)),
        Expr::BinaryOp { left, op, right } => match operator(op) {
            Some(operator) => Ok(Formula::Binary { operator, left: boxed(left)?, right: boxed(right)? }),
            None => Err(source
                .refuse(expression, format!("{op} cannot combine metrics"))
                .hint("metrics are combined by + - * / and parentheses")),
        },
        Expr::Function(call) => function(source, expression, call, depth),
        other => Err(source
            .refuse(other, format!("`{other}` has no place in a formula"))
            .hint("a formula knows metric ids, numbers, + - * /, LOG10, ABS, COALESCE and NULLIF")),
    }
}

fn function(source: Source<'_>, at: &Expr, call: &Call, depth: usize) -> Result<Formula, Refusal> {
    let name = source.name(call);
    let (list, arguments) = source.arguments(call)?;
    if call.filter.is_some() || list.duplicate_treatment.is_some() || arguments.len() != list.args.len() {
        return Err(source.refuse(at, format!("{name}: expected plain arguments")));
    }
    let mut parts =
        arguments.into_iter().map(|part| formula(source, part, depth)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let (first, second, more) = (parts.next(), parts.next(), parts.len());
    match (name.as_str(), first, second, more) {
        ("LOG10", Some(only), None, _) => Ok(Formula::Log10(Box::new(only))),
        ("ABS", Some(only), None, _) => Ok(Formula::Abs(Box::new(only))),
        ("NULLIF", Some(left), Some(right), 0) => Ok(Formula::NullIf(Box::new(left), Box::new(right))),
        ("COALESCE", Some(first), Some(second), _) => {
            Ok(Formula::Coalesce([first, second].into_iter().chain(parts).collect()))
        }
        ("LOG10" | "ABS" | "NULLIF" | "COALESCE", ..) => {
            Err(source.refuse(at, format!("{name}: wrong number of arguments")))
        }
        _ if Function::ALL.iter().any(|(known, _)| *known == name) => Err(source
            .refuse(at, format!("the aggregate {name} has no place in a formula"))
            .hint("write it as `value` with `fact`, and read that metric here")),
        _ => Err(source
            .refuse(at, format!("unknown function {name}"))
            .hint("a formula knows LOG10, ABS, COALESCE and NULLIF")),
    }
}
