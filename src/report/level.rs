//! Published levels of performance in words: where a figure would stand among others.

use crate::declaration::metric::{Levels, Metric};
use crate::metrics::measure::Measure;

/// The levels that are shown for a metric: of a year, or the newest.
pub fn chosen(metric: &Metric, year: Option<u64>) -> Option<&Levels> {
    match year {
        Some(year) => metric.levels.iter().find(|levels| levels.year == year),
        None => metric.levels.first(),
    }
}

/// "high or medium (2024)", or that nothing was published for such a figure; `None` without levels or without a value.
pub fn of(metric: &Metric, measure: &Measure, year: Option<u64>) -> Option<String> {
    let levels = chosen(metric, year)?;
    let names = levels.of(measure.value?);
    let words = if names.is_empty() { "none published".to_owned() } else { names.join(" or ") };
    Some(format!("{words} ({})", levels.year))
}
