//! `surveys.csv`: what customers say of a service (0 to 10), stakeholders of solutions, of the approach and of its alignment,
//! and service owners of suppliers. Answers about tickets follow while tickets are written. Not everybody answers: an
//! invitation without an answer is a row without a score; those about tickets leave none. The group of a stakeholder stands in `ref`, the criterion in `question`.

use super::chance::Chance;
use super::clock::{AS_OF_S, Span, iso_utc, utc};
use super::customers::{CUSTOMERS, UNHAPPY, UNHAPPY_WEEKS};
use super::organisation::{DATA, IDENTITY, NETWORK, ORDER_DESK, PAYMENTS, PORTAL, SERVICES, SUPPLIERS};
use super::planted::Responses;
use super::sheet::Sheet;
use std::io::{self, Write};

/// Weeks between two rounds of questions to customers, and to stakeholders.
const ROUNDS: (usize, usize) = (4, 13);
/// Groups of stakeholders.
const GROUPS: [&str; 4] = ["Business units", "Architecture board", "Finance", "Operations"];
/// Criteria of the alignment with strategy and architecture.
const CRITERIA: [&str; 4] = ["Cloud first", "One identity", "Data stays in the region", "Bought before built"];
/// The account that an answer names and the list of accounts doesn't have.
pub(super) const ORPHAN: &str = "Gone Trading";

/// One answer, or one invitation that nobody answered.
pub(super) struct Answer<'a> {
    pub(super) id: String,
    pub(super) at_s: i64,
    pub(super) subject: &'static str,
    pub(super) about: String,
    pub(super) service: &'a str,
    pub(super) customer: &'a str,
    pub(super) supplier: &'a str,
    pub(super) question: &'a str,
    /// Missing where nobody answered.
    pub(super) score: Option<u64>,
    pub(super) scale_max: u64,
    pub(super) comment: &'a str,
}

/// One row.
pub(super) fn row<W: Write>(sheet: &mut Sheet<W>, a: &Answer<'_>) -> io::Result<()> {
    sheet.row(&[
        &a.id,
        &iso_utc(a.at_s),
        a.subject,
        &a.about,
        a.service,
        a.customer,
        a.supplier,
        a.question,
        &a.score.map(|score| score.to_string()).unwrap_or_default(),
        &a.scale_max.to_string(),
        a.comment,
    ])
}

/// The header, and all answers but those about tickets.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<Responses> {
    sheet.header("id,at,subject,ref,service,customer,supplier,question,score,scale_max,comment")?;
    let mut round = Round { sheet, chance: Chance::new(seed, 14), response: Responses::default(), start_s: 0 };
    for day in span.every(ROUNDS.0, 1) {
        round.start_s = utc(day, 9 * 3_600);
        for (position, customer) in CUSTOMERS.iter().enumerate() {
            let unhappy = position == UNHAPPY && round.start_s > AS_OF_S - UNHAPPY_WEEKS * 7 * 86_400;
            let weights =
                if unhappy { [6, 8, 12, 16, 18, 16, 12, 8, 4, 0, 0] } else { [0, 0, 1, 1, 2, 5, 9, 16, 26, 24, 16] };
            for _ in 0..if customer.large() { 10 } else { 3 } {
                let service = round.chance.weighted(&[30, 0, 0, 70]);
                let service = SERVICES[if service == 0 { PAYMENTS } else { PORTAL }].name;
                let words = ("service", "", "How likely are you to recommend us?");
                round.ask(0.45, words, (service, customer.name, ""), (&weights, 0))?;
            }
        }
    }
    round.start_s = span.every(ROUNDS.0, 3).last().map_or(AS_OF_S, |day| utc(day, 9 * 3_600));
    round.ask(1.0, ("service", "", "How likely are you to recommend us?"), ("", ORPHAN, ""), (&[0, 0, 1, 1], 0))?;
    for day in span.every(ROUNDS.1, 2) {
        round.start_s = utc(day, 8 * 3_600);
        round.stakeholders()?;
    }
    Ok(round.response)
}

/// A round of questions.
struct Round<'a, W> {
    sheet: &'a mut Sheet<W>,
    chance: Chance,
    response: Responses,
    start_s: i64,
}

impl<W: Write> Round<'_, W> {
    fn stakeholders(&mut self) -> io::Result<()> {
        for group in GROUPS {
            for _ in 0..4 {
                let weights = if group == "Finance" { [6, 20, 40, 26, 8] } else { [2, 8, 28, 42, 20] };
                self.ask(0.65, ("approach", group, "The approach meets our needs"), ("", "", ""), (&weights, 1))?;
                for service in [IDENTITY, DATA, NETWORK, ORDER_DESK] {
                    let words = ("solution", group, "The solution meets our needs");
                    self.ask(0.5, words, (SERVICES[service].name, "", ""), (&weights, 1))?;
                }
            }
        }
        for criterion in CRITERIA {
            for _ in 0..3 {
                let words = ("alignment", "Architecture board", criterion);
                self.ask(0.8, words, ("", "", ""), (&[3, 12, 35, 35, 15], 1))?;
            }
        }
        for supplier in SUPPLIERS {
            for service in SERVICES.iter().filter(|s| s.supplier == supplier) {
                let weights = if supplier == "Paywise" { [10, 30, 35, 20, 5] } else { [2, 8, 30, 40, 20] };
                for _ in 0..3 {
                    let words = ("supplier", "Service owners", "The supplier keeps its promises");
                    self.ask(0.7, words, (service.name, "", supplier), (&weights, 1))?;
                }
            }
        }
        Ok(())
    }

    /// Asks one person: the probability of an answer; subject, group and question; service, customer and supplier; the
    /// weights of the possible scores, and the lowest of them.
    fn ask(
        &mut self,
        probability: f64,
        (subject, about, question): (&'static str, &str, &str),
        (service, customer, supplier): (&str, &str, &str),
        (weights, lowest): (&[u32], u64),
    ) -> io::Result<()> {
        self.response.asked += 1;
        let answers = self.chance.happens(probability);
        let (id, at_s, score) = if answers {
            let at_s = self.start_s + self.chance.between(600, 3 * 86_400);
            let score = self.chance.weighted(weights) as u64 + lowest;
            self.response.answered += 1;
            (format!("SUR-{:05}", self.response.answered), at_s, Some(score))
        } else {
            let silent = self.response.asked - self.response.answered;
            (format!("INV-{silent:05}"), self.start_s, None)
        };
        let scale_max = if lowest == 0 { 10 } else { 5 };
        let about = about.to_owned();
        let at_s = at_s.min(AS_OF_S - 60);
        let answer =
            Answer { id, at_s, subject, about, service, customer, supplier, question, score, scale_max, comment: "" };
        row(self.sheet, &answer)
    }
}
