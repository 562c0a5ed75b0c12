//! The probe log of some services, `probes.csv.gz`: down exactly while an outage lasts, slow while a degradation does,
//! silent for some days where the monitor itself had failed.

use super::chance::Chance;
use super::clock::{AS_OF_S, Span, iso_utc, utc};
use super::organisation::{DATA, SERVICES};
use super::outages::Outage;
use super::sheet::{Columns, DAMAGES, Damage, Sheet};
use std::io::{self, Write};

/// Seconds between two checks of a service.
pub(super) const INTERVAL_S: i64 = 900;

/// When the monitor of one service was silent: Tuesday morning to Friday afternoon of the last complete week.
pub(super) fn gap(span: &Span) -> (usize, i64, i64) {
    (DATA, utc(span.day(0, 1), 10 * 3_600), utc(span.day(0, 4), 16 * 3_600))
}

/// Writes `probes.csv`, service by service. One row in 5,000 has a damaged copy before it.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64, outages: &[Outage]) -> io::Result<()> {
    sheet.header("service,at,up,latency_s,interval_s")?;
    let mut chance = Chance::new(seed, 5);
    let (silent, from_s, to_s) = gap(span);
    let interval = INTERVAL_S.to_string();
    let kinds: Vec<Damage> = DAMAGES.into_iter().filter(|&d| d != Damage::Word && d != Damage::Key).collect();
    let mut written = 0usize;
    for (number, service) in SERVICES.iter().enumerate().filter(|(_, service)| service.latency_cs > 0) {
        let own: Vec<&Outage> = outages.iter().filter(|o| o.service == number).collect();
        let mut first = 0;
        let mut at_s = span.start_s + 7 * number as i64;
        while at_s < AS_OF_S {
            // Outages are at most some hours long, so what began much earlier is over.
            while own.get(first).is_some_and(|o| o.until_s() + 86_400 < at_s) {
                first += 1;
            }
            let now = || own[first..].iter().take_while(|o| o.start_s <= at_s).filter(|o| at_s < o.until_s());
            let down = now().any(|o| !o.degraded);
            let slow = if now().any(|o| o.degraded) { 4.0 } else { 1.0 };
            let latency_cs = (chance.log_normal(f64::from(service.latency_cs), 0.12) * slow) as i64;
            if number != silent || at_s < from_s || at_s >= to_s {
                let at = iso_utc(at_s);
                let latency =
                    if down { String::new() } else { format!("{}.{:02}", latency_cs / 100, latency_cs % 100) };
                let row = [service.name, &at, if down { "false" } else { "true" }, &latency, &interval];
                if written % 5_000 == 2_500 {
                    let damage = kinds[written / 5_000 % kinds.len()];
                    sheet.damaged_row(&row, Columns { key: 0, date: 1, word: None }, damage)?;
                }
                sheet.row(&row)?;
                written += 1;
            }
            at_s += INTERVAL_S;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::outages::outages;
    use super::*;

    #[test]
    fn gap_is_more_than_three_days_of_the_last_complete_week() {
        let span = Span::new(26);
        let (service, from_s, to_s) = gap(&span);
        assert_eq!(SERVICES[service].name, "Data platform");
        assert!(to_s - from_s > 3 * 86_400 && from_s > utc(span.day(0, 0), 0) && to_s < utc(span.last_monday, 0));
    }

    #[test]
    fn rows_are_one_per_interval() {
        let span = Span::new(1);
        let mut sheet = Sheet::new(Vec::new());
        write(&mut sheet, &span, 1, &outages(&span, 1)).unwrap();
        let (_, records, _) = sheet.finish().unwrap();
        let (_, from_s, to_s) = gap(&span);
        let expected = 4 * ((AS_OF_S - span.start_s) / INTERVAL_S) - (to_s - from_s) / INTERVAL_S;
        assert!((records as i64 - expected).abs() <= 2, "{records} {expected}");
    }
}
