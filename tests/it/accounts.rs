//! Accounts, their answers and their backlog, on records that were written by hand.

use serde_json::Value;

use crate::project::Project;

const TOML: &str = r#"
name = "Accounts"
zone = "UTC"
as_of = "2026-07-06T06:00:00Z"
since = "2026-06-01"

[[exports]]
files = "exports/*.csv"
"#;

fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new(TOML);
    for (name, text) in files {
        project.write(&format!("exports/{name}.csv"), text);
    }
    project
}

fn figure(project: &Project, metric: &str, slice: Option<(&str, &str)>) -> Value {
    let mut arguments = vec![metric, "--period", "2026-06-29..2026-07-06"];
    arguments.extend(slice.iter().flat_map(|(dimension, _)| ["--by", *dimension]));
    let found = project.measure(&arguments);
    let wanted = |measure: &&Value| slice.is_none_or(|(dimension, value)| measure["dims"][dimension] == value);
    found.iter().find(wanted).unwrap_or_else(|| panic!("{metric} {slice:?}")).clone()
}

const CUSTOMERS: &str =
    "customer,segment,large,units\nBig,retail,true,400\nSmall,public,false,50\nSilent,public,false,\n";

#[test]
fn tickets_by_units_leave_out_accounts_of_unknown_size() {
    let tickets = "id,opened_at,customer,status,parent\n\
        T-1,2026-07-01T10:00:00Z,Big,open,\nT-2,2026-07-02T10:00:00Z,Big,open,\nT-3,2026-07-02T11:00:00Z,Big,open,T-2\n\
        T-4,2026-07-03T10:00:00Z,Silent,open,\nT-5,2026-07-03T11:00:00Z,Unlisted,open,\n";
    let project = project(&[("customers", CUSTOMERS), ("tickets", tickets)]);
    project.run(&["ingest", "--quiet"]);
    let of = |customer| figure(&project, "tickets_per_100_units_30d", Some(("customer", customer)))["value"].as_f64();
    // Five whole days from the first ticket on, the day that still runs left out: two tickets of 400 units are
    // 2 / (400 * 5 / 3000).
    assert_eq!((of("Big"), of("Small")), (Some(3.0), Some(0.0)));
    let all = project.measure(&["tickets_per_100_units_30d", "--period", "2026-06-29..2026-07-06", "--by", "customer"]);
    assert_eq!(all.len(), 2, "{all:?}");
    // Their tickets are counted all the same, and nobody calls an unlisted account small.
    let opened = |slice| figure(&project, "tickets_opened", Some(slice))["value"].as_f64();
    assert_eq!(
        (opened(("customer", "Unlisted")), opened(("large", "false")), opened(("large", ""))),
        (Some(1.0), Some(1.0), Some(1.0))
    );
    assert_eq!(opened(("large", "true")), Some(2.0));
}

#[test]
fn an_incident_hits_those_who_were_promised_the_service_then() {
    let project = project(&[
        ("customers", CUSTOMERS),
        ("services", "service,kind\nMail,business\nShop,business\n"),
        (
            "agreements",
            "id,kind,party,service,metric,target,valid_from,valid_to\n\
             A-1,sla,Big,Mail,availability,0.99,2026-01-01T00:00:00Z,2026-07-02T00:00:00Z\n\
             A-2,sla,Big,Shop,availability,0.99,2026-01-01T00:00:00Z,\n",
        ),
        ("tickets", "id,opened_at,customer,service,status\nT-1,2026-07-01T10:00:00Z,Small,Mail,open\n"),
        (
            "incidents",
            "id,service,started_at,detected_at,major\n\
             I-1,Mail,2026-07-01T09:00:00Z,2026-07-01T09:00:00Z,true\nI-2,Mail,2026-07-03T09:00:00Z,2026-07-03T09:00:00Z,false\n\
             I-3,Shop,2026-07-03T12:00:00Z,2026-07-03T12:00:00Z,\n",
        ),
    ]);
    project.run(&["ingest", "--quiet"]);
    let of = |metric, customer| figure(&project, metric, Some(("customer", customer)))["value"].as_f64();
    assert_eq!((of("customer_incidents", "Big"), of("customer_incidents", "Small")), (Some(2.0), Some(2.0)));
    assert_eq!(
        (of("customer_major_incidents", "Big"), of("customer_major_incidents", "Small")),
        (Some(1.0), Some(1.0))
    );
    assert_eq!(figure(&project, "customer_incidents", None)["value"], 3.0, "each counts once over all");
}

#[test]
fn silence_is_counted_where_it_was_written_down_and_a_garbled_answer_is_none() {
    let surveys = "id,at,subject,ref,customer,question,score,scale_max\n\
        1,2026-07-01T10:00:00Z,service,,Big,Recommend?,9,10\n2,2026-07-01T10:00:00Z,service,,Big,Recommend?,,10\n\
        3,2026-07-01T10:00:00Z,ticket,T-1,Small,Satisfied?,5,5\n4,2026-07-01T10:00:00Z,ticket,T-2,Small,Satisfied?,very,5\n\
        5,2026-07-01T10:00:00Z,supplier,Service owners,,Promises?,7,5\n";
    let tickets = "id,opened_at,resolved_at,status\n\
        T-1,2026-07-01T09:00:00Z,2026-07-01T10:00:00Z,closed\nT-2,2026-07-01T09:00:00Z,2026-07-01T10:00:00Z,closed\n";
    let project = project(&[("surveys", surveys), ("tickets", tickets), ("customers", CUSTOMERS)]);
    project.run(&["ingest", "--quiet"]);
    let rate = |subject| figure(&project, "response_rate", Some(("subject", subject)));
    assert_eq!(rate("service")["value"], 0.5);
    assert_eq!(rate("ticket")["state"], "no_data", "who was asked about tickets is not known");
    assert_eq!(
        figure(&project, "survey_answers", Some(("subject", "ticket")))["value"],
        1.0,
        "the garbled one is rejected"
    );
    assert_eq!(figure(&project, "tickets_answered_share", None)["value"], 0.5);
    let rows = project.query("SELECT id, stakeholder, \"share\", ref FROM fact_surveys ORDER BY id");
    let seen: Vec<[&str; 4]> =
        rows.iter().map(|row| ["id", "stakeholder", "share", "ref"].map(|name| row[name].as_str())).collect();
    assert_eq!(
        seen,
        [["1", "", "0.9", ""], ["2", "", "", ""], ["3", "", "1.0", "T-1"], ["5", "Service owners", "", ""]],
        "seven of five is beyond the scale"
    );
}

#[test]
fn criteria_count_alike_unless_the_project_weighs_them() {
    let surveys = "id,at,subject,ref,question,score,scale_max\n\
        1,2026-07-01T10:00:00Z,alignment,Board,A,5,5\n2,2026-07-01T10:00:00Z,alignment,Board,A,5,5\n\
        3,2026-07-01T10:00:00Z,alignment,Board,A,5,5\n4,2026-07-01T10:00:00Z,alignment,Board,B,1,5\n";
    let plain = project(&[("surveys", surveys)]);
    plain.run(&["ingest", "--quiet"]);
    let measure = figure(&plain, "alignment_mean", None);
    assert_eq!((measure["value"].as_f64(), measure["n"].as_u64()), (Some(0.6), Some(4)));
    plain.write("nines.toml", format!("{TOML}\n[surveys]\nweights = {{ B = 3 }}\n"));
    assert!((figure(&plain, "alignment_mean", None)["value"].as_f64().unwrap() - 0.4).abs() < 1e-12);
    plain.write("nines.toml", format!("{TOML}\n[surveys]\nweights = {{ B = 0 }}\n"));
    assert!(plain.expect(2, &["check"]).1.contains("surveys.weights.B"));
}

#[test]
fn a_forecast_follows_the_seed_of_the_project() {
    let mut items = "id,team,created_at,started_at,finished_at\n".to_string();
    for day in 1..=30 {
        let finished = if day % 3 == 0 { "" } else { "12:00:00Z" };
        let finished = if finished.is_empty() { String::new() } else { format!("2026-06-{day:02}T{finished}") };
        items += &format!("W-{day},Team,2026-06-{day:02}T08:00:00Z,2026-06-{day:02}T09:00:00Z,{finished}\n");
    }
    let project = project(&[("work_items", &items)]);
    project.run(&["ingest", "--quiet"]);
    let days = |project: &Project| {
        ["50", "85", "95"].map(|p| figure(project, &format!("forecast_days_p{p}"), None)["value"].as_f64().unwrap())
    };
    let first = days(&project);
    assert!(first[0] < first[1] && first[1] < first[2] && first[0] >= 10.0, "{first:?}");
    assert_eq!(days(&project), first);
    project.write("nines.toml", format!("{TOML}\n[flow]\nseed = 2\n"));
    let rows = project.query(
        "SELECT seed, items, history_days, history_departed FROM fact_flow_forecasts ORDER BY from_at DESC LIMIT 1",
    );
    let seen: Vec<&str> =
        ["seed", "items", "history_days", "history_departed"].map(|name| rows[0][name].as_str()).to_vec();
    assert_eq!(seen, ["2", "10", "35", "20"]);
}
