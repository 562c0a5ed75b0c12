//! The facts `register` (one row an entry of a register) and `register_spans` (the time in which it was open, before it was due and
//! after).

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, instant, integer, number, text};
use super::context::Context;
use super::money::Money;
use crate::declaration::project::practice::Register;
use crate::lake::LakeError;

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
    fact.instant("opened_at", rows.iter().map(|row| opened[*row]).collect())?;
    fact.instant("due_at", rows.iter().map(|row| due[*row]).collect())?;
    fact.instant("closed_at", closed)?;
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

/// When an entry was open (from, to, overdue): before it was due, and after. What lasts at `end` has no end.
fn open_spans(opened: i64, due: Option<i64>, closed: Option<i64>, end: i64) -> Vec<(i64, i64, bool)> {
    let to = closed.unwrap_or(end);
    let cut = due.unwrap_or(to).clamp(opened, to.max(opened));
    [(opened, cut, false), (cut, to, true)].into_iter().filter(|(from, to, _)| from < to).collect()
}

/// Builds the fact `register_spans`.
pub(super) fn build_spans(context: &Context) -> Result<DataFrame, LakeError> {
    let end = context.as_of.saturating_add(1);
    let register = context.fact("register")?;
    let instants = |name: &str| instant(&register, name, None);
    let (opened, due, closed) = (instants("opened_at")?, instants("due_at")?, instants("closed_at")?);
    let mut rows: Vec<(usize, (i64, i64, bool))> = Vec::new();
    for row in 0..register.height() {
        if let Some(opened) = opened[row] {
            rows.extend(open_spans(opened, due[row], closed[row], end).into_iter().map(|span| (row, span)));
        }
    }
    let mut fact = Builder::default();
    for name in ["id", "kind", "subject", "about", "standard", "service", "service_kind", "team", "supplier", "owner"] {
        let values = text(&register, name)?;
        fact.text(name, rows.iter().map(|(row, _)| values[*row]).collect::<Vec<_>>());
    }
    let impact = integer(&register, "impact")?;
    fact.integer("impact", rows.iter().map(|(row, _)| impact[*row]).collect());
    fact.instant("from_at", rows.iter().map(|(_, span)| Some(span.0)).collect())?;
    fact.instant("to_at", rows.iter().map(|(_, span)| Some(span.1).filter(|to| *to < end)).collect())?;
    fact.boolean("overdue", rows.iter().map(|(_, span)| Some(span.2)).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
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
    fn an_entry_is_open_until_it_is_due_and_overdue_until_it_is_closed() {
        assert_eq!(open_spans(10, Some(20), Some(30), 99), [(10, 20, false), (20, 30, true)]);
        assert_eq!(open_spans(10, Some(40), Some(30), 99), [(10, 30, false)]);
        assert_eq!(open_spans(10, Some(20), None, 99), [(10, 20, false), (20, 99, true)]);
        assert_eq!(open_spans(10, Some(200), None, 99), [(10, 99, false)]);
        // Due before it was entered, never due, and closed at once.
        assert_eq!(open_spans(10, Some(5), None, 99), [(10, 99, true)]);
        assert_eq!(open_spans(10, None, None, 99), [(10, 99, false)]);
        assert_eq!(open_spans(10, Some(20), Some(10), 99), []);
    }
}
