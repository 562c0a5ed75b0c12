//! The SQL expressions of a mapping: what the engine that evaluates them must do, and which columns an expression names.

use std::borrow::Cow;

/// A column handed to an expression: the name as the expression writes it, and its texts without blanks at their ends.
pub type TextColumn<'a> = (&'a str, Vec<Option<&'a str>>);

/// Evaluates SQL over text columns of equal length; a missing text is NULL.
pub trait Expressions {
    /// The value of an expression in each row, as text.
    ///
    /// # Errors
    /// Why it cannot be evaluated, for the user.
    fn text(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<Option<String>>, String>;

    /// Whether a condition is true in each row; unknown is false.
    ///
    /// # Errors
    /// Why it cannot be evaluated, for the user.
    fn truth(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<bool>, String>;
}

/// The names in an SQL expression that may be columns: words and names in double quotes, outside of text in single quotes. Keywords
/// are among them, which does no harm: no column is called so.
#[must_use]
pub fn names_in(expression: &str) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(|c: char| c == '\'' || c == '"' || c == '_' || c.is_alphabetic()) {
        rest = &rest[start..];
        let name = match rest.as_bytes()[0] {
            quote @ (b'\'' | b'"') => {
                let quote = char::from(quote);
                let (text, after) = quoted(&rest[1..], quote);
                rest = after;
                if quote == '\'' {
                    continue;
                }
                text
            }
            _ => {
                let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                rest = after;
                Cow::Borrowed(word)
            }
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Text up to its closing quote, a doubled one being part of it, and what follows.
fn quoted(text: &str, quote: char) -> (Cow<'_, str>, &str) {
    let mut from = 0;
    while let Some(length) = text[from..].find(quote) {
        let at = from + length;
        if text[at + 1..].starts_with(quote) {
            from = at + 2;
            continue;
        }
        let doubled = quote.to_string().repeat(2);
        let inner = &text[..at];
        let inner = if inner.contains(&doubled) {
            Cow::Owned(inner.replace(&doubled, &quote.to_string()))
        } else {
            Cow::Borrowed(inner)
        };
        return (inner, &text[at + 1..]);
    }
    (Cow::Borrowed(text), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_words_and_quoted_names_but_no_text() {
        let sql = r#"CASE WHEN "Issue ""Type""" = 'it''s a "Bug"' AND état_2 > 3 THEN priority END"#;
        let names = names_in(sql);
        assert_eq!(names, ["CASE", "WHEN", "Issue \"Type\"", "AND", "état_2", "THEN", "priority", "END"]);
        assert_eq!(names_in("'open"), Vec::<Cow<'_, str>>::new());
    }
}
