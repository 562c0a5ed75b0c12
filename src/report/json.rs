//! A report as JSON: the figures themselves by the contract of [`super::v1`], not the words about them.

use super::document::Document;
use super::format::{RenderError, Templates};

/// The contract as indented JSON with a newline at its end.
///
/// # Errors
/// Never for what a scorecard holds; serialisation can fail in principle.
pub fn render(document: &Document, _: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(&document.data)
        .map_err(|error| RenderError { file: None, message: format!("json: {error}") })?;
    bytes.push(b'\n');
    Ok(bytes)
}
