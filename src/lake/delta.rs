//! One Delta table on disk: open, create, commit added files, list files. The only file that speaks to `deltalake-core`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TableReference, TransactionError};
use deltalake_core::kernel::{Action, Add, DataType, PrimitiveType, StructField, Transaction};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use polars::prelude as pl;
use tokio::runtime::Runtime;

/// The application id under which commits are numbered, so that two writers that read the same state cannot both win.
const APPLICATION: &str = "nines";

/// Why the lake could not be read or written.
#[derive(Debug)]
pub enum LakeError {
    /// A file or folder of the lake.
    Io(PathBuf, io::Error),
    /// The Delta log.
    Delta(PathBuf, Box<DeltaTableError>),
    /// A Parquet file or a query over one.
    Polars(pl::PolarsError),
    /// Another process committed to the same table in between: nothing was written, try again.
    Conflict(PathBuf),
}

impl std::fmt::Display for LakeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "lake: {}: {error}", path.display()),
            Self::Delta(path, error) => write!(f, "lake: table `{}`: {error}", path.display()),
            Self::Polars(error) => write!(f, "lake: {error}"),
            Self::Conflict(path) => {
                write!(f, "lake: table `{}`: another run committed at the same time; run again", path.display())
            }
        }
    }
}

impl std::error::Error for LakeError {}

impl From<pl::PolarsError> for LakeError {
    fn from(error: pl::PolarsError) -> Self {
        Self::Polars(error)
    }
}

/// A Delta table that exists.
pub(super) struct Delta {
    folder: PathBuf,
    table: DeltaTable,
}

impl Delta {
    /// Opens the table in a folder; `None` where there is none yet.
    pub(super) fn open(runtime: &Runtime, folder: &Path) -> Result<Option<Self>, LakeError> {
        // A folder without a first commit is what a killed run leaves behind: there is no table yet.
        if !folder.join("_delta_log").join("00000000000000000000.json").is_file()
            && !folder.join("_delta_log").join("_last_checkpoint").is_file()
        {
            return Ok(None);
        }
        let url = location(folder)?;
        let table = runtime
            .block_on(async { DeltaTableBuilder::from_url(url)?.load().await })
            .map_err(|error| LakeError::Delta(folder.to_path_buf(), Box::new(error)))?;
        Ok(Some(Self { folder: folder.to_path_buf(), table }))
    }

    /// Opens the table, creating it with the columns of `schema` where there is none; columns are nullable. A table from before a
    /// column was declared gets it.
    pub(super) fn open_or_create(
        runtime: &Runtime,
        folder: &Path,
        schema: &pl::Schema,
        comment: &str,
    ) -> Result<Self, LakeError> {
        if let Some(existing) = Self::open(runtime, folder)? {
            return existing.with_columns(runtime, schema);
        }
        fs::create_dir_all(folder).map_err(|error| LakeError::Io(folder.to_path_buf(), error))?;
        let url = location(folder)?;
        let columns: Vec<StructField> =
            schema.iter().map(|(name, kind)| StructField::nullable(name.as_str(), delta_type(kind))).collect();
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let created = runtime.block_on(async {
            CreateBuilder::new()
                .with_location(url)
                .with_table_name(name)
                .with_comment(comment)
                .with_columns(columns)
                .with_save_mode(SaveMode::Ignore)
                .await
        });
        match created {
            Ok(table) => Ok(Self { folder: folder.to_path_buf(), table }),
            // Another process may have created it in the same moment: then its table is the one.
            Err(error) => match Self::open(runtime, folder)? {
                Some(existing) => Ok(existing),
                None => Err(LakeError::Delta(folder.to_path_buf(), Box::new(error))),
            },
        }
    }

    fn with_columns(mut self, runtime: &Runtime, schema: &pl::Schema) -> Result<Self, LakeError> {
        let known = self.schema()?;
        let lacking: Vec<StructField> = schema
            .iter()
            .filter(|(name, _)| !known.contains(name))
            .map(|(name, kind)| StructField::nullable(name.as_str(), delta_type(kind)))
            .collect();
        if !lacking.is_empty() {
            let table = self.table.clone();
            let added = runtime.block_on(async { table.add_columns().with_fields(lacking).await });
            self.table = match added {
                Ok(table) => table,
                Err(DeltaTableError::Transaction {
                    source: TransactionError::CommitConflict(_) | TransactionError::MaxCommitAttempts(_),
                }) => return Err(LakeError::Conflict(self.folder.clone())),
                Err(error) => return Err(self.error(error)),
            };
        }
        Ok(self)
    }

    /// The columns of the table; those of types that the lake does not write are left out.
    pub(super) fn schema(&self) -> Result<pl::Schema, LakeError> {
        let state = self.table.snapshot().map_err(|error| self.error(error))?;
        let schema = state.schema();
        let columns =
            schema.fields().filter_map(|field| Some((field.name().as_str().into(), polars_type(field.data_type())?)));
        Ok(columns.collect())
    }

    /// The folder of the table.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The version of the newest commit.
    pub(super) fn version(&self) -> u64 {
        self.table.version().unwrap_or(0)
    }

    /// The data files of the current version, sorted by name.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, LakeError> {
        let state = self.table.snapshot().map_err(|error| self.error(error))?;
        let mut files: Vec<PathBuf> =
            state.log_data().iter().map(|file| self.folder.join(file.object_store_path().as_ref())).collect();
        files.sort();
        Ok(files)
    }

    /// Commits data files that were already written into the table's folder, in one atomic commit. With `replace`, the
    /// files of the version that was opened are removed by the same commit.
    pub(super) fn commit(
        &mut self,
        runtime: &Runtime,
        files: &[(String, usize)],
        replace: bool,
    ) -> Result<(), LakeError> {
        let mut actions = Vec::new();
        let state = self.table.snapshot().map_err(|error| self.error(error))?;
        if replace {
            actions.extend(state.log_data().iter().map(|file| Action::Remove(file.remove_action(true))));
        }
        for (name, rows) in files {
            let path = self.folder.join(name);
            let size = fs::metadata(&path).map_err(|error| LakeError::Io(path.clone(), error))?.len();
            actions.push(Action::Add(Add {
                path: name.clone(),
                size: i64::try_from(size).unwrap_or(i64::MAX),
                modification_time: 0,
                data_change: true,
                stats: Some(format!("{{\"numRecords\":{rows}}}")),
                partition_values: HashMap::new(),
                ..Add::default()
            }));
        }
        let number = i64::try_from(self.version()).unwrap_or(i64::MAX) + 1;
        let properties =
            CommitProperties::default().with_application_transaction(Transaction::new(APPLICATION, number));
        let mode = if replace { SaveMode::Overwrite } else { SaveMode::Append };
        let operation = DeltaOperation::Write { mode, partition_by: None, predicate: None };
        let outcome = runtime.block_on(async {
            CommitBuilder::from(properties)
                .with_actions(actions)
                .build(Some(state as &dyn TableReference), self.table.log_store(), operation)
                .await
        });
        match outcome {
            Ok(_) => {}
            Err(DeltaTableError::Transaction {
                source: TransactionError::CommitConflict(_) | TransactionError::MaxCommitAttempts(_),
            }) => return Err(LakeError::Conflict(self.folder.clone())),
            Err(error) => return Err(self.error(error)),
        }
        let table = &mut self.table;
        runtime
            .block_on(async { table.update_state().await })
            .map_err(|error| LakeError::Delta(self.folder.clone(), Box::new(error)))
    }

    fn error(&self, error: DeltaTableError) -> LakeError {
        LakeError::Delta(self.folder.clone(), Box::new(error))
    }
}

fn location(folder: &Path) -> Result<url::Url, LakeError> {
    let absolute = std::path::absolute(folder).map_err(|error| LakeError::Io(folder.to_path_buf(), error))?;
    url::Url::from_directory_path(&absolute).map_err(|()| {
        LakeError::Io(absolute, io::Error::new(io::ErrorKind::InvalidInput, "the path cannot be written as a URL"))
    })
}

fn polars_type(kind: &DataType) -> Option<pl::DataType> {
    let DataType::Primitive(primitive) = kind else { return None };
    Some(match primitive {
        PrimitiveType::Boolean => pl::DataType::Boolean,
        PrimitiveType::Long => pl::DataType::Int64,
        PrimitiveType::Double => pl::DataType::Float64,
        PrimitiveType::Timestamp => super::frame::instant_type(),
        PrimitiveType::Date => pl::DataType::Date,
        PrimitiveType::Binary => pl::DataType::Binary,
        PrimitiveType::String => pl::DataType::String,
        _ => return None,
    })
}

fn delta_type(kind: &pl::DataType) -> DataType {
    let primitive = match kind {
        pl::DataType::Boolean => PrimitiveType::Boolean,
        pl::DataType::Int64 | pl::DataType::UInt32 => PrimitiveType::Long,
        pl::DataType::Float64 => PrimitiveType::Double,
        pl::DataType::Datetime(..) => PrimitiveType::Timestamp,
        pl::DataType::Date => PrimitiveType::Date,
        pl::DataType::Binary => PrimitiveType::Binary,
        _ => PrimitiveType::String,
    };
    DataType::Primitive(primitive)
}
