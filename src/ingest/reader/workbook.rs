//! Workbooks: XLSX, XLSM, XLSB, XLS and OpenDocument. One sheet is read; rows keep the numbers that the sheet gives them, so that a
//! finding can be looked up in it. Cells that hold an error are missing, and told.

use std::io;

use super::background::Background;
use super::chunk::Chunk;
use super::dialect::unique_names;
use super::header;
use super::raw::Raw;
use super::sheet_rows::{self, Pack};
use super::{Request, Source};
use crate::ingest::open::Progress;

/// A sheet of a workbook.
pub struct WorkbookSource {
    names: Vec<String>,
    /// The column of the sheet in which the table starts.
    first: usize,
    rows: Background<Pack>,
    pack: Pack,
    next: usize,
    /// The row that was read last.
    last: u64,
    above: u64,
}

impl WorkbookSource {
    /// Starts reading: chooses the sheet and finds the names of its columns.
    ///
    /// # Errors
    /// When it is no workbook, has no such sheet, or cannot be read.
    pub fn open(raw: Raw, progress: &Progress, request: &Request<'_>) -> io::Result<Self> {
        let mut rows = sheet_rows::start(raw.counted(progress), request.sheet.map(str::to_string))?;
        let pack = rows.next()?.unwrap_or_default();
        let mut source = Self { names: Vec::new(), first: 0, rows, pack, next: 0, last: 0, above: 0 };
        match request.header {
            Some(header) => source.names = header.to_vec(),
            None => source.find_header(),
        }
        Ok(source)
    }

    fn find_header(&mut self) {
        let head = self.pack.head();
        let index = header::find(&head);
        let Some(header) = head.get(index) else { return };
        let records = &head[index + 1..];
        let is_filled = |row: &header::Row, column: usize| !row.cells[column].trim().is_empty();
        // Columns need a name, or else values in most rows: other cells are remarks beside the table.
        let is_used = |column: &usize| {
            let filled = records.iter().filter(|row| is_filled(row, *column)).count();
            is_filled(header, *column) || filled * 2 > records.len()
        };
        let used: Vec<usize> = (0..header.cells.len()).filter(is_used).collect();
        if let (Some(first), Some(last)) = (used.first(), used.last()) {
            self.first = *first;
            self.names = unique_names(header.cells[*first..=*last].iter().map(String::as_str));
        }
        self.above = index as u64;
        self.next = index + 1;
        self.last = self.pack.number(index);
    }

    fn add(&mut self, chunk: &mut Chunk) {
        let row = self.pack.number(self.next);
        if self.last > 0 {
            chunk.blank += (row - self.last).saturating_sub(1);
        }
        self.last = row;
        let place = |column: usize| column.checked_sub(self.first).filter(|place| *place < self.names.len());
        let is_filled = |text: &str| !text.trim().is_empty();
        for (_, text, _) in
            self.pack.cells(self.next).filter(|(column, text, _)| place(*column).is_none() && is_filled(text))
        {
            chunk.beside.push((row, text.to_string()));
        }
        let cells =
            self.pack.cells(self.next).filter_map(|(column, text, is_error)| Some((place(column)?, text, is_error)));
        if !cells.clone().any(|(_, text, _)| is_filled(text)) {
            chunk.blank += 1;
            return;
        }
        let mut reached = 0;
        for (place, text, is_error) in cells {
            (reached..place).for_each(|_| chunk.push_cell(""));
            if is_error {
                chunk.errors.push((row, place, text.to_string()));
            }
            chunk.push_cell(if is_error { "" } else { text });
            reached = place + 1;
        }
        chunk.end_row(row);
    }
}

impl Source for WorkbookSource {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        chunk.above += std::mem::take(&mut self.above);
        chunk.sheets.append(&mut self.pack.others);
        while !chunk.is_full() {
            if self.next < self.pack.len() {
                self.add(chunk);
                self.next += 1;
                continue;
            }
            match self.rows.next()? {
                Some(pack) => (self.pack, self.next) = (pack, 0),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}
