//! The formats that a report can be written in. A further one is a file with a `render` function and a line in [`FORMATS`].

use std::collections::BTreeMap;
use std::fmt;

use super::document::Document;
use super::{html, json, mail, markdown, openmetrics, pdf, text, xlsx};
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

/// Of what a format writes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of each page of a report.
    Page,
    /// Of a report, whose first page holds what it needs.
    Report,
    /// Of a report whatever the period, so that a new one takes the place of the one before.
    Now,
}

/// One format.
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// Extension of its files, without a dot.
    pub extension: &'static str,
    /// Whether its bytes are no text that can be read.
    pub binary: bool,
    /// Of what it writes a file.
    pub scope: Scope,
    /// The bytes of a document in it.
    pub render: Render,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "html", extension: "html", binary: false, scope: Scope::Page, render: html::render },
    Format { name: "md", extension: "md", binary: false, scope: Scope::Page, render: markdown::render },
    Format { name: "json", extension: "json", binary: false, scope: Scope::Report, render: json::render },
    Format { name: "text", extension: "txt", binary: false, scope: Scope::Page, render: text::render },
    Format { name: "mail", extension: "eml", binary: true, scope: Scope::Report, render: mail::render },
    Format { name: "openmetrics", extension: "prom", binary: false, scope: Scope::Now, render: openmetrics::render },
    Format { name: "pdf", extension: "pdf", binary: true, scope: Scope::Page, render: pdf::render },
    Format { name: "xlsx", extension: "xlsx", binary: true, scope: Scope::Page, render: xlsx::render },
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What `--format` takes, for people.
pub fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}
