//! Clocks of tickets and incidents through the program: published cases, holidays from calendar files, holds, due instants and
//! verdicts, and that `explain clock` adds up to the fact.

use serde_json::Value;

use crate::project::{Project, Row};

/// The office of the published cases: 8 to 17 on weekdays in Berlin, 8 hours to resolve priority 2.
const OFFICE: &str = r#"
name = "Clocks"
zone = "Europe/Berlin"
as_of = "2026-11-20T12:00:00+01:00"
fiscal_year_start = 4

[[exports]]
files = "exports/*.csv"

[calendars.office]
hours = { mon = ["08:00-17:00"], tue = ["08:00-17:00"], wed = ["08:00-17:00"], thu = ["08:00-17:00"], fri = ["08:00-17:00"] }

[calendars.shop]
hours = { mon = ["09:00-21:00"], tue = ["09:00-21:00"], wed = ["09:00-21:00"], thu = ["09:00-21:00"], fri = ["09:00-21:00"], sat = ["09:00-21:00"], sun = ["09:00-21:00"] }
holidays_from = "calendars/shop.ics"

[calendars.day]
hours = { mon = ["09:00-12:00", "13:00-17:00"], tue = ["09:00-12:00", "13:00-17:00"], wed = ["09:00-12:00", "13:00-17:00"], thu = ["09:00-12:00", "13:00-17:00"], fri = ["09:00-12:00", "13:00-17:00"] }
holidays = ["2026-11-11"]
special = { "2026-11-13" = ["09:00-11:00"] }

[clocks]
calendar = "office"

[clocks.respond_within]
2 = "1h"

[clocks.resolve_within]
1 = { within = "4h", calendar = "always" }
2 = "8h"
3 = { within = "2d", calendar = "shop" }
4 = { within = "12h", calendar = "day" }

[clocks.restore_within]
1 = "1h"
2 = { within = "2h", calendar = "office" }
"#;

const SHOP: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n\
BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20201111\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Saint Martin\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20261113\r\nDTEND;VALUE=DATE:20261114\r\nSUMMARY:Stock-taking\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20261112T090000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A project of these tickets (canonical columns) and events.
fn project(tickets: &str, events: &str) -> Project {
    let project = Project::new(OFFICE);
    project.write("calendars/shop.ics", SHOP);
    project.write("exports/tickets.csv", tickets);
    if !events.is_empty() {
        project.write("exports/ticket_events.csv", events);
    }
    project.expect(0, &["ingest", "--quiet"]);
    project
}

fn explain(project: &Project, ticket: &str) -> Value {
    serde_json::from_str(&project.ok(&["explain", "clock", ticket, "--format", "json"])).unwrap()
}

fn fact(project: &Project, ticket: &str) -> Row {
    project.query(&format!("SELECT * FROM fact_tickets WHERE id = '{ticket}'")).remove(0)
}

fn number(row: &Row, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// The segments tile the life of the ticket, their sums are the figures given, and those are the fact's.
fn adds_up(project: &Project, ticket: &str) -> Value {
    let explained = explain(project, ticket);
    let row = fact(project, ticket);
    let segments = explained["segments"].as_array().unwrap();
    let sum = |key: &str| segments.iter().map(|segment| segment[key].as_f64().unwrap()).sum::<f64>();
    if let (Some(first), Some(last)) = (segments.first(), segments.last()) {
        assert_eq!((&first["from"], &last["to"]), (&explained["from"], &explained["to"]), "{ticket}");
    }
    assert!(segments.windows(2).all(|pair| pair[0]["to"] == pair[1]["from"]), "{ticket}");
    assert_eq!(Some(sum("calendar_s")), explained["calendar_s"].as_f64());
    let unplaced = explained["unplaced_hold_s"].as_f64().unwrap();
    assert_eq!(Some(sum("counted_s") - unplaced), explained["counted_s"].as_f64(), "{ticket}");
    assert_eq!(explained["counted_s"].as_f64(), number(&row, "resolve_clock_s"), "{ticket}");
    if explained["open"] == false && !row["resolved_at"].is_empty() {
        assert_eq!(explained["calendar_s"].as_f64(), number(&row, "time_to_resolve_s"), "{ticket}");
        if explained["calendar"] == "office" {
            assert_eq!(explained["working_s"].as_f64(), number(&row, "working_time_to_resolve_s"), "{ticket}");
            assert_eq!(explained["counted_s"].as_f64(), number(&row, "net_time_to_resolve_s"), "{ticket}");
        }
    }
    explained
}

#[test]
fn a_weekend_costs_an_hour_and_a_half_of_eight() {
    // ServiceNow's published case: Friday 21:00 to Monday 9:30.
    let tickets = "id,opened_at,resolved_at,priority\nT1,2025-12-12T21:00:00+01:00,2025-12-15T09:30:00+01:00,2\n";
    let project = project(tickets, "");
    let found = adds_up(&project, "T1");
    assert_eq!((&found["counted_s"], &found["calendar_s"]), (&5400.0.into(), &217_800.0.into()));
    assert_eq!((&found["used"], &found["used_calendar"]), (&0.1875.into(), &7.5625.into()));
    assert_eq!(found["due_at"], "2025-12-15T15:00:00Z");
    assert_eq!((&found["within_target"], &found["verdict"]), (&true.into(), &"target".into()));
    let states: Vec<&str> =
        found["segments"].as_array().unwrap().iter().map(|segment| segment["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["outside hours", "closed", "outside hours", "working"]);

    let out = project.ok(&["explain", "clock", "T1"]);
    insta::assert_snapshot!(out, @"
    Ticket T1, priority 2, resolved: calendar `office` in Europe/Berlin

    Opened          Fri 2025-12-12 21:00:00
    Resolved        Mon 2025-12-15 09:30:00
    Calendar time   60:30:00 (2 d 13 h)
    Working time    1:30:00 (1 h 30 m)
    Counted         1:30:00 (1 h 30 m)
    Target          8:00:00 (8 h)
    Due             Mon 2025-12-15 16:00:00
    Used            18.75 % of the target (756.25 % if calendar time counted)
    Verdict         met, by the project's target

     From                      To                        State           Team   Calendar   Counted   Total
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────
     Fri 2025-12-12 21:00:00   Sat 2025-12-13 00:00:00   outside hours           3:00:00   0:00:00   0:00:00
     Sat 2025-12-13 00:00:00   Mon 2025-12-15 00:00:00   closed                 48:00:00   0:00:00   0:00:00
     Mon 2025-12-15 00:00:00   Mon 2025-12-15 08:00:00   outside hours           8:00:00   0:00:00   0:00:00
     Mon 2025-12-15 08:00:00   Mon 2025-12-15 09:30:00   working                 1:30:00   1:30:00   1:30:00
    ");
}

#[test]
fn the_other_published_cases() {
    // 14:00 to 9:00 the next day and Friday 16:00 to Monday 9:00, 9 to 17: 3 h and 1 h.
    let toml = OFFICE.replace("08:00-17:00", "09:00-17:00");
    let project = project(
        "id,opened_at,resolved_at,priority\n\
         T1,2026-11-10T14:00:00+01:00,2026-11-11T09:00:00+01:00,2\n\
         T2,2026-11-13T16:00:00+01:00,2026-11-16T09:00:00+01:00,2\n\
         T3,2026-11-09T09:00:00+01:00,2026-11-12T17:00:00+01:00,2\n\
         T4,2026-10-25T00:00:00+02:00,2026-10-26T00:00:00+01:00,1\n\
         T5,2026-03-29T00:00:00+01:00,2026-03-30T00:00:00+02:00,1\n",
        "",
    );
    project.write("nines.toml", toml);
    let hours = |ticket: &str| {
        let found = adds_up(&project, ticket);
        (found["counted_s"].as_f64().unwrap() / 3600.0, found["calendar_s"].as_f64().unwrap() / 3600.0)
    };
    assert_eq!([hours("T1"), hours("T2"), hours("T3")], [(3.0, 19.0), (1.0, 65.0), (32.0, 80.0)]);
    assert_eq!([hours("T4"), hours("T5")], [(25.0, 25.0), (23.0, 23.0)], "days of the clock changes");
    let changes = adds_up(&project, "T4");
    let change: Vec<_> = changes["segments"].as_array().unwrap().iter().map(|s| &s["clock_change_s"]).collect();
    assert_eq!(change, [&Value::Null, &Value::from(-3600)]);
}

#[test]
fn holidays_of_a_calendar_file_move_the_due_instant() {
    // Zammad's published inputs: 9 November 23:00 + 48 h of 9 to 21 every day, holidays on the 11th and 13th.
    let tickets = "id,opened_at,priority\nT1,2026-11-09T23:00:00+01:00,3\n";
    let project = project(tickets, "");
    let found = adds_up(&project, "T1");
    assert_eq!(found["due_at"], "2026-11-15T20:00:00Z");
    assert_eq!((&found["open"], &found["within_target"]), (&true.into(), &false.into()));
    let holidays: Vec<&str> = found["segments"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|segment| segment["state"] == "holiday")
        .map(|segment| segment["day"].as_str().unwrap())
        .collect();
    assert_eq!(holidays, ["Saint Martin", "Stock-taking"]);
    let (_, told) = project.expect(0, &["check"]);
    assert!(told.contains("calendars/shop.ics:16: event \"Meeting\": it is at a time of day"), "{told}");
    // The file is part of what facts depend on.
    project.write("calendars/shop.ics", SHOP.replace("20201111", "20201212"));
    assert_eq!(explain(&project, "T1")["due_at"], "2026-11-14T20:00:00Z");
}

#[test]
fn breaks_and_half_days_are_told_apart() {
    let tickets = "id,opened_at,resolved_at,priority\nT1,2026-11-10T16:00:00+01:00,2026-11-16T09:30:00+01:00,4\n";
    let found = adds_up(&project(tickets, ""), "T1");
    let told: Vec<String> = found["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| {
            format!("{} {}", segment["state"].as_str().unwrap(), segment["counted_s"].as_f64().unwrap() / 3600.0)
        })
        .collect();
    let expected = [
        "working 1",       // Tuesday 16 to 17
        "outside hours 0", // to midnight
        "holiday 0",       // Wednesday
        "outside hours 0",
        "working 3", // Thursday morning
        "break 0",
        "working 4",
        "outside hours 0",
        "outside hours 0", // Friday, a day with hours of its own
        "working 2",
        "outside hours 0",
        "closed 0", // Saturday and Sunday
        "outside hours 0",
        "working 0.5",
    ];
    // The special day has no name, so that its early hours go on with Thursday's late ones.
    let mut expected: Vec<&str> = expected.to_vec();
    expected.remove(8);
    assert_eq!(told, expected);
    assert_eq!((&found["counted_s"], &found["within_target"]), (&(10.5 * 3600.0).into(), &true.into()));
}

const EVENTS: &str = "ticket,at,seq,state,substate,team\n\
    T1,2026-11-16T09:00:00+01:00,1,New,,Desk\n\
    T1,2026-11-16T10:00:00+01:00,2,Pending,waiting_user,Desk\n\
    T1,2026-11-17T08:00:00+01:00,3,Pending,waiting_supplier,Desk\n\
    T1,2026-11-17T11:00:00+01:00,3,Active,working,Network\n\
    T1,2026-11-17T12:00:00+01:00,4,Root cause diagnosed,working,Network\n\
    T1,2026-11-17T16:00:00+01:00,5,Resolved,done,Network\n\
    T1,2026-11-18T08:00:00+01:00,6,Active,working,Network\n\
    T1,2026-11-18T09:00:00+01:00,7,Resolved,done,Network\n\
    T2,2026-11-19T09:00:00+01:00,1,New,,Desk\n\
    T2,2026-11-19T10:00:00+01:00,2,Pending,waiting_user,Desk\n";

const HELD: &str = "id,opened_at,acknowledged_at,responded_at,resolved_at,priority,on_hold_s\n\
    T1,2026-11-16T09:00:00+01:00,2026-11-16T09:15:00+01:00,2026-11-17T11:30:00+01:00,2026-11-18T09:00:00+01:00,2,\n\
    T2,2026-11-19T09:00:00+01:00,,,,2,\n\
    T3,2026-11-19T09:00:00+01:00,,2026-11-19T09:30:00+01:00,2026-11-19T16:00:00+01:00,2,3600\n\
    T4,2026-11-18T09:00:00+01:00,,,,1,\n";

#[test]
fn time_on_hold_stops_the_clock_unless_it_does_not() {
    let project = project(HELD, EVENTS);
    let found = adds_up(&project, "T1");
    // 1 h on the 16th, 5 h on the 17th, 1 h on the 18th; on hold 7 h and 3 h of working time, and resolved for an hour of it.
    assert_eq!((&found["counted_s"], &found["held_s"]), (&(7.0 * 3600.0).into(), &(10.0 * 3600.0).into()));
    assert_eq!((&found["used"], &found["resolved_s"]), (&0.875.into(), &3600.0.into()));
    assert_eq!((&found["due_at"], &found["within_target"]), (&"2026-11-18T09:00:00Z".into(), &true.into()));
    let teams: Vec<_> = found["segments"].as_array().unwrap().iter().map(|segment| &segment["team"]).collect();
    assert!(teams.contains(&&"Desk".into()) && teams.contains(&&"Network".into()));

    let row = fact(&project, "T1");
    let hours = |column: &str| number(&row, column).map(|seconds| seconds / 3600.0);
    assert_eq!([hours("time_to_first_resolve_s"), hours("time_to_resolve_s")], [Some(31.0), Some(48.0)]);
    assert_eq!([hours("working_time_to_respond_s"), hours("net_time_to_respond_s")], [Some(11.5), Some(1.5)]);
    assert_eq!([hours("working_time_to_acknowledge_s"), hours("time_to_diagnose_s")], [Some(0.25), Some(26.75)]);
    assert_eq!(row["response_within_target"], "false", "an hour and a half against one");

    assert_eq!([hours("waiting_user_s"), hours("waiting_supplier_s")], [Some(7.0 + 15.0), Some(3.0)]);
    let parts = ["waiting_user_s", "waiting_supplier_s", "waiting_change_s", "waiting_other_s"];
    assert_eq!(parts.map(|part| hours(part).unwrap()).iter().sum::<f64>(), hours("on_hold_s").unwrap());
    let waiting = adds_up(&project, "T2");
    assert_eq!((&waiting["due_at"], &waiting["within_target"]), (&Value::Null, &Value::Null));
    assert_eq!(waiting["counted_s"], 3600.0);
    let lump = adds_up(&project, "T3");
    assert_eq!((&lump["counted_s"], &lump["unplaced_hold_s"]), (&(6.0 * 3600.0).into(), &3600.0.into()));
    assert_eq!(fact(&project, "T3")["response_within_target"], "true");
    let always = adds_up(&project, "T4");
    assert_eq!((&always["calendar"], &always["within_target"]), (&"always".into(), &false.into()));

    project.write("nines.toml", OFFICE.replace("[clocks]", "[clocks]\nstop_on_hold = false"));
    let found = explain(&project, "T1");
    assert_eq!((&found["counted_s"], &found["within_target"]), (&(17.0 * 3600.0).into(), &false.into()));
    assert_eq!(found["due_at"], "2026-11-16T16:00:00Z");
    assert_eq!(fact(&project, "T1")["net_time_to_resolve_s"].parse(), Ok(7.0 * 3600.0), "net time is net all the same");
}

#[test]
fn the_export_has_the_first_word_and_contracts_bind_suppliers() {
    let tickets = "id,opened_at,resolved_at,closed_at,priority,resolve_due_at,response_due_at,responded_at,sla_met,supplier,problem,resolution_code\n\
        T1,2026-11-16T09:00:00+01:00,2026-11-16T10:00:00+01:00,,2,2026-11-16T09:30:00+01:00,,,,Netco,P1,\n\
        T2,2026-11-16T09:00:00+01:00,2026-11-16T10:00:00+01:00,,2,2026-11-16T09:30:00+01:00,2026-11-16T09:10:00+01:00,2026-11-16T09:05:00+01:00,true,Netco,,Solved (Work Around)\n\
        T3,2026-11-16T09:00:00+01:00,,2026-11-16T10:00:00+01:00,2,2026-11-16T11:00:00+01:00,,,,Other,,\n\
        T4,2026-11-16T09:00:00+01:00,2026-11-16T10:00:00+01:00,,2,,,,,,P1,Solved\n\
        T5,2026-11-16T09:00:00+01:00,,,2,,,,,Netco,,\n";
    let project = project(tickets, "");
    let agreements = "id,kind,party,priority,metric,target,unit,calendar,valid_from\n\
        C1,contract,Netco,2,time_to_resolve,2,h,always,2026-01-01T00:00:00Z\n\
        C2,contract,Netco,,time_to_resolve_median,60,s,always,2026-01-01T00:00:00Z\n";
    project.write("exports/agreements.csv", agreements);
    let problems = "id,kind,opened_at,diagnosed_at,workaround_at,fixed_at\n\
        P1,problem,2026-11-01T00:00:00Z,2026-11-16T09:00:00Z,2026-11-10T00:00:00Z,2026-11-18T00:00:00Z\n";
    project.write("exports/problems.csv", problems);
    project.expect(0, &["ingest", "--quiet"]);
    let told = |ticket: &str| {
        let row = fact(&project, ticket);
        let columns =
            ["within_target", "verdict", "supplier_within_target", "restored_by_workaround", "response_within_target"];
        columns.map(|column| row[column].clone())
    };
    assert_eq!(
        told("T1"),
        ["false", "due", "true", "true", ""],
        "late by its own due instant, in time by the contract"
    );
    assert_eq!(told("T2"), ["true", "source", "true", "true", "true"]);
    assert_eq!(told("T3"), ["", "", "", "", ""], "withdrawn before it was due");
    assert_eq!(told("T4"), ["true", "target", "", "true", ""], "without a supplier");
    assert_eq!(told("T5"), ["false", "target", "false", "", "false"]);
    assert_eq!(fact(&project, "T1")["diagnosed_at"], "2026-11-16T09:00:00Z");
    let late = explain(&project, "T1");
    assert_eq!((&late["used"], &late["due_by_export"]), (&2.0.into(), &true.into()));

    let share = |metric: &str| {
        let found = project.measure(&[metric, "--period", "2026-11-16"]).remove(0);
        (found["numerator"].as_f64(), found["denominator"].as_f64())
    };
    assert_eq!(share("supplier_serviceability"), (Some(2.0), Some(3.0)));
    assert_eq!(share("ticket_restored_by_workaround_share"), (Some(3.0), Some(3.0)));
    assert_eq!(share("response_attainment"), (Some(1.0), Some(2.0)));
}

#[test]
fn incidents_have_targets_by_severity_and_open_ones_count() {
    let project = Project::new(OFFICE);
    project.write("calendars/shop.ics", SHOP);
    let incidents = "id,service,severity,started_at,acknowledged_at,restored_at,problem\n\
        I1,Mail,1,2026-11-17T08:00:00Z,2026-11-17T08:05:00Z,2026-11-17T08:30:00Z,\n\
        I2,Mail,1,2026-11-17T08:00:00Z,,2026-11-17T10:00:00Z,\n\
        I3,Mail,1,2026-11-17T09:00:00Z,,,\n\
        I4,Mail,2,2026-11-17T18:00:00Z,,2026-11-18T08:00:00Z,\n\
        I5,Mail,3,2026-11-17T18:00:00Z,,,\n";
    project.write("exports/incidents.csv", incidents);
    project.expect(0, &["ingest", "--quiet"]);
    let row = |id: &str| project.query(&format!("SELECT * FROM fact_incidents WHERE id = '{id}'")).remove(0);
    let met = ["I1", "I2", "I3", "I4", "I5"].map(|id| row(id)["restored_within_target"].clone());
    assert_eq!(met, ["true", "false", "false", "true", ""], "an hour from 8 to 9 in Berlin is all that counts of I4");
    assert_eq!(row("I4")["restore_due_at"], "2026-11-18T09:00:00Z");
    let value = |metric: &str| project.measure(&[metric, "--period", "2026-11-17"]).remove(0);
    assert_eq!(value("restored_within_target")["value"], 0.5);
    // 30 min, 2 h, 14 h restored; two open for more than two days: S = .8, .6, .4.
    assert_eq!(value("time_to_restore_km_median")["value"], 14.0 * 3600.0);
    assert!((value("maintainability_4h")["value"].as_f64().unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(value("maintainability_4h")["flags"], serde_json::json!(["low_n", "censored"]));
    assert_eq!(value("time_to_restore_restricted_mean")["value"], Value::Null, "none was followed for a week");
}

#[test]
fn fiscal_periods_follow_the_project() {
    let tickets = "id,opened_at,priority\nT1,2026-04-01T00:00:00+02:00,3\nT2,2026-03-31T23:59:59+02:00,3\nT3,2026-11-10T00:00:00Z,3\n";
    let project = project(tickets, "");
    let opened = |period: &str| {
        let found = project.measure(&["tickets_opened", "--period", period]).remove(0);
        (found["period"]["id"].as_str().unwrap().to_string(), found["value"].as_f64().unwrap_or(0.0))
    };
    assert_eq!(opened("FY2027"), ("FY2027".to_string(), 2.0));
    assert_eq!(opened("FY2026-Q4"), ("FY2026-Q4".to_string(), 1.0));
    assert_eq!(opened("last-fiscal-year"), ("FY2026".to_string(), 1.0));
    assert_eq!(opened("2026-H2"), ("2026-H2".to_string(), 1.0));
    assert_eq!(opened("2026-11-10"), ("2026-11-10".to_string(), 1.0));
    let backlog = project.measure(&["ticket_backlog", "--period", "2026-11-10", "--trailing", "2"]);
    assert_eq!(backlog.iter().map(|day| day["value"].as_f64().unwrap()).collect::<Vec<_>>(), [2.0, 3.0]);
}

#[test]
fn what_is_wrong_with_calendars_and_clocks_is_told_with_its_place() {
    let project = Project::new(
        "name = \"A\"\nfiscal_year_start = 13\n[calendars.a]\nhours = { mon = [\"22:00-06:00\"] }\n\
         holidays_from = [\"none.ics\"]\n[calendars.always]\nhours = { mon = [\"08:00-12:00\"] }\n[clocks.respond_within]\n1 = 4\n\
         2 = { within = \"4h\", calendar = \"ofice\" }\n[clocks.restore_within]\nhigh = \"4h\"\n",
    );
    let (_, told) = project.expect(2, &["check"]);
    for expected in [
        "nines.toml:2: `fiscal_year_start`: expected a month from 1 to 12, found 13",
        "nines.toml:3: calendar `a`: holidays_from: cannot read none.ics",
        "nines.toml:6: calendar `always`: the name stands for around the clock",
        "nines.toml:9: `clocks.respond_within`: expected a priority number and a duration such as 4 = \"2d 12h\", found 1 = 4",
        "nines.toml:10: `clocks.respond_within`: unknown calendar `ofice`",
        "nines.toml:12: `clocks.restore_within`: expected a severity number",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}

#[test]
fn an_unknown_ticket_is_a_usage_error() {
    let project = project("id,opened_at,priority\nT1,2026-04-01T00:00:00+02:00,3\n", "");
    let (_, told) = project.expect(2, &["explain", "clock", "T9"]);
    assert!(told.contains("error: unknown ticket `T9`"), "{told}");
    assert!(project.expect(2, &["explain"]).1.contains("Usage"));
}
