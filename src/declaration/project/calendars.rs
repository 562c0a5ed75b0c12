//! The calendars of a project: weekly hours, zone and holidays.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::raw::RawCalendar;
use crate::arithmetic::calendar::{self, Calendar};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A declared calendar; `default` is the project's zone.
pub(super) fn calendar_of(raw: &RawCalendar, default: Tz) -> Result<Calendar, String> {
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
    let holidays = raw
        .holidays
        .iter()
        .map(|day| {
            day.parse::<NaiveDate>()
                .map_err(|_| format!("holidays: expected a day such as 2026-12-25, found \"{day}\""))
        })
        .collect::<Result<BTreeSet<_>, _>>()?;
    Calendar::new(zone, weekly, holidays)
}
