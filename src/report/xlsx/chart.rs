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
    use crate::report::document::example::drawings;

    #[test]
    fn every_kind_of_drawing_becomes_a_chart_of_the_workbook() {
        let words = BTreeMap::new();
        let mut series = Series::new("Chart data".to_owned(), "Small trends".to_owned(), &words).unwrap();
        let mut sheet = Sheet::new("Charts").unwrap();
        for drawing in drawings("=1+1", &[60.0, 30.0, 10.0]) {
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
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let charts =
            (0..zip.len()).filter(|index| zip.by_index(*index).unwrap().name().unwrap().contains("charts/chart"));
        assert_eq!(charts.count(), 9 + 4);
    }
}
