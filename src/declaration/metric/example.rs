//! The worked example of a metric file: rows or inputs in, a figure or the reason for none out.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::fields::{Fields, Sheet, number};
use super::{Example, Expect};
use crate::arithmetic::local_time::from_rfc3339;

/// The states that an example can expect instead of a value.
const STATES: [(&str, &str); 3] =
    [("no_data", "no_data"), ("not_applicable", "not_applicable"), ("not_enough", "not_enough")];

/// Reads `[example]`; a missing one is an issue, as a definition that nobody worked through is a guess.
pub(super) fn example(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Option<Example> {
    if !fields.has("example") {
        fields.take("example");
        let hint = "add [example] with rows (or inputs) and expect = { value = ... }";
        sheet.issue(0, "missing table `example`", Some(hint.to_string()));
        return None;
    }
    let mut inner = fields.table(sheet, "example", "example.")?;
    let rows = rows(sheet, &mut inner);
    let start = instant(sheet, &mut inner, "start", "example.start");
    let moment = instant(sheet, &mut inner, "moment", "example.moment");
    let inputs = inputs(sheet, &mut inner);
    let expect = if inner.has("expect") {
        inner.table(sheet, "expect", "example.expect.").map(|table| expect(sheet, table)).unwrap_or_default()
    } else {
        inner.take("expect");
        sheet.issue(0, "missing key `example.expect`", Some("write expect = { value = ... }".to_string()));
        Expect::default()
    };
    inner.finish(sheet);
    Some(Example { rows, start, moment, inputs, expect })
}

fn instant(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>, key: &'static str, shown: &str) -> Option<i64> {
    fields.take(key).and_then(|value| {
        let text = match value.get_ref().as_datetime() {
            Some(moment) => moment.to_string(),
            None => value.get_ref().as_str().unwrap_or("").to_string(),
        };
        let found = from_rfc3339(&text);
        if found.is_none() {
            let message = format!("{shown}: expected an RFC 3339 instant, found `{text}`");
            sheet.issue(value.span().start, message, Some("write it as 2026-01-10T00:00:00Z".to_string()));
        }
        found
    })
}

fn rows(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> Vec<toml::Table> {
    let Some(value) = fields.take("rows") else {
        return Vec::new();
    };
    let tables = value.get_ref().as_array().map(|items| items.iter().map(|item| item.get_ref().as_table()));
    let tables: Option<Vec<&DeTable<'_>>> = tables.and_then(Iterator::collect);
    // The text parsed once as a whole, so its parts convert.
    let whole: Option<toml::Table> = toml::from_str(sheet.text).ok();
    let array = whole.as_ref().and_then(|whole| whole.get("example")?.get("rows")?.as_array());
    match (tables, array) {
        (Some(_), Some(array)) => array.iter().filter_map(|row| row.as_table().cloned()).collect(),
        _ => {
            let message = "example.rows: expected a list of tables, as in [{ failed = true }]";
            sheet.issue(value.span().start, message, None);
            Vec::new()
        }
    }
}

fn inputs(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>) -> BTreeMap<String, f64> {
    let Some(mut inner) = fields.table(sheet, "inputs", "example.inputs.") else {
        return BTreeMap::new();
    };
    let all = inner.take_all().into_iter().filter_map(|(name, value)| {
        let found = number(value.get_ref());
        if found.is_none() {
            let message = format!("example.inputs.{name}: expected a number, found {}", value.get_ref().type_str());
            sheet.issue(value.span().start, message, Some("leave an input without a value out".to_string()));
        }
        found.map(|number| (name, number))
    });
    all.collect()
}

fn expect(sheet: &mut Sheet<'_>, mut fields: Fields<'_>) -> Expect {
    let found = |found: Option<super::fields::Found<f64>>| found.map(|found| found.value);
    let expect = Expect {
        value: found(fields.number(sheet, "value")),
        numerator: found(fields.number(sheet, "numerator")),
        denominator: found(fields.number(sheet, "denominator")),
        n: fields.whole(sheet, "n"),
        coverage: found(fields.number(sheet, "coverage")),
        state: fields.word(sheet, "state", &STATES).map(str::to_string),
    };
    fields.finish(sheet);
    if expect.value.is_some() == expect.state.is_some() {
        let message = "example.expect: expected either a value or a state";
        sheet.issue(0, message, Some("write expect = { value = 0.5 } or expect = { state = \"no_data\" }".to_string()));
    }
    expect
}
