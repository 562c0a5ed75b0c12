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

    /// The same where a format can't do without it.
    ///
    /// # Errors
    /// When there is none.
    fn require(&self, name: &str) -> Result<&str, RenderError> {
        self.template(name).ok_or_else(|| RenderError {
            file: Some(format!("reports/templates/{name}")),
            message: "there is no such template".to_owned(),
        })
    }
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

impl RenderError {
    /// What is wrong with a template.
    pub fn of_template(name: &str, error: &minijinja::Error) -> Self {
        RenderError {
            file: Some(format!("reports/templates/{name}")),
            message: format!("{error:#}").replace('\n', "; "),
        }
    }
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
    /// Whether its bytes are no text.
    pub binary: bool,
    /// The bytes of a document in it.
    pub render: Render,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "html", extension: "html", binary: false, render: html::render },
    Format { name: "md", extension: "md", binary: false, render: markdown::render },
    Format { name: "json", extension: "json", binary: false, render: json::render },
    Format { name: "pdf", extension: "pdf", binary: true, render: pdf::render },
    Format { name: "xlsx", extension: "xlsx", binary: true, render: xlsx::render },
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
