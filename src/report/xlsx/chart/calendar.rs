//! A calendar as cells: a row for each name, a column for each day, the colour of its tone and as dark as it is bad.

use rust_xlsxwriter::{FormatAlign, XlsxError};

use crate::report::document::Calendar;
use crate::report::xlsx::sheet::Sheet;
use crate::report::xlsx::style;

/// Writes a calendar from the sheet's next row on.
pub(super) fn calendar(sheet: &mut Sheet, calendar: &Calendar) -> Result<(), XlsxError> {
    for (index, name) in &calendar.marks {
        if let Ok(column) = u16::try_from(index + 1) {
            sheet.words((sheet.row, column), name, &style::small())?;
        }
    }
    sheet.row += 1;
    let head = style::head(true).set_rotation(90).set_align(FormatAlign::Center);
    for (day, column) in calendar.days.iter().zip(1..) {
        sheet.words((sheet.row, column), day, &head)?;
    }
    sheet.sheet.set_row_height(sheet.row, 62)?;
    for row in &calendar.rows {
        sheet.row += 1;
        sheet.words((sheet.row, 0), &row.name, &style::caption())?;
        sheet.widen(0, &row.name);
        for (day, column) in row.days.iter().zip(1..) {
            let fill = style::shade(style::tone(day.tone), 0.15 + 0.35 * day.depth);
            let format = style::small().set_background_color(fill).set_font_color(style::INK);
            sheet.words((sheet.row, column), &day.text, &format.set_align(FormatAlign::Right))?;
        }
    }
    sheet.row += 2;
    Ok(())
}
