//! Reporting periods: local calendar days, ISO weeks, months, quarters, half-years, years, the same of a fiscal year that
//! begins in another month, ranges of days and rolling windows.
//!
//! All are half-open and begin and end at local midnights, so a week has 167 or 169 hours when the clocks change.
//! Nothing here is refused; the names that users write are checked in `parse`.

mod fiscal;
mod parse;

pub use fiscal::Fiscal;
pub use parse::{parse, parse_fiscal};

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;

use crate::arithmetic::local_time::{day_start, to_local};

/// A half-open stretch of time that figures are reported for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// "2026-11-05", "2026-W46", "2026-11", "2026-Q4", "2026-H2", "2026", "FY2026", "FY2026-Q3", "FY2026-H2",
    /// "2026-11-01..2026-11-15" (both days included) or "28d@2026-11-16" (the 28 days before the 16th); `parse_fiscal` reads
    /// each of them.
    pub id: String,
    /// What sort of period it is.
    pub kind: PeriodKind,
    /// First instant, µs UTC.
    pub start: i64,
    /// First instant after the period, µs UTC.
    pub end: i64,
}

/// The sorts of period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    /// A local calendar day.
    Day,
    /// An ISO week, Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A half of a calendar year.
    Half,
    /// A calendar year.
    Year,
    /// A quarter, half or whole of a fiscal year.
    Fiscal(Fiscal),
    /// A range of days as the user gave it.
    Range,
    /// A number of complete days before a midnight.
    Rolling,
}

impl Period {
    /// The period of the same kind and length that ends where this one starts.
    #[must_use]
    pub fn previous(&self, zone: Tz) -> Period {
        self.shifted_back(zone).unwrap_or_else(|| Period {
            // Beyond the calendar: keep the length, so that periods still tile.
            start: self.start.saturating_sub(self.end.saturating_sub(self.start)),
            end: self.start,
            ..self.clone()
        })
    }

    /// `count` contiguous periods, oldest first, of which this one is the last; none for 0.
    #[must_use]
    pub fn trailing(&self, count: usize, zone: Tz) -> Vec<Period> {
        let mut periods: Vec<Period> =
            std::iter::successors(Some(self.clone()), |period| Some(period.previous(zone))).take(count).collect();
        periods.reverse();
        periods
    }

    /// What a reader calls it: "week 46, 2026", "November 2026", "Q4 2026", "fiscal year 2026", "5 November 2026", "28 days to 15 November 2026".
    #[must_use]
    pub fn label(&self, zone: Tz) -> String {
        let Some((first, end)) = self.local_days(zone) else {
            return self.id.clone();
        };
        match self.kind {
            PeriodKind::Week => format!("week {}, {}", first.iso_week().week(), first.iso_week().year()),
            PeriodKind::Month => first.format("%B %Y").to_string(),
            PeriodKind::Quarter => format!("Q{} {}", first.quarter(), first.year()),
            PeriodKind::Half => format!("H{} {}", 1 + first.month0() / 6, first.year()),
            PeriodKind::Year => first.year().to_string(),
            PeriodKind::Fiscal(fiscal) => fiscal.label(first),
            PeriodKind::Day | PeriodKind::Range => self.dates(zone),
            PeriodKind::Rolling => {
                let count = (end - first).num_days();
                let days = if count == 1 { "day" } else { "days" };
                let last = end.pred_opt().unwrap_or(end);
                format!("{count} {days} to {}", last.format("%-d %B %Y"))
            }
        }
    }

    /// Its first and last day: "9 to 15 November 2026", "26 October to 1 November 2026", "29 December 2025 to 4 January 2026".
    #[must_use]
    pub fn dates(&self, zone: Tz) -> String {
        let Some((first, end)) = self.local_days(zone) else {
            return self.id.clone();
        };
        let last = end.pred_opt().unwrap_or(end);
        let until = last.format("%-d %B %Y");
        if first >= last {
            until.to_string()
        } else if first.year() != last.year() {
            format!("{} to {until}", first.format("%-d %B %Y"))
        } else if first.month() != last.month() {
            format!("{} to {until}", first.format("%-d %B"))
        } else {
            format!("{} to {until}", first.day())
        }
    }

    /// Whether it isn't over yet at `as_of` (µs UTC).
    #[must_use]
    pub fn is_partial(&self, as_of: i64) -> bool {
        as_of < self.end
    }

    /// First day and the day after the last; `None` beyond the calendar.
    #[must_use]
    pub fn local_days(&self, zone: Tz) -> Option<(NaiveDate, NaiveDate)> {
        let last = to_local(self.end.max(self.start.saturating_add(1)).saturating_sub(1), zone)?;
        Some((to_local(self.start, zone)?.date(), next(last.date())?))
    }

    fn shifted_back(&self, zone: Tz) -> Option<Period> {
        let (first, end) = self.local_days(zone)?;
        match self.kind {
            PeriodKind::Range | PeriodKind::Rolling => {
                let count = Days::new(u64::try_from((end - first).num_days()).ok()?);
                Some(spanning(self.kind, first.checked_sub_days(count)?, first, zone))
            }
            kind => {
                let mut before = containing(kind, first.pred_opt()?, zone)?;
                // A day that the zone skipped has no length; the one before it is meant.
                while before.start >= before.end {
                    let day = to_local(before.start, zone)?.date();
                    let skipped = NaiveDate::parse_from_str(&before.id, "%Y-%m-%d").unwrap_or(day);
                    before = containing(kind, skipped.pred_opt()?, zone)?;
                }
                Some(before)
            }
        }
    }
}

/// The local calendar days of `[start, end)` (µs UTC), the first and last clipped to it; empty for a reversed range.
/// A range beyond the calendar that chrono knows is given as one piece.
#[must_use]
pub fn days(start: i64, end: i64, zone: Tz) -> Vec<(i64, i64)> {
    if start >= end {
        return Vec::new();
    }
    let mut result = Vec::new();
    let mut from = start;
    let mut day = to_local(start, zone).map(|local| local.date());
    while from < end {
        day = day.and_then(next);
        let until = day.map_or(end, |day| day_start(day, zone).min(end));
        // Clocks put back over midnight show the day before once more; it isn't counted twice.
        if until > from {
            result.push((from, until));
            from = until;
        }
    }
    result
}

fn next(day: NaiveDate) -> Option<NaiveDate> {
    day.succ_opt()
}

/// The calendar period of `kind` that holds `day`; `None` for ranges and rolling windows, and beyond the calendar.
fn containing(kind: PeriodKind, day: NaiveDate, zone: Tz) -> Option<Period> {
    let first = match kind {
        PeriodKind::Day => day,
        PeriodKind::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))?,
        PeriodKind::Month => day.with_day(1)?,
        PeriodKind::Quarter => NaiveDate::from_ymd_opt(day.year(), 3 * day.quarter() - 2, 1)?,
        PeriodKind::Half => NaiveDate::from_ymd_opt(day.year(), 1 + day.month0() / 6 * 6, 1)?,
        PeriodKind::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1)?,
        PeriodKind::Fiscal(fiscal) => fiscal.first_day(day)?,
        PeriodKind::Range | PeriodKind::Rolling => return None,
    };
    let end = match kind {
        PeriodKind::Week => first.checked_add_days(Days::new(7))?,
        PeriodKind::Month => first.checked_add_months(Months::new(1))?,
        PeriodKind::Quarter => first.checked_add_months(Months::new(3))?,
        PeriodKind::Half => first.checked_add_months(Months::new(6))?,
        PeriodKind::Year => first.checked_add_months(Months::new(12))?,
        PeriodKind::Fiscal(fiscal) => first.checked_add_months(Months::new(fiscal.months()))?,
        _ => next(first)?,
    };
    Some(spanning(kind, first, end, zone))
}

/// The period from the midnight of `first` to the midnight of `end`, with the id that its kind has.
fn spanning(kind: PeriodKind, first: NaiveDate, end: NaiveDate, zone: Tz) -> Period {
    let id = match kind {
        PeriodKind::Day => first.to_string(),
        PeriodKind::Week => format!("{:04}-W{:02}", first.iso_week().year(), first.iso_week().week()),
        PeriodKind::Month => first.format("%Y-%m").to_string(),
        PeriodKind::Quarter => format!("{:04}-Q{}", first.year(), first.quarter()),
        PeriodKind::Half => format!("{:04}-H{}", first.year(), 1 + first.month0() / 6),
        PeriodKind::Year => format!("{:04}", first.year()),
        PeriodKind::Fiscal(fiscal) => fiscal.id(first),
        PeriodKind::Range => format!("{first}..{}", end.pred_opt().unwrap_or(end)),
        PeriodKind::Rolling => format!("{}d@{end}", (end - first).num_days()),
    };
    Period { id, kind, start: day_start(first, zone), end: day_start(end, zone) }
}

#[cfg(test)]
mod tests;
