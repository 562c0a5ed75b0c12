//! Facts: one derived table per grain, with the clocks and judgements that metrics aggregate. Replaceable at any time.

mod attribution;
mod changes;
mod checks;
mod clock;
mod clock_columns;
mod clock_contract;
mod clock_course;
mod clock_life;
mod clock_problems;
mod clock_wait;
mod columns;
mod context;
mod deployments;
mod effort;
mod evidence;
mod failure_history;
mod first_contact;
mod incident_origins;
mod incidents;
mod month_ends;
mod needs;
pub mod objective;
mod patches;
mod path;
mod probes;
mod problems;
mod service_time;
mod target_clock;
mod team_spells;
mod ticket_links;
mod ticket_lives;
mod ticket_log;
mod ticket_pieces;
mod ticket_practice;
mod ticket_priorities;
mod ticket_spells;
mod ticket_states;
mod ticket_stays;
mod ticket_steps;
mod ticket_versions;
mod ticket_waits;
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

/// Stands for all canonical tables: what a user's objectives rest on isn't known before they are read.
pub const EVERY_TABLE: &[&str] = &["*"];

/// What the fact `tickets` reads, and with it every fact about a part of a ticket's life.
const OF_TICKETS: &[&str] = &["tickets", "ticket_events", "teams", "services", "links", "problems", "agreements"];

/// All facts.
pub const FACTS: &[Fact] = &[
    Fact { name: "tickets", tables: OF_TICKETS, build: tickets::build },
    Fact { name: "ticket_spells", tables: OF_TICKETS, build: ticket_spells::build },
    Fact { name: "ticket_steps", tables: OF_TICKETS, build: ticket_steps::build },
    Fact { name: "ticket_stays", tables: OF_TICKETS, build: ticket_stays::build },
    Fact { name: "team_spells", tables: OF_TICKETS, build: team_spells::build },
    Fact { name: "ticket_states", tables: OF_TICKETS, build: ticket_states::build },
    Fact { name: "ticket_silences", tables: OF_TICKETS, build: ticket_states::build_silences },
    Fact { name: "ticket_waits", tables: OF_TICKETS, build: ticket_waits::build },
    Fact { name: "ticket_priorities", tables: OF_TICKETS, build: ticket_priorities::build },
    Fact { name: "month_ends", tables: OF_TICKETS, build: month_ends::build },
    Fact {
        name: "incidents",
        tables: &["incidents", "services", "links", "problems", "tickets"],
        build: incidents::build,
    },
    Fact {
        name: "service_time",
        tables: &["services", "outages", "probes", "maintenance", "incidents"],
        build: service_time::build_days,
    },
    Fact {
        name: "failures",
        tables: &["services", "outages", "probes", "maintenance", "incidents"],
        build: service_time::build_failures,
    },
    Fact {
        name: "downtime",
        tables: &["services", "outages", "probes", "maintenance", "incidents"],
        build: service_time::build_downtime,
    },
    Fact {
        name: "agreed_time",
        tables: &["services", "outages", "probes", "maintenance"],
        build: service_time::build_agreed,
    },
    Fact {
        name: "chain_time",
        tables: &["services", "outages", "probes", "maintenance"],
        build: service_time::build_chains,
    },
    Fact {
        name: "location_time",
        tables: &["services", "outages", "probes", "maintenance"],
        build: service_time::build_places,
    },
    Fact {
        name: "customer_time",
        tables: &["services", "outages", "probes", "maintenance", "agreements", "tickets"],
        build: service_time::build_customers,
    },
    Fact { name: "changes", tables: &["changes", "incidents", "tickets", "links", "services"], build: changes::build },
    Fact { name: "slo_days", tables: EVERY_TABLE, build: objective::build_days },
    Fact { name: "slo_windows", tables: EVERY_TABLE, build: objective::build_windows },
    Fact { name: "slo_incidents", tables: EVERY_TABLE, build: objective::build_incidents },
    Fact { name: "slo_alerts", tables: EVERY_TABLE, build: objective::build_alerts },
    Fact {
        name: "failure_history",
        tables: &["services", "outages", "probes", "maintenance", "incidents", "changes"],
        build: failure_history::build,
    },
    Fact {
        name: "incident_origins",
        tables: &["incidents", "services", "links", "changes", "deployments", "tickets"],
        build: incident_origins::build,
    },
    Fact {
        name: "deployments",
        tables: &["deployments", "incidents", "tickets", "links", "services"],
        build: deployments::build,
    },
    Fact { name: "deployment_days", tables: &["deployments", "services"], build: deployments::build_days },
    Fact { name: "checks", tables: &["probes", "services"], build: checks::build },
    Fact { name: "effort", tables: &["effort"], build: effort::build },
    Fact { name: "problems", tables: &["problems", "deployments", "services"], build: problems::build },
    Fact { name: "patches", tables: &["patches", "services"], build: patches::build },
    Fact { name: "assets", tables: &["patches", "services"], build: patches::build_assets },
    Fact { name: "ticket_links", tables: &["tickets", "links", "incidents", "services"], build: ticket_links::build },
];
