//! From a scorecard to a document: each section of the report's declaration becomes blocks of final text.

mod accounting;
mod balance;
mod charts;
mod completeness;
mod definitions;
mod figures;
mod freshness;
mod objective;
mod objective_page;
mod quality;
mod restated;
mod shares;
mod slices;
mod table;
mod tiles;

pub use charts::{PERCENTILES, TIMES};
pub use restated::words as records_in_words;

use std::collections::BTreeMap;

use super::dates::{self, moment};
use super::document::{Block, Cell, Document, Section, Span};
use super::figure;
use super::stale;
use super::statement;
use super::v1;
use super::verdict::verdict;
use super::words;
use crate::arithmetic::local_time::rfc3339;
use crate::declaration::language::Language;
use crate::declaration::metric::Definition;
use crate::declaration::report::{Kind, OBJECTIVE, ReportDefinition, Section as Declared};
use crate::scorecard::restated::Restatement;
use crate::scorecard::scorecard::{Card, Scorecard};

/// The report on a scorecard, ready to be written out.
pub fn compose(scorecard: &Scorecard, report: &ReportDefinition) -> Document {
    let language = &scorecard.language;
    let label = dates::label(language, &scorecard.period, scorecard.zone);
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
        language: language.tag.clone(),
        title: format!("{} · {} · {label}", scorecard.project, language.word(&report.title).to_lowercase()),
        meta: meta(scorecard),
        name: report.name.clone(),
        heading: language.word(&report.title).to_owned(),
        period: scorecard.period.id.clone(),
        label,
        start: rfc3339(scorecard.period.start),
        of: None,
        audience: language.word(&report.audience).to_owned(),
        sections,
        foot: language.say(
            "Made by nines {version} from the exports of {project}. Figures: {command}",
            &[
                ("version", &scorecard.version),
                ("project", &scorecard.project),
                ("command", &format!("nines report {} --period {} --format json", report.name, scorecard.period.id)),
            ],
        ),
        words: layout(scorecard),
        titles: scorecard.cards.values().map(|card| (card.metric.id.clone(), card.metric.title.clone())).collect(),
        mail: None,
        data: v1::Report::of(scorecard, report),
    }
}

/// Words that layouts add to those of the sections.
pub const LAYOUT: [&str; 36] = [
    "All",
    "All reports",
    "Change",
    "Chart data",
    "Contents",
    "Copied",
    "Copy chart",
    "Evidence",
    "Figure",
    "Figures",
    "Filter",
    "Formula",
    "Id",
    "Meaning",
    "Page",
    "Past figures",
    "Service",
    "Signal",
    "Small trends",
    "Sort by",
    "Summary",
    "To the content",
    "Trend",
    "Value",
    "What a figure means and rests on",
    "alerts",
    "better",
    "even pace",
    "lower limit",
    "mean",
    "rows shown",
    "still open",
    "target",
    "upper limit",
    "usual range",
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

/// The further pages of a report, one for each value of the dimension that they are by: file name without extension, and document.
pub fn pages(scorecard: &Scorecard, report: &ReportDefinition) -> Vec<(String, Document)> {
    let Some(pages) = &report.pages else { return Vec::new() };
    let declared = report.page(pages);
    let label = dates::label(&scorecard.language, &scorecard.period, scorecard.zone);
    let page = |id: &str, title: &str, one: &Scorecard| {
        let mut document = compose(one, &declared);
        document.of = Some(title.to_owned());
        let title = match pages.title.as_str() {
            "" => title.to_owned(),
            own => format!("{}: {title}", scorecard.language.word(own)),
        };
        document.title = format!("{} · {title} · {label}", scorecard.project);
        // Ids and names may hold what a file name must not.
        let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '-' };
        let name: String = id.to_lowercase().chars().map(plain).collect();
        (format!("{}-{name}-{}", report.name, scorecard.period.id), document)
    };
    let mut found: Vec<(String, Document)> = match pages.by.as_str() {
        OBJECTIVE => scorecard
            .objectives
            .iter()
            .map(|standing| {
                let one = Scorecard { objectives: vec![standing.clone()], ..scorecard.clone() };
                page(&standing.objective.id, &standing.objective.title, &one)
            })
            .collect(),
        by => scorecard
            .known_values(by)
            .into_iter()
            .map(|value| page(value, value, &scorecard.within(by, value)))
            .collect(),
    };
    // Two names that differ only in what a file name must not hold are two pages all the same.
    for place in 1..found.len() {
        let taken = |name: &str, found: &[(String, Document)]| found[..place].iter().any(|(other, _)| other == name);
        let mut name = found[place].0.clone();
        let mut count = 1;
        while taken(&name, &found) {
            count += 1;
            name = format!("{}-{count}", found[place].0);
        }
        found[place].0 = name;
    }
    found
}

fn meta(scorecard: &Scorecard) -> Vec<String> {
    let language = &scorecard.language;
    let dates = dates::dates(language, &scorecard.period, scorecard.zone);
    let mut parts = vec![
        format!("{dates}, {}", scorecard.zone.name()),
        language.say("as of {moment}", &[("moment", &moment(scorecard, scorecard.as_of))]),
    ];
    if let Some(known_at) = scorecard.known_at {
        parts.push(language.say("as known at {moment}", &[("moment", &moment(scorecard, known_at))]));
    }
    if let Some(share) = scorecard.quality.understood() {
        let share = figure::share(language, share, None);
        parts.push(language.say("{share} of the rows understood", &[("share", &share)]));
    }
    let unread = scorecard.quality.unread.len() as u64;
    if unread > 0 {
        let number = figure::number_word(language, unread);
        parts.push(language.count(
            unread,
            "one file could not be read",
            "{n} files could not be read",
            &[("n", &number)],
        ));
    }
    parts
}

fn section(scorecard: &Scorecard, report: &ReportDefinition, declared: &Declared, position: usize) -> Option<Section> {
    let language = &scorecard.language;
    let own = |text: &str| Some(text).filter(|text| !text.is_empty()).map(|text| language.word(text).to_owned());
    let (mut lead, mut title) = (own(&declared.lead), own(&declared.title));
    let (label, blocks) = match declared.kind {
        Kind::Verdict => {
            title = None;
            (language.word("In short"), vec![Block::Verdict { spans: in_short(scorecard, report) }])
        }
        Kind::Tiles => {
            title = None;
            (language.word("The pillars"), vec![Block::Tiles { tiles: tiles::tiles(scorecard, declared) }])
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
                0 => language.word("No figure has enough history yet to tell change from noise.").to_owned(),
                _ => language.count(
                    judged as u64,
                    "Only what the control limits call a signal: {signals} of 1 judged figure.",
                    "Only what the control limits call a signal: {signals} of {n} judged figures.",
                    &[("signals", &signals), ("n", &figure::count(language, judged as f64))],
                ),
            });
            if judged == 0 {
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            let nothing = language.word("Nothing moved by more than its usual variation.");
            (language.word("What changed"), listed(language, &mut statements, declared, nothing))
        }
        Kind::Decisions => {
            let judged = judged(scorecard, report);
            if !judged.iter().any(|card| card.agreed().is_some()) {
                let none =
                    language.word("The project declares no target for a figure of this report, so none can be missed.");
                lead = Some(none.to_owned());
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            if !judged.iter().any(|card| card.agreed().is_some() && card.current().value.is_some()) {
                let none =
                    language.word("No target of the project has a figure in this period, so none can be judged.");
                lead = Some(none.to_owned());
                return Some(headed(declared, title, lead, position, Vec::new()));
            }
            let mut statements = statement::decisions(scorecard, &judged);
            let nothing = language.word("No target of the project is missed.");
            (language.word("Decisions"), listed(language, &mut statements, declared, nothing))
        }
        Kind::Table => (language.word("Table"), table::table(scorecard, declared)),
        Kind::Figures => {
            let mut blocks = table::figures(scorecard, declared);
            blocks.extend(declared.balance.as_ref().and_then(|flow| balance::line(scorecard, flow)));
            (language.word("Figures"), blocks)
        }
        Kind::Matrix => (language.word("Matrix"), figures::matrix(scorecard, declared)),
        Kind::Bands => (language.word("Bands"), figures::bands(scorecard, declared)),
        Kind::Charts => (language.word("Trends"), figures::trends(scorecard, declared)),
        Kind::ObjectivesVerdict => {
            title = None;
            (language.word("In short"), objective::verdict(scorecard))
        }
        Kind::Objectives => (language.word("Objectives"), objective::table(scorecard, declared)),
        Kind::Objective => {
            title = None;
            (language.word("In short"), objective_page::head(scorecard))
        }
        Kind::BurnDown => (language.word("Budget"), objective_page::burn_down(scorecard)),
        Kind::BurnRates => (language.word("Pace"), objective_page::pace(scorecard)),
        Kind::Alerts => (language.word("Alerts"), objective::alerts(scorecard, declared)),
        Kind::BudgetShares => (language.word("What took the budget"), objective_page::shares(scorecard, declared)),
        Kind::BudgetPolicy => (language.word("Policy"), objective::policy(scorecard, declared)),
        Kind::Calendar
        | Kind::Survival
        | Kind::Histogram
        | Kind::Pareto
        | Kind::Flow
        | Kind::Funnel
        | Kind::Multiples
        | Kind::Waterfall => charts::section(scorecard, declared)?,
        Kind::Shares => (language.word("Shares"), shares::shares(scorecard, declared)),
        Kind::Accounting => (language.word("Accounting"), accounting::accounting(scorecard, declared)),
        Kind::Quality => (language.word("Trust"), quality::quality(scorecard, report)),
        Kind::Restated => (language.word("Restated"), restated::restated(scorecard, report, declared)),
        Kind::Definitions => {
            let definitions = definitions::definitions(scorecard, report);
            (language.word("Definitions"), vec![Block::Definitions { definitions }])
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
    // A report without figures of its own knows nothing of the period, good or bad.
    if report.requests().is_empty() {
        return vec![said(scorecard.language.word("This report shows no figures, so it judges none.").to_owned())];
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
        kind: declared.kind,
        label: title.clone().unwrap_or_default(),
        title,
        lead,
        beside: declared.beside,
        blocks,
    }
}

fn listed(
    language: &Language,
    statements: &mut Vec<super::document::Statement>,
    declared: &Declared,
    nothing: &str,
) -> Vec<Block> {
    if statements.is_empty() {
        return note(language, declared, nothing);
    }
    let more = declared.limit.map_or(0, |limit| statements.len().saturating_sub(limit));
    let hidden = statements.split_off(statements.len() - more);
    let names: Vec<String> = hidden.into_iter().map(|statement| statement.subject).collect();
    let mut blocks = vec![Block::Statements { statements: std::mem::take(statements) }];
    blocks.extend(unshown(language, &names));
    blocks
}

/// Names of what a section has no room for, beyond which they are only counted.
const NAMED: usize = 8;

/// "2 more: Mail: availability; incidents."
fn unshown(language: &Language, names: &[String]) -> Option<Block> {
    let mut listed = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let rest = names.len().saturating_sub(NAMED) as u64;
    if rest > 0 {
        let number = figure::count(language, rest as f64);
        listed.push_str("; ");
        listed.push_str(&language.count(rest, "and one other", "and {n} others", &[("n", &number)]));
    }
    let number = figure::count(language, names.len() as f64);
    (!names.is_empty())
        .then(|| Block::Note { text: language.say("{n} more: {names}.", &[("n", &number), ("names", &listed)]) })
}

/// What a section says where it has nothing to show: its own words, or those of its kind.
fn note(language: &Language, section: &Declared, otherwise: &str) -> Vec<Block> {
    let text = if section.empty.is_empty() { otherwise } else { language.word(&section.empty) };
    vec![Block::Note { text: text.to_owned() }]
}

/// "Services: one row per service".
fn one_row_per(language: &Language, section: &Declared, dimension: &str) -> String {
    language.say(
        "{title}: one row per {dimension}",
        &[("title", &language.word(&section.title)), ("dimension", &words::dimension(language, dimension))],
    )
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
    let title = scorecard.metrics.get(metric).map(|metric| words::title(&scorecard.language, metric));
    title.unwrap_or(metric).to_owned()
}
