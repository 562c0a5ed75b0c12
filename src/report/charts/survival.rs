//! The share that is still open after a time, with its band, those that still run, and the time by which half were done.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::axis;
use super::label::{shorten, width};
use super::{BAND, ChartError, DATA, Hit, INK, MUTED, dashes, draw_with, text};
use crate::report::document::Survival;

/// A survival curve as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn survival(chart: &Survival, alt: &str) -> Result<String, ChartError> {
    let (left, right, top, bottom) = (48_i32, 380_i32, 12_i32, 172_i32);
    let x = |place: f64| left + (place.clamp(0.0, 1.0) * f64::from(right - left)).round() as i32;
    let y = |share: f64| bottom - (share.clamp(0.0, 1.0) * f64::from(bottom - top)).round() as i32;
    let at = |place: f64| chart.steps.iter().rev().find(|step| step.0 <= place).map_or(1.0, |step| step.1);
    let mut hits = Vec::new();
    for (name, share) in &chart.readings {
        if let Some((place, _)) = chart.ticks.iter().find(|(_, tick)| tick == name) {
            hits.push(Hit::point((x(*place), y(at(*place))), format!("{name}: {share}")));
        }
    }
    draw_with((480, 200), alt, &hits, |area| {
        // A step holds until the next one.
        let stairs = |pick: fn(&(f64, f64, f64, f64)) -> f64| {
            let mut line = Vec::new();
            for (index, step) in chart.steps.iter().enumerate() {
                let until = chart.steps.get(index + 1).map_or(1.0, |next| next.0);
                line.push((x(step.0), y(pick(step))));
                line.push((x(until), y(pick(step))));
            }
            line
        };
        let mut band = stairs(|step| step.3);
        band.extend(stairs(|step| step.2).into_iter().rev());
        area.draw(&Polygon::new(band, BAND.filled()))?;
        for (share, name) in [1.0, 0.5, 0.0].into_iter().zip(&chart.levels) {
            let name = shorten(name, 11, left - 8);
            text(area, &name, (left - 8, y(share)), 11, MUTED, (HPos::Right, VPos::Center), false)?;
        }
        axis(area, &chart.ticks, (left, right), bottom)?;
        if let Some((place, words)) = &chart.median {
            dashes(area, (left, y(0.5)), (x(*place), y(0.5)), MUTED)?;
            dashes(area, (x(*place), y(0.5)), (x(*place), bottom), MUTED)?;
            // The curve only falls: there is room above it to the right.
            let fits = x(*place) + 10 + width(words, 12) <= 478;
            let (from, side) = if fits { (x(*place) + 10, HPos::Left) } else { (478, HPos::Right) };
            text(area, words, (from, y(0.5) - 9), 12, INK, (side, VPos::Center), true)?;
            area.draw(&Circle::new((x(*place), y(0.5)), 3, DATA.filled()))?;
        }
        area.draw(&PathElement::new(stairs(|step| step.1), DATA.stroke_width(2)))?;
        let mut marked = -9;
        for place in &chart.censored {
            let (across, down) = (x(*place), y(at(*place)));
            if across >= marked + 3 {
                area.draw(&PathElement::new(vec![(across, down - 5), (across, down + 1)], INK.stroke_width(1)))?;
                marked = across;
            }
        }
        if let Some(step) = chart.steps.last() {
            let words = shorten(&chart.last, 12, 480 - right - 8);
            text(area, &words, (right + 8, y(step.1).min(bottom - 6)), 12, DATA, (HPos::Left, VPos::Center), true)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_one_and_of_many_steps_is_drawn_within_its_frame() {
        let steps = |count: usize| {
            let step = |index: usize| {
                let part = index as f64 / count.max(1) as f64;
                (part, 1.0 - part, (0.9 - part).max(0.0), (1.1 - part).min(1.0))
            };
            let mut all = vec![(0.0, 1.0, 1.0, 1.0)];
            all.extend((1..=count).map(step));
            all
        };
        for count in [0, 1, 200] {
            let chart = Survival {
                steps: steps(count),
                censored: vec![0.2, 0.2, 0.9],
                ticks: vec![(0.0, "0".to_owned()), (0.5, "1 h".to_owned())],
                median: Some((0.98, "half within 6 h 30 m and some more words".to_owned())),
                levels: ["100 %", "50 %", "0"].map(str::to_owned),
                last: "8 % open".to_owned(),
                readings: vec![("1 h".to_owned(), "50 %".to_owned())],
            };
            let svg = survival(&chart, "a <curve>").unwrap();
            super::super::well_formed::is_well_formed(&svg);
            assert!(svg.contains("<title>1 h: 50 %</title>"), "{svg}");
        }
    }
}
