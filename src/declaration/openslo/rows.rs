//! Which rows of the lake count as events: a table or fact, a condition, a value, and the instant or span of time.

use std::collections::BTreeMap;

use super::fields::{Fields, Notes};
use super::node::{Entry, Node, Value};
use crate::declaration::expression::{Refusal, RowExpression, kind_of, parse_row};
use crate::declaration::objective::{Place, Rows};
use crate::declaration::table::{Column, Kind, RestsOn, Table};

/// What the lake holds.
#[derive(Clone, Copy)]
pub(super) struct Holdings<'a> {
    /// The canonical tables by name.
    pub(super) tables: &'a BTreeMap<String, Table>,
    /// The dictionaries of the facts by name.
    pub(super) facts: &'a BTreeMap<String, Table>,
}

/// When a row of a table happened, where that doesn't follow from its columns: the instant by which the metrics place it too. A table
/// with a column `at`, or with one instant only, isn't listed.
const INSTANTS: [(&str, &str); 15] = [
    ("changes", "ended_at"),
    ("deployments", "finished_at"),
    ("failures", "started_at"),
    ("incidents", "started_at"),
    ("incident_origins", "started_at"),
    // A job that never ran has no other.
    ("jobs", "scheduled_at"),
    ("maintenance", "started_at"),
    ("outages", "started_at"),
    ("patches", "due_at"),
    ("problems", "opened_at"),
    ("register", "opened_at"),
    ("tickets", "resolved_at"),
    ("work_items", "finished_at"),
    ("agreements", "valid_from"),
    ("teams", "valid_from"),
];

/// Facts whose rows are stretches of time.
const SPANS: [&str; 2] = ["downtime", "agreed_time"];

/// Reads the `spec` of a source that lies in the lake.
pub(super) fn rows(notes: &mut Notes, node: &Node, path: &str, holdings: &Holdings<'_>) -> Option<Rows> {
    let mut fields = Fields::of(notes, node, path)?;
    let before = notes.errors();
    let (table, fact) = named(notes, &mut fields, holdings)?;
    let kinds: BTreeMap<String, Kind> = table.columns.iter().map(|c| (c.name.clone(), c.kind)).collect();
    let condition = expression(notes, &mut fields, "where", &kinds, &[Kind::Boolean], "true or false");
    let numeric = [Kind::Boolean, Kind::Integer, Kind::Number, Kind::Seconds, Kind::Share];
    let value = expression(notes, &mut fields, "value", &kinds, &numeric, "a number, true or false");
    let place = place(notes, &mut fields, table);
    let mut conditions: Vec<String> = condition.into_iter().map(|found| found.sql).collect();
    for entry in fields.rest() {
        match table.column(&entry.key) {
            Some(column) => conditions.extend(equality(notes, entry, column)),
            None => {
                let message = format!("`{path}`: `{}` is no key and no column of {}", entry.key, table.name);
                let known = table.columns.iter().map(|column| column.name.as_str());
                let keys = ["where", "value", "at", "from", "to"];
                notes.unknown(entry.line, message, &entry.key, keys.into_iter().chain(known));
            }
        }
    }
    let filter = all_of(notes, node.line, &conditions, &kinds);
    let place = place?;
    (notes.errors() == before).then(|| Rows { name: table.name.clone(), fact, filter, value, place })
}

/// The table or fact.
fn named<'a>(notes: &mut Notes, fields: &mut Fields<'_>, holdings: &Holdings<'a>) -> Option<(&'a Table, bool)> {
    let table = fields.text(notes, "table");
    let fact = fields.text(notes, "fact");
    let (key, name, known, other) = match (&table, &fact) {
        (Some(name), None) => ("table", name, holdings.tables, holdings.facts),
        (None, Some(name)) => ("fact", name, holdings.facts, holdings.tables),
        _ => {
            let message = format!("`{}`: expected one of table and fact", fields.path);
            notes.wrong(fields.line, message, "say table: sli_counts, or fact: tickets");
            return None;
        }
    };
    let found = known.get(name);
    if found.is_none() {
        let message = format!("`{}`: there is no {key} `{name}`", fields.path_of(key));
        let line = fields.line_of(key);
        if other.contains_key(name) {
            let right = if key == "table" { "fact" } else { "table" };
            notes.wrong(line, message, format!("write {right}: {name}"));
        } else {
            notes.unknown(line, message, name, known.keys().map(String::as_str));
        }
    }
    let (table, line) = (found?, fields.line_of(key));
    if let Some(ground) = table.rests_on.filter(|_| key == "fact") {
        let made_of = match ground {
            RestsOn::Objectives => "objectives",
            RestsOn::Metrics => "metrics, which may be about objectives,",
        };
        let message =
            format!("`{}`: `{name}` is made of {made_of} and can't be the source of one", fields.path_of(key));
        notes.wrong(line, message, "name the table or fact that the events come from");
        return None;
    }
    if key == "fact" && table.key.iter().any(|column| column == "day") {
        let path = fields.path_of(key);
        notes.doubt(
            line,
            format!("`{path}`: a row of `{name}` is a whole day, which alerts and burn rates take for one instant; of downtime and agreed_time they see every second"),
        );
    }
    Some((table, key == "fact"))
}

fn expression(
    notes: &mut Notes,
    fields: &mut Fields<'_>,
    name: &'static str,
    kinds: &BTreeMap<String, Kind>,
    wanted: &[Kind],
    words: &str,
) -> Option<RowExpression> {
    let path = fields.path_of(name);
    let node = fields.node(name)?;
    let text = super::fields::text(notes, node, &path)?;
    match parse_row(&text).and_then(|row| kind_of(&row, kinds).map(|kind| (row, kind))) {
        Ok((row, kind)) => match kind {
            Some(kind) if wanted.contains(&kind) => Some(row),
            other => {
                let found = other.map_or("nothing", Kind::as_str);
                notes.error(node.line, format!("`{path}`: expected {words}, found {found}"));
                None
            }
        },
        Err(refusal) => {
            refuse(notes, node, &path, refusal);
            None
        }
    }
}

fn refuse(notes: &mut Notes, node: &Node, path: &str, refusal: Refusal) {
    let message = format!("`{path}`: {}", refusal.message);
    match refusal.hint {
        Some(hint) => notes.wrong(node.line, message, hint),
        None => notes.error(node.line, message),
    }
}

/// `service: Payments` as a condition.
fn equality(notes: &mut Notes, entry: &Entry, column: &Column) -> Option<String> {
    let values: Vec<&Node> = match &entry.node.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![&entry.node],
    };
    let literals: Option<Vec<String>> = values.iter().map(|value| literal(value, column.kind)).collect();
    match literals.as_deref() {
        Some([one]) => Some(format!("{} = {one}", column.name)),
        Some(many) if !many.is_empty() => Some(format!("{} IN ({})", column.name, many.join(", "))),
        _ => {
            let found = entry.node.what();
            let message = format!("`{}`: expected {} to compare with, found {found}", entry.key, article(column.kind));
            notes.wrong(entry.node.line, message, "say anything else with where");
            None
        }
    }
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Boolean => "true or false",
        Kind::Integer | Kind::Number | Kind::Seconds | Kind::Share => "a number",
        Kind::Instant => "no instant",
    }
}

fn literal(node: &Node, kind: Kind) -> Option<String> {
    let text = node.text()?;
    match kind {
        Kind::Text => Some(format!("'{}'", text.replace('\'', "''"))),
        Kind::Boolean if text.eq_ignore_ascii_case("true") => Some("TRUE".to_string()),
        Kind::Boolean if text.eq_ignore_ascii_case("false") => Some("FALSE".to_string()),
        Kind::Integer => text.trim().parse::<i64>().ok().map(|number| number.to_string()),
        Kind::Number | Kind::Seconds | Kind::Share => {
            text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.to_string())
        }
        Kind::Boolean | Kind::Instant => None,
    }
}

/// The conditions, all of which must hold.
fn all_of(
    notes: &mut Notes,
    line: usize,
    conditions: &[String],
    kinds: &BTreeMap<String, Kind>,
) -> Option<RowExpression> {
    let text = match conditions {
        [] => return None,
        [one] => one.clone(),
        many => many.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" AND "),
    };
    match parse_row(&text).and_then(|row| kind_of(&row, kinds).map(|_| row)) {
        Ok(row) => Some(row),
        Err(refusal) => {
            notes.error(line, format!("{}: {}", text, refusal.message));
            None
        }
    }
}

/// When a row happened: what the spec says, else what the table is known for.
fn place(notes: &mut Notes, fields: &mut Fields<'_>, table: &Table) -> Option<Place> {
    let at = instant(notes, fields, "at", table);
    let from = instant(notes, fields, "from", table);
    let to = instant(notes, fields, "to", table);
    match (at, from, to) {
        (Some(at), None, None) => Some(Place::At(at?)),
        (None, Some(from), Some(to)) => Some(Place::Span(from?, to?)),
        (None, None, None) => {
            let usual = usual(table);
            if usual.is_none() {
                let instants: Vec<&str> = instants(table).collect();
                let path = &fields.path;
                let message = format!("`{path}`: it isn't plain when a row of {} happened", table.name);
                match instants.as_slice() {
                    [] => notes.error(fields.line, format!("`{path}`: rows of {} have no instant", table.name)),
                    known => notes.wrong(fields.line, message, format!("say at: one of {}", known.join(", "))),
                }
            }
            usual
        }
        _ => {
            let message = format!("`{}`: expected at, or both from and to", fields.path);
            notes.error(fields.line, message);
            None
        }
    }
}

/// The column that a key names: none without the key, `Some(None)` with an issue.
fn instant(notes: &mut Notes, fields: &mut Fields<'_>, key: &'static str, table: &Table) -> Option<Option<String>> {
    let path = fields.path_of(key);
    let node = fields.node(key)?;
    let Some(name) = super::fields::text(notes, node, &path) else { return Some(None) };
    let found = table.column(&name).filter(|column| column.kind == Kind::Instant);
    if found.is_none() {
        let message = match table.column(&name) {
            Some(column) => format!("`{path}`: expected an instant, `{name}` is {}", column.kind.as_str()),
            None => format!("`{path}`: {} has no column `{name}`", table.name),
        };
        notes.unknown(node.line, message, &name, instants(table));
    }
    Some(found.map(|column| column.name.clone()))
}

fn instants(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.iter().filter(|column| column.kind == Kind::Instant).map(|column| column.name.as_str())
}

fn usual(table: &Table) -> Option<Place> {
    let all: Vec<&str> = instants(table).collect();
    if SPANS.contains(&table.name.as_str()) && ["started_at", "ended_at"].iter().all(|name| all.contains(name)) {
        return Some(Place::Span("started_at".to_string(), "ended_at".to_string()));
    }
    let listed = INSTANTS.iter().find(|(name, _)| *name == table.name).map(|(_, at)| *at);
    let found = match all.as_slice() {
        [one] => Some(*one),
        many => many.iter().copied().find(|name| *name == "at").or(listed),
    };
    found.filter(|name| all.contains(name)).map(|name| Place::At(name.to_string()))
}
