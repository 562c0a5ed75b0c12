//! The sections about objectives: all of them in a table, their alerts, and what policies ask.

use std::fmt;

use crate::declaration::language::Language;
use crate::declaration::report::Section;
use crate::facts::objective::{Fired, PolicyState, Standing};
use crate::report::document::{Block, Cell, Heading, Mark, Span, Statement, Table, Tone};
use crate::report::objective::{self, State};
use crate::report::{dates, figure, words};
use crate::scorecard::scorecard::Scorecard;

/// "Two of nine objectives are missed: ..." in large type.
pub(super) fn verdict(scorecard: &Scorecard) -> Vec<Block> {
    let (language, all) = (&scorecard.language, &scorecard.objectives);
    let of = |state: State| {
        let mut found: Vec<&Standing> = all.iter().filter(|one| objective::state(one) == state).collect();
        let weight = |one: &Standing| one.consumed().unwrap_or_default();
        found.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        found
    };
    let (missed, risk, none) = (of(State::Missed), of(State::AtRisk), of(State::NoData));
    let names = |standings: &[&Standing]| {
        words::join(language, &standings.iter().take(4).map(|one| one.objective.title.clone()).collect::<Vec<_>>())
    };
    let judged = (all.len() - none.len()) as u64;
    let number = figure::number_word(language, judged);
    let said = |text: String| vec![Span { text, alarm: false }];
    let mut spans = if judged == 0 {
        said(language.word("No objective has a figure in this period.").to_owned())
    } else if missed.is_empty() {
        said(language.count(judged, "The one objective is met.", "All {n} objectives are met.", &[("n", &number)]))
    } else {
        let objectives = language.count(judged, "one objective", "{n} objectives", &[("n", &number)]);
        let more = missed.len().saturating_sub(4);
        let mut names = names(&missed);
        if more > 0 {
            names = language.say("{names} and {n} more", &[("names", &names), ("n", &more)]);
        }
        let count = figure::number_word(language, missed.len() as u64);
        let values: [(&str, &dyn fmt::Display); 3] = [("n", &count), ("objectives", &objectives), ("names", &names)];
        let phrase = match missed.len() {
            1 => language.word("{n} of {objectives} is missed: [{names}.]"),
            _ => language.word("{n} of {objectives} are missed: [{names}.]"),
        };
        let pieces = language.stressed(phrase, &values).into_iter();
        let mut spans: Vec<Span> = pieces.map(|(text, alarm)| Span { text, alarm }).collect();
        if let Some(first) = spans.first_mut() {
            first.text = words::upper_first(&first.text);
        }
        spans
    };
    if !risk.is_empty() {
        let text = language.say("At risk: {names}.", &[("names", &names(&risk))]);
        spans.push(Span { text: format!(" {text}"), alarm: false });
    }
    vec![Block::Verdict { spans }]
}

/// All objectives, the worst first.
pub(super) fn table(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    if scorecard.objectives.is_empty() {
        let none = language.word("No objective is declared: OpenSLO files belong into slos/ of the project.");
        return super::note(language, section, none);
    }
    let mut all: Vec<&Standing> = scorecard.objectives.iter().collect();
    let weight = |one: &Standing| one.consumed().unwrap_or(f64::NEG_INFINITY);
    all.sort_by(|a, b| {
        objective::state(a)
            .cmp(&objective::state(b))
            .then(weight(b).total_cmp(&weight(a)))
            .then_with(|| a.objective.id.cmp(&b.objective.id))
    });
    let columns = vec![
        Heading::left(language.word("Objective")),
        Heading::left(language.word("Status")),
        Heading::right(language.word("Target")),
        Heading::right(language.word("Reached")),
        Heading::right(language.word("Consumed")),
        Heading::right(language.word("Budget left")),
        Heading::right(language.word("Burn, 1 h / 3 d")),
        Heading::right(language.word("Alerts")),
        Heading::left(language.word("Pace")),
    ];
    let rows = all.iter().map(|one| row(language, one)).collect();
    let caption = language.word("All objectives, the worst first").to_owned();
    vec![Block::Table(Table { caption, by: None, columns, rows })]
}

fn row(language: &Language, one: &Standing) -> Vec<Cell> {
    let small = |text: String, small: String| Cell::small(text, small);
    let missing = || Cell::missing(figure::NOTHING.to_owned());
    let cell = |text: Option<String>| text.map_or_else(missing, Cell::text);
    let burn = |lookback_s: i64| {
        let found = one.burns.iter().find(|burn| burn.lookback_s == lookback_s);
        found
            .and_then(|burn| burn.rate)
            .map_or_else(|| figure::NOTHING.to_owned(), |rate| objective::rate_text(language, rate))
    };
    let pages = one.alerts.iter().filter(|alert| alert.severity == "page").count() as u64;
    let of_them = match pages {
        0 => String::new(),
        _ => language.count(pages, "one page", "{n} pages", &[("n", &figure::number_word(language, pages))]),
    };
    let pace = one.exhaustion.map(|exhaustion| match (one.remaining(), exhaustion.after_s) {
        (Some(remaining), _) if remaining <= 0.0 => language.word("nothing left").to_owned(),
        (_, Some(seconds)) => language.say("lasts {time}", &[("time", &figure::seconds_text(language, seconds))]),
        (_, None) => language.word("not being spent").to_owned(),
    });
    vec![
        small(
            one.objective.title.clone(),
            match (one.doubt.is_some(), objective::window(language, &one.objective.window)) {
                (true, window) => format!("{} · {window} · {}", one.objective.service, language.word("doubtful")),
                (false, window) => format!("{} · {window}", one.objective.service),
            },
        ),
        Cell::Mark(objective::mark(language, one)),
        Cell::text(objective::target(language, one.objective.target)),
        cell(one.sli().map(|sli| objective::sli(language, one, sli))),
        cell(one.consumed().map(|share| objective::share(language, share))),
        objective::left_apart(language, one).map_or_else(missing, |(amount, what)| small(amount, what)),
        if one.burns.is_empty() { missing() } else { Cell::text(format!("{} / {}", burn(3_600), burn(259_200))) },
        if one.measurable { small(one.alerts.len().to_string(), of_them) } else { missing() },
        cell(pace),
    ]
}

/// The alerts that fired, the newest first.
pub(super) fn alerts(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    let mut all: Vec<(&Standing, &Fired)> =
        scorecard.objectives.iter().flat_map(|one| one.alerts.iter().map(move |alert| (one, alert))).collect();
    if all.is_empty() {
        return super::note(language, section, language.word("No alert would have fired."));
    }
    all.sort_by(|a, b| b.1.fired.cmp(&a.1.fired).then_with(|| a.0.objective.id.cmp(&b.0.objective.id)));
    let more = section.limit.map_or(0, |limit| all.len().saturating_sub(limit));
    all.truncate(all.len() - more);
    let single = scorecard.objectives.len() == 1;
    let mut columns = vec![
        Heading::left(language.word("Fired")),
        Heading::left(language.word("Alert")),
        Heading::left(language.word("Burn rate over")),
        Heading::right(language.word("Held")),
        Heading::right(language.word("Consumed by then")),
    ];
    if !single {
        columns.insert(1, Heading::left(language.word("Objective")));
    }
    let rows = all.iter().map(|(one, alert)| {
        let held = match alert.cleared {
            Some(cleared) => figure::seconds_text(language, (cleared - alert.fired) as f64 / 1e6),
            None => language.word("still holds").to_owned(),
        };
        let tone = match (alert.cleared, alert.severity.as_str()) {
            (None, _) => Tone::Missed,
            (Some(_), "page") => Tone::Worse,
            _ => Tone::Plain,
        };
        let mut cells = vec![
            Cell::text(dates::moment_of_year(language, alert.fired, scorecard.zone)),
            Cell::Mark(Mark::new(tone, language.word(&alert.severity))),
            Cell::text(objective::rule(language, alert)),
            Cell::text(held),
            Cell::text(
                alert.consumed.map_or_else(|| figure::NOTHING.to_owned(), |share| objective::share(language, share)),
            ),
        ];
        if !single {
            cells.insert(1, Cell::text(one.objective.title.clone()));
        }
        cells
    });
    let caption = language.word("Alerts that would have fired, the newest first").to_owned();
    let mut blocks = vec![Block::Table(Table { caption, by: None, columns, rows: rows.collect() })];
    if more > 0 {
        blocks.push(Block::Note {
            text: language.say(
                "{n} earlier ones; `{command}` lists them.",
                &[
                    ("n", &figure::count(language, more as f64)),
                    ("command", &"nines query \"SELECT * FROM fact_slo_alerts\""),
                ],
            ),
        });
    }
    blocks
}

/// What the error-budget policies ask, and the corrections that were made.
pub(super) fn policy(scorecard: &Scorecard, section: &Section) -> Vec<Block> {
    let language = &scorecard.language;
    let mut statements = match scorecard.objectives.as_slice() {
        [one] => one.policy.iter().map(|step| self::step(scorecard, step)).collect(),
        _ => asked(scorecard),
    };
    for one in &scorecard.objectives {
        statements.extend(one.corrections.iter().map(|correction| {
            Statement {
                mark: Mark::new(Tone::Signal, language.word("corrected")),
                subject: one.objective.title.clone(),
                headline: format!("{}.", words::upper_first(correction.reason.trim_end_matches('.'))),
                text: match correction.as_good {
                    true => language.word("Bad events of that time count as good."),
                    false => language.word("That time is left out."),
                }
                .to_owned(),
                evidence: format!(
                    "{} · {} · {}",
                    one.objective.title,
                    correction.name,
                    language.say(
                        "{low} to {high}",
                        &[
                            ("low", &dates::moment_of_year(language, correction.span.0, scorecard.zone)),
                            ("high", &dates::moment_of_year(language, correction.span.1, scorecard.zone)),
                        ],
                    )
                ),
            }
        }));
    }
    if statements.is_empty() {
        let nothing = language.word("No step of an error-budget policy holds, and nothing was corrected.");
        return super::note(language, section, nothing);
    }
    vec![Block::Statements { statements }]
}

/// An action with its full stop.
fn sentence(action: &str) -> String {
    format!("{}.", action.trim_end().trim_end_matches('.'))
}

/// One step, whether it holds or not.
fn step(scorecard: &Scorecard, step: &PolicyState) -> Statement {
    let language = &scorecard.language;
    let mark = match step.holds {
        Some(true) => Mark::new(Tone::Missed, language.word("holds")),
        Some(false) => Mark::new(Tone::Met, language.word("not reached")),
        None => Mark::new(Tone::NoData, language.word("can't be said")),
    };
    let since = step.since.map(|since| {
        let since = dates::moment_of_year(language, since, scorecard.zone);
        format!(" · {}", language.say("since {day}", &[("day", &since)]))
    });
    Statement {
        mark,
        subject: step.policy.clone(),
        headline: format!("{}.", words::upper_first(&objective::when(language, step))),
        text: sentence(&step.action),
        evidence: format!("{}{}", step.policy, since.unwrap_or_default()),
    }
}

/// The steps that hold, each with the objectives that they hold for: on a page of all objectives only that is news.
fn asked(scorecard: &Scorecard) -> Vec<Statement> {
    let language = &scorecard.language;
    let mut steps: Vec<(&PolicyState, Vec<String>)> = Vec::new();
    for one in &scorecard.objectives {
        for step in one.policy.iter().filter(|step| step.holds == Some(true)) {
            let since = step
                .since
                .map(|since| format!(" ({})", language.say("since {day}", &[("day", &dates::day(scorecard, since))])));
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
    let statements = steps.into_iter().map(|(step, names)| {
        let n = names.len() as u64;
        let values: [(&str, &dyn fmt::Display); 2] =
            [("when", &words::upper_first(&objective::when(language, step))), ("n", &figure::number_word(language, n))];
        Statement {
            mark: Mark::new(Tone::Missed, language.word("holds")),
            subject: step.policy.clone(),
            headline: language.count(n, "{when} on one objective.", "{when} on {n} objectives.", &values),
            text: sentence(&step.action),
            evidence: format!("{} · {}", words::join(language, &names), step.policy),
        }
    });
    statements.collect()
}
