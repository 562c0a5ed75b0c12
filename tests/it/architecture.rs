//! The architecture as a test: floors, short files that say what they hold, registers that are complete, and a top level
//! with nothing in it that a reader was not told of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use nines::declaration::catalogue::Catalogue;

/// The floors in their order; a file imports its own and lower ones.
const FLOORS: [&str; 10] =
    ["arithmetic", "declaration", "lake", "ingest", "facts", "metrics", "scorecard", "report", "pipeline", "cli"];

/// Stands beside the flow: it knows arithmetic, and only the pipeline and the commands know it.
const BESIDE: &str = "demo";

/// Longest file, in lines.
const LONGEST: usize = 500;

/// Half of the files stay below this.
const MEDIAN: usize = 200;

/// Names that say nothing about what a file holds.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "common", "helper", "helpers", "manager", "misc", "tools"];

/// What the top level may hold, hidden files apart.
const TOP: [&str; 9] =
    ["Cargo.toml", "Cargo.lock", "src", "queries", "reports", "fixtures", "benches", "tests", "README.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the package with their text, by path from its root with `/`.
fn files(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if extension.is_empty() || path.extension().is_some_and(|end| end == extension) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap_or_default());
            }
        }
    }
    found
}

/// The floor of a source file; none for the files that stand above all floors.
fn floor(path: &str) -> Option<&str> {
    path.strip_prefix("src/")?.split_once('/').map(|(floor, _)| floor)
}

/// The floors that a text imports, or names in full.
fn imported(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => list.split(',').map(first_word).collect(),
            None => vec![first_word(rest)],
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
}

/// The code of a file above its unit tests, which may look anywhere.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// Whether the parent of a file declares it under `cfg(test)`: then it is no part of the library.
fn is_only_tests(path: &str) -> bool {
    let Some((folder, name)) = path.trim_end_matches(".rs").rsplit_once('/') else { return false };
    let parents = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
    parents.iter().filter_map(|parent| std::fs::read_to_string(root().join(parent)).ok()).any(|text| {
        ["mod", "pub(crate) mod"].iter().any(|word| text.contains(&format!("#[cfg(test)]\n{word} {name};")))
    })
}

fn may_import(own: &str, other: &str) -> bool {
    let rank = |name: &str| FLOORS.iter().position(|floor| *floor == name);
    match (own == BESIDE, other == BESIDE) {
        (true, true) => true,
        (true, false) => other == "arithmetic",
        (false, true) => matches!(own, "pipeline" | "cli"),
        (false, false) => rank(other).zip(rank(own)).is_some_and(|(other, own)| other <= own),
    }
}

#[test]
fn files_import_their_own_floor_and_lower_ones() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (path, text) in files("src", "rs") {
        let Some(own) = floor(&path).filter(|_| !is_only_tests(&path)) else { continue };
        assert!(own == BESIDE || FLOORS.contains(&own), "{path}: `{own}` is no floor");
        for other in imported(without_tests(&text)) {
            looked_at += 1;
            if !may_import(own, &other) {
                wrong.push(format!("{path} imports crate::{other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
    assert!(looked_at > 100, "only {looked_at} imports were seen: the test has gone blind");
}

#[test]
fn the_rule_of_the_floors_refuses_what_it_should() {
    assert!(may_import("report", "scorecard") && may_import("cli", "demo") && may_import("demo", "arithmetic"));
    assert!(!may_import("lake", "ingest") && !may_import("demo", "lake") && !may_import("report", "demo"));
    let text = "use crate::{lake, metrics::x};\n// crate::cli\nlet a = crate::facts::FACTS;";
    let found: Vec<String> = imported(text).into_iter().collect();
    assert_eq!(found, ["facts", "lake", "metrics"]);
}

#[test]
fn presentation_knows_no_polars() {
    for folder in ["src/scorecard", "src/report"] {
        for (path, text) in files(folder, "rs") {
            assert!(!text.contains("polars"), "{path} names polars");
        }
    }
}

#[test]
fn the_library_asks_no_clock_and_no_environment_and_prints_nothing() {
    for (path, text) in files("src", "rs") {
        let outside = ["src/main.rs", "src/build.rs"].contains(&path.as_str()) || is_only_tests(&path);
        let code = without_tests(&text);
        for word in ["SystemTime::now", "Utc::now", "Local::now", "env::var", "println!", "eprintln!"] {
            assert!(outside || !code.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn every_file_says_what_it_holds_and_is_short() {
    let mut lengths = Vec::new();
    for folder in ["src", "tests"] {
        for (path, text) in files(folder, "rs") {
            let mut lines = text.lines().filter(|line| !line.starts_with("#![") && !line.trim().is_empty());
            assert!(lines.next().is_some_and(|line| line.starts_with("//! ")), "{path} does not open with //!");
            let count = text.lines().count();
            assert!(count <= LONGEST, "{path} has {count} lines");
            let stem = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
            assert!(!EMPTY_NAMES.contains(&stem.as_str()), "{path} has a name that says nothing");
            lengths.push(count);
        }
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= MEDIAN, "the median file has {} lines", lengths[lengths.len() / 2]);
}

#[test]
fn what_is_embedded_is_what_lies_on_disk() {
    let mut on_disk = files("queries", "");
    on_disk.extend(files("reports", ""));
    // Pages for readers are no declarations.
    on_disk.retain(|path, _| !path.ends_with(".md"));
    let catalogue = Catalogue::embedded();
    for (path, text) in &on_disk {
        let file = catalogue.get(path).unwrap_or_else(|| panic!("{path} is not embedded"));
        assert_eq!(&file.text, text, "{path}");
    }
    let extensions: BTreeSet<&str> =
        on_disk.keys().filter_map(|path| path.rsplit_once('.')).map(|(_, end)| end).collect();
    let embedded: BTreeSet<String> = extensions
        .iter()
        .flat_map(|end| {
            catalogue.under("queries", end).chain(catalogue.under("reports", end)).map(|file| file.path.clone())
        })
        .collect();
    assert_eq!(embedded, on_disk.into_keys().collect());
}

#[test]
fn every_command_stands_in_the_table_of_commands() {
    let sources = files("src/cli", "rs");
    let table = &sources["src/cli/mod.rs"];
    let table = table.split_once("commands! {").unwrap().1.split_once('}').unwrap().0;
    let listed: BTreeSet<&str> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let declared: BTreeSet<&str> = sources
        .iter()
        .filter(|(_, text)| text.contains("pub(super) struct Arguments"))
        .map(|(path, _)| path.trim_start_matches("src/cli/").trim_end_matches(".rs"))
        .collect();
    assert_eq!(listed, declared);
}

#[test]
fn the_page_on_writing_reports_names_every_kind_of_section_and_every_format() {
    let page = fs::read_to_string(root().join("reports/REPORTS.md")).unwrap();
    let source = fs::read_to_string(root().join("src/declaration/report.rs")).unwrap();
    let kinds = source.split_once("pub enum Kind {").unwrap().1.split_once("\n}").unwrap().0;
    let kinds: Vec<String> = kinds
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',').filter(|name| name.chars().all(char::is_alphanumeric)))
        .map(|name| {
            let small = |letter: char| {
                if letter.is_uppercase() { format!("_{}", letter.to_lowercase()) } else { letter.into() }
            };
            name.chars().map(small).collect::<String>().trim_start_matches('_').to_owned()
        })
        .collect();
    assert!(kinds.len() > 25, "{kinds:?}");
    let formats = nines::report::format::FORMATS.iter().map(|format| format.name.to_owned());
    for word in kinds.into_iter().chain(formats) {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn every_format_stands_in_the_table_of_formats() {
    let sources = files("src/report", "rs");
    let table = &sources["src/report/format.rs"];
    for (path, text) in &sources {
        let name = path.trim_start_matches("src/report/").trim_end_matches(".rs");
        if text.contains("pub fn render(document: &Document") {
            assert!(table.contains(&format!("{name}::render")), "{path} is in no row of FORMATS");
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let sources = files("tests/it", "rs");
    for path in sources.keys().filter(|path| *path != "tests/it/main.rs") {
        let inner = path.trim_start_matches("tests/it/").trim_end_matches(".rs");
        let (above, name) = match inner.rsplit_once('/') {
            Some((folder, name)) => (format!("tests/it/{folder}.rs"), name),
            None => ("tests/it/main.rs".to_string(), inner),
        };
        let listed = sources[&above].lines().any(|line| line.trim() == format!("mod {name};"));
        assert!(listed, "{path} is no module of {above}");
    }
}

#[test]
fn paths_in_the_readme_exist() {
    let text = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let split = |c: char| c.is_whitespace() || "`()[]\"'|,;:".contains(c);
    let mut seen = 0;
    for word in text.split(split).map(|word| word.trim_end_matches(['.', '/'])) {
        let ours = TOP.iter().any(|top| word.starts_with(&format!("{top}/"))) && !word.contains(['<', '*', '$']);
        // What a run writes, and what a user is shown how to add, is not there yet.
        if ours && !word.contains("/out/") && !word.contains("NAME") {
            seen += 1;
            assert!(root().join(word).exists(), "README.md names {word}");
        }
    }
    assert!(text.is_empty() || seen > 0, "the test has gone blind");
}

#[test]
fn the_top_level_holds_only_what_the_design_lists() {
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        // A build without a shared folder makes `target`, which is ignored.
        let allowed = name.starts_with('.') || name == "target" || TOP.contains(&name.as_str());
        assert!(allowed, "{name} is not in the list of the design");
    }
}
