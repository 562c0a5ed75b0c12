//! The windows of objectives as stretches of time: rolling ones end at a moment, calendar ones follow each other from their start on.

use chrono::{Days, Months, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use super::{Window, WindowUnit};
use crate::arithmetic::local_time::{to_local, to_utc};

/// Windows of a calendar looked through at most: a century of hours.
const MOST: i64 = 900_000;

impl WindowUnit {
    /// Its length where every day has 24 hours, a month 30 days, a quarter 90 and a year 365.
    pub fn nominal_s(self) -> i64 {
        match self {
            WindowUnit::Minute => 60,
            WindowUnit::Hour => 3_600,
            WindowUnit::Day => 86_400,
            WindowUnit::Week => 7 * 86_400,
            WindowUnit::Month => 30 * 86_400,
            WindowUnit::Quarter => 90 * 86_400,
            WindowUnit::Year => 365 * 86_400,
        }
    }

    fn name(self) -> &'static str {
        match self {
            WindowUnit::Minute => "minute",
            WindowUnit::Hour => "hour",
            WindowUnit::Day => "day",
            WindowUnit::Week => "week",
            WindowUnit::Month => "month",
            WindowUnit::Quarter => "quarter",
            WindowUnit::Year => "year",
        }
    }
}

impl Window {
    fn parts(&self) -> (u32, WindowUnit) {
        match self {
            Window::Rolling { count, unit } | Window::Calendar { count, unit, .. } => (*count, *unit),
        }
    }

    /// Its length in seconds where every day has 24 hours, a month 30 days, a quarter 90 and a year 365: what burn rates refer to.
    pub fn nominal_s(&self) -> i64 {
        let (count, unit) = self.parts();
        i64::from(count) * unit.nominal_s()
    }

    /// How many of which unit a reader counts it in.
    pub fn read(&self) -> (u32, &'static str) {
        let (count, unit) = self.parts();
        let (count, unit) = match (self, count, unit) {
            // A reader counts four weeks in days.
            (Window::Rolling { .. }, count, WindowUnit::Week) => (count * 7, WindowUnit::Day),
            (_, count, unit) => (count, unit),
        };
        (count, unit.name())
    }

    /// Whether it is aligned to the calendar.
    pub fn is_calendar(&self) -> bool {
        matches!(self, Window::Calendar { .. })
    }

    /// The window that ends at `moment`, or, by the calendar, the one that holds the µs before it, up to its own end (which may lie
    /// after `moment`). µs UTC; `zone` is where a rolling month is counted. `None` beyond the calendar, and before the first window.
    pub fn at(&self, moment: i64, zone: Tz) -> Option<(i64, i64)> {
        match self {
            Window::Rolling { count, unit } => {
                let start = match unit {
                    WindowUnit::Month | WindowUnit::Quarter | WindowUnit::Year => {
                        let local = to_local(moment, zone)?;
                        let before = local.checked_sub_months(months(*count, *unit)?)?;
                        to_utc(before, zone).0
                    }
                    _ => moment.checked_sub(self.nominal_s() * 1_000_000)?,
                };
                Some((start, moment))
            }
            Window::Calendar { start, zone, .. } => {
                let index = self.index(moment - 1, *start, *zone)?;
                Some((self.begin(index)?, self.begin(index + 1)?))
            }
        }
    }

    /// The windows of a calendar that end within `(from, to]`, oldest first; none for a rolling window.
    pub fn closed(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let Window::Calendar { start, zone, .. } = self else { return Vec::new() };
        let Some(first) = self.index(from, *start, *zone) else { return Vec::new() };
        let spans = (first..first + MOST).map_while(|index| Some((self.begin(index)?, self.begin(index + 1)?)));
        spans.skip_while(|span| span.1 <= from).take_while(|span| span.1 <= to).collect()
    }

    /// The number of the window that holds an instant; windows before the declared start count too, backwards.
    fn index(&self, instant: i64, start: NaiveDateTime, zone: Tz) -> Option<i64> {
        // Windows without a length would never come past any instant.
        let elapsed = instant.checked_sub(to_utc(start, zone).0).filter(|_| self.parts().0 > 0)?;
        // A first guess by the nominal length, then step to the right one.
        let mut index = elapsed.div_euclid(self.nominal_s().max(1) * 1_000_000);
        while self.begin(index)? > instant {
            index -= 1;
        }
        while self.begin(index + 1)? <= instant {
            index += 1;
        }
        Some(index)
    }

    /// When window `index` begins.
    fn begin(&self, index: i64) -> Option<i64> {
        let Window::Calendar { count, unit, start, zone } = self else { return None };
        let steps = index.checked_mul(i64::from(*count))?;
        let size = steps.unsigned_abs();
        let moved = match unit {
            // Hours run evenly through a change of the clocks.
            WindowUnit::Minute | WindowUnit::Hour => {
                return to_utc(*start, *zone).0.checked_add(steps.checked_mul(unit.nominal_s() * 1_000_000)?);
            }
            WindowUnit::Day | WindowUnit::Week => {
                let days = Days::new(size.checked_mul(if *unit == WindowUnit::Week { 7 } else { 1 })?);
                if steps < 0 { start.checked_sub_days(days)? } else { start.checked_add_days(days)? }
            }
            WindowUnit::Month | WindowUnit::Quarter | WindowUnit::Year => {
                let months = months(u32::try_from(size).ok()?, *unit)?;
                if steps < 0 { start.checked_sub_months(months)? } else { start.checked_add_months(months)? }
            }
        };
        Some(to_utc(moved, *zone).0)
    }
}

fn months(count: u32, unit: WindowUnit) -> Option<Months> {
    let each = match unit {
        WindowUnit::Quarter => 3,
        WindowUnit::Year => 12,
        _ => 1,
    };
    count.checked_mul(each).map(Months::new)
}

/// The local midnight at which a calendar window begins where a file says nothing else: 1 January 1970 was a Thursday, so weeks
/// begin on Monday 5 January 1970.
pub fn usual_start(unit: WindowUnit) -> NaiveDateTime {
    let epoch = NaiveDateTime::default();
    if unit == WindowUnit::Week { epoch + TimeDelta::days(4) } else { epoch }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::local_time::from_rfc3339;

    fn at(text: &str) -> i64 {
        from_rfc3339(text).unwrap()
    }

    fn calendar(count: u32, unit: WindowUnit, start: &str, zone: Tz) -> Window {
        Window::Calendar { count, unit, start: start.parse().unwrap(), zone }
    }

    #[test]
    fn months_begin_at_their_own_hour_and_zone() {
        let month = calendar(1, WindowUnit::Month, "2022-01-31T12:00:00", chrono_tz::America::New_York);
        // February has no 31st: its last day. March has one again.
        assert_eq!(
            month.at(at("2026-03-15T00:00:00Z"), Tz::UTC),
            Some((at("2026-02-28T12:00:00-05:00"), at("2026-03-31T12:00:00-04:00")))
        );
        // A window holds its first instant and not its end.
        let end = at("2026-03-31T12:00:00-04:00");
        assert_eq!(month.at(end, Tz::UTC).unwrap().1, end);
        assert_eq!(month.at(end + 1, Tz::UTC).unwrap().0, end);
    }

    #[test]
    fn weeks_have_167_and_169_hours_when_the_clocks_change() {
        let week = calendar(1, WindowUnit::Week, "2026-01-05T00:00:00", chrono_tz::Europe::Berlin);
        let hours = |text: &str| {
            let (start, end) = week.at(at(text), Tz::UTC).unwrap();
            (end - start) / 3_600_000_000
        };
        assert_eq!(
            (hours("2026-03-27T00:00:00Z"), hours("2026-10-23T00:00:00Z"), hours("2025-06-04T00:00:00Z")),
            (167, 169, 168)
        );
    }

    #[test]
    fn closed_windows_tile_the_time() {
        let quarter = calendar(1, WindowUnit::Quarter, "2026-01-01T00:00:00", chrono_tz::Europe::Brussels);
        let found = quarter.closed(at("2025-02-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert_eq!(found.len(), 4);
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(found[3].1, at("2026-01-01T00:00:00+01:00"));
        assert!(Window::Rolling { count: 7, unit: WindowUnit::Day }.closed(0, i64::MAX / 2).is_empty());
    }

    #[test]
    fn rolling_windows_end_at_the_moment() {
        let moment = at("2026-03-31T10:00:00Z");
        let days = Window::Rolling { count: 28, unit: WindowUnit::Day };
        assert_eq!(days.at(moment, Tz::UTC), Some((moment - 28 * 86_400_000_000, moment)));
        let month = Window::Rolling { count: 1, unit: WindowUnit::Month };
        assert_eq!(month.at(moment, Tz::UTC), Some((at("2026-02-28T10:00:00Z"), moment)));
        assert_eq!((month.nominal_s(), month.read()), (2_592_000, (1, "month")));
        assert_eq!(Window::Rolling { count: 4, unit: WindowUnit::Week }.read(), (28, "day"));
    }
}
