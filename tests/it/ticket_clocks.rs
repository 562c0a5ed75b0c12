//! Clocks of tickets where exports are untidy: verdicts on unfinished tickets, time on hold that no event places, reopened ones.

use serde_json::Value;

use crate::project::{Project, Row};

const TOML: &str = r#"
name = "Clocks"
zone = "Europe/Brussels"
as_of = "2026-06-30T22:00:00Z"

[[exports]]
files = "exports/*.csv"

[calendars.office]
hours = { mon = ["08:00-18:00"], tue = ["08:00-18:00"], wed = ["08:00-18:00"], thu = ["08:00-18:00"], fri = ["08:00-18:00"] }

[clocks]
calendar = "office"
resolve_within = { 1 = "4h", 2 = { within = "4h", calendar = "always" }, 3 = "1000h" }
"#;

fn project(tickets: &str, events: &str) -> Project {
    let project = Project::new(TOML);
    project.write("exports/tickets.csv", tickets);
    if !events.is_empty() {
        project.write("exports/ticket_events.csv", events);
    }
    project.expect(0, &["ingest", "--quiet"]);
    project
}

fn fact(project: &Project, ticket: &str) -> Row {
    project.query(&format!("SELECT * FROM fact_tickets WHERE id = '{ticket}'")).remove(0)
}

fn hours(row: &Row, column: &str) -> Option<f64> {
    row[column].parse::<f64>().ok().map(|seconds| seconds / 3600.0)
}

fn explain(project: &Project, ticket: &str) -> Value {
    serde_json::from_str(&project.ok(&["explain", "clock", ticket, "--format", "json"])).unwrap()
}

#[test]
fn a_tool_cannot_say_that_an_unfinished_ticket_met_its_target() {
    let project = project(
        "id,opened_at,resolved_at,closed_at,priority,sla_met,resolve_due_at\n\
         overdue,2026-05-05T07:00:00Z,,,1,true,\n\
         young,2026-05-05T07:00:00Z,,,3,true,\n\
         late,2026-05-05T07:00:00Z,,,3,true,2026-05-06T07:00:00Z\n\
         lost,2026-05-05T07:00:00Z,,,3,false,\n\
         done,2026-05-05T07:00:00Z,2026-06-05T07:00:00Z,,1,true,\n\
         closed,2026-05-05T07:00:00Z,,2026-06-05T07:00:00Z,1,true,\n\
         later,2026-05-05T07:00:00Z,2026-07-05T07:00:00Z,,3,true,\n",
        "",
    );
    let verdict = |ticket: &str| {
        let row = fact(&project, ticket);
        (row["within_target"].clone(), row["verdict"].clone())
    };
    let told = |met: &str, by: &str| (met.to_string(), by.to_string());
    assert_eq!(verdict("overdue"), told("false", "target"));
    assert_eq!(verdict("young"), told("", ""));
    assert_eq!(verdict("late"), told("false", "due"));
    assert_eq!(verdict("lost"), told("false", "source"));
    assert_eq!(verdict("done"), told("true", "source"));
    assert_eq!(verdict("closed"), told("true", "source"));
    assert_eq!(verdict("later"), told("", ""), "its resolution hasn't happened yet");
    let out = project.ok(&["explain", "clock", "DONE"]);
    assert!(out.starts_with("Ticket done,"), "{out}");
    assert!(
        out.contains("met, by the export's own verdict\n                but by the clock above it would be missed"),
        "{out}"
    );
}

/// Tuesday 5 May, 9:00 to 17:00 in Brussels, five hours of it on hold by the tool's count; the second lasts from 17:00 to 10:00 the
/// next day, sixteen of its seventeen hours on hold, of which fourteen have room in the night.
const COUNTED: &str = "id,opened_at,resolved_at,priority,on_hold_s\n\
    E1,2026-05-05T07:00:00Z,2026-05-05T15:00:00Z,1,18000\n\
    E2,2026-05-05T15:00:00Z,2026-05-06T08:00:00Z,1,57600\n\
    E3,2026-05-05T15:00:00Z,2026-05-06T08:00:00Z,2,57600\n\
    E4,2026-05-05T15:00:00Z,2026-05-06T08:00:00Z,1,36000\n\
    E5,2026-05-05T07:00:00Z,2026-05-05T09:00:00Z,1,10000\n";

#[test]
fn a_sum_on_hold_stays_until_an_event_places_it() {
    let moves = "ticket,at,seq,event,state,team\n\
        E1,2026-05-05T07:00:00Z,1,assign,,L1\n\
        E1,2026-05-05T08:00:00Z,2,assign,,L2\n";
    let states = "ticket,at,seq,event,state,team\n\
        E1,2026-05-05T07:00:00Z,1,create,New,L1\n\
        E1,2026-05-05T15:00:00Z,2,state,Resolved,L2\n";
    for events in ["", moves, states] {
        let project = project(COUNTED, events);
        let row = fact(&project, "E1");
        let expected = [Some(8.0), Some(3.0), Some(5.0)];
        let found = ["working_time_to_resolve_s", "net_time_to_resolve_s", "on_hold_s"].map(|name| hours(&row, name));
        assert_eq!(found, expected, "{events}");
        assert_eq!((row["within_target"].as_str(), row["waiting_user_s"].as_str()), ("true", ""), "{events}");
    }
    let placed = "ticket,at,seq,event,state,team\n\
        E1,2026-05-05T07:00:00Z,1,create,New,L1\n\
        E1,2026-05-05T08:00:00Z,2,state,Pending,L1\n\
        E1,2026-05-05T09:00:00Z,3,state,In progress,L1\n";
    let row = fact(&project(COUNTED, placed), "E1");
    assert_eq!([hours(&row, "on_hold_s"), hours(&row, "net_time_to_resolve_s")], [Some(1.0), Some(7.0)]);
}

#[test]
fn a_sum_on_hold_that_may_lie_in_the_night_is_not_taken_from_the_day() {
    let project = project(COUNTED, "");
    // 3 working hours (17 to 18 and 8 to 10): of 16 h on hold 2 at least were among them, so that 0 to 1 h is left.
    let row = fact(&project, "E2");
    assert_eq!([hours(&row, "net_time_to_resolve_s"), hours(&row, "resolve_clock_s")], [None, None]);
    assert_eq!((row["within_target"].as_str(), row["resolve_due_at"].as_str()), ("true", ""), "1 h of 4 at most");
    let explained = explain(&project, "E2");
    assert_eq!((&explained["counted_s"], &explained["used"]), (&Value::Null, &Value::Null));
    assert_eq!((&explained["counted_at_least_s"], &explained["counted_at_most_s"]), (&0.0.into(), &3600.0.into()));
    let out = project.ok(&["explain", "clock", "E2"]);
    assert!(out.contains("Counted         from 0:00:00 (0 s) to 1:00:00 (1 h)"), "{out}");
    assert!(out.contains("Due             not known, as no event says when it was on hold"), "{out}");
    // Around the clock there is nothing to place.
    assert_eq!(hours(&fact(&project, "E3"), "resolve_clock_s"), Some(1.0));
    // 10 h of 17 had room in the night of 14: nothing is known but that it was 3 h at most.
    let open = explain(&project, "E4");
    assert_eq!((&open["counted_at_least_s"], &open["counted_at_most_s"]), (&0.0.into(), &10_800.0.into()));
    // Longer on hold than it lived.
    let row = fact(&project, "E5");
    assert_eq!((row["on_hold_s"].as_str(), row["net_time_to_resolve_s"].as_str()), ("", ""));
    let told = project.ok(&["check"]);
    assert!(told.contains("tickets: 1 record(s) with on_hold_s longer than the ticket's life"), "{told}");
}

#[test]
fn a_state_that_says_so_is_a_hold() {
    let project = project(
        "id,opened_at,resolved_at,priority\nH1,2026-05-05T07:00:00Z,2026-05-05T15:00:00Z,1\n",
        "ticket,at,seq,event,state,team\n\
         H1,2026-05-05T07:00:00Z,1,create,new,L1\n\
         H1,2026-05-05T08:00:00Z,2,state,pending,L1\n\
         H1,2026-05-05T08:00:00Z,3,assign,pending,L2\n\
         H1,2026-05-05T09:00:00Z,4,assign,in progress,L1\n\
         H1,2026-05-05T09:30:00Z,5,state,Waiting for support,L2\n\
         H1,2026-05-05T10:00:00Z,6,state,Awaiting Vendor,L2\n\
         H1,2026-05-05T12:00:00Z,7,state,En attente du demandeur,L2\n\
         H1,2026-05-05T12:30:00Z,8,state,in progress,L2\n\
         H1,2026-05-05T15:00:00Z,9,state,resolved,L2\n",
    );
    let row = fact(&project, "H1");
    let names = ["on_hold_s", "waiting_user_s", "waiting_supplier_s", "waiting_other_s", "net_time_to_resolve_s"];
    assert_eq!(names.map(|name| hours(&row, name)), [Some(3.5), Some(0.5), Some(2.0), Some(1.0), Some(4.5)]);
    assert_eq!(row["within_target"], "false");
}

#[test]
fn the_clock_stands_while_a_ticket_is_resolved() {
    // Monday 4 May 9:00, resolved on the 5th at 9:00, back on the 20th at 9:00, resolved again on the 25th at 10:00.
    let project = project(
        "id,opened_at,resolved_at,priority,service\nR1,2026-05-04T07:00:00Z,2026-05-25T08:00:00Z,1,Mail\n",
        "ticket,at,seq,event,state,team\n\
         R1,2026-05-04T07:00:00Z,1,create,new,L1\n\
         R1,2026-05-05T07:00:00Z,2,state,resolved,L1\n\
         R1,2026-05-20T07:00:00Z,3,state,in progress,L2\n\
         R1,2026-05-21T07:00:00Z,4,state,on hold,L2\n\
         R1,2026-05-22T07:00:00Z,5,state,in progress,L2\n\
         R1,2026-05-25T08:00:00Z,6,state,resolved,L2\n",
    );
    // Ten hours to the first resolution (9 to 18 and 8 to 9), then 9 + 10 + 10 + 2 h, of which 10 on hold.
    let row = fact(&project, "R1");
    let names = ["time_to_resolve_s", "time_to_first_resolve_s", "working_time_to_resolve_s", "net_time_to_resolve_s"];
    assert_eq!(names.map(|name| hours(&row, name)), [Some(505.0), Some(24.0), Some(41.0), Some(31.0)]);
    let explained = explain(&project, "r1");
    let segments = explained["segments"].as_array().unwrap();
    let stood: f64 =
        segments.iter().filter(|s| s["state"] == "resolved").map(|s| s["calendar_s"].as_f64().unwrap()).sum();
    // 9 h on the 5th, eleven whole weekdays less the last one's after 9:00: 3 + 5 whole days, and 1 h on the 20th.
    assert_eq!((stood / 3600.0, &explained["resolved_s"]), (9.0 + 100.0 + 1.0, &stood.into()));
    assert!(segments.iter().all(|segment| segment["state"] != "resolved" || segment["counted_s"] == 0.0));
    let out = project.ok(&["explain", "clock", "R1"]);
    insta::assert_snapshot!(out, @"
    Ticket R1, priority 1, resolved: calendar `office` in Europe/Brussels

    Opened          Mon 2026-05-04 09:00:00
    Resolved        Mon 2026-05-25 10:00:00
    Service         Mail
    Calendar time   505:00:00 (21 d)
    Working time    41:00:00 (1 d 17 h, days of 24 h)
    Stood resolved  110:00:00 (4 d 14 h, days of 24 h) of working time more, which doesn't count
    On hold         10:00:00 (10 h) of the working time, which doesn't count
    Counted         31:00:00 (1 d 7 h, days of 24 h)
    Target          4:00:00 (4 h)
    Due             Mon 2026-05-04 13:00:00
    Used            775 % of the target (12625 % if calendar time counted)
    Verdict         missed, by the project's target

     From                      To                        State                                   Team   Calendar    Counted   Total
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
     Mon 2026-05-04 09:00:00   Mon 2026-05-04 18:00:00   working                                 L1       9:00:00   9:00:00    9:00:00
     Mon 2026-05-04 18:00:00   Tue 2026-05-05 08:00:00   outside hours                           L1      14:00:00   0:00:00    9:00:00
     Tue 2026-05-05 08:00:00   Tue 2026-05-05 09:00:00   working                                 L1       1:00:00   1:00:00   10:00:00
     Tue 2026-05-05 09:00:00   Wed 2026-05-20 09:00:00   resolved, nights and days off with it   L1     360:00:00   0:00:00   10:00:00
     Wed 2026-05-20 09:00:00   Wed 2026-05-20 18:00:00   working                                 L2       9:00:00   9:00:00   19:00:00
     Wed 2026-05-20 18:00:00   Thu 2026-05-21 08:00:00   outside hours                           L2      14:00:00   0:00:00   19:00:00
     Thu 2026-05-21 08:00:00   Thu 2026-05-21 09:00:00   working                                 L2       1:00:00   1:00:00   20:00:00
     Thu 2026-05-21 09:00:00   Fri 2026-05-22 09:00:00   on hold, nights and days off with it    L2      24:00:00   0:00:00   20:00:00
     Fri 2026-05-22 09:00:00   Fri 2026-05-22 18:00:00   working                                 L2       9:00:00   9:00:00   29:00:00
     Fri 2026-05-22 18:00:00   Sat 2026-05-23 00:00:00   outside hours                           L2       6:00:00   0:00:00   29:00:00
     Sat 2026-05-23 00:00:00   Mon 2026-05-25 00:00:00   closed                                  L2      48:00:00   0:00:00   29:00:00
     Mon 2026-05-25 00:00:00   Mon 2026-05-25 08:00:00   outside hours                           L2       8:00:00   0:00:00   29:00:00
     Mon 2026-05-25 08:00:00   Mon 2026-05-25 10:00:00   working                                 L2       2:00:00   2:00:00   31:00:00
    ");
}

#[test]
fn a_calendar_whose_file_is_missing_is_no_unknown_calendar() {
    let project = Project::new(&TOML.replace("[clocks]", "holidays_from = \"none.ics\"\n\n[clocks]"));
    let (_, told) = project.expect(2, &["check"]);
    assert!(told.contains("calendar `office`: holidays_from: cannot read none.ics"), "{told}");
    assert!(!told.contains("unknown calendar"), "{told}");
}

#[test]
fn a_past_backlog_knows_when_a_ticket_stood_resolved() {
    // Two tickets, opened on 4 May, resolved on the 5th, back on the 20th; one was resolved for good on the 25th.
    let project = project(
        "id,opened_at,resolved_at,priority\n\
         R1,2026-05-04T07:00:00Z,2026-05-25T08:00:00Z,1\n\
         R2,2026-05-04T07:00:00Z,,1\n",
        "ticket,at,seq,event,state,team\n\
         R1,2026-05-04T07:00:00Z,1,create,new,L1\n\
         R1,2026-05-05T07:00:00Z,2,state,resolved,L1\n\
         R1,2026-05-20T07:00:00Z,3,state,in progress,L2\n\
         R1,2026-05-25T08:00:00Z,4,state,resolved,L2\n\
         R2,2026-05-04T07:00:00Z,1,create,new,L1\n\
         R2,2026-05-05T07:00:00Z,2,state,resolved,L1\n\
         R2,2026-05-20T07:00:00Z,3,state,in progress,L2\n",
    );
    let flows =
        ["tickets_opened", "ticket_reopenings", "ticket_endings", "ticket_backlog", "ticket_backlog_age_median"];
    let week = |week: &str| {
        let measures = project.measure(&[&flows[..], &["--period", week]].concat());
        measures.iter().map(|measure| measure["value"].as_f64()).collect::<Vec<_>>()
    };
    let expected = [
        ("2026-W19", [2.0, 0.0, 2.0, 0.0], None),
        ("2026-W20", [0.0, 0.0, 0.0, 0.0], None),
        // From 4 May 9:00 to the 25th 0:00.
        ("2026-W21", [0.0, 2.0, 0.0, 2.0], Some(20.0 * 86_400.0 + 15.0 * 3_600.0)),
        ("2026-W22", [0.0, 0.0, 1.0, 1.0], Some(27.0 * 86_400.0 + 15.0 * 3_600.0)),
    ];
    let mut before = 0.0;
    for (name, counts, age) in expected {
        let found = week(name);
        let [opened, back, ended, open] = [0, 1, 2, 3].map(|at| found[at].unwrap_or(0.0));
        assert_eq!(([opened, back, ended, open], found[4]), (counts, age), "{name}: {found:?}");
        assert_eq!(before + opened + back - ended, open, "{name}");
        before = open;
    }
    let told = project.measure(&["ticket_backlog", "--by", "age_band", "--period", "2026-W21"]);
    let filled: Vec<_> =
        told.iter().filter(|measure| measure["value"] == 2.0).map(|measure| &measure["dims"]["age_band"]).collect();
    assert_eq!(filled, ["14-30 d"]);
}

#[test]
fn first_contact_is_what_happened_and_not_only_what_is_marked() {
    let project = project(
        "id,opened_at,responded_at,resolved_at,priority,reassignments,reopens,first_contact,resolver_team\n\
         T1,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,3,2,true,\n\
         T2,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,0,0,true,\n\
         T3,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,0,0,false,\n\
         T4,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,,,,\n\
         T5,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,,,,\n\
         T6,2026-05-04T07:00:00Z,2026-05-04T07:05:00Z,2026-05-04T08:00:00Z,1,,,,\n\
         T7,2026-05-04T07:00:00Z,,2026-05-04T08:00:00Z,1,0,0,,\n",
        "ticket,at,seq,event,state,team\n\
         T4,2026-05-04T07:00:00Z,1,create,new,L1\n\
         T4,2026-05-04T08:00:00Z,2,state,resolved,L1\n\
         T5,2026-05-04T07:00:00Z,1,create,new,L1\n\
         T5,2026-05-04T07:30:00Z,2,assign,new,L2\n\
         T5,2026-05-04T08:00:00Z,3,state,resolved,L2\n\
         T6,2026-05-04T07:00:00Z,1,create,new,L1\n\
         T6,2026-05-04T08:00:00Z,2,state,resolved,L1\n",
    );
    let found =
        ["T1", "T2", "T3", "T4", "T5", "T6", "T7"].map(|ticket| fact(&project, ticket)["first_contact"].clone());
    assert_eq!(found, ["false", "true", "false", "true", "false", "false", ""]);
    let measure = &project.measure(&["first_contact_resolution", "--period", "2026-W19"])[0];
    assert_eq!((&measure["numerator"], &measure["denominator"]), (&2.0.into(), &6.0.into()));
}
