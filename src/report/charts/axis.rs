//! Named places under a drawing: a line, a short stroke at each place, and its name where there is room for it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::width;
use super::{Area, LINE, MUTED, text};

/// Size of the names.
const SIZE: u32 = 11;

/// An axis from `left` to `right` at `bottom`.
pub(super) fn axis(
    area: &Area,
    ticks: &[(f64, String)],
    (left, right): (i32, i32),
    bottom: i32,
) -> Result<(), Box<dyn std::error::Error>> {
    area.draw(&PathElement::new(vec![(left, bottom), (right, bottom)], LINE.stroke_width(1)))?;
    let at = |place: f64| left + (place * f64::from(right - left)).round() as i32;
    for (place, _) in ticks {
        area.draw(&PathElement::new(vec![(at(*place), bottom), (at(*place), bottom + 4)], LINE.stroke_width(1)))?;
    }
    for (from, name) in names(ticks, at) {
        text(area, name, (from, bottom + 7), SIZE, MUTED, (HPos::Left, VPos::Top), false)?;
    }
    Ok(())
}

/// Where the names begin, without those that would cover one before them.
fn names(ticks: &[(f64, String)], at: impl Fn(f64) -> i32) -> Vec<(i32, &str)> {
    let mut free = 0;
    let mut found = Vec::new();
    for (place, name) in ticks {
        let wide = width(name, SIZE);
        let from = (at(*place) - wide / 2).max(0);
        if from >= free {
            found.push((from, name.as_str()));
            free = from + wide + 6;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_cover_others_are_left_out() {
        let tick = |place: f64, name: &str| (place, name.to_owned());
        let ticks = [tick(0.0, "0"), tick(0.01, "10 m"), tick(0.5, "1 h"), tick(0.52, "4 h"), tick(1.0, "1 month")];
        let found: Vec<&str> =
            names(&ticks, |place| (place * 400.0) as i32).into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, ["0", "1 h", "1 month"]);
    }
}
