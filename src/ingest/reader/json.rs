//! JSON in its three shapes: an array of records, an object that wraps one, and JSON Lines. Columns are dotted paths. A record that
//! is broken is handed on as such and the rest is read.

use std::borrow::Cow;
use std::io;

use serde_json::Value;

use super::chunk::{Bad, Chunk};
use super::json_rows::{NAMED_BY, Rows};
use super::json_scan::{End, Start, array_at, first_array_of_objects, skip, value_end};
use super::json_shape::{WRAPPERS, is_page};
use super::{Mended, Request, Source};
use crate::ingest::decode::Decoder;

/// A record of more bytes is no record.
const RECORD_LIMIT: usize = 64 * 1024 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    Array,
}

/// A file of JSON records.
pub struct JsonSource {
    decoder: Decoder,
    shape: Shape,
    rows: Rows,
    row: u64,
    ended: bool,
}

impl JsonSource {
    /// Starts reading JSON Lines.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn lines(decoder: Decoder, request: &Request<'_>) -> io::Result<Self> {
        Self::start(decoder, Shape::Lines, request)
    }

    /// Starts reading an array of records, by itself or inside an object; an object without one is one record.
    ///
    /// # Errors
    /// When the input cannot be read, or the array that is asked for is not there.
    pub fn document(mut decoder: Decoder, request: &Request<'_>) -> io::Result<Self> {
        let first = skip(decoder.text().as_bytes(), 0, b"");
        if decoder.text().as_bytes().get(first) == Some(&b'[') {
            decoder.consume(first + 1);
            return Self::start(decoder, Shape::Array, request);
        }
        let path: Option<Vec<String>> = match request.records {
            Some(path) => Some(path.split('.').map(str::to_string).collect()),
            None => {
                let text = decoder.text().as_bytes();
                let is_empty = |key: &&&str| matches!(array_at(text, &[**key]), Start::At(at) if text.get(skip(text, at, b"")) == Some(&b']'));
                let empty = || WRAPPERS.iter().find(is_empty).map(|key| vec![(*key).to_string()]);
                first_array_of_objects(text).filter(|_| is_page(decoder.text(), request)).or_else(empty)
            }
        };
        let Some(path) = path else {
            return Self::start(decoder, Shape::Array, request);
        };
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        loop {
            match array_at(decoder.text().as_bytes(), &keys) {
                Start::At(offset) => {
                    decoder.consume(offset);
                    return Self::start(decoder, Shape::Array, request);
                }
                Start::Beyond if decoder.more()? => {}
                Start::Beyond | Start::Absent => {
                    let message = format!("expected an array of records at `{}`, found none", path.join("."));
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
            }
        }
    }

    fn start(decoder: Decoder, shape: Shape, request: &Request<'_>) -> io::Result<Self> {
        let mut first = Vec::new();
        let mut at = 0;
        while request.wanted.is_empty() && first.len() < NAMED_BY {
            let Piece::Record { start, end, next } = piece(shape, &decoder.text()[at..], decoder.ended()) else {
                break;
            };
            first.extend(serde_json::from_str::<Value>(&decoder.text()[at + start..at + end]));
            at += next;
        }
        let rows = Rows::new(request, first.iter().map(Cow::Borrowed));
        Ok(Self { decoder, shape, rows, row: 0, ended: false })
    }
}

enum Piece {
    Record {
        start: usize,
        end: usize,
        next: usize,
    },
    More,
    /// The file ends within a record that starts here.
    Cut(usize),
    End,
}

/// The record at the front of a text.
fn piece(shape: Shape, text: &str, ended: bool) -> Piece {
    let bytes = text.as_bytes();
    if shape == Shape::Lines {
        let start = skip(bytes, 0, b"");
        return match bytes[start..].iter().position(|byte| *byte == b'\n' || *byte == b'\r') {
            Some(length) => Piece::Record { start, end: start + length, next: start + length },
            None if !ended => Piece::More,
            None if start == bytes.len() => Piece::End,
            None => Piece::Record { start, end: bytes.len(), next: bytes.len() },
        };
    }
    let start = skip(bytes, 0, b",");
    match bytes.get(start) {
        None if ended => return Piece::End,
        None => return Piece::More,
        Some(b']') => return Piece::End,
        Some(_) => {}
    }
    match value_end(bytes, start) {
        End::At(end) => Piece::Record { start, end, next: end },
        End::Beyond if ended => Piece::Cut(start),
        End::Beyond => Piece::More,
    }
}

impl Source for JsonSource {
    fn names(&self) -> &[String] {
        &self.rows.names
    }

    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        while !chunk.is_full() && !self.ended {
            let text = self.decoder.text();
            match piece(self.shape, text, self.decoder.ended()) {
                Piece::Record { start, end, next } => {
                    self.row += 1;
                    let raw = &text[start..end];
                    match serde_json::from_str::<Value>(raw) {
                        Ok(record @ Value::Object(_)) => self.rows.add(chunk, &record, raw, self.row),
                        other => {
                            let reason = match other {
                                Ok(_) => "expected a JSON object, found another value".to_string(),
                                Err(error) => format!("expected a JSON object, but {error}"),
                            };
                            chunk.bad.push(Bad { row: self.row, reason, raw: raw.to_string() });
                        }
                    }
                    self.decoder.consume(next);
                }
                Piece::More => {
                    if text.len() > RECORD_LIMIT {
                        let message = format!("record {}: expected its end, found more than 64 MiB", self.row + 1);
                        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                    }
                    self.decoder.more()?;
                }
                Piece::Cut(start) => {
                    self.row += 1;
                    let reason = "the file ends within this record".to_string();
                    chunk.bad.push(Bad { row: self.row, reason, raw: text[start..].to_string() });
                    self.ended = true;
                }
                Piece::End => self.ended = true,
            }
        }
        Ok(!self.ended)
    }

    fn mended(&self) -> Mended {
        self.decoder.mended()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::ingest::open::decode;
    use crate::ingest::reader::open_text;

    fn read(text: &str) -> (&'static str, Vec<String>, Vec<String>, Vec<u64>) {
        let (decoder, _) = decode(Cursor::new(text.as_bytes().to_vec())).unwrap();
        let (format, mut source) = open_text(decoder, &Request::default()).unwrap();
        let names = source.names().to_vec();
        let mut chunk = Chunk::new(names.len());
        while source.read(&mut chunk).unwrap() {}
        let cells = (0..chunk.len()).flat_map(|row| (0..names.len()).map(move |column| (row, column)));
        let cells = cells.map(|(row, column)| chunk.cell(row, column).to_string()).collect();
        (format, names, cells, chunk.bad.iter().map(|bad| bad.row).collect())
    }

    #[test]
    fn a_broken_line_is_refused_and_the_rest_is_read() {
        let (format, names, cells, bad) = read("{\"a\":1}\n{\"a\":\n\n[1]\n{\"a\":\"x\",\"b\":2}");
        assert_eq!(format, "json lines");
        assert_eq!(names, ["a", "b"]);
        assert_eq!(cells, ["1", "", "x", "2"]);
        assert_eq!(bad, [2, 3]);
    }

    #[test]
    fn every_shape_of_a_document_gives_its_records() {
        for text in [
            r#"[{"a":1},{"a":2}]"#,
            "[\n  {\n \"a\": 1},\n {\"a\": 2}\n]\n",
            r#"{"result":[{"a":1},{"a":2}]}"#,
            r#"{"next":null,"tickets_page":[{"a":1},{"a":2}]}"#,
            r#"{"data":{"rows":[{"a":1},{"a":2}]}}"#,
            "{\"n\": 2,\n \"page\": {\"rows\": [{\"a\":1},{\"a\":2}]}}",
        ] {
            let (format, names, cells, bad) = read(text);
            assert_eq!((format, names.len(), bad.len()), ("json", 1, 0), "{text}");
            assert_eq!(cells, ["1", "2"], "{text}");
        }
        let (format, _, cells, _) = read("{\n \"a\": 1\n}");
        assert_eq!((format, cells), ("json", vec!["1".to_string()]));
        let (format, _, cells, _) = read(r#"{"id":1,"list":[{"b":2}]}"#);
        assert_eq!((format, cells[0].as_str()), ("json lines", "1"));
    }
}
