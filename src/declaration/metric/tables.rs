//! The parts of a metric file that are tables: what places a row in time, named exclusions, the parts of an index.

use super::fields::{Fields, Found, Sheet};
use super::{Part, Range, Time};
use crate::declaration::expression::{RowExpression, parse_row, parse_value};
use crate::declaration::issue::line_of;

/// When a row counts: `at` or `alive`.
pub(super) fn time(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Option<Time> {
    match (fields.has("at"), fields.has("alive")) {
        (true, false) => fields.text(sheet, "at").map(|at| Time::At(at.value)),
        (false, true) => {
            let mut inner = fields.table(sheet, "alive", "alive.")?;
            let (from, to) = (inner.required_text(sheet, "from"), inner.required_text(sheet, "to"));
            let since = if inner.has("since") { Some(inner.required_text(sheet, "since")?.value) } else { None };
            inner.finish(sheet);
            Some(Time::Alive { from: from?.value, to: to?.value, since })
        }
        (both, _) => {
            fields.take("at");
            fields.take("alive");
            let found = if both { "both" } else { "neither" };
            let hint = "at = \"...\" places a row in a period; alive = { from = \"...\", to = \"...\" } counts a stock";
            sheet.issue(0, format!("expected one of at and alive, found {found}"), Some(hint.to_string()));
            None
        }
    }
}

/// The ends of a range: `range = { lower = "...", upper = "..." }`.
pub(super) fn range(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Option<Range> {
    if !fields.has("range") {
        fields.take("range");
        return None;
    }
    let mut inner = fields.table(sheet, "range", "range.")?;
    let mut end = |key: &'static str| {
        let text = inner.required_text(sheet, key);
        sheet.expression(&format!("range.{key}"), text, parse_value)
    };
    let (lower, upper) = (end("lower"), end("upper"));
    inner.finish(sheet);
    Some(Range { lower: lower?, upper: upper? })
}

/// The named filters of `[exclude]`; `None` when one is refused.
pub(super) fn exclude(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Option<Vec<(String, RowExpression)>> {
    if !fields.has("exclude") {
        fields.take("exclude");
        return Some(Vec::new());
    }
    let mut inner = fields.table(sheet, "exclude", "exclude.")?;
    let named = inner.take_all().into_iter().map(|(name, value)| {
        let offset = value.span().start;
        let Some(text) = value.get_ref().as_str() else {
            let found = value.get_ref().type_str();
            sheet.issue(offset, format!("exclude.{name}: expected a condition in quotes, found {found}"), None);
            return None;
        };
        let found = Found { value: text.to_string(), offset };
        let row = sheet.expression(&format!("exclude.{name}"), Some(found), parse_row)?;
        Some((name, row))
    });
    // Every filter is looked at before the first refused one leaves the metric out.
    named.collect::<Vec<_>>().into_iter().collect()
}

/// The parts of `[[index]]`.
pub(super) fn index(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Option<Vec<Part>> {
    let value = fields.take("index")?;
    let Some(items) = value.get_ref().as_array().filter(|items| !items.is_empty()) else {
        sheet.issue(value.span().start, "index: expected [[index]] with metric and weight", None);
        return None;
    };
    let mut parts: Vec<Option<Part>> = Vec::new();
    for item in items.iter() {
        let offset = item.span().start;
        let Some(table) = item.get_ref().as_table() else {
            sheet.issue(offset, "index: expected [[index]] with metric and weight", None);
            return None;
        };
        let mut inner = Fields::new(sheet, "index.", table, offset);
        let metric = inner.required_text(sheet, "metric");
        let weight = inner.number(sheet, "weight").map_or(1.0, |weight| weight.value);
        let (target, limit) = (inner.number(sheet, "target"), inner.number(sheet, "limit"));
        inner.finish(sheet);
        let scale = match (&target, &limit) {
            (Some(target), Some(limit)) if target.value != limit.value => Some((target.value, limit.value)),
            (None, None) => None,
            _ => {
                sheet.issue(offset, "index: expected target and limit, two values that score 100 and 0", None);
                None
            }
        };
        if weight <= 0.0 {
            sheet.issue(offset, format!("index.weight: expected a number above 0, found {weight}"), None);
        }
        let twice = |part: &Option<Part>| part.as_ref().map(|part| &part.metric) == metric.as_ref().map(|m| &m.value);
        if let Some(metric) = metric.as_ref().filter(|_| parts.iter().any(twice)) {
            sheet.issue(metric.offset, format!("index: `{}` stands in it twice", metric.value), None);
        }
        if let Some(metric) = &metric {
            let line = line_of(sheet.text, metric.offset);
            sheet.lines.insert(format!("index.{}", metric.value), line);
        }
        parts.push(metric.map(|metric| Part { metric: metric.value, weight, scale }));
    }
    parts.into_iter().collect()
}
