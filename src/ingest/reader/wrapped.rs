//! Raw tables of collectors: separated text whose column `data`, or one of that kind, holds a record of an API as JSON in each row. The
//! records are read as if the file held nothing else; JSON in the other columns is reachable under their names.

use std::borrow::Cow;
use std::io;

use serde_json::Value;

use super::chunk::{Bad, Chunk};
use super::csv::CsvSource;
use super::dialect::{sniff_separator, unique_names};
use super::json_rows::Rows;
use super::split::{Cells, Split, split};
use super::{Mended, Request, Source};
use crate::ingest::decode::Decoder;

/// Names that collectors give to the column.
const COLUMNS: [&str; 7] = ["data", "_airbyte_data", "record", "payload", "raw", "json", "body"];

/// Whether a text starts with a header that names such a column, and a first row that has an object in it.
pub fn is_wrapped(sample: &str, _whole: bool, request: &Request<'_>) -> bool {
    let header = sample.lines().next().unwrap_or_default().to_lowercase();
    if request.header.is_some() || !COLUMNS.iter().any(|column| header.contains(column)) {
        return false;
    }
    let separator = request.separator.unwrap_or_else(|| sniff_separator(sample));
    let mut cells = Cells::default();
    let Split::Record { used, .. } = split(sample, separator, true, sample.len(), &mut cells) else { return false };
    let Some(column) = wrapping(&unique_names(cells.iter())) else { return false };
    let Split::Record { .. } = split(&sample[used..], separator, true, sample.len(), &mut cells) else { return false };
    cells.iter().nth(column).is_some_and(|cell| object(cell).is_ok())
}

fn wrapping(names: &[String]) -> Option<usize> {
    COLUMNS.iter().find_map(|column| names.iter().position(|name| name.eq_ignore_ascii_case(column)))
}

fn object(text: &str) -> Result<Value, String> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("expected a JSON object, found another value".to_string()),
        Err(error) => Err(format!("expected a JSON object, but {error}")),
    }
}

/// A file of separated text with a record as JSON in each row.
pub struct WrappedSource {
    table: CsvSource,
    column: usize,
    rows: Rows,
    pending: Chunk,
    next: usize,
    more: bool,
}

impl WrappedSource {
    /// Starts reading.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn open(decoder: Decoder, request: &Request<'_>) -> io::Result<Self> {
        let mut table = CsvSource::open(decoder, request)?;
        let column = wrapping(table.names()).unwrap_or(0);
        let mut pending = Chunk::new(table.names().len());
        let more = table.read(&mut pending)?;
        let records = (0..pending.len()).filter_map(|row| record(&pending, row, column, table.names()).ok());
        let rows = Rows::new(request, records.map(Cow::Owned));
        Ok(Self { table, column, rows, pending, next: 0, more })
    }
}

fn record(table: &Chunk, row: usize, column: usize, names: &[String]) -> Result<Value, String> {
    let mut record = object(table.cell(row, column))?;
    if let Value::Object(record) = &mut record {
        for (index, name) in names.iter().enumerate().filter(|(index, _)| *index != column) {
            if let Ok(value) = object(table.cell(row, index)) {
                record.entry(name.clone()).or_insert(value);
            }
        }
    }
    Ok(record)
}

impl Source for WrappedSource {
    fn names(&self) -> &[String] {
        &self.rows.names
    }

    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        while !chunk.is_full() {
            if self.next == self.pending.len() {
                chunk.bad.append(&mut self.pending.bad);
                chunk.blank += self.pending.blank;
                if !self.more {
                    self.pending.clear();
                    self.next = 0;
                    return Ok(false);
                }
                self.pending.clear();
                self.next = 0;
                self.more = self.table.read(&mut self.pending)?;
                continue;
            }
            let (row, raw) = (self.pending.row(self.next), self.pending.cell(self.next, self.column));
            match record(&self.pending, self.next, self.column, self.table.names()) {
                Ok(record) => self.rows.add(chunk, &record, raw, row),
                Err(reason) => chunk.bad.push(Bad { row, reason, raw: raw.to_string() }),
            }
            self.next += 1;
        }
        Ok(true)
    }

    fn mended(&self) -> Mended {
        self.table.mended()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::open_text;
    use super::*;
    use crate::ingest::open::decode;

    #[test]
    fn rows_with_a_record_each_are_read_as_those_records() {
        let text = "\u{feff}\"id\",\"data\",\"input\"\n1,\"{\"\"key\"\": \"\"A\"\", \"\"n\"\": {\"\"x\"\": 1}}\",\"{\"\"issue\"\": 5}\"\n2,broken,null\n3,\"{\"\"key\"\": \"\"B\"\"}\",null\n";
        let (decoder, _) = decode(Cursor::new(text.as_bytes().to_vec())).unwrap();
        let (format, mut source) = open_text(decoder, &Request::default()).unwrap();
        assert_eq!(format, "json in csv");
        assert_eq!(source.names(), ["key", "n.x", "input.issue"]);
        let mut chunk = Chunk::new(3);
        assert!(!source.read(&mut chunk).unwrap());
        let cells: Vec<&str> =
            (0..2).flat_map(|row| [chunk.cell(row, 0), chunk.cell(row, 1), chunk.cell(row, 2)]).collect();
        assert_eq!(cells, ["A", "1", "5", "B", "", ""]);
        assert_eq!((chunk.row(1), chunk.bad[0].row), (4, 3));
    }

    #[test]
    fn a_table_that_merely_has_such_a_column_is_a_table() {
        for text in ["id,data\n1,word\n", "id,metadata\n1,\"{}\"\n", "data\n"] {
            assert!(!is_wrapped(text, true, &Request::default()), "{text}");
        }
    }
}
