//! The facts `backups` (how old the newest good backup of a service is) and `restore_tests` (whether a restore from them was
//! tested of late): spans of time, one for each service at every moment.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, text};
use super::context::{Context, References};
use super::jobs::{Standing, runs, tolerance};
use crate::arithmetic::interval;
use crate::lake::LakeError;

const DAY: i64 = 86_400 * 1_000_000;

/// A successful restore test speaks for so long.
const TESTED_FOR: i64 = 90 * DAY;

/// The backups of a service, or its restore tests.
#[derive(Debug, Default)]
struct History {
    /// When the first backup was to run.
    first: i64,
    /// When good backups were done.
    good: Vec<i64>,
    /// When successful restore tests were done.
    restored: Vec<i64>,
}

/// The services with backups.
fn histories(context: &Context) -> Result<BTreeMap<String, History>, LakeError> {
    let (as_of, tolerance) = (context.as_of, tolerance(context));
    let frame = context.frame("jobs")?;
    let (service, kind) = (text(&frame, "service")?, text(&frame, "kind")?);
    let mut found: BTreeMap<String, History> = BTreeMap::new();
    let mut tests: Vec<(&str, i64)> = Vec::new();
    for (row, run) in runs(&frame, as_of)? {
        let Some(service) = service[row] else { continue };
        let good = run.standing(as_of, tolerance) == Standing::Successful;
        match kind[row] {
            Some("backup") => {
                let own = found.entry(service.to_string());
                let own = own.or_insert(History { first: run.scheduled, ..History::default() });
                own.first = own.first.min(run.scheduled);
                own.good.extend(good.then_some(run.ended()));
            }
            Some("restore_test") if good => tests.push((service, run.ended())),
            _ => {}
        }
    }
    for (service, at) in tests {
        if let Some(history) = found.get_mut(service) {
            history.restored.push(at);
        }
    }
    Ok(found)
}

/// One span of the fact `backups`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Age {
    from: i64,
    to: i64,
    /// When the newest good backup was done; missing before the first.
    newest: Option<i64>,
    /// Whole days that it is old at least, up to two; without one they count from when the first was to run.
    days: i64,
}

/// The spans from the first backup that was to run to `end`, cut at each good backup and when it is one and two days old.
fn ages(history: &History, end: i64) -> Vec<Age> {
    let mut good = history.good.clone();
    good.sort_unstable();
    good.dedup();
    let first = good.first().map_or(history.first, |good| history.first.min(*good));
    let mut spans = Vec::new();
    let starts = std::iter::once((first, None)).chain(good.iter().map(|at| (*at, Some(*at))));
    let ends = good.iter().copied().chain([end]);
    for ((from, newest), to) in starts.zip(ends) {
        for days in 0..=2 {
            let until = if days == 2 { to } else { to.min(from + (days + 1) * DAY) };
            let since = from + days * DAY;
            spans.extend((since < until).then_some(Age { from: since, to: until, newest, days }));
        }
    }
    spans
}

/// One span of the fact `restore_tests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tested {
    from: i64,
    to: i64,
    tested: bool,
    never: bool,
}

/// The spans from the first backup that was to run to `end`, in which a successful restore test lay in the last 90 days, or not.
fn tested(history: &History, end: i64) -> Vec<Tested> {
    let whole = [(history.first, end)];
    let covered = interval::union(history.restored.iter().map(|at| (*at, at + TESTED_FOR)).collect());
    let first = history.restored.iter().copied().min().unwrap_or(end);
    let covered = interval::intersect(&covered, &whole);
    let bare = interval::difference(&whole, &covered);
    let mut spans: Vec<Tested> = covered
        .into_iter()
        .map(|(from, to)| Tested { from, to, tested: true, never: false })
        .chain(bare.into_iter().map(|(from, to)| Tested { from, to, tested: false, never: from < first }))
        .collect();
    spans.sort_unstable_by_key(|span| span.from);
    spans
}

/// The columns that say about which service a span is.
fn describe(fact: &mut Builder, references: &References, services: &[&String]) {
    let look = |map: &BTreeMap<String, String>| services.iter().map(|name| map.get(*name).cloned()).collect::<Vec<_>>();
    fact.text("service", services.iter().copied().map(Some).collect::<Vec<_>>());
    fact.text("service_kind", look(&references.kind));
    fact.text("criticality", look(&references.criticality));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
}

/// Builds the fact `backups`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let end = context.as_of.saturating_add(1);
    let histories = histories(context)?;
    let rows: Vec<(&String, Age)> =
        histories.iter().flat_map(|(name, own)| ages(own, end).into_iter().map(move |age| (name, age))).collect();
    let mut fact = Builder::default();
    describe(&mut fact, &context.references()?, &rows.iter().map(|row| row.0).collect::<Vec<_>>());
    fact.instant("from_at", rows.iter().map(|row| Some(row.1.from)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.1.to).filter(|to| *to < end)).collect())?;
    fact.instant("newest_at", rows.iter().map(|row| row.1.newest).collect())?;
    fact.boolean("good", rows.iter().map(|row| Some(row.1.newest.is_some())).collect());
    fact.boolean("older_24h", rows.iter().map(|row| Some(row.1.days >= 1)).collect());
    fact.boolean("older_48h", rows.iter().map(|row| Some(row.1.days >= 2)).collect());
    fact.finish()
}

/// Builds the fact `restore_tests`.
pub(super) fn build_restore_tests(context: &Context) -> Result<DataFrame, LakeError> {
    let end = context.as_of.saturating_add(1);
    let histories = histories(context)?;
    let rows: Vec<(&String, Tested)> =
        histories.iter().flat_map(|(name, own)| tested(own, end).into_iter().map(move |span| (name, span))).collect();
    let mut fact = Builder::default();
    describe(&mut fact, &context.references()?, &rows.iter().map(|row| row.0).collect::<Vec<_>>());
    fact.instant("from_at", rows.iter().map(|row| Some(row.1.from)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.1.to).filter(|to| *to < end)).collect())?;
    fact.boolean("tested", rows.iter().map(|row| Some(row.1.tested)).collect());
    fact.boolean("never_tested", rows.iter().map(|row| Some(row.1.never)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_good_backup_makes_the_service_young_again() {
        let history = History { first: 0, good: vec![DAY / 2, 4 * DAY], restored: Vec::new() };
        let found: Vec<_> =
            ages(&history, 5 * DAY).iter().map(|age| (age.from, age.to, age.newest, age.days)).collect();
        let half = DAY / 2;
        let expected = [
            (0, half, None, 0),
            (half, half + DAY, Some(half), 0),
            (half + DAY, half + 2 * DAY, Some(half), 1),
            (half + 2 * DAY, 4 * DAY, Some(half), 2),
            (4 * DAY, 5 * DAY, Some(4 * DAY), 0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_service_without_any_good_backup_grows_old_from_the_first_that_was_to_run() {
        let history = History { first: 0, ..History::default() };
        let found: Vec<_> = ages(&history, 3 * DAY).iter().map(|age| (age.days, age.newest)).collect();
        assert_eq!(found, [(0, None), (1, None), (2, None)]);
    }

    #[test]
    fn a_restore_test_speaks_for_ninety_days() {
        let history = History { first: 0, good: Vec::new(), restored: vec![10 * DAY, 50 * DAY] };
        let found: Vec<_> = tested(&history, 200 * DAY).iter().map(|s| (s.from / DAY, s.tested, s.never)).collect();
        assert_eq!(found, [(0, false, true), (10, true, false), (140, false, false)]);
        let never = History { restored: Vec::new(), ..history };
        assert_eq!(tested(&never, DAY), [Tested { from: 0, to: DAY, tested: false, never: true }]);
    }

    proptest! {
        #[test]
        fn every_moment_has_one_span_and_its_age(
            good in prop::collection::vec(0..400_i64, 0..6), restored in prop::collection::vec(0..400_i64, 0..4), first in 0..400_i64,
        ) {
            let hours = |list: &[i64]| list.iter().map(|at| at * DAY / 24).collect::<Vec<_>>();
            let history = History { first: first * DAY / 24, good: hours(&good), restored: hours(&restored) };
            let end = 500 * DAY / 24;
            let spans = ages(&history, end);
            let tests = tested(&history, end);
            for hour in first..500 {
                let at = hour * DAY / 24;
                let newest = history.good.iter().copied().filter(|good| *good <= at).max();
                let here: Vec<_> = spans.iter().filter(|age| age.from <= at && at < age.to).collect();
                prop_assert_eq!(here.len(), 1);
                prop_assert_eq!(here[0].newest, newest);
                let born = newest.unwrap_or(history.first.min(history.good.iter().copied().min().unwrap_or(i64::MAX)));
                prop_assert_eq!(here[0].days, ((at - born) / DAY).min(2));
                let covered = history.restored.iter().any(|test| *test <= at && at < test + TESTED_FOR);
                let here: Vec<_> = tests.iter().filter(|span| span.from <= at && at < span.to).collect();
                prop_assert_eq!(here.len(), 1);
                prop_assert_eq!(here[0].tested, covered);
                prop_assert_eq!(here[0].never, history.restored.iter().all(|test| *test > at));
            }
        }
    }
}
