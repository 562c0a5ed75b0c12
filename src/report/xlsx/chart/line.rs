//! Lines over time: trends with their limits, budgets, survival curves, flows, and many small trends.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartDataLabelPosition, ChartEmptyCells, ChartFormat, ChartLineDashType, ChartMarkerType,
    ChartType, XlsxError,
};

use super::{calm, described, marker, newest, no_marker, stroke, type_of};
use crate::report::document::{self, BurnDown, Flow, Multiples, Survival, Trend};
use crate::report::xlsx::number::{percent, plain, scale, step};
use crate::report::xlsx::series::{Column, Place, Series};
use crate::report::xlsx::sheet::Sheet;
use crate::report::xlsx::style;

/// A series over the names in the first column.
fn over_names<'c>(chart: &'c mut Chart, place: &Place, column: u16) -> &'c mut rust_xlsxwriter::ChartSeries {
    chart.add_series().set_categories(place.values(0)).set_values(place.values(column)).set_name(place.name(column))
}

/// The same value at each of so many places.
fn level(name: &str, value: f64, count: usize, format: &str) -> Column {
    Column::Numbers(name.to_owned(), vec![Some(value); count], format.to_owned())
}

/// A trend with its limits, mean and target as further lines.
pub(super) fn trend(series: &mut Series, trend: &Trend, caption: &str) -> Result<Chart, XlsxError> {
    let pairs: Vec<(f64, &str)> = trend
        .points
        .iter()
        .zip(&trend.texts)
        .filter_map(|(point, text)| Some((*point.as_ref()?, text.as_str())))
        .collect();
    let (factor, format) = scale(&pairs);
    let count = trend.points.len();
    let scaled = |points: &[Option<f64>]| points.iter().map(|point| point.map(|value| value * factor)).collect();
    let mut columns = vec![
        Column::Words(String::new(), trend.periods.clone()),
        Column::Numbers(trend.name.clone(), scaled(&trend.points), format.clone()),
    ];
    // Colour, width and dash of each line after the figure's own.
    let mut looks = Vec::new();
    if let Some([lower, mean, upper]) = trend.limits {
        let words = trend.limit_texts.clone().unwrap_or_default();
        columns.push(level(&trend.mean_label, mean * factor, count, &format));
        columns.push(level(&format!("{} {}", series.word("lower limit"), words[0]), lower * factor, count, &format));
        columns.push(level(&format!("{} {}", series.word("upper limit"), words[2]), upper * factor, count, &format));
        let limit = (style::LINE, 1.0, ChartLineDashType::Dash);
        looks.extend([(style::LINE, 1.25, ChartLineDashType::Solid), limit, limit]);
    }
    if let Some((target, _)) = &trend.target {
        columns.push(level(&trend.target_label, target * factor, count, &format));
        looks.push((style::INK, 1.0, ChartLineDashType::SquareDot));
    }
    // The figures as the page says them; the newest is the label of its point.
    let said = columns.len() as u16;
    columns.push(Column::Words(String::new(), trend.texts.clone()));
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::Line);
    calm(&mut chart);
    for ((colour, width, dash), column) in looks.into_iter().zip(2..) {
        over_names(&mut chart, &place, column).set_format(&mut stroke(colour, width, dash)).set_marker(&no_marker());
    }
    let colour = if trend.alarm { style::ALARM } else { style::DATA };
    let mut label = ChartDataLabel::new();
    label.show_value().set_position(ChartDataLabelPosition::Above).set_font(type_of(colour).set_bold());
    // A line of one point is no line.
    let alone = trend.points.iter().flatten().count() < 2;
    over_names(&mut chart, &place, 1)
        .set_format(&mut stroke(style::DATA, 2.0, ChartLineDashType::Solid))
        .set_marker(&if alone { marker(ChartMarkerType::Circle, colour) } else { no_marker() })
        .set_data_label(&label)
        .set_custom_data_labels(&newest(count, place.last(said)));
    chart.y_axis().set_num_format(&format);
    if factor != 1.0 {
        let drawn = trend.points.iter().flatten().chain(trend.limits.iter().flatten());
        let drawn: Vec<f64> = drawn.chain(trend.target.iter().map(|(target, _)| target)).copied().collect();
        chart.y_axis().set_major_unit(step(drawn.iter().copied().fold(0.0, f64::max) * factor));
        if drawn.iter().all(|value| *value >= 0.0) {
            chart.y_axis().set_min(0);
        }
    }
    chart.x_axis().set_label_interval((count / 8).clamp(1, 60) as u16);
    chart.show_empty_cells_as(ChartEmptyCells::Gaps);
    Ok(chart)
}

/// What remains of a budget over its window, against an even pace.
pub(super) fn burn_down(series: &mut Series, budget: &BurnDown, caption: &str) -> Result<Chart, XlsxError> {
    let format = percent(0);
    let (x, y): (Vec<_>, Vec<_>) = budget.points.iter().map(|(at, left)| (Some(*at), Some(*left))).unzip();
    let alerts: Vec<Option<f64>> = budget.alerts.iter().map(|at| Some(*at)).collect();
    let on_line = vec![Some(1.0); alerts.len()];
    let numbers = |name: &str, values: Vec<Option<f64>>| Column::Numbers(name.to_owned(), values, format.clone());
    let columns = [
        numbers(&format!("{} – {}", budget.first_day, budget.last_day), x),
        numbers(&budget.last, y),
        numbers("", vec![Some(0.0), Some(1.0)]),
        numbers(&series.word("even pace"), vec![Some(1.0), Some(0.0)]),
        numbers("", alerts),
        numbers(&series.word("alerts"), on_line),
    ];
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::ScatterStraight);
    calm(&mut chart);
    let fired = marker(ChartMarkerType::Triangle, style::ALARM);
    let looks = [
        (0, stroke(style::DATA, 2.0, ChartLineDashType::Solid), no_marker()),
        (2, stroke(style::MUTED, 1.0, ChartLineDashType::Dash), no_marker()),
        (4, ChartFormat::new().set_no_line().clone(), fired),
    ];
    let shown = if budget.alerts.is_empty() { 2 } else { 3 };
    for (column, mut format, marker) in looks.into_iter().take(shown) {
        chart
            .add_series()
            .set_categories(place.values(column))
            .set_values(place.values(column + 1))
            .set_name(place.name(column + 1))
            .set_format(&mut format)
            .set_marker(&marker);
    }
    chart.y_axis().set_num_format(&format);
    chart.x_axis().set_num_format(&format).set_min(0).set_max(1).set_name(place.name(0));
    Ok(chart)
}

/// The share that is still open after a time, with its interval.
pub(super) fn survival(series: &mut Series, curve: &Survival, caption: &str) -> Result<Chart, XlsxError> {
    let pairs: Vec<(f64, &str)> = curve.ticks.iter().map(|(at, text)| (*at, text.as_str())).collect();
    let (factor, format) = scale(&pairs);
    // A step function as straight lines: each value holds until the next step.
    let mut rows: Vec<[f64; 4]> = Vec::new();
    for (time, share, lower, upper) in &curve.steps {
        if let Some([_, share, lower, upper]) = rows.last().copied() {
            rows.push([time * factor, share, lower, upper]);
        }
        rows.push([time * factor, *share, *lower, *upper]);
    }
    let column = |name: &str, index: usize, format: &str| {
        Column::Numbers(name.to_owned(), rows.iter().map(|row| Some(row[index])).collect(), format.to_owned())
    };
    let median = curve.median.as_ref();
    let name = median.map_or_else(String::new, |(_, text)| text.clone());
    let columns = [
        column("", 0, &format),
        column(&series.word("still open"), 1, &percent(0)),
        column(&series.word("lower limit"), 2, &percent(0)),
        column(&series.word("upper limit"), 3, &percent(0)),
        Column::Numbers(String::new(), median.iter().map(|(at, _)| Some(at * factor)).collect(), format.clone()),
        Column::Numbers(name, median.iter().map(|_| Some(0.5)).collect(), percent(0)),
    ];
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::ScatterStraight);
    calm(&mut chart);
    let looks = [
        (1, style::DATA, 2.0, ChartLineDashType::Solid),
        (2, style::LINE, 1.0, ChartLineDashType::Dash),
        (3, style::LINE, 1.0, ChartLineDashType::Dash),
    ];
    for (column, colour, width, dash) in looks {
        over_names(&mut chart, &place, column).set_format(&mut stroke(colour, width, dash)).set_marker(&no_marker());
    }
    if median.is_some() {
        let mut label = ChartDataLabel::new();
        label.show_series_name().set_position(ChartDataLabelPosition::Right).set_font(&type_of(style::INK));
        chart
            .add_series()
            .set_categories(place.values(4))
            .set_values(place.values(5))
            .set_name(place.name(5))
            .set_format(ChartFormat::new().set_no_line())
            .set_marker(&marker(ChartMarkerType::Circle, style::DATA))
            .set_data_label(&label);
    }
    chart.y_axis().set_num_format(percent(0)).set_min(0).set_max(1);
    chart.x_axis().set_num_format(&format).set_min(0);
    if factor != 1.0 {
        chart.x_axis().set_major_unit(step(rows.last().map_or(0.0, |row| row[0])));
    }
    Ok(chart)
}

/// What came and what went, added up.
pub(super) fn flow(series: &mut Series, flow: &Flow, caption: &str) -> Result<Chart, XlsxError> {
    let format = plain(0, "");
    let all = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
    let open = flow.came.iter().zip(&flow.went).map(|(came, went)| Some(came - went)).collect();
    let columns = [
        Column::Words(String::new(), flow.periods.clone()),
        Column::Numbers(flow.names[0].clone(), all(&flow.came), format.clone()),
        Column::Numbers(flow.names[1].clone(), all(&flow.went), format.clone()),
        Column::Numbers(
            format!("{} {}", flow.names[2], flow.open.last().map_or("", String::as_str)),
            open,
            format.clone(),
        ),
    ];
    let place = series.put(caption, &columns)?;
    let mut chart = Chart::new(ChartType::Line);
    calm(&mut chart);
    for (column, colour) in [(1, style::DATA), (2, style::INK), (3, style::MUTED)] {
        let dash = if column == 3 { ChartLineDashType::Dash } else { ChartLineDashType::Solid };
        over_names(&mut chart, &place, column).set_format(&mut stroke(colour, 1.75, dash)).set_marker(&no_marker());
    }
    chart.y_axis().set_num_format(&format).set_min(0);
    chart.x_axis().set_label_interval((flow.periods.len() / 8).clamp(1, 60) as u16);
    Ok(chart)
}

/// The same small trend for each value of a dimension, three beside each other.
pub(super) fn multiples(
    sheet: &mut Sheet,
    series: &mut Series,
    panels: &Multiples,
    chart: &document::Chart,
) -> Result<(), XlsxError> {
    const ACROSS: usize = 3;
    const SIZE: (u32, u32) = (250, 150);
    let count = panels.panels.iter().map(|panel| panel.points.len()).max().unwrap_or(0);
    let mut periods = vec![String::new(); count];
    if let [first, .., last] = periods.as_mut_slice() {
        (*first, *last) = (panels.ends[0].clone(), panels.ends[1].clone());
    }
    for (position, panel) in panels.panels.iter().enumerate() {
        let newest = panel.points.iter().rev().flatten().next();
        let (factor, format) =
            scale(&newest.map(|value| (*value, panel.last.as_str())).into_iter().collect::<Vec<_>>());
        let points = panel.points.iter().map(|point| point.map(|value| value * factor)).collect();
        let mut columns = vec![
            Column::Words(panels.by.clone(), periods.clone()),
            Column::Numbers(format!("{} {}", panel.name, panel.last), points, format.clone()),
        ];
        columns.extend(
            panel.limits.map(|limits| level(&series.word("mean"), limits[1] * factor, panel.points.len(), &format)),
        );
        columns.extend(
            panel.target.map(|target| level(&series.word("target"), target * factor, panel.points.len(), &format)),
        );
        let title = format!("{}: {} {}", chart.caption, panel.name, panel.last);
        let place = series.put(&title, &columns)?;
        let mut small = Chart::new(ChartType::Line);
        calm(&mut small);
        small.title().set_name(place.name(1)).set_font(type_of(style::INK).set_bold());
        small.legend().set_hidden();
        for column in 2..columns.len() as u16 {
            let mut format = stroke(style::LINE, 1.0, ChartLineDashType::Dash);
            over_names(&mut small, &place, column).set_format(&mut format).set_marker(&no_marker());
        }
        let colour = if panel.alarm { style::ALARM } else { style::DATA };
        over_names(&mut small, &place, 1)
            .set_format(&mut stroke(colour, 1.75, ChartLineDashType::Solid))
            .set_marker(&no_marker());
        small.y_axis().set_num_format(&format);
        if factor != 1.0 {
            let most = panel.points.iter().flatten().chain(&panel.target).copied().fold(0.0, f64::max);
            // A small chart has room for three names.
            small.y_axis().set_major_unit(step(most * factor * 1.7));
        }
        small.set_width(SIZE.0).set_height(SIZE.1);
        described(&mut small, &title);
        let across = position % ACROSS;
        let ends = across + 1 == ACROSS || position + 1 == panels.panels.len();
        sheet.chart(&small, across as u32 * (SIZE.0 + 6), if ends { SIZE.1 } else { 0 })?;
    }
    Ok(())
}
