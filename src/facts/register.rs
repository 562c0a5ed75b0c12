//! The facts `register` (one row an entry of a register) and `standards` (spans of time in which a standard has so many open
//! exceptions).

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, integer, number, text};
use super::context::Context;
use super::money::Money;
use crate::declaration::project::practice::Register;
use crate::lake::LakeError;

/// So many open exceptions to one standard ask for a review of it (ITIL 4 infrastructure and platform management).
const REVIEW: i64 = 3;

/// What a deviation or an exception is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct About<'a> {
    /// `road_map` or `standard`.
    word: &'static str,
    /// The name of the standard.
    standard: Option<&'a str>,
}

/// What is left of a subject after one of the beginnings, whatever its case.
fn after<'a>(subject: &'a str, beginnings: &[String]) -> Option<&'a str> {
    let subject = subject.trim();
    beginnings.iter().map(|beginning| beginning.trim()).find_map(|beginning| {
        let (start, rest) = subject.split_at_checked(beginning.len())?;
        start.eq_ignore_ascii_case(beginning).then(|| rest.trim())
    })
}

/// What an entry is about: an exception is one from a standard; a deviation is about what its subject begins with.
fn about<'a>(kind: &str, subject: Option<&'a str>, rules: &Register) -> Option<About<'a>> {
    let named = |name: &'a str| Some(name).filter(|name| !name.is_empty());
    match (kind, subject) {
        ("exception", subject) => {
            let name = subject.map(|subject| after(subject, &rules.standard).unwrap_or(subject.trim()));
            Some(About { word: "standard", standard: name.and_then(named) })
        }
        ("deviation", Some(subject)) => match after(subject, &rules.standard) {
            Some(name) => Some(About { word: "standard", standard: named(name) }),
            None => after(subject, &rules.road_map).map(|_| About { word: "road_map", standard: None }),
        },
        _ => None,
    }
}

/// Points of an impact: the most has as many as there are levels, the least one. Other levels than the declared have none.
fn points(impact: Option<i64>, levels: i64) -> Option<f64> {
    impact.filter(|impact| (1..=levels).contains(impact)).map(|impact| (levels + 1 - impact) as f64)
}

/// Builds the fact `register`.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let as_of = context.as_of;
    let rules = &context.project.practice.register;
    let frame = context.frame("register")?;
    let references = context.references()?;
    let money = Money::of(context)?;
    let opened = instant(&frame, "opened_at", Some(as_of))?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| opened[*row].is_some()).collect();
    let mut fact = Builder::default();
    for name in ["id", "kind", "subject", "service", "owner"] {
        let values = text(&frame, name)?;
        fact.text(name, rows.iter().map(|row| values[*row]).collect::<Vec<_>>());
    }
    let (kind, subject, service) = (text(&frame, "kind")?, text(&frame, "subject")?, text(&frame, "service")?);
    let look = |map: &BTreeMap<String, String>| {
        rows.iter().map(|row| service[*row].and_then(|name| map.get(name).cloned())).collect::<Vec<_>>()
    };
    fact.text("service_kind", look(&references.kind));
    fact.text("team", look(&references.owner));
    fact.text("supplier", look(&references.supplier));
    let abouts: Vec<Option<About>> = rows.iter().map(|row| about(kind[*row]?, subject[*row], rules)).collect();
    fact.text("about", abouts.iter().map(|about| Some(about.as_ref()?.word)).collect::<Vec<_>>());
    fact.text("standard", abouts.iter().map(|about| about.as_ref()?.standard).collect::<Vec<_>>());
    fact.boolean("benefit", rows.iter().map(|row| kind[*row].map(|kind| kind == "benefit")).collect());
    let closed = instant(&frame, "closed_at", Some(as_of))?;
    // Closed before it was opened is an error of the records: it never was open.
    let closed: Vec<Option<i64>> = rows.iter().map(|row| not_before(closed[*row], opened[*row])).collect();
    let due = instant(&frame, "due_at", None)?;
    let overdue = |(place, row): (usize, &usize)| {
        let from = not_before(due[*row], opened[*row]).filter(|from| *from <= as_of)?;
        closed[place].is_none_or(|closed| closed > from).then_some(from)
    };
    fact.instant("opened_at", rows.iter().map(|row| opened[*row]).collect())?;
    fact.instant("due_at", rows.iter().map(|row| due[*row]).collect())?;
    fact.instant("closed_at", closed.clone())?;
    fact.instant("overdue_from_at", rows.iter().enumerate().map(overdue).collect())?;
    let (impact, likelihood) = (integer(&frame, "impact")?, number(&frame, "likelihood")?);
    fact.integer("impact", rows.iter().map(|row| impact[*row]).collect());
    let points: Vec<Option<f64>> = rows.iter().map(|row| points(impact[*row], rules.impact_levels)).collect();
    fact.number("impact_points", points.clone());
    fact.number("likelihood", rows.iter().map(|row| likelihood[*row]).collect());
    let times = |(row, other): (&usize, &Option<f64>)| Some(likelihood[*row]? * (*other)?);
    fact.number("score", rows.iter().zip(&points).map(times).collect());
    let (recorded, currency) = (number(&frame, "amount")?, text(&frame, "currency")?);
    let amount: Vec<Option<f64>> = rows.iter().map(|row| money.amount(recorded[*row], currency[*row])).collect();
    fact.number("exposure", rows.iter().zip(&amount).map(times).collect());
    fact.number("amount", amount);
    fact.number("recorded_amount", rows.iter().map(|row| recorded[*row]).collect());
    fact.text("recorded_currency", rows.iter().map(|row| currency[*row]).collect::<Vec<_>>());
    fact.finish()
}

/// An instant, or the earliest that it can be where that is later.
fn not_before(at: Option<i64>, earliest: Option<i64>) -> Option<i64> {
    at.map(|at| earliest.map_or(at, |earliest| at.max(earliest)))
}

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
pub(super) fn build_standards(context: &Context) -> Result<DataFrame, LakeError> {
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
    fn a_subject_says_what_it_is_about() {
        let rules = Register::default();
        let found = |kind, subject| about(kind, Some(subject), &rules).map(|about| (about.word, about.standard));
        assert_eq!(found("deviation", "Road map: cloud first"), Some(("road_map", None)));
        assert_eq!(found("deviation", " STANDARD: naming "), Some(("standard", Some("naming"))));
        assert_eq!(found("deviation", "Stan"), None);
        assert_eq!(found("exception", "Encrypted disks"), Some(("standard", Some("Encrypted disks"))));
        assert_eq!(found("exception", "Standard: naming"), Some(("standard", Some("naming"))));
        assert_eq!(found("risk", "Standard: naming"), None);
        assert_eq!(about("exception", None, &rules).map(|about| about.standard), Some(None));
        // A letter of several bytes where the beginning ends is no beginning.
        assert_eq!(found("deviation", "Standard™ naming"), None);
    }

    #[test]
    fn the_most_impact_has_the_most_points() {
        let found: Vec<_> = [Some(1), Some(5), Some(0), Some(6), None].map(|impact| points(impact, 5)).into();
        assert_eq!(found, [Some(5.0), Some(1.0), None, None, None]);
    }

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
