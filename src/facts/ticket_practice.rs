//! What the practice of handling tickets asks of one besides its clocks and its path: whether it repeats another one, was solved
//! on its day, went to the wrong team first, kept its priority.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::columns::{Builder, elapsed_s};
use super::context::Context;
use super::ticket_versions::{by_matrix, histories};
use crate::arithmetic::local_time::to_local;
use crate::lake::LakeError;

/// A ticket repeats another one that was opened at most so long before.
const REPEATS: i64 = 30 * 86_400 * 1_000_000;

/// What is known of the tickets; every list has one entry a ticket, instants are µs UTC.
pub(super) struct Practice<'a> {
    pub id: &'a [Option<&'a str>],
    pub opened: &'a [Option<i64>],
    pub resolved: &'a [Option<i64>],
    pub priority: &'a [Option<i64>],
    pub impact: &'a [Option<i64>],
    pub urgency: &'a [Option<i64>],
    pub service: &'a [Option<&'a str>],
    pub category: &'a [Option<&'a str>],
    pub symptom: &'a [Option<&'a str>],
    pub is_child: &'a [bool],
    pub first: &'a [Option<(&'a str, Option<i64>)>],
    pub resolver: &'a [Option<&'a str>],
    pub resolver_tier: &'a [Option<i64>],
}

/// Whether each ticket repeats another one with the same words, opened at most 30 days before. Children count with their parents:
/// nobody repeats them. Missing where a word is.
fn repeats(words: &[Option<[&str; 3]>], opened: &[Option<i64>], is_child: &[bool]) -> Vec<Option<bool>> {
    let mut times: BTreeMap<[&str; 3], Vec<i64>> = BTreeMap::new();
    for ((words, opened), _) in words.iter().zip(opened).zip(is_child).filter(|(_, child)| !**child) {
        if let (Some(words), Some(opened)) = (words, opened) {
            times.entry(*words).or_default().push(*opened);
        }
    }
    times.values_mut().for_each(|times| times.sort_unstable());
    let repeat = |words: &[&str; 3], opened: i64| {
        let times = times.get(words).map(Vec::as_slice).unwrap_or_default();
        let before = times.partition_point(|at| *at < opened);
        before.checked_sub(1).is_some_and(|last| opened - times[last] <= REPEATS)
    };
    words.iter().zip(opened).map(|(words, opened)| Some(repeat(words.as_ref()?, (*opened)?))).collect()
}

/// Whether two instants lie on one local day.
fn same_day(a: i64, b: i64, zone: Tz) -> Option<bool> {
    Some(to_local(a, zone)?.date() == to_local(b, zone)?.date())
}

/// Whether a ticket went to another team first than the one of the same tier that resolved it. An escalation is no mistake.
fn misrouted(first: Option<(&str, Option<i64>)>, resolver: Option<&str>, resolver_tier: Option<i64>) -> Option<bool> {
    let (team, tier) = first?;
    Some(team != resolver? && tier? == resolver_tier?)
}

impl Practice<'_> {
    /// Adds its columns.
    ///
    /// # Errors
    /// When Polars refuses a column, or a table cannot be read.
    pub(super) fn add(&self, fact: &mut Builder, context: &Context) -> Result<(), LakeError> {
        let count = self.id.len();
        let rows = || 0..count;
        let zone = context.project.zone;
        let words = |row: usize| Some([self.service[row]?, self.category[row]?, self.symptom[row]?]);
        let words: Vec<_> = rows().map(words).collect();
        fact.boolean("repeat_30d", repeats(&words, self.opened, self.is_child));
        let day = |row: usize| same_day(self.opened[row]?, self.resolved[row]?, zone);
        fact.boolean("same_day", rows().map(day).collect());
        let wrong = |row: usize| misrouted(self.first[row], self.resolver[row], self.resolver_tier[row]);
        fact.boolean("misrouted", rows().map(wrong).collect());

        let histories = histories(context)?;
        let of = |row: usize| histories.get(self.id[row]?);
        let first = |row: usize| of(row)?.first_priority(self.opened[row]?);
        let first: Vec<Option<i64>> = rows().map(first).collect();
        let changes = |row: usize| Some(of(row)?.changes().len() as i64).filter(|_| first[row].is_some());
        let compared = |row: usize| first[row].zip(self.priority[row]);
        fact.integer("first_priority", first.clone());
        fact.integer("priority_changes", rows().map(changes).collect());
        fact.boolean("priority_lowered", rows().map(|row| compared(row).map(|(first, last)| last > first)).collect());
        fact.boolean("priority_raised", rows().map(|row| compared(row).map(|(first, last)| last < first)).collect());
        let lowest = self.priority.iter().copied().flatten().max();
        let matrix = |row: usize| by_matrix(self.impact[row], self.urgency[row], lowest);
        let matrix: Vec<Option<i64>> = rows().map(matrix).collect();
        let as_matrix = |row: usize| Some(matrix[row]? == self.priority[row]?);
        fact.boolean("priority_as_matrix", rows().map(as_matrix).collect());
        fact.integer("matrix_priority", matrix.clone());
        let declared = |row: usize| of(row)?.declared_major(self.opened[row]?);
        let declared: Vec<Option<i64>> = rows().map(declared).collect();
        let after = |row: usize| elapsed_s(self.opened[row], declared[row]);
        fact.number("time_to_declare_major_s", rows().map(after).collect());
        fact.instant("major_declared_at", declared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn a_ticket_repeats_one_with_the_same_words_within_30_days() {
        let (mail, web) = (Some(["Mail", "Access", "Slow"]), Some(["Web", "Access", "Slow"]));
        let words = [mail, mail, mail, web, None, mail, mail];
        let opened = [0, 30, 61, 31, 31, 62, 62].map(|day| Some(day * DAY));
        let children = [false, false, true, false, false, false, false];
        let found = repeats(&words, &opened, &children);
        let no = Some(false);
        // The third comes 31 days after the second; it is a child, so that the last two, opened at once, repeat nobody either.
        assert_eq!(found, [no, Some(true), no, no, None, no, no]);
    }

    #[test]
    fn a_day_is_that_of_the_zone_and_an_escalation_is_no_misrouting() {
        let zone = chrono_tz::Europe::Brussels;
        // 22:30 UTC is half past midnight in Brussels in summer.
        let (noon, late) = (DAY * 20_640 + DAY / 2, DAY * 20_640 + DAY * 45 / 48);
        assert_eq!(same_day(noon, noon + 1, zone), Some(true));
        assert_eq!(same_day(noon, late, zone), Some(false));
        assert_eq!(same_day(noon, late, chrono_tz::UTC), Some(true));
        assert_eq!(misrouted(Some(("A", Some(2))), Some("B"), Some(2)), Some(true));
        assert_eq!(misrouted(Some(("A", Some(2))), Some("A"), Some(2)), Some(false));
        assert_eq!(misrouted(Some(("A", Some(1))), Some("B"), Some(2)), Some(false));
        assert_eq!(misrouted(Some(("A", None)), Some("B"), Some(2)), None);
        assert_eq!(misrouted(Some(("A", Some(1))), None, None), None);
    }
}
