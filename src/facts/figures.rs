//! Figures that facts rest on: promises are about metrics, and what was promised is held against what was measured. Facts only
//! say what they ask; the floor that has the kernel answers.

use crate::arithmetic::period::Period;
use crate::declaration::metric::{Better, Unit};
use crate::lake::LakeError;

/// One question: a metric for some periods, over the rows for which a condition is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Metric id.
    pub metric: String,
    /// A condition on the rows of its facts, in the language of the metrics; none for all rows.
    pub condition: Option<String>,
    /// Disjoint periods in order.
    pub periods: Vec<Period>,
}

/// The answer for one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// The value; `None` where there is none.
    pub value: Option<f64>,
    /// What was divided, for a quotient.
    pub numerator: Option<f64>,
    /// What it was divided by.
    pub denominator: Option<f64>,
    /// Rows behind it.
    pub n: u64,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of it.
    pub upper: Option<f64>,
    /// Share of what should have been measured that was.
    pub coverage: Option<f64>,
    /// Rows that each named exclusion left out.
    pub excluded: Vec<(String, u64)>,
}

/// What is known of a metric before it is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// The unit of its value.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// Whether it counts what stands at a moment, and not what happened in a period.
    pub stock: bool,
    /// Whether a fact under it rests on what metrics measure.
    pub rests_on_metrics: bool,
    /// Whether the durations of all facts under it are counted on the calendar that an agreement names.
    pub hours: bool,
    /// The columns of each fact that it rests on.
    pub columns: Vec<Vec<String>>,
}

impl About {
    /// Whether all facts that it rests on have a column.
    pub fn has(&self, column: &str) -> bool {
        !self.columns.is_empty() && self.columns.iter().all(|columns| columns.iter().any(|name| name == column))
    }
}

/// Answers questions about metrics.
pub trait Figures {
    /// What is known of a metric; `None` where there is none of that name, or it is an index.
    fn about(&self, metric: &str) -> Option<About>;

    /// A figure for each period of each question. With a calendar, its hours count in place of those of every service, target
    /// and clock.
    ///
    /// # Errors
    /// When a fact cannot be built, or a condition is wrong.
    fn measure(&self, asks: &[Ask], calendar: Option<&str>) -> Result<Vec<Vec<Figure>>, LakeError>;
}
