//! Tables of a page as they are read off HTML and Markdown: rows by their names, cells by their headings.

use super::{Held, Row, Section};

/// The text of a piece of HTML, without what is only drawn.
fn words(html: &str) -> String {
    let mut text = String::new();
    for (index, piece) in html.split('<').enumerate() {
        text.push_str(if index == 0 { piece } else { piece.split_once('>').map_or("", |(_, rest)| rest) });
    }
    unescaped(&text)
}

fn unescaped(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/")];
    let text = marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter));
    super::figure::plain(&text.replace("&amp;", "&"))
}

/// HTML without drawings, whose texts are no text of the page.
fn without_drawings(html: &str) -> String {
    let mut pieces = html.split("<svg");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    text.extend(pieces.map(|piece| piece.split_once("</svg>").map_or("", |(_, rest)| rest)));
    text
}

/// The rows of a section's table, first the headings; each cell with what stands small in it.
fn html_cells(html: &str, title: &str) -> Vec<Vec<(String, String)>> {
    let html = without_drawings(html);
    let named =
        |part: &&str| words(part.split_once('>').map_or("", |(_, rest)| rest).split("</h2>").next().unwrap()) == title;
    let Some(section) = html.split("<h2").skip(1).find(named) else { return Vec::new() };
    let Some(table) = section.split("<table").nth(1).and_then(|table| table.split("</table>").next()) else {
        return Vec::new();
    };
    let cells = |row: &str| {
        let row = row.replace("<th", "<td").replace("</th>", "</td>").replace("<tdead", "");
        let mut found = Vec::new();
        for cell in row.split("<td").skip(1) {
            let cell = cell.split("</td>").next().unwrap();
            let cell = cell.split_once('>').map_or("", |(_, rest)| rest);
            let small = ["<span class=\"small\"", "<br><span"].iter().find_map(|mark| cell.split_once(mark));
            found.push(match small {
                Some((text, small)) => (words(text), words(&format!("<span{small}"))),
                None => (words(cell), String::new()),
            });
        }
        found
    };
    table.split("<tr").skip(1).map(|row| cells(row.split("</tr>").next().unwrap())).collect()
}

fn rows_of(cells: &[Vec<(String, String)>]) -> Vec<Row> {
    let Some((headings, rows)) = cells.split_first() else { return Vec::new() };
    let row = |cells: &Vec<(String, String)>| {
        let (name, small) = cells.first().cloned().unwrap_or_default();
        let held = headings.iter().zip(cells).skip(1);
        Row {
            name,
            small,
            cells: held.map(|((head, _), (text, _))| (head.clone(), Held::Text(text.clone()))).collect(),
        }
    };
    rows.iter().map(row).collect()
}

/// The rows of a section on a page, or in the page of a message.
pub fn html(html: &str, section: &Section) -> Vec<Row> {
    rows_of(&html_cells(html, &section.title))
}

/// The value of a headline figure: the text that follows its title on the page.
pub fn html_tile(html: &str, title: &str) -> Option<String> {
    let html = without_drawings(html);
    let is_title = |tag: &str| tag.starts_with("h3") || tag.contains("font-weight:bold;color:#555c66");
    let mut texts = html.split('<').filter_map(|piece| piece.split_once('>')).map(|(tag, text)| (tag, unescaped(text)));
    texts.find(|(tag, text)| is_title(tag) && text == title)?;
    texts.map(|(_, text)| text).find(|text| !text.is_empty())
}

/// Markdown's text without its escapes.
fn text_of(cell: &str) -> String {
    let mut text = String::new();
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    unescaped(&text)
}

/// The rows of a section in Markdown, where what is small stands in brackets.
pub fn markdown(page: &str, section: &Section) -> Vec<Row> {
    let lines =
        page.lines().skip_while(|line| line.strip_prefix("## ").is_none_or(|title| text_of(title) != section.title));
    let lines = lines.skip(1).take_while(|line| !line.starts_with("## ")).skip_while(|line| !line.starts_with("| "));
    let table = lines.take_while(|line| line.starts_with('|')).filter(|line| !line.starts_with("|--"));
    let cells = |line: &str| -> Vec<(String, String)> {
        let line = line.replace("\\|", "\u{1}");
        let inner = line.trim_start_matches("| ").trim_end_matches(" |");
        inner.split(" | ").map(|cell| (text_of(&cell.replace('\u{1}', "\\|")), String::new())).collect()
    };
    let mut table: Vec<Vec<(String, String)>> = table.map(cells).collect();
    for row in table.iter_mut().skip(1) {
        for (place, (text, small)) in row.iter_mut().enumerate() {
            let begins = if place == 0 { section.after_name(text) } else { text.find(" (coverage ") };
            if let Some(at) = begins {
                *small = text[at..].trim_start_matches(" (").trim_end_matches(')').to_owned();
                text.truncate(at);
            }
        }
    }
    rows_of(&table)
}

/// The value of a headline figure in Markdown.
pub fn markdown_tile(page: &str, title: &str) -> Option<String> {
    let tiles = page.lines().filter_map(|line| line.strip_prefix("- **")?.split_once("**"));
    tiles
        .map(|(figure, _)| text_of(figure))
        .find_map(|figure| Some(figure.strip_prefix(title)?.strip_prefix(' ')?.to_owned()))
}
