//! Charts drawn with characters: the finding, the drawing, and its evidence.

use std::collections::BTreeMap;

use super::grid::{Content, Grid};
use super::line::{Ink, Line, Piece, columns, plain, prose, wrap};
use super::{ink, plot};
use crate::report::document::{
    Bands, BurnDown, Calendar, Chart, Drawing, Flow, Funnel, Histogram, Multiples, Pareto, Part, Survival, Trend,
    Waterfall,
};

/// Rows of a drawing with an axis.
const HEIGHT: usize = 3;

/// Columns of a drawing that could be any width.
const BREADTH: usize = 60;

/// Shades of neighbouring parts.
const SHADES: [char; 4] = ['█', '▓', '▒', '░'];

type Words = BTreeMap<&'static str, String>;

/// A chart with its caption.
pub(super) fn chart(chart: &Chart, words: &Words, width: usize) -> Vec<Line> {
    let mut lines = prose(&chart.caption, Ink::Strong, width);
    lines.extend(match &chart.drawing {
        Drawing::Trend(of) => trend(of, words, width),
        Drawing::BurnDown(of) => burn_down(of, width),
        Drawing::Bands(of) => bands(of, width),
        Drawing::Calendar(of) => calendar(of, width),
        Drawing::Survival(of) => survival(of, width),
        Drawing::Pareto(of) => pareto(of, width),
        Drawing::Histogram(of) => histogram(of, width),
        Drawing::Flow(of) => flow(of, width),
        Drawing::Funnel(of) => funnel(of, width),
        Drawing::Multiples(of) => multiples(of, width),
        Drawing::Waterfall(of) => waterfall(of, width),
    });
    lines.extend(prose(&chart.evidence, Ink::Faint, width));
    lines
}

/// A plot of so many rows and columns with names under it and the newest value beside its end.
fn plotted(points: &[Option<f64>], limits: &[f64], label: &str, alarm: bool, names: &[(f64, String)]) -> Vec<Line> {
    let scale = plot::range(points.iter().flatten().copied().chain(limits.iter().copied()));
    let rows = plot::rows(points, scale, HEIGHT);
    let newest = points.len().saturating_sub(1);
    // The row of the newest value, so that its label stands where the line ends.
    let beside = rows.iter().position(|row| row.get(newest).is_some_and(|block| *block != ' ')).unwrap_or(HEIGHT - 1);
    let ends = if alarm { Ink::Alarm } else { Ink::Data };
    let label_ink = if alarm { Ink::Alarm } else { Ink::Strong };
    let mut lines: Vec<Line> = rows
        .iter()
        .enumerate()
        .map(|(position, row)| {
            let (before, last) = row.split_at(newest.min(row.len()));
            let line = Line::of(&String::from_iter(before), Ink::Data).and(&String::from_iter(last), ends);
            if position == beside && !label.is_empty() { line.and(" ", Ink::Plain).and(label, label_ink) } else { line }
        })
        .collect();
    if !names.is_empty() {
        lines.push(plot::axis(names, points.len()));
    }
    lines
}

/// Columns that are left beside a label.
fn room(width: usize, label: &str) -> usize {
    width.saturating_sub(columns(&plain(label)) + 1).max(8).min(width)
}

/// The first and the last of names, at the ends of an axis.
fn ends(names: &[String]) -> Vec<(f64, String)> {
    match names {
        [] => Vec::new(),
        [only] => vec![(0.0, only.clone())],
        [first, .., last] => vec![(0.0, first.clone()), (1.0, last.clone())],
    }
}

fn trend(trend: &Trend, words: &Words, width: usize) -> Vec<Line> {
    let word = |english: &'static str| words.get(english).map_or(english, String::as_str);
    let limits: Vec<f64> =
        trend.limits.iter().flatten().copied().chain(trend.target.iter().map(|(at, _)| *at)).collect();
    let free = room(width, &trend.last);
    let shown = trend.points.len().min(free);
    let from = trend.points.len() - shown;
    // Wide enough for both names under it, where there is room.
    let each = (free / shown.max(1)).clamp(1, 3);
    let mut lines = if shown == 0 {
        Vec::new()
    } else {
        let points = &trend.points[from..];
        let wide: Vec<Option<f64>> = points.iter().flat_map(|point| std::iter::repeat_n(*point, each)).collect();
        let names = ends(trend.periods.get(from..).unwrap_or_default());
        plotted(&wide, &limits, &trend.last, trend.alarm, &names)
    };
    let mut facts = Vec::new();
    if let Some([low, _, high]) = &trend.limit_texts {
        facts.push(format!("{} {low} – {high}", word("usual range")));
        facts.extend(Some(trend.mean_label.clone()).filter(|label| !label.is_empty()));
    }
    facts.extend(Some(trend.target_label.clone()).filter(|label| !label.is_empty()));
    let facts: Vec<String> = facts.into_iter().map(|fact| fact.replace(' ', "\u{a0}")).collect();
    lines.extend(prose(&facts.join("\u{a0}· "), Ink::Faint, width));
    lines
}

fn burn_down(chart: &BurnDown, width: usize) -> Vec<Line> {
    let free = room(width, &chart.last).min(BREADTH);
    // What lies ahead in the window is empty, and the label stands where the line ends.
    let points = plot::sampled(&chart.points, free);
    let shown = points.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let names = [(0.0, chart.first_day.clone()), (1.0, chart.last_day.clone())];
    let spent = chart.points.last().is_some_and(|(_, left)| *left < 0.0);
    let mut lines = plotted(&points[..shown], &[0.0, 1.0], &chart.last, spent, &[]);
    if !chart.alerts.is_empty() {
        lines.push(alerts(&chart.alerts, free));
    }
    lines.push(plot::axis(&names, free));
    lines
}

fn alerts(places: &[f64], width: usize) -> Line {
    let mut row = vec![' '; width];
    for place in places.iter().filter(|place| place.is_finite()) {
        row[((place.clamp(0.0, 1.0) * width as f64) as usize).min(width - 1)] = '◆';
    }
    Line::of(&String::from_iter(row), Ink::Alarm)
}

fn bands(bands: &Bands, width: usize) -> Vec<Line> {
    let amount = |part: &Part| if part.value.is_finite() { part.value.max(0.0) } else { 0.0 };
    let whole: f64 = bands.bands.iter().map(amount).sum();
    let shades = || (0..bands.bands.len()).map(|index| SHADES[index % SHADES.len()]);
    let mut lines = Vec::new();
    if whole > 0.0 {
        let kept = bands.bands.iter().filter(|part| amount(part) > 0.0).count();
        let breadth = width.min(BREADTH).saturating_sub(kept);
        let mut row = String::new();
        for (part, shade) in bands.bands.iter().zip(shades()).filter(|(part, _)| amount(part) > 0.0) {
            let wide = ((amount(part) / whole * breadth as f64).round() as usize).max(1);
            row.extend(std::iter::repeat_n(shade, wide));
            row.push(' ');
        }
        lines.extend(wrap(&[Piece::new(row.trim_end(), Ink::Data)], width, 0));
    }
    let mut pieces = Vec::new();
    for (part, shade) in bands.bands.iter().zip(shades()) {
        if !pieces.is_empty() {
            pieces.push(Piece::new("\u{a0}· ", Ink::Faint));
        }
        pieces.push(Piece::new(&format!("{shade}\u{a0}"), Ink::Data));
        pieces.push(Piece::new(&format!("{}\u{a0}", part.name).replace(' ', "\u{a0}"), Ink::Faint));
        pieces.push(Piece::new(&part.text.replace(' ', "\u{a0}"), Ink::Strong));
    }
    lines.extend(wrap(&pieces, width, 0));
    lines
}

fn calendar(calendar: &Calendar, width: usize) -> Vec<Line> {
    let names = calendar.rows.iter().map(|row| columns(&plain(&row.name))).max().unwrap_or(0).min(width / 3);
    let each = width.saturating_sub(names + 2).max(7);
    let mut lines = Vec::new();
    let mut start = 0;
    while start < calendar.days.len() {
        let most = (start + each).min(calendar.days.len());
        // A month that has no room begins the next rows, unless these would be short.
        let month = calendar.marks.iter().map(|(at, _)| *at).filter(|at| (start + each / 2..most).contains(at)).max();
        let end = month.filter(|_| most < calendar.days.len()).unwrap_or(most);
        let within = calendar.marks.iter().filter(|(at, _)| (start..end).contains(at));
        let mut heading = String::new();
        for (at, name) in within {
            let (free, name) = (columns(&heading), plain(name));
            let at = at - start;
            // A name that would run into the next, or out of the line, is left out.
            if (free == 0 || at > free) && at + columns(&name) <= each {
                heading.push_str(&" ".repeat(at - free));
                heading.push_str(&name);
            }
        }
        lines.push(Line::of(&heading, Ink::Faint).indented(names + 2));
        for row in &calendar.rows {
            let mut cells = prose(&row.name, Ink::Plain, names.max(1)).into_iter();
            let mut line = cells.next().unwrap_or_default().within(names + 2, false);
            for day in row.days.iter().take(end).skip(start) {
                let shape = if day.tone.shape().is_empty() { "·" } else { day.tone.shape() };
                line = line.and(shape, ink(day.tone));
            }
            lines.push(line);
            lines.extend(cells);
        }
        start = end;
    }
    lines
}

fn survival(chart: &Survival, width: usize) -> Vec<Line> {
    let longest = chart.steps.last().map_or(1.0, |step| step.0).max(f64::MIN_POSITIVE);
    let breadth = width.min(BREADTH);
    let points: Vec<Option<f64>> = (0..breadth)
        .map(|column| {
            let at = column as f64 / breadth as f64 * longest;
            chart.steps.iter().take_while(|step| step.0 <= at).last().map(|step| step.1)
        })
        .collect();
    let ticks: Vec<(f64, String)> = chart.ticks.iter().map(|(at, text)| (at / longest, text.clone())).collect();
    let mut lines = plotted(&points, &[0.0, 1.0], "", false, &ticks);
    lines.extend(chart.median.iter().flat_map(|(_, text)| prose(text, Ink::Plain, width)));
    lines
}

fn flow(chart: &Flow, width: usize) -> Vec<Line> {
    let open: Vec<Option<f64>> = chart.came.iter().zip(&chart.went).map(|(came, went)| Some(came - went)).collect();
    let label = format!("{} {}", chart.open.last().map_or("", String::as_str), chart.names[2]);
    let free = room(width, &label);
    let shown = open.len().min(free);
    let from = open.len() - shown;
    if shown == 0 {
        return Vec::new();
    }
    let each = (free / shown).clamp(1, 3);
    let wide: Vec<Option<f64>> = open[from..].iter().flat_map(|point| std::iter::repeat_n(*point, each)).collect();
    plotted(&wide, &[0.0], &label, false, &ends(chart.periods.get(from..).unwrap_or_default()))
}

fn histogram(chart: &Histogram, width: usize) -> Vec<Line> {
    let (Some(first), Some(last)) = (chart.bins.first(), chart.bins.last()) else { return Vec::new() };
    let (low, high) = (first.from, last.to);
    let each = (width.min(BREADTH) / chart.bins.len()).clamp(1, 4);
    let points = chart.bins.iter().map(|bin| Some(bin.count).filter(|count| *count > 0.0));
    let wide: Vec<Option<f64>> = points.flat_map(|point| std::iter::repeat_n(point, each)).take(width).collect();
    let place = |at: f64| if high > low { (at - low) / (high - low) } else { 0.0 };
    let ticks: Vec<(f64, String)> = chart.ticks.iter().map(|(at, text)| (place(*at), text.clone())).collect();
    let mut lines = plotted(&wide, &[0.0], "", false, &ticks);
    let said: Vec<String> =
        chart.percentiles.iter().map(|(_, name, text)| format!("{name} {text}").replace(' ', "\u{a0}")).collect();
    lines.extend(prose(&said.join("\u{a0}· "), Ink::Plain, width));
    lines
}

/// Rows of a name, a bar and figures.
fn bars(rows: Vec<(&str, Content, Vec<&str>)>, width: usize) -> Vec<Line> {
    let figures = rows.iter().map(|(.., texts)| texts.len()).max().unwrap_or(0);
    let mut headings = vec![(String::new(), false); 2];
    headings.extend(vec![(String::new(), true); figures]);
    let rows = rows.into_iter().map(|(name, bar, texts)| {
        let mut cells = vec![Content::words(name, Ink::Plain), bar];
        let strong = |position: usize| if position == 0 { Ink::Strong } else { Ink::Faint };
        cells.extend(texts.into_iter().enumerate().map(|(at, text)| Content::figure(text, strong(at))));
        cells
    });
    Grid { headings, rows: rows.collect(), bars: BREADTH / 2 }.draw(width)
}

/// The length of a bar as a share of the longest.
fn share(value: f64, longest: f64) -> f64 {
    if longest > 0.0 && value.is_finite() { (value / longest).clamp(0.0, 1.0) } else { 0.0 }
}

fn filled(to: f64) -> Content {
    Content::Bar { from: 0.0, to, target: None, ink: Ink::Data }
}

fn pareto(chart: &Pareto, width: usize) -> Vec<Line> {
    let longest = chart.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let row = |(bar, running)| -> (&str, Content, Vec<&str>) {
        let (bar, running): (&Part, &String) = (bar, running);
        (&bar.name, filled(share(bar.value, longest)), vec![&bar.text, running])
    };
    bars(chart.bars.iter().zip(&chart.running_texts).map(row).collect(), width)
}

fn funnel(chart: &Funnel, width: usize) -> Vec<Line> {
    let longest = chart.stages.iter().map(|stage| stage.value).fold(0.0, f64::max);
    let row = |(stage, passed)| -> (&str, Content, Vec<&str>) {
        let (stage, passed): (&Part, &String) = (stage, passed);
        (&stage.name, filled(share(stage.value, longest)), vec![&stage.text, passed])
    };
    bars(chart.stages.iter().zip(&chart.shares).map(row).collect(), width)
}

fn multiples(chart: &Multiples, width: usize) -> Vec<Line> {
    let rows = chart.panels.iter().map(|panel| {
        let history = Content::Spark { points: panel.points.clone(), limits: panel.limits, alarm: panel.alarm };
        (panel.name.as_str(), history, vec![panel.last.as_str()])
    });
    let mut lines = bars(rows.collect(), width);
    lines.extend(prose(&chart.ends.join(" – "), Ink::Faint, width));
    lines
}

fn waterfall(chart: &Waterfall, width: usize) -> Vec<Line> {
    let mut level = chart.start.value;
    let mut levels = vec![level];
    for (step, _) in &chart.steps {
        level += step.value;
        levels.push(level);
    }
    levels.push(chart.end.value);
    let (low, high) = plot::range(levels.iter().copied());
    // Near its level, a small step is seen; the bars then begin at no zero and say so by their figures.
    let base = if low > 0.0 && high < 2.0 * low { low - (high - low) * 0.25 } else { low.min(0.0) };
    let place = |value: f64| if high > base { (value - base) / (high - base) } else { 0.0 };
    let mut rows = vec![(chart.start.name.as_str(), filled(place(chart.start.value)), vec![chart.start.text.as_str()])];
    for ((step, worse), before) in chart.steps.iter().zip(&levels) {
        let (from, to) = (place(*before), place(before + step.value));
        let ink = if *worse { Ink::Alarm } else { Ink::Data };
        let bar = Content::Bar { from: from.min(to), to: from.max(to), target: None, ink };
        rows.push((&step.name, bar, vec![&step.text]));
    }
    rows.push((&chart.end.name, filled(place(chart.end.value)), vec![&chart.end.text]));
    bars(rows, width)
}
