//! The short form of a report, for the end of a run: title, verdict, headline figures, and what needs a decision.

use super::line::{Line, prose};
use super::{Ink, NARROWEST, Style, WIDEST, paint, section, tile, verdict};
use crate::declaration::report::Kind;
use crate::report::document::{Block, Document};

/// The short form of a report; with its decisions where `decisions`.
pub fn short(document: &Document, decisions: bool, style: &Style) -> String {
    let width = style.width.clamp(NARROWEST, WIDEST);
    let mut lines = prose(&document.title, Ink::Strong, width);
    for block in document.sections.iter().flat_map(|section| &section.blocks) {
        match block {
            Block::Verdict { spans } => lines.extend(verdict(spans, width)),
            Block::Tiles { tiles } => {
                lines.push(Line::default());
                lines.extend(tile::short(tiles, width));
            }
            _ => {}
        }
    }
    for of in document.sections.iter().filter(|section| decisions && section.kind == Kind::Decisions) {
        lines.push(Line::default());
        lines.extend(section(document, of, width));
    }
    paint(&lines, style.colour)
}
