//! The fields of a mapping, taken one by one with their types. What nobody took is unknown, and says so with the nearest known name.

use super::node::{Entry, Node, Value};
use crate::declaration::issue::{Issue, Level};

/// What is wrong or doubtful so far, and the file that is being read.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The file, as the user knows it.
    pub(super) file: String,
    /// The issues of all files.
    pub(super) issues: Vec<Issue>,
}

impl Notes {
    /// Notes an error at a line of the file; the issue can be given advice.
    pub(super) fn error(&mut self, line: usize, message: impl Into<String>) {
        let issue = Issue::error(&*self.file, message).at(line);
        self.issues.push(issue);
    }

    /// Notes an error with advice.
    pub(super) fn wrong(&mut self, line: usize, message: impl Into<String>, hint: impl Into<String>) {
        let issue = Issue::error(&*self.file, message).at(line).hint(hint);
        self.issues.push(issue);
    }

    /// Notes an error with the nearest known name as advice.
    pub(super) fn unknown<'a>(
        &mut self,
        line: usize,
        message: impl Into<String>,
        found: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let issue = Issue::error(&*self.file, message).at(line).nearest(found, known);
        self.issues.push(issue);
    }

    /// Notes a doubt.
    pub(super) fn doubt(&mut self, line: usize, message: impl Into<String>) {
        let issue = Issue::warning(&*self.file, message).at(line);
        self.issues.push(issue);
    }

    /// How many errors there are so far.
    pub(super) fn errors(&self) -> usize {
        self.issues.iter().filter(|issue| issue.level == Level::Error).count()
    }
}

/// The fields of one mapping.
pub(super) struct Fields<'n> {
    /// What the mapping is, for messages: `spec`, `spec.objectives[1]`.
    pub(super) path: String,
    /// The line on which it begins.
    pub(super) line: usize,
    entries: &'n [Entry],
    known: Vec<&'static str>,
    free: bool,
}

impl<'n> Fields<'n> {
    /// The fields of a node; none, with an issue, where it is no mapping.
    pub(super) fn of(notes: &mut Notes, node: &'n Node, path: impl Into<String>) -> Option<Self> {
        let path = path.into();
        match &node.value {
            Value::Map(entries) => Some(Self { path, line: node.line, entries, known: Vec::new(), free: false }),
            _ => {
                notes.error(node.line, format!("{path}: expected a mapping, found {}", node.what()));
                None
            }
        }
    }

    /// The path of one of its fields.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }

    /// Declares names that a mapping may have and nobody reads.
    pub(super) fn allow(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Declares that any further field is fine.
    pub(super) fn allow_all(&mut self) {
        self.free = true;
    }

    /// A field that isn't null.
    pub(super) fn node(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        self.entries.iter().find(|entry| entry.key == name).map(|entry| &entry.node).filter(|node| !node.is_null())
    }

    /// The line of a field's key, else the line of the mapping.
    pub(super) fn line_of(&self, name: &str) -> usize {
        self.entries.iter().find(|entry| entry.key == name).map_or(self.line, |entry| entry.line)
    }

    /// A field that must be there.
    pub(super) fn required(&mut self, notes: &mut Notes, name: &'static str) -> Option<&'n Node> {
        let node = self.node(name);
        if node.is_none() {
            let path = self.path_of(name);
            // With a misspelt name beside it, that one is reported as unknown too, with this one as advice.
            notes.error(self.line_of(name), format!("`{path}` is missing"));
        }
        node
    }

    /// A mapping.
    pub(super) fn mapping(&mut self, notes: &mut Notes, name: &'static str) -> Option<Fields<'n>> {
        let path = self.path_of(name);
        self.node(name).and_then(|node| Fields::of(notes, node, path))
    }

    /// A mapping that must be there.
    pub(super) fn required_mapping(&mut self, notes: &mut Notes, name: &'static str) -> Option<Fields<'n>> {
        let path = self.path_of(name);
        self.required(notes, name).and_then(|node| Fields::of(notes, node, path))
    }

    /// The items of a list; none where it is missing or, with an issue, no list.
    pub(super) fn list(&mut self, notes: &mut Notes, name: &'static str) -> Option<&'n [Node]> {
        let path = self.path_of(name);
        let node = self.node(name)?;
        match &node.value {
            Value::List(items) => Some(items),
            _ => {
                notes.error(node.line, format!("`{path}`: expected a list, found {}", node.what()));
                None
            }
        }
    }

    /// A text.
    pub(super) fn text(&mut self, notes: &mut Notes, name: &'static str) -> Option<String> {
        let path = self.path_of(name);
        self.node(name).and_then(|node| text(notes, node, &path))
    }

    /// A text that must be there and say something.
    pub(super) fn required_text(&mut self, notes: &mut Notes, name: &'static str) -> Option<String> {
        let path = self.path_of(name);
        let found = self.required(notes, name)?;
        let text = text(notes, found, &path)?;
        if text.trim().is_empty() {
            notes.error(found.line, format!("`{path}` is empty"));
            return None;
        }
        Some(text)
    }

    /// A number.
    pub(super) fn number(&mut self, notes: &mut Notes, name: &'static str) -> Option<f64> {
        let path = self.path_of(name);
        self.node(name).and_then(|node| number(notes, node, &path))
    }

    /// A truth value.
    pub(super) fn boolean(&mut self, notes: &mut Notes, name: &'static str) -> Option<bool> {
        let path = self.path_of(name);
        let node = self.node(name)?;
        match &node.value {
            Value::Scalar { text, plain: true } if text.eq_ignore_ascii_case("true") => Some(true),
            Value::Scalar { text, plain: true } if text.eq_ignore_ascii_case("false") => Some(false),
            _ => {
                notes.error(node.line, format!("`{path}`: expected true or false, found {}", node.what()));
                None
            }
        }
    }

    /// One word of a list, as written there.
    pub(super) fn word<T: Copy>(
        &mut self,
        notes: &mut Notes,
        name: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let path = self.path_of(name);
        let node = self.node(name)?;
        let found = text(notes, node, &path)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == found) {
            return Some(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("`{path}`: expected {}, found `{found}`", known.join(", "));
        notes.unknown(node.line, message, &found, known);
        None
    }

    /// The fields that nobody has asked for yet.
    pub(super) fn rest(&self) -> impl Iterator<Item = &'n Entry> + use<'n, '_> {
        self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str()))
    }

    /// Notes the fields that nobody asked for.
    pub(super) fn finish(self, notes: &mut Notes) {
        for entry in self.rest().filter(|_| !self.free) {
            let place = if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
            let message = format!("unknown field `{}`{place}", entry.key);
            notes.unknown(entry.line, message, &entry.key, self.known.iter().copied());
        }
    }
}

/// The text of a scalar.
pub(super) fn text(notes: &mut Notes, node: &Node, path: &str) -> Option<String> {
    let found = node.text().map(str::to_string);
    if found.is_none() {
        notes.error(node.line, format!("`{path}`: expected a text, found {}", node.what()));
    }
    found
}

/// The finite number that a scalar is; quotes around it do no harm.
pub(super) fn number(notes: &mut Notes, node: &Node, path: &str) -> Option<f64> {
    let found = node.text().map(|text| text.replace('_', "")).and_then(|text| text.trim().parse::<f64>().ok());
    let found = found.filter(|number| number.is_finite());
    if found.is_none() {
        notes.error(node.line, format!("`{path}`: expected a number, found {}", node.what()));
    }
    found
}
