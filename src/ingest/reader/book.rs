//! Workbooks by their content: what kind of workbook some bytes are, its sheets, and the cells of a sheet row by row. What is no
//! workbook, is locked by a password, or claims more than its format allows is refused in plain words.

use std::fmt::Display;
use std::io::{self, Cursor, Read, Seek};

use calamine::{Data, Ods, Range, Reader, Sheet, SheetType, SheetVisible, Xls, Xlsb, Xlsx};
use zip::ZipArchive;

use super::cell_text::{self, Written};
use super::compound::{self, Held};

/// Bytes that one part of a workbook may have when unpacked.
const PART_LIMIT: u64 = 2 * 1024 * 1024 * 1024;

/// An open workbook.
pub enum Book<R: Read + Seek> {
    /// Excel since 2007, with macros or without.
    Xlsx(Box<Xlsx<R>>),
    /// The same, binary.
    Xlsb(Box<Xlsb<R>>),
    /// Excel before 2007.
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    /// OpenDocument.
    Ods(Box<Ods<R>>),
}

/// A cell that holds something: its row and column, counted from 0, and its text.
pub struct Cell<'a> {
    /// Row of the sheet.
    pub row: u32,
    /// Column of the sheet.
    pub column: u32,
    /// What it holds.
    pub text: &'a str,
    /// Whether it holds an error instead of a value.
    pub is_error: bool,
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

fn damaged(error: impl Display) -> io::Error {
    invalid(format!("expected a workbook, but it is damaged: {error}"))
}

fn locked() -> io::Error {
    invalid("expected a workbook that can be read, but it is locked by a password: save it without one")
}

impl<R: Read + Seek> Book<R> {
    /// Opens a workbook of any kind.
    ///
    /// # Errors
    /// When it is none, or cannot be read.
    pub fn open(mut input: R) -> io::Result<Self> {
        let mut head = [0; 4];
        let count = input.read(&mut head)?;
        input.rewind()?;
        if head[..count].starts_with(b"PK") { Self::open_zip(input) } else { Self::open_compound(input) }
    }

    fn open_zip(mut input: R) -> io::Result<Self> {
        let kind = kind_of_zip(&mut input)?;
        input.rewind()?;
        match kind {
            Kind::Xlsx => Xlsx::new(input).map(|book| Self::Xlsx(Box::new(book))).map_err(damaged),
            Kind::Xlsb => Xlsb::new(input).map(|book| Self::Xlsb(Box::new(book))).map_err(damaged),
            Kind::Ods => match Ods::new(input) {
                Ok(book) => Ok(Self::Ods(Box::new(book))),
                Err(calamine::OdsError::Password) => Err(locked()),
                Err(error) => Err(damaged(error)),
            },
        }
    }

    fn open_compound(mut input: R) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input.by_ref().take(PART_LIMIT).read_to_end(&mut bytes)?;
        let workbook = match compound::unwrap(&bytes)? {
            Held::Workbook(workbook) => workbook,
            Held::Locked => return Err(locked()),
        };
        drop(bytes);
        match Xls::new(Cursor::new(workbook)) {
            Ok(book) => Ok(Self::Xls(Box::new(book))),
            Err(calamine::XlsError::Password) => Err(locked()),
            Err(error) => Err(damaged(error)),
        }
    }

    fn metadata(&self) -> &[Sheet] {
        match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        }
    }

    /// The names of its sheets of cells, and whether each is visible.
    #[must_use]
    pub fn sheets(&self) -> Vec<(String, bool)> {
        let cells = self.metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        cells.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect()
    }

    /// Hands on the cells of a sheet that hold something, in the order of its rows, until `take` says that it has enough.
    ///
    /// # Errors
    /// When the sheet cannot be read, or `take` fails.
    pub fn cells(&mut self, sheet: &str, mut take: impl FnMut(Cell<'_>) -> io::Result<bool>) -> io::Result<()> {
        let mut text = String::new();
        macro_rules! each {
            ($cells:expr, $is_1904:expr) => {{
                let is_1904 = $is_1904;
                let mut cells = $cells.map_err(damaged)?;
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    text.clear();
                    let written = cell_text::write(cell.get_value(), is_1904, &mut text);
                    let (row, column) = cell.get_position();
                    let is_error = written == Written::Error;
                    if written != Written::Blank && !take(Cell { row, column, text: &text, is_error })? {
                        break;
                    }
                }
                Ok(())
            }};
        }
        match self {
            Self::Xlsx(book) => each!(book.worksheet_cells_reader(sheet), book.has_1904_epoch()),
            Self::Xlsb(book) => each!(book.worksheet_cells_reader(sheet), book.has_1904_epoch()),
            Self::Xls(book) => {
                let is_1904 = book.has_1904_epoch();
                in_range(&book.worksheet_range(sheet).map_err(damaged)?, is_1904, take)
            }
            Self::Ods(book) => in_range(&book.worksheet_range(sheet).map_err(damaged)?, false, take),
        }
    }
}

fn in_range(range: &Range<Data>, is_1904: bool, mut take: impl FnMut(Cell<'_>) -> io::Result<bool>) -> io::Result<()> {
    let mut text = String::new();
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, cells) in (first_row..).zip(range.rows()) {
        for (column, cell) in (first_column..).zip(cells) {
            text.clear();
            let written = cell_text::write(cell, is_1904, &mut text);
            let is_error = written == Written::Error;
            if written != Written::Blank && !take(Cell { row, column, text: &text, is_error })? {
                return Ok(());
            }
        }
    }
    Ok(())
}

enum Kind {
    Xlsx,
    Xlsb,
    Ods,
}

/// The kind of workbook in a zip archive, by the names of its parts.
fn kind_of_zip(input: impl Read + Seek) -> io::Result<Kind> {
    let mut archive = ZipArchive::new(input)
        .map_err(|error| invalid(format!("expected a workbook, found a zip archive that is damaged: {error}")))?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.replace('\\', "/");
        if part.size() > PART_LIMIT {
            let size = part.size() >> 30;
            return Err(invalid(format!(
                "expected parts of at most 2 GiB, but `{name}` claims to unpack to {size} GiB"
            )));
        }
        names.push(name);
    }
    let has = |wanted: &dyn Fn(&str) -> bool| names.iter().any(|name| wanted(name));
    if has(&|name| name == "[Content_Types].xml") {
        if has(&|name| name.ends_with("workbook.bin")) {
            return Ok(Kind::Xlsb);
        }
        if has(&|name| name.starts_with("xl/") || name.ends_with("workbook.xml")) {
            return Ok(Kind::Xlsx);
        }
    }
    if has(&|name| name == "mimetype") && has(&|name| name == "content.xml") {
        return Ok(Kind::Ods);
    }
    Err(invalid("expected a workbook, found a zip archive of other files: unpack it first"))
}

/// Whether a file that starts with these bytes may be a workbook: any zip archive, or the container of older Office files.
#[must_use]
pub fn is_workbook(head: &[u8]) -> bool {
    const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(&COMPOUND)
}
