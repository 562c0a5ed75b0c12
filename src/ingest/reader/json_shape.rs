//! Which of its shapes a JSON file has, by its first text.

use serde_json::Value;

use super::Request;
use super::json_path::lookup;
use super::json_scan::{first_array_of_objects, keys, skip};

/// Keys by which tools wrap a list of records.
pub(super) const WRAPPERS: [&str; 10] =
    ["records", "result", "results", "incidents", "issues", "data", "items", "values", "value", "rows"];

/// Keys that a record has and a page of records has not.
const OF_RECORDS: [&str; 16] = [
    "id",
    "_id",
    "key",
    "number",
    "uuid",
    "iid",
    "name",
    "title",
    "created_at",
    "createdAt",
    "created",
    "opened_at",
    "at",
    "time",
    "timestamp",
    "date",
];

/// Whether a text that is one object, as far as it goes, wraps a list of records and is none itself. What a mapping takes apart is part
/// of a record.
pub(super) fn is_page(text: &str, request: &Request<'_>) -> bool {
    let keys = keys(text.as_bytes());
    let Some(path) = first_array_of_objects(text.as_bytes()) else { return false };
    if request.explode.first().is_some_and(|explode| explode.split('.').next() == path.first().map(String::as_str)) {
        return false;
    }
    let is_usual = path.first().is_some_and(|key| WRAPPERS.contains(&key.as_str()));
    is_usual || !keys.iter().any(|key| OF_RECORDS.contains(key))
}

/// Whether a text starts JSON Lines: its first line is a whole object, and it wraps no list of records.
pub fn is_lines(sample: &str, _whole: bool, request: &Request<'_>) -> bool {
    let line = sample.lines().next().unwrap_or_default();
    let more = sample.lines().skip(1).any(|line| !line.trim().is_empty());
    if !sample.starts_with('{') {
        return false;
    }
    match serde_json::from_str::<Value>(line) {
        Ok(value) => {
            let wraps = match request.records {
                Some(path) => lookup(&value, path).is_some_and(Value::is_array),
                None => WRAPPERS.iter().any(|key| value.get(key).is_some_and(is_objects)) || is_page(line, request),
            };
            more || !wraps
        }
        // A broken first line is a broken record when another record follows.
        Err(_) => line.trim_end().ends_with('}') && sample.lines().nth(1).is_some_and(|next| next.starts_with('{')),
    }
}

fn is_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_object))
}

/// Whether a text starts a JSON array or object.
pub fn is_document(sample: &str, _whole: bool, _request: &Request<'_>) -> bool {
    let bytes = sample.as_bytes();
    let next = skip(bytes, 1, b"");
    match bytes.first() {
        Some(b'{') => matches!(bytes.get(next), Some(b'"' | b'}')),
        Some(b'[') => matches!(bytes.get(next), Some(b'{' | b']')),
        _ => false,
    }
}
