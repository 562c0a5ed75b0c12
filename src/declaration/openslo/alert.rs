//! Alert policies and their conditions, of which burn rates are evaluated.

use std::collections::BTreeMap;

use super::document::{Document, Version, description, metadata_of};
use super::fields::{Fields, Notes, text};
use super::node::{Node, Value};
use super::time::{length, seconds, seconds_of};
use crate::declaration::objective::Alert;

/// The declared conditions and notification targets, by name; a condition that cannot be evaluated, or is wrong, is `None`.
#[derive(Default)]
pub(super) struct Alerting {
    /// Conditions.
    pub(super) conditions: BTreeMap<String, Option<Alert>>,
    /// Notification targets.
    pub(super) targets: Vec<String>,
    /// Policies with the alerts that they stand for.
    pub(super) policies: BTreeMap<String, Vec<Alert>>,
}

/// Whether a condition alerts above its threshold or at it too; the others say when all is well.
#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Above,
    AtLeast,
    Other,
}

/// Reads the spec of an `AlertCondition`. Its name is filled in by the policy that uses it.
pub(super) fn condition(notes: &mut Notes, node: &Node, path: &str, version: Version) -> Option<Alert> {
    let mut fields = Fields::of(notes, node, path)?;
    description(notes, &mut fields);
    // A draft of version 2 leaves it out in its own example.
    let severity = match version {
        Version::Two => fields.text(notes, "severity").or(Some(String::new())),
        _ => fields.required_text(notes, "severity"),
    };
    let inner = fields.required_mapping(notes, "condition");
    fields.finish(notes);
    let mut inner = inner?;
    let line = inner.line;
    let burn = inner.word(notes, "kind", &[("burnrate", ()), ("Burnrate", ())]);
    let wrong_kind = burn.is_none() && inner.node("kind").is_some();
    let operators =
        [("gt", Operator::Above), ("gte", Operator::AtLeast), ("lt", Operator::Other), ("lte", Operator::Other)];
    let operator = inner.word(notes, "op", &operators).unwrap_or(Operator::Above);
    inner.required(notes, "threshold");
    let threshold = inner.number(notes, "threshold");
    if let Some(threshold) = threshold.filter(|threshold| *threshold <= 0.0) {
        let path = inner.path_of("threshold");
        notes.error(inner.line_of("threshold"), format!("`{path}`: expected a number above 0, found {threshold}"));
        return None;
    }
    let lookback_path = inner.path_of("lookbackWindow");
    let lookback = inner.required(notes, "lookbackWindow");
    let lookback = lookback.and_then(|node| match node.text().and_then(|text| text.strip_prefix('-')) {
        // A draft of version 2 writes look-backs as `-1h`.
        Some(rest) if version == Version::Two => length(rest).and_then(seconds),
        _ => seconds_of(notes, node, &lookback_path),
    });
    let after_path = inner.path_of("alertAfter");
    let after = match inner.node("alertAfter") {
        Some(node) if node.text().is_some_and(|text| matches!(text, "0" | "0s" | "0m" | "0h" | "0d")) => Some(0),
        Some(node) => seconds_of(notes, node, &after_path),
        None => Some(0),
    };
    let path = inner.path.clone();
    inner.finish(notes);
    if operator == Operator::Other {
        notes.doubt(line, format!("`{path}.op`: only gt and gte raise an alert; this condition isn't evaluated"));
        return None;
    }
    if wrong_kind {
        return None;
    }
    Some(Alert {
        name: String::new(),
        severity: severity?,
        threshold: threshold?,
        inclusive: operator == Operator::AtLeast,
        lookback_s: lookback?,
        after_s: after?,
        line,
    })
}

/// Reads an `AlertNotificationTarget`, of which only the name is used.
pub(super) fn target(notes: &mut Notes, node: &Node) {
    let Some(mut fields) = Fields::of(notes, node, "spec") else { return };
    description(notes, &mut fields);
    fields.required_text(notes, "target");
    fields.finish(notes);
}

/// Reads the spec of an `AlertPolicy`.
pub(super) fn policy(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    name: &str,
    version: Version,
    alerting: &Alerting,
) -> Vec<Alert> {
    let Some(mut fields) = Fields::of(notes, node, path) else { return Vec::new() };
    description(notes, &mut fields);
    for flag in ["alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"] {
        fields.boolean(notes, flag);
    }
    let line = fields.line_of("conditions");
    fields.required(notes, "conditions");
    let conditions = fields.list(notes, "conditions").unwrap_or_default();
    if conditions.is_empty() && fields.node("conditions").is_some() {
        notes.error(line, format!("`{}`: expected a condition, found none", fields.path_of("conditions")));
    }
    let mut alerts = Vec::new();
    if conditions.len() > 1 {
        let path = fields.path_of("conditions");
        match version {
            Version::Two => notes.doubt(line, format!("`{path}`: conditions that hold together aren't evaluated")),
            _ => notes.error(line, format!("`{path}`: expected one condition, found {}", conditions.len())),
        }
    }
    for (position, node) in conditions.iter().enumerate() {
        let path = format!("{}[{}]", fields.path_of("conditions"), position + 1);
        alerts.extend(used_condition(notes, node, &path, version, alerting));
    }
    if conditions.len() > 1 {
        alerts.clear();
    }
    let line = fields.line_of("notificationTargets");
    if let Some(targets) = fields.list(notes, "notificationTargets") {
        for (position, node) in targets.iter().enumerate() {
            used_target(notes, node, &format!("{path}.notificationTargets[{}]", position + 1), alerting);
        }
    } else if fields.node("notificationTargets").is_none() && version != Version::Two {
        notes.doubt(line, format!("`{}` is missing: nobody is told", fields.path_of("notificationTargets")));
    }
    fields.finish(notes);
    for alert in &mut alerts {
        alert.name = name.to_string();
    }
    alerts
}

/// A condition by name, inline, or (in a draft) several combined.
fn used_condition(notes: &mut Notes, node: &Node, path: &str, version: Version, alerting: &Alerting) -> Option<Alert> {
    let mut fields = Fields::of(notes, node, path)?;
    if version == Version::Two && (fields.node("or").is_some() || fields.node("and").is_some()) {
        for word in ["or", "and"] {
            let inner = fields.path_of(word);
            for node in fields.list(notes, word).unwrap_or_default() {
                used_condition(notes, node, &inner, version, alerting);
            }
        }
        notes.doubt(fields.line, format!("`{path}`: combined conditions aren't evaluated"));
        fields.finish(notes);
        return None;
    }
    if let Some(reference) = fields.text(notes, "conditionRef") {
        let line = fields.line_of("conditionRef");
        fields.finish(notes);
        let found = alerting.conditions.get(&reference);
        if found.is_none() {
            let message = format!("`{path}.conditionRef`: there is no AlertCondition `{reference}`");
            notes.unknown(line, message, &reference, alerting.conditions.keys().map(String::as_str));
        }
        return found.cloned().flatten();
    }
    fields.allow(&["conditionRef"]);
    let kind = fields.word(notes, "kind", &[("AlertCondition", ())]);
    if kind.is_none() {
        if fields.node("kind").is_none() {
            notes.error(fields.line, format!("`{path}`: expected conditionRef, or kind: AlertCondition with its spec"));
        }
        fields.finish(notes);
        return None;
    }
    if let Some(metadata) = fields.mapping(notes, "metadata") {
        metadata_of(notes, metadata, false);
    }
    fields.allow(&["apiVersion"]);
    let spec_path = fields.path_of("spec");
    let found = fields.required(notes, "spec").and_then(|node| condition(notes, node, &spec_path, version));
    fields.finish(notes);
    found
}

fn used_target(notes: &mut Notes, node: &Node, path: &str, alerting: &Alerting) {
    let Some(mut fields) = Fields::of(notes, node, path) else { return };
    match fields.text(notes, "targetRef") {
        Some(reference) => {
            if !alerting.targets.contains(&reference) {
                let line = fields.line_of("targetRef");
                notes.doubt(line, format!("`{path}.targetRef`: no AlertNotificationTarget `{reference}` is declared"));
            }
        }
        None if fields.node("kind").is_some() || fields.node("spec").is_some() => {
            fields.allow(&["apiVersion"]);
            fields.word(notes, "kind", &[("AlertNotificationTarget", ())]);
            if let Some(metadata) = fields.mapping(notes, "metadata") {
                metadata_of(notes, metadata, false);
            }
            if let Some(spec) = fields.required(notes, "spec") {
                target(notes, spec);
            }
        }
        None => notes.error(fields.line, format!("`{path}`: expected targetRef, or kind and spec")),
    }
    fields.finish(notes);
}

/// The alerts of an SLO's `alertPolicies`: names, references and whole policies.
pub(super) fn of_slo(
    notes: &mut Notes,
    items: &[Node],
    path: &str,
    document: &Document<'_>,
    alerting: &Alerting,
) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (position, node) in items.iter().enumerate() {
        let path = format!("{path}[{}]", position + 1);
        match &node.value {
            Value::Scalar { .. } => alerts.extend(declared(notes, node, &path, alerting)),
            Value::Null => {}
            _ => {
                let Some(mut fields) = Fields::of(notes, node, &*path) else { continue };
                if let Some(node) = fields.node("alertPolicyRef") {
                    alerts.extend(declared(notes, node, &format!("{path}.alertPolicyRef"), alerting));
                } else {
                    fields.allow(&["apiVersion"]);
                    fields.required(notes, "kind");
                    fields.word(notes, "kind", &[("AlertPolicy", ())]);
                    let metadata = fields.mapping(notes, "metadata");
                    let metadata = metadata.and_then(|fields| metadata_of(notes, fields, false)).unwrap_or_default();
                    let spec_path = fields.path_of("spec");
                    if let Some(node) = fields.required(notes, "spec") {
                        let version = document.version;
                        alerts.extend(policy(notes, node, &spec_path, &metadata.name, version, alerting));
                    }
                }
                fields.finish(notes);
            }
        }
    }
    alerts
}

fn declared(notes: &mut Notes, node: &Node, path: &str, alerting: &Alerting) -> Vec<Alert> {
    let Some(name) = text(notes, node, path) else { return Vec::new() };
    match alerting.policies.get(&name) {
        Some(alerts) => alerts.clone(),
        None => {
            let message = format!("`{path}`: there is no AlertPolicy `{name}`");
            notes.unknown(node.line, message, &name, alerting.policies.keys().map(String::as_str));
            Vec::new()
        }
    }
}
