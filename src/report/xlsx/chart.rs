//! Charts of the workbook's own kind over cells that hold their data, so that whoever opens them can change and reuse them.

mod calendar;
mod line;
mod parts;

use rust_xlsxwriter::{
    Chart, ChartAxis, ChartAxisLabelPosition, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartLine,
    ChartLineDashType, ChartMarker, ChartMarkerType, ChartSolidFill, Color, XlsxError,
};

use super::series::Series;
use super::sheet::{Sheet, small_line};
use super::style;
use crate::report::document::{self, Drawing};

/// Size of a chart in pixels.
const WIDTH: u32 = 760;
const HEIGHT: u32 = 240;

/// Writes a chart with its finding above and its evidence below.
pub(super) fn chart(sheet: &mut Sheet, series: &mut Series, chart: &document::Chart) -> Result<(), XlsxError> {
    sheet.plain(&chart.caption, style::caption(), 1.0);
    match &chart.drawing {
        // An empty frame says less than the finding does.
        Drawing::Trend(trend) if trend.points.iter().flatten().next().is_none() => {}
        Drawing::Bands(bands) if bands.bands.is_empty() => {}
        Drawing::Trend(trend) => place(sheet, line::trend(series, trend, &chart.caption)?, &chart.alt)?,
        Drawing::BurnDown(budget) => place(sheet, line::burn_down(series, budget, &chart.caption)?, &chart.alt)?,
        Drawing::Survival(curve) => place(sheet, line::survival(series, curve, &chart.caption)?, &chart.alt)?,
        Drawing::Flow(flow) => place(sheet, line::flow(series, flow, &chart.caption)?, &chart.alt)?,
        Drawing::Multiples(panels) => line::multiples(sheet, series, panels, chart)?,
        Drawing::Bands(bands) => place(sheet, parts::bands(series, bands, &chart.caption)?, &chart.alt)?,
        Drawing::Pareto(pareto) => place(sheet, parts::pareto(series, pareto, &chart.caption)?, &chart.alt)?,
        Drawing::Histogram(bins) => place(sheet, parts::histogram(series, bins, &chart.caption)?, &chart.alt)?,
        Drawing::Funnel(funnel) => place(sheet, parts::funnel(series, funnel, &chart.caption)?, &chart.alt)?,
        Drawing::Waterfall(steps) => place(sheet, parts::waterfall(series, steps, &chart.caption)?, &chart.alt)?,
        Drawing::Calendar(days) => calendar::calendar(sheet, days)?,
    }
    small_line(sheet, &chart.evidence);
    sheet.row += 1;
    Ok(())
}

fn place(sheet: &mut Sheet, mut chart: Chart, alt: &str) -> Result<(), XlsxError> {
    chart.title().set_hidden();
    chart.set_width(WIDTH).set_height(HEIGHT);
    described(&mut chart, alt);
    sheet.chart(&chart, 0, HEIGHT)
}

/// Gives a chart its words for those who can't see it.
fn described(chart: &mut Chart, alt: &str) {
    chart.set_alt_text(alt.chars().take(255).collect::<String>());
}

/// The calm of all charts: no frame, small grey type, hairlines, the finding in a cell above and not in the chart.
fn calm(chart: &mut Chart) {
    chart.chart_area().set_format(ChartFormat::new().set_no_border().set_no_fill());
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&type_of(style::MUTED));
    let hair = ChartLine::new().set_color(style::HAIR).set_width(0.5).clone();
    // Names stay at the edge where values lie on both sides of zero.
    axis(chart.x_axis()).set_major_gridlines(false).set_label_position(ChartAxisLabelPosition::Low);
    axis(chart.y_axis()).set_major_gridlines_line(&hair);
}

fn axis(axis: &mut ChartAxis) -> &mut ChartAxis {
    axis.set_font(&type_of(style::MUTED))
        .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(style::LINE)))
}

fn type_of(colour: Color) -> ChartFont {
    ChartFont::new().set_size(9).set_color(colour).clone()
}

fn stroke(colour: Color, width: f64, dash: ChartLineDashType) -> ChartFormat {
    ChartFormat::new().set_line(ChartLine::new().set_color(colour).set_width(width).set_dash_type(dash)).clone()
}

fn solid(colour: Color) -> ChartFormat {
    ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(colour)).set_no_border().clone()
}

fn no_marker() -> ChartMarker {
    ChartMarker::new().set_none().clone()
}

fn marker(kind: ChartMarkerType, colour: Color) -> ChartMarker {
    ChartMarker::new().set_type(kind).set_size(6).set_format(&mut solid(colour)).clone()
}

/// Only the newest of so many points carries its figure, in the words of a cell.
fn newest(count: usize, (sheet, row, column): (&str, u32, u16)) -> Vec<ChartDataLabel> {
    let hidden = || ChartDataLabel::new().set_hidden().to_custom();
    let shown = ChartDataLabel::new().set_value((sheet, row, column)).to_custom();
    (1..count).map(|_| hidden()).chain([shown]).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rust_xlsxwriter::Workbook;

    use super::*;
    use crate::report::document::{
        Bands, BurnDown, Calendar, CalendarDay, Flow, Funnel, Histogram, Multiples, Panel, Pareto, Part, Survival,
        Tone, Trend, Waterfall,
    };

    fn part(name: &str, value: f64) -> Part {
        Part { name: name.to_owned(), value, text: format!("{value}") }
    }

    /// One drawing of each kind, and of some a second without anything in it.
    fn drawings() -> Vec<Drawing> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let trend = Trend {
            name: "Availability".to_owned(),
            points: vec![Some(0.99), None, Some(0.98), Some(0.997)],
            texts: texts(&["99.0\u{a0}%", "", "98.0\u{a0}%", "99.7\u{a0}%"]),
            periods: texts(&["W01", "W02", "W03", "W04"]),
            limits: Some([0.97, 0.985, 0.999]),
            limit_texts: Some(["97\u{a0}%", "98.5\u{a0}%", "99.9\u{a0}%"].map(str::to_owned)),
            target: Some((0.995, "99.5\u{a0}%".to_owned())),
            mean_label: "mean 98.5\u{a0}%".to_owned(),
            target_label: "target 99.5\u{a0}%".to_owned(),
            changes: vec![2],
            last: "99.7\u{a0}%".to_owned(),
            signal: true,
            alarm: true,
        };
        let empty = Trend { points: Vec::new(), texts: Vec::new(), periods: Vec::new(), ..trend.clone() };
        let bars = || vec![part("network", 60.0), part("=1+1", 30.0), part("rest", 10.0)];
        let day = |tone| CalendarDay { tone, depth: 0.5, text: "99.1\u{a0}%".to_owned() };
        let panel = Panel {
            name: "Payments".to_owned(),
            points: vec![Some(3600.0), Some(9660.0)],
            limits: Some([0.0, 3000.0, 9000.0]),
            target: Some(7200.0),
            last: "2\u{a0}h\u{a0}41\u{a0}m".to_owned(),
            alarm: false,
        };
        vec![
            Drawing::Trend(trend),
            Drawing::Trend(empty),
            Drawing::BurnDown(BurnDown {
                points: vec![(0.0, 1.0), (0.5, 0.4), (1.0, -0.2)],
                alerts: vec![0.45],
                first_day: "1 June".to_owned(),
                last_day: "28 June".to_owned(),
                last: "\u{2212}20\u{a0}%".to_owned(),
                nothing: "nothing left".to_owned(),
            }),
            Drawing::Bands(Bands { bands: bars() }),
            Drawing::Bands(Bands { bands: Vec::new() }),
            Drawing::Calendar(Calendar {
                days: texts(&["2026-06-29", "2026-06-30"]),
                marks: vec![(0, "June".to_owned())],
                rows: vec![("Payments".to_owned(), vec![day(Tone::Met), day(Tone::Missed)])],
            }),
            Drawing::Survival(Survival {
                steps: vec![(0.0, 1.0, 1.0, 1.0), (3600.0, 0.6, 0.5, 0.7), (9660.0, 0.3, 0.2, 0.4)],
                censored: vec![5000.0],
                ticks: vec![(0.0, "0".to_owned()), (7200.0, "2\u{a0}h".to_owned())],
                median: Some((5400.0, "half within 1\u{a0}h\u{a0}30\u{a0}m".to_owned())),
            }),
            Drawing::Pareto(Pareto {
                bars: bars(),
                running: vec![0.6, 0.9, 1.0],
                running_texts: texts(&["60\u{a0}%", "90\u{a0}%", "100\u{a0}%"]),
            }),
            Drawing::Histogram(Histogram {
                bins: vec![(0.0, 1.0, 5.0), (1.0, 2.0, 9.0), (2.0, 3.0, 2.0)],
                ticks: vec![(0.0, "1\u{a0}m".to_owned()), (2.0, "1\u{a0}d".to_owned())],
                percentiles: vec![(1.5, "half within".to_owned(), "1\u{a0}h".to_owned())],
            }),
            Drawing::Flow(Flow {
                periods: texts(&["W01", "W02", "W03"]),
                came: vec![10.0, 18.0, 30.0],
                went: vec![4.0, 15.0, 22.0],
                names: ["opened", "ended", "open"].map(str::to_owned),
                open: "8".to_owned(),
            }),
            Drawing::Funnel(Funnel { stages: bars(), shares: texts(&["", "50\u{a0}%", "33\u{a0}%"]) }),
            Drawing::Multiples(Multiples {
                by: "service".to_owned(),
                panels: vec![panel.clone(), panel.clone(), panel.clone(), panel],
                ends: ["W01", "W02"].map(str::to_owned),
            }),
            Drawing::Waterfall(Waterfall {
                start: part("before", 20.0),
                steps: vec![(part("network", -25.0), true), (part("changes", 8.0), false)],
                end: part("now", 3.0),
            }),
        ]
    }

    #[test]
    fn every_kind_of_drawing_becomes_a_chart_of_the_workbook() {
        let words = BTreeMap::new();
        let mut series = Series::new("Chart data".to_owned(), "Small trends".to_owned(), &words).unwrap();
        let mut sheet = Sheet::new("Charts").unwrap();
        for drawing in drawings() {
            let caption = "=Charts!A1 as a caption".to_owned();
            let held =
                document::Chart { caption, alt: "what it shows".to_owned(), evidence: "n = 3".to_owned(), drawing };
            chart(&mut sheet, &mut series, &held).unwrap();
        }
        let mut book = Workbook::new();
        book.push_worksheet(sheet.finish("foot & more").unwrap());
        for data in series.finish() {
            book.push_worksheet(data.finish("foot").unwrap());
        }
        let bytes = book.save_to_buffer().unwrap();
        if let Some(path) = std::env::var_os("NINES_CHARTS") {
            std::fs::write(path, &bytes).unwrap();
        }
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let charts =
            (0..zip.len()).filter(|index| zip.by_index(*index).unwrap().name().unwrap().contains("charts/chart"));
        assert_eq!(charts.count(), 9 + 4);
    }
}
