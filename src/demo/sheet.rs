//! Writing exports: CSV rows that are counted, and the dirty rows that are planted among them on purpose.
//! A dirty row is always an extra, damaged copy that stands before the good row, so that nothing true is lost and what
//! a loader must find is known.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is wrong with a planted row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Damage {
    /// An instant that no calendar has.
    Date,
    /// The key is missing.
    Key,
    /// A word of a list of values that nobody mapped.
    Word,
    /// Fewer fields than columns (in JSON: the line ends too early).
    Ragged,
    /// The same row a second time.
    Duplicate,
}

impl Damage {
    /// The name under which the summary counts it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Damage::Date => "unparsable_date",
            Damage::Key => "missing_number",
            Damage::Word => "unknown_value",
            Damage::Ragged => "ragged_row",
            Damage::Duplicate => "duplicate_row",
        }
    }
}

/// All kinds.
pub(super) const DAMAGES: [Damage; 5] = [Damage::Date, Damage::Key, Damage::Word, Damage::Ragged, Damage::Duplicate];

/// Where a row's key, first required or best known instant, and listed value stand, for damaging them.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) key: usize,
    pub(super) date: usize,
    pub(super) word: Option<usize>,
}

/// An export being written.
pub(super) struct Sheet<W> {
    out: W,
    line: Vec<u8>,
    /// Records written, dirty ones included, the header not.
    pub(super) records: u64,
    /// Dirty records by kind.
    pub(super) dirty: BTreeMap<String, u64>,
}

impl<W: Write> Sheet<W> {
    /// Writes to `out`, which should be buffered.
    pub(super) fn new(out: W) -> Self {
        Sheet { out, line: Vec::with_capacity(1 << 10), records: 0, dirty: BTreeMap::new() }
    }

    /// The line of column names.
    pub(super) fn header(&mut self, names: &str) -> io::Result<()> {
        self.out.write_all(names.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// One row; fields are quoted where they must be.
    pub(super) fn row(&mut self, fields: &[&str]) -> io::Result<()> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        for (position, text) in fields.iter().enumerate() {
            if position > 0 {
                line.push(b',');
            }
            push_field(&mut line, text);
        }
        line.push(b'\n');
        let result = self.raw(&line);
        self.line = line;
        result
    }

    /// A finished record with its line end.
    pub(super) fn raw(&mut self, line: &[u8]) -> io::Result<()> {
        self.records += 1;
        self.out.write_all(line)
    }

    /// Counts the record that comes next, or came last, as dirty.
    pub(super) fn count_dirty(&mut self, damage: Damage) {
        *self.dirty.entry(damage.name().to_owned()).or_default() += 1;
    }

    /// A damaged copy of a row.
    pub(super) fn damaged_row(&mut self, fields: &[&str], columns: Columns, damage: Damage) -> io::Result<()> {
        let mut copy = fields.to_vec();
        match damage {
            Damage::Date => copy[columns.date] = "31/02/2026 late",
            Damage::Key => copy[columns.key] = "",
            Damage::Word => match columns.word {
                Some(word) => copy[word] = "to be decided",
                None => return Ok(()),
            },
            Damage::Ragged => copy.truncate(columns.date + 1),
            Damage::Duplicate => {}
        }
        self.count_dirty(damage);
        self.row(&copy)
    }

    /// Ends the export: gives back what it was written to, flushed.
    pub(super) fn finish(mut self) -> io::Result<(W, u64, BTreeMap<String, u64>)> {
        self.out.flush()?;
        Ok((self.out, self.records, self.dirty))
    }
}

/// The kinds to plant before row `position` of `rows`: each kind once, spread over the file.
pub(super) fn planted_at(position: usize, rows: usize) -> impl Iterator<Item = Damage> {
    let count = DAMAGES.len() + 1;
    DAMAGES
        .into_iter()
        .enumerate()
        .filter(move |(number, _)| rows * (number + 1) / count == position)
        .map(|(_, damage)| damage)
}

/// Appends a CSV field, in quotes where it holds a comma, a quote or a line end.
pub(super) fn push_field(line: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        line.push(b'"');
        line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_is_read_back() {
        let mut sheet = Sheet::new(Vec::new());
        sheet.header("a,b").unwrap();
        sheet.row(&["x, \"y\"", "line\nend"]).unwrap();
        let (bytes, records, _) = sheet.finish().unwrap();
        assert_eq!(records, 1);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!((&row[0], &row[1]), ("x, \"y\"", "line\nend"));
    }

    #[test]
    fn each_kind_is_planted_once() {
        for rows in [1, 2, 7, 100] {
            let planted: Vec<Damage> = (0..rows).flat_map(|position| planted_at(position, rows)).collect();
            assert_eq!(planted, DAMAGES, "{rows}");
        }
    }
}
