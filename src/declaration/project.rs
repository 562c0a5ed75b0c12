//! The project file `nines.toml`: name, zone, exports, tiers, calendars, clocks, service time, targets.

mod calendars;
mod clocks;
pub mod delivery;
mod fiscal;
mod holidays;
pub mod practice;
mod raw;
mod service_time;
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;
use toml::Spanned;

use super::catalogue::Catalogue;
use super::issue::{Issue, Level, nearest};
use crate::arithmetic::calendar::Calendar;
use crate::arithmetic::local_time;
use calendars::{ALWAYS, calendar_of};
use clocks::clocks_of;
pub use clocks::{Clocks, Within};
use fiscal::fiscal_year_start;
use raw::Raw;
pub use service_time::ServiceRules;

/// The name of the project file.
pub const PROJECT_FILE: &str = "nines.toml";

/// A project as it was declared and checked.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// Name of the organisation, as reports show it.
    pub name: String,
    /// Reporting time zone.
    pub zone: Tz,
    /// Pinned "now", µs UTC.
    pub as_of: Option<i64>,
    /// Service time is accounted from the start of this local day on.
    pub since: Option<NaiveDate>,
    /// Export files.
    pub exports: Vec<Export>,
    /// Share of a file's records that may be rejected before a run ends with exit code 3.
    pub tolerate_rejects: f64,
    /// Tier of each team that the teams table does not place.
    pub tiers: BTreeMap<String, i64>,
    /// Allowed escalations from tier to tier; `None` where nothing was declared.
    pub allowed: Option<BTreeSet<(i64, i64)>>,
    /// Named calendars, with the built-in one, `always`.
    pub calendars: BTreeMap<String, Calendar>,
    /// Calendar of the tickets' working time.
    pub clock: Calendar,
    /// The one calendar that counts in place of all others: no project declares it, an agreement that names one is measured so.
    pub counted_in: Option<Calendar>,
    /// Targets of the clocks.
    pub clocks: Clocks,
    /// The month, 1 to 12, that the fiscal year begins in.
    pub fiscal_year_start: u32,
    /// How service time is accounted.
    pub service_time: ServiceTime,
    /// Which environments are production, and the year of the performance levels.
    pub delivery: delivery::Delivery,
    /// How fast an answer has to be to satisfy.
    pub performance: delivery::Performance,
    /// Schedules, registers, hours and money.
    pub practice: practice::Practice,
    /// The seed of forecasts.
    pub flow: delivery::Flow,
    /// How much a question of a survey counts.
    pub surveys: delivery::Surveys,
    /// Targets of the scorecard.
    pub targets: Vec<DeclaredTarget>,
    /// The language of reports that name none (BCP 47); English without it.
    pub language: Option<String>,
    /// Reports that a run renders.
    pub reports: Vec<String>,
    /// The text of the file, and of the calendar files that it names: part of what facts depend on.
    pub text: String,
}

/// One `[[exports]]` entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Glob, relative to the project.
    pub files: String,
    /// Mapping id; recognised by the headers where it is missing.
    pub mapping: Option<String>,
    /// Zone of local times in the files.
    pub zone: Option<Tz>,
}

/// How maintenance is accounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maintenance {
    /// It leaves the agreed service time.
    Excluded,
    /// It counts as up.
    Up,
    /// It counts as down.
    Down,
}

/// `[service_time]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceTime {
    /// Down intervals less than this apart are one failure, seconds.
    pub merge_gap_s: f64,
    /// How maintenance is accounted.
    pub maintenance: Maintenance,
    /// Share lost while a service is degraded, where the export gives no weight.
    pub degradation_weight: f64,
    /// A probe's state holds at most this many usual intervals.
    pub probe_hold: f64,
    /// Failed checks in a row before a service counts as down.
    pub confirm: u32,
    /// What differs for single services.
    pub by_service: BTreeMap<String, ServiceRules>,
}

impl Default for ServiceTime {
    fn default() -> Self {
        Self {
            merge_gap_s: 60.0,
            maintenance: Maintenance::Excluded,
            degradation_weight: 0.3,
            probe_hold: 2.5,
            confirm: 1,
            by_service: BTreeMap::new(),
        }
    }
}

/// One `[[targets]]` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredTarget {
    /// Metric id.
    pub metric: String,
    /// The value to reach.
    pub target: f64,
    /// The value that scores 0.
    pub limit: Option<f64>,
    /// Met, but on the wrong side of this, is at risk.
    pub warn: Option<f64>,
    /// Missed, but no worse than this, is at risk.
    pub amber: Option<f64>,
    /// Points (value, score) of the scale, values rising; without them it is the line from limit to target.
    pub points: Vec<(f64, f64)>,
    /// The slice that it holds for; empty for all.
    pub by: BTreeMap<String, String>,
    /// Line in the project file.
    pub line: usize,
}

impl Project {
    /// The text of `nines.toml` in a folder, and the catalogue that the folder overlays.
    ///
    /// # Errors
    /// When a file is missing or cannot be read.
    pub fn files(root: &Path) -> Result<(String, Catalogue), Vec<Issue>> {
        let path = root.join(PROJECT_FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            vec![
                Issue::error(PROJECT_FILE, format!("cannot read {}: {error}", path.display()))
                    .hint("name the project's folder with `--project DIR`, or make one with `nines init DIR`"),
            ]
        })?;
        let catalogue =
            Catalogue::with_project(root).map_err(|error| vec![Issue::error("queries", error.to_string())])?;
        Ok((text, catalogue))
    }

    /// Checks the text of a project file.
    ///
    /// # Errors
    /// All issues found.
    pub fn parse(root: &Path, text: &str) -> Result<Self, Vec<Issue>> {
        match Self::read(root, text) {
            (Some(project), issues) if issues.iter().all(|issue| issue.level < Level::Error) => Ok(project),
            (_, issues) => Err(issues),
        }
    }

    /// What can be understood of a project file, so that the rest of it is checked even where some is wrong; and all
    /// issues found.
    pub fn read(root: &Path, text: &str) -> (Option<Self>, Vec<Issue>) {
        let raw: Raw = match toml::from_str(text) {
            Ok(raw) => raw,
            Err(error) => return (None, vec![Issue::from_toml(PROJECT_FILE, text, &error)]),
        };
        let mut issues = Vec::new();
        let mut report = |issue: Issue| issues.push(issue);
        let zone = match &raw.zone {
            Some(name) => zone_of(text, name, &mut report),
            None => Some(Tz::UTC),
        }
        .unwrap_or(Tz::UTC);
        let as_of = raw.as_of.as_ref().and_then(|value| {
            let instant = local_time::from_rfc3339(value.get_ref());
            if instant.is_none() {
                report(bad(text, value, "`as_of`", "an instant such as \"2026-07-06T06:00:00+02:00\""));
            }
            instant
        });
        let since = raw.since.as_ref().and_then(|value| {
            let day = value.get_ref().parse().ok();
            if day.is_none() {
                report(bad(text, value, "`since`", "a day such as \"2026-01-05\""));
            }
            day
        });
        let mut exports = Vec::new();
        for export in raw.exports {
            let zone = export.zone.as_ref().and_then(|name| zone_of(text, name, &mut report));
            exports.push(Export { files: export.files, mapping: export.mapping, zone });
        }
        let mut whole = text.to_string();
        let mut calendars = BTreeMap::from([(ALWAYS.to_string(), Calendar::always())]);
        for (name, raw) in &raw.calendars {
            match calendar_of(root, raw.get_ref(), zone, &mut whole, &mut report) {
                Ok(_) if name == ALWAYS => report(
                    Issue::error(PROJECT_FILE, format!("calendar `{ALWAYS}`: the name stands for around the clock"))
                        .at_offset(text, raw.span().start)
                        .hint("give the calendar another name"),
                ),
                Ok(calendar) => {
                    calendars.insert(name.clone(), calendar);
                }
                Err(message) => {
                    // Its name is declared all the same: who uses it has made no mistake.
                    calendars.entry(name.clone()).or_insert_with(Calendar::always);
                    report(
                        Issue::error(PROJECT_FILE, format!("calendar `{name}`: {message}"))
                            .at_offset(text, raw.span().start),
                    );
                }
            }
        }
        let mut clock = Calendar::always();
        if let Some(name) = &raw.clocks.calendar {
            match calendars.get(name.get_ref()) {
                Some(calendar) => clock = calendar.clone(),
                None => report(
                    Issue::error(PROJECT_FILE, format!("clocks: unknown calendar `{}`", name.get_ref()))
                        .at_offset(text, name.span().start)
                        .nearest(name.get_ref(), calendars.keys().map(String::as_str)),
                ),
            }
        }
        let clocks = clocks_of(text, &raw.clocks, &calendars, &clock, &mut report);
        let fiscal_year_start = fiscal_year_start(text, raw.fiscal_year_start.as_ref(), &mut report);
        let targets = raw
            .targets
            .into_iter()
            .map(|target| {
                let line = super::issue::line_of(text, target.span().start);
                targets::target_of(target.into_inner(), line)
            })
            .collect();
        if !(0.0..=1.0).contains(&raw.ingest.tolerate_rejects) {
            report(Issue::error(PROJECT_FILE, "ingest.tolerate_rejects: expected a share from 0 to 1"));
        }
        issues.extend(delivery::issues(PROJECT_FILE, &raw.delivery, &raw.performance, &raw.surveys));
        let practice =
            practice::Practice { jobs: raw.jobs, register: raw.register, effort: raw.effort, money: raw.money };
        issues.extend(practice::issues(PROJECT_FILE, &practice));
        issues.extend(service_time::problems(text, &raw.service_time));
        let project = Self {
            root: root.to_path_buf(),
            name: raw.name,
            zone,
            as_of,
            since,
            exports,
            tolerate_rejects: raw.ingest.tolerate_rejects,
            tiers: raw.tiers,
            allowed: raw.escalations.map(|escalations| escalations.allowed.into_iter().collect()),
            calendars,
            clock,
            counted_in: None,
            clocks,
            fiscal_year_start,
            service_time: raw.service_time,
            delivery: raw.delivery,
            performance: raw.performance,
            practice,
            flow: raw.flow,
            surveys: raw.surveys,
            targets,
            language: raw.language,
            reports: raw.reports,
            text: whole,
        };
        (Some(project), issues)
    }

    /// The same project with one calendar in place of those of all services, targets and clocks; `None` where it has none of that
    /// name.
    #[must_use]
    pub fn counted_in(&self, name: &str) -> Option<Self> {
        let hours = self.calendars.get(name)?.clone();
        let mut own = self.clone();
        let within = own.clocks.resolve_within.values_mut().chain(own.clocks.respond_within.values_mut());
        within.chain(own.clocks.restore_within.values_mut()).for_each(|within| within.calendar = hours.clone());
        own.clock = hours.clone();
        own.counted_in = Some(hours);
        Some(own)
    }

    /// The line of the project file that first names something in quotes.
    pub fn line_naming(&self, name: &str) -> Option<usize> {
        let quoted = format!("\"{name}\"");
        self.text.lines().position(|line| line.contains(&quoted)).map(|index| index + 1)
    }

    /// The folder of the lake.
    pub fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// The folder that reports are written to.
    pub fn out(&self) -> PathBuf {
        self.root.join("out")
    }
}

fn bad(text: &str, value: &Spanned<String>, what: &str, expected: &str) -> Issue {
    Issue::error(PROJECT_FILE, format!("{what}: expected {expected}, found \"{}\"", value.get_ref()))
        .at_offset(text, value.span().start)
}

fn zone_of(text: &str, name: &Spanned<String>, report: &mut dyn FnMut(Issue)) -> Option<Tz> {
    let zone = name.get_ref().parse().ok();
    if zone.is_none() {
        let issue = bad(text, name, "`zone`", "an IANA time zone such as \"Europe/Brussels\"");
        report(match nearest(name.get_ref(), chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(near) => issue.hint(format!("did you mean `{near}`?")),
            None => issue,
        });
    }
    zone
}

/// Seconds of a duration such as `90m`, `4h` or `2d 12h`; a bare number is seconds.
pub fn duration_s(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut any = false;
    for part in text.split_whitespace() {
        let split = part.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.len());
        let (number, unit) = part.split_at(split);
        let factor = match unit {
            "" | "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        any = true;
    }
    any.then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_reported_at_once_with_its_line() {
        let text = "name = \"A\"\nzone = \"Europe/Brusels\"\nas_of = \"yesterday\"\n[clocks]\ncalendar = \"offce\"\n[calendars.office]\nhours = { mon = [\"08:00-12:00\"] }\n";
        let issues = Project::parse(Path::new("."), text).unwrap_err();
        let found: Vec<_> = issues.iter().map(|issue| (issue.line, issue.hint.clone())).collect();
        assert_eq!(
            found,
            [
                (Some(2), Some("did you mean `Europe/Brussels`?".into())),
                (Some(3), None),
                (Some(5), Some("did you mean `office`?".into()))
            ]
        );
    }

    #[test]
    fn durations_add_their_parts() {
        assert_eq!(duration_s("2d 12h"), Some(216_000.0));
        assert_eq!(duration_s("90m"), Some(5_400.0));
        assert_eq!(duration_s("4 hours"), None);
    }
}
