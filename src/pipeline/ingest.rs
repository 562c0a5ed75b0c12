//! `nines ingest`: exports to lake.

use std::path::PathBuf;
use std::time::Duration;

use super::failure::Failure;
use super::session::Session;
use crate::ingest::load::{self, IngestReport, OnProgress, Source};
use crate::lake::LakeError;

/// How often an ingestion starts over when another process commits to the same table in between.
const ATTEMPTS: u64 = 20;

/// Reads the project's exports, or the files that are named, into the lake. `planned` is told all files first.
///
/// # Errors
/// When a file is named that does not exist, or the lake cannot be read or written.
pub fn ingest(
    session: &Session,
    files: &[PathBuf],
    planned: &mut dyn FnMut(&[Source]),
    progress: OnProgress,
) -> Result<IngestReport, Failure> {
    let (declared, empty_globs) = load::sources(&session.project).map_err(Failure::usage)?;
    let sources = if files.is_empty() { declared } else { named(session, files, &declared)? };
    planned(&sources);
    let mut attempt: u64 = 1;
    loop {
        let outcome =
            load::ingest(&session.project, &session.definitions, &session.lake, &sources, session.now, progress);
        match outcome {
            Ok(mut report) => {
                if files.is_empty() {
                    report.empty_globs = empty_globs;
                }
                session.forget_facts();
                return Ok(report);
            }
            Err(LakeError::Conflict(_)) if attempt < ATTEMPTS => {
                // Longer each time, and for each process another time, so that they do not start over in step for ever.
                std::thread::sleep(Duration::from_millis(20 * attempt + u64::from(std::process::id() % 37)));
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn named(session: &Session, files: &[PathBuf], declared: &[Source]) -> Result<Vec<Source>, Failure> {
    files
        .iter()
        .map(|file| {
            if !file.is_file() {
                return Err(Failure::usage(format!("no such file: {}", file.display())));
            }
            let same = |source: &&Source| source.path == *file || same_file(&source.path, file);
            Ok(match declared.iter().find(same) {
                Some(source) => source.clone(),
                None => load::source(&session.project, file, None, None),
            })
        })
        .collect()
}

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
