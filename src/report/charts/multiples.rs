//! The same small trend for each value of a dimension, all on one scale: what is high in one panel is high in all.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::{shorten, width};
use super::{ALARM, Area, BAND, ChartError, DATA, Hit, INK, LINE, MUTED, dashes, draw_with, runs, text};
use crate::report::document::{Multiples, Panel};

/// Panels in a row.
const ACROSS: usize = 4;
/// From one panel to the next, and how much of it the panel takes.
const PITCH: (i32, i32) = (246, 112);
const PANEL: (i32, i32) = (226, 62);
/// Where the first panel's lines begin.
const ORIGIN: (i32, i32) = (64, 22);

/// Small multiples as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn multiples(chart: &Multiples, alt: &str) -> Result<String, ChartError> {
    let rows = chart.panels.len().div_ceil(ACROSS).max(1) as i32;
    let place = |index: usize| {
        let (row, column) = ((index / ACROSS) as i32, (index % ACROSS) as i32);
        (ORIGIN.0 + PITCH.0 * column, ORIGIN.1 + PITCH.1 * row)
    };
    let mut hits = Vec::new();
    for (index, panel) in chart.panels.iter().enumerate() {
        let points = panel.points.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        for (at, value) in points {
            let words = [chart.periods.get(at), panel.texts.get(at)].map(|words| words.map_or("", String::as_str));
            let point = point(chart, panel, place(index), at, value);
            hits.push(Hit::point(point, format!("{} · {}: {}", panel.name, words[0], words[1])));
        }
    }
    draw_with((1040, (ORIGIN.1 + PITCH.1 * rows - 26) as u32), alt, &hits, |area| {
        for (index, panel) in chart.panels.iter().enumerate() {
            let (left, top) = place(index);
            if index % ACROSS == 0 {
                for (words, down) in chart.scale_texts.iter().zip([PANEL.1 - 4, 4]) {
                    let words = shorten(words, 11, left - 8);
                    text(area, &words, (left - 8, top + down), 11, MUTED, (HPos::Right, VPos::Center), false)?;
                }
            }
            draw_panel(area, chart, panel, (left, top))?;
            if index + ACROSS >= chart.panels.len() {
                let under = top + PANEL.1 + 6;
                let [first, last] = &chart.ends;
                text(area, first, (left, under), 11, MUTED, (HPos::Left, VPos::Top), false)?;
                text(area, last, (left + PANEL.0, under), 11, MUTED, (HPos::Right, VPos::Top), false)?;
            }
        }
        Ok(())
    })
}

/// Where a value lies in the panel that begins at a place.
fn point(chart: &Multiples, panel: &Panel, (left, top): (i32, i32), at: usize, value: f64) -> (i32, i32) {
    let count = panel.points.len().max(2) - 1;
    let [low, high] = chart.scale;
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
    let across = at as f64 * f64::from(PANEL.0 - 6) / count as f64;
    (left + 3 + across.round() as i32, top + PANEL.1 - 4 - (share * f64::from(PANEL.1 - 8)).round() as i32)
}

fn draw_panel(
    area: &Area,
    chart: &Multiples,
    panel: &Panel,
    (left, top): (i32, i32),
) -> Result<(), Box<dyn std::error::Error>> {
    let (right, bottom) = (left + PANEL.0, top + PANEL.1);
    let y = |value: f64| point(chart, panel, (left, top), 0, value).1;
    if let Some([low, mean, high]) = panel.limits {
        area.draw(&Rectangle::new([(left, y(high)), (right, y(low))], BAND.filled()))?;
        area.draw(&PathElement::new(vec![(left, y(mean)), (right, y(mean))], LINE.stroke_width(1)))?;
    }
    if let Some(target) = panel.target {
        dashes(area, (left, y(target)), (right, y(target)), INK)?;
    }
    area.draw(&PathElement::new(vec![(left, bottom), (right, bottom)], LINE.stroke_width(1)))?;
    for run in runs(&panel.points) {
        let line: Vec<(i32, i32)> =
            run.iter().map(|(at, value)| point(chart, panel, (left, top), *at, *value)).collect();
        match line.as_slice() {
            [alone] => area.draw(&Circle::new(*alone, 2, DATA.filled()))?,
            _ => area.draw(&PathElement::new(line, DATA.stroke_width(2)))?,
        }
    }
    let colour = if panel.alarm { ALARM } else { DATA };
    if let Some(Some(last)) = panel.points.last() {
        let at = point(chart, panel, (left, top), panel.points.len() - 1, *last);
        area.draw(&Circle::new(at, 3, colour.filled()))?;
    }
    let figure = shorten(&panel.last, 12, PANEL.0 / 2);
    let name = shorten(&panel.name, 12, PANEL.0 - width(&figure, 12) - 10);
    text(area, &name, (left, top - 11), 12, INK, (HPos::Left, VPos::Center), false)?;
    text(area, &figure, (right, top - 11), 12, colour, (HPos::Right, VPos::Center), true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_share_a_scale_and_gaps_stay_gaps() {
        let panel = |name: &str, points: Vec<Option<f64>>| Panel {
            name: name.to_owned(),
            texts: points.iter().map(|point| format!("{point:?}")).collect(),
            points,
            limits: Some([0.2, 0.5, 0.9]),
            target: Some(0.8),
            last: "99.971 %".to_owned(),
            alarm: name == "a",
        };
        let mut chart = Multiples {
            by: "service".to_owned(),
            panels: vec![
                panel("a", vec![Some(0.3), None, Some(0.7)]),
                panel(&"Enterprise Resource Planning ".repeat(4), vec![Some(0.3); 26]),
                panel("empty", Vec::new()),
            ],
            ends: ["W1".to_owned(), "W26".to_owned()],
            periods: (0..26).map(|week| format!("W{week}")).collect(),
            scale: [0.0, 1.0],
            scale_texts: ["0".to_owned(), "1".to_owned()],
        };
        let svg = multiples(&chart, "panels").unwrap();
        super::super::well_formed::is_well_formed(&svg);
        assert!(svg.contains("var(--alarm)") && svg.contains('…'), "{svg}");
        let same = |panel: usize| point(&chart, &chart.panels[panel], (0, 0), 0, 0.3).1;
        assert_eq!(same(0), same(1));
        chart.scale = [1.0, 1.0];
        super::super::well_formed::is_well_formed(&multiples(&chart, "flat").unwrap());
        chart.panels.clear();
        super::super::well_formed::is_well_formed(&multiples(&chart, "none").unwrap());
    }
}
