//! One metric file: its keys, its expressions, its example. What other files say is checked later.

use toml::de::DeTable;

use super::example::example;
use super::fields::{Fields, Found, Sheet};
use super::levels::levels;
use super::tables::{exclude, index, range, time};
use super::{Better, Definition, IntervalKind, Metric, Unit};
use crate::declaration::catalogue::File;
use crate::declaration::expression::{parse_formula, parse_row, parse_value};
use crate::declaration::issue::Issue;

/// Reads one file. The metric is there when every key that it needs is; it may still have issues.
pub(super) fn read(file: &File) -> (Option<Metric>, Vec<Issue>) {
    let table = match DeTable::parse(&file.text) {
        Ok(table) => table,
        Err(error) => return (None, vec![Issue::from_toml(&file.path, &file.text, &error)]),
    };
    let mut sheet = Sheet { file: &file.path, text: &file.text, issues: Vec::new(), lines: Default::default() };
    let id = file.stem().to_string();
    let pillar = folder(file, &id, &mut sheet);
    let mut fields = Fields::new(&mut sheet, "", table.get_ref(), 0);
    let metric = metric(&mut sheet, &mut fields, id, pillar);
    fields.finish(&mut sheet);
    let lines = sheet.lines;
    (metric.map(|metric| Metric { lines, ..metric }), sheet.issues)
}

fn folder(file: &File, id: &str, sheet: &mut Sheet<'_>) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(fits) {
        let message = format!("the id `{id}`, the file's name, must match [a-z][a-z0-9_]*");
        sheet.issue(0, message, Some("rename the file to lower case letters, digits and _".to_string()));
    }
    let mut folders = file.path.split('/').skip(2).collect::<Vec<_>>();
    folders.pop();
    if folders.len() != 1 {
        let hint = format!("move it to queries/metrics/<pillar or practice>/{id}.toml");
        sheet.issue(0, "a metric lies in one folder of queries/metrics", Some(hint));
    }
    folders.join("/")
}

fn metric(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>, id: String, pillar: String) -> Option<Metric> {
    let title = fields.required_text(sheet, "title");
    let meaning = fields.required_text(sheet, "meaning");
    let source = fields.required_text(sheet, "source");
    let is_index = fields.has("index");
    let unit =
        if is_index && !fields.has("unit") { Some(Unit::Score) } else { required(sheet, fields, "unit", &Unit::ALL) };
    let better = if is_index && !fields.has("better") {
        Some(Better::Higher)
    } else {
        required(sheet, fields, "better", &Better::ALL)
    };
    let slices = fields.texts(sheet, "slices").unwrap_or_default();
    let target = fields.number(sheet, "target");
    let limit = fields.number(sheet, "limit");
    if let (Some(better), Some(unit)) = (better, unit) {
        scale(sheet, better, unit, target.as_ref(), limit.as_ref());
    }
    let expected = fields.number(sheet, "expected");
    if let Some(expected) = &expected
        && (target.is_some() || limit.is_some() || better == Some(Better::Neither))
    {
        let hint = Some("it stands in place of target and limit, and says with better which side is told".to_string());
        sheet.issue(
            expected.offset,
            "expected: found beside a target or a limit, or where neither way is better",
            hint,
        );
    }
    let minimum_n = fields.whole(sheet, "minimum_n").unwrap_or(1);
    let beside = fields.texts(sheet, "beside").unwrap_or_default();
    let up_to = fields.text(sheet, "up_to");
    let up_to = sheet.expression("up_to", up_to, parse_value);
    let estimated = fields.truth(sheet, "estimated").unwrap_or(up_to.is_some());
    let range = range(sheet, fields);
    let levels = levels(sheet, fields);
    let definition = definition(sheet, fields, unit);
    let example = example(sheet, fields);
    Some(Metric {
        id,
        title: title?.value,
        meaning: meaning?.value,
        source: source?.value,
        unit: unit?,
        better: better?,
        slices: slices.into_iter().map(|slice| slice.value).collect(),
        pillar,
        definition: definition?,
        target: target.map(|target| target.value),
        limit: limit.map(|limit| limit.value),
        expected: expected.map(|expected| expected.value),
        minimum_n,
        beside: beside.into_iter().map(|id| id.value).collect(),
        up_to,
        range,
        estimated,
        levels,
        example,
        file: sheet.file.to_string(),
        lines: Default::default(),
    })
}

fn required<T: Copy>(
    sheet: &mut Sheet<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    words: &[(&str, T)],
) -> Option<T> {
    if !fields.has(key) {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        sheet.issue(0, format!("missing key `{key}`"), Some(format!("one of {}", known.join(", "))));
    }
    fields.word(sheet, key, words)
}

/// Target and limit must span a scale that runs the way that is better.
fn scale(sheet: &mut Sheet<'_>, better: Better, unit: Unit, target: Option<&Found<f64>>, limit: Option<&Found<f64>>) {
    for (key, found) in [("target", target), ("limit", limit)] {
        if let Some(found) = found.filter(|found| unit == Unit::Share && !(0.0..=1.0).contains(&found.value)) {
            let hint = Some("write 95 % as 0.95".to_string());
            sheet.issue(found.offset, format!("{key}: expected a share from 0 to 1, found {}", found.value), hint);
        }
        if let Some(found) = found.filter(|_| better == Better::Neither) {
            let hint = Some("say which way is better, or leave it out".to_string());
            sheet.issue(found.offset, format!("{key}: neither way is better, so nothing can be aimed at"), hint);
        }
    }
    if let (Some(target), Some(limit)) = (target, limit) {
        let reversed = match better {
            Better::Higher => target.value <= limit.value,
            Better::Lower => target.value >= limit.value,
            Better::Neither => false,
        };
        if reversed {
            let message = format!("limit {} is not worse than target {}", limit.value, target.value);
            let hint = format!("the target scores 100, the limit 0, and better is {}", better.as_str());
            sheet.issue(limit.offset, message, Some(hint));
        }
    }
}

fn definition(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>, unit: Option<Unit>) -> Option<Definition> {
    let said: Vec<&str> = ["value", "formula", "index"].into_iter().filter(|key| fields.has(key)).collect();
    if said.len() != 1 {
        let found = if said.is_empty() { "none".to_string() } else { said.join(" and ") };
        let hint = "value with fact, formula over metrics, or [[index]] with metric and weight";
        sheet.issue(0, format!("expected one of value, formula and index, found {found}"), Some(hint.to_string()));
        for key in ["value", "formula", "index", "fact", "at", "alive", "where", "coverage", "interval", "exclude"] {
            fields.take(key);
        }
        return None;
    }
    match said[0] {
        "formula" => {
            let text = fields.text(sheet, "formula");
            sheet.expression("formula", text, parse_formula).map(Definition::Formula)
        }
        "index" => index(sheet, fields).map(|parts| Definition::Index { parts }),
        _ => aggregate(sheet, fields, unit),
    }
}

fn aggregate(sheet: &mut Sheet<'_>, fields: &mut Fields<'_>, unit: Option<Unit>) -> Option<Definition> {
    let fact = fields.required_text(sheet, "fact");
    let time = time(sheet, fields);
    let population = fields.has("where").then(|| {
        let text = fields.text(sheet, "where");
        sheet.expression("where", text, parse_row)
    });
    let exclude = exclude(sheet, fields);
    let text = fields.text(sheet, "value");
    let value = sheet.expression("value", text, parse_value);
    let coverage = fields.has("coverage").then(|| {
        let text = fields.text(sheet, "coverage");
        sheet.expression("coverage", text, parse_value)
    });
    let interval = fields.has("interval").then(|| fields.word(sheet, "interval", &IntervalKind::ALL));
    let value = value?;
    let fitting = IntervalKind::fitting(&value, unit?);
    // The outer Option tells an absent key, which is fine, from a refused one, which leaves the metric out.
    Some(Definition::Aggregate {
        fact: fact?.value,
        time: time?,
        population: flat(population)?,
        exclude: exclude?,
        coverage: flat(coverage)?,
        interval: flat(interval)?.unwrap_or(fitting),
        value,
    })
}

/// `None` for a key that was refused, `Some(None)` for an absent one.
fn flat<T>(found: Option<Option<T>>) -> Option<Option<T>> {
    match found {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}
