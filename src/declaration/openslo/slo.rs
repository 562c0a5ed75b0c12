//! An SLO: its window, its way of counting, its indicator, and one or several objectives.

use std::collections::BTreeSet;

use super::alert::of_slo;
use super::document::{Document, Version, description};
use super::fields::{Fields, Notes};
use super::node::Node;
use super::part::{Counting, Given, Part, Surroundings, has_own, indicator, part, words};
use super::time::window;
use crate::declaration::objective::{Alert, Indicator, Objective, Window, WindowUnit};

/// Below this many events a look-back doesn't alert, unless the SLO says otherwise.
const MIN_EVENTS: f64 = 100.0;

/// The annotation that says otherwise.
const MIN_EVENTS_KEY: &str = "nines/min-events";

/// What the objectives of one SLO share.
struct Shared<'a, 'n> {
    document: &'a Document<'n>,
    service: String,
    description: String,
    window: Window,
    alerts: Vec<Alert>,
    min_events: f64,
}

/// Reads an SLO. Nothing comes of one with errors.
pub(super) fn slo(notes: &mut Notes, document: &Document<'_>, around: &Surroundings<'_>) -> Vec<Objective> {
    let Some(node) = document.spec else { return Vec::new() };
    let Some(mut spec) = Fields::of(notes, node, "spec") else { return Vec::new() };
    let before = notes.errors();
    let version = document.version;
    let description = description(notes, &mut spec);
    let service_line = spec.line_of("service");
    let service = spec.required_text(notes, "service");
    if let Some(service) = &service
        && !around.services.is_empty()
        && !around.services.contains(service)
    {
        notes.doubt(service_line, format!("`spec.service`: no Service `{service}` is declared"));
    }
    spec.required(notes, "budgetingMethod");
    let methods = [
        ("Occurrences", Counting::Occurrences),
        ("Timeslices", Counting::Timeslices),
        ("RatioTimeslices", Counting::RatioTimeslices),
    ];
    let counting = spec.word(notes, "budgetingMethod", &methods);
    let window = window(notes, &mut spec, version);
    let general = indicator(notes, &mut spec, version, around);
    let policies = if version == Version::Alpha { None } else { spec.list(notes, "alertPolicies") };
    let alerts = of_slo(notes, policies.unwrap_or_default(), "spec.alertPolicies", document, around.alerting);
    let objectives_line = spec.line_of("objectives");
    spec.required(notes, "objectives");
    let items = spec.list(notes, "objectives");
    if items.is_some_and(<[Node]>::is_empty) {
        notes.error(objectives_line, "`spec.objectives`: expected at least one objective, found none");
    }
    let spec_line = spec.line;
    spec.finish(notes);
    let min_events = min_events(notes, document);
    let Some(items) = items else { return Vec::new() };
    // Whatever is wrong so far, the objectives are read, so that all mistakes are told at once; nothing comes of them.
    let service = service.unwrap_or_default();
    let window = window.unwrap_or(Window::Rolling { count: 30, unit: WindowUnit::Day });
    let shared = Shared { document, service, description, window, alerts, min_events };
    let parts: Vec<Option<Part>> = items
        .iter()
        .enumerate()
        .map(|(position, node)| {
            let path = format!("spec.objectives[{}]", position + 1);
            part(notes, document, around, counting, &general, node, &path)
        })
        .collect();
    if let Given::Not = general
        && !items.iter().any(|item| has_own(item, version))
    {
        let names = words(version);
        notes.error(spec_line, format!("`spec`: expected {} or {}", names[0], names[1]));
    }
    let several = items.len() > 1;
    if several
        && parts.iter().flatten().any(|part| is_threshold(&part.indicator) && !part.own)
        && version == Version::One
    {
        notes.doubt(objectives_line, "`spec.objectives`: version 1 allows one objective for a thresholdMetric");
    }
    if notes.errors() > before || !document.sound {
        return Vec::new();
    }
    assemble(&shared, parts.into_iter().flatten().collect())
}

fn min_events(notes: &mut Notes, document: &Document<'_>) -> f64 {
    let annotations = &document.metadata.annotations;
    for (key, (_, line)) in annotations.iter().filter(|(key, _)| key.starts_with("nines/")) {
        if key != MIN_EVENTS_KEY {
            notes.doubt(*line, format!("`metadata.annotations`: nines knows {MIN_EVENTS_KEY}, found `{key}`"));
        }
    }
    let Some((text, line)) = annotations.get(MIN_EVENTS_KEY) else { return MIN_EVENTS };
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => number,
        _ => {
            notes.error(*line, format!("`{MIN_EVENTS_KEY}`: expected a number from 0 on, found `{text}`"));
            MIN_EVENTS
        }
    }
}

fn is_threshold(indicator: &Indicator) -> bool {
    matches!(indicator, Indicator::Threshold { .. })
}

/// The objectives with their ids; with indicators of their own, a composite before them.
fn assemble(shared: &Shared<'_, '_>, parts: Vec<Part>) -> Vec<Objective> {
    let metadata = &shared.document.metadata;
    let title = metadata.title.clone().unwrap_or_else(|| metadata.name.clone());
    let several = parts.len() > 1;
    let composite = several && shared.document.version != Version::Alpha && parts.iter().all(|part| part.own);
    let objective = |id: String, title: String, target, method, indicator, line| Objective {
        id,
        slo: metadata.name.clone(),
        title,
        description: shared.description.clone(),
        service: shared.service.clone(),
        labels: metadata.labels.clone(),
        target,
        method,
        window: shared.window.clone(),
        indicator,
        alerts: shared.alerts.clone(),
        min_events: shared.min_events,
        file: shared.document.file.to_string(),
        line,
    };
    let mut taken = BTreeSet::new();
    let mut objectives = Vec::new();
    let mut weights = Vec::new();
    let mut first = None;
    let sum: f64 = parts.iter().map(|part| part.weight).sum();
    let mean = parts.iter().map(|part| part.weight * part.target).sum::<f64>() / sum;
    for (position, part) in parts.into_iter().enumerate() {
        let (id, title) = if several {
            let slug = part.title.as_deref().map(slug).filter(|slug| !slug.is_empty() && !taken.contains(slug));
            let end = slug.unwrap_or_else(|| (position + 1).to_string());
            taken.insert(end.clone());
            let own = part.title.clone().unwrap_or_else(|| format!("{}", position + 1));
            (format!("{}/{end}", metadata.name), format!("{title}: {own}"))
        } else {
            (metadata.name.clone(), title.clone())
        };
        weights.push((id.clone(), part.weight));
        first.get_or_insert(part.method);
        objectives.push(objective(id, title, part.target, part.method, part.indicator, part.line));
    }
    if let (true, Some(method)) = (composite, first) {
        // The specification gives a composite no target of its own.
        let indicator = Indicator::Composite { parts: weights };
        let whole = objective(metadata.name.clone(), title, mean, method, indicator, shared.document.line);
        objectives.insert(0, whole);
    }
    objectives
}

/// A title in small letters and hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.to_lowercase().chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_string()
}
