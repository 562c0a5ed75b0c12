//! A bar against its target.

use plotters::prelude::*;

use super::{ALARM, BAND, ChartError, DATA, INK, draw};
use crate::report::document::Bar;

/// The shortest bar, in pixels.
const STUB: i32 = 4;

/// A bar with the target as a line, as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub fn bar(bar: &Bar) -> Result<String, ChartError> {
    let (left, width) = (2_i32, 136_f64);
    draw((140, 18), &bar.alt, |area| {
        let x = |share: f64| left + (share.clamp(0.0, 1.0) * width).round() as i32;
        area.draw(&Rectangle::new([(left, 6), (x(1.0), 12)], BAND.filled()))?;
        let colour = if bar.missed { ALARM } else { DATA };
        // The worst of all has a stub, not nothing: nothing is for what wasn't measured.
        area.draw(&Rectangle::new([(left, 6), (x(bar.length).max(left + STUB), 12)], colour.filled()))?;
        if let Some(target) = bar.target {
            area.draw(&PathElement::new(vec![(x(target), 2), (x(target), 16)], INK.stroke_width(2)))?;
        }
        Ok(())
    })
}
