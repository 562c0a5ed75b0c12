//! Records of JSON to rows of cells: the names of the columns, and the elements of arrays and objects that make a row each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Request;
use super::chunk::Chunk;
use super::json_path::{lookup, paths, text};

/// Records that the names of the columns are taken from when no columns are asked for.
pub const NAMED_BY: usize = 100;

/// How records become rows.
pub struct Rows {
    /// The columns: dotted paths.
    pub names: Vec<String>,
    explode: Vec<String>,
    /// For each column: the step of `explode` that it lies in, and the path from there.
    places: Vec<(Option<usize>, String)>,
}

/// An element that makes a row.
#[derive(Clone, Copy)]
struct Element<'v> {
    value: &'v Value,
    key: Option<&'v str>,
    index: usize,
}

impl Rows {
    /// Rows of the columns that are asked for; else of all that these first records show.
    pub fn new<'v>(request: &Request<'_>, first: impl Iterator<Item = Cow<'v, Value>>) -> Self {
        let explode = request.explode.to_vec();
        let mut names = request.wanted.to_vec();
        if names.is_empty() {
            let mut seen = BTreeSet::new();
            for record in first.take(NAMED_BY) {
                paths(&record, "", &mut seen, &mut names);
                let mut found = Vec::new();
                elements(&explode, &record, &mut Vec::new(), &mut |elements| found.push(elements.to_vec()));
                for (step, element) in found.first().into_iter().flatten().enumerate() {
                    paths(element.value, &explode[step], &mut seen, &mut names);
                }
            }
        }
        let places = names.iter().map(|name| place(&explode, name)).collect();
        Self { names, explode, places }
    }

    /// Adds the rows of one record; `row` is where it stands in the file.
    pub fn add(&self, chunk: &mut Chunk, record: &Value, raw: &str, row: u64) {
        elements(&self.explode, record, &mut Vec::new(), &mut |elements| {
            for (step, rest) in &self.places {
                let cell = match step {
                    None => lookup(record, rest).map(text),
                    Some(step) => elements.get(*step).and_then(|element| element.cell(rest)),
                };
                chunk.push_cell(&cell.unwrap_or_default());
            }
            chunk.end_row(row);
            // Of an exploded record the element: many copies of a whole document would fill the memory.
            match elements.last() {
                Some(element) => chunk.keep_raw(&element.value.to_string()),
                None => chunk.keep_raw(raw),
            }
            if elements.len() < self.explode.len() {
                chunk.mark_bare();
            }
        });
    }
}

impl<'v> Element<'v> {
    fn cell(&self, path: &str) -> Option<Cow<'v, str>> {
        match path {
            "" => Some(text(self.value)),
            "@key" => self.key.map(Cow::Borrowed),
            "@index" => Some(Cow::Owned(self.index.to_string())),
            path => lookup(self.value, path).map(text),
        }
    }
}

/// The innermost step of `explode` that a column lies in, and the path from its element.
fn place(explode: &[String], name: &str) -> (Option<usize>, String) {
    let inside = |path: &str| match name.strip_prefix(path) {
        Some("") => Some(String::new()),
        Some(rest) => rest.strip_prefix('.').map(str::to_string),
        None => None,
    };
    // A key belongs to the object, which is the outer one where a path is exploded twice.
    let outer = |step: usize, rest: &str| match rest {
        "@key" => explode.iter().position(|path| *path == explode[step]).unwrap_or(step),
        _ => step,
    };
    let found = explode.iter().enumerate().rev().find_map(|(step, path)| Some((step, inside(path)?)));
    match found {
        Some((step, rest)) => (Some(outer(step, &rest)), rest),
        None => (None, name.to_string()),
    }
}

/// Calls `row` for each way through the arrays and objects to explode; with fewer elements than steps where one has nothing in it.
fn elements<'v>(
    explode: &[String],
    record: &'v Value,
    found: &mut Vec<Element<'v>>,
    row: &mut dyn FnMut(&[Element<'v>]),
) {
    let step = found.len();
    let Some(path) = explode.get(step) else {
        row(found);
        return;
    };
    let (outer, rest) = place(&explode[..step], path);
    let container = match outer {
        None => lookup(record, &rest),
        Some(outer) if rest.is_empty() => found.get(outer).map(|element| element.value),
        Some(outer) => found.get(outer).and_then(|element| lookup(element.value, &rest)),
    };
    let mut inside = |element: Element<'v>| {
        found.push(element);
        elements(explode, record, found, row);
        found.pop();
    };
    match container {
        Some(Value::Array(items)) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                inside(Element { value, key: None, index });
            }
        }
        Some(Value::Object(object)) if !object.is_empty() => {
            for (index, (key, value)) in object.iter().enumerate() {
                inside(Element { value, key: Some(key), index });
            }
        }
        _ => row(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(json: &str, explode: &[&str], wanted: &[&str]) -> Vec<String> {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
        let (explode, wanted) = (own(explode), own(wanted));
        let request = Request { explode: &explode, wanted: &wanted, ..Request::default() };
        let record: Value = serde_json::from_str(json).unwrap();
        let rows = Rows::new(&request, std::iter::once(Cow::Borrowed(&record)));
        let mut chunk = Chunk::new(rows.names.len());
        rows.add(&mut chunk, &record, json, 1);
        (0..chunk.len())
            .map(|row| {
                let cells: Vec<&str> = (0..rows.names.len()).map(|column| chunk.cell(row, column)).collect();
                format!("{}{}", cells.join("|"), if chunk.is_bare(row) { " (bare)" } else { "" })
            })
            .collect()
    }

    #[test]
    fn arrays_in_arrays_make_a_row_for_each_innermost_element() {
        let json = r#"{"id":7,"log":{"steps":[{"at":1,"items":[{"f":"a"},{"f":"b"}]},{"at":2,"items":[]}]}}"#;
        let found = rows(
            json,
            &["log.steps", "log.steps.items"],
            &["id", "log.steps.at", "log.steps.items.f", "log.steps.@index"],
        );
        assert_eq!(found, ["7|1|a|0", "7|1|b|0", "7|2||1 (bare)"]);
    }

    #[test]
    fn objects_make_a_row_for_each_key_and_arrays_of_arrays_are_taken_apart() {
        let json = r#"{"beats":{"1":[{"up":1},{"up":0}],"2":[{"up":1}]}}"#;
        let found = rows(json, &["beats", "beats"], &["beats.@key", "beats.up", "beats.@index"]);
        assert_eq!(found, ["1|1|0", "1|0|1", "2|1|0"]);
        let found =
            rows(r#"{"m":{"j":"x"},"values":[[10,"1"],[20,"0"]]}"#, &["values"], &["m.j", "values.0", "values.1"]);
        assert_eq!(found, ["x|10|1", "x|20|0"]);
    }

    #[test]
    fn names_come_from_the_record_and_from_the_elements() {
        let json = r#"{"id":7,"c":[{"name":"a","at":[1]}]}"#;
        let found = rows(json, &["c"], &[]);
        assert_eq!(found.len(), 1);
        assert!(rows(r#"{"id":7}"#, &["c"], &["id"])[0].ends_with("(bare)"));
    }
}
