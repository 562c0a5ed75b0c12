//! One sheet as it is filled from top to bottom: words are always words, widths follow what is written, and print is set up.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Chart, Format, FormatAlign, Worksheet, XlsxError};

use super::number::Shown;
use super::style;

/// The most letters that a cell holds, in UTF-16 units.
const LONGEST: usize = 32_767;

/// Columns are no narrower and no wider, in digits.
const NARROWEST: f64 = 9.0;
const WIDEST: f64 = 52.0;

/// What words that may wrap are wide at most, in digits.
const NARROW: f64 = 34.0;

/// What a line of running text is wide, in digits.
const LINE: f64 = 110.0;

/// A4.
const PAPER: u8 = 9;

/// Height of a row in points, for type of the usual size.
const ROW: f64 = 15.0;

/// Running text across the columns of a sheet.
struct Line {
    row: u32,
    column: u16,
    spans: Vec<(String, Format)>,
    format: Format,
    /// Size of its type against the usual one.
    size: f64,
}

/// A sheet with the row that is written next.
pub(super) struct Sheet {
    /// The sheet of the library.
    pub(super) sheet: Worksheet,
    /// The next row.
    pub(super) row: u32,
    widths: BTreeMap<u16, f64>,
    lines: Vec<Line>,
    /// Row of the header, last row and number of columns of each table.
    tables: Vec<(u32, u32, u16)>,
}

impl Sheet {
    /// An empty sheet.
    ///
    /// # Errors
    /// When the name is none that a workbook takes.
    pub(super) fn new(name: &str) -> Result<Self, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?.set_screen_gridlines(false).set_paper_size(PAPER).set_landscape();
        sheet.set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        Ok(Sheet { sheet, row: 0, widths: BTreeMap::new(), lines: Vec::new(), tables: Vec::new() })
    }

    /// Writes words. Never a formula, never a link, whatever they begin with.
    pub(super) fn words(&mut self, at: (u32, u16), text: &str, format: &Format) -> Result<(), XlsxError> {
        let text = cut(text);
        if text.is_empty() {
            self.sheet.write_blank(at.0, at.1, format)?;
        } else {
            self.sheet.write_string_with_format(at.0, at.1, text, &held(text, format))?;
        }
        Ok(())
    }

    /// Writes a number.
    pub(super) fn number(&mut self, at: (u32, u16), shown: &Shown, format: &Format) -> Result<(), XlsxError> {
        let format = format.clone().set_num_format(&shown.format).set_align(FormatAlign::Right);
        self.sheet.write_number_with_format(at.0, at.1, shown.value, &format)?;
        Ok(())
    }

    /// Makes a column wide enough for words of a cell; long ones wrap.
    pub(super) fn widen(&mut self, column: u16, text: &str) {
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0) as f64;
        self.at_least(column, (longest * 1.05 + 2.5).min(WIDEST));
    }

    /// The same for words that may wrap sooner: evidence and definitions.
    pub(super) fn narrow(&mut self, column: u16, text: &str) {
        self.at_least(column, (text.chars().count() as f64 * 0.95 + 2.5).min(NARROW));
    }

    /// Makes a row high enough for cells that wrap; each is (letters, in small type).
    pub(super) fn heighten(&mut self, row: u32, cells: impl Iterator<Item = (usize, bool)>) -> Result<(), XlsxError> {
        let height = |(letters, small): (usize, bool)| {
            let (width, line) = if small { (NARROW * 1.1, 12.5) } else { (WIDEST, ROW) };
            (letters as f64 / width).ceil() * line
        };
        let highest = cells.map(height).fold(ROW, f64::max);
        if highest > ROW {
            self.sheet.set_row_height(row, (highest + 2.0).min(400.0))?;
        }
        Ok(())
    }

    /// Makes a column at least so wide, in digits.
    pub(super) fn at_least(&mut self, column: u16, width: f64) {
        let held = self.widths.entry(column).or_insert(NARROWEST);
        *held = held.max(width);
    }

    /// Running text in a row of its own, from a column on.
    pub(super) fn line(&mut self, column: u16, spans: Vec<(String, Format)>, format: Format, size: f64) {
        self.lines.push(Line { row: self.row, column, spans, format, size });
        self.row += 1;
    }

    /// The same of one piece.
    pub(super) fn plain(&mut self, text: &str, format: Format, size: f64) {
        if !text.is_empty() {
            self.line(0, vec![(text.to_owned(), format.clone())], format, size);
        }
    }

    /// Remembers a table that was written, for its filter and its header in print.
    pub(super) fn table(&mut self, header: u32, last: u32, columns: u16) {
        self.tables.push((header, last, columns));
    }

    /// Puts a chart on the next rows.
    pub(super) fn chart(&mut self, chart: &Chart, offset: u32, height: u32) -> Result<(), XlsxError> {
        self.sheet.insert_chart_with_offset(self.row, 0, chart, offset, 4)?;
        // A row is 20 pixels high.
        self.row += if height == 0 { 0 } else { height.div_ceil(20) + 1 };
        Ok(())
    }

    /// The finished sheet; `foot` stands at the foot of each printed page.
    pub(super) fn finish(mut self, foot: &str) -> Result<Worksheet, XlsxError> {
        let columns = self.tables.iter().map(|table| table.2).max().unwrap_or(0);
        let wide = |column: u16| self.widths.get(&column).copied().unwrap_or(NARROWEST);
        // Running text takes the columns of the tables, or as many as a line needs.
        let last = (1..).find(|last| *last + 1 >= columns && (0..=*last).map(wide).sum::<f64>() >= LINE).unwrap_or(1);
        for (column, width) in &self.widths {
            self.sheet.set_column_width(*column, *width)?;
        }
        for line in std::mem::take(&mut self.lines) {
            let room: f64 = (line.column..=last).map(wide).sum::<f64>() / line.size;
            running(&mut self.sheet, &line, last, room)?;
        }
        if let [(header, _, columns)] = self.tables[..] {
            self.sheet.set_freeze_panes(header + 1, u16::from(columns > 5))?;
            self.sheet.set_repeat_rows(header, header)?;
        }
        // A sheet has one filter: that of its first table.
        if let Some((header, end, columns)) = self.tables.first().filter(|(header, end, _)| end > header) {
            self.sheet.autofilter(*header, 0, *end, columns.saturating_sub(1))?;
        }
        let foot: String = foot.replace('&', "&&").chars().take(200).collect();
        self.sheet.set_footer(format!("&L&8{foot}&R&8&P / &N"));
        Ok(self.sheet)
    }
}

/// Running text over the columns that it is given, on as many lines as it needs.
fn running(sheet: &mut Worksheet, line: &Line, last: u16, room: f64) -> Result<(), XlsxError> {
    let format = line.format.clone().set_text_wrap();
    let spans: Vec<(&Format, &str)> =
        line.spans.iter().map(|(text, format)| (format, cut(text))).filter(|(_, text)| !text.is_empty()).collect();
    let whole: String = spans.iter().map(|(_, text)| *text).collect();
    let whole = cut(&whole);
    let format = held(whole, &format);
    if last > line.column {
        sheet.merge_range(line.row, line.column, line.row, last, "", &format)?;
    }
    match spans.as_slice() {
        [] => {}
        [(own, _)] => {
            let format = held(whole, &(*own).clone().set_text_wrap());
            sheet.write_string_with_format(line.row, line.column, whole, &format)?;
        }
        spans => {
            sheet.write_rich_string_with_format(line.row, line.column, spans, &format)?;
        }
    }
    let lines = (whole.chars().count() as f64 * 0.94 / room.max(1.0)).ceil().max(1.0);
    sheet.set_row_height(line.row, ROW * line.size * lines + 1.0)?;
    Ok(())
}

/// As much of a text as a cell holds.
fn cut(text: &str) -> &str {
    let mut length = 0;
    let end = text.char_indices().find(|(_, letter)| {
        length += letter.len_utf16();
        length > LONGEST
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// The format of words. Those that a program could take for a formula are marked as words, for whoever edits the cell.
fn held(text: &str, format: &Format) -> Format {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format.clone().set_quote_prefix() } else { format.clone() }
}

/// Running text of small type.
pub(super) fn small_line(sheet: &mut Sheet, text: &str) {
    sheet.plain(text, style::small(), 0.85);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_a_cell_ends() {
        assert_eq!(cut("abc"), "abc");
        assert_eq!(cut(&"é".repeat(40_000)).chars().count(), LONGEST);
        assert_eq!(cut(&"😀".repeat(40_000)).chars().count(), LONGEST / 2);
    }
}
