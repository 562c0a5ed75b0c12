//! Laws that every figure keeps, whatever the data: tried on thousands of made-up facts and compared with plain loops.

mod exports;
mod facts;
mod flow;
mod inputs;
mod laws;
mod service_time;
mod splits;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nines::arithmetic::period::{Period, PeriodKind};
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::metrics::measure::Measure;
use nines::metrics::{MeasureError, Request, evaluate};
use polars::prelude::DataFrame;
use proptest::prelude::ProptestConfig;

/// What ships, and three plain metrics that make the kernel's aggregates visible.
static DEFINITIONS: LazyLock<Definitions> = LazyLock::new(|| {
    let mut catalogue = Catalogue::embedded();
    let mut add = |id: &str, value: &str| {
        let text = format!(
            "title = \"T\"\nmeaning = \"m\"\nsource = \"s\"\nfact = \"tickets\"\nat = \"opened_at\"\nvalue = \"{value}\"\n\
             unit = \"number\"\nbetter = \"neither\"\nslices = [\"service\", \"team\"]\n[example]\n\
             rows = [{{ observed_s = 1 }}]\nexpect = {{ value = 1 }}\n"
        );
        catalogue.insert(&format!("queries/metrics/law/{id}.toml"), &text);
    };
    add("law_count", "COUNT(*)");
    add("law_present", "COUNT(observed_s)");
    add("law_sum", "SUM(observed_s)");
    add("law_mean", "AVG(observed_s)");
    add("law_min", "MIN(observed_s)");
    add("law_max", "MAX(observed_s)");
    for percent in QUANTILES {
        add(&format!("law_q{percent}"), &format!("QUANTILE(observed_s, {})", f64::from(percent) / 100.0));
    }
    let definitions = Definitions::load(&catalogue);
    assert_eq!(definitions.issues, []);
    definitions
});

const QUANTILES: [u8; 5] = [5, 25, 50, 90, 99];

/// Enough cases to meet the corners, few enough for every commit; no files are left behind by a failure.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn period(start: i64, end: i64) -> Period {
    Period { id: format!("{start}..{end}"), kind: PeriodKind::Range, start, end }
}

/// The measures of some metrics over a fact, at a moment after everything.
fn measures(frame: &DataFrame, ids: &[&str], by: &[&str], periods: &[Period]) -> Vec<Measure> {
    measures_at(frame, ids, by, periods, facts::END)
}

fn measures_at(frame: &DataFrame, ids: &[&str], by: &[&str], periods: &[Period], as_of: i64) -> Vec<Measure> {
    let request = |id: &&str| Request {
        metric: (*id).to_string(),
        by: by.iter().map(ToString::to_string).collect(),
        periods: periods.to_vec(),
        filter: None,
    };
    let requests: Vec<Request> = ids.iter().map(request).collect();
    let source = |fact: &str| -> Result<DataFrame, MeasureError> {
        Ok(if fact == "ticket_spells" { spells(frame) } else { frame.clone() })
    };
    evaluate(&source, &DEFINITIONS.metrics, &requests, as_of).unwrap()
}

/// The stretches in which tickets that never come back are open: one each.
fn spells(tickets: &DataFrame) -> DataFrame {
    let mut found = tickets.clone();
    for (from, to) in [("opened_at", "from_at"), ("ended_at", "to_at")] {
        let column = tickets.column(from).unwrap().clone().with_name(to.into());
        found.with_column(column).unwrap();
    }
    found
}

/// Values of the overall figures by metric, for one period.
fn values(frame: &DataFrame, ids: &[&str], periods: &[Period]) -> BTreeMap<String, Option<f64>> {
    let found = measures(frame, ids, &[], periods);
    found.into_iter().map(|measure| (measure.metric, measure.value)).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}
