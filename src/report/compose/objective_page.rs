//! The sections of one objective's own page: how it stands, its budget over its window, its pace, and what took it.

use std::fmt;

use crate::declaration::report::Section;
use crate::report::document::{Block, BurnDown, Cell, Chart, Drawing, Fact, Heading, Span, Table};
use crate::report::objective::{self, State};
use crate::report::{dates, figure, words};
use crate::scorecard::scorecard::Scorecard;

/// One objective in large type: how it stands and what is left.
pub(super) fn head(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first() else { return Vec::new() };
    let (language, state) = (&scorecard.language, objective::state(one));
    let sentence = match state {
        State::NoData => {
            let why = objective::absence(language, one).unwrap_or(language.word("no data"));
            language.say("{title}: no figure, {why}.", &[("title", &one.objective.title), ("why", &why)])
        }
        _ => {
            let reached = objective::sli(language, one, one.sli().unwrap_or_default());
            let target = objective::target(language, one.objective.target);
            let values: [(&str, &dyn fmt::Display); 3] =
                [("title", &one.objective.title), ("reached", &reached), ("target", &target)];
            match state {
                State::Missed => language.say("{title} is missed: {reached} against a target of {target}.", &values),
                State::AtRisk => language.say("{title} is at risk: {reached} against a target of {target}.", &values),
                _ => language.say("{title} is met: {reached} against a target of {target}.", &values),
            }
        }
    };
    let mut spans = vec![Span { text: sentence, alarm: state == State::Missed }];
    spans.extend(
        objective::left(language, one)
            .map(|left| Span { text: format!(" {}.", words::upper_first(&left)), alarm: false }),
    );
    let mut facts = Vec::new();
    if let Some(consumed) = one.consumed() {
        let consumed = objective::share(language, consumed);
        facts.push(Fact::new(consumed, language.word("of the error budget consumed")));
        let allowed = objective::amount(language, one, one.allowed());
        facts.push(Fact::new(allowed, language.word("allowed in its window")));
        facts.push(Fact::new(one.alerts.len().to_string(), language.word("alerts since its window began")));
    }
    let mut blocks = vec![Block::Verdict { spans }];
    if !facts.is_empty() {
        blocks.push(Block::Facts { facts });
    }
    let mut text = format!(
        "{} · {} · {} · {}",
        objective::window(language, &one.objective.window),
        objective::method(language, one),
        objective::source(language, one),
        one.objective.file
    );
    if !one.objective.description.is_empty() {
        text = format!("{} {text}", one.objective.description);
    }
    blocks.push(Block::Note { text });
    blocks.extend(one.doubt.iter().map(|doubt| Block::Note { text: words::upper_first(language.word(doubt)) + "." }));
    blocks
}

/// The budget over its window.
pub(super) fn burn_down(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| !one.spent.is_empty()) else { return Vec::new() };
    let language = &scorecard.language;
    let (start, end) = one.window;
    let place = |at: i64| ((at - start) as f64 / (end - start).max(1) as f64).clamp(0.0, 1.0);
    let mut points = vec![(0.0, 1.0)];
    points.extend(one.spent.iter().map(|(at, spent)| (place(*at), 1.0 - spent)));
    let remaining = one.remaining().unwrap_or_default();
    let day = |at: i64| dates::short_date(language, at, scorecard.zone);
    let pages: Vec<f64> = one
        .alerts
        .iter()
        .filter(|alert| alert.severity == "page" && alert.fired >= start)
        .map(|alert| place(alert.fired))
        .collect();
    let passed = place(one.moment);
    let caption = match remaining {
        left if left < 0.0 => language.word("The budget is overspent").to_owned(),
        left if left < 1.0 - passed - 0.02 => language.word("The budget goes faster than its window").to_owned(),
        _ => language.word("The budget lasts").to_owned(),
    };
    let rest = objective::share(language, remaining);
    let alt = language.say(
        "Remaining error budget from {first} to {last}: {share} at the end, {n} page alerts.",
        &[("first", &day(start)), ("last", &day(one.moment)), ("share", &rest), ("n", &pages.len())],
    );
    let drawing = BurnDown {
        points,
        alerts: pages,
        first_day: day(start),
        last_day: day(end - 1),
        last: language.say("{amount} left", &[("amount", &rest)]),
        nothing: language.word("nothing left").to_owned(),
    };
    vec![Block::Chart(Chart {
        caption,
        alt,
        evidence: language
            .word(
                "Line: what remains of the error budget. Dashed: the pace at which it would last exactly its window. Red \
                 marks: pages.",
            )
            .to_owned(),
        drawing: Drawing::BurnDown(drawing),
    })]
}

/// Burn rates and the forecast.
pub(super) fn pace(scorecard: &Scorecard) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| !one.burns.is_empty()) else { return Vec::new() };
    let language = &scorecard.language;
    let columns = vec![
        Heading::left(language.word("Over the last")),
        Heading::right(language.word("Burn rate")),
        Heading::right(language.word("Observed")),
    ];
    let rows = one.burns.iter().map(|burn| {
        let few = if burn.low { language.word("too few to alert on") } else { "" };
        vec![
            Cell::text(figure::seconds_text(language, burn.lookback_s as f64)),
            Cell::Text {
                text: burn.rate.map_or_else(|| figure::NOTHING.to_owned(), |rate| objective::rate_text(language, rate)),
                small: String::new(),
                missing: burn.rate.is_none(),
            },
            Cell::Text { text: objective::amount(language, one, burn.events), small: few.to_owned(), missing: false },
        ]
    });
    let table = Table {
        by: None,
        caption: language.word("Burn rates; 1 spends the budget exactly in its window").to_owned(),
        columns,
        rows: rows.collect(),
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(objective::forecast(language, one).map(|text| Block::Note { text }));
    blocks
}

/// What took the budget.
pub(super) fn shares(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let Some(one) = scorecard.objectives.first().filter(|one| one.consumed().is_some()) else { return Vec::new() };
    let language = &scorecard.language;
    let columns = vec![
        Heading::left(language.word("Incident")),
        Heading::left(language.word("Cause")),
        Heading::right(language.word("Bad")),
        Heading::right(language.word("Share of the budget")),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let more = section.limit.map_or(0, |limit| one.incidents.len().saturating_sub(limit));
    for share in &one.incidents[..one.incidents.len() - more] {
        rows.push(vec![
            Cell::Text {
                text: share.incident.clone(),
                small: dates::moment_of_year(language, share.started_at, scorecard.zone),
                missing: false,
            },
            Cell::text(share.cause.clone().unwrap_or_else(|| language.word("not recorded").to_owned())),
            Cell::text(objective::amount(language, one, share.bad)),
            Cell::text(objective::share(language, share.share)),
        ]);
    }
    let rest: f64 = one.incidents[one.incidents.len() - more..].iter().map(|share| share.bad).sum();
    let mut sum = |name: String, bad: f64| {
        rows.push(vec![
            Cell::text(name),
            Cell::text(""),
            Cell::text(objective::amount(language, one, bad)),
            Cell::text(if one.allowed() > 0.0 {
                objective::share(language, bad / one.allowed())
            } else {
                figure::NOTHING.to_owned()
            }),
        ]);
    };
    if more > 0 {
        let (n, number) = (more as u64, figure::number_word(language, more as u64));
        sum(language.count(n, "one further incident", "{n} further incidents", &[("n", &number)]), rest);
    }
    sum(language.word("no incident").to_owned(), one.unexplained);
    sum(language.word("all").to_owned(), one.incidents.iter().map(|share| share.bad).sum::<f64>() + one.unexplained);
    if one.objective.is_composite() {
        return Vec::new();
    }
    let caption = language.word("Bad events by incident; each is laid at one at most").to_owned();
    vec![Block::Table(Table { caption, by: None, columns, rows })]
}
