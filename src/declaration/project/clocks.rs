//! Targets of the clocks: how soon to respond to and resolve tickets by priority, and to restore service by severity.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{PROJECT_FILE, duration_s};
use crate::arithmetic::calendar::Calendar;
use crate::declaration::issue::Issue;

/// A time in which something is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// The time, seconds on the calendar.
    pub target_s: f64,
    /// The calendar that counts.
    pub calendar: Calendar,
}

/// `[clocks]`, but for its calendar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clocks {
    /// Whether time on hold stops the clocks of targets.
    pub stop_on_hold: bool,
    /// First response, by priority of the ticket.
    pub respond_within: BTreeMap<i64, Within>,
    /// Resolution, by priority of the ticket.
    pub resolve_within: BTreeMap<i64, Within>,
    /// Restoration, by severity of the incident.
    pub restore_within: BTreeMap<i64, Within>,
}

/// `[clocks]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawClocks {
    pub(super) calendar: Option<Spanned<String>>,
    stop_on_hold: bool,
    respond_within: Targets,
    resolve_within: Targets,
    restore_within: Targets,
}

type Targets = BTreeMap<String, Spanned<Value>>;

impl Default for RawClocks {
    fn default() -> Self {
        let none = Targets::new;
        Self {
            calendar: None,
            stop_on_hold: true,
            respond_within: none(),
            resolve_within: none(),
            restore_within: none(),
        }
    }
}

/// The targets that are declared; `clock` counts the tickets' where no other calendar is named, calendar time the incidents'.
pub(super) fn clocks_of(
    text: &str,
    raw: &RawClocks,
    calendars: &BTreeMap<String, Calendar>,
    clock: &Calendar,
    report: &mut dyn FnMut(Issue),
) -> Clocks {
    let mut targets = |key: &str, what: &str, raw: &Targets, calendar: &Calendar| {
        let mut found = BTreeMap::new();
        for (number, target) in raw {
            match within(number, what, target.get_ref(), calendars, calendar) {
                Ok((number, within)) => {
                    found.insert(number, within);
                }
                Err(wrong) => {
                    let wrong = Issue { message: format!("`clocks.{key}`: {}", wrong.message), ..wrong };
                    report(wrong.at_offset(text, target.span().start));
                }
            }
        }
        found
    };
    Clocks {
        stop_on_hold: raw.stop_on_hold,
        respond_within: targets("respond_within", "priority", &raw.respond_within, clock),
        resolve_within: targets("resolve_within", "priority", &raw.resolve_within, clock),
        restore_within: targets("restore_within", "severity", &raw.restore_within, &Calendar::always()),
    }
}

fn within(
    number: &str,
    what: &str,
    target: &Value,
    calendars: &BTreeMap<String, Calendar>,
    default: &Calendar,
) -> Result<(i64, Within), Issue> {
    let wrong = |found: &dyn std::fmt::Display| {
        let expected = format!("a {what} number and a duration such as 4 = \"2d 12h\"");
        Issue::error(PROJECT_FILE, format!("expected {expected}, found {number} = {found}"))
            .hint("a calendar of its own stands beside it: 1 = { within = \"4h\", calendar = \"always\" }")
    };
    let number = number.parse().map_err(|_| wrong(target))?;
    let (duration, calendar) = match target {
        Value::String(duration) => (Some(duration), None),
        Value::Table(table) if table.keys().all(|key| key == "within" || key == "calendar") => {
            let text =
                |key: &str| table.get(key).and_then(|value| if let Value::String(t) = value { Some(t) } else { None });
            if table.contains_key("calendar") && text("calendar").is_none() {
                return Err(wrong(target));
            }
            (text("within"), text("calendar"))
        }
        _ => return Err(wrong(target)),
    };
    let target_s = duration.and_then(|duration| duration_s(duration)).ok_or_else(|| wrong(target))?;
    let calendar = match calendar {
        None => default.clone(),
        Some(name) => calendars.get(name).cloned().ok_or_else(|| {
            Issue::error(PROJECT_FILE, format!("unknown calendar `{name}`"))
                .nearest(name, calendars.keys().map(String::as_str))
        })?,
    };
    Ok((number, Within { target_s, calendar }))
}
