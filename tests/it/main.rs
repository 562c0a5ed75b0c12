//! Tests of the program as its users meet it, and of the library as a whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says why"
)]

mod accounts;
mod agreements;
mod architecture;
mod browser;
mod canonical_tables;
mod catalogue;
mod change_rules;
mod clocks;
mod command_line;
mod delivery;
mod engines;
mod explain_figure;
mod formats;
mod golden;
mod infrastructure_rules;
mod killed;
mod lake;
mod languages;
mod messages;
mod no_data;
mod openslo;
mod oracle;
mod outage_rules;
mod patterns;
mod planted;
mod problems;
mod project;
mod properties;
mod published;
mod reading;
mod reliability;
mod report_files;
mod restated;
mod rules;
mod same_figures;
mod sizes;
mod slo;
mod stale;
mod streams_formats;
mod ticket_clocks;
mod ticket_rules;
mod vendors;
