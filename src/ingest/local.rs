//! Local times of one zone to instants, fast: the offset of a day without a clock change is looked up once. Times that a clock change
//! skipped or repeated are counted.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono_tz::Tz;

use super::dates::Written;
use crate::arithmetic::local_time::{Resolution, to_utc};

const DAY_US: i64 = 86_400_000_000;

/// Converts what is written to instants.
#[derive(Debug)]
pub struct LocalClock {
    zone: Tz,
    /// Offset of each local day that has one offset only, µs.
    days: BTreeMap<i64, Option<i64>>,
    last: Option<(i64, Option<i64>)>,
}

impl LocalClock {
    /// A clock of the zone.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self { zone, days: BTreeMap::new(), last: None }
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The instant (µs, UTC) that is written, and how a local time was resolved.
    pub fn instant(&mut self, written: Written) -> (i64, Resolution) {
        let local = written.day * DAY_US + written.time_us;
        if let Some(offset) = written.offset_s {
            return (local - i64::from(offset) * 1_000_000, Resolution::Exact);
        }
        match self.offset(written.day) {
            Some(offset) => (local - offset, Resolution::Exact),
            None => resolve(local, self.zone).unwrap_or((local, Resolution::Exact)),
        }
    }

    fn offset(&mut self, day: i64) -> Option<i64> {
        if let Some((last, offset)) = self.last
            && last == day
        {
            return offset;
        }
        let zone = self.zone;
        let offset = *self.days.entry(day).or_insert_with(|| single_offset(day, zone));
        self.last = Some((day, offset));
        offset
    }
}

fn resolve(local: i64, zone: Tz) -> Option<(i64, Resolution)> {
    Some(to_utc(DateTime::from_timestamp_micros(local)?.naive_utc(), zone))
}

/// The offset of a local day, when it starts and ends with the same one and no clock change touches either end. A day in which the
/// clocks change twice by the same length in opposite directions is not known to any zone.
fn single_offset(day: i64, zone: Tz) -> Option<i64> {
    let start = day * DAY_US;
    let end = start + DAY_US;
    match (resolve(start, zone)?, resolve(end, zone)?) {
        ((first, Resolution::Exact), (last, Resolution::Exact)) if last - first == DAY_US => Some(start - first),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(day: i64, hour: i64, minute: i64) -> Written {
        Written { day, time_us: (hour * 60 + minute) * 60_000_000, offset_s: None }
    }

    #[test]
    fn clock_changes_are_resolved_and_told() {
        let mut clock = LocalClock::new(chrono_tz::Europe::Brussels);
        let spring = crate::ingest::dates::day_number(2026, 3, 29).unwrap();
        let autumn = crate::ingest::dates::day_number(2026, 10, 25).unwrap();
        assert_eq!(clock.instant(written(spring, 2, 30)).1, Resolution::Gap);
        assert_eq!(clock.instant(written(spring, 3, 30)).1, Resolution::Exact);
        assert_eq!(clock.instant(written(spring, 2, 30)).0, clock.instant(written(spring, 3, 30)).0);
        assert_eq!(clock.instant(written(autumn, 2, 30)).1, Resolution::Repeated);
        let utc = Written { offset_s: Some(7200), ..written(spring, 2, 30) };
        assert_eq!(clock.instant(utc), (spring * DAY_US + 30 * 60_000_000, Resolution::Exact));
    }

    proptest! {
        #[test]
        fn every_time_is_that_of_the_slow_way(day in 0_i64..30_000, minute in 0_i64..1440, index in 0_usize..5) {
            use chrono_tz::{America, Asia, Australia, Europe};
            let zone =
                [Europe::Brussels, America::New_York, Asia::Kolkata, Australia::Lord_Howe, America::Sao_Paulo][index];
            let mut clock = LocalClock::new(zone);
            let time = written(day, 0, minute);
            prop_assert_eq!(Some(clock.instant(time)), resolve(day * DAY_US + time.time_us, zone));
        }
    }
}
