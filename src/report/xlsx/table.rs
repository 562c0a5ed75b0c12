//! Tables and matrices as cells: figures as numbers, marks in their words, small trends and bars drawn in the cell.

use rust_xlsxwriter::{ConditionalFormatDataBar, ConditionalFormatType, Format, FormatAlign, Sparkline, XlsxError};

use super::number::{Shown, shown};
use super::series::Series;
use super::sheet::Sheet;
use super::style;
use crate::report::document::{Bar, Cell, Matrix, Number, Spark, Table};

/// Width of a column that is drawn in, in digits.
const DRAWN: f64 = 18.0;

/// Writes a table from the sheet's next row on; `evidence` heads what stands in small type.
pub(super) fn table(sheet: &mut Sheet, series: &mut Series, table: &Table, evidence: &str) -> Result<(), XlsxError> {
    // What stands small beside or below a cell has a column of its own, so that the cell stays a number.
    let small = |index: usize| table.rows.iter().filter_map(|row| row.get(index)).any(|cell| !beside(cell).is_empty());
    let with_small: Vec<bool> = (0..table.columns.len()).map(small).collect();
    let header = sheet.row;
    let mut columns = 0;
    for (heading, small) in table.columns.iter().zip(&with_small) {
        let head = if columns == 0 { style::first_head() } else { style::head(heading.right) };
        sheet.words((header, columns), &heading.text, &head)?;
        // A heading takes two lines before it widens its column.
        let half = heading.text.chars().count() / 2 + 3;
        let word = heading.text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        sheet.at_least(columns, half.max(word + 3) as f64);
        columns += 1;
        if *small {
            sheet.words((header, columns), evidence, &style::head(false))?;
            columns += 1;
        }
    }
    for cells in &table.rows {
        sheet.row += 1;
        let name = cells.first().map_or("", worded);
        let mut column = 0;
        for ((content, heading), small) in cells.iter().zip(&table.columns).zip(&with_small) {
            let title = format!("{name} · {}", heading.text);
            cell(sheet, series, column, content, heading.right, &title)?;
            column += 1;
            if *small {
                sheet.words((sheet.row, column), beside(content), &style::small_cell())?;
                sheet.narrow(column, beside(content));
                column += 1;
            }
        }
        let letters = |text: &str| text.chars().count();
        let high = cells.iter().flat_map(|cell| [(letters(worded(cell)), false), (letters(beside(cell)), true)]);
        sheet.heighten(sheet.row, high)?;
    }
    sheet.table(header, sheet.row, columns);
    sheet.row += 2;
    Ok(())
}

fn beside(cell: &Cell) -> &str {
    match cell {
        Cell::Text { small, .. } | Cell::Figure { small, .. } => small,
        Cell::Mark(_) | Cell::Bar { .. } | Cell::Spark { .. } => "",
    }
}

fn worded(cell: &Cell) -> &str {
    match cell {
        Cell::Text { text, .. } | Cell::Figure { text, .. } => text,
        Cell::Mark(mark) => &mark.word,
        Cell::Bar { .. } | Cell::Spark { .. } => "",
    }
}

fn cell(
    sheet: &mut Sheet,
    series: &mut Series,
    column: u16,
    cell: &Cell,
    right: bool,
    title: &str,
) -> Result<(), XlsxError> {
    let at = (sheet.row, column);
    match cell {
        Cell::Text { text, missing, .. } => words(sheet, at, text, *missing, right),
        Cell::Figure { text, missing, number, .. } => figure(sheet, at, text, number.as_ref(), *missing, right),
        Cell::Mark(mark) => {
            sheet.widen(column, &mark.text());
            sheet.words(at, &mark.text(), &style::mark(style::said(), mark.tone))
        }
        Cell::Bar { bar } => {
            sheet.sheet.write_blank(at.0, at.1, &style::cell())?;
            sheet.at_least(column, DRAWN);
            bar.as_ref().map_or(Ok(()), |bar| draw(sheet, at, bar))
        }
        Cell::Spark { spark } => {
            sheet.sheet.write_blank(at.0, at.1, &style::cell())?;
            spark.as_ref().map_or(Ok(()), |spark| trend(sheet, series, at, title, spark))
        }
    }
}

fn words(sheet: &mut Sheet, at: (u32, u16), text: &str, missing: bool, right: bool) -> Result<(), XlsxError> {
    let mut format = if at.1 == 0 || right { style::cell() } else { style::said() };
    if missing {
        format = format.set_font_color(style::MUTED);
    }
    if right {
        format = format.set_align(FormatAlign::Right);
    } else if text.chars().count() > 50 {
        format = format.set_text_wrap();
    }
    sheet.widen(at.1, text);
    sheet.words(at, text, &format)
}

/// A figure as a number, or the word for its absence.
pub(super) fn figure(
    sheet: &mut Sheet,
    at: (u32, u16),
    text: &str,
    number: Option<&Number>,
    missing: bool,
    right: bool,
) -> Result<(), XlsxError> {
    match number.and_then(|number| shown(number, text)) {
        Some(shown) => {
            sheet.widen(at.1, text);
            sheet.number(at, &shown, &style::cell())
        }
        None => words(sheet, at, text, missing, right),
    }
}

/// A bar, drawn by the cell from the share of its scale, which it doesn't show.
fn draw(sheet: &mut Sheet, (row, column): (u32, u16), bar: &Bar) -> Result<(), XlsxError> {
    if !bar.length.is_finite() {
        return Ok(());
    }
    let hidden = Shown { value: bar.length.clamp(0.0, 1.0), format: ";;;".to_owned() };
    sheet.number((row, column), &hidden, &style::cell())?;
    let rule = ConditionalFormatDataBar::new()
        .set_minimum(ConditionalFormatType::Number, 0)
        .set_maximum(ConditionalFormatType::Number, 1)
        .set_fill_color(style::shade(if bar.missed { style::ALARM } else { style::DATA }, 0.6))
        .set_solid_fill(true)
        .set_border_off(true)
        .set_bar_only(true);
    sheet.sheet.add_conditional_format(row, column, row, column, &rule)?;
    Ok(())
}

/// A small trend, drawn by the cell.
pub(super) fn trend(
    sheet: &mut Sheet,
    series: &mut Series,
    (row, column): (u32, u16),
    title: &str,
    spark: &Spark,
) -> Result<(), XlsxError> {
    let range = series.spark(title, spark)?;
    let sparkline = Sparkline::new()
        .set_range(range)
        .set_sparkline_color(style::DATA)
        .set_line_weight(1.25)
        .show_last_point(true)
        .set_last_point_color(if spark.alarm { style::ALARM } else { style::DATA });
    sheet.sheet.add_sparkline(row, column, &sparkline)?;
    sheet.at_least(column, DRAWN);
    Ok(())
}

/// A matrix of counts: the darker a cell, the more. What stands small has a row below.
pub(super) fn matrix(sheet: &mut Sheet, matrix: &Matrix) -> Result<(), XlsxError> {
    for (name, column) in matrix.columns.iter().zip(1..) {
        sheet.words((sheet.row, column), name, &style::head(true))?;
        sheet.widen(column, name);
    }
    for (name, cells) in &matrix.rows {
        sheet.row += 1;
        let row = sheet.row;
        let two = cells.iter().flatten().any(|cell| !cell.small.is_empty());
        sheet.words((row, 0), name, &style::caption())?;
        sheet.widen(0, name);
        for (cell, column) in cells.iter().zip(1..) {
            let Some(cell) = cell else {
                sheet.words((row, column), "–", &style::small().set_align(FormatAlign::Right))?;
                continue;
            };
            // As dark as on the page, where type stays legible on it.
            let fill = style::shade(style::DATA, cell.weight * 0.34);
            let filled = |format: Format| format.set_background_color(fill).set_align(FormatAlign::Right);
            match shown(&Number::plain(cell.number), &cell.text) {
                Some(shown) => sheet.number((row, column), &shown, &filled(style::text()))?,
                None => sheet.words((row, column), &cell.text, &filled(style::text()))?,
            }
            if two {
                sheet.words((row + 1, column), &cell.small, &filled(style::small().set_font_color(style::INK)))?;
                sheet.widen(column, &cell.small);
            }
        }
        sheet.row += u32::from(two);
    }
    sheet.row += 2;
    Ok(())
}
