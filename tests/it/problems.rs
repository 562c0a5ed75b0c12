//! Problems and bugs: which tickets and incidents are linked to them, in all the ways in which that is written down, and what
//! became of releases at the gates before and after production.

use crate::project::{Project, Row};

const HEAD: &str =
    "name = \"p\"\nzone = \"UTC\"\nas_of = \"2026-03-01T00:00:00Z\"\n[[exports]]\nfiles = \"exports/*.csv\"\n";

/// A column of a query's answer.
fn column(rows: &[Row], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].clone()).collect()
}

/// Five tickets and two incidents on two problems and a bug.
fn linked() -> Project {
    let project = Project::new(HEAD);
    project.write(
        "exports/problems.csv",
        "id,kind,service,opened_at,diagnosed_at,workaround_at,fixed_at,closed_at\n\
         P1,problem,A,2026-01-10T00:00:00Z,2026-01-12T00:00:00Z,,2026-01-20T00:00:00Z,2026-01-22T00:00:00Z\n\
         P2,known_error,A,2026-01-10T00:00:00Z,,2026-01-15T00:00:00Z,,\n\
         B1,bug,B,2026-01-05T00:00:00Z,,,,2026-01-01T00:00:00Z\n",
    );
    project.write(
        "exports/tickets.csv",
        "id,kind,service,opened_at,closed_at,status,problem,parent\n\
         T1,incident,A,2026-01-08T00:00:00Z,2026-01-09T00:00:00Z,closed,P1,\n\
         T2,incident,A,2026-01-13T00:00:00Z,2026-01-25T00:00:00Z,closed,,\n\
         T3,request,A,2026-01-14T00:00:00Z,,open,,\n\
         T4,incident,A,2026-02-01T00:00:00Z,,open,,\n\
         T5,incident,A,2026-01-13T01:00:00Z,2026-01-25T00:00:00Z,closed,P1,T2\n",
    );
    project.write(
        "exports/incidents.csv",
        "id,service,ticket,started_at,restored_at,problem\n\
         I1,A,T1,2026-01-08T00:00:00Z,2026-01-08T02:00:00Z,P1\n\
         I2,A,,2026-01-16T00:00:00Z,2026-01-16T02:00:00Z,P1\n",
    );
    project.write(
        "exports/links.csv",
        "from_table,from_id,to_table,to_id,kind\n\
         tickets,T2,problems,P1,caused_by\n\
         problems,P2,tickets,T3,relates_to\n\
         tickets,T4,problems,P1,relates_to\n\
         tickets,T4,problems,GONE,caused_by\n\
         tickets,T3,problems,B1,duplicate_of\n",
    );
    project.ok(&["ingest"]);
    project
}

#[test]
fn a_link_is_found_from_either_end_and_an_incident_is_no_second_ticket() {
    let project = linked();
    let rows = project.query(
        "SELECT problem_id, record, repeat, parent FROM fact_problem_tickets ORDER BY problem_id, opened_at, record",
    );
    assert_eq!(column(&rows, "problem_id"), ["P1", "P1", "P1", "P1", "P1", "P2"]);
    // I1 is T1; nobody has the problem GONE, and a ticket is no duplicate of a bug.
    assert_eq!(column(&rows, "record"), ["T1", "T2", "T5", "I2", "T4", "T3"]);
    assert_eq!(column(&rows, "repeat"), ["false", "false", "false", "false", "true", "false"]);
    let rows = project.query(
        "SELECT id, tickets, incidents, with_incident, repeats, first_ticket_to_opened_s AS before, known_before_tickets AS known, \
         fix_to_tickets_closed_s AS after, ended_at FROM fact_problems ORDER BY id",
    );
    assert_eq!(column(&rows, "id"), ["B1", "P1", "P2"]);
    // T5 is a child: it counts with its parent.
    assert_eq!(column(&rows, "tickets"), ["0", "3", "1"]);
    assert_eq!(column(&rows, "incidents"), ["0", "4", "0"]);
    assert_eq!(column(&rows, "with_incident"), ["false", "true", "false"]);
    assert_eq!(column(&rows, "repeats"), ["0", "1", "0"]);
    assert_eq!(column(&rows, "before"), ["", "172800.0", ""]);
    assert_eq!(column(&rows, "known"), ["", "false", "true"]);
    assert_eq!(column(&rows, "after"), ["", "432000.0", ""]);
    // Closed before it was opened: a data error, and no end.
    assert_eq!(column(&rows, "ended_at")[0], "");
}

#[test]
fn a_known_error_is_known_from_its_diagnosis_and_has_a_way_around_from_then_on() {
    let project = linked();
    let value = |metric: &str, period: &str| project.measure(&[metric, "--period", period])[0]["value"].as_f64();
    let open = |day: &str| (value("known_errors_open", day), value("known_errors_without_workaround", day));
    assert_eq!(open("2026-01-11"), (Some(1.0), Some(1.0)));
    assert_eq!(open("2026-01-13"), (Some(2.0), Some(2.0)));
    assert_eq!(open("2026-01-16"), (Some(2.0), Some(1.0)));
    assert_eq!(open("2026-01-25"), (Some(1.0), Some(0.0)));
    assert_eq!((value("problems_open", "2026-01-16"), value("bugs_open", "2026-02-20")), (Some(2.0), Some(1.0)));
    // T1 came before the cause was known, T2 after it; T4 came when all was over. T5 is a child.
    assert_eq!(value("incidents_with_known_error_share", "2026"), Some(1.0 / 3.0));
    assert_eq!(value("repeat_incidents", "2026"), Some(1.0));
    assert_eq!(value("root_cause_found_30d_share", "2026"), Some(0.5));
}

#[test]
fn without_a_link_nothing_is_known_of_tickets() {
    let project = Project::new(HEAD);
    project.write("exports/problems.csv", "id,kind,service,opened_at\nB1,bug,A,2026-01-10T00:00:00Z\n");
    project.write("exports/tickets.csv", "id,kind,opened_at,status\nT1,incident,2026-01-08T00:00:00Z,open\n");
    project.ok(&["ingest"]);
    let rows = project.query("SELECT tickets, with_incident, diagnosed, diagnosed_in_time FROM fact_problems");
    assert!(rows[0].values().all(String::is_empty), "{rows:?}");
    for metric in ["tickets_with_bug_share", "incidents_with_known_error_share", "root_cause_found_30d_share"] {
        assert!(project.measure(&[metric, "--period", "2026"])[0]["value"].is_null(), "{metric}");
    }
}

#[test]
fn a_shadow_ends_with_its_switch_or_with_what_replaces_it_and_a_stop_raises_a_ticket_in_time() {
    let project = Project::new(HEAD);
    project.write(
        "exports/deployments.csv",
        "id,service,environment,release,started_at,finished_at,outcome,kind,held_at,released_at,shadow_at,switched_at\n\
         D1,A,production,R1,2026-01-10T09:00:00Z,2026-01-10T10:00:00Z,successful,normal,2026-01-09T00:00:00Z,2026-01-10T00:00:00Z,2026-01-10T10:00:00Z,2026-01-10T12:00:00Z\n\
         D2,A,production,R2,2026-01-12T09:00:00Z,2026-01-12T10:00:00Z,successful,normal,,,2026-01-12T10:00:00Z,\n\
         D3,A,production,R3,2026-01-14T09:00:00Z,2026-01-14T10:00:00Z,failed,normal,,,2026-01-14T10:00:00Z,\n\
         D4,A,test,R4,2026-01-15T09:00:00Z,2026-01-15T10:00:00Z,failed,normal,,,,\n\
         D5,A,test,R5,2026-02-28T23:00:00Z,2026-02-28T23:30:00Z,failed,normal,,,,\n",
    );
    project.write(
        "exports/tickets.csv",
        "id,opened_at,status\nT1,2026-01-14T10:59:00Z,open\nT2,2026-01-15T11:01:00Z,open\n",
    );
    project.write(
        "exports/links.csv",
        "from_table,from_id,to_table,to_id,kind\ndeployments,D3,tickets,T1,relates_to\ntickets,T2,deployments,D4,caused_by\n",
    );
    project.ok(&["ingest"]);
    let rows = project.query("SELECT * FROM fact_deployments ORDER BY id");
    assert_eq!(column(&rows, "held"), ["true", "false", "false", "false", "false"]);
    assert_eq!(column(&rows, "held_s"), ["86400.0", "", "", "", ""]);
    assert_eq!(column(&rows, "shadow_observed_s")[..2], ["7200.0", "172800.0"]);
    assert_eq!(column(&rows, "never_switched"), ["false", "true", "false", "", ""]);
    // The hour after the last one is not over.
    assert_eq!(column(&rows, "ticket_raised"), ["", "", "true", "false", ""]);
    let value = |metric: &str| project.measure(&[metric, "--period", "2026"])[0]["value"].as_f64();
    assert_eq!((value("deployments_in_shadow"), value("shadows_never_switched")), (Some(1.0), Some(1.0)));
    // R4 and R5 failed in test, and no later release is live: nobody knows yet how far they get.
    assert_eq!((value("releases_live"), value("releases_under_way")), (Some(2.0), Some(3.0)));
}
