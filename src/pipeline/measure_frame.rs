//! Measures as a table: what runs publish to the lake and what `nines measure` writes as Parquet.

use polars::prelude::{Column, DataFrame, PolarsResult};

use crate::lake::instant_type;
use crate::metrics::measure::Measure;

/// One row a measure: metric, period, dims (JSON), state, the figure with its evidence, and as-of. Durations are seconds,
/// shares 0 to 1; absent is null.
///
/// # Errors
/// When Polars refuses the columns.
pub fn measure_frame(measures: &[&Measure], as_of: i64) -> PolarsResult<DataFrame> {
    let count = measures.len();
    let number = |name: &str, value: fn(&Measure) -> Option<f64>| {
        Column::new(name.into(), measures.iter().map(|measure| value(measure)).collect::<Vec<_>>())
    };
    let text = |name: &str, value: fn(&Measure) -> String| {
        Column::new(name.into(), measures.iter().map(|measure| value(measure)).collect::<Vec<_>>())
    };
    let instant = |name: &str, values: Vec<i64>| Column::new(name.into(), values).cast(&instant_type());
    DataFrame::new(
        count,
        vec![
            text("metric", |measure| measure.metric.clone()),
            text("period", |measure| measure.period.id.clone()),
            instant("period_start", measures.iter().map(|measure| measure.period.start).collect())?,
            instant("period_end", measures.iter().map(|measure| measure.period.end).collect())?,
            // A map of text to text always becomes JSON.
            text("dims", |measure| serde_json::to_string(&measure.dims).unwrap_or_default()),
            text("state", |measure| measure.state.as_str().to_string()),
            number("value", |measure| measure.value),
            number("numerator", |measure| measure.numerator),
            number("denominator", |measure| measure.denominator),
            number("n", |measure| Some(measure.n as f64)),
            number("lower", |measure| measure.lower),
            number("upper", |measure| measure.upper),
            number("coverage", |measure| measure.coverage),
            text("flags", |measure| measure.flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>().join(",")),
            instant("as_of", vec![as_of; count])?,
        ],
    )
}
