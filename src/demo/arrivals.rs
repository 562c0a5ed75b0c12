//! When tickets come: a rhythm by hour, weekday and holiday with some noise from day to day, and a burst on each outage.
//! Exactly as many as asked for, in time order, without holding them.

use super::chance::Chance;
use super::clock::{AS_OF_S, Span, holidays, is_weekend, local};
use super::outages::Outage;
use chrono::{Datelike, NaiveDate, Timelike};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Share of all tickets that outages bring, in percent.
const BURST_PERCENT: u64 = 13;
/// Tickets an hour by the local hour, on a working day.
const WORKING_DAY: [f64; 24] = [
    0.4, 0.3, 0.3, 0.3, 0.4, 0.7, 1.6, 4.5, 9.5, 12.0, 11.0, 9.5, 6.0, 8.0, 10.0, 9.5, 8.0, 5.5, 3.0, 2.0, 1.6, 1.2,
    0.9, 0.6,
];
/// What a weekend or a holiday has of it.
const QUIET_DAY: f64 = 0.14;
/// From Monday: it starts busy and ends calm.
const WEEKDAY: [f64; 7] = [1.22, 1.08, 1.0, 0.97, 0.83, 1.0, 0.8];

/// A ticket that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) at_s: i64,
    /// Position of the outage that brought it.
    pub(super) outage: Option<usize>,
}

/// Ordered positions in [0, 1): one in each of `count` equal parts.
struct Strata {
    done: u64,
    count: u64,
}

impl Strata {
    fn next(&mut self, chance: &mut Chance) -> Option<f64> {
        if self.done >= self.count {
            return None;
        }
        let position = (self.done as f64 + chance.unit()) / self.count as f64;
        self.done += 1;
        Some(position)
    }
}

/// All arrivals, in time order. Holds one number for each hour of the span and one for each outage.
pub(super) struct Arrivals {
    chance: Chance,
    start_s: i64,
    hours: Vec<f64>,
    total: f64,
    hour: usize,
    before: f64,
    ordinary: Strata,
    pending: Option<i64>,
    /// (from, seconds, positions) of each burst.
    bursts: Vec<(i64, i64, Strata)>,
    heap: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Arrivals {
    /// So many tickets over the span.
    pub(super) fn new(span: &Span, tickets: u64, seed: u64, outages: &[Outage]) -> Self {
        let mut chance = Chance::new(seed, 6);
        let hours = hours(span, &mut chance);
        let weight: f64 = outages.iter().map(|o| o.tickets).sum();
        let burst_tickets = tickets * BURST_PERCENT / 100;
        let mut upto = 0.0;
        let mut given = 0;
        let mut bursts = Vec::with_capacity(outages.len());
        for outage in outages {
            upto += outage.tickets;
            // Rounding the running sum keeps the total exact.
            let due = ((upto / weight * burst_tickets as f64 + 1e-6) as u64).min(burst_tickets);
            let from_s = outage.start_s + 60;
            let length_s = (outage.until_s() + 900).min(AS_OF_S - 1) - from_s;
            bursts.push((from_s, length_s.max(1), Strata { done: 0, count: due - given }));
            given = due;
        }
        let mut arrivals = Arrivals {
            chance,
            start_s: span.start_s,
            total: hours.iter().sum(),
            hours,
            hour: 0,
            before: 0.0,
            ordinary: Strata { done: 0, count: tickets - given },
            pending: None,
            bursts,
            heap: BinaryHeap::new(),
        };
        arrivals.pending = arrivals.next_ordinary();
        for number in 0..arrivals.bursts.len() {
            arrivals.push_burst(number);
        }
        arrivals
    }

    fn next_ordinary(&mut self) -> Option<i64> {
        let target = self.ordinary.next(&mut self.chance)? * self.total;
        while self.hour + 1 < self.hours.len() && self.before + self.hours[self.hour] <= target {
            self.before += self.hours[self.hour];
            self.hour += 1;
        }
        let within = ((target - self.before) / self.hours[self.hour] * 3_600.0) as i64;
        let at_s = self.start_s + self.hour as i64 * 3_600 + within.clamp(0, 3_599);
        Some(at_s.min(AS_OF_S - 1))
    }

    fn push_burst(&mut self, number: usize) {
        if let Some((from_s, length_s, strata)) = self.bursts.get_mut(number)
            && let Some(position) = strata.next(&mut self.chance)
        {
            // Most people call at once: squaring brings the early part forward.
            let at_s = *from_s + (position * position * *length_s as f64) as i64;
            self.heap.push(Reverse((at_s, number)));
        }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let burst = self.heap.peek().map(|Reverse(first)| *first);
        match (self.pending, burst) {
            (Some(at_s), burst) if burst.is_none_or(|b| at_s <= b.0) => {
                self.pending = self.next_ordinary();
                Some(Arrival { at_s, outage: None })
            }
            (_, Some((at_s, number))) => {
                self.heap.pop();
                self.push_burst(number);
                Some(Arrival { at_s, outage: Some(number) })
            }
            (_, None) => None,
        }
    }
}

/// Weight of each hour from the start of the span to as-of.
fn hours(span: &Span, chance: &mut Chance) -> Vec<f64> {
    let mut hours = Vec::with_capacity(span.weeks as usize * 168 + 6);
    let mut today = NaiveDate::MIN;
    let mut factor = 1.0;
    let mut at_s = span.start_s;
    while at_s < AS_OF_S {
        let wall = local(at_s);
        if wall.date() != today {
            today = wall.date();
            let quiet = is_weekend(today) || holidays(today.year()).contains(&today);
            let weekday = WEEKDAY[today.weekday().num_days_from_monday() as usize];
            factor = weekday * chance.log_normal(1.0, 0.2) * if quiet { QUIET_DAY } else { 1.0 };
        }
        hours.push(factor * WORKING_DAY[wall.hour() as usize]);
        at_s += 3_600;
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::super::outages::outages;
    use super::*;

    #[test]
    fn exactly_as_many_as_asked_in_time_order() {
        for (weeks, tickets) in [(1, 1), (1, 7), (26, 1), (26, 2_000), (3, 50_000)] {
            let span = Span::new(weeks);
            let arrivals: Vec<Arrival> = Arrivals::new(&span, tickets, 1, &outages(&span, 1)).collect();
            assert_eq!(arrivals.len() as u64, tickets);
            assert!(arrivals.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
            assert!(arrivals.iter().all(|a| (span.start_s..AS_OF_S).contains(&a.at_s)));
        }
    }

    #[test]
    fn rhythm_and_bursts() {
        let span = Span::new(26);
        let outages = outages(&span, 1);
        let arrivals: Vec<Arrival> = Arrivals::new(&span, 20_000, 1, &outages).collect();
        let burst = arrivals.iter().filter(|a| a.outage.is_some()).count();
        assert_eq!(burst, 2_600);
        let quiet = arrivals.iter().filter(|a| a.outage.is_none() && is_weekend(local(a.at_s).date())).count() as f64;
        assert!((0.02..0.09).contains(&(quiet / 17_400.0)), "{quiet}");
        for arrival in &arrivals {
            if let Some(outage) = arrival.outage.map(|o| &outages[o]) {
                assert!(arrival.at_s > outage.start_s && arrival.at_s <= outage.until_s() + 900);
            }
        }
    }

    #[test]
    fn five_million_are_not_held() {
        let span = Span::new(26);
        let outages = outages(&span, 1);
        let mut arrivals = Arrivals::new(&span, 5_000_000, 1, &outages);
        for _ in 0..50_000 {
            arrivals.next();
            assert!(arrivals.heap.len() <= outages.len());
        }
        assert_eq!(arrivals.hours.len(), 26 * 168 + 5);
    }
}
