//! Where declarations live: the files embedded in the binary, overlaid by a project's files of the same path.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// One declaration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the root of the catalogue, with `/`, such as `queries/metrics/change/change_failure_rate.toml`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether the project brought it (else it came with the binary).
    pub from_project: bool,
}

impl File {
    /// The file's name without folder and extension: the id of what it declares.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split('.').next().unwrap_or(name)
    }
}

/// All declaration files by path.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    files: BTreeMap<String, File>,
}

impl Catalogue {
    /// The files that came with the binary.
    pub fn embedded() -> Self {
        let files = EMBEDDED.iter().map(|(path, text)| {
            let file = File { path: (*path).to_string(), text: (*text).to_string(), from_project: false };
            (file.path.clone(), file)
        });
        Self { files: files.collect() }
    }

    /// The embedded files, with those under `root/queries` and `root/reports` added or in their place, and the OpenSLO files (`.yaml` and
    /// `.yml`) under `root/slos`.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn with_project(root: &Path) -> io::Result<Self> {
        let mut catalogue = Self::embedded();
        for folder in ["queries", "reports", "slos"] {
            let path = root.join(folder);
            if path.is_dir() {
                catalogue.add_folder(&path, folder)?;
            }
        }
        Ok(catalogue)
    }

    fn add_folder(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                self.add_folder(&entry.path(), &path)?;
            } else if !name.starts_with("slos") || [".yaml", ".yml"].iter().any(|end| path.ends_with(end)) {
                let text = fs::read_to_string(entry.path())
                    .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
                self.files.insert(path.clone(), File { path, text, from_project: true });
            }
        }
        Ok(())
    }

    /// Adds or replaces one file, as a project's would.
    pub fn insert(&mut self, path: &str, text: &str) {
        let file = File { path: path.to_string(), text: text.to_string(), from_project: true };
        self.files.insert(file.path.clone(), file);
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// The files below a folder with an extension, in the order of their paths.
    pub fn under<'a>(&'a self, folder: &'a str, extension: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.values().filter(move |file| {
            file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
                && file.path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_file_replaces_the_embedded_one_of_the_same_path() {
        let mut catalogue = Catalogue::default();
        catalogue.insert("queries/metrics/a/x.toml", "one");
        catalogue.insert("queries/metrics/a/x.toml", "two");
        catalogue.insert("queries/metrics/a/x.md", "three");
        let found: Vec<_> = catalogue.under("queries/metrics", "toml").collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].stem(), found[0].text.as_str()), ("x", "two"));
    }
}
