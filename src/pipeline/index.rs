//! `index.html` of a folder of reports: made anew from the pages that are there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::render::Rendered;
use super::run::write;
use super::session::Session;
use crate::report::format::FORMATS;
use crate::report::index::{self, Entry};

/// The page's file.
const INDEX: &str = "index.html";

/// As much of a page as holds what it says of itself.
const HEAD: u64 = 8192;

/// Writes the page over all reports of a folder: its path, and whether it changed. None where the folder has no page.
///
/// # Errors
/// When the folder cannot be read, a template is wrong, or the page cannot be written.
pub fn write_index(session: &Session, folder: &Path) -> Result<Option<(PathBuf, bool)>, Failure> {
    let entries = entries(folder).map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
    if entries.is_empty() {
        return Ok(None);
    }
    let language = session.definitions.language_of_project(&session.project);
    let bytes = index::render(&session.project.name, &language, &session.project.reports, &entries, &session.catalogue)
        .map_err(|error| Failure::Failed(error.to_string()))?;
    write(folder, &Rendered { name: INDEX.to_owned(), format: "html", bytes }).map(Some)
}

/// What the pages of a folder say of themselves, each with the files of the same name in other formats.
fn entries(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in fs::read_dir(folder)? {
        let name = found?.file_name().to_string_lossy().into_owned();
        if let Some((stem, extension)) = name.rsplit_once('.').filter(|(stem, _)| !stem.starts_with('.')) {
            files.entry(stem.to_owned()).or_default().push(extension.to_owned());
        }
    }
    let mut entries = Vec::new();
    for (stem, extensions) in files {
        let file = format!("{stem}.html");
        if file == INDEX || !extensions.iter().any(|extension| extension == "html") {
            continue;
        }
        let mut head = Vec::new();
        fs::File::open(folder.join(&file))?.take(HEAD).read_to_end(&mut head)?;
        let Some(mut entry) = Entry::read(&file, &String::from_utf8_lossy(&head)) else { continue };
        let others = FORMATS
            .iter()
            .filter(|format| format.extension != "html" && extensions.iter().any(|own| own == format.extension));
        entry.others = others.map(|format| (format.name.to_owned(), format!("{stem}.{}", format.extension))).collect();
        entries.push(entry);
    }
    Ok(entries)
}
