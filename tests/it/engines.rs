//! Figures against those of other programs: SciPy, statsmodels, lifelines and DuckDB. Each test says so and passes where the
//! program isn't there. The scripts that ask them lie beside the tests; they read a question as JSON and print the answer.

mod control;
mod demo;
mod distributions;
mod intervals;
mod servicenow;
mod survival;
mod trend;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The folder of the scripts.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/engines")
}

/// What a script answers; `None`, and a sentence, where Python or a module that it needs isn't there.
fn ask(script: &str, modules: &[&str], question: &Value) -> Option<Value> {
    let imports = format!("import {}", modules.join(", "));
    let there = Command::new("python3").args(["-c", &imports]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        crate::project::skip(&format!("python3 with {} is not there", modules.join(", ")));
        return None;
    }
    let mut command = Command::new("python3");
    command.arg(folder().join(script)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Equal to so many parts of the larger one; both missing is equal too.
fn same(what: &str, found: Option<f64>, theirs: &Value, within: f64) {
    assert_eq!(difference(what, found, theirs, within), None);
}

/// What differs by more than so many parts of the larger one; both missing is no difference.
fn difference(what: &str, found: Option<f64>, theirs: &Value, within: f64) -> Option<String> {
    let close = match (found, theirs.as_f64()) {
        (Some(found), Some(theirs)) => (found - theirs).abs() <= within * found.abs().max(theirs.abs()).max(1e-300),
        (found, theirs) => found.is_none() && theirs.is_none(),
    };
    (!close).then(|| format!("{what}: ours {found:?}, theirs {theirs}"))
}

/// Numbers from a seed, the same on every machine.
struct Dice(u64);

impl Dice {
    /// A whole number below `most`.
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }

    /// A number from 0 to 1.
    fn unit(&mut self) -> f64 {
        self.below(1 << 40) as f64 / (1_u64 << 40) as f64
    }
}
