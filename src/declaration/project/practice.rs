//! `[jobs]`, `[register]`, `[effort]` and `[money]`: the tolerance of schedules, what a register's subjects are about, the hours of a
//! full week, and the currency of all amounts.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::declaration::issue::Issue;

/// `[jobs]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    /// A run that starts at most so long after its time is on time, seconds; one that hasn't started by then is missed.
    pub tolerance_s: f64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { tolerance_s: 900.0 }
    }
}

/// `[register]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Register {
    /// Levels of impact: 1 is the most, this is the least.
    pub impact_levels: i64,
    /// Beginnings of the subjects that are about the road map of strategy and architecture, whatever their case.
    pub road_map: Vec<String>,
    /// Beginnings of the subjects that are about a standard; the rest of the subject is its name.
    pub standard: Vec<String>,
}

impl Default for Register {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect();
        Self {
            impact_levels: 5,
            road_map: words(&["Road map:", "Roadmap:", "Strategy:", "Architecture:"]),
            standard: words(&["Standard:"]),
        }
    }
}

/// `[effort]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Effort {
    /// Hours of a full-time equivalent in a week.
    pub hours_per_week: f64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { hours_per_week: 40.0 }
    }
}

/// `[money]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Money {
    /// The currency of all figures, ISO 4217; the one that all amounts share where it is missing.
    pub currency: Option<String>,
    /// What one unit of another currency is worth in it.
    pub rates: BTreeMap<String, f64>,
}

/// The four together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Practice {
    /// `[jobs]`.
    pub jobs: Jobs,
    /// `[register]`.
    pub register: Register,
    /// `[effort]`.
    pub effort: Effort,
    /// `[money]`.
    pub money: Money,
}

/// A currency as ISO 4217 writes it, if the text can be one.
pub fn currency_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

/// What is wrong with them.
pub(super) fn issues(file: &str, practice: &Practice) -> Vec<Issue> {
    let mut issues = Vec::new();
    let tolerance = practice.jobs.tolerance_s;
    if !tolerance.is_finite() || tolerance < 0.0 {
        issues.push(Issue::error(file, format!("jobs.tolerance_s: expected seconds, 0 or more, found {tolerance}")));
    }
    let hours = practice.effort.hours_per_week;
    if !hours.is_finite() || hours <= 0.0 {
        issues.push(Issue::error(file, format!("effort.hours_per_week: expected hours above 0, found {hours}")));
    }
    let levels = practice.register.impact_levels;
    if !(2..=100).contains(&levels) {
        issues.push(Issue::error(file, format!("register.impact_levels: expected 2 to 100, found {levels}")));
    }
    for (key, list) in [("road_map", &practice.register.road_map), ("standard", &practice.register.standard)] {
        if list.iter().any(|beginning| beginning.trim().is_empty()) {
            let issue = Issue::error(file, format!("register.{key}: every subject begins with an empty text"));
            issues.push(issue.hint("write the beginning of a subject, such as \"Standard:\""));
        }
    }
    let money = &practice.money;
    let codes = money.currency.iter().map(|code| ("money.currency".to_string(), code));
    for (key, code) in codes.chain(money.rates.keys().map(|code| (format!("money.rates.{code}"), code))) {
        if currency_code(code).is_none() {
            issues.push(Issue::error(file, format!("{key}: expected a currency such as EUR, found \"{code}\"")));
        }
    }
    for (code, rate) in money.rates.iter().filter(|(_, rate)| !rate.is_finite() || **rate <= 0.0) {
        issues.push(Issue::error(file, format!("money.rates.{code}: expected a number above 0, found {rate}")));
    }
    match &money.currency {
        None if !money.rates.is_empty() => {
            let issue = Issue::error(file, "money.rates: into which currency they lead isn't said");
            issues.push(issue.hint("write currency = \"EUR\" in [money]"));
        }
        Some(own) => {
            let other = |(code, rate): &(&String, &f64)| currency_code(code) == currency_code(own) && **rate != 1.0;
            if let Some((code, rate)) = money.rates.iter().find(other) {
                let message =
                    format!("money.rates.{code}: the currency of the figures is worth 1 of itself, not {rate}");
                issues.push(Issue::error(file, message).hint("leave it out"));
            }
        }
        None => {}
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_key_is_named() {
        let mut wrong = Practice::default();
        assert_eq!(issues("nines.toml", &wrong), []);
        wrong.jobs.tolerance_s = -1.0;
        wrong.effort.hours_per_week = 0.0;
        wrong.register = Register { impact_levels: 1, road_map: vec![" ".into()], standard: Vec::new() };
        wrong.money = Money { currency: Some("euro".into()), rates: BTreeMap::from([("USD".into(), 0.0)]) };
        let keys: Vec<String> = issues("nines.toml", &wrong)
            .iter()
            .map(|issue| issue.message.split(':').next().unwrap_or_default().to_string())
            .collect();
        let expected = [
            "jobs.tolerance_s",
            "effort.hours_per_week",
            "register.impact_levels",
            "register.road_map",
            "money.currency",
            "money.rates.USD",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn rates_need_a_currency_that_they_lead_to() {
        let rates = |currency: Option<&str>, code: &str, rate: f64| Practice {
            money: Money { currency: currency.map(str::to_string), rates: BTreeMap::from([(code.to_string(), rate)]) },
            ..Practice::default()
        };
        assert_eq!(issues("nines.toml", &rates(None, "USD", 0.92)).len(), 1);
        assert_eq!(issues("nines.toml", &rates(Some("EUR"), "EUR", 0.92)).len(), 1);
        assert_eq!(issues("nines.toml", &rates(Some("EUR"), "USD", 0.92)), []);
        assert_eq!((currency_code(" eur"), currency_code("€"), currency_code("E1R")), (Some("EUR".into()), None, None));
    }
}
