//! Holidays from an iCalendar file (RFC 5545): its all-day events, on each day that they last and recur. An event at a time of
//! day is no holiday: it is left out with a warning.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use icalendar::parser::{Component, Property, read_calendar_simple, unfold};
use rrule::{RRule, RRuleSet, Unvalidated};

use crate::declaration::issue::Issue;

/// An event that recurs for ever is followed to the end of this century.
const LAST_YEAR: i32 = 2099;

/// An event that lasts longer is a slip of the keyboard.
const LONGEST_DAYS: i64 = 366;

/// The holidays that an iCalendar text declares, each with its name, and what is wrong in it; `file` is its name for messages.
pub(super) fn holidays(file: &str, text: &str) -> (BTreeMap<NaiveDate, Option<String>>, Vec<Issue>) {
    let text = text.trim_start_matches('\u{feff}');
    let unfolded = unfold(text.trim_end());
    let roots = match read_calendar_simple(&unfolded) {
        Ok(roots) => roots,
        Err(error) => {
            let passed = unfolded.len() - error.input.len().min(unfolded.len());
            let issue = Issue::error(file, "expected an iCalendar text (BEGIN:VCALENDAR), found something else");
            return (BTreeMap::new(), vec![issue.at(line_of(text, &unfolded[..passed]))]);
        }
    };
    let mut events: Vec<&Component<'_>> = Vec::new();
    for root in &roots {
        let children = root.components.iter().filter(|child| is(child.name.as_str(), "VEVENT"));
        events.extend(children.chain(Some(root).filter(|root| is(root.name.as_str(), "VEVENT"))));
    }
    let lines: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| is(line.trim_end(), "BEGIN:VEVENT"))
        .map(|(index, _)| index + 1)
        .collect();
    let mut issues = Vec::new();
    // An event that stands for one occurrence of another takes its place.
    let moved: BTreeSet<(String, NaiveDate)> = events
        .iter()
        .filter_map(|event| Some((value(event, "UID")?.to_string(), date(value(event, "RECURRENCE-ID")?)?)))
        .collect();
    let mut found: BTreeMap<NaiveDate, Option<String>> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        let name = value(event, "SUMMARY").map(unescaped).filter(|name| !name.is_empty());
        let told = name.clone().unwrap_or_else(|| "without a name".to_string());
        let place = |issue: Issue| match lines.get(index) {
            Some(line) => issue.at(*line),
            None => issue,
        };
        match days(event, &moved) {
            Ok((days, doubts)) => {
                let doubt = |doubt: String| place(Issue::warning(file, format!("event \"{told}\": {doubt}")));
                issues.extend(doubts.into_iter().map(doubt));
                for day in days {
                    let known = found.entry(day).or_default();
                    match (&mut *known, &name) {
                        (Some(known), Some(name)) if known != name => known.push_str(&format!(", {name}")),
                        (Some(_), _) | (_, None) => {}
                        (None, Some(name)) => *known = Some(name.clone()),
                    }
                }
            }
            Err(message) => issues.push(place(Issue::error(file, format!("event \"{told}\": {message}")))),
        }
    }
    (found, issues)
}

/// The days of one event, and what was left out of it.
fn days(
    event: &Component<'_>,
    moved: &BTreeSet<(String, NaiveDate)>,
) -> Result<(BTreeSet<NaiveDate>, Vec<String>), String> {
    let mut doubts = Vec::new();
    if value(event, "STATUS").is_some_and(|status| is(status, "CANCELLED")) {
        return Ok((BTreeSet::new(), doubts));
    }
    let start = property(event, "DTSTART").ok_or("expected a DTSTART, found none")?;
    let Some(first) = whole_day(start) else {
        return match date(start.val.as_str()) {
            Some(_) => {
                doubts.push("it is at a time of day and is left out: a holiday is an event of whole days".to_string());
                Ok((BTreeSet::new(), doubts))
            }
            None => Err(format!("DTSTART: expected a day such as 20261225, found \"{}\"", start.val.as_str())),
        };
    };
    let length = match (property(event, "DTEND"), value(event, "DURATION")) {
        (Some(end), _) => {
            let until = date(end.val.as_str())
                .ok_or_else(|| format!("DTEND: expected a day such as 20261226, found \"{}\"", end.val.as_str()))?;
            // Some programs write the same day twice where the standard wants the day after.
            if until == first { 1 } else { (until - first).num_days() }
        }
        (None, Some(text)) => {
            duration_days(text).ok_or_else(|| format!("DURATION: expected whole days such as P1D, found \"{text}\""))?
        }
        (None, None) => 1,
    };
    if !(1..=LONGEST_DAYS).contains(&length) {
        return Err(format!("expected it to last 1 to {LONGEST_DAYS} days, found {length}"));
    }
    let mut begins = BTreeSet::from([first]);
    for rule in properties(event, "RRULE") {
        begins.extend(recurrences(first, rule.val.as_str())?);
    }
    for (key, adds) in [("RDATE", true), ("EXDATE", false)] {
        for item in properties(event, key).flat_map(|property| property.val.as_str().split(',')) {
            match date(item.trim()).filter(|_| item.trim().len() == 8 || item.contains("T000000")) {
                Some(day) if adds => {
                    begins.insert(day);
                }
                Some(day) => {
                    begins.remove(&day);
                }
                None => {
                    doubts.push(format!("{key}: expected days such as 20261225, found \"{item}\", which is left out"));
                }
            }
        }
    }
    if property(event, "RECURRENCE-ID").is_none()
        && let Some(uid) = value(event, "UID")
    {
        begins.retain(|day| !moved.contains(&(uid.to_string(), *day)));
    }
    let lasting = |day: NaiveDate| (0..length.unsigned_abs()).filter_map(move |n| day.checked_add_days(Days::new(n)));
    Ok((begins.into_iter().flat_map(lasting).collect(), doubts))
}

/// The days on which an event that first begins on `first` begins again by a rule.
fn recurrences(first: NaiveDate, rule: &str) -> Result<Vec<NaiveDate>, String> {
    let wrong = |error: rrule::RRuleError| format!("RRULE: {error}, found \"{rule}\"");
    let start = rrule::Tz::UTC.from_utc_datetime(&first.and_time(NaiveTime::MIN));
    // The end of a rule over days is a day; here days are their midnights in UTC.
    let parts = rule.split(';').map(|part| match part.split_once('=') {
        Some((key, until)) if is(key, "UNTIL") => {
            let time = if until.contains('T') { "" } else { "T000000" };
            format!("UNTIL={until}{time}{}", if until.ends_with('Z') { "" } else { "Z" })
        }
        _ => part.to_string(),
    });
    let parsed: RRule<Unvalidated> = parts.collect::<Vec<_>>().join(";").parse().map_err(wrong)?;
    let set = RRuleSet::new(start).rrule(parsed.validate(start).map_err(wrong)?);
    let end = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(first);
    let result = set.before(rrule::Tz::UTC.from_utc_datetime(&end.and_time(NaiveTime::MIN))).all(u16::MAX);
    if result.limited {
        return Err(format!("RRULE: more than {} occurrences, found \"{rule}\"", u16::MAX));
    }
    Ok(result.dates.into_iter().map(|at| at.date_naive()).collect())
}

fn is(word: &str, expected: &str) -> bool {
    word.eq_ignore_ascii_case(expected)
}

fn properties<'a>(event: &'a Component<'a>, key: &'a str) -> impl Iterator<Item = &'a Property<'a>> {
    event.properties.iter().filter(move |property| is(property.name.as_str(), key))
}

fn property<'a>(event: &'a Component<'a>, key: &'a str) -> Option<&'a Property<'a>> {
    properties(event, key).next()
}

fn value<'a>(event: &'a Component<'a>, key: &'a str) -> Option<&'a str> {
    property(event, key).map(|property| property.val.as_str().trim())
}

/// The day of a property without a time of day.
fn whole_day(property: &Property<'_>) -> Option<NaiveDate> {
    let text = property.val.as_str().trim();
    date(text).filter(|_| text.len() == 8)
}

/// The day that a date or date-time begins with.
fn date(text: &str) -> Option<NaiveDate> {
    let (day, rest) = text.trim().split_at_checked(8)?;
    let plain = day.bytes().all(|byte| byte.is_ascii_digit()) && (rest.is_empty() || rest.starts_with('T'));
    NaiveDate::parse_from_str(day, "%Y%m%d").ok().filter(|_| plain)
}

/// "P3D" or "P1W" in days.
fn duration_days(text: &str) -> Option<i64> {
    let text = text.trim_start_matches('+').strip_prefix('P')?;
    match (text.strip_suffix('D'), text.strip_suffix('W')) {
        (Some(days), _) => days.parse().ok(),
        (_, Some(weeks)) => weeks.parse::<i64>().ok()?.checked_mul(7),
        _ => None,
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

/// The line of the file that the unfolded text reaches after `passed`: folded lines begin with a blank.
fn line_of(text: &str, passed: &str) -> usize {
    let wanted = passed.matches('\n').count();
    let starts = text.lines().enumerate().filter(|(_, line)| !line.starts_with([' ', '\t']));
    starts.map(|(index, _)| index + 1).nth(wanted).unwrap_or(1)
}

#[cfg(test)]
mod tests;
