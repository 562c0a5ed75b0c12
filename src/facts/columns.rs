//! Reading a frame's columns as plain vectors, and building a frame from plain vectors.

use polars::prelude::*;

use crate::declaration::project::Project;
use crate::lake::{LakeError, instant_type};

/// Text values of a column.
pub(super) fn text<'a>(frame: &'a DataFrame, name: &str) -> Result<Vec<Option<&'a str>>, LakeError> {
    Ok(frame.column(name)?.str()?.iter().collect())
}

/// Whole numbers of a column.
pub(super) fn integer(frame: &DataFrame, name: &str) -> Result<Vec<Option<i64>>, LakeError> {
    Ok(frame.column(name)?.i64()?.iter().collect())
}

/// Numbers of a column.
pub(super) fn number(frame: &DataFrame, name: &str) -> Result<Vec<Option<f64>>, LakeError> {
    Ok(frame.column(name)?.f64()?.iter().collect())
}

/// Truth values of a column.
pub(super) fn boolean(frame: &DataFrame, name: &str) -> Result<Vec<Option<bool>>, LakeError> {
    Ok(frame.column(name)?.bool()?.iter().collect())
}

/// Instants of a column, µs UTC. With `until`, an instant after it has not happened yet and is missing.
pub(super) fn instant(frame: &DataFrame, name: &str, until: Option<i64>) -> Result<Vec<Option<i64>>, LakeError> {
    let column = frame.column(name)?.cast(&DataType::Int64)?;
    let happened = |at: &i64| until.is_none_or(|until| *at <= until);
    Ok(column.i64()?.iter().map(|at| at.filter(happened)).collect())
}

/// Columns of a fact while it is built.
#[derive(Default)]
pub(super) struct Builder(Vec<Column>);

impl Builder {
    /// Adds a column of text.
    pub(super) fn text<S: AsRef<str>>(&mut self, name: &str, values: Vec<Option<S>>) {
        let values: StringChunked = values.iter().map(|value| value.as_ref().map(AsRef::as_ref)).collect();
        self.0.push(values.with_name(name.into()).into_column());
    }

    /// Adds a column of whole numbers.
    pub(super) fn integer(&mut self, name: &str, values: Vec<Option<i64>>) {
        self.0.push(Column::new(name.into(), values));
    }

    /// Adds a column of numbers.
    pub(super) fn number(&mut self, name: &str, values: Vec<Option<f64>>) {
        self.0.push(Column::new(name.into(), values));
    }

    /// Adds a column of truth values.
    pub(super) fn boolean(&mut self, name: &str, values: Vec<Option<bool>>) {
        self.0.push(Column::new(name.into(), values));
    }

    /// Adds a column of instants.
    pub(super) fn instant(&mut self, name: &str, values: Vec<Option<i64>>) -> Result<(), LakeError> {
        self.0.push(Column::new(name.into(), values).cast(&instant_type())?);
        Ok(())
    }

    /// The frame of all columns.
    pub(super) fn finish(self) -> Result<DataFrame, LakeError> {
        let height = self.0.first().map_or(0, Column::len);
        Ok(DataFrame::new(height, self.0)?)
    }
}

/// Seconds from one instant to another; missing when either is, or when they are reversed (a data error that `check`
/// reports).
pub(super) fn elapsed_s(from: Option<i64>, to: Option<i64>) -> Option<f64> {
    let micros = to? - from?;
    (micros >= 0).then_some(micros as f64 / 1e6)
}

/// As [`elapsed_s`], on the one calendar that counts where an agreement names it.
pub(super) fn counted_s(project: &Project, from: Option<i64>, to: Option<i64>) -> Option<f64> {
    let elapsed = elapsed_s(from, to)?;
    Some(project.counted_in.as_ref().map_or(elapsed, |hours| hours.working_s(from.unwrap_or(0), to.unwrap_or(0))))
}
