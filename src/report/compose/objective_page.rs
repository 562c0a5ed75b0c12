//! The sections of one objective's own page: how it stands, its budget over its window, its pace, and what took it.

use crate::arithmetic::local_time::to_local;
use crate::declaration::report::Section;
use crate::report::document::{Block, BurnDown, Cell, Chart, Drawing, Fact, Heading, Span, Table};
use crate::report::objective::{self, State};
use crate::report::{figure, words};
use crate::scorecard::scorecard::Scorecard;

/// One objective in large type: how it stands and what is left.
pub(super) fn head(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first() else { return Vec::new() };
    let state = objective::state(one);
    let sentence = match state {
        State::NoData => {
            format!("{}: no figure, {}.", one.objective.title, objective::absence(one).unwrap_or("no data"))
        }
        _ => {
            let sli = one.sli().unwrap_or_default();
            let word = match state {
                State::Missed => "is missed",
                State::AtRisk => "is at risk",
                _ => "is met",
            };
            format!(
                "{} {word}: {} against a target of {}.",
                one.objective.title,
                objective::sli(one, sli),
                objective::target(one.objective.target)
            )
        }
    };
    let mut spans = vec![Span { text: sentence, alarm: state == State::Missed }];
    spans.extend(
        objective::left(one).map(|left| Span { text: format!(" {}.", words::upper_first(&left)), alarm: false }),
    );
    let mut facts = Vec::new();
    if let Some(consumed) = one.consumed() {
        facts.push(Fact::new(objective::share(consumed), "of the error budget consumed"));
        facts.push(Fact::new(objective::amount(one, one.allowed()), "allowed in its window"));
        facts.push(Fact::new(one.alerts.len().to_string(), "alerts since its window began"));
    }
    let mut blocks = vec![Block::Verdict { spans }];
    if !facts.is_empty() {
        blocks.push(Block::Facts { facts });
    }
    let mut text = format!(
        "{} · {} · {} · {}",
        one.objective.window.words(),
        objective::method(one),
        objective::source(one),
        one.objective.file
    );
    if !one.objective.description.is_empty() {
        text = format!("{} {text}", one.objective.description);
    }
    blocks.push(Block::Note { text });
    blocks.extend(one.doubt.iter().map(|doubt| Block::Note { text: words::upper_first(doubt) + "." }));
    blocks
}

/// The budget over its window.
pub(super) fn burn_down(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| !one.spent.is_empty()) else { return Vec::new() };
    let (start, end) = one.window;
    let place = |at: i64| ((at - start) as f64 / (end - start).max(1) as f64).clamp(0.0, 1.0);
    let mut points = vec![(0.0, 1.0)];
    points.extend(one.spent.iter().map(|(at, spent)| (place(*at), 1.0 - spent)));
    let remaining = one.remaining().unwrap_or_default();
    let day =
        |at: i64| to_local(at, scorecard.zone).map_or_else(String::new, |local| local.format("%-d %b %Y").to_string());
    let pages: Vec<f64> = one
        .alerts
        .iter()
        .filter(|alert| alert.severity == "page" && alert.fired >= start)
        .map(|alert| place(alert.fired))
        .collect();
    let passed = place(one.moment);
    let caption = match remaining {
        left if left < 0.0 => "The budget is overspent".to_owned(),
        left if left < 1.0 - passed - 0.02 => "The budget goes faster than its window".to_owned(),
        _ => "The budget lasts".to_owned(),
    };
    let alt = format!(
        "Remaining error budget from {} to {}: {} at the end, {} page alerts.",
        day(start),
        day(one.moment),
        objective::share(remaining),
        pages.len()
    );
    let drawing = BurnDown {
        points,
        alerts: pages,
        first_day: day(start),
        last_day: day(end - 1),
        last: format!("{} left", objective::share(remaining)),
        nothing: scorecard.language.word("nothing left").to_owned(),
    };
    vec![Block::Chart(Chart {
        caption,
        alt,
        evidence: "Line: what remains of the error budget. Dashed: the pace at which it would last exactly its window. Red marks: pages.".to_owned(),
        drawing: Drawing::BurnDown(drawing),
    })]
}

/// Burn rates and the forecast.
pub(super) fn pace(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| !one.burns.is_empty()) else { return Vec::new() };
    let columns = vec![Heading::left("Over the last"), Heading::right("Burn rate"), Heading::right("Observed")];
    let rows = one.burns.iter().map(|burn| {
        let few = if burn.low { "too few to alert on" } else { "" };
        vec![
            Cell::text(figure::seconds_text(burn.lookback_s as f64)),
            Cell::Text {
                text: burn.rate.map_or_else(|| figure::NOTHING.to_owned(), objective::rate_text),
                small: String::new(),
                missing: burn.rate.is_none(),
            },
            Cell::Text { text: objective::amount(one, burn.events), small: few.to_owned(), missing: false },
        ]
    });
    let table = Table {
        by: None,
        caption: "Burn rates; 1 spends the budget exactly in its window".to_owned(),
        columns,
        rows: rows.collect(),
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(objective::forecast(one).map(|text| Block::Note { text }));
    blocks
}

/// What took the budget.
pub(super) fn shares(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| one.consumed().is_some()) else { return Vec::new() };
    let columns = vec![
        Heading::left("Incident"),
        Heading::left("Cause"),
        Heading::right("Bad"),
        Heading::right("Share of the budget"),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let more = section.limit.map_or(0, |limit| one.incidents.len().saturating_sub(limit));
    for share in &one.incidents[..one.incidents.len() - more] {
        rows.push(vec![
            Cell::Text {
                text: share.incident.clone(),
                small: objective::moment(share.started_at, scorecard.zone),
                missing: false,
            },
            Cell::text(share.cause.clone().unwrap_or_else(|| "not recorded".to_owned())),
            Cell::text(objective::amount(one, share.bad)),
            Cell::text(objective::share(share.share)),
        ]);
    }
    let rest: f64 = one.incidents[one.incidents.len() - more..].iter().map(|share| share.bad).sum();
    let mut sum = |name: String, bad: f64| {
        rows.push(vec![
            Cell::text(name),
            Cell::text(""),
            Cell::text(objective::amount(one, bad)),
            Cell::text(if one.allowed() > 0.0 {
                objective::share(bad / one.allowed())
            } else {
                figure::NOTHING.to_owned()
            }),
        ]);
    };
    if more > 0 {
        sum(figure::some(more as u64, "further incident"), rest);
    }
    sum("no incident".to_owned(), one.unexplained);
    sum("all".to_owned(), one.incidents.iter().map(|share| share.bad).sum::<f64>() + one.unexplained);
    if one.objective.is_composite() {
        return Vec::new();
    }
    let caption = "Bad events by incident; each is laid at one at most".to_owned();
    vec![Block::Table(Table { caption, by: None, columns, rows })]
}
