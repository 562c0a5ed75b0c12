//! The parts of a sum, the largest first, and how few of them make up most of it.

use super::{name, percent, several, shown};
use crate::declaration::report::Section;
use crate::report::document::{Chart, Drawing, Pareto, Part};
use crate::report::figure;
use crate::report::words::{lower_first, title, upper_first};
use crate::scorecard::scorecard::Scorecard;

/// Bars without a `limit`.
const BARS: usize = 8;
/// The share that the finding is about.
const MOST: f64 = 0.8;

/// The chart; none where no part is above zero.
pub(super) fn pareto(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let (id, dimension) = (section.metrics.first()?, section.by.first()?);
    let cards = scorecard.by(id, dimension);
    let metric = &cards.first()?.metric;
    let mut parts: Vec<(String, f64)> = cards
        .iter()
        .filter_map(|card| Some((name(scorecard, dimension, card.dim(dimension)?), card.current().value?)))
        .filter(|(_, amount)| *amount > 0.0)
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let whole: f64 = parts.iter().map(|part| part.1).sum();
    if whole <= 0.0 {
        return None;
    }
    // Those with nothing are many of the many that the few are set against.
    let measured = cards.iter().filter(|card| card.current().value.is_some()).count();
    let caption =
        finding(scorecard, &parts, (whole, measured), dimension, &lower_first(title(&scorecard.language, metric)));
    let all = parts.len();
    let limit = section.limit.unwrap_or(BARS).max(1);
    // One that is left over is shown itself.
    let kept = if all > limit + 1 { limit } else { all };
    let rest: f64 = parts[kept..].iter().map(|part| part.1).sum();
    parts.truncate(kept);
    if rest > 0.0 {
        parts.push((scorecard.language.say("{n} others", &[("n", &(all - kept))]), rest));
    }
    let count = parts.len();
    let running: Vec<f64> = parts
        .iter()
        .scan(0.0, |sum, part| {
            *sum += part.1;
            Some(*sum / whole)
        })
        .enumerate()
        // Sums of floating-point numbers end near the whole; the line ends at it.
        .map(|(row, share)| if row + 1 == count { 1.0 } else { share })
        .collect();
    let bars: Vec<Part> =
        parts.into_iter().map(|(name, value)| Part { name, text: shown(scorecard, metric, value), value }).collect();
    let lines: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.name, bar.text)).collect();
    let total = shown(scorecard, metric, whole);
    Some(Chart {
        alt: format!("{caption}. {}", lines.join(", ")),
        caption,
        evidence: scorecard
            .language
            .say("{total} in all; the line is the share of the bars so far", &[("total", &total)]),
        drawing: Drawing::Pareto(Pareto {
            running_texts: running.iter().map(|share| percent(scorecard, *share)).collect(),
            bars,
            running,
            level: (MOST, percent(scorecard, MOST)),
            heading: scorecard.language.word("so far").to_owned(),
        }),
    })
}

/// "Four of 12 services make up 83 % of the downtime".
fn finding(
    scorecard: &Scorecard,
    parts: &[(String, f64)],
    (whole, measured): (f64, usize),
    dimension: &str,
    what: &str,
) -> String {
    let mut sum = 0.0;
    let few = parts
        .iter()
        .position(|part| {
            sum += part.1;
            sum / whole >= MOST - 1e-9
        })
        .map_or(parts.len(), |last| last + 1);
    let share = percent(scorecard, (sum / whole).min(1.0));
    let values: [(&str, &dyn std::fmt::Display); 5] = [
        ("few", &upper_first(&figure::number_word(&scorecard.language, few as u64))),
        ("all", &figure::number_word(&scorecard.language, measured as u64)),
        ("services", &several(scorecard, dimension)),
        ("share", &share),
        ("what", &what),
    ];
    match (few, parts) {
        (_, [only]) => scorecard.language.say("{name} is all of {what}", &[("name", &only.0), ("what", &what)]),
        (1, [first, ..]) => {
            scorecard.language.say("{name} alone is {share} of {what}", &[&values[3..], &[("name", &first.0)]].concat())
        }
        _ => scorecard.language.say("{few} of {all} {services} make up {share} of {what}", &values),
    }
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::scorecard::example;

    fn drawn(rest: &str) -> (Chart, Pareto) {
        let rest = format!("metrics = [\"incidents\"]\nby = [\"service\"]\n{rest}");
        let chart = pareto(&example::rich(), &declared("pareto", &rest)).unwrap();
        let Drawing::Pareto(pareto) = chart.drawing.clone() else { panic!("{chart:?}") };
        (chart, pareto)
    }

    #[test]
    fn few_make_up_most_and_the_running_share_ends_at_the_whole() {
        // 11, 7, 6, 4, 3 and 2 of 33: the first four are 28, or 85 %.
        let (chart, pareto) = drawn("");
        assert_eq!(chart.caption, "Four of six services make up 85\u{a0}% of incidents");
        assert_eq!(pareto.bars[0].name, "Payments");
        assert_eq!((pareto.bars.len(), pareto.running[5]), (6, 1.0));
        assert!(pareto.running.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(chart.evidence.starts_with("33 in all"), "{}", chart.evidence);
    }

    #[test]
    fn the_rest_is_summed_and_said() {
        let (chart, pareto) = drawn("limit = 3");
        let last = pareto.bars.last().unwrap();
        assert_eq!((last.name.as_str(), last.value, pareto.bars.len()), ("3 others", 9.0, 4));
        assert_eq!((pareto.running[3], pareto.running_texts[3].as_str()), (1.0, "100\u{a0}%"));
        // What is not shown still counts in the finding.
        assert!(chart.caption.starts_with("Four of six"));
    }

    #[test]
    fn one_part_is_all() {
        let mut scorecard = example::rich();
        scorecard.cards.retain(|(_, dims), _| dims.values().all(|service| service == "Payments"));
        let section = declared("pareto", "metrics = [\"incidents\"]\nby = [\"service\"]");
        assert_eq!(pareto(&scorecard, &section).unwrap().caption, "Payments is all of incidents");
    }
}
