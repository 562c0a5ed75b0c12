//! The options that name a project and its two moments.

use std::path::PathBuf;

use clap::Args;

use super::{Terminal, Trouble};
use crate::arithmetic::local_time::from_rfc3339;
use crate::arithmetic::period::{self, Period};
use crate::declaration::issue::nearest;
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
                Trouble::usage(format!(
                    "--{option}: expected an instant such as 2026-07-06T06:00:00+02:00, found \"{text}\""
                ))
            }),
        };
        Ok(Moments {
            now: terminal.now,
            as_of: instant("as-of", &self.as_of)?,
            known_at: instant("known-at", &self.known_at)?,
        })
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
        let hint = nearest(text, RELATIVE).map(|near| format!("did you mean `{near}`?"));
        Trouble::Failure(Failure::Usage { message: format!("--{message}"), hint })
    })
}
