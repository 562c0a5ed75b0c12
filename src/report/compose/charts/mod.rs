//! Sections that draw one chart: each says its finding in its caption and what it shows in its text alternative.

mod axis;
mod calendar;
mod flow;
mod funnel;
mod histogram;
mod multiples;
mod pareto;
mod survival;
mod waterfall;

pub use axis::TIMES;
pub use histogram::PERCENTILES;

use crate::arithmetic::local_time::to_local;
use crate::arithmetic::period::PeriodKind;
use crate::declaration::metric::Metric;
use crate::declaration::report::{Kind, Section};
use crate::metrics::distribution::Distribution;
use crate::metrics::measure::Measure;
use crate::report::document::Block;
use crate::report::words::value_name;
use crate::report::{dates, figure};
use crate::scorecard::scorecard::Scorecard;

/// The name and the chart of a section; a remark where there is nothing to draw. None for a section of another kind.
pub(super) fn section<'s>(scorecard: &'s Scorecard, section: &Section) -> Option<(&'s str, Vec<Block>)> {
    let language = &scorecard.language;
    let (label, found, otherwise) = match section.kind {
        Kind::Calendar => {
            (language.word("Day by day"), calendar::calendar(scorecard, section), language.word("No day has a figure."))
        }
        Kind::Survival => (
            language.word("How long it stays open"),
            survival::survival(scorecard, section),
            language.word("There is nothing to follow."),
        ),
        Kind::Histogram => (
            language.word("How it is spread"),
            histogram::histogram(scorecard, section),
            language.word("There is nothing to measure."),
        ),
        Kind::Pareto => (
            language.word("The largest parts"),
            pareto::pareto(scorecard, section),
            language.word("There is nothing to divide."),
        ),
        Kind::Flow => {
            (language.word("Flow"), flow::flow(scorecard, section), language.word("There is no history to show yet."))
        }
        Kind::Funnel => (
            language.word("Funnel"),
            funnel::funnel(scorecard, section),
            language.word("Nothing reached the first stage."),
        ),
        Kind::Multiples => (
            language.word("One by one"),
            multiples::multiples(scorecard, section),
            language.word("There is no history to show yet."),
        ),
        Kind::Waterfall => (
            language.word("What changed it"),
            waterfall::waterfall(scorecard, section),
            language.word("There are no two figures to compare."),
        ),
        _ => return None,
    };
    let blocks = found.map_or_else(|| super::note(language, section, otherwise), |chart| vec![Block::Chart(chart)]);
    Some((label, blocks))
}

/// A value of a metric as it is read.
fn shown(scorecard: &Scorecard, metric: &Metric, value: f64) -> String {
    figure::value_text(&scorecard.language, metric, value, None)
}

/// A count as it is read.
fn counted(scorecard: &Scorecard, value: f64) -> String {
    figure::count(&scorecard.language, value)
}

/// A share of what is drawn, in whole percents.
fn percent(scorecard: &Scorecard, share: f64) -> String {
    let whole = (share * 100.0).round();
    // What isn't all and isn't nothing must not read so.
    match (share, whole) {
        (share, 100.0) if share < 1.0 => figure::share(&scorecard.language, share, None),
        (share, 0.0) if share > 0.0 => figure::share(&scorecard.language, share, None),
        _ => format!("{}\u{a0}%", counted(scorecard, whole)),
    }
}

/// "n = 84": how many a chart rests on.
fn sample(scorecard: &Scorecard, n: usize) -> String {
    figure::n_is(&scorecard.language, n as u64)
}

/// "Payments", "no service named": a value of a dimension.
fn name(scorecard: &Scorecard, dimension: &str, value: &str) -> String {
    let what = dimension.trim_start_matches("cause_").replace('_', " ");
    match value.is_empty() {
        true => scorecard.language.say("no {dimension} named", &[("dimension", &scorecard.language.word(&what))]),
        false => value_name(&scorecard.language, dimension, value).to_owned(),
    }
}

/// Several of a dimension: "services", "categories".
fn several(scorecard: &Scorecard, dimension: &str) -> String {
    let what = dimension.trim_start_matches("cause_").replace('_', " ");
    let many = match what.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{what}s"),
    };
    scorecard.language.word(&many).to_owned()
}

/// "W27", "Jun 2026", "Q2 2026", "5 Nov": a period as it stands under a drawing.
pub(super) fn short_period(scorecard: &Scorecard, measure: &Measure) -> String {
    let period = &measure.period;
    let first = to_local(period.start, scorecard.zone);
    match (period.kind, first, period.id.split_once('-')) {
        (PeriodKind::Week, _, Some((_, week))) => {
            scorecard.language.say("W{n}", &[("n", &week.trim_start_matches('W'))])
        }
        (PeriodKind::Month, Some(first), _) => {
            format!("{} {}", scorecard.language.word(&first.format("%b").to_string()), first.format("%Y"))
        }
        (PeriodKind::Day, Some(_), _) => dates::day(scorecard, period.start),
        (PeriodKind::Quarter | PeriodKind::Half, ..) => dates::label(&scorecard.language, period, scorecard.zone),
        _ => period.id.clone(),
    }
}

/// The values behind the overall figure of a section's metric.
fn distribution<'s>(scorecard: &'s Scorecard, section: &Section) -> Option<&'s Distribution> {
    let metric = section.metrics.first()?;
    let found = scorecard.distributions.iter().find(|one| one.metric == *metric && one.dims.is_empty())?;
    (!found.values.is_empty()).then_some(found)
}

/// "Payments 3, Identity 1 and 2 others".
fn listed(scorecard: &Scorecard, names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        rest => scorecard.language.count(
            rest as u64,
            "{names} and one other",
            "{names} and {n} others",
            &[("names", &shown)],
        ),
    }
}

/// A section as the tests of this folder need it.
#[cfg(test)]
pub(super) fn declared(kind: &str, rest: &str) -> Section {
    toml::from_str(&format!("kind = \"{kind}\"\n{rest}")).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts;
    use crate::scorecard::example;

    #[test]
    fn without_data_every_kind_says_so() {
        for kind in ["calendar", "survival", "histogram", "pareto", "flow", "funnel", "multiples", "waterfall"] {
            let rest = "metrics = [\"availability\"]\nby = [\"service\"]\n";
            for scorecard in [example::empty(), example::sparse()] {
                let (label, blocks) = section(&scorecard, &declared(kind, rest)).unwrap();
                assert!(
                    !label.is_empty() && matches!(blocks.as_slice(), [Block::Note { text }] if !text.is_empty()),
                    "{kind}"
                );
            }
            let own = declared(kind, "metrics = [\"no_such\"]\nby = [\"service\"]\nempty = \"Nothing <here>.\"");
            let blocks = section(&example::rich(), &own).unwrap().1;
            assert_eq!(blocks, [Block::Note { text: "Nothing <here>.".to_owned() }]);
        }
        assert!(section(&example::rich(), &declared("verdict", "")).is_none());
    }

    #[test]
    fn what_rich_data_gives_is_drawn() {
        let scorecard = example::rich();
        for (kind, rest) in [
            ("pareto", "metrics = [\"incidents\"]\nby = [\"service\"]"),
            ("multiples", "metrics = [\"availability\"]\nby = [\"service\"]"),
            ("waterfall", "metrics = [\"incidents\"]\nby = [\"service\"]"),
            ("waterfall", "metrics = [\"rasm_index\"]"),
            (
                "flow",
                "balance = { stock = \"ticket_backlog\", plus = [\"tickets_opened\"], minus = [\"tickets_resolved\"] }",
            ),
            ("funnel", "metrics = [\"tickets_opened\", \"incidents\", \"major_incidents\"]"),
        ] {
            let blocks = section(&scorecard, &declared(kind, rest)).unwrap().1;
            let [Block::Chart(chart)] = blocks.as_slice() else { panic!("{kind}: {blocks:?}") };
            assert!(!chart.caption.is_empty() && chart.alt.starts_with(&chart.caption), "{chart:?}");
            charts::well_formed::is_well_formed(&charts::chart(chart).unwrap());
        }
    }

    #[test]
    fn several_of_a_dimension_and_shares_that_are_not_all() {
        let scorecard = example::rich();
        let many = |dimension: &str| several(&scorecard, dimension);
        assert_eq!([many("service"), many("category"), many("cause_kind")], ["services", "categories", "kinds"]);
        assert_eq!([percent(&scorecard, 0.9996), percent(&scorecard, 1.0)], ["99.96\u{a0}%", "100\u{a0}%"]);
        assert_eq!(listed(&scorecard, &["a".to_owned(), "b".to_owned(), "c".to_owned()], 1), "a and 2 others");
    }
}
