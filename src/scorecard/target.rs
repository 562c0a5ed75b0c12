//! What a figure should be, and whether it is: targets, their choice for a slice, and status.
//! A status never claims more than the figure's interval allows.

use std::collections::BTreeMap;

use crate::declaration::metric::{Better, Metric, Unit};
use crate::metrics::measure::Measure;

/// Who declared a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeclaredBy {
    /// The metric's own file: a default for scoring, agreed with nobody.
    Default,
    /// The metric's own file: what honest data or mere chance gives. Nobody has to agree to it, and only what is surely beyond it
    /// is told.
    Chance,
    /// The project: what the organisation holds itself to.
    Project,
}

/// A value to reach, in the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Id of the metric.
    pub metric: String,
    /// Reaching it is `met` and scores 100.
    pub target: f64,
    /// Scores 0. Without it a figure has a status and no score.
    pub limit: Option<f64>,
    /// Met, but not better than this, is `at_risk`.
    pub warn: Option<f64>,
    /// Missed, but no worse than this, is `at_risk`: with it a target is three bands, green from the target on, amber, red.
    pub amber: Option<f64>,
    /// Points (value, score) of a curve of its own, in the order of the values; empty for the line from limit to target.
    pub points: Vec<(f64, f64)>,
    /// The slice that it holds for; empty for every slice.
    pub by: BTreeMap<String, String>,
    /// Who declared it.
    pub declared_by: DeclaredBy,
}

/// How a figure stands against its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The target is not reached.
    Missed,
    /// Reached, but not better than the target's `warn`; or, where no `warn` is declared, reached while a signal says
    /// that the figure is getting worse; or not reached, but no worse than the target's `amber`.
    AtRisk,
    /// The target is reached.
    Met,
    /// There is a target and no figure.
    NoData,
    /// Nobody declared a target.
    NoTarget,
}

impl Status {
    /// The word that files and the JSON contract use.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Missed => "missed",
            Status::AtRisk => "at_risk",
            Status::Met => "met",
            Status::NoData => "no_data",
            Status::NoTarget => "no_target",
        }
    }
}

/// A status and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The status of the figure as it is.
    pub status: Status,
    /// The figure's 95 % interval holds values on the other side of the target too: shown `met?`, `missed?`.
    /// Never for counts, which are what happened and not an estimate.
    pub uncertain: bool,
}

impl Standing {
    /// Missed beyond the doubt that the interval leaves.
    pub fn surely_missed(self) -> bool {
        self.status == Status::Missed && !self.uncertain
    }
}

impl Target {
    /// The default that a metric's file declares, if it does.
    pub fn default_of(metric: &Metric) -> Option<Target> {
        let chance = metric.expected.map(|expected| (expected, DeclaredBy::Chance));
        chance.or(metric.target.map(|target| (target, DeclaredBy::Default))).map(|(target, declared_by)| Target {
            metric: metric.id.clone(),
            target,
            limit: metric.limit,
            warn: None,
            amber: None,
            points: Vec::new(),
            by: BTreeMap::new(),
            declared_by,
        })
    }

    /// Whether figures are judged by it: a default scales scores only.
    pub fn judges(&self) -> bool {
        self.declared_by != DeclaredBy::Default
    }

    /// Whether a value reaches the target. With `Better::Neither` no value does better than another: the target has to be
    /// met exactly, which is never what anybody means, so it counts as not declared (see [`choose`]).
    pub fn reached_by(&self, value: f64, better: Better) -> bool {
        at_least_as_good(value, self.target, better)
    }
}

/// Whether `value` is as good as `mark` or better.
pub fn at_least_as_good(value: f64, mark: f64, better: Better) -> bool {
    match better {
        Better::Higher => value >= mark,
        Better::Lower => value <= mark,
        Better::Neither => value == mark,
    }
}

/// The target of a slice: of those of the project whose `by` the slice fulfils, the one that names the most dimensions
/// (of equals the last declared), else the metric's default. None for metrics of which no direction is better.
pub fn choose(metric: &Metric, dims: &BTreeMap<String, String>, declared: &[Target]) -> Option<Target> {
    if metric.better == Better::Neither {
        return None;
    }
    declared
        .iter()
        .filter(|target| target.metric == metric.id)
        .filter(|target| target.by.iter().all(|(dim, value)| dims.get(dim) == Some(value)))
        .max_by_key(|target| target.by.len())
        .cloned()
        .or_else(|| Target::default_of(metric))
}

/// The standing of a measure. `worsening`: a signal says that the figure is moving the wrong way.
pub fn standing(metric: &Metric, measure: &Measure, target: Option<&Target>, worsening: bool) -> Standing {
    let sure = |status| Standing { status, uncertain: false };
    let Some(target) = target else {
        return sure(Status::NoTarget);
    };
    let Some(value) = measure.value else {
        return sure(Status::NoData);
    };
    if target.declared_by == DeclaredBy::Chance {
        let nearest = if metric.better == Better::Lower { measure.lower } else { measure.upper };
        let beyond = nearest.is_some_and(|nearest| !target.reached_by(nearest, metric.better));
        return sure(if beyond { Status::Missed } else { Status::Met });
    }
    let reached = target.reached_by(value, metric.better);
    let tolerable = |value: f64| target.amber.is_some_and(|amber| at_least_as_good(value, amber, metric.better));
    let status = match (reached, target.warn) {
        (false, _) if tolerable(value) => Status::AtRisk,
        (false, _) => Status::Missed,
        (true, Some(warn)) if at_least_as_good(value, warn, metric.better) && value != warn => Status::Met,
        (true, Some(_)) => Status::AtRisk,
        (true, None) if worsening => Status::AtRisk,
        (true, None) => Status::Met,
    };
    let uncertain = metric.unit != Unit::Count
        && match (measure.lower, measure.upper) {
            (Some(lower), Some(upper)) => {
                target.reached_by(lower, metric.better) != target.reached_by(upper, metric.better)
                    || tolerable(lower) != tolerable(upper)
            }
            _ => false,
        };
    // What was not measured might have been anything; only a target that is missed already stays missed.
    if status != Status::Missed && measure.coverage.is_some_and(|coverage| coverage < KNOWN_ENOUGH) {
        return Standing { status: Status::NoData, uncertain: true };
    }
    Standing { status, uncertain }
}

/// Share of what should have been measured below which a target is not called met.
const KNOWN_ENOUGH: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_surely_beyond_chance_is_told() {
        let metric = Metric { expected: Some(0.36), target: None, ..example::metric("reopen_rate") };
        let chance = choose(&metric, &BTreeMap::new(), &[]).unwrap();
        assert!(chance.judges() && chance.limit.is_none());
        let of = |value: f64, lower: Option<f64>| {
            let measure = Measure { lower, upper: lower.map(|_| 0.9), ..example::measure(&metric, value) };
            standing(&metric, &measure, Some(&chance), true)
        };
        assert_eq!(of(0.5, Some(0.37)), Standing { status: Status::Missed, uncertain: false });
        assert_eq!(of(0.5, Some(0.35)), Standing { status: Status::Met, uncertain: false });
        assert_eq!(of(0.5, None).status, Status::Met, "without an interval nothing is sure");
    }

    #[test]
    fn a_target_is_not_met_on_half_the_evidence() {
        let metric = example::metric("availability");
        let mut measure = example::measure(&metric, 1.0);
        measure.coverage = Some(0.54);
        let target = Target { target: 0.999, limit: None, ..Target::default_of(&metric).unwrap() };
        let standing_at = |measure: &Measure| standing(&metric, measure, Some(&target), false).status;
        assert_eq!(standing_at(&measure), Status::NoData);
        measure.value = Some(0.99);
        assert_eq!(standing_at(&measure), Status::Missed);
    }
    use crate::scorecard::example;

    fn availability(value: f64) -> (Metric, Measure) {
        let metric = example::metric("availability");
        let measure = example::measure(&metric, value);
        (metric, measure)
    }

    fn target(warn: Option<f64>) -> Target {
        Target {
            metric: "availability".into(),
            target: 0.999,
            limit: Some(0.99),
            warn,
            amber: None,
            points: vec![],
            by: BTreeMap::new(),
            declared_by: DeclaredBy::Project,
        }
    }

    #[test]
    fn below_target_is_missed_and_between_target_and_warn_is_at_risk() {
        let status = |value, warn, worsening| {
            let (metric, measure) = availability(value);
            standing(&metric, &measure, Some(&target(warn)), worsening).status
        };
        assert_eq!(status(0.9985, None, false), Status::Missed);
        assert_eq!(status(0.999, None, false), Status::Met);
        assert_eq!(status(0.999, None, true), Status::AtRisk);
        assert_eq!(status(0.9991, Some(0.9992), false), Status::AtRisk);
        assert_eq!(status(0.9992, Some(0.9992), false), Status::AtRisk);
        assert_eq!(status(0.9995, Some(0.9992), true), Status::Met);
    }

    #[test]
    fn an_interval_across_the_target_leaves_doubt_unless_it_is_a_count() {
        let (metric, mut measure) = availability(0.9995);
        (measure.lower, measure.upper) = (Some(0.998), Some(0.9999));
        assert!(standing(&metric, &measure, Some(&target(None)), false).uncertain);
        (measure.lower, measure.upper) = (Some(0.9991), Some(0.9999));
        assert!(!standing(&metric, &measure, Some(&target(None)), false).uncertain);
        let count = example::metric("outage_count");
        let mut outages = example::measure(&count, 4.0);
        (outages.lower, outages.upper) = (Some(1.0), Some(9.0));
        let at_most = Target { metric: count.id.clone(), target: 5.0, limit: None, ..target(None) };
        assert!(!standing(&count, &outages, Some(&at_most), false).uncertain);
    }

    #[test]
    fn the_most_specific_target_of_the_project_wins_over_the_default() {
        let metric = example::metric("availability");
        let payments = BTreeMap::from([("service".to_owned(), "Payments".to_owned())]);
        let special = Target { by: payments.clone(), target: 0.9995, ..target(None) };
        let declared = [special, target(None)];
        let chosen = |dims: &BTreeMap<String, String>| choose(&metric, dims, &declared).map(|t| t.target);
        assert_eq!(chosen(&payments), Some(0.9995));
        assert_eq!(chosen(&BTreeMap::new()), Some(0.999));
        let default = choose(&metric, &payments, &[]).unwrap();
        assert_eq!(default.declared_by, DeclaredBy::Default);
    }

    #[test]
    fn no_figure_is_no_data_and_no_target_is_no_target() {
        let (metric, mut measure) = availability(0.9);
        measure.value = None;
        assert_eq!(standing(&metric, &measure, Some(&target(None)), false).status, Status::NoData);
        assert_eq!(standing(&metric, &measure, None, false).status, Status::NoTarget);
    }

    #[test]
    fn bands_are_green_amber_and_red_in_either_direction() {
        let bands = |goal, amber| Target { target: goal, amber: Some(amber), limit: None, ..target(None) };
        let status = |id: &str, value, target: &Target| {
            let metric = example::metric(id);
            standing(&metric, &example::measure(&metric, value), Some(target), false).status
        };
        let high = bands(0.999, 0.99);
        let found = [0.9995, 0.999, 0.9989, 0.99, 0.9899].map(|value| status("availability", value, &high));
        assert_eq!(found, [Status::Met, Status::Met, Status::AtRisk, Status::AtRisk, Status::Missed]);
        let low = bands(3_600.0, 7_200.0);
        let found = [3_600.0, 3_601.0, 7_200.0, 7_201.0].map(|value| status("time_to_restore_median", value, &low));
        assert_eq!(found, [Status::Met, Status::AtRisk, Status::AtRisk, Status::Missed]);
    }

    #[test]
    fn a_small_share_across_its_target_is_doubtful_and_a_large_one_is_not() {
        // 9 of 10: Wilson 59.6 to 98.2 %; 900 of 1 000: 88.0 to 91.7 %, both against 95 %.
        let metric = example::metric("sla_attainment");
        let at = Target { target: 0.95, ..target(None) };
        for (good, n, doubt) in [(9.0, 10.0, true), (900.0, 1_000.0, false)] {
            let mut measure = example::measure(&metric, good / n);
            let (lower, upper) = crate::arithmetic::statistics::wilson(good, n).unwrap();
            (measure.lower, measure.upper) = (Some(lower), Some(upper));
            let found = standing(&metric, &measure, Some(&at), false);
            assert_eq!((found.status, found.uncertain), (Status::Missed, doubt));
        }
        // A median with an interval is an estimate too.
        let median = example::metric("time_to_restore_median");
        let mut measure = example::measure(&median, 3_000.0);
        (measure.lower, measure.upper) = (Some(1_000.0), Some(9_000.0));
        let at = Target { target: 3_600.0, ..target(None) };
        assert!(standing(&median, &measure, Some(&at), false).uncertain);
    }
}
