//! What every document of an OpenSLO file begins with: version, kind, and metadata.

use std::collections::BTreeMap;

use super::fields::{Fields, Notes, text};
use super::node::{Node, Value};

/// The version of the specification that a document keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `openslo/v1alpha`
    Alpha,
    /// `openslo/v1`
    One,
    /// `openslo.com/v2alpha`, `openslo/v2alpha1`
    Two,
    /// `nines/v1`: kinds of our own.
    Nines,
}

const VERSIONS: [(&str, Version); 6] = [
    ("openslo/v1", Version::One),
    ("openslo/v1alpha", Version::Alpha),
    ("openslo.com/v2alpha", Version::Two),
    ("openslo.com/v2alpha1", Version::Two),
    ("openslo/v2alpha1", Version::Two),
    ("nines/v1", Version::Nines),
];

/// What a document declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An objective, or several over one indicator.
    Slo,
    /// An indicator that objectives refer to.
    Sli,
    /// A service.
    Service,
    /// Where indicators are measured.
    DataSource,
    /// Which conditions alert whom.
    AlertPolicy,
    /// A burn rate that is too high.
    AlertCondition,
    /// Who is told.
    AlertNotificationTarget,
    /// Accepted unreliability, as a draft of version 2 has it; read and not used.
    BudgetAdjustment,
    /// What is done when budget is gone (ours).
    ErrorBudgetPolicy,
    /// Time that doesn't count against a budget (ours).
    BudgetCorrection,
}

const OF_ONE: [(&str, Kind); 8] = [
    ("SLO", Kind::Slo),
    ("SLI", Kind::Sli),
    ("Service", Kind::Service),
    ("DataSource", Kind::DataSource),
    ("AlertPolicy", Kind::AlertPolicy),
    ("AlertCondition", Kind::AlertCondition),
    ("AlertNotificationTarget", Kind::AlertNotificationTarget),
    ("BudgetAdjustment", Kind::BudgetAdjustment),
];
const OF_ALPHA: [(&str, Kind); 2] = [("SLO", Kind::Slo), ("Service", Kind::Service)];
const OF_NINES: [(&str, Kind); 2] =
    [("ErrorBudgetPolicy", Kind::ErrorBudgetPolicy), ("BudgetCorrection", Kind::BudgetCorrection)];

impl Kind {
    /// The word for it in a file.
    pub(super) fn word(self) -> &'static str {
        OF_ONE.iter().chain(&OF_NINES).find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// A document with its header read.
#[derive(Clone, Debug)]
pub(super) struct Document<'n> {
    /// The file, as the user knows it.
    pub(super) file: &'n str,
    /// The line on which it begins.
    pub(super) line: usize,
    /// Its version.
    pub(super) version: Version,
    /// Its kind.
    pub(super) kind: Kind,
    /// Its metadata.
    pub(super) metadata: Metadata,
    /// What it declares.
    pub(super) spec: Option<&'n Node>,
    /// Whether nothing is wrong with its header.
    pub(super) sound: bool,
}

/// What a document says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Metadata {
    /// Its name.
    pub(super) name: String,
    /// The line of the name.
    pub(super) line: usize,
    /// Its name for readers.
    pub(super) title: Option<String>,
    /// Labels with their values.
    pub(super) labels: BTreeMap<String, Vec<String>>,
    /// Annotations, each with its line.
    pub(super) annotations: BTreeMap<String, (String, usize)>,
}

/// Reads the header of a document; none, with an issue, where it cannot be told what it is.
pub(super) fn document<'n>(notes: &mut Notes, file: &'n str, node: &'n Node) -> Option<Document<'n>> {
    let before = notes.errors();
    let mut fields = Fields::of(notes, node, "")?;
    fields.required(notes, "apiVersion");
    let version = fields.word(notes, "apiVersion", &VERSIONS);
    fields.required(notes, "kind");
    // Without its version it cannot be told which kinds there are.
    let version = version?;
    let kinds: &[(&'static str, Kind)] = match version {
        Version::One | Version::Two => &OF_ONE,
        Version::Alpha => &OF_ALPHA,
        Version::Nines => &OF_NINES,
    };
    let kind = fields.word(notes, "kind", kinds);
    let metadata = fields.required_mapping(notes, "metadata");
    let metadata = metadata.and_then(|fields| metadata_of(notes, fields, true));
    let kind = kind?;
    let spec = match kind {
        // A service may say nothing but its name.
        Kind::Service => fields.node("spec"),
        _ => fields.required(notes, "spec"),
    };
    fields.finish(notes);
    let sound = notes.errors() == before;
    Some(Document { file, line: node.line, version, kind, metadata: metadata?, spec, sound })
}

/// Reads metadata. The name of what stands inside another document may be missing.
pub(super) fn metadata_of(notes: &mut Notes, mut fields: Fields<'_>, named: bool) -> Option<Metadata> {
    let line = fields.line_of("name");
    let name = if named { fields.required_text(notes, "name") } else { fields.text(notes, "name") };
    if let Some(name) = &name
        && named
        && !is_label(name)
    {
        let expected = "small letters, digits and hyphens, at most 63 (RFC 1123)";
        notes.doubt(line, format!("`{}`: other tools expect {expected}, found `{name}`", fields.path_of("name")));
    }
    let title = fields.text(notes, "displayName").filter(|title| !title.trim().is_empty());
    let mut labels = BTreeMap::new();
    let path = fields.path_of("labels");
    if let Some(node) = fields.node("labels") {
        for (key, value) in pairs(notes, node, &path) {
            let values: Vec<&Node> = match &value.value {
                Value::List(items) => items.iter().collect(),
                Value::Null => Vec::new(),
                _ => vec![value],
            };
            let path = format!("{path}.{key}");
            let values = values.into_iter().filter_map(|value| text(notes, value, &path)).collect();
            labels.insert(key.to_string(), values);
        }
    }
    let mut annotations = BTreeMap::new();
    let path = fields.path_of("annotations");
    if let Some(node) = fields.node("annotations") {
        for (key, value) in pairs(notes, node, &path) {
            if value.is_null() {
                continue;
            }
            if let Some(found) = text(notes, value, &format!("{path}.{key}")) {
                annotations.insert(key.to_string(), (found, value.line));
            }
        }
    }
    fields.finish(notes);
    let name = if named { name? } else { name.unwrap_or_default() };
    Some(Metadata { name, line, title, labels, annotations })
}

/// The entries of a mapping whose keys are free.
fn pairs<'n>(notes: &mut Notes, node: &'n Node, path: &str) -> Vec<(&'n str, &'n Node)> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect(),
        _ => {
            notes.error(node.line, format!("`{path}`: expected a mapping, found {}", node.what()));
            Vec::new()
        }
    }
}

fn is_label(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= 63 && name.chars().all(inside) && !name.starts_with('-') && !name.ends_with('-')
}

/// Notes a description that is longer than the specification allows, and gives it.
pub(super) fn description(notes: &mut Notes, spec: &mut Fields<'_>) -> String {
    let line = spec.line_of("description");
    let found = spec.text(notes, "description").unwrap_or_default();
    if found.chars().count() > 1_050 {
        notes.doubt(line, format!("`{}` is longer than 1050 characters", spec.path_of("description")));
    }
    found
}
