//! Any bytes as a file: every reader ends, with records or with an error, and keeps its promises about them.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nines::ingest::reader::chunk::Chunk;
use nines::ingest::reader::{self, Request};

static FILE: LazyLock<PathBuf> = LazyLock::new(|| std::env::temp_dir().join(format!("nines-readers-{}", std::process::id())));

/// A library that panics on a damaged workbook does so on the reader's own thread, where it becomes an error: no finding.
static HOOK: LazyLock<()> = LazyLock::new(|| {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some("workbook") {
            abort(info);
        }
    }));
});

fuzz_target!(|data: &[u8]| {
    LazyLock::force(&HOOK);
    fs::write(&*FILE, data).expect("a temporary file can be written");
    let explode = ["a".to_string(), "a.b".to_string()];
    for request in [Request::default(), Request { explode: &explode, ..Request::default() }] {
        let Ok((_, mut source, _)) = reader::open(&FILE, &request) else { continue };
        let names = source.names().to_vec();
        let mut more = true;
        while more {
            let mut chunk = Chunk::new(names.len());
            match source.read(&mut chunk) {
                Ok(found) => more = found,
                Err(_) => break,
            }
            for row in 0..chunk.len() {
                for column in 0..names.len() {
                    let _ = chunk.cell(row, column);
                }
                let _ = chunk.raw(row, &names);
            }
        }
    }
});
