//! Figures that differ from what an earlier run reported: late rows, definitions that change, and what was known before.

use serde_json::Value;

use crate::project::Project;

const TOML: &str = r#"
name = "Late"
zone = "UTC"
as_of = "2026-07-06T06:00:00Z"
since = "2026-01-05"

[[exports]]
files = "exports/outages*.csv"

[[exports]]
files = "exports/services.csv"
"#;

const OUTAGES: &str = "id,service,started_at,ended_at,kind,planned,weight\n\
    O-1,Mail,2026-06-30T10:00:00Z,2026-06-30T11:00:00Z,outage,false,1\n\
    O-2,Mail,2026-06-23T10:00:00Z,2026-06-23T10:30:00Z,outage,false,1\n";

/// Two of them were entered late: one in the reported week, one in the week before. The third is long ago.
const LATE: &str = "id,service,started_at,ended_at,kind,planned,weight\n\
    O-3,Web,2026-07-01T10:00:00Z,2026-07-01T12:00:00Z,outage,false,1\n\
    O-4,Web,2026-06-24T10:00:00Z,2026-06-24T10:15:00Z,outage,false,1\n\
    O-5,Web,2026-01-14T10:00:00Z,2026-01-14T10:15:00Z,outage,false,1\n";

fn started() -> Project {
    let project = Project::new(TOML);
    project.write(
        "exports/services.csv",
        "service,kind,criticality,supplier\nMail,business,high,Netco\nWeb,business,high,Netco\n",
    );
    project.write("exports/outages.csv", OUTAGES);
    project.ok(&["run", "--quiet", "--period", "2026-W26"]);
    project.ok(&["run", "--quiet"]);
    project
}

fn report(project: &Project) -> Value {
    let text = std::fs::read_to_string(project.path().join("out/weekly-2026-W27.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn page(project: &Project) -> String {
    std::fs::read_to_string(project.path().join("out/weekly-2026-W27.md")).unwrap()
}

fn find<'v>(list: &'v Value, metric: &str, period: &str, dims: &Value) -> Option<&'v Value> {
    list.as_array()
        .unwrap()
        .iter()
        .find(|one| one["metric"] == metric && one["period"]["id"] == period && one["dims"] == *dims)
}

fn overall() -> Value {
    serde_json::json!({})
}

/// The moment of the last publication, as the program prints it.
fn published_at(project: &Project) -> String {
    let rows = project.query("SELECT MAX(published_at) AS at FROM measures");
    rows[0]["at"].clone()
}

#[test]
fn late_rows_restate_a_published_week_with_both_values_and_the_rows() {
    let project = started();
    let first = report(&project);
    assert!(first["restatements"].as_array().unwrap().is_empty());
    let (before, first_page) = (published_at(&project), page(&project));
    // The same once more is the same bytes, and nothing is published twice.
    project.ok(&["run", "--quiet"]);
    assert_eq!(page(&project), first_page);
    assert_eq!(published_at(&project), before);

    project.write("exports/outages-late.csv", LATE);
    project.ok(&["run", "--quiet"]);
    let second = report(&project);
    let now = find(&second["measures"], "downtime", "2026-W27", &overall()).unwrap();
    assert_eq!(now["value"], 3.0 * 3600.0);
    assert_eq!(now["published"]["value"], 3600.0);
    assert_eq!(now["published"]["redefined"], false);
    assert!(now["flags"].as_array().unwrap().contains(&"restated".into()));

    let restated = find(&second["restatements"], "downtime", "2026-W27", &overall()).unwrap();
    let outages = restated["records"].as_array().unwrap().iter().find(|one| one["table"] == "outages").unwrap();
    // Not O-4 and O-5, which came in the same file and touch other weeks.
    assert_eq!((outages["count"].as_u64(), &outages["ids"]), (Some(1), &serde_json::json!(["O-3"])));
    // The week before, whose figures this page only has as its history.
    let earlier = find(&second["restatements"], "downtime", "2026-W26", &overall()).unwrap();
    assert_eq!((&earlier["published"]["value"], &earlier["value"]), (&1800.0.into(), &2700.0.into()));
    assert_eq!(earlier["records"][0]["ids"], serde_json::json!(["O-4"]));
    // A service that nothing came for is as it was, and the week that was never published has nothing to differ from.
    let list = &second["restatements"];
    let mail = serde_json::json!({ "service": "Mail" });
    assert!(find(list, "downtime", "2026-W27", &mail).is_none());
    assert!(list.as_array().unwrap().iter().all(|one| one["period"]["id"] != "2026-W03"));

    let text = page(&project);
    assert!(text.contains("## Restated since it was published"), "{text}");
    let line = text.lines().find(|line| line.starts_with("| Downtime | 2026-W27")).unwrap();
    let plain: String = line.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    assert!(plain.contains("| 1 h | 3 h | +2 h |") && plain.contains("outages: 1 (O-3)"), "{line}");

    // The same on the command line.
    let asked = ["downtime", "--period", "2026-W27", "--trailing", "2", "--by", "service", "--restated"];
    let listed = project.measure(&asked);
    let found: Vec<(&Value, &Value, &Value)> =
        listed.iter().map(|one| (&one["period"]["id"], &one["published"]["value"], &one["value"])).collect();
    let (w26, w27) = (Value::from("2026-W26"), Value::from("2026-W27"));
    assert_eq!(found, [(&w26, &0.0.into(), &900.0.into()), (&w27, &0.0.into(), &7200.0.into())]);
    let table = project.ok(&[&["measure"], &asked[..]].concat());
    assert!(table.contains("restated") && table.lines().count() == 4, "{table}");

    // What was known at the first run gives its values byte for byte.
    let past = project.ok(&["report", "weekly", "--known-at", &before, "--format", "json", "--out", "-"]);
    let past: Value = serde_json::from_str(&past).unwrap();
    for part in ["measures", "assessments", "history", "restatements"] {
        assert_eq!(past[part].to_string(), first[part].to_string(), "{part}");
    }
    // A third run says the same as the second.
    project.ok(&["run", "--quiet"]);
    assert_eq!(page(&project), text);
}

#[test]
fn rows_that_are_withdrawn_restate_back_and_are_published_again() {
    let project = started();
    let longer = OUTAGES.replace("2026-06-30T11:00:00Z", "2026-06-30T13:00:00Z");
    project.write("exports/outages-b.csv", longer);
    project.ok(&["run", "--quiet"]);
    let value =
        |report: &Value| find(&report["measures"], "downtime", "2026-W27", &overall()).unwrap()["value"].clone();
    assert_eq!(value(&report(&project)), 3.0 * 3600.0);
    // The same records in another order: the bytes of a file that was read already would be passed over.
    let lines: Vec<&str> = OUTAGES.lines().collect();
    project.write("exports/outages-c.csv", format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]));
    project.ok(&["run", "--quiet"]);
    let third = report(&project);
    assert_eq!(value(&third), 3600.0);
    assert!(find(&third["restatements"], "downtime", "2026-W27", &overall()).is_none());
    let sql = "SELECT COUNT(*) AS n FROM measures WHERE metric = 'downtime' AND dims = '{}' AND period = '2026-W27'";
    assert_eq!(project.query(sql)[0]["n"], "3");
}

#[test]
fn a_metric_that_is_defined_otherwise_is_no_restatement() {
    let project = started();
    let shipped = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/metrics/availability/downtime.toml"),
    )
    .unwrap();
    // Still a sum: reports may draw its parts.
    let other = shipped.replace("SUM(unplanned_s)", "SUM(unplanned_s * 2)");
    assert_ne!(other, shipped);
    let other = other.replace("expect = { value = 5400", "expect = { value = 10800");
    project.write("queries/metrics/availability/downtime.toml", other);
    project.ok(&["run", "--quiet"]);
    let second = report(&project);
    let now = find(&second["measures"], "downtime", "2026-W27", &overall()).unwrap();
    assert_eq!((&now["value"], &now["published"]["redefined"]), (&7200.0.into(), &true.into()));
    assert!(!now["flags"].as_array().unwrap().contains(&"restated".into()));
    assert!(page(&project).contains("definition changed"));
}

#[test]
fn a_change_is_split_so_that_the_parts_add_up() {
    let project = started();
    let out = project.ok(&[
        "measure",
        "downtime",
        "availability",
        "--by",
        "service",
        "--contributions",
        "--period",
        "2026-W27",
        "--format",
        "json",
    ]);
    let document: Value = serde_json::from_str(&out).unwrap();
    for one in document["contributions"].as_array().unwrap() {
        let number = |value: &Value| value.as_f64().unwrap();
        let change = number(&one["after"]["value"]) - number(&one["before"]["value"]);
        let parts: f64 = one["parts"].as_array().unwrap().iter().map(|part| number(&part["total"])).sum();
        assert!((parts - change).abs() < 1e-9 && (number(&one["sum"]["total"]) - change).abs() < 1e-9, "{one}");
    }
    // Mail was down for 30 minutes and then for 60; Web never.
    assert_eq!(document["contributions"][0]["parts"][0]["value"], "Mail");
    assert_eq!(document["contributions"][0]["parts"][0]["total"], 1800.0);
    let out =
        project.ok(&["measure", "availability_index", "--contributions", "--period", "2026-W27", "--format", "json"]);
    let index: Value = serde_json::from_str(&out).unwrap();
    let index = &index["contributions"][0];
    let points: f64 = index["parts"].as_array().unwrap().iter().filter_map(|part| part["points"].as_f64()).sum();
    assert_eq!(index["after"]["value"].as_f64(), Some(points));
    project.expect(2, &["measure", "longest_outage", "--by", "service", "--contributions", "--period", "2026-W27"]);
    project.expect(2, &["measure", "downtime", "--contributions", "--period", "2026-W27"]);
}

#[test]
fn a_record_that_comes_late_for_the_week_before_is_told_though_only_this_week_was_run() {
    let project = Project::new(
        "name = \"Old\"\nzone = \"Europe/Brussels\"\nas_of = \"2017-02-27T06:00:00Z\"\nsince = \"2017-01-02\"\n\n[[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    let outages = "id,service,started_at,ended_at,kind,planned,weight\n\
        O-1,Mail,2017-01-30T10:00:00Z,2017-01-30T11:00:00Z,outage,false,1\n\
        O-2,Web,2017-02-20T10:00:00Z,2017-02-20T10:30:00Z,outage,false,1\n";
    project.write("exports/outages.csv", outages);
    project.ok(&["run", "--quiet"]);
    let late = "id,service,started_at,ended_at,kind,planned,weight\n\
        O-9,Web,2017-02-14T10:00:00Z,2017-02-14T12:00:00Z,outage,false,1\n";
    project.write("exports/late.csv", late);
    let told = project.ok(&["run"]);
    assert!(told.contains("from what an earlier run reported; for one: nines measure"), "{told}");
    let page = std::fs::read_to_string(project.path().join("out/weekly-2017-W08.md")).unwrap();
    assert!(page.contains("## Restated since it was published") && page.contains("2017-W07"), "{page}");
    // The console counts what the page counts.
    let count = told.lines().find(|line| line.contains("from what an earlier run")).unwrap();
    let count = count.split(' ').next().unwrap().to_string();
    assert!(page.contains(&format!("**{count}** figures restated")), "{count}: {page}");
    let text = project.ok(&["measure", "downtime", "--period", "2017-W07", "--restated"]);
    assert!(text.contains("Records since") && text.contains("outages: 1 (O-9)"), "{text}");
    // Told again by the next run, and published once.
    project.ok(&["run", "--quiet"]);
    let sql = "SELECT COUNT(*) AS n FROM measures WHERE metric = 'downtime' AND dims = '{}' AND period = '2017-W07' \
        AND report = 'weekly'";
    assert_eq!(project.query(sql)[0]["n"], "1");
    let page = std::fs::read_to_string(project.path().join("out/weekly-2017-W08.md")).unwrap();
    assert!(page.contains("2017-W07"), "{page}");
}
