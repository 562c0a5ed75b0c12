//! The options that name a project and its two moments.

use std::path::PathBuf;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};
use clap::Args;

use super::{Terminal, Trouble};
use crate::arithmetic::local_time::{day_start, from_rfc3339};
use crate::arithmetic::period::{self, Period};
use crate::declaration::issue::nearest;
use crate::declaration::project::Project;
use crate::pipeline::{Failure, Moments, Session};

/// Which project, and the two axes of time.
#[derive(Args, Debug)]
pub(super) struct ProjectArguments {
    /// Folder of the project (the one with nines.toml)
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: PathBuf,
    /// What "now" means for the figures (RFC 3339); default: the project's as_of, else the clock
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Count only what was ingested by then (RFC 3339)
    #[arg(long, value_name = "INSTANT")]
    pub known_at: Option<String>,
}

impl ProjectArguments {
    fn moments(&self, terminal: &Terminal) -> Result<Moments, Trouble> {
        let instant = |option: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => from_rfc3339(text).map(Some).ok_or_else(|| {
                let message =
                    format!("--{option}: expected an instant such as 2026-07-06T06:00:00+02:00, found \"{text}\"");
                Trouble::Failure(Failure::Usage { message, hint: self.ends_of_day(option, text) })
            }),
        };
        Ok(Moments {
            now: terminal.now,
            as_of: instant("as-of", &self.as_of)?,
            known_at: instant("known-at", &self.known_at)?,
        })
    }

    /// A day has two ends, and only its user knows which of them is meant.
    fn ends_of_day(&self, option: &str, text: &str) -> Option<String> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        let (project, _) = Project::read(&self.project, &Project::files(&self.project).ok()?.0);
        let zone = project.map_or(chrono_tz::UTC, |project| project.zone);
        let instant = |day: NaiveDate| {
            let local = DateTime::from_timestamp_micros(day_start(day, zone))?.with_timezone(&zone);
            Some(local.to_rfc3339_opts(SecondsFormat::Secs, true))
        };
        let (start, end) = (instant(day)?, instant(day.succ_opt()?)?);
        Some(format!("the day begins with --{option} {start} and ends with --{option} {end}"))
    }

    /// Opens the project; warnings about its declarations are told.
    pub(super) fn open(&self, terminal: &mut Terminal) -> Result<Session, Trouble> {
        let moments = self.moments(terminal)?;
        let session = Session::open(&self.project, moments)?;
        for issue in &session.definitions.issues {
            terminal.issue(issue)?;
        }
        Ok(session)
    }

    /// Opens the project even where some declarations are wrong.
    pub(super) fn open_unchecked(&self, terminal: &Terminal) -> Result<Session, Trouble> {
        let moments = self.moments(terminal)?;
        Ok(Session::open_unchecked(&self.project, moments)?)
    }
}

/// The periods that have a name of their own.
const RELATIVE: [&str; 18] = [
    "today",
    "yesterday",
    "this-week",
    "last-week",
    "this-month",
    "last-month",
    "this-quarter",
    "last-quarter",
    "this-year",
    "last-year",
    "this-half",
    "last-half",
    "this-fiscal-quarter",
    "last-fiscal-quarter",
    "this-fiscal-half",
    "last-fiscal-half",
    "this-fiscal-year",
    "last-fiscal-year",
];

/// A period in one of the forms that users write.
pub(super) fn parse_period(text: &str, session: &Session) -> Result<Period, Trouble> {
    let (zone, begins) = (session.project.zone, session.project.fiscal_year_start);
    period::parse_fiscal(text, zone, session.as_of, begins).map_err(|message| {
        let hint =
            weeks_of_year(text).or_else(|| nearest(text, RELATIVE).map(|near| format!("did you mean `{near}`?")));
        Trouble::Failure(Failure::Usage { message: format!("--{message}"), hint })
    })
}

/// "2026 has 53 weeks": what to know of a week that its year doesn't have.
fn weeks_of_year(text: &str) -> Option<String> {
    let (year, week) = text.split_once("-W")?;
    let year = year.parse().ok()?;
    // The 28th of December always lies in the last week of its year.
    let last = NaiveDate::from_ymd_opt(year, 12, 28)?.iso_week().week();
    let week: u32 = week.parse().ok()?;
    (!(1..=last).contains(&week)).then(|| format!("{year} has {last} weeks: 01 to {last}"))
}
