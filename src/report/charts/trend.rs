//! A trend with its limits, mean, target and newest value, each named where it stands; unusual points of the past are marked too.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::{shorten, spread};
use super::{ALARM, BAND, ChartError, DATA, Hit, INK, LINE, MUTED, dashes, draw_with, runs, scale, text};
use crate::report::document::Trend;

/// Left and right end of the line.
const SIDES: (i32, i32) = (62, 376);
/// Where the axis of periods lies.
const BOTTOM: i32 = 150;

/// A trend as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn trend(trend: &Trend, alt: &str) -> Result<String, ChartError> {
    let (left, right) = SIDES;
    let limits = trend.limits.iter().flatten().copied();
    let target = trend.target.iter().map(|(value, _)| *value);
    let zero = trend.from_zero.then_some(0.0);
    let values = trend.points.iter().flatten().copied().chain(limits).chain(target).chain(zero);
    let floor = if trend.from_zero { BOTTOM } else { BOTTOM - 8 };
    let y = scale(values, 12.0, f64::from(floor));
    let count = trend.points.len().max(2) - 1;
    let x = |index: usize| left + (index as f64 * f64::from(right - left) / count as f64).round() as i32;
    let known = trend.points.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)));
    let hits: Vec<Hit> = known
        .clone()
        .map(|(index, value)| {
            let words =
                [trend.periods.get(index), trend.texts.get(index)].map(|words| words.map_or("", String::as_str));
            Hit::point((x(index), y(value)), format!("{}: {}", words[0], words[1]))
        })
        .collect();
    draw_with((480, 176), alt, &hits, |area| {
        let mut labels: Vec<(i32, &str, RGBColor, bool)> = Vec::new();
        if let Some(Some(last)) = trend.points.last() {
            labels.push((y(*last), &trend.last, if trend.alarm { ALARM } else { DATA }, true));
        }
        if let Some([low, mean, high]) = trend.limits {
            area.draw(&Rectangle::new([(left, y(high)), (right, y(low))], BAND.filled()))?;
            area.draw(&PathElement::new(vec![(left, y(mean)), (right, y(mean))], LINE.stroke_width(1)))?;
            if !trend.mean_label.is_empty() {
                labels.push((y(mean), &trend.mean_label, MUTED, false));
            }
        }
        if let Some((value, _)) = &trend.target {
            dashes(area, (left, y(*value)), (right, y(*value)), INK)?;
            labels.push((y(*value), &trend.target_label, INK, false));
        }
        // Between the last point of the old level and the first of the new.
        for change in trend.changes.iter().filter(|change| (1..=count).contains(*change)) {
            let at = i32::midpoint(x(change - 1), x(*change));
            for top in (6..BOTTOM).step_by(6) {
                let dash = vec![(at, top), (at, (top + 2).min(BOTTOM))];
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
        for (index, worse) in &trend.unusual {
            if let Some(Some(value)) = trend.points.get(*index) {
                let colour = if *worse { ALARM } else { DATA };
                area.draw(&Circle::new((x(*index), y(*value)), 3, colour.filled()))?;
            }
        }
        if let Some(Some(last)) = trend.points.last() {
            let colour = if trend.alarm { ALARM } else { DATA };
            area.draw(&Circle::new((x(trend.points.len() - 1), y(*last)), 4, colour.filled()))?;
        }
        let mut places: Vec<i32> = labels.iter().map(|label| label.0).collect();
        spread(&mut places, 15, 8, BOTTOM + 2);
        for (place, (_, words, colour, bold)) in places.iter().zip(&labels) {
            let words = shorten(words, 12, 480 - right - 9);
            text(area, &words, (right + 9, *place), 12, *colour, (HPos::Left, VPos::Center), *bold)?;
        }
        // The frame is as long as the data: its ends are the highest and the lowest figure.
        for (place, words) in ends(trend, known.clone(), &y) {
            let words = shorten(&words, 11, left - 8);
            text(area, &words, (left - 8, place), 11, MUTED, (HPos::Right, VPos::Center), false)?;
        }
        area.draw(&PathElement::new(vec![(left, BOTTOM), (right, BOTTOM)], LINE.stroke_width(1)))?;
        if let (Some(first), Some(last)) = (trend.periods.first(), trend.periods.last()) {
            text(area, first, (left, BOTTOM + 8), 11, MUTED, (HPos::Left, VPos::Top), false)?;
            text(area, last, (right, BOTTOM + 8), 11, MUTED, (HPos::Right, VPos::Top), false)?;
        }
        Ok(())
    })
}

/// The highest and the lowest figure as text, or zero where the scale begins there, each at its height.
fn ends(
    trend: &Trend,
    known: impl Iterator<Item = (usize, f64)> + Clone,
    y: &impl Fn(f64) -> i32,
) -> Vec<(i32, String)> {
    let words = |index: usize| trend.texts.get(index).cloned().unwrap_or_default();
    let highest = known.clone().max_by(|one, other| one.1.total_cmp(&other.1));
    let lowest = known.min_by(|one, other| one.1.total_cmp(&other.1));
    let Some((high, low)) = highest.zip(lowest) else { return Vec::new() };
    let top = (y(high.1), words(high.0));
    let bottom = if trend.from_zero { (y(0.0), "0".to_owned()) } else { (y(low.1), words(low.0)) };
    // Too near each other, the highest stands for both.
    if bottom.0 - top.0 < 13 { vec![top] } else { vec![top, bottom] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(points: &[Option<f64>]) -> Trend {
        Trend {
            mean_label: "mean 10".to_owned(),
            target_label: "target 10".to_owned(),
            name: "Incidents".to_owned(),
            points: points.to_vec(),
            texts: points.iter().map(|point| point.map_or_else(String::new, |value| format!("{value}"))).collect(),
            periods: (0..points.len()).map(|week| format!("W{week}")).collect(),
            from_zero: true,
            unusual: vec![(1, true), (2, false)],
            limits: Some([8.0, 10.0, 12.0]),
            limit_texts: Some(["8", "10", "12"].map(str::to_owned)),
            target: Some((10.1, "10".to_owned())),
            changes: vec![2],
            last: "10".to_owned(),
            signal: false,
            alarm: false,
        }
    }

    #[test]
    fn every_point_has_its_words_and_unusual_ones_their_colour() {
        let svg = trend(&of(&[Some(9.0), Some(20.0), Some(3.0), None, Some(10.0)]), "a trend").unwrap();
        super::super::well_formed::is_well_formed(&svg);
        assert_eq!(svg.matches("class=\"pt\"").count(), 4);
        assert!(svg.contains("<title>W1: 20</title>") && svg.contains("var(--alarm)"), "{svg}");
        // Counts begin at zero, which is named.
        assert!(svg.contains(">0</text>"), "{svg}");
        for points in [&[][..], &[None][..], &[Some(1.0)][..]] {
            super::super::well_formed::is_well_formed(&trend(&of(points), "little").unwrap());
        }
    }
}
