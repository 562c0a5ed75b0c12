//! Tables for people, plain grids that fit the terminal, and for programs, Parquet.

use std::io::Cursor;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use polars::prelude::{DataFrame, ParquetWriter};

use super::{Terminal, Trouble};
use crate::pipeline::Failure;

/// A line under the header and nothing else.
const PLAIN: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A grid with a header; columns named in `right` are aligned to the right.
pub(super) fn grid(terminal: &Terminal, header: &[&str], right: &[usize], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(PLAIN).set_content_arrangement(ContentArrangement::Dynamic);
    // Without a terminal nothing is wrapped: the reader may be another program.
    match terminal.width {
        Some(width) => table.set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(header.iter().map(Cell::new));
    for row in rows {
        table.add_row(row.into_iter().enumerate().map(|(column, text)| {
            let cell = Cell::new(text);
            if right.contains(&column) { cell.set_alignment(CellAlignment::Right) } else { cell }
        }));
    }
    table.trim_fmt()
}

/// A frame as the bytes of a Parquet file.
pub(super) fn parquet(frame: &mut DataFrame) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Cursor::new(Vec::new());
    ParquetWriter::new(&mut bytes).finish(frame).map_err(Failure::from)?;
    Ok(bytes.into_inner())
}

/// A number with thousands set apart by a narrow space.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
