//! Whatever figures there are, a page, Markdown, a workbook and text say them within the declared roundings: read back by the
//! parser of the integration tests, which knows nothing of what wrote them.

use proptest::prelude::*;
use serde_json::Value;

use super::compose::compose;
use super::format;
use crate::declaration::catalogue::Catalogue;
use crate::declaration::definitions::Definitions;
use crate::declaration::metric::Unit;
use crate::metrics::measure::{Measure, State};
use crate::scorecard::example;

#[allow(dead_code, reason = "pages of slices are for the integration tests")]
#[path = "../../tests/it/reading.rs"]
mod reading;

/// What becomes of a measure: its kind (0 to 4 a figure, 5 to 7 the kinds of nothing), its size, and the width of its interval.
type Fate = (u8, f64, f64);

/// Gives measures other figures, of any size that their unit knows, with and without an interval, and takes some away.
fn invent(measures: &mut [Measure], fates: &[Fate]) {
    let metrics = example::metrics();
    for (measure, (kind, size, width)) in measures.iter_mut().zip(fates.iter().cycle()) {
        let state = match kind {
            5 => State::NoData,
            6 => State::NotApplicable,
            7 => State::NotEnough,
            _ => State::Value,
        };
        if state != State::Value {
            let period = measure.period.clone();
            *measure = Measure { n: 3, ..Measure::nothing(&measure.metric, period, measure.dims.clone(), state) };
            continue;
        }
        // Sizes are spread over powers of ten; shares crowd at their ends, where roundings hurt.
        let value = match metrics[&measure.metric].unit {
            Unit::Share if *kind == 0 => 1.0 - 10_f64.powf(-7.0 * size),
            Unit::Share if *kind == 1 => 10_f64.powf(-7.0 * size),
            Unit::Share => *size,
            Unit::Seconds => 10_f64.powf(7.5 * size) - 1.0,
            Unit::Count => (10_f64.powf(5.0 * size)).round() - 1.0,
            Unit::PerHour | Unit::PerDay => 10_f64.powf(7.0 * size - 5.0),
            Unit::Number | Unit::Money => 10_f64.powf(7.0 * size - 2.0) * if *kind == 1 { -1.0 } else { 1.0 },
            Unit::Score => 100.0 * size,
            Unit::Nines => 6.0 * size,
        };
        let half = value.abs().max(1e-6) * 10_f64.powf(4.0 * width - 3.0);
        let has_interval = *kind != 4;
        (measure.state, measure.value, measure.n) = (State::Value, Some(value), (1000.0 * width) as u64 + 1);
        (measure.lower, measure.upper) =
            if has_interval { (Some(value - half), Some(value + half)) } else { (None, None) };
        (measure.numerator, measure.denominator) = (Some((size * 12_000.0).round()), Some(12_000.0));
    }
}

/// How many figures each format was held against the contract in.
fn compared(fates: &[Fate]) -> Result<Vec<usize>, TestCaseError> {
    thread_local! {
        static SHIPPED: (Catalogue, Definitions) = {
            let catalogue = Catalogue::embedded();
            let definitions = Definitions::load(&catalogue);
            (catalogue, definitions)
        };
    }
    let (mut measures, targets) = example::input(&example::metrics(), &example::targets());
    invent(&mut measures, fates);
    let scorecard = example::of(measures, &targets);
    SHIPPED.with(|(catalogue, definitions)| {
        let document = compose(&scorecard, &definitions.reports["weekly"]);
        let written = |name: &str| (format::find(name).unwrap().render)(&document, catalogue).unwrap();
        let json: Value = serde_json::from_slice(&written("json")).unwrap();
        let mut contract = reading::Contract::new("weekly", &json);
        contract.titles.extend(example::metrics().into_values().map(|metric| (metric.id, metric.title)));
        let mut counts = Vec::new();
        for name in ["html", "md", "xlsx", "text"] {
            let found = reading::compare(name, &written(name), &contract);
            prop_assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
            counts.push(found.compared);
        }
        Ok(counts)
    })
}

#[test]
fn the_readers_see_the_figures_of_each_format() {
    let counts = compared(&[(3, 0.6, 0.5), (4, 0.3, 0.1), (2, 0.9, 0.9)]).unwrap();
    assert!(counts[0] > 80 && counts[..3].iter().all(|count| *count == counts[0]) && counts[3] > 40, "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_figures_are_said_within_their_rounding(
        fates in prop::collection::vec((0u8..8, 0.0..1.0_f64, 0.0..1.0_f64), 1..60),
    ) {
        let counts = compared(&fates)?;
        prop_assert!(counts[0] == counts[1] && counts[1] == counts[2], "{counts:?}");
    }
}
