//! The project file as it is written, before it is checked. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::ServiceTime;
use super::calendars::RawCalendar;
use super::clocks::RawClocks;
use super::delivery::{Delivery, Flow, Performance, Surveys};
use super::practice::{Effort, Jobs, Money, Register};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) name: String,
    #[serde(default)]
    pub(super) zone: Option<Spanned<String>>,
    pub(super) language: Option<String>,
    pub(super) as_of: Option<Spanned<String>>,
    pub(super) since: Option<Spanned<String>>,
    pub(super) fiscal_year_start: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) exports: Vec<RawExport>,
    #[serde(default = "weekly")]
    pub(super) reports: Vec<String>,
    #[serde(default)]
    pub(super) ingest: RawIngest,
    #[serde(default)]
    pub(super) tiers: BTreeMap<String, i64>,
    pub(super) escalations: Option<RawEscalations>,
    #[serde(default)]
    pub(super) calendars: BTreeMap<String, Spanned<RawCalendar>>,
    #[serde(default)]
    pub(super) clocks: RawClocks,
    #[serde(default)]
    pub(super) service_time: ServiceTime,
    #[serde(default)]
    pub(super) delivery: Delivery,
    #[serde(default)]
    pub(super) performance: Performance,
    #[serde(default)]
    pub(super) jobs: Jobs,
    #[serde(default)]
    pub(super) register: Register,
    #[serde(default)]
    pub(super) effort: Effort,
    #[serde(default)]
    pub(super) money: Money,
    #[serde(default)]
    pub(super) flow: Flow,
    #[serde(default)]
    pub(super) surveys: Surveys,
    #[serde(default)]
    pub(super) targets: Vec<Spanned<RawTarget>>,
}

fn weekly() -> Vec<String> {
    vec!["weekly".to_string()]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExport {
    pub(super) files: String,
    pub(super) mapping: Option<String>,
    pub(super) zone: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawIngest {
    pub(super) tolerate_rejects: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEscalations {
    pub(super) allowed: Vec<(i64, i64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTarget {
    pub(super) metric: String,
    pub(super) target: f64,
    pub(super) limit: Option<f64>,
    pub(super) warn: Option<f64>,
    pub(super) amber: Option<f64>,
    #[serde(default)]
    pub(super) points: Vec<(f64, f64)>,
    #[serde(default)]
    pub(super) by: BTreeMap<String, String>,
}
