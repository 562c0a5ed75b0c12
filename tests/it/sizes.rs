//! A page of an organisation of two hundred services and twenty thousand tickets is no larger than its readers' patience: what
//! is shown is chosen, and the rest is counted.

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use crate::project::Project;

const SERVICES: usize = 200;
const TICKETS: usize = 20_000;
const WEEKS: usize = 26;

/// What the weekly page may take.
const LARGEST: usize = 1_000_000;

/// Monday, 5 January 2026, as days since 1 January.
const FIRST: usize = 4;

/// A moment so many minutes after the first Monday.
fn moment(minutes: usize) -> String {
    let (days, minutes) = (FIRST + minutes / 1440, minutes % 1440);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(days as u64);
    format!("{day}T{:02}:{:02}:00Z", minutes / 60, minutes % 60)
}

/// A number below `most` that is the same for ever.
fn chance(seed: usize, most: usize) -> usize {
    (seed.wrapping_mul(2_654_435_761) >> 7) % most
}

fn services() -> String {
    let mut csv = "service,name,kind,criticality,owner_team,supplier\n".to_owned();
    for service in 0..SERVICES {
        writeln!(csv, "S{service:03},Service {service:03},business,{},Team {},", 1 + service % 3, service % 20)
            .unwrap();
    }
    csv
}

fn outages() -> String {
    let mut csv = "id,service,started_at,ended_at,kind,planned,weight\n".to_owned();
    for outage in 0..SERVICES * 6 {
        let from = chance(outage, WEEKS * 10_080 - 300);
        let (from, to) = (moment(from), moment(from + 5 + chance(outage + 7, 240)));
        writeln!(csv, "O{outage},S{:03},{from},{to},outage,false,1", outage % SERVICES).unwrap();
    }
    csv
}

fn tickets() -> String {
    let mut csv = "id,kind,priority,status,service,team,opened_at,resolved_at,closed_at\n".to_owned();
    for ticket in 0..TICKETS {
        let from = ticket * (WEEKS * 10_080 - 60) / TICKETS;
        let to = from + 30 + chance(ticket, 12_000);
        let ended = if to < WEEKS * 10_080 { moment(to) } else { String::new() };
        let status = if ended.is_empty() { "open" } else { "closed" };
        let (service, team) = (chance(ticket, SERVICES), chance(ticket, 20));
        let (priority, kind) = (1 + ticket % 4, if ticket % 9 == 0 { "request" } else { "incident" });
        writeln!(
            csv,
            "T{ticket},{kind},{priority},{status},S{service:03},Team {team},{},{ended},{ended}",
            moment(from)
        )
        .unwrap();
    }
    csv
}

fn changes() -> String {
    let mut csv = "id,type,status,service,team,requested_at,started_at,ended_at,outcome\n".to_owned();
    for change in 0..SERVICES * 10 {
        let from = chance(change + 3, WEEKS * 10_080 - 4000);
        let (asked, from, to) = (moment(from), moment(from + 1000), moment(from + 1100));
        let outcome = if change % 11 == 0 { "failed" } else { "successful" };
        writeln!(
            csv,
            "C{change},normal,closed,S{:03},Team {},{asked},{from},{to},{outcome}",
            change % SERVICES,
            change % 20
        )
        .unwrap();
    }
    csv
}

#[test]
fn the_weekly_page_of_two_hundred_services_stays_below_a_megabyte() {
    let project = Project::new(
        "name = \"Large\"\nzone = \"UTC\"\nas_of = \"2026-07-06T06:00:00Z\"\nsince = \"2026-01-05\"\nreports = [\"weekly\"]\n\
         [[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    for (name, csv) in
        [("services", services()), ("outages", outages()), ("tickets", tickets()), ("changes", changes())]
    {
        project.write(&format!("exports/{name}.csv"), csv);
    }
    project.ok(&["ingest", "--quiet"]);
    let begun = Instant::now();
    project.ok(&["report", "weekly", "--format", "html,json", "--quiet"]);
    let took = begun.elapsed();
    let page = fs::read_to_string(project.path().join("out/weekly-2026-W27.html")).unwrap();
    println!("{} bytes, rendered in {took:.1?}", page.len());
    // The page is about all of it, or it would be small for nothing.
    let rows = page.matches("<th scope=\"row\">Service ").count() + page.matches("<th scope=\"row\">S").count();
    assert!(rows >= SERVICES, "{rows} rows");
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(project.path().join("out/weekly-2026-W27.json")).unwrap()).unwrap();
    let all = |metric: &str| {
        let measures = json["measures"].as_array().unwrap();
        measures.iter().find(|one| one["metric"] == metric && one["dims"] == serde_json::json!({})).unwrap()["value"]
            .clone()
    };
    assert!(all("tickets_opened").as_f64().unwrap() > 700.0 && all("availability").is_number());
    assert!(page.len() < LARGEST, "{} bytes", page.len());
    // Nothing is open that a reader has not opened: definitions and evidence are folded.
    assert!(page.contains("<details>") && !page.contains("<details open"), "a part is open from the start");
}
