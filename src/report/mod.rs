//! From a scorecard to a page: one ready document, in which all text, rounding and marks are decided, and the formats that
//! write it out. A format never computes a figure.

pub mod charts;
pub mod compose;
pub mod dates;
pub mod document;
pub mod duration;
pub mod figure;
pub mod format;
pub mod html;
pub mod index;
pub mod json;
pub mod level;
pub mod mail;
pub mod markdown;
#[cfg(test)]
mod no_data;
pub mod objective;
pub mod openmetrics;
pub mod pdf;
pub mod prometheus;
pub mod rate;
pub mod reason;
#[cfg(test)]
mod same_figures;
pub mod stale;
pub mod statement;
pub mod text;
pub mod v1;
pub mod verdict;
pub mod words;
pub mod xlsx;
