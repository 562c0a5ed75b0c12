//! One figure with its evidence: what every metric evaluates to and every report shows.
//! It computes nothing; the kernel fills it and the renderers read it.

use std::collections::{BTreeMap, BTreeSet};

use crate::arithmetic::period::Period;

/// The name in the ledger of the rows for which a metric's own `where` isn't true.
pub const POPULATION: &str = "where";

/// One figure of one metric, for one period and one slice, with its evidence.
///
/// Durations are seconds, shares 0 to 1. What is absent is `None`, never 0, NaN or infinity.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The id of the metric.
    pub metric: String,
    /// The half-open period that the rows fell into.
    pub period: Period,
    /// Dimension to value; empty is the overall figure. The value "" means that the data has none; readers see "(none)".
    pub dims: BTreeMap<String, String>,
    /// The figure; present exactly when `state` is `Value`.
    pub value: Option<f64>,
    /// Whether there is a figure and, if not, which of the three kinds of nothing this is.
    pub state: State,
    /// What was divided, for a quotient.
    pub numerator: Option<f64>,
    /// What it was divided by, for a quotient.
    pub denominator: Option<f64>,
    /// Number of rows behind the figure.
    pub n: u64,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// Share of what should have been measured that was, 0 to 1.
    pub coverage: Option<f64>,
    /// Warnings that travel with the figure.
    pub flags: BTreeSet<Flag>,
    /// Rows of the fact that the figure takes in. With those left out by name they are all that the period, the slice and the
    /// question's own condition hold.
    pub rows: u64,
    /// The exclusions ledger: name of the rule, rows that it left out; [`POPULATION`] is the metric's own condition.
    pub excluded: Vec<(String, u64)>,
}

/// Whether a measure has a value and, if not, why. The four are never mixed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// There is a value.
    Value,
    /// Nothing was there to measure.
    NoData,
    /// The metric has no meaning for this slice.
    NotApplicable,
    /// Fewer rows than the metric's declared minimum.
    NotEnough,
}

impl State {
    /// The word that files and the JSON contract use.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Value => "value",
            State::NoData => "no_data",
            State::NotApplicable => "not_applicable",
            State::NotEnough => "not_enough",
        }
    }
}

/// A warning that travels with a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// The period isn't over at as-of.
    Partial,
    /// The figure rests on few rows.
    LowN,
    /// Open records are in it as censored observations.
    Censored,
    /// Part of it was inferred, not recorded.
    Estimated,
    /// It differs from what an earlier run reported for the same period.
    Restated,
}

impl Flag {
    /// The word that files and the JSON contract use.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::Partial => "partial",
            Flag::LowN => "low_n",
            Flag::Censored => "censored",
            Flag::Estimated => "estimated",
            Flag::Restated => "restated",
        }
    }
}

impl Measure {
    /// A measure without a value: `state` says which kind of nothing it is.
    pub fn nothing(metric: &str, period: Period, dims: BTreeMap<String, String>, state: State) -> Self {
        Measure {
            metric: metric.to_owned(),
            period,
            dims,
            value: None,
            state,
            numerator: None,
            denominator: None,
            n: 0,
            lower: None,
            upper: None,
            coverage: None,
            flags: BTreeSet::new(),
            rows: 0,
            excluded: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_sort_in_the_order_in_which_they_are_shown() {
        let all = [Flag::Restated, Flag::LowN, Flag::Partial, Flag::Estimated, Flag::Censored];
        let words: Vec<_> = BTreeSet::from(all).into_iter().map(Flag::as_str).collect();
        assert_eq!(words, ["partial", "low_n", "censored", "estimated", "restated"]);
    }
}
