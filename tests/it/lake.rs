//! What the lake promises: each content of each record once, every version kept, the same rows for every reader.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::project::{Project, Row};

const TOML: &str = "name = \"Versions\"\nas_of = \"2026-03-01T00:00:00Z\"\n\n[[exports]]\nfiles = \"exports/*.csv\"\n";

/// A project whose export is one table in its canonical columns.
fn project(export: &str, text: &str) -> Project {
    let project = Project::new(TOML);
    project.write(&format!("exports/{export}"), text);
    project
}

/// Read, accepted, rejected and unchanged of the last ingestion, as its table on stdout says.
fn counts(out: &str) -> Vec<u64> {
    let line = out.lines().find(|line| line.contains("exports/")).expect("a line for the file");
    let words: Vec<&str> = line.split_whitespace().collect();
    words[words.len() - 4..].iter().map(|word| word.parse().expect("a number")).collect()
}

/// The newest version number of a Delta table: the highest commit in its log.
fn version(project: &Project, table: &str) -> usize {
    let log = std::fs::read_dir(project.path().join("lake").join(table).join("_delta_log")).expect("a log");
    log.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|e| e == "json"))).count()
}

fn column(rows: &[Row], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].clone()).collect()
}

const TICKETS: &str = "id,title,status,opened_at,updated_at\n\
    T1,Printer,Open,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z\n\
    T2,Mail,Open,2026-01-05T09:00:00Z,2026-01-05T09:00:00Z\n";

#[test]
fn the_same_file_twice_changes_nothing_and_says_so() {
    let project = project("tickets.csv", TICKETS);
    let (out, _) = project.expect(0, &["ingest"]);
    assert_eq!(counts(&out), [2, 2, 0, 0]);
    let tables = ["tickets", "ledger/files"];
    let before = tables.map(|table| version(&project, table));

    let (out, err) = project.expect(0, &["ingest"]);
    assert_eq!(counts(&out), [2, 0, 0, 2]);
    assert!(err.contains("Nothing new"), "{err}");
    assert_eq!(tables.map(|table| version(&project, table)), before);

    // The same content under another name is no news either.
    project.write("exports/tickets_copy.csv", TICKETS);
    let (_, err) = project.expect(0, &["ingest"]);
    assert!(err.contains("Nothing new"), "{err}");
    assert_eq!(tables.map(|table| version(&project, table)), before);
}

#[test]
fn what_a_record_became_after_as_of_has_not_happened() {
    let project = Project::new(
        "name = \"L\"\nzone = \"UTC\"\nas_of = \"2026-05-01T00:00:00Z\"\n[[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    // T1 is resolved late and comes back; of T2 there is only what it is now.
    project.write(
        "exports/tickets.csv",
        "id,opened_at,resolved_at,updated_at,team,reopens,sla_met\n\
         T1,2026-03-01T08:00:00Z,2026-03-20T08:00:00Z,2026-03-20T08:00:00Z,Desk,0,true\n\
         T1,2026-03-01T08:00:00Z,,2026-04-02T08:00:00Z,Network,1,false\n\
         T2,2026-03-02T08:00:00Z,2026-04-20T08:00:00Z,2026-04-20T08:00:00Z,Desk,0,false\n",
    );
    project.ok(&["ingest"]);
    let at = |as_of: &str| {
        let question = [
            "ticket_backlog",
            "tickets_resolved",
            "sla_attainment",
            "--by",
            "team",
            "--period",
            "2026-03",
            "--as-of",
            as_of,
        ];
        let found = project.measure(&question);
        let value = |metric: &str, team: &str| {
            let is = |one: &&serde_json::Value| one["metric"] == metric && one["dims"]["team"] == team;
            found.iter().find(is).and_then(|one| one["value"].as_f64())
        };
        (
            value("tickets_resolved", "Desk"),
            value("ticket_backlog", "Desk"),
            value("sla_attainment", "Desk"),
            value("ticket_backlog", "Network"),
        )
    };
    assert_eq!(at("2026-04-01T00:00:00Z"), (Some(1.0), Some(1.0), Some(0.5), None));
    // By then nothing is known to have been resolved before April.
    assert_eq!(at("2026-05-01T00:00:00Z"), (None, Some(1.0), Some(0.0), Some(1.0)));
    // SQL shows the newest version of each record, whatever the figures' "now" is.
    assert_eq!(column(&project.query("SELECT team FROM tickets ORDER BY id"), "team"), ["Network", "Desk"]);
}

#[test]
fn a_changed_record_is_a_new_version_and_what_was_known_before_stays_answerable() {
    let project = project("tickets.csv", TICKETS);
    project.ok(&["ingest"]);
    sleep(Duration::from_millis(20));
    let changed = "T1,Printer,Resolved,2026-01-05T08:00:00Z,2026-01-06T08:00:00Z\n";
    project.write("exports/tickets.csv", format!("{TICKETS}{changed}"));
    let (out, _) = project.expect(0, &["ingest"]);
    assert_eq!(counts(&out), [3, 1, 0, 2]);

    let now = project.query("SELECT id, status FROM tickets ORDER BY id");
    assert_eq!(column(&now, "status"), ["Resolved", "Open"]);
    let sql = "SELECT status, _ingested_at, _row, _file FROM history_tickets WHERE id = 'T1' ORDER BY _ingested_at";
    let history = project.query(sql);
    assert_eq!(column(&history, "status"), ["Open", "Resolved"]);
    assert_eq!(column(&history, "_row"), ["2", "4"]);
    let [first, second] = &column(&history, "_ingested_at")[..] else { panic!("{history:?}") };
    assert!(first < second);

    let known = |at: &str| {
        let rows = ["query", "SELECT id, status FROM tickets ORDER BY id", "--format", "csv", "--known-at", at];
        column(&crate::project::rows(&project.ok(&rows)), "status")
    };
    assert_eq!(known(first), ["Open", "Open"]);
    assert_eq!(known(second), ["Resolved", "Open"]);
    assert!(known("2026-01-01T00:00:00Z").is_empty());
    let backlog = |arguments: &[&str]| {
        let question = ["ticket_backlog", "--period", "2026-02"];
        project.measure(&[&question, arguments].concat())[0]["value"].as_f64()
    };
    // Neither version says when it was resolved: the count is the same, and both answers are given.
    assert_eq!((backlog(&[]), backlog(&["--known-at", first])), (Some(2.0), Some(2.0)));
}

#[test]
fn a_record_without_a_date_that_returns_to_an_earlier_content_is_current_again() {
    let services = |owner: &str, other: &str| format!("service,owner_team\nPayments,{owner}\nMail,{other}\n");
    let project = project("services.csv", &services("Red", "One"));
    let owner = || column(&project.query("SELECT owner_team FROM services WHERE service = 'Payments'"), "owner_team");
    project.ok(&["ingest"]);
    let steps = [
        // The record returns while another one changes, so that the file as a whole is new ...
        (services("Blue", "One"), "Blue", [2, 1, 0, 1]),
        (services("Red", "Two"), "Red", [2, 2, 0, 0]),
        (services("Blue", "Two"), "Blue", [2, 1, 0, 1]),
        // ... and the file as a whole returns to what it was.
        (services("Red", "Two"), "Red", [2, 1, 0, 1]),
        (services("Blue", "Two"), "Blue", [2, 1, 0, 1]),
    ];
    for (text, expected, numbers) in steps {
        sleep(Duration::from_millis(5));
        project.write("exports/services.csv", &text);
        let (out, _) = project.expect(0, &["ingest"]);
        assert_eq!((owner(), counts(&out)), (vec![expected.to_string()], numbers.to_vec()), "{text}");
        let (_, err) = project.expect(0, &["ingest"]);
        assert!(err.contains("Nothing new"), "{err}");
    }
    let history =
        project.query("SELECT owner_team FROM history_services WHERE service = 'Payments' ORDER BY _ingested_at");
    assert_eq!(column(&history, "owner_team"), ["Red", "Blue", "Red", "Blue", "Red", "Blue"]);
}

/// How often two processes are started against each other, and how many tickets they both read.
const DUELS: usize = 6;
const DUEL_TICKETS: u32 = 300;

#[test]
fn two_processes_that_ingest_at_once_leave_each_version_once() {
    let undisturbed = Project::demo(DUEL_TICKETS, 6);
    undisturbed.ok(&["ingest"]);
    let expected = crate::killed::content(&undisturbed);
    for _ in 0..DUELS {
        let project = Project::demo(DUEL_TICKETS, 6);
        let start = || -> Child {
            project.command(&["ingest"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        };
        for process in [start(), start()] {
            let output = process.wait_with_output().expect("it ends");
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{:?}\n{text}", output.status.code());
        }
        let found = crate::killed::content(&project);
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (table, rows) in &expected {
            assert_eq!(&found[table], rows, "{table}");
        }
    }
}

/// Prints, for each table of the lake in the folder that is given, its number of rows, the sum of `_row`, the number of
/// distinct hashes, and for tickets every id with its opening and row.
const OTHER_READER: &str = r#"
import json, pathlib, sys
from deltalake import DeltaTable, QueryBuilder
answer = {}
for log in sorted(pathlib.Path(sys.argv[1]).glob("*/_delta_log")):
    name = log.parent.name
    table = QueryBuilder().register("t", DeltaTable(str(log.parent)))
    ask = lambda sql: [list(map(str, column.to_pylist())) for column in table.execute(sql).read_all().columns]
    if "_hash" not in {field.name for field in DeltaTable(str(log.parent)).schema().fields}:
        continue
    answer[name] = ask("SELECT COUNT(*), SUM(_row), COUNT(DISTINCT _hash) FROM t")
    if name == "tickets":
        answer["each ticket"] = ask("SELECT id, CAST(opened_at AS BIGINT), _row FROM t ORDER BY _row")
print(json.dumps(answer))
"#;

#[test]
fn another_reader_of_delta_tables_sees_the_same_rows() {
    let there = Command::new("python3").args(["-c", "import deltalake"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        crate::project::skip("python3 with the package deltalake is not there");
        return;
    }
    let project = Project::demo(300, 6);
    project.ok(&["run"]);
    let output = Command::new("python3").args(["-c", OTHER_READER]).arg(project.path().join("lake")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();

    let ours = |sql: &str| -> Value {
        let text = project.ok(&["query", sql, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let width = rows.first().map_or(0, csv::StringRecord::len);
        (0..width).map(|column| rows.iter().map(|row| Value::from(&row[column])).collect::<Value>()).collect()
    };
    let tables: Vec<&String> = theirs.keys().filter(|name| *name != "each ticket").collect();
    assert_eq!(tables.len(), 23, "{tables:?}");
    for table in tables {
        let sql = format!("SELECT COUNT(*) AS a, SUM(_row) AS b, COUNT(DISTINCT _hash) AS c FROM history_{table}");
        assert_eq!(theirs.get(table), Some(&ours(&sql)), "{table}");
    }
    let each = ours("SELECT id, CAST(opened_at AS BIGINT) AS b, _row FROM history_tickets ORDER BY _row");
    assert!(each[0].as_array().unwrap().len() >= 300);
    assert_eq!(theirs["each ticket"], each);
}

#[test]
fn a_table_from_before_a_column_was_declared_gets_it() {
    let project = project("teams_1.csv", "team,name,tier\nDesk,Service Desk,1\n");
    project.write(
        "queries/tables/teams.toml",
        "title='Teams'\nmeaning='A team'\nkey=['team']\n[columns]\nteam={ kind='text', required=true, meaning='n' }\n\
         name={ kind='text', meaning='n' }\ntier={ kind='integer', meaning='n' }\n",
    );
    project.ok(&["ingest"]);
    std::fs::remove_file(project.path().join("queries/tables/teams.toml")).unwrap();
    project.write("exports/teams_2.csv", "team,name,tier,style,valid_from\nNet,Network,2,kanban,2026-01-01\n");
    project.ok(&["ingest"]);
    let rows = project.query("SELECT team, style, valid_from FROM history_teams ORDER BY team");
    assert_eq!(column(&rows, "team"), ["Desk", "Net"]);
    assert_eq!(column(&rows, "style"), ["", "kanban"]);
    assert_eq!(column(&rows, "valid_from"), ["", "2026-01-01T00:00:00Z"]);
    let log = project.path().join("lake/teams/_delta_log/00000000000000000002.json");
    assert!(std::fs::read_to_string(log).unwrap().contains("wip_limit"), "the log names the new columns");
}
