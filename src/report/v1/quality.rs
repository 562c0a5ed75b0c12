//! The contract's form of what became of the rows.

use serde::Serialize;

use crate::arithmetic::local_time::rfc3339;
use crate::scorecard::quality;

/// What became of the rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    /// Per file.
    pub files: Vec<quality::FileQuality>,
    /// Values that did not convert.
    pub findings: Vec<quality::FindingGroup>,
    /// Newest record per table.
    pub freshness: Vec<Freshness>,
    /// References to nothing.
    pub orphans: Vec<Orphans>,
    /// Instants in an impossible order.
    pub order_violations: Vec<OrderViolation>,
    /// Services with gaps.
    pub gaps: Vec<Gap>,
    /// Tickets that the books can't account for.
    pub unreconciled: i64,
}

/// How fresh a table is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Freshness {
    /// The table.
    pub table: String,
    /// Its records.
    pub rows: u64,
    /// Newest instant in it.
    pub newest: Option<String>,
}

/// References to nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Orphans {
    /// The table.
    pub table: String,
    /// The column that refers.
    pub column: String,
    /// Rows.
    pub count: u64,
    /// Some values.
    pub examples: Vec<String>,
}

/// Instants in an impossible order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderViolation {
    /// The table.
    pub table: String,
    /// The rule.
    pub rule: String,
    /// Rows.
    pub count: u64,
}

/// A service that was not measured all the time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// The service.
    pub service: String,
    /// Share of the time that was measured.
    pub coverage: f64,
}

impl Quality {
    pub(super) fn of(quality: &quality::Quality) -> Self {
        let orphan = |(table, column, count, examples): &(String, String, u64, Vec<String>)| Orphans {
            table: table.clone(),
            column: column.clone(),
            count: *count,
            examples: examples.clone(),
        };
        let violation = |(table, rule, count): &(String, String, u64)| OrderViolation {
            table: table.clone(),
            rule: rule.clone(),
            count: *count,
        };
        let fresh = |table: &quality::TableFreshness| Freshness {
            table: table.table.clone(),
            rows: table.rows,
            newest: table.newest.map(rfc3339),
        };
        let gap = |(service, coverage): &(String, f64)| Gap { service: service.clone(), coverage: *coverage };
        Quality {
            files: quality.files.clone(),
            findings: quality.findings.clone(),
            freshness: quality.freshness.iter().map(fresh).collect(),
            orphans: quality.orphans.iter().map(orphan).collect(),
            order_violations: quality.order_violations.iter().map(violation).collect(),
            gaps: quality.gaps.iter().map(gap).collect(),
            unreconciled: quality.unreconciled,
        }
    }
}
