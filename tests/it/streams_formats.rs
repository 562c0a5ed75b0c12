//! The formats that other programs take up: a message, as Python's mail parser reads it; figures for a scraper, as the parser of
//! Prometheus' own client reads them; and text, on a terminal and in a pipe.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::project::{Project, skip};

/// What a Python program prints of a file, as JSON; `None`, and a sentence, where it lacks a module.
fn python(program: &str, file: &Path, module: &str) -> Option<Value> {
    let has = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        skip(&format!("Python's `{module}` is not there"));
        return None;
    }
    let mut child = Command::new("python3")
        .arg("-")
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(program.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A demo whose reports travel: its project file with `[mail]`, ingested.
fn demo(mail: &str) -> Project {
    let project = Project::demo(300, 10);
    let toml = fs::read_to_string(project.path().join("nines.toml")).unwrap();
    project.write("nines.toml", format!("{toml}\n{mail}"));
    project.expect(0, &["ingest", "--quiet"]);
    project
}

const ADDRESSES: &str = "[mail]\nfrom = \"Acme, Berichte für alle <reports@acme.example>\"\nto = [\"board@acme.example\"]\n\
                         [mail.reports.suppliers]\nto = [\"Ann <buying@acme.example>\", \"b@acme.example\"]\n";

const MAIL: &str = r#"
import email, email.policy, json, re, sys
message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
related = message.get_payload()[1]
page = related.get_payload()[0].get_content()
images = {part["Content-ID"].strip("<>"): part.get_payload(decode=True) for part in related.get_payload()[1:]}
print(json.dumps({
    "types": [part.get_content_type() for part in message.walk()][:4],
    "defects": [str(defect) for part in message.walk() for defect in part.defects],
    "headers": {name: str(value) for name, value in message.items()},
    "names": [name for name, _ in message.items()],
    "to": [address.addr_spec for address in message["To"].addresses] if message["To"] else [],
    "text": message.get_payload()[0].get_content(),
    "page": page,
    "named": sorted(set(re.findall(r'cid:([^"]+)"', page))),
    "images": sorted(images),
    "png": all(data.startswith(b"\x89PNG\r\n\x1a\n") for data in images.values()),
    "alts": len(re.findall(r'<img [^>]*alt="[^"]+"', page)) == len(re.findall("<img ", page)),
    "longest": max(len(line) for line in open(sys.argv[1], "rb").read().split(b"\r\n")),
    "bare": len(re.findall(rb"(?<!\r)\n", open(sys.argv[1], "rb").read())),
}))
"#;

#[test]
fn a_mail_is_read_by_others_and_holds_all_that_it_names() {
    let project = demo(ADDRESSES);
    let (written, err) = project.expect(0, &["report", "weekly", "--format", "mail,md"]);
    assert!(!err.contains("names no address"), "{err}");
    let file = |end: &str| written.lines().find(|line| line.ends_with(end)).unwrap().to_owned();
    let bytes = fs::read(file(".eml")).unwrap();
    project.ok(&["report", "weekly", "--format", "mail"]);
    assert!(fs::read(file(".eml")).unwrap() == bytes, "the same figures are the same bytes");
    assert!(bytes.len() < 1_000_000, "{}", bytes.len());
    let Some(mail) = python(MAIL, Path::new(&file(".eml")), "email") else { return };
    assert_eq!(
        mail["types"],
        serde_json::json!(["multipart/alternative", "text/plain", "multipart/related", "text/html"])
    );
    assert_eq!((&mail["defects"], &mail["bare"]), (&serde_json::json!([]), &serde_json::json!(0)));
    assert!(mail["longest"].as_u64().unwrap() <= 998);
    assert_eq!(mail["headers"]["From"], "\"Acme, Berichte für alle\" <reports@acme.example>");
    assert_eq!(mail["to"], serde_json::json!(["board@acme.example"]));
    assert!(!mail["images"].as_array().unwrap().is_empty() && mail["images"] == mail["named"]);
    assert_eq!((&mail["png"], &mail["alts"]), (&Value::Bool(true), &Value::Bool(true)));
    let (text, page) = (mail["text"].as_str().unwrap(), mail["page"].as_str().unwrap());
    for forbidden in ["http://", "https://", "<script", "url(", "var(", "@import", "<svg"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // The headline figures stand in both parts, as in the other formats.
    let markdown = fs::read_to_string(file(".md")).unwrap();
    let (title, _) = markdown.strip_prefix("# ").unwrap().split_once('\n').unwrap();
    let subject = mail["headers"]["Subject"].as_str().unwrap();
    assert!(subject.starts_with(title) && subject.len() > title.len() + 2, "{subject}");
    let tiles: Vec<&str> = markdown.lines().filter(|line| line.starts_with("- **")).take(4).collect();
    assert_eq!(tiles.len(), 4);
    for tile in tiles {
        let figure = tile.trim_start_matches("- **").split("**").next().unwrap();
        let value = figure.rsplit(' ').next().unwrap();
        assert!(text.contains(value) && page.contains(value), "{value}");
    }
}

#[test]
fn a_report_has_its_own_readers_and_without_any_a_warning_says_what_to_do() {
    let project = demo(ADDRESSES);
    let written = project.ok(&["report", "suppliers", "--format", "mail"]);
    if let Some(mail) = python(MAIL, Path::new(written.trim()), "email") {
        assert_eq!(mail["to"], serde_json::json!(["buying@acme.example", "b@acme.example"]));
    }
    let project = demo("");
    let (written, err) = project.expect(0, &["report", "weekly", "--format", "mail"]);
    assert!(err.contains("no From and To") && err.contains("hint: say in nines.toml: [mail]"), "{err}");
    let mail = fs::read_to_string(written.trim()).unwrap();
    assert!(!mail.contains("\nTo:") && !mail.contains("\nFrom:"));
    project.write("nines.toml", "name = \"A\"\n[mail.reports.weekli]\nto = [\"a@b.example\"]\n");
    let (_, err) = project.expect(2, &["check"]);
    assert!(err.contains("nines.toml:2") && err.contains("did you mean `weekly`?"), "{err}");
}

const METRICS: &str = r#"
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
text = open(sys.argv[1], encoding="utf-8", newline="").read()
found, seen = [], set()
for family in text_string_to_metric_families(text):
    for sample in family.samples:
        key = (sample.name, tuple(sorted(sample.labels.items())))
        assert key not in seen, key
        seen.add(key)
        assert sample.timestamp is None and sample.value == sample.value, sample
        found.append([sample.name, sample.labels, sample.value, family.unit, family.documentation])
print(json.dumps(found))
"#;

#[test]
fn figures_for_a_scraper_are_those_of_the_contract() {
    let project = demo("");
    for report in ["weekly", "slo", "availability", "service-desk", "suppliers", "quarter"] {
        let written = project.ok(&["report", report, "--format", "openmetrics,json"]);
        let path = |end: &str| written.lines().find(|line| line.ends_with(end)).unwrap();
        assert!(path(".prom").ends_with(&format!("/{report}.prom")), "a new period takes the place of the last");
        let contract: Value = serde_json::from_slice(&fs::read(path(".json")).unwrap()).unwrap();
        let Some(samples) = python(METRICS, Path::new(path(".prom")), "prometheus_client") else { return };
        let samples = samples.as_array().unwrap();
        let measures = contract["measures"].as_array().unwrap();
        let valued: Vec<&Value> = measures.iter().filter(|measure| !measure["value"].is_null()).collect();
        for measure in &valued {
            let (metric, value) = (measure["metric"].as_str().unwrap(), measure["value"].as_f64().unwrap());
            let slice: Vec<&str> =
                measure["dims"].as_object().unwrap().values().map(|one| one.as_str().unwrap()).collect();
            // A label without a value is none: what has no value in a slice is said.
            let slice: Vec<&str> = slice.into_iter().map(|one| if one.is_empty() { "(none)" } else { one }).collect();
            let same = samples.iter().any(|sample| {
                let labels = sample[1].as_object().unwrap();
                sample[0].as_str().unwrap().contains(metric)
                    && sample[2].as_f64() == Some(value)
                    && labels.len() == slice.len() + 1
                    && labels["report"] == report
                    && slice.iter().all(|value| labels.values().any(|label| label == value))
            });
            assert!(same, "{measure}");
        }
        let info: Vec<&Value> = samples.iter().filter(|sample| sample[0] == "nines_report_info").collect();
        assert_eq!((info.len(), &info[0][1]["period"]), (1, &contract["period"]["id"]));
        let dated = |sample: &&Value| sample[1].as_object().unwrap().contains_key("period");
        assert_eq!(samples.iter().filter(dated).count(), 1);
    }
}

#[test]
fn text_is_printed_unless_a_folder_is_named() {
    let project = demo("");
    let printed = project.ok(&["report", "weekly", "--format", "text"]);
    assert!(printed.contains("nines explain METRIC") && !printed.contains('\u{1b}'), "{printed}");
    let (mixed, err) = project.expect(0, &["report", "weekly", "--format", "text,json"]);
    assert!(mixed == printed && err.contains(".json"), "{err}");
    let out = project.path().join("pages");
    let written = project.ok(&["report", "weekly", "--format", "text", "--out", out.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(written.trim()).unwrap(), printed);
    let (ran, _) = project.expect(0, &["run"]);
    let verdict = printed.split("\n\n").nth(1).unwrap();
    assert!(ran.contains(verdict) && !ran.contains('\u{1b}') && ran.contains(".html"), "{verdict}\n{ran}");
    assert_eq!(project.ok(&["run", "--quiet"]), "");
}

#[test]
fn a_terminal_gets_colour_and_its_own_width() {
    let project = demo("");
    let on_terminal = |columns: &str, no_color: Option<&str>| {
        let program = env!("CARGO_BIN_EXE_nines");
        let line = format!("'{program}' report weekly --format text --project '{}'", project.path().display());
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &line, "/dev/null"]).stdin(Stdio::null());
        command.env_remove("NO_COLOR").env("COLUMNS", columns).envs(no_color.map(|value| ("NO_COLOR", value)));
        let output = command.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
    };
    let Some(coloured) = on_terminal("100", None) else {
        skip("`script` of util-linux is not there");
        return;
    };
    assert!(coloured.contains("\u{1b}[1m"));
    for columns in [60, 80, 100] {
        let plain = on_terminal(&columns.to_string(), Some("1")).unwrap();
        assert!(!plain.contains('\u{1b}'));
        let widest = plain.lines().map(|line| line.chars().count()).max().unwrap();
        assert_eq!(widest, columns, "the rule at the foot is as wide as the terminal");
    }
}
