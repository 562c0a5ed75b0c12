//! Every figure of the page with its definition, formula and evidence.

use std::collections::BTreeSet;

use super::slices::{condition, slices};
use crate::declaration::metric::{self, Better};
use crate::declaration::report::ReportDefinition;
use crate::report::document::Definition;
use crate::report::figure;
use crate::report::words::{chart, flags, left_out, published, value};
use crate::scorecard::scorecard::{Card, Scorecard};
use crate::scorecard::target::DeclaredBy;

/// Definitions in the order in which the report first names the figures.
pub(super) fn definitions(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<Definition> {
    let mut seen = BTreeSet::new();
    let mut named: Vec<String> = Vec::new();
    for section in &report.sections {
        for tile in &section.tiles {
            named.push(tile.metric.clone());
            named.extend(tile.evidence.iter().cloned());
        }
        named.extend(section.metrics.iter().cloned());
        named.extend(section.columns.iter().map(|column| column.metric.clone()));
    }
    named.retain(|metric| seen.insert(metric.clone()));
    named.iter().filter_map(|metric| definition(scorecard, report, metric)).collect()
}

fn definition(scorecard: &Scorecard, report: &ReportDefinition, id: &str) -> Option<Definition> {
    let metric = scorecard.metrics.get(id)?;
    let card = scorecard.card(id, &[]);
    let better = match metric.better {
        Better::Higher => "higher is better",
        Better::Lower => "lower is better",
        Better::Neither => "neither way is better",
    };
    let mut facts = vec![
        ("Formula".to_owned(), metric::formula_text(metric)),
        ("Unit".to_owned(), format!("{}, {better}", metric.unit.as_str().replace('_', " "))),
        ("Source".to_owned(), metric.source.clone()),
    ];
    facts.extend(card.into_iter().flat_map(evidence));
    Some(Definition {
        id: id.to_owned(),
        title: metric.title.clone(),
        // A figure that the report only shows in slices has none over all of them here.
        value: card.map_or_else(|| "shown in slices".to_owned(), value),
        meaning: metric.meaning.clone(),
        facts,
        slices: slices(scorecard, report, id),
        commands: commands(scorecard, report, id),
    })
}

/// The commands that give a figure again, and list the rows that it counts and leaves out; of a figure in slices for the first.
fn commands(scorecard: &Scorecard, report: &ReportDefinition, id: &str) -> Vec<(String, String)> {
    let period = &scorecard.period.id;
    let language = &scorecard.language;
    let own = condition(scorecard, None);
    let mut found = vec![
        (language.word("Again").to_owned(), format!("nines measure {id} --period {period}{own}")),
        (language.word("Rows").to_owned(), format!("nines explain {id} --period {period}{own}")),
    ];
    let cut = report.requests().into_iter().find(|request| request.metric == id && !request.by.is_empty());
    let first = cut.and_then(|request| {
        let by: Vec<&str> = request.by.iter().map(String::as_str).collect();
        scorecard.by_all(id, &by).into_iter().find(|card| card.current().value.is_some())
    });
    if let Some(card) = first {
        let command = format!("nines explain {id} --period {period}{}", condition(scorecard, Some(card)));
        found.push((language.word("Rows of one").to_owned(), command));
    }
    found
}

fn evidence(card: &Card) -> Vec<(String, String)> {
    let measure = card.current();
    let mut facts = Vec::new();
    let mut add = |name: &str, text: String| facts.push((name.to_owned(), text));
    if let (Some(over), Some(under)) = (measure.numerator, measure.denominator) {
        add("With numbers", format!("{} / {}", plain(over), plain(under)));
    }
    if let Some(target) = &card.target {
        let by = match target.declared_by {
            DeclaredBy::Default => " (the metric's default, agreed with nobody)",
            DeclaredBy::Chance => " (what chance gives: only an interval wholly beyond it is missed)",
            DeclaredBy::Project => "",
        };
        let limit = target
            .limit
            .map_or_else(String::new, |limit| format!(" scores 100, {} scores 0", figure::target(&card.metric, limit)));
        add("Target", format!("{}{limit}{by}", figure::target(&card.metric, target.target)));
    }
    if let Some(score) = card.score {
        add("Score", format!("{score:.0} of 100"));
    }
    add("n", figure::count(measure.n as f64));
    if let Some(interval) = figure::interval(&card.metric, measure) {
        add("95 % interval", interval);
    }
    if let Some(coverage) = measure.coverage {
        add("Coverage", figure::share(coverage, None));
    }
    if card.limits.is_some() {
        add("Control chart", chart(&card.signal, card.current().period.kind));
    }
    let excluded = left_out(&card.metric, &measure.excluded);
    if !excluded.is_empty() {
        add("Left out", excluded.join(", "));
    }
    let flags = flags(measure);
    if !flags.is_empty() {
        add("Flags", flags.join(", "));
    }
    if let Some(words) = published(card) {
        add("Earlier runs", words);
    }
    facts
}

/// A number as exact as it is useful to read.
fn plain(value: f64) -> String {
    if value.fract() == 0.0 { figure::count(value) } else { format!("{value:.3}") }
}
