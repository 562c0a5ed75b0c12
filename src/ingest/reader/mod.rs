//! Readers of file formats. A format is one file here and one line in `READERS`; all hand on records as text, in chunks.

mod background;
mod biff;
mod book;
mod cell_text;
pub mod chunk;
mod column_text;
mod compound;
pub mod csv;
pub mod dialect;
pub mod header;
pub mod json;
mod json_path;
mod json_rows;
mod json_scan;
mod json_shape;
pub mod parquet;
pub mod raw;
mod sheet_rows;
mod split;
pub mod workbook;
mod wrapped;

#[cfg(test)]
mod five_formats;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use self::chunk::Chunk;
use self::raw::Raw;
use super::decode::Decoder;
use super::open::{Compression, Progress, decode, decompress};
use crate::declaration::mapping::{FileFormat, Mapping};

/// Decoded text that the choice of a reader looks at.
const SAMPLE: usize = 256 * 1024;
/// Bytes that tell a binary format.
const MAGIC: usize = 8;

/// What a reader is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The columns that are wanted, for formats without a header; empty: all that the first records show.
    pub wanted: &'a [String],
    /// The columns of a file that has no header line.
    pub header: Option<&'a [String]>,
    /// The separator.
    pub separator: Option<u8>,
    /// The sheet of a workbook.
    pub sheet: Option<&'a str>,
    /// Dotted path to the array of records.
    pub records: Option<&'a str>,
    /// The arrays whose elements make a row each, outer ones first.
    pub explode: &'a [String],
    /// The family of formats, when it is declared.
    pub format: Option<FileFormat>,
}

impl<'a> Request<'a> {
    /// What a mapping says of the file, with the arrays to explode and the columns to read.
    #[must_use]
    pub fn of(mapping: &'a Mapping, explode: &'a [String], wanted: &'a [String]) -> Self {
        Self {
            wanted,
            header: mapping.header.as_deref(),
            separator: mapping.separator,
            sheet: mapping.sheet.as_deref(),
            records: mapping.records.as_deref(),
            explode,
            format: mapping.format,
        }
    }
}

/// What was mended in the bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Bytes that were not valid UTF-8 and were read as Windows-1252.
    pub repaired: u64,
    /// Zero bytes that were dropped.
    pub zero_bytes: u64,
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
    /// What was mended so far.
    fn mended(&self) -> Mended {
        Mended::default()
    }
}

/// How files of a format are known and read.
pub enum Way {
    /// As text.
    Text {
        /// Whether a file that starts with this text has the format; the text is the whole file when the flag says so.
        sniff: fn(&str, bool, &Request<'_>) -> bool,
        /// Starts reading.
        open: fn(Decoder, &Request<'_>) -> io::Result<Box<dyn Source>>,
    },
    /// As bytes in any order; those of a compressed file are unpacked into memory.
    Bytes {
        /// Whether a file that starts with these bytes has the format.
        magic: fn(&[u8]) -> bool,
        /// Starts reading.
        open: fn(Raw, &Progress, &Request<'_>) -> io::Result<Box<dyn Source>>,
    },
}

/// A format that files can have.
pub struct Reader {
    /// Its name for users.
    pub name: &'static str,
    /// Its family.
    pub family: FileFormat,
    /// How it is read.
    pub way: Way,
}

/// The name of the format of workbooks.
pub const WORKBOOK: &str = "workbook";

/// The formats, the most particular first. The last one takes every file.
pub const READERS: &[Reader] = &[
    Reader {
        name: WORKBOOK,
        family: FileFormat::Table,
        way: Way::Bytes {
            magic: book::is_workbook,
            open: |raw, progress, request| Ok(Box::new(workbook::WorkbookSource::open(raw, progress, request)?)),
        },
    },
    Reader {
        name: "parquet",
        family: FileFormat::Table,
        way: Way::Bytes {
            magic: parquet::is_parquet,
            open: |raw, progress, _| Ok(Box::new(parquet::ParquetSource::open(raw, progress)?)),
        },
    },
    Reader {
        name: "json lines",
        family: FileFormat::Json,
        way: Way::Text {
            sniff: json_shape::is_lines,
            open: |decoder, request| Ok(Box::new(json::JsonSource::lines(decoder, request)?)),
        },
    },
    Reader {
        name: "json",
        family: FileFormat::Json,
        way: Way::Text {
            sniff: json_shape::is_document,
            open: |decoder, request| Ok(Box::new(json::JsonSource::document(decoder, request)?)),
        },
    },
    Reader {
        name: "json in csv",
        family: FileFormat::Json,
        way: Way::Text {
            sniff: wrapped::is_wrapped,
            open: |decoder, request| Ok(Box::new(wrapped::WrappedSource::open(decoder, request)?)),
        },
    },
    Reader {
        name: "csv",
        family: FileFormat::Table,
        way: Way::Text {
            sniff: |_, _, _| true,
            open: |decoder, request| Ok(Box::new(csv::CsvSource::open(decoder, request)?)),
        },
    },
];

/// An open file: its format's name, its records, and how far it is read.
pub type Opened = (&'static str, Box<dyn Source>, Progress);

/// Opens a file's records with the first reader that knows its format.
///
/// # Errors
/// When the file cannot be read, or has no format of the family that is asked for.
pub fn open(path: &Path, request: &Request<'_>) -> io::Result<Opened> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "expected a file, found a folder"));
    }
    let head = start(&mut file)?;
    let is_compressed = Compression::of(&head) != Compression::None;
    // What is damaged is told when it is read as text.
    let plain_head = if is_compressed { unpacked_start(path).unwrap_or_default() } else { head.clone() };
    for reader in READERS.iter().filter(|reader| request.format.is_none_or(|family| family == reader.family)) {
        if let Way::Bytes { magic, open } = reader.way
            && magic(&plain_head)
        {
            let progress = Progress::default();
            let raw =
                if is_compressed { Raw::unpack(File::open(path)?, &progress)? } else { Raw::File(File::open(path)?) };
            return Ok((reader.name, open(raw, &progress, request)?, progress));
        }
    }
    let (decoder, progress) = decode(io::Cursor::new(head).chain(file))?;
    let (name, source) = open_text(decoder, request)?;
    Ok((name, source, progress))
}

fn start(input: impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(MAGIC);
    input.take(MAGIC as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn unpacked_start(path: &Path) -> io::Result<Vec<u8>> {
    start(decompress(File::open(path)?, &Progress::default())?)
}

/// Opens the records of a text with the first reader that knows its format. Returns the format's name too.
///
/// # Errors
/// When the input cannot be read, or has no format of the family that is asked for.
pub fn open_text(mut decoder: Decoder, request: &Request<'_>) -> io::Result<(&'static str, Box<dyn Source>)> {
    while decoder.text().len() < SAMPLE && decoder.more()? {}
    let blank = decoder.text().len() - decoder.text().trim_start().len();
    let text = &decoder.text()[blank..];
    for reader in READERS.iter().filter(|reader| request.format.is_none_or(|family| family == reader.family)) {
        if let Way::Text { sniff, open } = reader.way
            && sniff(text, decoder.ended(), request)
        {
            return Ok((reader.name, open(decoder, request)?));
        }
    }
    if text.is_empty() {
        return Ok(("empty", Box::new(csv::CsvSource::open(decoder, request)?)));
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "expected JSON, found another format"))
}

/// Whether a format, by its name, holds nested records.
#[must_use]
pub fn is_json(format: &str) -> bool {
    READERS.iter().any(|reader| reader.name == format && reader.family == FileFormat::Json)
}
