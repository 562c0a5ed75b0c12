//! Nothing is not zero, from the export to every output: no tickets, no requests, no agreed seconds, one row.

use std::path::Path;

use serde_json::Value;

use crate::project::Project;

const TOML: &str = r#"
name = "Nothing"
zone = "UTC"
as_of = "2026-07-06T06:00:00Z"
since = "2026-01-05"

[[exports]]
files = "exports/*.csv"
"#;

/// Every metric of the catalogue for the week, in one answer.
fn everything(project: &Project) -> Vec<Value> {
    let mut ids = Vec::new();
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/metrics")).unwrap() {
        let files = std::fs::read_dir(folder.unwrap().path()).unwrap();
        ids.extend(files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()));
    }
    ids.sort();
    assert!(ids.len() > 50);
    let mut arguments: Vec<&str> = ids.iter().map(String::as_str).collect();
    arguments.extend(["--period", "2026-W27"]);
    project.measure(&arguments)
}

fn honest(measures: &[Value]) {
    for measure in measures {
        assert_eq!(measure["state"] == "value", measure["value"].is_number(), "{measure}");
        if measure["denominator"] == 0.0 {
            assert!(measure["value"].is_null(), "{measure}");
        }
        if measure["unit"] == "share" && measure["value"].is_number() {
            assert!(measure["n"].as_u64().unwrap() > 0, "{measure}");
        }
    }
}

fn outputs(project: &Project) {
    project.ok(&["run", "--quiet"]);
    for ending in ["html", "md", "json"] {
        let text = std::fs::read_to_string(project.path().join(format!("out/weekly-2026-W27.{ending}"))).unwrap();
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let wrong: Vec<&str> = words.filter(|word| ["NaN", "inf", "Infinity"].contains(word)).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {ending}");
    }
}

#[test]
fn no_rows_at_all_give_no_figure_at_all() {
    let project = Project::new(TOML);
    project.run(&["run", "--quiet"]);
    let measures = everything(&project);
    honest(&measures);
    assert!(measures.iter().all(|measure| measure["value"].is_null()));
}

#[test]
fn a_service_without_an_agreed_second_has_no_availability() {
    let project = Project::new(TOML);
    project.write("exports/services.csv", "service,kind,criticality,supplier\nMail,business,high,Netco\n");
    // Announced maintenance for the whole week and more: nothing was agreed.
    project.write(
        "exports/maintenance.csv",
        "id,service,started_at,ended_at,announced_at\nM-1,Mail,2026-06-20T00:00:00Z,2026-07-20T00:00:00Z,2026-06-01T00:00:00Z\n",
    );
    project.write(
        "exports/outages.csv",
        "id,service,started_at,ended_at,kind,planned,weight\nO-1,Mail,2026-07-01T10:00:00Z,2026-07-01T11:00:00Z,outage,false,1\n",
    );
    outputs(&project);
    let measures = everything(&project);
    honest(&measures);
    let availability = measures.iter().find(|measure| measure["metric"] == "availability").unwrap();
    assert!(availability["value"].is_null(), "{availability}");
}

#[test]
fn one_ticket_is_one_ticket_and_says_how_little_that_is() {
    let project = Project::new(TOML);
    project.write(
        "exports/tickets.csv",
        "id,opened_at,resolved_at,status,priority,team\nT-1,2026-07-01T10:00:00Z,2026-07-01T12:00:00Z,closed,1,Desk\n",
    );
    outputs(&project);
    let measures = everything(&project);
    honest(&measures);
    let find = |id: &str| measures.iter().find(|measure| measure["metric"] == id).unwrap();
    assert_eq!(find("tickets_opened")["value"], 1.0);
    assert_eq!(find("ticket_backlog")["value"], 0.0);
    // Nothing that no record speaks of.
    for id in ["change_failure_rate", "availability", "mtbf", "time_to_restore_median"] {
        assert!(find(id)["value"].is_null(), "{id}");
    }
    for measure in measures.iter().filter(|measure| measure["unit"] == "share" && measure["value"].is_number()) {
        let few = measure["flags"].as_array().unwrap().contains(&"low_n".into());
        assert!(few || measure["lower"].is_null(), "{measure}");
    }
}
