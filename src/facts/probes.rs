//! Checks of services: how long a state holds, what is confirmed, and what most locations say.

use std::collections::BTreeMap;

use super::columns::{boolean, instant, number, text};
use super::context::Context;
use super::evidence::{Evidence, Spans};
use crate::arithmetic::interval;
use crate::declaration::project::ServiceTime;
use crate::lake::LakeError;

/// One check: when, whether it was up, and its usual interval in seconds where the export says it.
pub(super) type Check = (i64, bool, Option<f64>);

/// Checks by service and location, in order of time.
pub(super) fn series(context: &Context) -> Result<BTreeMap<String, BTreeMap<String, Vec<Check>>>, LakeError> {
    let probes = context.frame("probes")?;
    let (service, location) = (text(&probes, "service")?, text(&probes, "location")?);
    let (at, up) = (instant(&probes, "at", Some(context.as_of))?, boolean(&probes, "up")?);
    let interval_s = number(&probes, "interval_s")?;
    let mut series: BTreeMap<String, BTreeMap<String, Vec<Check>>> = BTreeMap::new();
    for row in 0..probes.height() {
        if let (Some(name), Some(at), Some(up)) = (service[row], at[row], up[row]) {
            let place = location[row].unwrap_or_default();
            if !series.contains_key(name) {
                series.insert(name.to_string(), BTreeMap::new());
            }
            let places = series.get_mut(name);
            if let Some(places) = places {
                places.entry(place.to_string()).or_default().push((at, up, interval_s[row]));
            }
        }
    }
    for checks in series.values_mut().flat_map(BTreeMap::values_mut) {
        checks.sort_by_key(|(at, ..)| *at);
    }
    Ok(series)
}

/// Takes what the checks of all locations say into the evidence about their service.
pub(super) fn watch(
    evidence: &mut Evidence,
    locations: &BTreeMap<String, Vec<Check>>,
    rules: &ServiceTime,
    as_of: i64,
    begins: &mut dyn FnMut(i64),
) {
    let states: Vec<Vec<(i64, i64, bool)>> = locations.values().map(|checks| held(checks, rules, as_of)).collect();
    for checks in locations.values() {
        if let Some((at, ..)) = checks.first() {
            begins(*at);
        }
    }
    for (place, states) in locations.keys().zip(&states).filter(|(place, _)| !place.is_empty()) {
        evidence.places.insert(place.clone(), majority(std::slice::from_ref(states)));
    }
    let (known, down) = majority(&states);
    evidence.probed = true;
    evidence.known = Some(known);
    evidence.failing = down;
}

/// The spans of one location's checks with their state: each holds until the next check, at most `probe_hold` times the
/// usual interval; a run of fewer than `confirm` failures counts as up. Unknown time ends a run: nobody saw the failure go on.
fn held(checks: &[Check], rules: &ServiceTime, as_of: i64) -> Vec<(i64, i64, bool)> {
    let mut gaps: Vec<i64> = checks.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0);
    let mut confirmed: Vec<bool> = checks.iter().map(|(_, up, _)| *up).collect();
    let longest = |(at, _, interval_s): &Check| {
        let every = interval_s.map_or(usual, |seconds| (seconds * 1e6) as i64);
        at.saturating_add((every as f64 * rules.probe_hold) as i64)
    };
    if rules.confirm > 1 {
        let mut start = 0;
        for run in checks.chunk_by(|a, b| a.1 == b.1 && b.0 <= longest(a)) {
            if !run[0].1 && run.len() < rules.confirm as usize {
                confirmed[start..start + run.len()].fill(true);
            }
            start += run.len();
        }
    }
    let mut spans = Vec::with_capacity(checks.len());
    for (row, check) in checks.iter().enumerate() {
        let at = &check.0;
        let next = checks.get(row + 1).map_or(as_of, |next| next.0);
        let end = next.min(longest(check)).min(as_of);
        if end > *at {
            spans.push((*at, end, confirmed[row]));
        }
    }
    spans
}

/// Known and down spans of a service from its locations: known where any location is, down where most of those fail.
fn majority(locations: &[Vec<(i64, i64, bool)>]) -> (Spans, Spans) {
    let mut changes: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for (start, end, up) in locations.iter().flatten() {
        let fails = i64::from(!up);
        let entry = changes.entry(*start).or_default();
        *entry = (entry.0 + 1, entry.1 + fails);
        let entry = changes.entry(*end).or_default();
        *entry = (entry.0 - 1, entry.1 - fails);
    }
    let (mut known, mut down) = (Vec::new(), Vec::new());
    let (mut watching, mut failing, mut since) = (0, 0, None);
    for (at, (more, fails)) in changes {
        if let Some(since) = since {
            if watching > 0 {
                known.push((since, at));
            }
            if failing * 2 > watching {
                down.push((since, at));
            }
        }
        watching += more;
        failing += fails;
        since = Some(at);
    }
    (interval::union(known), interval::union(down))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    #[test]
    fn a_state_holds_until_the_next_check_and_never_longer_than_the_rule() {
        let checks = [
            (0, true, Some(60.0)),
            (60 * S, false, Some(60.0)),
            (120 * S, true, Some(60.0)),
            (1_000 * S, true, Some(60.0)),
        ];
        let spans = held(&checks, &ServiceTime::default(), 1_030 * S);
        assert_eq!(
            spans,
            [(0, 60 * S, true), (60 * S, 120 * S, false), (120 * S, 270 * S, true), (1_000 * S, 1_030 * S, true)]
        );
    }

    #[test]
    fn a_single_failure_needs_confirmation_where_the_project_asks_for_two() {
        let checks = [
            (0, true, None),
            (60 * S, false, None),
            (120 * S, true, None),
            (180 * S, false, None),
            (240 * S, false, None),
        ];
        let rules = ServiceTime { confirm: 2, ..ServiceTime::default() };
        let down: Vec<bool> = held(&checks, &rules, 300 * S).iter().map(|span| !span.2).collect();
        assert_eq!(down, [false, false, false, true, true]);
    }

    #[test]
    fn two_failures_with_unknown_time_between_them_do_not_confirm_each_other() {
        // Each check holds 150 s: from 210 s to 1,000 s nothing is known.
        let every = Some(60.0);
        let checks = [(0, true, every), (60 * S, false, every), (1_000 * S, false, every), (1_060 * S, true, every)];
        let rules = ServiceTime { confirm: 2, ..ServiceTime::default() };
        assert!(held(&checks, &rules, 1_120 * S).iter().all(|span| span.2));
        // One second less than the hold, and they are one run.
        let near = [(0, true, every), (60 * S, false, every), (209 * S, false, every), (260 * S, true, every)];
        let down: Vec<bool> = held(&near, &rules, 320 * S).iter().map(|span| !span.2).collect();
        assert_eq!(down, [false, true, true, false]);
    }

    #[test]
    fn most_locations_must_fail() {
        let up = vec![(0, 100, true)];
        let down = vec![(0, 100, false)];
        assert_eq!(majority(&[up.clone(), down.clone()]), (vec![(0, 100)], vec![]));
        assert_eq!(majority(&[up, down.clone(), down]), (vec![(0, 100)], vec![(0, 100)]));
    }
}
