//! The command line as a contract: what goes to stdout and what to stderr, exit codes, formats, and that the same input
//! gives the same bytes.

mod answers;
mod sniff;
mod streams;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::project::{Project, nines};

/// Every file below a folder with its bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn differing(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = a.keys().chain(b.keys());
    names.filter(|name| a.get(*name) != b.get(*name)).cloned().collect()
}

#[test]
fn a_new_project_runs_at_once_and_its_page_claims_nothing() {
    let project = Project::new("");
    fs::remove_file(project.path().join("nines.toml")).unwrap();
    let made = nines().arg("init").arg(project.path()).output().unwrap();
    assert_eq!((made.status.code(), made.stdout.as_slice()), (Some(0), b"".as_slice()));
    let (out, err) = project.expect(0, &["run"]);
    assert!(out.contains("no data") && err.contains("no file matches"), "{out}\n{err}");
    let pages: Vec<(String, Vec<u8>)> = bytes(&project.path().join("out")).into_iter().collect();
    // The weekly report in five formats, and the index.
    assert_eq!(pages.len(), 6);
    let page = |end: &str| {
        let (_, bytes) = pages.iter().find(|(name, _)| name.starts_with("weekly") && name.ends_with(end)).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let report: serde_json::Value = serde_json::from_str(&page(".json")).unwrap();
    let measures = report["measures"].as_array().unwrap();
    assert!(!measures.is_empty() && measures.iter().all(|measure| measure["value"].is_null()));
    let top = page(".md");
    let top = top.split("## Definitions").next().unwrap();
    assert!(top.contains("no data") && !top.contains("100 %"), "{top}");
    // A second project is not written over the first.
    let again = nines().arg("init").arg(project.path()).output().unwrap();
    assert_eq!(again.status.code(), Some(2));
}

#[test]
fn the_demo_is_the_same_bytes_twice_and_others_for_another_seed() {
    let made = |seed: &str| {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--tickets", "200", "--weeks", "5", "--seed", seed];
        let output = nines().arg("demo").arg(folder.path()).args(arguments).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"".as_slice()));
        bytes(folder.path())
    };
    let first = made("5");
    assert_eq!(differing(&first, &made("5")), [""; 0]);
    assert!(differing(&first, &made("6")).len() > 5);
    let project = Project::demo(50, 2);
    let refused = nines().arg("demo").arg(project.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "a folder that is not empty needs --force");
}

#[test]
fn a_second_run_adds_nothing_and_writes_the_same_bytes() {
    let project = Project::demo(300, 8);
    project.expect(0, &["run"]);
    let (lake, out) = (bytes(&project.path().join("lake")), bytes(&project.path().join("out")));
    let (told, err) = project.expect(0, &["run"]);
    assert!(told.contains("unchanged") && !told.contains("wrote"), "{told}");
    assert!(err.contains("Nothing new"), "{err}");
    assert_eq!(differing(&lake, &bytes(&project.path().join("lake"))), [""; 0]);
    assert_eq!(differing(&out, &bytes(&project.path().join("out"))), [""; 0]);
    // From nothing, the pages come out the same too.
    fs::remove_dir_all(project.path().join("lake")).unwrap();
    fs::remove_dir_all(project.path().join("out")).unwrap();
    project.expect(0, &["run"]);
    assert_eq!(differing(&out, &bytes(&project.path().join("out"))), [""; 0]);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let answers: Vec<_> = ["1", "4"]
        .iter()
        .map(|threads| {
            let project = Project::demo(600, 10);
            let run = |arguments: &[&str]| {
                let mut command = project.command(arguments);
                command.env("RAYON_NUM_THREADS", threads).env("POLARS_MAX_THREADS", threads);
                let output = command.output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
                output.stdout
            };
            run(&["run"]);
            let metrics =
                ["tickets_opened", "time_to_resolve_mean", "time_to_resolve_p90", "time_to_resolve_km_median"];
            let tickets =
                run(&[&["measure"], &metrics[..], &["--by", "team,priority", "--period", "70d", "--format", "json"]]
                    .concat());
            let services = [
                "measure",
                "availability",
                "downtime",
                "mtbf",
                "--by",
                "service",
                "--trailing",
                "6",
                "--format",
                "json",
            ];
            (tickets, run(&services), bytes(&project.path().join("out")))
        })
        .collect();
    assert!(answers[0].0.len() > 10_000);
    assert!(answers[0].0 == answers[1].0 && answers[0].1 == answers[1].1);
    assert_eq!(differing(&answers[0].2, &answers[1].2), [""; 0]);
}

/// Outages of which one row in five is damaged.
fn with_one_bad_row_of_five(more: &str) -> Project {
    let project = Project::new(&format!(
        "name = \"T\"\nas_of = \"2026-02-02T00:00:00Z\"\n[[exports]]\nfiles = \"*.csv\"\n{more}"
    ));
    let mut text = "id,service,started_at,ended_at\n".to_string();
    for day in 1..=4 {
        text += &format!("O{day},Mail,2026-01-0{day}T10:00:00Z,2026-01-0{day}T11:00:00Z\n");
    }
    project.write("outages.csv", text + "O5,Mail,soon,2026-01-05T11:00:00Z\n");
    project
}

#[test]
fn rejects_beyond_what_is_tolerated_are_exit_3() {
    let told = |project: &Project, code| project.expect(code, &["run"]).1;
    let strict = with_one_bad_row_of_five("");
    assert!(told(&strict, 3).contains("1 rejected"));
    assert!(strict.path().join("out").is_dir(), "the rest was processed");
    told(&with_one_bad_row_of_five("[ingest]\ntolerate_rejects = 0.19\n"), 3);
    told(&with_one_bad_row_of_five("[ingest]\ntolerate_rejects = 0.2\n"), 0);
    // The file is known by now, and is as bad as it was.
    told(&strict, 3);
}

#[test]
fn missed_targets_are_exit_4_only_when_asked_for() {
    let target = |target: &str| {
        let tolerate = "[ingest]\ntolerate_rejects = 0.5\n";
        with_one_bad_row_of_five(&format!("{tolerate}[[targets]]\nmetric = \"downtime\"\ntarget = {target}\n"))
    };
    let period = ["--period", "2026-01-01..2026-01-04"];
    let run = [&["run"], &period[..]].concat();
    let strict = [&run[..], &["--fail-on", "missed"]].concat();
    let missed = target("3600");
    missed.expect(0, &run);
    assert!(missed.expect(4, &strict).1.contains("targets missed: downtime"));
    target("14400").expect(0, &strict);
}

#[test]
fn what_fails_is_exit_1_and_leaves_stdout_alone() {
    let project = Project::new("name = \"T\"\n");
    project.write("lake", "a file where a folder belongs");
    let (out, err) = project.expect(1, &["run"]);
    assert!(out.is_empty() && err.starts_with("error: "), "{out}\n{err}");
}
