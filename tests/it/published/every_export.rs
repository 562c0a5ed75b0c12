//! Every real export loads, by a mapping that the program has or by one that it drafts, and no record is lost or counted twice.

use std::fs;

use super::{ledger, number};
use crate::project::{Project, nines, real_exports};

#[test]
fn a_folder_of_real_exports_becomes_a_project_that_loads_all_of_it() {
    let Some(folder) = real_exports("") else { return };
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("project");
    let output = nines().arg("init").arg(&dir).arg("--from").arg(&folder).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{err}");
    assert!(!err.contains("left out"), "{err}");
    let toml = fs::read_to_string(dir.join("nines.toml")).unwrap();
    let project = Project::new(&toml.replace("tolerate_rejects = 0.0", "tolerate_rejects = 1.0"));
    for draft in fs::read_dir(dir.join("queries/sources/own")).unwrap() {
        let path = draft.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        project.write(&format!("queries/sources/own/{name}"), fs::read(&path).unwrap());
    }
    project.ok(&["ingest"]);
    // Each row of the ledger balances, which `ledger` asserts.
    let rows = ledger(&project);
    assert!(rows.len() > 70, "{}", rows.len());
    let rejected: u64 = rows.iter().map(|row| number(row, "rejected")).sum();
    let read: u64 = rows.iter().map(|row| number(row, "read")).sum();
    assert!(rejected * 1000 < read, "{rejected} of {read} rejected");
    let (_, err) = project.expect(0, &["ingest"]);
    assert!(err.contains("Nothing new"), "{err}");
}
