//! What problems say about the clocks of the tickets and incidents behind which they are: diagnosis, and ways around.

use std::collections::BTreeMap;

use super::columns::{instant, text};
use super::context::Context;
use crate::lake::LakeError;

/// Words of a resolution code that name a way around, in lower case.
const AROUND: [&str; 5] = ["workaround", "work around", "work-around", "contournement", "umgehung"];

#[derive(Clone, Copy, Debug, Default)]
struct Problem {
    diagnosed: Option<i64>,
    workaround: Option<i64>,
    fixed: Option<i64>,
}

/// The problems as they stand at as-of.
pub(super) struct Problems(BTreeMap<String, Problem>);

impl Problems {
    pub(super) fn read(context: &Context) -> Result<Self, LakeError> {
        let problems = context.frame("problems")?;
        let at = |name: &str| instant(&problems, name, Some(context.as_of));
        let (diagnosed, workaround, fixed) = (at("diagnosed_at")?, at("workaround_at")?, at("fixed_at")?);
        let ids = text(&problems, "id")?;
        let found = ids.iter().enumerate().filter_map(|(row, id)| {
            let problem = Problem { diagnosed: diagnosed[row], workaround: workaround[row], fixed: fixed[row] };
            Some(((*id)?.to_string(), problem))
        });
        Ok(Self(found.collect()))
    }

    /// When the cause was found, µs UTC; missing where it was known before the record began.
    pub(super) fn diagnosed(&self, problem: Option<&str>, began: Option<i64>) -> Option<i64> {
        let diagnosed = self.0.get(problem?)?.diagnosed?;
        (began? <= diagnosed).then_some(diagnosed)
    }

    /// Whether a record that was done at an instant was restored by a way around: its code says so, or its problem had one by then
    /// and was not mended yet. Missing where it isn't done, and where neither a code nor a known problem could say.
    pub(super) fn by_workaround(&self, code: Option<&str>, problem: Option<&str>, done: Option<i64>) -> Option<bool> {
        let done = done?;
        let by_code = code.map(|code| {
            let code = code.to_lowercase();
            AROUND.iter().any(|word| code.contains(word))
        });
        let by_problem = problem.and_then(|problem| self.0.get(problem)).map(|problem| {
            problem.workaround.is_some_and(|at| at <= done) && problem.fixed.is_none_or(|fixed| fixed > done)
        });
        match (by_code, by_problem) {
            (None, None) => None,
            (one, other) => Some(one == Some(true) || other == Some(true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_around_is_one_until_the_problem_is_mended() {
        let problem = Problem { diagnosed: Some(5), workaround: Some(10), fixed: Some(20) };
        let problems = Problems(BTreeMap::from([("P".to_string(), problem)]));
        let by = |code, done| problems.by_workaround(code, Some("P"), done);
        assert_eq!(
            [None, Some(9), Some(10), Some(19), Some(20)].map(|done| by(None, done)),
            [None, Some(false), Some(true), Some(true), Some(false)]
        );
        assert_eq!(by(Some("Solved (Work Around)"), Some(20)), Some(true));
        assert_eq!(problems.by_workaround(None, Some("Q"), Some(1)), None);
        assert_eq!(problems.by_workaround(Some("Solved"), None, Some(1)), Some(false));
        assert_eq!([Some(4), Some(6), None].map(|began| problems.diagnosed(Some("P"), began)), [Some(5), None, None]);
    }
}
