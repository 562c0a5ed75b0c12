//! All metrics together: ids that are used twice, inputs that are no metric, cycles, and what falls with a metric that has
//! an error.

use std::collections::{BTreeMap, BTreeSet};

use super::check::check;
use super::read::read;
use super::{Better, Definition, Facts, Metric};
use crate::declaration::catalogue::Catalogue;
use crate::declaration::issue::Issue;

/// Reads and checks every metric of the catalogue. Returns the metrics that can be used, and everything that is wrong
/// with the others, ordered by file and line.
pub fn load(catalogue: &Catalogue, facts: &Facts) -> (BTreeMap<String, Metric>, Vec<Issue>) {
    let mut graph = Graph::default();
    for file in catalogue.under("queries/metrics", "toml") {
        let (metric, issues) = read(file);
        graph.add(file.stem(), &file.path, metric, issues);
    }
    let found: Vec<(String, Vec<Issue>)> =
        graph.metrics.values().map(|metric| (metric.id.clone(), check(metric, facts))).collect();
    for (id, issues) in found {
        graph.reject(&id, issues);
    }
    graph.references();
    graph.cycles();
    graph.slices();
    graph.dependents();
    let Graph { metrics, broken, mut issues, .. } = graph;
    issues.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
    issues.dedup();
    (metrics.into_iter().filter(|(id, _)| !broken.contains(id)).collect(), issues)
}

#[derive(Default)]
struct Graph {
    /// Every metric that could be read, sound or not.
    metrics: BTreeMap<String, Metric>,
    /// Every id that has a file, and the file.
    files: BTreeMap<String, String>,
    broken: BTreeSet<String>,
    issues: Vec<Issue>,
}

impl Graph {
    fn add(&mut self, id: &str, file: &str, metric: Option<Metric>, issues: Vec<Issue>) {
        if let Some(first) = self.files.get(id) {
            let issue = Issue::error(file, format!("the id `{id}` is already declared in {first}")).at(1);
            let issue = issue.hint("rename one of the two files: an id is unique over all folders");
            self.issues.extend(issues);
            // Neither is chosen over the other.
            self.reject(id, vec![issue]);
            return;
        }
        self.files.insert(id.to_string(), file.to_string());
        if metric.is_none() {
            self.broken.insert(id.to_string());
        }
        self.reject(id, issues);
        if let Some(metric) = metric {
            self.metrics.insert(id.to_string(), metric);
        }
    }

    fn reject(&mut self, id: &str, issues: Vec<Issue>) {
        if !issues.is_empty() {
            self.broken.insert(id.to_string());
            self.issues.extend(issues);
        }
    }

    fn references(&mut self) {
        let mut found = Vec::new();
        for metric in self.metrics.values() {
            let mut issues = Vec::new();
            let inputs = metric.inputs().into_iter().map(|input| (at_input(metric, &input), input));
            let beside = metric.beside.iter().map(|id| ("beside".to_string(), id.clone()));
            for (key, name) in inputs.chain(beside).filter(|(_, name)| !self.files.contains_key(name)) {
                let issue = issue_at(metric, &key, format!("`{name}` is no metric"));
                issues.push(issue.nearest(&name, self.files.keys().map(String::as_str)));
            }
            issues.extend(self.parts(metric));
            found.push((metric.id.clone(), issues));
        }
        for (id, issues) in found {
            self.reject(&id, issues);
        }
    }

    /// What an index weighs must have a scale: itself a score, or a target and a limit.
    fn parts(&self, metric: &Metric) -> Vec<Issue> {
        let Definition::Index { parts } = &metric.definition else {
            return Vec::new();
        };
        let own = parts.iter().filter(|part| part.scale.is_none());
        let parts = own.filter_map(|part| self.metrics.get(&part.metric));
        let unscaled = parts.filter(|part| {
            let scored = matches!(part.definition, Definition::Index { .. });
            !scored && (part.target.is_none() || part.limit.is_none() || part.better == Better::Neither)
        });
        let issue = |part: &Metric| {
            let message = format!("index: `{}` has no scale from limit to target", part.id);
            let hint =
                format!("give the part a target and a limit here, or {} both and the way that is better", part.file);
            issue_at(metric, &at_input(metric, &part.id), message).hint(hint)
        };
        unscaled.map(issue).collect()
    }

    fn cycles(&mut self) {
        let mut done = BTreeSet::new();
        let mut found: Vec<Vec<String>> = Vec::new();
        for id in self.metrics.keys() {
            self.walk(id, &mut Vec::new(), &mut done, &mut found);
        }
        for cycle in found {
            let Some(first) = cycle.first().and_then(|id| self.metrics.get(id)) else {
                continue;
            };
            let way = cycle.iter().chain(cycle.first()).map(String::as_str).collect::<Vec<_>>().join(" -> ");
            let next = cycle.get(1).unwrap_or(&first.id);
            let issue = issue_at(first, &at_input(first, next), format!("the metrics go in a circle: {way}"));
            self.issues.push(issue.hint("compute one of them from the rows of a fact"));
            self.broken.extend(cycle);
        }
    }

    /// Depth first; `path` is the way from the start. Definitions nest as deep as files refer to each other, so the depth
    /// is bounded by their number.
    fn walk(&self, id: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>, found: &mut Vec<Vec<String>>) {
        if let Some(start) = path.iter().position(|seen| seen == id) {
            found.push(path[start..].to_vec());
            return;
        }
        if done.contains(id) {
            return;
        }
        path.push(id.to_string());
        for input in self.metrics.get(id).map(Metric::inputs).unwrap_or_default() {
            self.walk(&input, path, done, found);
        }
        path.pop();
        done.insert(id.to_string());
    }

    /// A metric over metrics can be cut by what all its inputs can be cut by.
    fn slices(&mut self) {
        let mut known = BTreeMap::new();
        let ids: Vec<String> = self.metrics.keys().cloned().collect();
        for id in &ids {
            self.slices_of(id, &mut known);
        }
        for id in ids {
            let (Some(metric), Some(Some(common))) = (self.metrics.get(&id), known.get(&id)) else {
                continue;
            };
            if metric.fact().is_some() {
                continue;
            }
            let wrong = metric.slices.iter().filter(|slice| !common.contains(slice));
            let issues: Vec<Issue> = wrong
                .map(|slice| {
                    let message = format!("slices: not every input can be cut by `{slice}`");
                    let hint = format!("all inputs can be cut by {}", common.join(", "));
                    issue_at(metric, "slices", message).hint(hint)
                })
                .collect();
            let declared = !metric.slices.is_empty();
            self.reject(&id, issues);
            if let Some(metric) = self.metrics.get_mut(&id).filter(|_| !declared) {
                metric.slices.clone_from(common);
            }
        }
    }

    /// `None` for a metric whose inputs are not all sound.
    fn slices_of(&self, id: &str, known: &mut BTreeMap<String, Option<Vec<String>>>) -> Option<Vec<String>> {
        if let Some(slices) = known.get(id) {
            return slices.clone();
        }
        let metric = self.metrics.get(id).filter(|_| !self.broken.contains(id));
        let slices = metric.and_then(|metric| {
            let mut inputs = metric.inputs().into_iter();
            let Some(first) = inputs.next() else {
                return Some(metric.slices.clone());
            };
            let first = self.slices_of(&first, known)?;
            inputs.try_fold(first, |common, input| {
                let other = self.slices_of(&input, known)?;
                Some(common.into_iter().filter(|slice| other.contains(slice)).collect())
            })
        });
        known.insert(id.to_string(), slices.clone());
        slices
    }

    /// Leaves out whoever depends on what is left out, until nothing more falls.
    fn dependents(&mut self) {
        loop {
            let sound = self.metrics.values().filter(|metric| !self.broken.contains(&metric.id));
            let falling = sound.filter_map(|metric| {
                let input = metric.inputs().into_iter().find(|input| self.broken.contains(input))?;
                let message = format!("`{}` is left out, because its input `{input}` has errors", metric.id);
                let file = self.files.get(&input).map_or("", String::as_str);
                let issue = issue_at(metric, &at_input(metric, &input), message).hint(format!("correct {file} first"));
                Some((metric.id.clone(), issue))
            });
            let falling: Vec<(String, Issue)> = falling.collect();
            if falling.is_empty() {
                return;
            }
            for (id, issue) in falling {
                self.reject(&id, vec![issue]);
            }
        }
    }
}

/// The key under which a metric names an input.
fn at_input(metric: &Metric, input: &str) -> String {
    match metric.definition {
        Definition::Index { .. } => format!("index.{input}"),
        _ => "formula".to_string(),
    }
}

fn issue_at(metric: &Metric, key: &str, message: String) -> Issue {
    let issue = Issue::error(&metric.file, message);
    match metric.lines.get(key) {
        Some(line) => issue.at(*line),
        None => issue,
    }
}
