//! Published levels of performance in words: where a figure would stand among others.

use crate::declaration::language::Language;
use crate::declaration::metric::{Levels, Metric};
use crate::metrics::measure::Measure;

/// The levels that are shown for a metric: of a year, or the newest.
pub fn chosen(metric: &Metric, year: Option<u64>) -> Option<&Levels> {
    match year {
        Some(year) => metric.levels.iter().find(|levels| levels.year == year),
        None => metric.levels.first(),
    }
}

/// What the question mark after a level says.
pub const DOUBT: &str =
    "A question mark after a level (high?) says that the figure's 95 % interval reaches into another level.";

/// "high or medium (2024)", or that nothing was published for such a figure; `None` without levels or without a value. With a
/// question mark where the figure's interval reaches into another level.
pub fn of(language: &Language, metric: &Metric, measure: &Measure, year: Option<u64>) -> Option<String> {
    let levels = chosen(metric, year)?;
    let names = levels.of(measure.value?);
    let own: Vec<&str> = names.iter().map(|name| language.word(name)).collect();
    let words =
        if own.is_empty() { language.word("none published").to_owned() } else { own.join(language.word(" or ")) };
    let elsewhere = [measure.lower, measure.upper].into_iter().flatten().any(|end| levels.of(end) != names);
    Some(format!("{words}{} ({})", if elsewhere { "?" } else { "" }, levels.year))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::metric::{Band, Level};
    use crate::scorecard::example;

    #[test]
    fn an_interval_across_levels_leaves_the_level_open() {
        let mut metric = example::metric("change_failure_rate");
        let near = |name: &str, figure| Band { name: name.to_owned(), level: Level::Near(figure) };
        let bands = vec![near("elite", 0.05), near("low", 0.4)];
        metric.levels = vec![Levels { source: "s".to_owned(), year: 2024, bands }];
        let sure = Measure { lower: Some(0.01), upper: Some(0.1), ..example::measure(&metric, 0.05) };
        assert_eq!(of(&Language::default(), &metric, &sure, None).as_deref(), Some("elite (2024)"));
        let open = Measure { upper: Some(0.3), ..sure };
        assert_eq!(of(&Language::default(), &metric, &open, Some(2024)).as_deref(), Some("elite? (2024)"));
        assert_eq!(of(&Language::default(), &metric, &open, Some(2023)), None);
        assert_eq!(of(&Language::default(), &metric, &Measure { value: None, ..open }, None), None);
    }
}
