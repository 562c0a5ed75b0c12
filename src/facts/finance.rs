//! The facts `finance` (one row an amount) and `cost_months` (one row a service and local month: cost beside budget, benefit,
//! benchmark, units and tickets of the same month).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use chrono_tz::Tz;
use polars::prelude::DataFrame;

use super::columns::{Builder, instant, number, text};
use super::context::Context;
use super::money::Money;
use crate::arithmetic::local_time::{day_start, to_local};
use crate::lake::LakeError;

/// The kinds of amounts, and the columns that they fill.
const KINDS: [&str; 4] = ["cost", "benefit", "budget", "benchmark"];

/// Builds the fact `finance`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("finance")?;
    let references = context.references()?;
    let money = Money::of(context)?;
    let at = instant(&frame, "at", Some(context.as_of))?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| at[*row].is_some()).collect();
    let mut fact = Builder::default();
    for name in ["id", "kind", "service", "category"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let (service, supplier) = (text(&frame, "service")?, text(&frame, "supplier")?);
    let look = |map: &BTreeMap<String, String>| {
        rows.iter().map(|row| service[*row].and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    // Who is paid: the service's supplier has no part in the wages of our own staff.
    fact.text("supplier", rows.iter().map(|row| supplier[*row]).collect::<Vec<_>>());
    fact.instant("at", rows.iter().map(|row| at[*row]).collect())?;
    let (recorded, currency) = (number(&frame, "amount")?, text(&frame, "currency")?);
    let amount: Vec<Option<f64>> = rows.iter().map(|row| money.amount(recorded[*row], currency[*row])).collect();
    let kind = text(&frame, "kind")?;
    for name in KINDS {
        let of = |(row, amount): (&usize, &Option<f64>)| amount.filter(|_| kind[*row] == Some(name));
        fact.number(name, rows.iter().zip(&amount).map(of).collect());
    }
    fact.text("currency", amount.iter().map(|amount| amount.and(money.currency())).collect::<Vec<_>>());
    fact.boolean("converted", amount.iter().map(|amount| Some(amount.is_some())).collect());
    fact.number("amount", amount);
    let units = number(&frame, "units")?;
    fact.number("units", rows.iter().map(|row| units[*row]).collect());
    fact.number("recorded_amount", rows.iter().map(|row| recorded[*row]).collect());
    fact.text("recorded_currency", rows.iter().map(|row| currency[*row]).collect::<Vec<_>>());
    fact.finish()
}

/// The local month of an instant, as its first day.
fn month_of(at: i64, zone: Tz) -> Option<NaiveDate> {
    to_local(at, zone)?.date().with_day(1)
}

/// The first local month that records from an instant on cover wholly.
fn whole_month(first: i64, zone: Tz) -> Option<NaiveDate> {
    let date = to_local(first, zone)?.date();
    if date.day() == 1 { Some(date) } else { date.with_day(1)?.checked_add_months(Months::new(1)) }
}

/// The amounts of one service in one month.
#[derive(Clone, Debug, Default, PartialEq)]
struct Line {
    /// By the kinds.
    amounts: [Option<f64>; 4],
    /// What the costs, and what the benchmark, paid for: each amount of a month pays for the same units, so the most counts.
    units: [Option<f64>; 2],
    tickets: i64,
    /// Amounts recorded, and those of them in the currency of the figures.
    recorded: i64,
    converted: i64,
}

impl Line {
    fn add(&mut self, kind: usize, amount: Option<f64>, units: Option<f64>) {
        self.recorded += 1;
        self.converted += i64::from(amount.is_some());
        if let Some(amount) = amount {
            *self.amounts[kind].get_or_insert(0.0) += amount;
        }
        let place = match KINDS[kind] {
            "cost" => 0,
            "benchmark" => 1,
            _ => return,
        };
        self.units[place] = self.units[place].into_iter().chain(units).reduce(f64::max);
    }

    /// What its units would have cost at the benchmark's price.
    fn at_benchmark(&self) -> Option<f64> {
        let theirs = self.units[1].filter(|units| *units > 0.0)?;
        Some(self.amounts[3]? / theirs * self.units[0]?)
    }
}

/// Lines by month and service; what is for no service stands apart.
type Lines = BTreeMap<(NaiveDate, Option<String>), Line>;

/// The amounts of the fact `finance` by month and service.
fn lines(finance: &DataFrame, zone: Tz) -> Result<Lines, LakeError> {
    let (at, kind) = (instant(finance, "at", None)?, text(finance, "kind")?);
    let (service, amount) = (text(finance, "service")?, number(finance, "amount")?);
    let units = number(finance, "units")?;
    let mut lines = Lines::new();
    for row in 0..finance.height() {
        let month = at[row].and_then(|at| month_of(at, zone));
        let place = KINDS.iter().position(|name| kind[row] == Some(name));
        if let (Some(month), Some(place)) = (month, place) {
            let line = lines.entry((month, service[row].map(str::to_string))).or_default();
            line.add(place, amount[row], units[row]);
        }
    }
    Ok(lines)
}

/// The months in which some line has an amount of a kind.
fn months_with(lines: &Lines, kind: &str) -> BTreeSet<NaiveDate> {
    let place = KINDS.iter().position(|name| *name == kind).unwrap_or_default();
    lines.iter().filter(|(_, line)| line.amounts[place].is_some()).map(|((month, _), _)| *month).collect()
}

/// Builds the fact `cost_months`.
pub(super) fn build_months(context: &Context) -> Result<DataFrame, LakeError> {
    let zone = context.project.zone;
    let references = context.references()?;
    let mut lines = lines(&context.fact("finance")?, zone)?;
    let (costs, budgets) = (months_with(&lines, "cost"), months_with(&lines, "budget"));
    let benefits = months_with(&lines, "benefit");
    let tickets = context.fact("tickets")?;
    let (service, parent) = (text(&tickets, "service")?, text(&tickets, "parent")?);
    let opened = instant(&tickets, "opened_at", None)?;
    for row in 0..tickets.height() {
        let month = opened[row].filter(|_| parent[row].is_none()).and_then(|at| month_of(at, zone));
        if let Some(month) = month.filter(|month| costs.contains(month)) {
            lines.entry((month, service[row].map(str::to_string))).or_default().tickets += 1;
        }
    }
    let first = opened.iter().flatten().min().and_then(|at| whole_month(*at, zone));
    let over = |month: &NaiveDate| {
        let next = month.checked_add_months(Months::new(1));
        next.is_some_and(|next| day_start(next, zone) <= context.as_of)
    };
    let known = |month: &NaiveDate| costs.contains(month) && first.is_some_and(|first| *month >= first) && over(month);
    let rows: Vec<(&NaiveDate, Option<&String>, &Line)> =
        lines.iter().map(|((month, service), line)| (month, service.as_ref(), line)).collect();
    let look = |map: &BTreeMap<String, String>| rows.iter().map(|row| map.get(row.1?).cloned()).collect::<Vec<_>>();
    let mut fact = Builder::default();
    fact.text("service", rows.iter().map(|row| row.1).collect::<Vec<_>>());
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.instant("month", rows.iter().map(|row| Some(day_start(*row.0, zone))).collect())?;
    for (place, name) in KINDS.iter().enumerate() {
        fact.number(name, rows.iter().map(|row| row.2.amounts[place]).collect());
    }
    fact.number("units", rows.iter().map(|row| row.2.units[0]).collect());
    fact.number("cost_at_benchmark", rows.iter().map(|row| row.2.at_benchmark()).collect());
    fact.integer("tickets", rows.iter().map(|row| known(row.0).then_some(row.2.tickets)).collect());
    let both = |month: &NaiveDate| costs.contains(month) && budgets.contains(month);
    fact.boolean("budgeted", rows.iter().map(|row| Some(both(row.0))).collect());
    let both = |month: &NaiveDate| costs.contains(month) && benefits.contains(month);
    fact.boolean("beneficial", rows.iter().map(|row| Some(both(row.0))).collect());
    fact.integer("recorded", rows.iter().map(|row| Some(row.2.recorded)).collect());
    fact.integer("converted", rows.iter().map(|row| Some(row.2.converted)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_a_month_pay_for_the_same_units() {
        let mut line = Line::default();
        line.add(0, Some(6_000.0), Some(100.0));
        line.add(0, Some(3_000.0), Some(100.0));
        line.add(0, None, None);
        assert_eq!(line.at_benchmark(), None);
        line.add(3, Some(4_000.0), Some(50.0));
        assert_eq!((line.amounts[0], line.units[0]), (Some(9_000.0), Some(100.0)));
        // 80 a unit elsewhere.
        assert_eq!(line.at_benchmark(), Some(8_000.0));
        assert_eq!((line.recorded, line.converted), (4, 3));
        line.units[1] = Some(0.0);
        assert_eq!(line.at_benchmark(), None);
    }

    #[test]
    fn a_month_is_that_of_the_project_s_zone() {
        // Midnight of 1 July in Brussels, two hours before in UTC.
        let at = crate::arithmetic::local_time::from_rfc3339("2026-06-30T22:00:00Z").unwrap();
        assert_eq!(month_of(at, chrono_tz::Europe::Brussels), NaiveDate::from_ymd_opt(2026, 7, 1));
        assert_eq!(month_of(at, Tz::UTC), NaiveDate::from_ymd_opt(2026, 6, 1));
    }
}
