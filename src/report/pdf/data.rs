//! What the template reads: the document as JSON, and in it every chart as the text of an SVG.

use serde_json::{Value, json};

use crate::report::charts::{self, ChartError};
use crate::report::document::{Block, Cell, Chart, Document, Drawing, Spark, Table};

/// How much larger the type of a chart is that is drawn small.
const TYPE: f64 = 1.2;

/// The document as the template finds it under `/document.json`: as it serialises, with `svg` beside what is drawn.
pub(super) fn of(document: &Document) -> Result<Vec<u8>, ChartError> {
    let mut value = serde_json::to_value(document).map_err(|error| error.to_string())?;
    for (section, held) in document.sections.iter().zip(list(&mut value["sections"])) {
        for (block, held) in section.blocks.iter().zip(list(&mut held["blocks"])) {
            draw(block, held)?;
        }
    }
    serde_json::to_vec(&value).map_err(|error| error.to_string())
}

fn draw(block: &Block, held: &mut Value) -> Result<(), ChartError> {
    match block {
        // Bands are set by the template, as rows that can be read.
        Block::Chart(Chart { drawing: Drawing::Bands(_), .. }) => {}
        Block::Chart(chart) => {
            let svg = charts::fixed(&charts::chart(chart)?);
            held["wide"] = json!(svg.contains("class=\"wide\""));
            // Trends stand two beside each other, at half their size on a screen.
            let larger = matches!(chart.drawing, Drawing::Trend(_));
            held["svg"] = json!(if larger { charts::enlarged(&svg, TYPE) } else { svg });
        }
        Block::Tiles { tiles } => {
            for (tile, held) in tiles.iter().zip(list(&mut held["tiles"])) {
                if let Some(spark) = &tile.spark {
                    // The tile says the figure in large type.
                    held["svg"] =
                        json!(charts::fixed(&charts::spark(&Spark { last: String::new(), ..spark.clone() })?));
                }
            }
        }
        Block::Table(table) => cells(table, held)?,
        _ => {}
    }
    Ok(())
}

fn cells(table: &Table, held: &mut Value) -> Result<(), ChartError> {
    for (row, held) in table.rows.iter().zip(list(&mut held["rows"])) {
        for (cell, held) in row.iter().zip(list(held)) {
            match cell {
                Cell::Bar { bar: Some(bar) } => held["svg"] = json!(charts::fixed(&charts::bar(bar)?)),
                Cell::Spark { spark: Some(spark) } => held["svg"] = json!(charts::fixed(&charts::spark(spark)?)),
                _ => {}
            }
        }
    }
    Ok(())
}

fn list(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}
