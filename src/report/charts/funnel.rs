//! Stages below each other: the bar is what reached the stage, the pale rest what was lost on the way to it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::shorten;
use super::{BAND, ChartError, DATA, Hit, INK, MUTED, draw_with, text};
use crate::report::document::Funnel;

/// From one stage to the next.
const PITCH: i32 = 40;

/// A funnel as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn funnel(chart: &Funnel, alt: &str) -> Result<String, ChartError> {
    let (left, right) = (136_i32, 410_i32);
    let most = chart.stages.iter().map(|stage| stage.value).fold(1.0, f64::max);
    let x = |value: f64| left + (value.max(0.0) / most * f64::from(right - left)).round() as i32;
    let top = |row: usize| 2 + PITCH * row as i32;
    let height = (PITCH * chart.stages.len() as i32 - 14).max(20);
    let hits: Vec<Hit> = chart
        .stages
        .iter()
        .zip(&chart.shares)
        .enumerate()
        .map(|(row, (stage, share))| {
            let words = [&stage.name, &stage.text, share].map(String::as_str);
            let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
            Hit::area((0, top(row)), (480, top(row) + 20), words.join(" · "))
        })
        .collect();
    draw_with((480, height as u32), alt, &hits, |area| {
        for (row, (stage, share)) in chart.stages.iter().zip(&chart.shares).enumerate() {
            let (above, end) = (top(row), x(stage.value).max(left + 1));
            let name = shorten(&stage.name, 12, left - 10);
            text(area, &name, (left - 8, above + 10), 12, INK, (HPos::Right, VPos::Center), false)?;
            let before = row.checked_sub(1).and_then(|before| chart.stages.get(before));
            let lost = before.map_or(end, |before| x(before.value));
            area.draw(&Rectangle::new([(left, above), (lost.max(end), above + 20)], BAND.filled()))?;
            area.draw(&Rectangle::new([(left, above), (end, above + 20)], DATA.filled()))?;
            let count = (lost.max(end) + 8, above + 10);
            text(area, &stage.text, count, 12, INK, (HPos::Left, VPos::Center), true)?;
            if !share.is_empty() {
                let worst = chart.worst == Some(row);
                let colour = if worst { INK } else { MUTED };
                let share = shorten(share, 11, 480 - left);
                text(area, &share, (left, above - 10), 11, colour, (HPos::Left, VPos::Center), worst)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Part;

    #[test]
    fn stages_keep_their_order_and_their_words() {
        let part = |name: &str, value: f64| Part { name: name.to_owned(), value, text: format!("{value}") };
        let chart = Funnel {
            stages: vec![part("development", 40.0), part(&"acceptance ".repeat(20), 31.0), part("production", 0.0)],
            shares: ["", "78 % of those before", "0 %"].map(str::to_owned).to_vec(),
            worst: Some(2),
        };
        let svg = funnel(&chart, "stages").unwrap();
        super::super::well_formed::is_well_formed(&svg);
        assert!(svg.find("development").unwrap() < svg.find("production").unwrap());
        let none = Funnel { stages: Vec::new(), shares: Vec::new(), worst: None };
        super::super::well_formed::is_well_formed(&funnel(&none, "none").unwrap());
    }
}
