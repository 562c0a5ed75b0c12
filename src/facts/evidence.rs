//! What outages, probes and maintenance windows say about each service, as spans of time.

use std::collections::BTreeMap;

use super::columns::{boolean, instant, number, text};
use super::context::{Context, References};
use crate::arithmetic::interval::{self, Weighted};
use crate::declaration::project::ServiceTime;
use crate::lake::LakeError;

/// Half-open spans, µs UTC, sorted and disjoint.
type Spans = Vec<(i64, i64)>;

/// One recorded unplanned outage of a service, cut at as-of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outage {
    /// Start, end and share lost.
    pub span: Weighted,
    /// Whether it has no end at as-of.
    pub open: bool,
    /// The incident that it belongs to.
    pub incident: Option<String>,
    /// The supplier that caused it.
    pub supplier: Option<String>,
}

/// Evidence about one service. All spans are cut at as-of, sorted and disjoint.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Recorded unplanned outages and degradations, in order of their start.
    pub outages: Vec<Outage>,
    /// Unplanned down time with the share lost, from outages and probes.
    pub down: Vec<Weighted>,
    /// Announced maintenance.
    pub maintenance: Vec<(i64, i64)>,
    /// Time in which the state is known; `None` where a register of outages covers the service, whose silence means up.
    pub known: Option<Vec<(i64, i64)>>,
    /// Whether probes watch the service.
    pub probed: bool,
}

/// Evidence about all services, and the first instant that any of it speaks about.
pub(super) struct Evidences {
    /// By service.
    pub services: BTreeMap<String, Evidence>,
    /// The first instant of any evidence.
    pub first: Option<i64>,
    /// Whether there is any register of outages.
    pub has_register: bool,
}

/// Gathers the evidence.
pub(super) fn gather(context: &Context, references: &References) -> Result<Evidences, LakeError> {
    let rules = &context.project.service_time;
    let mut services: BTreeMap<String, Evidence> =
        references.services.iter().map(|name| (name.clone(), Evidence::default())).collect();
    let mut first: Option<i64> = None;
    let mut begins = |at: i64| first = Some(first.map_or(at, |first| first.min(at)));
    let as_of = context.as_of;

    let outages = context.frame("outages")?;
    let has_register = outages.height() > 0;
    let service = text(&outages, "service")?;
    let (started, ended) = (instant(&outages, "started_at", Some(as_of))?, instant(&outages, "ended_at", Some(as_of))?);
    let (kind, planned) = (text(&outages, "kind")?, boolean(&outages, "planned")?);
    let (weight, incident) = (number(&outages, "weight")?, text(&outages, "incident")?);
    let supplier = text(&outages, "supplier")?;
    let mut windows: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for row in 0..outages.height() {
        let (Some(name), Some(start)) = (service[row], started[row]) else { continue };
        begins(start);
        let end = ended[row].unwrap_or(as_of);
        let evidence = services.entry(name.to_string()).or_default();
        // Reversed instants are a data error, which `check` reports; they cover no time.
        if end <= start {
            continue;
        }
        if planned[row] == Some(true) || kind[row] == Some("maintenance") {
            windows.entry(name.to_string()).or_default().push((start, end));
            continue;
        }
        let weight =
            weight[row].unwrap_or(if kind[row] == Some("degradation") { rules.degradation_weight } else { 1.0 });
        if weight > 0.0 {
            evidence.outages.push(Outage {
                span: Weighted { start, end, weight: weight.min(1.0) },
                open: ended[row].is_none(),
                incident: incident[row].map(str::to_string),
                supplier: supplier[row].map(str::to_string),
            });
        }
    }
    drop(outages);

    let announced = context.frame("maintenance")?;
    let service = text(&announced, "service")?;
    let (started, ended) =
        (instant(&announced, "started_at", Some(as_of))?, instant(&announced, "ended_at", Some(as_of))?);
    for row in 0..announced.height() {
        if let (Some(name), Some(start)) = (service[row], started[row]) {
            let end = ended[row].unwrap_or(as_of);
            if end > start {
                services.entry(name.to_string()).or_default();
                windows.entry(name.to_string()).or_default().push((start, end));
            }
        }
    }

    let mut probes = probe_series(context)?;
    for (name, evidence) in &mut services {
        evidence.maintenance = interval::union(windows.remove(name).unwrap_or_default());
        if let Some(locations) = probes.remove(name) {
            watch(evidence, &locations, rules, as_of, &mut begins);
        }
    }
    for (name, locations) in probes {
        let mut evidence = Evidence::default();
        watch(&mut evidence, &locations, rules, as_of, &mut begins);
        services.insert(name, evidence);
    }
    for evidence in services.values_mut() {
        evidence.outages.sort_by_key(|outage| (outage.span.start, outage.span.end));
        let mut spans = std::mem::take(&mut evidence.down);
        spans.extend(evidence.outages.iter().map(|outage| outage.span));
        evidence.down = interval::union_weighted(spans);
        if let Some(known) = &mut evidence.known {
            // A recorded outage is known time even where probes were silent.
            known.extend(evidence.outages.iter().map(|outage| (outage.span.start, outage.span.end)));
            *known = interval::union(std::mem::take(known));
        }
    }
    Ok(Evidences { services, first, has_register })
}

/// One check: when, whether it was up, and its usual interval in seconds where the export says it.
type Check = (i64, bool, Option<f64>);

/// Checks by service and location, in order of time.
fn probe_series(context: &Context) -> Result<BTreeMap<String, BTreeMap<String, Vec<Check>>>, LakeError> {
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

fn watch(
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
    let (known, down) = majority(&states);
    evidence.probed = true;
    evidence.known = Some(known);
    evidence.down.extend(down.into_iter().map(|(start, end)| Weighted { start, end, weight: 1.0 }));
}

/// The spans of one location's checks with their state: each holds until the next check, at most `probe_hold` times the
/// usual interval; a run of fewer than `confirm` failures counts as up.
fn held(checks: &[Check], rules: &ServiceTime, as_of: i64) -> Vec<(i64, i64, bool)> {
    let mut gaps: Vec<i64> = checks.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0);
    let mut confirmed: Vec<bool> = checks.iter().map(|(_, up, _)| *up).collect();
    if rules.confirm > 1 {
        let mut start = 0;
        for run in checks.chunk_by(|a, b| a.1 == b.1) {
            if !run[0].1 && run.len() < rules.confirm as usize {
                confirmed[start..start + run.len()].fill(true);
            }
            start += run.len();
        }
    }
    let mut spans = Vec::with_capacity(checks.len());
    for (row, (at, _, interval_s)) in checks.iter().enumerate() {
        let every = interval_s.map_or(usual, |seconds| (seconds * 1e6) as i64);
        let longest = at.saturating_add((every as f64 * rules.probe_hold) as i64);
        let next = checks.get(row + 1).map_or(as_of, |next| next.0);
        let end = next.min(longest).min(as_of);
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
    fn most_locations_must_fail() {
        let up = vec![(0, 100, true)];
        let down = vec![(0, 100, false)];
        assert_eq!(majority(&[up.clone(), down.clone()]), (vec![(0, 100)], vec![]));
        assert_eq!(majority(&[up, down.clone(), down]), (vec![(0, 100)], vec![(0, 100)]));
    }
}
