//! The clock of a target: time on a calendar, less time on hold, and what it says about the target.

use crate::arithmetic::calendar::Calendar;
use crate::arithmetic::interval;
use crate::arithmetic::local_time::SECOND_US;
use crate::declaration::project::Within;

/// A clock of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock<'a> {
    /// The calendar that counts.
    pub calendar: &'a Calendar,
    /// Spans in which it stands, µs UTC, disjoint and in order; empty where they are unknown.
    pub stops: &'a [(i64, i64)],
    /// Seconds on hold of which nobody knows when they were.
    pub unplaced_s: f64,
    /// When they must have been: from the opening of the record to its end, or as-of.
    pub life: (i64, i64),
}

impl Clock<'_> {
    /// Seconds that it counts from one instant to another; missing when they are reversed, and when time on hold that nobody can
    /// place makes them unknown.
    pub(super) fn counted_s(&self, from: i64, to: i64) -> Option<f64> {
        let (least, most) = self.between_s(from, to)?;
        (most - least < 1e-6).then_some(most)
    }

    /// Least and most seconds that it may have counted; missing when the instants are reversed. What nobody can place was some of it
    /// in counted time, as much as has no room elsewhere in the life at least. More of it than the life has room for is an error
    /// of the export, and then says nothing.
    pub(super) fn between_s(&self, from: i64, to: i64) -> Option<(f64, f64)> {
        if to < from {
            return None;
        }
        let clipped = interval::clip(self.stops, from, to);
        let stood = clipped.iter().map(|(from, to)| self.calendar.working_s(*from, *to)).sum::<f64>();
        let most = (self.calendar.working_s(from, to) - stood).max(0.0);
        if self.unplaced_s <= 0.0 {
            return Some((most, most));
        }
        let room = interval::length_s(&interval::difference(&[self.life], self.stops));
        if self.unplaced_s > room {
            return Some((0.0, most));
        }
        let at_least = (self.unplaced_s - (room - most)).max(0.0);
        Some((most - self.unplaced_s.min(most), most - at_least.min(most)))
    }

    /// The first instant at which it has counted so many seconds, µs UTC, as if it went on without a stop after the last one, and
    /// what nobody can place came before it in counted time.
    pub(super) fn due(&self, from: i64, target_s: f64) -> Option<i64> {
        let micros = |seconds: f64| (seconds * SECOND_US as f64).round() as i64;
        let mut left = micros(target_s + self.unplaced_s);
        let mut at = from;
        for (start, end) in self.stops.iter().copied().filter(|stop| stop.1 > from) {
            let counted = micros(self.calendar.working_s(at, start));
            if counted >= left {
                break;
            }
            left -= counted;
            at = end.max(at);
        }
        self.calendar.add_working_us(at, left)
    }
}

/// What is to be done, until when, and what came of it. Instants are µs UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// When the clock starts.
    pub from: Option<i64>,
    /// When it was done.
    pub done: Option<i64>,
    /// When the record ended, done or not.
    pub ended: Option<i64>,
    /// When it was due by the word of the export.
    pub due: Option<i64>,
    /// Whether it was done in time by the word of the export.
    pub met: Option<bool>,
    /// "Now".
    pub as_of: i64,
}

/// The judgement of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Judgement {
    /// When it fell, or falls, due.
    pub due: Option<i64>,
    /// Seconds that it may take.
    pub target_s: Option<f64>,
    /// Seconds that its clock counted until it was done, ended, or as-of; missing where time on hold can't be placed.
    pub counted_s: Option<f64>,
    /// Whether it was done in time. Neither done nor due: missing. Ended in time without being done: missing.
    pub met: Option<bool>,
    /// Whose word that is: `source`, `due` (the export's due instant) or `target`.
    pub by: Option<&'static str>,
}

impl Task {
    /// Judges it: the export's verdict comes first ("met" only of what is finished), then its due instant, then the target on `clock`.
    pub(super) fn judge(&self, clock: &Clock<'_>, target_s: Option<f64>) -> Judgement {
        let Some(from) = self.from else { return Judgement::default() };
        let until = self.done.or(self.ended).unwrap_or(self.as_of);
        let between_s = clock.between_s(from, until);
        let counted_s = clock.counted_s(from, until);
        // An end before the beginning is a data error: nobody knows when it was.
        let by_due = self.due.filter(|_| from <= until).and_then(|due| match self.done {
            Some(done) => Some(done <= due),
            None => (until > due).then_some(false),
        });
        let by_target = target_s.zip(between_s).and_then(|(target, (least, most))| match self.done {
            Some(_) if most <= target => Some(true),
            _ => (least > target).then_some(false),
        });
        // What isn't finished can't have met anything yet; that it has missed may be known before.
        let finished = self.done.is_some() || self.ended.is_some();
        let own = self.met.filter(|met| finished || !met);
        let (met, by) = match (own, self.due) {
            (Some(met), _) => (Some(met), "source"),
            (None, Some(_)) => (by_due, "due"),
            (None, None) => (by_target, "target"),
        };
        // While it waits, nobody can say when the clock will go on.
        let waits =
            self.done.is_none() && self.ended.is_none() && clock.stops.last().is_some_and(|h| h.1 >= self.as_of);
        let reckoned = target_s.filter(|_| counted_s.is_some()).and_then(|target| clock.due(from, target));
        Judgement {
            due: self.due.or_else(|| reckoned.filter(|due| !waits || *due <= self.as_of)),
            target_s,
            counted_s,
            met,
            by: met.map(|_| by),
        }
    }
}

/// What stops the clocks of one record, and the bounds of its life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stops<'a> {
    /// Spans in which they stand, µs UTC, disjoint and in order.
    pub spans: &'a [(i64, i64)],
    /// Seconds on hold of which nobody knows when they were.
    pub unplaced_s: f64,
    /// Opened, and ended or as-of, µs UTC.
    pub life: (i64, i64),
}

impl<'a> Stops<'a> {
    /// Nothing stops them.
    pub(super) const NONE: Self = Self { spans: &[], unplaced_s: 0.0, life: (0, 0) };

    /// The clock on a calendar.
    pub(super) fn on(self, calendar: &'a Calendar) -> Clock<'a> {
        Clock { calendar, stops: self.spans, unplaced_s: self.unplaced_s, life: self.life }
    }
}

/// The clock of a declared target, and its seconds; the default calendar's where none is declared.
pub(super) fn clock_of<'a>(
    within: Option<&'a Within>,
    default: &'a Calendar,
    stops: Stops<'a>,
) -> (Clock<'a>, Option<f64>) {
    (stops.on(within.map_or(default, |within| &within.calendar)), within.map(|within| within.target_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3600 * SECOND_US;

    fn clock<'a>(calendar: &'a Calendar, holds: &'a [(i64, i64)]) -> Clock<'a> {
        Clock { calendar, stops: holds, unplaced_s: 0.0, life: (0, 0) }
    }

    #[test]
    fn holds_push_the_due_instant_on() {
        let always = Calendar::always();
        let holds = [(2 * HOUR, 3 * HOUR), (5 * HOUR, 9 * HOUR)];
        let due = |hours: f64| clock(&always, &holds).due(0, hours * 3600.0).map(|at| at as f64 / HOUR as f64);
        assert_eq!([1.0, 2.0, 2.5, 4.0, 4.5].map(due), [Some(1.0), Some(2.0), Some(3.5), Some(5.0), Some(9.5)]);
        let unplaced = Clock { calendar: &always, stops: &[], unplaced_s: 3600.0, life: (0, 3 * HOUR) };
        assert_eq!(unplaced.due(0, 7200.0), Some(3 * HOUR));
        assert_eq!(unplaced.counted_s(0, 3 * HOUR), Some(7200.0));
        assert_eq!(unplaced.counted_s(HOUR, 0), None);
    }

    fn office() -> Calendar {
        let hours: [Vec<(u32, u32)>; 7] =
            std::array::from_fn(|day| if day < 5 { vec![(28_800, 61_200)] } else { vec![] });
        Calendar::new(chrono_tz::Europe::Berlin, hours, Default::default()).unwrap()
    }

    #[test]
    fn a_hold_that_nobody_can_place_leaves_bounds() {
        // Monday 16:00 to Tuesday 10:00 in Berlin, 8 to 17: 3 working hours of 18.
        let office = office();
        let (from, to) = (4 * 24 * HOUR + 15 * HOUR, 5 * 24 * HOUR + 9 * HOUR);
        let hours = |unplaced: i64, to: i64| {
            let clock = Clock { calendar: &office, stops: &[], unplaced_s: unplaced as f64 * 3600.0, life: (from, to) };
            clock.between_s(from, to).map(|(least, most)| (least / 3600.0, most / 3600.0))
        };
        assert_eq!(hours(0, to), Some((3.0, 3.0)));
        assert_eq!(hours(2, to), Some((1.0, 3.0)), "all of it by day, or all by night");
        assert_eq!(hours(16, to), Some((0.0, 2.0)), "the night has room for 15 hours");
        assert_eq!(hours(18, to), Some((0.0, 0.0)));
        assert_eq!(hours(19, to), Some((0.0, 3.0)), "longer than the life: an error, which says nothing");
        assert_eq!(hours(0, from + HOUR / 2), Some((0.5, 0.5)));
        let clock = Clock { calendar: &office, stops: &[], unplaced_s: 7200.0, life: (from, to) };
        assert_eq!(clock.counted_s(from, to), None);
        let task = Task { from: Some(from), done: Some(to), ended: Some(to), due: None, met: None, as_of: to };
        let met = |hours: f64| task.judge(&clock, Some(hours * 3600.0)).met;
        assert_eq!([0.5, 1.0, 2.9, 3.0].map(met), [Some(false), None, None, Some(true)]);
        assert_eq!(task.judge(&clock, Some(3600.0)).due, None);
    }

    #[test]
    fn whose_word_counts_and_what_is_undecided() {
        let always = Calendar::always();
        let on = clock(&always, &[]);
        let task = Task { from: Some(0), done: None, ended: None, due: None, met: None, as_of: 10 * HOUR };
        let met = |task: Task, hours: f64| {
            let found = task.judge(&on, Some(hours * 3600.0));
            (found.met, found.by)
        };
        assert_eq!(met(task, 4.0), (Some(false), Some("target")), "open and overdue");
        assert_eq!(met(task, 10.0), (None, None), "open, and due this very moment");
        assert_eq!(met(Task { done: Some(4 * HOUR), ..task }, 4.0), (Some(true), Some("target")));
        assert_eq!(met(Task { done: Some(4 * HOUR), due: Some(3 * HOUR), ..task }, 9.0), (Some(false), Some("due")));
        assert_eq!(
            met(Task { due: Some(11 * HOUR), ..task }, 1.0),
            (None, None),
            "the export's due instant comes first"
        );
        let done = Task { done: Some(9 * HOUR), ..task };
        assert_eq!(met(Task { met: Some(true), due: Some(HOUR), ..done }, 1.0), (Some(true), Some("source")));
        assert_eq!(met(Task { met: Some(true), ended: Some(HOUR), ..task }, 1.0), (Some(true), Some("source")));
        assert_eq!(
            met(Task { met: Some(true), ..task }, 4.0),
            (Some(false), Some("target")),
            "nothing that is open has met anything"
        );
        assert_eq!(met(Task { met: Some(true), ..task }, 11.0), (None, None));
        assert_eq!(met(Task { met: Some(true), due: Some(HOUR), ..task }, 11.0), (Some(false), Some("due")));
        assert_eq!(met(Task { met: Some(false), ..task }, 11.0), (Some(false), Some("source")));
        assert_eq!(met(Task { ended: Some(HOUR), ..task }, 4.0), (None, None), "withdrawn in time");
        assert_eq!(met(Task { ended: Some(5 * HOUR), ..task }, 4.0), (Some(false), Some("target")));
        assert_eq!(met(Task { from: None, ..task }, 4.0), (None, None));
        let reversed = Task { from: Some(5 * HOUR), done: Some(4 * HOUR), ..task };
        assert_eq!(met(reversed, 4.0), (None, None), "done before it began");
        assert_eq!(met(Task { due: Some(6 * HOUR), ..reversed }, 4.0), (None, None));
        let waiting = clock(&always, &[(HOUR, 10 * HOUR)]);
        assert_eq!(task.judge(&waiting, Some(4.0 * 3600.0)).due, None, "it waits, and nobody knows until when");
        assert_eq!(task.judge(&waiting, Some(1800.0)).due, Some(HOUR / 2));
    }

    proptest! {
        #[test]
        fn the_due_instant_is_the_first_by_which_enough_is_counted(
            holds in prop::collection::vec((0..200_i64, 1..30_i64), 0..6), from in 0..100_i64, target in 1..60_i64,
        ) {
            let office = office();
            let holds = interval::union(holds.into_iter().map(|(at, n)| (at * HOUR, (at + n) * HOUR)).collect());
            let clock = clock(&office, &holds);
            let due = clock.due(from * HOUR, (target * 3600) as f64).unwrap();
            prop_assert_eq!(clock.counted_s(from * HOUR, due), Some((target * 3600) as f64));
            prop_assert!(clock.counted_s(from * HOUR, due - SECOND_US).unwrap() < (target * 3600) as f64);
        }
    }
}
