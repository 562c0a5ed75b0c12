//! `nines explain METRIC`: the rows that a figure counts and those that it leaves out are all rows of its period, and the commands
//! that a page prints give them.

use serde_json::Value;

use crate::project::{Project, rows};

fn project() -> Project {
    let project = Project::new(
        "name = \"Acme\"\nzone = \"UTC\"\nas_of = \"2026-07-06T06:00:00Z\"\nreports = [\"weekly\"]\n[[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    project.write(
        "exports/tickets.csv",
        "id,opened_at,resolved_at,service,team,status,kind\n\
         T-1,2026-06-29T10:00:00Z,2026-06-30T10:00:00Z,Mail,Desk,resolved,incident\n\
         T-2,2026-06-30T10:00:00Z,2026-07-01T16:00:00Z,Mail,Desk,resolved,incident\n\
         T-3,2026-07-01T10:00:00Z,2026-07-01T11:00:00Z,Payments,Desk,resolved,incident\n\
         T-4,2026-07-01T12:00:00Z,,Payments,Desk,open,incident\n",
    );
    project.run(&["ingest", "--quiet"]);
    project
}

#[test]
fn rows_counted_and_left_out_are_those_of_the_figure() {
    let project = project();
    let week = ["--period", "2026-W27"];
    let measure = |extra: &[&str]| -> Value {
        project.measure(&[&["time_to_resolve_median"], &week[..], extra].concat()).first().unwrap().clone()
    };
    for extra in [&[][..], &["--where", "service = 'Mail'"][..]] {
        let found = rows(
            &project.ok(&[&["explain", "time_to_resolve_median"], &week[..], extra, &["--format", "csv"]].concat()),
        );
        let figure = measure(extra);
        let counted = found.iter().filter(|row| row["left_out_by"].is_empty()).count() as u64;
        let out: u64 = figure["excluded"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(
            (counted, found.len() as u64),
            (figure["rows"].as_u64().unwrap(), figure["rows"].as_u64().unwrap() + out)
        );
        assert!(counted >= 2, "{figure}");
    }
    // 24 h, 30 h and 1 h: the median is the first.
    let text = project.ok(&["explain", "time_to_resolve_median", "--period", "2026-W27"]);
    assert!(text.contains("1\u{a0}d in week 27, 2026") && text.contains("3 counted"), "{text}");
    assert!(text.contains("SELECT") && text.contains("Formula"), "{text}");
}

#[test]
fn what_cannot_be_explained_says_what_can() {
    let project = project();
    let (_, error) = project.expect(2, &["explain", "time_to_resolve_medan"]);
    assert!(error.contains("did you mean `time_to_resolve_median`?"), "{error}");
    let (_, error) = project.expect(2, &["explain", "rasm_index", "--period", "2026-W27", "--format", "csv"]);
    assert!(error.contains("rests on the rows of several metrics"), "{error}");
    let (_, error) = project.expect(2, &["explain", "tickets_opened", "--where", "planet = 'x'"]);
    assert!(error.contains("planet"), "{error}");
}

#[test]
fn the_commands_of_a_page_give_its_figures_and_rows() {
    let project = project();
    project.ok(&["run", "--quiet", "--period", "2026-W27"]);
    let page = std::fs::read_to_string(project.path().join("out/weekly-2026-W27.md")).unwrap();
    let commands: Vec<&str> =
        page.lines().filter_map(|line| line.split_once(": `nines ")?.1.strip_suffix('`')).collect();
    assert!(commands.len() > 40, "{}", commands.len());
    let mut tried = 0;
    for command in
        commands.iter().filter(|command| command.contains("tickets_opened") || command.contains("--where")).take(8)
    {
        let (before, condition) = command.split_once(" --where ").map_or((*command, None), |(a, b)| (a, Some(b)));
        let mut arguments: Vec<&str> = before.split(' ').collect();
        arguments.extend(condition.iter().flat_map(|text| ["--where", text.trim_matches('"')]));
        project.ok(&arguments);
        tried += 1;
    }
    assert!(tried >= 3, "{commands:?}");
}
