//! Blocks of a section as rows of a sheet.

use rust_xlsxwriter::{Format, FormatUnderline, XlsxError};

use super::chart::chart;
use super::series::Series;
use super::sheet::{Sheet, small_line};
use super::style;
use super::table::{figure, matrix, table, trend};
use crate::report::document::{Block, Definition, Document, Fact, Section, Span, Statement, Table, Tile};

/// The column of what a figure means.
const MEANING: u16 = 3;

/// What blocks of any section need.
pub(super) struct Page<'a> {
    /// The document.
    pub(super) document: &'a Document,
    /// Where charts have their data.
    pub(super) series: Series<'a>,
}

impl Page<'_> {
    fn word<'w>(&'w self, key: &'w str) -> &'w str {
        self.document.words.get(key).map_or(key, String::as_str)
    }

    /// A section with its heading.
    pub(super) fn section(&mut self, sheet: &mut Sheet, section: &Section) -> Result<(), XlsxError> {
        if let Some(title) = &section.title {
            if sheet.row > 0 {
                sheet.row += 1;
            }
            sheet.plain(title, style::heading(), 1.2);
        }
        if let Some(lead) = &section.lead {
            small_line(sheet, lead);
        }
        if sheet.row > 0 {
            sheet.row += 1;
        }
        section.blocks.iter().try_for_each(|block| self.block(sheet, block))
    }

    fn block(&mut self, sheet: &mut Sheet, block: &Block) -> Result<(), XlsxError> {
        match block {
            Block::Verdict { spans } => verdict(sheet, spans),
            Block::Tiles { tiles } => self.tiles(sheet, tiles)?,
            Block::Statements { statements } => self.statements(sheet, statements)?,
            Block::Table(held) => self.table(sheet, held)?,
            Block::Matrix(held) => {
                sheet.plain(&held.caption, style::caption(), 1.0);
                matrix(sheet, held)?;
            }
            Block::Chart(held) => chart(sheet, &mut self.series, held)?,
            Block::Facts { facts } => self.facts(sheet, facts)?,
            Block::Definitions { definitions } => self.definitions(sheet, definitions)?,
            Block::Note { text } => small_line(sheet, text),
        }
        Ok(())
    }

    fn table(&mut self, sheet: &mut Sheet, held: &Table) -> Result<(), XlsxError> {
        sheet.plain(&held.caption, style::caption(), 1.0);
        let evidence = self.word("Evidence").to_owned();
        table(sheet, &mut self.series, held, &evidence)
    }

    /// Headline figures: one a row.
    fn tiles(&mut self, sheet: &mut Sheet, tiles: &[Tile]) -> Result<(), XlsxError> {
        let heads = [
            ("Figure", false),
            ("Value", true),
            ("Change", false),
            ("Trend", false),
            ("Signal", false),
            ("Evidence", false),
        ];
        for ((head, right), column) in heads.into_iter().zip(0..) {
            let format = if column == 0 { style::first_head() } else { style::head(right) };
            sheet.words((sheet.row, column), self.word(head), &format)?;
        }
        for tile in tiles {
            sheet.row += 1;
            let row = sheet.row;
            sheet.words((row, 0), &tile.title, &style::cell().set_bold())?;
            sheet.widen(0, &tile.title);
            figure(sheet, (row, 1), &tile.value, tile.number.as_ref(), !tile.has_value, true)?;
            let change = tile.delta.as_ref().map_or_else(String::new, |delta| format!("{delta} {}", tile.since));
            sheet.words((row, 2), &change, &style::small_cell())?;
            sheet.narrow(2, &change);
            sheet.sheet.write_blank(row, 3, &style::cell())?;
            if let Some(spark) = &tile.spark {
                trend(sheet, &mut self.series, (row, 3), &tile.title, spark)?;
            }
            let mark = tile.signal.text();
            sheet.words((row, 4), &mark, &style::mark(style::said(), tile.signal.tone).set_text_wrap())?;
            sheet.widen(4, &mark);
            let lines: Vec<&str> = tile.evidence.iter().chain(&tile.parts).map(String::as_str).collect();
            sheet.words((row, 5), &lines.join("\n"), &style::small_cell())?;
            sheet.widen(5, &lines.join("\n"));
            sheet.sheet.set_row_height(row, 13.0 * (lines.len().max(2) as f64) + 3.0)?;
        }
        sheet.row += 2;
        Ok(())
    }

    /// Sentences: the mark, what happened and why, and the evidence below.
    fn statements(&mut self, sheet: &mut Sheet, statements: &[Statement]) -> Result<(), XlsxError> {
        for statement in statements {
            let mark = statement.mark.text();
            sheet.words((sheet.row, 0), &mark, &style::mark(style::text(), statement.mark.tone).set_text_wrap())?;
            sheet.widen(0, &mark);
            let mut spans = vec![(statement.headline.clone(), style::caption())];
            if !statement.text.is_empty() {
                spans.push((format!(" {}", statement.text), style::text()));
            }
            sheet.line(1, spans, style::text(), 1.0);
            if !statement.evidence.is_empty() {
                sheet.line(1, vec![(statement.evidence.clone(), style::small())], style::small(), 0.85);
            }
        }
        Ok(())
    }

    fn facts(&mut self, sheet: &mut Sheet, facts: &[Fact]) -> Result<(), XlsxError> {
        for fact in facts {
            figure(sheet, (sheet.row, 0), &fact.value, fact.number.as_ref(), false, true)?;
            sheet.line(1, vec![(fact.words.clone(), style::text())], style::text(), 1.0);
        }
        sheet.row += 1;
        Ok(())
    }

    /// Definitions: one a row, a column for each thing that is said of any.
    fn definitions(&mut self, sheet: &mut Sheet, definitions: &[Definition]) -> Result<(), XlsxError> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in definitions.iter().flat_map(|definition| definition.facts.iter().chain(&definition.commands)) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let header = sheet.row;
        let fixed = ["Figure", "Id", "Value", "Meaning"].map(|head| self.word(head).to_owned());
        for (head, column) in fixed.iter().map(String::as_str).chain(names.iter().copied()).zip(0..) {
            sheet.words((header, column), head, &style::first_head())?;
            sheet.narrow(column, head);
        }
        let wrapped = || style::cell().set_text_wrap();
        for definition in definitions {
            sheet.row += 1;
            let facts: Vec<&(String, String)> = definition.facts.iter().chain(&definition.commands).collect();
            let said = |name: &&str| facts.iter().find(|(of, _)| of == name).map_or("", |(_, text)| text.as_str());
            let first = [&definition.title, &definition.id, &definition.value, &definition.meaning];
            let all = first.into_iter().map(String::as_str).chain(names.iter().map(&said));
            for (text, column) in all.zip(0..) {
                let format = if column == 0 { wrapped().set_bold() } else { wrapped() };
                sheet.words((sheet.row, column), text, &format)?;
                if column == MEANING { sheet.widen(column, text) } else { sheet.narrow(column, text) }
            }
            let letters = |text: &str| text.chars().count();
            let narrow = names.iter().map(|name| (letters(said(name)), true));
            sheet.heighten(sheet.row, narrow.chain([(letters(&definition.meaning), false)]))?;
        }
        sheet.table(header, sheet.row, (fixed.len() + names.len()) as u16);
        sheet.row += 2;
        for definition in definitions.iter().filter(|definition| !definition.slices.is_empty()) {
            sheet.plain(&definition.title, style::heading(), 1.2);
            definition.slices.iter().try_for_each(|slice| self.table(sheet, slice))?;
        }
        Ok(())
    }

    /// Links to the other sheets.
    pub(super) fn contents(&self, sheet: &mut Sheet, names: &[String]) -> Result<(), XlsxError> {
        sheet.row += 1;
        sheet.plain(self.word("Contents"), style::heading(), 1.2);
        let format = Format::new().set_font_color(style::DATA).set_underline(FormatUnderline::Single);
        for name in names {
            let target = format!("internal:'{}'!A1", name.replace('\'', "''"));
            sheet.sheet.write_url_with_options(sheet.row, 0, target.as_str(), name, "", Some(&format))?;
            sheet.row += 1;
        }
        Ok(())
    }
}

/// The verdict; the words with the bad news are bold and red.
fn verdict(sheet: &mut Sheet, spans: &[Span]) {
    let format = |span: &Span| {
        if span.alarm { style::verdict().set_bold().set_font_color(style::ALARM) } else { style::verdict() }
    };
    let spans = spans.iter().map(|span| (span.text.clone(), format(span))).collect();
    sheet.line(0, spans, style::verdict(), 1.5);
    sheet.row += 1;
}
