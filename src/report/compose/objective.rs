//! The sections about objectives: all of them in a table, their alerts, and what policies ask.

use crate::declaration::report::Section;
use crate::facts::objective::{Fired, PolicyState, Standing};
use crate::report::document::{Block, Cell, Heading, Mark, Span, Statement, Table, Tone};
use crate::report::objective::{self, State};
use crate::report::{figure, words};
use crate::scorecard::scorecard::Scorecard;

fn note(section: &Section, otherwise: &str) -> Vec<Block> {
    let text = if section.empty.is_empty() { otherwise.to_owned() } else { section.empty.clone() };
    vec![Block::Note { text }]
}

/// "Two of nine objectives are missed: ..." in large type.
pub(super) fn verdict(scorecard: &Scorecard) -> Vec<Block> {
    let all = &scorecard.objectives;
    let of = |state: State| {
        let mut found: Vec<&Standing> = all.iter().filter(|one| objective::state(one) == state).collect();
        let weight = |one: &Standing| one.consumed().unwrap_or_default();
        found.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        found
    };
    let (missed, risk, none) = (of(State::Missed), of(State::AtRisk), of(State::NoData));
    let names = |standings: &[&Standing]| {
        words::join(&standings.iter().take(4).map(|one| one.objective.title.clone()).collect::<Vec<_>>())
    };
    let judged = all.len() - none.len();
    let span = |text: String, alarm: bool| Span { text, alarm };
    let mut spans = Vec::new();
    if judged == 0 {
        spans.push(span("No objective has a figure in this period.".to_owned(), false));
    } else if missed.is_empty() {
        spans.push(span(format!("All {} are met.", figure::some(judged as u64, "objective")), false));
    } else {
        let count = format!(
            "{} of {}",
            words::upper_first(&figure::number_word(missed.len() as u64)),
            figure::some(judged as u64, "objective")
        );
        let verb = if missed.len() == 1 { "is" } else { "are" };
        spans.push(span(format!("{count} {verb} missed: "), false));
        let more = missed.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        spans.push(span(format!("{}{more}.", names(&missed)), true));
    }
    if !risk.is_empty() {
        spans.push(span(format!(" At risk: {}.", names(&risk)), false));
    }
    vec![Block::Verdict { spans }]
}

/// All objectives, the worst first.
pub(super) fn table(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    if scorecard.objectives.is_empty() {
        return note(section, "No objective is declared: OpenSLO files belong into slos/ of the project.");
    }
    let mut all: Vec<&Standing> = scorecard.objectives.iter().collect();
    let weight = |one: &Standing| one.consumed().unwrap_or(f64::NEG_INFINITY);
    all.sort_by(|a, b| {
        objective::state(a)
            .cmp(&objective::state(b))
            .then(weight(b).total_cmp(&weight(a)))
            .then_with(|| a.objective.id.cmp(&b.objective.id))
    });
    let right = |text: &str| Heading { text: text.to_owned(), right: true };
    let left = |text: &str| Heading { text: text.to_owned(), right: false };
    let columns = vec![
        left("Objective"),
        left("Status"),
        right("Target"),
        right("Reached"),
        right("Consumed"),
        right("Left"),
        right("Burn, 1 h / 3 d"),
        right("Alerts"),
        left("Pace"),
    ];
    let rows = all.iter().map(|one| row(one)).collect();
    vec![Block::Table(Table { caption: "All objectives, the worst first".to_owned(), by: None, columns, rows })]
}

/// "86.3 slices (7 h 11 m) left": the amount in the reader's own units, and small what it is.
fn left_cell(left: &str) -> Cell {
    let (amount, word) = [" left", " too much", " too many"]
        .into_iter()
        .find_map(|word| left.strip_suffix(word).map(|amount| (amount, word.trim())))
        .unwrap_or((left, ""));
    let (text, small) = match amount.split_once(" (") {
        Some((slices, time)) => (time.trim_end_matches(')').to_owned(), format!("{word}, {slices}")),
        None => (amount.to_owned(), word.to_owned()),
    };
    Cell::small(text, small)
}

fn row(one: &Standing) -> Vec<Cell> {
    let small = |text: String, small: String| Cell::small(text, small);
    let missing = || Cell::missing(figure::NOTHING.to_owned());
    let cell = |text: Option<String>| text.map_or_else(missing, Cell::text);
    let burn = |lookback_s: i64| {
        let found = one.burns.iter().find(|burn| burn.lookback_s == lookback_s);
        found.and_then(|burn| burn.rate).map_or_else(|| figure::NOTHING.to_owned(), objective::rate_text)
    };
    let pages = one.alerts.iter().filter(|alert| alert.severity == "page").count();
    let of_them = if pages > 0 { figure::some(pages as u64, "page") } else { String::new() };
    let pace = one.exhaustion.map(|exhaustion| match (one.remaining(), exhaustion.after_s) {
        (Some(remaining), _) if remaining <= 0.0 => "nothing left".to_owned(),
        (_, Some(seconds)) => format!("lasts {}", figure::seconds_text(seconds)),
        (_, None) => "not being spent".to_owned(),
    });
    vec![
        small(
            one.objective.title.clone(),
            format!(
                "{} · {}{}",
                one.objective.service,
                one.objective.window.words(),
                if one.doubt.is_some() { " · doubtful" } else { "" }
            ),
        ),
        Cell::Mark(objective::mark(one)),
        Cell::text(objective::target(one.objective.target)),
        cell(one.sli().map(|sli| objective::sli(one, sli))),
        cell(one.consumed().map(objective::share)),
        objective::left(one).map_or_else(missing, |left| left_cell(&left)),
        if one.burns.is_empty() { missing() } else { Cell::text(format!("{} / {}", burn(3_600), burn(259_200))) },
        if one.measurable { small(one.alerts.len().to_string(), of_them) } else { missing() },
        cell(pace),
    ]
}

/// The alerts that fired, the newest first.
pub(super) fn alerts(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let mut all: Vec<(&Standing, &Fired)> =
        scorecard.objectives.iter().flat_map(|one| one.alerts.iter().map(move |alert| (one, alert))).collect();
    if all.is_empty() {
        return note(section, "No alert would have fired.");
    }
    all.sort_by(|a, b| b.1.fired.cmp(&a.1.fired).then_with(|| a.0.objective.id.cmp(&b.0.objective.id)));
    let more = section.limit.map_or(0, |limit| all.len().saturating_sub(limit));
    all.truncate(all.len() - more);
    let single = scorecard.objectives.len() == 1;
    let mut columns = vec![
        Heading::left("Fired"),
        Heading::left("Alert"),
        Heading::left("Burn rate over"),
        Heading::right("Held"),
        Heading::right("Consumed by then"),
    ];
    if !single {
        columns.insert(1, Heading::left("Objective"));
    }
    let rows = all.iter().map(|(one, alert)| {
        let held = match alert.cleared {
            Some(cleared) => figure::seconds_text((cleared - alert.fired) as f64 / 1e6),
            None => "still holds".to_owned(),
        };
        let tone = match (alert.cleared, alert.severity.as_str()) {
            (None, _) => Tone::Missed,
            (Some(_), "page") => Tone::Worse,
            _ => Tone::Plain,
        };
        let mut cells = vec![
            Cell::text(objective::moment(alert.fired, scorecard.zone)),
            Cell::Mark(Mark::new(tone, alert.severity.clone())),
            Cell::text(alert.rule.clone()),
            Cell::text(held),
            Cell::text(alert.consumed.map_or_else(|| figure::NOTHING.to_owned(), objective::share)),
        ];
        if !single {
            cells.insert(1, Cell::text(one.objective.title.clone()));
        }
        cells
    });
    let caption = "Alerts that would have fired, the newest first".to_owned();
    let mut blocks = vec![Block::Table(Table { caption, by: None, columns, rows: rows.collect() })];
    if more > 0 {
        blocks.push(Block::Note {
            text: format!(
                "{} earlier ones; `nines query \"SELECT * FROM fact_slo_alerts\"` lists them.",
                figure::count(more as f64)
            ),
        });
    }
    blocks
}

/// What the error-budget policies ask, and the corrections that were made.
pub(super) fn policy(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let mut statements = match scorecard.objectives.as_slice() {
        [one] => one.policy.iter().map(|step| self::step(scorecard, step)).collect(),
        _ => asked(scorecard),
    };
    for one in &scorecard.objectives {
        statements.extend(one.corrections.iter().map(|correction| {
            Statement {
                mark: Mark::new(Tone::Signal, "corrected"),
                subject: one.objective.title.clone(),
                headline: format!("{}.", words::upper_first(correction.reason.trim_end_matches('.'))),
                text: if correction.as_good {
                    "Bad events of that time count as good."
                } else {
                    "That time is left out."
                }
                .to_owned(),
                evidence: format!(
                    "{} · {} · {} to {}",
                    one.objective.title,
                    correction.name,
                    objective::moment(correction.span.0, scorecard.zone),
                    objective::moment(correction.span.1, scorecard.zone)
                ),
            }
        }));
    }
    if statements.is_empty() {
        return note(section, "No step of an error-budget policy holds, and nothing was corrected.");
    }
    vec![Block::Statements { statements }]
}

/// An action with its full stop.
fn sentence(action: &str) -> String {
    format!("{}.", action.trim_end().trim_end_matches('.'))
}

/// One step, whether it holds or not.
fn step(scorecard: &Scorecard, step: &PolicyState) -> Statement {
    let mark = match step.holds {
        Some(true) => Mark::new(Tone::Missed, "holds"),
        Some(false) => Mark::new(Tone::Met, "not reached"),
        None => Mark::new(Tone::NoData, "can't be said"),
    };
    let since = step.since.map(|since| format!(" · since {}", objective::moment(since, scorecard.zone)));
    Statement {
        mark,
        subject: step.policy.clone(),
        headline: format!("{}.", words::upper_first(&step.when)),
        text: sentence(&step.action),
        evidence: format!("{}{}", step.policy, since.unwrap_or_default()),
    }
}

/// The steps that hold, each with the objectives that they hold for: on a page of all objectives only that is news.
fn asked(scorecard: &Scorecard) -> Vec<Statement> {
    let mut steps: Vec<(&PolicyState, Vec<String>)> = Vec::new();
    for one in &scorecard.objectives {
        for step in one.policy.iter().filter(|step| step.holds == Some(true)) {
            let since = step.since.map(|since| format!(" (since {})", words::day(scorecard, since)));
            let name = format!("{}{}", one.objective.title, since.unwrap_or_default());
            let same = |known: &PolicyState| {
                known.policy == step.policy && known.when == step.when && known.action == step.action
            };
            match steps.iter_mut().find(|(known, _)| same(known)) {
                Some((_, names)) => names.push(name),
                None => steps.push((step, vec![name])),
            }
        }
    }
    let statements = steps.into_iter().map(|(step, names)| Statement {
        mark: Mark::new(Tone::Missed, "holds"),
        subject: step.policy.clone(),
        headline: format!("{} on {}.", words::upper_first(&step.when), figure::some(names.len() as u64, "objective")),
        text: sentence(&step.action),
        evidence: format!("{} · {}", words::join(&names), step.policy),
    });
    statements.collect()
}
