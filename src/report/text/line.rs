//! Pieces of text with their ink, and lines of them: measured in columns of a terminal, wrapped at words, painted last.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece is written with; without colour all are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Faint,
    /// Missed or for the worse, and nothing else.
    Alarm,
    Risk,
    Met,
    Data,
}

impl Ink {
    /// Starts the ink on a terminal; empty for plain.
    fn start(self) -> &'static str {
        match self {
            Ink::Plain => "",
            Ink::Strong => "\u{1b}[1m",
            Ink::Faint => "\u{1b}[2m",
            Ink::Alarm => "\u{1b}[1;31m",
            Ink::Risk => "\u{1b}[33m",
            Ink::Met => "\u{1b}[32m",
            Ink::Data => "\u{1b}[34m",
        }
    }
}

/// Text of one ink that is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) ink: Ink,
}

impl Piece {
    pub(super) fn new(text: &str, ink: Ink) -> Self {
        Piece { text: plain(text), ink }
    }
}

/// Text without what a terminal would obey: control characters become spaces; what turns the direction of text, joins or hides
/// characters has no width of its own and goes.
pub(in crate::report) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' => {}
            '\u{2028}' | '\u{2029}' => safe.push(' '),
            _ if letter.width().is_none() => safe.push(' '),
            _ => safe.push(letter),
        }
    }
    safe
}

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Columns of the longest word.
pub(super) fn longest_word(text: &str) -> usize {
    text.split(' ').map(columns).max().unwrap_or(0)
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(pub(super) Vec<Piece>);

impl Line {
    pub(super) fn of(text: &str, ink: Ink) -> Self {
        Line(vec![Piece::new(text, ink)])
    }

    /// The same with more text.
    pub(super) fn and(mut self, text: &str, ink: Ink) -> Self {
        self.0.push(Piece::new(text, ink));
        self
    }

    pub(super) fn columns(&self) -> usize {
        self.0.iter().map(|piece| columns(&piece.text)).sum()
    }

    fn space(&mut self, count: usize) {
        if count > 0 {
            self.0.push(Piece { text: " ".repeat(count), ink: Ink::Plain });
        }
    }

    /// The line in a column of a width, on its left or right.
    pub(super) fn within(mut self, width: usize, right: bool) -> Self {
        let free = width.saturating_sub(self.columns());
        if right {
            let mut moved = Line::default();
            moved.space(free);
            moved.0.append(&mut self.0);
            return moved;
        }
        self.space(free);
        self
    }

    /// The line further right.
    pub(super) fn indented(self, by: usize) -> Self {
        let mut moved = Line::default();
        moved.space(by);
        moved.0.extend(self.0);
        moved
    }

    /// As text, without spaces at its end.
    pub(super) fn paint(&self, colour: bool, into: &mut String) {
        let shown = self.0.iter().rposition(|piece| piece.text.contains(|letter| letter != ' '));
        let pieces = &self.0[..shown.map_or(0, |last| last + 1)];
        for (position, piece) in pieces.iter().enumerate() {
            let last = position + 1 == pieces.len();
            let text = if last { piece.text.trim_end_matches(' ') } else { piece.text.as_str() };
            match (colour, piece.ink.start()) {
                (false, _) | (true, "") => into.push_str(text),
                (true, start) => {
                    into.push_str(start);
                    into.push_str(text);
                    into.push_str("\u{1b}[0m");
                }
            }
        }
        into.push('\n');
    }
}

/// Pieces as lines no wider than `width`, broken at spaces; all but the first stand `hang` columns further right. A word that is
/// wider than a line is broken where the line ends.
pub(super) fn wrap(pieces: &[Piece], width: usize, hang: usize) -> Vec<Line> {
    let hang = hang.min(width.saturating_sub(1));
    let mut lines = Vec::new();
    let (mut line, mut used) = (Line::default(), 0);
    for (word, ink) in words(pieces) {
        let wide: usize = word.iter().map(|piece| columns(&piece.text)).sum();
        let start = if lines.is_empty() { 0 } else { hang };
        if used > start && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            line.space(hang);
            used = hang;
        } else if used > start {
            line.0.push(Piece { text: " ".to_owned(), ink });
            used += 1;
        }
        if used + wide <= width {
            line.0.extend(word);
            used += wide;
            continue;
        }
        for piece in word {
            for letter in piece.text.chars() {
                let wide = letter.width().unwrap_or(0);
                if used + wide > width {
                    lines.push(std::mem::take(&mut line));
                    line.space(hang);
                    used = hang;
                }
                line.0.push(Piece { text: letter.to_string(), ink: piece.ink });
                used += wide;
            }
        }
    }
    if used > if lines.is_empty() { 0 } else { hang } {
        lines.push(line);
    }
    lines
}

/// The words of pieces, each with the ink of the space before it; a word may have several inks.
fn words(pieces: &[Piece]) -> Vec<(Vec<Piece>, Ink)> {
    let mut found: Vec<(Vec<Piece>, Ink)> = Vec::new();
    let (mut open, mut space) = (false, Ink::Plain);
    for piece in pieces {
        for (position, part) in piece.text.split(' ').enumerate() {
            if position > 0 {
                (open, space) = (false, piece.ink);
            }
            if part.is_empty() {
                continue;
            }
            let part = Piece { text: part.to_owned(), ink: piece.ink };
            match found.last_mut().filter(|_| open) {
                Some((word, _)) => word.push(part),
                None => found.push((vec![part], space)),
            }
            open = true;
        }
    }
    found
}

/// One ink's text, wrapped.
pub(super) fn prose(text: &str, ink: Ink, width: usize) -> Vec<Line> {
    wrap(&[Piece::new(text, ink)], width, 0)
}

/// Blocks of lines beside each other, each in a column of its width, with a gap between.
pub(super) fn beside(blocks: Vec<(usize, Vec<Line>)>, gap: &str) -> Vec<Line> {
    let height = blocks.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
    let mut blocks: Vec<_> = blocks.into_iter().map(|(width, lines)| (width, lines.into_iter())).collect();
    let mut whole = Vec::with_capacity(height);
    for _ in 0..height {
        let mut line = Line::default();
        for (position, (width, lines)) in blocks.iter_mut().enumerate() {
            if position > 0 {
                line = line.and(gap, Ink::Faint);
            }
            line.0.extend(lines.next().unwrap_or_default().within(*width, false).0);
        }
        whole.push(line);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|line| {
                let mut text = String::new();
                line.paint(false, &mut text);
                text.trim_end_matches('\n').to_owned()
            })
            .collect()
    }

    #[test]
    fn lines_break_at_words_and_figures_stay_whole() {
        let text = "restored in 2\u{a0}h\u{a0}41\u{a0}m on average";
        assert_eq!(texts(&prose(text, Ink::Plain, 14)), ["restored in", "2\u{a0}h\u{a0}41\u{a0}m on", "average"]);
        assert_eq!(texts(&wrap(&[Piece::new("abcdefgh ij", Ink::Plain)], 5, 2)), ["abcde", "  fgh", "  ij"]);
        assert_eq!(texts(&prose("日本語", Ink::Plain, 4)), ["日本", "語"]);
    }

    #[test]
    fn a_word_of_two_inks_stays_one_word() {
        let pieces = [Piece::new("all ", Ink::Plain), Piece::new("missed", Ink::Alarm), Piece::new(".", Ink::Plain)];
        assert_eq!(texts(&wrap(&pieces, 8, 0)), ["all", "missed."]);
        let mut coloured = String::new();
        wrap(&pieces, 80, 0)[0].paint(true, &mut coloured);
        assert_eq!(coloured, "all \u{1b}[1;31mmissed\u{1b}[0m.\n");
    }

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\u{9b}2J\u{7}"), "a [31mb  c 2J ");
        assert_eq!(plain("x\u{202e}y\u{200b}z\u{2028}"), "xyz ");
    }
}
