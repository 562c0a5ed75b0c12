//! Types of expressions: what each operand is, so that an expression that one engine converts silently and another
//! refuses is refused here.

use std::collections::BTreeMap;

use sqlparser::ast::{BinaryOperator, DataType, Expr, UnaryOperator, Value as Literal};

use super::parse::Source;
use super::{Function, Refusal, RowExpression, Value};
use crate::declaration::issue::nearest;
use crate::declaration::table::Kind;

/// What an expression yields; seconds and shares are numbers here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Instant,
    /// The literal NULL, which fits everywhere.
    Null,
}

impl Type {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Type::Text,
            Kind::Integer => Type::Integer,
            Kind::Number | Kind::Seconds | Kind::Share => Type::Number,
            Kind::Boolean => Type::Boolean,
            Kind::Instant => Type::Instant,
        }
    }

    fn is_numeric(self) -> bool {
        matches!(self, Type::Integer | Type::Number | Type::Null)
    }

    fn is_boolean(self) -> bool {
        matches!(self, Type::Boolean | Type::Null)
    }

    /// The type that holds both, if one does.
    fn join(self, other: Type) -> Option<Type> {
        match (self, other) {
            (Type::Null, known) | (known, Type::Null) => Some(known),
            (Type::Integer, Type::Number) | (Type::Number, Type::Integer) => Some(Type::Number),
            (a, b) => (a == b).then_some(a),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Type::Text => "a text",
            Type::Integer => "a whole number",
            Type::Number => "a number",
            Type::Boolean => "true or false",
            Type::Instant => "an instant",
            Type::Null => "NULL",
        }
    }
}

type Columns = BTreeMap<String, Kind>;

/// What a row expression yields; `None` for the literal NULL.
///
/// # Errors
/// When it reads an unknown column or combines values that do not go together.
pub fn kind_of(row: &RowExpression, columns: &Columns) -> Result<Option<Kind>, Refusal> {
    Ok(match type_of_row(row, columns)? {
        Type::Text => Some(Kind::Text),
        Type::Integer => Some(Kind::Integer),
        Type::Number => Some(Kind::Number),
        Type::Boolean => Some(Kind::Boolean),
        Type::Instant => Some(Kind::Instant),
        Type::Null => None,
    })
}

/// Checks every aggregate of a value against the columns: arguments of the right type, filters that are conditions.
/// All that is wrong is returned, not only the first.
pub fn check_value(value: &Value, columns: &Columns) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for aggregate in value.aggregates() {
        let name = aggregate.function.name();
        for (position, argument) in aggregate.arguments.iter().enumerate() {
            let fits: fn(Type) -> bool = match (aggregate.function, position) {
                (Function::Count, _) => |_| true,
                (Function::Attainment | Function::MeanBy, 0) => |_| true,
                (function, _) if function.statistic().is_some_and(|named| named.seen == Some(position)) => {
                    Type::is_boolean
                }
                (function, _) if function.takes_instants() => |found| found == Type::Instant,
                _ => Type::is_numeric,
            };
            match type_of_row(argument, columns) {
                Ok(found) if fits(found) && (found != Type::Instant || is_plain(argument) || name == "COUNT") => {}
                Ok(found) if aggregate.function.takes_instants() => {
                    let message =
                        format!("{name}: expected a column of instants, found `{}`, {}", argument.sql, found.word());
                    refusals.push(Refusal::new(message, 0));
                }
                Ok(found) => {
                    let seen = aggregate.function.statistic().is_some_and(|named| named.seen == Some(position));
                    refusals.push(misfit(name, seen, &argument.sql, found));
                }
                Err(refusal) => refusals.push(refusal),
            }
        }
        match aggregate.filter.as_ref().map(|filter| (filter, type_of_row(filter, columns))) {
            Some((_, Err(refusal))) => refusals.push(refusal),
            Some((filter, Ok(found))) if !found.is_boolean() => refusals.push(
                Refusal::new(format!("FILTER: expected a condition, found `{}`, {}", filter.sql, found.word()), 0)
                    .hint(format!("compare it with something, as in {} IS NOT NULL", filter.sql)),
            ),
            _ => {}
        }
    }
    refusals
}

/// Whether an expression is a column and nothing else.
fn is_plain(row: &RowExpression) -> bool {
    row.columns.len() == 1 && row.columns.contains(row.sql.trim_matches('"'))
}

fn misfit(name: &str, seen: bool, sql: &str, found: Type) -> Refusal {
    let expected = if seen { "true or false for whether the end was seen" } else { "a number" };
    let refusal = Refusal::new(format!("{name}: expected {expected}, found `{sql}`, {}", found.word()), 0);
    match found {
        Type::Boolean => refusal.hint(format!("count the rows with COUNT(*) FILTER (WHERE {sql})")),
        Type::Instant => refusal.hint("use a duration of the fact (columns ending in `_s`)"),
        _ => refusal,
    }
}

fn type_of_row(row: &RowExpression, columns: &Columns) -> Result<Type, Refusal> {
    let unknown = row.columns.iter().find(|name| !columns.contains_key(*name));
    if let Some(name) = unknown {
        let refusal = Refusal::new(format!("unknown column `{name}`"), 0);
        return Err(match nearest(name, columns.keys().map(String::as_str)) {
            Some(right) => refusal.hint(format!("did you mean `{right}`?")),
            None => refusal,
        });
    }
    let source = Source(&row.sql);
    type_of(source, &source.parse()?, columns).map_err(|refusal| Refusal { offset: 0, ..refusal })
}

fn type_of(source: Source<'_>, expression: &Expr, columns: &Columns) -> Result<Type, Refusal> {
    let part = |part: &Expr| type_of(source, part, columns);
    let mismatch = |left: &Expr, l: Type, right: &Expr, r: Type| {
        let message = format!("`{left}` is {} and `{right}` is {}: they do not go together", l.word(), r.word());
        Refusal::new(message, 0).hint("compare and combine values of one type; CAST converts between numbers and texts")
    };
    let joined = |left: &Expr, right: &Expr| {
        let (l, r) = (part(left)?, part(right)?);
        l.join(r).ok_or_else(|| mismatch(left, l, right, r))
    };
    let all_joined = |first: &Expr, rest: &[&Expr]| {
        rest.iter().try_fold(part(first)?, |so_far, next| {
            let found = part(next)?;
            so_far.join(found).ok_or_else(|| mismatch(first, so_far, next, found))
        })
    };
    let condition = |inner: &Expr| match part(inner)? {
        found if found.is_boolean() => Ok(()),
        found => Err(Refusal::new(format!("expected a condition, found `{inner}`, {}", found.word()), 0)
            .hint(format!("compare it with something, as in {inner} IS NOT NULL"))),
    };
    let numeric = |inner: &Expr| match part(inner)? {
        found if found.is_numeric() => Ok(found),
        found => {
            Err(Refusal::new(format!("expected a number, found `{inner}`, {}", found.word()), 0).hint(match found {
                Type::Instant => "instants only compare; durations are columns of the fact (`..._s`)",
                _ => "arithmetic takes numbers only",
            }))
        }
    };
    match expression {
        Expr::Identifier(name) => Ok(columns.get(&name.value).map_or(Type::Null, |kind| Type::of(*kind))),
        Expr::Nested(inner) => part(inner),
        Expr::Value(value) => Ok(match &value.value {
            Literal::Number(text, _) if text.contains('.') => Type::Number,
            Literal::Number(..) => Type::Integer,
            Literal::Boolean(_) => Type::Boolean,
            Literal::Null => Type::Null,
            _ => Type::Text,
        }),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => part(inner).map(|_| Type::Boolean),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => condition(expr).map(|()| Type::Boolean),
        Expr::UnaryOp { expr, .. } => numeric(expr),
        Expr::Between { expr, low, high, .. } => all_joined(expr, &[low, high]).map(|_| Type::Boolean),
        Expr::InList { expr, list, .. } => all_joined(expr, &list.iter().collect::<Vec<_>>()).map(|_| Type::Boolean),
        Expr::Like { expr, .. } => match part(expr)? {
            Type::Text | Type::Null => Ok(Type::Boolean),
            found => Err(Refusal::new(format!("LIKE: expected a text, found `{expr}`, {}", found.word()), 0)),
        },
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And | BinaryOperator::Or => {
                condition(left)?;
                condition(right).map(|()| Type::Boolean)
            }
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => {
                numeric(left)?;
                numeric(right)?;
                joined(left, right)
            }
            BinaryOperator::Divide => match (numeric(left)?, numeric(right)?) {
                (Type::Integer, Type::Integer) => {
                    let message = format!("`{expression}` divides whole numbers, which some engines round");
                    Err(Refusal::new(message, 0).hint(format!("write CAST({left} AS DOUBLE) / {right}")))
                }
                _ => Ok(Type::Number),
            },
            BinaryOperator::Eq | BinaryOperator::NotEq => joined(left, right).map(|_| Type::Boolean),
            _ => match joined(left, right)? {
                Type::Boolean => Err(Refusal::new(format!("`{expression}` orders truth values"), 0)),
                _ => Ok(Type::Boolean),
            },
        },
        Expr::Case { conditions, else_result, .. } => {
            conditions.iter().try_for_each(|branch| condition(&branch.condition))?;
            let results: Vec<&Expr> =
                conditions.iter().map(|branch| &branch.result).chain(else_result.as_deref()).collect();
            match results.as_slice() {
                [first, rest @ ..] => all_joined(first, rest),
                [] => Ok(Type::Null),
            }
        }
        Expr::Cast { expr, data_type, .. } => cast(expr, part(expr)?, data_type),
        Expr::Function(call) => {
            let (_, arguments) = source.arguments(call)?;
            match (source.name(call).as_str(), arguments.as_slice()) {
                ("ABS", [only]) => numeric(only),
                ("NULLIF", [left, right]) => {
                    joined(left, right)?;
                    part(left)
                }
                (_, [first, rest @ ..]) => all_joined(first, rest),
                _ => Ok(Type::Null),
            }
        }
        other => Err(Refusal::new(format!("`{other}` is not part of the portable subset"), 0)),
    }
}

fn cast(inner: &Expr, from: Type, to: &DataType) -> Result<Type, Refusal> {
    let refuse = |why: &str, hint: &str| Err(Refusal::new(format!("CAST({inner} AS {to}): {why}"), 0).hint(hint));
    match (to, from) {
        (DataType::BigInt(_), Type::Integer | Type::Boolean | Type::Null) => Ok(Type::Integer),
        (DataType::BigInt(_), Type::Number) => refuse(
            "some engines round a fraction and others cut it",
            "keep the number, or sort it into bands by CASE WHEN",
        ),
        (DataType::Double(_), Type::Integer | Type::Number | Type::Boolean | Type::Null) => Ok(Type::Number),
        (DataType::Varchar(_), Type::Text | Type::Integer | Type::Null) => Ok(Type::Text),
        (DataType::Varchar(_), _) => {
            refuse(&format!("engines print {} differently", from.word()), "name the cases by CASE WHEN ... THEN 'text'")
        }
        _ => refuse(
            &format!("{} does not convert alike everywhere", from.word()),
            "convert it on loading, in the mapping",
        ),
    }
}
