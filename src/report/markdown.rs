//! A report as Markdown: the same words, figures and marks in the same order; trends as the words about them.

use super::document::{Block, Cell, Chart, Definition, Document, Drawing, Matrix, Statement, Table, Tile};
use super::format::{RenderError, Templates};

/// The Markdown text.
///
/// # Errors
/// Never.
pub fn render(document: &Document, _: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let mut parts = vec![format!("# {}", plain(&document.title)), plain(&document.meta.join(" · "))];
    for section in &document.sections {
        if let Some(title) = &section.title {
            parts.push(format!("## {}", plain(title)));
        }
        parts.extend(section.lead.iter().map(|lead| plain(lead)));
        parts.extend(section.blocks.iter().map(block));
    }
    parts.push(format!("---\n\n{}", plain(&document.foot)));
    let mut text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    Ok(text.into_bytes())
}

/// Text without what Markdown or HTML would take for a mark.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' => escaped.push(' '),
            '*' | '_' | '`' | '|' | '[' | ']' | '\\' | '#' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn block(block: &Block) -> String {
    match block {
        Block::Verdict { spans } => {
            let words = spans.iter().map(|span| {
                let text = plain(&span.text);
                if span.alarm { format!("**{text}**") } else { text }
            });
            format!("> {}", words.collect::<String>())
        }
        Block::Tiles { tiles } => tiles.iter().map(tile).collect::<Vec<_>>().join("\n"),
        Block::Statements { statements } => statements.iter().map(statement).collect::<Vec<_>>().join("\n"),
        Block::Table(table) => rows(table),
        Block::Matrix(matrix) => self::matrix(matrix),
        Block::Chart(chart) => self::chart(chart),
        Block::Facts { facts } => facts
            .iter()
            .map(|fact| format!("- **{}** {}", plain(&fact.value), plain(&fact.words)))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Definitions { definitions } => definitions.iter().map(definition).collect::<Vec<_>>().join("\n\n"),
        Block::Note { text } => plain(text),
    }
}

/// The finding; of charts that are no history of one figure also what they show.
fn chart(chart: &Chart) -> String {
    let shown = match &chart.drawing {
        Drawing::Trend(_) => String::new(),
        Drawing::BurnDown(_)
        | Drawing::Calendar(_)
        | Drawing::Survival(_)
        | Drawing::Histogram(_)
        | Drawing::Flow(_) => {
            // The finding stands before it already.
            let rest = chart.alt.strip_prefix(chart.caption.as_str()).unwrap_or(&chart.alt);
            let rest = rest.trim_start_matches(['.', ' ']);
            if rest.is_empty() { String::new() } else { format!(" {}", plain(rest)) }
        }
        drawing => {
            let rows = drawing.rows().1.into_iter().map(|row| plain(row.join(" ").trim()));
            format!(": {}", rows.collect::<Vec<_>>().join(", "))
        }
    };
    let evidence = if chart.evidence.is_empty() { String::new() } else { format!(" {}", plain(&chart.evidence)) };
    format!("**{}**{shown}{evidence}", plain(&chart.caption))
}

fn tile(tile: &Tile) -> String {
    let delta =
        tile.delta.as_ref().map_or_else(String::new, |delta| format!(" ({} {})", plain(delta), plain(&tile.since)));
    let mut line =
        format!("- **{} {}**{delta}: {}", plain(&tile.title), plain(&tile.value), plain(&tile.signal.text()));
    for evidence in &tile.evidence {
        line.push_str(&format!("; {}", plain(evidence)));
    }
    line
}

fn statement(statement: &Statement) -> String {
    let mut line = format!("- {} **{}**", plain(&statement.mark.text()), plain(&statement.headline));
    for text in [&statement.text, &statement.evidence] {
        if !text.is_empty() {
            line.push_str(&format!(" {}", plain(text)));
        }
    }
    line
}

fn rows(table: &Table) -> String {
    // What is only drawn leaves no empty column behind.
    let drawn = |cell: Option<&Cell>| matches!(cell, Some(Cell::Bar { .. } | Cell::Spark { .. }));
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|column| table.rows.is_empty() || !table.rows.iter().all(|row| drawn(row.get(*column))))
        .collect();
    let columns = || kept.iter().filter_map(|column| table.columns.get(*column));
    let header: Vec<String> = columns().map(|column| plain(&column.text)).collect();
    let rule: Vec<&str> = columns().map(|column| if column.right { "---:" } else { "---" }).collect();
    let mut lines = vec![line(&header), format!("|{}|", rule.join("|"))];
    for row in &table.rows {
        lines.push(line(&kept.iter().filter_map(|column| row.get(*column)).map(cell).collect::<Vec<_>>()));
    }
    format!("**{}**\n\n{}", plain(&table.caption), lines.join("\n"))
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text { text, small, .. } | Cell::Figure { text, small, .. } if small.is_empty() => plain(text),
        Cell::Text { text, small, .. } | Cell::Figure { text, small, .. } => {
            format!("{} ({})", plain(text), plain(small))
        }
        Cell::Mark(mark) => plain(&mark.text()),
        Cell::Bar { .. } | Cell::Spark { .. } => String::new(),
    }
}

fn matrix(matrix: &Matrix) -> String {
    let mut header = vec![String::new()];
    header.extend(matrix.columns.iter().map(|column| plain(column)));
    let mut lines = vec![line(&header), format!("|---|{}", "---:|".repeat(matrix.columns.len()))];
    for (name, cells) in &matrix.rows {
        let mut row = vec![plain(name)];
        row.extend(cells.iter().map(|cell| match cell {
            Some(cell) if cell.small.is_empty() => plain(&cell.text),
            Some(cell) => format!("{} ({})", plain(&cell.text), plain(&cell.small)),
            None => "–".to_owned(),
        }));
        lines.push(line(&row));
    }
    format!("**{}**\n\n{}", plain(&matrix.caption), lines.join("\n"))
}

fn definition(definition: &Definition) -> String {
    let mut lines =
        vec![format!("### {} (`{}`): {}", plain(&definition.title), definition.id, plain(&definition.value))];
    lines.push(plain(&definition.meaning));
    let facts: Vec<String> =
        definition.facts.iter().map(|(name, text)| format!("- {}: {}", plain(name), plain(text))).collect();
    lines.push(facts.join("\n"));
    lines.extend(definition.commands.iter().map(|(name, command)| format!("{}: `{command}`", plain(name))));
    lines.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_text_stays_text() {
        assert_eq!(plain("a|b <script> *c*\nd"), "a\\|b &lt;script&gt; \\*c\\* d");
    }
}
