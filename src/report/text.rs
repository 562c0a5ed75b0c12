//! A report in a terminal: the same words, figures and marks in the same order, in lines that hold a width, with colour or
//! without. Imported text can neither move the cursor nor change a colour.

mod chart;
mod grid;
mod line;
mod plot;
mod short;
mod table;
mod tile;

use super::document::{Block, Document, Fact, Mark, Section, Span, Statement, Tone};
use super::format::{RenderError, Templates};
use crate::declaration::report::Kind;
pub(super) use line::plain;
use line::{Ink, Line, Piece, beside, columns, prose, wrap};
pub use short::short;

/// The widest that a report gets, however wide the terminal is.
const WIDEST: usize = 120;

/// The narrowest that it can be laid out in.
const NARROWEST: usize = 24;

/// The width of a file.
const FILE: usize = 80;

/// Sentences are read more easily in lines no longer than this.
const MEASURE: usize = 100;

/// From this width on two sections may stand beside each other.
const TWO: usize = 112;

/// Between two sections that stand beside each other.
const GUTTER: &str = "    ";

/// How a report is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns that no line goes beyond.
    pub width: usize,
    /// Whether the other end understands colours.
    pub colour: bool,
}

/// The report as a text file.
///
/// # Errors
/// Never.
pub fn render(document: &Document, _: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    Ok(draw(document, &Style { width: FILE, colour: false }).into_bytes())
}

/// The report for a terminal.
pub fn draw(document: &Document, style: &Style) -> String {
    let width = style.width.clamp(NARROWEST, WIDEST);
    let mut lines = head(document, width);
    let mut sections = document.sections.iter().peekable();
    while let Some(section) = sections.next() {
        lines.push(Line::default());
        match sections.next_if(|next| next.beside && width >= TWO) {
            Some(next) => {
                let each = (width - columns(GUTTER)) / 2;
                let pair = [section, next].map(|of| (each, self::section(document, of, each)));
                lines.extend(beside(pair.into(), GUTTER));
            }
            None => lines.extend(self::section(document, section, width)),
        }
    }
    lines.push(Line::default());
    lines.push(Line::of(&"─".repeat(width), Ink::Faint));
    lines.extend(prose(&document.foot, Ink::Faint, width.min(MEASURE)));
    paint(&lines, style.colour)
}

fn paint(lines: &[Line], colour: bool) -> String {
    let mut text = String::new();
    lines.iter().for_each(|line| line.paint(colour, &mut text));
    text
}

fn head(document: &Document, width: usize) -> Vec<Line> {
    let mut lines = prose(&document.title, Ink::Strong, width);
    lines.extend(prose(&document.meta.join(" · "), Ink::Faint, width));
    lines
}

fn section(document: &Document, section: &Section, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(title) = &section.title {
        lines.extend(prose(title, Ink::Strong, width));
        lines.push(Line::of(&"─".repeat(width), Ink::Faint));
    }
    let defines = section.blocks.iter().any(|block| matches!(block, Block::Definitions { .. }));
    // What tells how to read a page of definitions, or the lines of drawings, is about other formats.
    let is_about_others = defines || section.kind == Kind::Charts && !section.blocks.is_empty();
    if let Some(lead) = section.lead.as_ref().filter(|_| !is_about_others) {
        lines.extend(prose(lead, Ink::Faint, width.min(MEASURE)));
    }
    let heading = lines.len();
    let charts = section.blocks.iter().all(|block| matches!(block, Block::Chart(_)));
    let in_two = charts && section.blocks.len() > 1 && width >= TWO;
    let each = if in_two { (width - columns(GUTTER)) / 2 } else { width };
    let mut drawn: Vec<Vec<Line>> =
        section.blocks.iter().map(|of| block(document, section, of, each)).filter(|lines| !lines.is_empty()).collect();
    if in_two {
        let mut pairs = drawn.into_iter();
        let mut rows = Vec::new();
        while let Some(first) = pairs.next() {
            let pair = std::iter::once(first).chain(pairs.next()).map(|lines| (each, lines));
            rows.push(beside(pair.collect(), GUTTER));
        }
        drawn = rows;
    }
    let is_led = section.lead.is_some() && !is_about_others;
    for block in drawn {
        if lines.len() > heading || is_led {
            lines.push(Line::default());
        }
        lines.extend(block);
    }
    lines
}

fn block(document: &Document, section: &Section, block: &Block, width: usize) -> Vec<Line> {
    // The heading names the only table of a section.
    let tables = section.blocks.iter().filter(|block| matches!(block, Block::Table(_))).count();
    let caption = |text: &str| match section.title.is_some() && tables == 1 {
        true => Vec::new(),
        false => prose(text, Ink::Strong, width),
    };
    match block {
        Block::Verdict { spans } => verdict(spans, width),
        Block::Tiles { tiles } => tile::tiles(tiles, width),
        Block::Statements { statements } => self::statements(statements, width),
        Block::Table(of) => [caption(&of.caption), table::table(of, width)].concat(),
        Block::Matrix(of) => [prose(&of.caption, Ink::Strong, width), table::matrix(of, width)].concat(),
        Block::Chart(of) => chart::chart(of, &document.words, width),
        Block::Facts { facts } => self::facts(facts, width),
        Block::Definitions { definitions } if definitions.is_empty() => Vec::new(),
        Block::Definitions { .. } => {
            let words = document.words.get(DEFINED).map_or(DEFINED, String::as_str);
            prose(&format!("{words}: nines explain METRIC"), Ink::Faint, width)
        }
        Block::Note { text } => prose(text, Ink::Faint, width.min(MEASURE)),
    }
}

/// What stands in place of definitions, before the command that gives them.
pub(super) const DEFINED: &str = "What a figure means and rests on";

fn verdict(spans: &[Span], width: usize) -> Vec<Line> {
    let ink = |span: &Span| if span.alarm { Ink::Alarm } else { Ink::Strong };
    let pieces: Vec<Piece> = spans.iter().map(|span| Piece::new(&span.text, ink(span))).collect();
    wrap(&pieces, width.min(MEASURE), 0)
}

/// A mark as pieces: its shape and word in its colour.
fn mark(mark: &Mark) -> Vec<Piece> {
    vec![Piece::new(&mark.text(), ink(mark.tone))]
}

fn ink(tone: Tone) -> Ink {
    match tone {
        Tone::Met => Ink::Met,
        Tone::AtRisk => Ink::Risk,
        Tone::Missed | Tone::Worse => Ink::Alarm,
        Tone::Signal => Ink::Data,
        Tone::NoData | Tone::Plain => Ink::Faint,
    }
}

fn statements(statements: &[Statement], width: usize) -> Vec<Line> {
    let width = width.min(MEASURE);
    let mut lines = Vec::new();
    for statement in statements {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let shape = if statement.mark.shape.is_empty() { "·" } else { statement.mark.shape };
        let mut pieces = vec![
            Piece::new(shape, ink(statement.mark.tone)),
            Piece::new(" ", Ink::Plain),
            Piece::new(&statement.headline, Ink::Strong),
        ];
        if !statement.text.is_empty() {
            pieces.push(Piece::new(&format!(" {}", statement.text), Ink::Plain));
        }
        lines.extend(wrap(&pieces, width, 2));
        let mut evidence = vec![Piece::new(&statement.mark.word, ink(statement.mark.tone))];
        if !statement.evidence.is_empty() {
            evidence.push(Piece::new(&format!(" · {}", statement.evidence), Ink::Faint));
        }
        lines.extend(wrap(&evidence, width - 2, 0).into_iter().map(|line| line.indented(2)));
    }
    lines
}

fn facts(facts: &[Fact], width: usize) -> Vec<Line> {
    let value = |fact: &Fact| Line::of(&fact.value, Ink::Strong);
    let widest = facts.iter().map(|fact| value(fact).columns()).max().unwrap_or(0).min(width / 2);
    let mut lines = Vec::new();
    for fact in facts {
        let mut pieces = value(fact).within(widest, true).0;
        pieces.push(Piece::new("  ", Ink::Plain));
        let words = prose(&fact.words, Ink::Plain, width.saturating_sub(widest + 2).max(1));
        let fits = value(fact).columns() <= widest;
        if !fits {
            lines.extend(wrap(&[Piece::new(&fact.value, Ink::Strong)], width, 0));
        }
        for (position, line) in words.into_iter().enumerate() {
            if position == 0 && fits {
                let mut first = Line(std::mem::take(&mut pieces));
                first.0.extend(line.0);
                lines.push(first);
            } else {
                lines.push(line.indented(widest + 2));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;
