//! How well the name of a column of an export fits the name or an alias of a canonical column.

use crate::declaration::table::{Column, Kind};

/// Last parts of JSON paths that say nothing: the part before them is the name.
const LEAVES: [&str; 9] = ["name", "displayname", "summary", "value", "label", "title", "id", "login", "username"];
/// Words around a time that say nothing.
const TIME_WORDS: [&str; 12] =
    ["at", "on", "date", "time", "datetime", "timestamp", "utc", "datum", "fecha", "dt", "ts", "zeit"];
/// Words that tools put around the names of their users' own fields.
const FIELD_WORDS: [&str; 6] = ["custom", "field", "fields", "list", "txt", "u"];

/// The words of a name: lower case, without accents, split at what is no letter and where a capital follows a small letter.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && after_small) {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        after_small = c.is_lowercase() || c.is_ascii_digit();
        word.extend(c.is_alphanumeric().then_some(c).into_iter().flat_map(char::to_lowercase).map(plain));
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// A letter without its accent.
fn plain(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}

/// The words that a column of a file is matched by: of a JSON path its last part, or the one before a part that says nothing.
fn raw_words(name: &str) -> Vec<Vec<String>> {
    let trim = |words: Vec<String>| -> Vec<String> {
        let kept: Vec<String> = words.iter().filter(|word| !FIELD_WORDS.contains(&word.as_str())).cloned().collect();
        if kept.is_empty() { words } else { kept }
    };
    let parts: Vec<&str> = name.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    let mut found = vec![trim(words(name))];
    if let [.., last] = parts.as_slice() {
        found.push(trim(words(last)));
    }
    if let [.., before, last] = parts.as_slice()
        && LEAVES.contains(&words(last).concat().as_str())
    {
        found.push(trim(words(before)));
    }
    found
}

/// How well a name fits a canonical column, 0 to 1.
pub fn fit(raw: &str, column: &Column) -> f64 {
    let known = column.aliases.iter().map(String::as_str).chain([column.name.as_str()]);
    let known: Vec<Vec<String>> = known.map(|name| without_suffix(words(name), column)).collect();
    let raws: Vec<Vec<String>> = raw_words(raw)
        .into_iter()
        .map(|words| without_suffix(words, column))
        .filter(|words| !words.is_empty())
        .collect();
    let mut best: f64 = 0.0;
    for (position, raw) in raws.iter().enumerate() {
        // The whole name says more than a part of its path.
        let weight = if position == 0 { 1.0 } else { 0.95 };
        for known in known.iter().filter(|known| !known.is_empty()) {
            best = best.max(weight * likeness(raw, known));
        }
    }
    best
}

/// The words of a time without those that only say that it is one.
fn without_suffix(words: Vec<String>, column: &Column) -> Vec<String> {
    if column.kind != Kind::Instant {
        return words;
    }
    let kept: Vec<String> = words.iter().filter(|word| !TIME_WORDS.contains(&word.as_str())).cloned().collect();
    if kept.is_empty() { words } else { kept }
}

fn likeness(raw: &[String], known: &[String]) -> f64 {
    if raw == known || raw.concat() == known.concat() {
        return 1.0;
    }
    let shared = known.iter().filter(|word| raw.contains(word)).count();
    if shared == known.len() && shared == raw.len() {
        return 0.95;
    }
    let part = |count: usize, of: usize| (count as f64 / of as f64).sqrt();
    if shared == known.len() {
        return 0.8 * part(known.len(), raw.len());
    }
    if shared == raw.len() {
        return 0.7 * part(raw.len(), known.len());
    }
    // Plurals, other endings and slips of the pen.
    let (a, b) = (raw.concat(), known.concat());
    let near = strsim::jaro_winkler(&a, &b);
    if near > 0.92 && a.len().min(b.len()) > 3 { 0.7 * near } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: Kind, aliases: &[&str]) -> Column {
        Column {
            name: name.to_string(),
            kind,
            required: false,
            strict: false,
            meaning: String::new(),
            aliases: aliases.iter().map(|alias| (*alias).to_string()).collect(),
            values: Vec::new(),
            references: None,
            min: None,
            max: None,
        }
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("createdAt"), ["created", "at"]);
        assert_eq!(words("Date d'ouverture"), ["date", "d", "ouverture"]);
        assert_eq!(words("sys_created_ON (Größe)"), ["sys", "created", "on", "große"]);
    }

    #[test]
    fn the_nearest_column_has_the_best_fit() {
        let opened = column("opened_at", Kind::Instant, &["created", "date d'ouverture"]);
        let team = column("team", Kind::Text, &["assignment group"]);
        assert!(fit("Created Date", &opened) > 0.9);
        assert!(fit("fields.created", &opened) > 0.9);
        assert!(fit("DATE D'OUVERTURE", &opened) > 0.9);
        assert!(fit("assignmentGroup.name", &team) > 0.9);
        assert!(fit("Assigned group", &team) > 0.5);
        assert!(fit("Colour", &team) < 0.3 && fit("Colour", &opened) < 0.3);
    }
}
