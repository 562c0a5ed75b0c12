//! The offsets of a time zone as a table: from which instant its clocks differ from UTC by how much.
//! Covers 1970 to 2100; the first and the last offset are taken to hold beyond.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

use crate::arithmetic::local_time::SECOND_US;

/// One sample per day finds every change: no zone changed its clocks twice within a day.
const STEP_S: i64 = 86_400;
/// 1970 and 2100, in Unix seconds: records lie between them, and the zone database ends at the latter.
const FIRST_S: i64 = 0;
const LAST_S: i64 = 4_102_444_800;

/// The offset changes of `zone`, in order: (first instant in µs UTC, local time less UTC in µs).
/// The first entry starts at `i64::MIN`, so every instant has one. Costs a few milliseconds; keep the result.
#[must_use]
pub fn offsets(zone: Tz) -> Vec<(i64, i64)> {
    let mut last = offset_s(zone, FIRST_S);
    let mut table = vec![(i64::MIN, last * SECOND_US)];
    let mut sample = FIRST_S;
    while sample < LAST_S {
        let next = sample + STEP_S;
        let offset = offset_s(zone, next);
        if offset != last {
            let (mut low, mut high) = (sample, next);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset_s(zone, middle) == last {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            table.push((high * SECOND_US, offset * SECOND_US));
            last = offset;
        }
        sample = next;
    }
    table
}

fn offset_s(zone: Tz, unix_s: i64) -> i64 {
    DateTime::from_timestamp(unix_s, 0)
        .map_or(0, |utc| i64::from(zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::local_time::from_rfc3339;
    use proptest::prelude::*;

    #[test]
    fn changes_of_berlin_and_of_a_zone_without_any() {
        let table = offsets(chrono_tz::Europe::Berlin);
        let spring = from_rfc3339("2026-03-29T01:00:00Z").unwrap();
        let autumn = from_rfc3339("2026-10-25T01:00:00Z").unwrap();
        assert!(table.contains(&(spring, 7200 * SECOND_US)));
        assert!(table.contains(&(autumn, 3600 * SECOND_US)));
        assert_eq!(offsets(chrono_tz::UTC), vec![(i64::MIN, 0)]);
    }

    proptest! {
        #[test]
        fn the_table_equals_the_zone(seconds in 0..LAST_S, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let table = offsets(zone);
            let at = table.partition_point(|entry| entry.0 <= seconds * SECOND_US) - 1;
            prop_assert_eq!(table[at].1, offset_s(zone, seconds) * SECOND_US, "{}", zone);
        }
    }
}
