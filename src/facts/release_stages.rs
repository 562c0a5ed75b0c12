//! The fact `release_stages`: one row a release and environment on its way, in the order of the funnel: how often it was
//! tried there, how the first try went, when it was through, and how long it had waited before.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s, text};
use super::context::Context;
use super::deployments::Deployments;
use super::environments;
use crate::lake::LakeError;

/// One try to bring a release into an environment.
#[derive(Clone, Copy, Debug)]
struct Try<'a> {
    finished: i64,
    outcome: Option<&'a str>,
}

/// One release of a service on its way.
#[derive(Debug, Default)]
struct Release<'a> {
    begun: i64,
    kind: Option<&'a str>,
    /// Its tries by environment, in the order of their end.
    tries: BTreeMap<&'a str, Vec<Try<'a>>>,
}

impl<'a> Release<'a> {
    /// When it was first through an environment; without an outcome a try counts as one that went well.
    fn reached(&self, environment: &str) -> Option<i64> {
        let through = |one: &&Try| one.outcome.is_none_or(|outcome| outcome == "successful");
        self.tries.get(environment)?.iter().find(through).map(|one| one.finished)
    }

    /// One row for each environment of a chain.
    fn stages(&self, chain: &[&'a str]) -> Vec<Stage<'a>> {
        let reached: Vec<Option<i64>> = chain.iter().map(|environment| self.reached(environment)).collect();
        let stage = |place: usize| {
            let tries = self.tries.get(chain[place]).map_or(&[][..], Vec::as_slice);
            let before = reached[..place].iter().rev().flatten().next().copied();
            let until = reached[place].unwrap_or(i64::MAX);
            Stage {
                environment: chain[place],
                place,
                attempts: tries.iter().filter(|one| one.finished <= until).count() as i64,
                first: tries.first().copied(),
                reached: reached[place],
                passed: reached[place..].iter().any(Option::is_some),
                before,
            }
        };
        (0..chain.len()).map(stage).collect()
    }
}

/// A release in an environment.
#[derive(Debug)]
struct Stage<'a> {
    environment: &'a str,
    place: usize,
    attempts: i64,
    first: Option<Try<'a>>,
    reached: Option<i64>,
    /// Through it, or through a later one.
    passed: bool,
    /// When it was through the nearest environment before that it was in.
    before: Option<i64>,
}

/// When each release, in order of their beginning, was settled: in production, or overtaken by a later one that was.
fn settled(live: &[Option<i64>]) -> Vec<Option<i64>> {
    let mut overtaken: Option<i64> = None;
    let mut found: Vec<Option<i64>> = live
        .iter()
        .rev()
        .map(|live| {
            let own = live.or(overtaken);
            overtaken = [overtaken, *live].into_iter().flatten().min();
            own
        })
        .collect();
    found.reverse();
    found
}

/// The releases of each service by name. A deployment without a release is known by its version; rollbacks are none.
fn releases<'a>(
    all: &Deployments<'a>,
    name: &[Option<&'a str>],
    environment: &[Option<&'a str>],
) -> BTreeMap<&'a str, BTreeMap<&'a str, Release<'a>>> {
    let begun = |row: usize| all.started[row].unwrap_or(all.finished[row]).min(all.finished[row]);
    let mut order: Vec<usize> = (0..all.len()).filter(|row| !all.is_rollback(*row)).collect();
    order.sort_by_key(|row| (all.finished[*row], begun(*row), all.id[*row]));
    let mut found: BTreeMap<&str, BTreeMap<&str, Release>> = BTreeMap::new();
    for row in order {
        let (Some(name), Some(environment)) = (name[row], environment[row]) else { continue };
        let release = found.entry(all.service[row]).or_default().entry(name).or_insert_with(|| Release {
            begun: begun(row),
            kind: all.kind[row],
            ..Release::default()
        });
        release.begun = release.begun.min(begun(row));
        let one = Try { finished: all.finished[row], outcome: all.outcome[row] };
        release.tries.entry(environment).or_default().push(one);
    }
    found
}

/// One row of the fact.
struct Row<'a> {
    service: &'a str,
    release: &'a str,
    kind: Option<&'a str>,
    begun: i64,
    settled: Option<i64>,
    live: Option<i64>,
    stage: Stage<'a>,
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("deployments")?;
    let references = context.references()?;
    let all = Deployments::read(context, &frame)?;
    let delivery = &context.project.delivery;
    let (release, version, place) = (text(&frame, "release")?, text(&frame, "version")?, text(&frame, "environment")?);
    let name: Vec<Option<&str>> = all.rows.iter().map(|row| release[*row].or(version[*row])).collect();
    let environment: Vec<Option<&str>> = all.rows.iter().map(|row| place[*row]).collect();
    let found = releases(&all, &name, &environment);
    let firsts = found.values().flat_map(BTreeMap::values).map(|release| {
        release.tries.iter().filter_map(|(name, tries)| Some((*name, tries.first()?.finished))).collect()
    });
    let order = environments::order(delivery, &firsts.collect::<Vec<_>>());

    let mut rows: Vec<Row> = Vec::new();
    for (service, releases) in &found {
        let used = |name: &&&str| releases.values().any(|release| release.tries.contains_key(**name));
        let chain: Vec<&str> = order.iter().filter(used).copied().collect();
        let mut list: Vec<(&str, &Release)> = releases.iter().map(|(name, release)| (*name, release)).collect();
        list.sort_by_key(|(name, release)| (release.begun, *name));
        let in_production = |release: &Release| {
            chain.iter().filter(|name| delivery.is_production(name)).filter_map(|name| release.reached(name)).min()
        };
        let live: Vec<Option<i64>> = list.iter().map(|(_, release)| in_production(release)).collect();
        for (((name, release), live), settled) in list.into_iter().zip(&live).zip(settled(&live)) {
            rows.extend(release.stages(&chain).into_iter().map(|stage| Row {
                service,
                release: name,
                kind: release.kind,
                begun: release.begun,
                settled,
                live: *live,
                stage,
            }));
        }
    }
    let mut fact = Builder::default();
    fact.text("service", rows.iter().map(|row| Some(row.service)).collect::<Vec<_>>());
    let look =
        |map: &BTreeMap<String, String>| rows.iter().map(|row| map.get(row.service).cloned()).collect::<Vec<_>>();
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    fact.text("release", rows.iter().map(|row| Some(row.release)).collect::<Vec<_>>());
    fact.text("kind", rows.iter().map(|row| row.kind).collect::<Vec<_>>());
    fact.text("environment", rows.iter().map(|row| Some(row.stage.environment)).collect::<Vec<_>>());
    // Numbered by the way of all services, so that one environment has one name.
    let digits = order.len().to_string().len();
    let stage = |row: &Row| {
        let place = order.iter().position(|name| *name == row.stage.environment).unwrap_or(row.stage.place);
        format!("{:0digits$} {}", place + 1, row.stage.environment)
    };
    fact.text("stage", rows.iter().map(|row| Some(stage(row))).collect());
    fact.integer("position", rows.iter().map(|row| Some(row.stage.place as i64 + 1)).collect());
    fact.boolean("first_stage", rows.iter().map(|row| Some(row.stage.place == 0)).collect());
    fact.boolean("production", rows.iter().map(|row| Some(delivery.is_production(row.stage.environment))).collect());
    fact.instant("begun_at", rows.iter().map(|row| Some(row.begun)).collect())?;
    fact.instant("live_at", rows.iter().map(|row| row.live).collect())?;
    fact.instant("settled_at", rows.iter().map(|row| row.settled).collect())?;
    fact.integer("attempts", rows.iter().map(|row| Some(row.stage.attempts)).collect());
    fact.instant("first_attempt_at", rows.iter().map(|row| row.stage.first.map(|one| one.finished)).collect())?;
    let well = |row: &Row| row.stage.first.and_then(|one| one.outcome).map(|outcome| outcome == "successful");
    fact.boolean("first_pass", rows.iter().map(well).collect());
    fact.boolean("reached", rows.iter().map(|row| Some(row.stage.passed)).collect());
    fact.instant("reached_at", rows.iter().map(|row| row.stage.reached).collect())?;
    fact.instant("previous_reached_at", rows.iter().map(|row| row.stage.before).collect())?;
    fact.number("wait_s", rows.iter().map(|row| elapsed_s(row.stage.before, row.stage.reached)).collect());
    fact.number("time_to_live_s", rows.iter().map(|row| elapsed_s(Some(row.begun), row.live)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_release_passes_what_it_skipped_and_is_tried_until_it_is_through() {
        let one = |finished, outcome| Try { finished, outcome: Some(outcome) };
        let tries = BTreeMap::from([
            ("test", vec![one(10, "failed"), one(20, "successful"), one(50, "successful")]),
            ("production", vec![one(40, "successful")]),
            ("demo", vec![one(60, "failed")]),
        ]);
        let release = Release { begun: 5, kind: None, tries };
        let stages = release.stages(&["dev", "test", "acceptance", "production", "demo"]);
        let told: Vec<_> = stages.iter().map(|s| (s.attempts, s.reached, s.passed, s.before)).collect();
        assert_eq!(
            told,
            [
                (0, None, true, None),
                (2, Some(20), true, None),
                (0, None, true, Some(20)),
                (1, Some(40), true, Some(20)),
                (1, None, false, Some(40)),
            ]
        );
        assert_eq!(stages[1].first.and_then(|first| first.outcome), Some("failed"));
    }

    #[test]
    fn a_release_is_settled_when_it_or_a_later_one_is_live() {
        assert_eq!(
            settled(&[Some(10), None, None, Some(30), Some(25), None]),
            [Some(10), Some(25), Some(25), Some(30), Some(25), None]
        );
        assert_eq!(settled(&[]), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn settling_agrees_with_looking_at_all_later_ones(
            live in proptest::collection::vec(proptest::option::of(0_i64..50), 0..12),
        ) {
            let slow = |place: usize| live[place].or_else(|| live[place..].iter().flatten().min().copied());
            prop_assert_eq!(settled(&live), (0..live.len()).map(slow).collect::<Vec<_>>());
        }

        /// Who passed an environment has passed all before it: the funnel never widens.
        #[test]
        fn the_funnel_never_widens(
            tries in proptest::collection::vec((0_usize..4, 0_i64..50, proptest::bool::ANY), 0..12),
        ) {
            let chain = ["dev", "test", "acceptance", "production"];
            let mut release = Release::default();
            for (place, finished, well) in &tries {
                let outcome = Some(if *well { "successful" } else { "failed" });
                release.tries.entry(chain[*place]).or_default().push(Try { finished: *finished, outcome });
            }
            release.tries.values_mut().for_each(|list| list.sort_by_key(|one| one.finished));
            let stages = release.stages(&chain);
            prop_assert!(stages.windows(2).all(|pair| pair[0].passed || !pair[1].passed));
            for (place, stage) in stages.iter().enumerate() {
                let slow = tries.iter().filter(|(other, _, well)| *other == place && *well).map(|(_, at, _)| *at).min();
                prop_assert_eq!(stage.reached, slow);
                let passed = tries.iter().any(|(other, _, well)| *other >= place && *well);
                prop_assert_eq!(stage.passed, passed);
            }
        }
    }
}
