//! The parts of a mapping, built from what is written and checked against the canonical tables.

use std::collections::BTreeMap;

use regex::Regex;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use toml::Spanned;

use super::raw::{Notation, OneOrMore, RawColumns, RawPattern, Scalar};
use super::{Feed, Field, Origin, Pattern, Repeated, Rows, Unit};
use crate::declaration::issue::Issue;
use crate::declaration::table::{Column, Kind, Table};

/// The text of a mapping file with what was found wrong in it.
pub(super) struct Report<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
    pub(super) issues: Vec<Issue>,
}

impl Report<'_> {
    pub(super) fn error(&self, offset: usize, message: impl Into<String>) -> Issue {
        Issue::error(self.file, message).at_offset(self.text, offset)
    }

    pub(super) fn add(&mut self, offset: usize, message: impl Into<String>) {
        self.issues.push(self.error(offset, message));
    }

    pub(super) fn formats(&mut self, offset: usize, formats: &[String]) {
        use chrono::format::{Item, StrftimeItems};
        for format in formats {
            if StrftimeItems::new(format).any(|item| matches!(item, Item::Error)) {
                let message = format!("formats: expected a strftime format such as `%d/%m/%Y %H:%M`, found `{format}`");
                self.add(offset, message);
            }
        }
    }
}

pub(super) fn build_pattern(raw: RawPattern, report: &mut Report<'_>) -> Option<Pattern> {
    let offset = raw.expression.span().start;
    match Regex::new(raw.expression.get_ref()) {
        Ok(expression) if expression.capture_names().flatten().next().is_some() => {
            let name = raw.name.unwrap_or_else(|| "does not match the pattern".to_string());
            Some(Pattern { column: raw.column, expression, name })
        }
        Ok(_) => {
            report.add(offset, "pattern: expected at least one named group such as `(?P<service>.+)`, found none");
            None
        }
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_string();
            report.add(offset, format!("pattern: expected a regular expression, but {reason}"));
            None
        }
    }
}

pub(super) fn build_feed(
    name: &Spanned<String>,
    columns: Spanned<RawColumns>,
    rows: Rows,
    condition: Option<String>,
    formats: &[String],
    tables: &BTreeMap<String, Table>,
    report: &mut Report<'_>,
) -> Feed {
    if let Some(condition) = &condition {
        check_sql(condition, name.span().start, &format!("table `{}`: where", name.get_ref()), report);
    }
    let mut feed = Feed { table: name.get_ref().clone(), fields: BTreeMap::new(), rows, condition };
    let Some(table) = tables.get(name.get_ref()) else {
        let issue = report.error(name.span().start, format!("there is no table `{}`", name.get_ref()));
        report.issues.push(issue.nearest(name.get_ref(), tables.keys().map(String::as_str)));
        return feed;
    };
    let start = columns.span().start;
    for (column, notation) in columns.into_inner() {
        let Some(declared) = table.column(column.get_ref()) else {
            let message = format!("table `{}` has no column `{}`", table.name, column.get_ref());
            let known = table.columns.iter().map(|column| column.name.as_str());
            report.issues.push(report.error(column.span().start, message).nearest(column.get_ref(), known));
            continue;
        };
        let offset = column.span().start;
        if let Some(field) = build_field(&declared.name, declared.kind, declared, offset, notation, formats, report) {
            feed.fields.insert(column.into_inner(), field);
        }
    }
    // A column that is named but wrong has its own issue already.
    if report.issues.is_empty() {
        for column in table.required().filter(|column| !feed.fields.contains_key(&column.name)) {
            let message = format!("table `{}` requires the column `{}`, which is not mapped", table.name, column.name);
            report.add(start, message);
        }
    }
    feed
}

/// What a column expects instead of a word that the mapping gives it; `None` when the word can stand there.
fn refused(word: &str, column: &Column) -> Option<String> {
    if word.is_empty() {
        return None;
    }
    if !column.values.is_empty() {
        let plain = word.to_lowercase().replace([' ', '-'], "_");
        let known = column.values.iter().any(|value| *value == plain || value == word);
        return (!known).then(|| format!("one of {}", column.values.join(", ")));
    }
    match column.kind {
        Kind::Integer if word.parse::<i64>().is_err() => Some("a whole number".to_string()),
        Kind::Number if word.parse::<f64>().is_err() => Some("a number".to_string()),
        _ => None,
    }
}

/// Reports SQL that cannot be read; whether its columns are there is known only with a file.
pub(super) fn check_sql(sql: &str, offset: usize, place: &str, report: &mut Report<'_>) {
    let parsed = Parser::new(&GenericDialect {}).try_with_sql(sql).and_then(|mut parser| {
        parser.parse_expr()?;
        parser.expect_token(&Token::EOF)
    });
    if let Err(error) = parsed {
        let reason = error.to_string();
        let reason = reason.trim_start_matches("sql parser error: ");
        report.add(offset, format!("{place}: the SQL `{sql}` cannot be read: {reason}"));
    }
}

fn build_field(
    name: &str,
    kind: Kind,
    declared: &Column,
    offset: usize,
    notation: Spanned<Notation>,
    formats: &[String],
    report: &mut Report<'_>,
) -> Option<Field> {
    let raw = notation.into_inner().0;
    let before = report.issues.len();
    report.formats(offset, &raw.formats);
    if !raw.formats.is_empty() && kind != Kind::Instant {
        report.add(offset, format!("column `{name}`: formats are for instants, but it is of kind {}", kind.as_str()));
    }
    let unit = raw.unit.as_deref().and_then(|unit| {
        let found = Unit::named(unit);
        if found.is_none() {
            let known: Vec<&str> = Unit::NAMES.iter().map(|(name, _)| *name).collect();
            let message = format!("column `{name}`: expected a unit of {}, found `{unit}`", known.join(", "));
            report.add(offset, message);
        }
        found
    });
    if raw.plus.is_some() && kind != Kind::Instant {
        report.add(offset, format!("column `{name}`: `plus` adds to instants, but it is of kind {}", kind.as_str()));
    }
    if unit.is_some() && raw.plus.is_none() && !matches!(kind, Kind::Seconds | Kind::Share | Kind::Number) {
        report.add(offset, format!("column `{name}`: a unit is for numbers, but it is of kind {}", kind.as_str()));
    }
    let words = raw.values.values().chain(&raw.otherwise).chain(&raw.default).chain(&raw.value);
    for word in words.map(Scalar::text) {
        if let Some(expected) = refused(&word, declared) {
            report.add(offset, format!("column `{name}`: expected {expected}, found `{word}`"));
        }
    }
    if let Some(sql) = &raw.sql {
        check_sql(sql, offset, &format!("column `{name}`"), report);
    }
    let joins = raw.join.is_some() || raw.repeated.as_deref() == Some("join");
    if raw.separator.is_some() && !joins {
        let message = format!("column `{name}`: `separator` has a meaning only with `join` or `repeated = \"join\"`");
        report.add(offset, message);
    }
    let separator = raw.separator.unwrap_or_else(|| "/".to_string());
    let repeated = match raw.repeated.as_deref() {
        None | Some("first") => Repeated::First,
        Some("last") => Repeated::Last,
        Some("join") => Repeated::Join(separator.clone()),
        Some(other) => {
            let message = format!("column `{name}`: repeated: expected first, last or join, found `{other}`");
            report.add(offset, message);
            Repeated::First
        }
    };
    if raw.repeated.is_some() && raw.from.is_none() {
        report.add(offset, format!("column `{name}`: `repeated` has a meaning only with `from`"));
    }
    let mut origins: Vec<Origin> = Vec::new();
    origins.extend(raw.from.map(|from| Origin::Column(from.into_vec(), repeated)));
    origins.extend(raw.first.map(Origin::First));
    origins.extend(raw.value.map(|value| Origin::Constant(value.into_text())));
    origins.extend(raw.sql.map(Origin::Sql));
    origins.extend(raw.join.map(|columns| Origin::Join { columns, separator }));
    if origins.len() != 1 {
        let message =
            format!("column `{name}`: expected one of from, first, value, sql, join, found {}", origins.len());
        report.add(offset, message);
    }
    if report.issues.len() > before {
        return None;
    }
    let own_formats = if raw.formats.is_empty() { formats.to_vec() } else { raw.formats };
    let values = raw.values.into_iter().map(|(text, value)| (text.trim().to_lowercase(), value.into_text()));
    Some(Field {
        origin: origins.pop()?,
        formats: if kind == Kind::Instant { own_formats } else { Vec::new() },
        values: values.collect(),
        otherwise: raw.otherwise.map(Scalar::into_text),
        default: raw.default.map(Scalar::into_text),
        unit,
        plus: raw.plus.map(OneOrMore::into_vec).unwrap_or_default(),
    })
}
