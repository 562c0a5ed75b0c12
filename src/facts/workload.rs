//! The fact `workload_weeks`: one row a team and complete local week, with its tickets, services and hours, and what they were in
//! the first weeks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use polars::prelude::DataFrame;

use super::columns::{Builder, instant, number, text};
use super::context::Context;
use crate::arithmetic::local_time::{day_start, to_local};
use crate::lake::LakeError;

/// The base is the mean of so many weeks, the first ones.
const BASE_WEEKS: usize = 8;

/// The Monday of an instant's local week.
fn monday(at: i64, zone: Tz) -> Option<NaiveDate> {
    let date = to_local(at, zone)?.date();
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}

/// What a team had in a week.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Load {
    tickets: f64,
    services: f64,
    /// Missing where the team booked none.
    hours: Option<f64>,
}

/// Loads by team and week.
type Loads = BTreeMap<Option<String>, BTreeMap<NaiveDate, Load>>;

/// The mean loads of the base weeks by team; nobody has one before so many weeks are there.
fn bases(loads: &Loads, weeks: &[NaiveDate]) -> BTreeMap<Option<String>, Load> {
    let Some(base) = weeks.get(..BASE_WEEKS) else { return BTreeMap::new() };
    let mean = |own: &BTreeMap<NaiveDate, Load>, of: fn(&Load) -> f64| {
        base.iter().filter_map(|week| own.get(week)).map(of).sum::<f64>() / BASE_WEEKS as f64
    };
    let load = |own: &BTreeMap<NaiveDate, Load>| Load {
        tickets: mean(own, |load| load.tickets),
        services: mean(own, |load| load.services),
        hours: Some(mean(own, |load| load.hours.unwrap_or(0.0))),
    };
    loads.iter().map(|(team, own)| (team.clone(), load(own))).collect()
}

/// When a ticket was opened, its team and its service.
type Opened = (i64, Option<String>, Option<String>);

/// The tickets that count.
fn tickets(context: &Context) -> Result<Vec<Opened>, LakeError> {
    let frame = context.fact("tickets")?;
    let (opened, parent) = (instant(&frame, "opened_at", None)?, text(&frame, "parent")?);
    let (team, service) = (text(&frame, "team")?, text(&frame, "service")?);
    let owned = |text: Option<&str>| text.map(str::to_string);
    let ticket = |row: usize| Some((opened[row]?, owned(team[row]), owned(service[row])));
    Ok((0..frame.height()).filter(|row| parent[*row].is_none()).filter_map(ticket).collect())
}

/// The bookings: when, whose, how many hours.
fn bookings(context: &Context) -> Result<Vec<(i64, String, f64)>, LakeError> {
    let frame = context.frame("effort")?;
    let (at, team) = (instant(&frame, "at", Some(context.as_of))?, text(&frame, "team")?);
    let hours = number(&frame, "hours")?;
    Ok((0..frame.height()).filter_map(|row| Some((at[row]?, team[row]?.to_string(), hours[row]?))).collect())
}

/// The complete weeks that both speak of: from the first Monday of the tickets and the first booking on, to the last booking.
fn weeks(first_ticket: i64, bookings: &[(i64, String, f64)], as_of: i64, zone: Tz) -> Option<Vec<NaiveDate>> {
    let begins = to_local(first_ticket, zone)?.date();
    let own = monday(first_ticket, zone)?;
    let whole = if begins == own { own } else { own.checked_add_days(Days::new(7))? };
    let first = monday(bookings.iter().map(|booking| booking.0).min()?, zone)?;
    let last = monday(bookings.iter().map(|booking| booking.0).max()?, zone)?;
    let next = |week: &NaiveDate| week.checked_add_days(Days::new(7));
    let over = |week: &NaiveDate| next(week).is_some_and(|next| day_start(next, zone) <= as_of);
    Some(std::iter::successors(Some(whole.max(first)), next).take_while(|week| *week <= last && over(week)).collect())
}

/// Builds the fact `workload_weeks`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let zone = context.project.zone;
    let references = context.references()?;
    let (tickets, bookings) = (tickets(context)?, bookings(context)?);
    let first_ticket = tickets.iter().map(|ticket| ticket.0).min();
    let weeks = first_ticket.and_then(|first| weeks(first, &bookings, context.as_of, zone)).unwrap_or_default();
    let known: BTreeSet<NaiveDate> = weeks.iter().copied().collect();
    let mut loads = Loads::new();
    let mut first_seen: BTreeMap<String, NaiveDate> = BTreeMap::new();
    for (at, team, service) in tickets {
        let Some(week) = monday(at, zone) else { continue };
        if let Some(service) = service {
            let first = first_seen.entry(service).or_insert(week);
            *first = week.min(*first);
        }
        if known.contains(&week) {
            loads.entry(team).or_default().entry(week).or_default().tickets += 1.0;
        }
    }
    for (at, team, hours) in bookings {
        if let Some(week) = monday(at, zone).filter(|week| known.contains(week)) {
            let load = loads.entry(Some(team)).or_default().entry(week).or_default();
            *load.hours.get_or_insert(0.0) += hours;
        }
    }
    for (service, first) in &first_seen {
        let own = loads.entry(references.owner.get(service).cloned()).or_default();
        weeks.iter().filter(|week| *week >= first).for_each(|week| own.entry(*week).or_default().services += 1.0);
    }
    let bases = bases(&loads, &weeks);
    let rows: Vec<(&Option<String>, NaiveDate, Load)> = loads
        .iter()
        .flat_map(|(team, own)| weeks.iter().map(move |week| (team, *week, own.get(week).copied().unwrap_or_default())))
        .collect();
    let full = context.project.practice.effort.hours_per_week;
    let base = |of: fn(&Load) -> Option<f64>| rows.iter().map(|row| of(bases.get(row.0)?)).collect::<Vec<_>>();
    let fte = |values: Vec<Option<f64>>| values.into_iter().map(|hours| hours.map(|hours| hours / full)).collect();
    let mut fact = Builder::default();
    fact.text("team", rows.iter().map(|row| row.0.as_ref()).collect::<Vec<_>>());
    let begins = |week: NaiveDate| day_start(week, zone);
    fact.integer("tier", rows.iter().map(|row| references.tier.at(row.0.as_ref()?, begins(row.1))).collect());
    fact.instant("week_at", rows.iter().map(|row| Some(begins(row.1))).collect())?;
    fact.text("week", rows.iter().map(|row| Some(row.1.format("%G-W%V").to_string())).collect::<Vec<_>>());
    fact.number("tickets", rows.iter().map(|row| Some(row.2.tickets)).collect());
    fact.number("services", rows.iter().map(|row| Some(row.2.services)).collect());
    fact.number("hours", rows.iter().map(|row| row.2.hours).collect());
    fact.number("fte", fte(rows.iter().map(|row| row.2.hours).collect()));
    fact.number("base_tickets", base(|load| Some(load.tickets)));
    fact.number("base_services", base(|load| Some(load.services)));
    fact.number("base_fte", fte(base(|load| load.hours)));
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: i64 = 7 * 86_400 * 1_000_000;
    /// Monday 5 January 2026, UTC.
    const MONDAY: i64 = 1_767_571_200_000_000;

    fn booked(weeks: &[i64]) -> Vec<(i64, String, f64)> {
        weeks.iter().map(|week| (MONDAY + week * WEEK + 4 * WEEK / 7, "A".to_string(), 40.0)).collect()
    }

    #[test]
    fn only_weeks_that_tickets_and_bookings_cover_wholly_count() {
        let count = |first, booked: &[(i64, String, f64)], as_of| weeks(first, booked, as_of, Tz::UTC).unwrap().len();
        let all = booked(&[0, 1, 2, 3]);
        assert_eq!(count(MONDAY, &all, MONDAY + 4 * WEEK), 4);
        // The tickets begin on a Tuesday, the fourth week isn't over, or nobody booked in it.
        assert_eq!(count(MONDAY + WEEK / 7, &all, MONDAY + 4 * WEEK), 3);
        assert_eq!(count(MONDAY, &all, MONDAY + 4 * WEEK - 1), 3);
        assert_eq!(count(MONDAY, &booked(&[1, 2]), MONDAY + 4 * WEEK), 2);
        assert_eq!(weeks(MONDAY, &[], MONDAY + 4 * WEEK, Tz::UTC), None);
    }

    #[test]
    fn the_base_is_the_mean_of_the_first_eight_weeks() {
        let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let weeks: Vec<NaiveDate> = (0..10).map(|week| first + Days::new(7 * week)).collect();
        let load =
            |week: usize| Load { tickets: week as f64, services: 2.0, hours: week.is_multiple_of(2).then_some(40.0) };
        let own = weeks.iter().enumerate().map(|(place, week)| (*week, load(place))).collect();
        let loads = Loads::from([(Some("A".to_string()), own)]);
        let base = bases(&loads, &weeks)[&Some("A".to_string())];
        assert_eq!(base, Load { tickets: 3.5, services: 2.0, hours: Some(20.0) });
        assert!(bases(&loads, &weeks[..7]).is_empty());
    }
}
