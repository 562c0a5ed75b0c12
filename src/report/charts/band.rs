//! One bar of parts: how many in each band, darker with age.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::{ChartError, DATA, INK, MUTED, draw, text};
use crate::report::document::{Bands, Part};

/// Room that a band's name needs to stand below it, in pixels.
const ROOM: i32 = 50;

/// Bands as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn bands(bands: &Bands, alt: &str) -> Result<String, ChartError> {
    let total: f64 = bands.bands.iter().map(|band| band.value).sum();
    let width = 480_f64;
    let count = bands.bands.len().max(1);
    draw((480, 62), alt, |area| {
        let mut left = 0.0;
        let places = places(&bands.bands, total, width);
        for (position, band) in bands.bands.iter().enumerate() {
            if band.value <= 0.0 || total <= 0.0 {
                continue;
            }
            let right = left + band.value / total * width;
            let (from, to) = (left.round() as i32, (right.round() as i32 - 1).max(left.round() as i32 + 1));
            let depth = 0.25 + 0.75 * position as f64 / (count as f64 - 1.0).max(1.0);
            area.draw(&Rectangle::new([(from, 6), (to, 28)], DATA.mix(depth).filled()))?;
            let place = places[position];
            text(area, &band.name, (place, 36), 11, MUTED, (HPos::Left, VPos::Top), false)?;
            text(area, &band.text, (place, 50), 11, INK, (HPos::Left, VPos::Top), true)?;
            left = right;
        }
        Ok(())
    })
}

/// Where each band's name begins: under its band, moved aside as far as it takes for every count to be read.
fn places(bands: &[Part], total: f64, width: f64) -> Vec<i32> {
    let shown = |count: f64| count > 0.0 && total > 0.0;
    let mut places = Vec::with_capacity(bands.len());
    let (mut left, mut free) = (0.0, 0);
    for Part { value: count, .. } in bands {
        let place = (left as i32).max(free);
        places.push(place);
        if shown(*count) {
            left += count / total * width;
            free = place + ROOM;
        }
    }
    let mut end = width as i32;
    for (place, _) in places.iter_mut().zip(bands).rev().filter(|(_, band)| shown(band.value)) {
        *place = (*place).min(end - ROOM);
        end = *place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_its_place_and_none_covers_another() {
        let counts = [1.0, 8.0, 14.0, 12.0, 0.0, 18.0, 16.0, 3.0];
        let part = |value: &f64| Part { name: "b".to_owned(), value: *value, text: value.to_string() };
        let bands: Vec<Part> = counts.iter().map(part).collect();
        let places = places(&bands, counts.iter().sum(), 480.0);
        let shown: Vec<i32> =
            places.iter().zip(counts).filter(|(_, count)| *count > 0.0).map(|(place, _)| *place).collect();
        assert!(shown.windows(2).all(|pair| pair[1] - pair[0] >= ROOM), "{shown:?}");
        assert!(shown[0] >= 0 && shown[shown.len() - 1] + ROOM <= 480, "{shown:?}");
    }
}
