//! Row expressions: the portable subset, checked on the syntax tree. Each refusal names what is not portable and what
//! to write instead.

use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, Function as Call, UnaryOperator, Value as Literal};

use super::parse::{DEEPEST, Source};
use super::{Function, Refusal, RowExpression};

/// The functions of row expressions.
const FUNCTIONS: [&str; 3] = ["COALESCE", "NULLIF", "ABS"];

const SUBSET: &str = "row expressions know columns, comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN, LIKE, CASE WHEN, \
                      CAST, + - * /, COALESCE, NULLIF and ABS";

/// Parses and checks an expression over the columns of one row.
///
/// # Errors
/// When it is no expression, or steps outside the portable subset.
pub fn parse_row(text: &str) -> Result<RowExpression, Refusal> {
    let source = Source(text);
    checked(source, &source.parse()?)
}

/// Checks a part of a larger expression as a row expression.
pub(super) fn checked(source: Source<'_>, expression: &Expr) -> Result<RowExpression, Refusal> {
    let mut walk = Walk { source, columns: BTreeSet::new() };
    walk.visit(expression, 0)?;
    Ok(RowExpression { sql: expression.to_string(), columns: walk.columns })
}

struct Walk<'t> {
    source: Source<'t>,
    columns: BTreeSet<String>,
}

impl Walk<'_> {
    fn visit(&mut self, expression: &Expr, depth: usize) -> Result<(), Refusal> {
        if depth > DEEPEST {
            return Err(self
                .source
                .refuse(expression, "the expression is nested too deeply")
                .hint("write a long chain of OR as x IN (...)"));
        }
        let depth = depth + 1;
        match expression {
            Expr::Identifier(name) if name.quote_style.is_some() => Err(self
                .source
                .refuse(expression, format!("{name} is a quoted name"))
                .hint(format!("write '{0}' for a text, or {0} for a column", name.value))),
            Expr::Identifier(name) => {
                self.columns.insert(name.value.clone());
                Ok(())
            }
            Expr::Value(value) => self.literal(expression, &value.value),
            Expr::Nested(inner) => self.visit(inner, depth),
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => self.visit(inner, depth),
            Expr::UnaryOp { op, expr } => match op {
                UnaryOperator::Minus | UnaryOperator::Not => self.visit(expr, depth),
                other => Err(self.foreign(expression, &format!("the operator {other}"), None)),
            },
            Expr::BinaryOp { left, op, right } => self.binary(expression, left, op, right, depth),
            Expr::Between { expr, low, high, .. } => {
                [expr, low, high].into_iter().try_for_each(|part| self.visit(part, depth))
            }
            Expr::InList { expr, list, .. } => {
                self.visit(expr, depth)?;
                list.iter().try_for_each(|item| {
                    self.not_null(item, "IN")?;
                    self.visit(item, depth)
                })
            }
            Expr::Like { any: false, expr, pattern, escape_char: None, .. } => {
                self.visit(expr, depth)?;
                match pattern.as_ref() {
                    Expr::Value(value) if matches!(value.value, Literal::SingleQuotedString(_)) => Ok(()),
                    other => Err(self.source.refuse(other, "LIKE: expected a text in single quotes as its pattern")),
                }
            }
            Expr::Case { operand: Some(_), .. } => {
                Err(self.foreign(expression, "CASE with an operand", Some("write CASE WHEN x = ... THEN ... END")))
            }
            Expr::Case { operand: None, conditions, else_result, .. } => {
                for branch in conditions {
                    self.visit(&branch.condition, depth)?;
                    self.visit(&branch.result, depth)?;
                }
                else_result.iter().try_for_each(|result| self.visit(result, depth))
            }
            Expr::Cast { kind, expr, data_type, format, array } => {
                if *kind != CastKind::Cast || format.is_some() || *array {
                    return Err(self.foreign(expression, "this form of cast", Some("write CAST(x AS DOUBLE)")));
                }
                match data_type {
                    DataType::BigInt(None) | DataType::Double(_) | DataType::Varchar(None) => self.visit(expr, depth),
                    other => Err(self.foreign(
                        expression,
                        &format!("a cast to {other}"),
                        Some("cast to BIGINT, DOUBLE or VARCHAR"),
                    )),
                }
            }
            Expr::Function(call) => self.call(expression, call, depth),
            other => Err(self.other(other)),
        }
    }

    fn literal(&self, at: &Expr, literal: &Literal) -> Result<(), Refusal> {
        match literal {
            Literal::Number(..) => self.source.number(at, literal).map(|_| ()),
            Literal::SingleQuotedString(_) | Literal::Boolean(_) | Literal::Null => Ok(()),
            other => Err(self.foreign(at, &format!("the literal {other}"), Some("write a text as 'text'"))),
        }
    }

    fn binary(
        &mut self,
        at: &Expr,
        left: &Expr,
        operator: &BinaryOperator,
        right: &Expr,
        depth: usize,
    ) -> Result<(), Refusal> {
        use BinaryOperator as B;
        match operator {
            B::Plus | B::Minus | B::Multiply | B::And | B::Or => {}
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq => {
                self.not_null(left, &operator.to_string())?;
                self.not_null(right, &operator.to_string())?;
            }
            B::Divide if never_zero(right) => {}
            B::Divide => {
                return Err(self
                    .foreign(at, &format!("a division by {right}, which may be zero,"), None)
                    .hint(format!("write x / NULLIF({right}, 0)")));
            }
            B::StringConcat => {
                return Err(self.foreign(at, "concatenation (||)", Some("compare or slice by the columns apart")));
            }
            B::Modulo => {
                return Err(self.foreign(at, "modulo (%)", Some("its sign differs between engines: use CASE WHEN")));
            }
            other => return Err(self.foreign(at, &format!("the operator {other}"), None)),
        }
        self.visit(left, depth)?;
        self.visit(right, depth)
    }

    fn call(&mut self, at: &Expr, call: &Call, depth: usize) -> Result<(), Refusal> {
        let name = self.source.name(call);
        if Function::ALL.iter().any(|(known, _)| *known == name) {
            return Err(self
                .source
                .refuse(at, format!("{name} is an aggregate and stands inside a row expression"))
                .hint("aggregates do not nest: declare a metric for each, and a formula over them"));
        }
        if !FUNCTIONS.contains(&name.as_str()) {
            let hint = match name.as_str() {
                "ROUND" | "TRUNC" | "TRUNCATE" => "leave rounding to the report",
                "NOW" | "CURRENT_DATE" | "CURRENT_TIMESTAMP" => "the period and as-of are no part of an expression",
                "DATE_TRUNC" | "DATE_DIFF" | "DATEDIFF" | "STRPTIME" | "TO_TIMESTAMP" => {
                    "use the durations that the fact has (columns ending in `_s`)"
                }
                "IF" | "IIF" | "IFF" => "write CASE WHEN ... THEN ... ELSE ... END",
                "IFNULL" | "NVL" => "write COALESCE(a, b)",
                _ => SUBSET,
            };
            return Err(self.foreign(at, &format!("the function {name}"), Some(hint)));
        }
        if call.filter.is_some() {
            return Err(self.source.refuse(at, format!("{name} takes no FILTER: it is no aggregate")));
        }
        let (list, arguments) = self.source.arguments(call)?;
        let right_number = match name.as_str() {
            "COALESCE" => arguments.len() >= 2,
            "NULLIF" => arguments.len() == 2,
            _ => arguments.len() == 1,
        };
        if !right_number || list.duplicate_treatment.is_some() {
            let expected = match name.as_str() {
                "COALESCE" => "two or more arguments",
                "NULLIF" => "two arguments",
                _ => "one argument",
            };
            return Err(self.source.refuse(at, format!("{name}: expected {expected}, found {}", arguments.len())));
        }
        arguments.into_iter().try_for_each(|argument| self.visit(argument, depth))
    }

    fn not_null(&self, expression: &Expr, operator: &str) -> Result<(), Refusal> {
        if matches!(expression, Expr::Value(value) if value.value == Literal::Null) {
            let refusal = self.source.refuse(expression, format!("{operator} NULL is never true"));
            return Err(refusal.hint("write x IS NULL or x IS NOT NULL"));
        }
        Ok(())
    }

    fn foreign(&self, at: &Expr, what: &str, hint: Option<&str>) -> Refusal {
        let refusal = self.source.refuse(at, format!("{what} is not portable between engines"));
        refusal.hint(hint.unwrap_or(SUBSET))
    }

    fn other(&self, at: &Expr) -> Refusal {
        let (what, hint) = match at {
            Expr::CompoundIdentifier(parts) => {
                let column = parts.last().map_or("", |part| part.value.as_str());
                return self
                    .source
                    .refuse(at, format!("{at} names a table"))
                    .hint(format!("write the column alone: {column}"));
            }
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                ("a subquery", "put what it finds into a column of the fact")
            }
            Expr::ILike { .. } => ("ILIKE", "write x LIKE 'a%' OR x LIKE 'A%', or map the values on loading"),
            Expr::RLike { .. } | Expr::SimilarTo { .. } => {
                ("a regular expression", "use LIKE, or map the values on loading")
            }
            Expr::Like { .. } => ("LIKE with ANY or ESCAPE", "write a plain LIKE"),
            Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) | Expr::IsNotFalse(_) => {
                ("IS TRUE", "write the column bare, NOT x, or COALESCE(x, FALSE)")
            }
            Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) => {
                ("IS DISTINCT FROM", "say what happens to missing values with COALESCE or IS NULL")
            }
            Expr::TypedString(_) | Expr::Interval(_) => (
                "a date, timestamp or interval literal",
                "the period is no part of an expression; compare durations in seconds",
            ),
            Expr::Extract { .. } | Expr::AtTimeZone { .. } => {
                ("date arithmetic", "period and zone are no part of an expression: use the fact's durations")
            }
            Expr::Ceil { .. } | Expr::Floor { .. } => ("rounding", "leave rounding to the report"),
            Expr::Substring { .. } | Expr::Trim { .. } | Expr::Position { .. } => {
                ("text surgery", "map the values on loading, or use LIKE")
            }
            _ => return self.foreign(at, &format!("`{at}`"), None),
        };
        self.foreign(at, what, Some(hint))
    }
}

/// Engines differ on x / 0 (infinity, NULL, an error): a divisor must be a number other than 0, or NULLIF(..., 0).
fn never_zero(divisor: &Expr) -> bool {
    match divisor {
        Expr::Nested(inner) => never_zero(inner),
        Expr::Value(value) => match &value.value {
            Literal::Number(text, _) => text.parse::<f64>().is_ok_and(|number| number != 0.0),
            _ => false,
        },
        Expr::Function(call) => {
            call.name.to_string().eq_ignore_ascii_case("NULLIF") && call.args.to_string().ends_with(", 0)")
        }
        _ => false,
    }
}
