//! What became of each problem or bug: how long it stood until the diagnosis and the fix, the tickets and incidents that it
//! brought before, during and after its life, and how long the last of them outlived the fix.

use super::columns::{Builder, elapsed_s};
use super::problem_effects::{Effect, Effects};
use super::problem_life::Problem;
use crate::lake::LakeError;

/// A root cause is to be found within so long.
const DIAGNOSIS_DUE: i64 = 30 * 86_400 * 1_000_000;

/// What a fix prevented is judged by so long before and after it.
const JUDGED: i64 = 90 * 86_400 * 1_000_000;

/// The problems with their effects, in the order of the fact.
pub(super) struct Course<'a> {
    rows: Vec<(&'a Problem<'a>, Vec<&'a Effect>)>,
    /// Whether any record is linked to any problem: where none is, nothing is known of them.
    linked: bool,
    /// Whether the export records diagnoses at all.
    diagnoses: bool,
    as_of: i64,
}

impl<'a> Course<'a> {
    pub(super) fn of(problems: &'a [Problem<'a>], effects: &'a Effects, as_of: i64) -> Self {
        let of = |problem: &Problem| problem.id.and_then(|id| effects.get(id)).map_or(&[][..], Vec::as_slice);
        Self {
            rows: problems.iter().map(|problem| (problem, of(problem).iter().collect())).collect(),
            linked: problems.iter().any(|problem| !of(problem).is_empty()),
            diagnoses: problems.iter().any(|problem| problem.diagnosed.is_some()),
            as_of,
        }
    }

    /// One value a problem.
    fn each<T>(&self, value: impl Fn(&Problem, &[&Effect]) -> T) -> Vec<T> {
        self.rows.iter().map(|(problem, effects)| value(problem, effects)).collect()
    }

    /// How many of the effects, children of others apart, are so; missing where no record is linked to any problem.
    fn count(&self, is: impl Fn(&Problem, &Effect) -> bool) -> Vec<Option<i64>> {
        let own = |effect: &&&Effect| effect.parent.is_none();
        self.each(|problem, effects| {
            let count = effects.iter().filter(own).filter(|effect| is(problem, effect)).count() as i64;
            self.linked.then_some(count)
        })
    }

    /// Adds the columns.
    pub(super) fn add(&self, fact: &mut Builder) -> Result<(), LakeError> {
        self.clocks(fact)?;
        fact.integer("tickets", self.count(|_, effect| effect.table == "tickets"));
        let incidents = self.count(|_, effect| effect.incident);
        fact.boolean("with_incident", incidents.iter().map(|count| count.map(|count| count > 0)).collect());
        fact.integer("incidents", incidents);
        let repeats = self.count(|problem, effect| problem.ended.is_some_and(|ended| effect.at > ended));
        fact.integer("repeats", repeats);
        self.prevention(fact)?;
        fact.instant("first_linked_at", self.each(|_, effects| first(effects)))?;
        fact.instant("last_linked_ended_at", self.each(|_, effects| last_end(effects)))?;
        let before = |problem: &Problem, effects: &[&Effect]| elapsed_s(first(effects), Some(problem.opened));
        fact.number("first_ticket_to_opened_s", self.each(before));
        let known = |problem: &Problem, effects: &[&Effect]| first(effects).map(|first| problem.opened < first);
        fact.boolean("known_before_tickets", self.each(known));
        let outlived = self.each(|problem, effects| after_fix(problem, effects, self.as_of));
        fact.number("fix_to_tickets_closed_s", outlived.iter().map(|found| found.map(|found| found.0)).collect());
        fact.boolean("tickets_closed", outlived.iter().map(|found| found.map(|found| found.1)).collect());
        Ok(())
    }

    /// Incidents of the 90 days before a fix and after it, when those are over.
    fn prevention(&self, fact: &mut Builder) -> Result<(), LakeError> {
        let judged = |problem: &Problem| {
            let fixed = problem.fixed.filter(|_| is_fixed(problem))?;
            (fixed + JUDGED <= self.as_of).then_some(fixed)
        };
        let within = |from: i64, to: i64| {
            let mut counts = self.count(|problem, effect| {
                judged(problem).is_some_and(|fixed| effect.incident && (fixed + from..fixed + to).contains(&effect.at))
            });
            for (count, (problem, _)) in counts.iter_mut().zip(&self.rows) {
                *count = count.filter(|_| judged(problem).is_some());
            }
            counts
        };
        let judged_at = |problem: &Problem| judged(problem).map(|fixed| fixed + JUDGED);
        fact.instant("fix_judged_at", self.each(|problem, _| judged_at(problem)))?;
        fact.integer("incidents_before_fix", within(-JUDGED, 0));
        fact.integer("incidents_after_fix", within(0, JUDGED));
        Ok(())
    }

    fn clocks(&self, fact: &mut Builder) -> Result<(), LakeError> {
        let as_of = self.as_of;
        fact.instant("ended_at", self.each(|problem, _| problem.ended))?;
        fact.boolean("fixed", self.each(|problem, _| Some(is_fixed(problem))));
        let to_fix = |problem: &Problem| elapsed_s(Some(problem.opened), Some(problem.ended.unwrap_or(as_of)));
        fact.number("fix_observed_s", self.each(|problem, _| to_fix(problem)));
        let seen = |problem: &Problem| problem.diagnosed.filter(|at| *at >= problem.opened);
        fact.boolean("diagnosed", self.each(|problem, _| self.diagnoses.then(|| problem.diagnosed.is_some())));
        let until = |problem: &Problem| match problem.diagnosed {
            Some(_) => seen(problem),
            None => Some(problem.ended.unwrap_or(as_of)),
        };
        let watched = |problem: &Problem| elapsed_s(Some(problem.opened), until(problem)).filter(|_| self.diagnoses);
        fact.number("diagnosis_observed_s", self.each(|problem, _| watched(problem)));
        let due = |problem: &Problem| problem.opened + DIAGNOSIS_DUE;
        let fallen = |problem: &Problem| Some(due(problem)).filter(|due| *due <= as_of);
        fact.instant("diagnosis_due_at", self.each(|problem, _| fallen(problem)))?;
        let in_time = |problem: &Problem| {
            fallen(problem).filter(|_| self.diagnoses).map(|due| problem.diagnosed.is_some_and(|at| at <= due))
        };
        fact.boolean("diagnosed_in_time", self.each(|problem, _| in_time(problem)));
        let around = |problem: &Problem| elapsed_s(Some(problem.opened), problem.workaround);
        fact.number("time_to_workaround_s", self.each(|problem, _| around(problem)));
        Ok(())
    }
}

/// Whether its end is a fix.
fn is_fixed(problem: &Problem) -> bool {
    problem.fixed.is_some() && problem.ended == problem.fixed
}

fn first(effects: &[&Effect]) -> Option<i64> {
    effects.iter().map(|effect| effect.at).min()
}

/// When the last of them ended; missing while any lasts.
fn last_end(effects: &[&Effect]) -> Option<i64> {
    effects.iter().map(|effect| effect.ended).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// How long the last of the effects that began before the fix outlived it, 0 where none did, and whether its end was seen.
fn after_fix(problem: &Problem, effects: &[&Effect], as_of: i64) -> Option<(f64, bool)> {
    let fixed = problem.fixed.filter(|_| is_fixed(problem))?;
    let before: Vec<&Effect> = effects.iter().copied().filter(|effect| effect.at <= fixed).collect();
    if before.is_empty() {
        return None;
    }
    let last = last_end(&before);
    elapsed_s(Some(fixed), Some(last.unwrap_or(as_of).max(fixed))).map(|time| (time, last.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn effect(at: i64, ended: Option<i64>) -> Effect {
        Effect {
            table: "tickets",
            at: at * DAY,
            ended: ended.map(|day| day * DAY),
            incident: true,
            ..Effect::default()
        }
    }

    #[test]
    fn tickets_before_the_fix_say_how_long_it_was_felt_and_those_after_it_are_repeats() {
        let problem = Problem {
            id: Some("B"),
            kind: Some("bug"),
            opened: 10 * DAY,
            fixed: Some(20 * DAY),
            ended: Some(20 * DAY),
            ..Problem::default()
        };
        let (early, late) = (effect(8, Some(22)), effect(25, None));
        assert_eq!(after_fix(&problem, &[&early, &late], 30 * DAY), Some((2.0 * 86_400.0, true)));
        assert_eq!(after_fix(&problem, &[&late], 30 * DAY), None);
        assert_eq!(after_fix(&problem, &[&effect(8, Some(9))], 30 * DAY), Some((0.0, true)));
        assert_eq!(after_fix(&problem, &[&effect(8, None)], 30 * DAY), Some((10.0 * 86_400.0, false)));
        assert_eq!((last_end(&[&early, &late]), last_end(&[])), (None, None));

        let child = Effect { parent: Some("T".into()), ..effect(26, None) };
        let effects = Effects::from([("B".to_string(), vec![early, late, child])]);
        let (problems, none) = ([problem], Effects::new());
        let course = Course::of(&problems, &effects, 30 * DAY);
        let repeats = |problem: &Problem, effect: &Effect| problem.ended.is_some_and(|ended| effect.at > ended);
        assert_eq!((course.count(|_, _| true), course.count(repeats)), (vec![Some(2)], vec![Some(1)]));
        // A fix that is 90 days old is judged by the 90 days before it and after it.
        let judged = Course::of(&problems, &effects, 110 * DAY);
        let mut fact = Builder::default();
        judged.prevention(&mut fact).unwrap();
        let fact = fact.finish().unwrap();
        let one = |name: &str| super::super::columns::integer(&fact, name).unwrap()[0];
        assert_eq!((one("incidents_before_fix"), one("incidents_after_fix")), (Some(1), Some(1)));
        assert_eq!(Course::of(&problems, &none, 30 * DAY).count(|_, _| true), [None], "nothing is not zero");
    }
}
