//! Names of sheets: those of their sections, as far as a workbook allows.

use rust_xlsxwriter::Worksheet;

/// The longest name of a sheet, in UTF-16 units as a workbook counts.
const LONGEST: usize = 31;

/// The names that a workbook has given away.
#[derive(Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// A name for a sheet as near to a title as it may be: unique, short, without the signs that references use.
    pub(super) fn give(&mut self, title: &str) -> String {
        let plain: String = title
            .chars()
            .map(|letter| match letter {
                '[' | ']' | '*' | '?' | '/' | '\\' | ':' => ' ',
                letter if letter.is_control() => ' ',
                letter => letter,
            })
            .collect();
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = plain.trim_matches('\'');
        let is_free = |name: &String| {
            let same = |given: &String| given.to_lowercase() == name.to_lowercase();
            allowed(name) && !self.0.iter().any(same)
        };
        let numbered = (2..).map(|number| {
            let end = format!(" {number}");
            format!("{}{end}", cut(if plain.is_empty() { "Sheet" } else { plain }, LONGEST - end.len()))
        });
        let name = std::iter::once(cut(plain, LONGEST)).chain(numbered).find(is_free).unwrap_or_default();
        self.0.push(name.clone());
        name
    }
}

/// Whether workbooks take it: no reference, no word that they keep for themselves.
fn allowed(name: &str) -> bool {
    !name.eq_ignore_ascii_case("history") && Worksheet::new().set_name(name).is_ok()
}

fn cut(text: &str, longest: usize) -> String {
    let mut length = 0;
    let fits = |letter: &char| {
        length += letter.len_utf16();
        length <= longest
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept.trim_end_matches([' ', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_short_and_allowed() {
        let mut names = Names::default();
        let given: Vec<String> = [
            "Services",
            "services",
            "How far forward tickets are solved",
            "How far forward tickets are solved, again",
            "a/b:c*[d]?",
            "",
            "History",
            "'quoted'",
            "=1+1",
        ]
        .map(|title| names.give(title))
        .to_vec();
        assert_eq!(given[0], "Services");
        assert_eq!(given[1], "services 2");
        assert_eq!(given[2], "How far forward tickets are sol");
        assert_eq!(given[3], "How far forward tickets are s 2");
        assert_eq!(given[4], "a b c d");
        assert_eq!(given[5], "Sheet 2");
        assert_eq!(given[6], "History 2");
        assert_eq!(given[7], "quoted");
        assert!(given.iter().all(|name| allowed(name)), "{given:?}");
    }
}
