//! The sheets for calculation: every measure as the contract has it, unrounded, durations in seconds, shares 0 to 1. Headings
//! are the contract's names.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::sheet::Sheet;
use super::style;
use crate::report::v1::Measure;

/// Headings before the columns of dimensions, and after them.
const BEFORE: [&str; 2] = ["metric", "slice"];
const AFTER: [&str; 18] = [
    "period",
    "start",
    "end",
    "state",
    "value",
    "unit",
    "better",
    "numerator",
    "denominator",
    "n",
    "lower",
    "upper",
    "coverage",
    "rows",
    "flags",
    "target",
    "status",
    "level",
];

/// A sheet of measures, one a row; a column for each dimension.
pub(super) fn measures(name: &str, measures: &[Measure], foot: &str) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new(name)?;
    let dimensions: BTreeSet<&str> =
        measures.iter().flat_map(|measure| measure.dims.keys()).map(String::as_str).collect();
    let heads = BEFORE.into_iter().chain(dimensions.iter().copied()).chain(AFTER);
    let mut columns = 0;
    for (head, column) in heads.zip(0..) {
        let right = AFTER[7..14].contains(&head) || matches!(head, "value" | "target");
        sheet.words((0, column), head, &style::head(right))?;
        sheet.widen(column, head);
        columns = column + 1;
    }
    let text = Format::new().set_align(FormatAlign::Top);
    for (measure, row) in measures.iter().zip(1..) {
        for (held, column) in cells(measure, &dimensions).into_iter().zip(0..) {
            match held {
                Held::Words(words) => {
                    if !words.is_empty() {
                        sheet.words((row, column), &words, &text)?;
                        sheet.widen(column, &words);
                    }
                }
                Held::Number(number) => {
                    if let Some(value) = number.filter(|value| value.is_finite()) {
                        sheet.sheet.write_number_with_format(row, column, value, &text)?;
                        sheet.at_least(column, 13.0);
                    }
                }
            }
        }
    }
    sheet.table(0, measures.len() as u32, columns);
    sheet.finish(foot)
}

enum Held {
    Words(String),
    Number(Option<f64>),
}

fn cells(measure: &Measure, dimensions: &BTreeSet<&str>) -> Vec<Held> {
    let words = |text: &str| Held::Words(text.to_owned());
    let slice: Vec<String> = measure.dims.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut cells = vec![words(&measure.metric), Held::Words(slice.join(", "))];
    cells.extend(dimensions.iter().map(|name| words(measure.dims.get(*name).map_or("", String::as_str))));
    cells.extend([
        words(&measure.period.id),
        words(&measure.period.start),
        words(&measure.period.end),
        words(measure.state),
        Held::Number(measure.value),
        words(measure.unit),
        words(measure.better),
        Held::Number(measure.numerator),
        Held::Number(measure.denominator),
        Held::Number(Some(measure.n as f64)),
        Held::Number(measure.lower),
        Held::Number(measure.upper),
        Held::Number(measure.coverage),
        Held::Number(Some(measure.rows as f64)),
        Held::Words(measure.flags.join(", ")),
        Held::Number(measure.target),
        words(measure.status.unwrap_or_default()),
        Held::Words(measure.level.as_ref().map_or_else(String::new, |level| level.names.join(", "))),
    ]);
    cells
}
