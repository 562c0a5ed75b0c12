//! Tests of holidays from iCalendar files.

use super::*;
use crate::declaration::issue::Level;

fn calendar(events: &[&str]) -> String {
    let events: Vec<String> = events.iter().map(|event| format!("BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n")).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{}END:VCALENDAR\r\n", events.concat())
}

/// The holidays of events, in text; the years from 2026 to 2028 only.
fn found(events: &[&str]) -> (Vec<String>, Vec<String>) {
    let (days, issues) = holidays("be.ics", &calendar(events));
    let near = days.iter().filter(|(day, _)| ("2026-01-01"..="2028-12-31").contains(&day.to_string().as_str()));
    let days = near.map(|(day, name)| format!("{day} {}", name.as_deref().unwrap_or("-"))).collect();
    (days, issues.iter().map(ToString::to_string).collect())
}

#[test]
fn an_event_of_whole_days_ends_before_its_end() {
    let events = [
        "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas\\, all of it",
        "DTSTART:20260501\r\nSUMMARY:Labour\r\n  Day",
        "DTSTART;VALUE=DATE:20260721\r\nDTEND;VALUE=DATE:20260721",
        "DTSTART;VALUE=DATE:20260814\r\nDURATION:P2D\r\nSUMMARY:Bridge",
        "DTSTART;VALUE=DATE:20261111\r\nSTATUS:CANCELLED\r\nSUMMARY:Not held",
    ];
    let (days, issues) = found(&events);
    let expected = [
        "2026-05-01 Labour Day",
        "2026-07-21 -",
        "2026-08-14 Bridge",
        "2026-08-15 Bridge",
        "2026-12-24 Christmas, all of it",
        "2026-12-25 Christmas, all of it",
        "2026-12-26 Christmas, all of it",
    ];
    assert_eq!((days, issues), (expected.map(String::from).to_vec(), vec![]));
}

#[test]
fn rules_extra_days_and_exceptions() {
    let rule = |text: &str| found(&[text]).0;
    assert_eq!(
        rule(
            "DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270101\r\nRDATE;VALUE=DATE:20270104"
        ),
        ["2026-01-01 -", "2027-01-04 -", "2028-01-01 -"]
    );
    // Thanksgiving: the fourth Thursday of November.
    assert_eq!(
        rule("DTSTART;VALUE=DATE:20251127\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231"),
        ["2026-11-26 -", "2027-11-25 -"]
    );
    assert_eq!(
        rule("DTSTART;VALUE=DATE:20260106\r\nRRULE:FREQ=WEEKLY;COUNT=3;INTERVAL=2"),
        ["2026-01-06 -", "2026-01-20 -", "2026-02-03 -"]
    );
    let moved = [
        "UID:a\r\nDTSTART;VALUE=DATE:20260427\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:King's Day",
        "UID:a\r\nRECURRENCE-ID;VALUE=DATE:20270427\r\nDTSTART;VALUE=DATE:20270426\r\nSUMMARY:King's Day",
    ];
    assert_eq!(found(&moved).0, ["2026-04-27 King's Day", "2027-04-26 King's Day", "2028-04-27 King's Day"]);
}

#[test]
fn what_is_no_holiday_is_told_with_its_line() {
    let (days, issues) = found(&[
        "DTSTART;VALUE=DATE:20260101\r\nSUMMARY:New Year",
        "DTSTART;TZID=Europe/Brussels:20260102T090000\r\nSUMMARY:Meeting",
        "DTSTART;VALUE=DATE:20260103\r\nRRULE:FREQ=SOMETIMES\r\nSUMMARY:Odd",
        "SUMMARY:Never",
        "DTSTART;VALUE=DATE:20260110\r\nDTEND;VALUE=DATE:20260105\r\nSUMMARY:Backwards",
        "DTSTART;VALUE=DATE:2026-01-12\r\nSUMMARY:Dashes",
    ]);
    assert_eq!(days, ["2026-01-01 New Year"]);
    let starts = [
        "warning: be.ics:8: event \"Meeting\": it is at a time of day",
        "error: be.ics:12: event \"Odd\": RRULE: ",
        "error: be.ics:17: event \"Never\": expected a DTSTART",
        "error: be.ics:20: event \"Backwards\": expected it to last 1 to 366 days, found -5",
        "error: be.ics:25: event \"Dashes\": DTSTART: expected a day such as 20261225, found \"2026-01-12\"",
    ];
    assert_eq!(issues.len(), starts.len(), "{issues:?}");
    for (issue, start) in issues.iter().zip(starts) {
        assert!(issue.starts_with(start), "{issue}");
    }
    for text in ["", "id,name\n1,2\n", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nwhat is this\r\nEND:VCALENDAR"] {
        let (days, issues) = holidays("be.ics", text);
        assert!(days.is_empty() && issues.len() == 1 && issues[0].level == Level::Error, "{text}");
    }
}

#[test]
fn a_file_with_a_mark_and_blank_lines_at_its_end_is_read() {
    let text = format!("\u{feff}{}\r\n\r\n", calendar(&["DTSTART;VALUE=DATE:20260101"]));
    assert_eq!(holidays("be.ics", &text).0.len(), 1);
}
