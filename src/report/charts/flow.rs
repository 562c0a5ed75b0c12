//! What came and what went, added up from zero; what is open lies between the lines, and once more below on its own scale, where
//! it can be read.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::{shorten, spread};
use super::{Area, ChartError, DATA, Hit, INK, LINE, MUTED, draw_with, text};
use crate::report::document::Flow;

/// Left and right end of the lines.
const SIDES: (i32, i32) = (8, 352);
/// Top and bottom of the lines, and of what is open.
const LINES: (i32, i32) = (10, 126);
const OPEN: (i32, i32) = (144, 188);

/// A cumulative flow as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn flow(chart: &Flow, alt: &str) -> Result<String, ChartError> {
    let (left, right) = SIDES;
    let count = chart.came.len().max(2) - 1;
    let x = |index: usize| left + (index as f64 * f64::from(right - left) / count as f64).round() as i32;
    let open: Vec<f64> = chart.came.iter().zip(&chart.went).map(|(came, went)| came - went).collect();
    let up = from_zero(chart.came.iter().chain(&chart.went), LINES);
    let stock = from_zero(open.iter(), OPEN);
    let hits: Vec<Hit> = chart
        .periods
        .iter()
        .zip(&chart.open)
        .zip(&open)
        .enumerate()
        .map(|(index, ((period, text), value))| Hit::point((x(index), stock(*value)), format!("{period}: {text}")))
        .collect();
    draw_with((480, 214), alt, &hits, |area| {
        let line = |values: &[f64], y: &dyn Fn(f64) -> i32| -> Vec<(i32, i32)> {
            values.iter().enumerate().map(|(index, value)| (x(index), y(*value))).collect()
        };
        let (came, went) = (line(&chart.came, &up), line(&chart.went, &up));
        between(area, &came, &went)?;
        area.draw(&PathElement::new(went.clone(), MUTED.stroke_width(2)))?;
        area.draw(&PathElement::new(came.clone(), DATA.stroke_width(2)))?;
        area.draw(&PathElement::new(vec![(left, LINES.1), (right, LINES.1)], LINE.stroke_width(1)))?;
        if let (Some(came), Some(went)) = (came.last(), went.last()) {
            let mut places = [came.1, went.1];
            // What came lies above what went, also where both round to one pixel.
            places[1] = places[1].max(places[0]);
            spread(&mut places, 15, 8, LINES.1);
            for (place, (name, colour)) in places.iter().zip(chart.names.iter().zip([DATA, MUTED])) {
                let name = shorten(name, 12, 480 - right - 9);
                text(area, &name, (right + 8, *place), 12, colour, (HPos::Left, VPos::Center), true)?;
            }
        }
        let below = line(&open, &stock);
        let floor: Vec<(i32, i32)> = below.iter().map(|point| (point.0, OPEN.1)).collect();
        between(area, &below, &floor)?;
        area.draw(&PathElement::new(below.clone(), DATA.stroke_width(2)))?;
        area.draw(&PathElement::new(vec![(left, OPEN.1), (right, OPEN.1)], LINE.stroke_width(1)))?;
        if let Some(last) = below.last() {
            area.draw(&Circle::new(*last, 3, DATA.filled()))?;
            let name = shorten(&chart.names[2], 12, 480 - right - 9);
            text(area, &name, (right + 8, last.1.min(OPEN.1 - 4)), 12, INK, (HPos::Left, VPos::Center), true)?;
        }
        if let (Some(first), Some(last)) = (chart.periods.first(), chart.periods.last()) {
            text(area, first, (left, OPEN.1 + 8), 11, MUTED, (HPos::Left, VPos::Top), false)?;
            text(area, last, (right, OPEN.1 + 8), 11, MUTED, (HPos::Right, VPos::Top), false)?;
        }
        Ok(())
    })
}

/// A scale from zero to the largest value.
fn from_zero<'a>(values: impl Iterator<Item = &'a f64>, (top, bottom): (i32, i32)) -> impl Fn(f64) -> i32 {
    let most = values.copied().fold(1.0_f64, f64::max);
    move |value: f64| bottom - (value / most * f64::from(bottom - top)).round() as i32
}

/// Fills what lies between two lines.
fn between(area: &Area, above: &[(i32, i32)], below: &[(i32, i32)]) -> Result<(), Box<dyn std::error::Error>> {
    if above.len() > 1 {
        let outline: Vec<(i32, i32)> = above.iter().chain(below.iter().rev()).copied().collect();
        area.draw(&Polygon::new(outline, DATA.mix(0.18).filled()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_and_what_lies_between_them() {
        for count in [0, 1, 2, 26] {
            let chart = Flow {
                periods: (0..count).map(|week| format!("W{week}")).collect(),
                came: (0..count).map(|week| 200.0 + 700.0 * week as f64).collect(),
                went: (0..count).map(|week| 690.0 * week as f64).collect(),
                names: ["18 400 tickets opened in all", "18 300 ended", "214 open"].map(str::to_owned),
                open: (0..count).map(|week| format!("{}", 200 + 10 * week)).collect(),
            };
            let svg = flow(&chart, "flow").unwrap();
            super::super::well_formed::is_well_formed(&svg);
            assert_eq!(svg.matches("<title>").count(), count);
        }
    }
}
