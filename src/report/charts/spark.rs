//! The small trend of a tile or a row: band of usual variation, mean, line, newest value.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{ALARM, BAND, ChartError, DATA, LINE, draw, runs, scale, text};
use crate::report::document::Spark;

/// A small trend as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub fn spark(spark: &Spark) -> Result<String, ChartError> {
    // Without a label the line has the whole width.
    let (width, height) = (236_u32, 56_u32);
    let right = if spark.last.is_empty() { 230 } else { 200 };
    draw((width, height), &spark.alt, |area| {
        let limits = spark.limits.iter().flatten().copied();
        let y = scale(spark.points.iter().flatten().copied().chain(limits), 7.0, 49.0);
        let count = spark.points.len().max(2) - 1;
        let x = |index: usize| 4 + (index as f64 * f64::from(right - 4) / count as f64).round() as i32;
        if let Some([low, mean, high]) = spark.limits {
            area.draw(&Rectangle::new([(4, y(high)), (right, y(low))], BAND.filled()))?;
            area.draw(&PathElement::new(vec![(4, y(mean)), (right, y(mean))], LINE.stroke_width(1)))?;
        }
        for run in runs(&spark.points) {
            let points: Vec<(i32, i32)> = run.iter().map(|(index, value)| (x(*index), y(*value))).collect();
            match points.as_slice() {
                [alone] => area.draw(&Circle::new(*alone, 2, DATA.filled()))?,
                _ => area.draw(&PathElement::new(points, DATA.stroke_width(2)))?,
            }
        }
        if let Some(Some(last)) = spark.points.last() {
            let colour = if spark.alarm { ALARM } else { DATA };
            let at = (x(spark.points.len() - 1), y(*last));
            area.draw(&Circle::new(at, 3, colour.filled()))?;
            if !spark.last.is_empty() {
                text(area, &spark.last, (at.0 + 7, at.1), 12, colour, (HPos::Left, VPos::Center), true)?;
            }
        }
        Ok(())
    })
}
