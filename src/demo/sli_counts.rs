//! Good and total requests of two services in buckets of five minutes, over the last four weeks: in an outage all fail that
//! fall into it, in a degradation three in ten. And `sli_counts.csv.gz`.

use super::chance::Chance;
use super::clock::{AS_OF_S, Span, WEEK_S, is_weekend, iso_utc, local};
use super::organisation::{PAYMENTS, PORTAL, SERVICES};
use super::outages::Outage;
use super::sheet::Sheet;
use chrono::Timelike;
use std::io::{self, Write};

/// Seconds of a bucket.
pub(super) const BUCKET_S: i64 = 300;
/// Service, indicator, requests in a bucket at the busiest, errors of an ordinary day in a million.
const INDICATORS: [(usize, &str, f64, f64); 2] =
    [(PAYMENTS, "payments accepted", 620.0, 180.0), (PORTAL, "pages served", 1_450.0, 420.0)];
/// Load by the local hour, percent of the busiest.
const LOAD: [f64; 24] = [
    6.0, 4.0, 3.0, 3.0, 4.0, 8.0, 18.0, 40.0, 68.0, 88.0, 96.0, 100.0, 94.0, 90.0, 92.0, 94.0, 90.0, 84.0, 78.0, 70.0,
    56.0, 40.0, 24.0, 12.0,
];

/// Writes `sli_counts.csv`: the canonical columns of the table.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64, outages: &[Outage]) -> io::Result<()> {
    sheet.header("service,sli,at,period_s,good,total")?;
    let mut chance = Chance::new(seed, 21);
    let period = BUCKET_S.to_string();
    for (service, sli, most, errors) in INDICATORS {
        let own: Vec<&Outage> = outages.iter().filter(|o| o.service == service).collect();
        let mut at_s = span.start_s.max(AS_OF_S - 4 * WEEK_S);
        while at_s < AS_OF_S {
            let wall = local(at_s);
            let quiet = if is_weekend(wall.date()) { 0.55 } else { 1.0 };
            let expected = most * LOAD[wall.hour() as usize] / 100.0 * quiet;
            let total = (expected * (1.0 + 0.08 * chance.normal())).max(1.0) as i64;
            let lost = lost(&own, at_s);
            let bad = total as f64 * (lost + (1.0 - lost) * errors / 1_000_000.0);
            // Rounded up as often as the fraction says.
            let bad = ((bad + chance.unit()) as i64).min(total);
            let good = (total - bad).to_string();
            sheet.row(&[SERVICES[service].name, sli, &iso_utc(at_s), &period, &good, &total.to_string()])?;
            at_s += BUCKET_S;
        }
    }
    Ok(())
}

/// The share of a bucket's requests that outages take; where several overlap, the larger one takes them.
fn lost(outages: &[&Outage], at_s: i64) -> f64 {
    let share = |o: &&Outage| {
        let overlap_s = o.until_s().min(at_s + BUCKET_S) - o.start_s.max(at_s);
        overlap_s.max(0) as f64 / BUCKET_S as f64 * if o.degraded { 0.3 } else { 1.0 }
    };
    outages.iter().map(share).fold(0.0, f64::max)
}
