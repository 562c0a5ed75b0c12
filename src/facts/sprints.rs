//! The fact `sprints`: one row a team and sprint, with what was committed to, kept and finished in it.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::columns::{Builder, boolean, instant, number, text};
use super::context::Context;
use super::work_days::{named, styles};
use crate::lake::LakeError;

/// Velocity looks at so many sprints.
const RECENT: usize = 8;

/// One item of a team that works in sprints.
#[derive(Clone, Copy, Debug)]
struct Item<'a> {
    sprint: Option<&'a str>,
    committed: Option<i64>,
    finished: Option<i64>,
    points: Option<f64>,
}

/// A sprint as it was inferred.
#[derive(Clone, Debug, PartialEq)]
struct Sprint<'a> {
    name: &'a str,
    start: i64,
    /// Missing while it isn't over, and where nothing says how long it lasts.
    end: Option<i64>,
}

/// What came of some items.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    items: i64,
    sized: i64,
    points: f64,
}

impl Sum {
    fn of<'i>(items: impl Iterator<Item = &'i Item<'i>>) -> Self {
        items.fold(Sum::default(), |sum, item| Sum {
            items: sum.items + 1,
            sized: sum.sized + i64::from(item.points.is_some()),
            points: sum.points + item.points.unwrap_or(0.0),
        })
    }

    /// Points of items none of which has a size are unknown, not none.
    fn points(self) -> Option<f64> {
        (self.items == 0 || self.sized > 0).then_some(self.points)
    }
}

/// The middle of some moments: the lower one of two.
fn middle(mut moments: Vec<i64>) -> Option<i64> {
    moments.sort_unstable();
    moments.get(moments.len().checked_sub(1)? / 2).copied()
}

/// The sprints of a team in order. A sprint begins at the middle of the moments at which its items were committed to, and
/// lasts until the next one begins; the last one lasts as long as the team's sprints usually do.
fn sprints<'a>(items: &[Item<'a>], as_of: i64) -> Vec<Sprint<'a>> {
    let mut committed: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for item in items {
        if let (Some(sprint), Some(at)) = (item.sprint, item.committed) {
            committed.entry(sprint).or_default().push(at);
        }
    }
    let mut found: Vec<(i64, &str)> =
        committed.into_iter().filter_map(|(name, moments)| Some((middle(moments)?, name))).collect();
    found.sort_unstable();
    let usual = middle(found.windows(2).map(|pair| pair[1].0 - pair[0].0).collect());
    let end = |position: usize| match found.get(position + 1) {
        Some((next, _)) => Some(*next),
        None => usual.map(|usual| found[position].0 + usual),
    };
    let sprint = |(position, (start, name)): (usize, &(i64, &'a str))| Sprint {
        name,
        start: *start,
        end: end(position).filter(|end| *end <= as_of),
    };
    found.iter().enumerate().map(sprint).collect()
}

/// Items whose moment lies in the sprint.
fn within<'i>(
    items: &'i [Item<'i>],
    sprint: &Sprint,
    moment: impl Fn(&Item) -> Option<i64> + 'i,
) -> impl Iterator<Item = &'i Item<'i>> {
    let (start, end) = (sprint.start, sprint.end.unwrap_or(i64::MAX));
    items.iter().filter(move |item| moment(item).is_some_and(|at| (start..end).contains(&at)))
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.fact("work_items")?;
    let styles = styles(&frame)?;
    let (team, sprint) = (text(&frame, "team")?, text(&frame, "sprint")?);
    let at = |name| instant(&frame, name, None);
    let (committed, finished) = (at("committed_at")?, at("finished_at")?);
    let (points, in_order) = (number(&frame, "points")?, boolean(&frame, "in_order")?);
    let mut teams: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for row in (0..frame.height()).filter(|row| in_order[*row] == Some(true)) {
        let item =
            Item { sprint: sprint[row], committed: committed[row], finished: finished[row], points: points[row] };
        teams.entry(team[row].unwrap_or_default()).or_default().push(item);
    }
    let mut rows: Vec<(&str, Sprint, Option<i64>, [Sum; 3])> = Vec::new();
    for (team, items) in &teams {
        let all = sprints(items, context.as_of);
        for (position, sprint) in all.iter().enumerate() {
            let end = sprint.end.unwrap_or(i64::MAX);
            let done = |item: &&Item| item.finished.is_some_and(|finished| finished < end);
            let sums = [
                Sum::of(within(items, sprint, |item| item.committed)),
                Sum::of(within(items, sprint, |item| item.committed).filter(done)),
                Sum::of(within(items, sprint, |item| item.finished)),
            ];
            rows.push((team, sprint.clone(), all.get(position + RECENT).and_then(|later| later.end), sums));
        }
    }
    let mut fact = Builder::default();
    fact.text("team", rows.iter().map(|row| named(row.0)).collect::<Vec<_>>());
    fact.text("style", rows.iter().map(|row| styles.get(row.0)).collect::<Vec<_>>());
    fact.text("sprint", rows.iter().map(|row| Some(row.1.name)).collect::<Vec<_>>());
    fact.instant("started_at", rows.iter().map(|row| Some(row.1.start)).collect())?;
    fact.instant("ended_at", rows.iter().map(|row| row.1.end).collect())?;
    fact.instant("recent_until_at", rows.iter().map(|row| row.2).collect())?;
    for (which, items, points) in [
        (0, "items_committed", "points_committed"),
        (1, "items_kept", "points_kept"),
        (2, "items_finished", "points_finished"),
    ] {
        fact.integer(items, rows.iter().map(|row| Some(row.3[which].items)).collect());
        fact.number(points, rows.iter().map(|row| row.3[which].points()).collect());
    }
    let unsized_items = rows.iter().map(|row| Some(row.3[2].items - row.3[2].sized));
    fact.integer("items_finished_without_points", unsized_items.collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(sprint: &str, committed: i64, finished: Option<i64>, points: Option<f64>) -> Item<'_> {
        Item { sprint: Some(sprint).filter(|name| !name.is_empty()), committed: Some(committed), finished, points }
    }

    #[test]
    fn a_sprint_lasts_until_the_next_one_begins() {
        // One item of the second sprint was committed to in the first and spilled over; one came late.
        let items = [
            item("One", 0, Some(9), Some(3.0)),
            item("One", 0, Some(8), None),
            item("Two", 0, Some(17), Some(5.0)),
            item("Two", 14, Some(20), Some(2.0)),
            item("Two", 14, None, Some(1.0)),
            item("Two", 18, Some(19), Some(1.0)),
            item("Three", 28, None, Some(8.0)),
            item("", 3, Some(4), Some(1.0)),
        ];
        let found = sprints(&items, 40);
        let seen: Vec<_> = found.iter().map(|sprint| (sprint.name, sprint.start, sprint.end)).collect();
        assert_eq!(seen, [("One", 0, Some(14)), ("Two", 14, Some(28)), ("Three", 28, None)]);
        assert_eq!(sprints(&items, 42)[2].end, Some(42), "as long as usual, and over");
        let committed = Sum::of(within(&items, &found[0], |item| item.committed));
        assert_eq!(committed, Sum { items: 4, sized: 3, points: 9.0 });
        let finished = Sum::of(within(&items, &found[1], |item| item.finished));
        assert_eq!(finished, Sum { items: 3, sized: 3, points: 8.0 });
    }

    #[test]
    fn points_of_items_without_a_size_are_unknown() {
        assert_eq!(Sum::of([item("A", 0, None, None)].iter()).points(), None);
        assert_eq!(Sum::of([].iter()).points(), Some(0.0));
        assert_eq!(Sum::of([item("A", 0, None, None), item("A", 0, None, Some(2.0))].iter()).points(), Some(2.0));
    }

    #[test]
    fn one_sprint_says_nothing_about_how_long_it_lasts() {
        assert_eq!(sprints(&[item("One", 0, Some(3), None)], 100), [Sprint { name: "One", start: 0, end: None }]);
        assert_eq!(sprints(&[], 100), []);
    }
}
