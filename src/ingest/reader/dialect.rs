//! What a file of separated text does not say of itself: its separator, and names for columns without a name of their own.

use std::collections::BTreeSet;

use super::split::{Cells, Split, split};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
const RECORDS: usize = 50;

/// The separator of the file that starts with `text`: the one by which most of the first records have as many cells as the header,
/// and the more of them the better. A comma when none splits anything.
#[must_use]
pub fn sniff_separator(text: &str) -> u8 {
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
        header.saturating_sub(1) * equal * 1000 / records.max(1)
    };
    let mut best = (0, b',');
    for separator in SEPARATORS {
        let found = score(separator);
        if found > best.0 {
            best = (found, separator);
        }
    }
    best.1
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
    fn names_are_unique_and_never_blank() {
        let names = unique_names(["Labels", " labels ", "", "Labels", "Labels.2"].into_iter());
        assert_eq!(names, ["Labels", "labels.2", "column_3", "Labels.3", "Labels.2.2"]);
    }
}
