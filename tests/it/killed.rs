//! Runs that are killed at random moments leave a lake that the next run completes to what an undisturbed one holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::project::Project;

/// How often a process is killed while it runs, in turn `ingest` and `run`, and how often in one project at most.
const KILLS: usize = 50;
const KILLS_OF_A_PROJECT: usize = 5;

/// About the size of the demo that is read.
const TICKETS: u32 = 300;
const WEEKS: u32 = 6;

/// Seed of the moments.
const SEED: u64 = 20_261_121;

/// All rows of every table of the lake that comes from exports, as sorted lines: the history of the canonical tables and
/// the ledger, without `_ingested_at`, and the current view. The moments differ by nature; nothing else is left out.
pub fn content(project: &Project) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let lake = project.path().join("lake");
    let mut queries: Vec<(String, String)> = Vec::new();
    for name in tables(&lake) {
        queries.push((format!("history of {name}"), format!("SELECT * FROM history_{name}")));
        queries.push((format!("current {name}"), format!("SELECT * FROM {name}")));
    }
    for name in tables(&lake.join("ledger")) {
        queries.push((format!("ledger of {name}"), format!("SELECT * FROM ledger_{name}")));
    }
    for (name, sql) in queries {
        let text = project.ok(&["query", &sql, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let without_moment = |row: csv::StringRecord| {
            let cells = row.iter().zip(&header).filter(|(_, name)| *name != "_ingested_at");
            cells.map(|(cell, _)| cell).collect::<Vec<_>>().join("\u{1f}")
        };
        let mut lines: Vec<String> = reader.records().map(|row| without_moment(row.expect("a row"))).collect();
        lines.sort();
        found.insert(name, lines);
    }
    found
}

/// The Delta tables in a folder that have a first commit, derived ones apart.
fn tables(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("_delta_log/00000000000000000000.json").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "measures")
        .collect();
    names.sort();
    names
}

/// The bytes of every report.
fn reports(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let folder = std::fs::read_dir(project.path().join("out")).expect("reports");
    folder
        .filter_map(Result::ok)
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a report")))
        .collect()
}

/// Shares of a whole from a seed (SplitMix64).
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Starts a command and kills it (SIGKILL) after a while; whether that met it alive.
fn kill(project: &Project, command: &str, after: Duration) -> bool {
    let mut process =
        project.command(&[command]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    sleep(after);
    let alive = process.try_wait().expect("a state").is_none();
    process.kill().expect("it is killed");
    process.wait().expect("it ends");
    alive
}

/// How long a command takes when nobody kills it: the shorter of two times, as other tests run meanwhile.
fn duration(command: &str) -> Duration {
    let once = || {
        let project = Project::demo(TICKETS, WEEKS);
        let began = Instant::now();
        project.ok(&[command]);
        began.elapsed()
    };
    once().min(once())
}

#[test]
fn a_lake_whose_runs_were_killed_is_completed_by_the_next_run() {
    let undisturbed = Project::demo(TICKETS, WEEKS);
    undisturbed.ok(&["run"]);
    let (expected, pages) = (content(&undisturbed), reports(&undisturbed));
    assert!(expected["ledger of rejects"].len() > 1 && expected["current tickets"].len() > 200);
    let durations = [("ingest", duration("ingest")), ("run", duration("run"))];

    let mut moments = Moments(SEED);
    let (mut kills, mut projects, mut late) = (0, 0, 0);
    while kills < KILLS {
        let project = Project::demo(TICKETS, WEEKS);
        projects += 1;
        // A project whose command came to its end holds everything already: there is nothing left to kill in it.
        for _ in 0..KILLS_OF_A_PROJECT {
            let (command, whole) = durations[kills % 2];
            if kills == KILLS {
                break;
            }
            if !kill(&project, command, whole.mul_f64(moments.next())) {
                late += 1;
                break;
            }
            kills += 1;
        }
        project.ok(&["run"]);
        let found = content(&project);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "project {projects}");
        for (table, rows) in &expected {
            assert_eq!(&found[table], rows, "project {projects}: {table}");
        }
        assert!(reports(&project) == pages, "project {projects}: the reports differ");
    }
    println!("{kills} kills in {projects} projects, {late} came too late; undisturbed: {durations:?}");
}
