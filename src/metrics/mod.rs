//! The kernel: every metric of a fact over every slice and period, in one reading of the fact.
//!
//! Row expressions are evaluated by Polars, once each; rows get dense group codes and are brought into cells of (slice,
//! period) by a counting sort; each cell is then aggregated on its own, in parallel. A cell is always summed by one
//! thread in the order of the rows, so the number of threads never changes a digit.

mod aggregate;
mod attainment;
mod cells;
mod columns;
pub mod distribution;
pub mod evaluate;
pub mod example;
pub mod measure;
mod parts;
mod ranking;
mod reliability;
pub mod rows;
mod survival;

pub use cells::AGE_BAND;
pub use evaluate::{MeasureError, Request, evaluate};
