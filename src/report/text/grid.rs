//! A grid of cells in a width: columns shrink to their longest words, drawings go where there is no room for them, and where
//! even that is too wide each row becomes lines of "name: figure". No figure is ever cut.

use super::line::{Ink, Line, Piece, columns, longest_word, wrap};
use super::plot;

/// Columns between two columns.
const GAP: usize = 2;

/// A word longer than this may be broken: it is an address or a path, and no figure.
const LONG: usize = 34;

/// Columns that the words of a mark have at least.
const MARK: usize = 18;

/// What a cell holds.
pub(super) enum Content {
    /// Text, and small text under it.
    Words {
        text: Vec<Piece>,
        small: String,
        /// Text that is not broken at its spaces.
        whole: bool,
    },
    /// How something stands.
    Mark(Vec<Piece>),
    /// A bar from and to places of 0 to 1, with a target.
    Bar { from: f64, to: f64, target: Option<f64>, ink: Ink },
    /// A history.
    Spark { points: Vec<Option<f64>>, limits: Option<[f64; 3]>, alarm: bool },
    /// Nothing.
    Nothing,
}

impl Content {
    pub(super) fn figure(text: &str, ink: Ink) -> Self {
        Content::Words { text: vec![Piece::new(text, ink)], small: String::new(), whole: true }
    }

    pub(super) fn words(text: &str, ink: Ink) -> Self {
        Content::Words { text: vec![Piece::new(text, ink)], small: String::new(), whole: false }
    }

    fn is_drawn(&self) -> bool {
        matches!(self, Content::Bar { .. } | Content::Spark { .. })
    }

    /// The columns that it can do with, and those that it likes best.
    fn wants(&self, bars: usize, names: bool) -> (usize, usize) {
        match self {
            Content::Words { text, small, whole } => {
                let text: String = text.iter().map(|piece| piece.text.as_str()).collect();
                let small = super::line::plain(small);
                let least = if *whole { columns(&text) } else { longest_word(&text).min(LONG) };
                let small = if names { "" } else { small.as_str() };
                let indent = if small.is_empty() { 0 } else { under(*whole) };
                let (within, beneath) = (longest_word(small).min(LONG) + indent, columns(small) + indent);
                (least.max(within), columns(&text).max(beneath))
            }
            Content::Mark(pieces) => {
                let wide: usize = pieces.iter().map(|piece| columns(&piece.text)).sum();
                let word = pieces.iter().map(|piece| longest_word(&piece.text)).max().unwrap_or(0);
                (wide.min(word.max(MARK)), wide)
            }
            Content::Bar { .. } => (bars.min(8), bars),
            Content::Spark { points, .. } => (points.len().min(8), points.len().min(bars.max(26))),
            Content::Nothing => (0, 0),
        }
    }

    /// The small text under the name of a row, which has the whole width.
    fn beneath(&self, width: usize) -> Vec<Line> {
        let Content::Words { small, .. } = self else { return Vec::new() };
        let lines = wrap(&[Piece::new(small, Ink::Faint)], width.saturating_sub(2), 0);
        lines.into_iter().map(|line| line.indented(2)).collect()
    }

    fn lines(&self, width: usize, names: bool) -> Vec<Line> {
        match self {
            Content::Words { text, small, whole } => {
                let mut lines = wrap(text, width, 0);
                if names {
                    return lines;
                }
                let indent = under(*whole).min(width.saturating_sub(1));
                let small = wrap(&[Piece::new(small, Ink::Faint)], width - indent, 0);
                lines.extend(small.into_iter().map(|line| line.indented(indent)));
                lines
            }
            Content::Mark(pieces) => wrap(pieces, width, 0),
            Content::Bar { from, to, target, ink } => vec![Line::of(&plot::bar(*from, *to, *target, width), *ink)],
            Content::Spark { points, limits, alarm } => vec![plot::spark(points, *limits, *alarm, width)],
            Content::Nothing => Vec::new(),
        }
    }
}

/// How much further right small text stands than the words that it belongs to; a figure's stands under it.
fn under(whole: bool) -> usize {
    if whole { 0 } else { 2 }
}

/// A grid with its headings: text, and whether the column stands on the right.
pub(super) struct Grid {
    pub(super) headings: Vec<(String, bool)>,
    pub(super) rows: Vec<Vec<Content>>,
    /// The columns that a bar likes best.
    pub(super) bars: usize,
}

impl Grid {
    /// The lines of the grid, none wider than `width`.
    pub(super) fn draw(&self, width: usize) -> Vec<Line> {
        let all: Vec<usize> = (0..self.headings.len()).collect();
        let bar = |column: usize| self.rows.iter().any(|row| matches!(row.get(column), Some(Content::Bar { .. })));
        let without_bars = || all.iter().copied().filter(|column| !bar(*column)).collect();
        let without_drawings = || all.iter().copied().filter(|column| !self.is_drawn(*column)).collect();
        let choices: [&dyn Fn() -> Vec<usize>; 3] = [&|| all.clone(), &without_bars, &without_drawings];
        for choice in choices {
            let kept = choice();
            if let Some(widths) = self.widths(&kept, width) {
                return self.lay(&kept, &widths, width);
            }
        }
        self.fold(width)
    }

    fn is_drawn(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row.get(column).is_some_and(Content::is_drawn))
    }

    /// The width of each kept column, where all fit.
    fn widths(&self, kept: &[usize], width: usize) -> Option<Vec<usize>> {
        // Of each column: the least, what its cells like best, and what its heading likes too.
        let wants: Vec<(usize, usize, usize)> = kept
            .iter()
            .map(|column| {
                let heading = &self.headings[*column].0;
                let cells =
                    self.rows.iter().filter_map(|row| row.get(*column)).map(|cell| cell.wants(self.bars, *column == 0));
                let (least, best) = cells
                    .fold((longest_word(heading), 0), |(least, best), (low, high)| (least.max(low), best.max(high)));
                (least, best.max(least), best.max(least).max(columns(heading)))
            })
            .collect();
        let gaps = GAP * kept.len().saturating_sub(1);
        let mut widths: Vec<usize> = wants.iter().map(|(.., whole)| *whole).collect();
        while widths.iter().sum::<usize>() + gaps > width {
            // Headings are broken before drawings give way, and these before words are broken; of several the widest.
            let open = (0..widths.len()).filter(|column| widths[*column] > wants[*column].0);
            let first = open.max_by_key(|column| {
                (widths[*column] > wants[*column].1, self.is_drawn(kept[*column]), widths[*column])
            })?;
            widths[first] -= 1;
        }
        Some(widths)
    }

    fn lay(&self, kept: &[usize], widths: &[usize], width: usize) -> Vec<Line> {
        let row = |cells: Vec<Vec<Line>>| {
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            (0..height).map(move |position| {
                let mut line = Line::default();
                for (at, ((cell, column), width)) in cells.iter().zip(kept).zip(widths).enumerate() {
                    let here = cell.get(position).cloned().unwrap_or_default();
                    let gap = if at == 0 { 0 } else { GAP };
                    line.0.extend(here.within(*width, self.headings[*column].1).indented(gap).0);
                }
                line
            })
        };
        let mut lines = Vec::new();
        if kept.iter().any(|column| !self.headings[*column].0.is_empty()) {
            let headings = kept
                .iter()
                .zip(widths)
                .map(|(column, width)| wrap(&[Piece::new(&self.headings[*column].0, Ink::Faint)], *width, 0));
            let mut headings: Vec<Vec<Line>> = headings.collect();
            let height = headings.iter().map(Vec::len).max().unwrap_or(0);
            for heading in &mut headings {
                // Headings stand on the line.
                heading.splice(0..0, vec![Line::default(); height - heading.len()]);
            }
            lines.extend(row(headings));
            let whole = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
            lines.push(Line::of(&"─".repeat(whole), Ink::Faint));
        }
        for cells in &self.rows {
            let cell = |(column, width): (&usize, &usize)| {
                cells.get(*column).map_or_else(Vec::new, |cell| cell.lines(*width, *column == 0))
            };
            lines.extend(row(kept.iter().zip(widths).map(cell).collect()));
            lines.extend(cells.first().map_or_else(Vec::new, |name| name.beneath(width)));
        }
        lines
    }

    /// Each row as its name and the figures with their headings; what is only drawn is left out.
    fn fold(&self, width: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        for cells in &self.rows {
            let mut named = cells.iter();
            let mut name = named.next().map_or_else(Vec::new, |first| first.lines(width, true));
            let marks =
                cells.iter().filter_map(|cell| if let Content::Mark(pieces) = cell { Some(pieces) } else { None });
            let marks: Vec<Piece> =
                marks.flat_map(|pieces| [&[Piece::new("  ", Ink::Plain)], pieces.as_slice()].concat()).collect();
            let wide: usize = marks.iter().map(|piece| columns(&piece.text)).sum();
            match name.first_mut().filter(|first| first.columns() + wide <= width) {
                Some(first) => first.0.extend(marks),
                None => name.extend(wrap(&marks, width, 0)),
            }
            lines.extend(name);
            let mut pieces: Vec<Piece> = Vec::new();
            for (cell, (heading, _)) in named.zip(self.headings.iter().skip(1)) {
                let Content::Words { text, small, .. } = cell else { continue };
                let mut pair = Vec::new();
                if !heading.is_empty() {
                    pair.push(Piece::new(&format!("{heading}: "), Ink::Faint));
                }
                pair.extend(text.iter().cloned());
                if !small.is_empty() {
                    pair.push(Piece::new(&format!(" ({small})"), Ink::Faint));
                }
                if pair.iter().all(|piece| piece.text.trim().is_empty()) {
                    continue;
                }
                let wide: usize = pair.iter().map(|piece| columns(&piece.text)).sum();
                if wide + 4 <= width {
                    pair.iter_mut().for_each(|piece| piece.text = piece.text.replace(' ', "\u{a0}"));
                }
                if !pieces.is_empty() {
                    pieces.push(Piece::new("\u{a0}· ", Ink::Faint));
                }
                pieces.extend(pair);
            }
            lines.extend(wrap(&pieces, width.saturating_sub(2), 0).into_iter().map(|line| line.indented(2)));
            lines.extend(cells.first().map_or_else(Vec::new, |name| name.beneath(width)));
        }
        lines
    }
}
