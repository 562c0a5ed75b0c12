//! From a scorecard to a document: each section of the report's declaration becomes blocks of final text.

mod accounting;
mod balance;
mod completeness;
mod definitions;
mod figures;
mod objective;
mod objective_page;
mod quality;
mod restated;
mod shares;
mod table;
mod tiles;

pub use restated::words as records_in_words;

use std::collections::BTreeMap;

use super::document::{Block, Cell, Document, Section, Span};
use super::figure;
use super::stale;
use super::statement;
use super::v1;
use super::verdict::verdict;
use super::words::moment;
use crate::declaration::metric::Definition;
use crate::declaration::report::{Kind, ReportDefinition, Section as Declared};
use crate::scorecard::restated::Restatement;
use crate::scorecard::scorecard::{Card, Scorecard};

/// The report on a scorecard, ready to be written out.
pub fn compose(scorecard: &Scorecard, report: &ReportDefinition) -> Document {
    let label = scorecard.period.label(scorecard.zone);
    let mut sections = Vec::new();
    for declared in &report.sections {
        if let Some(section) = section(scorecard, report, declared, sections.len()) {
            sections.push(section);
        }
    }
    if !report.sections.iter().any(|section| section.kind == Kind::Definitions) {
        sections.iter_mut().flat_map(|section| &mut section.blocks).for_each(undefined);
    }
    Document {
        language: report.language.clone(),
        title: format!("{} · {} · {label}", scorecard.project, report.title.to_lowercase()),
        meta: meta(scorecard),
        sections,
        foot: format!(
            "Made by nines {} from the exports of {}. Figures: nines report {} --period {} --format json",
            scorecard.version, scorecard.project, report.name, scorecard.period.id
        ),
        words: layout(scorecard),
        data: v1::Report::of(scorecard, report),
    }
}

/// Words that layouts add to those of the sections.
const LAYOUT: [&str; 31] = [
    "Contents",
    "Page",
    "Filter",
    "All",
    "Copy chart",
    "Copied",
    "Sort by",
    "rows shown",
    // Print and workbook.
    "Formula",
    "Summary",
    "Figures",
    "Past figures",
    "Chart data",
    "Small trends",
    "Figure",
    "Value",
    "Change",
    "Trend",
    "Signal",
    "Evidence",
    "Id",
    "Meaning",
    "mean",
    "target",
    "lower limit",
    "upper limit",
    "even pace",
    "alerts",
    "still open",
    "better",
    "worse",
];

fn layout(scorecard: &Scorecard) -> BTreeMap<&'static str, String> {
    LAYOUT.into_iter().map(|word| (word, scorecard.language.word(word).to_owned())).collect()
}

/// Takes the ways to definitions out of a block: the page has none.
fn undefined(block: &mut Block) {
    match block {
        Block::Tiles { tiles } => tiles.iter_mut().for_each(|tile| tile.of = None),
        Block::Table(table) => {
            for cell in table.rows.iter_mut().flatten() {
                if let Cell::Figure { of, .. } = cell {
                    *of = None;
                }
            }
        }
        _ => {}
    }
}

/// The figures that a report shows and that an earlier run reported otherwise by the same definition, newest period first.
pub fn restated_figures<'s>(scorecard: &'s Scorecard, report: &ReportDefinition) -> Vec<&'s Restatement> {
    let mut found = restated::of_report(scorecard, report);
    found.retain(|one| !one.published.redefined);
    found
}

/// A page for each objective, where the report has such pages: file name without extension, and document.
pub fn objective_pages(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<(String, Document)> {
    if report.objective_sections.is_empty() {
        return Vec::new();
    }
    let declared = ReportDefinition { sections: report.objective_sections.clone(), ..report.clone() };
    let pages = scorecard.objectives.iter().map(|standing| {
        let one = Scorecard { objectives: vec![standing.clone()], ..scorecard.clone() };
        let mut document = compose(&one, &declared);
        let label = scorecard.period.label(scorecard.zone);
        document.title = format!("{} · {} · {label}", scorecard.project, standing.objective.title);
        // Ids may hold what a file name must not.
        let plain = |letter: char| if letter.is_alphanumeric() || letter == '-' { letter } else { '-' };
        let name: String = standing.objective.id.chars().map(plain).collect();
        (format!("{}-{name}-{}", report.name, scorecard.period.id), document)
    });
    pages.collect()
}

fn meta(scorecard: &Scorecard) -> Vec<String> {
    let mut parts = vec![
        format!("{}, {}", scorecard.period.dates(scorecard.zone), scorecard.zone.name()),
        format!("as of {}", moment(scorecard, scorecard.as_of)),
    ];
    if let Some(known_at) = scorecard.known_at {
        parts.push(format!("as known at {}", moment(scorecard, known_at)));
    }
    let understood = scorecard.quality.understood();
    parts.extend(understood.map(|share| format!("{} of the rows understood", figure::share(share, None))));
    let unread = scorecard.quality.unread.len();
    if unread > 0 {
        parts.push(format!("{} could not be read", figure::some(unread as u64, "file")));
    }
    parts
}

fn section(scorecard: &Scorecard, report: &ReportDefinition, declared: &Declared, position: usize) -> Option<Section> {
    let mut lead = Some(declared.lead.clone()).filter(|lead| !lead.is_empty());
    let mut title = Some(declared.title.clone()).filter(|title| !title.is_empty());
    let (label, blocks) = match declared.kind {
        Kind::Verdict => {
            title = None;
            ("In short", vec![Block::Verdict { spans: in_short(scorecard, report) }])
        }
        Kind::Tiles => {
            title = None;
            ("The pillars", vec![Block::Tiles { tiles: tiles::tiles(scorecard, declared) }])
        }
        Kind::Changes | Kind::Decisions if stale::dead_since(scorecard, report).is_some() => {
            lead = Some(stale::nothing_to_judge(scorecard));
            return Some(headed(declared, title, lead, position, Vec::new()));
        }
        Kind::Changes => {
            let watched = watched(scorecard, report);
            let mut statements = statement::changes(scorecard, &watched, &report.reasons());
            let judged = watched.iter().filter(|card| card.signal.unjudged.is_none()).count();
            let signals = statements.len();
            lead = Some(match judged {
                0 => "No figure has enough history yet to tell change from noise.".to_owned(),
                1 => format!("Only what the control limits call a signal: {signals} of 1 judged figure."),
                _ => format!(
                    "Only what the control limits call a signal: {signals} of {} judged figures.",
                    figure::count(judged as f64)
                ),
            });
            if judged == 0 {
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            ("What changed", listed(&mut statements, declared, "Nothing moved by more than its usual variation."))
        }
        Kind::Decisions => {
            let judged = judged(scorecard, report);
            if !judged.iter().any(|card| card.agreed().is_some()) {
                lead = Some("The project declares no target, so none can be missed.".to_owned());
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            if !judged.iter().any(|card| card.agreed().is_some() && card.current().value.is_some()) {
                lead = Some("No target of the project has a figure in this period, so none can be judged.".to_owned());
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            let mut statements = statement::decisions(scorecard, &judged);
            ("Decisions", listed(&mut statements, declared, "No target of the project is missed."))
        }
        Kind::Table => ("Table", table::table(scorecard, declared)),
        Kind::Figures => {
            let mut blocks = table::figures(scorecard, declared);
            blocks.extend(declared.balance.as_ref().and_then(|flow| balance::line(scorecard, flow)));
            ("Figures", blocks)
        }
        Kind::Matrix => ("Matrix", figures::matrix(scorecard, declared)),
        Kind::Bands => ("Bands", figures::bands(scorecard, declared)),
        Kind::Charts => ("Trends", figures::trends(scorecard, declared)),
        Kind::ObjectivesVerdict => {
            title = None;
            ("In short", objective::verdict(scorecard))
        }
        Kind::Objectives => ("Objectives", objective::table(scorecard, declared)),
        Kind::Objective => {
            title = None;
            ("In short", objective_page::head(scorecard))
        }
        Kind::BurnDown => ("Budget", objective_page::burn_down(scorecard)),
        Kind::BurnRates => ("Pace", objective_page::pace(scorecard)),
        Kind::Alerts => ("Alerts", objective::alerts(scorecard, declared)),
        Kind::BudgetShares => ("What took the budget", objective_page::shares(scorecard, declared)),
        Kind::BudgetPolicy => ("Policy", objective::policy(scorecard, declared)),
        Kind::Shares => ("Shares", shares::shares(scorecard, declared)),
        Kind::Accounting => ("Accounting", accounting::accounting(scorecard, declared)),
        Kind::Quality => ("Trust", quality::quality(scorecard, report)),
        Kind::Restated => ("Restated", restated::restated(scorecard, report, declared)),
        Kind::Definitions => {
            let definitions = definitions::definitions(scorecard, report);
            ("Definitions", vec![Block::Definitions { definitions }])
        }
    };
    if blocks.is_empty() {
        return None;
    }
    let section = headed(declared, title, lead, position, blocks);
    Some(if section.label.is_empty() { Section { label: label.to_owned(), ..section } } else { section })
}

/// The verdict; of records that end before the period only that, and none of them is praised for silence.
fn in_short(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<Span> {
    let said = |text: String| Span { text, alarm: false };
    if let Some(newest) = stale::dead_since(scorecard, report) {
        return vec![said(stale::verdict(scorecard, newest))];
    }
    let mut spans = verdict(scorecard, &watched(scorecard, report), &judged(scorecard, report));
    spans.extend(stale::behind(scorecard, report).into_iter().map(|sentence| said(format!(" {sentence}"))));
    spans
}

fn headed(
    declared: &Declared,
    title: Option<String>,
    lead: Option<String>,
    position: usize,
    blocks: Vec<Block>,
) -> Section {
    Section {
        id: format!("s{}", position + 1),
        label: title.clone().unwrap_or_default(),
        title,
        lead,
        beside: declared.beside,
        blocks,
    }
}

fn listed(statements: &mut Vec<super::document::Statement>, declared: &Declared, nothing: &str) -> Vec<Block> {
    if statements.is_empty() {
        let text = if declared.empty.is_empty() { nothing.to_owned() } else { declared.empty.clone() };
        return vec![Block::Note { text }];
    }
    let more = declared.limit.map_or(0, |limit| statements.len().saturating_sub(limit));
    let hidden = statements.split_off(statements.len() - more);
    let names: Vec<String> = hidden.into_iter().map(|statement| statement.subject).collect();
    let mut blocks = vec![Block::Statements { statements: std::mem::take(statements) }];
    blocks.extend(unshown(&names));
    blocks
}

/// Names of what a section has no room for, beyond which they are only counted.
const NAMED: usize = 8;

/// "2 more: Mail: availability; incidents."
fn unshown(names: &[String]) -> Option<Block> {
    let listed: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let rest = names.len().saturating_sub(NAMED);
    let others = match rest {
        0 => String::new(),
        1 => "; and one other".to_owned(),
        _ => format!("; and {} others", figure::count(rest as f64)),
    };
    (!names.is_empty()).then(|| Block::Note {
        text: format!("{} more: {}{others}.", figure::count(names.len() as f64), listed.join("; ")),
    })
}

/// Every figure of the report that has a history: what is watched for signals.
fn watched<'s>(scorecard: &'s Scorecard, report: &ReportDefinition) -> Vec<&'s Card> {
    let mut found = Vec::new();
    for request in report.requests().into_iter().filter(|request| request.history) {
        let dims: Vec<&str> = request.by.iter().map(String::as_str).collect();
        // An index moves because its parts do: they are the news, and its tile shows its own signal.
        let cards = scorecard.by_all(&request.metric, &dims);
        found.extend(cards.into_iter().filter(|card| !matches!(card.metric.definition, Definition::Index { .. })));
    }
    found
}

/// Every figure of the report: what is held against a target.
fn judged<'s>(scorecard: &'s Scorecard, report: &ReportDefinition) -> Vec<&'s Card> {
    let mut found = Vec::new();
    for request in report.requests() {
        let dims: Vec<&str> = request.by.iter().map(String::as_str).collect();
        found.extend(scorecard.by_all(&request.metric, &dims));
    }
    found
}

/// A title with the figure's own words, or the metric's id where nobody knows it.
fn title_of(scorecard: &Scorecard, metric: &str) -> String {
    scorecard.metrics.get(metric).map_or_else(|| metric.to_owned(), |metric| metric.title.clone())
}
