//! Tests of reading whole files: counts, rejects, findings, decisions.

use super::file::Reading;
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
    let read = |path: &std::path::Path, name: &str| {
        let (mapping, tables, zone, expressions) = (&broken, &tables(), chrono_tz::UTC, &Equals);
        Reading { path, name, mapping, tables, zone, expressions }.all(&mut Kept::default())
    };
    let error = read(&path, "a.csv").unwrap_err();
    assert!(error.to_string().starts_with("test.toml: "), "{error}");
    let missing = folder.path().join("b.csv");
    let error = read(&missing, "b.csv").unwrap_err();
    assert!(error.to_string().starts_with("b.csv: "), "{error}");
}

const ISSUES: &str = r#"
title = "t"
table = "tickets"
where = "type = 'Ticket'"
[columns]
id = "key"
opened_at = "created"
responded_at = { from = "created", plus = "minutes", unit = "min" }
service = { first = ["component", "project"] }
priority = "priority"
[also.problems]
where = "type = 'Bug'"
[also.problems.columns]
id = "key"
kind = { value = "bug" }
opened_at = "created"
[also.ticket_events]
explode = ["log.steps", "log.steps.items"]
where = "\"log.steps.items.field\" = 'status'"
[also.ticket_events.columns]
ticket = "key"
at = "log.steps.at"
state = "log.steps.items.to"
[also.links]
explode = "links"
[also.links.columns]
from_table = { value = "tickets" }
from_id = "key"
to_table = { value = "problems" }
to_id = "links.id"
kind = { value = "caused_by" }
"#;

#[test]
fn one_file_fills_tables_of_different_rows() {
    let text = r#"[
{"key":"A","type":"Ticket","created":"2024-01-02T00:00:00Z","minutes":"90","project":"P","priority":"0",
 "log":{"steps":[{"at":"2024-01-03T00:00:00Z","items":[{"field":"status","to":"Open"},{"field":"rank","to":"x"}]},{"at":"2024-01-04T00:00:00Z","items":[]}]},
 "links":[{"id":"B"},{"id":"C"}]},
{"key":"B","type":"Bug","created":"2024-01-02T00:00:00Z","component":"c","project":"P"},
{"key":"D","type":"Idea","created":"never"}]"#;
    let (outcome, kept) = read_bytes(text.as_bytes(), &mapping(ISSUES), chrono_tz::UTC);
    let counts: Vec<_> =
        outcome.tables.iter().map(|count| (count.table.as_str(), count.read, count.rejected)).collect();
    assert_eq!(counts, [("tickets", 1, 0), ("problems", 1, 0), ("ticket_events", 1, 0), ("links", 2, 0)]);
    assert_eq!(kept.column("tickets", "responded_at"), ["1704159000000000"]);
    assert_eq!(kept.column("tickets", "service"), ["P"]);
    assert_eq!(kept.column("ticket_events", "state"), ["Open"]);
    assert_eq!(kept.column("links", "to_id"), ["B", "C"]);
    let ignored: Vec<_> = outcome.ignored.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    // The broken date is that of a record that concerns no table.
    assert_eq!(ignored, [("not for problems, tickets", 1), ("not for ticket_events", 1)]);
    let found: Vec<_> = outcome.findings.iter().map(|finding| finding.expected.as_str()).collect();
    assert_eq!(found, ["a whole number, at least 1"]);
}

#[test]
fn a_column_that_a_header_repeats_is_read_as_the_mapping_says() {
    let repeated = mapping(
        "title='t'\ntable='work_items'\n[columns]\nid='key'\ncreated_at='created'\n\
         sprint={ from='Sprint', repeated='last' }\nclass_of_service={ from='Label', repeated='join', separator=' ' }\ntitle='Label'\n\
         [also.links]\nexplode='Blocks'\n[also.links.columns]\nfrom_table={value='work_items'}\nfrom_id='key'\n\
         to_table={value='work_items'}\nto_id='Blocks'\nkind={value='relates_to'}\n",
    );
    let text = "key,created,Sprint,Sprint,Sprint,Label,Label,Blocks,Blocks\n\
        A,2024-01-02,s1,s2,,x,y,B,C\nB,2024-01-02,,,,,y,,\n";
    let (outcome, kept) = read_bytes(text.as_bytes(), &repeated, chrono_tz::UTC);
    assert_eq!(kept.column("work_items", "sprint"), ["s2", "-"]);
    assert_eq!(kept.column("work_items", "class_of_service"), ["x y", "y"]);
    assert_eq!(kept.column("work_items", "title"), ["x", "-"]);
    assert_eq!(kept.column("links", "to_id"), ["B", "C"]);
    assert_eq!((outcome.tables[1].read, outcome.tables[1].rejected), (2, 0));
}
