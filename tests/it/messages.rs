//! What the program says when something is wrong: what, where, and what to do; all of it at once.

use insta::assert_snapshot;

use crate::project::{Project, nines};

const METRIC: &str = r#"title = "A"
meaning = "m"
source = "s"
fact = "changes"
at = "ended_at"
where = "closed"
value = "COUNT(*)"
unit = "count"
better = "lower"
slices = ["service"]
[example]
rows = [{ closed = true }]
expect = { value = 1, n = 1 }
"#;

const FORMULA: &str = r#"title = "A"
meaning = "m"
source = "s"
formula = "OTHER + 1"
unit = "count"
better = "lower"
[example]
inputs = { OTHER = 1 }
expect = { value = 2 }
"#;

fn broken() -> Project {
    let project = Project::new("name = \"T\"\n[[targets]]\nmetric = \"availabilty\"\ntarget = 1\n");
    let metric = |name: &str, text: String| project.write(&format!("queries/metrics/x/{name}.toml"), text);
    metric("wrong_column", METRIC.replace("\"closed\"", "\"closd\""));
    metric("wrong_unit", METRIC.replace("unit = \"count\"", "unit = \"cuont\""));
    metric("bad_expression", METRIC.replace("COUNT(*)", "SUM(ROUND(duration_s, 2))"));
    metric("unknown_key", METRIC.replace("source =", "sorce ="));
    metric("wrong_example", METRIC.replace("value = 1, n = 1", "value = 7"));
    metric("circle_a", FORMULA.replace("OTHER", "circle_b"));
    metric("circle_b", FORMULA.replace("OTHER", "circle_a"));
    project.write(
        "queries/sources/v/m.toml",
        "title = \"M\"\ntable = \"tickets\"\nmatch = [\"Foo\"]\n[columns]\nid = \"Foo\"\nopend_at = \"Bar\"\n",
    );
    project
        .write("reports/other.toml", "title = \"R\"\n[[sections]]\nkind = \"charts\"\nmetrics = [\"availabilty\"]\n");
    project
}

#[test]
fn check_reports_everything_at_once_with_file_line_and_advice() {
    let project = broken();
    let (_, told) = project.expect(2, &["check"]);
    assert_snapshot!(told, @r#"
        error: nines.toml:2: targets: unknown metric `availabilty`
          hint: did you mean `availability`?
        error: queries/metrics/x/bad_expression.toml:7: value: the function ROUND is not portable between engines
          hint: leave rounding to the report
        error: queries/metrics/x/circle_a.toml:4: the metrics go in a circle: circle_a -> circle_b -> circle_a
          hint: compute one of them from the rows of a fact
        error: queries/metrics/x/unknown_key.toml:1: missing key `source`
        error: queries/metrics/x/unknown_key.toml:3: unknown key `sorce`
          hint: did you mean `source`?
        error: queries/metrics/x/wrong_column.toml:6: where: unknown column `closd`
          hint: did you mean `closed`?
        error: queries/metrics/x/wrong_example.toml:11: example: value: expected 7, found 1
          hint: correct the definition or the example's expectation
        error: queries/metrics/x/wrong_unit.toml:8: unit: unknown word `cuont`
          hint: did you mean `count`?
        error: queries/sources/v/m.toml:6: table `tickets` has no column `opend_at`
          hint: did you mean `opened_at`?
        error: reports/other.toml:2: metric `availabilty`: there is none of this name
          hint: did you mean `availability`?
        "#);
}

#[test]
fn run_refuses_to_start_on_wrong_definitions() {
    let project = broken();
    let (out, told) = project.expect(2, &["run"]);
    assert_eq!(out, "");
    assert!(told.contains("nothing was run"), "{told}");
    assert!(!project.path().join("lake").exists() && !project.path().join("out").exists());
}

#[test]
fn a_misspelt_name_gets_the_nearest_right_one() {
    let project = Project::new("name = \"T\"\n");
    let told = |arguments: &[&str]| project.expect(2, arguments).1;
    assert_snapshot!(told(&["measure", "availabilty"]), @r#"
        error: unknown metric `availabilty`
          hint: did you mean `availability`?
        "#);
    assert_snapshot!(told(&["measure", "availability", "--by", "servic"]), @r#"
        error: metric `availability`: cannot be cut by `servic`: expected one of service, supplier, kind, criticality, team
          hint: did you mean `service`?
        "#);
    assert_snapshot!(told(&["measure", "availability", "--period", "2026-W99"]), @r#"
        error: --period: expected one of 2026-W46, 2026-11-05, 2026-11, 2026-Q4, 2026-H2, 2026, FY2026, FY2026-Q3, FY2026-H2, 2026-11-01..2026-11-15, 28d, 28d@2026-11-16, today, yesterday, this-week, last-week (also -month, -quarter, -half, -year, -fiscal-quarter, -fiscal-half, -fiscal-year), found "2026-W99"
          hint: 2026 has 53 weeks: 01 to 53
        "#);
    assert_snapshot!(told(&["report", "wekly"]), @r#"
        error: unknown report `wekly`
          hint: did you mean `weekly`?
        "#);
    assert_snapshot!(told(&["query", "rejecs"]), @r#"
        error: unknown query `rejecs`
          hint: did you mean `rejects`?
        "#);
    assert_snapshot!(told(&["query", "SELECT 1 FROM nope"]), @r#"
        error: query: relation 'nope' was not found
          hint: `nines tables` lists the tables; besides them there are history_TABLE, ledger_files, ledger_rejects, ledger_findings and measures
        "#);
    assert_snapshot!(told(&["ingest", "nothing.csv"]), @"error: no such file: nothing.csv");
}

#[test]
fn a_project_file_is_read_whole_before_it_is_refused() {
    let project = Project::new(
        "name = \"T\"\nzone = \"Europe/Brusels\"\nas_of = \"yesterday\"\n[clocks]\ncalendar = \"offce\"\n[calendars.office]\nhours = { mon = [\"08:00-18:00\"] }\n",
    );
    assert_snapshot!(project.expect(2, &["run"]).1, @r#"
        error: nines.toml:2: `zone`: expected an IANA time zone such as "Europe/Brussels", found "Europe/Brusels"
          hint: did you mean `Europe/Brussels`?
        error: nines.toml:3: `as_of`: expected an instant such as "2026-07-06T06:00:00+02:00", found "yesterday"
        error: nines.toml:5: clocks: unknown calendar `offce`
          hint: did you mean `office`?
        error: 3 definition error(s); nothing was run
        "#);
}

#[test]
fn a_wrong_project_file_hides_nothing_of_what_else_is_wrong() {
    let project = Project::new(
        "name = \"T\"\nzone = \"Europe/Brusels\"\nreports = [\"wekly\"]\n[[exports]]\nfiles = \"*.csv\"\nmapping = \"servicenow/incidnt\"\n[[targets]]\nmetric = \"availabilty\"\ntarget = 1\n",
    );
    let truncated = METRIC.replace("\"COUNT(*)\"", "\"COUNT(*) FILTER (WHERE closed\"");
    project.write("queries/metrics/x/truncated.toml", truncated);
    let (out, told) = project.expect(2, &["check"]);
    assert_eq!((out, project.expect(2, &["run"])), (String::new(), (String::new(), told.clone())));
    assert_snapshot!(told, @r#"
        error: nines.toml:2: `zone`: expected an IANA time zone such as "Europe/Brussels", found "Europe/Brusels"
          hint: did you mean `Europe/Brussels`?
        error: nines.toml:3: reports: unknown report `wekly`
          hint: did you mean `weekly`?
        error: nines.toml:6: exports `*.csv`: unknown mapping `servicenow/incidnt`
          hint: did you mean `servicenow/incident`?
        error: nines.toml:7: targets: unknown metric `availabilty`
          hint: did you mean `availability`?
        error: queries/metrics/x/truncated.toml:7: value: not an SQL expression: expected ), found EOF
          hint: it ends too early: close every parenthesis and CASE, and complete the last comparison
        error: 5 definition error(s); nothing was run
        "#);
    assert!(!project.path().join("lake").exists() && !project.path().join("out").exists());
}

#[test]
fn a_misspelt_word_of_the_command_line_gets_the_nearest_right_one() {
    let project = Project::new("name = \"T\"\n");
    let first = |arguments: &[&str]| {
        let told = project.expect(2, arguments).1;
        told.lines().filter(|line| line.contains("error:") || line.contains("similar")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(first(&["mesure"]), @r#"
        error: unrecognized subcommand 'mesure'
          tip: some similar subcommands exist: 'sources', 'measure'
        "#);
    assert_snapshot!(first(&["measure", "availability", "--format", "jsn"]), @r#"
        error: invalid value 'jsn' for '--format <FORMAT>'
          tip: a similar value exists: 'json'
        "#);
    assert_snapshot!(first(&["measure", "availability", "--perod", "2026"]), @r#"
        error: unexpected argument '--perod' found
          tip: a similar argument exists: '--period'
        "#);
    assert_snapshot!(project.expect(2, &["measure", "availability", "--period", "lastweek"]).1, @r#"
        error: --period: expected one of 2026-W46, 2026-11-05, 2026-11, 2026-Q4, 2026-H2, 2026, FY2026, FY2026-Q3, FY2026-H2, 2026-11-01..2026-11-15, 28d, 28d@2026-11-16, today, yesterday, this-week, last-week (also -month, -quarter, -half, -year, -fiscal-quarter, -fiscal-half, -fiscal-year), found "lastweek"
          hint: did you mean `last-week`?
        "#);
    assert_snapshot!(project.expect(2, &["report", "weekly", "--format", "htm"]).1, @r#"
        error: unknown format `htm`
          hint: did you mean `html`?
        "#);
    assert_snapshot!(project.expect(2, &["query", "SELECT id FROM tickts"]).1, @r#"
        error: query: relation 'tickts' was not found
          hint: did you mean `tickets`? `nines tables` lists the tables; besides them there are history_TABLE, ledger_files, ledger_rejects, ledger_findings and measures
        "#);
    assert_snapshot!(project.expect(2, &["measure", "availability", "--as-of", "yesterday"]).1, @r#"error: --as-of: expected an instant such as 2026-07-06T06:00:00+02:00, found "yesterday""#);
}

#[test]
fn a_missing_project_says_what_to_do() {
    let output = nines().args(["run", "--project", "no-such-folder"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("--project DIR") && told.contains("nines init DIR"), "{told}");
}

#[test]
fn bad_values_are_findings_with_file_row_column_and_value() {
    let project = Project::new("name = \"T\"\n[[exports]]\nfiles = \"*.csv\"\n");
    project.write(
        "outages.csv",
        "id,service,started_at,ended_at,weight\nO1,Mail,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,1\nO2,Mail,soon,2026-01-05T11:00:00Z,1\nO3,Mail,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,heavy\n",
    );
    let (out, told) = project.expect(3, &["ingest"]);
    assert!(out.contains("plain/outages"), "{out}");
    assert!(told.contains("outages.csv: column `weight`") && told.contains("row 4: \"heavy\""), "{told}");
    let rejects = project.query("SELECT \"file\", \"row\", reasons, raw FROM ledger_rejects");
    assert_eq!(rejects.len(), 1);
    assert_eq!((rejects[0]["file"].as_str(), rejects[0]["row"].as_str()), ("outages.csv", "3"));
    assert!(rejects[0]["reasons"].contains("soon") && rejects[0]["raw"].contains("\"id\":\"O2\""), "{rejects:?}");
}
