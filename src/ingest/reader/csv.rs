//! Separated text: header, rows of unequal length, quotes that never close, a last line that is cut off. A quote left open costs the
//! one line in which it opens, never the rest of the file.

use std::io;

use super::chunk::{Bad, Chunk};
use super::dialect::{lay_out, sniff_separator, unique_names};
use super::split::{Cells, Split, line_end, split};
use super::{Mended, Request, Source};
use crate::ingest::decode::Decoder;

/// A quoted cell of more bytes is taken for one whose quote is never closed.
const QUOTED_LIMIT: usize = 1024 * 1024;
/// A record of more bytes is no record.
const RECORD_LIMIT: usize = 16 * 1024 * 1024;

/// A file of separated text.
pub struct CsvSource {
    decoder: Decoder,
    separator: u8,
    names: Vec<String>,
    line: u64,
    /// Rows above the header that hold something, until they are told.
    above: u64,
    cells: Cells,
}

impl CsvSource {
    /// Starts reading: finds the separator and the names of the columns.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn open(mut decoder: Decoder, request: &Request<'_>) -> io::Result<Self> {
        let mut line = 1;
        let mut separator = request.separator;
        let declared = separator_line(decoder.text());
        if let Some((byte, used)) = declared {
            decoder.consume(used);
            line += 1;
            separator = separator.or(Some(byte));
        }
        let (separator, above) = match request.header {
            Some(_) => (separator.unwrap_or_else(|| sniff_separator(decoder.text())), None),
            None => {
                let layout = lay_out(decoder.text(), separator);
                (layout.separator, layout.above)
            }
        };
        let mut source = Self { decoder, separator, names: Vec::new(), line, above: 0, cells: Cells::default() };
        match request.header {
            Some(header) => source.names = header.to_vec(),
            None => source.read_header(above)?,
        }
        Ok(source)
    }

    /// Reads the names of the columns, below so many rows that are not blank. `None`: all rows are blank.
    fn read_header(&mut self, above: Option<usize>) -> io::Result<()> {
        let mut left = above.unwrap_or_default();
        self.above = left as u64;
        loop {
            match self.next()? {
                Some(Next::Whole { .. }) => {
                    let is_blank = self.cells.iter().all(|cell| cell.trim().is_empty());
                    if above.is_none() || (!is_blank && left == 0) {
                        self.names = unique_names(self.cells.iter());
                        return Ok(());
                    }
                    left -= usize::from(!is_blank);
                }
                Some(Next::Bad(bad)) => {
                    let message = format!("line {}: expected a header, but {}", bad.row, bad.reason);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                None => return Ok(()),
            }
        }
    }

    /// The separator of its cells.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// Reads the next record that is not an empty line into `cells`: its first line, and whether it is whole; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Next>> {
        loop {
            if let Some(length) = line_end(self.decoder.text().as_bytes(), 0, self.decoder.ended())
                && length > 0
            {
                self.decoder.consume(length);
                self.line += 1;
                continue;
            }
            if self.decoder.text().is_empty() {
                if self.decoder.more()? {
                    continue;
                }
                return Ok(None);
            }
            let text = self.decoder.text();
            let found = split(text, self.separator, self.decoder.ended(), QUOTED_LIMIT, &mut self.cells);
            let row = self.line;
            match found {
                Split::Record { used, lines, terminated, after_quote } => {
                    let spills = lines > 1 && (after_quote || self.has_surplus());
                    if spills {
                        let raw = self.take_line();
                        let reason = "a quote opens and is not closed on this line".to_string();
                        return Ok(Some(Next::Bad(Bad { row, reason, raw })));
                    }
                    self.decoder.consume(used);
                    self.line += lines;
                    return Ok(Some(Next::Whole { row, terminated }));
                }
                Split::More => {
                    if text.len() > RECORD_LIMIT {
                        let message =
                            format!("line {row}: expected a record, found more than 16 MiB without a line end");
                        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                    }
                    self.decoder.more()?;
                }
                Split::Unclosed(cell) => {
                    let raw = self.take_line();
                    let reason = format!("the quote that opens in cell {} is never closed", cell + 1);
                    return Ok(Some(Next::Bad(Bad { row, reason, raw })));
                }
            }
        }
    }

    fn has_surplus(&self) -> bool {
        !self.names.is_empty() && self.cells.iter().skip(self.names.len()).any(|cell| !cell.trim().is_empty())
    }

    fn take_line(&mut self) -> String {
        let text = self.decoder.text();
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        let raw = text[..length].to_string();
        let end = line_end(text.as_bytes(), length, true).unwrap_or(0);
        self.decoder.consume(length + end);
        self.line += 1;
        raw
    }

    fn add(&mut self, chunk: &mut Chunk, row: u64, terminated: bool) {
        let (count, columns) = (self.cells.len(), self.names.len());
        if self.cells.iter().all(|cell| cell.trim().is_empty()) {
            chunk.blank += 1;
            return;
        }
        let reason = if self.has_surplus() {
            format!("expected {columns} cells, found {count}")
        } else if count < columns && !terminated {
            format!("the file ends within this line: expected {columns} cells, found {count}")
        } else {
            for cell in self.cells.iter().take(columns) {
                chunk.push_cell(cell);
            }
            chunk.end_row(row);
            if count < columns {
                chunk.short.push((row, count));
            }
            return;
        };
        let cells: Vec<&str> = self.cells.iter().collect();
        let raw = cells.join(&char::from(self.separator).to_string());
        chunk.bad.push(Bad { row, reason, raw });
    }
}

enum Next {
    Whole { row: u64, terminated: bool },
    Bad(Bad),
}

impl Source for CsvSource {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        chunk.above += std::mem::take(&mut self.above);
        while !chunk.is_full() {
            match self.next()? {
                None => return Ok(false),
                Some(Next::Whole { row, terminated }) => self.add(chunk, row, terminated),
                Some(Next::Bad(bad)) => chunk.bad.push(bad),
            }
        }
        Ok(true)
    }

    fn mended(&self) -> Mended {
        self.decoder.mended()
    }
}

/// Excel's first line `sep=;`: the separator and the bytes that the line takes.
fn separator_line(text: &str) -> Option<(u8, usize)> {
    let bytes = text.as_bytes();
    let separator = *bytes.get(4).filter(|byte| byte.is_ascii())?;
    let named = bytes.get(..4)?.eq_ignore_ascii_case(b"sep=");
    let end = line_end(bytes, 5, true)?;
    (named && end > 0).then_some((separator, 5 + end))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::ingest::open::decode;

    type Row = (u64, Vec<String>);

    /// Names, rows with their place, and places of what was refused.
    fn read(text: &str) -> (Vec<String>, Vec<Row>, Vec<u64>, Chunk) {
        let (mut decoder, _) = decode(Cursor::new(text.as_bytes().to_vec())).unwrap();
        while decoder.more().unwrap() {}
        let mut source = CsvSource::open(decoder, &Request::default()).unwrap();
        let names = source.names().to_vec();
        let mut chunk = Chunk::new(names.len());
        while source.read(&mut chunk).unwrap() {}
        let cells = |row| (0..names.len()).map(|column| chunk.cell(row, column).to_string()).collect();
        let rows = (0..chunk.len()).map(|row| (chunk.row(row), cells(row))).collect();
        let bad = chunk.bad.iter().map(|bad| bad.row).collect();
        (names, rows, bad, chunk)
    }

    fn rows_of(rows: &[Row]) -> Vec<u64> {
        rows.iter().map(|(row, _)| *row).collect()
    }

    #[test]
    fn rows_are_counted_in_lines_of_the_text() {
        let (_, rows, _, chunk) = read("\na,b\r\n1,\"x\r\ny\"\r\n\r\n2,z\r\n,\r\n3,z");
        assert_eq!(rows_of(&rows), [3, 6, 8]);
        assert_eq!(rows[0].1, ["1", "x\r\ny"]);
        assert_eq!(chunk.blank, 1);
    }

    #[test]
    fn an_open_quote_costs_its_line_only() {
        let (_, rows, bad, chunk) = read("a,b\n1,\"x\n2,y\n3,z\n");
        assert_eq!((rows_of(&rows), bad), (vec![3, 4], vec![2]));
        assert_eq!(chunk.bad[0].raw, "1,\"x");
        let (_, rows, bad, _) = read("a,b\n1,\"x\n2,\"y\"\n3,z\n");
        assert_eq!((rows_of(&rows), bad), (vec![3, 4], vec![2]));
    }

    #[test]
    fn an_open_quote_in_a_long_file_costs_its_line_only() {
        let line = format!("7,{}\n", "some words that fill the line ".repeat(10));
        let count = 3 * QUOTED_LIMIT / line.len();
        let (_, rows, bad, _) = read(&format!("a,b\n1,\"x\n{}", line.repeat(count)));
        assert_eq!((rows.len(), bad), (count, vec![2]));
    }

    #[test]
    fn rows_of_another_length_are_filled_or_refused() {
        let (_, rows, bad, chunk) = read("a,b,c\n1\n1,2,3,,\n1,2,3,4\n1,2,3\n1,2");
        assert_eq!(rows_of(&rows), [2, 3, 5]);
        assert_eq!(bad, [4, 6]);
        assert_eq!(chunk.short, [(2, 1)]);
        assert_eq!(chunk.bad[1].reason, "the file ends within this line: expected 3 cells, found 2");
    }

    #[test]
    fn rows_above_the_header_are_passed_over_and_counted() {
        let text = "Open tickets\n\"for\nAnn\"\n\nid,opened,state\n1,2026-01-02,new\n,,\n2,2026-01-03,new\n";
        let (names, rows, bad, chunk) = read(text);
        assert_eq!(names, ["id", "opened", "state"]);
        assert_eq!((rows_of(&rows), bad), (vec![6, 8], vec![]));
        assert_eq!((chunk.above, chunk.blank), (2, 1));
        let (names, rows, ..) = read(",,\nid,opened,state\n1,2026-01-02,new\n");
        assert_eq!((names[0].as_str(), rows_of(&rows)), ("id", vec![3]));
    }

    #[test]
    fn headers_are_made_usable_and_excel_may_name_the_separator() {
        let (names, rows, _, _) = read("sep=;\nLabels;;Labels\n1;2;3\n");
        assert_eq!(names, ["Labels", "column_2", "Labels.2"]);
        assert_eq!(rows, [(3, vec!["1".to_string(), "2".to_string(), "3".to_string()])]);
    }
}
