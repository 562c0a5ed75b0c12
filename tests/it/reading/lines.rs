//! Tables as they are read off lines of text: a terminal's, a message's, or what a program takes off a print. Cells stand two spaces
//! or more apart; a table too wide for that has a line of "heading: figure" under each name.

use super::figure::plain;
use super::{Held, Row, Section};

/// The pieces of a line that stand two spaces apart.
fn pieces(line: &str) -> Vec<String> {
    plain(line).split("  ").map(str::trim).filter(|piece| !piece.is_empty()).map(spaced).collect()
}

/// "0s" as "0 s": print has a space between a number and its unit that is too narrow for lines.
fn spaced(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut wide = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map_or(' ', |at| letters[at]);
        let is_unit = |at: usize| letters.get(at).is_some_and(|letter| "smhd%".contains(*letter));
        let ends = letters.get(at + 1).is_none_or(|next| !next.is_alphabetic());
        let begins = at >= 2 && letters[at - 2].is_ascii_digit() || at >= 3 && letters[at - 2] == ' ';
        if before.is_ascii_digit() && is_unit(at) && ends
            || letter.is_ascii_digit() && at > 0 && is_unit(at - 1) && begins
        {
            wide.push(' ');
        }
        wide.push(*letter);
    }
    wide
}

/// Whether a piece is a drawing: nothing in it is read.
fn is_drawn(piece: &str) -> bool {
    piece != "–" && !piece.chars().any(char::is_alphanumeric)
}

/// What a cell holds; of words for nothing that go on in the next line only the first is here.
fn held(text: &str) -> Held {
    match ["above", "below", "no", "not", "too", "too few"].contains(&text) {
        true => Held::Broken,
        false => Held::Text(text.to_owned()),
    }
}

/// A line with plain spaces, those before it kept.
fn plain_start(line: &str) -> String {
    line.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

/// The cells of a row's first line by their headings; none where it is no such line.
fn cells(pieces: &[String], section: &Section) -> Option<Vec<(String, Held)>> {
    let mut left = pieces.get(1..)?.iter().filter(|piece| !is_drawn(piece)).peekable();
    let mut found = Vec::new();
    for column in &section.columns {
        match column.show.as_str() {
            "bar" | "trend" => {}
            "rest" => return Some(found),
            "status" => {
                left.next_if(|piece| *piece == "–" || piece.starts_with(['●', '▲', '■', '○', '◆']))?;
            }
            _ => found.push((column.heading.clone(), held(left.next()?))),
        }
    }
    left.next().is_none().then_some(found)
}

/// The lines of a section, up to the heading of another.
fn of_section<'a>(text: &'a str, section: &Section, titles: &[String]) -> Vec<&'a str> {
    let is_heading = |line: &&str| titles.iter().any(|title| *title == plain(line));
    let lines = text.lines().skip_while(|line| plain(line) != section.title).skip(1);
    lines.take_while(|line| !is_heading(line)).collect()
}

/// The rows of a section's table. A name that isn't the contract's is part of another line, and left out.
pub fn rows(text: &str, section: &Section, titles: &[String]) -> Vec<Row> {
    let lines = of_section(text, section, titles);
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with(char::is_whitespace)) {
        let first = pieces(line);
        let rest = || lines[at + 1..].iter().copied();
        if let Some(cells) = cells(&first, section) {
            let goes_on = |line: &&str| {
                let small = line.starts_with(char::is_whitespace) || line.starts_with("n = ");
                !small && !line.is_empty() && self::cells(&pieces(line), section).is_none()
            };
            let more = rest().take_while(goes_on).map(|line| pieces(line).first().cloned().unwrap_or_default());
            let name = std::iter::once(first[0].clone()).chain(more).collect::<Vec<_>>().join(" ");
            let known = [name, first[0].clone()].into_iter().find(|name| section.names.contains(name));
            found.extend(known.map(|name| Row { name, small: String::new(), cells: cells.into_iter().collect() }));
        } else if let Some(name) = first.first().filter(|name| section.names.contains(name)) {
            // Marks may take lines of their own, and what it rests on stands below.
            let beside = |line: &&str| !line.is_empty() && !line.starts_with("  ");
            let is_small = |line: &str| {
                ["  n = ", "  95 % ", "  coverage "].iter().any(|small| plain_start(line).starts_with(small))
            };
            let folded: Vec<&str> = rest()
                .take(8)
                .skip_while(beside)
                .take_while(|line| line.starts_with("  ") && !is_small(line))
                .map(str::trim)
                .collect();
            if folded.is_empty() {
                continue;
            }
            let folded = plain(&folded.join(" "));
            let pair = |piece: &str| {
                let column =
                    section.columns.iter().find(|column| piece.starts_with(&format!("{}: ", column.heading)))?;
                let text = &piece[column.heading.len() + 2..];
                let text = text.find(" (coverage ").map_or(text, |at| &text[..at]);
                Some((column.heading.clone(), Held::Text(text.trim_end_matches(" ·").to_owned())))
            };
            let cells = folded.split(" · ").filter_map(pair).collect();
            found.push(Row { name: name.clone(), small: String::new(), cells });
        }
    }
    found
}

/// The value of a headline figure: it stands under its title, and its change behind it.
pub fn tile(text: &str, title: &str) -> Option<String> {
    let lines: Vec<Vec<String>> = text.lines().take(60).map(|line| line.split(" │ ").map(plain).collect()).collect();
    lines.iter().zip(lines.iter().skip(1)).find_map(|(above, below)| {
        let place = above.iter().position(|cell| cell == title)?;
        let cell = below.get(place)?;
        let ends = [" -", " +", " ±"].iter().filter_map(|sign| cell.find(sign)).min();
        Some(cell[..ends.unwrap_or(cell.len())].trim().to_owned())
    })
}
