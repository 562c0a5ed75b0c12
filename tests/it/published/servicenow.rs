//! The incident audit log of one company (UCI 498): the figures that its publishers and others found in it.

use std::collections::BTreeMap;
use std::path::Path;

use super::{close, ledger, number};
use crate::project::{Project, Row, real_exports};

const WHOLE_LOG: &str = "incident_event_log.csv.gz";
const RESAVED: &str = "variant_excel_resaved_first5998.csv";

/// All tickets of the log were opened in it.
const SPAN: &str = "2015-01-01..2017-12-31";

fn project(folder: &Path, file: &str) -> Project {
    let path = folder.join(file);
    Project::new(&format!(
        "name  = \"Company of UCI 498\"\nas_of = \"2018-01-01T00:00:00Z\"\n\n[[exports]]\nfiles = '{}'\n",
        path.display()
    ))
}

#[test]
fn the_audit_log_gives_the_published_figures() {
    let Some(folder) = real_exports("servicenow_uci") else { return };
    let project = project(&folder, WHOLE_LOG);
    project.ok(&["ingest"]);

    let files = ledger(&project);
    let read: Vec<(&str, u64)> = files.iter().map(|row| (row["table"].as_str(), number(row, "read"))).collect();
    assert_eq!(read, [("ticket_events", 141_712), ("tickets", 141_712)]);

    let count = |sql: &str| number(&project.query(sql)[0], "n");
    assert_eq!(count("SELECT COUNT(*) AS n FROM tickets"), 24_918);
    assert_eq!(count("SELECT COUNT(DISTINCT id) AS n FROM tickets"), 24_918);
    assert_eq!(count("SELECT COUNT(DISTINCT team) AS n FROM tickets WHERE team IS NOT NULL"), 70);
    assert_eq!(count("SELECT COUNT(*) AS n FROM tickets WHERE team IS NOT NULL"), 22_761, "91.34 % of all");
    let doubtful = project.query("SELECT \"column\", \"count\", examples FROM ledger_findings WHERE \"count\" = 5");
    assert_eq!(doubtful.len(), 1, "{doubtful:?}");
    assert_eq!(doubtful[0]["column"], "incident_state");
    assert!(doubtful[0]["examples"].contains("-100"), "{doubtful:?}");

    let metrics = [
        "tickets_opened",
        "sla_attainment",
        "reassignment_free_share",
        "reopen_rate",
        "time_to_resolve_mean",
        "time_to_resolve_median",
    ];
    let measures = project.measure(&[&metrics[..], &["--period", SPAN]].concat());
    let [opened, sla, unassigned, reopened, mean, median] = &measures[..] else { panic!("{measures:?}") };
    close(&opened["value"], 24_918.0, 0.0);
    assert_eq!((sla["numerator"].as_f64(), sla["denominator"].as_f64()), (Some(15_803.0), Some(24_918.0)));
    close(&sla["value"], 0.6342, 5e-5);
    close(&unassigned["value"], 0.543_74, 5e-6);
    close(&reopened["value"], 1.0 - 0.988_96, 5e-6);
    assert_eq!(mean["n"], 23_362);
    close(&mean["value"], 178.17 * 3_600.0, 0.005 * 3_600.0);
    assert_eq!(median["n"], 23_362);
    close(&median["value"], 22.1 * 3_600.0, 0.05 * 3_600.0);
}

#[test]
fn the_audit_log_again_adds_nothing() {
    let Some(folder) = real_exports("servicenow_uci") else { return };
    let project = project(&folder, WHOLE_LOG);
    project.ok(&["ingest"]);
    let versions = "SELECT COUNT(*) AS n FROM history_tickets";
    let before = project.query(versions);
    let (out, err) = project.expect(0, &["ingest"]);
    assert!(err.contains("Nothing new"), "{out}\n{err}");
    let lines = out.lines().filter(|line| line.contains(WHOLE_LOG));
    let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).collect::<String>();
    let numbers = |line: &str| {
        let cells: Vec<&str> = line.split("  ").filter(|cell| !cell.trim().is_empty()).collect();
        cells[cells.len() - 4..].iter().map(|cell| digits(cell)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(lines.map(numbers).collect::<Vec<_>>(), ["141712 0 0 141712"; 2], "both tables, read to unchanged");
    assert_eq!(project.query(versions), before);
    assert_eq!(ledger(&project).len(), 2);
}

/// Excel wrote the first 5,998 rows anew: other dates, other words for yes and no. A ticket is compared as it stands where
/// both files hold all its rows; of a ticket whose last rows only the whole log has, the versions that both have are
/// compared. Where the rows stood (`_row`) is compared too, so that no row is missing or doubled; what differs on purpose
/// are the names and digests of the files and the moments of ingestion.
#[test]
fn a_log_that_excel_saved_again_gives_the_same_tickets() {
    let Some(folder) = real_exports("servicenow_uci") else { return };
    let (whole, resaved) = (project(&folder, WHOLE_LOG), project(&folder, RESAVED));
    whole.ok(&["ingest"]);
    resaved.ok(&["ingest"]);

    for (table, key) in [("tickets", "id"), ("ticket_events", "ticket")] {
        let versions = format!("SELECT * FROM history_{table} WHERE _row <= 5999 ORDER BY _row");
        let (ours, theirs) = (canonical(&whole.query(&versions)), canonical(&resaved.query(&versions)));
        let rows = |rows: &[Row]| rows.iter().map(|row| row["_row"].clone()).collect::<Vec<_>>();
        let last: u64 = theirs.iter().map(|row| number(row, "_row")).max().unwrap();
        let ours: Vec<Row> = ours.into_iter().filter(|row| number(row, "_row") <= last).collect();
        assert_eq!((theirs.len(), rows(&ours) == rows(&theirs)), (5_998, true), "{table}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{table}");
        }

        let versions_of = |project: &Project| -> BTreeMap<String, String> {
            let sql = format!("SELECT {key} AS key, COUNT(*) AS n FROM history_{table} GROUP BY {key}");
            project.query(&sql).into_iter().map(|row| (row["key"].clone(), row["n"].clone())).collect()
        };
        let (all, few) = (versions_of(&whole), versions_of(&resaved));
        let both: Vec<&String> = few.keys().filter(|id| few.get(*id) == all.get(*id)).collect();
        assert_eq!((few.len(), both.len()), (890, 890), "the first 5,998 rows end with a whole ticket");
    }

    let tickets = |project: &Project| -> BTreeMap<String, Row> {
        let rows = canonical(&project.query("SELECT * FROM tickets"));
        rows.into_iter().map(|row| (row["id"].clone(), row)).collect()
    };
    let (all, few) = (tickets(&whole), tickets(&resaved));
    assert_eq!(few.len(), 890);
    for (id, ticket) in &few {
        assert_eq!(Some(ticket), all.get(id));
    }
}

/// Rows without what says which file they came from, and when.
fn canonical(rows: &[Row]) -> Vec<Row> {
    let of_the_file = ["_file", "_digest", "_ingested_at"];
    rows.iter()
        .map(|row| {
            let kept = row.iter().filter(|(name, _)| !of_the_file.contains(&name.as_str()));
            kept.map(|(name, value)| (name.clone(), value.clone())).collect()
        })
        .collect()
}
