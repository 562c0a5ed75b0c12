//! What a file of separated text does not say of itself: its separator, where its header is, and names for columns without a name of
//! their own.

use std::collections::BTreeSet;

use super::header::{self, Row};
use super::split::{Cells, Split, split};

const SEPARATORS: [u8; 6] = [b',', b';', b'\t', b'|', b'^', b'~'];
const RECORDS: usize = 50;

/// The separator of the file that starts with `text`: the one by which most of the first records have as many cells as the header,
/// and the more of them the better. A comma when none splits anything.
#[must_use]
pub fn sniff_separator(text: &str) -> u8 {
    best_separator(text).0
}

/// The separator that fits best, and whether it splits most records as it splits the first.
fn best_separator(text: &str) -> (u8, bool) {
    let score = |separator: u8| {
        let mut cells = Cells::default();
        let mut rest = text;
        let (mut header, mut equal, mut records) = (0, 0, 0);
        while records < RECORDS {
            let Split::Record { used, .. } = split(rest, separator, true, text.len(), &mut cells) else {
                break;
            };
            rest = &rest[used..];
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                if rest.is_empty() {
                    break;
                }
                continue;
            }
            // The sample may cut its last record.
            if rest.is_empty() && records > 1 {
                break;
            }
            records += 1;
            if header == 0 {
                header = cells.len();
            }
            equal += usize::from(cells.len() == header);
            if rest.is_empty() {
                break;
            }
        }
        (
            header.saturating_sub(1) * equal * 1000 / records.max(1),
            equal.saturating_sub(1) * 2 > records.saturating_sub(1),
        )
    };
    let mut best = (0, b',', false);
    for separator in SEPARATORS {
        let (found, fits) = score(separator);
        if found > best.0 {
            best = (found, separator, fits);
        }
    }
    (best.1, best.2)
}

/// How the table in a file of separated text starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The separator of its cells.
    pub separator: u8,
    /// Rows above the header, blank ones apart; `None` when no row holds anything.
    pub above: Option<usize>,
}

/// The separator of a text, when it is not declared, and where its header is. A title above the header hides the separator: then it is
/// that by which a header shows at all.
#[must_use]
pub fn lay_out(text: &str, declared: Option<u8>) -> Layout {
    let with = |separator: u8| {
        let rows = first_rows(text, separator);
        let above = header::find(&rows);
        let names = rows.get(above).map_or(0, |row| row.cells.len());
        (Layout { separator, above: (!rows.is_empty()).then_some(above) }, names)
    };
    let (separator, fits) = declared.map_or_else(|| best_separator(text), |separator| (separator, true));
    let plain = with(separator).0;
    if fits {
        return plain;
    }
    let below_title =
        SEPARATORS.map(with).into_iter().filter(|(layout, _)| layout.above.is_some_and(|above| above > 0));
    below_title.max_by_key(|(_, names)| *names).map_or(plain, |(layout, _)| layout)
}

fn first_rows(text: &str, separator: u8) -> Vec<Row> {
    let mut cells = Cells::default();
    let mut rows = Vec::new();
    let mut after_blank = false;
    let mut rest = text;
    while rows.len() < header::SEEN && !rest.is_empty() {
        let Split::Record { used, .. } = split(rest, separator, true, text.len(), &mut cells) else { break };
        rest = &rest[used..];
        let is_blank = cells.iter().all(|cell| cell.trim().is_empty());
        if !is_blank {
            rows.push(Row { cells: cells.iter().map(str::to_string).collect(), after_blank });
        }
        after_blank = is_blank;
    }
    rows
}

/// Header names without blanks at their ends, made unique: the second `Labels` becomes `Labels.2`, a blank one `column_7`.
#[must_use]
pub fn unique_names<'a>(header: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::new();
    for (index, name) in header.enumerate() {
        let name = match name.trim().trim_start_matches('\u{feff}') {
            "" => format!("column_{}", index + 1),
            name => name.to_string(),
        };
        let mut unique = name.clone();
        let mut count = 2;
        while !taken.insert(unique.to_lowercase()) {
            unique = format!("{name}.{count}");
            count += 1;
        }
        names.push(unique);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_that_splits_all_lines_alike() {
        assert_eq!(sniff_separator("a;b;c\n1,5;2,5;3\n"), b';');
        assert_eq!(sniff_separator("a\tb\n\"x,y\",z\t1\n"), b'\t');
        assert_eq!(sniff_separator("a|b\n1|2\n"), b'|');
        assert_eq!(sniff_separator("a,b\n1,\"x;y;z\"\n"), b',');
        assert_eq!(sniff_separator("name\nx\n"), b',');
        assert_eq!(sniff_separator(""), b',');
        assert_eq!(sniff_separator("\n\n"), b',');
    }

    #[test]
    fn a_title_hides_neither_the_separator_nor_the_header() {
        let found = |text: &str| {
            let layout = lay_out(text, None);
            (char::from(layout.separator), layout.above)
        };
        assert_eq!(found("a;b;c\n1;2;3\n"), (';', Some(0)));
        assert_eq!(
            found("Open tickets, by age\n\nid;opened;state\n1;2026-01-02;new, mostly\n2;2026-01-03;new\n"),
            (';', Some(1))
        );
        assert_eq!(found("Open tickets\nid\topened\tstate\n1\t2026-01-02\tnew\n"), ('\t', Some(1)));
        assert_eq!(found("Open tickets,,\n,,\nid,opened,state\n1,2026-01-02,new\n"), (',', Some(1)));
        // One column, whose texts hold what could be separators.
        assert_eq!(found("tags\na;b;c\nd;e;f\n"), (',', Some(0)));
        assert_eq!(found("id,tags\n1,a;b;c\n2,d;e;f\n3,g;h;i\n"), (',', Some(0)));
        assert_eq!(found(""), (',', None));
    }

    #[test]
    fn names_are_unique_and_never_blank() {
        let names = unique_names(["Labels", " labels ", "", "Labels", "Labels.2"].into_iter());
        assert_eq!(names, ["Labels", "labels.2", "column_3", "Labels.3", "Labels.2.2"]);
    }
}
