//! The facts `capacity` (one row a reading) and `capacity_days` (one row a resource and day, with its peak, its headroom and when
//! it will be full at the pace of its peaks).

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::columns::{Builder, instant, number, text};
use super::context::{Context, References};
use crate::arithmetic::local_time::{day_start, to_local};
use crate::arithmetic::trend::theil_sen;
use crate::lake::LakeError;

const DAY: i64 = 86_400 * 1_000_000;

/// The trend is that of the peaks of so many days at most.
const WINDOW_DAYS: i64 = 90;

/// Days of which it is reckoned when the resource will be full, the newest: a year and a week.
const FORECASTS: usize = 371;

/// Fewer days with readings than this make no trend.
const FEWEST_DAYS: usize = 14;

/// The last day's peak holds until the next day with readings, at most for so long.
const HOLDS: i64 = 7 * DAY;

/// One reading: µs UTC, in use, in all.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    at: i64,
    used: f64,
    available: f64,
}

impl Reading {
    /// The share in use; of nothing there is no share.
    fn share(&self) -> Option<f64> {
        (self.available > 0.0).then(|| self.used / self.available)
    }
}

/// The readings of one resource on one local day.
#[derive(Clone, Debug, PartialEq)]
struct Day {
    /// Days since the epoch, by the local calendar.
    number: i64,
    start: i64,
    /// Its peaks, in the unit and as a share.
    used: f64,
    share: Option<f64>,
    /// Of the last reading.
    available: f64,
}

/// When a resource is full, counted in days from the last one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Forecast {
    a_day: f64,
    days: f64,
    /// At the upper end of the slope's interval.
    lower: f64,
    /// At its lower end; open where that isn't up.
    upper: Option<f64>,
}

/// The slope of the days' peaks, and when the line reaches what there is. `None` for too few days, or a slope that isn't up.
fn forecast(days: &[Day]) -> Option<Forecast> {
    let last = days.last()?;
    let from = days.partition_point(|day| day.number <= last.number - WINDOW_DAYS);
    let window = &days[from..];
    if window.len() < FEWEST_DAYS {
        return None;
    }
    let points: Vec<(f64, f64)> = window.iter().map(|day| ((day.number - last.number) as f64, day.used)).collect();
    let trend = theil_sen(&points).filter(|trend| trend.slope > 0.0)?;
    // What is full already is full, whatever the line says.
    let full = last.used >= last.available;
    let left = if full { 0.0 } else { (last.available - trend.level).max(0.0) };
    let upper = (trend.lower > 0.0).then(|| left / trend.lower);
    let found = Forecast { a_day: trend.slope, days: left / trend.slope, lower: left / trend.upper, upper };
    (found.days.is_finite() && found.lower.is_finite()).then_some(found)
}

/// The largest share in use of the week up to the last day: weekends hide what working days need.
fn week_peak(days: &[Day]) -> Option<f64> {
    let last = days.last()?.number;
    days.iter().rev().take_while(|day| day.number > last - 7).fold(None, |peak, day| larger(peak, day.share))
}

/// The days of one resource, in order.
fn days(readings: &mut [Reading], zone: chrono_tz::Tz) -> Vec<Day> {
    readings.sort_unstable_by_key(|reading| reading.at);
    let mut days: Vec<Day> = Vec::new();
    for reading in readings.iter() {
        let Some(date) = to_local(reading.at, zone).map(|local| local.date()) else { continue };
        let number = i64::from(date.to_epoch_days());
        match days.last_mut().filter(|day| day.number == number) {
            Some(day) => {
                day.used = day.used.max(reading.used);
                day.share = larger(reading.share(), day.share);
                day.available = reading.available;
            }
            None => days.push(Day {
                number,
                start: day_start(date, zone),
                used: reading.used,
                share: reading.share(),
                available: reading.available,
            }),
        }
    }
    days
}

/// The larger of two that may be missing.
fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

/// The columns that say what a resource belongs to: service, kind, team, supplier.
fn describe(fact: &mut Builder, references: &References, services: &[Option<&str>]) {
    let look = |map: &BTreeMap<String, String>| {
        services.iter().map(|name| name.and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service", services.to_vec());
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
}

/// Builds the fact `capacity`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("capacity")?;
    let (at, used) = (instant(&frame, "at", Some(context.as_of))?, number(&frame, "used")?);
    let available = number(&frame, "available")?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| at[*row].is_some()).collect();
    let mut fact = Builder::default();
    let (resource, service, unit) = (text(&frame, "resource")?, text(&frame, "service")?, text(&frame, "unit")?);
    fact.text("resource", rows.iter().map(|row| resource[*row]).collect::<Vec<_>>());
    describe(&mut fact, &context.references()?, &rows.iter().map(|row| service[*row]).collect::<Vec<_>>());
    fact.text("unit", rows.iter().map(|row| unit[*row]).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|row| at[*row]).collect())?;
    fact.number("used", rows.iter().map(|row| used[*row]).collect());
    fact.number("available", rows.iter().map(|row| available[*row]).collect());
    let share = |row: usize| Reading { at: 0, used: used[row]?, available: available[row]? }.share();
    fact.number("used_share", rows.iter().map(|row| share(*row)).collect());
    fact.number("headroom", rows.iter().map(|row| share(*row).map(|share| 1.0 - share)).collect());
    fact.finish()
}

/// A day, until when it is the newest, the peak of its week, and what becomes of the resource.
type Row = (Day, i64, Option<f64>, Option<Forecast>);

/// What one resource is, and its readings.
#[derive(Default)]
struct Resource<'a> {
    service: Option<&'a str>,
    unit: Option<&'a str>,
    newest: Option<i64>,
    readings: Vec<Reading>,
}

/// Builds the fact `capacity_days`.
pub(super) fn build_days(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("capacity")?;
    let (at, used) = (instant(&frame, "at", Some(context.as_of))?, number(&frame, "used")?);
    let available = number(&frame, "available")?;
    let (name, service, unit) = (text(&frame, "resource")?, text(&frame, "service")?, text(&frame, "unit")?);
    let mut resources: BTreeMap<&str, Resource> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(name), Some(at), Some(used), Some(available)) = (name[row], at[row], used[row], available[row])
        else {
            continue;
        };
        let own = resources.entry(name).or_default();
        if own.newest.is_none_or(|newest| at >= newest) {
            (own.service, own.unit, own.newest) = (service[row], unit[row], Some(at));
        }
        own.readings.push(Reading { at, used, available });
    }
    let zone = context.project.zone;
    let mut resources: Vec<(&str, Resource)> = resources.into_iter().collect();
    let rows: Vec<Vec<Row>> = resources
        .par_iter_mut()
        .map(|(_, own)| {
            let days = days(&mut own.readings, zone);
            let until = |place: usize| {
                let held = days[place].start + HOLDS;
                days.get(place + 1).map_or(held, |next| next.start.min(held))
            };
            let row = |place: usize| {
                let so_far = &days[..=place];
                let recent = place + FORECASTS >= days.len();
                (days[place].clone(), until(place), week_peak(so_far), if recent { forecast(so_far) } else { None })
            };
            (0..days.len()).map(row).collect()
        })
        .collect();
    let all: Vec<(&str, &Resource, &Row)> = resources
        .iter()
        .zip(&rows)
        .flat_map(|((name, own), days)| days.iter().map(move |row| (*name, own, row)))
        .collect();
    let mut fact = Builder::default();
    fact.text("resource", all.iter().map(|row| Some(row.0)).collect::<Vec<_>>());
    describe(&mut fact, &context.references()?, &all.iter().map(|row| row.1.service).collect::<Vec<_>>());
    fact.text("unit", all.iter().map(|row| row.1.unit).collect::<Vec<_>>());
    fact.instant("day", all.iter().map(|row| Some(row.2.0.start)).collect())?;
    fact.instant("to_at", all.iter().map(|row| Some(row.2.1)).collect())?;
    fact.number("used", all.iter().map(|row| Some(row.2.0.used)).collect());
    fact.number("available", all.iter().map(|row| Some(row.2.0.available)).collect());
    fact.number("used_share", all.iter().map(|row| row.2.0.share).collect());
    fact.number("headroom", all.iter().map(|row| row.2.2.map(|peak| 1.0 - peak)).collect());
    let forecast = |of: fn(Forecast) -> Option<f64>| all.iter().map(|row| of(row.2.3?)).collect::<Vec<_>>();
    fact.number("growth_per_day", forecast(|found| Some(found.a_day)));
    fact.number("time_to_full_s", forecast(|found| Some(found.days * 86_400.0)));
    fact.number("time_to_full_lower_s", forecast(|found| Some(found.lower * 86_400.0)));
    fact.number("time_to_full_upper_s", forecast(|found| found.upper.map(|days| days * 86_400.0)));
    fact.boolean("growing", all.iter().map(|row| Some(row.2.3?.upper.is_some())).collect());
    fact.boolean("full_within_90d", all.iter().map(|row| Some(row.2.3?.days <= 90.0)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64, used: f64, available: f64) -> Day {
        Day { number, start: number * DAY, used, share: Some(used / available), available }
    }

    #[test]
    fn a_resource_that_grows_steadily_is_full_on_the_day_that_it_must_be() {
        let days: Vec<Day> = (0..30).map(|n| day(n, 100.0 + 10.0 * n as f64, 600.0)).collect();
        let found = forecast(&days).unwrap();
        assert_eq!(found, Forecast { a_day: 10.0, days: 21.0, lower: 21.0, upper: Some(21.0) });
        assert_eq!(forecast(&days[..13]), None);
        assert!(forecast(&days[..14]).is_some());
    }

    #[test]
    fn only_the_last_ninety_days_speak() {
        // Steep for a hundred days, then ninety days flat.
        let used = |n: i64| if n < 100 { 5.0 * n as f64 } else { 500.0 };
        let days: Vec<Day> = (0..190).map(|n| day(n, used(n), 600.0)).collect();
        assert_eq!(forecast(&days), None);
        assert!(forecast(&days[..150]).is_some_and(|found| found.days > 0.0));
    }

    #[test]
    fn where_the_slope_may_be_flat_the_upper_end_is_open() {
        let wave = [0.0, 40.0, 5.0, 35.0, 10.0];
        let days: Vec<Day> = (0..20).map(|n| day(n, 100.0 + n as f64 * 0.3 + wave[n as usize % 5], 600.0)).collect();
        let found = forecast(&days).unwrap();
        assert!(found.upper.is_none() && found.lower < found.days, "{found:?}");
        // What is over is full now, not in the past.
        let over: Vec<Day> = (0..20).map(|n| day(n, 700.0 + n as f64, 600.0)).collect();
        assert_eq!(forecast(&over).unwrap().days, 0.0);
    }

    #[test]
    fn headroom_is_that_of_the_busiest_day_of_a_week() {
        let days: Vec<Day> = (0..10).map(|n| day(n, if n == 4 { 80.0 } else { 10.0 }, 100.0)).collect();
        assert_eq!([&days[..5], &days[..], &days[..4]].map(week_peak), [Some(0.8), Some(0.8), Some(0.1)]);
        assert_eq!((week_peak(&[day(0, 80.0, 100.0), day(7, 10.0, 100.0)]), week_peak(&[])), (Some(0.1), None));
    }

    #[test]
    fn a_day_is_its_peak_and_its_last_size() {
        let reading = |hour: i64, used, available| Reading { at: hour * DAY / 24, used, available };
        let mut readings =
            [reading(30, 5.0, 0.0), reading(9, 50.0, 100.0), reading(10, 80.0, 100.0), reading(20, 60.0, 200.0)];
        let found = days(&mut readings, chrono_tz::Tz::UTC);
        let expected = [
            Day { number: 0, start: 0, used: 80.0, share: Some(0.8), available: 200.0 },
            Day { number: 1, start: DAY, used: 5.0, share: None, available: 0.0 },
        ];
        assert_eq!(found, expected);
    }
}
