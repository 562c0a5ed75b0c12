//! The registers: deviations, constraints, exceptions, risks, benefits and improvements; one standard has so many open
//! exceptions that it asks for a review. And `register.csv`.

use super::chance::Chance;
use super::clock::{AS_OF_S, DAY_S, Span, by_now, iso_if, iso_utc, utc};
use super::organisation::{DATA, EMAIL, ERP, IDENTITY, INTRANET, NETWORK, SERVICES, TEAMS, WAREHOUSE};
use super::planted::Review;
use super::sheet::Sheet;
use std::io::{self, Write};

/// The standard that asks for a review, and the services that are excepted from it.
const REVIEW: (&str, [usize; 4]) = ("Sign-in with a second factor", [ERP, WAREHOUSE, INTRANET, EMAIL]);
/// What entries of each kind are about.
const SUBJECTS: [(&str, [&str; 4]); 6] = [
    ("deviation", ["Road map: one network", "Road map: cloud first", "Standard: naming", "Standard: logging"]),
    ("constraint", ["Changes at night only", "At most 2,000 sessions", "No second region", "One release a month"]),
    ("exception", ["Encrypted disks", "Supported versions only", "Backups off site", "Two data centres"]),
    ("risk", ["One person knows it", "Supplier ends the product", "Room is too warm", "Keys are not rotated"]),
    ("benefit", ["Fewer tickets", "Shorter closing", "Licences given back", "Faster onboarding"]),
    ("improvement", ["Alert before the disk is full", "Answer from the knowledge base", "Self-service", "Drill"]),
];

/// An entry.
struct Entry {
    kind: &'static str,
    subject: &'static str,
    service: usize,
    opened_s: i64,
    due_s: i64,
    closed_s: Option<i64>,
}

/// Writes `register.csv`: the canonical columns of the table. Impact is 1 to 5, 1 the most; likelihood a share in steps of a fifth.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<Review> {
    sheet.header("id,kind,subject,service,opened_at,due_at,closed_at,impact,likelihood,amount,currency,owner")?;
    let mut chance = Chance::new(seed, 18);
    let mut entries: Vec<Entry> = Vec::new();
    for (position, day) in span.every(1, 2).enumerate() {
        for more in 0..2 {
            let (kind, subjects) = SUBJECTS[(2 * position + more) % SUBJECTS.len()];
            let opened_s = utc(day, chance.between(9 * 3_600, 17 * 3_600));
            let due_s = opened_s + chance.between(30, 180) * DAY_S;
            let closed_s = by_now(opened_s + chance.log_normal_s(70.0 * DAY_S as f64, 0.7, DAY_S));
            let service = [DATA, ERP, NETWORK, IDENTITY, WAREHOUSE, EMAIL][chance.below(6) as usize];
            entries.push(Entry { kind, subject: chance.word(&subjects), service, opened_s, due_s, closed_s });
        }
    }
    for (position, service) in REVIEW.1.into_iter().enumerate() {
        let opened_s = utc(span.day(20 - 5 * position as u32, 3), 11 * 3_600);
        // The first has run out, and nobody has looked at it since.
        let due_s = AS_OF_S + (120 * position as i64 - 20) * DAY_S;
        entries.push(Entry { kind: "exception", subject: REVIEW.0, service, opened_s, due_s, closed_s: None });
    }
    entries.sort_by_key(|e| (e.opened_s, e.service, e.kind));
    for (position, e) in entries.iter().enumerate() {
        let likelihood = if e.kind == "risk" { format!("0.{}", 2 * (1 + chance.below(4))) } else { String::new() };
        let amount = match e.kind {
            "risk" | "benefit" | "improvement" => (chance.log_normal_s(18_000.0, 0.8, 500) / 100 * 100).to_string(),
            _ => String::new(),
        };
        let owner = TEAMS[SERVICES[e.service].teams[chance.below(4) as usize]].name;
        sheet.row(&[
            &format!("REG-{:04}", position + 1),
            e.kind,
            e.subject,
            SERVICES[e.service].name,
            &iso_utc(e.opened_s),
            &iso_utc(e.due_s.max(e.opened_s + DAY_S)),
            &iso_if(e.closed_s),
            &(1 + chance.weighted(&[10, 20, 34, 24, 12])).to_string(),
            &likelihood,
            &amount,
            if amount.is_empty() { "" } else { "EUR" },
            owner,
        ])?;
    }
    Ok(Review { standard: REVIEW.0.to_owned(), open_exceptions: REVIEW.1.len() as u64 })
}
