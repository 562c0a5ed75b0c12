//! Changes to whole records before their columns are converted: columns by a regular expression, several rows out of one cell, rows
//! left out by name. Rows that are left out are counted.

use std::collections::BTreeMap;

use super::expressions::{Expressions, TextColumn, names_in};
use super::file::ReadError;
use super::plan::{Cells, Names};
use super::reader::chunk::Chunk;
use crate::declaration::mapping::{Mapping, Pattern, Rows};

/// Applies what a mapping says to a chunk of records; `names` are its columns, those made by the pattern at the end. `rows` says what
/// makes a row in this pass.
///
/// # Errors
/// When an SQL condition cannot be evaluated.
pub fn transform(
    chunk: Chunk,
    mapping: &Mapping,
    rows: &Rows,
    names: &Names,
    expressions: &dyn Expressions,
    ignored: &mut BTreeMap<String, u64>,
) -> Result<Chunk, ReadError> {
    let mut chunk = chunk;
    if let Some(pattern) = &mapping.pattern {
        chunk = apply_pattern(chunk, pattern, names, ignored);
    }
    if let [column] = rows.explode.as_slice() {
        let columns = names.repeats(column);
        let separator = rows.separator.as_deref().filter(|separator| !separator.is_empty());
        let is_table = chunk.is_table();
        if is_table || (separator.is_some() && !columns.is_empty()) {
            chunk = explode(chunk, &columns, separator);
        }
    }
    for (name, condition) in &mapping.ignore {
        chunk = ignore(chunk, mapping, names, (name, condition), expressions, ignored)?;
    }
    Ok(chunk)
}

/// An empty chunk of that many columns that takes over what was noticed about `from`.
fn successor(from: &mut Chunk, columns: usize) -> Chunk {
    let mut next = Chunk::new(columns);
    next.bad = std::mem::take(&mut from.bad);
    next.short = std::mem::take(&mut from.short);
    next.blank = from.blank;
    next
}

fn apply_pattern(mut chunk: Chunk, pattern: &Pattern, names: &Names, ignored: &mut BTreeMap<String, u64>) -> Chunk {
    let Some(column) = names.find(&pattern.column) else {
        return chunk;
    };
    let groups: Vec<(usize, &str)> = pattern
        .expression
        .capture_names()
        .flatten()
        .filter_map(|group| names.find(group).map(|index| (index, group)))
        .collect();
    let mut next = successor(&mut chunk, names.all().len());
    let mut unmatched = 0;
    for index in 0..chunk.len() {
        let Some(found) = pattern.expression.captures(chunk.cell(index, column)) else {
            unmatched += 1;
            continue;
        };
        next.copy_row(&chunk, index, |column| {
            let (_, group) = groups.iter().find(|(place, _)| *place == column)?;
            Some(found.name(group).map_or("", |text| text.as_str()))
        });
    }
    if unmatched > 0 {
        *ignored.entry(pattern.name.clone()).or_default() += unmatched;
    }
    next
}

/// A row for each element of the columns, which are those of one name: each filled cell, taken apart where a separator is given.
fn explode(mut chunk: Chunk, columns: &[usize], separator: Option<&str>) -> Chunk {
    let count = chunk.columns();
    let mut next = successor(&mut chunk, count);
    for index in 0..chunk.len() {
        let cells = columns.iter().map(|column| chunk.cell(index, *column));
        let elements: Vec<&str> = match separator {
            Some(separator) => cells.flat_map(|cell| cell.split(separator)).map(str::trim).collect(),
            None => cells.map(str::trim).collect(),
        };
        let before = next.len();
        for element in elements.into_iter().filter(|element| !element.is_empty()) {
            next.copy_row(&chunk, index, |place| columns.contains(&place).then_some(element));
        }
        if next.len() == before {
            next.copy_row(&chunk, index, |_| None);
            next.mark_bare();
        }
    }
    next
}

/// Whether a condition is true in each row.
///
/// # Errors
/// When it cannot be evaluated.
pub fn truth(
    chunk: &Chunk,
    mapping: &Mapping,
    names: &Names,
    place: &str,
    condition: &str,
    expressions: &dyn Expressions,
) -> Result<Vec<bool>, ReadError> {
    let written = names_in(condition);
    let cells = Cells::new(chunk, mapping);
    let columns: Vec<TextColumn<'_>> =
        written.iter().map(|column| (&**column, cells.column(names.find(column)))).collect();
    expressions.truth(condition, &columns).map_err(|message| ReadError::expression(mapping, place, condition, &message))
}

fn ignore(
    mut chunk: Chunk,
    mapping: &Mapping,
    names: &Names,
    (name, condition): (&str, &str),
    expressions: &dyn Expressions,
    ignored: &mut BTreeMap<String, u64>,
) -> Result<Chunk, ReadError> {
    if chunk.is_empty() {
        return Ok(chunk);
    }
    let drop = truth(&chunk, mapping, names, &format!("ignore.{name}"), condition, expressions)?;
    let count = drop.iter().filter(|drop| **drop).count();
    if count == 0 {
        return Ok(chunk);
    }
    *ignored.entry(name.to_string()).or_default() += count as u64;
    let columns = chunk.columns();
    let mut next = successor(&mut chunk, columns);
    for index in (0..chunk.len()).filter(|index| !drop.get(*index).copied().unwrap_or(false)) {
        next.copy_row(&chunk, index, |_| None);
    }
    Ok(next)
}
