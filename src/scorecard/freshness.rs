//! How new the records are that figures rest on: a figure of a period after the newest record says nothing about the period.

use std::collections::BTreeSet;

use super::scorecard::Scorecard;
use crate::facts::{EVERY_TABLE, FACTS};

/// Tables that describe what there is, not what happened: they may be old and right.
const STANDING: [&str; 5] = ["services", "teams", "customers", "agreements", "links"];

/// The tables of a fact without whose records it has nothing to say; those that only tell more about them are left out. `*` is
/// any table.
fn evidence(fact: &str) -> Vec<&'static str> {
    let Some(fact) = FACTS.iter().find(|known| known.name == fact) else { return Vec::new() };
    if fact.tables == EVERY_TABLE {
        return fact.tables.to_vec();
    }
    if let Some(own) = fact.tables.iter().find(|table| **table == fact.name && !STANDING.contains(*table)) {
        return vec![own];
    }
    let measured: Vec<&str> = fact.tables.iter().copied().filter(|name| ["outages", "probes"].contains(name)).collect();
    if !measured.is_empty() {
        return measured;
    }
    fact.tables.iter().copied().find(|name| !STANDING.contains(name)).into_iter().collect()
}

/// The tables that were loaded and that metrics rest on, those under indices and formulas included.
pub fn tables(scorecard: &Scorecard, metrics: impl IntoIterator<Item = String>) -> BTreeSet<&str> {
    let mut open: Vec<String> = metrics.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(metric) = scorecard.metrics.get(&id).filter(|_| seen.insert(id.clone())) else { continue };
        open.extend(metric.inputs());
        wanted.extend(metric.fact().map(evidence).unwrap_or_default());
    }
    let any = wanted.contains(EVERY_TABLE[0]);
    let loaded = scorecard.quality.freshness.iter().map(|one| one.table.as_str());
    loaded.filter(|table| wanted.contains(table) || any && !STANDING.contains(table)).collect()
}

/// The newest instant in tables, µs UTC, where the whole of the report's period lies after it; none where anything was
/// recorded since the period began, or nothing has an instant.
pub fn stale(scorecard: &Scorecard, tables: &BTreeSet<&str>) -> Option<i64> {
    let fresh = scorecard.quality.freshness.iter().filter(|one| tables.contains(one.table.as_str()));
    fresh.filter_map(|one| one.newest).max().filter(|newest| *newest < scorecard.period.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;
    use crate::scorecard::quality::TableFreshness;

    #[test]
    fn what_describes_services_does_not_make_records_of_outages_fresh() {
        assert_eq!(evidence("service_time"), ["outages", "probes"]);
        assert_eq!(evidence("tickets"), ["tickets"]);
        assert_eq!(evidence("ticket_steps"), ["tickets"]);
        assert_eq!(evidence("assets"), ["patches"]);
        assert_eq!(evidence("slo_days"), ["*"]);
        for fact in FACTS {
            // What rests on nothing but what stands can't grow old.
            let stands = fact.tables.iter().all(|table| STANDING.contains(table));
            assert!(stands || !evidence(fact.name).is_empty(), "{}", fact.name);
        }
    }

    #[test]
    fn records_are_stale_when_the_newest_is_older_than_the_period() {
        let mut scorecard = example::rich();
        let start = scorecard.period.start;
        let of = |table: &str, newest| TableFreshness { table: table.to_owned(), rows: 1, newest };
        let both = BTreeSet::from(["outages", "probes"]);
        let mut found = |outages, probes| {
            scorecard.quality.freshness =
                vec![of("outages", outages), of("probes", probes), of("tickets", Some(start))];
            stale(&scorecard, &both)
        };
        assert_eq!(found(Some(start - 1), Some(start - 5)), Some(start - 1));
        assert_eq!(found(Some(start - 1), Some(start)), None);
        assert_eq!(found(None, Some(start - 5)), Some(start - 5));
        assert_eq!(found(None, None), None);
    }
}
