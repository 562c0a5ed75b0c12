//! The same trend for each value of a dimension, on one scale.

use super::{counted, listed, name, several, short_period, shown};
use crate::declaration::report::Section;
use crate::report::compose::table::worst_first;
use crate::report::document::{Chart, Drawing, Multiples, Panel};
use crate::report::words::{title, value};
use crate::scorecard::scorecard::{Card, Scorecard};

/// Panels without a `limit`.
const PANELS: usize = 12;

/// The chart; none where no value of the dimension has a history.
pub(super) fn multiples(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let (id, dimension) = (section.metrics.first()?, section.by.first()?);
    let mut cards: Vec<&Card> = scorecard
        .by(id, dimension)
        .into_iter()
        .filter(|card| card.series.iter().filter(|measure| measure.value.is_some()).count() > 1)
        .collect();
    cards.sort_by(|a, b| worst_first(Some(a), Some(b)));
    let all = cards.len();
    let worse: Vec<String> = cards
        .iter()
        .filter(|card| card.signal.worsening())
        .map(|card| name(scorecard, dimension, card.dim(dimension).unwrap_or_default()))
        .collect();
    let judged = cards.iter().filter(|card| card.signal.unjudged.is_none()).count();
    let hidden = cards.split_off(section.limit.unwrap_or(PANELS).min(all)).len();
    let metric = &cards.first()?.metric;
    // The drawing begins with the first figure of any of them.
    let began = |card: &Card| {
        let first = card.series.iter().position(|measure| measure.value.is_some());
        first.map_or(0, |first| card.series.len() - first)
    };
    let longest = cards.iter().max_by_key(|card| began(card))?;
    let since = longest.series.len() - began(longest);
    let periods: Vec<String> =
        longest.series.iter().skip(since).map(|measure| short_period(scorecard, measure)).collect();
    let panels: Vec<Panel> = cards.iter().map(|card| panel(scorecard, card, dimension, periods.len())).collect();
    let values = panels.iter().flat_map(|panel| panel.points.iter().flatten().copied().chain(panel.target));
    let zero = metric.is_additive().then_some(0.0);
    let (low, high) = values
        .chain(zero)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let scale = [low, high].map(|end| shown(scorecard, metric, end));
    let words: [(&str, &dyn std::fmt::Display); 4] = [
        ("title", &title(&scorecard.language, metric)),
        ("n", &counted(scorecard, all as f64)),
        ("services", &several(scorecard, dimension)),
        ("names", &listed(scorecard, &worse, 3)),
    ];
    let caption = match (judged, worse.len()) {
        (0, _) => {
            scorecard.language.say("{title} of {n} {services}: too little history to tell change from noise", &words)
        }
        (_, 0) => scorecard.language.say("{title} of {n} {services}: none is worse than its usual variation", &words),
        _ => scorecard.language.say("{title} is worse than usual at {names}", &words),
    };
    let ends: [(&str, &dyn std::fmt::Display); 2] = [("low", &scale[0]), ("high", &scale[1])];
    let mut evidence = vec![
        scorecard.language.say("worst first, all on one scale from {low} to {high}", &ends),
        scorecard.language.say("grey is the usual range, dashes the target", &[]),
    ];
    if hidden > 0 {
        evidence.push(scorecard.language.say("{n} others not shown", &[("n", &counted(scorecard, hidden as f64))]));
    }
    let lines: Vec<String> = panels.iter().map(|panel| format!("{} {}", panel.name, panel.last)).collect();
    Some(Chart {
        alt: format!("{caption}. {}", lines.join(", ")),
        caption,
        evidence: evidence.join(" · "),
        drawing: Drawing::Multiples(Multiples {
            by: dimension.clone(),
            panels,
            ends: [periods.first()?.clone(), periods.last()?.clone()],
            periods,
            scale: [low, high],
            scale_texts: scale,
        }),
    })
}

/// One panel of so many periods; a history that began later than the others' has gaps before it.
fn panel(scorecard: &Scorecard, card: &Card, dimension: &str, periods: usize) -> Panel {
    let missing = periods.saturating_sub(card.series.len());
    let newest = card.series.iter().skip(card.series.len().saturating_sub(periods));
    let points: Vec<Option<f64>> =
        std::iter::repeat_n(None, missing).chain(newest.map(|measure| measure.value)).collect();
    Panel {
        name: name(scorecard, dimension, card.dim(dimension).unwrap_or_default()),
        texts: points
            .iter()
            .map(|point| point.map_or_else(String::new, |value| shown(scorecard, &card.metric, value)))
            .collect(),
        points,
        limits: card.limits.map(|limits| [limits.lower, limits.mean, limits.upper]),
        target: card.agreed().map(|target| target.target),
        last: value(&scorecard.language, card),
        alarm: card.signal.worsening(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn the_worst_is_first_and_only_a_signal_alarms() {
        let section = declared("multiples", "metrics = [\"availability\"]\nby = [\"service\"]");
        let chart = multiples(&example::rich(), &section).unwrap();
        let Drawing::Multiples(drawn) = &chart.drawing else { panic!("{chart:?}") };
        assert_eq!(chart.caption, "Availability is worse than usual at Payments");
        // Mobile app has no figure in any week.
        assert_eq!((drawn.panels.len(), drawn.panels[0].name.as_str()), (5, "Payments"));
        assert!(drawn.panels[0].alarm && drawn.panels.iter().filter(|panel| panel.alarm).count() == 1);
        let points = || drawn.panels.iter().flat_map(|panel| panel.points.iter().flatten());
        assert!(points().all(|value| (drawn.scale[0]..=drawn.scale[1]).contains(value)));
        assert_eq!(drawn.ends, ["W21", "W46"]);
    }

    #[test]
    fn what_has_no_room_is_counted() {
        let section = declared("multiples", "metrics = [\"incidents\"]\nby = [\"service\"]\nlimit = 2");
        let chart = multiples(&example::rich(), &section).unwrap();
        let Drawing::Multiples(drawn) = &chart.drawing else { panic!("{chart:?}") };
        assert_eq!((drawn.panels.len(), drawn.scale[0]), (2, 0.0));
        assert!(chart.evidence.contains("4 others not shown"), "{}", chart.evidence);
    }
}
