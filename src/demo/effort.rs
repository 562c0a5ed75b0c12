//! Hours worked by week, team and kind of work; toil grows in one team until it crowds out the rest. And `effort.csv.gz`.

use super::chance::Chance;
use super::clock::{AS_OF_S, Span, WEEK_S, day_after, iso_utc, utc};
use super::organisation::{SYSTEMS, TEAMS};
use super::planted::{Toil, micros};
use super::sheet::Sheet;
use std::io::{self, Write};

/// Hours of a person in a week.
const WEEK_H: i64 = 38;
/// The team whose toil grows, over how many last weeks, and from what to what percent of its hours.
const TOIL: (usize, i64, i64, i64) = (SYSTEMS, 16, 12, 44);
/// Kinds of work.
const WORK: [&str; 5] = ["planned", "unplanned", "toil", "project", "support"];
/// Percent of the hours by kind for the tiers 1 to 5.
const SHARES: [[i64; 5]; 5] =
    [[6, 10, 10, 0, 74], [14, 20, 12, 4, 50], [34, 22, 12, 16, 16], [38, 20, 14, 18, 10], [30, 10, 6, 54, 0]];

/// People of a team.
fn people(team: usize) -> i64 {
    5 + (team as i64 * 5) % 7
}

/// Writes `effort.csv`: the canonical columns of the table, booked on Friday.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>, span: &Span, seed: u64) -> io::Result<Toil> {
    sheet.header("id,at,team,service,work,hours")?;
    let mut chance = Chance::new(seed, 20);
    let from_s = (AS_OF_S - TOIL.1 * WEEK_S).max(span.start_s);
    let mut number = 0;
    for week in 0..i64::from(span.weeks) {
        let at_s = utc(day_after(span.first_day, 7 * week + 4), 17 * 3_600);
        let at = iso_utc(at_s);
        for (position, team) in TEAMS.iter().enumerate() {
            let hours = people(position) * WEEK_H * chance.between(86, 103) / 100;
            let mut shares = SHARES[usize::from(team.tier) - 1];
            if position == TOIL.0 {
                let weeks = (at_s - (AS_OF_S - TOIL.1 * WEEK_S)).clamp(0, TOIL.1 * WEEK_S);
                let more = (TOIL.3 - TOIL.2) * weeks / (TOIL.1 * WEEK_S);
                shares[2] = TOIL.2 + more;
                shares[0] -= more * 2 / 3;
                shares[3] -= more - more * 2 / 3;
            }
            let total: i64 = shares.iter().map(|&s| s.max(0)).sum();
            for (work, share) in WORK.into_iter().zip(shares).filter(|&(_, share)| share > 0) {
                number += 1;
                // Quarters of an hour; toil is planted to the point, the rest varies.
                let varies = if work == "toil" { 1_000 } else { chance.between(900, 1_101) };
                let quarters = hours * 4 * share * varies / (total * 1_000);
                let text = format!("{}.{:02}", quarters / 4, quarters % 4 * 25);
                sheet.row(&[&format!("EFF-{number:06}"), &at, team.name, "", work, &text])?;
            }
        }
    }
    Ok(Toil { team: TEAMS[TOIL.0].name.to_owned(), from: micros(from_s), from_percent: TOIL.2, to_percent: TOIL.3 })
}
