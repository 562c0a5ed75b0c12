//! What tickets leave behind in other records, written while they pass: the problems that they raise, their links, and the
//! answers of those who were asked how it went. Holds nothing that grows with the number of tickets.

use super::audit::Told;
use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, WEEK_S};
use super::customers::{UNHAPPY, UNHAPPY_WEEKS};
use super::deployments::{Deployment, PRODUCTION};
use super::links;
use super::organisation::SERVICES;
use super::problems::{self, Problem};
use super::sheet::Sheet;
use super::surveys::{self, Answer};
use super::ticket::{State, Ticket, number};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Share of the resolved tickets whose requester answers.
const ANSWERS: f64 = 0.27;
/// A ticket that repeats another one comes within so long.
const REPEATED_S: i64 = 8 * 3_600;

/// A bug of weight 1 is behind one ticket in so many.
const REACH: f64 = 250.0;

/// A bug or known error that brings tickets to a service for a while.
struct Source {
    from_s: i64,
    to_s: i64,
    tickets: u32,
    /// Position among the problems.
    problem: usize,
}

/// What was counted on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Tickets by position of the bug or known error that they are linked to.
    pub(super) by_problem: Vec<u64>,
    /// Tickets that are children of a major incident's first ticket.
    pub(super) children: u64,
    /// Tickets that repeat another one.
    pub(super) duplicates: u64,
    /// Answers about a ticket.
    pub(super) answers: u64,
}

/// Writes them.
pub(super) struct FollowUps<'a, W> {
    problems: &'a [Problem],
    pub(super) problem_sheet: Sheet<W>,
    pub(super) link_sheet: Sheet<W>,
    pub(super) survey_sheet: Sheet<W>,
    /// By service, in order of their beginning.
    sources: Vec<Vec<Source>>,
    /// The last ticket of each service that repeats none: sequence and opening.
    last: Vec<Option<(u64, i64)>>,
    /// Id of the deployment that caused an outage, by position of the outage.
    guilty: BTreeMap<usize, &'a str>,
    raised: u64,
    pub(super) tally: Tally,
    link_chance: Chance,
    survey_chance: Chance,
}

impl<'a, W: Write> FollowUps<'a, W> {
    /// Goes on with sheets that hold all that doesn't come from tickets: problems, links and surveys.
    pub(super) fn new(
        problems: &'a [Problem],
        deployments: &'a [Deployment],
        [problem_sheet, link_sheet, survey_sheet]: [Sheet<W>; 3],
        seed: u64,
    ) -> Self {
        let shipped = deployments.iter().filter(|d| d.environment == PRODUCTION);
        let mut sources: Vec<Vec<Source>> = SERVICES.iter().map(|_| Vec::new()).collect();
        for (position, p) in problems.iter().enumerate().filter(|(_, p)| p.tickets > 0) {
            // Who finds a bug in use has called before it is written down.
            let before_s = match p.found_by {
                "customer" => 5 * DAY_S,
                "operations" => DAY_S,
                _ => 0,
            };
            let to_s = p.fixed_s.map_or(AS_OF_S, |t| t + 3 * DAY_S);
            let source = Source { from_s: p.opened_s - before_s, to_s, tickets: p.tickets, problem: position };
            sources[p.service].push(source);
        }
        sources.iter_mut().for_each(|list| list.sort_by_key(|s| (s.from_s, s.problem)));
        FollowUps {
            problems,
            problem_sheet,
            link_sheet,
            survey_sheet,
            sources,
            last: vec![None; SERVICES.len()],
            guilty: shipped.filter_map(|d| Some((d.outage?, d.id.as_str()))).collect(),
            raised: 0,
            tally: Tally { by_problem: vec![0; problems.len()], ..Tally::default() },
            link_chance: Chance::new(seed, 12),
            survey_chance: Chance::new(seed, 13),
        }
    }

    /// The first ticket of an outage: where a deployment caused that, it is the one that the stopped release raised.
    pub(super) fn first_of(&mut self, outage: usize, sequence: u64) -> io::Result<()> {
        let Some(guilty) = self.guilty.get(&outage) else { return Ok(()) };
        links::row(&mut self.link_sheet, ["deployments", guilty, "tickets", &number(sequence), "relates_to"])
    }

    /// What a ticket leaves behind. `parent`: the first ticket of the major incident that brought it, where it is another one.
    pub(super) fn write(&mut self, ticket: &Ticket, told: &Told, parent: Option<u64>, alone: bool) -> io::Result<()> {
        let own = number(ticket.sequence);
        if let Some(problem) = told.problem {
            if !told.story && problem > self.raised {
                self.raised = problem;
                let problem = problems::of_ticket(problem, ticket, told.workaround, &mut self.link_chance);
                problems::row(&mut self.problem_sheet, &problem)?;
            }
            links::row(&mut self.link_sheet, ["tickets", &own, "problems", &problems::id(problem), "caused_by"])?;
        }
        if let Some(parent) = parent {
            self.tally.children += 1;
            links::row(&mut self.link_sheet, ["tickets", &own, "tickets", &number(parent), "child_of"])?;
        }
        if alone {
            self.alone(ticket, &own)?;
        }
        self.ask(ticket, told, own)
    }

    /// A ticket that no outage brought: it may repeat another one, or a bug or a known error may be behind it.
    fn alone(&mut self, ticket: &Ticket, own: &str) -> io::Result<()> {
        let repeats = self.link_chance.happens(0.04);
        let draw = self.link_chance.unit();
        let recent = self.last[ticket.service].filter(|l| ticket.opened_s - l.1 < REPEATED_S);
        if let (true, Some((sequence, _))) = (repeats, recent) {
            self.tally.duplicates += 1;
            return links::row(&mut self.link_sheet, ["tickets", own, "tickets", &number(sequence), "duplicate_of"]);
        }
        self.last[ticket.service] = Some((ticket.sequence, ticket.opened_s));
        let list = &self.sources[ticket.service];
        let begun = list.partition_point(|s| s.from_s <= ticket.opened_s);
        let active = || list[..begun].iter().filter(|s| ticket.opened_s < s.to_s);
        let weight: u32 = active().map(|s| s.tickets).sum();
        // The more of them, the more tickets, up to six in ten.
        let reach = (f64::from(weight) / 0.6).max(REACH);
        let mut at = draw * reach;
        for source in active() {
            at -= f64::from(source.tickets);
            if at < 0.0 {
                self.tally.by_problem[source.problem] += 1;
                let id = &self.problems[source.problem].id;
                return links::row(&mut self.link_sheet, ["tickets", own, "problems", id, "caused_by"]);
            }
        }
        Ok(())
    }

    /// Asks how it went; most don't answer.
    fn ask(&mut self, ticket: &Ticket, told: &Told, own: String) -> io::Result<()> {
        let chance = &mut self.survey_chance;
        let (answers, wait_s) = (chance.happens(ANSWERS), chance.log_normal_s(6.0 * 3_600.0, 1.0, 300));
        let resolved = ticket.events.iter().rev().find(|e| e.state == State::Resolved);
        let (Some(resolved), Some(last)) = (resolved, ticket.events.last()) else { return Ok(()) };
        let at_s = resolved.at_s + wait_s;
        if !answers || at_s >= AS_OF_S || !matches!(last.state, State::Resolved | State::Closed) {
            return Ok(());
        }
        let weights = if told.customer == UNHAPPY && at_s > AS_OF_S - UNHAPPY_WEEKS * WEEK_S {
            [34, 30, 20, 11, 5]
        } else if last.sla_met && last.reopens == 0 && last.reassignments <= 1 {
            [2, 3, 10, 40, 45]
        } else {
            [12, 18, 28, 28, 14]
        };
        let score = chance.weighted(&weights) + 1;
        let comment = match score {
            1 => chance.word(&["", "", "Too slow", "Nobody called back"]),
            5 => chance.word(&["", "", "", "Quick, thank you"]),
            _ => "",
        };
        self.tally.answers += 1;
        surveys::row(
            &mut self.survey_sheet,
            &Answer {
                id: format!("CSAT-{}", ticket.sequence),
                at_s,
                subject: "ticket",
                about: own,
                service: SERVICES[ticket.service].name,
                customer: told.customer(),
                supplier: "",
                question: "How satisfied are you with the solution?",
                score: Some(score as u64),
                scale_max: 5,
                comment,
            },
        )
    }
}
