//! Facts: one derived table per grain, with the clocks and judgements that metrics aggregate. Replaceable at any time.

mod accounts;
mod agreement;
mod attribution;
mod backups;
mod capacity;
mod change_days;
mod change_stages;
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
mod deployment_days;
mod deployment_gates;
mod deployment_warranty;
mod deployments;
mod effort;
mod environments;
mod evidence;
mod failure_history;
pub mod figures;
mod finance;
mod first_contact;
mod flow_forecasts;
mod incident_origins;
mod incidents;
mod jobs;
mod money;
mod month_ends;
mod needs;
pub mod objective;
mod patch_spans;
mod patches;
mod path;
mod probes;
mod problem_course;
mod problem_effects;
mod problem_life;
mod problems;
mod register;
mod release_stages;
mod service_time;
mod sprints;
mod standards;
mod surveys;
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
mod work_days;
mod work_items;
mod workload;

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
const OF_TICKETS: &[&str] =
    &["tickets", "ticket_events", "teams", "services", "links", "problems", "agreements", "customers", "surveys"];

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
        tables: &["services", "outages", "probes", "maintenance", "agreements", "tickets", "customers"],
        build: service_time::build_customers,
    },
    Fact {
        name: "changes",
        tables: &["changes", "incidents", "tickets", "links", "services", "outages"],
        build: changes::build,
    },
    Fact {
        name: "change_days",
        tables: &["changes", "incidents", "tickets", "links", "services", "outages"],
        build: change_days::build,
    },
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
        tables: &["deployments", "incidents", "tickets", "problems", "links", "services"],
        build: deployments::build,
    },
    Fact { name: "deployment_days", tables: &["deployments", "services"], build: deployment_days::build },
    Fact { name: "release_stages", tables: &["deployments", "services"], build: release_stages::build },
    Fact { name: "checks", tables: &["probes", "services"], build: checks::build },
    Fact { name: "effort", tables: &["effort", "teams", "services"], build: effort::build },
    Fact {
        name: "workload_weeks",
        tables: &["effort", "tickets", "ticket_events", "teams", "services", "links", "problems", "agreements"],
        build: workload::build,
    },
    Fact { name: "jobs", tables: &["jobs", "services"], build: jobs::build },
    Fact { name: "backups", tables: &["jobs", "services"], build: backups::build },
    Fact { name: "restore_tests", tables: &["jobs", "services"], build: backups::build_restore_tests },
    Fact { name: "capacity", tables: &["capacity", "services"], build: capacity::build },
    Fact { name: "capacity_days", tables: &["capacity", "services"], build: capacity::build_days },
    Fact { name: "register", tables: &["register", "finance", "agreements", "services"], build: register::build },
    Fact {
        name: "register_spans",
        tables: &["register", "finance", "agreements", "services"],
        build: register::build_spans,
    },
    Fact { name: "standards", tables: &["register", "finance", "agreements", "services"], build: standards::build },
    Fact { name: "finance", tables: &["finance", "register", "agreements", "services"], build: finance::build },
    Fact {
        name: "cost_months",
        tables: &[
            "finance",
            "register",
            "agreements",
            "services",
            "tickets",
            "ticket_events",
            "teams",
            "links",
            "problems",
        ],
        build: finance::build_months,
    },
    Fact {
        name: "problems",
        tables: &["problems", "deployments", "services", "tickets", "incidents", "links"],
        build: problems::build,
    },
    Fact { name: "problem_spells", tables: &["problems", "services"], build: problem_life::build },
    Fact {
        name: "problem_tickets",
        tables: &["problems", "services", "tickets", "incidents", "links"],
        build: problem_effects::build,
    },
    Fact { name: "patches", tables: &["patches", "services"], build: patches::build },
    Fact { name: "patch_spans", tables: &["patches", "services"], build: patch_spans::build },
    Fact { name: "assets", tables: &["patches", "services"], build: patches::build_assets },
    Fact { name: "agreements", tables: &["agreements", "services"], build: agreement::build_terms },
    Fact { name: "agreement_periods", tables: EVERY_TABLE, build: agreement::build_periods },
    Fact { name: "promises", tables: &["agreements", "services", "teams"], build: agreement::build_promises },
    Fact {
        name: "ticket_links",
        tables: &["tickets", "links", "incidents", "problems", "services"],
        build: ticket_links::build,
    },
    Fact { name: "work_items", tables: &["work_items"], build: work_items::build },
    Fact { name: "work_in_progress", tables: &["work_items"], build: work_items::build_in_progress },
    Fact { name: "work_days", tables: &["work_items", "teams"], build: work_days::build },
    Fact { name: "sprints", tables: &["work_items"], build: sprints::build },
    Fact { name: "flow_forecasts", tables: &["work_items"], build: flow_forecasts::build },
    Fact { name: "surveys", tables: &["surveys", "customers", "services"], build: surveys::build },
    Fact {
        name: "customer_days",
        tables: &[
            "customers",
            "tickets",
            "ticket_events",
            "teams",
            "services",
            "links",
            "problems",
            "agreements",
            "surveys",
        ],
        build: accounts::build_days,
    },
    Fact {
        name: "customer_incidents",
        tables: &["customers", "incidents", "services", "links", "problems", "tickets", "agreements"],
        build: accounts::build_incidents,
    },
];
