//! What users declare: tables, mappings, metrics, reports, the project; checked whole, with issues at file and line.

pub mod catalogue;
pub mod definitions;
pub mod expression;
pub mod issue;
pub mod language;
pub mod mapping;
pub mod metric;
pub mod objective;
pub mod openslo;
pub mod project;
pub mod report;
pub mod table;
