//! An SLO: its window, its way of counting, its indicator, and one or several objectives.

use std::collections::{BTreeMap, BTreeSet};

use super::alert::{Alerting, of_slo};
use super::document::{Document, Version, description};
use super::fields::{Fields, Notes};
use super::indicator::{Form, inline, ratio};
use super::node::Node;
use super::source::Origins;
use super::time::{slice_of, window};
use crate::declaration::objective::{Alert, Comparison, Indicator, Method, Objective, Window, WindowUnit};

/// Below this many events a look-back doesn't alert, unless the SLO says otherwise.
const MIN_EVENTS: f64 = 100.0;

/// The annotation that says otherwise.
const MIN_EVENTS_KEY: &str = "nines/min-events";

/// What an SLO may refer to.
pub(super) struct Surroundings<'a> {
    /// The declared indicators; `None` for one that is wrong.
    pub(super) indicators: &'a BTreeMap<String, Option<Form>>,
    /// The declared services.
    pub(super) services: &'a BTreeSet<String>,
    /// The declared alerts.
    pub(super) alerting: &'a Alerting,
    /// The data sources and the lake.
    pub(super) origins: &'a Origins<'a>,
}

/// How the error budget is counted, before the slices are known.
#[derive(Clone, Copy, PartialEq)]
enum Counting {
    Occurrences,
    Timeslices,
    RatioTimeslices,
}

/// What the objectives of one SLO share.
struct Shared<'a, 'n> {
    document: &'a Document<'n>,
    around: &'a Surroundings<'a>,
    service: String,
    description: String,
    /// None where the method is wrong, so that nothing follows from it.
    counting: Option<Counting>,
    window: Window,
    alerts: Vec<Alert>,
    min_events: f64,
}

/// One objective as it stands in the list.
struct Part {
    title: Option<String>,
    target: f64,
    method: Method,
    indicator: Indicator,
    weight: f64,
    /// Whether its indicator is its own.
    own: bool,
    line: usize,
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
    let shared = Shared { document, around, service, description, counting, window, alerts, min_events };
    let parts: Vec<Option<Part>> = items
        .iter()
        .enumerate()
        .map(|(position, node)| part(notes, &shared, node, &format!("spec.objectives[{}]", position + 1), &general))
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

/// What an SLO or an objective says about its indicator.
enum Given {
    /// Nothing.
    Not,
    /// Something wrong.
    Wrong,
    /// This.
    Is(Box<Form>),
}

/// The names of the fields: inline, and by reference.
fn words(version: Version) -> [&'static str; 2] {
    if version == Version::Two { ["sli", "sliRef"] } else { ["indicator", "indicatorRef"] }
}

fn has_own(item: &Node, version: Version) -> bool {
    let names: &[&str] = match version {
        Version::Alpha => &["ratioMetrics"],
        _ => &["indicator", "indicatorRef", "sli", "sliRef"],
    };
    names.iter().any(|name| item.get(name).is_some())
}

fn indicator(notes: &mut Notes, fields: &mut Fields<'_>, version: Version, around: &Surroundings<'_>) -> Given {
    let names = words(version);
    let mut whole = fields.node(names[0]).map(|node| (names[0], node));
    if version == Version::Two && whole.is_none() {
        // The draft's own example keeps the name of version 1.
        whole = fields.node("indicator").map(|node| ("indicator", node));
    }
    let reference = if version == Version::Alpha { None } else { fields.node(names[1]).map(|node| (names[1], node)) };
    let found = match (whole, reference) {
        (None, None) => return Given::Not,
        (Some((name, node)), None) => inline(notes, node, &fields.path_of(name), version, around.origins),
        (None, Some((name, node))) => {
            let path = fields.path_of(name);
            super::fields::text(notes, node, &path).and_then(|reference| {
                let found = around.indicators.get(&reference);
                if found.is_none() {
                    let message = format!("`{path}`: there is no SLI `{reference}`");
                    notes.unknown(node.line, message, &reference, around.indicators.keys().map(String::as_str));
                } else if found.is_some_and(Option::is_none) {
                    notes.error(node.line, format!("`{path}`: the SLI `{reference}` is wrong itself"));
                }
                found.cloned().flatten()
            })
        }
        (Some(_), Some((_, node))) => {
            let path = &fields.path;
            notes.error(node.line, format!("`{path}`: expected one of {} and {}, found both", names[0], names[1]));
            None
        }
    };
    found.map_or(Given::Wrong, |form| Given::Is(Box::new(form)))
}

fn part(notes: &mut Notes, shared: &Shared<'_, '_>, node: &Node, path: &str, general: &Given) -> Option<Part> {
    let version = shared.document.version;
    let mut fields = Fields::of(notes, node, path)?;
    let title = fields.text(notes, "displayName").filter(|title| !title.trim().is_empty());
    if version == Version::Two {
        fields.allow(&["labels"]);
    }
    let target = target(notes, &mut fields, version);
    let own = if version == Version::Alpha {
        match fields.node("ratioMetrics") {
            None => Given::Not,
            Some(node) => ratio(notes, node, &fields.path_of("ratioMetrics"), version, shared.around.origins)
                .map_or(Given::Wrong, |form| Given::Is(Box::new(form))),
        }
    } else {
        indicator(notes, &mut fields, version, shared.around)
    };
    let (form, own) = match (general, own) {
        (Given::Not, Given::Not) => {
            // One message is enough where no objective has an indicator; the SLO says it.
            (None, false)
        }
        (Given::Not, Given::Is(form)) => (Some(*form), true),
        (Given::Is(form), Given::Not) => (Some((**form).clone()), false),
        (Given::Wrong, _) | (Given::Not, Given::Wrong) => (None, false),
        (Given::Is(_), Given::Is(_) | Given::Wrong) => {
            let message = format!("`{path}`: the indicator stands in spec already");
            notes.wrong(fields.line, message, "give one indicator for all objectives, or each objective its own");
            (None, false)
        }
    };
    let threshold = threshold(notes, &mut fields, form.as_ref());
    let method = method(notes, &mut fields, shared.counting, target);
    let weight_line = fields.line_of("compositeWeight");
    let weight = fields.number(notes, "compositeWeight");
    if let Some(weight) = weight.filter(|weight| *weight <= 0.0) {
        notes.error(weight_line, format!("`{path}.compositeWeight`: expected a number above 0, found {weight}"));
    } else if weight.is_some() && !own && form.is_some() {
        notes.doubt(weight_line, format!("`{path}.compositeWeight` means something with an indicator of its own only"));
    }
    let line = fields.line;
    let empty = form.is_none() && matches!(general, Given::Not) && !has_own(node, version);
    fields.finish(notes);
    if empty && shared.document.spec.is_some_and(|spec| any_own(spec, version)) {
        let names = words(version);
        notes.error(line, format!("`{path}`: expected {} or {}, as its neighbours have", names[0], names[1]));
    }
    let indicator = match form? {
        Form::Ratio { good, part, total } => Indicator::Ratio { good, part, total },
        Form::Raw { good, source } => Indicator::Raw { good, source },
        Form::Threshold(source) => {
            let (comparison, value) = threshold?;
            Indicator::Threshold { source, comparison, value }
        }
    };
    Some(Part { title, target: target?, method: method?, indicator, weight: weight.unwrap_or(1.0), own, line })
}

fn any_own(spec: &Node, version: Version) -> bool {
    let Some(super::node::Value::List(items)) = spec.get("objectives").map(|node| &node.value) else { return false };
    items.iter().any(|item| has_own(item, version))
}

/// `target`, or `targetPercent`, as a share.
fn target(notes: &mut Notes, fields: &mut Fields<'_>, version: Version) -> Option<f64> {
    let path = fields.path.clone();
    let share = fields.node("target");
    let percent = if version == Version::Alpha { None } else { fields.node("targetPercent") };
    let (node, name, top) = match (share, percent) {
        (Some(node), None) => (node, "target", 1),
        (None, Some(node)) => (node, "targetPercent", 100),
        (None, None) => {
            notes.error(fields.line, format!("`{path}.target` is missing"));
            return None;
        }
        (Some(_), Some(node)) => {
            notes.error(node.line, format!("`{path}`: expected one of target and targetPercent, found both"));
            return None;
        }
    };
    let path = format!("{path}.{name}");
    let number = super::fields::number(notes, node, &path)?;
    if !(number > 0.0 && number < f64::from(top)) {
        let found = node.what();
        let message = format!("`{path}`: expected a number above 0 and below {top}, found {found}");
        let hint = match name {
            "target" if (1.0..100.0).contains(&number) => format!("for {number} % write targetPercent: {number}"),
            _ => "a target of 0 promises nothing, one of everything leaves no budget".to_string(),
        };
        notes.wrong(node.line, message, hint);
        return None;
    }
    if top == 1 {
        return Some(number);
    }
    // Moving the point in the text gives the nearest share: 99.95 % is 0.9995 and not a bit more.
    let moved = node.text().and_then(|text| format!("{}e-2", text.trim()).parse().ok());
    Some(moved.unwrap_or(number / 100.0))
}

/// `op` and `value`, which a threshold needs and a ratio doesn't.
fn threshold(notes: &mut Notes, fields: &mut Fields<'_>, form: Option<&Form>) -> Option<(Comparison, f64)> {
    let operators = [
        ("lt", Comparison::Below),
        ("lte", Comparison::AtMost),
        ("gt", Comparison::Above),
        ("gte", Comparison::AtLeast),
    ];
    match form {
        Some(Form::Threshold(_)) => {
            fields.required(notes, "op");
            fields.required(notes, "value");
            let operator = fields.word(notes, "op", &operators);
            let value = fields.number(notes, "value");
            Some((operator?, value?))
        }
        Some(_) => {
            for name in ["op", "value"] {
                if fields.node(name).is_some() {
                    let path = fields.path_of(name);
                    notes.doubt(fields.line_of(name), format!("`{path}` means something with a thresholdMetric only"));
                }
            }
            fields.word(notes, "op", &operators);
            fields.number(notes, "value");
            None
        }
        None => {
            fields.allow(&["op", "value"]);
            None
        }
    }
}

/// The slices that the method needs.
fn method(
    notes: &mut Notes,
    fields: &mut Fields<'_>,
    counting: Option<Counting>,
    share: Option<f64>,
) -> Option<Method> {
    let slice_path = fields.path_of("timeSliceWindow");
    let slice = fields.node("timeSliceWindow");
    let target_line = fields.line_of("timeSliceTarget");
    let slice_line = fields.line_of("timeSliceWindow");
    let target_path = fields.path_of("timeSliceTarget");
    let said = fields.node("timeSliceTarget").is_some();
    let target = fields.number(notes, "timeSliceTarget");
    if let Some(target) = target.filter(|target| !(*target > 0.0 && *target <= 1.0)) {
        let message = format!("`{target_path}`: expected a number above 0 and at most 1, found {target}");
        notes.error(target_line, message);
        return None;
    }
    let slice_s = slice.map(|node| slice_of(notes, node, &slice_path));
    let counting = counting?;
    if counting == Counting::Occurrences {
        for (there, path, line) in [(slice.is_some(), &slice_path, slice_line), (said, &target_path, target_line)] {
            if there {
                notes.doubt(line, format!("`{path}` means something with time slices only"));
            }
        }
        return Some(Method::Occurrences);
    }
    let slice_s = match slice_s {
        Some(found) => found?,
        None => {
            notes.doubt(slice_line, format!("`{slice_path}` is missing: slices of one minute are taken"));
            60
        }
    };
    if counting == Counting::RatioTimeslices {
        if said {
            notes.doubt(target_line, format!("`{target_path}` means something with Timeslices only"));
        }
        return Some(Method::RatioTimeslices { slice_s });
    }
    let target = match target {
        Some(target) => target,
        None if said => return None,
        None => {
            let share = share?;
            notes.doubt(target_line, format!("`{target_path}` is missing: the target, {share}, is taken"));
            share
        }
    };
    Some(Method::Timeslices { slice_s, target })
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
