//! Headline figures computed a second time, with plain loops over the exported files and not through the lake, the facts or
//! the kernel: for the last complete week and for the whole span of a demo organisation.

mod availability;
mod exports;
mod known_answers;
mod service_time;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use exports::{Exports, Row, local, utc};
use serde_json::Value;

use crate::project::Project;

/// The demo's pinned "now": Monday 6 July 2026, 6:00 in Brussels.
const AS_OF: i64 = 1_783_310_400;

/// A half-open span of time, seconds since the epoch, UTC.
#[derive(Clone, Copy)]
pub struct Span {
    name: &'static str,
    start: i64,
    end: i64,
}

impl Span {
    fn holds(&self, at: Option<i64>) -> bool {
        at.is_some_and(|at| at <= AS_OF && (self.start..self.end).contains(&at))
    }
}

/// Monday 29 June to Sunday 5 July 2026, and the project's 26 weeks with the morning after them.
const WEEK: Span = Span { name: "2026-W27", start: 1_782_684_000, end: 1_783_288_800 };
const WHOLE: Span = Span { name: "2026-01-05..2026-07-06", start: 1_767_567_600, end: 1_783_375_200 };
const SPANS: [Span; 2] = [WEEK, WHOLE];

/// The organisation, ingested once for all tests.
fn organisation() -> &'static (Project, Exports) {
    static MADE: OnceLock<(Project, Exports)> = OnceLock::new();
    MADE.get_or_init(|| {
        let project = Project::demo(2_000, 26);
        project.expect(0, &["ingest", "--quiet"]);
        let exports = Exports::read(project.path());
        (project, exports)
    })
}

/// The program's figures by slice; the overall one has an empty slice.
fn figures(span: Span, metric: &str, by: &str) -> BTreeMap<String, Value> {
    let mut arguments = vec![metric, "--period", span.name];
    if !by.is_empty() {
        arguments.extend(["--by", by]);
    }
    let measures = organisation().0.measure(&arguments);
    let slice = |measure: &Value| {
        let dims = measure["dims"].as_object().unwrap();
        dims.values().map(|value| value.as_str().unwrap()).collect::<Vec<_>>().join(",")
    };
    measures.into_iter().map(|measure| (slice(&measure), measure)).collect()
}

fn overall(span: Span, metric: &str) -> Value {
    figures(span, metric, "").remove("").unwrap()
}

/// Equal but for the rounding of sums in another order.
fn same(what: &str, found: &Value, expected: Option<f64>) {
    let close = match (found.as_f64(), expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-11 * expected.abs().max(1.0),
        (found, expected) => found.is_none() && expected.is_none(),
    };
    assert!(close, "{what}: expected {expected:?}, found {found}");
}

fn count(span: Span, metric: &str, expected: usize) {
    same(&format!("{metric} {}", span.name), &overall(span, metric)["value"], Some(expected as f64));
}

fn quotient(span: Span, metric: &str, numerator: usize, denominator: usize) {
    let found = overall(span, metric);
    let what = format!("{metric} {}", span.name);
    same(&what, &found["numerator"], Some(numerator as f64));
    same(&what, &found["denominator"], Some(denominator as f64));
    same(&what, &found["value"], (denominator > 0).then(|| numerator as f64 / denominator as f64));
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// What stands now about each ticket that is no child of another and was not merged into one.
fn last_rows() -> Vec<&'static Row> {
    let exports = &organisation().1;
    let counted = exports.tickets.iter().filter(|(number, _)| !exports.counted_with_others.contains(*number));
    counted.map(|(_, rows)| rows.last().unwrap()).collect()
}

#[test]
fn tickets_opened_resolved_and_open() {
    for span in SPANS {
        let rows = last_rows();
        count(span, "tickets_opened", rows.iter().filter(|row| span.holds(local(&row["opened_at"]))).count());
        count(span, "tickets_resolved", rows.iter().filter(|row| span.holds(local(&row["resolved_at"]))).count());
        let moment = span.end.min(AS_OF + 1);
        let ended = |row: &Row| local(&row["resolved_at"]).or(local(&row["closed_at"])).filter(|at| *at <= AS_OF);
        // By the log a ticket that came back later stood resolved at the moment.
        let stood_resolved = |row: &Row| {
            let rows = &organisation().1.tickets[&row["number"]];
            let before = rows.iter().rfind(|row| local(&row["sys_updated_at"]).is_some_and(|at| at < moment));
            before.is_some_and(|row| ["Resolved", "Closed"].contains(&row["incident_state"].as_str()))
        };
        let open = |row: &&&Row| {
            let begun = local(&row["opened_at"]).unwrap() < moment;
            begun && ended(row).is_none_or(|ended| ended >= moment) && !stood_resolved(row)
        };
        count(span, "ticket_backlog", rows.iter().filter(open).count());
    }
}

#[test]
fn verdicts_and_reopenings_belong_to_the_opening() {
    for span in SPANS {
        let rows: Vec<_> = last_rows().into_iter().filter(|row| span.holds(local(&row["opened_at"]))).collect();
        // The log says "true" of what is still under way, too: that is no verdict yet.
        let finished = |row: &Row| {
            ["resolved_at", "closed_at"].iter().any(|name| local(&row[*name]).is_some_and(|at| at <= AS_OF))
        };
        let decided = |row: &&&Row| row["made_sla"] == "false" || row["made_sla"] == "true" && finished(row);
        let verdicts: Vec<_> = rows.iter().filter(decided).map(|row| row["made_sla"].as_str()).collect();
        let found = overall(span, "sla_attainment");
        let met = verdicts.iter().filter(|word| **word == "true").count();
        assert_eq!(found["numerator"].as_f64(), Some(met as f64));
        // What is under way and overdue by the project's own targets has missed them besides.
        let under_way = rows.iter().filter(|row| row["made_sla"] == "true" && !finished(row)).count();
        let judged = found["denominator"].as_f64().unwrap() as usize;
        assert!((verdicts.len()..=verdicts.len() + under_way).contains(&judged), "{judged} {}", verdicts.len());
        let returned = rows.iter().filter(|row| row["reopen_count"].parse::<u32>().unwrap() > 0).count();
        quotient(span, "reopen_rate", returned, rows.len());
        let stayed = rows.iter().filter(|row| row["reassignment_count"] == "0").count();
        quotient(span, "reassignment_free_share", stayed, rows.len());
    }
}

#[test]
fn times_to_resolve_and_first_line_belong_to_the_resolution() {
    let tiers = &organisation().1.tiers;
    for span in SPANS {
        let rows: Vec<_> = last_rows().into_iter().filter(|row| span.holds(local(&row["resolved_at"]))).collect();
        let seconds = |row: &&Row| (local(&row["resolved_at"]).unwrap() - local(&row["opened_at"]).unwrap()) as f64;
        let times: Vec<f64> = rows.iter().map(seconds).collect();
        same("mean", &overall(span, "time_to_resolve_mean")["value"], mean(&times));
        same("median", &overall(span, "time_to_resolve_median")["value"], median(times));
        let first = rows.iter().filter(|row| tiers[&row["assignment_group"]] == 1).count();
        quotient(span, "first_line_resolution", first, rows.len());
    }
}

#[test]
fn escalations_by_pair_of_tiers() {
    let (_, exports) = organisation();
    for span in SPANS {
        let mut pairs: BTreeMap<String, usize> = BTreeMap::new();
        for rows in exports.tickets.values() {
            for pair in rows.windows(2) {
                let [from, to] = [&pair[0], &pair[1]].map(|row| exports.tiers[&row["assignment_group"]]);
                if to > from && span.holds(local(&pair[1]["sys_updated_at"])) {
                    *pairs.entry(format!("{from},{to}")).or_default() += 1;
                }
            }
        }
        let mut found = figures(span, "escalations", "from_tier,to_tier");
        found.retain(|_, measure| measure["value"].as_f64().is_some_and(|value| value > 0.0));
        assert_eq!(found.keys().collect::<Vec<_>>(), pairs.keys().collect::<Vec<_>>(), "{}", span.name);
        for (pair, expected) in &pairs {
            same(pair, &found[pair]["value"], Some(*expected as f64));
        }
        count(span, "escalations", pairs.values().sum());
    }
}

#[test]
fn incidents_and_their_restoration() {
    let (_, exports) = organisation();
    for span in SPANS {
        let all = exports.incidents.values();
        let started = |incident: &Value| utc(incident["custom"]["started_at"].as_str().unwrap());
        let restored = |incident: &Value| utc(incident["resolved_at"].as_str().unwrap_or(""));
        count(span, "incidents", all.clone().filter(|incident| span.holds(started(incident))).count());
        let times = all.filter(|incident| span.holds(restored(incident)));
        let times = times.map(|incident| (restored(incident).unwrap() - started(incident).unwrap()) as f64).collect();
        same("restore", &overall(span, "time_to_restore_median")["value"], median(times));
    }
}

#[test]
fn changes_closed_and_their_types() {
    let (_, exports) = organisation();
    for span in SPANS {
        let closed: Vec<&Row> = exports
            .changes
            .values()
            .filter(|row| !["", "Cancelled"].contains(&row["Resolution"].as_str()) && span.holds(ended(row)))
            .collect();
        let good = closed.iter().filter(|row| row["Resolution"].starts_with("Successful")).count();
        quotient(span, "change_success_rate", good, closed.len());
        let emergency = closed.iter().filter(|row| row["Custom field (Change type)"] == "Emergency").count();
        quotient(span, "emergency_change_share", emergency, closed.len());
        count(span, "changes_closed", closed.len());
    }
}

/// When a change's work ended: its actual end, else its closing.
fn ended(row: &Row) -> Option<i64> {
    let closing = utc(&row["Updated"]).filter(|_| row["Status"] == "Closed");
    utc(&row["Custom field (Actual end)"]).or(closing).filter(|at| *at <= AS_OF)
}

#[test]
fn changes_that_collide_or_were_not_approved() {
    let (_, exports) = organisation();
    let window = |row: &Row| utc(&row["Custom field (Actual start)"]).zip(ended(row)).filter(|(from, to)| to > from);
    let clash = |a: &Row, b: &Row| {
        let near = exports.related(&a["Component/s"], &b["Component/s"]) && a["Issue key"] != b["Issue key"];
        near && window(a).zip(window(b)).is_some_and(|((a, a_end), (b, b_end))| a < b_end && b < a_end)
    };
    for span in SPANS {
        let begun = |row: &&Row| span.holds(utc(&row["Custom field (Actual start)"]));
        let begun: Vec<&Row> = exports.changes.values().filter(begun).collect();
        let clashing = begun.iter().filter(|row| exports.changes.values().any(|other| clash(row, other)));
        count(span, "change_collisions", clashing.count());
        let unapproved = |row: &&&Row| match utc(&row["Custom field (Approved)"]) {
            Some(at) => at > utc(&row["Custom field (Actual start)"]).unwrap(),
            // A standard change is approved once and for all.
            None => row["Custom field (Change type)"] != "Standard",
        };
        let found = overall(span, "unauthorised_changes");
        let expected = (!begun.is_empty()).then(|| begun.iter().filter(unapproved).count() as f64);
        same("unauthorised_changes", &found["value"], expected);
    }
}

#[test]
fn downtime_second_by_second_where_only_the_register_speaks() {
    let (project, exports) = organisation();
    let text = std::fs::read_to_string(project.path().join("nines.toml")).unwrap();
    let mut services = 0;
    for span in SPANS {
        let down = figures(span, "downtime", "service");
        let weighted = figures(span, "weighted_downtime", "service");
        let availability = figures(span, "availability", "service");
        let failures = figures(span, "outage_count", "service");
        for service in service_time::unprobed(exports) {
            let name = &service["service"];
            let time = service_time::of(exports, service, &text, WHOLE, span);
            same(name, &down[name]["value"], Some(time.down));
            same(name, &weighted[name]["value"], Some(time.weighted));
            same(name, &availability[name]["denominator"], Some(time.agreed));
            same(name, &availability[name]["value"], Some((time.agreed - time.weighted) / time.agreed));
            same(name, &failures[name]["value"], Some(time.failures));
            services += 1;
        }
    }
    assert!(services >= 12, "only {services}: the test has gone blind");
}

#[test]
fn the_test_knows_the_calendar() {
    assert_eq!(utc("2026-07-06T06:00:00+02:00"), Some(AS_OF));
    assert_eq!(utc("2026-06-29T00:00:00+02:00").zip(utc("2026-07-06T00:00:00+02:00")), Some((WEEK.start, WEEK.end)));
    assert_eq!(utc("2026-01-05T00:00:00+01:00").zip(utc("2026-07-07T00:00:00+02:00")), Some((WHOLE.start, WHOLE.end)));
}
