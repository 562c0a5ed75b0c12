//! The TOML of a draft.

use std::fmt::Write as _;

use super::place::Placement;
use super::profile::{Profile, RawColumn};
use super::words::{closed, rank, scale};
use super::{Filling, names};
use crate::declaration::mapping::Decimal;
use crate::declaration::table::{Column, Kind};
use crate::ingest::recognise::Peek;

/// Names that a file must have to be taken for one of the same kind.
const MATCHED: usize = 6;
/// Values that are shown of a column that found no place.
const SHOWN: usize = 3;

/// The mapping of a placement, with comments that say what was guessed.
pub(super) fn toml(file: &str, peeked: &Peek, profile: &Profile, placement: &Placement<'_>) -> String {
    let mut text = String::from(
        "# A draft, written from the names and the values of a file. Read it: what is marked \"guess\" most of all.\n",
    );
    let mut line = |parts: std::fmt::Arguments<'_>| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{parts}");
    };
    line(format_args!("title = {}", quoted(&format!("{} as in {file}", placement.table.title))));
    line(format_args!("table = {}", quoted(&placement.table.name)));
    if peeked.format.starts_with("json") {
        line(format_args!("format = \"json\""));
    }
    let mut matched: Vec<usize> = placement.raw_columns().collect();
    matched.sort_unstable();
    matched.dedup();
    let matched: Vec<String> =
        matched.iter().take(MATCHED).map(|column| quoted(&profile.columns[*column].name)).collect();
    line(format_args!("match = [{}]", matched.join(", ")));
    if !profile.nulls.is_empty() {
        let nulls: Vec<String> = profile.nulls.iter().map(|null| quoted(null)).collect();
        line(format_args!("null  = [{}]", nulls.join(", ")));
    }
    match profile.decimal {
        Decimal::Comma => line(format_args!("decimal = \",\"")),
        Decimal::Point | Decimal::Unknown => {}
    }
    line(format_args!("\n[columns]"));
    let width = placement.fillings.iter().map(|(column, _)| column.name.len()).max().unwrap_or(0);
    for (column, filling) in &placement.fillings {
        let name = format!("{:width$}", column.name);
        match filling {
            Filling::Column(raw, fit) => {
                let raw = &profile.columns[*raw];
                let doubt = if *fit < 0.7 { "  # guess" } else { "" };
                line(format_args!("{name} = {}{doubt}", field(raw, column)));
            }
            Filling::Join(columns) => {
                let columns: Vec<String> = columns.iter().map(|raw| quoted(&profile.columns[*raw].name)).collect();
                line(format_args!(
                    "{name} = {{ join = [{}] }}  # guess: no column tells the records apart",
                    columns.join(", ")
                ));
            }
            Filling::Constant(constant) => {
                let constant = if column.kind == Kind::Text { quoted(constant) } else { constant.clone() };
                line(format_args!("{name} = {{ value = {constant} }}  # guess: the file does not say"));
            }
        }
    }
    let placed: Vec<usize> = placement.raw_columns().collect();
    let mut unplaced = profile.columns.iter().enumerate().filter(|(index, _)| !placed.contains(index)).peekable();
    if unplaced.peek().is_some() {
        line(format_args!("\n# Not used:"));
    }
    for (_, raw) in unplaced {
        let examples: Vec<String> = raw.texts.iter().take(SHOWN).map(|(text, _)| quoted(&shortened(text))).collect();
        let examples = if examples.is_empty() { "empty".to_string() } else { examples.join(", ") };
        line(format_args!("# {} : {examples}", one_line(&raw.name)));
    }
    text
}

/// How a column of the file fills a canonical one.
fn field(raw: &RawColumn, column: &Column) -> String {
    let mut keys: Vec<String> = Vec::new();
    match column.kind {
        Kind::Instant => keys.extend(raw.format.map(|format| format!("formats = [{}]", quoted(format)))),
        Kind::Integer if raw.integers < 1.0 || has_zero(raw, column) => {
            let shift = u8::from(has_zero(raw, column));
            let texts: Vec<String> = raw.texts.iter().map(|(text, _)| text.clone()).collect();
            let known = scale(&texts);
            if column.min == Some(1.0) && column.max.is_none() && !known.is_empty() {
                let known = known.iter().map(|(text, rank)| (text, (rank + shift).to_string()));
                keys.push(format!("values = {{ {} }}", pairs(known)));
            }
        }
        Kind::Text if !column.values.is_empty() => {
            let known = raw
                .texts
                .iter()
                .filter_map(|(text, _)| Some((text, quoted(closed(text, &column.values)?))))
                .filter(|(text, word)| quoted(text) != *word);
            if known.clone().next().is_some() {
                let all = raw.texts.iter().filter_map(|(text, _)| Some((text, quoted(closed(text, &column.values)?))));
                keys.push(format!("values = {{ {} }}", pairs(all)));
                if let Some(other) = column.values.iter().find(|word| *word == "other") {
                    keys.push(format!("otherwise = {}", quoted(other)));
                }
            }
        }
        Kind::Seconds => keys.extend(unit(&raw.name).map(|unit| format!("unit = {}", quoted(unit)))),
        Kind::Share => {
            let percent = raw.is_number() && raw.greatest > 1.0;
            keys.extend(percent.then(|| "unit = \"%\"".to_string()));
        }
        Kind::Integer | Kind::Number | Kind::Boolean | Kind::Text => {}
    }
    if keys.is_empty() {
        return quoted(&raw.name);
    }
    format!("{{ from = {}, {} }}", quoted(&raw.name), keys.join(", "))
}

fn has_zero(raw: &RawColumn, column: &Column) -> bool {
    column.min == Some(1.0) && raw.texts.iter().any(|(text, _)| rank(text) == Some(0))
}

fn pairs<'a>(known: impl Iterator<Item = (&'a String, String)>) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let pairs: Vec<String> = known
        .filter(|(text, _)| seen.insert(text.to_lowercase()))
        .map(|(text, word)| format!("{} = {word}", quoted(text)))
        .collect();
    pairs.join(", ")
}

/// The unit that a name says.
fn unit(name: &str) -> Option<&'static str> {
    names::words(name).iter().rev().find_map(|word| match word.as_str() {
        "ms" | "msec" | "millis" | "milliseconds" => Some("ms"),
        "min" | "mins" | "minute" | "minutes" | "minuten" => Some("min"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "stunden" | "heures" | "uren" => Some("h"),
        "day" | "days" | "jours" | "tage" | "dagen" => Some("d"),
        _ => None,
    })
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        text.to_string()
    } else {
        format!("{}...", text.chars().take(MOST).collect::<String>())
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text as a TOML string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
