//! `nines check`: definitions, their examples, references and data quality; all findings at once.

use super::failure::Failure;
use super::quality::quality;
use super::run::default_period;
use super::session::Session;
use super::slo::unknown_services;
use crate::declaration::issue::{Issue, Level};
use crate::lake::LakeError;
use crate::metrics::example;
use crate::report::format::{find, names};
use crate::scorecard::quality::Quality;

/// What a check found.
#[derive(Debug)]
pub struct CheckReport {
    /// Issues of the declarations, those of the metrics' examples among them.
    pub issues: Vec<Issue>,
    /// Metrics whose example was checked.
    pub examples: usize,
    /// What the data in the lake says of itself.
    pub quality: Quality,
}

impl CheckReport {
    /// Whether any declaration is wrong.
    pub fn has_errors(&self) -> bool {
        self.issues.iter().any(|issue| issue.level == Level::Error)
    }
}

/// Agreements that nothing measures, each with the reason.
fn unmeasured(session: &Session) -> Result<Vec<Issue>, Failure> {
    let agreements = session.fact("agreements")?;
    let text = |name: &str| agreements.column(name).and_then(|column| column.str().cloned()).map_err(LakeError::from);
    let (id, problem) = (text("agreement")?, text("problem")?);
    let told = id.iter().zip(problem.iter()).filter_map(|(id, problem)| {
        Some(Issue::warning("agreements", format!("`{}` can't be measured: {}", id?, problem?)))
    });
    Ok(told.collect())
}

/// Checks a project.
///
/// # Errors
/// When the lake cannot be read.
pub fn check(session: &Session) -> Result<CheckReport, Failure> {
    let mut issues = session.definitions.issues.clone();
    for metric in session.definitions.metrics.values() {
        for difference in example::differences(metric, &session.definitions.facts) {
            let line = metric.lines.get("example").copied().unwrap_or(1);
            issues.push(
                Issue::error(&metric.file, format!("example: {difference}"))
                    .at(line)
                    .hint("correct the definition or the example's expectation"),
            );
        }
    }
    issues.extend(reports(session));
    issues.extend(unknown_services(session)?);
    issues.extend(unmeasured(session)?);
    issues.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let quality = quality(session)?;
    Ok(CheckReport { issues, examples: session.definitions.metrics.len(), quality })
}

/// Formats that nobody writes, and periods that are none.
fn reports(session: &Session) -> Vec<Issue> {
    let mut issues = Vec::new();
    for report in session.definitions.reports.values() {
        let mut say = |message: String, word: &str| {
            let line = session
                .catalogue
                .get(&report.file)
                .and_then(|file| file.text.lines().position(|line| line.contains(&format!("\"{word}\""))));
            let mut issue = Issue::error(&report.file, message);
            issue.line = line.map(|line| line + 1);
            issues.push(issue);
        };
        for format in report.formats.iter().filter(|format| find(format).is_none()) {
            say(format!("formats: expected one of {}, found `{format}`", names()), format);
        }
        if let Err(Failure::Usage { message, .. }) = default_period(session, report) {
            say(message.trim_start_matches(&format!("{}: period: ", report.file)).to_owned(), &report.period);
        }
    }
    issues
}
