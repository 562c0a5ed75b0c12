//! The lake: Delta tables of Parquet that keep every version of every record. No format, log or lock of its own.
//!
//! Layout of a lake folder: one Delta table per canonical table, `ledger/` with what was read from which file, and
//! `facts/` with derived tables that are replaced whole.

mod delta;
mod frame;
mod ledger;
mod store;
mod versions;

pub use delta::LakeError;
pub use frame::{data_type, frame_of, instant_type};
pub use ledger::{FileRecord, LEDGER_TABLES, empty_ledger, ledger_table};
pub use store::Lake;
pub use versions::{Appender, Origin, current, history};
