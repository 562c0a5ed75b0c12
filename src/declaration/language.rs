//! The language of a report's text: English as it stands in the program, any other by a file `reports/languages/<tag>.toml` that
//! gives each English phrase its own words. Knows no grammar beyond one and many.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde::Deserialize;

use super::issue::Issue;

/// The language that the program is written in.
pub const ENGLISH: &str = "en";

/// A language: its phrases and how it writes numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its tag (BCP 47), "nl".
    pub tag: String,
    /// What stands before the decimals.
    pub decimal: char,
    /// What stands between thousands.
    pub thousands: char,
    phrases: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default = "point")]
    decimal: char,
    #[serde(default = "thin_space")]
    thousands: char,
    #[serde(default)]
    phrases: BTreeMap<String, String>,
}

fn point() -> char {
    '.'
}

/// A space at which no line breaks.
fn thin_space() -> char {
    '\u{202f}'
}

impl Default for Language {
    fn default() -> Self {
        Language { tag: ENGLISH.to_owned(), decimal: point(), thousands: thin_space(), phrases: BTreeMap::new() }
    }
}

impl Language {
    /// Reads a language file; `file` is its path as the user knows it and names the language.
    ///
    /// # Errors
    /// What is wrong with it, with lines: TOML and unknown keys, and phrases whose names in braces are not those of the English.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Issue>> {
        let raw: Raw = toml::from_str(text).map_err(|error| vec![Issue::from_toml(file, text, &error)])?;
        let issues: Vec<Issue> = raw
            .phrases
            .iter()
            .filter(|(english, own)| !names(own).is_subset(&names(english)))
            .map(|(english, own)| {
                let unknown: Vec<&str> = names(own).difference(&names(english)).copied().collect();
                let message = format!("phrase `{own}`: `{english}` gives it no {{{}}}", unknown.join("}, {"));
                let issue = Issue::error(file, message);
                match text.find(english.as_str()) {
                    Some(offset) => issue.at_offset(text, offset),
                    None => issue,
                }
            })
            .collect();
        if !issues.is_empty() {
            return Err(issues);
        }
        let name = file.rsplit('/').next().unwrap_or(file);
        Ok(Language {
            tag: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
            decimal: raw.decimal,
            thousands: raw.thousands,
            phrases: raw.phrases,
        })
    }

    /// A phrase or a title in this language; itself where the language has no other words for it.
    pub fn word<'a>(&'a self, english: &'a str) -> &'a str {
        self.phrases.get(english).map_or(english, String::as_str)
    }

    /// A sentence in this language: the names in braces are replaced by their values, of which each is final text.
    pub fn say(&self, english: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
        fill(self.word(english), values)
    }

    /// A sentence about one or about another number of things; `{n}` is the number unless the values give it a text.
    pub fn count(&self, n: u64, one: &str, many: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
        let sentence = self.word(if n == 1 { one } else { many });
        match values.iter().any(|(name, _)| *name == "n") {
            true => fill(sentence, values),
            false => fill(sentence, &[values, &[("n", &n)]].concat()),
        }
    }

    /// A sentence in pieces, each with whether it is stressed: what the phrase has between `[` and `]` is.
    pub fn stressed(&self, english: &str, values: &[(&str, &dyn fmt::Display)]) -> Vec<(String, bool)> {
        let mut pieces = Vec::new();
        let mut rest = self.word(english);
        let mut stressed = false;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_once(if stressed { ']' } else { '[' }).unwrap_or((rest, ""));
            if !piece.is_empty() {
                pieces.push((fill(piece, values), stressed));
            }
            (rest, stressed) = (behind, !stressed);
        }
        pieces
    }

    /// A number with so many decimals, as this language writes them; thousands stay together.
    pub fn decimals(&self, value: f64, places: usize) -> String {
        self.number(&format!("{value:.places$}"))
    }

    /// The text of a number, whose decimals stand behind a point, as this language writes it.
    pub fn number(&self, text: &str) -> String {
        text.replace('.', self.decimal.encode_utf8(&mut [0; 4]))
    }

    /// Whether it has its own words for a phrase.
    pub fn knows(&self, english: &str) -> bool {
        self.phrases.contains_key(english)
    }

    /// The English phrases that it has its own words for.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases.keys().map(String::as_str)
    }
}

/// A sentence with its names in braces replaced; a name without a value stays as it is.
fn fill(sentence: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
    let mut text = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let found = after.split_once('}').and_then(|(name, behind)| {
            let value = values.iter().find(|(known, _)| *known == name)?.1;
            Some((value, behind))
        });
        match found {
            Some((value, behind)) => {
                // Writing to a String cannot fail.
                let _ = write!(text, "{value}");
                rest = behind;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// The names in braces of a sentence.
fn names(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUTCH: &str = "decimal = \",\"\n[phrases]\n\"met\" = \"gehaald\"\n\"{n} outages in {place}\" = \"in {place} {n} storingen\"\n";

    #[test]
    fn a_language_has_its_own_words_and_order_and_english_where_it_has_none() {
        let dutch = Language::parse("reports/languages/nl.toml", DUTCH).unwrap();
        assert_eq!(
            (dutch.tag.as_str(), dutch.decimal, dutch.word("met"), dutch.word("missed")),
            ("nl", ',', "gehaald", "missed")
        );
        let say = |language: &Language, n| {
            language.count(n, "one outage in {place}", "{n} outages in {place}", &[("place", &"Mail")])
        };
        assert_eq!(say(&dutch, 3), "in Mail 3 storingen");
        assert_eq!(say(&Language::default(), 3), "3 outages in Mail");
        assert_eq!(say(&dutch, 1), "one outage in Mail");
    }

    #[test]
    fn a_sentence_says_which_of_its_words_bear_the_stress() {
        let said = Language::default().stressed("{what} [missed {n}] targets", &[("what", &"[Mail]"), ("n", &2)]);
        let expected = [("[Mail] ", false), ("missed 2", true), (" targets", false)];
        assert_eq!(said, expected.map(|(text, stressed)| (text.to_owned(), stressed)));
        let dutch = Language::parse("reports/languages/nl.toml", DUTCH).unwrap();
        assert_eq!((dutch.decimals(1.25, 1), dutch.number("0.5")), ("1,2".to_owned(), "0,5".to_owned()));
    }

    #[test]
    fn imported_text_in_braces_is_no_name() {
        let english = Language::default();
        assert_eq!(english.say("{who} said {what}", &[("who", &"{what}"), ("what", &"{who}")]), "{what} said {who}");
        assert_eq!(english.say("a { b", &[]), "a { b");
    }

    #[test]
    fn a_name_that_the_english_does_not_give_is_refused_with_its_line() {
        let issues =
            Language::parse("reports/languages/nl.toml", &DUTCH.replace("{n} storingen", "{m} storingen")).unwrap_err();
        assert_eq!(issues[0].line, Some(4), "{}", issues[0]);
        assert!(issues[0].message.contains("gives it no {m}"), "{}", issues[0]);
    }
}
