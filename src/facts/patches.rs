//! The facts `patches` (one row a patch due on a system) and `assets` (one row a span of time in which a system was current,
//! excepted or behind).

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, elapsed_s, instant, integer, text};
use super::context::Context;
use crate::arithmetic::interval;
use crate::lake::LakeError;

/// Builds the fact `patches`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let frame = context.frame("patches")?;
    let references = context.references()?;
    let released = instant(&frame, "released_at", Some(as_of))?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| released[*row].is_some()).collect();
    let pick = |values: Vec<Option<i64>>| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
    let mut fact = Builder::default();
    for name in ["id", "asset", "service", "patch", "reason"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let service = text(&frame, "service")?;
    let look = |map: &BTreeMap<String, String>| {
        rows.iter().map(|row| service[*row].and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    let severity = integer(&frame, "severity")?;
    fact.integer("severity", rows.iter().map(|row| severity[*row]).collect());
    let released = pick(released);
    let applied = pick(instant(&frame, "applied_at", Some(as_of))?);
    let (due, excepted) = (pick(instant(&frame, "due_at", None)?), pick(instant(&frame, "excepted_until", None)?));
    for (name, values) in
        [("released_at", &released), ("applied_at", &applied), ("due_at", &due), ("excepted_until", &excepted)]
    {
        fact.instant(name, values.clone())?;
    }
    fact.number("lag_s", released.iter().zip(&applied).map(|(from, to)| elapsed_s(*from, *to)).collect());
    // Not yet applied and not yet due is neither in time nor late, and nor is what an exception excuses.
    let in_time = |row: usize| {
        let (due, over) = (due[row]?, applied[row].unwrap_or(as_of));
        let excused = excepted[row].is_some_and(|until| until >= over);
        match applied[row] {
            Some(applied) if applied <= due => Some(true),
            _ => (over >= due && !excused).then_some(false),
        }
    };
    fact.boolean("in_time", (0..rows.len()).map(in_time).collect());
    fact.boolean("excepted", excepted.iter().map(|until| Some(until.is_some())).collect());
    let count = rows.len();
    let ends = |row: usize| excepted[row].map(|until| applied[row].map_or(until, |applied| applied.min(until)));
    fact.instant("exception_from_at", (0..count).map(|row| excepted[row].and(released[row])).collect())?;
    fact.instant("exception_to_at", (0..count).map(ends).collect())?;
    // Expired: the exception is over, and the patch is due and still missing.
    let expired = |row: usize| {
        let until = excepted[row]?.max(due[row].unwrap_or(i64::MIN));
        (applied[row].is_none_or(|applied| applied > until) && until <= as_of).then_some(until)
    };
    fact.instant("expired_from_at", (0..count).map(expired).collect())?;
    fact.finish()
}

/// The patches of one system, as half-open spans in which one was due and missing: without an exception of its own, and
/// under one.
#[derive(Default)]
struct Asset<'a> {
    first: i64,
    newest: i64,
    service: Option<&'a str>,
    due: Vec<(i64, i64)>,
    excepted: Vec<(i64, i64)>,
}

/// A system, its service, and what it was from one moment to another.
type Stretch<'a> = (&'a str, Option<&'a str>, (i64, i64, Standing));

/// What a system was from one moment to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Current,
    Excepted,
    Behind,
}

/// The spans of a system from its first patch to `end`, in order and without gaps.
fn spans(asset: &Asset, end: i64) -> Vec<(i64, i64, Standing)> {
    let behind = interval::union(asset.due.clone());
    let excepted = interval::difference(&interval::union(asset.excepted.clone()), &behind);
    let busy = interval::union(behind.iter().chain(&excepted).copied().collect());
    let current = interval::difference(&[(asset.first, end)], &busy);
    let mark = |list: Vec<(i64, i64)>, standing| list.into_iter().map(move |(from, to)| (from, to, standing));
    let mut all: Vec<_> = mark(current, Standing::Current)
        .chain(mark(excepted, Standing::Excepted))
        .chain(mark(behind, Standing::Behind))
        .collect();
    all.sort_unstable_by_key(|(from, ..)| *from);
    all
}

/// Builds the fact `assets`.
pub(super) fn build_assets(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let end = as_of.saturating_add(1);
    let frame = context.frame("patches")?;
    let references = context.references()?;
    let (name, service) = (text(&frame, "asset")?, text(&frame, "service")?);
    let (released, applied) =
        (instant(&frame, "released_at", Some(as_of))?, instant(&frame, "applied_at", Some(as_of))?);
    let (due, until) = (instant(&frame, "due_at", None)?, instant(&frame, "excepted_until", None)?);
    let mut assets: BTreeMap<&str, Asset> = BTreeMap::new();
    for row in 0..frame.height() {
        let (Some(name), Some(released)) = (name[row], released[row]) else { continue };
        let asset = assets.entry(name).or_insert(Asset { first: released, newest: i64::MIN, ..Asset::default() });
        asset.first = asset.first.min(released);
        if service[row].is_some() && released >= asset.newest {
            (asset.service, asset.newest) = (service[row], released);
        }
        let Some(due) = due[row].map(|due| due.max(released)) else { continue };
        let over = applied[row].unwrap_or(end).min(end);
        let excepted = until[row].map_or(due, |until| until.clamp(due, over.max(due)));
        asset.excepted.extend((excepted.min(over) > due).then_some((due, excepted.min(over))));
        asset.due.extend((over > excepted).then_some((excepted, over)));
    }
    let rows: Vec<Stretch> = assets
        .iter()
        .flat_map(|(name, asset)| spans(asset, end).into_iter().map(move |span| (*name, asset.service, span)))
        .collect();
    let mut fact = Builder::default();
    fact.text("asset", rows.iter().map(|row| Some(row.0)).collect::<Vec<_>>());
    fact.text("service", rows.iter().map(|row| row.1).collect::<Vec<_>>());
    let look = |map: &BTreeMap<String, String>| {
        rows.iter().map(|row| row.1.and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    fact.instant("from_at", rows.iter().map(|row| Some(row.2.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.2.1).filter(|to| *to < end)).collect())?;
    let is = |standing: Standing| rows.iter().map(|row| Some(row.2.2 == standing)).collect::<Vec<_>>();
    fact.boolean("current", is(Standing::Current));
    fact.boolean("excepted", is(Standing::Excepted));
    fact.boolean("behind", is(Standing::Behind));
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_system_is_behind_when_any_patch_is() {
        let asset = Asset { first: 0, due: vec![(10, 20), (15, 30)], excepted: vec![(25, 50)], ..Asset::default() };
        let found = spans(&asset, 100);
        let expected = [
            (0, 10, Standing::Current),
            (10, 30, Standing::Behind),
            (30, 50, Standing::Excepted),
            (50, 100, Standing::Current),
        ];
        assert_eq!(found, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn spans_follow_each_other_and_agree_with_every_moment(
            due in proptest::collection::vec((0_i64..90, 1_i64..20), 0..6),
            excepted in proptest::collection::vec((0_i64..90, 1_i64..20), 0..6),
        ) {
            let whole = |list: &[(i64, i64)]| list.iter().map(|(from, length)| (*from, (from + length).min(100))).collect::<Vec<_>>();
            let (due, excepted) = (whole(&due), whole(&excepted));
            let asset = Asset { first: 0, due: due.clone(), excepted: excepted.clone(), ..Asset::default() };
            let found = spans(&asset, 100);
            prop_assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
            prop_assert_eq!((found[0].0, found[found.len() - 1].1), (0, 100));
            let holds = |list: &[(i64, i64)], moment: i64| list.iter().any(|(from, to)| (*from..*to).contains(&moment));
            for moment in 0..100 {
                let expected = match (holds(&due, moment), holds(&excepted, moment)) {
                    (true, _) => Standing::Behind,
                    (false, true) => Standing::Excepted,
                    _ => Standing::Current,
                };
                let span = found.iter().find(|(from, to, _)| (*from..*to).contains(&moment)).unwrap();
                prop_assert_eq!(span.2, expected);
            }
        }
    }
}
