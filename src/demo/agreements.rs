//! Promises: to customers, between teams, and by the four suppliers, whose credits come in bands (a row each: who misses the
//! target of a row owes the share of the fee that stands there). And `agreements.csv`.

use super::clock::{Span, iso_if, local, utc};
use super::customers::CUSTOMERS;
use super::organisation::{DATA, DESKTOPS, EMAIL, NETCO, NETWORK, ORDER_DESK, PAYMENTS, PORTAL, SERVICES};
use super::sheet::Sheet;
use super::ticket::RESOLVE_WITHIN_H;
use chrono::{Datelike, NaiveDate};
use std::io::{self, Write};

/// What customers were promised of Payments, and what its supplier committed to: the one contract that can't carry what
/// was promised with it.
pub(super) const MISALIGNED: (&str, &str) = ("0.9995", "0.995");

/// A contract with a supplier.
pub(super) struct Contract {
    pub(super) id: &'static str,
    pub(super) supplier: &'static str,
    /// Absent: the whole desk.
    pub(super) service: Option<usize>,
    metric: &'static str,
    calendar: &'static str,
    /// Euros a month.
    pub(super) fee: u32,
    /// Targets, each with the share of the fee that is due below it; the first is the commitment.
    bands: &'static [(&'static str, &'static str)],
    /// (year, month) of the first day, and of the day after the last.
    valid: ((i32, u32), Option<(i32, u32)>),
}

/// All contracts.
#[rustfmt::skip]
pub(super) const CONTRACTS: [Contract; 8] = [
    Contract { id: "CON-NET", supplier: NETCO, service: Some(NETWORK), metric: "availability", calendar: "", fee: 42_000,
        bands: &[("0.9995", "0.05"), ("0.999", "0.1"), ("0.995", "0.25"), ("0.99", "0.5")], valid: ((2024, 4), None) },
    Contract { id: "CON-PAY", supplier: "Paywise", service: Some(PAYMENTS), metric: "availability", calendar: "", fee: 31_500,
        bands: &[(MISALIGNED.1, "0.1"), ("0.99", "0.3")], valid: ((2025, 1), None) },
    Contract { id: "CON-CLD", supplier: "Cloudia", service: Some(DATA), metric: "availability", calendar: "", fee: 27_800,
        bands: &[("0.998", "0.1"), ("0.99", "0.25")], valid: ((2025, 7), None) },
    Contract { id: "CON-EML-24", supplier: "Cloudia", service: Some(EMAIL), metric: "availability", calendar: "", fee: 9_900,
        bands: &[("0.99", "0.1")], valid: ((2024, 1), Some((2026, 1))) },
    Contract { id: "CON-EML", supplier: "Cloudia", service: Some(EMAIL), metric: "availability", calendar: "", fee: 8_400,
        bands: &[("0.999", "0.1"), ("0.99", "0.3")], valid: ((2026, 1), None) },
    Contract { id: "CON-VDI", supplier: "Deskline", service: Some(DESKTOPS), metric: "availability", calendar: "office", fee: 18_200,
        bands: &[("0.997", "0.1"), ("0.99", "0.2")], valid: ((2025, 10), Some((2026, 10))) },
    Contract { id: "CON-DSK", supplier: "Deskline", service: None, metric: "sla_attainment", calendar: "office", fee: 22_000,
        bands: &[("0.85", "0.05"), ("0.75", "0.15")], valid: ((2025, 10), Some((2026, 10))) },
    Contract { id: "CON-NOC", supplier: NETCO, service: None, metric: "time_to_acknowledge_median", calendar: "", fee: 12_000,
        bands: &[("900", "0.05"), ("1800", "0.15")], valid: ((2024, 4), None) },
];

impl Contract {
    /// True if it holds on the first day of a month.
    pub(super) fn holds(&self, month: NaiveDate) -> bool {
        let at = (month.year(), month.month());
        at >= self.valid.0 && self.valid.1.is_none_or(|end| at < end)
    }
}

/// Start of a month.
fn month_s((year, month): (i32, u32)) -> Option<i64> {
    NaiveDate::from_ymd_opt(year, month, 1).map(|day| utc(day, 0))
}

/// A row less what most rows don't have.
struct Promise<'a> {
    kind: &'a str,
    party: &'a str,
    service: Option<usize>,
    priority: &'a str,
    metric: &'a str,
    target: &'a str,
    calendar: &'a str,
}

/// Writes `agreements.csv`: the canonical columns of the table. Targets are in the unit of the metric.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span) -> io::Result<()> {
    sheet.header(
        "id,kind,party,service,priority,metric,target,unit,calendar,period,credit_share,amount,currency,valid_from,valid_to",
    )?;
    // What is promised here held long before the demo begins.
    let from_s = month_s((local(span.start_s).year() - 1, 1));
    let availability = |party, service, target| Promise {
        kind: "sla",
        party,
        service: Some(service),
        priority: "",
        metric: "availability",
        target,
        calendar: "",
    };
    let mut number = 0;
    let mut put = |sheet: &mut Sheet<W>, promise: Promise<'_>| {
        number += 1;
        row(sheet, &format!("AGR-{number:03}"), &promise, ["", "", ""], (from_s, None))
    };
    for customer in &CUSTOMERS {
        if customer.large() {
            put(sheet, availability(customer.name, PAYMENTS, MISALIGNED.0))?;
            put(sheet, availability(customer.name, ORDER_DESK, "0.999"))?;
            put(sheet, availability(customer.name, PORTAL, "0.999"))?;
        } else {
            put(sheet, availability(customer.name, PORTAL, "0.995"))?;
        }
        for priority in ["1", "2", "3", "4"].into_iter().take(if customer.large() { 4 } else { 2 }) {
            let target = if customer.large() { "0.9" } else { "0.85" };
            let promise =
                Promise { priority, service: None, metric: "sla_attainment", ..availability(customer.name, 0, target) };
            put(sheet, Promise { calendar: "office", ..promise })?;
        }
    }
    let resolve_s = (RESOLVE_WITHIN_H[2] * 3_600).to_string();
    for (party, metric, target, calendar) in [
        ("Technical Support", "time_to_acknowledge_median", "1800", "office"),
        ("Systems Administration", "working_time_to_resolve_median", resolve_s.as_str(), "office"),
        ("Network Administration", "working_time_to_resolve_median", resolve_s.as_str(), "office"),
        ("Operations Centre", "time_to_acknowledge_median", "600", ""),
        ("Commerce Operations", "time_to_restore_median", "1800", ""),
        ("Payments Operations", "time_to_restore_median", "1200", ""),
    ] {
        put(sheet, Promise { kind: "ola", party, service: None, priority: "", metric, target, calendar })?;
    }
    for c in &CONTRACTS {
        let valid = (month_s(c.valid.0), c.valid.1.and_then(month_s));
        for (band, (target, share)) in c.bands.iter().enumerate() {
            let promise = Promise {
                kind: "contract",
                party: c.supplier,
                service: c.service,
                priority: "",
                metric: c.metric,
                target,
                calendar: c.calendar,
            };
            let id = format!("{}/{}", c.id, band + 1);
            row(sheet, &id, &promise, [share, &c.fee.to_string(), "EUR"], valid)?;
        }
    }
    Ok(())
}

fn row<W: Write>(
    sheet: &mut Sheet<W>,
    id: &str,
    p: &Promise<'_>,
    [share, fee, currency]: [&str; 3],
    (from_s, to_s): (Option<i64>, Option<i64>),
) -> io::Result<()> {
    sheet.row(&[
        id,
        p.kind,
        p.party,
        p.service.map_or("", |service| SERVICES[service].name),
        p.priority,
        p.metric,
        p.target,
        if p.metric.contains("time_to") { "s" } else { "share" },
        p.calendar,
        "month",
        share,
        fee,
        currency,
        &iso_if(from_s),
        &iso_if(to_s),
    ])
}
