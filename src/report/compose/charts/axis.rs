//! The scale of a chart of values: in proportion, or in powers of ten where durations reach from minutes to months.

use super::shown;
use crate::declaration::metric::{Metric, Unit};
use crate::scorecard::scorecard::Scorecard;

/// Times that people name, in seconds.
pub const TIMES: [(f64, &str); 14] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 m"),
    (600.0, "10 m"),
    (3600.0, "1 h"),
    (14_400.0, "4 h"),
    (86_400.0, "1 day"),
    (259_200.0, "3 days"),
    (604_800.0, "1 week"),
    (2_592_000.0, "1 month"),
    (7_776_000.0, "3 months"),
    (31_536_000.0, "1 year"),
    (94_608_000.0, "3 years"),
    (315_360_000.0, "10 years"),
];

/// How many times as long as the shortest the longest must be for a scale of powers.
const WIDE: f64 = 30.0;

/// A scale from its lower to its upper end.
pub(super) struct Axis {
    low: f64,
    high: f64,
    powers: bool,
}

impl Axis {
    /// The scale for ascending values of a metric.
    pub(super) fn over(metric: &Metric, values: &[f64]) -> Self {
        let highest = values.last().copied().unwrap_or(1.0);
        let lowest = values.first().copied().unwrap_or(0.0);
        // The odd ticket that was closed within a second must not take half of the scale.
        let first = values.partition_point(|value| *value < 1.0);
        let few = values.get(first + (values.len() - first) / 100).copied().unwrap_or(1.0).max(1.0);
        if metric.unit == Unit::Seconds && highest > few * WIDE {
            return Axis { low: few, high: highest, powers: true };
        }
        let low = lowest.min(0.0);
        Axis { low, high: if highest > low { highest } else { low + 1.0 }, powers: false }
    }

    /// Where a value lies, 0 to 1.
    pub(super) fn place(&self, value: f64) -> f64 {
        let place = match self.powers {
            true => (value.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        };
        place.clamp(0.0, 1.0)
    }

    /// The value at a place.
    pub(super) fn value(&self, place: f64) -> f64 {
        match self.powers {
            true => self.low * (self.high / self.low).powf(place),
            false => self.low + place * (self.high - self.low),
        }
    }

    /// Named values: value and name.
    pub(super) fn ticks(&self, scorecard: &Scorecard, metric: &Metric) -> Vec<(f64, String)> {
        if self.powers {
            let within = TIMES.iter().filter(|(time, _)| (self.low..=self.high).contains(time));
            return within.map(|(time, name)| (*time, scorecard.language.word(name).replace(' ', "\u{a0}"))).collect();
        }
        let step = self.step(metric.unit == Unit::Seconds);
        let mut ticks = Vec::new();
        let mut value = (self.low / step).ceil() * step;
        while value <= self.high * (1.0 + 1e-9) && ticks.len() < 20 {
            ticks.push((value, shown(scorecard, metric, value)));
            value += step;
        }
        ticks
    }

    /// A round step that gives three to eight ticks.
    fn step(&self, durations: bool) -> f64 {
        let rough = (self.high - self.low) / 4.0;
        if durations && rough >= 30.0 {
            let round = [60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0];
            let days = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0].map(|days| days * 86_400.0);
            let steps = round.iter().chain(&days);
            return steps.copied().find(|step| *step >= rough * 0.7).unwrap_or(rough);
        }
        let power = 10_f64.powf(rough.log10().floor());
        [1.0, 2.0, 5.0, 10.0].map(|part| part * power).into_iter().find(|step| *step >= rough * 0.7).unwrap_or(rough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn minutes_to_months_take_powers_and_the_rest_proportions() {
        let (scorecard, metric) = (example::rich(), example::metric("time_to_resolve_median"));
        let mut values: Vec<f64> = (1..1000).map(|index| f64::from(index * index)).collect();
        values.insert(0, 0.0);
        let axis = Axis::over(&metric, &values);
        let names: Vec<String> = axis.ticks(&scorecard, &metric).into_iter().map(|tick| tick.1).collect();
        assert_eq!(names.last().map(String::as_str), Some("1\u{a0}week"));
        assert_eq!((axis.place(0.0), axis.place(998_001.0)), (0.0, 1.0));
        assert!((axis.value(axis.place(3600.0)) - 3600.0).abs() < 1e-6);
        let axis = Axis::over(&metric, &[3600.0, 7200.0]);
        let ticks = axis.ticks(&scorecard, &metric);
        assert!(ticks.len() >= 3 && ticks[0].0 == 0.0 && (axis.place(3600.0) - 0.5).abs() < 1e-12, "{ticks:?}");
        for values in [&[][..], &[0.0][..], &[5.0][..], &[-3.0, 4.0][..]] {
            let axis = Axis::over(&example::metric("hops_mean"), values);
            assert!(values.iter().all(|value| axis.place(*value).is_finite()));
            assert!(axis.ticks(&scorecard, &metric).len() < 20);
        }
    }
}
