//! Lengths of time as OpenSLO writes them (`30d`, `1M`), local times, and the window over which an objective holds.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::document::Version;
use super::fields::{Fields, Notes, text};
use super::node::Node;
use crate::declaration::issue::nearest;
use crate::declaration::objective::{Window, WindowUnit};

/// A unit of a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// `s`, which only look-backs and slices may have.
    Second,
    /// Any of the units of a window.
    Of(WindowUnit),
}

/// A length of time: how many of which unit.
pub(super) type Length = (u32, Unit);

const UNITS: [(char, Unit); 8] = [
    ('s', Unit::Second),
    ('m', Unit::Of(WindowUnit::Minute)),
    ('h', Unit::Of(WindowUnit::Hour)),
    ('d', Unit::Of(WindowUnit::Day)),
    ('w', Unit::Of(WindowUnit::Week)),
    ('M', Unit::Of(WindowUnit::Month)),
    ('Q', Unit::Of(WindowUnit::Quarter)),
    ('Y', Unit::Of(WindowUnit::Year)),
];

/// Words of v1alpha for units.
const WORDS: [(&str, Unit); 8] = [
    ("Second", Unit::Second),
    ("Minute", Unit::Of(WindowUnit::Minute)),
    ("Hour", Unit::Of(WindowUnit::Hour)),
    ("Day", Unit::Of(WindowUnit::Day)),
    ("Week", Unit::Of(WindowUnit::Week)),
    ("Month", Unit::Of(WindowUnit::Month)),
    ("Quarter", Unit::Of(WindowUnit::Quarter)),
    ("Year", Unit::Of(WindowUnit::Year)),
];

/// Most units that a length may have: enough for ten thousand days in minutes, and no sum of seconds overflows.
const MOST: u32 = 15_000_000;

/// The length that a text such as `30d` says.
pub(super) fn length(text: &str) -> Option<Length> {
    let letter = text.chars().next_back()?;
    let digits = text.strip_suffix(letter)?;
    let (_, unit) = UNITS.iter().find(|(known, _)| *known == letter)?;
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse().ok().filter(|count| whole && (1..=MOST).contains(count))?;
    Some((count, *unit))
}

/// The seconds of a length; none where they depend on the calendar.
pub(super) fn seconds((count, unit): Length) -> Option<i64> {
    let each = match unit {
        Unit::Second => 1,
        Unit::Of(WindowUnit::Minute) => 60,
        Unit::Of(WindowUnit::Hour) => 3_600,
        Unit::Of(WindowUnit::Day) => 86_400,
        Unit::Of(WindowUnit::Week) => 604_800,
        Unit::Of(WindowUnit::Month | WindowUnit::Quarter | WindowUnit::Year) => return None,
    };
    Some(i64::from(count) * each)
}

/// The seconds that a node such as `1h` says.
pub(super) fn seconds_of(notes: &mut Notes, node: &Node, path: &str) -> Option<i64> {
    let found = text(notes, node, path)?;
    let seconds = length(found.trim()).and_then(seconds);
    if seconds.is_none() {
        let message = format!("`{path}`: expected a length of time, found `{found}`");
        notes.wrong(node.line, message, "write a whole number and s, m, h, d or w, such as 30m or 3d");
    }
    seconds
}

/// The length of a slice in seconds; a bare number is minutes.
pub(super) fn slice_of(notes: &mut Notes, node: &Node, path: &str) -> Option<i64> {
    match node.text().map(str::trim).and_then(|text| text.parse::<u32>().ok()) {
        Some(minutes) if (1..=MOST).contains(&minutes) => Some(i64::from(minutes) * 60),
        _ => seconds_of(notes, node, path),
    }
}

/// A local time such as `2026-01-05 08:00:00`.
pub(super) fn local_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(NaiveDateTime::from))
}

/// The zone that a field names.
pub(super) fn zone_of(notes: &mut Notes, node: &Node, path: &str) -> Option<Tz> {
    let found = text(notes, node, path)?;
    let zone = found.trim().parse().ok();
    if zone.is_none() {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let hint = match nearest(&found, known) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "write a name such as Europe/Brussels".to_string(),
        };
        notes.wrong(node.line, format!("`{path}`: expected an IANA time zone, found `{found}`"), hint);
    }
    zone
}

/// The window of an SLO whose fields are `spec`.
pub(super) fn window(notes: &mut Notes, spec: &mut Fields<'_>, version: Version) -> Option<Window> {
    let name = if version == Version::Alpha { "timeWindows" } else { "timeWindow" };
    let path = spec.path_of(name);
    let line = spec.line_of(name);
    let missing = spec.node(name).is_none();
    if missing {
        notes.doubt(line, format!("`{path}` is missing: 30 days, rolling, are taken"));
        return Some(Window::Rolling { count: 30, unit: WindowUnit::Day });
    }
    let items = spec.list(notes, name)?;
    let [item] = items else {
        notes.error(line, format!("`{path}`: expected exactly one window, found {}", items.len()));
        return None;
    };
    let mut fields = Fields::of(notes, item, format!("{path}[1]"))?;
    let length = match version {
        Version::Alpha => counted(notes, &mut fields),
        _ => written(notes, &mut fields),
    };
    let rolling = fields.boolean(notes, "isRolling");
    let calendar = fields.mapping(notes, "calendar");
    let length_line = fields.line_of(if version == Version::Alpha { "count" } else { "duration" });
    let window = match (length, rolling, calendar) {
        (length, Some(true) | None, None) => {
            if rolling.is_none() && version != Version::Alpha {
                notes.doubt(
                    fields.line,
                    format!("`{}.isRolling` is missing: the window is taken as rolling", fields.path),
                );
            }
            length.map(|(count, unit)| Window::Rolling { count, unit })
        }
        (_, Some(false), None) => {
            let hint = "say calendar: {startTime: ..., timeZone: ...}, or isRolling: true";
            let line = fields.line_of("isRolling");
            notes.wrong(line, format!("`{}`: a window that isn't rolling needs a calendar", fields.path), hint);
            None
        }
        (_, Some(true), Some(calendar)) => {
            let message = format!("`{}`: a window is rolling or has a calendar, not both", fields.path);
            notes.wrong(calendar.line, message, "remove calendar, or say isRolling: false");
            None
        }
        (length, Some(false) | None, Some(calendar)) => aligned(notes, calendar, length, length_line),
    };
    fields.finish(notes);
    window
}

fn aligned(
    notes: &mut Notes,
    mut calendar: Fields<'_>,
    length: Option<(u32, WindowUnit)>,
    length_line: usize,
) -> Option<Window> {
    let start_path = calendar.path_of("startTime");
    let zone_path = calendar.path_of("timeZone");
    let start = calendar.required(notes, "startTime");
    let start = start.and_then(|node| {
        let found = text(notes, node, &start_path)?;
        let start = local_time(&found);
        if start.is_none() {
            let message = format!("`{start_path}`: expected a local time, found `{found}`");
            notes.wrong(node.line, message, "write it as 2026-01-31 12:30:00, without a zone");
        }
        start
    });
    let zone = calendar.required(notes, "timeZone").and_then(|node| zone_of(notes, node, &zone_path));
    calendar.finish(notes);
    let (count, unit) = length?;
    let unit = if unit == WindowUnit::Minute && count <= 12 {
        notes.doubt(length_line, format!("a calendar window of `{count}m` is read as months: write `{count}M`"));
        WindowUnit::Month
    } else {
        unit
    };
    Some(Window::Calendar { count, unit, start: start?, zone: zone? })
}

/// `duration: 4w`.
fn written(notes: &mut Notes, fields: &mut Fields<'_>) -> Option<(u32, WindowUnit)> {
    let path = fields.path_of("duration");
    let node = fields.required(notes, "duration")?;
    let found = text(notes, node, &path)?;
    match length(found.trim()) {
        Some(length) => in_minutes(notes, node.line, &path, length),
        None => {
            let message = format!("`{path}`: expected a length of time, found `{found}`");
            notes.wrong(node.line, message, "write a whole number and m, h, d, w, M, Q or Y, such as 4w or 1M");
            None
        }
    }
}

/// `count: 4` and `unit: Week`.
fn counted(notes: &mut Notes, fields: &mut Fields<'_>) -> Option<(u32, WindowUnit)> {
    let count_path = fields.path_of("count");
    let unit_path = fields.path_of("unit");
    let count = fields.required(notes, "count").and_then(|node| {
        let count = node.text().and_then(|text| text.trim().parse::<u32>().ok());
        let count = count.filter(|count| (1..=MOST).contains(count));
        if count.is_none() {
            notes.error(node.line, format!("`{count_path}`: expected a whole number above 0, found {}", node.what()));
        }
        count
    });
    let line = fields.line_of("unit");
    fields.required(notes, "unit");
    let unit = fields.word(notes, "unit", &WORDS);
    in_minutes(notes, line, &unit_path, (count?, unit?))
}

/// A length without seconds, which no window is counted in.
fn in_minutes(notes: &mut Notes, line: usize, path: &str, length: Length) -> Option<(u32, WindowUnit)> {
    match length {
        (count, Unit::Of(unit)) => Some((count, unit)),
        (count, Unit::Second) if count % 60 == 0 => Some((count / 60, WindowUnit::Minute)),
        (count, Unit::Second) => {
            notes.error(line, format!("`{path}`: expected whole minutes, found {count} seconds"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_a_whole_number_and_one_letter() {
        let found = |text: &str| length(text).and_then(seconds);
        let of = [("30s", 30), ("5m", 300), ("1h", 3_600), ("3d", 259_200), ("2w", 1_209_600)];
        for (text, expected) in of {
            assert_eq!(found(text), Some(expected), "{text}");
        }
        assert_eq!(length("1M"), Some((1, Unit::Of(WindowUnit::Month))));
        assert_eq!(length("2Q"), Some((2, Unit::Of(WindowUnit::Quarter))));
        assert_eq!(length("1Y"), Some((1, Unit::Of(WindowUnit::Year))));
        assert_eq!(found("1M"), None);
        for text in ["", "m", "0d", "-1d", "+1d", "1.5h", "1 h", "1H", "1", "99999999999d", "1dd", "é"] {
            assert_eq!(length(text), None, "{text}");
        }
    }
}
