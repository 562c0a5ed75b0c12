//! Property tests of the readers: any table comes back as it was written, whatever the separator, quotes, line ends, encoding and
//! compression; and no bytes at all make them fail otherwise than by an error.

use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::open::decode;
use super::reader::chunk::Chunk;
use super::reader::{self, Request};

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
const LINE_ENDS: [&str; 4] = ["\n", "\r\n", "\r\r\n", "\r"];

#[derive(Clone, Copy, Debug)]
struct Style {
    separator: char,
    line_end: &'static str,
    quote_all: bool,
    last_line_end: bool,
    encoding: usize,
    compression: usize,
}

fn style() -> impl Strategy<Value = Style> {
    (0_usize..4, 0_usize..4, any::<bool>(), any::<bool>(), 0_usize..5, 0_usize..3).prop_map(
        |(separator, line_end, quote_all, last_line_end, encoding, compression)| Style {
            separator: SEPARATORS[separator],
            line_end: LINE_ENDS[line_end],
            quote_all,
            last_line_end,
            encoding,
            compression,
        },
    )
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = proptest::string::string_regex("[a-z0-9éüñ ,;\t|\"\n'=.-]{0,12}").unwrap().boxed();
    (1_usize..6).prop_flat_map(move |columns| {
        proptest::collection::vec(proptest::collection::vec(cell.clone(), columns), 0..30)
    })
}

fn write(rows: &[Vec<String>], columns: usize, style: Style) -> Vec<u8> {
    let header: Vec<String> = (1..=columns).map(|column| format!("h{column}")).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                let quoted = style.quote_all || cell.contains([',', ';', '\t', '|', '"', '\n', '\r']);
                if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
            })
            .collect();
        cells.join(&style.separator.to_string())
    };
    let lines: Vec<String> = std::iter::once(&header).chain(rows).map(line).collect();
    let mut text = lines.join(style.line_end);
    if style.last_line_end {
        text.push_str(style.line_end);
    }
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect() };
    let bytes = match style.encoding {
        0 => text.into_bytes(),
        1 => format!("\u{feff}{text}").into_bytes(),
        2 => utf16(u16::to_le_bytes),
        3 => utf16(u16::to_be_bytes),
        // None of these letters is, with what may follow it, a character of UTF-8.
        _ => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
    };
    match style.compression {
        0 => bytes,
        1 => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(&bytes).unwrap();
            writer.finish().unwrap()
        }
        _ => zstd::encode_all(&bytes[..], 1).unwrap(),
    }
}

fn read(bytes: Vec<u8>) -> std::io::Result<(Vec<String>, Vec<Vec<String>>, usize)> {
    let (decoder, _) = decode(Cursor::new(bytes))?;
    let (_, mut source) = reader::open_text(decoder, &Request::default())?;
    let names = source.names().to_vec();
    let mut rows = Vec::new();
    let mut bad = 0;
    let mut more = true;
    while more {
        let mut chunk = Chunk::new(names.len());
        more = source.read(&mut chunk)?;
        bad += chunk.bad.len();
        let row = |index| (0..names.len()).map(|column| chunk.cell(index, column).to_string()).collect();
        rows.extend((0..chunk.len()).map(row));
    }
    Ok((names, rows, bad))
}

proptest! {
    #[test]
    fn any_table_comes_back_as_it_was_written(rows in table(), style in style()) {
        let columns = rows.first().map_or(2, Vec::len);
        let (names, found, bad) = read(write(&rows, columns, style)).unwrap();
        let wanted: Vec<Vec<String>> =
            rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        prop_assert_eq!(names.len(), columns);
        prop_assert_eq!(bad, 0);
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(bytes);
    }

    #[test]
    fn any_marks_are_read_or_refused(text in "[\\[\\]{}\":,a1\\\\\n\r\t ;é\u{0}]{0,200}") {
        let _ = read(text.into_bytes());
    }
}
