//! Worked answers of the field, by name, to the digits that were printed. Each is tested once; here is where:
//!
//! | answer | where |
//! |---|---|
//! | burn rate and time to exhaust; windows of the alerts; time until each fires; simple alerts; their limits | `alerts` |
//! | a service that fails wholly, each alert to the second; low traffic that doesn't alert | `slo` (program) |
//! | the month of chapter 2, policies, allowed errors | `budgets` |
//! | factors of SRE, Sloth, Splunk, Pyrra, slo-generator; slo-generator's own report | `alerts`; `slo` (program) |
//! | occurrences, slices and means of slices of one data set | `slo` (program) |
//! | composites: misses add, products, redundant pair, 2 of 3, weighted, weighted groups, roll-up of a period | `budgets`; products also in `oracle::availability` (program) |
//! | allowed downtime, eight levels in seven spans | `budgets`; five of the spans also in `oracle::availability` (program) |
//! | Icinga's cases by three methods; what Centreon, Zabbix, Upptime, Instatus, incident.io and Uptime Kuma print; steady state | `oracle::availability` (program) |
//! | levels of DORA 2018, 2019, 2021, GitLab, DevLake, fourkeys | `levels` (declared); those of 2023 and 2024 ship: `delivery` |
//! | change fail rate where incidents fan out; its interval | `delivery` (program) |
//! | normalised scores, both directions | `scores` |
//! | Kaplan-Meier with Greenwood's errors, restricted mean; bounds of the MTBF; Wilson; Poisson; XmR, c and p charts; growth | `statistics`; `reliability` (program) |
//! | business time of ServiceNow, pm4py, Zammad, openregister; days and weeks of clock changes | `working_time`; `clocks` (program) |
//! | printed figures that are wrong | `misprints`, where we give the right one |
//!
//! Not tested, since nothing here computes them: rule of three and one-sided bounds of a share (only two-sided Wilson), charts by the median
//! range, ServiceNow's rules for signals, openstatus' words for ratios, shares of teams by DORA level, credits.

mod alerts;
mod budgets;
mod levels;
mod misprints;
mod scores;
mod statistics;
mod working_time;

/// Equal to the digits that are printed: `digits` after the point.
fn printed(what: &str, found: f64, expected: f64, digits: i32) {
    let half = 0.500_001 * 10_f64.powi(-digits);
    assert!((found - expected).abs() <= half, "{what}: expected {expected}, found {found}");
}
