//! A first mapping for a file that none fits: names are matched by the aliases of the canonical tables, types, words, units and the
//! style of numbers are read off the values. It is a draft: what was guessed is said in it.

mod names;
mod place;
mod profile;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::recognise::Peek;
use crate::declaration::mapping::Mapping;
use crate::declaration::table::Table;
use place::Placement;
use profile::Profile;

/// Characters that the name of a column may have.
const LONGEST: usize = 120;

/// A mapping that was drafted for a file.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The mapping, ready to use.
    pub mapping: Mapping,
    /// Its TOML.
    pub text: String,
    /// The columns of the file that found a place.
    pub placed: Vec<String>,
    /// The columns that found none.
    pub unplaced: Vec<String>,
    /// How well the names of the placed columns fit, 0 to 1.
    pub confidence: f64,
}

/// Why no mapping can be drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDraft {
    /// The file has no columns.
    Empty,
    /// It has no records, which a draft is made from.
    NoRecords,
    /// Its first line is no header: what stands there instead of a name.
    NoNames(String),
    /// No table can be filled: the nearest one and the columns that it would need.
    Unfillable(String, Vec<String>),
}

impl fmt::Display for NoDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file has no columns"),
            Self::NoRecords => f.write_str("no mapping can be drafted without a record"),
            Self::NoNames(text) => write!(f, "no mapping can be drafted: {text:?} is no name of a column"),
            Self::Unfillable(table, columns) => {
                write!(f, "nothing in the file can fill {} of table `{table}`, the nearest one", columns.join(", "))
            }
        }
    }
}

impl std::error::Error for NoDraft {}

/// Drafts a mapping with the id `id` for a file that starts like `peeked`; `file` is its name, which may say what it holds.
///
/// # Errors
/// When no canonical table can be filled from it.
pub fn draft(id: &str, file: &str, peeked: &Peek, tables: &BTreeMap<String, Table>) -> Result<Draft, NoDraft> {
    let profile = Profile::of(peeked);
    if profile.columns.is_empty() {
        return Err(NoDraft::Empty);
    }
    if profile.records == 0 {
        return Err(NoDraft::NoRecords);
    }
    let is_name = |name: &str| {
        let strange = name.chars().filter(|c| (c.is_control() && !c.is_whitespace()) || *c == '\u{fffd}').count();
        strange == 0 && name.chars().count() <= LONGEST && !name.starts_with('<')
    };
    if let Some(strange) = peeked.names.iter().find(|name| !is_name(name.trim())) {
        return Err(NoDraft::NoNames(strange.chars().take(20).collect()));
    }
    let placement = place::place(&profile, file, tables)?;
    let text = write::toml(file, peeked, &profile, &placement);
    // The text names columns of the table and formats of ours only, so a refusal would be a defect of the draft itself.
    let path = format!("queries/sources/{id}.toml");
    let mapping = Mapping::parse(id, &path, &text, tables).map_err(|issues| {
        let reasons = issues.iter().map(|issue| issue.message.clone()).collect();
        NoDraft::Unfillable(placement.table.name.clone(), reasons)
    })?;
    let columns: BTreeSet<usize> = placement.raw_columns().collect();
    let placed: Vec<String> = columns.into_iter().map(|column| profile.columns[column].name.clone()).collect();
    let unplaced =
        profile.columns.iter().map(|column| column.name.clone()).filter(|name| !placed.contains(name)).collect();
    Ok(Draft { mapping, text, placed, unplaced, confidence: placement.confidence() })
}

/// What fills a canonical column in a draft.
#[derive(Clone, Debug, PartialEq)]
enum Filling {
    /// A column of the file, and how well its name fits.
    Column(usize, f64),
    /// Several columns together.
    Join(Vec<usize>),
    /// A text that stands in for what the file does not say.
    Constant(String),
}

impl Placement<'_> {
    fn raw_columns(&self) -> impl Iterator<Item = usize> {
        self.fillings.iter().flat_map(|(_, filling)| match filling {
            Filling::Column(column, _) => vec![*column],
            Filling::Join(columns) => columns.clone(),
            Filling::Constant(_) => Vec::new(),
        })
    }

    /// The mean fit of the columns; what stands in for a required one counts as no fit.
    fn confidence(&self) -> f64 {
        let fits: Vec<f64> = self
            .fillings
            .iter()
            .map(|(_, filling)| if let Filling::Column(_, fit) = filling { *fit } else { 0.0 })
            .collect();
        if fits.is_empty() { 0.0 } else { fits.iter().sum::<f64>() / fits.len() as f64 }
    }
}
