//! A YAML file as a tree in which every node knows its line. Documents, aliases and merge keys are resolved; nesting and the growth by
//! aliases are bounded, so that no file can exhaust memory or stack.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use crate::declaration::issue::Issue;

/// Deepest nesting of a file; OpenSLO needs a dozen levels.
const DEEPEST: usize = 64;

/// Most nodes that the aliases of one file may repeat.
const MOST_REPEATED: usize = 20_000;

/// A node of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Its line, counted from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Nothing: empty, `~` or `null`.
    Null,
    /// A scalar as it is written, without its quotes.
    Scalar {
        /// The text.
        text: String,
        /// Whether it stands without quotes, so that it may be a number or a truth value.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; no key twice.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Its line.
    pub(super) line: usize,
    /// The value.
    pub(super) node: Node,
}

impl Node {
    /// Whether it is nothing.
    pub(super) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, in words, for "found ...".
    pub(super) fn what(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_string(),
            Value::Scalar { text, .. } => format!("`{}`", short(text)),
            Value::List(_) => "a list".to_string(),
            Value::Map(_) => "a mapping".to_string(),
        }
    }

    /// The value of a key, where it is a mapping that has it and the value isn't null.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node).filter(|node| !node.is_null())
    }

    /// Its text, where it is a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// It on one line: the text of a scalar, `[a, b]` of a list, `{a: b}` of a mapping.
    pub(super) fn flat(&self) -> String {
        match &self.value {
            Value::Null => String::new(),
            Value::Scalar { text, .. } => text.clone(),
            Value::List(items) => format!("[{}]", items.iter().map(Node::flat).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|e| format!("{}: {}", e.key, e.node.flat())).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    fn size(&self) -> usize {
        1 + match &self.value {
            Value::Null | Value::Scalar { .. } => 0,
            Value::List(items) => items.iter().map(Node::size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| 1 + entry.node.size()).sum::<usize>(),
        }
    }
}

/// A text cut to what fits in a message.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_string(),
    }
}

/// A list or mapping that isn't closed yet.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, with its line.
    key: Option<(String, usize)>,
}

struct Loader<'f> {
    file: &'f str,
    issues: Vec<Issue>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    repeated: usize,
    documents: Vec<Node>,
}

/// The documents of a file, empty ones left out, and what is wrong with it as YAML. Documents before a mistake are kept.
pub(super) fn parse(file: &str, text: &str) -> (Vec<Node>, Vec<Issue>) {
    let mut loader = Loader {
        file,
        issues: Vec::new(),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        repeated: 0,
        documents: Vec::new(),
    };
    // A byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                if let Err(issue) = loader.take(event, span.start.line()) {
                    loader.issues.push(issue);
                    break;
                }
            }
            Err(error) => {
                loader.issues.push(malformed(file, text, &error));
                break;
            }
        }
    }
    (loader.documents, loader.issues)
}

fn malformed(file: &str, text: &str, error: &ScanError) -> Issue {
    let line = error.marker().line().max(1);
    // The scanner often stumbles one line after the tab that misled it.
    let tab = text.lines().enumerate().take(line).skip(line.saturating_sub(2)).find(|(_, found)| {
        let indent: String = found.chars().take_while(|c| c.is_whitespace()).collect();
        indent.contains('\t')
    });
    if let Some((position, _)) = tab {
        return Issue::error(file, "a tab indents this line")
            .at(position + 1)
            .hint("indent with blanks: YAML allows no tabs there");
    }
    Issue::error(file, format!("this is no YAML: {}", error.info())).at(line)
}

impl Loader<'_> {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Issue> {
        match event {
            Event::SequenceStart(anchor, _) => self.begin(Value::List(Vec::new()), anchor, line),
            Event::MappingStart(anchor, _) => self.begin(Value::Map(Vec::new()), anchor, line),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let node = merged(open.node);
                    self.add(node, open.anchor)?;
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let value = match text.as_ref() {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
                    _ => Value::Scalar { text: text.into_owned(), plain },
                };
                self.add(Node { line, value }, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    return Err(Issue::error(self.file, "an alias stands inside what it names").at(line));
                };
                self.repeated += node.size();
                if self.repeated > MOST_REPEATED {
                    let message = format!("the aliases of this file repeat more than {MOST_REPEATED} nodes");
                    return Err(Issue::error(self.file, message).at(line).hint("write out what they stand for"));
                }
                let node = node.clone();
                self.add(node, 0)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, line: usize) -> Result<(), Issue> {
        if self.open.len() >= DEEPEST {
            return Err(Issue::error(self.file, format!("nested more than {DEEPEST} levels deep")).at(line));
        }
        self.open.push(Open { node: Node { line, value }, anchor, key: None });
        Ok(())
    }

    /// Puts a whole node where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Issue> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        match &mut parent.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match parent.key.take() {
                None => match node.value {
                    Value::Scalar { text, .. } => parent.key = Some((text, node.line)),
                    Value::Null => parent.key = Some(("null".to_string(), node.line)),
                    _ => {
                        let found = node.what();
                        let message = format!("expected a word as key, found {found}");
                        return Err(Issue::error(self.file, message).at(node.line));
                    }
                },
                Some((key, line)) => match entries.iter().find(|entry| entry.key == key) {
                    Some(first) => {
                        let message = format!("`{key}` stands here twice, first on line {}", first.line);
                        self.issues.push(Issue::error(self.file, message).at(line).hint("remove one of them"));
                    }
                    None => {
                        // What is missing in a mapping is missed where the mapping is named, not at its first key.
                        let is_scalar = matches!(node.value, Value::Null | Value::Scalar { .. });
                        let node = if is_scalar { node } else { Node { line, ..node } };
                        entries.push(Entry { key, line, node });
                    }
                },
            },
            // Only lists and mappings are ever opened.
            Value::Null | Value::Scalar { .. } => {}
        }
        Ok(())
    }
}

/// A mapping with what its merge key (`<<`) names put in, where it doesn't say otherwise itself.
fn merged(node: Node) -> Node {
    let Node { line, value } = node;
    let Value::Map(mut entries) = value else { return Node { line, value } };
    if let Some(position) = entries.iter().position(|entry| entry.key == "<<") {
        let sources = match entries.remove(position).node {
            Node { value: Value::List(items), .. } => items,
            other => vec![other],
        };
        for source in sources {
            if let Value::Map(more) = source.value {
                for entry in more {
                    if entries.iter().all(|own| own.key != entry.key) {
                        entries.push(entry);
                    }
                }
            }
        }
    }
    Node { line, value: Value::Map(entries) }
}
