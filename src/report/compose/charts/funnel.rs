//! Stages and what reaches each: several counts in order, or one by a dimension.

use super::{counted, name, percent};
use crate::declaration::metric::Unit;
use crate::declaration::report::Section;
use crate::report::document::{Chart, Drawing, Funnel, Part};
use crate::report::words::title;
use crate::scorecard::scorecard::{Card, Scorecard};

/// The chart; none without a second stage, or where nothing reached any.
pub(super) fn funnel(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let (stages, left_out) = match section.by.first() {
        Some(dimension) => by(scorecard, section, dimension)?,
        None => {
            let cards = section.metrics.iter().filter_map(|metric| scorecard.card(metric, &[]));
            (
                cards
                    .filter_map(|card| {
                        Some((title(&scorecard.language, &card.metric).to_owned(), card.current().value?))
                    })
                    .collect(),
                Vec::new(),
            )
        }
    };
    let largest = stages.iter().map(|stage: &(String, f64)| stage.1).fold(0.0, f64::max);
    if stages.len() < 2 || largest <= 0.0 {
        return None;
    }
    let stages: Vec<Part> =
        stages.into_iter().map(|(name, value)| Part { name, value, text: counted(scorecard, value) }).collect();
    let share = |pair: &[Part]| match pair {
        [before, here] if before.value > 0.0 => scorecard
            .language
            .say("{share} of those before", &[("share", &percent(scorecard, here.value / before.value))]),
        _ => String::new(),
    };
    let shares: Vec<String> = std::iter::once(String::new()).chain(stages.windows(2).map(share)).collect();
    let lost = |at: usize| stages[at - 1].value - stages[at].value;
    let worst =
        (1..stages.len()).filter(|at| lost(*at) > 0.0).max_by(|a, b| lost(*a).total_cmp(&lost(*b)).then(b.cmp(a)));
    let (first, last) = (stages.first()?, stages.last()?);
    let values: [(&str, &dyn std::fmt::Display); 3] =
        [("first", &first.text), ("last", &last.text), ("stage", &last.name)];
    let caption = match worst {
        Some(at) => {
            let lost = counted(scorecard, lost(at));
            let values = [&values[..], &[("lost", &lost), ("here", &stages[at].name)]].concat();
            match at + 1 == stages.len() {
                true => scorecard
                    .language
                    .say("{last} of {first} reach {stage}; most are lost at that last step ({lost})", &values),
                false => scorecard
                    .language
                    .say("{last} of {first} reach {stage}; most are lost before {here} ({lost})", &values),
            }
        }
        None => scorecard.language.say("None is lost on the way: {last} of {first} reach {stage}", &values),
    };
    let lines: Vec<String> = stages.iter().map(|stage| format!("{} {}", stage.name, stage.text)).collect();
    let evidence = match left_out.is_empty() {
        true => String::new(),
        false => scorecard.language.say("not a stage: {names}", &[("names", &left_out.join(", "))]),
    };
    Some(Chart {
        alt: format!("{caption}. {}", lines.join(", ")),
        caption,
        evidence,
        drawing: Drawing::Funnel(Funnel { stages, shares, worst }),
    })
}

/// Stages by their names, and what is none.
type Stages = (Vec<(String, f64)>, Vec<String>);

/// One metric by a dimension: in the declared order, else the largest first. Of a share it is what was divided.
fn by(scorecard: &Scorecard, section: &Section, dimension: &str) -> Option<Stages> {
    let reached = |card: &Card| match card.metric.unit {
        Unit::Count => card.current().value,
        _ => card.current().numerator,
    };
    let mut found: Vec<(&str, f64)> = scorecard
        .by(section.metrics.first()?, dimension)
        .into_iter()
        .filter_map(|card| Some((card.dim(dimension)?, reached(card)?)))
        .filter(|(value, _)| !value.is_empty())
        .collect();
    let place = |value: &str| section.order.iter().position(|stage| stage == value);
    let mut left_out = Vec::new();
    let number = |value: &str| value.split_once(' ').and_then(|(number, _)| number.parse::<u32>().ok());
    if section.order.is_empty() && found.iter().all(|(value, _)| number(value).is_some()) {
        // "1 test": the number is the order, and no part of the name.
        found.sort_by_key(|(value, _)| number(value));
        found.iter_mut().for_each(|(value, _)| *value = value.split_once(' ').map_or(*value, |(_, name)| name));
    } else if section.order.is_empty() {
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    } else {
        left_out =
            found.iter().filter(|(value, _)| place(value).is_none()).map(|(value, _)| (*value).to_owned()).collect();
        found.retain(|(value, _)| place(value).is_some());
        found.sort_by_key(|(value, _)| place(value));
    }
    let named = found.into_iter().map(|(value, count)| (name(scorecard, dimension, value), count));
    Some((named.collect(), left_out))
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::scorecard::example;

    fn drawn(rest: &str) -> (Chart, Funnel) {
        let chart = funnel(&example::rich(), &declared("funnel", rest)).unwrap();
        let Drawing::Funnel(funnel) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, funnel)
    }

    #[test]
    fn counts_in_order_with_the_share_of_the_stage_before() {
        let (chart, funnel) = drawn("metrics = [\"tickets_opened\", \"incidents\", \"major_incidents\"]");
        // 742, 33 and 2.
        assert_eq!(funnel.shares, ["", "4\u{a0}% of those before", "6\u{a0}% of those before"]);
        assert_eq!(chart.caption, "2 of 742 reach Major incidents; most are lost before Incidents (709)");
        assert_eq!(funnel.worst, Some(1));
    }

    #[test]
    fn one_count_by_a_dimension_in_the_declared_order() {
        let rest = "metrics = [\"incidents\"]\nby = [\"service\"]\n";
        let (_, funnel) = drawn(rest);
        let values: Vec<f64> = funnel.stages.iter().map(|stage| stage.value).collect();
        assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{values:?}");
        let (chart, funnel) = drawn(&format!("{rest}order = [\"Identity\", \"Payments\"]"));
        let names: Vec<&str> = funnel.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["Identity", "Payments"]);
        assert!(chart.caption.starts_with("None is lost") && chart.evidence.contains("Order desk"), "{chart:?}");
        // Of a share: what was divided.
        let (_, funnel) = drawn("metrics = [\"change_failure_rate\"]\nby = [\"service\"]");
        assert_eq!(funnel.stages[0].value.round(), 2.0);
    }
}
