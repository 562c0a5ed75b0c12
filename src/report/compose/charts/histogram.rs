//! Where the values behind a median, percentile or mean lie.

use super::axis::Axis;
use super::{counted, distribution, sample, shown};
use crate::arithmetic::statistics::quantile;
use crate::declaration::metric::Unit;
use crate::declaration::report::Section;
use crate::report::document::{Bin, Chart, Drawing, Histogram};
use crate::scorecard::scorecard::Scorecard;

/// Percentiles that are marked, from how many values on, and their words for durations and for other values.
pub const PERCENTILES: [(f64, usize, &str, &str); 3] = [
    (0.5, 1, "half within", "half up to"),
    (0.9, 10, "9 of 10 within", "9 of 10 up to"),
    (0.95, 20, "95 % within", "95 % up to"),
];

/// The chart; none where nothing was measured.
pub(super) fn histogram(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let found = distribution(scorecard, section)?;
    let metric = scorecard.metrics.get(&found.metric)?;
    let mut values: Vec<f64> = found.values.iter().map(|value| value.0).collect();
    let text = |value: f64| shown(scorecard, metric, value);
    let axis = Axis::over(metric, &values);
    let longest = *values.last()?;
    let ticks = axis.ticks(scorecard, metric).into_iter().map(|(value, name)| (axis.place(value), name));
    let bins = bins(scorecard, &axis, &values, &text);
    let is_time = metric.unit == Unit::Seconds;
    let count = values.len();
    let mut marked = Vec::new();
    for (p, enough, within, up_to) in PERCENTILES {
        if count >= enough
            && let Some(value) = quantile(&mut values, p)
        {
            let words = scorecard.language.word(if is_time { within } else { up_to });
            marked.push((axis.place(value), words.to_owned(), text(value)));
        }
    }
    let lines: Vec<String> = marked.iter().map(|(_, words, value)| format!("{words} {value}")).collect();
    let most = scorecard.language.say("the most {value}", &[("value", &text(longest))]);
    let caption =
        crate::report::words::upper_first(&lines.iter().take(2).cloned().chain([most]).collect::<Vec<_>>().join(", "));
    Some(Chart {
        alt: format!("{caption}. {}", lines.join(", ")),
        caption,
        evidence: sample(scorecard, count),
        drawing: Drawing::Histogram(Histogram { bins, ticks: ticks.collect(), percentiles: marked }),
    })
}

/// Bins of one width on the axis; few values need few of them.
fn bins(scorecard: &Scorecard, axis: &Axis, values: &[f64], text: &dyn Fn(f64) -> String) -> Vec<Bin> {
    let count = ((values.len() as f64).sqrt() * 2.0).ceil().clamp(6.0, 32.0) as usize;
    let edge = |index: usize| index as f64 / count as f64;
    let mut counts = vec![0.0; count];
    for value in values {
        let bin = ((axis.place(*value) * count as f64) as usize).min(count - 1);
        counts[bin] += 1.0;
    }
    let bin = |(index, number): (usize, &f64)| {
        let (from, to) = (text(axis.value(edge(index))), text(axis.value(edge(index + 1))));
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("from", &from), ("to", &to), ("n", &counted(scorecard, *number))];
        let text = scorecard.language.say("{from} to {to}: {n}", &values);
        Bin { from: edge(index), to: edge(index + 1), count: *number, text }
    };
    counts.iter().enumerate().map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::metrics::distribution::Distribution;
    use crate::report::charts;
    use crate::scorecard::example;

    fn of(metric: &str, values: &[f64]) -> (Chart, Histogram) {
        let mut scorecard = example::rich();
        scorecard.distributions = vec![Distribution {
            metric: metric.to_owned(),
            dims: Default::default(),
            period: scorecard.period.clone(),
            values: values.iter().map(|value| (*value, true)).collect(),
        }];
        let section = declared("histogram", &format!("metrics = [\"{metric}\"]"));
        let chart = histogram(&scorecard, &section).unwrap();
        charts::well_formed::is_well_formed(&charts::chart(&chart).unwrap());
        let Drawing::Histogram(histogram) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, histogram)
    }

    #[test]
    fn all_are_in_a_bin_and_percentiles_are_the_figures() {
        let values: Vec<f64> = (0..=100).map(|index| 60.0 * f64::from(index * index)).collect();
        let (chart, drawn) = of("time_to_resolve_median", &values);
        assert_eq!(drawn.bins.iter().map(|bin| bin.count).sum::<f64>(), 101.0);
        // The 51st is 50 x 50 minutes, the 91st 90 x 90, the 101st 100 x 100.
        assert_eq!(
            chart.caption,
            "Half within 1\u{a0}d\u{a0}18\u{a0}h, 9 of 10 within 5\u{a0}d\u{a0}15\u{a0}h, the most 6\u{a0}d\u{a0}23\u{a0}h"
        );
        assert_eq!(drawn.percentiles.len(), 3);
        assert!(drawn.percentiles.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn few_and_equal_values() {
        for values in [&[0.0][..], &[5.0; 40][..], &[-2.0, 3.0][..]] {
            let (chart, drawn) = of("hops_mean", values);
            assert_eq!(drawn.bins.iter().map(|bin| bin.count).sum::<f64>(), values.len() as f64);
            assert!(chart.caption.starts_with("Half up to"), "{}", chart.caption);
        }
        // Too few for a ninetieth percentile.
        assert_eq!(of("hops_mean", &[1.0, 2.0]).1.percentiles.len(), 1);
    }
}
