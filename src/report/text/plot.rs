//! Drawings of block characters: columns for a history, bars for a share, the names under an axis.

use super::line::{Ink, Line, columns, plain};

const COLUMNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The lowest and highest of values; a flat series lies in the middle.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| value.is_finite()) {
        (low, high) = (low.min(value), high.max(value));
    }
    if !low.is_finite() {
        return (0.0, 1.0);
    }
    if high - low < f64::EPSILON * high.abs().max(1.0) { (low - 1.0, high + 1.0) } else { (low, high) }
}

/// A history as rows of block characters, the top row first; a gap is a space.
pub(super) fn rows(points: &[Option<f64>], (low, high): (f64, f64), height: usize) -> Vec<Vec<char>> {
    let steps = COLUMNS.len() * height;
    let level = |value: f64| {
        let place = ((value - low) / (high - low)).clamp(0.0, 1.0);
        1 + (place * (steps - 1) as f64).round() as usize
    };
    let row = |above: usize| {
        points.iter().map(move |point| match point.filter(|value| value.is_finite()).map(level) {
            Some(level) if level > above => COLUMNS[(level - above).min(COLUMNS.len()) - 1],
            _ => ' ',
        })
    };
    (0..height).rev().map(|from_below| row(from_below * COLUMNS.len()).collect()).collect()
}

/// A small history in one row, the newest points where not all have room; the newest in the ink of an alarm.
pub(super) fn spark(points: &[Option<f64>], limits: Option<[f64; 3]>, alarm: bool, width: usize) -> Line {
    let shown = &points[points.len().saturating_sub(width)..];
    let scale = range(shown.iter().flatten().copied().chain(limits.into_iter().flatten()));
    let row: String = rows(shown, scale, 1).into_iter().flatten().collect();
    let newest = row.char_indices().next_back().map_or(0, |(at, _)| at);
    let ink = if alarm { Ink::Alarm } else { Ink::Data };
    Line::of(&row[..newest], Ink::Data).and(&row[newest..], ink)
}

/// A bar from one place to another on a scale of 0 to 1, with a mark at its target.
pub(super) fn bar(from: f64, to: f64, target: Option<f64>, width: usize) -> String {
    let eighths = |place: f64| (place.clamp(0.0, 1.0) * (width * 8) as f64).round() as usize;
    let (start, end) = (eighths(from) / 8 * 8, eighths(to));
    // What is there is seen, however little it is.
    let end = if to > from { end.max(start + 1) } else { end };
    let mut cells: Vec<char> = (0..width)
        .map(|cell| match (cell * 8 < start, end.saturating_sub(cell * 8)) {
            (true, _) => ' ',
            (false, left) if left >= 8 => '█',
            (false, left) => PARTS[left],
        })
        .collect();
    if let Some(target) = target {
        let at = ((target.clamp(0.0, 1.0) * width as f64) as usize).min(width.saturating_sub(1));
        if let Some(cell) = cells.get_mut(at) {
            *cell = '│';
        }
    }
    cells.into_iter().collect()
}

/// Names at their places (0 to 1) under an axis; one that another has no room beside is left out, the ends never.
pub(super) fn axis(names: &[(f64, String)], width: usize) -> Line {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // The ends first.
    if let Some(last) = order.pop().filter(|last| *last > 0) {
        order.insert(1.min(order.len()), last);
    } else if !names.is_empty() {
        order = vec![0];
    }
    let mut taken: Vec<(usize, usize, String)> = Vec::new();
    for index in order {
        let (place, name) = &names[index];
        let name = plain(name);
        let wide = columns(&name);
        if wide > width || !place.is_finite() {
            continue;
        }
        let centre = (place.clamp(0.0, 1.0) * width.saturating_sub(1) as f64).round() as usize;
        let start = centre.saturating_sub(wide / 2).min(width - wide);
        if taken.iter().all(|(from, to, _)| start > *to || start + wide < *from) {
            taken.push((start, start + wide, name));
        }
    }
    taken.sort();
    let (mut line, mut used) = (String::new(), 0);
    for (start, end, name) in taken {
        line.push_str(&" ".repeat(start.saturating_sub(used)));
        line.push_str(&name);
        used = end;
    }
    Line::of(&line, Ink::Faint)
}

/// Values read off a line of (place, value) at the middle of each of so many columns; none beyond its ends.
pub(super) fn sampled(line: &[(f64, f64)], width: usize) -> Vec<Option<f64>> {
    (0..width)
        .map(|column| {
            let place = (column as f64 + 0.5) / width as f64;
            let after = line.iter().position(|(at, _)| *at >= place)?;
            let (to, value) = line[after];
            match after.checked_sub(1).map(|before| line[before]) {
                Some((from, before)) if to > from => Some(before + (value - before) * (place - from) / (to - from)),
                _ => Some(value),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_a_space_and_a_flat_series_lies_in_the_middle() {
        let text = |rows: Vec<Vec<char>>| rows.into_iter().map(String::from_iter).collect::<Vec<String>>();
        assert_eq!(text(rows(&[Some(0.0), None, Some(7.0)], (0.0, 7.0), 1)), ["▁ █"]);
        assert_eq!(text(rows(&[Some(3.0); 2], range([3.0, 3.0].into_iter()), 1)), ["▅▅"]);
        assert_eq!(text(rows(&[Some(0.0), Some(1.0)], (0.0, 1.0), 2)), [" █", "▁█"]);
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_and_what_is_little_is_seen() {
        assert_eq!(bar(0.0, 0.5, None, 4), "██  ");
        assert_eq!(bar(0.0, 1.0, Some(0.5), 4), "██│█");
        assert_eq!(bar(0.0, 0.001, None, 4), "▏   ");
        assert_eq!(bar(0.0, 0.0, None, 4), "    ");
        assert_eq!(bar(0.5, 0.75, None, 4), "  █ ");
    }

    #[test]
    fn names_under_an_axis_never_touch() {
        let mut text = String::new();
        let names = [(0.0, "first".to_owned()), (0.1, "second".to_owned()), (1.0, "last".to_owned())];
        axis(&names, 20).paint(false, &mut text);
        assert_eq!(text, "first           last\n");
        assert_eq!(axis(&names[..1], 3).columns(), 0);
    }
}
