//! Headline figures: beside each other where the width allows, or one a line.

use super::line::{Ink, Line, Piece, beside, columns, prose, wrap};
use super::{mark, plot};
use crate::report::document::Tile;

/// Columns that a tile needs.
const NARROWEST: usize = 24;

/// Between two tiles.
const GAP: &str = " │ ";

/// Tiles in rows of as many.
pub(super) fn tiles(tiles: &[Tile], width: usize) -> Vec<Line> {
    let gap = columns(GAP);
    let most = ((width + gap) / (NARROWEST + gap)).max(1);
    let rows = tiles.len().div_ceil(most).max(1);
    let across = tiles.len().div_ceil(rows).max(1);
    let each = (width + gap) / across - gap;
    let mut lines = Vec::new();
    for row in tiles.chunks(across) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(beside(row.iter().map(|of| (each, tile(of, each))).collect(), GAP));
    }
    lines
}

fn tile(tile: &Tile, width: usize) -> Vec<Line> {
    let mut lines = prose(&tile.title, Ink::Faint, width);
    let ink = if tile.has_value { Ink::Strong } else { Ink::Faint };
    let mut value = vec![Piece::new(&tile.value, ink)];
    if let Some(delta) = &tile.delta {
        value.push(Piece::new(&format!("  {delta} {}", tile.since), Ink::Faint));
    }
    lines.extend(wrap(&value, width, 0));
    if let Some(spark) = &tile.spark {
        lines.push(plot::spark(&spark.points, spark.limits, spark.alarm, width));
    }
    lines.extend(wrap(&mark(&tile.signal), width, 2));
    for evidence in &tile.evidence {
        lines.extend(wrap(&[Piece::new(evidence, Ink::Faint)], width, 2));
    }
    lines
}

/// Columns below which a trend says nothing, and words are broken too often.
const LEAST: usize = 8;

/// Tiles as one line each: title, value, change, trend, signal.
pub(super) fn short(tiles: &[Tile], width: usize) -> Vec<Line> {
    let widest = |text: &dyn Fn(&Tile) -> usize| tiles.iter().map(text).max().unwrap_or(0);
    let title = |tile: &Tile| Line::of(&tile.title, Ink::Plain);
    let value = |tile: &Tile| Line::of(&tile.value, if tile.has_value { Ink::Strong } else { Ink::Faint });
    let delta = |tile: &Tile| Line::of(tile.delta.as_deref().unwrap_or_default(), Ink::Faint);
    let points = |tile: &Tile| tile.spark.as_ref().map_or(0, |spark| spark.points.len());
    let (titles, values) = (widest(&|tile| title(tile).columns()), widest(&|tile| value(tile).columns()));
    let (deltas, signals) = (
        widest(&|tile| delta(tile).columns()),
        widest(&|tile| mark(&tile.signal).iter().map(|piece| columns(&piece.text)).sum()),
    );
    // What stands before the signal, and the trend where the longest signal leaves it room.
    let fixed = titles + values + deltas + 6;
    let trend = widest(&|tile| points(tile)).min(width.saturating_sub(fixed + 2 + signals));
    let before = fixed + if trend > LEAST { trend + 2 } else { 0 };
    let mut lines = Vec::new();
    for tile in tiles {
        let mut line = title(tile).within(titles, false);
        line.0.extend(value(tile).within(values, true).indented(2).0);
        line.0.extend(delta(tile).within(deltas, true).indented(2).0);
        if trend > LEAST {
            let spark = tile
                .spark
                .as_ref()
                .map_or_else(Line::default, |spark| plot::spark(&spark.points, spark.limits, spark.alarm, trend));
            line.0.extend(spark.within(trend, true).indented(2).0);
        }
        if before + LEAST > width {
            line.0.push(Piece::new("  ", Ink::Plain));
            line.0.extend(mark(&tile.signal));
            lines.extend(wrap(&line.0, width, 2));
            continue;
        }
        let signal = wrap(&mark(&tile.signal), width - before, 0);
        lines.extend(beside(vec![(before, vec![line]), (width - before, signal)], ""));
    }
    lines
}
