//! From one figure to the next: each part begins where the one before it ended.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::shorten;
use super::{ALARM, ChartError, DATA, Hit, INK, LINE, draw_with, text};
use crate::report::document::{Part, Waterfall};

/// From one row to the next.
const PITCH: i32 = 25;
/// Left and right end of the bars.
const SIDES: (i32, i32) = (148, 384);

/// A waterfall as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn waterfall(chart: &Waterfall, alt: &str) -> Result<String, ChartError> {
    let levels = levels(chart);
    let low = levels.iter().copied().fold(if chart.from_zero { 0.0 } else { f64::INFINITY }, f64::min);
    let high = levels.iter().copied().fold(if chart.from_zero { 0.0 } else { f64::NEG_INFINITY }, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let x = |level: f64| SIDES.0 + 4 + ((level - low) / span * f64::from(SIDES.1 - SIDES.0 - 8)).round() as i32;
    let middle = |row: usize| PITCH * row as i32 + PITCH / 2;
    let rows: Vec<&Part> =
        std::iter::once(&chart.start).chain(chart.steps.iter().map(|step| &step.0)).chain([&chart.end]).collect();
    let hits: Vec<Hit> = rows
        .iter()
        .enumerate()
        .map(|(row, part)| {
            let words = format!("{}: {}", part.name, part.text);
            Hit::area((0, middle(row) - PITCH / 2), (480, middle(row) + PITCH / 2), words)
        })
        .collect();
    draw_with((480, (PITCH * rows.len() as i32) as u32), alt, &hits, |area| {
        let mut level = chart.start.value;
        for (row, part) in rows.iter().enumerate() {
            let at = middle(row);
            let whole = row == 0 || row + 1 == rows.len();
            let name = shorten(&part.name, 12, SIDES.0 - 10);
            text(area, &name, (SIDES.0 - 8, at), 12, INK, (HPos::Right, VPos::Center), whole)?;
            let value = shorten(&part.text, 12, 480 - SIDES.1 - 6);
            text(area, &value, (478, at), 12, INK, (HPos::Right, VPos::Center), whole)?;
            if whole {
                level = part.value;
                let from = if chart.from_zero { x(0.0) } else { x(level) - 2 };
                let to = if chart.from_zero { x(level).max(from + 1) } else { x(level) + 2 };
                area.draw(&Rectangle::new([(from, at - 8), (to, at + 8)], INK.mix(0.75).filled()))?;
            } else {
                let (from, to) = (x(level), x(level + part.value));
                let worse = chart.steps.get(row - 1).is_some_and(|step| step.1);
                let colour = match (worse, chart.alarm) {
                    (true, true) => ALARM.mix(1.0),
                    (true, false) => DATA.mix(1.0),
                    (false, _) => DATA.mix(0.45),
                };
                let bar = [(from.min(to), at - 6), (from.max(to).max(from.min(to) + 2), at + 6)];
                area.draw(&Rectangle::new(bar, colour.filled()))?;
                level += part.value;
            }
            if row + 1 < rows.len() {
                let down = vec![(x(level), at + 8), (x(level), at + PITCH - 8)];
                area.draw(&PathElement::new(down, LINE.stroke_width(1)))?;
            }
        }
        Ok(())
    })
}

/// Every level that is passed on the way.
fn levels(chart: &Waterfall) -> Vec<f64> {
    let mut levels = vec![chart.start.value, chart.end.value];
    let mut level = chart.start.value;
    for (step, _) in &chart.steps {
        level += step.value;
        levels.push(level);
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_each_other_and_red_needs_a_signal() {
        let part = |name: &str, value: f64| Part { name: name.to_owned(), value, text: format!("{value:+}") };
        let mut chart = Waterfall {
            start: part("week 45", 0.9993),
            steps: vec![
                (part(&"Payments of a very long name ".repeat(5), -0.004), true),
                (part("Mail", 0.0018), false),
            ],
            end: part("week 46", 0.9971),
            alarm: false,
            from_zero: false,
        };
        let svg = waterfall(&chart, "steps").unwrap();
        super::super::well_formed::is_well_formed(&svg);
        assert!(!svg.contains("var(--alarm)") && svg.contains('…'), "{svg}");
        chart.alarm = true;
        assert!(waterfall(&chart, "steps").unwrap().contains("var(--alarm)"));
        chart.from_zero = true;
        chart.steps.clear();
        chart.start = part("nothing", 0.0);
        chart.end = part("nothing", 0.0);
        super::super::well_formed::is_well_formed(&waterfall(&chart, "flat").unwrap());
    }
}
