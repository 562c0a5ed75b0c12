//! Whether a file writes the day or the month first: decided once for the file, from all its dates, and reported.

use std::io;

use super::dates::{self, Order};
use super::finding::Findings;
use super::reader::Source;
use super::reader::chunk::Chunk;
use crate::declaration::issue::Level;

/// What the dates of a file say about their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Dates whose first number can only be a day.
    pub day_first: u64,
    /// Dates whose second number can only be a day.
    pub month_first: u64,
    /// Dates that could be either.
    pub either: u64,
    /// Those of them with a time of twelve hours, as it is written where the month comes first.
    pub twelve_hours: u64,
}

impl Evidence {
    /// Takes one text into account.
    pub fn add(&mut self, text: &str) {
        match dates::numbers(text) {
            Some((13.., 1..=12)) => self.day_first += 1,
            Some((1..=12, 13..)) => self.month_first += 1,
            // The same number twice is the same date in both orders.
            Some((first, second)) if first != second => {
                self.either += 1;
                let end = text.trim_end().to_ascii_lowercase();
                self.twelve_hours += u64::from(end.ends_with("am") || end.ends_with("pm"));
            }
            _ => {}
        }
    }

    /// The order: that of most dates that tell, day first when none does.
    #[must_use]
    pub fn order(self) -> Order {
        let tells = self.day_first + self.month_first > 0;
        let month_first = if tells { self.month_first > self.day_first } else { self.twelve_hours > 0 };
        if month_first { Order::MonthFirst } else { Order::DayFirst }
    }

    /// Reports the decision, where one was taken.
    pub fn report(self, columns: &str, findings: &mut Findings) {
        let Self { day_first, month_first, either, twelve_hours } = self;
        let order = match self.order() {
            Order::DayFirst => "day before month",
            Order::MonthFirst => "month before day",
        };
        let (level, why) = match (day_first, month_first) {
            (0, 0) if either == 0 => return,
            (0, 0) if twelve_hours > 0 => {
                (Level::Warning, "no date of the file tells, but its times are of twelve hours".to_string())
            }
            (0, 0) => (Level::Warning, "no date of the file tells, so the usual order was taken".to_string()),
            (0, tell) | (tell, 0) if either > 0 => (Level::Note, format!("{tell} other dates of the file tell")),
            (0, _) | (_, 0) => return,
            (day, month) => (Level::Warning, format!("{day} dates say day before month, {month} the other order")),
        };
        findings.count(level, columns, &format!("dates read as {order}: {why}"), either.max(1));
    }
}

/// Reads all records of a file and weighs the dates in those columns.
///
/// # Errors
/// When the file cannot be read.
pub fn weigh(source: &mut dyn Source, columns: &[usize]) -> io::Result<Evidence> {
    let mut evidence = Evidence::default();
    let mut chunk = Chunk::new(source.names().len());
    let mut more = true;
    while more {
        chunk.clear();
        more = source.read(&mut chunk)?;
        for index in 0..chunk.len() {
            for column in columns {
                evidence.add(chunk.cell(index, *column));
            }
        }
    }
    Ok(evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(texts: &[&str]) -> Evidence {
        let mut evidence = Evidence::default();
        texts.iter().for_each(|text| evidence.add(text));
        evidence
    }

    #[test]
    fn one_date_that_tells_decides_for_all() {
        assert_eq!(evidence(&["3/4/2024", "13/4/2024"]).order(), Order::DayFirst);
        assert_eq!(evidence(&["3/4/2024", "4/13/2024"]).order(), Order::MonthFirst);
        assert_eq!(evidence(&["3/4/2024"]).order(), Order::DayFirst);
        assert_eq!(evidence(&["3/4/2024 8:00 AM"]).order(), Order::MonthFirst);
        assert_eq!(evidence(&["3/4/2024 8:00 AM", "13/4/2024 9:00 PM"]).order(), Order::DayFirst);
        assert_eq!(evidence(&["2024-13-04", "x", "4/4/2024"]), Evidence::default());
    }

    #[test]
    fn the_decision_is_reported_when_there_was_one_to_take() {
        let reported = |texts: &[&str]| {
            let mut findings = Findings::new("a.csv");
            evidence(texts).report("Opened", &mut findings);
            findings.finish().into_iter().map(|finding| (finding.level, finding.count)).collect::<Vec<_>>()
        };
        assert_eq!(reported(&["3/4/2024", "13/4/2024"]), [(Level::Note, 1)]);
        assert_eq!(reported(&["3/4/2024", "5/6/2024"]), [(Level::Warning, 2)]);
        assert_eq!(reported(&["13/4/2024", "4/13/2024"]), [(Level::Warning, 1)]);
        assert_eq!(reported(&["13/4/2024"]), []);
        assert_eq!(reported(&["2024-01-02"]), []);
    }
}
