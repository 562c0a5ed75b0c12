//! Events over time, bad ones among all: at instants, or spread evenly over spans. How many lie in any half-open stretch of
//! time costs two binary searches. Times are µs, masses any unit that adds up. Refuses nothing; callers check their numbers.

use crate::arithmetic::interval::difference;

/// A mass at an instant, or spread evenly over a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mass {
    /// When it begins, µs UTC.
    pub start: i64,
    /// When it ends, µs UTC; an instant has `end == start`. A reversed span is left out.
    pub end: i64,
    /// How much; one that isn't finite is left out.
    pub amount: f64,
}

impl Mass {
    /// All of it at one instant.
    #[must_use]
    pub fn at(instant: i64, amount: f64) -> Self {
        Mass { start: instant, end: instant, amount }
    }
}

/// How much lies before each moment: straight lines between marks, with jumps at them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cumulative(Vec<Mark>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    at: i64,
    /// What lies before it.
    before: f64,
    /// What lies exactly at it.
    jump: f64,
    /// What follows it per µs, until the next mark.
    rate: f64,
}

impl Cumulative {
    /// The running total of masses in any order.
    #[must_use]
    pub fn new(masses: &[Mass]) -> Self {
        // (time, jump, change of rate, change in open spans)
        let mut changes: Vec<(i64, f64, f64, i64)> = Vec::with_capacity(masses.len() * 2);
        for mass in masses.iter().filter(|mass| mass.amount.is_finite() && mass.start <= mass.end) {
            if mass.start == mass.end {
                changes.push((mass.start, mass.amount, 0.0, 0));
            } else {
                let rate = mass.amount / (mass.end - mass.start) as f64;
                changes.push((mass.start, 0.0, rate, 1));
                changes.push((mass.end, 0.0, -rate, -1));
            }
        }
        // Sums of floating point numbers depend on their order, so the order of the input must not.
        changes.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3)));
        let mut marks: Vec<Mark> = Vec::with_capacity(changes.len());
        let (mut open, mut rate) = (0_i64, 0.0_f64);
        for same in changes.chunk_by(|a, b| a.0 == b.0) {
            let at = same[0].0;
            let before = marks.last().map_or(0.0, |last| last.value_at(at));
            let jump: f64 = same.iter().map(|change| change.1).sum();
            open += same.iter().map(|change| change.3).sum::<i64>();
            rate += same.iter().map(|change| change.2).sum::<f64>();
            if open == 0 {
                // What rounding left of spans that are over must not go on for ever.
                rate = 0.0;
            }
            marks.push(Mark { at, before, jump, rate });
        }
        Cumulative(marks)
    }

    /// The mass in `[from, to)`.
    #[must_use]
    pub fn over(&self, from: i64, to: i64) -> f64 {
        if to <= from { 0.0 } else { self.before(to) - self.before(from) }
    }

    /// The mass before an instant, which itself is left out.
    #[must_use]
    pub fn before(&self, at: i64) -> f64 {
        let index = self.0.partition_point(|mark| mark.at <= at);
        index.checked_sub(1).map_or(0.0, |last| self.0[last].value_at(at))
    }

    /// The mass per µs just after an instant, jumps left out.
    #[must_use]
    pub fn rate_after(&self, at: i64) -> f64 {
        let index = self.0.partition_point(|mark| mark.at <= at);
        index.checked_sub(1).map_or(0.0, |last| self.0[last].rate)
    }

    /// The instants at which it bends or jumps, ascending.
    pub fn marks(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().map(|mark| mark.at)
    }

    /// The first and the last of them.
    #[must_use]
    pub fn extent(&self) -> Option<(i64, i64)> {
        Some((self.0.first()?.at, self.0.last()?.at))
    }

    /// A reader for moments that only ever grow, without a search each time.
    #[must_use]
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { marks: &self.0, index: 0 }
    }
}

impl Mark {
    fn value_at(&self, at: i64) -> f64 {
        if at == self.at { self.before } else { self.before + self.jump + self.rate * (at - self.at) as f64 }
    }
}

/// Reads a running total at moments that only ever grow.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    marks: &'a [Mark],
    /// Marks at or before the last moment.
    index: usize,
}

impl Cursor<'_> {
    /// (mass up to and with the instant, mass per µs after it).
    pub fn after(&mut self, at: i64) -> (f64, f64) {
        while self.marks.get(self.index).is_some_and(|mark| mark.at <= at) {
            self.index += 1;
        }
        match self.index.checked_sub(1).map(|last| self.marks[last]) {
            Some(mark) => (mark.before + mark.jump + mark.rate * (at - mark.at) as f64, mark.rate),
            None => (0.0, 0.0),
        }
    }
}

/// Bad events among all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The bad ones.
    pub bad: Cumulative,
    /// All of them.
    pub total: Cumulative,
}

/// Bad events among all in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// The bad ones.
    pub bad: f64,
    /// All of them.
    pub total: f64,
}

impl Tally {
    /// The share of bad events; `None` without any event.
    #[must_use]
    pub fn bad_share(self) -> Option<f64> {
        (self.total > 0.0).then(|| self.bad / self.total)
    }

    /// The share of good events; `None` without any event.
    #[must_use]
    pub fn good_share(self) -> Option<f64> {
        (self.total > 0.0).then(|| (self.total - self.bad) / self.total)
    }
}

impl Timeline {
    /// A timeline of bad masses and of all masses. Masses are kept in a fixed order: that of the input changes nothing.
    #[must_use]
    pub fn new(bad: &[Mass], total: &[Mass]) -> Self {
        Timeline { bad: Cumulative::new(bad), total: Cumulative::new(total) }
    }

    /// What lies in `[from, to)`.
    #[must_use]
    pub fn over(&self, from: i64, to: i64) -> Tally {
        Tally { bad: self.bad.over(from, to), total: self.total.over(from, to) }
    }

    /// The first instant with an event and the end of the last.
    #[must_use]
    pub fn extent(&self) -> Option<(i64, i64)> {
        self.total.extent()
    }

    /// The same time cut into slices of `slice_us` on the clock of UTC, each one event at its start: `judge` says how bad a slice is
    /// (0 to 1) from what lies in it. A slice without events is none; one that isn't over at `until` isn't judged yet.
    #[must_use]
    pub fn sliced(&self, slice_us: i64, until: i64, judge: impl Fn(Tally) -> f64) -> Timeline {
        let (mut bad, mut total) = (Vec::new(), Vec::new());
        if let Some((first, last)) = self.extent().filter(|_| slice_us > 0) {
            let (mut bads, mut totals) = (self.bad.cursor(), self.total.cursor());
            let mut start = first.div_euclid(slice_us) * slice_us;
            // Everything before an instant is what lies up to and with the one a µs earlier.
            let mut until_start = (bads.after(start - 1), totals.after(start - 1));
            while start <= last && start + slice_us <= until {
                let end = start + slice_us;
                let until_end = (bads.after(end - 1), totals.after(end - 1));
                let over = |from: (f64, f64), to: (f64, f64)| to.0 + to.1 - (from.0 + from.1);
                let tally = Tally { bad: over(until_start.0, until_end.0), total: over(until_start.1, until_end.1) };
                if tally.total > 0.0 {
                    let badness = judge(tally);
                    if badness > 0.0 {
                        bad.push(Mass::at(start, badness));
                    }
                    total.push(Mass::at(start, 1.0));
                }
                until_start = until_end;
                start = end;
            }
        }
        Timeline::new(&bad, &total)
    }
}

/// Masses without what lies in `spans` (in the normal form of `interval`): spans lose their part, instants are dropped. An instant that
/// stands for a bucket of `bucket_us` after it loses the share of the bucket that lies in them.
#[must_use]
pub fn without(masses: &[Mass], spans: &[(i64, i64)], bucket_us: i64) -> Vec<Mass> {
    let mut kept = Vec::with_capacity(masses.len());
    for mass in masses {
        if mass.start >= mass.end {
            let bucket = (mass.start, mass.start + bucket_us.max(1));
            let next = spans.partition_point(|span| span.1 <= bucket.0);
            let touching = spans[next..].iter().take_while(|span| span.0 < bucket.1);
            let lost: i64 = touching.map(|span| span.1.min(bucket.1) - span.0.max(bucket.0)).sum();
            let left = 1.0 - lost as f64 / (bucket.1 - bucket.0) as f64;
            match lost {
                0 => kept.push(*mass),
                _ if left <= 0.0 => {}
                _ => kept.push(Mass { amount: mass.amount * left, ..*mass }),
            }
            continue;
        }
        let length = (mass.end - mass.start) as f64;
        kept.extend(difference(&[(mass.start, mass.end)], spans).into_iter().map(|(start, end)| Mass {
            start,
            end,
            amount: mass.amount * ((end - start) as f64 / length),
        }));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masses() -> impl Strategy<Value = Vec<Mass>> {
        prop::collection::vec((0_i64..60, 0_i64..20, 0_u8..8), 0..12).prop_map(|items| {
            let mass = |(start, length, eighths): (i64, i64, u8)| Mass {
                start,
                end: start + length,
                amount: f64::from(eighths) * if length == 0 { 1.0 } else { length as f64 },
            };
            items.into_iter().map(mass).collect()
        })
    }

    /// Tick by tick: an instant's mass belongs to its tick, a span's is shared evenly by its ticks.
    fn slow(masses: &[Mass], from: i64, to: i64) -> f64 {
        (from..to)
            .map(|tick| {
                let share = |mass: &Mass| match mass.end - mass.start {
                    0 if mass.start == tick => mass.amount,
                    length if length > 0 && (mass.start..mass.end).contains(&tick) => mass.amount / length as f64,
                    _ => 0.0,
                };
                masses.iter().map(share).sum::<f64>()
            })
            .sum()
    }

    proptest! {
        #[test]
        fn any_stretch_equals_its_ticks(masses in masses(), from in 0_i64..90, length in 0_i64..90) {
            let sum = Cumulative::new(&masses);
            prop_assert!((sum.over(from, from + length) - slow(&masses, from, from + length)).abs() < 1e-9);
        }

        #[test]
        fn stretches_add_up_and_order_changes_nothing(masses in masses(), a in 0_i64..90, b in 0_i64..90, c in 0_i64..90) {
            let sum = Cumulative::new(&masses);
            let mut cuts = [a, b, c];
            cuts.sort_unstable();
            let parts = sum.over(cuts[0], cuts[1]) + sum.over(cuts[1], cuts[2]);
            prop_assert!((parts - sum.over(cuts[0], cuts[2])).abs() < 1e-9);
            let reversed: Vec<Mass> = masses.iter().rev().copied().collect();
            prop_assert_eq!(sum, Cumulative::new(&reversed));
        }

        #[test]
        fn what_is_left_out_is_what_lies_in_the_spans(masses in masses(), start in 0_i64..60, length in 1_i64..40) {
            let left = Cumulative::new(&without(&masses, &[(start, start + length)], 0));
            let all = Cumulative::new(&masses);
            prop_assert!((left.over(0, 200) - (all.over(0, 200) - all.over(start, start + length))).abs() < 1e-9);
            prop_assert!(left.over(start, start + length).abs() < 1e-9);
        }

        #[test]
        fn slices_hold_what_lies_in_them(bad in masses(), total in masses(), slice in 1_i64..20, until in 0_i64..120) {
            let line = Timeline::new(&bad, &total);
            let cut = line.sliced(slice, until, |tally| tally.bad);
            for index in 0..until / slice {
                let (start, end) = (index * slice, (index + 1) * slice);
                let all = slow(&total, start, end);
                let found = cut.over(start, end);
                prop_assert_eq!(found.total, f64::from(u8::from(all > 1e-9)));
                let expected = if all > 1e-9 { slow(&bad, start, end) } else { 0.0 };
                prop_assert!((found.bad - expected).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn a_bucket_loses_the_share_that_lies_in_the_spans() {
        let buckets = [Mass::at(0, 60.0), Mass::at(60, 60.0), Mass::at(120, 60.0)];
        let left = without(&buckets, &[(30, 75), (90, 105)], 60);
        let amounts: Vec<f64> = left.iter().map(|mass| mass.amount).collect();
        assert_eq!(amounts, [30.0, 30.0, 60.0]);
        assert!(without(&buckets[..1], &[(0, 60)], 60).is_empty());
    }

    #[test]
    fn an_instant_belongs_to_what_begins_with_it() {
        let sum = Cumulative::new(&[Mass::at(10, 3.0)]);
        assert_eq!((sum.over(5, 10), sum.over(10, 11), sum.over(0, 99)), (0.0, 3.0, 3.0));
        assert_eq!(sum.over(10, 10), 0.0);
    }
}
