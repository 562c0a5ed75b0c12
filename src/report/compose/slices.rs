//! What each figure in a slice rests on: the evidence that a table of figures has no room for, one row a slice.

use std::collections::BTreeSet;

use crate::declaration::language::Language;
use crate::declaration::report::ReportDefinition;
use crate::report::document::{Cell, Heading, Table};
use crate::report::figure;
use crate::report::words::{self, flags, left_out, published, slice, upper_first, value};
use crate::scorecard::scorecard::{Card, Scorecard};

/// A table for each combination of dimensions that the report cuts a metric by.
pub(super) fn slices(scorecard: &Scorecard, report: &ReportDefinition, id: &str) -> Vec<Table> {
    let cuts: BTreeSet<Vec<String>> = report
        .requests()
        .into_iter()
        .filter(|request| request.metric == id && !request.by.is_empty())
        .map(|request| request.by)
        .collect();
    cuts.iter().filter_map(|by| table(scorecard, id, by)).collect()
}

fn table(scorecard: &Scorecard, id: &str, by: &[String]) -> Option<Table> {
    let language = &scorecard.language;
    let names: Vec<&str> = by.iter().map(String::as_str).collect();
    let mut cards = scorecard.by_all(id, &names);
    cards.retain(|card| card.current().value.is_some() || card.current().rows > 0);
    if cards.is_empty() {
        return None;
    }
    let headings = [
        Heading::right(language.word("With numbers")),
        Heading::right(language.word("n")),
        Heading::right(language.word("95 % interval")),
        Heading::right(language.word("Coverage")),
        Heading::left(language.word("Left out")),
        Heading::left(language.word("Flags")),
    ];
    let texts: Vec<[String; 6]> = cards.iter().map(|card| evidence(language, card)).collect();
    // A column that says the same nothing of every slice says nothing.
    let kept: Vec<usize> =
        (0..headings.len()).filter(|column| texts.iter().any(|row| !row[*column].is_empty())).collect();
    let dimension = by.iter().map(|name| words::dimension(language, name)).collect::<Vec<_>>().join(", ");
    let mut columns = vec![Heading::left(upper_first(&dimension)), Heading::right(language.word("Figure"))];
    columns.extend(kept.iter().map(|column| headings[*column].clone()));
    let rows = cards.iter().zip(&texts).map(|(card, texts)| {
        let number = figure::number_of(language, &card.metric, card.current());
        let (text, missing) = (value(language, card), card.current().value.is_none());
        let shown = Cell::Figure { text, small: String::new(), missing, number, of: None };
        let mut cells = vec![Cell::text(slice(language, card)), shown];
        cells.extend(kept.iter().map(|column| Cell::text(texts[*column].as_str())));
        cells
    });
    Some(Table {
        caption: language.say("By {dimension}", &[("dimension", &dimension)]),
        by: None,
        columns,
        rows: rows.collect(),
    })
}

/// Numbers, n, interval, coverage, what is left out, and flags; each may be empty.
fn evidence(language: &Language, card: &Card) -> [String; 6] {
    let measure = card.current();
    let mut doubts = flags(language, measure);
    doubts.extend(published(language, card));
    [
        numbers(language, card),
        figure::count(language, measure.n as f64),
        figure::interval(language, &card.metric, measure).unwrap_or_default(),
        measure.coverage.map_or_else(String::new, |share| figure::share(language, share, None)),
        left_out(language, &card.metric, &measure.excluded).join(", "),
        doubts.join(", "),
    ]
}

/// "10 052 / 10 080".
fn numbers(language: &Language, card: &Card) -> String {
    let plain = |value: f64| match value.fract() == 0.0 {
        true => figure::count(language, value),
        false => language.decimals(value, 3),
    };
    match (card.current().numerator, card.current().denominator) {
        (Some(over), Some(under)) => format!("{} / {}", plain(over), plain(under)),
        _ => String::new(),
    }
}

/// The condition that picks one slice out of the rows of its fact, " --where \"service = 'Payments'\"", on a page about one value of
/// a dimension that too; empty for an overall figure of all.
pub(super) fn condition(scorecard: &Scorecard, card: Option<&Card>) -> String {
    let one = |(name, value): (&String, &String)| match value.is_empty() {
        true => format!("{name} IS NULL"),
        false => format!("{name} = '{}'", value.replace('\'', "''")),
    };
    let own = scorecard.of.iter().map(|(name, value)| (name, value));
    let conditions: Vec<String> = own.chain(card.into_iter().flat_map(|card| &card.dims)).map(one).collect();
    match conditions.as_slice() {
        [] => String::new(),
        // What stands in double quotes means something to a shell.
        several => format!(" --where \"{}\"", several.join(" AND ").replace(['\\', '"', '$', '`'], "?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::scorecard::example;

    #[test]
    fn every_slice_of_a_figure_has_its_row_with_what_it_rests_on() {
        let scorecard = example::rich();
        let reports = Definitions::load(&Catalogue::embedded()).reports;
        let tables = slices(&scorecard, &reports["weekly"], "availability");
        let cards = scorecard.by("availability", "service");
        assert_eq!(tables.len(), 1);
        let known = cards.iter().filter(|card| card.current().value.is_some() || card.current().rows > 0).count();
        assert_eq!(tables[0].rows.len(), known);
        assert!(tables[0].rows.iter().all(|row| row.len() == tables[0].columns.len()));
        let card = scorecard.card("availability", &[("service", "Payments")]);
        assert_eq!(condition(&scorecard, card), " --where \"service = 'Payments'\"");
        assert_eq!(condition(&scorecard, None), "");
        let one = scorecard.within("service", "Payments");
        assert_eq!(condition(&one, None), " --where \"service = 'Payments'\"");
    }
}
