//! How the columns of one file fill the columns of the canonical tables: worked out once for a file, from its names and a mapping.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::convert::Converter;
use super::expressions::{Expressions, TextColumn, names_in};
use super::file::ReadError;
use super::reader::chunk::Chunk;
use crate::declaration::mapping::{Feed, Field, Mapping, Origin, Repeated};
use crate::declaration::table::{Kind, Table};

/// Names of columns, found whatever their case and the blanks around them.
#[derive(Clone, Debug)]
pub struct Names {
    all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    /// These names, in their order.
    #[must_use]
    pub fn new(all: Vec<String>) -> Self {
        let mut places = HashMap::new();
        for (index, name) in all.iter().enumerate() {
            places.entry(name.trim().to_lowercase()).or_insert(index);
        }
        Self { all, places }
    }

    /// The place of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.places.get(&name.trim().to_lowercase()).copied()
    }

    /// The places of a name that a header repeats: of `Labels`, then of `Labels.2`, `Labels.3` and so on.
    #[must_use]
    pub fn repeats(&self, name: &str) -> Vec<usize> {
        let others = (2..).map_while(|count| self.find(&format!("{}.{count}", name.trim())));
        self.find(name).into_iter().chain(others).collect()
    }

    /// The names in their order.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.all
    }
}

/// The cells of a chunk as a mapping reads them: without blanks at their ends, its words for missing left out.
pub struct Cells<'a> {
    chunk: &'a Chunk,
    mapping: &'a Mapping,
}

impl<'a> Cells<'a> {
    /// The cells of a chunk.
    #[must_use]
    pub fn new(chunk: &'a Chunk, mapping: &'a Mapping) -> Self {
        Self { chunk, mapping }
    }

    /// One cell; `None` when it is missing.
    #[must_use]
    pub fn get(&self, index: usize, column: usize) -> Option<&'a str> {
        let text = self.chunk.cell(index, column).trim();
        let is = |word: &String| {
            word.len() == text.len()
                && (word.eq_ignore_ascii_case(text) || (!text.is_ascii() && *word == text.to_lowercase()))
        };
        (!text.is_empty() && !self.mapping.null.iter().any(is)).then_some(text)
    }

    /// A whole column; all missing when the file does not have it.
    #[must_use]
    pub fn column(&self, column: Option<usize>) -> Vec<Option<&'a str>> {
        match column {
            Some(column) => (0..self.chunk.len()).map(|index| self.get(index, column)).collect(),
            None => vec![None; self.chunk.len()],
        }
    }
}

/// How one canonical column is filled.
pub struct ColumnPlan {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// Whether a row whose value doesn't convert is rejected.
    pub strict: bool,
    /// The converter, by its place in the plan; `None` when the mapping does not fill the column.
    pub converter: Option<usize>,
}

/// How one canonical table is filled.
pub struct FeedPlan {
    /// The table.
    pub table: String,
    /// Its columns in the order of its declaration.
    pub columns: Vec<ColumnPlan>,
    /// SQL: the records that concern it.
    pub condition: Option<String>,
}

/// A converter with the place of its texts.
pub struct Filled {
    /// The converter.
    pub converter: Converter,
    /// What the column is called in findings.
    pub label: String,
    place: Place,
    /// The column whose durations are added.
    pub plus: Option<usize>,
}

/// Where the texts of a converter come from.
pub enum Place {
    /// A column of the file.
    Column(usize),
    /// The same text in all rows.
    Constant(String),
    /// An expression.
    Sql(String),
    /// The first of several columns that is filled.
    First(Vec<usize>),
    /// Several columns with a separator.
    Join(Vec<usize>, String),
}

/// How a file fills its tables.
pub struct Plan {
    /// The converters, each used by one or more columns.
    pub filled: Vec<Filled>,
    /// The tables.
    pub feeds: Vec<FeedPlan>,
    /// The column that orders the versions of a record.
    pub latest: Option<usize>,
}

impl Plan {
    /// Works out how a file of those columns fills the tables of some feeds of a mapping; `is_table` says that the columns are
    /// those of a header and not of nested records.
    ///
    /// # Errors
    /// When the mapping names a table that is not declared.
    pub fn new(
        mapping: &Mapping,
        pass: &[&Feed],
        names: &Names,
        is_table: bool,
        tables: &BTreeMap<String, Table>,
    ) -> Result<Self, ReadError> {
        let mut filled: Vec<Filled> = Vec::new();
        let mut feeds = Vec::new();
        for feed in pass {
            let table = tables.get(&feed.table).ok_or_else(|| ReadError::table(mapping, &feed.table))?;
            let mut columns = Vec::new();
            for column in &table.columns {
                let converter = feed.fields.get(&column.name).and_then(|field| {
                    let same = filled.iter().position(|filled| filled.converter.serves(field, column));
                    same.or_else(|| {
                        let (place, label, plus) = place(field, names, &column.name, is_table)?;
                        let converter = Converter::new(field, column, mapping.decimal);
                        filled.push(Filled { converter, label, place, plus });
                        Some(filled.len() - 1)
                    })
                });
                let (name, kind, required) = (column.name.clone(), column.kind, column.required);
                let strict = required || column.strict;
                columns.push(ColumnPlan { name, kind, required, strict, converter });
            }
            feeds.push(FeedPlan { table: feed.table.clone(), columns, condition: feed.condition.clone() });
        }
        let latest = mapping.latest.iter().find_map(|name| names.find(name));
        Ok(Self { filled, feeds, latest })
    }

    /// The columns of the file in which the order of day and month has to be decided.
    #[must_use]
    pub fn date_columns(&self) -> Vec<usize> {
        let needing = self.filled.iter().filter(|filled| filled.converter.needs_order());
        let mut columns: Vec<usize> = needing
            .flat_map(|filled| match &filled.place {
                Place::Column(column) => vec![*column],
                Place::First(columns) => columns.clone(),
                _ => Vec::new(),
            })
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// Where the texts of a field are in a file, what they are called in findings, and what is added to them. `None` when the file has
/// none of the columns.
fn place(field: &Field, names: &Names, column: &str, is_table: bool) -> Option<(Place, String, Option<usize>)> {
    let plus = match field.plus.as_slice() {
        [] => None,
        plus => Some(plus.iter().find_map(|name| names.find(name))?),
    };
    let find = |columns: &[String]| -> Vec<usize> { columns.iter().filter_map(|name| names.find(name)).collect() };
    let (place, label) = match &field.origin {
        Origin::Column(from, repeated) => {
            let fallback = || Some((Place::Constant(field.default.clone()?), column.to_string(), plus));
            let Some((found, name)) = from.iter().find_map(|name| Some((names.find(name)?, name))) else {
                return fallback();
            };
            // Records of JSON have no header: each names the column that it has.
            let others = find(from);
            if !is_table && others.len() > 1 {
                let label = names.all()[found].clone();
                return Some((Place::First(others), label, plus));
            }
            let mut repeats = names.repeats(name);
            let place = match repeated {
                _ if repeats.len() < 2 => Place::Column(found),
                Repeated::First => Place::Column(found),
                Repeated::Last => {
                    repeats.reverse();
                    Place::First(repeats)
                }
                Repeated::Join(separator) => Place::Join(repeats, separator.clone()),
            };
            (place, names.all()[found].clone())
        }
        Origin::First(columns) => {
            let found = find(columns);
            let label = found.iter().map(|place| names.all()[*place].as_str()).collect::<Vec<_>>().join(" or ");
            (!found.is_empty()).then_some((Place::First(found), label))?
        }
        Origin::Constant(text) => (Place::Constant(text.clone()), column.to_string()),
        Origin::Sql(sql) => (Place::Sql(sql.clone()), column.to_string()),
        Origin::Join { columns, separator } => {
            let found = find(columns);
            (!found.is_empty()).then_some((Place::Join(found, separator.clone()), columns.join(separator)))?
        }
    };
    Some((place, label, plus))
}

impl Filled {
    /// Where the texts come from, and what converts them.
    pub fn parts(&mut self) -> (&Place, &mut Converter) {
        (&self.place, &mut self.converter)
    }
}

impl Place {
    /// The texts of all rows.
    ///
    /// # Errors
    /// When an SQL expression cannot be evaluated.
    pub fn texts<'a>(
        &'a self,
        cells: &Cells<'a>,
        names: &Names,
        expressions: &dyn Expressions,
    ) -> Result<Vec<Option<Cow<'a, str>>>, ReadError> {
        let rows = cells.chunk.len();
        Ok(match self {
            Self::Column(column) => (0..rows).map(|index| cells.get(index, *column).map(Cow::Borrowed)).collect(),
            Self::Constant(text) => vec![Some(Cow::Borrowed(text.as_str())); rows],
            Self::First(columns) => (0..rows)
                .map(|index| columns.iter().find_map(|column| cells.get(index, *column)).map(Cow::Borrowed))
                .collect(),
            Self::Join(columns, separator) => (0..rows)
                .map(|index| {
                    let parts: Vec<&str> = columns.iter().filter_map(|column| cells.get(index, *column)).collect();
                    (!parts.is_empty()).then(|| Cow::Owned(parts.join(separator)))
                })
                .collect(),
            Self::Sql(sql) => {
                let written = names_in(sql);
                let columns: Vec<TextColumn<'_>> =
                    written.iter().map(|name| (&**name, cells.column(names.find(name)))).collect();
                let found = expressions
                    .text(sql, &columns)
                    .map_err(|message| ReadError::expression(cells.mapping, "columns", sql, &message))?;
                let trimmed = |text: String| {
                    let text = text.trim();
                    (!text.is_empty()).then(|| Cow::Owned(text.to_string()))
                };
                let mut texts: Vec<_> = found.into_iter().map(|text| text.and_then(trimmed)).collect();
                texts.resize(rows, None);
                texts
            }
        })
    }
}
