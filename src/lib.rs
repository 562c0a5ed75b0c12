//! nines: from the exports that an IT organisation already has to figures that people can trust.
//!
//! ```text
//! exports ─► ingest ─► lake ─► facts ─► metrics ─► scorecard ─► report
//! ```
//!
//! Each module is one floor and imports its own floor and lower ones only, in this order:
//!
//! | floor | holds |
//! |---|---|
//! | [`arithmetic`] | periods, calendars, intervals, statistics: nothing of IT service |
//! | [`declaration`] | what users declare: tables, mappings, metrics, reports, objectives, the project; issues at file and line |
//! | [`lake`] | Delta tables of Parquet that keep every version of every record |
//! | [`ingest`] | exports of any tool, by a mapping, into the lake; findings, rejects, the ledger |
//! | [`facts`] | one derived table per grain, with clocks, paths, service time, objectives, agreements, money and work |
//! | [`metrics`] | the kernel: all metrics of a fact over all slices and periods in one reading |
//! | [`scorecard`] | targets, scores, indices, signals, contributions |
//! | [`report`] | one ready document and the formats that write it out |
//! | [`demo`] | a realistic organisation's exports, from a seed |
//! | [`pipeline`] | what each command does |
//! | [`cli`] | parse, call one function of the pipeline, print |
//!
//! The library prints nothing, reads no environment and never asks the clock: the moment of a run is handed in.
#![forbid(unsafe_code)]

pub mod arithmetic;
pub mod cli;
pub mod declaration;
pub mod demo;
pub mod facts;
pub mod ingest;
pub mod lake;
pub mod metrics;
pub mod pipeline;
pub mod report;
pub mod scorecard;
