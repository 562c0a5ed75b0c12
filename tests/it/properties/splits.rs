//! Parts and wholes on the demo: whatever days a span is cut at, downtime, counts and budget add up; and every figure of the
//! catalogue stays where figures of its kind can be.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{Days, NaiveDate};
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use proptest::prelude::*;

use super::{cases, close};
use crate::project::Project;

fn demo() -> &'static Project {
    static MADE: OnceLock<Project> = OnceLock::new();
    MADE.get_or_init(|| {
        let project = Project::demo(600, 8);
        project.expect(0, &["ingest", "--quiet"]);
        project
    })
}

/// Sums and counts.
const ADD: [&str; 17] = [
    "downtime",
    "weighted_downtime",
    "planned_downtime",
    "downtime_by_cause",
    "user_minutes_lost",
    "maintenance_overrun",
    "outage_count",
    "failures",
    "incidents",
    "tickets_opened",
    "tickets_resolved",
    "ticket_reopenings",
    "escalations",
    "changes_closed",
    "change_collisions",
    "unauthorised_changes",
    "slo_alerts_fired",
];
/// Quotients: both sides add up. Of the burn rate they are the budget spent and allowed.
const RATIOS: [&str; 12] = [
    "availability",
    "coverage",
    "burn_rate",
    "sli",
    "sla_attainment",
    "reopen_rate",
    "first_line_resolution",
    "change_success_rate",
    "deployment_change_fail_rate",
    "patches_in_time_share",
    "toil_share",
    "apdex",
];

/// Value, numerator and denominator by metric and objective; nothing adds nothing.
fn figures(from: NaiveDate, to: NaiveDate) -> BTreeMap<String, [f64; 3]> {
    let period = format!("{from}..{}", to - Days::new(1));
    let mut found = BTreeMap::new();
    for by in ["", "service"] {
        let mut arguments = [&ADD[..], &RATIOS[..], &["--period", &period]].concat();
        if !by.is_empty() {
            arguments.extend(["--by", by]);
            arguments.retain(|metric| *metric != "toil_share" && *metric != "deployment_frequency");
        }
        for measure in demo().measure(&arguments) {
            let number = |name: &str| measure[name].as_f64().unwrap_or(0.0);
            let id = format!("{} {}", measure["metric"], measure["dims"]);
            found.insert(id, ["value", "numerator", "denominator"].map(number));
        }
    }
    found
}

proptest! {
    #![proptest_config(cases(5))]

    #[test]
    fn any_cut_of_a_span_into_days_adds_up(mut cuts in prop::collection::btree_set(1_u64..56, 1..4)) {
        let first = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        cuts.extend([0, 57]);
        let cuts: Vec<NaiveDate> = cuts.into_iter().map(|day| first + Days::new(day)).collect();
        let whole = figures(cuts[0], cuts[cuts.len() - 1]);
        let mut sums: BTreeMap<String, [f64; 3]> = BTreeMap::new();
        for pair in cuts.windows(2) {
            for (id, parts) in figures(pair[0], pair[1]) {
                let sum = sums.entry(id).or_default();
                (0..3).for_each(|place| sum[place] += parts[place]);
            }
        }
        let mut something = 0;
        for (id, sum) in sums {
            let ratio = RATIOS.iter().any(|metric| id.contains(&format!("\"{metric}\"")));
            let all = whole.get(&id).copied().unwrap_or_default();
            for place in if ratio { 1..3 } else { 0..1 } {
                prop_assert!(close(sum[place], all[place]), "{} over {:?}: {} and {}", id, cuts, sum[place], all[place]);
                something += usize::from(all[place] > 0.0);
            }
        }
        prop_assert!(something > 100, "only {} figures above 0", something);
    }
}

#[test]
fn every_figure_lies_where_figures_of_its_kind_can_be() {
    let definitions = Definitions::load(&Catalogue::embedded());
    let ids: Vec<&str> = definitions.metrics.keys().map(String::as_str).collect();
    let mut values = 0;
    for (period, by) in [("2026-06", ""), ("2026-06", "service"), ("2026-W27", ""), ("2026-05-11..2026-07-06", "")] {
        let can = |id: &&str| by.is_empty() || definitions.metrics[*id].slices.iter().any(|slice| slice == by);
        let mut arguments: Vec<&str> = ids.iter().copied().filter(can).collect();
        arguments.extend(["--period", period]);
        if !by.is_empty() {
            arguments.extend(["--by", by]);
        }
        let measures = demo().measure(&arguments);
        let mut found: BTreeMap<(String, String), f64> = BTreeMap::new();
        for measure in &measures {
            let metric = measure["metric"].as_str().unwrap();
            let what = format!("{metric} {} in {period}: {measure}", measure["dims"]);
            let number = |name: &str| measure[name].as_f64();
            assert_eq!(number("value").is_some(), measure["state"] == "value" || measure["state"].is_null(), "{what}");
            let Some(value) = number("value") else { continue };
            values += 1;
            found.insert((metric.to_string(), measure["dims"].to_string()), value);
            // More of a budget than there was may be spent.
            let spent = metric.contains("budget") || metric == "burn_rate";
            if measure["unit"] == "share" && !spent {
                assert!((0.0..=1.0).contains(&value), "{what}");
            }
            if ["seconds", "count"].contains(&measure["unit"].as_str().unwrap()) {
                assert!(value >= 0.0, "{what}");
            }
            assert!(number("lower").is_none_or(|lower| lower <= value + 1e-9 * value.abs()), "{what}");
            assert!(number("upper").is_none_or(|upper| upper >= value - 1e-9 * value.abs()), "{what}");
            assert!(number("coverage").is_none_or(|coverage| (0.0..=1.0 + 1e-12).contains(&coverage)), "{what}");
        }
        // A higher quantile is no smaller; a share within a longer time neither.
        for ((metric, dims), value) in &found {
            for (low, high) in
                [("_median", "_p90"), ("_p90", "_p95"), ("_p95", "_p99"), ("_1h", "_4h"), ("_4h", "_24h")]
            {
                let other = metric.strip_suffix(low).map(|stem| (format!("{stem}{high}"), dims.clone()));
                if let Some(larger) = other.and_then(|id| found.get(&id)) {
                    assert!(larger >= value, "{metric} {dims} in {period}: {value} and {larger}");
                }
            }
        }
    }
    assert!(values > 500, "only {values} values");
}
