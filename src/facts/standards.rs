//! The fact `standards`: spans of time in which a standard has so many open exceptions.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, text};
use super::context::Context;
use crate::lake::LakeError;

/// So many open exceptions to one standard ask for a review of it (ITIL 4 infrastructure and platform management).
const REVIEW: i64 = 3;

/// How many of these lives (opened, closed) are open, from the first on to `end`: half-open spans without gaps, of which each
/// differs from the one before.
fn counts(lives: &[(i64, Option<i64>)], end: i64) -> Vec<(i64, i64, i64)> {
    let mut steps: BTreeMap<i64, i64> = BTreeMap::new();
    for (opened, closed) in lives {
        let closed = closed.unwrap_or(end).min(end);
        *steps.entry(*opened).or_default() += i64::from(closed > *opened);
        *steps.entry(closed.max(*opened)).or_default() -= i64::from(closed > *opened);
    }
    let mut spans: Vec<(i64, i64, i64)> = Vec::new();
    let mut open = 0;
    for (at, step) in steps.range(..end) {
        open += step;
        match spans.last_mut() {
            Some(last) if last.2 == open => {}
            Some(last) => {
                last.1 = *at;
                spans.push((*at, end, open));
            }
            None => spans.push((*at, end, open)),
        }
    }
    spans
}

/// Builds the fact `standards`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let end = context.as_of.saturating_add(1);
    let register = context.fact("register")?;
    let (kind, standard) = (text(&register, "kind")?, text(&register, "standard")?);
    let (opened, closed) = (instant(&register, "opened_at", None)?, instant(&register, "closed_at", None)?);
    let mut lives: BTreeMap<&str, Vec<(i64, Option<i64>)>> = BTreeMap::new();
    for row in 0..register.height() {
        if let (Some("exception"), Some(standard), Some(opened)) = (kind[row], standard[row], opened[row]) {
            lives.entry(standard).or_default().push((opened, closed[row]));
        }
    }
    let rows: Vec<(&str, (i64, i64, i64))> =
        lives.iter().flat_map(|(name, lives)| counts(lives, end).into_iter().map(move |span| (*name, span))).collect();
    let mut fact = Builder::default();
    fact.text("standard", rows.iter().map(|row| Some(row.0)).collect::<Vec<_>>());
    fact.instant("from_at", rows.iter().map(|row| Some(row.1.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|row| Some(row.1.1).filter(|to| *to < end)).collect())?;
    fact.integer("open_exceptions", rows.iter().map(|row| Some(row.1.2)).collect());
    fact.boolean("review", rows.iter().map(|row| Some(row.1.2 >= REVIEW)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn open_exceptions_step_up_and_down() {
        let lives = [(10, Some(40)), (20, None), (20, Some(40)), (30, Some(30)), (60, None)];
        assert_eq!(counts(&lives, 50), [(10, 20, 1), (20, 40, 3), (40, 50, 1)]);
        assert_eq!(counts(&[(10, Some(20)), (20, None)], 50), [(10, 50, 1)]);
        assert_eq!(counts(&[], 50), []);
    }

    proptest! {
        #[test]
        fn open_at_the_start_and_new_less_closed_is_open_at_the_end(
            lives in prop::collection::vec((0..100_i64, prop::option::of(0..60_i64)), 0..12), from in 0..100_i64, length in 1..50_i64,
        ) {
            let lives: Vec<(i64, Option<i64>)> =
                lives.into_iter().map(|(opened, lasted)| (opened, lasted.map(|lasted| opened + lasted))).collect();
            let spans = counts(&lives, 200);
            let open = |at: i64| spans.iter().find(|span| span.0 <= at && at < span.1).map_or(0, |span| span.2);
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0 && pair[0].2 != pair[1].2));
            for at in 0..200 {
                let slow = lives.iter().filter(|(opened, closed)| *opened <= at && closed.is_none_or(|closed| closed > at)).count();
                prop_assert_eq!(open(at), slow as i64, "at {}", at);
            }
            let to = from + length;
            let within = |at: i64| from < at && at <= to;
            let new = lives.iter().filter(|(opened, _)| within(*opened)).count() as i64;
            let closed = lives.iter().filter(|(_, closed)| closed.is_some_and(within)).count() as i64;
            prop_assert_eq!(open(from) + new - closed, open(to));
        }
    }
}
