//! Accounts, causes and chains against colouring each second of a short span.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::context::References;
use super::super::evidence::{Evidence, Outage};
use super::super::needs;
use super::account::{Account, Accounts, any, by_day, plain, within, within_weighted};
use super::blame::{Blame, Segment};
use super::depends::Chains;
use super::places;
use super::reasons::{Reason, Reasons};
use crate::arithmetic::interval::{self, Weighted};
use crate::declaration::project::{Maintenance, ServiceTime};

/// Seconds of the span.
const SIZE: i64 = 120;
const S: i64 = 1_000_000;

fn outage(id: usize, start: i64, end: i64, weight: f64) -> Outage {
    Outage {
        id: format!("O{id:02}"),
        span: Weighted { start: start * S, end: end * S, weight },
        open: false,
        incident: None,
        supplier: None,
        location: None,
    }
}

fn evidence(outages: Vec<Outage>, maintenance: &[(i64, i64)]) -> Evidence {
    let maintenance = interval::union(maintenance.iter().map(|(a, b)| (a * S, b * S)).collect());
    let mut evidence = Evidence { outages, maintenance, ..Evidence::default() };
    evidence.settle();
    evidence
}

/// The accounts of services over the whole span.
fn accounts(services: &[(&str, Evidence)], rules: &ServiceTime) -> Accounts {
    let mut accounts: Vec<Account> = services
        .iter()
        .map(|(name, evidence)| Account::new((*name).to_string(), vec![(0, SIZE * S)], evidence.clone(), rules.clone()))
        .collect();
    accounts.sort_by(|a, b| a.service.cmp(&b.service));
    Accounts(accounts)
}

fn references(depends_on: &[(&str, &str)]) -> References {
    let mut references = References::default();
    for (name, text) in depends_on {
        references.needs.insert((*name).to_string(), needs::parse(text));
    }
    references
}

/// What counts at a second.
fn at(segments: &[Segment], second: i64) -> Option<&Segment> {
    segments.iter().find(|s| s.span.start <= second * S && second * S < s.span.end)
}

fn spans() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..SIZE, 1..40_i64), 0..5)
        .prop_map(|spans| spans.into_iter().map(|(start, length)| (start, (start + length).min(SIZE))).collect())
}

fn weighted() -> impl Strategy<Value = Vec<(i64, i64, f64)>> {
    let weight = prop_oneof![Just(1.0), Just(0.3), Just(0.5)];
    prop::collection::vec((0..SIZE, 1..40_i64, weight), 0..6)
        .prop_map(|list| list.into_iter().map(|(a, n, w)| (a, (a + n).min(SIZE), w)).collect())
}

fn outages(list: &[(i64, i64, f64)]) -> Vec<Outage> {
    list.iter().enumerate().map(|(id, (start, end, weight))| outage(id, *start, *end, *weight)).collect()
}

fn covers(spans: &[(i64, i64)], second: i64) -> bool {
    spans.iter().any(|span| span.0 <= second && second < span.1)
}

fn ruled(maintenance: Maintenance) -> ServiceTime {
    ServiceTime { maintenance, ..ServiceTime::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_account_is_that_of_coloured_seconds(
        list in weighted(), windows in spans(), hours in spans(), seen in prop::option::of(spans()),
        failing in spans(), way in 0..3_usize,
    ) {
        let way = [Maintenance::Excluded, Maintenance::Up, Maintenance::Down][way];
        let scaled = |spans: &[(i64, i64)]| interval::union(spans.iter().map(|(a, b)| (a * S, b * S)).collect());
        let mut evidence = Evidence { outages: outages(&list), maintenance: scaled(&windows), ..Evidence::default() };
        evidence.known = seen.as_ref().map(|seen| scaled(seen));
        // Probes that fail are known time.
        let failing: Vec<(i64, i64)> = if seen.is_some() { failing } else { Vec::new() };
        evidence.failing = scaled(&failing);
        if let Some(known) = &mut evidence.known {
            known.extend(&evidence.failing);
        }
        evidence.settle();
        let account = Account::new("A".into(), scaled(&hours), evidence, ruled(way));
        let (mut agreed, mut lost, mut down, mut excluded, mut unplanned, mut all) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for second in 0..SIZE {
            let recorded = list.iter().filter(|o| o.0 <= second && second < o.1).map(|o| o.2).fold(0.0, f64::max);
            let fails = covers(&failing, second);
            let weight = if fails { 1.0 } else { recorded };
            let planned = covers(&windows, second);
            let known = seen.as_ref().is_none_or(|seen| covers(seen, second)) || weight > 0.0 || planned;
            if !covers(&hours, second) || !known {
                continue;
            }
            let (counts, loss) = match (planned, way) {
                (true, Maintenance::Excluded) => (false, 0.0),
                (true, Maintenance::Up) => (true, 0.0),
                (true, Maintenance::Down) => (true, 1.0),
                (false, _) => (true, weight),
            };
            agreed += f64::from(u8::from(counts));
            lost += loss;
            down += f64::from(u8::from(loss > 0.0));
            if !planned {
                excluded += 1.0;
                unplanned += weight;
            }
            all += if planned { 1.0 } else { weight };
        }
        let day = (0, SIZE * S);
        let close = |found: f64, expected: f64| (found - expected).abs() < 1e-9;
        prop_assert!(close(within(&account.agreed, day), agreed));
        prop_assert!(close(within_weighted(&account.down, day, |w| w), lost));
        prop_assert!(close(within_weighted(&account.down, day, any), down));
        prop_assert!(close(within(&account.agreed_excluded, day), excluded));
        prop_assert!(close(within_weighted(&account.unplanned, day, |w| w), unplanned));
        prop_assert!(close(within_weighted(&account.down_with_maintenance(), day, |w| w), all));
        prop_assert!(lost <= agreed + 1e-9);
        // Any split of the span adds up.
        for cut in [1, 17, 60, 119] {
            let parts = within_weighted(&account.down, (0, cut * S), |w| w) + within_weighted(&account.down, (cut * S, SIZE * S), |w| w);
            prop_assert!(close(parts, lost));
        }
    }

    #[test]
    fn every_moment_of_the_union_has_one_cause(
        a in weighted(), b in weighted(), c in weighted(), windows in spans(), way in 0..3_usize, turn in 0..6_usize,
    ) {
        let way = [Maintenance::Excluded, Maintenance::Up, Maintenance::Down][way];
        let references = references(&[("A", "B, C"), ("B", "C")]);
        let services = [("A", &a, &windows[..]), ("B", &b, &[][..]), ("C", &c, &[][..])]
            .map(|(name, list, windows)| (name, evidence(outages(list), windows)));
        let accounts = accounts(&services, &ruled(way));
        let reasons = Reasons::default();
        let blame = Blame::new(&references, &accounts, &reasons);
        for account in &accounts.0 {
            let segments = blame.segments(account);
            prop_assert!(segments.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            let together = interval::union(segments.iter().map(|s| (s.span.start, s.span.end)).collect());
            prop_assert_eq!(&together, &plain(&account.down));
            let spans: Vec<Weighted> = segments.iter().map(|segment| segment.span).collect();
            prop_assert!((interval::weighted_s(&spans) - interval::weighted_s(&account.down)).abs() < 1e-9);
        }
        // Second by second: the root is C while C is down, else B while B is, else the service itself.
        let account = accounts.of("A").unwrap();
        let segments = blame.segments(account);
        let down = |list: &[(i64, i64, f64)], second: i64| list.iter().any(|o| o.0 <= second && second < o.1);
        for second in 0..SIZE {
            let planned = covers(&windows, second);
            let expected = match (planned, way, down(&a, second)) {
                (true, Maintenance::Down, _) => Some(("maintenance", None)),
                (true, ..) | (false, _, false) => None,
                (false, _, true) if down(&c, second) => Some(("dependency", Some("C"))),
                (false, _, true) if down(&b, second) => Some(("dependency", Some("B"))),
                _ => Some(("own", None)),
            };
            let found = at(&segments, second).map(|s| (s.fault.kind, s.fault.service.as_deref()));
            prop_assert_eq!(found, expected, "second {}", second);
        }
        // Neither the order of the rows nor a day's cuts change anything.
        let mut turned = outages(&a);
        turned.rotate_left(turn % a.len().max(1));
        let mut other = services.to_vec();
        other[0].1 = evidence(turned, &windows);
        let again = self::accounts(&other, &ruled(way));
        let blame = Blame::new(&references, &again, &reasons);
        prop_assert_eq!(blame.segments(again.of("A").unwrap()), segments);
    }

    #[test]
    fn chains_are_those_of_coloured_seconds(lists in prop::collection::vec(weighted(), 5..6)) {
        let names = ["A", "B", "C", "D", "E"];
        let references = references(&[("A", "B, C | D"), ("B", "2 of (C | D | E)")]);
        let own: BTreeMap<String, Vec<Weighted>> = names
            .iter()
            .zip(&lists)
            .map(|(name, list)| (name.to_string(), evidence(outages(list), &[]).down))
            .collect();
        let chains = Chains::new(&references.needs, own);
        let found = chains.down("A");
        for second in 0..SIZE {
            let loss = |service: usize| {
                lists[service].iter().filter(|o| o.0 <= second && second < o.1).map(|o| o.2).fold(0.0, f64::max)
            };
            let mut three = [loss(2), loss(3), loss(4)];
            three.sort_by(f64::total_cmp);
            let b = loss(1).max(three[1]);
            let expected = loss(0).max(b).max(loss(2).min(loss(3)));
            let there = found.iter().find(|s| s.start <= second * S && second * S < s.end).map_or(0.0, |s| s.weight);
            prop_assert_eq!(there, expected);
        }
    }
}

#[test]
fn what_is_declared_comes_before_what_is_inferred() {
    let mut references = references(&[("Pay", "Net, Auth"), ("Auth", "Net")]);
    for (service, supplier) in [("Pay", "Paywise"), ("Net", "Netco")] {
        references.supplier.insert(service.into(), supplier.into());
    }
    references.kind.insert("Net".into(), "infrastructure".into());
    let told = |id: &str| Outage { incident: Some(id.into()), ..outage(1, 0, 40, 1.0) };
    let incident = |id: &str, cause: Option<&str>, supplier: Option<&str>| Reason {
        incident: Some(id.into()),
        cause: cause.map(Into::into),
        supplier: supplier.map(Into::into),
        ..Reason::default()
    };
    let reasons = Reasons::from_incidents(vec![
        ("Pay", 0, 40 * S, incident("I-own", None, None)),
        ("Pay", 0, 40 * S, incident("I-named", Some("Auth"), None)),
        ("Pay", 0, 40 * S, incident("I-word", Some("network"), None)),
        ("Pay", 0, 40 * S, incident("I-theirs", None, Some("Netco"))),
        ("Pay", 0, 40 * S, incident("I-supplier", None, Some("Paywise"))),
    ]);
    let net = evidence(vec![outage(9, 10, 20, 1.0)], &[]);
    let found = |id: &str| {
        let accounts =
            accounts(&[("Pay", evidence(vec![told(id)], &[])), ("Net", net.clone())], &ServiceTime::default());
        let segments = Blame::new(&references, &accounts, &reasons).segments(accounts.of("Pay").unwrap());
        let words = segments.iter().map(|s| {
            let length = (s.span.end - s.span.start) / S;
            format!("{} {} {}", length, s.fault.kind, s.fault.service.as_deref().unwrap_or("-"))
        });
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(found("I-own"), "10 own -, 10 platform Net, 20 own -");
    assert_eq!(found("I-named"), "40 dependency Auth");
    assert_eq!(found("I-word"), "10 own -, 10 platform Net, 20 own -");
    assert_eq!(found("I-theirs"), "40 supplier Net");
    assert_eq!(found("I-supplier"), "40 supplier -");
}

#[test]
fn a_heavier_outage_wins_then_the_earlier_then_the_lower_id() {
    let list = [(10, 30, 0.3), (20, 40, 1.0), (20, 50, 1.0), (5, 60, 0.3)];
    let mut recorded = outages(&list);
    for outage in &mut recorded {
        outage.location = Some(outage.id.clone());
    }
    let accounts = accounts(&[("A", evidence(recorded, &[]))], &ServiceTime::default());
    let (references, reasons) = (References::default(), Reasons::default());
    let segments = Blame::new(&references, &accounts, &reasons).segments(&accounts.0[0]);
    let shown: Vec<_> =
        segments.iter().map(|s| (s.span.start / S, s.span.end / S, s.location.as_deref().unwrap_or(""))).collect();
    assert_eq!(shown, [(5, 20, "O03"), (20, 40, "O01"), (40, 50, "O02"), (50, 60, "O03")]);
}

#[test]
fn work_that_outlasts_its_window_is_an_overrun_and_an_outage_before_it_is_not() {
    let overrun = |outages: &[(i64, i64, f64)]| {
        let accounts = accounts(&[("A", evidence(self::outages(outages), &[(20, 40)]))], &ServiceTime::default());
        within(&accounts.0[0].overrun, (0, SIZE * S))
    };
    assert_eq!(overrun(&[(30, 55, 1.0)]), 15.0);
    assert_eq!(overrun(&[(20, 40, 1.0)]), 0.0);
    assert_eq!(overrun(&[(10, 55, 1.0)]), 0.0);
    assert_eq!(overrun(&[(40, 55, 1.0)]), 0.0);
    assert_eq!(overrun(&[(30, 45, 0.3), (44, 50, 1.0)]), 10.0);
}

#[test]
fn a_location_has_its_own_outages_and_those_of_all() {
    let at = |place: &str, outage: Outage| Outage { location: Some(place.into()), ..outage };
    let recorded =
        vec![at("Ghent", outage(1, 0, 30, 1.0)), at("Bruges", outage(2, 20, 60, 1.0)), outage(3, 50, 70, 0.5)];
    let accounts = accounts(&[("A", evidence(recorded, &[]))], &ServiceTime::default());
    let found: Vec<(String, f64, f64)> = places::split(&accounts.0[0])
        .iter()
        .map(|(place, here)| {
            let day = (0, SIZE * S);
            (place.clone(), within_weighted(&here.down, day, any), within_weighted(&here.down, day, |w| w))
        })
        .collect();
    assert_eq!(found, [("Bruges".to_string(), 50.0, 45.0), ("Ghent".to_string(), 50.0, 40.0)]);
}

#[test]
fn a_location_that_is_probed_knows_what_its_probes_saw() {
    let scaled = |spans: &[(i64, i64)]| spans.iter().map(|(a, b)| (a * S, b * S)).collect::<Vec<_>>();
    let mut seen = evidence(vec![outage(1, 100, 110, 1.0)], &[]);
    seen.probed = true;
    // Two of three locations fail from 20 to 30: the service is down then, and each location as long as it saw.
    seen.known = Some(scaled(&[(0, 60)]));
    seen.failing = scaled(&[(20, 30)]);
    for (place, known, failing) in [("a", (0, 60), (10, 30)), ("b", (0, 50), (20, 40)), ("c", (0, 60), (0, 0))] {
        seen.places.insert(place.into(), (scaled(&[known]), interval::union(scaled(&[failing]))));
    }
    seen.settle();
    let accounts = accounts(&[("A", seen)], &ServiceTime::default());
    let day = (0, SIZE * S);
    let down = |account: &Account| (within(&account.agreed, day), within_weighted(&account.down, day, any));
    assert_eq!(down(&accounts.0[0]), (70.0, 20.0));
    let found: Vec<(f64, f64)> = places::split(&accounts.0[0]).iter().map(|(_, here)| down(here)).collect();
    // The recorded outage names no location, so every one felt it.
    assert_eq!(found, [(70.0, 30.0), (60.0, 30.0), (70.0, 10.0)]);
}

#[test]
fn days_are_cut_at_local_midnight() {
    let zone = chrono_tz::Europe::Brussels;
    let midnight = 1_767_567_600 * S;
    assert_eq!(by_day(midnight - 10, midnight + 5, zone), [(midnight - 10, midnight), (midnight, midnight + 5)]);
}
