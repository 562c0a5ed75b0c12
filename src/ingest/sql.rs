//! SQL in mappings, evaluated by Polars over the raw text columns of a chunk.

use polars::prelude::*;
use polars::sql::sql_expr;

use super::expressions::{Expressions, TextColumn};

/// Polars as the engine of a mapping's expressions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sql;

impl Sql {
    fn evaluate(self, expression: &str, columns: &[TextColumn<'_>], kind: DataType) -> PolarsResult<Column> {
        let height = columns.first().map_or(0, |(_, values)| values.len());
        let inputs = columns
            .iter()
            .map(|(name, values)| {
                values.iter().copied().collect::<StringChunked>().with_name((*name).into()).into_column()
            })
            .collect();
        let frame = DataFrame::new(height, inputs)?;
        let values = frame.lazy().select([sql_expr(expression)?.cast(kind).alias("value")]).collect()?;
        let column = values.column("value")?;
        // An expression without a column is one value for all rows.
        Ok(if column.len() == height { column.clone() } else { column.new_from_index(0, height) })
    }
}

impl Expressions for Sql {
    fn text(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<Option<String>>, String> {
        let column = self.evaluate(expression, columns, DataType::String).map_err(|error| error.to_string())?;
        let values = column.str().map_err(|error| error.to_string())?;
        Ok(values.iter().map(|value| value.map(str::to_string)).collect())
    }

    fn truth(&self, expression: &str, columns: &[TextColumn<'_>]) -> Result<Vec<bool>, String> {
        let column = self.evaluate(expression, columns, DataType::Boolean).map_err(|error| error.to_string())?;
        let values = column.bool().map_err(|error| error.to_string())?;
        Ok(values.iter().map(|value| value == Some(true)).collect())
    }
}
