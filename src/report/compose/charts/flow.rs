//! What came and what went, added up over the history, so that what lies between them is what is open.

use super::{counted, short_period};
use crate::declaration::report::{Balance, Section};
use crate::metrics::measure::Measure;
use crate::report::document::{Chart, Drawing, Flow};
use crate::report::words::title;
use crate::scorecard::scorecard::Scorecard;
use crate::scorecard::signal::plural;

/// A period with its stock, what came and what went.
struct Step<'s> {
    measure: &'s Measure,
    stock: f64,
    came: f64,
    went: f64,
}

/// The chart; none with fewer than two periods of which everything is known.
pub(super) fn flow(scorecard: &Scorecard, section: &Section) -> Option<Chart> {
    let balance = section.balance.as_ref()?;
    let steps = steps(scorecard, balance)?;
    let (first, after) = steps.split_first().filter(|(_, after)| !after.is_empty())?;
    let last = after.last()?;
    let title = title(&scorecard.language, &scorecard.card(&balance.stock, &[])?.metric);
    let sum = |pick: fn(&Step) -> f64| after.iter().map(pick).sum::<f64>();
    let (came, went) = (sum(|step| step.came), sum(|step| step.went));
    let text = |value: f64| counted(scorecard, value);
    let values: [(&str, &dyn std::fmt::Display); 7] = [
        ("title", &title),
        ("before", &text(first.stock)),
        ("now", &text(last.stock)),
        ("n", &after.len()),
        ("weeks", &scorecard.language.word(plural(scorecard.period.kind))),
        ("came", &text(came)),
        ("went", &text(went)),
    ];
    let caption =
        scorecard.language.say("{title}: {before} became {now} in {n} {weeks}; {came} came and {went} went", &values);
    // The stock is counted, so the line of what went follows from it; what the records of endings lack is said.
    let unexplained = last.stock - (first.stock + came - went);
    let mut evidence = vec![scorecard.language.say("below, what is open on its own scale", &[])];
    if unexplained.abs() >= 0.5 {
        let n = text(unexplained.abs());
        evidence.push(match unexplained > 0.0 {
            true => scorecard.language.say("{n} more are open than what came and went explains", &[("n", &n)]),
            false => scorecard.language.say("{n} fewer are open than what came and went explains", &[("n", &n)]),
        });
    }
    let mut level = first.stock;
    let mut line = vec![level];
    for step in after {
        level += step.came;
        line.push(level);
    }
    Some(Chart {
        alt: caption.clone(),
        caption,
        evidence: evidence.join(" · "),
        drawing: Drawing::Flow(Flow {
            periods: steps.iter().map(|step| short_period(scorecard, step.measure)).collect(),
            went: line.iter().zip(&steps).map(|(level, step)| level - step.stock).collect(),
            came: line,
            names: [
                scorecard.language.say("{n} came", &[("n", &text(came))]),
                scorecard.language.say("{n} went", &[("n", &text(went))]),
                scorecard.language.say("{n} open", &[("n", &text(last.stock))]),
            ],
            open: steps.iter().map(|step| text(step.stock)).collect(),
        }),
    })
}

/// The newest periods in a row of which everything is known.
fn steps<'s>(scorecard: &'s Scorecard, balance: &Balance) -> Option<Vec<Step<'s>>> {
    let stock = scorecard.card(&balance.stock, &[])?;
    let total = |metrics: &[String], period: &str| -> Option<f64> {
        metrics.iter().try_fold(0.0, |sum, metric| {
            let card = scorecard.card(metric, &[])?;
            let found = card.series.iter().find(|measure| measure.period.id == period)?;
            Some(sum + found.value?)
        })
    };
    let step = |measure: &'s Measure| {
        let period = &measure.period.id;
        let (came, went) = (total(&balance.plus, period)?, total(&balance.minus, period)?);
        Some(Step { measure, stock: measure.value?, came, went })
    };
    let mut steps: Vec<Step> = stock.series.iter().rev().map_while(step).collect();
    steps.reverse();
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::super::declared;
    use super::*;
    use crate::scorecard::example;

    #[test]
    fn the_gap_between_the_lines_is_the_stock() {
        let scorecard = example::rich();
        let balance =
            "balance = { stock = \"ticket_backlog\", plus = [\"tickets_opened\"], minus = [\"tickets_resolved\"] }";
        let chart = flow(&scorecard, &declared("flow", balance)).unwrap();
        let Drawing::Flow(drawn) = &chart.drawing else { panic!("{chart:?}") };
        let series = &scorecard.card("ticket_backlog", &[]).unwrap().series;
        assert_eq!(drawn.came.len(), series.len());
        for ((came, went), measure) in drawn.came.iter().zip(&drawn.went).zip(series) {
            assert!((came - went - measure.value.unwrap()).abs() < 1e-9);
        }
        let opened: f64 =
            scorecard.card("tickets_opened", &[]).unwrap().series.iter().skip(1).filter_map(|m| m.value).sum();
        assert!((drawn.came[25] - drawn.came[0] - opened).abs() < 1e-9);
        assert!(chart.caption.contains("became 214 in 25 weeks"), "{}", chart.caption);
        assert!(chart.evidence.contains("than what came and went explains"), "{}", chart.evidence);
    }

    #[test]
    fn a_gap_in_any_of_them_ends_the_lines_there() {
        let mut scorecard = example::rich();
        let opened = scorecard.cards.get_mut(&("tickets_opened".to_owned(), Default::default())).unwrap();
        opened.series[20].value = None;
        let balance =
            "balance = { stock = \"ticket_backlog\", plus = [\"tickets_opened\"], minus = [\"tickets_resolved\"] }";
        let Drawing::Flow(drawn) = flow(&scorecard, &declared("flow", balance)).unwrap().drawing else { panic!() };
        assert_eq!(drawn.came.len(), 5);
    }
}
