//! From canonical values to Polars frames: the one place that says which column type stands for which kind.

use polars::prelude::*;

use crate::declaration::table::{Kind, Table};

/// The type of an instant: microseconds, UTC.
pub fn instant_type() -> DataType {
    DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
}

/// The column type of a kind.
pub fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Integer => DataType::Int64,
        Kind::Number | Kind::Seconds | Kind::Share => DataType::Float64,
        Kind::Boolean => DataType::Boolean,
        Kind::Instant => instant_type(),
    }
}

/// An empty frame with the declared columns of a table, for queries over a table that has no data yet.
pub fn frame_of(table: &Table) -> DataFrame {
    let columns: Vec<Column> = table
        .columns
        .iter()
        .map(|column| Column::new_empty(column.name.as_str().into(), &data_type(column.kind)))
        .collect();
    DataFrame::new(0, columns).unwrap_or_default()
}
