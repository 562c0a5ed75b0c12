//! The formats that a report can be written in. A further one is a file with a `render` function and a line in [`FORMATS`].

use std::collections::BTreeMap;
use std::fmt;

use super::document::Document;
use super::{html, json, markdown, pdf, xlsx};
use crate::declaration::catalogue::Catalogue;

/// Where templates come from, so that a project can bring its own.
pub trait Templates {
    /// The text of `reports/templates/<name>`.
    fn template(&self, name: &str) -> Option<&str>;
}

impl Templates for Catalogue {
    fn template(&self, name: &str) -> Option<&str> {
        self.get(&format!("reports/templates/{name}")).map(|file| file.text.as_str())
    }
}

impl Templates for BTreeMap<String, String> {
    fn template(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

/// Why a document could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// The template that it lay with, where one did.
    pub file: Option<String>,
    /// What happened: lower case, no full stop.
    pub message: String,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for RenderError {}

/// Writes a document out.
pub type Render = fn(&Document, &dyn Templates) -> Result<Vec<u8>, RenderError>;

/// One format.
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// Extension of its files, without a dot.
    pub extension: &'static str,
    /// The bytes of a document in it.
    pub render: Render,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "html", extension: "html", render: html::render },
    Format { name: "md", extension: "md", render: markdown::render },
    Format { name: "json", extension: "json", render: json::render },
    Format { name: "pdf", extension: "pdf", render: pdf::render },
    Format { name: "xlsx", extension: "xlsx", render: xlsx::render },
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
