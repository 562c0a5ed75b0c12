//! Tests of reading whole files: counts, rejects, findings, decisions.

use super::file::read_file;
use super::trial::{Equals, Kept, mapping, read_bytes, tables};
use crate::declaration::issue::Level;

const TICKETS: &str = r#"
title = "t"
table = "tickets"
null = ["?"]
latest = ["version"]
[columns]
id = "number"
opened_at = "opened"
priority = { from = "priority", values = { "1 - Critical" = 1 } }
automated = { sql = "number = 'B'" }
[also.ticket_events.columns]
ticket = "number"
at = "updated"
[ignore]
test = "kind = 'test'"
"#;

#[test]
fn a_record_is_refused_by_the_tables_that_lack_something_only() {
    let text = "number,opened,updated,priority,kind,version\n\
        A,2024-01-02,2024-01-03,1 - critical,,7\n\
        B,2024-01-02,?,urgent,,8\n\
        ,soon,2024-01-03,,,\n\
        C,2024-01-02,2024-01-03,,test,\n\
        D,2024-01-02,2024-01-03,,,,surplus\n\
        ,,,,,\n";
    let (outcome, kept) = read_bytes(text.as_bytes(), &mapping(TICKETS), chrono_tz::UTC);
    let counts: Vec<_> =
        outcome.tables.iter().map(|count| (count.table.as_str(), count.read, count.rejected)).collect();
    assert_eq!(counts, [("tickets", 4, 2), ("ticket_events", 3, 2)]);
    let ignored: Vec<_> = outcome.ignored.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(ignored, [("blank row", 1), ("test", 1)]);
    assert_eq!(kept.rows, 6);
    assert_eq!(kept.column("tickets", "id"), ["A", "B"]);
    assert_eq!(kept.rows_of("tickets"), [2, 3]);
    assert_eq!(kept.column("tickets", "priority"), ["1", "-"]);
    assert_eq!(kept.column("tickets", "automated"), ["false", "true"]);
    assert_eq!(kept.column("ticket_events", "ticket"), ["A"]);
    assert_eq!(kept.batches[0].version, [Some(7), Some(8)]);
    let surplus = kept.rejects.iter().find(|reject| reject.row == 6).unwrap();
    assert_eq!(surplus.raw, "D,2024-01-02,2024-01-03,,,,surplus");
    let refused = kept.rejects.iter().find(|reject| reject.row == 4 && reject.table == "tickets").unwrap();
    assert_eq!(refused.reasons, ["id: `number` is missing", "opened_at: expected a date and time, found `soon`"]);
    assert!(refused.raw.starts_with(r#"{"number":"","opened":"soon""#));
    assert_eq!(outcome.findings.len(), 1);
    assert_eq!(outcome.findings[0].examples, [(3, "urgent".to_string())]);
}

#[test]
fn the_order_of_dates_is_that_of_the_whole_file() {
    let plain = mapping("title='t'\ntable='tickets'\n[columns]\nid='number'\nopened_at='opened'\n");
    let (outcome, kept) = read_bytes(b"number;opened\nA;3/4/2024\nB;4/13/2024\n", &plain, chrono_tz::UTC);
    assert_eq!(kept.column("tickets", "opened_at"), ["1709510400000000", "1712966400000000"]);
    assert_eq!(outcome.findings[0].level, Level::Note);
    let (outcome, kept) = read_bytes(b"number;opened\nA;3/4/2024\n", &plain, chrono_tz::UTC);
    assert_eq!(kept.column("tickets", "opened_at"), ["1712102400000000"]);
    assert_eq!(outcome.findings[0].level, Level::Warning);
}

#[test]
fn local_times_follow_the_zone_and_clock_changes_are_noted() {
    let plain = mapping("title='t'\ntable='tickets'\n[columns]\nid='number'\nopened_at='opened'\n");
    let text = b"number,opened\nA,2026-03-29 02:30\nB,2026-10-25 02:30\nC,2026-07-01 12:00\n";
    let (outcome, kept) = read_bytes(text, &plain, chrono_tz::Europe::Brussels);
    assert_eq!(kept.column("tickets", "opened_at"), ["1774747800000000", "1792888200000000", "1782900000000000"]);
    assert_eq!(outcome.findings.iter().map(|finding| finding.count).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn json_is_wrapped_nested_and_exploded() {
    let outages = mapping(
        r#"
title = "t"
table = "outages"
records = "page.incidents"
explode = "components"
[columns]
id = { join = ["id", "components.name"], separator = "/" }
service = { from = "components.name", default = "(all)" }
started_at = "at.0"
ended_at = "at.last"
"#,
    );
    let text = r#"{"page": {"count": 2, "incidents": [
        {"id": 1, "components": [{"name": "a"}, {"name": "b"}], "at": [1700000000, "2024-01-02T00:00:00Z"]},
        {"id": 2, "components": [], "at": [1700000000]},
        {"id": 3, "at": },
        {"id": 4, "at": [1700000000"#;
    let (outcome, kept) = read_bytes(text.as_bytes(), &outages, chrono_tz::UTC);
    assert_eq!(kept.column("outages", "id"), ["1/a", "1/b", "2"]);
    assert_eq!(kept.column("outages", "service"), ["a", "b", "(all)"]);
    assert_eq!(kept.column("outages", "started_at"), ["1700000000000000"; 3]);
    assert_eq!(kept.rows_of("outages"), [1, 1, 2]);
    assert_eq!((outcome.tables[0].read, outcome.tables[0].rejected), (5, 2));
    assert!(kept.rejects[1].raw.starts_with(r#"{"id": 4"#));
}

#[test]
fn files_with_nothing_in_them_give_nothing() {
    let plain = mapping("title='t'\ntable='tickets'\n[columns]\nid='number'\nopened_at='opened'\n");
    for text in ["", "\n\n", "number,opened", "number,opened\n", "[]", "{\"records\": []}"] {
        let (outcome, kept) = read_bytes(text.as_bytes(), &plain, chrono_tz::UTC);
        assert_eq!(outcome.tables[0].read, 0, "{text:?}");
        assert!(kept.batches.is_empty());
    }
}

#[test]
fn an_expression_that_fails_is_an_error_of_the_mapping() {
    let broken = mapping(&TICKETS.replace("number = 'B'", "nothing"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "number,opened,updated\nA,2024-01-02,2024-01-03\n").unwrap();
    let mut kept = Kept::default();
    let error = read_file(&path, "a.csv", &broken, &tables(), chrono_tz::UTC, &Equals, &mut kept).unwrap_err();
    assert!(error.to_string().starts_with("test.toml: "), "{error}");
    let missing = folder.path().join("b.csv");
    let error = read_file(&missing, "b.csv", &broken, &tables(), chrono_tz::UTC, &Equals, &mut kept).unwrap_err();
    assert!(error.to_string().starts_with("b.csv: "), "{error}");
}
