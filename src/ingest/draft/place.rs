//! Which canonical table a file fills, and which of its columns fills which of the table's.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{fit, words};
use super::profile::{Profile, RawColumn};
use super::words::{closed, rank};
use super::{Filling, NoDraft};
use crate::declaration::table::{Column, Kind, Table};

/// A fit below which a name says nothing.
const LEAST: f64 = 0.45;
/// What a required column that the file cannot fill takes off a table's score.
const PENALTY: f64 = 1.2;
/// What it adds when the file is named after what the table holds.
const NAMED: f64 = 2.0;
/// What the columns that fit must come to for a table to be thought of; less may be chance.
const EVIDENCE: f64 = 1.3;
/// What speaks for tickets before anything is known of a file.
const USUAL: f64 = 0.4;
/// Columns that together tell the records apart, at most.
const JOINED: usize = 4;
/// What stands for a word that no column and no header gives.
const UNKNOWN: &str = "(unknown)";

/// Where the columns of a file go.
pub(super) struct Placement<'t> {
    /// The table.
    pub table: &'t Table,
    /// What fills its columns, in their order.
    pub fillings: Vec<(&'t Column, Filling)>,
}

/// Finds the table that a file fills best.
pub(super) fn place<'t>(
    profile: &Profile,
    file: &str,
    tables: &'t BTreeMap<String, Table>,
) -> Result<Placement<'t>, NoDraft> {
    // A name that many tables know says little about which one it is.
    let known_to: Vec<f64> = profile
        .columns
        .iter()
        .map(|raw| {
            let knows = |table: &&Table| table.columns.iter().any(|column| fit(&raw.name, column) > 0.7);
            tables.values().filter(knows).count().max(1) as f64
        })
        .collect();
    let mut found: Vec<(f64, Placement<'t>)> = Vec::new();
    let mut nearest: Option<(f64, &Table, Vec<String>)> = None;
    for table in tables.values() {
        let placed = assign(profile, table);
        let evidence: f64 = placed.iter().map(|(.., fit)| fit).sum();
        if table.name != "links" && (placed.len() < 2 || evidence < EVIDENCE) {
            continue;
        }
        let score: f64 = placed.iter().map(|(_, raw, fit)| fit / known_to[*raw].sqrt()).sum();
        let named = if is_named_after(file, table) { NAMED } else { 0.0 };
        // What happens has a time: without one it is hardly an event.
        let has_times = table.columns.iter().any(|column| column.kind == Kind::Instant);
        let timeless = has_times && !placed.iter().any(|(column, ..)| column.kind == Kind::Instant);
        let (fillings, missing, stand_ins) = complete(profile, table, &placed);
        let faults = stand_ins + missing.len() + usize::from(timeless);
        let usual = if table.name == "tickets" { USUAL } else { 0.0 };
        let score = score + named + usual - PENALTY * faults as f64;
        if missing.is_empty() {
            found.push((score, Placement { table, fillings }));
        } else if nearest.as_ref().is_none_or(|(best, ..)| score > *best) {
            nearest = Some((score, table, missing));
        }
    }
    // Among equals the table that most files are for.
    let usual = |table: &Table| {
        ["tickets", "outages", "incidents", "changes", "problems"].iter().position(|name| *name == table.name)
    };
    found.sort_by(|(a, first), (b, second)| {
        let order = |placement: &Placement<'_>| usual(placement.table).unwrap_or(usize::MAX);
        b.total_cmp(a).then_with(|| order(first).cmp(&order(second)))
    });
    found.into_iter().next().map(|(_, placement)| placement).or_else(|| names_only(profile, tables)).ok_or_else(|| {
        let (table, missing) = nearest.map(|(_, table, missing)| (table.name.clone(), missing)).unwrap_or_default();
        NoDraft::Unfillable(table, missing)
    })
}

/// A mere list of names is one of things that others refer to: of services, until somebody says otherwise.
fn names_only<'t>(profile: &Profile, tables: &'t BTreeMap<String, Table>) -> Option<Placement<'t>> {
    let table = tables.get("services")?;
    let column = table.columns.iter().find(|column| table.key == [column.name.clone()])?;
    Some(Placement { table, fillings: vec![(column, key(profile, &[])?)] })
}

/// The currency that a header names, by its code or by a sign that is no other's.
fn currency(profile: &Profile) -> Option<&'static str> {
    const CODES: [&str; 10] = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "JPY", "CAD"];
    const SIGNS: [(&str, &str); 3] = [("€", "EUR"), ("£", "GBP"), ("zł", "PLN")];
    let any = |fits: &dyn Fn(&str) -> bool| profile.columns.iter().any(|raw| fits(&raw.name));
    let coded = |code: &&&str| any(&|name| words(name).iter().any(|word| word.eq_ignore_ascii_case(code)));
    let signed = |(sign, _): &&(&str, &str)| any(&|name| name.contains(sign));
    CODES.iter().find(coded).copied().or_else(|| SIGNS.iter().find(signed).map(|(_, code)| *code))
}

fn is_named_after(file: &str, table: &Table) -> bool {
    let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_string();
    let named: BTreeSet<String> = words(file).iter().map(|word| singular(word)).collect();
    let mut names = table.aliases.iter().map(String::as_str).chain([table.name.as_str()]);
    names.any(|name| words(name).iter().all(|word| named.contains(&singular(word))))
}

/// The best column of the file for each column of a table, each used once.
fn assign<'t>(profile: &Profile, table: &'t Table) -> Vec<(&'t Column, usize, f64)> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        for (raw, found) in profile.columns.iter().enumerate() {
            let fits = fit(&found.name, column) * suits(found, column, table.key == [column.name.clone()]);
            if fits >= LEAST {
                pairs.push((fits, place, raw));
            }
        }
    }
    pairs.sort_by(|(a, p, x), (b, q, y)| b.total_cmp(a).then((p, x).cmp(&(q, y))));
    let (mut used, mut filled) = (BTreeSet::new(), BTreeSet::new());
    let mut placed = Vec::new();
    for (fits, place, raw) in pairs {
        if !used.contains(&raw) && !filled.contains(&place) {
            used.insert(raw);
            filled.insert(place);
            placed.push((&table.columns[place], raw, fits));
        }
    }
    placed
}

/// How well the values of a column suit a canonical column, 0 to 1.
fn suits(raw: &RawColumn, column: &Column, is_key: bool) -> f64 {
    if raw.filled == 0 {
        return if column.required { 0.3 } else { 0.6 };
    }
    let among = |knows: &dyn Fn(&str) -> bool| {
        let all: usize = raw.texts.iter().map(|(_, count)| count).sum();
        let known: usize = raw.texts.iter().filter(|(text, _)| knows(text)).map(|(_, count)| count).sum();
        known as f64 / all.max(1) as f64
    };
    let enough = |share: f64| {
        if share >= 0.85 {
            1.0
        } else if share >= 0.5 {
            0.7
        } else {
            0.0
        }
    };
    match column.kind {
        Kind::Instant => enough(raw.instants),
        Kind::Integer if raw.integers < 0.85 && column.min == Some(1.0) => enough(among(&|text| rank(text).is_some())),
        // A number that is a time is not meant as a number.
        Kind::Integer | Kind::Number if raw.instants > 0.9 => 0.0,
        Kind::Integer => enough(raw.integers),
        Kind::Number | Kind::Share => enough(raw.numbers.max(among(&|text| text.ends_with('%')))),
        Kind::Seconds => enough(raw.durations),
        Kind::Boolean => enough(raw.booleans),
        Kind::Text if !column.values.is_empty() => {
            if among(&|text| closed(text, &column.values).is_some()) >= 0.5 {
                1.0
            } else {
                0.5
            }
        }
        Kind::Text if is_key => {
            if raw.unique {
                1.0
            } else {
                0.5
            }
        }
        Kind::Text if raw.is_time() && !raw.is_number() => 0.3,
        Kind::Text => 1.0,
    }
}

type Completed<'t> = (Vec<(&'t Column, Filling)>, Vec<String>, usize);

/// The fillings of a table with something for each required column, the required columns for which there is nothing, and how many were
/// filled by something that only stands in.
fn complete<'t>(profile: &Profile, table: &'t Table, placed: &[(&'t Column, usize, f64)]) -> Completed<'t> {
    let mut used: BTreeSet<usize> = placed.iter().map(|(_, raw, _)| *raw).collect();
    let mut missing = Vec::new();
    let mut stand_ins = 0;
    let mut fillings: Vec<(&Column, Filling)> = Vec::new();
    for column in &table.columns {
        if let Some((_, raw, fits)) = placed.iter().find(|(placed, ..)| placed.name == column.name) {
            fillings.push((column, Filling::Column(*raw, *fits)));
        } else if column.required {
            match stand_in(profile, table, column, &used, placed) {
                Some(filling) => {
                    stand_ins += 1;
                    if let Filling::Column(raw, _) = &filling {
                        used.insert(*raw);
                    }
                    fillings.push((column, filling));
                }
                None => missing.push(column.name.clone()),
            }
        }
    }
    (fillings, missing, stand_ins)
}

fn stand_in(
    profile: &Profile,
    table: &Table,
    column: &Column,
    used: &BTreeSet<usize>,
    placed: &[(&Column, usize, f64)],
) -> Option<Filling> {
    let unused = || profile.columns.iter().enumerate().filter(|(index, raw)| !used.contains(index) && raw.filled > 0);
    let fullest = |fits: &dyn Fn(&RawColumn) -> bool| {
        let best = unused().filter(|(_, raw)| fits(raw)).max_by_key(|(index, raw)| (raw.filled, usize::MAX - index));
        best.map(|(index, _)| Filling::Column(index, 0.0))
    };
    let constant = |text: &str| Some(Filling::Constant(text.to_string()));
    match (column.kind, column.name.as_str()) {
        (Kind::Instant, _) => fullest(&RawColumn::is_time),
        (Kind::Boolean, _) => fullest(&|raw| raw.booleans >= 0.9),
        (Kind::Number, "scale_max") => {
            let score = profile.columns.iter().filter(|raw| raw.is_number() && !raw.is_time());
            let greatest = score.map(|raw| raw.greatest).fold(0.0, f64::max);
            constant([5.0, 10.0, 100.0].iter().find(|scale| greatest <= **scale)?.to_string().as_str())
        }
        (Kind::Number | Kind::Integer, _) => fullest(&|raw| raw.is_number() && !raw.is_time()),
        (Kind::Seconds | Kind::Share, _) => None,
        (Kind::Text, _) if table.key == [column.name.clone()] => key(profile, placed),
        (Kind::Text, _) if !column.values.is_empty() => constant(column.values.first()?),
        (Kind::Text, "from_id" | "to_id") => fullest(&RawColumn::is_reference).or_else(|| fullest(&|_| true)),
        (Kind::Text, "service") => constant("(all)"),
        (Kind::Text, "currency") => constant(currency(profile).unwrap_or(UNKNOWN)),
        (Kind::Text, _) => constant(UNKNOWN),
    }
}

/// A column that tells the records apart by its name and its values; else the columns that together do, of those that do not change in a
/// record's life: when it began, then words. Never an amount, nor what merely happens to differ in these records.
fn key(profile: &Profile, placed: &[(&Column, usize, f64)]) -> Option<Filling> {
    const CHANGING: [&str; 14] = [
        "status",
        "state",
        "title",
        "priority",
        "urgency",
        "severity",
        "assignee",
        "team",
        "outcome",
        "comment",
        "reason",
        "resolution_code",
        "cause",
        "impact",
    ];
    const BEGINNINGS: [&str; 8] = [
        "opened_at",
        "started_at",
        "at",
        "created_at",
        "requested_at",
        "detected_at",
        "scheduled_at",
        "planned_start_at",
    ];
    let taken = |index: usize| placed.iter().any(|(_, raw, _)| *raw == index);
    let whole = |raw: &RawColumn| raw.unique && raw.filled == profile.records && profile.records > 0;
    let named =
        |(index, raw): &(usize, &RawColumn)| whole(raw) && raw.is_reference() && !taken(*index) && !raw.is_time();
    if let Some((index, _)) = profile.columns.iter().enumerate().find(named) {
        return Some(Filling::Column(index, 0.0));
    }
    if profile.columns.len() == 1 {
        return Some(Filling::Column(0, 0.0));
    }
    let begins = BEGINNINGS.iter().filter_map(|name| placed.iter().find(|(column, ..)| column.name == *name)).take(1);
    let begins = begins.map(|(_, raw, _)| *raw);
    let is_word = |column: &Column, raw: usize| {
        let stays = !CHANGING.contains(&column.name.as_str());
        column.kind == Kind::Text && stays && profile.columns[raw].filled * 2 > profile.records
    };
    let words = placed.iter().filter(|(column, raw, _)| is_word(column, *raw)).map(|(_, raw, _)| *raw);
    let mut together: Vec<usize> = begins.chain(words).take(JOINED).collect();
    if together.is_empty() {
        let filled = profile.columns.iter().enumerate().filter(|(_, raw)| raw.filled > 0);
        together = filled.map(|(index, _)| index).take(JOINED).collect();
    }
    (!together.is_empty()).then_some(Filling::Join(together))
}
