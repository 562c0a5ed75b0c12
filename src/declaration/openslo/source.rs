//! Where events and readings come from: a data source, and what is asked of it. What concerns the lake is checked against its tables.

use std::collections::BTreeMap;

use super::document::Version;
use super::fields::{Fields, Notes};
use super::node::{Node, Value};
use super::rows::{Holdings, rows};
use crate::declaration::objective::Source;

/// The type of a source that lies in the lake.
pub(super) const LAKE: &str = "nines";

/// The declared data sources: type by name.
pub(super) type DataSources = BTreeMap<String, String>;

/// What a source may refer to.
pub(super) struct Origins<'a> {
    /// The declared data sources.
    pub(super) data_sources: &'a DataSources,
    /// What the lake holds.
    pub(super) holdings: Holdings<'a>,
}

/// One metric: in v1 a mapping with `metricSource`, in v2 with `dataSourceRef` and `spec`.
pub(super) fn metric(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    version: Version,
    origins: &Origins<'_>,
) -> Option<Source> {
    let mut fields = Fields::of(notes, node, path)?;
    let source = match version {
        Version::Alpha => alpha(notes, &mut fields, origins),
        Version::One | Version::Nines => {
            let inner = fields.required_mapping(notes, "metricSource");
            inner.and_then(|mut inner| {
                let source = one(notes, &mut inner, origins);
                inner.finish(notes);
                source
            })
        }
        Version::Two => two(notes, &mut fields, origins),
    };
    fields.finish(notes);
    source
}

/// `source`, `queryType` and `query` of v1alpha.
fn alpha(notes: &mut Notes, fields: &mut Fields<'_>, origins: &Origins<'_>) -> Option<Source> {
    let line = fields.line;
    let kind = fields.required_text(notes, "source");
    let query_type = fields.text(notes, "queryType");
    let query = fields.required_text(notes, "query");
    let spec = [("queryType", query_type), ("query", query.clone())];
    let spec = spec.into_iter().filter_map(|(key, value)| Some((key.to_string(), value?))).collect();
    let kind = kind?;
    // What v1alpha calls a source may be the name of one that is declared.
    let kind = origins.data_sources.get(&kind).cloned().unwrap_or(kind);
    if is_lake(&kind) {
        notes.wrong(line, "a v1alpha query cannot say which rows of the lake it means", "use apiVersion: openslo/v1");
        return None;
    }
    query?;
    Some(Source { kind, spec, rows: None, line })
}

fn one(notes: &mut Notes, fields: &mut Fields<'_>, origins: &Origins<'_>) -> Option<Source> {
    let own = fields.text(notes, "type");
    let reference = fields.text(notes, "metricSourceRef");
    let referred = referred(notes, fields, "metricSourceRef", reference.as_deref(), own.is_none(), origins);
    if let (Some(own), Some(referred)) = (&own, &referred)
        && !own.eq_ignore_ascii_case(referred)
    {
        let message = format!("`{}` is `{own}`, the data source it refers to `{referred}`", fields.path_of("type"));
        notes.doubt(fields.line_of("type"), message);
    }
    let kind = own.or(referred);
    if kind.is_none() && reference.is_none() {
        let hint = format!("say type: {LAKE} for what the lake holds, or the system that is asked");
        notes.wrong(fields.line, format!("`{}`: expected type or metricSourceRef", fields.path), hint);
    }
    let line = fields.line;
    let spec = fields.node("spec");
    source(notes, kind.unwrap_or_default(), spec, line, &fields.path_of("spec"), origins)
}

fn two(notes: &mut Notes, fields: &mut Fields<'_>, origins: &Origins<'_>) -> Option<Source> {
    let line = fields.line;
    let reference = fields.text(notes, "dataSourceRef");
    let referred = referred(notes, fields, "dataSourceRef", reference.as_deref(), true, origins);
    let spec = fields.node("spec");
    let inline = fields.node("dataSourceSpec").or_else(|| fields.node("dataSource"));
    let mut kind = inline.and_then(|node| node.get("type")).and_then(Node::text).map(str::to_string).or(referred);
    if kind.is_none() && reference.is_none() && inline.is_none() {
        // A draft names an inline source by its type.
        let named: Vec<&str> =
            fields.rest().filter(|e| matches!(e.node.value, Value::Map(_))).map(|e| e.key.as_str()).collect();
        match named.as_slice() {
            [name] => {
                kind = Some((*name).to_string());
                fields.allow_all();
            }
            _ => notes.error(line, format!("`{}`: expected dataSourceRef or dataSourceSpec", fields.path)),
        }
    }
    source(notes, kind.unwrap_or_default(), spec, line, &fields.path_of("spec"), origins)
}

/// The type of the data source that a reference names. Unless it is declared nothing is known about it, which is worth a word.
fn referred(
    notes: &mut Notes,
    fields: &Fields<'_>,
    name: &str,
    reference: Option<&str>,
    needed: bool,
    origins: &Origins<'_>,
) -> Option<String> {
    let reference = reference?;
    let found = origins.data_sources.get(reference).cloned();
    if found.is_none() && needed {
        notes.doubt(
            fields.line_of(name),
            format!("`{}`: no data source `{reference}` is declared", fields.path_of(name)),
        );
    }
    found
}

fn source(
    notes: &mut Notes,
    kind: String,
    spec: Option<&Node>,
    line: usize,
    path: &str,
    origins: &Origins<'_>,
) -> Option<Source> {
    let text = match spec.map(|node| &node.value) {
        Some(Value::Map(entries)) => {
            entries.iter().map(|entry| (entry.key.clone(), entry.node.flat())).collect::<BTreeMap<_, _>>()
        }
        _ => BTreeMap::new(),
    };
    if !is_lake(&kind) {
        if let Some(node) = spec
            && !matches!(node.value, Value::Map(_))
        {
            notes.error(node.line, format!("`{path}`: expected a mapping, found {}", node.what()));
        }
        return Some(Source { kind, spec: text, rows: None, line });
    }
    let Some(node) = spec else {
        notes.error(line, format!("`{path}` is missing: it says which rows count"));
        return None;
    };
    let rows = rows(notes, node, path, &origins.holdings)?;
    Some(Source { kind: LAKE.to_string(), spec: text, rows: Some(rows), line })
}

/// Whether a type names the lake.
pub(super) fn is_lake(kind: &str) -> bool {
    kind.eq_ignore_ascii_case(LAKE)
}
