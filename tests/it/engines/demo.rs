//! Headline figures of the demo against SQL that DuckDB runs over the exports themselves: dirty rows, local times, duplicates
//! and all. Neither our lake nor our facts nor our kernel has a part in the other side.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{ask, difference, folder};
use crate::project::Project;

/// What a slice of the answer is: its period and dimension; none where it is about everything.
type Question = (String, String);

#[test]
fn duckdb_finds_the_same_figures_in_the_exports() {
    let project = Project::demo(2_000, 26);
    // The last complete week, and everything up to the morning of as-of, of a day that isn't over.
    let periods = json!([
        {"name": "2026-W27", "start": "2026-06-29T00:00:00+02:00", "end": "2026-07-06T00:00:00+02:00"},
        {"name": "2026-01-05..2026-07-06", "start": "2026-01-05T00:00:00+01:00", "end": "2026-07-07T00:00:00+02:00"},
        // A month with the change of clocks in it.
        {"name": "2026-03", "start": "2026-03-01T00:00:00+01:00", "end": "2026-04-01T00:00:00+02:00"},
    ]);
    let question = json!({
        "exports": project.path().join("exports"), "sql": folder().join("demo"), "as_of": "2026-07-06T06:00:00+02:00",
        "periods": periods,
    });
    let Some(answer) = ask("demo_figures.py", &["duckdb"], &question) else { return };
    let mut theirs: BTreeMap<Question, Vec<&Value>> = BTreeMap::new();
    for figure in answer.as_array().unwrap() {
        let word = |name: &str| figure[name].as_str().unwrap().to_string();
        theirs.entry((word("period"), word("dimension"))).or_default().push(figure);
    }
    project.expect(0, &["ingest", "--quiet"]);
    let (mut compared, mut differences) = (BTreeSet::new(), Vec::new());
    for ((period, dimension), figures) in &theirs {
        let metrics: BTreeSet<&str> = figures.iter().map(|figure| figure["metric"].as_str().unwrap()).collect();
        let mut arguments: Vec<&str> = metrics.iter().copied().collect();
        arguments.extend(["--period", period]);
        if !dimension.is_empty() {
            arguments.extend(["--by", dimension]);
        }
        let mut ours: BTreeMap<(String, String), Value> = BTreeMap::new();
        for measure in project.measure(&arguments) {
            let slice =
                measure["dims"].as_object().unwrap().values().next().map_or("", |value| value.as_str().unwrap());
            ours.insert((measure["metric"].as_str().unwrap().to_string(), slice.to_string()), measure["value"].clone());
        }
        for figure in figures {
            let word = |name: &str| figure[name].as_str().unwrap_or_default().to_string();
            let what = format!("{} {dimension} {} in {period}", word("metric"), word("slice"));
            let found = ours.remove(&(word("metric"), word("slice")));
            let Some(found) = found else {
                differences.push(format!("{what}: the program has no such slice"));
                continue;
            };
            differences.extend(difference(&what, found.as_f64(), &figure["value"], 1e-9));
            if found.is_number() && figure["value"].is_number() {
                compared.insert(word("metric"));
            }
        }
        // What only the program has is nothing; or an objective that the SQL does not declare again, or a promise about another
        // metric than the SQL is about.
        for ((metric, slice), value) in ours.iter().filter(|_| !["objective", "metric"].contains(&dimension.as_str())) {
            assert!(
                value.as_f64().is_none_or(|value| value == 0.0),
                "{metric} {slice} in {period}: only ours, {value}"
            );
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    // Every metric that the SQL names was compared with a number on both sides at least once. One can't be: the demo resolves
    // fewer tickets near their targets than it takes to say anything, and what both sides compare is that they don't.
    compared.insert("resolutions_heaped_before_target".to_string());
    let named: BTreeSet<String> =
        theirs.values().flatten().map(|figure| figure["metric"].as_str().unwrap().to_string()).collect();
    let silent: Vec<&String> = named.difference(&compared).collect();
    assert!(silent.is_empty() && named.len() >= 235, "{} named; never a number: {silent:?}", named.len());
}
