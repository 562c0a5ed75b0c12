//! How a figure went from the period before to this one: by the parts of a dimension, or an index by its own parts.

use super::{name, shown};
use crate::declaration::metric::{Better, Definition};
use crate::declaration::report::Section;
use crate::report::document::{Chart, Drawing, Part, Waterfall};
use crate::report::words::{title, value};
use crate::report::{dates, figure};
use crate::scorecard::contribution::REST;
use crate::scorecard::scorecard::{Card, Scorecard};

/// Steps without a `limit`.
const STEPS: usize = 7;
/// A part below this share of all movement is not worth a step.
const LITTLE: f64 = 0.04;

/// The chart; none without both figures, or where nothing moved.
pub(super) fn waterfall(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let card = scorecard.card(section.metrics.first()?, &[])?;
    let before = card.previous.as_ref()?;
    let (from, to) = (before.value?, card.current().value?);
    let mut parts = parts(scorecard, card, section)?;
    parts.retain(|part| part.1 != 0.0);
    parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    let moved: f64 = parts.iter().map(|part| part.1.abs()).sum();
    if moved <= 0.0 {
        return None;
    }
    let told = parts.iter().take_while(|part| part.1.abs() >= LITTLE * moved).count();
    let kept = told.min(section.limit.unwrap_or(STEPS)).max(1);
    let rest = parts.split_off(if parts.len() == kept + 1 { parts.len() } else { kept.min(parts.len()) });
    if !rest.is_empty() {
        let others = scorecard.language.say("{n} others", &[("n", &rest.len())]);
        parts.push((others, rest.iter().map(|part| part.1).sum()));
    }
    let amounts: Vec<f64> = parts.iter().map(|part| part.1).collect();
    let places = figure::places_that_sum(&card.metric, &amounts);
    let worse = |amount: f64| match card.metric.better {
        Better::Higher => amount < 0.0,
        Better::Lower => amount > 0.0,
        Better::Neither => false,
    };
    let steps: Vec<(Part, bool)> = parts
        .into_iter()
        .map(|(name, value)| {
            let text = figure::delta_to(&scorecard.language, &card.metric, value, places);
            (Part { name, value, text }, worse(value))
        })
        .collect();
    let end = |measure: &crate::metrics::measure::Measure, value: f64| Part {
        name: dates::label(&scorecard.language, &measure.period, scorecard.zone),
        value,
        text: shown(scorecard, &card.metric, value),
    };
    let (start, end) = (end(before, from), end(card.current(), to));
    let largest = steps.iter().max_by(|a, b| a.0.value.abs().total_cmp(&b.0.value.abs()))?;
    let values: [(&str, &dyn std::fmt::Display); 5] = [
        ("title", &title(&scorecard.language, &card.metric)),
        ("before", &start.text),
        ("now", &value(&scorecard.language, card)),
        ("name", &largest.0.name),
        ("change", &largest.0.text),
    ];
    let most = largest.0.value / (to - from) >= 0.5;
    let caption = match (start.text == end.text, most) {
        (true, _) => scorecard.language.say("{title} stayed at {now}: what moved it cancelled out", &values),
        (_, true) => {
            scorecard.language.say("{title} went from {before} to {now}, most of it by {name} ({change})", &values)
        }
        _ => scorecard
            .language
            .say("{title} went from {before} to {now}; the largest step is {name} ({change})", &values),
    };
    let levels = || {
        let sums = steps.iter().scan(from, |level, step| {
            *level += step.0.value;
            Some(*level)
        });
        sums.chain([from, to])
    };
    let low = levels().fold(f64::INFINITY, f64::min);
    let high = levels().fold(f64::NEG_INFINITY, f64::max);
    // Bars from zero, unless the change would be too small to see beside them.
    let from_zero = low >= 0.0 && high > 0.0 && high - low > 0.15 * high;
    let evidence =
        if from_zero { String::new() } else { scorecard.language.say("the scale does not begin at zero", &[]) };
    let lines: Vec<String> = steps.iter().map(|step| format!("{} {}", step.0.name, step.0.text)).collect();
    Some(Chart {
        alt: format!("{caption}. {}", lines.join(", ")),
        caption,
        evidence,
        drawing: Drawing::Waterfall(Waterfall { start, steps, end, alarm: card.signal.worsening(), from_zero }),
    })
}

/// What each part added.
fn parts(scorecard: &Scorecard, card: &Card, section: &Section) -> Option<Vec<(String, f64)>> {
    if let Definition::Index { .. } = card.metric.definition {
        let points = |part: &&crate::scorecard::index::Contribution| part.points;
        let then = |metric: &str| card.contributions_before.iter().find(|part| part.metric == metric);
        if card.contributions_before.is_empty() {
            return None;
        }
        let change = |part: &crate::scorecard::index::Contribution| {
            (
                scorecard.language.word(&part.title).to_owned(),
                part.points - then(&part.metric).as_ref().map_or(0.0, points),
            )
        };
        return Some(card.contributions.iter().map(change).collect());
    }
    let dimension = section.by.first()?;
    let shares = scorecard.contributions(card, dimension)?;
    let named = |value: &str| match value {
        REST => scorecard.language.say("the rest", &[]),
        _ => name(scorecard, dimension, value),
    };
    Some(shares.iter().map(|share| (named(&share.value), share.total())).collect())
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::scorecard::example;

    fn drawn(rest: &str) -> (Chart, Waterfall) {
        let chart = waterfall(&example::rich(), &declared("waterfall", rest)).unwrap();
        let Drawing::Waterfall(waterfall) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, waterfall)
    }

    #[test]
    fn the_steps_sum_to_the_change() {
        for rest in [
            "metrics = [\"incidents\"]\nby = [\"service\"]",
            "metrics = [\"incidents\"]\nby = [\"service\"]\nlimit = 1",
            "metrics = [\"rasm_index\"]",
            "metrics = [\"serviceability_index\"]",
        ] {
            let (chart, drawn) = drawn(rest);
            let sum: f64 = drawn.steps.iter().map(|step| step.0.value).sum();
            assert!((drawn.start.value + sum - drawn.end.value).abs() < 1e-9, "{rest}: {drawn:?}");
            assert!(chart.caption.contains("went from") || chart.caption.contains("stayed at"), "{}", chart.caption);
            assert_eq!((drawn.start.name.as_str(), drawn.end.name.as_str()), ("week 45, 2026", "week 46, 2026"));
        }
        assert!(drawn("metrics = [\"incidents\"]\nby = [\"service\"]\nlimit = 1").1.steps.len() <= 2);
    }

    #[test]
    fn what_cannot_be_split_is_not_drawn() {
        let section = declared("waterfall", "metrics = [\"time_to_restore_median\"]\nby = [\"service\"]");
        assert!(waterfall(&example::rich(), &section).is_none());
    }

    #[test]
    fn more_incidents_are_worse_and_red_only_where_the_whole_is_a_signal() {
        let (_, drawn) = drawn("metrics = [\"incidents\"]\nby = [\"service\"]");
        assert!(drawn.steps.iter().all(|(part, worse)| *worse == (part.value > 0.0)));
        let card = example::rich();
        assert_eq!(drawn.alarm, card.card("incidents", &[]).unwrap().signal.worsening());
    }
}
