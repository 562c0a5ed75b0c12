//! A chart with colours and a font of its own, for what knows no style sheet: pixels and paper.

/// The names that drawings use, with the colours that the style sheet prints them in.
const COLOURS: [(&str, &str); 11] = [
    ("var(--paper)", "#ffffff"),
    ("var(--ink)", "#1b1d21"),
    ("var(--muted)", "#555c66"),
    ("var(--line)", "#b9b7af"),
    ("var(--hair)", "#dcdbd5"),
    ("var(--band)", "#ecebe6"),
    ("var(--data)", "#1f4e8c"),
    ("var(--alarm)", "#a8261c"),
    ("var(--risk)", "#8a5800"),
    ("var(--met)", "#1e7145"),
    ("var(--shade)", "31, 78, 140"),
];

/// The same drawing, which then is a file of its own.
pub fn fixed(svg: &str) -> String {
    let mut fixed = svg.to_owned();
    for (name, colour) in COLOURS {
        fixed = fixed.replace(name, colour);
    }
    let space = if fixed.contains("xmlns=") { "" } else { " xmlns=\"http://www.w3.org/2000/svg\"" };
    fixed.replacen("<svg", &format!("<svg{space} font-family=\"Noto Sans\""), 1)
}

#[cfg(test)]
mod tests {
    use super::fixed;

    #[test]
    fn no_name_of_the_style_sheet_is_left() {
        let svg =
            fixed("<svg viewBox=\"0 0 1 1\"><path fill=\"var(--data)\" stroke=\"rgba(var(--shade), 0.5)\"/></svg>");
        assert!(!svg.contains("var(") && svg.contains("#1f4e8c") && svg.contains("rgba(31, 78, 140, 0.5)"), "{svg}");
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" font-family=\"Noto Sans\" viewBox"),
            "{svg}"
        );
    }
}
