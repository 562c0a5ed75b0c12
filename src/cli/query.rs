//! `nines query`: SQL to the screen, a file or a pipe.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use polars::prelude::{AnyValue, Column, DataFrame, DataType};
use regex::{Captures, Regex};

use super::output::{grid, parquet};
use super::project::ProjectArguments;
use super::{Exit, Terminal, Trouble};
use crate::arithmetic::local_time::rfc3339;
use crate::pipeline::{self, Failure, Session};

/// Ask in SQL: canonical tables, fact_*, history_*, measures, ledger_*
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The query, or the name of one in queries/analyses
    #[arg(required_unless_present = "file", value_name = "SQL|NAME")]
    sql: Option<String>,
    /// Take the query from a file
    #[arg(short, long, value_name = "FILE", conflicts_with = "sql")]
    file: Option<PathBuf>,
    /// A value for `:name` in the query; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    #[command(flatten)]
    project: ProjectArguments,
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of the screen (Parquet goes to a file or a pipe)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Most rows of a table on the screen
    #[arg(long, value_name = "N", default_value_t = 200)]
    rows: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Table,
    Csv,
    Json,
    Parquet,
}

impl Arguments {
    pub(super) fn run(self, terminal: &mut Terminal) -> Result<Exit, Trouble> {
        let session = self.project.open(terminal)?;
        let sql = text(&session, self.sql.as_deref(), self.file.as_ref())?;
        let sql = with_parameters(&sql, &self.parameters)?;
        let mut frame = pipeline::query(&session, &sql)?;
        let bytes = match self.format {
            Format::Table => table(terminal, &frame, self.rows).into_bytes(),
            Format::Csv => csv(&frame)?,
            Format::Json => json(&frame)?,
            Format::Parquet => parquet(&mut frame)?,
        };
        match self.output {
            Some(path) => {
                fs::write(&path, bytes).map_err(|error| Trouble::failed(format!("{}: {error}", path.display())))?;
            }
            None if self.format == Format::Parquet && terminal.width.is_some() => {
                return Err(Trouble::usage("parquet is not text: name a file with --output, or pipe it"));
            }
            None => {
                terminal.out.write_all(&bytes)?;
                if self.format == Format::Table {
                    terminal.out.write_all(b"\n")?;
                }
                terminal.out.flush()?;
            }
        }
        Ok(Exit::Done)
    }
}

fn text(session: &Session, sql: Option<&str>, file: Option<&PathBuf>) -> Result<String, Trouble> {
    if let Some(path) = file {
        return fs::read_to_string(path).map_err(|error| Trouble::usage(format!("{}: {error}", path.display())));
    }
    let sql = sql.unwrap_or_default();
    if sql.contains(char::is_whitespace) {
        return Ok(sql.to_string());
    }
    let named: Vec<_> = session.catalogue.under("queries/analyses", "sql").collect();
    match named.iter().find(|file| file.stem() == sql) {
        Some(file) => Ok(file.text.clone()),
        None => Err(Failure::unknown("query", sql, named.iter().map(|file| file.stem())).into()),
    }
}

/// Puts values in the place of `:name`: plain numbers as they are, everything else as a quoted literal. Text in quotes and
/// casts with `::` are left alone, and what a value holds is never looked at again.
fn with_parameters(sql: &str, parameters: &[String]) -> Result<String, Trouble> {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for parameter in parameters {
        let (name, value) = parameter
            .split_once('=')
            .ok_or_else(|| Trouble::usage(format!("--param: expected NAME=VALUE, found \"{parameter}\"")))?;
        values.insert(name, if is_number(value) { value.to_string() } else { literal(value) });
    }
    let failed = |error: regex::Error| Trouble::failed(error.to_string());
    let pattern = Regex::new(r#"'(?:[^']|'')*'|"[^"]*"|--[^\n]*|::|:([A-Za-z_]\w*)"#).map_err(failed)?;
    let (mut used, mut missing) = (BTreeSet::new(), None);
    let text = pattern.replace_all(sql, |found: &Captures| {
        let Some(name) = found.get(1) else { return found[0].to_string() };
        let Some((name, value)) = values.get_key_value(name.as_str()) else {
            missing.get_or_insert_with(|| name.as_str().to_string());
            return found[0].to_string();
        };
        used.insert(*name);
        value.clone()
    });
    if let Some(name) = values.keys().find(|name| !used.contains(*name)) {
        return Err(Trouble::usage(format!("--param: the query has no `:{name}`")));
    }
    match missing {
        None => Ok(text.into_owned()),
        Some(name) => Err(Trouble::Failure(Failure::Usage {
            message: format!("the query has `:{name}` and no value for it"),
            hint: Some(format!("say --param {name}=VALUE")),
        })),
    }
}

/// Digits with a sign and a fraction; not `inf`, which is a name in SQL, and not `007`, which is a word.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole) && plain(fraction) && (whole == "0" || !whole.starts_with('0'))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A cell as text; instants as RFC 3339, missing as `None`.
fn cell(value: &AnyValue) -> Option<String> {
    match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some((*text).to_string()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        AnyValue::Datetime(at, ..) | AnyValue::DatetimeOwned(at, ..) => Some(rfc3339(*at)),
        AnyValue::Binary(bytes) => Some(hexadecimal(bytes)),
        AnyValue::BinaryOwned(bytes) => Some(hexadecimal(bytes)),
        other => Some(other.to_string()),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cells(frame: &DataFrame, row: usize) -> Vec<Option<String>> {
    frame.columns().iter().map(|column| column.get(row).ok().as_ref().and_then(cell)).collect()
}

pub(super) fn table(terminal: &Terminal, frame: &DataFrame, most: usize) -> String {
    let header: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
    let numeric = |kind: &DataType| kind.is_primitive_numeric();
    let right: Vec<usize> =
        frame.columns().iter().enumerate().filter(|(_, c)| numeric(c.dtype())).map(|(index, _)| index).collect();
    let shown = frame.height().min(most);
    let rows = (0..shown).map(|row| cells(frame, row).into_iter().map(Option::unwrap_or_default).collect()).collect();
    let text = grid(terminal, &header, &right, rows);
    if shown < frame.height() {
        format!("{text}\n{shown} of {} rows; say --rows N for more", frame.height())
    } else {
        text
    }
}

pub(super) fn csv(frame: &DataFrame) -> Result<Vec<u8>, Trouble> {
    let failed = |error: csv::Error| Trouble::failed(format!("csv: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(frame.columns().iter().map(|column| column.name().as_str())).map_err(failed)?;
    for row in 0..frame.height() {
        // A table is read by people, who need a few digits; a program gets them all.
        let exact = |column: &Column| match column.get(row) {
            Ok(AnyValue::Float64(number)) if number.is_finite() => format!("{number:?}"),
            other => other.ok().as_ref().and_then(cell).unwrap_or_default(),
        };
        writer.write_record(frame.columns().iter().map(exact)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Trouble::failed(format!("csv: {error}")))
}

pub(super) fn json(frame: &DataFrame) -> Result<Vec<u8>, Trouble> {
    let value = |value: AnyValue| -> serde_json::Value {
        match &value {
            AnyValue::Boolean(truth) => (*truth).into(),
            AnyValue::Float64(_) | AnyValue::Float32(_) => value.extract::<f64>().into(),
            _ if value.is_integer() => value.extract::<i64>().into(),
            other => cell(other).into(),
        }
    };
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = (0..frame.height())
        .map(|row| {
            let pairs = frame
                .columns()
                .iter()
                .map(|column| (column.name().to_string(), column.get(row).map_or(serde_json::Value::Null, value)));
            pairs.collect()
        })
        .collect();
    let mut bytes = serde_json::to_vec_pretty(&rows).map_err(|error| Trouble::failed(format!("json: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(sql: &str, parameters: &[&str]) -> Option<String> {
        let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
        with_parameters(sql, &parameters).ok()
    }

    #[test]
    fn values_take_the_place_of_their_own_names_only() {
        let sql = "SELECT ':p', a::text FROM t WHERE p = :p AND q = :priority -- :x";
        let expected = "SELECT ':p', a::text FROM t WHERE p = 'it''s :priority' AND q = 2 -- :x";
        assert_eq!(put(sql, &["p=it's :priority", "priority=2"]).as_deref(), Some(expected));
        assert_eq!(put("SELECT :p", &[]), None);
        assert_eq!(put("SELECT 1", &["p=1"]), None);
    }

    #[test]
    fn only_plain_numbers_are_numbers() {
        for text in ["0", "-12", "3.50", "0.1"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["inf", "NaN", "1e6", "007", "", "-", "1.", ".5", "+1"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
