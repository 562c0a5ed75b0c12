//! A project in a temporary folder: a test writes `nines.toml` and exports into it, runs the program on it, and reads
//! its answers. Also the folder of real exports, where it is.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// One row of an answer: values by column, as text; absent is empty.
pub type Row = BTreeMap<String, String>;

/// A project that is deleted with the value.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project with that text as `nines.toml`.
    pub fn new(toml: &str) -> Self {
        let project = Self { folder: TempDir::new().expect("a temporary folder") };
        project.write("nines.toml", toml);
        project
    }

    /// The demo organisation of about so many tickets over so many weeks, seed 1; its dirty rows are tolerated, which are a
    /// larger share of a small demo, and a run renders three of its reports.
    pub fn demo(tickets: u32, weeks: u32) -> Self {
        let project = Self { folder: TempDir::new().expect("a temporary folder") };
        let mut command = nines();
        command.arg("demo").arg(project.path()).args([
            "--tickets",
            &tickets.to_string(),
            "--weeks",
            &weeks.to_string(),
        ]);
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "demo: {}", String::from_utf8_lossy(&output.stderr));
        let toml = std::fs::read_to_string(project.path().join("nines.toml")).expect("a project file");
        let (before, rest) = toml.split_once("reports = [").expect("reports");
        let (_, after) = rest.split_once("\n]").expect("the end of the list");
        let toml = format!("{before}reports = [\"weekly\", \"slo\", \"availability\"]{after}");
        project.write("nines.toml", toml.replace("tolerate_rejects = 0.05", "tolerate_rejects = 0.5"));
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// A command of the program on this project, ready to start: the first argument names it.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = nines();
        command.args(arguments).arg("--project").arg(self.path());
        command
    }

    /// Runs a command, whatever comes of it.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Runs a command that must end with that exit code; its stdout and stderr.
    pub fn expect<A: AsRef<OsStr>>(&self, code: i32, arguments: &[A]) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        let shown: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
        assert_eq!(output.status.code(), Some(code), "{shown:?}\n{out}\n{err}");
        (out, err)
    }

    /// Runs a command that must succeed; its stdout.
    pub fn ok<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        self.expect(0, arguments).0
    }

    /// The measures that `nines measure ARGUMENTS --format json` gives.
    pub fn measure(&self, arguments: &[&str]) -> Vec<Value> {
        let out = self.ok(&[&["measure"], arguments, &["--format", "json"]].concat());
        let document: Value = serde_json::from_str(&out).expect("JSON");
        document["measures"].as_array().expect("measures").clone()
    }

    /// The rows that a query gives.
    pub fn query(&self, sql: &str) -> Vec<Row> {
        rows(&self.ok(&["query", sql, "--format", "csv"]))
    }
}

/// Says that a test, or a part of one, is skipped and why. A passing test's words are swallowed: with `NINES_SKIPPED` they also
/// go, a line each, to the end of that file.
pub fn skip(reason: &str) {
    println!("skipped: {reason}");
    let Some(path) = std::env::var_os("NINES_SKIPPED") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| writeln!(file, "{reason}")).expect("the file of NINES_SKIPPED");
}

/// The program.
pub fn nines() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nines"));
    command.env_remove("NO_COLOR").env("COLUMNS", "100");
    command
}

/// The rows of a CSV text.
pub fn rows(csv: &str) -> Vec<Row> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().map(|row| row.expect("a row")).collect()
}

/// A folder of the real exports, which lie beside the checkout; `None`, and a sentence, where they are not there.
pub fn real_exports(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    skip(&format!("../shared/data/{name} is not there"));
    None
}
