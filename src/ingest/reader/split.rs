//! One record of separated text: cells, quotes, line ends. Knows nothing of headers or files.

/// The cells of one record; used again for the next.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// What stands at the front of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Split {
    /// A record.
    Record {
        /// Bytes of the record with its line end.
        used: usize,
        /// Lines that it takes.
        lines: u64,
        /// Whether a line end follows it; else it ends with the file.
        terminated: bool,
        /// Whether text follows the closing quote of a cell.
        after_quote: bool,
    },
    /// The text ends before the record does, and more may come.
    More,
    /// A quote opens in the cell of this index and is not closed within the limit or the file.
    Unclosed(usize),
}

/// The length of the line end at `at`: `\n`, `\r`, `\r\n`, or `\r\r\n` as broken conversions write it. 0 when there is none,
/// `None` when more text is needed to tell.
pub fn line_end(bytes: &[u8], at: usize, ended: bool) -> Option<usize> {
    match bytes.get(at) {
        Some(b'\n') => Some(1),
        Some(b'\r') => {
            let returns = bytes[at..].iter().take_while(|byte| **byte == b'\r').count();
            match bytes.get(at + returns) {
                Some(b'\n') => Some(returns + 1),
                Some(_) => Some(1),
                None if ended => Some(1),
                None => None,
            }
        }
        _ => Some(0),
    }
}

/// Splits the record at the front of `text` into `cells`. `ended`: nothing comes after `text`. A quoted cell longer than
/// `quoted_limit` bytes counts as one whose quote is not closed.
pub fn split(text: &str, separator: u8, ended: bool, quoted_limit: usize, cells: &mut Cells) -> Split {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut lines = 1;
    let mut after_quote = false;
    cells.clear();
    loop {
        if bytes.get(at) == Some(&b'"') {
            let quoted = match quoted_cell(text, at, ended, quoted_limit, cells) {
                Quoted::Closed { end, lines: within } => (end, within),
                Quoted::More => return Split::More,
                Quoted::Unclosed => return Split::Unclosed(cells.len()),
            };
            at = quoted.0;
            lines += quoted.1;
        }
        let rest = &bytes[at..];
        let plain = rest.iter().position(|byte| *byte == separator || *byte == b'\n' || *byte == b'\r');
        let Some(plain) = plain else {
            if !ended {
                return Split::More;
            }
            after_quote |= is_after_quote(bytes, at, bytes.len());
            cells.text.push_str(&text[at..]);
            cells.end_cell();
            return Split::Record { used: bytes.len(), lines, terminated: false, after_quote };
        };
        after_quote |= is_after_quote(bytes, at, at + plain);
        cells.text.push_str(&text[at..at + plain]);
        at += plain;
        cells.end_cell();
        if bytes[at] == separator {
            at += 1;
            continue;
        }
        return match line_end(bytes, at, ended) {
            Some(length) => Split::Record { used: at + length, lines, terminated: true, after_quote },
            None => Split::More,
        };
    }
}

/// Whether text that is not blank stands between the closing quote before `from` and `to`.
fn is_after_quote(bytes: &[u8], from: usize, to: usize) -> bool {
    from > 0 && bytes[from - 1] == b'"' && bytes[from..to].iter().any(|byte| *byte != b' ')
}

enum Quoted {
    Closed { end: usize, lines: u64 },
    More,
    Unclosed,
}

/// Reads the quoted part that opens at `open`; what follows the closing quote is left to the caller.
fn quoted_cell(text: &str, open: usize, ended: bool, limit: usize, cells: &mut Cells) -> Quoted {
    let bytes = text.as_bytes();
    let mut start = open + 1;
    let mut lines = 0;
    loop {
        let Some(length) = bytes[start..].iter().position(|byte| *byte == b'"') else {
            let is_over = ended || bytes.len() - open > limit;
            return if is_over { Quoted::Unclosed } else { Quoted::More };
        };
        let quote = start + length;
        if quote - open > limit {
            return Quoted::Unclosed;
        }
        let part = &text[start..quote];
        lines += part.bytes().filter(|byte| *byte == b'\n').count() as u64;
        cells.text.push_str(part);
        match bytes.get(quote + 1) {
            Some(b'"') => {
                cells.text.push('"');
                start = quote + 2;
            }
            None if !ended => return Quoted::More,
            _ => {
                return Quoted::Closed { end: quote + 1, lines };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> (Vec<String>, Split) {
        let mut cells = Cells::default();
        let split = split(text, b',', true, 1000, &mut cells);
        (cells.iter().map(str::to_string).collect(), split)
    }

    #[test]
    fn quotes_hold_separators_quotes_and_line_ends() {
        let (found, split) = cells("a,\"b,\"\"c\"\"\r\nd\",\r\r\nnext");
        assert_eq!(found, ["a", "b,\"c\"\r\nd", ""]);
        assert_eq!(split, Split::Record { used: 18, lines: 2, terminated: true, after_quote: false });
    }

    #[test]
    fn a_quote_inside_a_cell_is_text() {
        assert_eq!(cells("5\" disk,\"a\"b\n").0, ["5\" disk", "ab"]);
        assert_eq!(cells("\"\",x\n").0, ["", "x"]);
    }

    #[test]
    fn a_record_that_the_text_cuts_asks_for_more() {
        for text in ["a,b", "a,\"b", "a,\"b\"", "a,b\r"] {
            assert_eq!(split(text, b',', false, 1000, &mut Cells::default()), Split::More, "{text:?}");
        }
        assert_eq!(cells("a,\"b\nc").1, Split::Unclosed(1));
    }
}
