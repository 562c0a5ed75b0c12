//! `nines query`: SQL over canonical tables, their history, facts, published figures and the ledger.

use std::sync::Arc;

use polars::prelude::*;
use polars::sql::SQLContext;
use polars_sql::function_registry::FunctionRegistry;

use regex::{Captures, Regex};

use super::failure::Failure;
use super::session::Session;
use crate::declaration::issue::nearest;
use crate::facts::FACTS;
use crate::lake::{self, LEDGER_TABLES, ledger_table};

/// Answers one SQL query.
///
/// Tables: every canonical table by its name (the newest version of each record), `history_<table>` (every version),
/// `fact_<name>`, `measures` (figures as runs published them) and `ledger_<name>`.
///
/// # Errors
/// When the query is wrong or the lake cannot be read.
pub fn query(session: &Session, sql: &str) -> Result<DataFrame, Failure> {
    let mut context = SQLContext::new().with_function_registry(Arc::new(Functions));
    let mentioned = |name: &str| sql.to_lowercase().contains(name);
    for (name, table) in &session.definitions.tables {
        if !mentioned(name) {
            continue;
        }
        let current = lake::current(&session.lake, table, session.known_at, None)?;
        context.register(name, current.unwrap_or_else(|| lake::frame_of(table).lazy()));
        if let Some(history) = session.lake.scan(name)? {
            context.register(&format!("history_{name}"), history);
        }
    }
    for fact in FACTS {
        let name = format!("fact_{}", fact.name);
        if mentioned(&name) {
            context.register(&name, session.fact(fact.name)?.lazy());
        }
    }
    for (name, _) in LEDGER_TABLES {
        let rows = match session.lake.scan(&ledger_table(name))? {
            Some(rows) => rows,
            None => lake::empty_ledger(name).lazy(),
        };
        context.register(&format!("ledger_{name}"), rows);
    }
    if let Some(measures) = session.lake.scan("measures")? {
        context.register("measures", measures);
    }
    let answer = context.execute(&with_plain_instants(&with_units_in_names(sql))).and_then(LazyFrame::collect);
    answer.map_err(|error| {
        let unknown_table = matches!(&error, PolarsError::SQLInterface(message) if message.contains("was not found"));
        let near = || {
            let PolarsError::SQLInterface(message) = &error else { return None };
            let name = message.split('\'').nth(1)?;
            let known = session.definitions.tables.keys().cloned();
            let known: Vec<String> = known.chain(FACTS.iter().map(|fact| format!("fact_{}", fact.name))).collect();
            nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`? "))
        };
        let hint = unknown_table.then(|| {
            near().unwrap_or_default()
                + "`nines tables` lists the tables; besides them there are history_TABLE, ledger_files, ledger_rejects, \
             ledger_findings and measures"
        });
        // What follows the first paragraph is the plan of the query, which says nothing to who wrote it.
        let error = error.to_string();
        Failure::Usage { message: format!("query: {}", error.split("\n\n").next().unwrap_or(&error)), hint }
    })
}

/// The units of `date_trunc` with the lengths that Polars knows them by.
const UNITS: [(&str, &str); 6] =
    [("hour", "1h"), ("day", "1d"), ("week", "1w"), ("month", "1mo"), ("quarter", "1q"), ("year", "1y")];

/// Functions that the SQL of Polars lacks: `date_trunc('week', instant)`, the start in UTC of the hour, day, ISO week,
/// month, quarter or year.
struct Functions;

/// Polars names what a function gives after its first argument, and finds a grouping again by the name of its column. So
/// `date_trunc('week', at)` is handed to it as `date_trunc_week(at)`.
fn with_units_in_names(sql: &str) -> String {
    // The pattern is a constant that the tests compile.
    let Ok(pattern) = Regex::new(r"(?i)\bdate_trunc\s*\(\s*'(\w+)'\s*,") else { return sql.to_string() };
    pattern.replace_all(sql, |found: &Captures| format!("date_trunc_{}(", found[1].to_lowercase())).into_owned()
}

/// Instants are printed as RFC 3339 in UTC, and may be written so; Polars compares them with a blank for the T and no Z.
fn with_plain_instants(sql: &str) -> String {
    // The pattern is a constant that the tests compile.
    let Ok(pattern) = Regex::new(r"'(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z'") else { return sql.to_string() };
    pattern.replace_all(sql, "'$1 $2'").into_owned()
}

fn length(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let unit = name.strip_prefix("date_trunc_")?;
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, length)| *length)
}

impl FunctionRegistry for Functions {
    fn register(&mut self, name: &str, _function: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(ComputeError: "functions cannot be added: {name}")
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        Ok(length(name).map(truncation))
    }

    fn contains(&self, name: &str) -> bool {
        length(name).is_some()
    }
}

fn truncation(every: &'static str) -> UserDefinedFunction {
    let compute = move |columns: &mut [Column]| {
        let [at] = columns else { polars_bail!(SQLInterface: "date_trunc: expected a unit and an instant") };
        let name = at.name().clone();
        let frame = DataFrame::new(at.len(), vec![at.clone()])?.lazy();
        let truncated = frame.select([col(name.clone()).dt().truncate(lit(every))]).collect()?;
        Ok(truncated.column(&name)?.clone())
    };
    let kind = |_: &Schema, fields: &[Field]| match fields {
        [at] => Ok(at.clone()),
        _ => polars_bail!(SQLInterface: "date_trunc: expected a unit and an instant"),
    };
    UserDefinedFunction::new("date_trunc".into(), BaseColumnUdf::new(compute, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_moves_into_the_name() {
        assert_eq!(with_units_in_names("SELECT DATE_TRUNC( 'Week' , at)"), "SELECT date_trunc_week( at)");
        assert_eq!(with_plain_instants("at >= '2026-11-10T08:00:00Z'"), "at >= '2026-11-10 08:00:00'");
        assert_eq!(length("DATE_TRUNC_week"), Some("1w"));
        assert_eq!(length("date_trunc_fortnight"), None);
    }
}
