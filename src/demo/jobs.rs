//! Scheduled runs: batch jobs, nightly backups, restore and failover tests; a week of failed backups for one service, and a
//! service whose backups nobody ever restored for a test. And `jobs.csv.gz`.

use super::chance::Chance;
use super::clock::{Span, day_after, iso_if, iso_utc, utc};
use super::organisation::{
    DATA, DESKTOPS, EMAIL, ERP, IDENTITY, INTRANET, NETWORK, ORDER_DESK, PAYMENTS, SERVICES, WAREHOUSE,
};
use super::planted::{FailedBackups, micros};
use super::sheet::{Columns, Sheet, planted_at};
use chrono::NaiveDate;
use std::io::{self, Write};

/// The service whose backups failed, and how many weeks before the last complete one.
const FAILED: (usize, u32) = (ERP, 5);
/// Services with nightly backups.
const BACKED_UP: [usize; 8] = [PAYMENTS, ORDER_DESK, IDENTITY, DATA, ERP, WAREHOUSE, EMAIL, INTRANET];
/// The one of them that no restore test covers.
pub(super) const NEVER_RESTORED: usize = WAREHOUSE;
/// Daily batch jobs: name, service, local hour.
const BATCHES: [(&str, usize, i64); 3] =
    [("Invoicing", ERP, 20), ("Data load", DATA, 4), ("Stock count", WAREHOUSE, 22)];

/// One run.
struct Run {
    name: String,
    kind: &'static str,
    service: usize,
    scheduled_s: i64,
    /// Start and end; absent when it didn't run.
    ran_s: Option<(i64, i64)>,
    outcome: &'static str,
    bytes: Option<i64>,
}

/// Writes `jobs.csv`.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<FailedBackups> {
    sheet.header("id,job,kind,service,supplier,scheduled_at,started_at,finished_at,outcome,bytes")?;
    let (runs, failed) = runs(span, seed);
    let columns = Columns { key: 0, date: 5, word: Some(2) };
    for (position, run) in runs.iter().enumerate() {
        let service = &SERVICES[run.service];
        let row = [
            &format!("RUN-{:06}", position + 1),
            &run.name,
            run.kind,
            service.name,
            service.supplier,
            &iso_utc(run.scheduled_s),
            &iso_if(run.ran_s.map(|r| r.0)),
            &iso_if(run.ran_s.map(|r| r.1)),
            run.outcome,
            &run.bytes.map(|b| b.to_string()).unwrap_or_default(),
        ];
        for damage in planted_at(position, runs.len()) {
            sheet.damaged_row(&row, columns, damage)?;
        }
        sheet.row(&row)?;
    }
    Ok(failed)
}

fn runs(span: &Span, seed: u64) -> (Vec<Run>, FailedBackups) {
    let mut chance = Chance::new(seed, 15);
    let mut runs = Vec::new();
    let bad_week = span.day(FAILED.1, 0);
    let mut failed = FailedBackups { service: SERVICES[FAILED.0].name.to_owned(), ..FailedBackups::default() };
    for day in span.days().take(span.weeks as usize * 7) {
        for (position, &service) in BACKED_UP.iter().enumerate() {
            let scheduled_s = utc(day, 3_600 + 900 * position as i64);
            let mut run =
                run(format!("Backup {}", SERVICES[service].name), "backup", service, scheduled_s, 2_400.0, &mut chance);
            if service == FAILED.0 && (bad_week..day_after(bad_week, 7)).contains(&day) {
                run.outcome = "failed";
                run.ran_s = Some((scheduled_s + 5, scheduled_s + 65));
                if failed.nights == 0 {
                    failed.from = micros(scheduled_s);
                }
                (failed.to, failed.nights) = (micros(scheduled_s), failed.nights + 1);
            }
            run.bytes = (run.outcome == "successful").then(|| size(service, span, day, &mut chance));
            runs.push(run);
        }
        for (name, service, hour) in BATCHES {
            runs.push(run(name.to_owned(), "job", service, utc(day, hour * 3_600), 1_500.0, &mut chance));
        }
    }
    for (position, &service) in BACKED_UP.iter().enumerate().filter(|&(_, &service)| service != NEVER_RESTORED) {
        for day in span.every(8, position as i64 % 4) {
            let name = format!("Restore test {}", SERVICES[service].name);
            let mut test = run(name, "restore_test", service, utc(day, 14 * 3_600), 5_400.0, &mut chance);
            test.bytes = (test.outcome == "successful").then(|| size(service, span, day, &mut chance));
            runs.push(test);
        }
    }
    for service in [PAYMENTS, NETWORK, DESKTOPS] {
        for day in span.every(13, 5) {
            let name = format!("Failover test {}", SERVICES[service].name);
            runs.push(run(name, "failover_test", service, utc(day, 7 * 3_600), 2_000.0, &mut chance));
        }
    }
    runs.sort_by(|a, b| a.scheduled_s.cmp(&b.scheduled_s).then_with(|| a.name.cmp(&b.name)));
    (runs, failed)
}

/// A run that mostly does what it should: some start late, some fail, and a few never start.
fn run(name: String, kind: &'static str, service: usize, scheduled_s: i64, median_s: f64, chance: &mut Chance) -> Run {
    let outcome = ["successful", "failed", "missed"][chance.weighted(&[970, 22, 8])];
    let late_s = if chance.happens(0.03) { chance.between(900, 5_400) } else { chance.between(1, 40) };
    let start_s = scheduled_s + late_s;
    let end_s = start_s + chance.log_normal_s(median_s, 0.25, 60);
    let ran_s = (outcome != "missed").then_some((start_s, end_s));
    Run { name, kind, service, scheduled_s, ran_s, outcome, bytes: None }
}

/// What a full backup moves: more each week.
fn size(service: usize, span: &Span, day: NaiveDate, chance: &mut Chance) -> i64 {
    let week = (day - span.first_day).num_days() / 7;
    let base = 40_000_000_000 * (1 + service as i64) + 300_000_000 * week;
    base + chance.between(0, base / 50)
}
