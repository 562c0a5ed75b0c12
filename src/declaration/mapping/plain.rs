//! The mapping `plain/<table>` that every canonical table has: a file whose columns are named as the table's.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decimal, Feed, Field, Mapping, Rows};
use crate::declaration::table::Table;

impl Mapping {
    /// The plain layout of a table: columns of the same names, in any order; recognised by the required ones. A table with a
    /// single required column asks for one more known column, lest every file that names a `service` be taken for it.
    #[must_use]
    pub fn plain(table: &Table) -> Self {
        let fields: BTreeMap<String, Field> =
            table.columns.iter().map(|column| (column.name.clone(), Field::plain(vec![column.name.clone()]))).collect();
        let matches: Vec<Vec<String>> = table.required().map(|column| vec![column.name.clone()]).collect();
        Self {
            id: format!("plain/{}", table.name),
            file: format!("queries/tables/{}.toml", table.name),
            title: format!("{}, columns named as in the table", table.title),
            matches_more: usize::from(matches.len() < 2),
            matches,
            null: BTreeSet::new(),
            latest: Vec::new(),
            zone: None,
            format: None,
            separator: None,
            header: None,
            sheet: None,
            decimal: Decimal::Unknown,
            records: None,
            pattern: None,
            ignore: Vec::new(),
            feeds: vec![Feed { table: table.name.clone(), fields, rows: Rows::default(), condition: None }],
        }
    }
}
