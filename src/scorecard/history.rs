//! Unusual points of the past: what the control chart of a card would have said of the periods before the newest, against the limits
//! that are drawn.

use super::scorecard::Card;
use crate::arithmetic::control::{Chart, Limits, RUN, TREND, share_limits};
use crate::declaration::metric::Better;
use crate::metrics::measure::{Flag, Measure};

/// Mean of counts below which the limits of counts cry wolf.
const RARE: f64 = 1.5;

/// Positions in the card's series that lie outside its limits or in a run, and whether that was for the worse. Of the newest
/// period the card's own signal decides.
pub fn unusual(card: &Card) -> Vec<(usize, bool)> {
    let Some(limits) = card.limits.filter(|limits| card.signal.chart != Chart::Counts || limits.mean >= RARE) else {
        return Vec::new();
    };
    let points: Vec<(usize, &Measure, f64)> = card
        .series
        .iter()
        .enumerate()
        .filter(|(_, measure)| !measure.flags.contains(&Flag::Partial))
        .filter_map(|(index, measure)| Some((index, measure, measure.value.filter(|value| value.is_finite())?)))
        .collect();
    let values: Vec<f64> = points.iter().map(|point| point.2).collect();
    // Where the level changed for good, points on both sides of the mean are no news, and the change is marked itself.
    let steady = card.signal.changes.is_empty() && card.signal.wanders.is_none();
    let in_a_run = if steady { runs(&values, limits.mean) } else { vec![false; values.len()] };
    let newest = card.series.len().saturating_sub(1);
    let worse = |value: f64| match card.metric.better {
        Better::Higher => value < limits.mean,
        Better::Lower => value > limits.mean,
        Better::Neither => false,
    };
    points
        .iter()
        .zip(in_a_run)
        .filter(|((index, measure, value), in_a_run)| match *index == newest {
            true => card.signal.is_signal(),
            false => *in_a_run || outside(of_point(card, measure, limits), *value),
        })
        .map(|((index, _, value), _)| (*index, if *index == newest { card.signal.worsening() } else { worse(*value) }))
        .collect()
}

/// The limits of one period: shares and rates vary by what each rests on.
fn of_point(card: &Card, measure: &Measure, limits: Limits) -> Limits {
    let exposure = measure.denominator.filter(|exposure| *exposure > 0.0);
    match (card.signal.chart, exposure) {
        (Chart::Shares, Some(n)) => share_limits(limits.mean, n).unwrap_or(limits),
        (Chart::Rates, Some(exposure)) => {
            let deviation = (limits.mean.max(0.0) / exposure).sqrt();
            Limits { lower: (limits.mean - 3.0 * deviation).max(0.0), upper: limits.mean + 3.0 * deviation, ..limits }
        }
        _ => limits,
    }
}

fn outside(limits: Limits, value: f64) -> bool {
    let tolerance = 1e-9 * value.abs().max(limits.mean.abs());
    value < limits.lower - tolerance || value > limits.upper + tolerance
}

/// Which values lie in a run on one side of the mean, or in a run that rises or falls.
fn runs(values: &[f64], mean: f64) -> Vec<bool> {
    let mut marked = vec![false; values.len()];
    let mut mark = |same: &dyn Fn(f64, f64) -> bool, enough: usize| {
        let mut from = 0;
        for index in 1..=values.len() {
            let ends = index == values.len() || !same(values[index - 1], values[index]);
            if ends {
                if index - from >= enough {
                    marked[from..index].fill(true);
                }
                from = index;
            }
        }
    };
    mark(&|one, other| one > mean && other > mean, RUN);
    mark(&|one, other| one < mean && other < mean, RUN);
    mark(&|one, other| other > one, TREND);
    mark(&|one, other| other < one, TREND);
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn runs_of_eight_and_steps_of_six_are_marked_whole() {
        let mut values = vec![1.0, -1.0, 1.0, -1.0];
        values.extend([2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0]);
        values.push(-1.0);
        let marked = runs(&values, 0.0);
        assert_eq!(marked.iter().filter(|mark| **mark).count(), 8);
        assert!(!marked[3] && marked[4] && marked[11] && !marked[12]);
        let rising = [3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0];
        assert_eq!(runs(&rising, 3.5).iter().filter(|mark| **mark).count(), 6);
        assert!(runs(&[], 0.0).is_empty());
    }

    #[test]
    fn a_point_of_the_past_outside_the_limits_is_marked_for_the_worse_or_better() {
        let mut scorecard = example::rich();
        let card = scorecard.cards.get_mut(&("incidents".to_owned(), Default::default())).unwrap();
        let limits = card.limits.unwrap();
        card.series[3].value = Some(limits.upper * 2.0);
        card.series[5].value = Some(limits.lower - 5.0);
        let found = unusual(card);
        assert!(found.contains(&(3, true)) && found.contains(&(5, false)), "{found:?}");
        assert!(!found.contains(&(25, true)), "the newest is judged by the card's own signal");
        card.limits = None;
        assert!(unusual(card).is_empty());
    }
}
