//! Tables and matrices as grids.

use super::grid::{Content, Grid};
use super::line::{Ink, Line, Piece};
use super::mark;
use crate::report::document::{Cell, Matrix, MatrixCell, Table};

/// The columns of a bar in a table.
const BAR: usize = 10;

/// A table without its caption.
pub(super) fn table(table: &Table, width: usize) -> Vec<Line> {
    let rows = table.rows.iter().map(|row| {
        row.iter()
            .enumerate()
            .map(|(column, of)| {
                let right = table.columns.get(column).is_some_and(|heading| heading.right);
                cell(of, column == 0, right)
            })
            .collect()
    });
    let headings = table.columns.iter().map(|heading| (super::line::plain(&heading.text), heading.right));
    Grid { headings: headings.collect(), rows: rows.collect(), bars: BAR }.draw(width)
}

fn cell(cell: &Cell, names: bool, right: bool) -> Content {
    match cell {
        Cell::Text { text, small, missing } => words(text, small, *missing, names, right),
        Cell::Figure { text, small, missing, .. } => words(text, small, *missing, names, true),
        // A dash is no mark.
        Cell::Mark(of) if of.shape.is_empty() && of.word.chars().count() == 1 => {
            words(&of.word, "", true, false, false)
        }
        Cell::Mark(of) => Content::Mark(mark(of)),
        Cell::Bar { bar: Some(bar) } => {
            let ink = if bar.missed { Ink::Alarm } else { Ink::Data };
            Content::Bar { from: 0.0, to: bar.length, target: bar.target, ink }
        }
        Cell::Spark { spark: Some(spark) } => {
            Content::Spark { points: spark.points.clone(), limits: spark.limits, alarm: spark.alarm }
        }
        Cell::Bar { bar: None } | Cell::Spark { spark: None } => Content::Nothing,
    }
}

fn words(text: &str, small: &str, missing: bool, names: bool, figure: bool) -> Content {
    let ink = match (missing, names) {
        (true, _) => Ink::Faint,
        (false, true) => Ink::Strong,
        (false, false) => Ink::Plain,
    };
    Content::Words { text: vec![Piece::new(text, ink)], small: small.to_owned(), whole: figure && !missing && !names }
}

/// A matrix without its caption.
pub(super) fn matrix(matrix: &Matrix, width: usize) -> Vec<Line> {
    let count = |cell: &Option<MatrixCell>| match cell {
        Some(cell) => words(&cell.text, &cell.small, false, false, true),
        None => words("–", "", true, false, true),
    };
    let rows = matrix.rows.iter().map(|(name, cells)| {
        std::iter::once(words(name, "", false, true, false)).chain(cells.iter().map(count)).collect()
    });
    let headings = std::iter::once((String::new(), false))
        .chain(matrix.columns.iter().map(|column| (super::line::plain(column), true)));
    Grid { headings: headings.collect(), rows: rows.collect(), bars: BAR }.draw(width)
}
