//! Cells of a JSON record: dotted paths into it, and the text of a value.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

/// The value at a dotted path: keys of objects (the longest key that holds dots itself wins), indexes of arrays, `last` for an array's
/// last.
pub fn lookup<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    match value {
        Value::Object(object) => {
            if let Some(found) = object.get(path) {
                return Some(found);
            }
            for (at, _) in path.rmatch_indices('.') {
                if let Some(found) = object.get(&path[..at]) {
                    return lookup(found, &path[at + 1..]);
                }
            }
            let (first, rest) = split(path);
            let (_, found) = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(first))?;
            rest.map_or(Some(found), |rest| lookup(found, rest))
        }
        Value::Array(items) => {
            let (first, rest) = split(path);
            let found = if first == "last" { items.last() } else { items.get(first.parse::<usize>().ok()?) }?;
            rest.map_or(Some(found), |rest| lookup(found, rest))
        }
        _ => None,
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// The text of a value: none for null, the compact JSON of objects and arrays.
pub fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// Adds the dotted paths of all values of a record. Only the first element of an array is looked at.
pub fn paths(value: &Value, prefix: &str, seen: &mut BTreeSet<String>, names: &mut Vec<String>) {
    let join = |key: &str| {
        if prefix.is_empty() { key.to_string() } else { format!("{prefix}.{key}") }
    };
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (key, inner) in object {
                paths(inner, &join(key), seen, names);
            }
        }
        Value::Array(items) => {
            add(prefix, seen, names);
            if let Some(first @ Value::Object(_)) = items.first() {
                paths(first, &join("0"), seen, names);
            }
        }
        _ => add(prefix, seen, names),
    }
}

fn add(name: &str, seen: &mut BTreeSet<String>, names: &mut Vec<String>) {
    if !name.is_empty() && seen.insert(name.to_lowercase()) {
        names.push(name.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_values() {
        let value: Value = serde_json::from_str(
            r#"{"a.b":1,"a":{"b":2,"C":[{"d":3},{"d":4}]},"e":[],"f":["x","y"],"g":null,"x.y":{"z":5}}"#,
        )
        .unwrap();
        let at = |path: &str| lookup(&value, path).map(|found| text(found).into_owned());
        assert_eq!(at("a.b").as_deref(), Some("1"));
        assert_eq!(at("x.y.z").as_deref(), Some("5"));
        assert_eq!(at("a.c.0.d").as_deref(), Some("3"));
        assert_eq!(at("a.C.last.d").as_deref(), Some("4"));
        assert_eq!(at("e.0"), None);
        assert_eq!(at("f").as_deref(), Some(r#"["x","y"]"#));
        assert_eq!(at("g").as_deref(), Some(""));
        let mut names = Vec::new();
        paths(&value, "", &mut BTreeSet::new(), &mut names);
        assert_eq!(names, ["a.b", "a.C", "a.C.0.d", "e", "f", "g", "x.y.z"]);
    }
}
