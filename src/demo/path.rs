//! The way of a ticket through the tiers: what a team does with it next. Mostly along the allowed lines (1 to 2, in rare
//! cases 3; 2 to 3, 4 or 5; 3 to 4; 4 to 5), with a few violations, skips and steps back, one team that bounces and one
//! pair that plays ping-pong.

use super::chance::Chance;
use super::organisation::{
    DESKTOP, EVENING_DESK, NETWORK_ADMIN, OPERATIONS_CENTRE, SERVICE_DESK, SYSTEMS, Service, TEAMS, TECHNICAL,
};

/// After so many teams somebody takes the ticket and keeps it.
const LONGEST: usize = 9;

/// What happens to a ticket next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Resolve,
    To(usize),
}

/// What the last team of the path does.
pub(super) fn next(path: &[usize], service: &Service, urgent: bool, chance: &mut Chance) -> Step {
    let team = path.last().copied().unwrap_or(SERVICE_DESK);
    let previous = path.len().checked_sub(2).and_then(|position| path.get(position)).copied();
    if path.len() >= LONGEST {
        return Step::Resolve;
    }
    match (team, previous) {
        (DESKTOP, Some(previous)) if chance.happens(0.3) => return Step::To(previous),
        (NETWORK_ADMIN, Some(SYSTEMS)) if chance.happens(0.5) => return Step::To(SYSTEMS),
        (SYSTEMS, Some(NETWORK_ADMIN)) if chance.happens(0.65) => return Step::To(NETWORK_ADMIN),
        (NETWORK_ADMIN, _) if chance.happens(0.12) => return Step::To(SYSTEMS),
        _ => {}
    }
    let tier = TEAMS[team].tier;
    // Tenths of a percent: resolve, to tier 1 to 5, or back to where it came from.
    let weights: [u32; 7] = match tier {
        1 => [612, 25, 330, 20, 8, 5, 0],
        2 => [550, 0, 10, 210, 145, 60, 25],
        3 => [760, 0, 0, 0, 195, 8, 37],
        4 => [680, 0, 0, 0, 0, 270, 50],
        _ => [940, 0, 0, 0, 0, 0, 60],
    };
    let to = match chance.weighted(&weights) {
        0 => return Step::Resolve,
        1 => {
            if team == SERVICE_DESK {
                EVENING_DESK
            } else {
                SERVICE_DESK
            }
        }
        2 if tier == 2 => {
            if team == TECHNICAL {
                DESKTOP
            } else {
                TECHNICAL
            }
        }
        3 if urgent && chance.happens(0.5) => OPERATIONS_CENTRE,
        goal @ 2..=5 => service.teams[goal - 2],
        _ => previous.unwrap_or(SERVICE_DESK),
    };
    if to == team { Step::Resolve } else { Step::To(to) }
}

#[cfg(test)]
mod tests {
    use super::super::organisation::SERVICES;
    use super::*;

    #[test]
    fn paths_end_and_keep_mostly_to_the_lines() {
        let allowed = [(1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (2, 5), (4, 5)];
        let mut chance = Chance::new(1, 1);
        let (mut first_line, mut up, mut violations, mut back, mut ping_pong) = (0, 0, 0, 0, 0);
        for number in 0..20_000 {
            let service = &SERVICES[number % SERVICES.len()];
            let mut path = vec![SERVICE_DESK];
            while let Step::To(team) = next(&path, service, false, &mut chance) {
                assert_ne!(path.last(), Some(&team));
                path.push(team);
            }
            assert!(path.len() <= LONGEST);
            first_line += usize::from(path.iter().all(|&team| TEAMS[team].tier == 1));
            for pair in path.windows(2) {
                let (from, to) = (TEAMS[pair[0]].tier, TEAMS[pair[1]].tier);
                up += usize::from(to > from);
                violations += usize::from(to > from && !allowed.contains(&(from, to)));
                back += usize::from(to < from);
            }
            ping_pong += path.windows(3).filter(|w| w[0] == w[2] && w[0] == NETWORK_ADMIN && w[1] == SYSTEMS).count();
        }
        assert!((11_500..13_500).contains(&first_line), "{first_line}");
        assert!(violations > 100 && violations * 10 < up, "{violations} of {up}");
        assert!(back > 300 && back * 3 < up, "{back} of {up}");
        assert!(ping_pong > 50, "{ping_pong}");
    }
}
