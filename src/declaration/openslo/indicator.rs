//! Indicators: a ratio of good or bad events to all, a ratio that is stored ready made, or readings held against a threshold.

use super::document::{Version, description, metadata_of};
use super::fields::{Fields, Notes};
use super::node::Node;
use super::source::{LAKE, Origins, metric};
use crate::declaration::objective::Source;

/// What an indicator measures; the threshold itself is the objective's.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a project has a few dozen of them")]
pub(super) enum Form {
    /// Good or bad events over all events.
    Ratio {
        /// Whether `part` counts the good ones.
        good: bool,
        /// The good or the bad events.
        part: Source,
        /// All events.
        total: Source,
    },
    /// Shares that are stored ready made.
    Raw {
        /// Whether they are shares of good events.
        good: bool,
        /// Where they are.
        source: Source,
    },
    /// Readings to be held against a threshold.
    Threshold(Source),
}

/// An indicator inside an SLO: metadata, which may be left out, and a spec.
pub(super) fn inline(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    version: Version,
    origins: &Origins<'_>,
) -> Option<Form> {
    let mut fields = Fields::of(notes, node, path)?;
    if version == Version::Alpha {
        // v1alpha has no layer between an indicator and its metric.
        let form = spec_of(notes, &mut fields, version, origins);
        fields.finish(notes);
        return form;
    }
    if let Some(metadata) = fields.mapping(notes, "metadata") {
        metadata_of(notes, metadata, false);
    }
    let spec_path = fields.path_of("spec");
    let form = fields.required(notes, "spec").and_then(|node| spec(notes, node, &spec_path, version, origins));
    fields.finish(notes);
    form
}

/// The spec of an indicator.
pub(super) fn spec(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    version: Version,
    origins: &Origins<'_>,
) -> Option<Form> {
    let mut fields = Fields::of(notes, node, path)?;
    description(notes, &mut fields);
    let form = spec_of(notes, &mut fields, version, origins);
    fields.finish(notes);
    form
}

fn spec_of(notes: &mut Notes, fields: &mut Fields<'_>, version: Version, origins: &Origins<'_>) -> Option<Form> {
    let threshold = fields.node("thresholdMetric");
    let ratio = if version == Version::Alpha { None } else { fields.node("ratioMetric") };
    match (threshold, ratio) {
        (Some(node), None) => {
            metric(notes, node, &fields.path_of("thresholdMetric"), version, origins).map(Form::Threshold)
        }
        (None, Some(node)) => self::ratio(notes, node, &fields.path_of("ratioMetric"), version, origins),
        (None, None) if version == Version::Alpha => {
            notes.error(fields.line, format!("`{}` is missing", fields.path_of("thresholdMetric")));
            None
        }
        _ => {
            let path = &fields.path;
            notes.error(fields.line, format!("`{path}`: expected exactly one of ratioMetric and thresholdMetric"));
            None
        }
    }
}

/// A ratio metric; `ratioMetrics` in v1alpha.
pub(super) fn ratio(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    version: Version,
    origins: &Origins<'_>,
) -> Option<Form> {
    let mut fields = Fields::of(notes, node, path)?;
    let gauge = fields.boolean(notes, "counter") == Some(false);
    if version == Version::Alpha {
        fields.boolean(notes, "incremental");
    }
    let raw_type = fields.word(notes, "rawType", &[("success", true), ("failure", false)]);
    let type_line = fields.line_of("rawType");
    let [good, bad, total, raw] = ["good", "bad", "total", "raw"].map(|name| (name, fields.node(name)));
    let said = fields.node("rawType").is_some();
    fields.allow(&["rawType"]);
    let line = fields.line;
    let path = fields.path.clone();
    fields.finish(notes);
    let read = |notes: &mut Notes, (name, node): (&str, Option<&Node>)| {
        let mut source = node.and_then(|node| metric(notes, node, &format!("{path}.{name}"), version, origins))?;
        // Whoever asks another system must know that the figure doesn't only grow.
        if gauge && source.rows.is_none() {
            source.spec.entry("counter".to_string()).or_insert_with(|| "false".to_string());
        }
        Some(source)
    };
    if raw.1.is_some() {
        if let Some((name, node)) = [good, bad, total].into_iter().find_map(|(name, node)| Some((name, node?))) {
            notes.error(node.line, format!("`{path}`: raw is a ratio already, `{name}` cannot stand beside it"));
            return None;
        }
        if !said {
            let message = format!("`{path}.rawType` is missing");
            notes.wrong(line, message, "say rawType: success for good / total, failure for bad / total");
        }
        let source = read(notes, raw)?;
        return Some(Form::Raw { good: raw_type?, source });
    }
    if said {
        notes.doubt(type_line, format!("`{path}.rawType` means something with raw only"));
    }
    let sides = [good, bad].into_iter().filter(|(_, node)| node.is_some()).count();
    match (sides, total.1) {
        (1, Some(_)) => {}
        (2, _) => {
            notes.error(line, format!("`{path}`: expected one of good and bad, found both"));
            return None;
        }
        (0, Some(_)) => {
            notes.error(line, format!("`{path}`: expected good or bad beside total"));
            return None;
        }
        (_, None) => {
            let message = format!("`{path}`: expected total with good or bad, or raw");
            notes.error(line, message);
            return None;
        }
        _ => return None,
    }
    let is_good = good.1.is_some();
    let part = read(notes, if is_good { good } else { bad });
    let total = read(notes, total);
    let (part, total) = (part?, total?);
    if (part.kind == LAKE) != (total.kind == LAKE) {
        notes.error(line, format!("`{path}`: either both sources lie in the lake or none does"));
        return None;
    }
    Some(Form::Ratio { good: is_good, part, total })
}
