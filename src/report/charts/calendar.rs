//! A cell for each day of each row: what met its target is low and pale, what missed it is tall and dark, what nobody measured is
//! hollow.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::label::{shorten, width};
use super::{ALARM, Area, BAND, ChartError, DATA, Hit, INK, LINE, MUTED, draw_with, text};
use crate::report::document::{Calendar, CalendarDay, Tone};

/// Where the cells begin, and the room that they have.
const LEFT: i32 = 176;
const ROOM: i32 = 786;
/// From one row to the next.
const PITCH: i32 = 23;
/// Where the first row begins.
const TOP: i32 = 27;
/// Between two weeks.
const GAP: i32 = 4;

/// A calendar as SVG.
///
/// # Errors
/// When plotters cannot draw it.
pub(super) fn calendar(chart: &Calendar, alt: &str) -> Result<String, ChartError> {
    let places = places(chart);
    let wide = cell_width(chart);
    let end = places.last().map_or(LEFT, |last| last + wide);
    let bottom = TOP + PITCH * chart.rows.len() as i32;
    let row_top = |row: usize| TOP + PITCH * row as i32;
    let mut hits = Vec::new();
    for (row, line) in chart.rows.iter().enumerate() {
        for ((place, day), date) in places.iter().zip(&line.days).zip(&chart.days) {
            let title = format!("{} · {date} · {}", line.name, day.text);
            hits.push(Hit::area((*place, row_top(row)), (place + wide, row_top(row) + PITCH - 5), title));
        }
    }
    draw_with((1040, (bottom + 30) as u32), alt, &hits, |area| {
        let mut free = 0;
        for (index, name) in &chart.marks {
            let Some(place) = places.get(*index) else { continue };
            if *place >= free {
                text(area, name, (*place, 2), 11, MUTED, (HPos::Left, VPos::Top), false)?;
                free = place + width(name, 11) + 6;
            }
        }
        if let Some(from) = places.get(chart.period.0) {
            area.draw(&PathElement::new(vec![(*from, 20), (end, 20)], INK.stroke_width(2)))?;
        }
        for (row, line) in chart.rows.iter().enumerate() {
            let middle = row_top(row) + (PITCH - 5) / 2;
            let name = shorten(&line.name, 12, LEFT - 12);
            text(area, &name, (0, middle), 12, INK, (HPos::Left, VPos::Center), false)?;
            for (place, day) in places.iter().zip(&line.days) {
                cell(area, day, (*place, row_top(row)), (wide, PITCH - 5))?;
            }
            let colour = if line.missed { ALARM } else { INK };
            text(area, &line.text, (end + 12, middle), 12, colour, (HPos::Left, VPos::Center), true)?;
        }
        let mut from = LEFT;
        for (sample, meaning) in &chart.key {
            cell(area, sample, (from, bottom + 8), (12, 18))?;
            text(area, meaning, (from + 18, bottom + 17), 11, MUTED, (HPos::Left, VPos::Center), false)?;
            from += 40 + width(meaning, 11);
        }
        Ok(())
    })
}

/// The width of a cell, the gap to the next one not counted.
fn cell_width(chart: &Calendar) -> i32 {
    let days = chart.days.len().max(1) as i32;
    let pitch = (ROOM - GAP * chart.weeks.len() as i32) / days;
    (pitch.min(22) - 1).max(2)
}

/// Where each day's cells begin.
fn places(chart: &Calendar) -> Vec<i32> {
    let wide = cell_width(chart);
    let mut at = LEFT;
    (0..chart.days.len())
        .map(|day| {
            if day > 0 {
                at += wide + 1 + if chart.weeks.contains(&day) { GAP } else { 0 };
            }
            at
        })
        .collect()
}

fn cell(
    area: &Area,
    day: &CalendarDay,
    (x, y): (i32, i32),
    (wide, high): (i32, i32),
) -> Result<(), Box<dyn std::error::Error>> {
    let depth = day.depth.clamp(0.0, 1.0);
    // What is as it should be stays low, so that the rest stands out without its colour.
    let low = [(x, y + 3), (x + wide, y + high - 3)];
    let whole = [(x, y), (x + wide, y + high)];
    match day.tone {
        Tone::NoData => {
            area.draw(&Rectangle::new(low, LINE.stroke_width(1)))?;
            area.draw(&PathElement::new(vec![(x, y + high - 3), (x + wide, y + 3)], LINE.stroke_width(1)))?;
        }
        Tone::Missed => area.draw(&Rectangle::new(whole, ALARM.mix(0.6 + 0.4 * depth).filled()))?,
        Tone::AtRisk => area.draw(&Rectangle::new(low, DATA.mix(0.65 + 0.3 * depth).filled()))?,
        _ if depth <= 0.0 => area.draw(&Rectangle::new(low, BAND.filled()))?,
        Tone::Met => area.draw(&Rectangle::new(low, DATA.mix(0.25 + 0.35 * depth).filled()))?,
        _ => area.draw(&Rectangle::new(low, DATA.mix(0.25 + 0.75 * depth).filled()))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::CalendarRow;

    fn days(count: usize) -> Calendar {
        let day = |tone, depth| CalendarDay { tone, depth, text: "99.9 %".to_owned() };
        let tones = [Tone::Met, Tone::Missed, Tone::NoData, Tone::AtRisk, Tone::Plain];
        let row = |name: &str| CalendarRow {
            name: name.to_owned(),
            days: (0..count).map(|index| day(tones[index % 5], index as f64 / 50.0)).collect(),
            text: "99.71 %".to_owned(),
            missed: true,
        };
        Calendar {
            days: (0..count).map(|day| format!("2026-01-{day}")).collect(),
            marks: (0..count).step_by(7).map(|day| (day, "29 Jun".to_owned())).collect(),
            weeks: (0..count).step_by(7).collect(),
            period: (count / 2, "week 27".to_owned()),
            rows: vec![row("Mail"), row(&"<&\u{0}\u{202e}\"".repeat(40))],
            key: vec![(day(Tone::Met, 0.0), "nothing lost".to_owned())],
        }
    }

    #[test]
    fn every_day_has_its_cell_and_nothing_is_cut_off() {
        for count in [0, 1, 28, 35, 62, 92] {
            let chart = days(count);
            let svg = calendar(&chart, "a calendar").unwrap();
            super::super::well_formed::is_well_formed(&svg);
            assert_eq!(svg.matches("<title>").count(), 2 * count);
            let last = places(&chart).last().map_or(0, |last| last + cell_width(&chart));
            assert!(last + 12 + width("99.71 %", 12) <= 1040, "{count}: {last}");
            assert!(count == 0 || svg.contains('…'));
        }
    }
}
