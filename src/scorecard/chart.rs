//! Which control chart judges a figure, chosen in one place from what its measures carry.
//!
//! | figure | chart |
//! |---|---|
//! | a quotient of two whole numbers with a Wilson interval: a share of records | p, each period by its own n |
//! | a whole number over an exposure with a Poisson interval: a rate | u, each period by its own exposure |
//! | a count of what happened, mean below 10, periods of one length | c |
//! | the same over periods of unlike lengths (months, a day of 25 hours) | u, the exposure is the length of the period |
//! | everything else: durations, medians, large counts, stocks, scores, shares of time | XmR |
//!
//! Periods whose lengths differ by less than 1 % (the week in which the clocks change) count as alike.

use crate::arithmetic::control::{self, Chart, Limits, Sample, Signal};
use crate::arithmetic::statistics::mean;
use crate::declaration::metric::{Definition, IntervalKind, Metric, Unit};
use crate::metrics::measure::Measure;

/// Mean count from which the limits of figures in general hold for counts too.
const LARGE_COUNT: f64 = 10.0;

/// The chart, the limits of the newest point in the figure's own unit, and its signal. `points` are the measures with a
/// finite value, oldest first.
pub(super) fn judge(metric: &Metric, points: &[&Measure]) -> (Chart, Option<Limits>, Signal) {
    let values: Vec<f64> = points.iter().filter_map(|measure| measure.value).collect();
    let interval = match &metric.definition {
        Definition::Aggregate { interval, .. } => *interval,
        _ => IntervalKind::None,
    };
    let over = || points.iter().map(|measure| quotient(measure)).collect::<Option<Vec<Sample>>>();
    match interval {
        IntervalKind::Wilson if metric.unit == Unit::Share => {
            if let Some(samples) = over() {
                let (limits, signal) = control::signal_shares(&samples);
                return (Chart::Shares, limits, signal);
            }
        }
        IntervalKind::Poisson if metric.unit != Unit::Count => {
            if let Some(samples) = over() {
                let (limits, signal) = control::signal_rates(&samples);
                return (Chart::Rates, limits, signal);
            }
        }
        _ => {}
    }
    let before = &values[..values.len().saturating_sub(1)];
    let few = mean(before).is_some_and(|mean| mean < LARGE_COUNT);
    if metric.unit != Unit::Count || metric.is_stock() || !few {
        let (limits, signal) = control::signal(&values);
        return (Chart::Individuals, limits, signal);
    }
    match by_length(points) {
        Some(samples) => {
            let (limits, signal) = control::signal_rates(&samples);
            (Chart::Rates, limits, signal)
        }
        None => {
            let (limits, signal) = control::signal_counts(&values);
            (Chart::Counts, limits, signal)
        }
    }
}

/// Events and exposure of a measure whose value is a whole number over something.
fn quotient(measure: &Measure) -> Option<Sample> {
    let (events, exposure, value) = (measure.numerator?, measure.denominator?, measure.value?);
    let whole = (events - events.round()).abs() < 1e-6 && events >= 0.0;
    let agrees = exposure > 0.0 && (events / exposure - value).abs() <= 1e-9 * value.abs().max(1.0);
    (whole && agrees).then_some(Sample { events, exposure })
}

/// Counts with the lengths of their periods, in lengths of the newest; none where all are alike or a count isn't whole.
fn by_length(points: &[&Measure]) -> Option<Vec<Sample>> {
    let length = |measure: &Measure| (measure.period.end - measure.period.start) as f64;
    let newest = length(points.last()?);
    let samples: Vec<Sample> = points
        .iter()
        .map(|measure| Some(Sample { events: measure.value?, exposure: length(measure) / newest }))
        .collect::<Option<_>>()?;
    let unlike = samples.iter().any(|sample| (sample.exposure - 1.0).abs() > 0.01);
    let whole = samples.iter().all(|sample| (sample.events - sample.events.round()).abs() < 1e-6);
    (unlike && whole).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::period;
    use crate::declaration::expression::Value;
    use crate::declaration::metric::Time;
    use crate::scorecard::example;

    fn metric(id: &str, unit: Unit, interval: IntervalKind) -> Metric {
        let definition = Definition::Aggregate {
            fact: "changes".into(),
            time: Time::At("ended_at".into()),
            population: None,
            exclude: Vec::new(),
            value: Value::Number(0.0),
            coverage: None,
            interval,
        };
        Metric { unit, definition, ..example::metric(id) }
    }

    fn chart(metric: &Metric, measures: &[Measure]) -> (Chart, Option<Limits>, Signal) {
        judge(metric, &measures.iter().collect::<Vec<_>>())
    }

    #[test]
    fn shares_of_few_records_are_judged_by_their_own_n() {
        let metric = metric("change_failure_rate", Unit::Share, IntervalKind::Wilson);
        let share = |failed: f64, closed: f64| {
            let mut measure = example::measure(&metric, failed / closed);
            (measure.numerator, measure.denominator) = (Some(failed), Some(closed));
            measure
        };
        let mut measures: Vec<Measure> = (0..12).map(|i| share(f64::from(4 + i % 3), 50.0)).collect();
        // One of two failed: a jump of the share, and no wonder.
        measures.push(share(1.0, 2.0));
        let (by, limits, signal) = chart(&metric, &measures);
        assert_eq!((by, signal), (Chart::Shares, Signal::None));
        assert!(limits.unwrap().upper > 0.7);
        measures[12] = share(25.0, 50.0);
        assert_eq!(chart(&metric, &measures).2, Signal::Outside);
        // Without its parts a share is a figure like any other.
        measures[3].denominator = None;
        assert_eq!(chart(&metric, &measures).0, Chart::Individuals);
    }

    #[test]
    fn rates_by_exposure_and_counts_by_the_length_of_their_month() {
        let rates = metric("failure_rate", Unit::PerHour, IntervalKind::Poisson);
        let mut measure = example::measure(&rates, 3.0 / 500.0);
        (measure.numerator, measure.denominator) = (Some(3.0), Some(500.0));
        assert_eq!(chart(&rates, &vec![measure; 13]).0, Chart::Rates);

        let counts = metric("outage_count", Unit::Count, IntervalKind::Poisson);
        let months = period::parse("2026-11", example::ZONE, example::as_of()).unwrap().trailing(13, example::ZONE);
        let in_months: Vec<Measure> =
            months.into_iter().map(|period| Measure { period, ..example::measure(&counts, 4.0) }).collect();
        assert_eq!(chart(&counts, &in_months).0, Chart::Rates);
        // Weeks, of which two in a year have an hour more or less.
        let weeks: Vec<Measure> = example::period()
            .trailing(13, example::ZONE)
            .into_iter()
            .map(|period| Measure { period, ..example::measure(&counts, 4.0) })
            .collect();
        assert_eq!(chart(&counts, &weeks).0, Chart::Counts);
        let many: Vec<Measure> = weeks.iter().map(|week| Measure { value: Some(40.0), ..week.clone() }).collect();
        assert_eq!(chart(&counts, &many).0, Chart::Individuals);
        let time = metric("time_to_restore_median", Unit::Seconds, IntervalKind::Median);
        assert_eq!(chart(&time, &weeks).0, Chart::Individuals);
    }
}
