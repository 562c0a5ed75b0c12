//! Agreements through the program: exact boundaries of a ladder, limits to party and priority, and what can't be measured says why.

use crate::project::Project;

const TOML: &str = "name = \"a\"\nzone = \"UTC\"\nas_of = \"2026-06-10T00:00:00Z\"\nsince = \"2026-04-01\"\n\n\
    [calendars.office]\nhours = { mon = [\"09:00-17:00\"], tue = [\"09:00-17:00\"], wed = [\"09:00-17:00\"], thu = [\"09:00-17:00\"], \
    fri = [\"09:00-17:00\"] }\n\n[[exports]]\nfiles = \"exports/*.csv\"\n";
const HEAD: &str = "id,kind,party,service,priority,metric,target,unit,calendar,period,credit_share,amount,currency,valid_from,valid_to\n";

fn project(agreements: &str) -> Project {
    let project = Project::new(TOML);
    project
        .write("exports/services.csv", "service,kind,supplier,depends_on\nMail,business,Netco,\nWeb,business,,Mail\n");
    // Down for 43 minutes and 12 seconds in April, and a second longer in May.
    project.write(
        "exports/outages.csv",
        "id,service,started_at,ended_at,kind,planned,weight\n\
         O1,Mail,2026-04-10T10:00:00Z,2026-04-10T10:43:12Z,outage,false,1\n\
         O2,Mail,2026-05-15T10:00:00Z,2026-05-15T10:44:39Z,outage,false,1\n",
    );
    project.write(
        "exports/incidents.csv",
        "id,service,severity,started_at,detected_at,acknowledged_at,restored_at,team,supplier\n\
         I1,Mail,1,2026-05-15T16:00:00Z,2026-05-15T16:00:00Z,2026-05-18T10:00:00Z,2026-05-18T11:00:00Z,Desk,Netco\n\
         I2,Web,2,2026-05-20T10:00:00Z,2026-05-20T10:00:00Z,2026-05-20T10:10:00Z,2026-05-20T11:00:00Z,Desk,\n",
    );
    project.write("exports/agreements.csv", format!("{HEAD}{agreements}"));
    project.ok(&["ingest", "--quiet"]);
    project
}

fn rows(project: &Project, columns: &str, agreement: &str) -> Vec<Vec<String>> {
    let sql = format!("SELECT {columns} FROM fact_agreement_periods WHERE agreement = '{agreement}' ORDER BY from_at");
    let names: Vec<&str> = columns.split(", ").collect();
    project.query(&sql).iter().map(|row| names.iter().map(|name| row[*name].clone()).collect()).collect()
}

#[test]
fn a_second_too_long_costs_the_credit_of_the_step_and_only_that() {
    // 99.9 % of a month of 30 days allows 2,592 s, of one of 31 days 2,678.4 s; May had 2,679 s.
    let project = project(
        "C/1,contract,Netco,Mail,,availability,99.9,%,,month,0.1,1000,EUR,,\n\
         C/2,contract,Netco,Mail,,availability,99.0,percent,,month,0.25,1000,EUR,,\n",
    );
    let found = rows(&project, "period, status, commitment, credit", "C/1");
    assert_eq!(found[0], ["2026-04", "met", "true", "0.0"]);
    assert_eq!(found[1], ["2026-05", "missed", "true", "100.0"]);
    assert_eq!(found[2][..3], ["2026-06", "running", "true"]);
    let second = rows(&project, "period, status, commitment, credit", "C/2");
    assert_eq!(second[1], ["2026-05", "met", "false", "0.0"]);
    let due = project.measure(&["service_credits_due", "contract_attainment", "--period", "2026-05"]);
    assert_eq!((&due[0]["value"], &due[1]["value"]), (&100.0.into(), &0.0.into()));
    let kept = project.measure(&["contract_attainment", "--period", "2026-04-01..2026-05-31"]);
    assert_eq!((&kept[0]["numerator"], &kept[0]["denominator"]), (&1.0.into(), &2.0.into()));
    // Two misses of three in a row are needed for a repeated one.
    assert_eq!(rows(&project, "period, repeated", "C/1")[1], ["2026-05", "false"]);
}

#[test]
fn an_agreement_counts_on_its_own_calendar_and_for_its_own_rows() {
    let project = project(
        "O1,ola,Desk,,,time_to_acknowledge_median,1,h,,month,,,,,\n\
         O2,ola,Desk,,1,time_to_acknowledge_median,120,min,office,month,,,,,\n\
         C3,contract,Netco,,,time_to_acknowledge_median,7200,,office,month,,,,,\n",
    );
    // Friday 16:00 to Monday 10:00 is 66 hours, and two of them in office hours.
    let hours = |seconds: f64| format!("{:.1}", seconds * 3600.0);
    let both = (66.0 + 1.0 / 6.0) / 2.0;
    let may = |agreement: &str| rows(&project, "actual, n, status", agreement)[0].clone();
    assert_eq!(may("O1"), [hours(both), "2".into(), "missed".into()]);
    assert_eq!(may("O2"), [hours(2.0), "1".into(), "met".into()]);
    assert_eq!(may("C3"), [hours(2.0), "1".into(), "met".into()]);
}

#[test]
fn what_cannot_be_measured_says_why_and_stays_in_the_count() {
    let project = project(
        "A1,sla,Acme,Mail,,uptime,99.9,%,,month,,,,,\n\
         A2,sla,Acme,,,availability,0.99,,,month,,,,,\n\
         A3,sla,Acme,Mail,,availability,99.9,,,month,,,,,\n\
         A4,sla,Acme,Mail,,availability,0.999,,nights,month,,,,,\n\
         A5,sla,Acme,Mail,,availability,0.999,,,fortnight,,,,,\n\
         A6,sla,Acme,Mail,2,availability,0.999,,,month,,,,,\n\
         A7,contract,Netco,,,contract_attainment,0.9,,,month,,,,,\n\
         A8,sla,Acme,Mail,,availability,0.99,,,month,,,,,\n",
    );
    let problems: Vec<(String, String)> = project
        .query("SELECT agreement, problem FROM fact_agreements ORDER BY agreement")
        .into_iter()
        .map(|row| (row["agreement"].clone(), row["problem"].clone()))
        .collect();
    let words = ["uptime", "customer", "percent", "nights", "fortnight", "priority", "itself", ""];
    assert_eq!(problems.len(), words.len());
    for ((agreement, problem), word) in problems.iter().zip(words) {
        assert!(problem.contains(word) && problem.is_empty() == word.is_empty(), "{agreement}: {problem}");
    }
    let count = project.measure(&["agreements_unmeasured", "--period", "2026-05"]);
    assert_eq!(count[0]["value"], 7.0);
    let kept = project.measure(&["agreement_attainment", "--period", "2026-05"]);
    assert_eq!((&kept[0]["value"], &kept[0]["n"]), (&1.0.into(), &1.into()));
    assert_eq!(kept[0]["coverage"], 0.125, "seven that nothing measures lower the coverage");
}
