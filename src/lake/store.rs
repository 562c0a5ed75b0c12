//! The lake as a whole: which tables there are, how to read one, how to replace a derived one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use polars::prelude::*;
use tokio::runtime::Runtime;

use super::delta::{Delta, LakeError};

/// A folder of Delta tables.
pub struct Lake {
    root: PathBuf,
    runtime: Runtime,
}

impl Lake {
    /// The lake in a folder; the folder need not exist yet.
    ///
    /// # Errors
    /// When the runtime that drives the Delta log cannot start.
    pub fn at(root: &Path) -> Result<Self, LakeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| LakeError::Io(root.to_path_buf(), error))?;
        Ok(Self { root: root.to_path_buf(), runtime })
    }

    /// The folder of a table, such as `tickets`, `ledger/rejects` or `facts/tickets`.
    pub fn folder(&self, table: &str) -> PathBuf {
        table.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }

    /// The newest version number of a table; `None` where the table does not exist.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub fn version(&self, table: &str) -> Result<Option<u64>, LakeError> {
        Ok(Delta::open(&self.runtime, &self.folder(table))?.map(|delta| delta.version()))
    }

    /// All rows of a table as they were appended; `None` where the table does not exist or is empty.
    ///
    /// # Errors
    /// When the table's log or files cannot be read.
    pub fn scan(&self, table: &str) -> Result<Option<LazyFrame>, LakeError> {
        let Some(delta) = Delta::open(&self.runtime, &self.folder(table))? else { return Ok(None) };
        let files = delta.files()?;
        if files.is_empty() {
            return Ok(None);
        }
        let paths = files.iter().map(|file| PlRefPath::try_from_path(file)).collect::<PolarsResult<Vec<_>>>()?;
        // A file from before a column was declared lacks it. A derived table is one file, whose own types hold.
        let is_derived = table.contains('/') || table == "measures";
        let schema = if files.len() > 1 || !is_derived { Some(Arc::new(delta.schema()?)) } else { None };
        let arguments =
            ScanArgsParquet { allow_missing_columns: true, glob: false, schema, ..ScanArgsParquet::default() };
        Ok(Some(LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments)?))
    }

    pub(super) fn open_or_create(&self, table: &str, schema: &Schema, comment: &str) -> Result<Delta, LakeError> {
        Delta::open_or_create(&self.runtime, &self.folder(table), schema, comment)
    }

    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Whether a derived table holds exactly the content that `fingerprint` names.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub fn holds(&self, table: &str, fingerprint: u128) -> Result<bool, LakeError> {
        let Some(delta) = Delta::open(&self.runtime, &self.folder(table))? else { return Ok(false) };
        let file = delta.folder().join(derived_name(fingerprint));
        Ok(delta.files()? == [file.clone()] && file.is_file())
    }

    /// Replaces a derived table by a frame in one commit, unless it already holds that content. The fingerprint stands
    /// in the data file's name, so no state beside the Delta log is needed to know what the table was derived from.
    ///
    /// # Errors
    /// When the file or the commit cannot be written.
    pub fn replace(&self, table: &str, frame: &mut DataFrame, fingerprint: u128) -> Result<bool, LakeError> {
        if self.holds(table, fingerprint)? {
            return Ok(false);
        }
        let mut delta =
            self.open_or_create(table, frame.schema(), "derived: replaced whole by each run that changes it")?;
        let name = derived_name(fingerprint);
        let before = delta.files()?;
        let written = delta.folder().join(&name);
        write_parquet(&written, frame)?;
        delta.commit(&self.runtime, &[(name, frame.height())], true)?;
        let named: Vec<PathBuf> = before.into_iter().chain(delta.files()?).collect();
        sweep(delta.folder(), &named, &written)?;
        Ok(true)
    }

    /// Appends a frame to a derived table that keeps what was published, unless the same content is there already.
    ///
    /// # Errors
    /// When the file or the commit cannot be written.
    pub fn publish(&self, table: &str, frame: &mut DataFrame, fingerprint: u128) -> Result<bool, LakeError> {
        let mut delta = self.open_or_create(table, frame.schema(), "figures as each run published them")?;
        let name = derived_name(fingerprint);
        if delta.files()?.contains(&delta.folder().join(&name)) {
            return Ok(false);
        }
        write_parquet(&delta.folder().join(&name), frame)?;
        match delta.commit(&self.runtime, &[(name, frame.height())], false) {
            // Another process published in between: perhaps the same, and then there is nothing left to do.
            Err(LakeError::Conflict(_)) => self.publish(table, frame, fingerprint),
            outcome => outcome.map(|()| true),
        }
    }
}

/// How much older than the file just written a data file must be before it counts as left behind: longer than any process
/// takes from writing a file to naming it in the log, and than any reader stays at a version that is gone.
const LEFT_BEHIND: Duration = Duration::from_secs(3_600);

/// Removes data files and drafts that the log does not name and that are clearly older than the file just written: what
/// killed processes and replaced versions left behind.
pub(super) fn sweep(folder: &Path, named: &[PathBuf], written: &Path) -> Result<(), LakeError> {
    let io = |error| LakeError::Io(folder.to_path_buf(), error);
    let newest = fs::metadata(written).and_then(|data| data.modified()).map_err(io)?;
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_data = path.extension().is_some_and(|extension| extension == "parquet" || extension == "tmp");
        if !is_data || named.contains(&path) {
            continue;
        }
        // Another process may have removed it meanwhile, which is as good.
        let age =
            fs::metadata(&path).and_then(|data| data.modified()).ok().and_then(|at| newest.duration_since(at).ok());
        if age.is_some_and(|age| age > LEFT_BEHIND) {
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

fn derived_name(fingerprint: u128) -> String {
    format!("part-{fingerprint:032x}.parquet")
}

/// Writes a Parquet file whole: under another name first, so that a kill leaves nothing half-written under its own. The
/// other name is new each time, so that processes that write at the same moment do not write into each other's draft.
pub(super) fn write_parquet(path: &Path, frame: &mut DataFrame) -> Result<(), LakeError> {
    let io = |error| LakeError::Io(path.to_path_buf(), error);
    let (draft, file) = draft(path).map_err(io)?;
    ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).finish(frame)?;
    File::open(&draft).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(&draft, path).map_err(io)
}

/// A new file beside `path`, with the first number in its name that no other has.
fn draft(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0_u32;
    loop {
        let draft = path.with_extension(format!("parquet.{number}.tmp"));
        match File::create_new(&draft) {
            Ok(file) => return Ok((draft, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}
