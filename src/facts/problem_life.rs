//! The lives of problems, known errors and bugs as they stand at as-of, and the fact `problem_spells`: one row a stretch in
//! which one was open and what was known of it did not change.

use polars::prelude::*;

use super::columns::{Builder, instant, integer, text};
use super::context::Context;
use crate::lake::LakeError;

/// One problem, known error or bug.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Problem<'a> {
    /// Its row in the table.
    pub row: usize,
    pub id: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub opened: i64,
    pub diagnosed: Option<i64>,
    pub workaround: Option<i64>,
    pub fixed: Option<i64>,
    /// When it left the stock: mended, else closed. An end before the beginning is a data error, and none.
    pub ended: Option<i64>,
}

impl Problem<'_> {
    /// Whether it is a bug; missing without a kind.
    pub(super) fn is_bug(&self) -> Option<bool> {
        self.kind.map(|kind| kind == "bug")
    }

    /// From when on it is a known error: recorded as one, or a problem whose cause was found.
    pub(super) fn known_from(&self) -> Option<i64> {
        match self.kind {
            Some("known_error") => Some(self.opened),
            Some("problem") => self.diagnosed.map(|at| at.max(self.opened)),
            _ => None,
        }
    }

    /// Whether it was a known error at a moment.
    pub(super) fn is_known_at(&self, moment: i64) -> bool {
        self.known_from().is_some_and(|from| from <= moment) && self.ended.is_none_or(|ended| ended > moment)
    }

    /// The stretches of `[opened, ended)` between the moments at which something became known, each with its beginning and end.
    fn stretches(&self) -> Vec<(i64, Option<i64>)> {
        let inside = |at: &i64| *at > self.opened && self.ended.is_none_or(|ended| *at < ended);
        let mut cuts: Vec<i64> =
            [self.diagnosed, self.workaround, self.known_from()].into_iter().flatten().filter(inside).collect();
        cuts.push(self.opened);
        cuts.sort_unstable();
        cuts.dedup();
        let ends: Vec<Option<i64>> = cuts.iter().skip(1).copied().map(Some).chain([self.ended]).collect();
        cuts.into_iter().zip(ends).collect()
    }
}

/// All that were opened by as-of, in the order of the table.
pub(super) fn read(frame: &DataFrame, as_of: i64) -> Result<Vec<Problem<'_>>, LakeError> {
    let at = |name: &str| instant(frame, name, Some(as_of));
    let (id, kind) = (text(frame, "id")?, text(frame, "kind")?);
    let (opened, diagnosed, workaround) = (at("opened_at")?, at("diagnosed_at")?, at("workaround_at")?);
    let (fixed, closed) = (at("fixed_at")?, at("closed_at")?);
    let problem = |row: usize| {
        let opened = opened[row]?;
        let sound = |at: Option<i64>| at.filter(|at| *at >= opened);
        Some(Problem {
            row,
            id: id[row],
            kind: kind[row],
            opened,
            diagnosed: diagnosed[row],
            workaround: workaround[row],
            fixed: fixed[row],
            ended: sound(fixed[row]).or(sound(closed[row])),
        })
    };
    Ok((0..frame.height()).filter_map(problem).collect())
}

/// Builds the fact `problem_spells`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("problems")?;
    let references = context.references()?;
    let problems = read(&frame, context.as_of)?;
    // An export that never says so is silent about it.
    let diagnoses = problems.iter().any(|problem| problem.diagnosed.is_some());
    let workarounds = problems.iter().any(|problem| problem.workaround.is_some());
    let rows: Vec<(&Problem, i64, Option<i64>)> = problems
        .iter()
        .flat_map(|problem| problem.stretches().into_iter().map(move |(from, to)| (problem, from, to)))
        .collect();
    let mut fact = Builder::default();
    for name in ["id", "kind", "service", "found_by", "team", "release"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|(problem, ..)| values[problem.row]).collect::<Vec<_>>());
    }
    let service = text(&frame, "service")?;
    let supplier = rows.iter().map(|(problem, ..)| references.supplier.get(service[problem.row]?).cloned());
    fact.text("supplier", supplier.collect::<Vec<_>>());
    for name in ["severity", "priority"] {
        let values = integer(&frame, name)?;
        fact.integer(name, rows.iter().map(|(problem, ..)| values[problem.row]).collect());
    }
    fact.instant("opened_at", rows.iter().map(|(problem, ..)| Some(problem.opened)).collect())?;
    fact.instant("from_at", rows.iter().map(|(_, from, _)| Some(*from)).collect())?;
    fact.instant("to_at", rows.iter().map(|(.., to)| *to).collect())?;
    fact.boolean("bug", rows.iter().map(|(problem, ..)| problem.is_bug()).collect());
    fact.boolean("problem", rows.iter().map(|(problem, ..)| problem.is_bug().map(|bug| !bug)).collect());
    let by = |known: bool, at: &dyn Fn(&Problem) -> Option<i64>| {
        let told = rows.iter().map(|(problem, from, _)| known.then(|| at(problem).is_some_and(|at| at <= *from)));
        told.collect::<Vec<_>>()
    };
    fact.boolean("diagnosed", by(diagnoses, &|problem| problem.diagnosed));
    fact.boolean("workaround", by(workarounds, &|problem| problem.workaround));
    fact.boolean("known_error", by(true, &|problem| problem.known_from()));
    fact.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_stretch_ends_when_something_becomes_known() {
        let problem = Problem {
            kind: Some("problem"),
            opened: 10,
            diagnosed: Some(20),
            workaround: Some(30),
            ended: Some(50),
            ..Problem::default()
        };
        assert_eq!(problem.stretches(), [(10, Some(20)), (20, Some(30)), (30, Some(50))]);
        assert_eq!([19, 20, 49, 50].map(|at| problem.is_known_at(at)), [false, true, true, false]);
        // What was known before it was written down, or only after its end, parts nothing.
        let early = Problem { diagnosed: Some(5), workaround: Some(60), ..problem.clone() };
        assert_eq!(early.stretches(), [(10, Some(50))]);
        assert_eq!((early.known_from(), early.is_known_at(10)), (Some(10), true));
        let bug = Problem { kind: Some("bug"), ended: None, ..problem };
        assert_eq!((bug.known_from(), bug.stretches().last().copied()), (None, Some((30, None))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Open at the start, plus opened, less ended, is open at the end, and each moment of an open one lies in one stretch.
        #[test]
        fn the_stock_reconciles_with_its_flow(
            lives in proptest::collection::vec((0_i64..60, proptest::option::of(0_i64..40), 0_i64..80, 0_i64..80), 0..12),
            start in 0_i64..50,
            length in 0_i64..50,
        ) {
            let problems: Vec<Problem> = lives.iter().map(|(opened, lasts, diagnosed, workaround)| Problem {
                kind: Some("problem"),
                opened: *opened,
                diagnosed: Some(*diagnosed),
                workaround: Some(*workaround),
                ended: lasts.map(|lasts| opened + lasts),
                ..Problem::default()
            }).collect();
            // The kernel's rule for a stock at a moment.
            let holds = |moment: i64| move |(from, to): &(i64, Option<i64>)| *from < moment && to.is_none_or(|to| to >= moment);
            let open = |moment: i64| problems.iter().flat_map(Problem::stretches).filter(holds(moment)).count() as i64;
            let end = start + length;
            let within = |at: i64| (start..end).contains(&at);
            let opened = problems.iter().filter(|problem| within(problem.opened)).count() as i64;
            let ended = problems.iter().filter(|problem| problem.ended.is_some_and(within)).count() as i64;
            prop_assert_eq!(open(start) + opened - ended, open(end));
            for moment in 0..100 {
                for problem in &problems {
                    let slow = problem.opened < moment && problem.ended.is_none_or(|ended| ended >= moment);
                    let found = problem.stretches().iter().filter(|stretch| holds(moment)(stretch)).count();
                    prop_assert_eq!(found, usize::from(slow));
                }
            }
        }
    }
}
