//! The catalogue: every metric that ships has a true example and survives every amount of data, and the names that others
//! write against are there.

use std::collections::{BTreeMap, BTreeSet};

use nines::arithmetic::local_time::from_rfc3339;
use nines::arithmetic::period::{Period, PeriodKind};
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::metric::{Definition, Metric, Time};
use nines::declaration::table::Kind;
use nines::lake::{frame_of, instant_type};
use nines::metrics::example::differences;
use nines::metrics::measure::{Measure, State};
use nines::metrics::{MeasureError, Request, evaluate};
use polars::prelude::*;
use serde_json::Value;

use crate::project::{Project, Row, nines};

/// Metrics that other people's reports name.
const IDS: &str = "tickets_opened tickets_resolved ticket_backlog ticket_backlog_age_median time_to_resolve_mean \
    time_to_resolve_median time_to_resolve_p90 time_to_resolve_km_median sla_attainment reassignment_free_share reopen_rate \
    first_line_resolution push_to_front_share escalation_rate bounce_rate hops_mean availability downtime outage_count \
    longest_outage mtbf mtbsi mtrs failure_rate nines coverage incidents major_incidents time_to_detect_median \
    time_to_acknowledge_median time_to_restore_median changes_closed change_success_rate change_failure_rate \
    emergency_change_share standard_change_share change_collisions unauthorised_changes rasm_index reliability_index \
    availability_index serviceability_index manageability_index";

/// Noon of a day in 2026, µs UTC.
const NOON: i64 = 1_780_000_000_000_000;
const DAY: i64 = 86_400_000_000;

fn definitions() -> Definitions {
    let definitions = Definitions::load(&Catalogue::embedded());
    assert_eq!(definitions.issues, [], "what ships has issues");
    definitions
}

fn period() -> Period {
    Period { id: "test".into(), kind: PeriodKind::Range, start: NOON - DAY, end: NOON + DAY }
}

/// Every way in which a metric may be cut: not at all, and by each of its slices.
fn cuts(metric: &Metric) -> Vec<Vec<String>> {
    let mut cuts = vec![Vec::new()];
    cuts.extend(metric.slices.iter().map(|slice| vec![slice.clone()]));
    cuts
}

/// All metrics over all their slices on facts that `frame` makes.
fn everything(definitions: &Definitions, frame: &dyn Fn(&str) -> DataFrame) -> Vec<Measure> {
    let requests: Vec<Request> = definitions
        .metrics
        .values()
        .filter(|metric| !matches!(metric.definition, Definition::Index { .. }))
        .flat_map(|metric| {
            let request = |by| Request { metric: metric.id.clone(), by, periods: vec![period()], filter: None };
            cuts(metric).into_iter().map(request).collect::<Vec<_>>()
        })
        .collect();
    let source = |fact: &str| -> Result<DataFrame, MeasureError> { Ok(frame(fact)) };
    evaluate(&source, &definitions.metrics, &requests, NOON).unwrap()
}

fn is_sound(measure: &Measure) {
    assert_eq!(measure.value.is_some(), measure.state == State::Value, "{measure:?}");
    let numbers =
        [measure.value, measure.lower, measure.upper, measure.coverage, measure.numerator, measure.denominator];
    assert!(numbers.into_iter().flatten().all(f64::is_finite), "{measure:?}");
}

#[test]
fn every_example_is_true() {
    let definitions = definitions();
    let mut told = Vec::new();
    for metric in definitions.metrics.values() {
        told.extend(differences(metric, &definitions.facts).into_iter().map(|text| format!("{}: {text}", metric.file)));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn the_promised_metrics_are_there_and_are_cut_by_columns_that_exist() {
    let definitions = definitions();
    for id in IDS.split_whitespace() {
        assert!(definitions.metrics.contains_key(id), "no metric `{id}`");
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let count = definitions.metrics.len();
    assert!(readme.contains(&format!("lists {count} metrics")), "README doesn't say that there are {count}");
    for metric in definitions.metrics.values() {
        let Some(fact) = metric.fact() else { continue };
        let columns: BTreeSet<&str> =
            definitions.facts[fact].columns.iter().map(|column| column.name.as_str()).collect();
        for slice in metric.slices.iter().filter(|slice| *slice != "age_band") {
            assert!(columns.contains(slice.as_str()), "{}: slice `{slice}`", metric.file);
        }
        assert!(!metric.source.is_empty() && !metric.meaning.is_empty(), "{}", metric.file);
    }
}

#[test]
fn an_empty_lake_is_no_data_for_every_metric() {
    let definitions = definitions();
    let measures = everything(&definitions, &|fact| frame_of(&definitions.facts[fact]));
    for measure in &measures {
        is_sound(measure);
        assert_eq!(measure.state, State::NoData, "{measure:?}");
    }
    let seen: BTreeSet<&str> = measures.iter().map(|measure| measure.metric.as_str()).collect();
    let wanted = definitions.metrics.values().filter(|metric| !matches!(metric.definition, Definition::Index { .. }));
    assert_eq!(seen.len(), wanted.count());
}

/// One row of a fact: full, with every column set and words of a list the one of that place, or with nothing but its instants.
fn one_row(definitions: &Definitions, fact: &str, full: Option<usize>) -> DataFrame {
    let columns = definitions.facts[fact].columns.iter().map(|column| {
        let name = column.name.as_str().into();
        match column.kind {
            // A child ticket is left out of every figure.
            _ if column.name == "parent" => Column::full_null(name, 1, &nines::lake::data_type(column.kind)),
            Kind::Instant => Column::new(name, [NOON - DAY / 2]).cast(&instant_type()).unwrap(),
            _ if full.is_none() => Column::full_null(name, 1, &nines::lake::data_type(column.kind)),
            Kind::Text => {
                let words = &column.values;
                let word = full.filter(|_| !words.is_empty()).map_or("x", |place| &words[place % words.len()]);
                Column::new(name, [word])
            }
            Kind::Boolean => Column::new(name, [true]),
            Kind::Integer => Column::new(name, [1_i64]),
            Kind::Number | Kind::Seconds | Kind::Share => Column::new(name, [0.5]),
        }
    });
    DataFrame::new(1, columns.collect()).unwrap()
}

#[test]
fn one_row_is_a_figure_or_nothing_and_never_a_panic() {
    let definitions = definitions();
    let longest = definitions.facts.values().flat_map(|fact| &fact.columns).map(|column| column.values.len()).max();
    let mut with_value: BTreeSet<String> = BTreeSet::new();
    for full in std::iter::once(None).chain((0..longest.unwrap_or(0).max(1)).map(Some)) {
        let measures = everything(&definitions, &|fact| one_row(&definitions, fact, full));
        measures.iter().for_each(is_sound);
        let found = measures.into_iter().filter(|measure| full.is_some() && measure.value.is_some());
        with_value.extend(found.map(|measure| measure.metric));
    }
    let flows = definitions.metrics.values().filter(|metric| {
        // In the full row everything has ended at once: nothing is in stock, and no formula has a meaning for it.
        matches!(&metric.definition, Definition::Aggregate { time: Time::At(_), .. }) && metric.minimum_n <= 1
    });
    for metric in flows {
        assert!(with_value.contains(&metric.id), "{} has no value over a full row of any word", metric.id);
    }
}

#[test]
fn every_metric_answers_on_the_demo_overall_and_by_each_slice() {
    let definitions = definitions();
    let project = Project::demo(300, 8);
    project.expect(0, &["run", "--quiet"]);
    let mut by_slice: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for metric in definitions.metrics.values() {
        by_slice.entry(None).or_default().push(&metric.id);
        for slice in &metric.slices {
            by_slice.entry(Some(slice)).or_default().push(&metric.id);
        }
    }
    for (slice, ids) in by_slice {
        let mut arguments = ids.clone();
        arguments.extend(["--period", "56d"]);
        arguments.extend(slice.into_iter().flat_map(|slice| ["--by", slice]));
        let measures = project.measure(&arguments);
        for id in ids {
            let own: Vec<_> = measures.iter().filter(|measure| measure["metric"] == id).collect();
            assert!(!own.is_empty(), "{id} by {slice:?}");
            for measure in own {
                let cut: Vec<&String> = measure["dims"].as_object().unwrap().keys().collect();
                assert_eq!(cut.iter().map(|name| name.as_str()).collect::<Vec<_>>(), Vec::from_iter(slice), "{id}");
            }
        }
    }
}

#[test]
fn the_markdown_lists_are_whole() {
    let definitions = definitions();
    let list = |arguments: &[&str]| {
        let output = nines().args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let metrics = list(&["metrics", "--format", "md"]);
    for metric in definitions.metrics.values() {
        assert!(metrics.contains(&format!("(`{}`)", metric.id)) && metrics.contains(&metric.meaning), "{}", metric.id);
    }
    let tables = list(&["tables", "--format", "md"]);
    for (name, table) in &definitions.tables {
        assert!(tables.contains(&format!("## `{name}`\n")), "{name}");
        assert!(table.columns.iter().all(|column| tables.contains(&format!("| `{}` |", column.name))), "{name}");
    }
    for (name, fact) in &definitions.facts {
        assert!(tables.contains(&format!("## `fact_{name}`\n")) && tables.contains(&fact.meaning), "{name}");
    }
}

/// Rows of a fact that a metric could take in: by their own instant, or alive at the end of the period.
fn held(rows: &[Row], time: &Time, start: i64, end: i64) -> u64 {
    let at = |row: &Row, name: &str| row.get(name).and_then(|text| from_rfc3339(text));
    let within = rows.iter().filter(|row| match time {
        Time::At(name) => at(row, name).is_some_and(|at| (start..end).contains(&at)),
        Time::Alive { from, to, .. } => {
            at(row, from).is_some_and(|from| from < end) && at(row, to).is_none_or(|to| to >= end)
        }
    });
    within.count() as u64
}

#[test]
fn what_a_figure_takes_in_and_what_it_leaves_out_are_all_rows_of_the_period() {
    let project = Project::demo(400, 10);
    project.expect(0, &["run", "--quiet"]);
    let definitions = definitions();
    let mut by_fact: BTreeMap<&str, BTreeMap<&str, &Time>> = BTreeMap::new();
    for metric in definitions.metrics.values() {
        if let Definition::Aggregate { fact, time, .. } = &metric.definition {
            by_fact.entry(fact).or_default().insert(&metric.id, time);
        }
    }
    let ids: Vec<&str> = by_fact.values().flat_map(|metrics| metrics.keys().copied()).collect();
    let measures = project.measure(&[&ids[..], &["--period", "2026-W26"]].concat());
    let mut counted = 0;
    for (fact, metrics) in by_fact {
        let columns: BTreeSet<&str> = metrics
            .values()
            .flat_map(|time| match time {
                Time::At(at) => vec![at.as_str()],
                Time::Alive { from, to, .. } => vec![from.as_str(), to.as_str()],
            })
            .collect();
        let columns: Vec<String> = columns.into_iter().map(|name| format!("\"{name}\"")).collect();
        let rows = project.query(&format!("SELECT {} FROM fact_{fact}", columns.join(", ")));
        for (id, time) in metrics {
            let measure = measures.iter().find(|measure| measure["metric"] == id).unwrap();
            let instant = |end: &str| from_rfc3339(measure["period"][end].as_str().unwrap()).unwrap();
            let all = held(&rows, time, instant("start"), instant("end"));
            let left: u64 = measure["excluded"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
            assert_eq!(measure["rows"].as_u64().unwrap() + left, all, "{id}: {measure}");
            counted += all;
        }
    }
    assert!(counted > 1_000, "the demo has too few rows to show anything: {counted}");
}
