//! Cells of (slice, period): dense group codes and a counting sort of the rows into them.

use std::collections::BTreeMap;

use super::columns::{Columns, NEVER};
use crate::arithmetic::period::Period;
use crate::declaration::metric::Time;

/// The slice by the age of a stock's rows at the period's end.
pub const AGE_BAND: &str = "age_band";

/// Upper ends, in days, of the age bands.
const BANDS: [(f64, &str); 7] = [
    (1.0, "0-1 d"),
    (3.0, "1-3 d"),
    (7.0, "3-7 d"),
    (14.0, "7-14 d"),
    (30.0, "14-30 d"),
    (90.0, "30-90 d"),
    (f64::INFINITY, "over 90 d"),
];

fn band(age_s: f64) -> usize {
    BANDS.iter().position(|(days, _)| age_s < days * 86_400.0).unwrap_or(BANDS.len() - 1)
}

/// Rows by cell. A row stands in several periods of a stock, and in at most one of a flow.
pub(super) struct Cells {
    /// The slices, in order: dimension to value.
    pub groups: Vec<BTreeMap<String, String>>,
    /// Groups that each combination of the fact's own words makes: one, or one for each age band.
    pub width: usize,
    periods: usize,
    offsets: Vec<usize>,
    rows: Vec<u32>,
    /// The first instant of the fact, over all rows.
    pub first: Option<i64>,
}

impl Cells {
    /// The rows of a cell, in their order.
    pub(super) fn rows(&self, group: usize, period: usize) -> &[u32] {
        let cell = group * self.periods + period;
        &self.rows[self.offsets[cell]..self.offsets[cell + 1]]
    }

    /// One cell with all rows, whatever their instants: for examples.
    pub(super) fn all(height: usize) -> Self {
        Self {
            groups: vec![BTreeMap::new()],
            width: 1,
            periods: 1,
            offsets: vec![0, height],
            rows: (0..height as u32).collect(),
            first: Some(i64::MIN),
        }
    }

    /// Sorts the rows into cells. `periods` are disjoint and in order; `moments` are the moments at which their stocks
    /// are taken.
    pub(super) fn build(columns: &Columns, time: &Time, by: &[String], periods: &[Period], moments: &[i64]) -> Self {
        let (groups, codes) = groups(columns, by);
        let bands = by.iter().any(|name| name == AGE_BAND);
        let width = if bands { BANDS.len() } else { 1 };
        let count = groups.len() * width * periods.len();
        let instants = match time {
            Time::At(at) => columns.instant(at),
            Time::Alive { from, .. } => columns.instant(from),
        };
        let first = instants.iter().copied().filter(|at| *at != NEVER).min();
        let each = |put: &mut dyn FnMut(usize, u32)| {
            for (row, code) in codes.iter().enumerate() {
                let mut place = |period: usize, band: usize| {
                    let group = *code as usize * width + band;
                    put(group * periods.len() + period, row as u32);
                };
                match time {
                    Time::At(_) => {
                        let at = instants[row];
                        let next = periods.partition_point(|period| period.start <= at);
                        if at != NEVER && next > 0 && at < periods[next - 1].end {
                            place(next - 1, 0);
                        }
                    }
                    Time::Alive { from, to, since } => {
                        let born = columns.instant(since.as_ref().unwrap_or(from))[row];
                        let (from, to) = (instants[row], columns.instant(to)[row]);
                        if from == NEVER || born == NEVER {
                            continue;
                        }
                        for (period, moment) in moments.iter().enumerate() {
                            if from < *moment && (to == NEVER || to >= *moment) {
                                place(period, if bands { band((moment - born) as f64 / 1e6) } else { 0 });
                            }
                        }
                    }
                }
            }
        };
        let mut offsets = vec![0_usize; count + 1];
        each(&mut |cell, _| offsets[cell + 1] += 1);
        for cell in 0..count {
            offsets[cell + 1] += offsets[cell];
        }
        let mut next = offsets.clone();
        let mut rows = vec![0_u32; offsets[count]];
        each(&mut |cell, row| {
            rows[next[cell]] = row;
            next[cell] += 1;
        });
        let groups = if bands {
            groups
                .into_iter()
                .flat_map(|group| {
                    BANDS.iter().map(move |(_, name)| {
                        let mut group = group.clone();
                        group.insert(AGE_BAND.to_string(), (*name).to_string());
                        group
                    })
                })
                .collect()
        } else {
            groups
        };
        Self { groups, width, periods: periods.len(), offsets, rows, first }
    }
}

/// For each slice that occurs, without age bands, whether any of its rows is one of those asked about.
pub(super) fn passing(columns: &Columns, by: &[String], asked: &[bool]) -> Vec<bool> {
    let (groups, codes) = groups(columns, by);
    let mut found = vec![false; groups.len()];
    for (code, asked) in codes.into_iter().zip(asked) {
        found[code as usize] |= *asked;
    }
    found
}

/// The slices that occur, in the order of their words, and each row's dense code.
fn groups(columns: &Columns, by: &[String]) -> (Vec<BTreeMap<String, String>>, Vec<u32>) {
    let words: Vec<_> =
        by.iter().filter(|name| *name != AGE_BAND).filter_map(|name| Some((name, columns.word(name)?))).collect();
    if words.is_empty() {
        return (vec![BTreeMap::new()], vec![0; columns.height]);
    }
    let mixed: Vec<u64> = (0..columns.height)
        .map(|row| words.iter().fold(0, |code, (_, w)| code * w.dictionary.len() as u64 + u64::from(w.codes[row])))
        .collect();
    let mut distinct = mixed.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let codes = mixed.iter().map(|code| distinct.partition_point(|other| other < code) as u32).collect();
    let groups = distinct
        .iter()
        .map(|code| {
            let mut rest = *code;
            let mut group = BTreeMap::new();
            for (name, words) in words.iter().rev() {
                let size = words.dictionary.len() as u64;
                group.insert((*name).clone(), words.dictionary[(rest % size) as usize].clone());
                rest /= size;
            }
            group
        })
        .collect();
    (groups, codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_fall_into_half_open_bands() {
        assert_eq!(BANDS[band(0.0)].1, "0-1 d");
        assert_eq!(BANDS[band(86_400.0)].1, "1-3 d");
        assert_eq!(BANDS[band(90.0 * 86_400.0)].1, "over 90 d");
    }
}
