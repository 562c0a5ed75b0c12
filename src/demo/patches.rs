//! Patches due on the systems: applied in time, late, still missing, and missing by an exception that may have run out.
//! And `patches.csv`.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, by_now, iso_if, iso_utc, utc};
use super::organisation::SERVICES;
use super::planted::Patching;
use super::sheet::Sheet;
use std::io::{self, Write};

/// Weeks between two patch days.
const ROUND: usize = 4;
/// Kinds of patches on such a day: name, severity, days until due, median days to apply.
const KINDS: [(&str, u8, i64, f64); 3] = [("SEC", 1, 14, 5.0), ("OS", 2, 30, 12.0), ("LIB", 3, 60, 24.0)];
/// Servers that one patch was let off: position of the service, and how many days from as-of the exception ends.
const EXCEPTIONS: [(usize, i64); 4] = [(6, -12), (6, -40), (7, 60), (9, 25)];

/// Writes `patches.csv`: the canonical columns of the table.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<Patching> {
    sheet.header("id,asset,service,patch,severity,released_at,due_at,applied_at,excepted_until,reason")?;
    let mut chance = Chance::new(seed, 16);
    let mut standing = Patching::default();
    let mut number = 0;
    // The exceptions are made in the first round, so that even the short ones are long past due.
    for (round, day) in span.every(ROUND, 1).enumerate() {
        let released_s = utc(day, 19 * 3_600);
        for (service, own) in SERVICES.iter().enumerate() {
            for server in 1..=2i64 {
                let asset = format!("srv-{:02}{}", service + 1, if server == 1 { "a" } else { "b" });
                for (kind, severity, due_days, median) in KINDS {
                    // The base system is patched every round, libraries of the odd servers every other.
                    if severity == 3 && (round + server as usize).is_multiple_of(2) {
                        continue;
                    }
                    number += 1;
                    let due_s = released_s + due_days * DAY_S;
                    let forgotten = chance.happens(0.012);
                    let took_s = chance.log_normal_s(median * DAY_S as f64, 0.5, 7_200);
                    let mut applied_s = by_now(released_s + took_s).filter(|_| !forgotten);
                    let exception = EXCEPTIONS
                        .iter()
                        .enumerate()
                        .find(|(n, e)| round == 0 && e.0 == service && severity == 1 && server == 1 + (*n as i64 % 2))
                        .map(|(_, e)| (AS_OF_S + e.1 * DAY_S).max(due_s));
                    if exception.is_some() {
                        applied_s = None;
                    }
                    match (applied_s, exception) {
                        (Some(at_s), _) => standing.late += u64::from(at_s > due_s),
                        (None, Some(until_s)) if until_s > AS_OF_S => standing.excepted += 1,
                        (None, Some(_)) => standing.expired += 1,
                        (None, None) => standing.overdue += u64::from(due_s < AS_OF_S),
                    }
                    sheet.row(&[
                        &format!("PAT-{number:05}"),
                        &asset,
                        own.name,
                        &format!("{kind}-{}", day.format("%Y-%m")),
                        &severity.to_string(),
                        &iso_utc(released_s),
                        &iso_utc(due_s),
                        &iso_if(applied_s),
                        &iso_if(exception),
                        if exception.is_some() { "The vendor doesn't support it yet" } else { "" },
                    ])?;
                }
            }
        }
    }
    Ok(standing)
}
