//! Ladders of credits: several rows of one promise, each with the share of the price that is due below its target.

use std::collections::BTreeMap;

use super::terms::{Promise, Term};
use crate::declaration::metric::Better;

/// Whether a value keeps a target. It is the measured value that counts, never a rounded one.
pub(super) fn keeps(value: f64, target: f64, better: Better) -> bool {
    match better {
        Better::Higher => value >= target,
        Better::Lower => value <= target,
        Better::Neither => false,
    }
}

/// One promise with all its steps.
pub(super) struct Ladder {
    /// Places of its rows, in the order of their ids.
    pub steps: Vec<usize>,
    /// The place of the commitment, the strictest target; the others only say what a worse miss costs.
    pub commitment: usize,
}

/// The ladders of agreements that are in the order of their ids, in the order of their first steps.
pub(super) fn ladders(terms: &[Term]) -> Vec<Ladder> {
    let mut places: BTreeMap<Promise, usize> = BTreeMap::new();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for (row, term) in terms.iter().enumerate() {
        let place = *places.entry(term.promise()).or_insert(found.len());
        if place == found.len() {
            found.push(Vec::new());
        }
        found[place].push(row);
    }
    let strictness = |row: &usize| match terms[*row].better {
        Better::Lower => -terms[*row].target,
        _ => terms[*row].target,
    };
    let ladder = |steps: Vec<usize>| {
        // Of equals the first by id.
        let best = steps.iter().rev().max_by(|a, b| strictness(a).total_cmp(&strictness(b))).copied();
        Ladder { commitment: best.unwrap_or(0), steps }
    };
    found.into_iter().map(ladder).collect()
}

/// For each row whether it is the commitment of its ladder.
pub(super) fn commitments(terms: &[Term]) -> Vec<bool> {
    let mut found = vec![false; terms.len()];
    ladders(terms).iter().for_each(|ladder| found[ladder.commitment] = true);
    found
}

/// The share of the price that each row of a ladder adds for a measured value: the largest share of the steps that were missed,
/// at the step that it stands on, and nothing at the others. Missing where the row names no share, or there is no value.
pub(super) fn credit_shares(steps: &[&Term], value: Option<f64>) -> Vec<Option<f64>> {
    let missed = |step: &&&Term| value.is_some_and(|value| !keeps(value, step.target, step.better));
    let due = steps.iter().filter(missed).filter_map(|step| step.credit_share).reduce(f64::max);
    let place = steps.iter().position(|step| step.credit_share == due && missed(&step));
    let share = |(row, step): (usize, &&Term)| {
        let share = step.credit_share.filter(|_| value.is_some())?;
        Some(if due.is_some() && place == Some(row) { share } else { 0.0 })
    };
    steps.iter().enumerate().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::super::periods::tests::term;
    use super::*;

    fn due(value: f64, bands: &[(f64, f64)], better: Better) -> f64 {
        let rows: Vec<Term> = bands
            .iter()
            .map(|(target, share)| Term { credit_share: Some(*share), better, ..term("C", *target) })
            .collect();
        let steps: Vec<&Term> = rows.iter().collect();
        credit_shares(&steps, Some(value)).into_iter().flatten().sum()
    }

    #[test]
    fn published_boundaries_of_a_ladder() {
        // A cloud provider's ladder: below 99.9 % 10 %, below 99.0 % 25 %, below 95.0 % 100 %.
        let bands = [(0.999, 0.1), (0.99, 0.25), (0.95, 1.0)];
        for (uptime, credit) in [
            (0.999_000, 0.0),
            (0.998_999, 0.1),
            (0.990_000, 0.1),
            (0.989_999, 0.25),
            (0.950_000, 0.25),
            (0.949_999, 1.0),
        ] {
            assert_eq!(due(uptime, &bands, Better::Higher), credit, "{uptime}");
        }
        // 30 days: 43 minutes 12 seconds down are still met, a second more is not.
        let month = 30.0 * 86_400.0;
        assert_eq!(due((month - 2_592.0) / month, &bands, Better::Higher), 0.0);
        assert_eq!(due((month - 2_593.0) / month, &bands, Better::Higher), 0.1);
        // Times: longer is worse.
        let times = [(900.0, 0.05), (1_800.0, 0.15)];
        let found = [900.0, 901.0, 1_800.0, 1_801.0].map(|value| due(value, &times, Better::Lower));
        assert_eq!(found, [0.0, 0.05, 0.05, 0.15]);
    }

    #[test]
    fn the_strictest_step_is_the_commitment_and_no_value_owes_nothing() {
        let rows = [term("C/1", 0.999), term("C/2", 0.99), Term { service: Some("Mail".into()), ..term("D", 0.9) }];
        assert_eq!(commitments(&rows), [true, false, true]);
        let steps: Vec<(Vec<usize>, usize)> =
            ladders(&rows).into_iter().map(|ladder| (ladder.steps, ladder.commitment)).collect();
        assert_eq!(steps, [(vec![0, 1], 0), (vec![2], 2)]);
        let slow = |target| Term { better: Better::Lower, ..term("T", target) };
        assert_eq!(commitments(&[slow(900.0), slow(600.0), slow(600.0)]), [false, true, false]);
        let unknown = Term { problem: Some("no metric".into()), ..term("C/3", 99.9) };
        assert_eq!(commitments(&[term("C/1", 0.9), unknown]), [true, true], "what can't be measured stands alone");
        let step = Term { credit_share: Some(0.1), ..term("C", 0.9) };
        assert_eq!(credit_shares(&[&step, &term("C", 0.8)], None), [None, None]);
        assert_eq!(credit_shares(&[&step, &term("C", 0.8)], Some(0.5)), [Some(0.1), None]);
    }
}
