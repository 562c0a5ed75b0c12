//! Row expressions of metrics, evaluated over a fact by Polars: each distinct expression once.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use polars::sql::sql_expr;

use crate::lake::instant_type;

/// Stands for a missing instant.
pub(super) const NEVER: i64 = i64::MIN;

/// What metrics need of a fact.
#[derive(Default)]
pub(super) struct Needs {
    /// Expressions as numbers.
    pub numbers: BTreeSet<String>,
    /// Expressions as truth values; missing is false.
    pub truths: BTreeSet<String>,
    /// Expressions of which only matters whether they are missing.
    pub presences: BTreeSet<String>,
    /// Expressions as words, for groups and distinct counts.
    pub words: BTreeSet<String>,
    /// Columns of instants.
    pub instants: BTreeSet<String>,
}

/// Words of a column as dense codes in the order of the words; 0 is the missing word.
pub(super) struct Words {
    /// One code a row.
    pub codes: Vec<u32>,
    /// The word of each code; the first is empty and stands for missing.
    pub dictionary: Vec<String>,
}

/// The evaluated expressions; every vector has one value a row of the fact.
pub(super) struct Columns {
    /// Rows of the fact.
    pub height: usize,
    numbers: BTreeMap<String, Vec<f64>>,
    truths: BTreeMap<String, Vec<bool>>,
    presences: BTreeMap<String, Vec<bool>>,
    words: BTreeMap<String, Words>,
    instants: BTreeMap<String, Vec<i64>>,
}

impl Columns {
    /// Evaluates everything that is needed in one pass over the frame.
    pub(super) fn evaluate(frame: &DataFrame, needs: &Needs) -> PolarsResult<Self> {
        let mut expressions = Vec::new();
        let mut add = |prefix: &str, sql: &str, cast: fn(Expr) -> Expr| -> PolarsResult<()> {
            expressions.push(cast(sql_expr(sql)?).alias(format!("{prefix}{sql}")));
            Ok(())
        };
        for sql in &needs.numbers {
            add("n:", sql, |expression| expression.cast(DataType::Float64))?;
        }
        for sql in &needs.truths {
            add("t:", sql, |expression| expression.cast(DataType::Boolean).fill_null(lit(false)))?;
        }
        for sql in &needs.presences {
            add("p:", sql, Expr::is_not_null)?;
        }
        for sql in &needs.words {
            add("w:", sql, |expression| expression.cast(DataType::String))?;
        }
        for name in &needs.instants {
            expressions.push(col(name.as_str()).cast(instant_type()).cast(DataType::Int64).alias(format!("i:{name}")));
        }
        let height = frame.height();
        let values = if expressions.is_empty() {
            DataFrame::default()
        } else {
            frame.clone().lazy().select(expressions).collect()?
        };
        let whole = |name: String| -> PolarsResult<Column> {
            let column = values.column(&name)?;
            // An expression without a column is one value for all rows.
            Ok(if column.len() == height { column.clone() } else { column.new_from_index(0, height) })
        };
        let mut found = Self {
            height,
            numbers: BTreeMap::new(),
            truths: BTreeMap::new(),
            presences: BTreeMap::new(),
            words: BTreeMap::new(),
            instants: BTreeMap::new(),
        };
        for sql in &needs.numbers {
            let column = whole(format!("n:{sql}"))?;
            // Missing, infinite and undefined numbers are all missing: no figure is made of them.
            let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or(f64::NAN);
            found.numbers.insert(sql.clone(), column.f64()?.iter().map(finite).collect());
        }
        let truths = |column: &Column| -> PolarsResult<Vec<bool>> {
            Ok(column.bool()?.iter().map(|value| value == Some(true)).collect())
        };
        for sql in &needs.truths {
            found.truths.insert(sql.clone(), truths(&whole(format!("t:{sql}"))?)?);
        }
        for sql in &needs.presences {
            found.presences.insert(sql.clone(), truths(&whole(format!("p:{sql}"))?)?);
        }
        for sql in &needs.words {
            found.words.insert(sql.clone(), Words::of(whole(format!("w:{sql}"))?.str()?));
        }
        for name in &needs.instants {
            let column = whole(format!("i:{name}"))?;
            found.instants.insert(name.clone(), column.i64()?.iter().map(|at| at.unwrap_or(NEVER)).collect());
        }
        Ok(found)
    }

    /// Numbers of an expression that was asked for; NaN is missing.
    pub(super) fn number(&self, sql: &str) -> &[f64] {
        self.numbers.get(sql).map_or(&[], Vec::as_slice)
    }

    /// Truth values of an expression that was asked for.
    pub(super) fn truth(&self, sql: &str) -> &[bool] {
        self.truths.get(sql).map_or(&[], Vec::as_slice)
    }

    /// Presence of an expression that was asked for.
    pub(super) fn presence(&self, sql: &str) -> &[bool] {
        self.presences.get(sql).map_or(&[], Vec::as_slice)
    }

    /// Words of an expression that was asked for.
    pub(super) fn word(&self, sql: &str) -> Option<&Words> {
        self.words.get(sql)
    }

    /// Instants of a column that was asked for, µs UTC; `NEVER` is missing.
    pub(super) fn instant(&self, name: &str) -> &[i64] {
        self.instants.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Words {
    fn of(column: &StringChunked) -> Self {
        let distinct: BTreeSet<&str> = column.iter().flatten().filter(|word| !word.is_empty()).collect();
        let code: BTreeMap<&str, u32> = distinct.iter().zip(1..).map(|(word, code)| (*word, code)).collect();
        let codes = column.iter().map(|word| word.and_then(|word| code.get(word).copied()).unwrap_or(0)).collect();
        let dictionary = std::iter::once(String::new()).chain(distinct.iter().map(ToString::to_string)).collect();
        Self { codes, dictionary }
    }
}
