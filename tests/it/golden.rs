//! The committed demo project and the pages that it gives: a change of either is meant, or a mistake; and the same bytes in every
//! format, however many threads there are.
//!
//! `GOLDEN=write cargo test --release golden` writes the pages anew; read the difference before it is committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::{Project, nines};
use crate::same_figures::{FORMATS, REPORTS};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The files below a folder with their bytes, by their path from it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            // What a run wrote is no part of the fixture.
            if path.is_dir() && !path.ends_with("lake") && !path.ends_with("out") {
                open.push(path);
            } else if path.is_file() {
                found.push((path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_committed_project_is_what_demo_writes() {
    let folder = tempfile::tempdir().unwrap();
    let output = nines().arg("demo").arg(folder.path().join("acme")).output().unwrap();
    assert!(output.status.success());
    let (written, committed) = (files(&folder.path().join("acme")), files(&fixtures().join("acme")));
    assert_eq!(
        written.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        committed.iter().map(|(path, _)| path).collect::<Vec<_>>()
    );
    for ((path, new), (_, old)) in written.iter().zip(&committed) {
        assert!(new == old, "fixtures/acme/{} is not what `nines demo` writes", path.display());
    }
}

/// The pages that are kept: of each report the first one, and of those with further pages one of these.
const PAGES: [&str; 13] = [
    "availability-2026-06",
    "data-quality-2026-W27",
    "delivery-2026-06",
    "monthly-2026-06",
    "monthly-customer-portal-2026-06",
    "practice-2026-Q2",
    "quarter-2026-Q2",
    "service-desk-2026-W27",
    "slo-2026-W27",
    "slo-payments-available-2026-W27",
    "suppliers-2026-06",
    "suppliers-cloudia-2026-06",
    "weekly-2026-W27",
];

/// No page that is kept is larger: what nobody reads before it is committed is no golden page.
const LARGEST: usize = 150_000;

/// The first line in which two texts differ, as a sentence; none where they are the same.
fn difference(name: &str, new: &str, old: &str) -> Option<String> {
    if new == old {
        return None;
    }
    let (mut news, mut olds) = (new.lines(), old.lines());
    for number in 1.. {
        let (new, old) = (news.next(), olds.next());
        if new != old || new.is_none() {
            let line = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
            return Some(format!("{name}, line {number}\n  is  {}\n  was {}", line(new), line(old)));
        }
    }
    None
}

/// The committed project, its exports taken in.
fn committed() -> Project {
    let project = Project::new("name = \"replaced\"\n");
    for (path, bytes) in files(&fixtures().join("acme")) {
        project.write(&path.to_string_lossy(), bytes);
    }
    project.ok(&["ingest", "--quiet"]);
    project
}

#[test]
fn every_page_of_the_committed_project_is_as_it_was_read() {
    let project = committed();
    for report in REPORTS {
        project.ok(&["report", report, "--format", "md", "--quiet"]);
    }
    let write = std::env::var("GOLDEN").is_ok_and(|wish| wish == "write");
    let golden = fixtures().join("golden");
    let mut wrong = Vec::new();
    for name in PAGES {
        let page = fs::read_to_string(project.path().join(format!("out/{name}.md"))).unwrap();
        assert!(page.len() <= LARGEST, "{name} has {} bytes", page.len());
        let file = golden.join(format!("{name}.md"));
        if write {
            fs::create_dir_all(&golden).unwrap();
            fs::write(&file, &page).unwrap();
        }
        let old = fs::read_to_string(&file).unwrap_or_default();
        wrong.extend(difference(name, &page, &old));
    }
    let committed: Vec<PathBuf> = files(&golden).into_iter().map(|(path, _)| path).collect();
    assert_eq!(committed, PAGES.map(|name| PathBuf::from(format!("{name}.md"))), "what lies in fixtures/golden");
    let how = "where each change is meant: GOLDEN=write cargo test --release golden, and read the difference";
    assert!(wrong.is_empty(), "{}\n{how}", wrong.join("\n"));
}

#[test]
fn the_first_line_that_differs_is_named() {
    assert_eq!(difference("a", "x\ny\n", "x\ny\n"), None);
    assert_eq!(difference("a", "x\ny\n", "x\nz\n").unwrap(), "a, line 2\n  is  y\n  was z");
    assert_eq!(difference("a", "x\n", "x\ny\n").unwrap(), "a, line 2\n  is  (the end)\n  was y");
    assert!(difference("a", "x\n", "x").is_some());
}

#[test]
fn the_same_records_give_the_same_bytes_in_every_format_on_any_number_of_threads() {
    let project = committed();
    let written = |threads: &str| {
        let out = project.path().join(format!("threads-{threads}"));
        for report in ["weekly", "slo", "suppliers"] {
            let arguments = ["report", report, "--format", FORMATS, "--out", &out.to_string_lossy(), "--quiet"];
            let output = project
                .command(&arguments)
                .env("RAYON_NUM_THREADS", threads)
                .env("POLARS_MAX_THREADS", threads)
                .output();
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        files(&out)
    };
    let (one, many) = (written("1"), written("7"));
    let endings: BTreeSet<String> =
        one.iter().filter_map(|(path, _)| Some(path.extension()?.to_string_lossy().into_owned())).collect();
    assert_eq!(endings.len(), FORMATS.split(',').count(), "{endings:?}");
    assert_eq!(one.len(), many.len());
    for ((path, a), (other, b)) in one.iter().zip(&many) {
        assert!(path == other && a == b, "{} differs", path.display());
    }
}
