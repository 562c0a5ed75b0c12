//! Agreements: what was promised and by whom, each held against what was measured, and whether suppliers' promises can carry
//! those made to customers. One fact for each of the three.

mod ladder;
mod periods;
mod promises;
mod terms;

pub(super) use periods::build as build_periods;
pub(super) use promises::build as build_promises;
pub(super) use terms::build as build_terms;
