//! Everything that is declared, loaded and checked at once: tables, facts, mappings, metrics, and their issues.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Catalogue, File};
use super::issue::{Issue, Level};
use super::language::{ENGLISH, Language};
use super::mapping::Mapping;
use super::metric::{self, Metric};
use super::objective::Objectives;
use super::openslo;
use super::project::{PROJECT_FILE, Project};
use super::report::ReportDefinition;
use super::table::Table;

/// The folder of the languages.
const LANGUAGES: &str = "reports/languages";

/// All declarations of a project and of the binary, those without errors.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// The canonical tables by name.
    pub tables: BTreeMap<String, Table>,
    /// The dictionaries of the facts by name.
    pub facts: BTreeMap<String, Table>,
    /// The mappings by id, the plain layouts of all tables among them.
    pub mappings: BTreeMap<String, Mapping>,
    /// The metrics by id.
    pub metrics: BTreeMap<String, Metric>,
    /// The reports by name.
    pub reports: BTreeMap<String, ReportDefinition>,
    /// The languages of reports by their tags; English needs no file.
    pub languages: BTreeMap<String, Language>,
    /// What the files in `slos/` declare.
    pub objectives: Objectives,
    /// Everything that is wrong or doubtful, in the order of the files.
    pub issues: Vec<Issue>,
}

impl Definitions {
    /// Loads the whole catalogue.
    pub fn load(catalogue: &Catalogue) -> Self {
        let mut issues = Vec::new();
        let tables = dictionaries(catalogue, "queries/tables", &mut issues);
        let facts = dictionaries(catalogue, "queries/facts", &mut issues);
        let mut mappings: BTreeMap<String, Mapping> =
            tables.values().map(Mapping::plain).map(|mapping| (mapping.id.clone(), mapping)).collect();
        for file in catalogue.under("queries/sources", "toml") {
            let id = file.path.trim_start_matches("queries/sources/").trim_end_matches(".toml");
            match Mapping::parse(id, &file.path, &file.text, &tables) {
                Ok(mapping) => {
                    mappings.insert(id.to_string(), mapping);
                }
                Err(found) => issues.extend(found),
            }
        }
        let kinds = facts
            .iter()
            .map(|(name, fact)| {
                (name.clone(), fact.columns.iter().map(|column| (column.name.clone(), column.kind)).collect())
            })
            .collect();
        let (metrics, found) = metric::load(catalogue, &kinds);
        issues.extend(found);
        let mut languages = BTreeMap::new();
        for file in catalogue.under(LANGUAGES, "toml") {
            match Language::parse(&file.path, &file.text) {
                Ok(language) => {
                    languages.insert(language.tag.clone(), language);
                }
                Err(found) => issues.extend(found),
            }
        }
        let mut reports = BTreeMap::new();
        let of_a_report = |file: &&File| !file.path.starts_with(LANGUAGES);
        for file in catalogue.under("reports", "toml").filter(of_a_report) {
            match ReportDefinition::parse(&file.path, &file.text, &metrics) {
                Ok(definition) => {
                    let unknown = definition
                        .language
                        .as_ref()
                        .and_then(|tag| unknown_language(&definition.file, &file.text, tag, &languages));
                    issues.extend(unknown);
                    reports.insert(file.stem().to_string(), definition);
                }
                Err(found) => issues.extend(found),
            }
        }
        let (objectives, found) = openslo::read(catalogue, &tables, &facts);
        issues.extend(found);
        Self { tables, facts, mappings, metrics, reports, languages, objectives, issues }
    }

    /// The language in which a report of a project is read: its own, or the project's; English where neither names one, or there
    /// is no file of it.
    pub fn language(&self, project: &Project, report: &ReportDefinition) -> Language {
        self.by_tag(report.language.as_ref().or(project.language.as_ref()))
    }

    /// The language of what is said of several reports: the project's.
    pub fn language_of_project(&self, project: &Project) -> Language {
        self.by_tag(project.language.as_ref())
    }

    fn by_tag(&self, tag: Option<&String>) -> Language {
        tag.and_then(|tag| self.languages.get(tag)).cloned().unwrap_or_default()
    }

    /// What is wrong in how a project file refers to the other declarations.
    pub fn check_project(&self, project: &Project) -> Vec<Issue> {
        let mut issues = Vec::new();
        for export in &project.exports {
            if let Some(id) = &export.mapping
                && !self.mappings.contains_key(id)
            {
                let mut issue =
                    Issue::error(PROJECT_FILE, format!("exports `{}`: unknown mapping `{id}`", export.files))
                        .nearest(id, self.mappings.keys().map(String::as_str));
                issue.line = project.line_naming(id);
                issues.push(issue);
            }
        }
        let unknown = project.language.as_ref().filter(|tag| !self.wrong_language(tag));
        issues.extend(unknown.and_then(|tag| unknown_language(PROJECT_FILE, &project.text, tag, &self.languages)));
        for name in &project.reports {
            // A report whose own file is wrong has its own issue.
            let wrong = self.issues.iter().any(|issue| issue.file == format!("reports/{name}.toml"));
            if !self.reports.contains_key(name) && !wrong {
                let mut issue = Issue::error(PROJECT_FILE, format!("reports: unknown report `{name}`"))
                    .nearest(name, self.reports.keys().map(String::as_str));
                issue.line = project.line_naming(name);
                issues.push(issue);
            }
        }
        for (name, (line, _)) in project.mail.reports.iter().filter(|(name, _)| !self.reports.contains_key(*name)) {
            let issue = Issue::error(PROJECT_FILE, format!("mail.reports: unknown report `{name}`")).at(*line);
            issues.push(issue.nearest(name, self.reports.keys().map(String::as_str)));
        }
        let years: BTreeSet<u64> =
            self.metrics.values().flat_map(|metric| &metric.levels).map(|levels| levels.year).collect();
        if let Some(year) = project.delivery.levels.filter(|year| !years.contains(year)) {
            let known = years.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("delivery.levels: no metric has levels of the year {year}");
            issues.push(Issue::error(PROJECT_FILE, message).hint(format!("known are {known}")));
        }
        for target in &project.targets {
            let Some(metric) = self.metrics.get(&target.metric) else {
                issues.push(
                    Issue::error(PROJECT_FILE, format!("targets: unknown metric `{}`", target.metric))
                        .at(target.line)
                        .nearest(&target.metric, self.metrics.keys().map(String::as_str)),
                );
                continue;
            };
            let problems = target.problems(metric.better).into_iter();
            issues.extend(problems.map(|problem| Issue::error(PROJECT_FILE, problem).at(target.line)));
            for slice in target.by.keys().filter(|slice| !metric.slices.contains(slice)) {
                issues.push(
                    Issue::error(PROJECT_FILE, format!("targets: metric `{}` cannot be cut by `{slice}`", metric.id))
                        .at(target.line)
                        .nearest(slice, metric.slices.iter().map(String::as_str)),
                );
            }
        }
        issues
    }

    /// Whether a language has a file that could not be read, which is its own issue.
    fn wrong_language(&self, tag: &str) -> bool {
        self.issues.iter().any(|issue| issue.file == format!("{LANGUAGES}/{tag}.toml"))
    }

    /// Whether anything is wrong enough that a run must not start.
    pub fn has_errors(&self) -> bool {
        self.issues.iter().any(|issue| issue.level == Level::Error)
    }
}

/// Says that a file names a language that nobody wrote a file for.
fn unknown_language(file: &str, text: &str, tag: &str, languages: &BTreeMap<String, Language>) -> Option<Issue> {
    if tag == ENGLISH || languages.contains_key(tag) {
        return None;
    }
    let message = format!("language: expected {ENGLISH} or a file {LANGUAGES}/{tag}.toml, found `{tag}`");
    let known: BTreeSet<&str> = languages.keys().map(String::as_str).chain([ENGLISH]).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let issue = Issue::error(file, message).hint(format!("known are {}", known.join(", ")));
    let key = text.lines().position(|line| line.trim_start().starts_with("language"));
    Some(match key {
        Some(line) => issue.at(line + 1),
        None => issue,
    })
}

fn dictionaries(catalogue: &Catalogue, folder: &str, issues: &mut Vec<Issue>) -> BTreeMap<String, Table> {
    let mut found = BTreeMap::new();
    for file in catalogue.under(folder, "toml") {
        match Table::parse(file.stem(), &file.path, &file.text) {
            Ok(table) => {
                found.insert(file.stem().to_string(), table);
            }
            Err(wrong) => issues.extend(wrong),
        }
    }
    found
}
