//! Signal or noise: what a card's own history says about its newest figure, in a direction and a few words.
//! Judges complete periods only; a period without a figure leaves a gap and is left out, never filled.

use std::fmt;

use super::chart;
use crate::arithmetic::change_point::{self, Finder};
use crate::arithmetic::control::{Chart, ENOUGH, Limits, Signal};
use crate::arithmetic::period::{Period, PeriodKind};
use crate::declaration::language::Language;
use crate::declaration::metric::{Better, Metric, Unit};
use crate::metrics::measure::{Flag, Measure};

/// Which way a figure moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To higher values.
    Up,
    /// To lower values.
    Down,
}

/// What the history of a card says about its newest figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The signal of the control chart.
    pub signal: Signal,
    /// Which way, where there is a signal.
    pub direction: Option<Direction>,
    /// Whether that is good; none without a signal, or where neither direction is better.
    pub good: Option<bool>,
    /// Limits of usual variation, from the points before the newest.
    pub limits: Option<Limits>,
    /// Complete periods with a figure, the newest included.
    pub points: usize,
    /// Why the newest figure can't be judged, where it can't.
    pub unjudged: Option<Unjudged>,
    /// The chart that judged it.
    pub chart: Chart,
    /// The first period of a run or trend.
    pub since: Option<Period>,
    /// Where the level changed for good, oldest first.
    pub changes: Vec<Change>,
    /// The autocorrelation of a series that carries over from period to period: its limits may be too narrow, and it has no
    /// `changes`.
    pub wanders: Option<f64>,
}

/// A lasting change of level.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The first period of the new level.
    pub period: Period,
    /// Mean until then (or since the change before).
    pub before: f64,
    /// Mean from then (or until the next change).
    pub after: f64,
    /// At most so probable in a series without a change.
    pub p: f64,
}

/// Why there is no judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// There is no newest figure.
    NoFigure,
    /// Its period isn't over.
    Partial,
    /// Fewer than 13 complete periods have a figure.
    TooFew,
}

impl Verdict {
    /// Whether the newest figure differs from its own history by more than its usual variation.
    pub fn is_signal(&self) -> bool {
        matches!(self.signal, Signal::Outside | Signal::RunOneSide(_) | Signal::Trend(_))
    }

    /// A signal in the wrong direction.
    pub fn worsening(&self) -> bool {
        self.is_signal() && self.good == Some(false)
    }

    /// A signal in the right direction.
    pub fn improving(&self) -> bool {
        self.is_signal() && self.good == Some(true)
    }

    /// The signal in a few words: "8 weeks above its mean", "no significant change".
    pub fn words(&self, language: &Language, kind: PeriodKind) -> String {
        let up = self.direction == Some(Direction::Up);
        let periods = periods(language, kind);
        match (self.unjudged, self.signal) {
            (Some(Unjudged::NoFigure), _) => language.word("no figure, so no signal").to_owned(),
            (Some(Unjudged::Partial), _) => language.say("{period} isn't over", &[("period", &this(language, kind))]),
            (_, Signal::NotEnough) => language.say(
                "too few {periods} for a signal ({n} of {enough})",
                &[("periods", &periods), ("n", &self.points.min(ENOUGH)), ("enough", &ENOUGH)],
            ),
            (_, Signal::None) => language.word("no significant change").to_owned(),
            (_, Signal::Outside) => language.word("outside its limits").to_owned(),
            (_, Signal::RunOneSide(length)) => {
                let values: [(&str, &dyn fmt::Display); 2] = [("n", &length), ("periods", &periods)];
                match up {
                    true => language.say("{n} {periods} above its mean", &values),
                    false => language.say("{n} {periods} below its mean", &values),
                }
            }
            (_, Signal::Trend(length)) => {
                let values: [(&str, &dyn fmt::Display); 2] = [("n", &length), ("periods", &periods)];
                match up {
                    true => language.say("{n} {periods} rising", &values),
                    false => language.say("{n} {periods} falling", &values),
                }
            }
        }
    }
}

/// Judges the last of `series` (oldest first) against those before it, by the chart that fits the metric (see `chart`).
///
/// A stock, such as a backlog, is no count of independent events: it carries over from period to period, so the limits of
/// counts do not hold for it and its own moving ranges are taken.
pub fn judge(series: &[Measure], metric: &Metric, finder: &mut Finder) -> Verdict {
    let points: Vec<&Measure> = series
        .iter()
        .filter(|measure| !measure.flags.contains(&Flag::Partial))
        .filter(|measure| measure.value.is_some_and(f64::is_finite))
        .collect();
    let values: Vec<f64> = points.iter().filter_map(|measure| measure.value).collect();
    let unjudged = match series.last() {
        None => Some(Unjudged::NoFigure),
        Some(last) if last.value.is_none() => Some(Unjudged::NoFigure),
        Some(last) if last.flags.contains(&Flag::Partial) => Some(Unjudged::Partial),
        Some(_) => None,
    };
    let (chart, limits, signal) = chart::judge(metric, &points);
    // Without a newest figure the limits are still worth drawing; the signal would be that of an older period.
    let (signal, unjudged) = match unjudged {
        Some(why) => (Signal::NotEnough, Some(why)),
        None if signal == Signal::NotEnough => (signal, Some(Unjudged::TooFew)),
        None => (signal, None),
    };
    let direction = direction(signal, limits, &values);
    let good = match (direction, metric.better) {
        (None, _) | (_, Better::Neither) => None,
        (Some(Direction::Up), better) => Some(better == Better::Higher),
        (Some(Direction::Down), better) => Some(better == Better::Lower),
    };
    let since = match signal {
        Signal::RunOneSide(length) | Signal::Trend(length) => points.len().checked_sub(length),
        _ => None,
    };
    let since = since.and_then(|first| points.get(first)).map(|measure| measure.period.clone());
    let wanders = change_point::wanders(&values);
    let changes = finder
        .find(&values)
        .into_iter()
        .map(|found| Change {
            period: points[found.at].period.clone(),
            before: found.before,
            after: found.after,
            p: found.p,
        })
        .collect();
    let limits = limits.map(|limits| possible(limits, metric.unit));
    Verdict { signal, direction, good, limits, points: values.len(), unjudged, chart, since, changes, wanders }
}

/// Limits cut to the values that the unit can have: no share above 1, no time below 0. No signal depends on it, as no
/// figure lies out there.
fn possible(limits: Limits, unit: Unit) -> Limits {
    let (low, high) = match unit {
        Unit::Share => (0.0, 1.0),
        Unit::Score => (0.0, 100.0),
        Unit::Seconds | Unit::Count | Unit::PerHour | Unit::PerDay => (0.0, f64::INFINITY),
        Unit::Number | Unit::Money | Unit::Nines => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Limits { lower: limits.lower.max(low), upper: limits.upper.min(high), ..limits }
}

fn direction(signal: Signal, limits: Option<Limits>, values: &[f64]) -> Option<Direction> {
    let last = *values.last()?;
    let reference = match signal {
        Signal::Outside | Signal::RunOneSide(_) => limits?.mean,
        Signal::Trend(_) => *values.get(values.len().checked_sub(2)?)?,
        Signal::None | Signal::NotEnough => return None,
    };
    Some(if last > reference { Direction::Up } else { Direction::Down })
}

/// "week", "month", ...
pub fn singular(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "day",
        PeriodKind::Week => "week",
        PeriodKind::Month => "month",
        PeriodKind::Quarter => "quarter",
        PeriodKind::Year => "year",
        PeriodKind::Half => "half-year",
        PeriodKind::Fiscal(part) => ["fiscal quarter", "fiscal half-year", "fiscal year"][part.rank()],
        PeriodKind::Range | PeriodKind::Rolling => "period",
    }
}

/// "weeks", "months", ...
pub fn plural(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "days",
        PeriodKind::Week => "weeks",
        PeriodKind::Month => "months",
        PeriodKind::Quarter => "quarters",
        PeriodKind::Year => "years",
        PeriodKind::Half => "half-years",
        PeriodKind::Fiscal(part) => ["fiscal quarters", "fiscal half-years", "fiscal years"][part.rank()],
        PeriodKind::Range | PeriodKind::Rolling => "periods",
    }
}

/// "weeks", in a language.
pub fn periods(language: &Language, kind: PeriodKind) -> &str {
    language.word(plural(kind))
}

/// "this week", in a language.
pub fn this(language: &Language, kind: PeriodKind) -> String {
    language.word(&format!("this {}", singular(kind))).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    fn series(values: &[f64]) -> Vec<Measure> {
        let metric = example::metric("time_to_restore_median");
        values.iter().map(|value| example::measure(&metric, *value)).collect()
    }

    fn judged(series: &[Measure]) -> Verdict {
        judge(series, &example::metric("time_to_restore_median"), &mut Finder::default())
    }

    fn words(values: &[f64], better: Better) -> (String, Option<bool>) {
        let metric = Metric { better, ..example::metric("time_to_restore_median") };
        let verdict = judge(&series(values), &metric, &mut Finder::default());
        (verdict.words(&Language::default(), PeriodKind::Week), verdict.good)
    }

    #[test]
    fn words_say_what_the_chart_says() {
        let calm = [12.0, 15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 15.0, 14.0, 13.0, 15.0];
        let with = |last: &[f64]| [&calm, last].concat();
        assert_eq!(words(&with(&[14.0]), Better::Lower), ("no significant change".into(), None));
        assert_eq!(words(&with(&[40.0]), Better::Lower), ("outside its limits".into(), Some(false)));
        assert_eq!(words(&with(&[-9.0]), Better::Lower), ("outside its limits".into(), Some(true)));
        let run = with(&[16.0, 17.0, 16.0, 17.0, 16.0, 17.0, 16.0, 17.0]);
        let (text, good) = words(&run, Better::Lower);
        assert!(text.ends_with("weeks above its mean"), "{text}");
        assert_eq!(good, Some(false));
        assert_eq!(words(&calm[..9], Better::Lower).0, "too few weeks for a signal (9 of 13)");
    }

    #[test]
    fn a_missing_newest_figure_is_not_judged_by_the_one_before_it() {
        let mut with_gap = series(&[5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 99.0, 5.0]);
        with_gap[13].value = None;
        let verdict = judged(&with_gap);
        assert_eq!(verdict.unjudged, Some(Unjudged::NoFigure));
        assert!(!verdict.is_signal());
    }

    #[test]
    fn a_period_that_is_not_over_is_left_out() {
        let mut partial = series(&[5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 1.0]);
        partial[13].flags.insert(Flag::Partial);
        let verdict = judged(&partial);
        assert_eq!(verdict.words(&Language::default(), PeriodKind::Week), "this week isn't over");
        assert_eq!(verdict.points, 13);
    }

    #[test]
    fn a_run_says_since_when_and_a_lasting_change_when_it_came() {
        let calm = [12.0, 15.0, 11.0, 14.0, 18.0, 13.0, 16.0, 12.0, 15.0, 14.0, 13.0, 15.0, 12.0];
        let high = [20.0, 21.0, 19.0, 22.0, 20.0, 21.0, 22.0, 20.0];
        let periods = example::period().trailing(21, example::ZONE);
        let dated: Vec<Measure> = series(&[&calm[..], &high].concat())
            .into_iter()
            .zip(&periods)
            .map(|(measure, period)| Measure { period: period.clone(), ..measure })
            .collect();
        let verdict = judged(&dated);
        assert_eq!(verdict.signal, Signal::RunOneSide(8));
        assert_eq!(verdict.since.as_ref(), Some(&periods[13]));
        assert_eq!(verdict.changes.len(), 1);
        assert_eq!(verdict.changes[0].period, periods[13]);
        assert!((verdict.changes[0].after - 20.625).abs() < 1e-9);
        assert!(verdict.wanders.is_none());
    }
}
