//! Files as people have them: each of these small files gives the right rows and says what was wrong with it.

use super::trial::{Kept, mapping, read_bytes};
use super::{Finding, Outcome};
use crate::declaration::issue::Level;
use crate::declaration::mapping::Mapping;

fn tickets() -> Mapping {
    mapping(
        "title='t'\ntable='tickets'\nnull=['n/a','-']\n[columns]\nid='id'\nopened_at='opened'\nresolved_at='resolved'\n\
         title='title'\non_hold_s='hold'\nsatisfaction='csat'\nmajor='major'\nreassignments='moves'\n",
    )
}

fn read(text: impl AsRef<[u8]>) -> (Outcome, Kept) {
    read_bytes(text.as_ref(), &tickets(), chrono_tz::Europe::Brussels)
}

/// The instants of a column as UTC text.
fn instants(kept: &Kept, column: &str) -> Vec<String> {
    let show = |text: String| match text.parse().ok().and_then(chrono::DateTime::from_timestamp_micros) {
        Some(instant) => instant.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => text,
    };
    kept.column("tickets", column).into_iter().map(show).collect()
}

fn warned(findings: &[Finding]) -> Vec<(&str, u64)> {
    findings
        .iter()
        .filter(|found| found.level == Level::Warning)
        .map(|found| (found.column.as_str(), found.count))
        .collect()
}

#[test]
fn headers_may_repeat_be_blank_and_end_in_empty_columns() {
    let (outcome, kept) = read("id,opened,title,title,,,\r\nA,2026-01-02,first,second,x,,\r\n,,,,,,\r\n\r\n");
    assert_eq!(kept.column("tickets", "title"), ["first"]);
    assert_eq!(outcome.ignored, [("blank row".to_string(), 1)]);
    assert_eq!((outcome.tables[0].read, outcome.findings.len()), (1, 0));
}

#[test]
fn ragged_rows_and_a_half_written_last_line_lose_nothing_silently() {
    let (outcome, kept) = read("id,opened,title\nA,2026-01-02\nB,2026-01-02,x,,,\nC,2026-01-02,x,surplus\nD,2026-0");
    assert_eq!(kept.column("tickets", "id"), ["A", "B"]);
    assert_eq!((outcome.tables[0].read, outcome.tables[0].rejected), (4, 2));
    let reasons: Vec<&str> = kept.rejects.iter().map(|reject| reject.reasons[0].as_str()).collect();
    assert_eq!(reasons, ["expected 3 cells, found 4", "the file ends within this line: expected 3 cells, found 2"]);
    assert_eq!(kept.rejects[1].raw, "D,2026-0");
}

#[test]
fn line_ends_quotes_and_zero_bytes_are_read_as_meant() {
    let text = "id,opened,title\r\r\nA,2026-01-02,\"two\r\nlines and \"\"quotes\"\"\"\r\r\nB,2026-01-02,x\0y\r\r\n";
    let (outcome, kept) = read(text);
    assert_eq!(kept.column("tickets", "title"), ["two\r\nlines and \"quotes\"", "xy"]);
    let zero: Vec<u64> = outcome
        .findings
        .iter()
        .filter(|found| found.expected.contains("zero bytes"))
        .map(|found| found.count)
        .collect();
    assert_eq!((outcome.tables[0].rejected, zero), (0, vec![1]));
}

#[test]
fn encodings_may_change_within_a_file() {
    let mut bytes = "id,opened,title\nA,2026-01-02,été\nB,2026-01-02,".as_bytes().to_vec();
    bytes.extend(b"\xe9t\xe9\n");
    let (outcome, kept) = read(bytes);
    assert_eq!(kept.column("tickets", "title"), ["été", "été"]);
    assert_eq!(outcome.findings[0].count, 2);
}

#[test]
fn empty_files_and_bare_headers_give_no_rows_and_no_error() {
    for text in ["", "\n\r\n", "\u{feff}", "id,opened", "id;opened\r\n;;\r\n"] {
        let (outcome, kept) = read(text);
        assert_eq!((outcome.tables[0].read, kept.batches.len()), (0, 0), "{text:?}");
    }
}

#[test]
fn one_column_may_hold_dates_in_several_notations() {
    let (outcome, kept) = read(
        "id;opened\nA;2026-01-02 03:04\nB;31/01/2026 10:00\nC;12/Mar/26 9:41 AM\nD;Jan 5, 2026 17:00\nE;1767225600\n\
         F;2026-01-02T03:04:05+09:00\nG;2026-07-02 03:04 PDT\nH;46024.5\n",
    );
    let wanted = [
        "2026-01-02T02:04:00Z",
        "2026-01-31T09:00:00Z",
        "2026-03-12T08:41:00Z",
        "2026-01-05T16:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T18:04:05Z",
        "2026-07-02T10:04:00Z",
    ];
    assert_eq!(instants(&kept, "opened_at"), wanted, "{:?}", kept.rejects);
    // A bare number of days may be anything: in a workbook it would have been a date.
    assert_eq!(outcome.tables[0].rejected, 1);
}

#[test]
fn dates_that_may_be_two_days_are_decided_for_the_file_and_told() {
    let (outcome, kept) = read("id,opened\nA,3/4/2026\nB,4/25/2026\n");
    assert_eq!(instants(&kept, "opened_at"), ["2026-03-03T23:00:00Z", "2026-04-24T22:00:00Z"]);
    assert!(outcome.findings[0].expected.starts_with("dates read as month before day"), "{:?}", outcome.findings);
    let (outcome, kept) = read("id,opened\nA,3/4/2026\n");
    assert_eq!(instants(&kept, "opened_at"), ["2026-04-02T22:00:00Z"]);
    assert_eq!(warned(&outcome.findings), [("opened", 1)]);
}

#[test]
fn relative_and_absurd_dates_are_told_and_never_guessed() {
    let (outcome, kept) = read(
        "id,opened,resolved\nA,2026-01-02,2 days ago\nB,2026-01-02,0001-01-01\nC,2026-01-02,31/02/2026\n\
         D,2026-01-02,20224-01-01\nE,yesterday,\n",
    );
    assert_eq!(kept.column("tickets", "id"), ["A", "B", "C", "D"]);
    assert_eq!(instants(&kept, "resolved_at"), ["-"; 4]);
    assert_eq!(warned(&outcome.findings), [("resolved", 4)]);
    assert_eq!(kept.rejects[0].reasons, ["opened_at: expected a date and time, found `yesterday`"]);
}

#[test]
fn local_times_across_a_clock_change_are_resolved_and_told() {
    let (outcome, kept) = read("id,opened\nA,2026-03-29 02:30\nB,2026-10-25 02:30\nC,2026-10-25 03:30\n");
    assert_eq!(instants(&kept, "opened_at"), ["2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"]);
    let told: Vec<u64> =
        outcome.findings.iter().filter(|found| found.expected.contains("clocks")).map(|f| f.count).collect();
    assert_eq!(told, [1, 1]);
}

#[test]
fn numbers_durations_shares_and_truths_come_in_many_notations() {
    let (outcome, kept) = read(
        "id;opened;hold;csat;major;moves\nA;2026-01-02;1d 2h;95 %;oui;1 234\nB;2026-01-02;01:30:05;0,5;FALSE;3.0\n\
         C;2026-01-02;2,5;n/a;-;-\nD;2026-01-02;PT1H;1;ja;1.234\nE;2026-01-02;-5;150 %;perhaps;1,5\n",
    );
    assert_eq!(kept.column("tickets", "on_hold_s"), ["93600", "5405", "2.5", "3600", "-"]);
    assert_eq!(kept.column("tickets", "satisfaction"), ["0.95", "0.5", "-", "1", "-"]);
    assert_eq!(kept.column("tickets", "major"), ["true", "false", "-", "true", "-"]);
    assert_eq!(kept.column("tickets", "reassignments"), ["1234", "3", "-", "-", "-"]);
    assert_eq!(warned(&outcome.findings), [("csat", 1), ("hold", 1), ("major", 1), ("moves", 2)]);
}
