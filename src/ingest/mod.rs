//! Exports to typed rows: files are opened, decoded, split into records, recognised, mapped and converted. What does not convert
//! is a finding; what cannot be a record of its table is a reject, kept whole; nothing is lost without a count.

pub mod batch;
mod convert;
mod crew;
mod date_cursor;
mod date_format;
mod date_order;
mod dates;
mod decode;
pub mod draft;
pub mod expressions;
mod feed;
pub mod file;
pub mod finding;
pub mod load;
mod local;
pub mod open;
mod plan;
pub mod reader;
pub mod recognise;
mod refusal;
pub mod sql;
mod transform;
mod values;
mod work;

#[cfg(test)]
mod messy;
#[cfg(test)]
mod real_exports;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod trial;
#[cfg(test)]
mod whole_files;

pub use batch::{Batch, Values};
pub use expressions::Expressions;
pub use file::{Outcome, ReadError, Reading, Sink, SinkError, TableCount};
pub use finding::{Finding, Reject};
