//! What services cost a month, what was budgeted, what they bring, and what others pay for the like of them. Suppliers are
//! paid the fee of their contracts; one service runs out of its budget in the last months. And `finance.csv`.

use super::agreements::CONTRACTS;
use super::chance::Chance;
use super::clock::{AS_OF_S, Span, day_after, iso_utc, local, utc};
use super::organisation::{DATA, SERVICES};
use super::planted::{OverBudget, micros};
use super::sheet::Sheet;
use chrono::{Datelike, NaiveDate};
use std::io::{self, Write};

/// The service that costs more than planned, by how many percent, and for how many last complete months.
const OVERRUN: (usize, i64, usize) = (DATA, 40, 3);

/// First days of the months from that of the start of the span to that of as-of.
fn months(span: &Span) -> Vec<NaiveDate> {
    let last = local(AS_OF_S).date();
    let mut months = Vec::new();
    let mut month = span.first_day.with_day(1).unwrap_or(span.first_day);
    while month <= last {
        months.push(month);
        month = day_after(month, 32).with_day(1).unwrap_or(last);
    }
    months
}

/// Writes `finance.csv`: the canonical columns of the table. The month of as-of has a budget and no costs yet.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<OverBudget> {
    sheet.header("id,at,kind,service,supplier,category,amount,currency,units")?;
    let mut chance = Chance::new(seed, 19);
    let months = months(span);
    let complete = months.len() - 1;
    let begins = complete.saturating_sub(OVERRUN.2);
    let overrun = OverBudget { service: SERVICES[OVERRUN.0].name.to_owned(), from: micros(utc(months[begins], 0)) };
    let mut number = 0;
    for (position, &month) in months.iter().enumerate() {
        let at = iso_utc(utc(month, 0));
        let mut put =
            |sheet: &mut Sheet<W>, [kind, service, supplier, category]: [&str; 4], amount: i64, units: i64| {
                number += 1;
                let units = if units > 0 { units.to_string() } else { String::new() };
                let (id, amount) = (format!("FIN-{number:05}"), amount.to_string());
                sheet.row(&[&id, &at, kind, service, supplier, category, &amount, "EUR", &units])
            };
        for (service, own) in SERVICES.iter().enumerate() {
            let fees: i64 = CONTRACTS
                .iter()
                .filter(|c| c.service == Some(service) && c.holds(month))
                .map(|c| i64::from(c.fee))
                .sum();
            let staff = 6_000 + 900 * i64::from(own.tickets);
            let budget = (staff + fees) * 104 / 100;
            let units = 1_000 * (5 + service as i64) + chance.between(0, 800);
            put(sheet, ["budget", own.name, "", "all"], budget, 0)?;
            if position >= complete {
                continue;
            }
            let over = service == OVERRUN.0 && position >= begins;
            let percent = if over { 100 + OVERRUN.1 } else { 100 };
            let spent = staff * (percent * 10 + chance.between(-25, 26)) / 1_000;
            put(sheet, ["cost", own.name, "", "staff"], spent, units)?;
            if over {
                put(sheet, ["cost", own.name, "", "extra capacity"], fees * OVERRUN.1 / 100, 0)?;
            }
            if fees > 0 {
                put(sheet, ["cost", own.name, own.supplier, "supplier"], fees, units)?;
            }
            // What others pay for as many units; mail is dear here.
            let elsewhere = if own.name == "E-mail" { 62 } else { 97 };
            put(sheet, ["benchmark", own.name, "", "all"], (staff + fees) * elsewhere / 100, units)?;
            if matches!(own.kind, "business" | "platform") {
                put(
                    sheet,
                    ["benefit", own.name, "", "revenue kept"],
                    (staff + fees) * chance.between(110, 190) / 100,
                    0,
                )?;
            }
        }
        for c in CONTRACTS.iter().filter(|c| c.service.is_none() && c.holds(month)) {
            put(sheet, ["budget", "", c.supplier, "supplier"], i64::from(c.fee), 0)?;
            if position < complete {
                put(sheet, ["cost", "", c.supplier, "supplier"], i64::from(c.fee), 0)?;
            }
        }
    }
    Ok(overrun)
}
