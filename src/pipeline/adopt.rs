//! A project made from a folder of exports: every file is looked at, mappings are drafted where none fits, and `nines.toml` names the
//! files so that those that arrive later under names of the same kind are found as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use glob::Pattern;

use super::failure::Failure;
use super::sniff::{Sniffed, sniff};
use crate::declaration::definitions::Definitions;

/// Endings of files that may hold records, before that of a compression.
const ENDINGS: [&str; 14] =
    ["csv", "tsv", "tab", "psv", "txt", "json", "jsonl", "ndjson", "xlsx", "xlsm", "xlsb", "xls", "ods", "parquet"];
/// Endings of compressed files.
const COMPRESSED: [&str; 3] = ["gz", "zst", "zstd"];

/// What was found in a folder.
#[derive(Debug, Default)]
pub struct Adopted {
    /// The entries for `nines.toml`: glob, the mapping where it has to be named, and what the files are.
    pub exports: Vec<(String, Option<String>, String)>,
    /// Drafted mappings: id and text.
    pub drafts: BTreeMap<String, String>,
    /// Each file that can be read, with what it is.
    pub files: Vec<(String, Sniffed)>,
    /// Files that cannot be read, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Looks at all files of a folder that may hold records, for a project in the folder `root`.
///
/// # Errors
/// When the folder cannot be read.
pub fn adopt(root: &Path, folder: &Path, definitions: &Definitions, zone: Tz) -> Result<Adopted, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    walk(folder, &mut paths).map_err(failed)?;
    paths.sort();
    let mut adopted = Adopted::default();
    let mut definitions = definitions.clone();
    let mut groups: BTreeMap<(PathBuf, String), Vec<(String, String)>> = BTreeMap::new();
    let mut kinds: BTreeMap<String, String> = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        let mut sniffed = match sniff(&path, &definitions, zone) {
            Ok(sniffed) => sniffed,
            Err(Failure::Usage { message, .. } | Failure::Failed(message)) => {
                let shown = path.display().to_string();
                let reason =
                    message.strip_prefix(&shown).map_or(message.as_str(), |rest| rest.trim_start_matches(": "));
                adopted.left_out.push((name, reason.to_string()));
                continue;
            }
            Err(other) => return Err(other),
        };
        if let Some(draft) = &mut sniffed.draft {
            // Two files of one name and other columns each get a draft of their own.
            let mut id = draft.mapping.id.clone();
            for count in 2.. {
                if !definitions.mappings.contains_key(&id) {
                    break;
                }
                id = format!("{}_{count}", draft.mapping.id);
            }
            draft.mapping.id.clone_from(&id);
            sniffed.mapping.id.clone_from(&id);
            adopted.drafts.insert(id.clone(), draft.text.clone());
            definitions.mappings.insert(id, draft.mapping.clone());
        }
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = path.parent().unwrap_or(folder).to_path_buf();
        kinds.insert(sniffed.mapping.id.clone(), sniffed.mapping.title.clone());
        groups.entry((parent, general(&file))).or_default().push((file, sniffed.mapping.id.clone()));
        adopted.files.push((name, sniffed));
    }
    for ((parent, pattern), files) in groups {
        let first = &files[0].1;
        let title = |id: &String| kinds.get(id).cloned().unwrap_or_default();
        if files.iter().all(|(_, id)| id == first) {
            let mapping = first.starts_with("own/").then(|| first.clone());
            adopted.exports.push((shown(root, &parent, &pattern), mapping, title(first)));
        } else {
            for (file, id) in &files {
                adopted.exports.push((shown(root, &parent, &Pattern::escape(file)), Some(id.clone()), title(id)));
            }
        }
    }
    Ok(adopted)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        // A project's own files are no exports.
        if name.starts_with('.') || path.join(".nines").is_dir() && path != folder {
            continue;
        }
        if path.is_dir() {
            if !matches!(name.as_str(), "queries" | "reports" | "lake" | "out") {
                walk(&path, paths)?;
            }
        } else {
            let mut endings = name.rsplit('.');
            let mut ending = endings.next().unwrap_or_default();
            if COMPRESSED.contains(&ending) {
                ending = endings.next().unwrap_or_default();
            }
            if ENDINGS.contains(&ending) {
                paths.push(path);
            }
        }
    }
    Ok(())
}

/// A file's name as a glob in which each number may be another one: that of the next month, too.
fn general(file: &str) -> String {
    // Only what says how a file is written is its ending: the rest may be a month.
    let is_ending = |word: &str| ENDINGS.contains(&word) || COMPRESSED.contains(&word);
    let mut stem = file;
    while let Some((before, _)) = stem.rsplit_once('.').filter(|(_, word)| is_ending(&word.to_ascii_lowercase())) {
        stem = before;
    }
    let ending = file[stem.len()..].trim_start_matches('.');
    let mut general = String::new();
    let mut digits = String::new();
    for c in stem.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // A single digit is part of a name, such as that of a tier.
        general.push_str(if digits.len() > 1 { "*" } else { &digits });
        digits.clear();
        if c != '\0' {
            general.push_str(&Pattern::escape(&c.to_string()));
        }
    }
    let ending = if ending.is_empty() { String::new() } else { format!(".{}", Pattern::escape(ending)) };
    general + &ending
}

fn shown(root: &Path, parent: &Path, pattern: &str) -> String {
    // The project's folder need not exist yet, the one above it does.
    let full = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let above = absolute.parent().and_then(|above| above.canonicalize().ok()).zip(absolute.file_name());
        absolute.canonicalize().ok().or_else(|| above.map(|(above, name)| above.join(name))).unwrap_or(absolute)
    };
    let (root, parent) = (full(root), full(parent));
    let folder = match parent.strip_prefix(&root) {
        Ok(inside) => inside.to_path_buf(),
        Err(_) => match (root.parent(), root.parent().and_then(|above| parent.strip_prefix(above).ok())) {
            (Some(above), Some(beside)) if above.parent().is_some() => Path::new("..").join(beside),
            _ => parent,
        },
    };
    let folder = Pattern::escape(&folder.to_string_lossy().replace('\\', "/"));
    if folder.is_empty() { pattern.to_string() } else { format!("{folder}/{pattern}") }
}

impl Adopted {
    /// The `[[exports]]` entries.
    #[must_use]
    pub fn entries(&self) -> String {
        let mut text = String::new();
        for (files, mapping, title) in &self.exports {
            // Writing to a text cannot fail.
            let _ =
                writeln!(text, "[[exports]]               # {title}\nfiles = {}", toml::Value::from(files.as_str()));
            if let Some(mapping) = mapping {
                let _ = writeln!(text, "mapping = {}", toml::Value::from(mapping.as_str()));
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_generalised_by_their_numbers() {
        assert_eq!(general("tickets_2026-07.csv.gz"), "tickets_*-*.csv.gz");
        assert_eq!(general("tier2 [all].csv"), "tier2 [[]all[]].csv");
        assert_eq!(general("tickets.2026-06.csv"), "tickets.*-*.csv");
    }

    #[test]
    fn a_project_that_is_not_there_yet_names_its_exports_relatively() {
        let folder = tempfile::tempdir().unwrap();
        let exports = folder.path().join("exports [2026]");
        std::fs::create_dir(&exports).unwrap();
        assert_eq!(shown(&folder.path().join("project"), &exports, "a.csv"), "../exports [[]2026[]]/a.csv");
        assert_eq!(shown(folder.path(), &exports, "a.csv"), "exports [[]2026[]]/a.csv");
    }
}
