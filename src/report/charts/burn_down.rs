//! How a budget was spent over its window: what remains day by day, the line of an even pace, and nothing left.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{ALARM, ChartError, DATA, INK, LINE, MUTED, draw, scale, text};
use crate::report::document::BurnDown;

/// A burn-down as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn burn_down(chart: &BurnDown, alt: &str) -> Result<String, ChartError> {
    let (left, right, bottom) = (8_i32, 380_i32, 170_i32);
    draw((480, 198), alt, |area| {
        let values = chart.points.iter().map(|point| point.1);
        // A budget that is overspent many times over must not flatten the rest of the line to nothing.
        let y = scale(values.chain([0.0, 1.0]), 14.0, f64::from(bottom - 8));
        let x = |place: f64| left + (place * f64::from(right - left)).round() as i32;
        area.draw(&PathElement::new(vec![(left, y(0.0)), (right, y(0.0))], INK.stroke_width(1)))?;
        // The pace at which the budget would last exactly as long as its window.
        for step in (0..60).step_by(2) {
            let (from, to) = (f64::from(step) / 60.0, f64::from(step + 1) / 60.0);
            let dash = vec![(x(from), y(1.0 - from)), (x(to), y(1.0 - to))];
            area.draw(&PathElement::new(dash, MUTED.stroke_width(1)))?;
        }
        for place in &chart.alerts {
            let at = x(*place);
            area.draw(&PathElement::new(vec![(at, 6), (at, bottom)], LINE.stroke_width(1)))?;
            area.draw(&Polygon::new(vec![(at - 4, 2), (at + 4, 2), (at, 9)], ALARM.filled()))?;
        }
        let points: Vec<(i32, i32)> = chart.points.iter().map(|(place, left)| (x(*place), y(*left))).collect();
        area.draw(&PathElement::new(points.clone(), DATA.stroke_width(2)))?;
        if let (Some(last), Some((_, value))) = (points.last(), chart.points.last()) {
            let colour = if *value < 0.0 { ALARM } else { DATA };
            area.draw(&Circle::new(*last, 3, colour.filled()))?;
            text(area, &chart.last, (right + 10, last.1), 12, colour, (HPos::Left, VPos::Center), true)?;
            if (y(0.0) - last.1).abs() >= 14 {
                text(area, &chart.nothing, (right + 10, y(0.0)), 12, INK, (HPos::Left, VPos::Center), false)?;
            }
        }
        area.draw(&PathElement::new(vec![(left, bottom), (right, bottom)], LINE.stroke_width(1)))?;
        text(area, &chart.first_day, (left, bottom + 8), 11, MUTED, (HPos::Left, VPos::Top), false)?;
        text(area, &chart.last_day, (right, bottom + 8), 11, MUTED, (HPos::Right, VPos::Top), false)?;
        Ok(())
    })
}
