//! Parts: bars by band, Pareto, histogram, funnel and waterfall.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartDataLabelPosition, ChartFormat, ChartLegendPosition, ChartLineDashType,
    ChartMarkerType, ChartPoint, ChartType, Color, XlsxError,
};

use super::{calm, marker, solid, stroke, type_of};
use crate::report::document::{Bands, Funnel, Histogram, Pareto, Part, Waterfall};
use crate::report::xlsx::number::{percent, plain, scale};
use crate::report::xlsx::series::{Column, Series};
use crate::report::xlsx::style;

/// Names and amounts of parts as columns, the amounts in one format.
fn columns(parts: &[&Part]) -> (Vec<Column>, f64, String) {
    let pairs: Vec<(f64, &str)> = parts.iter().map(|part| (part.value, part.text.as_str())).collect();
    let (factor, format) = scale(&pairs);
    let names = parts.iter().map(|part| part.name.clone()).collect();
    let values = parts.iter().map(|part| Some(part.value * factor)).collect();
    let columns = vec![Column::Words(String::new(), names), Column::Numbers(String::new(), values, format.clone())];
    (columns, factor, format)
}

fn valued(colour: Color) -> ChartDataLabel {
    let mut label = ChartDataLabel::new();
    label.show_value().set_position(ChartDataLabelPosition::OutsideEnd).set_font(&type_of(colour));
    label
}

/// A bar for each band, darker with age.
pub(super) fn bands(series: &mut Series, bands: &Bands, caption: &str) -> Result<Chart, XlsxError> {
    let (columns, ..) = columns(&bands.bands.iter().collect::<Vec<_>>());
    let place = series.put(caption, &columns)?;
    let last = bands.bands.len().saturating_sub(1).max(1) as f64;
    let depth = |position: usize| style::shade(style::DATA, 0.3 + 0.7 * position as f64 / last);
    let points: Vec<ChartPoint> =
        (0..bands.bands.len()).map(|position| ChartPoint::new().set_format(&mut solid(depth(position)))).collect();
    let mut chart = Chart::new(ChartType::Column);
    calm(&mut chart);
    chart.legend().set_hidden();
    chart.y_axis().set_major_gridlines(false).set_hidden(true);
    chart
        .add_series()
        .set_categories(place.values(0))
        .set_values(place.values(1))
        .set_points(&points)
        .set_gap(40)
        .set_data_label(&valued(style::INK));
    Ok(chart)
}

/// Bars, the largest first, and the line of their running share.
pub(super) fn pareto(series: &mut Series, pareto: &Pareto, caption: &str) -> Result<Chart, XlsxError> {
    let (mut columns, _, format) = columns(&pareto.bars.iter().collect::<Vec<_>>());
    let running = pareto.running.iter().map(|share| Some(*share)).collect();
    columns.push(Column::Numbers(String::new(), running, percent(0)));
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::Column);
    calm(&mut chart);
    chart.legend().set_hidden();
    chart
        .add_series()
        .set_categories(place.values(0))
        .set_values(place.values(1))
        .set_format(&mut solid(style::DATA))
        .set_gap(40)
        .set_data_label(&valued(style::INK));
    let mut line = Chart::new(ChartType::Line);
    line.add_series()
        .set_categories(place.values(0))
        .set_values(place.values(2))
        .set_secondary_axis(true)
        .set_format(&mut stroke(style::MUTED, 1.25, ChartLineDashType::Solid))
        .set_marker(&marker(ChartMarkerType::Circle, style::MUTED));
    chart.y2_axis().set_min(0).set_max(1).set_num_format(percent(0)).set_font(&type_of(style::MUTED));
    chart.y_axis().set_num_format(&format).set_min(0);
    chart.combine(&line);
    Ok(chart)
}

/// A column for each bin, named where the scale has a name.
pub(super) fn histogram(series: &mut Series, histogram: &Histogram, caption: &str) -> Result<Chart, XlsxError> {
    let name = |from: f64, to: f64| {
        let inside = histogram.ticks.iter().find(|(at, _)| (from..to).contains(at));
        inside.map_or_else(String::new, |(_, text)| text.clone())
    };
    let names = histogram.bins.iter().map(|bin| name(bin.from, bin.to)).collect();
    let counts = histogram.bins.iter().map(|bin| Some(bin.count)).collect();
    let (marks, texts) = histogram.percentiles.iter().map(|(_, name, text)| (name.clone(), text.clone())).unzip();
    let columns = [
        Column::Words(String::new(), names),
        Column::Numbers(String::new(), counts, plain(0, "")),
        Column::Words(String::new(), marks),
        Column::Words(String::new(), texts),
    ];
    let place = series.put(caption, &columns)?;
    let rows = histogram.bins.len() as u32;
    let range = |column: u16| {
        let (sheet, first, column, _, _) = place.values(column);
        (sheet, first, column, first + rows.max(1) - 1, column)
    };
    let mut chart = Chart::new(ChartType::Column);
    calm(&mut chart);
    chart.legend().set_hidden();
    chart.add_series().set_categories(range(0)).set_values(range(1)).set_format(&mut solid(style::DATA)).set_gap(4);
    chart.y_axis().set_num_format(plain(0, ""));
    chart.x_axis().set_label_interval(1);
    Ok(chart)
}

/// A bar for each stage, the first on top.
pub(super) fn funnel(series: &mut Series, funnel: &Funnel, caption: &str) -> Result<Chart, XlsxError> {
    let (mut columns, ..) = columns(&funnel.stages.iter().collect::<Vec<_>>());
    columns.push(Column::Words(String::new(), funnel.shares.clone()));
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::Bar);
    calm(&mut chart);
    chart.legend().set_hidden();
    // Of bars the amounts lie along the horizontal axis, and the first name is at the bottom unless it is turned.
    chart.x_axis().set_hidden(true);
    chart.y_axis().set_major_gridlines(false).set_reverse();
    chart
        .add_series()
        .set_categories(place.values(0))
        .set_values(place.values(1))
        .set_format(&mut solid(style::DATA))
        .set_gap(40)
        .set_data_label(&valued(style::INK));
    Ok(chart)
}

/// From one figure to the next: each step hangs on the one before.
pub(super) fn waterfall(series: &mut Series, steps: &Waterfall, caption: &str) -> Result<Chart, XlsxError> {
    let parts: Vec<&Part> =
        std::iter::once(&steps.start).chain(steps.steps.iter().map(|(step, _)| step)).chain([&steps.end]).collect();
    let (mut columns, factor, format) = columns(&parts);
    let stacks = stacks(steps);
    for (name, index) in ["", "", "better", "worse", "better", "worse"].into_iter().zip(0..) {
        let name = if name.is_empty() { String::new() } else { series.word(name) };
        let values = stacks.iter().map(|row| Some(row[index] * factor).filter(|value| *value != 0.0)).collect();
        columns.push(Column::Numbers(name, values, format.clone()));
    }
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::ColumnStacked);
    calm(&mut chart);
    let colours =
        [None, Some(style::INK), Some(style::DATA), Some(style::ALARM), Some(style::DATA), Some(style::ALARM)];
    for (colour, column) in colours.into_iter().zip(2..) {
        let mut format = colour.map_or_else(|| ChartFormat::new().set_no_fill().set_no_border().clone(), solid);
        chart
            .add_series()
            .set_categories(place.values(0))
            .set_values(place.values(column))
            .set_name(place.name(column))
            .set_format(&mut format)
            .set_gap(40);
    }
    chart.legend().set_position(ChartLegendPosition::Bottom).delete_entries(&[0, 1, 4, 5]);
    chart.y_axis().set_num_format(&format);
    Ok(chart)
}

/// For each column of a waterfall: the part that isn't seen, the whole, and what is better and worse above and below zero.
fn stacks(steps: &Waterfall) -> Vec<[f64; 6]> {
    let whole = |part: &Part| [0.0, part.value, 0.0, 0.0, 0.0, 0.0];
    let mut rows = vec![whole(&steps.start)];
    let mut level = steps.start.value;
    for (step, worse) in &steps.steps {
        let (low, high) = (level.min(level + step.value), level.max(level + step.value));
        level += step.value;
        // What lies between zero and the step on its own side of zero is not seen.
        let unseen = if low > 0.0 { low } else { high.min(0.0) };
        let (above, below) = (high.max(0.0) - low.max(0.0), low.min(0.0) - high.min(0.0));
        let side = usize::from(*worse);
        let mut row = [unseen, 0.0, 0.0, 0.0, 0.0, 0.0];
        (row[2 + side], row[4 + side]) = (above, below);
        rows.push(row);
    }
    rows.push(whole(&steps.end));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_across_zero_hangs_on_both_sides() {
        let part = |value: f64| Part { name: String::new(), value, text: String::new() };
        let steps = vec![(part(-3.0), true), (part(-1.0), true), (part(2.5), false)];
        let rows = stacks(&Waterfall { start: part(2.0), steps, end: part(0.5), alarm: false, from_zero: true });
        assert_eq!(rows[1], [0.0, 0.0, 0.0, 2.0, 0.0, -1.0]);
        assert_eq!(rows[2], [-1.0, 0.0, 0.0, 0.0, 0.0, -1.0]);
        assert_eq!(rows[3], [0.0, 0.0, 0.5, 0.0, -2.0, 0.0]);
        assert_eq!(rows[4], [0.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
    }
}
