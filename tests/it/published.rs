//! Real exports, and the figures that others published about them. The exports lie beside the checkout; where they do not,
//! these tests say so and pass.

mod devlake;
mod every_export;
mod servicenow;
mod status_objectives;
mod status_page;
mod upptime;

use crate::project::{Project, Row};

/// What the ledger says about each file and table: read = accepted + rejected + unchanged in every row.
fn ledger(project: &Project) -> Vec<Row> {
    let rows = project.query(
        "SELECT \"table\", \"read\", accepted, rejected, unchanged, ignored FROM ledger_files ORDER BY \"table\"",
    );
    for row in &rows {
        assert_eq!(number(row, "read"), number(row, "accepted") + number(row, "rejected") + number(row, "unchanged"));
    }
    rows
}

fn number(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: a number, not {:?}", row[column]))
}

/// The names of the records that a file's mapping leaves out, with their numbers.
fn ignored(row: &Row) -> Vec<(String, u64)> {
    serde_json::from_str(&row["ignored"]).unwrap()
}

fn close(found: &serde_json::Value, expected: f64, tolerance: f64) {
    let found = found.as_f64().unwrap_or_else(|| panic!("a number, not {found}"));
    assert!((found - expected).abs() <= tolerance, "expected {expected} within {tolerance}, found {found}");
}
