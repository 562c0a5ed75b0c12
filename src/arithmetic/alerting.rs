//! Burn-rate alerts replayed over history: from when to when each would have fired, exactly and not only at the moments of a run.
//!
//! Between the marks of a timeline bad and all events grow evenly, so whether a burn rate is passed changes only at marks, at
//! marks one look-back later, and where two straight lines cross. A moment's look-back is the time before it.

use std::collections::BTreeSet;

use crate::arithmetic::timeline::{Cursor, Timeline};

/// Slack against rounding: a burn rate that equals the factor doesn't pass it.
const ROUNDING: f64 = 1e-9;

/// One condition of an alert: the burn rate over a look-back passes a factor, on enough events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// Look-back, µs.
    pub lookback_us: i64,
    /// Burn rate that must be passed.
    pub factor: f64,
    /// Whether reaching it is enough.
    pub inclusive: bool,
    /// Fewer events than this in the look-back don't alert.
    pub min_events: f64,
}

/// A time in which all conditions held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// When it fired, µs UTC.
    pub fired: i64,
    /// When it cleared; `None` while it holds at the end of the replay.
    pub cleared: Option<i64>,
}

/// When all `conditions` held together within `[from, to)`, for a budget of `share` (1 - target), after having held for
/// `after_us`. Empty without conditions.
#[must_use]
pub fn replay(
    timeline: &Timeline,
    share: f64,
    conditions: &[Condition],
    after_us: i64,
    (from, to): (i64, i64),
) -> Vec<Episode> {
    let mut times: BTreeSet<i64> = BTreeSet::from([from]);
    for mark in timeline.bad.marks().chain(timeline.total.marks()) {
        let shifted = conditions.iter().map(|condition| mark.saturating_add(condition.lookback_us));
        times.extend(shifted.chain([mark]).filter(|time| (from..to).contains(time)));
    }
    let times: Vec<i64> = times.into_iter().chain([to]).collect();
    let mut readers: Vec<Reader> =
        conditions.iter().map(|condition| Reader::new(timeline, *condition, share)).collect();
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for pair in times.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        let mut held = Some((start, end)).filter(|_| !readers.is_empty());
        for reader in &mut readers {
            // Every reader must move on, also where another has ruled the stretch out.
            let here = reader.holds(start, end);
            held = match (held, here) {
                (Some(one), Some(other)) => {
                    Some((one.0.max(other.0), one.1.min(other.1))).filter(|both| both.0 < both.1)
                }
                _ => None,
            };
        }
        match (held, spans.last_mut()) {
            (Some(span), Some(last)) if last.1 == span.0 => last.1 = span.1,
            (Some(span), _) => spans.push(span),
            (None, _) => {}
        }
    }
    let lasting = spans.into_iter().filter(|span| span.1 - span.0 >= after_us);
    lasting.map(|(start, end)| Episode { fired: start + after_us, cleared: (end < to).then_some(end) }).collect()
}

/// Reads one condition at moments that only ever grow.
struct Reader<'a> {
    condition: Condition,
    /// Bad share above which it holds.
    limit: f64,
    bad: [Cursor<'a>; 2],
    total: [Cursor<'a>; 2],
}

impl<'a> Reader<'a> {
    fn new(timeline: &'a Timeline, condition: Condition, share: f64) -> Self {
        let slack = if condition.inclusive { 1.0 - ROUNDING } else { 1.0 + ROUNDING };
        Reader {
            condition,
            limit: condition.factor * share * slack,
            bad: [timeline.bad.cursor(), timeline.bad.cursor()],
            total: [timeline.total.cursor(), timeline.total.cursor()],
        }
    }

    /// The part of `(start, end)`, in which nothing bends, in which the condition holds; it is one stretch or none.
    fn holds(&mut self, start: i64, end: i64) -> Option<(i64, i64)> {
        let before = start.saturating_sub(self.condition.lookback_us);
        let window = |cursors: &mut [Cursor<'a>; 2]| {
            let (now, then) = (cursors[0].after(start), cursors[1].after(before));
            (now.0 - then.0, now.1 - then.1)
        };
        let (bad, total) = (window(&mut self.bad), window(&mut self.total));
        let excess = (bad.0 - self.limit * total.0, bad.1 - self.limit * total.1);
        let enough = (total.0 * (1.0 + ROUNDING) - self.condition.min_events, total.1);
        let above = positive(excess, start, end, false)?;
        let enough = positive(enough, start, end, true)?;
        Some((above.0.max(enough.0), above.1.min(enough.1))).filter(|both| both.0 < both.1)
    }
}

/// Where on `[start, end)` the line with (value at `start`, slope per µs) lies above 0, or, `or_zero`, not below it.
fn positive((value, slope): (f64, f64), start: i64, end: i64, or_zero: bool) -> Option<(i64, i64)> {
    let length = (end - start) as f64;
    let last = value + slope * length;
    let above = |value: f64| value > 0.0 || (or_zero && value >= 0.0);
    let crossing = || start + ((-value / slope).clamp(0.0, length)).round() as i64;
    let span = match (above(value), above(last)) {
        (true, true) => (start, end),
        (true, false) => (start, crossing()),
        (false, true) => (crossing(), end),
        (false, false) => return None,
    };
    Some(span).filter(|span| span.0 < span.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::timeline::Mass;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3_600 * SECOND;

    fn condition(lookback_us: i64, factor: f64) -> Condition {
        Condition { lookback_us, factor, inclusive: false, min_events: 0.0 }
    }

    /// Ten days of even traffic, a share of it bad from the fifth day on for `bad_s` seconds.
    fn outage(bad_share: f64, bad_s: f64) -> (Timeline, i64) {
        let (start, end) = (120 * HOUR, 120 * HOUR + (bad_s * 1e6) as i64);
        let total = [Mass { start: 0, end: 240 * HOUR, amount: 240.0 * 3_600.0 }];
        let bad = [Mass { start, end, amount: bad_share * bad_s }];
        (Timeline::new(&bad, &total), start)
    }

    #[test]
    fn time_until_each_long_window_fires_at_99_9() {
        let windows = [(1, 14.4), (6, 6.0), (24, 3.0), (72, 1.0)];
        let expected = [
            (1.0, [51.84, 129.6, 259.2, 259.2]),
            (0.15, [345.6, 864.0, 1_728.0, 1_728.0]),
            (0.05, [1_036.8, 2_592.0, 5_184.0, 5_184.0]),
            (0.0144, [3_600.0, 9_000.0, 18_000.0, 18_000.0]),
        ];
        for (share, times) in expected {
            let (line, start) = outage(share, 40_000.0);
            for ((hours, factor), seconds) in windows.into_iter().zip(times) {
                // At 1.44 % the hour's burn rate comes to 14.4 after the hour and never passes it.
                let inclusive = share == 0.0144 && hours == 1;
                let condition = Condition { inclusive, ..condition(hours * HOUR, factor) };
                let found = replay(&line, 0.001, &[condition], 0, (0, 240 * HOUR));
                let after = (found[0].fired - start) as f64 / 1e6;
                assert!((after - seconds).abs() < 1e-3, "{share} over {hours} h: expected {seconds}, found {after}");
            }
        }
    }

    #[test]
    fn both_windows_must_burn_and_the_short_one_clears() {
        let (line, start) = outage(1.0, 600.0);
        let both = [condition(HOUR, 14.4), condition(300 * SECOND, 14.4)];
        let found = replay(&line, 0.001, &both, 0, (0, 240 * HOUR));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].fired, start + 51_840_000);
        // Ten minutes down; the last five of them leave the short window but for 1.44 % of it after 295.68 s.
        assert_eq!(found[0].cleared, Some(start + 600 * SECOND + 295_680_000));
    }

    #[test]
    fn a_wait_and_the_end_of_history() {
        let (line, start) = outage(1.0, 7_200.0);
        let one = [condition(HOUR, 14.4)];
        let found = replay(&line, 0.001, &one, HOUR, (0, start + 2 * HOUR));
        assert_eq!(found, [Episode { fired: start + 51_840_000 + HOUR, cleared: None }]);
        assert!(replay(&line, 0.001, &one, 4 * HOUR, (0, 240 * HOUR)).is_empty());
        assert!(replay(&line, 0.001, &[], 0, (0, 240 * HOUR)).is_empty());
    }

    #[test]
    fn few_events_do_not_alert() {
        // Ten requests an hour, one bad: a burn rate of 100 at 99.9 %, on 10 events.
        let total: Vec<Mass> = (0..240).map(|index| Mass::at(index * HOUR / 10, 1.0)).collect();
        let line = Timeline::new(&[Mass::at(12 * HOUR, 1.0)], &total);
        let at = |min_events| Condition { min_events, ..condition(HOUR, 14.4) };
        assert_eq!(replay(&line, 0.001, &[at(0.0)], 0, (0, 24 * HOUR)).len(), 1);
        assert!(replay(&line, 0.001, &[at(100.0)], 0, (0, 24 * HOUR)).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Every half tick of a small history is asked directly.
        #[test]
        fn any_history_equals_asking_each_moment(
            spans in prop::collection::vec((0_i64..40, 1_i64..20), 0..5),
            points in prop::collection::vec((0_i64..60, 0_u8..2), 0..8),
            long in 5_i64..20, short in 1_i64..5, factor in 1_u8..4, min_events in 0_u8..6,
        ) {
            const TICK: i64 = 1_000;
            let mut total = vec![Mass { start: 0, end: 60 * TICK, amount: 60.0 }];
            let mut bad: Vec<Mass> = spans
                .iter()
                .map(|(start, length)| Mass { start: start * TICK, end: (start + length) * TICK, amount: *length as f64 / 8.0 })
                .collect();
            for (at, is_bad) in &points {
                total.push(Mass::at(at * TICK, 1.0));
                if *is_bad == 1 {
                    bad.push(Mass::at(at * TICK, 1.0));
                }
            }
            let line = Timeline::new(&bad, &total);
            // An odd share keeps burn rates off the factor itself.
            let share = 0.0737;
            let make = |ticks: i64| Condition {
                lookback_us: ticks * TICK, factor: f64::from(factor), inclusive: false, min_events: f64::from(min_events),
            };
            let conditions = [make(long), make(short)];
            let found = replay(&line, share, &conditions, 0, (0, 60 * TICK));
            for half in 0..120 {
                let moment = half * TICK / 2 + TICK / 4;
                let expected = conditions.iter().all(|condition| {
                    let tally = line.over(moment - condition.lookback_us, moment);
                    tally.total + 1e-9 >= condition.min_events && tally.bad > condition.factor * share * tally.total + 1e-9
                });
                let near = conditions.iter().any(|condition| {
                    let tally = line.over(moment - condition.lookback_us, moment);
                    (tally.bad - condition.factor * share * tally.total).abs() < 1e-3
                        || (tally.total - condition.min_events).abs() < 1e-3
                });
                let fires = found.iter().any(|one| one.fired <= moment && one.cleared.is_none_or(|end| moment < end));
                prop_assert!(near || fires == expected, "at {moment}: {fires}, expected {expected}");
            }
        }
    }
}
