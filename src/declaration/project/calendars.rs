//! The calendars of a project: weekly hours, zone, holidays from lists and iCalendar files, and days with hours of their own.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::holidays::holidays;
use crate::arithmetic::calendar::{self, Calendar, SpecialDay};
use crate::declaration::issue::Issue;

/// The calendar that every project has: around the clock.
pub(super) const ALWAYS: &str = "always";

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `[calendars.NAME]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCalendar {
    zone: Option<String>,
    hours: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    holidays: Vec<String>,
    #[serde(default)]
    holidays_from: Files,
    #[serde(default)]
    special: BTreeMap<String, Vec<String>>,
}

/// One file or several, relative to the project.
#[derive(Deserialize)]
#[serde(untagged)]
enum Files {
    One(String),
    Several(Vec<String>),
}

impl Default for Files {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// A declared calendar; `default` is the project's zone. The texts of its files are added to `read`, what is wrong in them is
/// reported.
///
/// # Errors
/// What is wrong in the declaration itself.
pub(super) fn calendar_of(
    root: &Path,
    raw: &RawCalendar,
    default: Tz,
    read: &mut String,
    report: &mut dyn FnMut(Issue),
) -> Result<Calendar, String> {
    let zone = match &raw.zone {
        Some(name) => name.parse().map_err(|_| format!("zone: expected an IANA time zone, found \"{name}\""))?,
        None => default,
    };
    let mut weekly: [Vec<(u32, u32)>; 7] = Default::default();
    for (day, hours) in &raw.hours {
        let index = DAYS
            .iter()
            .position(|name| name == day)
            .ok_or_else(|| format!("hours: expected one of {}, found `{day}`", DAYS.join(", ")))?;
        for range in hours {
            weekly[index].push(calendar::parse_hours(range)?);
        }
    }
    let date = |key: &str, day: &String| {
        day.parse::<NaiveDate>().map_err(|_| format!("{key}: expected a day such as 2026-12-25, found \"{day}\""))
    };
    let mut special: BTreeMap<NaiveDate, SpecialDay> = BTreeMap::new();
    for day in &raw.holidays {
        special.insert(date("holidays", day)?, SpecialDay::default());
    }
    let files = match &raw.holidays_from {
        Files::One(file) => std::slice::from_ref(file),
        Files::Several(files) => files.as_slice(),
    };
    for file in files {
        let text = std::fs::read_to_string(root.join(file))
            .map_err(|error| format!("holidays_from: cannot read {file}: {error}"))?;
        let (found, issues) = holidays(file, &text);
        issues.into_iter().for_each(&mut *report);
        for (date, name) in found {
            let day = special.entry(date).or_default();
            day.name = day.name.take().or(name);
        }
        read.push_str(&format!("\n# {file}\n{text}"));
    }
    for (day, hours) in &raw.special {
        let own = special.entry(date("special", day)?).or_default();
        own.hours = hours.iter().map(|range| calendar::parse_hours(range)).collect::<Result<_, _>>()?;
    }
    Calendar::with_days(zone, weekly, special)
}
