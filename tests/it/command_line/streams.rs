//! stdout carries the result and nothing else; stderr carries the rest, as people or machines want it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::with_one_bad_row_of_five;
use crate::project::{Project, nines};

const ESCAPE: char = '\u{1b}';

#[test]
fn stdout_is_the_result_even_where_there_is_much_to_say() {
    let project = with_one_bad_row_of_five("");
    let (out, err) = project.expect(3, &["ingest"]);
    assert!(out.contains("plain/outages") && !out.contains("warning") && !out.contains("hint"), "{out}");
    assert!(err.contains("rejected"), "{err}");
    let (out, err) = project.expect(0, &["query", "SELECT id FROM outages ORDER BY id", "--format", "csv"]);
    assert_eq!((out.as_str(), err.as_str()), ("id\nO1\nO2\nO3\nO4\n", ""));
    let (out, err) = project.expect(2, &["query", "SELECT id FROM outage"]);
    assert!(out.is_empty() && err.contains("hint: did you mean `outages`?"), "{err}");
    let (out, err) = project.expect(2, &["measure", "downtim"]);
    assert!(out.is_empty() && !err.is_empty());
    for arguments in [["--help"], ["--version"]] {
        let output = nines().args(arguments).output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn quiet_says_nothing_but_errors() {
    let project = with_one_bad_row_of_five("");
    // An exit code that is not 0 has its reason, for the mail that cron sends.
    for arguments in [["run", "--quiet"], ["--quiet", "ingest"]] {
        let (out, err) = project.expect(3, &arguments);
        assert!(out.is_empty() && err.contains("1 of 5 records of") && err.lines().count() == 2, "{err}");
    }
    let (out, err) = project.expect(2, &["report", "weakly", "--quiet"]);
    assert!(out.is_empty() && err.contains("weekly"), "{err}");
    // The result of a question is no summary.
    assert!(project.ok(&["measure", "downtime", "--quiet"]).contains("downtime"));
}

#[test]
fn the_log_as_json_is_one_object_a_line() {
    let project = with_one_bad_row_of_five("");
    let mut levels = Vec::new();
    for (code, arguments) in
        [(3, ["run", "--log", "json"]), (2, ["measuer", "--log", "json"]), (2, ["check", "--log=json", "--bad"])]
    {
        let (_, err) = project.expect(code, &arguments);
        assert!(!err.is_empty(), "{arguments:?}");
        for line in err.lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line["message"].is_string(), "{line}");
            levels.push(line["level"].as_str().unwrap().to_string());
        }
    }
    assert!(levels.contains(&"error".to_string()) && levels.contains(&"info".to_string()), "{levels:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let project = Project::demo(400, 8);
    project.expect(0, &["ingest", "--quiet"]);
    for arguments in [
        ["query", "SELECT * FROM ticket_events", "--format", "csv"],
        ["query", "SELECT * FROM ticket_events", "--rows", "100000"],
        ["query", "SELECT * FROM ticket_events", "--format", "json"],
    ] {
        let mut command = project.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!line.is_empty());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_pipe_gets_no_colour_and_no_progress() {
    let project = with_one_bad_row_of_five("");
    let (out, err) = project.expect(3, &["run"]);
    assert!(!out.contains(ESCAPE) && !err.contains(ESCAPE), "{err}");
    let (_, err) = project.expect(2, &["nonsense"]);
    assert!(!err.contains(ESCAPE), "{err}");
}

#[test]
fn no_color_is_respected_on_a_terminal() {
    let project = Project::new("name = \"T\"\nzone = \"Nowhere\"\n");
    // `script` of util-linux runs a command on a terminal of its own.
    let on_terminal = |no_color: Option<&str>| {
        let program = env!("CARGO_BIN_EXE_nines");
        let line = format!("'{program}' check --project '{}'", project.path().display());
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &line, "/dev/null"]).stdin(Stdio::null()).env_remove("NO_COLOR");
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        command.output().ok().filter(|output| output.status.code() == Some(2))
    };
    let Some(coloured) = on_terminal(None) else {
        crate::project::skip("`script` of util-linux is not there");
        return;
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert!(text(coloured.stdout).contains(ESCAPE));
    assert!(!text(on_terminal(Some("1")).unwrap().stdout).contains(ESCAPE));
    assert!(text(on_terminal(Some("")).unwrap().stdout).contains(ESCAPE), "an empty NO_COLOR is none");
}
