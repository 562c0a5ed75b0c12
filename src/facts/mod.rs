//! Facts: one derived table per grain, with the clocks and judgements that metrics aggregate. Replaceable at any time.

mod changes;
mod clock;
mod clock_columns;
mod clock_contract;
mod clock_course;
mod clock_life;
mod clock_problems;
mod columns;
mod context;
mod evidence;
mod incidents;
mod path;
mod service_time;
mod tickets;
mod tiers;

use polars::prelude::DataFrame;

pub use clock_life::{Life, life};
pub use context::{Context, References};

use crate::lake::LakeError;

/// How one fact is built from the canonical tables.
pub struct Fact {
    /// Its name; its dictionary is `queries/facts/<name>.toml`.
    pub name: &'static str,
    /// The canonical tables that it reads.
    pub tables: &'static [&'static str],
    /// Builds it.
    pub build: fn(&Context) -> Result<DataFrame, LakeError>,
}

/// All facts.
pub const FACTS: &[Fact] = &[
    Fact {
        name: "tickets",
        tables: &["tickets", "ticket_events", "teams", "services", "links", "problems", "agreements"],
        build: tickets::build,
    },
    Fact { name: "ticket_steps", tables: &["tickets", "ticket_events", "teams"], build: tickets::build_steps },
    Fact {
        name: "incidents",
        tables: &["incidents", "services", "links", "problems", "tickets"],
        build: incidents::build,
    },
    Fact {
        name: "service_time",
        tables: &["services", "outages", "probes", "maintenance"],
        build: service_time::build_days,
    },
    Fact {
        name: "failures",
        tables: &["services", "outages", "probes", "maintenance", "incidents"],
        build: service_time::build_failures,
    },
    Fact { name: "changes", tables: &["changes", "incidents", "tickets", "links", "services"], build: changes::build },
];
