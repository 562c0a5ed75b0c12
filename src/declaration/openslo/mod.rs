//! Reads the files in `slos/`: OpenSLO v1, v1alpha and the drafts of version 2, and two kinds of our own. All files are read whole
//! and all their issues are collected, each with its line; nothing comes of an SLO with an error, and the others still hold.
//!
//! An indicator that lies in the lake says which rows count:
//!
//! ```yaml
//! apiVersion: openslo/v1
//! kind: SLO
//! metadata: {name: payments-accepted}
//! spec:
//!   service: Payments
//!   budgetingMethod: Occurrences
//!   timeWindow: [{duration: 28d, isRolling: true}]
//!   indicator:
//!     spec:
//!       ratioMetric:
//!         good:  {metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: good}}}
//!         total: {metricSource: {type: nines, spec: {table: sli_counts, service: Payments, value: total}}}
//!   objectives: [{target: 0.999}]
//! ```
//!
//! Keys of such a `spec`: `table` (canonical) or `fact`; `where`, a condition in the language of the metrics; any column, which must
//! then equal the value (or one of a list); `value`, what a row counts for (1 without it); `at`, the instant of a row, or `from` and `to`
//! where a row is a stretch of time. Without them a row counts at its column `at`, or at its only instant, or where the metrics count it.
//!
//! The kinds of our own have `apiVersion: nines/v1`. `ErrorBudgetPolicy` has `slos` and `steps` (`consumed: 50%`, `incidentShare: 0.2`, or
//! `burn: 2` with `lookback: 7d`, each with an `action`); `BudgetCorrection` has `slos`, `from`, `to`, `treat: exclude` or `good`, `reason`.
//! Without `slos` they hold for all.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Catalogue, File};
use super::issue::Issue;
use super::objective::Objectives;
use super::table::Table;

mod alert;
mod budget;
mod document;
mod fields;
mod indicator;
mod node;
mod part;
mod rows;
mod slo;
mod source;
#[cfg(test)]
mod tests;
mod time;

use alert::Alerting;
use document::{Document, Kind, Version};
use fields::{Fields, Notes};
use node::{Node, Value};
use part::Surroundings;
use rows::Holdings;
use source::Origins;

/// Reads all files below `slos/`; `tables` and `facts` are what their sources may name.
pub fn read(
    catalogue: &Catalogue,
    tables: &BTreeMap<String, Table>,
    facts: &BTreeMap<String, Table>,
) -> (Objectives, Vec<Issue>) {
    let mut files: Vec<&File> = catalogue.under("slos", "yaml").chain(catalogue.under("slos", "yml")).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut notes = Notes::default();
    let mut trees: Vec<(&str, Vec<Node>)> = Vec::new();
    for file in files {
        let (documents, issues) = node::parse(&file.path, &file.text);
        notes.issues.extend(issues);
        trees.push((&file.path, documents));
    }
    let mut documents = Vec::new();
    for (file, nodes) in &trees {
        notes.file = (*file).to_string();
        // A document may be a list of documents.
        let nodes = nodes.iter().flat_map(|node| match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        });
        for node in nodes.filter(|node| !node.is_null()) {
            documents.extend(document::document(&mut notes, file, node));
        }
    }
    let documents = unique(&mut notes, documents);
    let objectives = everything(&mut notes, &documents, Holdings { tables, facts });
    let mut issues = notes.issues;
    issues.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    issues.dedup();
    (objectives, issues)
}

/// The documents with the first of each kind and name. A service that is declared twice does no harm.
fn unique<'n>(notes: &mut Notes, documents: Vec<Document<'n>>) -> Vec<Document<'n>> {
    let mut seen: BTreeMap<(Kind, String), (&str, usize)> = BTreeMap::new();
    let mut kept = Vec::new();
    for document in documents {
        let key = (document.kind, document.metadata.name.clone());
        let Some((file, line)) = seen.get(&key) else {
            seen.insert(key, (document.file, document.metadata.line));
            kept.push(document);
            continue;
        };
        notes.file = document.file.to_string();
        let (word, name) = (document.kind.word(), &document.metadata.name);
        let message = format!("the {word} `{name}` is declared twice, first in {file}:{line}");
        match document.kind {
            Kind::Service => notes.doubt(document.metadata.line, message),
            _ => notes.wrong(document.metadata.line, message, "give one of them another name"),
        }
    }
    kept
}

fn everything(notes: &mut Notes, documents: &[Document<'_>], holdings: Holdings<'_>) -> Objectives {
    let of = |kind: Kind| documents.iter().filter(move |document| document.kind == kind);
    let services = of(Kind::Service).map(|document| document.metadata.name.clone()).collect();
    let mut data_sources = BTreeMap::new();
    for document in of(Kind::DataSource) {
        notes.file = document.file.to_string();
        if let Some(kind) = data_source(notes, document) {
            data_sources.insert(document.metadata.name.clone(), kind);
        }
    }
    for document in of(Kind::Service) {
        notes.file = document.file.to_string();
        if let Some(mut fields) = document.spec.and_then(|node| Fields::of(notes, node, "spec")) {
            document::description(notes, &mut fields);
            fields.finish(notes);
        }
    }
    for document in of(Kind::BudgetAdjustment) {
        notes.file = document.file.to_string();
        let hint = "declare a BudgetCorrection of apiVersion nines/v1 to leave time out";
        notes.issues.push(Issue::warning(document.file, "a BudgetAdjustment isn't used").at(document.line).hint(hint));
    }
    let alerting = alerting(notes, documents);
    let origins = Origins { data_sources: &data_sources, holdings };
    let mut indicators = BTreeMap::new();
    for document in of(Kind::Sli) {
        notes.file = document.file.to_string();
        let form = document.spec.and_then(|node| indicator::spec(notes, node, "spec", document.version, &origins));
        indicators.insert(document.metadata.name.clone(), form);
    }
    let around = Surroundings { indicators: &indicators, services: &services, alerting: &alerting, origins: &origins };
    let mut found = Objectives::default();
    for document in of(Kind::Slo) {
        notes.file = document.file.to_string();
        found.objectives.extend(slo::slo(notes, document, &around));
    }
    let slos: BTreeSet<&str> = of(Kind::Slo).map(|document| document.metadata.name.as_str()).collect();
    for document in of(Kind::ErrorBudgetPolicy) {
        notes.file = document.file.to_string();
        found.policies.extend(budget::policy(notes, document, &slos));
    }
    for document in of(Kind::BudgetCorrection) {
        notes.file = document.file.to_string();
        found.corrections.extend(budget::correction(notes, document, &slos));
    }
    found
}

fn alerting(notes: &mut Notes, documents: &[Document<'_>]) -> Alerting {
    let of = |kind: Kind| documents.iter().filter(move |document| document.kind == kind);
    let mut alerting = Alerting::default();
    for document in of(Kind::AlertNotificationTarget) {
        notes.file = document.file.to_string();
        if let Some(node) = document.spec {
            alert::target(notes, node);
        }
        alerting.targets.push(document.metadata.name.clone());
    }
    for document in of(Kind::AlertCondition) {
        notes.file = document.file.to_string();
        let alert = document.spec.and_then(|node| alert::condition(notes, node, "spec", document.version));
        alerting.conditions.insert(document.metadata.name.clone(), alert);
    }
    for document in of(Kind::AlertPolicy) {
        notes.file = document.file.to_string();
        let name = &document.metadata.name;
        let alerts = match document.spec {
            Some(node) => alert::policy(notes, node, "spec", name, document.version, &alerting),
            None => Vec::new(),
        };
        alerting.policies.insert(name.clone(), alerts);
    }
    alerting
}

/// The type of a data source. How it is reached is nobody's business here.
fn data_source(notes: &mut Notes, document: &Document<'_>) -> Option<String> {
    let mut fields = Fields::of(notes, document.spec?, "spec")?;
    document::description(notes, &mut fields);
    fields.allow(&["connectionDetails"]);
    let kind = match document.version {
        Version::Two => {
            let kind = fields.text(notes, "type");
            // A draft names it by its only mapping.
            let named = fields.rest().map(|entry| entry.key.clone()).next();
            fields.allow_all();
            kind.or(named)
        }
        _ => fields.required_text(notes, "type"),
    };
    fields.finish(notes);
    kind
}
