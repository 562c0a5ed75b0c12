//! Normalised key figures of the ITIL 4 guide on measurement: 0 at the limit, 1 (here 100) at the target, in both directions.

use std::collections::BTreeMap;

use nines::scorecard::score::score;
use nines::scorecard::target::{DeclaredBy, Target};

use super::printed;

/// Target, limit, and figures with their share before the clamp to 0..1.
type Row = (f64, f64, &'static [(f64, f64)]);

#[test]
fn key_figures_between_limit_and_target() {
    let table: [Row; 6] = [
        (95.0, 80.0, &[(80.0, 0.0), (85.0, 0.3333), (90.0, 0.6667), (95.0, 1.0), (100.0, 1.3333)]),
        (5.0, 15.0, &[(15.0, 0.0), (10.0, 0.5), (5.0, 1.0), (2.0, 1.3), (20.0, -0.5)]),
        (2.0, 4.0, &[(4.0, 0.0), (3.0, 0.5), (2.0, 1.0), (5.0, -0.5)]),
        // Changes on time, emergency changes, right first time.
        (90.0, 50.0, &[(50.0, 0.0), (70.0, 0.5), (90.0, 1.0)]),
        (5.0, 10.0, &[(10.0, 0.0), (7.5, 0.5), (5.0, 1.0)]),
        (98.0, 90.0, &[(90.0, 0.0), (94.0, 0.5), (98.0, 1.0)]),
    ];
    for (target, limit, figures) in table {
        let own = Target {
            metric: "m".to_string(),
            target,
            limit: Some(limit),
            warn: None,
            amber: None,
            points: Vec::new(),
            by: BTreeMap::new(),
            declared_by: DeclaredBy::Project,
        };
        for (value, share) in figures {
            printed(&format!("{value} of {target}"), score(*value, &own).unwrap() / 100.0, share.clamp(0.0, 1.0), 4);
        }
    }
}
