//! The committed demo project and the whole page that it gives: a change of either is meant, or a mistake.
//!
//! `GOLDEN=write cargo test --release golden` writes the page anew; read the difference before it is committed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::{Project, nines};

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

#[test]
fn the_weekly_page_of_the_committed_project_is_as_it_was_read() {
    let project = Project::new("name = \"replaced\"\n");
    for (path, bytes) in files(&fixtures().join("acme")) {
        project.write(&path.to_string_lossy(), bytes);
    }
    project.ok(&["run", "--quiet"]);
    let page = fs::read_to_string(project.path().join("out/weekly-2026-W27.md")).unwrap();
    let golden = fixtures().join("weekly-2026-W27.md");
    if std::env::var("GOLDEN").is_ok_and(|wish| wish == "write") {
        fs::write(&golden, &page).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    for (number, (new, old)) in page.lines().zip(expected.lines()).enumerate() {
        assert_eq!(new, old, "line {} of the page", number + 1);
    }
    assert_eq!(page.lines().count(), expected.lines().count());
}
