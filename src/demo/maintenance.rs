//! Announced maintenance windows, weekly and monthly, and `maintenance.csv`.

use super::chance::Chance;
use super::clock::{DAY_S, Span, iso_utc, utc};
use super::organisation::{DATA, DESKTOPS, ERP, NETWORK, PAYMENTS, SERVICES};
use super::sheet::Sheet;
use chrono::{Datelike, NaiveDate};
use std::io::{self, Write};

/// An announced window of one service.
pub(super) struct Window {
    pub(super) service: usize,
    pub(super) start_s: i64,
    pub(super) end_s: i64,
    announced_s: i64,
}

/// (service, weekday from Monday = 0, which such weekday of the month or 0 for all, from and to in wall seconds of the day)
const RHYTHM: [(usize, u32, u32, i64, i64); 5] = [
    (ERP, 6, 0, 2 * 3_600, 5 * 3_600),
    (DATA, 5, 0, 22 * 3_600, 24 * 3_600),
    (NETWORK, 6, 1, 3_600, 4 * 3_600),
    (DESKTOPS, 6, 2, 6 * 3_600, 9 * 3_600),
    (PAYMENTS, 1, 3, 23 * 3_600, 25 * 3_600),
];

/// The windows of a span by their start. A window in the night of the spring change is an hour shorter, as in life.
pub(super) fn windows(span: &Span, seed: u64) -> Vec<Window> {
    let mut chance = Chance::new(seed, 1);
    let mut windows = Vec::new();
    for day in span.days() {
        for (service, from, to) in on(day) {
            let (start_s, end_s) = (utc(day, from), utc(day, to));
            let announced_s = utc(day, 10 * 3_600) - DAY_S * chance.between(5, 12) + 60 * chance.between(0, 300);
            windows.push(Window { service, start_s, end_s, announced_s });
        }
    }
    windows.sort_by_key(|w| (w.start_s, w.service));
    windows
}

fn on(day: NaiveDate) -> impl Iterator<Item = (usize, i64, i64)> {
    let nth = day.day().div_ceil(7);
    RHYTHM
        .into_iter()
        .filter(move |rhythm| rhythm.1 == day.weekday().num_days_from_monday() && (rhythm.2 == 0 || rhythm.2 == nth))
        .map(|rhythm| (rhythm.0, rhythm.3, rhythm.4))
}

/// Writes `maintenance.csv`: the canonical columns of the table.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, windows: &[Window]) -> io::Result<()> {
    sheet.header("id,service,started_at,ended_at,announced_at")?;
    for (number, w) in windows.iter().enumerate() {
        let id = format!("MNT-{:04}", number + 1);
        sheet.row(&[&id, SERVICES[w.service].name, &iso_utc(w.start_s), &iso_utc(w.end_s), &iso_utc(w.announced_s)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_the_rhythm() {
        let windows = windows(&Span::new(26), 1);
        let of = |service| windows.iter().filter(move |w| w.service == service);
        assert_eq!((of(ERP).count(), of(DATA).count(), of(NETWORK).count()), (26, 26, 6));
        // 29 March: 02:00 doesn't exist, so the window runs from 03:00 to 05:00 summer time.
        assert_eq!(of(ERP).filter(|w| w.end_s - w.start_s == 7_200).count(), 1);
        assert!(windows.iter().all(|w| w.announced_s < w.start_s && w.start_s < w.end_s));
    }
}
