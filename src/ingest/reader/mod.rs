//! Readers of file formats. A format is one file here and one line in `READERS`; all hand on records as text, in chunks.

pub mod chunk;
pub mod csv;
pub mod dialect;
pub mod json;
mod json_path;
mod json_scan;
mod json_shape;
mod split;

use std::io;

use self::chunk::Chunk;
use super::decode::Decoder;
use crate::declaration::mapping::{FileFormat, Mapping};

/// Decoded text that the choice of a reader looks at.
const SAMPLE: usize = 256 * 1024;

/// What a reader is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The columns that are wanted, for formats without a header; empty: all that the first records show.
    pub wanted: &'a [String],
    /// The columns of a file that has no header line.
    pub header: Option<&'a [String]>,
    /// The separator.
    pub separator: Option<u8>,
    /// Dotted path to the array of records.
    pub records: Option<&'a str>,
    /// The array whose elements make a row each.
    pub explode: Option<&'a str>,
    /// The family of formats, when it is declared.
    pub format: Option<FileFormat>,
}

impl<'a> Request<'a> {
    /// What a mapping says of the file, with the columns to read.
    #[must_use]
    pub fn of(mapping: &'a Mapping, wanted: &'a [String]) -> Self {
        Self {
            wanted,
            header: mapping.header.as_deref(),
            separator: mapping.separator,
            records: mapping.records.as_deref(),
            explode: mapping.explode.as_deref(),
            format: mapping.format,
        }
    }
}

/// Records of an open file.
pub trait Source {
    /// The names of its columns, unique whatever their case.
    fn names(&self) -> &[String];
    /// Adds records to the chunk until it is full; false at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool>;
    /// The text that it reads from.
    fn decoder(&self) -> &Decoder;
}

/// A format that files can have.
pub struct Reader {
    /// Its name for users.
    pub name: &'static str,
    /// Its family.
    pub family: FileFormat,
    /// Whether a file that starts with this text has the format; the text is the whole file when the flag says so.
    pub sniff: fn(&str, bool, &Request<'_>) -> bool,
    /// Starts reading.
    pub open: fn(Decoder, &Request<'_>) -> io::Result<Box<dyn Source>>,
}

/// The formats, the most particular first. The last one takes every file.
pub const READERS: &[Reader] = &[
    Reader {
        name: "json lines",
        family: FileFormat::Json,
        sniff: json_shape::is_lines,
        open: |decoder, request| Ok(Box::new(json::JsonSource::lines(decoder, request)?)),
    },
    Reader {
        name: "json",
        family: FileFormat::Json,
        sniff: json_shape::is_document,
        open: |decoder, request| Ok(Box::new(json::JsonSource::document(decoder, request)?)),
    },
    Reader {
        name: "csv",
        family: FileFormat::Csv,
        sniff: |_, _, _| true,
        open: |decoder, request| Ok(Box::new(csv::CsvSource::open(decoder, request)?)),
    },
];

/// Opens a file's records with the first reader that knows its format. Returns the format's name too.
///
/// # Errors
/// When the input cannot be read, or has no format of the family that is asked for.
pub fn open(mut decoder: Decoder, request: &Request<'_>) -> io::Result<(&'static str, Box<dyn Source>)> {
    while decoder.text().len() < SAMPLE && decoder.more()? {}
    let blank = decoder.text().len() - decoder.text().trim_start().len();
    let text = &decoder.text()[blank..];
    let fits = |reader: &&Reader| {
        request.format.is_none_or(|family| family == reader.family) && (reader.sniff)(text, decoder.ended(), request)
    };
    match READERS.iter().find(fits) {
        Some(reader) => Ok((reader.name, (reader.open)(decoder, request)?)),
        None if text.is_empty() => Ok(("empty", Box::new(csv::CsvSource::open(decoder, request)?))),
        None => Err(io::Error::new(io::ErrorKind::InvalidData, "expected JSON, found another format")),
    }
}
