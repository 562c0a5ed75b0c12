//! Normalised scores: any figure on one scale from 0 to 100, so that unlike figures can be combined.

use super::target::Target;

/// The score of a value: 100 at the target, 0 at the limit, straight in between, clipped; or along the target's own points.
/// `None` where the target declares neither a limit nor points.
pub fn score(value: f64, target: &Target) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    if !target.points.is_empty() {
        return along(value, &target.points);
    }
    on_scale(value, target.target, target.limit?)
}

/// The score of a value on the line from 0 at `limit` to 100 at `target`, clipped. `None` where they are one.
pub fn on_scale(value: f64, target: f64, limit: f64) -> Option<f64> {
    (target != limit && value.is_finite()).then(|| (100.0 * (value - limit) / (target - limit)).clamp(0.0, 100.0))
}

/// Piecewise linear through `points` in ascending order of their first number; constant beyond the ends.
fn along(value: f64, points: &[(f64, f64)]) -> Option<f64> {
    let first = points.first()?;
    let last = points.last()?;
    if value <= first.0 {
        return Some(first.1.clamp(0.0, 100.0));
    }
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if value <= x1 && x1 > x0 {
            return Some((y0 + (y1 - y0) * (value - x0) / (x1 - x0)).clamp(0.0, 100.0));
        }
    }
    Some(last.1.clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::target::DeclaredBy;
    use proptest::prelude::*;

    fn target(target: f64, limit: Option<f64>, points: Vec<(f64, f64)>) -> Target {
        Target {
            metric: "m".into(),
            target,
            limit,
            warn: None,
            amber: None,
            points,
            by: Default::default(),
            declared_by: DeclaredBy::Project,
        }
    }

    #[test]
    fn known_scores() {
        let availability = target(0.999, Some(0.99), vec![]);
        let near = |value: f64, expected: f64| {
            assert!((score(value, &availability).unwrap() - expected).abs() < 1e-9);
        };
        near(0.9945, 50.0);
        near(1.0, 100.0);
        near(0.5, 0.0);
        let restore = target(3600.0, Some(4.0 * 3600.0), vec![]);
        assert_eq!(score(2.5 * 3600.0, &restore), Some(50.0));
        let curve = target(0.0, None, vec![(0.0, 100.0), (5.0, 50.0), (6.0, 0.0)]);
        assert_eq!(score(2.5, &curve), Some(75.0));
        assert_eq!(score(5.5, &curve), Some(25.0));
        assert_eq!(score(9.0, &curve), Some(0.0));
        assert_eq!(score(1.0, &target(1.0, None, vec![])), None);
        assert_eq!(score(f64::NAN, &availability), None);
    }

    #[test]
    fn the_normalised_indicators_of_itil_4() {
        // K1 of 95 (0 at 80), higher is better; K2 of 5 hours (15) and K3 of 2 hours (4), lower is better; clipped at both ends.
        type Case = (f64, f64, &'static [(f64, f64)]);
        let cases: [Case; 3] = [
            (95.0, 80.0, &[(80.0, 0.0), (85.0, 33.333_333), (90.0, 66.666_667), (95.0, 100.0), (100.0, 100.0)]),
            (5.0, 15.0, &[(15.0, 0.0), (10.0, 50.0), (5.0, 100.0), (2.0, 100.0), (20.0, 0.0)]),
            (2.0, 4.0, &[(4.0, 0.0), (3.0, 50.0), (2.0, 100.0), (5.0, 0.0)]),
        ];
        for (goal, limit, values) in cases {
            for (value, expected) in values {
                let found = score(*value, &target(goal, Some(limit), vec![])).unwrap();
                assert!((found - expected).abs() < 1e-5, "{value} of {goal}: {found}");
                // The same line written as points.
                let mut points = vec![(limit, 0.0), (goal, 100.0)];
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                let along = score(*value, &target(goal, None, points)).unwrap();
                assert!((along - expected).abs() < 1e-5, "{value} of {goal} along points: {along}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_score_stays_on_its_scale_and_never_falls_towards_the_target(
            goal in -1e6..1e6_f64, limit in -1e6..1e6_f64, value in -1e7..1e7_f64, share in 0.0..1.0_f64,
        ) {
            prop_assume!((goal - limit).abs() > 1e-3);
            let target = target(goal, Some(limit), vec![]);
            let here = score(value, &target).unwrap();
            prop_assert!((0.0..=100.0).contains(&here));
            let nearer = value + (goal - value) * share;
            if (value - goal).signum() == (limit - goal).signum() {
                prop_assert!(score(nearer, &target).unwrap() >= here - 1e-9);
            }
        }
    }
}
