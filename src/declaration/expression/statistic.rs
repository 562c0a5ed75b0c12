//! Named statistics: aggregates that SQL has no word for. One row of a table says how each is written; its formula stands in
//! `metrics`.

use super::Function;

/// How a named statistic is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// Which it is.
    pub function: Function,
    /// The call as a user writes it.
    pub form: &'static str,
    /// Row expressions that it takes.
    pub arguments: usize,
    /// Which of them says whether the end was seen; the others are numbers.
    pub seen: Option<usize>,
    /// The constant that follows them.
    pub constant: Option<Constant>,
}

/// What a constant may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// Above 0 and below 1.
    Share,
    /// Above 0, in the unit of the first argument.
    Positive,
    /// A whole number from 1 on.
    Number,
}

impl Constant {
    /// Whether a number is such a constant.
    pub fn holds(self, number: f64) -> bool {
        match self {
            Constant::Share => number > 0.0 && number < 1.0,
            Constant::Positive => number > 0.0,
            Constant::Number => number >= 1.0 && number.fract() == 0.0,
        }
    }

    /// What it is, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Constant::Share => "a share between 0 and 1",
            Constant::Positive => "a number above 0",
            Constant::Number => "a whole number from 1 on",
        }
    }
}

const fn row(
    function: Function,
    form: &'static str,
    arguments: usize,
    seen: Option<usize>,
    constant: Option<Constant>,
) -> Statistic {
    Statistic { function, form, arguments, seen, constant }
}

/// Every named statistic.
pub const STATISTICS: &[Statistic] = &[
    row(Function::KmMedian, "KM_MEDIAN(duration, seen)", 2, Some(1), None),
    row(Function::KmQuantile, "KM_QUANTILE(duration, seen, 0.9)", 2, Some(1), Some(Constant::Share)),
    row(Function::KmMean, "KM_MEAN(duration, seen, 604800)", 2, Some(1), Some(Constant::Positive)),
    row(Function::KmWithin, "KM_WITHIN(duration, seen, 14400)", 2, Some(1), Some(Constant::Positive)),
    row(Function::Mtbf, "MTBF(up_s, failures)", 2, None, None),
    row(Function::Attainment, "ATTAINMENT(part, up_s, agreed_s, target)", 4, None, None),
    row(Function::MeanBy, "MEAN_BY(part, value, weight)", 3, None, None),
    row(Function::MtbfLower, "MTBF_LOWER(up_s, failures, 0.95)", 2, None, Some(Constant::Share)),
    row(Function::MissionReliability, "MISSION_RELIABILITY(up_s, failures, 604800)", 2, None, Some(Constant::Positive)),
    row(Function::GrowthBeta, "GROWTH_BETA(started_at)", 1, None, None),
    row(Function::GrowthMtbf, "GROWTH_MTBF(started_at)", 1, None, None),
    row(Function::Laplace, "LAPLACE(started_at)", 1, None, None),
    row(Function::Since, "SINCE(until_at)", 1, None, None),
    row(Function::TopShare, "TOP_SHARE(part, 10)", 1, None, Some(Constant::Number)),
    row(Function::Discordance, "DISCORDANCE(one, other)", 2, None, None),
];

impl Function {
    /// How it is written, for a named statistic.
    pub fn statistic(self) -> Option<&'static Statistic> {
        STATISTICS.iter().find(|statistic| statistic.function == self)
    }

    /// Whether it takes a column of instants, which it holds against the evaluation's period.
    pub fn takes_instants(self) -> bool {
        matches!(self, Function::GrowthBeta | Function::GrowthMtbf | Function::Laplace | Function::Since)
    }

    /// Whether the argument at a position is a word, of any type, that names a part.
    pub fn takes_word(self, position: usize) -> bool {
        position == 0 && matches!(self, Function::Attainment | Function::MeanBy | Function::TopShare)
    }

    /// Whether it is a statistic of ranks.
    pub fn is_ranking(self) -> bool {
        matches!(self, Function::TopShare | Function::Discordance)
    }

    /// Whether it is a statistic of operating time and failures.
    pub fn is_reliability(self) -> bool {
        self.takes_instants() || matches!(self, Function::Mtbf | Function::MtbfLower | Function::MissionReliability)
    }

    /// Whether its interval is that of a time-truncated test.
    pub fn has_test_interval(self) -> bool {
        matches!(self, Function::Mtbf | Function::MissionReliability | Function::GrowthBeta)
    }

    /// Whether it is read off a survival curve.
    pub fn is_survival(self) -> bool {
        self.statistic().is_some_and(|statistic| statistic.seen.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_of_its_kind() {
        let holds = |kind: Constant| [0.0, 0.5, 1.0, 1.5, 10.0].map(|number| kind.holds(number));
        assert_eq!(holds(Constant::Share), [false, true, false, false, false]);
        assert_eq!(holds(Constant::Positive), [false, true, true, true, true]);
        assert_eq!(holds(Constant::Number), [false, false, true, false, true]);
    }
}
