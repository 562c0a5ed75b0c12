//! How long it takes until what is open has ended, those that still run counted for the time that they have run.

use super::axis::Axis;
use super::{counted, distribution, percent, sample, shown};
use crate::arithmetic::survival::{self, kaplan_meier};
use crate::declaration::report::Section;
use crate::report::document::{Chart, Drawing, Survival};
use crate::scorecard::scorecard::Scorecard;

/// Steps that a drawing can tell apart.
const FINEST: f64 = 360.0;

/// The chart; none where nothing was measured.
pub(super) fn survival(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let found = distribution(scorecard, section)?;
    let metric = scorecard.metrics.get(&found.metric)?;
    let curve = kaplan_meier(&found.values);
    let times: Vec<f64> = found.values.iter().map(|value| value.0).collect();
    let longest = *times.last()?;
    let axis = Axis::over(metric, &times);
    let text = |time: f64| shown(scorecard, metric, time);
    let ticks = axis.ticks(scorecard, metric);
    let readings: Vec<(String, String)> =
        ticks.iter().map(|(time, name)| (name.clone(), percent(scorecard, curve.at(*time)))).collect();
    let open = found.values.iter().filter(|value| !value.1).count();
    let left = curve.at(longest);
    // A time at which few are left says more than the longest of all.
    let late = ticks.iter().find(|(time, _)| curve.at(*time) <= 0.2 && curve.at(*time) > 0.0);
    let after = late.map_or_else(|| (curve.at(longest), text(longest)), |(time, name)| (curve.at(*time), name.clone()));
    let share = percent(scorecard, after.0);
    let median = curve.median();
    let half = median.map(text).unwrap_or_default();
    let values: [(&str, &dyn std::fmt::Display); 3] = [("half", &half), ("share", &share), ("time", &after.1)];
    let caption = match median {
        Some(_) if after.0 > 0.0 => {
            scorecard.language.say("Half within {half}; {share} still open after {time}", &values)
        }
        Some(_) => scorecard.language.say("Half within {half}, all within {time}", &values),
        None => scorecard.language.say("More than half still open: {share} after {time}", &values),
    };
    let mut evidence = vec![sample(scorecard, found.values.len())];
    if open > 0 {
        evidence.push(scorecard.language.count(
            open as u64,
            "one still runs and counts for its time so far (stroke)",
            "{n} still run and count for their time so far (strokes)",
            &[("n", &counted(scorecard, open as f64))],
        ));
    }
    evidence.push(scorecard.language.say("grey is the 95 % interval", &[]));
    let lines: Vec<String> = readings.iter().map(|(time, share)| format!("{time}: {share}")).collect();
    Some(Chart {
        alt: format!(
            "{caption}. {}",
            scorecard.language.say("Still open after {times}", &[("times", &lines.join(", "))])
        ),
        caption,
        evidence: evidence.join(" · "),
        drawing: Drawing::Survival(Survival {
            steps: steps(&curve, &axis),
            censored: found.values.iter().filter(|value| !value.1).map(|value| axis.place(value.0)).collect(),
            ticks: ticks.iter().map(|(time, name)| (axis.place(*time), name.clone())).collect(),
            median: median
                .map(|time| (axis.place(time), scorecard.language.say("half within {half}", &[("half", &text(time))]))),
            levels: [1.0, 0.5, 0.0].map(|share| percent(scorecard, share)),
            last: scorecard.language.say("{share} open", &[("share", &percent(scorecard, left))]),
            readings,
        }),
    })
}

/// The steps of a curve on the axis: place, share still open and its interval; of those at one place only the last.
fn steps(curve: &survival::Survival, axis: &Axis) -> Vec<(f64, f64, f64, f64)> {
    let mut steps = vec![(0.0, 1.0, 1.0, 1.0)];
    for step in &curve.steps {
        let upper = steps.last().map_or(1.0, |last| last.3);
        let (low, high) = match curve.within_interval(step.time) {
            Some((low, high)) => (1.0 - high, 1.0 - low),
            // Where nothing is left the estimate has no variance: what was possible before still is.
            None => (0.0, upper),
        };
        let place = axis.place(step.time);
        let same = |last: &&mut (f64, f64, f64, f64)| (last.0 * FINEST).round() == (place * FINEST).round();
        match steps.last_mut().filter(same).filter(|last| last.0 > 0.0) {
            Some(last) => *last = (last.0, step.survival, low, high),
            None => steps.push((place, step.survival, low, high)),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::metrics::distribution::Distribution;
    use crate::report::charts;
    use crate::scorecard::example;

    fn of(values: &[(f64, bool)]) -> (Chart, Survival) {
        let mut scorecard = example::rich();
        scorecard.distributions = vec![Distribution {
            metric: "time_to_resolve_median".to_owned(),
            dims: Default::default(),
            period: scorecard.period.clone(),
            values: values.to_vec(),
        }];
        let chart = survival(&scorecard, &declared("survival", "metrics = [\"time_to_resolve_median\"]")).unwrap();
        charts::well_formed::is_well_formed(&charts::chart(&chart).unwrap());
        let Drawing::Survival(survival) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, survival)
    }

    #[test]
    fn the_known_answer_of_the_semantics() {
        let hour = 3600.0;
        let times = [
            (2.0, true),
            (3.0, true),
            (3.0, false),
            (5.0, true),
            (8.0, false),
            (10.0, true),
            (12.0, true),
            (15.0, false),
        ];
        let (chart, drawn) = of(&times.map(|(time, seen)| (time * hour, seen)));
        let shares: Vec<f64> = drawn.steps.iter().map(|step| step.1).collect();
        let expected = [1.0, 0.875, 0.75, 0.6, 0.4, 0.2];
        assert!(shares.iter().zip(expected).all(|(found, known)| (found - known).abs() < 1e-9), "{shares:?}");
        assert!(drawn.steps.iter().all(|step| step.2 <= step.1 && step.1 <= step.3), "{:?}", drawn.steps);
        assert_eq!(chart.caption, "Half within 10\u{a0}h; 20\u{a0}% still open after 12\u{a0}h");
        assert_eq!((drawn.censored.len(), drawn.last.as_str()), (3, "20\u{a0}% open"));
        assert!(chart.evidence.contains("3 still run"), "{}", chart.evidence);
    }

    #[test]
    fn one_value_and_more_than_half_open() {
        let (chart, _) = of(&[(7200.0, true)]);
        assert_eq!(chart.caption, "Half within 2\u{a0}h, all within 2\u{a0}h");
        let (chart, drawn) = of(&[(3600.0, false), (7200.0, false)]);
        assert!(chart.caption.starts_with("More than half still open: 100"), "{}", chart.caption);
        assert_eq!((drawn.median, drawn.steps.len()), (None, 1));
    }
}
