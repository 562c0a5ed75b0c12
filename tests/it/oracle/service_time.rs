//! Downtime second by second: one cell for each second of the span, coloured by whatever the exports say about it.

use chrono::{Datelike, TimeZone, Timelike};

use super::exports::{Exports, Row, utc};
use super::{AS_OF, Span};

/// What one service's time was made of, in seconds.
#[derive(Debug, Default, PartialEq)]
pub struct Time {
    pub agreed: f64,
    pub down: f64,
    pub weighted: f64,
    /// Down intervals that began within, those less than a minute apart taken as one.
    pub failures: f64,
}

/// Services that the register of outages alone speaks about: without probes.
pub fn unprobed(exports: &Exports) -> impl Iterator<Item = &Row> {
    exports.services.iter().filter(|row| !exports.probed.contains(&row["service"]))
}

/// Office hours of the demo: Monday to Friday, 8 to 18, without the holidays of its project file.
fn office(project: &str, start: i64, end: i64) -> Vec<bool> {
    let holidays = project.lines().find(|line| line.starts_with("holidays")).unwrap_or_default();
    let hours = project.split("mon = [\"").nth(1).unwrap().split('"').next().unwrap();
    let (from, to) = hours.split_once('-').unwrap();
    let hour = |text: &str| text.split(':').next().unwrap().parse::<u32>().unwrap();
    (start..end)
        .map(|at| {
            let wall = chrono_tz::Europe::Brussels.timestamp_opt(at, 0).unwrap();
            let working = wall.weekday().number_from_monday() <= 5 && (hour(from)..hour(to)).contains(&wall.hour());
            working && !(holidays.contains(&wall.date_naive().to_string()))
        })
        .collect()
}

/// The time of one service within `wanted`; `whole` is the span that the project accounts for.
pub fn of(exports: &Exports, service: &Row, project: &str, whole: Span, wanted: Span) -> Time {
    let (first, last) = (whole.start, whole.end.min(AS_OF));
    let mut agreed = match service["calendar"].as_str() {
        "" => vec![true; (last - first) as usize],
        _ => office(project, first, last),
    };
    let place = |at: i64| (at.clamp(first, last) - first) as usize;
    for window in exports.maintenance.iter().filter(|row| row["service"] == service["service"]) {
        let (start, end) = (utc(&window["started_at"]).unwrap(), utc(&window["ended_at"]).unwrap());
        agreed[place(start)..place(end)].fill(false);
    }
    let mut weights = vec![0.0_f32; agreed.len()];
    for outage in exports.outages.values().filter(|row| row["service"] == service["service"]) {
        let (start, end) = (utc(&outage["started_at"]).unwrap(), utc(&outage["ended_at"]).unwrap_or(AS_OF));
        assert!(
            outage["planned"] == "false" && outage["kind"] != "maintenance",
            "the demo announces maintenance apart"
        );
        let weight: f32 = outage["weight"].parse().unwrap();
        for cell in &mut weights[place(start)..place(end).max(place(start))] {
            *cell = cell.max(weight);
        }
    }
    let mut time = Time::default();
    let mut up_since = i64::MIN / 2;
    let mut was_down = false;
    for (cell, (weight, agreed)) in weights.iter().zip(&agreed).enumerate() {
        let at = first + cell as i64;
        let (down, within) = (*agreed && *weight > 0.0, (wanted.start..wanted.end).contains(&at));
        if within && *agreed {
            time.agreed += 1.0;
            time.down += f64::from(u8::from(down));
            time.weighted += (f64::from(*weight) * 1e6).round() / 1e6;
        }
        if down && !was_down && within && at - up_since >= 60 {
            time.failures += 1.0;
        }
        if was_down && !down {
            up_since = at;
        }
        was_down = down;
    }
    time
}
