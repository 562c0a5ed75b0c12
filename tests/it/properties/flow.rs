//! Every flow of the backlog adds up: what stood at the start, plus what came in, less what went out, is what stands at the
//! end, over any histories of items, any cuts into periods and every slice.

use std::collections::BTreeMap;

use nines::lake::{frame_of, instant_type};
use nines::metrics::measure::Measure;
use nines::metrics::{MeasureError, Request, evaluate};
use polars::prelude::*;
use proptest::prelude::*;

use super::facts::{END, HOUR, START};
use super::{DEFINITIONS, cases, period};

/// An item: created, started and finished, in hours; its team; after how many hours of work it had become old.
type Item = (i64, Option<i64>, Option<i64>, Option<&'static str>, Option<i64>);

fn item() -> impl Strategy<Value = Item> {
    let moment = || prop::option::of(0_i64..1_000);
    let team = prop_oneof![Just(None), Just(Some("A")), Just(Some("B"))];
    (0_i64..1_000, moment(), moment(), team, prop::option::of(0_i64..300))
}

fn at(hours: i64) -> i64 {
    START + hours * HOUR
}

fn in_order((created, started, finished, ..): &Item) -> bool {
    finished.is_none_or(|finished| finished >= *created && started.is_none_or(|started| finished >= started))
}

/// A frame of a fact with these columns, the others missing.
fn filled(fact: &str, count: usize, columns: Vec<Column>) -> DataFrame {
    let empty = frame_of(&DEFINITIONS.facts[fact]);
    let all = empty.columns().iter().map(|column| {
        let given = columns.iter().find(|given| given.name() == column.name()).cloned();
        given.unwrap_or_else(|| Column::full_null(column.name().clone(), count, column.dtype()))
    });
    DataFrame::new(count, all.collect()).unwrap()
}

fn instants(name: &str, values: Vec<Option<i64>>) -> Column {
    Column::new(name.into(), values).cast(&instant_type()).unwrap()
}

fn work_items(items: &[Item]) -> DataFrame {
    let columns = vec![
        instants("created_at", items.iter().map(|item| Some(at(item.0))).collect()),
        instants("started_at", items.iter().map(|item| item.1.map(at)).collect()),
        instants("finished_at", items.iter().map(|item| item.2.map(at)).collect()),
        Column::new("team".into(), items.iter().map(|item| item.3).collect::<Vec<_>>()),
        Column::new("in_order".into(), items.iter().map(in_order).collect::<Vec<_>>()),
    ];
    filled("work_items", items.len(), columns)
}

/// Work until an item has become old, and from then on.
fn work_in_progress(items: &[Item]) -> DataFrame {
    let mut rows: Vec<(i64, Option<i64>, Option<&str>)> = Vec::new();
    for item in items.iter().filter(|item| in_order(item)) {
        let Some(started) = item.1 else { continue };
        match item.4.map(|hours| started + hours).filter(|old| item.2.is_none_or(|finished| *old < finished)) {
            Some(old) => rows.extend([(started, Some(old), item.3), (old, item.2, item.3)]),
            None => rows.push((started, item.2, item.3)),
        }
    }
    let columns = vec![
        instants("started_at", rows.iter().map(|row| Some(at(row.0))).collect()),
        instants("from_at", rows.iter().map(|row| Some(at(row.0))).collect()),
        instants("to_at", rows.iter().map(|row| row.1.map(at)).collect()),
        Column::new("team".into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
    ];
    filled("work_in_progress", rows.len(), columns)
}

/// Stock, what comes in, what goes out.
const FLOWS: [[&str; 3]; 2] = [
    ["work_backlog", "work_items_created", "work_items_finished"],
    ["work_in_progress", "work_items_begun", "work_items_completed"],
];

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn open_at_the_start_and_what_comes_less_what_goes_is_open_at_the_end(
        items in prop::collection::vec(item(), 0..80), mut cuts in prop::collection::vec(1_i64..1_000, 0..8),
        by_team: bool,
    ) {
        cuts.extend([0, 1_000]);
        cuts.sort_unstable();
        cuts.dedup();
        let periods: Vec<_> = cuts.windows(2).map(|pair| period(at(pair[0]), at(pair[1]))).collect();
        let by: Vec<String> = if by_team { vec!["team".to_string()] } else { Vec::new() };
        let (all, busy) = (work_items(&items), work_in_progress(&items));
        let source = |fact: &str| -> Result<DataFrame, MeasureError> {
            Ok(if fact == "work_in_progress" { busy.clone() } else { all.clone() })
        };
        let ids = FLOWS.iter().flatten().copied().chain(["work_net_flow"]);
        let request = |id: &str| Request { metric: id.to_string(), by: by.clone(), periods: periods.clone(), filter: None };
        let requests: Vec<Request> = ids.map(request).collect();
        let found = evaluate(&source, &DEFINITIONS.metrics, &requests, END).unwrap();
        let values: BTreeMap<(&str, String, &str), f64> = found
            .iter()
            .map(|m| ((m.metric.as_str(), format!("{:?}", m.dims), m.period.id.as_str()), m.value.unwrap_or(0.0)))
            .collect();
        let slices: std::collections::BTreeSet<String> = found.iter().map(|m| format!("{:?}", m.dims)).collect();
        for slice in slices {
            let value = |id: &'static str, period: &str| {
                let place = values.iter().find(|((m, s, p), _)| *m == id && *s == slice && *p == period);
                place.map_or(0.0, |(_, value)| *value)
            };
            for [stock, come, gone] in FLOWS {
                let mut open = 0.0;
                for period in &periods {
                    open += value(come, &period.id) - value(gone, &period.id);
                    prop_assert_eq!(open, value(stock, &period.id), "{} {} {}", stock, slice, period.id);
                }
            }
        }
            // Where nothing was ever finished before, the net flow says nothing.
            for m in found.iter().filter(|m| m.metric == "work_net_flow" && m.value.is_some()) {
                let other = |id| {
                    let same = |o: &&Measure| o.metric == id && o.dims == m.dims && o.period == m.period;
                    found.iter().find(same).and_then(|o| o.value)
                };
                let net = other("work_items_created").zip(other("work_items_finished")).map(|(a, b)| a - b);
                prop_assert_eq!(m.value, net);
            }
        // The whole by a plain loop.
        let total = |id: &str| found.iter().filter(|m| m.metric == id && m.period.end == END).filter_map(|m| m.value).sum::<f64>();
        let open = items.iter().filter(|item| in_order(item) && item.2.is_none()).count();
        prop_assert_eq!(total("work_backlog"), open as f64);
        let busy = items.iter().filter(|item| in_order(item) && item.2.is_none() && item.1.is_some()).count();
        prop_assert_eq!(total("work_in_progress"), busy as f64);
    }
}
