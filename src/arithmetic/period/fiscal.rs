//! Fiscal years: twelve months from the first of a month, named after the calendar year that they end in, with their halves and
//! quarters. A fiscal year that begins in January is the calendar year. Refuses nothing; the names are read in `parse`.

use chrono::{Datelike, Months, NaiveDate};

/// A part of a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fiscal {
    /// Three months of a year that begins in this month.
    Quarter(u32),
    /// Six months of it.
    Half(u32),
    /// The whole.
    Year(u32),
}

impl Fiscal {
    /// The month, 1 to 12, that the fiscal year begins in.
    #[must_use]
    pub fn begins(self) -> u32 {
        match self {
            Self::Quarter(begins) | Self::Half(begins) | Self::Year(begins) => begins,
        }
    }

    /// How many months it has.
    #[must_use]
    pub fn months(self) -> u32 {
        match self {
            Self::Quarter(_) => 3,
            Self::Half(_) => 6,
            Self::Year(_) => 12,
        }
    }

    /// 0 for a quarter, 1 for a half, 2 for a year.
    #[must_use]
    pub fn rank(self) -> usize {
        match self {
            Self::Quarter(_) => 0,
            Self::Half(_) => 1,
            Self::Year(_) => 2,
        }
    }

    /// Months from the beginning of the fiscal year to the month of a day.
    fn passed(self, day: NaiveDate) -> u32 {
        (day.month() + 12 - self.begins()) % 12
    }

    /// First day of the part that holds `day`; `None` beyond the calendar.
    pub(super) fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        day.with_day(1)?.checked_sub_months(Months::new(self.passed(day) % self.months()))
    }

    /// First day of part `number`, from 1, of the fiscal year that is called `year`.
    pub(super) fn nth(self, year: i32, number: u32) -> Option<NaiveDate> {
        let begins = NaiveDate::from_ymd_opt(year - i32::from(self.begins() > 1), self.begins(), 1)?;
        begins.checked_add_months(Months::new(self.months() * number.checked_sub(1)?))
    }

    /// The calendar year that the fiscal year of `first` ends in.
    #[must_use]
    pub fn year(self, first: NaiveDate) -> i32 {
        first.year() + i32::from(self.begins() > 1 && first.month() >= self.begins())
    }

    /// Which part of its fiscal year begins on `first`, from 1.
    #[must_use]
    pub fn number(self, first: NaiveDate) -> u32 {
        1 + self.passed(first) / self.months()
    }

    pub(super) fn id(self, first: NaiveDate) -> String {
        let year = self.year(first);
        match self {
            Self::Quarter(_) => format!("FY{year:04}-Q{}", self.number(first)),
            Self::Half(_) => format!("FY{year:04}-H{}", self.number(first)),
            Self::Year(_) => format!("FY{year:04}"),
        }
    }

    pub(super) fn label(self, first: NaiveDate) -> String {
        let year = self.year(first);
        match self {
            Self::Quarter(_) => format!("Q{} of fiscal year {year}", self.number(first)),
            Self::Half(_) => format!("H{} of fiscal year {year}", self.number(first)),
            Self::Year(_) => format!("fiscal year {year}"),
        }
    }
}
