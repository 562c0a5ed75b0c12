//! Typed rows of one canonical table, ready for the lake.

/// The values of a column; a missing one is `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Text.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Numbers, durations in seconds, shares.
    Number(Vec<Option<f64>>),
    /// True or false.
    Boolean(Vec<Option<bool>>),
    /// Microseconds since the Unix epoch, UTC.
    Instant(Vec<Option<i64>>),
}

fn select<T>(values: Vec<Option<T>>, keep: &[bool]) -> Vec<Option<T>> {
    values.into_iter().zip(keep).filter_map(|(value, keep)| keep.then_some(value)).collect()
}

impl Values {
    /// Number of values, missing ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Integer(values) | Self::Instant(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Boolean(values) => values.len(),
        }
    }

    /// Whether there are no values at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value at an index is missing.
    #[must_use]
    pub fn is_missing(&self, index: usize) -> bool {
        match self {
            Self::Text(values) => values[index].is_none(),
            Self::Integer(values) | Self::Instant(values) => values[index].is_none(),
            Self::Number(values) => values[index].is_none(),
            Self::Boolean(values) => values[index].is_none(),
        }
    }

    /// The values whose place in `keep` is true.
    #[must_use]
    pub fn filter(self, keep: &[bool]) -> Self {
        match self {
            Self::Text(values) => Self::Text(select(values, keep)),
            Self::Integer(values) => Self::Integer(select(values, keep)),
            Self::Number(values) => Self::Number(select(values, keep)),
            Self::Boolean(values) => Self::Boolean(select(values, keep)),
            Self::Instant(values) => Self::Instant(select(values, keep)),
        }
    }
}

/// Rows of one table from one part of a file. All columns have the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The table.
    pub table: String,
    /// All columns of the table's declaration, in its order.
    pub columns: Vec<(String, Values)>,
    /// Where each row stands in the file.
    pub rows: Vec<u64>,
    /// What orders the versions of a record, by the mapping's `latest`; `None` where it says nothing.
    pub version: Vec<Option<i64>>,
}

impl Batch {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, values)| values)
    }
}
