//! What is said where the newest record is older than the period: that nothing was loaded for it, before any praise.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;

use super::dates::{date, for_this};
use super::words::{join, lower_first, table};
use crate::arithmetic::local_time::{day_start, to_local};
use crate::declaration::report::{Kind, ReportDefinition};
use crate::scorecard::freshness::{stale, tables};
use crate::scorecard::scorecard::Scorecard;

/// The newest record of all that the report's figures rest on, µs UTC, where it is older than the period.
pub fn dead_since(scorecard: &Scorecard, report: &ReportDefinition) -> Option<i64> {
    let ids = report.requests().into_iter().map(|request| request.metric);
    stale(scorecard, &tables(scorecard, ids))
}

/// The end of an instant's local day, RFC 3339: an as-of that sees the whole day.
pub fn day_end(instant: i64, zone: Tz) -> Option<String> {
    let next = day_start(to_local(instant, zone)?.date().succ_opt()?, zone);
    let local = DateTime::from_timestamp_micros(next)?.with_timezone(&zone);
    Some(local.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The whole verdict on a period that the records don't reach.
pub fn verdict(scorecard: &Scorecard, newest: i64) -> String {
    let language = &scorecard.language;
    language.say(
        "The newest record is of {day}: nothing was loaded {period}. What the page shows is only what follows where \
         nothing more is known.",
        &[("day", &date(language, newest, scorecard.zone)), ("period", &for_this(language, scorecard.period.kind))],
    )
}

/// What takes the place of "every target is met" and "nothing moved" there.
pub fn nothing_to_judge(scorecard: &Scorecard) -> String {
    let language = &scorecard.language;
    let this = for_this(language, scorecard.period.kind);
    language.say("Nothing was loaded {period}, so there is nothing to judge.", &[("period", &this)])
}

/// Of each pillar whose records all are older than the period, while others are not: "No record of outages is newer than
/// 3 June 2026: reliability and availability rest on it."
pub fn behind(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<String> {
    let language = &scorecard.language;
    let tiles = report.sections.iter().filter(|section| section.kind == Kind::Tiles).flat_map(|section| &section.tiles);
    let mut by_tables: BTreeMap<Vec<&str>, (i64, Vec<String>)> = BTreeMap::new();
    for tile in tiles {
        let found = tables(scorecard, [tile.metric.clone()]);
        let Some(newest) = stale(scorecard, &found) else { continue };
        let title = tile.title.clone().unwrap_or_else(|| {
            scorecard.metrics.get(&tile.metric).map_or_else(|| tile.metric.clone(), |metric| metric.title.clone())
        });
        let names = &mut by_tables.entry(found.into_iter().collect()).or_insert((newest, Vec::new())).1;
        names.push(lower_first(language.word(&title)));
    }
    let sentence = |(tables, (newest, titles)): (Vec<&str>, (i64, Vec<String>))| {
        let tables: Vec<String> = tables.into_iter().map(|name| table(language, name)).collect();
        let (tables, day) = (join(language, &tables), date(language, newest, scorecard.zone));
        language.count(
            titles.len() as u64,
            "No record of {tables} is newer than {day}: {titles} rests on it.",
            "No record of {tables} is newer than {day}: {titles} rest on it.",
            &[("tables", &tables), ("day", &day), ("titles", &join(language, &titles))],
        )
    };
    by_tables.into_iter().map(sentence).collect()
}
