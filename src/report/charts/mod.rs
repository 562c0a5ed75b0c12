//! Charts as SVG, drawn by plotters. Colours are names that the page's style sheet gives values to, so that a chart follows
//! light and dark; every chart carries its text alternative and scales with the page.

mod axis;
mod band;
mod bar;
mod burn_down;
mod calendar;
mod fixed;
mod flow;
mod funnel;
mod histogram;
mod label;
mod multiples;
mod pareto;
mod spark;
mod survival;
mod trend;
mod waterfall;
#[cfg(test)]
pub(crate) mod well_formed;

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
        Drawing::Calendar(calendar) => calendar::calendar(calendar, alt),
        Drawing::Survival(survival) => survival::survival(survival, alt),
        Drawing::Pareto(pareto) => pareto::pareto(pareto, alt),
        Drawing::Histogram(histogram) => histogram::histogram(histogram, alt),
        Drawing::Flow(flow) => flow::flow(flow, alt),
        Drawing::Funnel(funnel) => funnel::funnel(funnel, alt),
        Drawing::Multiples(multiples) => multiples::multiples(multiples, alt),
        Drawing::Waterfall(waterfall) => waterfall::waterfall(waterfall, alt),
    }
}

/// Width of a chart that stands in a column; wider ones take the whole page.
const COLUMN: u32 = 480;

/// Where a pointer finds words: plotters knows no titles.
struct Hit {
    /// Left, top, right and bottom; a point has no width.
    place: (i32, i32, i32, i32),
    /// The words.
    title: String,
}

impl Hit {
    /// A point of a line.
    fn point((x, y): (i32, i32), title: String) -> Self {
        Hit { place: (x, y, x, y), title }
    }

    /// A bar or a cell.
    fn area(from: (i32, i32), to: (i32, i32), title: String) -> Self {
        Hit { place: (from.0, from.1, to.0, to.1), title }
    }

    fn svg(&self) -> String {
        let (left, top, right, bottom) = self.place;
        let title = escape(&self.title);
        match left == right {
            true => format!(
                "<circle class=\"pt\" cx=\"{left}\" cy=\"{top}\" r=\"7\" fill=\"none\" pointer-events=\"all\"><title>{title}</title></circle>"
            ),
            false => format!(
                "<rect class=\"pt\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"><title>{title}</title></rect>",
                right - left,
                bottom - top
            ),
        }
    }
}

/// Draws on an area of a size and gives the SVG with its text alternative.
fn draw(
    size: (u32, u32),
    alt: &str,
    paint: impl FnOnce(&Area) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<String, ChartError> {
    draw_with(size, alt, &[], paint)
}

/// The same with words that a pointer finds.
fn draw_with(
    (width, height): (u32, u32),
    alt: &str,
    hits: &[Hit],
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
    let body = body.replace("font-family=\"sans-serif\" ", "").replace('\n', "");
    let body = body.strip_suffix("</svg>").unwrap_or(&body);
    let class = if width > COLUMN { "wide" } else { "chart" };
    let hits: String = hits.iter().map(Hit::svg).collect();
    let mut drawn = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">{body}{hits}</svg>",
        escape(alt),
    );
    // What imported names may hold and XML may not.
    drawn.retain(|letter| !letter.is_control());
    Ok(drawn)
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

/// A dashed line, upright or level.
fn dashes(area: &Area, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Result<(), Box<dyn std::error::Error>> {
    let length = (to.0 - from.0).abs().max((to.1 - from.1).abs());
    let step = |done: i32| {
        let part = f64::from(done.min(length)) / f64::from(length.max(1));
        let along = |from: i32, to: i32| from + (part * f64::from(to - from)).round() as i32;
        (along(from.0, to.0), along(from.1, to.1))
    };
    for start in (0..length).step_by(7) {
        area.draw(&PathElement::new(vec![step(start), step(start + 4)], colour.stroke_width(1)))?;
    }
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
        assert!(svg.starts_with("<svg class=\"chart\" viewBox=\"0 0 10 10\"") && svg.contains("a &lt; b"), "{svg}");
        assert!(svg.contains("var(--ink)") && svg.contains("x &amp; y") && !svg.contains("#0"), "{svg}");
    }
}
