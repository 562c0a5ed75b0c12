//! The interval that stands beside each figure of the catalogue: computed again from the figure's own numerator and
//! denominator by statsmodels and SciPy.

use nines::declaration::catalogue::Catalogue;
use nines::declaration::definitions::Definitions;
use nines::declaration::metric::{Definition, IntervalKind};
use serde_json::{Value, json};

use super::{ask, same};
use crate::project::Project;

/// How long the mission of a measure is; 0 where it is about none.
fn span_s(measure: &Value) -> f64 {
    match measure["metric"].as_str() {
        Some("mission_reliability_7d") => 604_800.0,
        Some("mission_reliability_30d") => 2_592_000.0,
        _ => 0.0,
    }
}

#[test]
fn every_figure_carries_the_interval_of_its_kind() {
    let definitions = Definitions::load(&Catalogue::embedded());
    let project = Project::demo(600, 12);
    project.expect(0, &["ingest", "--quiet"]);
    let (mut shares, mut counts, mut tests) = (Vec::new(), Vec::new(), Vec::new());
    let (mut of_shares, mut of_counts, mut of_tests) = (Vec::new(), Vec::new(), Vec::new());
    for (period, by) in [("2026-W27", ""), ("2026-04-13..2026-07-06", ""), ("2026-06", "service"), ("2026-06", "team")]
    {
        let fits = |id: &&String| by.is_empty() || definitions.metrics[*id].slices.iter().any(|slice| slice == by);
        let mut arguments: Vec<&str> = definitions.metrics.keys().filter(fits).map(String::as_str).collect();
        arguments.extend(["--period", period]);
        if !by.is_empty() {
            arguments.extend(["--by", by]);
        }
        for measure in project.measure(&arguments) {
            let number = |name: &str| measure[name].as_f64();
            let metric = &definitions.metrics[measure["metric"].as_str().unwrap()];
            // A range is what is declared to what may be, and no interval.
            if metric.up_to.is_some() {
                continue;
            }
            let Definition::Aggregate { interval, .. } = &metric.definition else { continue };
            let Some(value) = number("value").filter(|_| number("lower").is_some()) else { continue };
            match (interval, number("numerator"), number("denominator")) {
                (IntervalKind::Wilson, Some(part), Some(whole)) => {
                    shares.push(json!([part, whole]));
                    of_shares.push(measure);
                }
                (IntervalKind::Poisson, Some(part), Some(whole)) => {
                    counts.push(part);
                    of_counts.push((measure, whole));
                }
                (IntervalKind::Poisson, ..) => {
                    counts.push(value);
                    of_counts.push((measure, 1.0));
                }
                (IntervalKind::Mtbf, Some(time), Some(failures)) if metric.id == "mtbf" || span_s(&measure) > 0.0 => {
                    tests.push(
                        json!({"time": time, "failures": failures, "confidence": 0.95, "span": span_s(&measure)}),
                    );
                    of_tests.push(measure);
                }
                _ => {}
            }
        }
    }
    let question = json!({
        "counts": counts, "shares": shares, "tests": tests, "levels": [], "samples": [], "failures": [],
    });
    let Some(answer) = ask("distributions.py", &["numpy", "scipy", "statsmodels"], &question) else { return };
    let answers = |name: &str| answer[name].as_array().unwrap().clone();
    let what = |measure: &Value| format!("{} {} {}", measure["metric"], measure["dims"], measure["period"]);
    // None and all are exact here, and 1e-17 there.
    let close = |measure: &Value, name: &str, theirs: &Value| {
        let (ours, theirs) = (measure[name].as_f64().unwrap(), theirs.as_f64().unwrap());
        assert!((ours - theirs).abs() < 1e-12, "{} {name}: ours {ours}, theirs {theirs}", what(measure));
    };
    for (measure, theirs) in of_shares.iter().zip(answers("shares")) {
        close(measure, "lower", &theirs[0]);
        close(measure, "upper", &theirs[1]);
    }
    for ((measure, whole), theirs) in of_counts.iter().zip(answers("counts")) {
        for (name, bound) in [("lower", &theirs[0]), ("upper", &theirs[1])] {
            same(&what(measure), measure[name].as_f64(), &Value::from(bound.as_f64().unwrap() / whole), 1e-9);
        }
    }
    for (measure, theirs) in of_tests.iter().zip(answers("tests")) {
        // Missions carry the bounds through; other figures of this kind aren't bounds of the mean time itself.
        let prefix = if span_s(measure) > 0.0 { "mission_" } else { "" };
        for name in ["lower", "upper"] {
            same(&what(measure), measure[name].as_f64(), &theirs[format!("{prefix}{name}").as_str()], 1e-9);
        }
    }
    let kinds = [of_shares.len(), of_counts.len(), of_tests.len()];
    assert!(kinds[0] > 200 && kinds[1] > 50 && kinds[2] > 5, "too few compared: {kinds:?}");
}
