//! Parts of a whole, the largest first: a bar each, and the running share as a line on the same scale, so that the line ends where
//! the whole is.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::shorten;
use super::{BAND, ChartError, DATA, Hit, INK, MUTED, dashes, draw_with, text};
use crate::report::document::Pareto;

/// From one bar to the next.
const PITCH: i32 = 24;
/// Where the first bar's row begins.
const TOP: i32 = 22;

/// A Pareto chart as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn pareto(chart: &Pareto, alt: &str) -> Result<String, ChartError> {
    let (left, right) = (136_i32, 340_i32);
    let x = |share: f64| left + (share.clamp(0.0, 1.0) * f64::from(right - left)).round() as i32;
    let middle = |row: usize| TOP + PITCH * row as i32 + PITCH / 2;
    let bottom = TOP + PITCH * chart.bars.len() as i32;
    let whole: f64 = chart.bars.iter().map(|bar| bar.value.max(0.0)).sum();
    let rows = chart.bars.iter().zip(&chart.running).zip(&chart.running_texts);
    let title = |row: usize| (0, middle(row) - PITCH / 2);
    let hits: Vec<Hit> = rows
        .clone()
        .enumerate()
        .map(|(row, ((bar, _), running))| {
            Hit::area(title(row), (480, middle(row) + PITCH / 2), format!("{}: {} · {running}", bar.name, bar.text))
        })
        .collect();
    draw_with((480, (bottom + 4) as u32), alt, &hits, |area| {
        text(area, &chart.heading, (478, 12), 11, MUTED, (HPos::Right, VPos::Bottom), false)?;
        text(area, &chart.level.1, (x(chart.level.0), 12), 11, MUTED, (HPos::Center, VPos::Bottom), false)?;
        for (row, ((bar, _), running)) in rows.clone().enumerate() {
            let (name, at) = (shorten(&bar.name, 12, left - 10), middle(row));
            text(area, &name, (left - 8, at), 12, INK, (HPos::Right, VPos::Center), false)?;
            area.draw(&Rectangle::new([(left, at - 6), (right, at + 6)], BAND.filled()))?;
            let share = if whole > 0.0 { bar.value / whole } else { 0.0 };
            let end = x(share).max(left + 1);
            area.draw(&Rectangle::new([(left, at - 6), (end, at + 6)], DATA.filled()))?;
            let value = shorten(&bar.text, 12, 72);
            text(area, &value, (420, at), 12, INK, (HPos::Right, VPos::Center), true)?;
            text(area, running, (478, at), 12, MUTED, (HPos::Right, VPos::Center), false)?;
        }
        dashes(area, (x(chart.level.0), TOP - 4), (x(chart.level.0), bottom), MUTED)?;
        let line: Vec<(i32, i32)> =
            chart.running.iter().enumerate().map(|(row, share)| (x(*share), middle(row))).collect();
        area.draw(&PathElement::new(line.clone(), INK.stroke_width(1)))?;
        for point in line {
            area.draw(&Circle::new(point, 3, INK.filled()))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Part;

    #[test]
    fn the_line_ends_at_the_whole_and_names_are_shortened() {
        let part = |name: &str, value: f64| Part { name: name.to_owned(), value, text: format!("{value}") };
        let chart = Pareto {
            bars: vec![part(&"<script>alert(1)</script>".repeat(9), 6.0), part("b", 3.0), part("others (4)", 1.0)],
            running: vec![0.6, 0.9, 1.0],
            running_texts: ["60 %", "90 %", "100 %"].map(str::to_owned).to_vec(),
            level: (0.8, "80 %".to_owned()),
            heading: "running".to_owned(),
        };
        let svg = pareto(&chart, "parts").unwrap();
        super::super::well_formed::is_well_formed(&svg);
        assert!(svg.contains('…') && !svg.contains("<script"), "{svg}");
        assert!(svg.contains("cx=\"340\""), "{svg}");
        let empty = Pareto { bars: Vec::new(), running: Vec::new(), running_texts: Vec::new(), ..chart };
        super::super::well_formed::is_well_formed(&pareto(&empty, "nothing").unwrap());
    }
}
