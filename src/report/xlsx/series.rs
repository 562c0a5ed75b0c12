//! The sheets that charts and small trends draw from: columns of a chart beside each other, a row for each small trend.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, XlsxError};

use super::number::Shown;
use super::sheet::Sheet;
use super::style;
use crate::report::document::Spark;

/// A column of a chart's data.
pub(super) enum Column {
    /// Names of the places.
    Words(String, Vec<String>),
    /// Values in a number format.
    Numbers(String, Vec<Option<f64>>, String),
}

/// Where a chart's columns stand.
pub(super) struct Place<'a> {
    sheet: &'a str,
    head: u32,
    first: u16,
    rows: u32,
}

/// A range of cells, as charts name it.
pub(super) type Range<'a> = (&'a str, u32, u16, u32, u16);

impl Place<'_> {
    /// The values of a column.
    pub(super) fn values(&self, column: u16) -> Range<'_> {
        let column = self.first + column;
        (self.sheet, self.head + 1, column, self.head + self.rows.max(1), column)
    }

    /// The last cell of a column.
    pub(super) fn last(&self, column: u16) -> (&str, u32, u16) {
        (self.sheet, self.head + self.rows.max(1), self.first + column)
    }

    /// The heading of a column.
    pub(super) fn name(&self, column: u16) -> (&str, u32, u16) {
        (self.sheet, self.head, self.first + column)
    }
}

/// The two sheets.
pub(super) struct Series<'d> {
    words: &'d BTreeMap<&'static str, String>,
    charts: Sheet,
    charts_name: String,
    next: u16,
    sparks: Sheet,
    sparks_name: String,
}

impl<'d> Series<'d> {
    /// Empty sheets of these names; `words` are the document's own for what charts add.
    pub(super) fn new(
        charts: String,
        sparks: String,
        words: &'d BTreeMap<&'static str, String>,
    ) -> Result<Self, XlsxError> {
        Ok(Series {
            words,
            charts: Sheet::new(&charts)?,
            charts_name: charts,
            next: 0,
            sparks: Sheet::new(&sparks)?,
            sparks_name: sparks,
        })
    }

    /// A word in the document's language.
    pub(super) fn word(&self, key: &str) -> String {
        self.words.get(key).map_or_else(|| key.to_owned(), Clone::clone)
    }

    /// Writes a chart's data and says where it stands.
    pub(super) fn put(&mut self, title: &str, columns: &[Column]) -> Result<Place<'_>, XlsxError> {
        let (head, first) = (1, self.next);
        self.charts.words((0, first), title, &style::caption())?;
        let mut rows = 0;
        for (column, at) in columns.iter().zip(first..) {
            let name = match column {
                Column::Words(name, _) | Column::Numbers(name, ..) => name,
            };
            let right = matches!(column, Column::Numbers(..));
            self.charts.words((head, at), name, &style::head(right))?;
            self.charts.at_least(at, 12.0);
            match column {
                Column::Words(_, words) => {
                    rows = rows.max(words.len());
                    for (text, row) in words.iter().zip(head + 1..) {
                        self.charts.words((row, at), text, &style::text())?;
                    }
                }
                Column::Numbers(_, values, format) => {
                    rows = rows.max(values.len());
                    for (value, row) in values.iter().zip(head + 1..) {
                        if let Some(value) = value.filter(|value| value.is_finite()) {
                            let shown = Shown { value, format: format.clone() };
                            self.charts.number((row, at), &shown, &style::text())?;
                        }
                    }
                }
            }
        }
        self.next = first + columns.len() as u16 + 1;
        Ok(Place { sheet: &self.charts_name, head, first, rows: rows as u32 })
    }

    /// Writes a small trend and says where its values stand.
    pub(super) fn spark(&mut self, name: &str, spark: &Spark) -> Result<Range<'_>, XlsxError> {
        let row = self.sparks.row;
        self.sparks.row += 1;
        self.sparks.words((row, 0), name, &style::text())?;
        self.sparks.at_least(0, 30.0);
        let last = spark.points.len().clamp(1, 16_000) as u16;
        for (value, column) in spark.points.iter().zip(1..=last) {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                self.sparks.sheet.write_number_with_format(row, column, value, &Format::new())?;
            }
        }
        Ok((&self.sparks_name, row, 1, row, last))
    }

    /// The sheets that hold anything.
    pub(super) fn finish(self) -> Vec<Sheet> {
        let mut found = Vec::new();
        if self.next > 0 {
            found.push(self.charts);
        }
        if self.sparks.row > 0 {
            found.push(self.sparks);
        }
        found
    }
}
