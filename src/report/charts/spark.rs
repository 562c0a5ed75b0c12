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
    let right = 230 - room(&spark.last);
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

/// Pixels that the newest figure takes beside the line: its gap, and its bold digits at the width of the widest.
fn room(label: &str) -> i32 {
    let width: f64 = label.chars().map(|letter| if matches!(letter, '.' | ' ' | '\u{a0}') { 4.0 } else { 8.0 }).sum();
    if label.is_empty() { 0 } else { (width.ceil() as i32 + 3).clamp(30, 120) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_figure_has_room_whatever_its_length() {
        for label in ["78", "99.957\u{a0}%", "2\u{a0}h\u{a0}41\u{a0}m", "too few (n\u{a0}=\u{a0}3)"] {
            let (points, alt) = (vec![Some(1.0), Some(2.0)], String::new());
            let svg = super::spark(&Spark { points, limits: None, last: label.to_owned(), alarm: false, alt }).unwrap();
            let text = &svg[svg.find("<text").unwrap()..];
            let from = text.find(" x=\"").unwrap() + 4;
            let x: f64 = text[from..].split('"').next().unwrap().parse().unwrap();
            // A digit of a bold 12 px sans-serif font is 7 px wide, a point or space at most 4.
            let wide = |letter: char| if letter.is_alphanumeric() || letter == '%' { 7.0 } else { 4.0 };
            assert!(x + label.chars().map(wide).sum::<f64>() <= 236.0, "{label} at {x}");
        }
        assert_eq!(room(""), 0);
    }
}
