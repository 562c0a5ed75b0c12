//! Runs, readings, registers, amounts and weeks of work through the program: what counts, what doesn't, and what isn't known.

use serde_json::Value;

use crate::project::Project;

const TOML: &str = r#"
name = "Rules"
zone = "Europe/Brussels"
as_of = "2026-07-06T06:00:00+02:00"

[[exports]]
files = "exports/*.csv"
"#;

/// A project of these exports, ingested; `more` is written into its file.
fn project(more: &str, exports: &[(&str, &str)]) -> Project {
    let project = Project::new(&format!("{TOML}{more}"));
    for (name, text) in exports {
        project.write(&format!("exports/{name}.csv"), text);
    }
    project.expect(0, &["ingest", "--quiet"]);
    project
}

fn one(project: &Project, metric: &str, period: &str) -> Value {
    project.measure(&[metric, "--period", period]).remove(0)
}

fn values(project: &Project, metric: &str, period: &str, by: &str) -> Vec<(String, Value)> {
    let measures = project.measure(&[metric, "--period", period, "--by", by]);
    let slice = |measure: &Value| measure["dims"][by].as_str().unwrap().to_string();
    measures.iter().map(|measure| (slice(measure), measure["value"].clone())).collect()
}

const RUNS: &str = "id,job,kind,service,scheduled_at,started_at,finished_at,outcome,bytes
1,Load,job,A,2026-07-01T01:00:00Z,2026-07-01T01:10:00Z,2026-07-01T02:00:00Z,successful,
2,Load,job,A,2026-07-02T01:00:00Z,2026-07-02T01:40:00Z,2026-07-02T02:00:00Z,failed,
3,Load,job,A,2026-07-03T01:00:00Z,,,,
4,Load,job,A,2026-07-04T01:00:00Z,2026-07-04T01:00:00Z,2026-07-04T02:00:00Z,odd,
5,Load,job,A,2026-07-06T03:50:00Z,,,,
6,Load,job,A,2026-07-06T03:00:00Z,2026-07-06T03:00:00Z,2026-07-06T05:00:00Z,failed,
7,Load,job,A,2026-07-07T03:00:00Z,,,,
";

#[test]
fn runs_that_never_were_failed_and_succeeded_are_three_things() {
    let project = project("", &[("jobs", RUNS)]);
    let figures = |metric| {
        let measure = one(&project, metric, "2026-07");
        (measure["numerator"].clone(), measure["denominator"].clone(), measure["coverage"].clone())
    };
    // Two runs are still to come by as-of; of one nobody can say how it went.
    assert_eq!(figures("job_success_share"), (1.0.into(), 3.0.into(), 0.75.into()));
    assert_eq!(figures("job_on_time_share"), (2.0.into(), 4.0.into(), 1.0.into()));
    assert_eq!(
        (
            one(&project, "job_runs_missed", "2026-07")["value"].clone(),
            one(&project, "job_runs", "2026-07")["value"].clone()
        ),
        (1.0.into(), 6.0.into())
    );
    // Nobody backs anything up here: no figure, and no zero.
    for metric in ["backup_success_share", "backup_age_max", "backup_older_24h_share", "restore_test_coverage_share"] {
        assert!(one(&project, metric, "2026-07")["value"].is_null(), "{metric}");
    }
}

#[test]
fn a_project_sets_its_own_tolerance() {
    let project = project("\n[jobs]\ntolerance_s = 3600\n", &[("jobs", RUNS)]);
    assert_eq!(one(&project, "job_on_time_share", "2026-07")["numerator"], 3.0);
}

const AMOUNTS: &str = "id,at,kind,service,supplier,category,amount,currency,units
1,2026-05-01T00:00:00+02:00,cost,A,,staff,1000,EUR,100
2,2026-05-01T00:00:00+02:00,cost,A,S,fees,500,USD,100
3,2026-05-01T00:00:00+02:00,cost,B,,staff,70,JPY,
4,2026-05-01T00:00:00+02:00,budget,A,,all,1000,EUR,
5,2026-06-01T00:00:00+02:00,cost,B,,staff,300,EUR,
6,2026-07-01T00:00:00+02:00,budget,A,,all,9000,EUR,
7,2026-05-01T00:00:00+02:00,benchmark,A,,all,600,EUR,50
";

#[test]
fn different_currencies_never_add_up() {
    let bare = project("", &[("finance", AMOUNTS)]);
    let total = one(&bare, "cost_total", "2026");
    assert_eq!((total["value"].clone(), total["coverage"].clone()), (Value::Null, 0.0.into()));

    let rated = project("\n[money]\ncurrency = \"EUR\"\nrates = { USD = 0.5 }\n", &[("finance", AMOUNTS)]);
    let total = one(&rated, "cost_total", "2026");
    assert_eq!((total["value"].clone(), total["coverage"].clone()), (1550.0.into(), 0.75.into()));
    // Only May has both. June is booked and not budgeted, July budgeted and not booked.
    let against = one(&rated, "cost_against_budget", "2026");
    assert_eq!((against["numerator"].clone(), against["denominator"].clone()), (1250.0.into(), 1000.0.into()));
    // 12 a unit elsewhere, 100 units here.
    assert_eq!(one(&rated, "cost_against_benchmark", "2026")["denominator"], 1200.0);
    assert_eq!(one(&rated, "cost_per_unit", "2026")["value"], 12.5);
    // Without tickets there is no cost of one.
    assert!(one(&rated, "cost_per_ticket", "2026")["value"].is_null());

    let all_one = project("", &[("finance", &AMOUNTS.replace("USD", "EUR").replace("JPY", "eur"))]);
    assert_eq!(one(&all_one, "cost_total", "2026")["value"], 1870.0);
}

#[test]
fn the_cost_of_a_ticket_takes_whole_months() {
    // The records begin within April and end within July; a child counts with its parent.
    let tickets = "id,opened_at,status,service,parent
T1,2026-04-10T10:00:00Z,open,A,
T2,2026-05-10T10:00:00Z,open,A,
T3,2026-05-11T10:00:00Z,open,A,T2
T4,2026-05-12T10:00:00Z,open,,
T5,2026-07-02T10:00:00Z,open,A,
";
    let costs = "id,at,kind,service,amount,currency
1,2026-04-01T00:00:00+02:00,cost,A,111,EUR
2,2026-05-01T00:00:00+02:00,cost,A,300,EUR
3,2026-07-01T00:00:00+02:00,cost,A,555,EUR
";
    let project = project("", &[("tickets", tickets), ("finance", costs)]);
    let measure = one(&project, "cost_per_ticket", "2026");
    assert_eq!((measure["numerator"].clone(), measure["denominator"].clone()), (300.0.into(), 2.0.into()));
    let by = values(&project, "cost_per_ticket", "2026", "service");
    assert_eq!(by, [(String::new(), Value::Null), ("A".to_string(), 300.0.into())]);
}

#[test]
fn registers_weigh_what_matters_most_the_most() {
    let register = "id,kind,subject,service,opened_at,due_at,closed_at,impact,likelihood,amount,currency
1,risk,Heat,A,2026-05-01T10:00:00Z,2026-06-01T10:00:00Z,,1,0.5,1000,EUR
2,risk,Cold,A,2026-05-01T10:00:00Z,,2026-06-10T10:00:00Z,5,0.5,1000,EUR
3,deviation,ROAD MAP: cloud,A,2026-05-01T10:00:00Z,2026-09-01T10:00:00Z,,9,,,
4,deviation,Standard: names,B,2026-05-01T10:00:00Z,,2026-04-01T10:00:00Z,2,,,
5,exception,names,A,2026-05-01T10:00:00Z,,,2,,,
6,exception,names,B,2026-05-02T10:00:00Z,,2026-05-20T10:00:00Z,2,,,
7,exception,Standard: names,C,2026-05-03T10:00:00Z,,,2,,,
";
    let project = project("", &[("register", register)]);
    let value = |metric, period| one(&project, metric, period)["value"].clone();
    assert_eq!((value("risk_score_open", "2026-05"), value("risk_score_open", "2026-06")), (3.0.into(), 2.5.into()));
    assert_eq!(
        (value("risk_exposure_open", "2026-05"), value("risk_exposure_open", "2026-06")),
        (1000.0.into(), 500.0.into())
    );
    assert_eq!(
        (value("road_map_deviations_open", "2026-06"), value("approach_deviations_open", "2026-06")),
        (1.0.into(), 2.0.into())
    );
    // An impact outside of the levels has no points.
    assert!(value("road_map_deviations_impact_open", "2026-06").is_null());
    assert_eq!(
        (value("register_entries_overdue", "2026-05"), value("register_entries_overdue", "2026-06")),
        (0.0.into(), 1.0.into())
    );
    // Three exceptions to one standard, however they name it, for some days of May.
    let review = |period| values(&project, "standards_to_review", period, "standard");
    assert_eq!(review("2026-05-10"), [("names".to_string(), 1.0.into())]);
    assert_eq!(review("2026-06"), [("names".to_string(), 0.0.into())]);
}

#[test]
fn the_growth_of_the_team_is_set_against_that_of_its_work() {
    let (mut tickets, mut effort) =
        ("id,opened_at,status,team,service\n".to_string(), "id,at,team,work,hours\n".to_string());
    let monday = chrono::NaiveDate::from_ymd_opt(2026, 4, 6).unwrap();
    for week in 0..12_u64 {
        let day = monday + chrono::Days::new(7 * week);
        // From the ninth week on half as many people again do twice the work.
        let (count, hours) = if week < 8 { (4, 80) } else { (8, 120) };
        for number in 0..count {
            tickets.push_str(&format!("T{week}-{number},{day}T10:00:00Z,open,Desk,A\n"));
        }
        effort.push_str(&format!("E{week},{day}T12:00:00Z,Desk,support,{hours}\n"));
    }
    let project = project("", &[("tickets", &tickets), ("effort", &effort)]);
    let value = |metric| one(&project, metric, "2026-06-01..2026-06-28")["value"].clone();
    assert_eq!((value("tickets_growth_index"), value("fte_growth_index")), (2.0.into(), 1.5.into()));
    assert_eq!((value("fte_growth_against_tickets"), value("fte_mean")), (0.75.into(), 3.0.into()));
    assert_eq!(value("tickets_per_fte").as_f64().map(|value| (value * 3.0).round()), Some(8.0));
}
