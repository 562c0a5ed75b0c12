//! What a stranger who reads the figures may rely on: silence is not praised, every row of a fact is accounted for, tables show
//! what was asked for, and a record that comes late is told.

use std::collections::BTreeMap;

use nines::arithmetic::local_time::from_rfc3339;
use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::metric::{Definition, Time};
use serde_json::Value;

use crate::project::{Project, Row};

const TOML: &str = r#"
name = "Old"
zone = "Europe/Brussels"
as_of = "2017-03-06T06:00:00Z"
since = "2017-01-02"

[[exports]]
files = "exports/*.csv"

[[targets]]
metric = "availability"
target = 0.9
"#;

const OUTAGES: &str = "id,service,started_at,ended_at,kind,planned,weight\n\
    O-1,Mail,2017-01-30T10:00:00Z,2017-01-30T11:00:00Z,outage,false,1\n\
    O-2,Web,2017-02-20T10:00:00Z,2017-02-20T10:30:00Z,outage,false,1\n";

const TICKETS: &str = "id,opened_at,resolved_at,service,priority,kind,team,status\n\
    T-1,2017-02-01T10:00:00Z,2017-02-03T10:00:00Z,Mail,1,incident,Desk,closed\n\
    T-2,2017-02-02T10:00:00Z,,Web,2,incident,Network,open\n\
    T-3,2017-03-01T10:00:00Z,,Web,2,incident,Desk,open\n";

fn verdict(project: &Project, week: &str) -> String {
    let page = std::fs::read_to_string(project.path().join(format!("out/weekly-{week}.md"))).unwrap();
    page.lines().find(|line| line.starts_with('>')).unwrap().to_string()
}

#[test]
fn a_week_after_the_newest_record_is_not_praised() {
    let project = Project::new(TOML);
    project.write("exports/outages.csv", OUTAGES);
    project.write(
        "exports/services.csv",
        "service,kind,criticality,supplier\nMail,business,high,A\nWeb,business,high,A\n",
    );
    let (_, told) = project.expect(0, &["run"]);
    assert!(told.contains("nothing newer than 20 February 2017 is loaded"), "{told}");
    assert!(told.contains("--as-of 2017-02-21T00:00:00+01:00"), "{told}");
    let words = verdict(&project, "2017-W09");
    assert!(
        words.starts_with("> The newest record is of 20 February 2017: nothing was loaded for this week."),
        "{words}"
    );
    let page = std::fs::read_to_string(project.path().join("out/weekly-2017-W09.md")).unwrap();
    assert!(
        !page.contains("is met.") && !page.contains("targets were met") && !page.contains("moved within"),
        "{page}"
    );

    // The week of the newest record is judged as ever.
    let (_, told) = project.expect(0, &["run", "--period", "2017-W08"]);
    assert!(!told.contains("nothing newer"), "{told}");
    assert!(!verdict(&project, "2017-W08").contains("newest record"));

    // With tickets that go on, only the pillars that rest on outages are behind.
    project.write("exports/tickets.csv", TICKETS);
    project.expect(0, &["run"]);
    let words = verdict(&project, "2017-W09");
    assert!(!words.contains("nothing was loaded"), "{words}");
    assert!(words.contains("No record of outages is newer than 20 February 2017"), "{words}");
    assert!(words.contains("reliability and availability rest on it"), "{words}");
}

#[test]
fn measure_has_a_column_for_each_dimension_as_asked_and_none_that_is_empty() {
    let project = Project::new(TOML);
    project.write("exports/tickets.csv", TICKETS);
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

/// Rows of a fact that a metric could take in: by their own instant, or alive at the end of the period.
fn held(rows: &[Row], time: &Time, start: i64, end: i64) -> u64 {
    let at = |row: &Row, name: &str| row.get(name).and_then(|text| from_rfc3339(text));
    let within = rows.iter().filter(|row| match time {
        Time::At(name) => at(row, name).is_some_and(|at| (start..end).contains(&at)),
        Time::Alive { from, to, .. } => {
            at(row, from).is_some_and(|from| from < end) && at(row, to).is_none_or(|to| to >= end)
        }
    });
    within.count() as u64
}

#[test]
fn what_a_figure_takes_in_and_what_it_leaves_out_are_all_rows_of_the_period() {
    let project = Project::demo(400, 10);
    project.expect(0, &["run", "--quiet"]);
    let definitions = Definitions::load(&Catalogue::embedded());
    let mut by_fact: BTreeMap<&str, BTreeMap<&str, &Time>> = BTreeMap::new();
    for metric in definitions.metrics.values() {
        if let Definition::Aggregate { fact, time, .. } = &metric.definition {
            by_fact.entry(fact).or_default().insert(&metric.id, time);
        }
    }
    let ids: Vec<&str> = by_fact.values().flat_map(|metrics| metrics.keys().copied()).collect();
    let measures = project.measure(&[&ids[..], &["--period", "2026-W26"]].concat());
    let mut counted = 0;
    for (fact, metrics) in by_fact {
        let columns: std::collections::BTreeSet<&str> = metrics
            .values()
            .flat_map(|time| match time {
                Time::At(at) => vec![at.as_str()],
                Time::Alive { from, to, .. } => vec![from.as_str(), to.as_str()],
            })
            .collect();
        let columns: Vec<String> = columns.into_iter().map(|name| format!("\"{name}\"")).collect();
        let rows = project.query(&format!("SELECT {} FROM fact_{fact}", columns.join(", ")));
        for (id, time) in metrics {
            let measure = measures.iter().find(|measure| measure["metric"] == id).unwrap();
            let instant = |end: &str| from_rfc3339(measure["period"][end].as_str().unwrap()).unwrap();
            let all = held(&rows, time, instant("start"), instant("end"));
            let left: u64 = measure["excluded"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
            assert_eq!(measure["rows"].as_u64().unwrap() + left, all, "{id}: {measure}");
            counted += all;
        }
    }
    assert!(counted > 1_000, "the demo has too few rows to show anything: {counted}");
}

#[test]
fn a_record_that_comes_late_for_the_week_before_is_told_though_only_this_week_was_run() {
    let project = Project::new(&TOML.replace("2017-03-06T06", "2017-02-27T06"));
    project.write("exports/outages.csv", OUTAGES);
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
