//! The canonical tables, declared in `queries/tables/<name>.toml`: columns with type, meaning and aliases, key, and orders of instants.
//! Refuses keys, orders and version columns that name no column of the table.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::declaration::issue::Issue;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text, without blanks at its ends.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An instant: microseconds since the Unix epoch, UTC.
    Instant,
    /// A duration in seconds, a number.
    Seconds,
    /// A share, 0 to 1, a number.
    Share,
}

impl Kind {
    /// The word for it in declarations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Instant => "instant",
            Self::Seconds => "seconds",
            Self::Share => "share",
        }
    }
}

/// One column of a canonical table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, the contract that metrics and queries are written against.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// Whether a row is rejected whose value can't be read: where an empty one says something, a garbled one must not say it, too.
    pub strict: bool,
    /// What it means, one sentence.
    pub meaning: String,
    /// Names that exports give it, for recognising headers.
    pub aliases: Vec<String>,
    /// The words that it may hold, where they are a closed list.
    pub values: Vec<String>,
    /// The table whose key it holds.
    pub references: Option<String>,
    /// The least value that is possible.
    pub min: Option<f64>,
    /// The greatest value that is possible.
    pub max: Option<f64>,
}

impl Column {
    /// The least and the greatest value that are possible. A duration is never negative, a share is from 0 to 1.
    #[must_use]
    pub fn range(&self) -> (Option<f64>, Option<f64>) {
        match self.kind {
            Kind::Seconds => (self.min.or(Some(0.0)), self.max),
            Kind::Share => (self.min.or(Some(0.0)), self.max.or(Some(1.0))),
            _ => (self.min, self.max),
        }
    }
}

/// A canonical table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its name for readers.
    pub title: String,
    /// What one row is.
    pub meaning: String,
    /// Other words for what its rows are, for recognising the names of files.
    pub aliases: Vec<String>,
    /// The columns that identify a record.
    pub key: Vec<String>,
    /// The column that orders the versions of a record, when it has one.
    pub newest: Option<String>,
    /// Its columns, in the order of the declaration.
    pub columns: Vec<Column>,
    /// Pairs of instants (earlier, later) that must not be reversed.
    pub order: Vec<(String, String)>,
    /// For a fact that rests on what is declared beside the tables: on what.
    pub rests_on: Option<RestsOn>,
    /// For a fact: whether its durations are counted on the one calendar that an agreement names, where one does.
    pub hours: bool,
}

/// What a fact rests on beside tables. A fact must not rest on itself through others: what rests on metrics is the ground of no
/// agreement, and what rests on either that of no objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestsOn {
    /// On objectives.
    Objectives,
    /// On what metrics measure, or on their definitions.
    Metrics,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    title: String,
    meaning: String,
    #[serde(default)]
    aliases: Vec<String>,
    key: Spanned<Vec<String>>,
    newest: Option<Spanned<String>>,
    #[serde(default)]
    order: Vec<Spanned<(String, String)>>,
    rests_on: Option<RestsOn>,
    #[serde(default)]
    hours: bool,
    columns: BTreeMap<Spanned<String>, RawColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    kind: Kind,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    strict: bool,
    meaning: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    references: Option<String>,
    min: Option<f64>,
    max: Option<f64>,
}

impl Table {
    /// Reads the declaration of the table `name` from the text of `file`.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its line.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, Vec<Issue>> {
        let raw: RawTable = toml::from_str(text).map_err(|error| vec![Issue::from_toml(file, text, &error)])?;
        let mut named: Vec<(Spanned<String>, RawColumn)> = raw.columns.into_iter().collect();
        named.sort_by_key(|(name, _)| name.span().start);
        let columns: Vec<Column> = named
            .into_iter()
            .map(|(name, column)| Column {
                name: name.into_inner(),
                kind: column.kind,
                required: column.required,
                strict: column.strict,
                meaning: column.meaning,
                aliases: column.aliases,
                values: column.values,
                references: column.references,
                min: column.min,
                max: column.max,
            })
            .collect();

        let mut issues = Vec::new();
        let mut check =
            |used: &str, offset: usize, instant: bool| match columns.iter().find(|column| column.name == *used) {
                Some(column) if instant && column.kind != Kind::Instant => {
                    let message = format!("column `{used}`: expected kind instant, found {}", column.kind.as_str());
                    issues.push(Issue::error(file, message).at_offset(text, offset));
                }
                Some(_) => {}
                None => {
                    let known = columns.iter().map(|column| column.name.as_str());
                    let issue = Issue::error(file, format!("table `{name}` has no column `{used}`"));
                    issues.push(issue.at_offset(text, offset).nearest(used, known));
                }
            };
        for key in raw.key.get_ref() {
            check(key, raw.key.span().start, false);
        }
        if let Some(newest) = &raw.newest {
            check(newest.get_ref(), newest.span().start, true);
        }
        for pair in &raw.order {
            check(&pair.get_ref().0, pair.span().start, true);
            check(&pair.get_ref().1, pair.span().start, true);
        }
        if raw.key.get_ref().is_empty() {
            let issue = Issue::error(file, "key: expected at least one column, found none");
            issues.push(issue.at_offset(text, raw.key.span().start));
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        Ok(Self {
            name: name.to_string(),
            title: raw.title,
            meaning: raw.meaning,
            aliases: raw.aliases,
            key: raw.key.into_inner(),
            newest: raw.newest.map(Spanned::into_inner),
            columns,
            order: raw.order.into_iter().map(Spanned::into_inner).collect(),
            rests_on: raw.rests_on,
            hours: raw.hours,
        })
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns without which a row is rejected.
    pub fn required(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.required)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
title = "Windows"
meaning = "An announced window"
key = ["id"]
order = [["started_at", "ended_at"]]
[columns]
service = { kind = "text", required = true, meaning = "The service." }
id = { kind = "text", required = true, meaning = "Its number.", aliases = ["number"] }
started_at = { kind = "instant", meaning = "Start." }
ended_at = { kind = "instant", meaning = "End." }
"#;

    #[test]
    fn columns_keep_the_order_of_the_file() {
        let table = Table::parse("maintenance", "t.toml", TEXT).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["service", "id", "started_at", "ended_at"]);
        assert_eq!(table.required().count(), 2);
    }

    #[test]
    fn a_key_that_is_no_column_is_reported_with_its_line_and_the_nearest_name() {
        let issues = Table::parse("m", "t.toml", &TEXT.replace("\"ended_at\"]", "\"end_at\"]")).unwrap_err();
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].line, Some(5));
        assert_eq!(issues[0].hint.as_deref(), Some("did you mean `ended_at`?"));
    }
}
