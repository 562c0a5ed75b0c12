//! How many lie where: bars from zero, and upright lines at the percentiles, each with its words.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::axis;
use super::label::width;
use super::{ChartError, DATA, Hit, INK, draw_with, text};
use crate::report::document::Histogram;

/// From one line of words to the next.
const LINE_HEIGHT: i32 = 16;

/// A histogram as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn histogram(chart: &Histogram, alt: &str) -> Result<String, ChartError> {
    let (left, right, bottom) = (6_i32, 356_i32, 172_i32);
    let top = 12 + LINE_HEIGHT * chart.percentiles.len() as i32;
    let most = chart.bins.iter().map(|bin| bin.count).fold(1.0, f64::max);
    let x = |place: f64| left + (place.clamp(0.0, 1.0) * f64::from(right - left)).round() as i32;
    let y = |count: f64| bottom - (count / most * f64::from(bottom - top)).round() as i32;
    let full = chart.bins.iter().filter(|bin| bin.count > 0.0);
    let hits: Vec<Hit> = full
        .map(|bin| Hit::area((x(bin.from), y(bin.count).min(bottom - 8)), (x(bin.to), bottom), bin.text.clone()))
        .collect();
    draw_with((480, 200), alt, &hits, |area| {
        for bin in chart.bins.iter().filter(|bin| bin.count > 0.0) {
            // Even one is seen.
            let height = y(bin.count).min(bottom - 1);
            let from = x(bin.from);
            let bar = [(from, height), ((x(bin.to) - 1).max(from + 1), bottom)];
            area.draw(&Rectangle::new(bar, DATA.mix(0.55).filled()))?;
        }
        axis(area, &chart.ticks, (left, right), bottom)?;
        // The first percentile has the highest line of words: the others end below it, so no stroke crosses words.
        for (index, (place, name, figure)) in chart.percentiles.iter().enumerate() {
            let middle = 8 + LINE_HEIGHT * index as i32;
            area.draw(&PathElement::new(vec![(x(*place), middle - 5), (x(*place), bottom)], INK.stroke_width(1)))?;
            let words = format!("{name} {figure}");
            let from = (x(*place) + 5).min(478 - width(&words, 12)).max(0);
            text(area, &words, (from, middle), 12, INK, (HPos::Left, VPos::Center), index == 0)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Bin;

    #[test]
    fn bars_begin_at_zero_and_words_stay_within() {
        let bin = |index: usize| Bin {
            from: index as f64 / 20.0,
            to: (index + 1) as f64 / 20.0,
            count: (index * index % 17) as f64,
            text: format!("{index}"),
        };
        let percentile = |place, name: &str| (place, name.to_owned(), "12 d 20 h".to_owned());
        for count in [0, 1, 20] {
            let chart = Histogram {
                bins: (0..count).map(bin).collect(),
                ticks: vec![(0.0, "1 h".to_owned())],
                percentiles: vec![
                    percentile(0.4, "half within"),
                    percentile(0.9, "9 of 10 within"),
                    percentile(1.0, "95 % within"),
                ],
            };
            let svg = histogram(&chart, "bars").unwrap();
            super::super::well_formed::is_well_formed(&svg);
            assert!(count < 2 || svg.contains("<title>"));
        }
    }
}
