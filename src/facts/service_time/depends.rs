//! What a service's dependencies did to it: down time of whole chains, and which service was the root at a moment.

use std::collections::{BTreeMap, BTreeSet};

use super::super::needs::Group;
use crate::arithmetic::interval::{self, Weighted};

/// Services with the groups that they need, and the down time of each with and without what it needs.
pub(super) struct Chains<'a> {
    needs: &'a BTreeMap<String, Vec<Group>>,
    own: BTreeMap<String, Vec<Weighted>>,
    whole: BTreeMap<String, Vec<Weighted>>,
}

impl<'a> Chains<'a> {
    /// The chains over services' own down time. A service without any is taken to be up: nothing is known against it.
    /// Where services need each other in a circle, each takes over the others' down time once.
    pub(super) fn new(needs: &'a BTreeMap<String, Vec<Group>>, own: BTreeMap<String, Vec<Weighted>>) -> Self {
        let mut whole = own.clone();
        // Each round carries down time one step further; longer than the number of services no path is.
        for _ in 0..=needs.len() {
            let mut changed = false;
            for (service, groups) in needs {
                let mut items = own.get(service).cloned().unwrap_or_default();
                for group in groups {
                    let members: Vec<&[Weighted]> =
                        group.members.iter().map(|name| whole.get(name).map_or(&[][..], Vec::as_slice)).collect();
                    items.extend(interval::shared_weighted(&members, group.fatal()));
                }
                let all = interval::union_weighted(items);
                if whole.get(service).map_or(!all.is_empty(), |before| *before != all) {
                    whole.insert(service.clone(), all);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        Self { needs, own, whole }
    }

    /// The time in which the service or what it needs was down, by the largest weight.
    pub(super) fn down(&self, service: &str) -> &[Weighted] {
        self.whole.get(service).map_or(&[], Vec::as_slice)
    }

    /// Every service that one needs, directly or through others; never itself.
    pub(super) fn all(&self, service: &str) -> BTreeSet<&'a str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![service];
        while let Some(name) = open.pop() {
            for member in self.needs.get(name).into_iter().flatten().flat_map(|group| &group.members) {
                if member != service && found.insert(member) {
                    open.push(member);
                }
            }
        }
        found
    }

    /// The service at the root of what a service lacks at a moment: down itself, and needed through failing groups only.
    /// Of several the one that has been down the longest, then the first by name.
    pub(super) fn root(&self, service: &str, at: i64) -> Option<&'a str> {
        let mut seen = BTreeSet::from([service]);
        self.roots(service, at, &mut seen).into_iter().min().map(|(_, name)| name)
    }

    fn roots<'s>(&self, service: &'s str, at: i64, seen: &mut BTreeSet<&'s str>) -> Vec<(i64, &'a str)>
    where
        'a: 's,
    {
        let mut found = Vec::new();
        for group in self.needs.get(service).into_iter().flatten() {
            let down: Vec<&'a String> =
                group.members.iter().filter(|name| covers(self.down(name), at).is_some()).collect();
            if down.len() < group.fatal() {
                continue;
            }
            for name in down {
                if !seen.insert(name.as_str()) {
                    continue;
                }
                let deeper = self.roots(name, at, seen);
                let own = self.own.get(name).and_then(|spans| covers(spans, at));
                match own {
                    Some(since) if deeper.is_empty() => found.push((since, name.as_str())),
                    _ => found.extend(deeper),
                }
            }
        }
        found
    }

    /// The moments within `[start, end)` at which the root may change.
    pub(super) fn bounds(&self, service: &str, start: i64, end: i64) -> Vec<i64> {
        let mut bounds = vec![start, end];
        for name in self.all(service) {
            for spans in [self.down(name), self.own.get(name).map_or(&[][..], Vec::as_slice)] {
                let from = spans.partition_point(|span| span.end <= start);
                for span in spans[from..].iter().take_while(|span| span.start < end) {
                    bounds.extend([span.start, span.end].into_iter().filter(|at| start < *at && *at < end));
                }
            }
        }
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    }
}

/// When the down time that covers a moment began: touching spans of other weights are one.
fn covers(spans: &[Weighted], at: i64) -> Option<i64> {
    let mut place = spans.partition_point(|span| span.end <= at);
    let span = spans.get(place).filter(|span| span.start <= at)?;
    let mut since = span.start;
    while place > 0 && spans[place - 1].end == since {
        place -= 1;
        since = spans[place].start;
    }
    Some(since)
}

#[cfg(test)]
mod tests {
    use super::super::super::needs::parse;
    use super::*;

    fn needs(list: &[(&str, &str)]) -> BTreeMap<String, Vec<Group>> {
        list.iter().map(|(name, text)| ((*name).to_string(), parse(text))).collect()
    }

    fn own(list: &[(&str, i64, i64)]) -> BTreeMap<String, Vec<Weighted>> {
        let mut own: BTreeMap<String, Vec<Weighted>> = BTreeMap::new();
        for (name, start, end) in list {
            own.entry((*name).to_string()).or_default().push(Weighted { start: *start, end: *end, weight: 1.0 });
        }
        own
    }

    fn spans(down: &[Weighted]) -> Vec<(i64, i64)> {
        down.iter().map(|span| (span.start, span.end)).collect()
    }

    #[test]
    fn series_adds_and_redundancy_needs_both() {
        let needs = needs(&[("App", "DB, A | B"), ("Web", "App; 2 of (X | Y | Z)")]);
        let down = [("DB", 0, 10), ("A", 20, 40), ("B", 30, 50), ("X", 60, 80), ("Y", 70, 90), ("Z", 75, 76)];
        let chains = Chains::new(&needs, own(&down));
        assert_eq!(spans(chains.down("App")), [(0, 10), (30, 40)]);
        assert_eq!(spans(chains.down("Web")), [(0, 10), (30, 40), (70, 80)]);
        assert_eq!(chains.root("Web", 5), Some("DB"));
        assert_eq!(chains.root("Web", 25), None);
        assert_eq!(chains.root("Web", 35), Some("A"));
        assert_eq!(chains.root("Web", 72), Some("X"));
        assert_eq!(chains.root("DB", 5), None);
    }

    #[test]
    fn a_circle_ends() {
        let needs = needs(&[("A", "B"), ("B", "C"), ("C", "A")]);
        let chains = Chains::new(&needs, own(&[("A", 0, 10), ("C", 5, 20)]));
        for name in ["A", "B", "C"] {
            assert_eq!(spans(chains.down(name)), [(0, 20)]);
        }
        assert_eq!(chains.root("B", 2), Some("A"));
        assert_eq!(chains.root("A", 2), None);
        assert_eq!(chains.all("A"), BTreeSet::from(["B", "C"]));
    }
}
