//! A trend with its limits, mean, target and newest value, each named where it stands.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{ALARM, BAND, ChartError, DATA, INK, LINE, MUTED, draw, runs, scale, text};
use crate::report::document::Trend;

/// A trend as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn trend(trend: &Trend, alt: &str) -> Result<String, ChartError> {
    let (left, right, bottom) = (8_i32, 376_i32, 140_i32);
    draw((480, 168), alt, |area| {
        let limits = trend.limits.iter().flatten().copied();
        let target = trend.target.iter().map(|(value, _)| *value);
        let y = scale(trend.points.iter().flatten().copied().chain(limits).chain(target), 12.0, f64::from(bottom - 6));
        let count = trend.points.len().max(2) - 1;
        let x = |index: usize| left + (index as f64 * f64::from(right - left) / count as f64).round() as i32;
        let mut labels: Vec<(i32, String, RGBColor, bool)> = Vec::new();
        if let Some([low, mean, high]) = trend.limits {
            area.draw(&Rectangle::new([(left, y(high)), (right, y(low))], BAND.filled()))?;
            area.draw(&PathElement::new(vec![(left, y(mean)), (right, y(mean))], LINE.stroke_width(1)))?;
            if !trend.mean_label.is_empty() {
                labels.push((y(mean), trend.mean_label.clone(), MUTED, false));
            }
        }
        if let Some((value, _)) = &trend.target {
            for start in (left..right).step_by(8) {
                let dash = vec![(start, y(*value)), ((start + 4).min(right), y(*value))];
                area.draw(&PathElement::new(dash, INK.stroke_width(1)))?;
            }
            labels.push((y(*value), trend.target_label.clone(), INK, false));
        }
        // Between the last point of the old level and the first of the new.
        for change in trend.changes.iter().filter(|change| (1..=count).contains(*change)) {
            let at = i32::midpoint(x(change - 1), x(*change));
            for top in (6..bottom).step_by(6) {
                let dash = vec![(at, top), (at, (top + 2).min(bottom))];
                area.draw(&PathElement::new(dash, MUTED.stroke_width(1)))?;
            }
        }
        for run in runs(&trend.points) {
            let points: Vec<(i32, i32)> = run.iter().map(|(index, value)| (x(*index), y(*value))).collect();
            match points.as_slice() {
                [alone] => area.draw(&Circle::new(*alone, 2, DATA.filled()))?,
                _ => area.draw(&PathElement::new(points, DATA.stroke_width(2)))?,
            }
        }
        if let Some(Some(last)) = trend.points.last() {
            let colour = if trend.alarm { ALARM } else { DATA };
            let at = (x(trend.points.len() - 1), y(*last));
            area.draw(&Circle::new(at, 3, colour.filled()))?;
            labels.insert(0, (at.1, trend.last.clone(), colour, true));
        }
        place(&mut labels);
        for (at, words, colour, bold) in &labels {
            text(area, words, (right + 8, *at), 12, *colour, (HPos::Left, VPos::Center), *bold)?;
        }
        area.draw(&PathElement::new(vec![(left, bottom), (right, bottom)], LINE.stroke_width(1)))?;
        if let (Some(first), Some(last)) = (trend.periods.first(), trend.periods.last()) {
            text(area, first, (left, bottom + 8), 11, MUTED, (HPos::Left, VPos::Top), false)?;
            text(area, last, (right, bottom + 8), 11, MUTED, (HPos::Right, VPos::Top), false)?;
        }
        Ok(())
    })
}

/// Moves labels apart so that none covers another; the first keeps its place.
fn place(labels: &mut [(i32, String, RGBColor, bool)]) {
    const APART: i32 = 14;
    for index in 1..labels.len() {
        let wanted = labels[index].0;
        let taken: Vec<i32> = labels[..index].iter().map(|label| label.0).collect();
        let is_free = |at: i32| taken.iter().all(|other| (at - other).abs() >= APART);
        let offsets = (0..60).flat_map(|step| [step, -step]);
        let free = offsets.map(|offset| wanted + offset).find(|at| is_free(*at) && *at > 4 && *at < 150);
        labels[index].0 = free.unwrap_or(wanted);
    }
}
