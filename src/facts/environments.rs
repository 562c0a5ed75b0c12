//! The order in which releases pass through environments: what the project says, else what most releases did.

use std::collections::{BTreeMap, BTreeSet};

use crate::declaration::project::delivery::Delivery;

/// All environments that occur, from the first to the last. Those that the project lists come in its order, and before others;
/// of the others one comes before another when it beats more of the rest: when most of the releases that were in both were
/// there first. Production is the last.
pub(super) fn order<'a>(delivery: &Delivery, firsts: &[BTreeMap<&'a str, i64>]) -> Vec<&'a str> {
    let names: BTreeSet<&str> = firsts.iter().flat_map(BTreeMap::keys).copied().collect();
    let mut lead: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for release in firsts {
        for (one, at) in release {
            for (other, then) in release.iter().filter(|(other, _)| *other != one) {
                *lead.entry((one, other)).or_default() += (then - at).signum();
            }
        }
    }
    let beaten =
        |one: &str| names.iter().filter(|other| lead.get(&(one, **other)).is_some_and(|lead| *lead > 0)).count();
    let mut order: Vec<&str> = names.iter().copied().collect();
    order.sort_by_key(|name| {
        let listed = delivery.place(name);
        let unlisted_production = listed.is_none() && delivery.is_production(name);
        (unlisted_production, listed.unwrap_or(usize::MAX), usize::MAX - beaten(name), *name)
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_releases_say_the_order_unless_the_project_does() {
        let one = BTreeMap::from([("dev", 1), ("test", 2), ("accept", 3), ("prod", 4)]);
        // A hotfix skips one, and a demo goes the other way round.
        let two = BTreeMap::from([("test", 1), ("prod", 2)]);
        let three = BTreeMap::from([("accept", 1), ("test", 2), ("prod", 0)]);
        let firsts = [one.clone(), one, two, three];
        assert_eq!(order(&Delivery::default(), &firsts), ["dev", "test", "accept", "prod"]);
        let environments = ["Test", "dev", "accept", "prod"].map(str::to_string).to_vec();
        let declared = Delivery { environments, ..Delivery::default() };
        assert_eq!(order(&declared, &firsts), ["test", "dev", "accept", "prod"]);
        assert_eq!(order(&declared, &[]), Vec::<&str>::new());
    }
}
