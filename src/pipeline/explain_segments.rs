//! A ticket's life cut into segments in which its clock does one thing: runs, or stands still for a reason.

use std::collections::BTreeSet;

use chrono::Timelike;
use chrono_tz::Tz;

use crate::arithmetic::calendar::Calendar;
use crate::arithmetic::local_time::{SECOND_US, to_local};
use crate::arithmetic::offsets::offsets;
use crate::arithmetic::period::days;
use crate::facts::Life;

/// What the clock does in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Working time.
    Working,
    /// Working time in which the ticket was on hold.
    OnHold,
    /// Working time in which it stood resolved, before it came back.
    Resolved,
    /// Before the first or after the last working hour of the day.
    OutsideHours,
    /// Between two shifts of a day.
    Break,
    /// A day of the week without hours.
    Closed,
    /// A holiday.
    Holiday,
}

impl State {
    /// Whether it is working time in which the ticket was to be resolved.
    #[must_use]
    pub fn is_working_time(self) -> bool {
        matches!(self, Self::Working | Self::OnHold)
    }

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::OnHold => "on hold",
            Self::Resolved => "resolved",
            Self::OutsideHours => "outside hours",
            Self::Break => "break",
            Self::Closed => "closed",
            Self::Holiday => "holiday",
        }
    }
}

/// A stretch of a ticket's life. Instants are µs UTC, durations seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub to: i64,
    /// What the clock does.
    pub state: State,
    /// What the day is called, where it is a special one.
    pub day: Option<String>,
    /// The team that had the ticket.
    pub team: Option<String>,
    /// Its tier then.
    pub tier: Option<i64>,
    /// Whether the ticket was on hold, in working time or not.
    pub on_hold: bool,
    /// Whether it stood resolved before it came back, in working time or not.
    pub resolved: bool,
    /// By how much the clocks on the wall went forward as it began; negative: back.
    pub clock_change_s: Option<i64>,
    /// Its length.
    pub calendar_s: f64,
    /// What the clock counted in it.
    pub counted_s: f64,
    /// What the clock had counted by its end.
    pub total_s: f64,
}

/// The segments of `[from, to)` of a ticket's life: they leave no gap, and neighbours differ. `zone` is that of the days, for a
/// calendar without one.
#[must_use]
pub fn segments(life: &Life, calendar: &Calendar, zone: Tz, from: i64, to: i64) -> Vec<Segment> {
    let zone = calendar.zone().unwrap_or(zone);
    let working = calendar.intervals(from, to);
    let changes: Vec<(i64, i64)> = offsets(zone)
        .windows(2)
        .filter(|pair| (from..to).contains(&pair[1].0))
        .map(|pair| (pair[1].0, (pair[1].1 - pair[0].1) / SECOND_US))
        .collect();
    let mut cuts: BTreeSet<i64> = BTreeSet::from([from, to]);
    cuts.extend(working.iter().chain(&life.holds).chain(&life.done).flat_map(|span| [span.0, span.1]));
    cuts.extend(life.stays.iter().map(|stay| stay.0));
    cuts.extend(changes.iter().map(|change| change.0));
    if !calendar.is_always() {
        cuts.extend(days(from, to, zone).iter().map(|day| day.0));
    }
    let cuts: Vec<i64> = cuts.into_iter().filter(|cut| (from..=to).contains(cut)).collect();
    let mut found: Vec<Segment> = Vec::new();
    for pair in cuts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        let within = |spans: &[(i64, i64)]| {
            let next = spans.partition_point(|span| span.0 <= start);
            next.checked_sub(1).is_some_and(|last| start < spans[last].1)
        };
        let (works, on_hold, resolved) = (within(&working), within(&life.holds), within(&life.done));
        let (off, day) = if works { (State::Working, None) } else { closed(calendar, zone, start) };
        let stay = life.stays.iter().rev().find(|stay| stay.0 <= start);
        let segment = Segment {
            from: start,
            to: end,
            state: match works {
                true if resolved => State::Resolved,
                true if on_hold => State::OnHold,
                _ => off,
            },
            day,
            team: stay.map(|stay| stay.1.clone()),
            tier: stay.and_then(|stay| stay.2),
            on_hold,
            resolved,
            clock_change_s: changes.iter().find(|change| change.0 == start).map(|change| change.1),
            calendar_s: 0.0,
            counted_s: 0.0,
            total_s: 0.0,
        };
        match found.last_mut() {
            Some(last) if is_one(last, &segment) => last.to = end,
            _ => found.push(segment),
        }
    }
    let mut total = 0;
    for segment in &mut found {
        let length = segment.to - segment.from;
        let counts = match segment.state {
            State::Working => true,
            State::OnHold => !life.stop_on_hold,
            _ => false,
        };
        total += if counts { length } else { 0 };
        segment.calendar_s = seconds(length);
        segment.counted_s = if counts { segment.calendar_s } else { 0.0 };
        segment.total_s = seconds(total);
    }
    found
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / SECOND_US as f64
}

/// Whether the second of two neighbours only goes on with the first.
fn is_one(last: &Segment, next: &Segment) -> bool {
    next.clock_change_s.is_none()
        && (last.state, last.on_hold, last.resolved, &last.day) == (next.state, next.on_hold, next.resolved, &next.day)
        && (last.tier, &last.team) == (next.tier, &next.team)
}

/// Why an instant is no working time, and what its day is called.
fn closed(calendar: &Calendar, zone: Tz, at: i64) -> (State, Option<String>) {
    let Some(local) = to_local(at, zone) else { return (State::OutsideHours, None) };
    let special = calendar.special_day(local.date());
    let name = special.and_then(|(name, _)| name).map(str::to_string);
    let second = local.num_seconds_from_midnight();
    let state = match (special, calendar.hours_of(local.date())) {
        (Some((_, false)), _) => State::Holiday,
        (_, None) => State::Closed,
        (_, Some((first, last))) if (first..last).contains(&second) => State::Break,
        _ => State::OutsideHours,
    };
    (state, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::calendar::SpecialDay;
    use crate::arithmetic::interval;
    use chrono_tz::Europe::Berlin;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const HOUR: i64 = 3600 * SECOND_US;
    /// Monday 19 October 2026, 0:00 in Berlin: the clocks go back on the 25th.
    const MONDAY: i64 = 1_792_360_800 * SECOND_US;

    fn life(holds: Vec<(i64, i64)>, stays: Vec<(i64, String, Option<i64>)>, stop_on_hold: bool) -> Life {
        Life {
            id: "T".into(),
            priority: None,
            opened_at: 0,
            resolved_at: None,
            ended_at: None,
            holds,
            done: Vec::new(),
            unplaced_hold_s: 0.0,
            stays,
            calendar: Calendar::always(),
            stop_on_hold,
            clock_s: None,
            clock_between_s: None,
            service: None,
            reckoned: None,
            target_s: None,
            own_due_at: None,
            due_at: None,
            within_target: None,
            verdict: None,
        }
    }

    fn office() -> Calendar {
        let shifts = vec![(28_800, 43_200), (46_800, 61_200)];
        let hours: [Vec<(u32, u32)>; 7] = std::array::from_fn(|day| if day < 5 { shifts.clone() } else { vec![] });
        let half = SpecialDay { name: Some("Eve".into()), hours: vec![(28_800, 36_000)] };
        let feast = SpecialDay { name: Some("Feast".into()), hours: vec![] };
        let special = [("2026-10-22", half), ("2026-10-23", feast)];
        let special = special.into_iter().map(|(date, day)| (date.parse().unwrap(), day)).collect::<BTreeMap<_, _>>();
        Calendar::with_days(Berlin, hours, special).unwrap()
    }

    #[test]
    fn a_week_with_a_feast_and_a_clock_change() {
        let from = MONDAY + 3 * 24 * HOUR + 9 * HOUR;
        let found = segments(&life(vec![], vec![], true), &office(), Berlin, from, MONDAY + 7 * 24 * HOUR + 10 * HOUR);
        let told: Vec<_> = found
            .iter()
            .map(|s| (s.state.as_str(), s.day.as_deref().unwrap_or(""), s.calendar_s / 3600.0, s.clock_change_s))
            .collect();
        let expected = [
            ("working", "", 1.0, None),
            ("outside hours", "Eve", 14.0, None),
            ("holiday", "Feast", 24.0, None),
            ("closed", "", 27.0, None),
            // The hour from 2 to 3 comes twice; the weekend ends with its second run.
            ("closed", "", 22.0, Some(-3600)),
            ("outside hours", "", 8.0, None),
            ("working", "", 1.0, None),
        ];
        assert_eq!(told, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn segments_tile_and_sum_to_the_clock(
            holds in prop::collection::vec((0..300_i64, 1..40_i64), 0..5),
            done in prop::collection::vec((0..300_i64, 1..40_i64), 0..3),
            stays in prop::collection::vec((0..300_i64, 0..3_i64), 0..5),
            (from, length) in (0..10_000_i64, 0..20_000_i64), stops: bool, always: bool,
        ) {
            let calendar = if always { Calendar::always() } else { office() };
            let spans = |of: Vec<(i64, i64)>| interval::union(of.into_iter().map(|(at, n)| (MONDAY + at * HOUR, MONDAY + (at + n) * HOUR)).collect());
            let (holds, done) = (spans(holds), spans(done));
            let mut stays: Vec<_> =
                stays.into_iter().map(|(at, team)| (MONDAY + at * HOUR, format!("Team {team}"), Some(team))).collect();
            stays.sort();
            let (from, to) = (MONDAY + from * 60 * SECOND_US, MONDAY + (from + length) * 60 * SECOND_US);
            let own = Life { done: done.clone(), ..life(holds.clone(), stays, stops) };
            let found = segments(&own, &calendar, Berlin, from, to);
            prop_assert_eq!(found.is_empty(), from == to);
            if let (Some(first), Some(last)) = (found.first(), found.last()) {
                prop_assert_eq!((first.from, last.to), (from, to));
                let stood = if stops { interval::union(holds.iter().chain(&done).copied().collect()) } else { done };
                let stood: f64 = interval::clip(&stood, from, to).iter().map(|(a, b)| calendar.working_s(*a, *b)).sum();
                let net = calendar.working_s(from, to) - stood;
                prop_assert_eq!(last.total_s, net);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].to == pair[1].from && !is_one(&pair[0], &pair[1])));
            for segment in &found {
                let works = matches!(segment.state, State::Working | State::OnHold | State::Resolved);
                prop_assert_eq!(calendar.working_s(segment.from, segment.to) > 0.0, works);
                prop_assert_eq!(segment.calendar_s, (segment.to - segment.from) as f64 / 1e6);
            }
        }
    }
}
