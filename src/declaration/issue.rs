//! A finding about something that was declared: what, where, expected, found, and what to do.

use std::fmt;
use std::ops::Range;

/// How much an issue weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; nothing stops.
    Note,
    /// Something is doubtful; figures are still computed.
    Warning,
    /// A definition cannot be used; `run` refuses to start.
    Error,
}

/// One finding about a declaration (a mapping, metric, report, table or the project file).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Weight.
    pub level: Level,
    /// The file as the user knows it, relative to the project or to the built-in catalogue.
    pub file: String,
    /// Line of the definition, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do, as an imperative sentence, where we can tell.
    pub hint: Option<String>,
}

impl Issue {
    /// An error-level issue without a line.
    pub fn error(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: Level::Error, file: file.into(), line: None, message: message.into(), hint: None }
    }

    /// A warning-level issue without a line.
    pub fn warning(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(file, message) }
    }

    /// The same issue at a line.
    #[must_use]
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same issue at the line of a byte offset of `text`.
    #[must_use]
    pub fn at_offset(self, text: &str, offset: usize) -> Self {
        self.at(line_of(text, offset))
    }

    /// The same issue with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same issue with "did you mean" advice when one of `known` is near `found`.
    #[must_use]
    pub fn nearest<'a>(self, found: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(found, known) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The issue that a TOML error stands for, with its line and, for a misspelt key, the nearest right one.
    pub fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().to_string();
        let issue = Self::error(file, message.clone());
        let issue = match error.span() {
            Some(Range { start, .. }) => issue.at_offset(text, start),
            None => issue,
        };
        let mut quoted = message.split('`').skip(1).step_by(2);
        match quoted.next() {
            Some(found) if message.starts_with("unknown") => {
                let known: Vec<&str> = quoted.collect();
                issue.nearest(found, known)
            }
            _ => issue,
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        match self.line {
            Some(line) => write!(f, "{level}: {}:{line}: {}", self.file, self.message)?,
            None => write!(f, "{level}: {}: {}", self.file, self.message)?,
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// The line, counted from 1, of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The name of `known` that a reader most likely meant by `found`, when one is near enough.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&found.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_the_line_and_the_nearest_key() {
        #[derive(serde::Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code)]
        struct Sample {
            title: Option<String>,
            meaning: Option<String>,
        }
        let text = "title = \"a\"\nmeanning = \"b\"\n";
        let error = toml::from_str::<Sample>(text).unwrap_err();
        let issue = Issue::from_toml("queries/metrics/x.toml", text, &error);
        assert_eq!(issue.line, Some(2));
        assert_eq!(issue.hint.as_deref(), Some("did you mean `meaning`?"));
        assert!(issue.to_string().starts_with("error: queries/metrics/x.toml:2: unknown field `meanning`"));
    }
}
