//! From measures to a scorecard: targets and status, normalised scores, indices that can be taken apart, signals against
//! noise, contributions to a change. Plain data in, plain data out; no text is decided here except a signal's few words.

mod chart;
pub mod contribution;
pub mod freshness;
pub mod index;
pub mod quality;
pub mod restated;
pub mod score;
#[allow(clippy::module_inception)]
pub mod scorecard;
pub mod signal;
pub mod target;
mod within;

#[cfg(test)]
pub(crate) mod example;
