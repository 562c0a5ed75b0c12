//! One objective of an SLO: its target, its slices, its threshold, and its indicator where that is its own.

use std::collections::{BTreeMap, BTreeSet};

use super::alert::Alerting;
use super::document::{Document, Version};
use super::fields::{Fields, Notes};
use super::indicator::{Form, inline, ratio};
use super::node::{Node, Value};
use super::source::Origins;
use super::time::slice_of;
use crate::declaration::objective::{Comparison, Indicator, Method};

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
pub(super) enum Counting {
    /// By events.
    Occurrences,
    /// By good slices.
    Timeslices,
    /// By the slices' shares.
    RatioTimeslices,
}

/// One objective as it stands in the list.
pub(super) struct Part {
    /// Its name for readers.
    pub(super) title: Option<String>,
    /// The share to reach.
    pub(super) target: f64,
    /// How its budget is counted.
    pub(super) method: Method,
    /// What it measures.
    pub(super) indicator: Indicator,
    /// Its weight in a composite.
    pub(super) weight: f64,
    /// Whether its indicator is its own.
    pub(super) own: bool,
    /// The line on which it begins.
    pub(super) line: usize,
}

/// What an SLO or an objective says about its indicator.
pub(super) enum Given {
    /// Nothing.
    Not,
    /// Something wrong.
    Wrong,
    /// This.
    Is(Box<Form>),
}

/// The names of the fields: inline, and by reference.
pub(super) fn words(version: Version) -> [&'static str; 2] {
    if version == Version::Two { ["sli", "sliRef"] } else { ["indicator", "indicatorRef"] }
}

/// Whether an objective has an indicator of its own.
pub(super) fn has_own(item: &Node, version: Version) -> bool {
    let names: &[&str] = match version {
        Version::Alpha => &["ratioMetrics"],
        _ => &["indicator", "indicatorRef", "sli", "sliRef"],
    };
    names.iter().any(|name| item.get(name).is_some())
}

/// The indicator that an SLO or an objective gives.
pub(super) fn indicator(
    notes: &mut Notes,
    fields: &mut Fields<'_>,
    version: Version,
    around: &Surroundings<'_>,
) -> Given {
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

/// Reads one objective; `general` is the indicator of the whole SLO.
pub(super) fn part(
    notes: &mut Notes,
    document: &Document<'_>,
    around: &Surroundings<'_>,
    counting: Option<Counting>,
    general: &Given,
    node: &Node,
    path: &str,
) -> Option<Part> {
    let version = document.version;
    let mut fields = Fields::of(notes, node, path)?;
    let title = fields.text(notes, "displayName").filter(|title| !title.trim().is_empty());
    if version == Version::Two {
        fields.allow(&["labels"]);
    }
    let target = target(notes, &mut fields, version);
    let own = if version == Version::Alpha {
        match fields.node("ratioMetrics") {
            None => Given::Not,
            Some(node) => ratio(notes, node, &fields.path_of("ratioMetrics"), version, around.origins)
                .map_or(Given::Wrong, |form| Given::Is(Box::new(form))),
        }
    } else {
        indicator(notes, &mut fields, version, around)
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
    let method = method(notes, &mut fields, counting, target);
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
    if empty && document.spec.is_some_and(|spec| any_own(spec, version)) {
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
    let Some(Value::List(items)) = spec.get("objectives").map(|node| &node.value) else { return false };
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
            "target" if number > 1.0 && number < 100.0 => format!("for {number} % write targetPercent: {number}"),
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
