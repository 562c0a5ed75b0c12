//! Tables as they are read off a workbook: cells that are numbers as such, durations in days.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::figure::plain;
use super::{Held, Row, Section};

/// The sheets of a workbook.
pub fn sheets(bytes: &[u8]) -> Vec<(String, Range<Data>)> {
    Xlsx::new(Cursor::new(bytes.to_vec())).unwrap().worksheets()
}

fn text(cell: Option<&Data>) -> String {
    cell.map_or_else(String::new, |cell| if let Data::String(text) = cell { plain(text) } else { String::new() })
}

fn held(cell: &Data) -> Held {
    match cell {
        Data::Float(number) => Held::Number(*number),
        Data::Int(number) => Held::Number(*number as f64),
        Data::DateTime(days) => Held::Number(days.as_f64()),
        other => Held::Text(text(Some(other))),
    }
}

/// The rows under the first row that has these headings.
fn under(sheet: &Range<Data>, headings: &[&str]) -> Vec<Row> {
    let has = |row: &&[Data]| headings.iter().all(|heading| row.iter().any(|cell| text(Some(cell)) == *heading));
    let mut rows = sheet.rows().skip_while(|row| !has(row));
    let Some(heads) = rows.next() else { return Vec::new() };
    let heads: Vec<String> = heads.iter().map(|cell| text(Some(cell))).collect();
    let small = heads.get(1).is_some_and(|head| head == "Evidence");
    let named = rows.map(|row| (text(row.first()), row)).take_while(|(name, _)| !name.is_empty());
    let row = |(name, row): (String, &[Data])| Row {
        name,
        small: if small { text(row.get(1)) } else { String::new() },
        cells: heads.iter().cloned().zip(row.iter().map(held)).skip(1).filter(|(head, _)| head != "Evidence").collect(),
    };
    named.map(row).collect()
}

/// The rows of a section, which has a sheet of its own.
pub fn rows(sheets: &[(String, Range<Data>)], section: &Section) -> Vec<Row> {
    let mut of = sheets.iter().filter(|(_, sheet)| text(sheet.get_value((0, 0))) == section.title);
    let headings: Vec<&str> = section.figures().map(|column| column.heading.as_str()).collect();
    of.next().map_or_else(Vec::new, |(_, sheet)| under(sheet, &headings))
}

/// The value of a headline figure.
pub fn tile(sheets: &[(String, Range<Data>)], title: &str) -> Option<Held> {
    let rows = under(&sheets.first()?.1, &["Figure", "Value", "Change"]);
    rows.into_iter().find(|row| row.name == title)?.cells.remove("Value")
}
