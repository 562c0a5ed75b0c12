//! Every figure of the page with its definition, formula and evidence.

use std::collections::BTreeSet;

use super::slices::{condition, slices};
use crate::declaration::language::Language;
use crate::declaration::metric::{self, Better};
use crate::declaration::report::ReportDefinition;
use crate::metrics::AGE_BAND;
use crate::report::document::Definition;
use crate::report::figure;
use crate::report::words::{chart, flags, left_out, published, title, value};
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
    let language = &scorecard.language;
    let metric = scorecard.metrics.get(id)?;
    let card = scorecard.card(id, &[]);
    let better = match metric.better {
        Better::Higher => language.word("higher is better"),
        Better::Lower => language.word("lower is better"),
        Better::Neither => language.word("neither way is better"),
    };
    let unit = metric.unit.as_str().replace('_', " ");
    let mut facts = vec![
        (language.word("Formula").to_owned(), metric::formula_in(language, metric)),
        (language.word("Unit").to_owned(), format!("{}, {better}", language.word(&unit))),
        (language.word("Source").to_owned(), language.word(&metric.source).to_owned()),
    ];
    facts.extend(card.into_iter().flat_map(|card| evidence(language, card)));
    Some(Definition {
        id: id.to_owned(),
        title: title(language, metric).to_owned(),
        // A figure that the report only shows in slices has none over all of them here.
        value: card.map_or_else(|| language.word("shown in slices").to_owned(), |card| value(language, card)),
        meaning: language.word(&metric.meaning).to_owned(),
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
    // Bands of age are no column of the fact, and no condition on its rows.
    let slices = |by: &[String]| !by.is_empty() && by.iter().all(|name| name != AGE_BAND);
    let cut = report.requests().into_iter().find(|request| request.metric == id && slices(&request.by));
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

fn evidence(language: &Language, card: &Card) -> Vec<(String, String)> {
    let measure = card.current();
    let mut facts = Vec::new();
    let mut add = |name: &str, text: String| facts.push((name.to_owned(), text));
    if let (Some(over), Some(under)) = (measure.numerator, measure.denominator) {
        add(language.word("With numbers"), format!("{} / {}", plain(language, over), plain(language, under)));
    }
    if let Some(target) = &card.target {
        let own = figure::target(language, &card.metric, target.target);
        let scores = match target.limit.map(|limit| figure::target(language, &card.metric, limit)) {
            Some(limit) => {
                language.say("{target} scores 100, {limit} scores 0", &[("target", &own), ("limit", &limit)])
            }
            None => own,
        };
        let by = match target.declared_by {
            DeclaredBy::Default => Some(language.word("the metric's default, agreed with nobody")),
            DeclaredBy::Chance => Some(language.word("what chance gives: only an interval wholly beyond it is missed")),
            DeclaredBy::Project => None,
        };
        add(language.word("Target"), scores + &by.map_or_else(String::new, |by| format!(" ({by})")));
    }
    if let Some(score) = card.score {
        add(language.word("Score"), language.say("{points} of 100", &[("points", &format!("{score:.0}"))]));
    }
    add(language.word("n"), figure::count(language, measure.n as f64));
    if let Some(interval) = figure::interval(language, &card.metric, measure) {
        add(language.word("95 % interval"), interval);
    }
    if let Some(coverage) = measure.coverage {
        add(language.word("Coverage"), figure::share(language, coverage, None));
    }
    if card.limits.is_some() {
        add(language.word("Control chart"), chart(language, &card.signal, card.current().period.kind));
    }
    let excluded = left_out(language, &card.metric, &measure.excluded);
    if !excluded.is_empty() {
        add(language.word("Left out"), excluded.join(", "));
    }
    let flags = flags(language, measure);
    if !flags.is_empty() {
        add(language.word("Flags"), flags.join(", "));
    }
    if let Some(words) = published(language, card) {
        add(language.word("Earlier runs"), words);
    }
    facts
}

/// A number as exact as it is useful to read.
fn plain(language: &Language, value: f64) -> String {
    if value.fract() == 0.0 { figure::count(language, value) } else { language.decimals(value, 3) }
}
