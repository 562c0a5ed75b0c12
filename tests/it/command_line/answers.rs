//! What `query` and `measure` answer, in each format.

use std::fs::File;

use polars::prelude::*;
use serde_json::Value;

use crate::project::{Project, rows};

fn services() -> Project {
    let project = Project::new("name = \"T\"\nas_of = \"2026-02-02T00:00:00Z\"\n[[exports]]\nfiles = \"*.csv\"\n");
    project.write(
        "tickets.csv",
        "id,opened_at,resolved_at,priority,service,title\n\
         T1,2026-01-05T10:00:00Z,2026-01-05T12:00:00Z,1,Mail,\"quoted, \"\"text\"\"\"\n\
         T2,2026-01-06T10:00:00Z,,2,Mail,O'Neill\n\
         T3,2026-01-07T10:00:00Z,2026-01-07T10:30:00Z,2,Web,\n",
    );
    project.expect(0, &["ingest"]);
    project
}

const SQL: &str = "SELECT id, opened_at, resolved_at, priority, title FROM tickets ORDER BY id";

#[test]
fn a_query_answers_the_same_in_every_format() {
    let project = services();
    let table = project.ok(&["query", SQL]);
    assert!(table.lines().count() == 5 && table.contains("2026-01-05T10:00:00Z"), "{table}");

    let csv = rows(&project.ok(&["query", SQL, "--format", "csv"]));
    assert_eq!((csv.len(), csv[0]["title"].as_str()), (3, "quoted, \"text\""));
    assert_eq!((csv[1]["resolved_at"].as_str(), csv[2]["priority"].as_str()), ("", "2"));

    let json: Vec<Value> = serde_json::from_str(&project.ok(&["query", SQL, "--format", "json"])).unwrap();
    assert_eq!(json[1]["resolved_at"], Value::Null);
    assert_eq!((&json[0]["priority"], &json[0]["opened_at"]), (&1.into(), &"2026-01-05T10:00:00Z".into()));

    let file = project.path().join("answer.parquet");
    assert_eq!(project.ok(&["query", SQL, "--format", "parquet", "--output", file.to_str().unwrap()]), "");
    let piped = project.run(&["query", SQL, "--format", "parquet"]).stdout;
    assert_eq!(std::fs::read(&file).unwrap(), piped);
    let frame = ParquetReader::new(File::open(&file).unwrap()).finish().unwrap();
    assert_eq!(frame.get_column_names(), ["id", "opened_at", "resolved_at", "priority", "title"]);
    let opened = frame.column("opened_at").unwrap().cast(&DataType::Int64).unwrap();
    assert_eq!(opened.i64().unwrap().get(0), Some(1_767_607_200_000_000));
    assert_eq!(frame.column("resolved_at").unwrap().null_count(), 1);
    assert_eq!(frame.column("title").unwrap().str().unwrap().get(1), Some("O'Neill"));
}

#[test]
fn parameters_are_values_and_never_sql() {
    let project = services();
    let ask = |sql: &str, parameters: &[&str]| {
        let mut arguments = vec!["query", sql, "--format", "csv"];
        arguments.extend(parameters.iter().flat_map(|parameter| ["--param", *parameter]));
        rows(&project.ok(&arguments)).iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    let by_priority = "SELECT id FROM tickets WHERE priority = :p AND service = :place ORDER BY id";
    assert_eq!(ask(by_priority, &["p=2", "place=Web"]), ["T3"]);
    assert_eq!(ask("SELECT id FROM tickets WHERE title = :t", &["t=O'Neill"]), ["T2"]);
    assert_eq!(ask("SELECT id FROM tickets WHERE title = :t", &["t=' OR 1=1 --"]), [""; 0]);
    let (_, told) = project.expect(2, &["query", by_priority, "--param", "p=2"]);
    assert!(told.contains("`:place`") && told.contains("--param place=VALUE"), "{told}");
    let (_, told) = project.expect(2, &["query", "SELECT 1 AS one", "--param", "p=2"]);
    assert!(told.contains("no `:p`"), "{told}");
}

#[test]
fn queries_come_from_names_and_files_too() {
    let project = services();
    project.write("queries/analyses/mine.sql", "SELECT id FROM tickets\nWHERE priority = :p");
    project.write("other.sql", "SELECT COUNT(*) AS id FROM tickets");
    let one = project.ok(&["query", "mine", "--param", "p=1", "--format", "csv"]);
    assert_eq!(one, "id\nT1\n");
    let file = project.path().join("other.sql");
    assert_eq!(project.ok(&["query", "--file", file.to_str().unwrap(), "--format", "csv"]), "id\n3\n");
}

#[test]
fn a_condition_narrows_the_rows_of_every_metric() {
    let project = Project::demo(300, 8);
    project.expect(0, &["ingest", "--quiet"]);
    let span = ["--period", "56d"];
    let ask = |more: &[&str]| project.measure(&[&["tickets_opened", "sla_attainment"], &span[..], more].concat());
    let sliced = ask(&["--by", "priority"]);
    for priority in ["2", "3"] {
        let narrowed = ask(&["--where", &format!("priority = {priority}")]);
        for metric in ["tickets_opened", "sla_attainment"] {
            let is = |measure: &&Value| measure["metric"] == metric;
            let slice = sliced.iter().filter(is).find(|measure| measure["dims"]["priority"] == priority).unwrap();
            let narrow = narrowed.iter().find(is).unwrap();
            for key in ["value", "numerator", "denominator", "n", "lower", "upper"] {
                assert_eq!(slice[key], narrow[key], "{metric} {priority} {key}");
            }
        }
    }
    let (_, told) = project.expect(2, &["measure", "tickets_opened", "--where", "prioritty = 1"]);
    assert!(told.contains("no column `prioritty`") && told.contains("did you mean `priority`?"), "{told}");
    let (_, told) = project.expect(2, &["measure", "tickets_opened", "--where", "priority ="]);
    assert!(told.contains("--where") && told.contains("hint:"), "{told}");
    project.expect(2, &["measure", "rasm_index", "--where", "no_such = 1"]);
}

#[test]
fn the_json_of_measure_is_a_contract() {
    let project = services();
    let text = std::fs::read_to_string(project.path().join("nines.toml")).unwrap();
    project.write("nines.toml", text + "[[targets]]\nmetric = \"availability\"\ntarget = 0.999\n");
    let arguments =
        ["measure", "sla_attainment", "tickets_opened", "availability", "rasm_index", "--period", "2026-W02"];
    let document: Value = serde_json::from_str(&project.ok(&[&arguments[..], &["--format", "json"]].concat())).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), ["as_of", "known_at", "measures"]);
    assert_eq!((&document["as_of"], &document["known_at"]), (&"2026-02-02T00:00:00Z".into(), &Value::Null));
    let measures = document["measures"].as_array().unwrap();
    assert_eq!(measures.len(), 4);
    let promised =
        "metric unit better period dims value numerator denominator n lower upper coverage flags target status";
    for measure in measures {
        let found = keys(measure);
        for key in promised.split(' ') {
            assert!(found.iter().any(|name| name == key), "{key} is missing in {measure}");
        }
        let period =
            serde_json::json!({ "id": "2026-W02", "start": "2026-01-05T00:00:00Z", "end": "2026-01-12T00:00:00Z" });
        assert_eq!(measure["period"], period);
        assert!(measure["dims"].is_object() && measure["flags"].is_array() && measure["n"].is_u64());
    }
    let opened = measures.iter().find(|measure| measure["metric"] == "tickets_opened").unwrap();
    assert_eq!(
        (opened["value"].as_f64(), opened["n"].as_u64(), &opened["unit"]),
        (Some(3.0), Some(3), &"count".into())
    );
    let nothing = measures.iter().find(|measure| measure["metric"] == "availability").unwrap();
    assert_eq!((&nothing["value"], &nothing["status"]), (&Value::Null, &"no_data".into()));
}

#[test]
fn the_csv_of_measure_holds_what_its_json_holds() {
    let project = services();
    let arguments = ["tickets_opened", "--by", "service", "--period", "2026-W02"];
    let json = project.measure(&arguments);
    let csv = rows(&project.ok(&[&["measure"], &arguments[..], &["--format", "csv"]].concat()));
    assert_eq!((json.len(), csv.len()), (2, 2));
    for (json, csv) in json.iter().zip(&csv) {
        assert_eq!(json["value"].as_f64(), csv["value"].parse().ok());
        assert_eq!(format!("service={}", json["dims"]["service"].as_str().unwrap()), csv["slice"]);
    }
}

#[test]
fn measure_has_a_column_for_each_dimension_as_asked_and_none_that_is_empty() {
    let project = Project::new("name = \"T\"\nas_of = \"2017-03-06T06:00:00Z\"\n[[exports]]\nfiles = \"*.csv\"\n");
    project.write(
        "tickets.csv",
        "id,opened_at,resolved_at,service,priority,team\n\
         T-1,2017-02-01T10:00:00Z,2017-02-03T10:00:00Z,Mail,1,Desk\n\
         T-2,2017-02-02T10:00:00Z,,Web,2,Network\n\
         T-3,2017-03-01T10:00:00Z,,Web,2,Desk\n",
    );
    project.ok(&["ingest"]);
    let ask = |more: &[&str]| {
        let text = project.ok(&[&["measure", "ticket_backlog", "--period", "2017-W09"], more].concat());
        text.lines().map(str::to_string).collect::<Vec<_>>()
    };
    let words = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let lines = ask(&["--by", "team,service"]);
    assert_eq!(words(&lines[0])[..4], ["Metric", "team", "service", "Period"]);
    assert!(!lines[0].contains("Flags") && !lines[0].contains("Coverage") && !lines[0].contains("Slice"), "{lines:?}");
    assert!(
        lines.iter().any(|line| words(line).get(1..3).is_some_and(|slice| slice == ["Network", "Web"])),
        "{lines:?}"
    );
    // A service of which no row was asked about is not in the table.
    let lines = ask(&["--by", "service", "--where", "priority = 2"]);
    assert!(
        lines.iter().any(|line| line.contains("Web")) && !lines.iter().any(|line| line.contains("Mail")),
        "{lines:?}"
    );
}
