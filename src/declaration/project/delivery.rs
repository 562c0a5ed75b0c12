//! `[delivery]`, `[performance]`, `[flow]` and `[surveys]`: which environments are production, which year's performance levels
//! are shown, how fast an answer has to be to satisfy, the seed of forecasts, and how much a question counts.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::declaration::issue::Issue;

/// `[delivery]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Environments that are production, whatever their case.
    pub production: Vec<String>,
    /// Environments in the order in which releases pass them; inferred from the releases where it is empty.
    pub environments: Vec<String>,
    /// Year of the performance levels that are shown; the newest where it is missing.
    pub levels: Option<u64>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            production: ["prod", "production", "live"].map(str::to_string).to_vec(),
            environments: Vec::new(),
            levels: None,
        }
    }
}

impl Delivery {
    /// Whether an environment is production.
    pub fn is_production(&self, environment: &str) -> bool {
        let name = environment.trim().to_lowercase();
        self.production.iter().any(|known| known.trim().to_lowercase() == name)
    }

    /// The place of an environment in the declared order.
    pub fn place(&self, environment: &str) -> Option<usize> {
        let name = environment.trim().to_lowercase();
        self.environments.iter().position(|known| known.trim().to_lowercase() == name)
    }
}

/// `[performance]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Performance {
    /// Answers within this time satisfy, seconds; within four times of it they are tolerated.
    pub apdex_s: f64,
    /// The same for single services.
    pub by_service: BTreeMap<String, f64>,
}

impl Default for Performance {
    fn default() -> Self {
        Self { apdex_s: 0.5, by_service: BTreeMap::new() }
    }
}

impl Performance {
    /// The time within which an answer of a service satisfies, seconds.
    pub fn satisfies_s(&self, service: &str) -> f64 {
        self.by_service.get(service).copied().unwrap_or(self.apdex_s)
    }
}

/// `[flow]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flow {
    /// Seed of the forecasts.
    pub seed: u64,
}

impl Default for Flow {
    fn default() -> Self {
        Self { seed: 1 }
    }
}

/// `[surveys]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Surveys {
    /// How much a question counts beside others about the same subject; 1 where nothing is said.
    pub weights: BTreeMap<String, f64>,
}

impl Surveys {
    /// How much a question counts.
    pub fn weight(&self, question: Option<&str>) -> f64 {
        question.and_then(|question| self.weights.get(question)).copied().unwrap_or(1.0)
    }
}

/// What is wrong with them.
pub(super) fn issues(file: &str, delivery: &Delivery, performance: &Performance, surveys: &Surveys) -> Vec<Issue> {
    let mut issues = Vec::new();
    if delivery.production.is_empty() {
        let issue = Issue::error(file, "delivery.production: expected at least one environment, found none");
        issues.push(issue.hint("write production = [\"production\"]"));
    }
    let place =
        |name: &String| delivery.environments.iter().position(|known| known.trim().eq_ignore_ascii_case(name.trim()));
    for (position, name) in delivery.environments.iter().enumerate() {
        if place(name) != Some(position) {
            issues.push(Issue::error(file, format!("delivery.environments: `{name}` stands there twice")));
        }
    }
    let own =
        performance.by_service.iter().map(|(service, limit)| (format!("performance.by_service.{service}"), *limit));
    for (key, limit) in own.chain([("performance.apdex_s".to_string(), performance.apdex_s)]) {
        if !limit.is_finite() || limit <= 0.0 {
            issues.push(Issue::error(file, format!("{key}: expected seconds above 0, found {limit}")));
        }
    }
    for (question, weight) in surveys.weights.iter().filter(|(_, weight)| !weight.is_finite() || **weight <= 0.0) {
        issues
            .push(Issue::error(file, format!("surveys.weights.{question}: expected a number above 0, found {weight}")));
    }
    issues
}
