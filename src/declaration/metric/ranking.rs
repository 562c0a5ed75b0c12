//! Statistics of ranks in standard SQL.

use crate::declaration::expression::{Aggregate, Function};

/// The aggregate over rows that pass a filter.
pub(super) fn sql(id: &str, rows: &str, filter: &str, one: &Aggregate) -> String {
    let own = one.filter.as_ref().map(|row| format!("\n    AND ({})", row.sql)).unwrap_or_default();
    let arguments: Vec<&str> = one.arguments.iter().map(|row| row.sql.as_str()).collect();
    match (one.function, arguments.as_slice()) {
        (Function::TopShare, [part]) => {
            top_share(id, rows, &format!("{filter}{own}"), part, one.constant.unwrap_or(1.0))
        }
        (_, [one, other]) => discordance(id, rows, &format!("{filter}{own}"), one, other),
        _ => String::new(),
    }
}

/// Rows of the largest parts by all rows.
fn top_share(id: &str, rows: &str, filter: &str, part: &str, most: f64) -> String {
    format!(
        "WITH parts AS (
  SELECT {part} AS part, COUNT(*) AS own
  FROM {rows}
  WHERE {filter}
    AND {part} IS NOT NULL
  GROUP BY {part}
),
ranked AS (
  SELECT own, ROW_NUMBER() OVER (ORDER BY own DESC) AS place
  FROM parts
)
SELECT CAST(SUM(CASE WHEN place <= {most} THEN own ELSE 0 END) AS DOUBLE PRECISION) / NULLIF(SUM(own), 0) AS {id},
  SUM(own) AS n
FROM ranked"
    )
}

/// Pairs in opposite orders by pairs that both put in some order. Each pair is there twice, above and below.
fn discordance(id: &str, rows: &str, filter: &str, one: &str, other: &str) -> String {
    format!(
        "WITH ranks AS (
  SELECT {one} AS one, {other} AS other
  FROM {rows}
  WHERE {filter}
    AND {one} IS NOT NULL AND {other} IS NOT NULL
),
pairs AS (
  SELECT (a.one - b.one) * (a.other - b.other) AS agreement
  FROM ranks AS a CROSS JOIN ranks AS b
)
SELECT CAST(COUNT(*) FILTER (WHERE agreement < 0) AS DOUBLE PRECISION)
  / NULLIF(COUNT(*) FILTER (WHERE agreement <> 0), 0) AS {id},
  (SELECT COUNT(*) FROM ranks) AS n
FROM pairs"
    )
}
