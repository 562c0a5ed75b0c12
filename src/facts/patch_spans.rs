//! The fact `patch_spans`: one row a span of time in which a patch was out and not applied: not yet due, excepted, or missing.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// What a patch that isn't applied is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    NotDue,
    Excepted,
    Missing,
}

/// The spans of a patch from its release to its application, or to `end`. Without a due date it is never missing.
fn spans(
    released: i64,
    due: Option<i64>,
    excepted: Option<i64>,
    applied: Option<i64>,
    end: i64,
) -> Vec<(i64, i64, Standing)> {
    let to = applied.unwrap_or(end).min(end).max(released);
    let due = due.unwrap_or(to).clamp(released, to);
    let excused = excepted.unwrap_or(due).clamp(due, to);
    let all = [(released, due, Standing::NotDue), (due, excused, Standing::Excepted), (excused, to, Standing::Missing)];
    all.into_iter().filter(|(from, to, _)| from < to).collect()
}

/// Builds the fact `patch_spans`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let end = context.as_of.saturating_add(1);
    let frame = context.frame("patches")?;
    let references = context.references()?;
    let by_now = |name: &str| instant(&frame, name, Some(context.as_of));
    let (released, applied) = (by_now("released_at")?, by_now("applied_at")?);
    let (due, excepted) = (instant(&frame, "due_at", None)?, instant(&frame, "excepted_until", None)?);
    let mut rows: Vec<(usize, (i64, i64, Standing))> = Vec::new();
    for row in 0..frame.height() {
        if let Some(released) = released[row] {
            let spans = spans(released, due[row], excepted[row], applied[row], end);
            rows.extend(spans.into_iter().map(|span| (row, span)));
        }
    }
    let mut fact = Builder::default();
    for name in ["id", "asset", "service", "patch", "reason"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|(row, _)| values[*row]).collect::<Vec<_>>());
    }
    let service = text(&frame, "service")?;
    let look = |map: &BTreeMap<String, String>| {
        rows.iter().map(|(row, _)| service[*row].and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    let severity = integer(&frame, "severity")?;
    fact.integer("severity", rows.iter().map(|(row, _)| severity[*row]).collect());
    fact.instant("due_at", rows.iter().map(|(row, _)| due[*row]).collect())?;
    fact.instant("from_at", rows.iter().map(|(_, span)| Some(span.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|(_, span)| Some(span.1).filter(|to| *to < end)).collect())?;
    let is = |standing: Standing| rows.iter().map(|(_, span)| Some(span.2 == standing)).collect::<Vec<_>>();
    fact.boolean("not_due", is(Standing::NotDue));
    fact.boolean("excepted", is(Standing::Excepted));
    fact.boolean("missing", is(Standing::Missing));
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_patch_is_not_due_then_excepted_then_missing_until_it_is_applied() {
        let (wait, excused, missing) = (Standing::NotDue, Standing::Excepted, Standing::Missing);
        let found = spans(10, Some(20), Some(30), Some(40), 99);
        assert_eq!(found, [(10, 20, wait), (20, 30, excused), (30, 40, missing)]);
        assert_eq!(spans(10, Some(20), None, None, 99), [(10, 20, wait), (20, 99, missing)]);
        assert_eq!(spans(10, Some(20), Some(200), None, 99), [(10, 20, wait), (20, 99, excused)]);
        // Applied in time, an exception that ends before it matters, and no due date.
        assert_eq!(spans(10, Some(20), Some(15), Some(12), 99), [(10, 12, wait)]);
        assert_eq!(spans(10, Some(20), Some(15), Some(25), 99), [(10, 20, wait), (20, 25, missing)]);
        assert_eq!(spans(10, None, None, None, 99), [(10, 99, wait)]);
    }

    proptest! {
        #[test]
        fn every_moment_from_release_to_application_has_its_one_standing(
            released in 0..50_i64, due in prop::option::of(0..90_i64), excepted in prop::option::of(0..120_i64), applied in prop::option::of(0..90_i64),
        ) {
            let applied = applied.map(|applied| applied.max(released));
            let found = spans(released, due, excepted, applied, 100);
            for moment in 0..100 {
                let here: Vec<_> = found.iter().filter(|(from, to, _)| (*from..*to).contains(&moment)).collect();
                let out = released <= moment && applied.is_none_or(|applied| moment < applied);
                prop_assert_eq!(here.len(), usize::from(out));
                if out {
                    let late = due.is_some_and(|due| moment >= due.max(released));
                    let excused = excepted.is_some_and(|until| moment < until);
                    let expected = match (late, excused) {
                        (false, _) => Standing::NotDue,
                        (true, true) => Standing::Excepted,
                        (true, false) => Standing::Missing,
                    };
                    prop_assert_eq!(here[0].2, expected);
                }
            }
        }
    }
}
