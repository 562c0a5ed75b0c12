//! The warranty of deployments into production: the incidents and bugs of the two weeks after each, counted once, for the
//! last deployment before; and how often the service was deployed by then.

use std::collections::BTreeMap;

use super::attribution::Incident;
use super::columns::{Builder, instant, text};
use super::context::Context;
use super::deployments::Deployments;
use crate::lake::LakeError;

const DAY: i64 = 86_400 * 1_000_000;

/// What goes wrong within so long after a deployment into production is under warranty.
const WARRANTY: i64 = 14 * DAY;

/// Frequency is counted over so long.
const TRAILING: i64 = 28 * DAY;

/// Deployments in the last 28 days, from the fewest on, and the name of each band.
const BANDS: [(usize, &str); 4] =
    [(8, "8 and more in 28 d"), (4, "4 to 7 in 28 d"), (2, "2 or 3 in 28 d"), (1, "1 in 28 d")];

/// Deployments into production by service, rollbacks apart: (end, row) in order.
struct Attempts<'a>(BTreeMap<&'a str, Vec<(i64, usize)>>);

impl<'a> Attempts<'a> {
    fn new(rows: impl Iterator<Item = (usize, &'a str, i64)>) -> Self {
        let mut found: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
        rows.for_each(|(row, service, end)| found.entry(service).or_default().push((end, row)));
        found.values_mut().for_each(|list| list.sort_unstable());
        Self(found)
    }

    fn of(&self, service: &str) -> &[(i64, usize)] {
        self.0.get(service).map_or(&[], Vec::as_slice)
    }

    /// The one that answers for what happened on a service at a moment.
    fn answers(&self, service: &str, moment: i64) -> Option<usize> {
        let list = self.of(service);
        let (end, row) = *list[..list.partition_point(|(end, _)| *end <= moment)].last()?;
        (moment - end < WARRANTY).then_some(row)
    }

    /// When the warranty of one is over: with the next, or after its time.
    fn over(&self, service: &str, end: i64) -> i64 {
        let list = self.of(service);
        let next = list.get(list.partition_point(|(other, _)| *other <= end));
        next.map_or(end + WARRANTY, |(next, _)| (*next).min(end + WARRANTY))
    }

    /// How many ended in the 28 days up to a moment.
    fn trailing(&self, service: &str, moment: i64) -> usize {
        let list = self.of(service);
        list.partition_point(|(end, _)| *end <= moment) - list.partition_point(|(end, _)| *end <= moment - TRAILING)
    }

    /// What happened, counted for the one that answers for it.
    fn count<'s>(&self, rows: usize, happened: impl Iterator<Item = (&'s str, i64)>) -> Vec<i64> {
        let mut counts = vec![0; rows];
        happened.filter_map(|(service, at)| self.answers(service, at)).for_each(|row| counts[row] += 1);
        counts
    }
}

/// Adds the columns.
pub(super) fn add(
    context: &Context,
    all: &Deployments,
    incidents: &[Incident],
    fact: &mut Builder,
) -> Result<(), LakeError> {
    let count = all.len();
    let counts = |row: usize| all.production[row] && !all.is_rollback(row);
    let rows = (0..count).filter(|row| counts(*row));
    let attempts = Attempts::new(rows.map(|row| (row, all.service[row], all.finished[row])));
    let first = attempts.0.values().filter_map(|list| list.first()).map(|(end, _)| *end).min();
    let frame = context.frame("problems")?;
    let bugs = bugs(context, &frame)?;
    // An export without any says nothing about how many there were.
    let told = |known: bool, counted: Vec<i64>| -> Vec<Option<i64>> {
        counted.into_iter().enumerate().map(|(row, counted)| (known && counts(row)).then_some(counted)).collect()
    };
    let begun = incidents.iter().filter_map(|incident| Some((incident.service.as_deref()?, incident.start)));
    let suffered = told(!incidents.is_empty(), attempts.count(count, begun));
    let found = told(!bugs.is_empty(), attempts.count(count, bugs.iter().copied()));
    let over = |row: usize| counts(row).then(|| attempts.over(all.service[row], all.finished[row]));
    fact.instant("warranty_over_at", (0..count).map(|row| over(row).filter(|at| *at <= context.as_of)).collect())?;
    let surprises = (0..count).map(|row| {
        let stopped = i64::from(matches!(all.outcome[row]?, "failed" | "rolled_back"));
        Some(stopped + suffered[row]?)
    });
    fact.integer("surprises", surprises.collect());
    fact.integer("warranty_incidents", suffered);
    fact.integer("warranty_bugs", found);
    let band = |row: usize| {
        let end = all.finished[row];
        let settled = counts(row) && first.is_some_and(|first| end - first >= TRAILING);
        let often = attempts.trailing(all.service[row], end);
        settled.then(|| BANDS.iter().find(|(least, _)| often >= *least).map(|(_, name)| *name)).flatten()
    };
    fact.text("frequency_band", (0..count).map(band).collect::<Vec<_>>());
    Ok(())
}

/// The services of bugs that were found in production, or nobody says where, with the moments of their report.
fn bugs<'a>(context: &Context, frame: &'a polars::prelude::DataFrame) -> Result<Vec<(&'a str, i64)>, LakeError> {
    let (kind, service, found_in) = (text(frame, "kind")?, text(frame, "service")?, text(frame, "found_in")?);
    let opened = instant(frame, "opened_at", Some(context.as_of))?;
    let bug = |row: &usize| kind[*row] == Some("bug");
    let live = |row: &usize| found_in[*row].is_none_or(|name| context.project.delivery.is_production(name));
    let rows = (0..frame.height()).filter(bug).filter(live);
    Ok(rows.filter_map(|row| Some((service[row]?, opened[row]?))).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_happens_belongs_to_the_last_deployment_within_two_weeks() {
        let attempts = Attempts::new([(0, "a", 0), (1, "a", 10 * DAY), (2, "b", 5 * DAY)].into_iter());
        let found = [-1, 0, 10 * DAY - 1, 10 * DAY, 24 * DAY - 1, 24 * DAY].map(|at| attempts.answers("a", at));
        assert_eq!(found, [None, Some(0), Some(0), Some(1), Some(1), None]);
        assert_eq!((attempts.over("a", 0), attempts.over("a", 10 * DAY)), (10 * DAY, 24 * DAY));
        assert_eq!([0, 10, 27, 28, 37, 38].map(|day| attempts.trailing("a", day * DAY)), [1, 2, 2, 1, 1, 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Each happening is counted at most once, and just where a slow search finds its deployment.
        #[test]
        fn each_surprise_counts_once(
            ends in proptest::collection::vec((0_usize..3, 0_i64..80), 0..20),
            happened in proptest::collection::vec((0_usize..3, 0_i64..120), 0..30),
        ) {
            let names = ["a", "b", "c"];
            let rows = ends.iter().enumerate().map(|(row, (service, day))| (row, names[*service], day * DAY));
            let attempts = Attempts::new(rows);
            let found = attempts.count(ends.len(), happened.iter().map(|(service, day)| (names[*service], day * DAY)));
            let mut slow = vec![0; ends.len()];
            for (service, day) in &happened {
                let mut last: Option<usize> = None;
                for (row, (other, end)) in ends.iter().enumerate() {
                    let fits = other == service && end <= day && day - end < 14;
                    if fits && last.is_none_or(|last| ends[last].1 <= *end) {
                        last = Some(row);
                    }
                }
                if let Some(last) = last {
                    slow[last] += 1;
                }
            }
            prop_assert_eq!(found, slow);
        }
    }
}
