//! The fact `flow_forecasts`: one row a team and local day, with when the items open then will be done.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::columns::Builder;
use super::context::Context;
use super::work_days::{self, Day, named, styles};
use crate::arithmetic::forecast;
use crate::lake::LakeError;

/// Days of the past that a forecast draws from, at most and at least.
const PAST: (usize, usize) = (56, 28);
/// Possible futures that it looks at.
const TRIALS: usize = 1_000;
/// How many of them must have ended.
const SHARES: [f64; 3] = [0.5, 0.85, 0.95];
/// Forecasts are made for so many days before as-of.
const KEPT: usize = 371;

/// One forecast.
#[derive(Clone, Debug, PartialEq)]
struct Forecast {
    from: i64,
    /// The moment at which it is made: the end of its day, or as-of.
    made: i64,
    items: i64,
    /// Days of the past that it rests on, and the items done on them.
    past: (i64, i64),
    /// Days until all are done.
    days: [Option<i64>; 3],
}

/// The forecasts of a team's last days. Each rests on whole days before its moment.
fn forecasts(team: &str, days: &[Day], as_of: i64, seed: u64) -> Vec<Forecast> {
    let working = days.iter().position(|day| day.working).unwrap_or(days.len());
    (days.len().saturating_sub(KEPT)..days.len())
        .map(|position| {
            let day = &days[position];
            // A day that isn't over says nothing yet about what is done on a day.
            let past_end = if day.end <= as_of { position + 1 } else { position };
            let past = &days[past_end.saturating_sub(PAST.0).max(working).min(past_end)..past_end];
            let done: Vec<u32> = past.iter().map(|day| u32::try_from(day.departed).unwrap_or(0)).collect();
            let items = u32::try_from(day.backlog).unwrap_or(0);
            let own = forecast::seed_of(seed, team, day.start.unsigned_abs());
            let found =
                (done.len() >= PAST.1).then(|| forecast::days_until_done(&done, items, &SHARES, TRIALS, own)).flatten();
            let mut until = [None; 3];
            for (slot, days) in until.iter_mut().zip(found.into_iter().flatten()) {
                *slot = days.map(i64::from);
            }
            Forecast {
                from: day.start,
                made: day.end.min(as_of.saturating_add(1)),
                items: day.backlog,
                past: (done.len() as i64, done.iter().map(|count| i64::from(*count)).sum()),
                days: until,
            }
        })
        .collect()
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let items = context.fact("work_items")?;
    let (teams, styles) = (work_days::by_team(&items)?, styles(&items)?);
    let teams: Vec<_> = teams.iter().collect();
    let (as_of, zone, seed) = (context.as_of, context.project.zone, context.project.flow.seed);
    let rows: Vec<(&str, Forecast)> = teams
        .par_iter()
        .flat_map_iter(|(team, items)| {
            let found = forecasts(team, &work_days::days(items, as_of, zone), as_of, seed);
            found.into_iter().map(|forecast| (team.as_str(), forecast))
        })
        .collect();
    let mut fact = Builder::default();
    fact.text("team", rows.iter().map(|(team, _)| named(team)).collect::<Vec<_>>());
    fact.text("style", rows.iter().map(|(team, _)| styles.get(*team)).collect::<Vec<_>>());
    let each = |of: &dyn Fn(&Forecast) -> i64| rows.iter().map(|(_, row)| Some(of(row))).collect::<Vec<_>>();
    fact.instant("from_at", each(&|row| row.from))?;
    fact.instant("made_at", each(&|row| row.made))?;
    fact.integer("items", each(&|row| row.items));
    fact.integer("history_days", each(&|row| row.past.0));
    fact.integer("history_departed", each(&|row| row.past.1));
    fact.integer("trials", each(&|_| TRIALS as i64));
    // A seed of the upper half has no whole number of its own here; it stands as its bits.
    fact.integer("seed", each(&|_| seed.cast_signed()));
    for (position, name) in ["days_p50", "days_p85", "days_p95"].into_iter().enumerate() {
        fact.integer(name, rows.iter().map(|(_, row)| row.days[position]).collect());
    }
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    /// Days on each of which the team does two of its items.
    fn steady(count: i64) -> Vec<Day> {
        let day = |number: i64| Day {
            start: number * DAY,
            end: (number + 1) * DAY,
            departed: 2,
            backlog: 10,
            working: true,
            ..Day::default()
        };
        (0..count).map(day).collect()
    }

    #[test]
    fn a_forecast_needs_four_weeks_of_whole_days() {
        let found = forecasts("A", &steady(30), 29 * DAY + DAY / 2, 1);
        assert_eq!(found.len(), 30);
        assert_eq!((found[26].days, found[26].past), ([None; 3], (27, 54)));
        assert_eq!((found[27].days, found[27].past), ([Some(5); 3], (28, 56)));
        let last = &found[29];
        assert_eq!((last.made, last.past, last.items), (29 * DAY + DAY / 2 + 1, (29, 58), 10), "today is not over");
        assert_eq!(forecasts("A", &steady(100), 100 * DAY, 1)[99].past, (56, 112));
    }

    #[test]
    fn what_was_before_the_team_worked_is_no_past() {
        let mut days = steady(60);
        for day in &mut days[..40] {
            (day.working, day.departed) = (false, 0);
        }
        let found = forecasts("A", &days, 60 * DAY, 1);
        assert_eq!((found[59].past, found[59].days), ((20, 40), [None; 3]));
    }

    #[test]
    fn threads_change_nothing() {
        let mut days = steady(200);
        days.iter_mut().enumerate().for_each(|(number, day)| day.departed = (number * 7 % 5) as i64);
        let teams = ["A", "B", "C", "D", "E"];
        let mut answers = [1, 2, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let all = || teams.par_iter().map(|team| forecasts(team, &days, 200 * DAY, 3)).collect::<Vec<_>>();
            format!("{:?}", pool.install(all))
        });
        answers.sort();
        assert_eq!(answers[0], answers[2]);
    }
}
