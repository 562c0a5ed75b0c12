//! A metric's `value`: arithmetic over aggregates, each over row expressions.

use sqlparser::ast::{BinaryOperator, DuplicateTreatment, Expr, Function as Call, UnaryOperator};

use super::parse::{DEEPEST, Source};
use super::row::checked;
use super::{Aggregate, Function, Operator, Refusal, Value};
use crate::declaration::issue::nearest;

/// Parses and checks a metric's `value`.
///
/// # Errors
/// When it is no arithmetic over aggregates, or a row expression inside it is not portable.
pub fn parse_value(text: &str) -> Result<Value, Refusal> {
    let source = Source(text);
    let value = value(source, &source.parse()?, 0)?;
    if value.aggregates().is_empty() {
        return Err(Refusal::new("the value holds no aggregate", 0).hint("write one, such as COUNT(*) or AVG(x)"));
    }
    Ok(value)
}

/// The operator of arithmetic that a parsed one is.
pub(super) fn operator(parsed: &BinaryOperator) -> Option<Operator> {
    match parsed {
        BinaryOperator::Plus => Some(Operator::Add),
        BinaryOperator::Minus => Some(Operator::Subtract),
        BinaryOperator::Multiply => Some(Operator::Multiply),
        BinaryOperator::Divide => Some(Operator::Divide),
        _ => None,
    }
}

fn value(source: Source<'_>, expression: &Expr, depth: usize) -> Result<Value, Refusal> {
    if depth > DEEPEST {
        return Err(source.refuse(expression, "the expression is nested too deeply"));
    }
    let depth = depth + 1;
    match expression {
        Expr::Nested(inner) => value(source, inner, depth),
        Expr::Value(number) => Ok(Value::Number(source.number(expression, &number.value)?)),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Ok(match value(source, expr, depth)? {
            Value::Number(number) => Value::Number(-number),
            other => Value::Binary {
                operator: Operator::Subtract,
                left: Box::new(Value::Number(0.0)),
                right: Box::new(other),
            },
        }),
        Expr::BinaryOp { left, op, right } => match operator(op) {
            Some(operator) => Ok(Value::Binary {
                operator,
                left: Box::new(value(source, left, depth)?),
                right: Box::new(value(source, right, depth)?),
            }),
            None => Err(source
                .refuse(expression, format!("{op} cannot combine aggregates"))
                .hint("aggregates are combined by + - * / and parentheses")),
        },
        Expr::Function(call) => aggregate(source, expression, call).map(Value::Aggregate),
        Expr::Identifier(name) => Err(source
            .refuse(expression, format!("the column {name} stands outside an aggregate"))
            .hint(format!("say what becomes of its values, as in AVG({name})"))),
        other => Err(source
            .refuse(other, format!("`{other}` stands outside an aggregate"))
            .hint("put it inside one, as in SUM(CASE WHEN ... THEN ... END)")),
    }
}

fn aggregate(source: Source<'_>, at: &Expr, call: &Call) -> Result<Aggregate, Refusal> {
    let name = source.name(call);
    let Some((_, function)) = Function::ALL.iter().find(|(known, _)| *known == name) else {
        return Err(unknown(source, at, &name));
    };
    let (list, mut arguments) = source.arguments(call)?;
    let distinct = match list.duplicate_treatment {
        Some(DuplicateTreatment::Distinct) if *function == Function::Count && !arguments.is_empty() => true,
        Some(DuplicateTreatment::Distinct) => {
            let refusal = source.refuse(at, format!("{name}(DISTINCT ...) is not known"));
            return Err(refusal.hint("only COUNT(DISTINCT x) is"));
        }
        _ => false,
    };
    let quantile = match function {
        Function::Median => Some(0.5),
        Function::Quantile => match (arguments.len(), arguments.last()) {
            (2, Some(Expr::Value(number))) => {
                let p = source.number(at, &number.value)?;
                arguments.pop();
                if p <= 0.0 || p >= 1.0 {
                    return Err(source.refuse(at, format!("QUANTILE: expected a share between 0 and 1, found {p}")));
                }
                Some(p)
            }
            _ => {
                return Err(source.refuse(at, "QUANTILE: expected a column and a share, as in QUANTILE(x, 0.9)"));
            }
        },
        _ => None,
    };
    let statistic = function.statistic();
    let constant = match statistic.and_then(|statistic| Some((statistic, statistic.constant?))) {
        Some((statistic, kind)) => {
            let wrong = |found: &str| {
                let expected = format!("{} as in {}", kind.words(), statistic.form);
                source.refuse(at, format!("{name}: expected {expected}, found {found}"))
            };
            match (arguments.len() > statistic.arguments, arguments.pop()) {
                (true, Some(Expr::Value(number))) => {
                    let number = source.number(at, &number.value)?;
                    if !kind.holds(number) {
                        return Err(wrong(&number.to_string()));
                    }
                    Some(number)
                }
                (_, Some(other)) => return Err(wrong(&format!("`{other}` at the end"))),
                (_, None) => return Err(wrong("no argument")),
            }
        }
        None => None,
    };
    let star = arguments.is_empty() && !list.args.is_empty();
    let (expected, form) = match function {
        Function::Count if star => (0, "COUNT(*)"),
        _ => statistic.map_or((1, "one argument"), |statistic| (statistic.arguments, statistic.form)),
    };
    if arguments.len() != expected {
        return Err(source.refuse(at, format!("{name}: expected {form}, found {} arguments", arguments.len())));
    }
    let arguments = arguments.into_iter().map(|argument| {
        let row = checked(source, argument)?;
        if row.columns.is_empty() {
            let refusal = source.refuse(at, format!("{name}({}): expected a column, found a constant", row.sql));
            return Err(refusal.hint("write COUNT(*) to count rows; engines differ on aggregates of constants"));
        }
        Ok(row)
    });
    Ok(Aggregate {
        function: *function,
        arguments: arguments.collect::<Result<_, _>>()?,
        distinct,
        filter: call.filter.as_ref().map(|filter| checked(source, filter)).transpose()?,
        quantile,
        constant,
    })
}

fn unknown(source: Source<'_>, at: &Expr, name: &str) -> Refusal {
    let refusal = source.refuse(at, format!("unknown aggregate {name}"));
    let hint = match name {
        "PERCENTILE" | "PERCENTILE_CONT" | "QUANTILE_CONT" | "APPROX_QUANTILE" => "write QUANTILE(x, 0.9)",
        "MEAN" => "write AVG(x)",
        "COUNT_IF" | "COUNTIF" => "write COUNT(*) FILTER (WHERE ...)",
        "ROUND" | "FLOOR" | "CEIL" => "leave rounding to the report",
        "NULLIF" | "COALESCE" | "ABS" => "use it inside an aggregate, or in a formula over metrics",
        "LOG10" => "use it in a formula over metrics",
        _ => match nearest(name, Function::ALL.iter().map(|(known, _)| *known)) {
            Some(known) => return refusal.hint(format!("did you mean `{known}`?")),
            None => {
                "known are COUNT, SUM, AVG, MIN, MAX, MEDIAN, QUANTILE, and named statistics such as KM_MEDIAN and MTBF"
            }
        },
    };
    refusal.hint(hint)
}
