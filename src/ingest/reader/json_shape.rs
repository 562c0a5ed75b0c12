//! Which of its shapes a JSON file has, by its first text.

use serde_json::Value;

use super::Request;
use super::json_path::lookup;
use super::json_scan::skip;

/// Keys by which tools wrap a list of records.
pub(super) const WRAPPERS: [&str; 10] =
    ["records", "result", "results", "incidents", "issues", "data", "items", "values", "value", "rows"];

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
                None => WRAPPERS.iter().any(|key| value.get(key).is_some_and(is_objects)),
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
