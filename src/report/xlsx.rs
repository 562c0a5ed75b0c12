//! A report as a workbook: a summary to decide, a sheet for each section with figures as numbers and charts of its own kind,
//! and every measure unrounded for those who calculate on. The same document gives the same bytes.

mod block;
mod chart;
mod name;
mod number;
mod raw;
mod series;
mod sheet;
mod style;
mod table;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use self::block::Page;
use self::name::Names;
use self::series::Series;
use self::sheet::{Sheet, small_line};
use super::document::{Block, Document, Section};
use super::format::{RenderError, Templates};

/// The workbook.
///
/// # Errors
/// When a sheet would be larger than a workbook allows.
pub fn render(document: &Document, _: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    workbook(document).map_err(|error| {
        let message = error.to_string();
        RenderError { file: None, message: format!("xlsx: {}", message.trim_end_matches('.')) }
    })
}

fn workbook(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let word = |key: &str| document.words.get(key).map_or_else(|| key.to_owned(), Clone::clone);
    // The first sheet is read as the first page: all that stands before the first table or chart.
    let first = document.sections.iter().position(|section| !brief(section)).unwrap_or(document.sections.len());
    let (brief, detail) = document.sections.split_at(first);
    let mut names = Names::default();
    let summary = names.give(&word("Summary"));
    let titles = detail.iter().map(|section| section.title.as_ref().unwrap_or(&section.label));
    let sections: Vec<String> = titles.map(|title| names.give(title)).collect();
    let figures = names.give(&word("Figures"));
    let history = names.give(&word("Past figures"));
    let (charts, sparks) = (names.give(&word("Chart data")), names.give(&word("Small trends")));
    let mut page = Page { document, series: Series::new(charts, sparks, &document.words)? };

    let mut front = Sheet::new(&summary)?;
    front.plain(&document.title, style::title(), 1.2);
    small_line(&mut front, &document.meta.join(" · "));
    brief.iter().try_for_each(|section| page.section(&mut front, section))?;
    let mut sheets = Vec::new();
    for (section, name) in detail.iter().zip(&sections) {
        let mut sheet = Sheet::new(name)?;
        page.section(&mut sheet, section)?;
        sheets.push(sheet);
    }
    let mut linked = sections.clone();
    linked.push(figures.clone());
    linked.extend((!document.data.history.is_empty()).then(|| history.clone()));
    page.contents(&mut front, &linked)?;
    front.row += 1;
    small_line(&mut front, &document.foot);

    let mut book = Workbook::new();
    book.set_properties(&properties(document)?);
    book.push_worksheet(front.finish(&document.title)?);
    for sheet in sheets {
        book.push_worksheet(sheet.finish(&document.title)?);
    }
    book.push_worksheet(raw::measures(&figures, &document.data.measures, &document.title)?);
    if !document.data.history.is_empty() {
        book.push_worksheet(raw::measures(&history, &document.data.history, &document.title)?);
    }
    for sheet in page.series.finish() {
        book.push_worksheet(sheet.finish(&document.title)?);
    }
    book.save_to_buffer()
}

/// Whether a section is read in ten seconds.
fn brief(section: &Section) -> bool {
    let short = |block: &Block| {
        matches!(block, Block::Verdict { .. } | Block::Tiles { .. } | Block::Statements { .. } | Block::Note { .. })
    };
    section.blocks.iter().all(short)
}

/// Title and moment of the workbook, both the document's own; no author.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let mut properties =
        DocProperties::new().set_title(&document.title).set_subject(&document.data.title).set_comment(&document.foot);
    // "2026-11-16T05:00:00Z", or with digits behind the seconds, which a workbook does not keep.
    properties = properties.set_creation_datetime(&moment(&document.data.as_of)?);
    Ok(properties)
}

fn moment(text: &str) -> Result<ExcelDateTime, XlsxError> {
    use chrono::{Datelike, Timelike};
    let instant = chrono::DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc()).unwrap_or_default();
    // A workbook's calendar begins in 1900.
    let year = u16::try_from(instant.year().clamp(1900, 9999)).unwrap_or(1900);
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    ExcelDateTime::from_ymd(year, small(instant.month()), small(instant.day()))?.and_hms(
        u16::from(small(instant.hour())),
        small(instant.minute()),
        f64::from(instant.second()),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::report::compose::compose;
    use crate::scorecard::example;
    use crate::scorecard::scorecard::Scorecard;

    fn weekly(scorecard: &Scorecard) -> Document {
        compose(scorecard, &Definitions::load(&Catalogue::embedded()).reports["weekly"])
    }

    fn written(document: &Document) -> Vec<u8> {
        render(document, &Catalogue::embedded()).unwrap()
    }

    /// The cells of every sheet by its name.
    fn read(bytes: Vec<u8>) -> Vec<(String, Vec<Data>)> {
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        book.worksheets()
            .into_iter()
            .map(|(name, cells)| (name, cells.used_cells().map(|(_, _, cell)| cell.clone()).collect()))
            .collect()
    }

    #[test]
    fn sheets_stand_in_the_order_of_the_page_and_the_same_report_gives_the_same_bytes() {
        for scorecard in [example::rich(), example::sparse(), example::empty()] {
            let document = weekly(&scorecard);
            let bytes = written(&document);
            assert!(bytes == written(&document));
            let names: Vec<String> = read(bytes).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names[0], "Summary");
            let place = |wanted: &str| names.iter().position(|name| name == wanted);
            assert!(place("Definitions").is_some() && place("Definitions") < place("Figures"), "{names:?}");
            // What nothing was loaded for is said in the summary.
            assert!(place("Services") < place("Definitions"), "{names:?}");
        }
    }

    #[test]
    fn every_measure_is_there_unrounded() {
        let document = weekly(&example::rich());
        let sheets = read(written(&document));
        let figures = &sheets.iter().find(|(name, _)| name == "Figures").unwrap().1;
        for measure in &document.data.measures {
            if let Some(value) = measure.value {
                assert!(figures.contains(&Data::Float(value)), "{} {value}", measure.metric);
            }
        }
    }

    #[test]
    fn text_that_looks_like_a_formula_or_a_link_stays_text() {
        let mut document = weekly(&example::rich());
        let hostile =
            ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "http://a.b/", "{=1}", "Sheet1!A1", "a\u{0}b", "_x0041_"];
        for section in &mut document.sections {
            section.blocks.extend(hostile.map(|text| Block::Note { text: text.to_owned() }));
            section.title = section.title.as_ref().map(|_| "=Sheet1!A1".to_owned());
            for block in &mut section.blocks {
                if let Block::Chart(chart) = block {
                    chart.caption = "=Summary!A1".to_owned();
                }
            }
        }
        let bytes = written(&document);
        let mut book = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
        for name in book.sheet_names() {
            assert!(book.worksheet_formula(&name).unwrap().used_cells().all(|(_, _, formula)| formula.is_empty()));
        }
        let sheets = read(bytes);
        for text in ["=1+1", "http://a.b/", "_x0041_"] {
            assert!(sheets.iter().any(|(_, cells)| cells.contains(&Data::String(text.to_owned()))), "{text}");
        }
    }
}
