//! Prometheus rules from objectives, held against those that sloth generates for the same objective.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::objective::Objective;
use nines::report::prometheus::rules;
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};

/// The first document of a YAML text.
fn yaml(text: &str) -> Value {
    let mut open: Vec<(Value, Option<String>)> = vec![(Value::Array(Vec::new()), None)];
    for event in Parser::new_from_str(text) {
        let done = match event.unwrap().0 {
            Event::SequenceStart(..) => {
                open.push((Value::Array(Vec::new()), None));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((Value::Object(Map::new()), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().unwrap().0,
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            _ => continue,
        };
        let (parent, key) = open.last_mut().unwrap();
        match parent {
            Value::Array(items) => items.push(done),
            Value::Object(entries) => match key.take() {
                None => *key = Some(done.as_str().unwrap().to_string()),
                Some(key) => assert!(entries.insert(key, done).is_none(), "a key twice"),
            },
            _ => unreachable!(),
        }
    }
    open[0].0[0].clone()
}

/// All rules of a rule file.
fn all(file: &Value) -> Vec<Value> {
    let groups = file["groups"].as_array().unwrap();
    groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

fn objectives(text: &str) -> Vec<Objective> {
    let mut catalogue = Catalogue::embedded();
    catalogue.insert("slos/a.yaml", text);
    let definitions = Definitions::load(&catalogue);
    assert!(!definitions.has_errors(), "{:?}", definitions.issues);
    definitions.objectives.objectives
}

/// The look-backs that are recorded.
fn recorded(rules: &[Value]) -> BTreeSet<String> {
    let names = rules.iter().filter_map(|rule| rule["record"].as_str());
    names.filter_map(|name| name.split_once("sli_error:ratio_rate")).map(|(_, window)| window.to_string()).collect()
}

/// Severity of each alert with the look-backs that it watches and the share of bad events above which it raises.
fn watched(rules: &[Value], severity: &str) -> BTreeMap<String, Vec<(String, f64)>> {
    let pattern = r"ratio_rate(\w+)\{[^}]*\}\)? > \(([0-9.]+) \* ([0-9.]+)\)";
    let pattern = regex::Regex::new(pattern).unwrap();
    let alerts = rules.iter().filter(|rule| rule.get("alert").is_some());
    let alerts = alerts.map(|rule| {
        let number = |text: &str| text.parse::<f64>().unwrap();
        let found = pattern.captures_iter(rule["expr"].as_str().unwrap());
        let found = found.map(|hit| (hit[1].to_string(), number(&hit[2]) * number(&hit[3]))).collect();
        (rule["labels"][severity].as_str().unwrap().to_string(), found)
    });
    alerts.collect()
}

fn value_of(rules: &[Value], name: &str) -> f64 {
    let rule = rules.iter().find(|rule| rule["record"].as_str().is_some_and(|record| record.ends_with(name))).unwrap();
    let text = rule["expr"].as_str().unwrap().trim();
    text.trim_start_matches("vector(").trim_end_matches(')').parse().unwrap()
}

#[test]
fn windows_burn_rates_and_thresholds_are_those_that_sloth_generates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/openslo/sloth_examples");
    if !folder.is_dir() {
        crate::project::skip(&format!("{} isn't there", folder.display()));
        return;
    }
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let theirs = all(&yaml(&text("getting-started.generated-rules.yml")));
    let written = rules(&objectives(&text("openslo-getting-started.yml"))).unwrap();
    let ours = all(&yaml(&written));
    assert_eq!(recorded(&ours), recorded(&theirs));
    assert_eq!(recorded(&ours).len(), 8);
    let (our_alerts, their_alerts) = (watched(&ours, "severity"), watched(&theirs, "sloth_severity"));
    assert_eq!(our_alerts.keys().collect::<Vec<_>>(), ["page", "ticket"]);
    for (severity, expected) in &their_alerts {
        let found = &our_alerts[severity];
        assert_eq!(found.len(), 4);
        for ((window, threshold), (their_window, their_threshold)) in found.iter().zip(expected) {
            assert_eq!(window, their_window);
            assert!((threshold - their_threshold).abs() < 1e-12, "{window}: {threshold}, {their_threshold}");
        }
    }
    for name in ["objective:ratio", "days"] {
        assert!((value_of(&ours, name) - value_of(&theirs, name)).abs() < 1e-12, "{name}");
    }
    // Theirs counts bad events, ours comes from good ones; the total is the same.
    let five = |rules: &[Value]| -> String {
        let rule = rules.iter().find(|rule| rule["record"].as_str().unwrap_or("").ends_with("ratio_rate5m")).unwrap();
        rule["expr"].as_str().unwrap().split('/').next_back().unwrap().replace(['(', ')', '\n', ' '], "")
    };
    assert_eq!(five(&ours), five(&theirs));
    let kubernetes = rules(&objectives(&text("openslo-kubernetes-apiserver.yml"))).unwrap();
    assert_eq!(yaml(&kubernetes)["groups"].as_array().unwrap().len(), 3);
}

const SLICES: &str = "\
apiVersion: openslo/v1
kind: SLO
metadata: {name: a, displayName: 'A \"quoted\" {{title}}: # \\'}
spec:
  service: Web shop
  budgetingMethod: Timeslices
  timeWindow: [{duration: 1w, isRolling: true}]
  indicator:
    spec:
      ratioMetric:
        bad: {metricSource: {type: Prometheus, spec: {query: 'errors{code=~\"5..\"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: requests}}}
  objectives:
    - {target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 1m}
";

#[test]
fn slices_are_counted_and_a_week_has_its_own_burn_rates() {
    let written = rules(&objectives(SLICES)).unwrap();
    let found = all(&yaml(&written));
    let expression = |name: &str| -> String {
        let rule = found.iter().find(|rule| rule["record"].as_str() == Some(name)).unwrap();
        rule["expr"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let slice = "( sum(rate(errors{code=~\"5..\"}[1m])) ) / ( sum(rate(requests[1m])) )";
    assert_eq!(expression("nines:sli_error:ratio_slice"), slice);
    let hour = "avg_over_time((nines:sli_error:ratio_slice{service=\"Web shop\", slo=\"a\"} > bool 0.05)[1h:1m])";
    assert_eq!(expression("nines:sli_error:ratio_rate1h"), hour);
    let alerts = watched(&found, "severity");
    let thresholds: Vec<f64> = alerts["page"].iter().chain(&alerts["ticket"]).map(|(_, above)| *above).collect();
    for (found, expected) in thresholds.iter().zip([13.44, 13.44, 3.5, 3.5, 1.4, 1.4, 0.98, 0.98]) {
        assert!((found - expected * 0.01).abs() < 1e-12, "{found} is not {expected} % ");
    }
    let labels = &found.last().unwrap()["labels"];
    assert_eq!((labels["slo"].as_str(), labels["service"].as_str()), (Some("a"), Some("Web shop")));
    assert_eq!(labels["severity"].as_str(), Some("ticket"));
    assert!(
        found.last().unwrap()["annotations"]["summary"]
            .as_str()
            .unwrap()
            .starts_with("A \"quoted\" { {title}}: # \\: ")
    );
}

#[test]
fn what_prometheus_does_not_measure_is_left_out_with_its_reason() {
    let lake = SLICES.replace("type: Prometheus, spec: {query: requests}", "type: nines, spec: {table: sli_counts}");
    let lake = lake
        .replace("type: Prometheus, spec: {query: 'errors{code=~\"5..\"}'}", "type: nines, spec: {table: sli_counts}");
    let lake = lake.replace("name: a,", "name: b,");
    let reason = rules(&objectives(&lake)).unwrap_err();
    assert_eq!(reason, "b: it is measured in the lake, which Prometheus doesn't see");
    let both = rules(&objectives(&format!("{SLICES}---\n{lake}"))).unwrap();
    assert!(both.contains(&format!("# Left out: {reason}\n")));
    assert_eq!(yaml(&both)["groups"].as_array().unwrap().len(), 1);
    assert_eq!(rules(&[]).unwrap_err(), "no objective is declared");
}

#[test]
fn an_alert_that_nothing_can_raise_is_worth_a_word() {
    let wide = SLICES.replace("target: 0.99,", "target: 0.9,").replace("1w", "30d");
    let written = rules(&objectives(&wide)).unwrap();
    let word = "# a never alerts over 1h: when everything fails its budget burns at 10, and 14.4 is needed.";
    assert_eq!(written.lines().filter(|line| line.contains("never alerts")).collect::<Vec<_>>(), [word]);
    assert!(!rules(&objectives(SLICES)).unwrap().contains("never alerts"));
}

#[test]
fn promtool_reads_the_rules_where_it_is_there() {
    let file = tempfile::Builder::new().suffix(".yml").tempfile().unwrap();
    fs::write(file.path(), rules(&objectives(SLICES)).unwrap()).unwrap();
    match Command::new("promtool").args(["check", "rules"]).arg(file.path()).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => crate::project::skip("promtool isn't there"),
    }
}
