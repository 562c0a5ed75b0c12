//! Daily readings of some resources: most go up and down with the working week, one grows by the same amount every day and
//! will be full on a known day. And `capacity.csv.gz`.

use super::chance::Chance;
use super::clock::{Span, is_weekend, iso_utc, utc};
use super::organisation::{DATA, DESKTOPS, EMAIL, ERP, NETWORK, PAYMENTS, SERVICES};
use super::planted::{FillingResource, micros};
use super::sheet::Sheet;
use std::io::{self, Write};

/// A resource: name, service, unit, available, usual share in use on a working day (in percent), share on weekends.
const RESOURCES: [(&str, usize, &str, i64, i64, i64); 5] = [
    ("VPN sessions", NETWORK, "sessions", 2_000, 61, 12),
    ("Virtual desktops", DESKTOPS, "licences", 900, 83, 9),
    ("Mail store", EMAIL, "GB", 24_000, 58, 58),
    ("ERP database", ERP, "GB", 6_000, 71, 71),
    ("Payments per minute", PAYMENTS, "payments", 1_800, 47, 31),
];
/// The resource that fills up.
const GROWING: &str = "Data lake";
/// Its size, what is added a day, and the days from its last reading until it is full.
const GROWTH: (i64, i64, i64) = (60_000, 80, 45);
/// Before it began to grow it was steady; days before the last reading.
const GROWS_SINCE: i64 = 400;

/// Writes `capacity.csv`: the canonical columns of the table, a reading each evening.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<FillingResource> {
    sheet.header("resource,service,at,used,available,unit")?;
    let mut chance = Chance::new(seed, 17);
    let days = i64::from(span.weeks) * 7;
    let mut filling =
        FillingResource { resource: GROWING.to_owned(), last_reading: 0, a_day: GROWTH.1, days_left: GROWTH.2 };
    for (position, day) in span.days().take(days as usize).enumerate() {
        let at_s = utc(day, 22 * 3_600);
        let at = iso_utc(at_s);
        for (name, service, unit, available, usual, weekend) in RESOURCES {
            let percent = if is_weekend(day) { weekend } else { usual };
            let used = available * (percent * 10 + chance.between(-15, 16)) / 1_000;
            sheet.row(&[name, SERVICES[service].name, &at, &used.to_string(), &available.to_string(), unit])?;
        }
        let back = (days - 1 - position as i64).min(GROWS_SINCE);
        let used = GROWTH.0 - GROWTH.1 * (GROWTH.2 + back);
        sheet.row(&[GROWING, SERVICES[DATA].name, &at, &used.to_string(), &GROWTH.0.to_string(), "GB"])?;
        filling.last_reading = micros(at_s);
    }
    Ok(filling)
}
