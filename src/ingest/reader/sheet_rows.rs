//! The rows of one sheet of a workbook, read on a thread of their own and handed on in packs; and the choice of the sheet.

use std::io::{self, Read, Seek};

use super::background::{Background, Hand};
use super::book::{Book, Cell};
use super::header::{self, Row, SEEN};

/// Rows of a pack: few, since what is read ahead of a mere look at the file is read for nothing.
const PACK_ROWS: usize = 2048;
/// Bytes of text after which a pack is handed on before it has that many rows.
const PACK_BYTES: usize = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug)]
struct Place {
    column: u32,
    end: usize,
    is_error: bool,
}

/// Rows of a sheet that hold something, with their cells that do.
#[derive(Debug, Default)]
pub struct Pack {
    text: String,
    cells: Vec<Place>,
    rows: Vec<(u32, usize)>,
    /// Other sheets that hold records, said by the first pack.
    pub others: Vec<String>,
}

impl Pack {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of a row in the sheet, counted from 1.
    #[must_use]
    pub fn number(&self, index: usize) -> u64 {
        u64::from(self.rows[index].0) + 1
    }

    /// The cells of a row that hold something, by rising column: column, text, whether it is an error.
    pub fn cells(&self, index: usize) -> impl Iterator<Item = (usize, &str, bool)> + Clone {
        let first = if index == 0 { 0 } else { self.rows[index - 1].1 };
        (first..self.rows[index].1).map(|at| {
            let start = if at == 0 { 0 } else { self.cells[at - 1].end };
            let place = &self.cells[at];
            (place.column as usize, &self.text[start..place.end], place.is_error)
        })
    }

    /// The first rows as the search for the header wants them.
    #[must_use]
    pub fn head(&self) -> Vec<Row> {
        let count = self.len().min(SEEN);
        let width = (0..count).flat_map(|row| self.cells(row)).map(|(column, ..)| column + 1).max().unwrap_or(0);
        let row = |index: usize| {
            let mut cells = vec![String::new(); width];
            self.cells(index).for_each(|(column, text, _)| cells[column] = text.to_string());
            let after_blank = index > 0 && self.number(index) > self.number(index - 1) + 1;
            Row { cells, after_blank }
        };
        (0..count).map(row).collect()
    }

    fn add(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        let message = match self.rows.last() {
            Some((row, _)) if *row > cell.row => Some(format!("row {} stands after row {}", cell.row + 1, row + 1)),
            Some((row, _)) if *row == cell.row => {
                let before = self.cells.last().filter(|place| place.column >= cell.column);
                before.map(|_| format!("row {} has cells in the wrong order", row + 1))
            }
            _ => None,
        };
        if let Some(message) = message {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("expected the rows of a sheet, but {message}"),
            ));
        }
        if self.rows.last().is_none_or(|(row, _)| *row != cell.row) {
            self.rows.push((cell.row, self.cells.len()));
        }
        self.text.push_str(cell.text);
        self.cells.push(Place { column: cell.column, end: self.text.len(), is_error: cell.is_error });
        if let Some((_, end)) = self.rows.last_mut() {
            *end = self.cells.len();
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.len() >= PACK_ROWS || self.text.len() >= PACK_BYTES
    }
}

/// Starts to read the sheet of that name, or else the first one that holds records. The first pack has all rows among which the
/// header can be.
///
/// # Errors
/// When no thread can be started.
pub fn start<R: Read + Seek + Send + 'static>(input: R, sheet: Option<String>) -> io::Result<Background<Pack>> {
    Background::start("workbook", move |hand| {
        let mut book = Book::open(input)?;
        match choose(&mut book, sheet.as_deref())? {
            Some((sheet, others)) => read(&mut book, &sheet, others, hand),
            None => Ok(()),
        }
    })
}

fn choose<R: Read + Seek>(book: &mut Book<R>, wanted: Option<&str>) -> io::Result<Option<(String, Vec<String>)>> {
    let sheets = book.sheets();
    if sheets.is_empty() {
        let message = "expected a workbook with a sheet of cells, found none";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    if let Some(wanted) = wanted {
        let found = sheets
            .iter()
            .find(|(name, _)| name == wanted)
            .or_else(|| sheets.iter().find(|(name, _)| name.trim().to_lowercase() == wanted.trim().to_lowercase()));
        return match found {
            Some((name, _)) => Ok(Some((name.clone(), Vec::new()))),
            None => {
                let names: Vec<String> = sheets.iter().map(|(name, _)| format!("`{name}`")).collect();
                let message = format!("expected a sheet `{wanted}`, found {}", names.join(", "));
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
        };
    }
    // A page of notes is a table of one column, too: it is taken only when there is nothing better.
    let mut best: Option<(u8, String)> = None;
    let mut tables: Vec<String> = Vec::new();
    for (name, is_visible) in sheets {
        let rank = match start_of(book, &name).map(|pack| columns_of_records(&pack)) {
            Ok(0) | Err(_) => 0,
            Ok(1) => 1 + 2 * u8::from(is_visible),
            Ok(_) => 2 + 2 * u8::from(is_visible),
        };
        tables.extend((rank % 2 == 0 && rank > 0).then(|| name.clone()));
        if best.as_ref().is_none_or(|(found, _)| rank > *found) {
            best = Some((rank, name));
        }
    }
    Ok(best.map(|(_, name)| {
        tables.retain(|other| *other != name);
        (name, tables)
    }))
}

fn start_of<R: Read + Seek>(book: &mut Book<R>, sheet: &str) -> io::Result<Pack> {
    let mut pack = Pack::default();
    book.cells(sheet, |cell| {
        pack.add(&cell)?;
        Ok(pack.len() <= SEEN)
    })?;
    Ok(pack)
}

/// Columns of the table on a sheet; 0 when no record stands below its header.
fn columns_of_records(pack: &Pack) -> usize {
    let rows = pack.head();
    let header = header::find(&rows);
    match rows.get(header) {
        Some(row) if header + 1 < rows.len() => row.cells.iter().filter(|cell| !cell.trim().is_empty()).count(),
        _ => 0,
    }
}

fn read<R: Read + Seek>(book: &mut Book<R>, sheet: &str, others: Vec<String>, hand: Hand<'_, Pack>) -> io::Result<()> {
    let mut pack = Pack { others, ..Pack::default() };
    book.cells(sheet, |cell| {
        let starts_row = pack.rows.last().is_some_and(|(row, _)| *row < cell.row);
        if starts_row && pack.is_full() && !hand(std::mem::take(&mut pack)) {
            return Ok(false);
        }
        pack.add(&cell)?;
        Ok(true)
    })?;
    hand(pack);
    Ok(())
}
