//! Charts as SVG, drawn by plotters. Colours are names that the page's style sheet gives values to, so that a chart follows
//! light and dark; every chart carries its text alternative and scales with the page.

mod band;
mod bar;
mod burn_down;
mod fixed;
mod spark;
mod trend;

pub use bar::bar;
pub use fixed::{enlarged, fixed};
pub use spark::spark;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::document::{Chart, Drawing};

/// Why a chart could not be drawn; plotters names the reason.
pub type ChartError = String;

/// A drawing area on SVG.
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Colours as the drawing knows them, and the names that take their place.
const INK: RGBColor = RGBColor(1, 1, 1);
const MUTED: RGBColor = RGBColor(2, 2, 2);
const DATA: RGBColor = RGBColor(3, 3, 3);
const ALARM: RGBColor = RGBColor(4, 4, 4);
const BAND: RGBColor = RGBColor(5, 5, 5);
const LINE: RGBColor = RGBColor(6, 6, 6);
const NAMES: [(&str, &str); 6] = [
    ("#010101", "var(--ink)"),
    ("#020202", "var(--muted)"),
    ("#030303", "var(--data)"),
    ("#040404", "var(--alarm)"),
    ("#050505", "var(--band)"),
    ("#060606", "var(--line)"),
];

/// A chart as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub fn chart(chart: &Chart) -> Result<String, ChartError> {
    let alt = &chart.alt;
    match &chart.drawing {
        Drawing::Trend(trend) => trend::trend(trend, alt),
        Drawing::BurnDown(budget) => burn_down::burn_down(budget, alt),
        Drawing::Bands(bands) => band::bands(bands, alt),
        _ => Err("there is no drawing of this kind yet".to_owned()),
    }
}

/// Draws on an area of a size and gives the SVG with its text alternative.
fn draw(
    (width, height): (u32, u32),
    alt: &str,
    paint: impl FnOnce(&Area) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        paint(&area).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    for (colour, name) in NAMES {
        svg = svg.replace(colour, name);
    }
    let body = svg.find('>').map_or("", |end| &svg[end + 1..]);
    Ok(format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">{}",
        escape(alt),
        body.replace("font-family=\"sans-serif\" ", "").replace('\n', "")
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text(
    area: &Area,
    words: &str,
    at: (i32, i32),
    size: u32,
    colour: RGBColor,
    (horizontal, vertical): (HPos, VPos),
    bold: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
    // Plotters counts a font's size with its line gap; pages count without.
    let font = FontDesc::new(FontFamily::SansSerif, f64::from(size) * 1.24, weight);
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(horizontal, vertical));
    area.draw(&Text::new(words.to_owned(), at, style))?;
    Ok(())
}

/// A scale from values to pixels, with some room above and below; a flat series lies in the middle.
fn scale(values: impl Iterator<Item = f64>, top: f64, bottom: f64) -> impl Fn(f64) -> i32 {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| value.is_finite()) {
        (low, high) = (low.min(value), high.max(value));
    }
    if high - low < f64::EPSILON * high.abs().max(1.0) {
        (low, high) = (low - 1.0, high + 1.0);
    }
    move |value| (bottom - (value - low) / (high - low) * (bottom - top)).round() as i32
}

/// Runs of neighbouring points: a gap in the data is a gap in the line.
fn runs(points: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    for (index, point) in points.iter().enumerate() {
        match (point, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((index, *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_data_is_a_gap_in_the_line() {
        let found = runs(&[None, Some(1.0), Some(2.0), None, None, Some(3.0)]);
        assert_eq!(found, [vec![(1, 1.0), (2, 2.0)], vec![(5, 3.0)]]);
    }

    #[test]
    fn a_chart_has_its_words_and_no_fixed_colour() {
        let svg = draw((10, 10), "a < b", |area| text(area, "x & y", (1, 1), 10, INK, (HPos::Left, VPos::Top), false))
            .unwrap();
        assert!(svg.starts_with("<svg viewBox=\"0 0 10 10\"") && svg.contains("a &lt; b"), "{svg}");
        assert!(svg.contains("var(--ink)") && svg.contains("x &amp; y") && !svg.contains("#0"), "{svg}");
    }
}
