//! A chart with fixed colours, for what has no style sheet: print, workbooks, mails.

/// The colours of the page's style sheet in print.
const COLOURS: [(&str, &str); 11] = [
    ("--paper", "#ffffff"),
    ("--ink", "#1b1d21"),
    ("--muted", "#555c66"),
    ("--line", "#b9b7af"),
    ("--hair", "#dcdbd5"),
    ("--band", "#ecebe6"),
    ("--data", "#1f4e8c"),
    ("--alarm", "#a8261c"),
    ("--risk", "#8a5800"),
    ("--met", "#1e7145"),
    ("--shade", "31, 78, 140"),
];

/// The family that is in the binary, wherever it is drawn without a browser.
const FAMILY: &str = "Noto Sans";

/// The SVG of a chart as a document of its own: the page's variables are its colours in print, text is set in Noto Sans.
/// What draws it needs no style sheet and no font of the system.
pub fn fixed(svg: &str) -> String {
    let mut text = svg.to_owned();
    for (name, colour) in COLOURS {
        text = text.replace(&format!("var({name})"), colour);
    }
    // On a page `currentColor` and `inherit` are the body's.
    text = text.replace("currentColor", "#1b1d21").replace("font-family=\"inherit\" ", "");
    if !text.contains("xmlns=") {
        text = text.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    }
    text.replacen("<svg ", &format!("<svg font-family=\"{FAMILY}\" "), 1)
}

/// The same with its type so many times as large, for a chart that is drawn small; it gets some room on the right for it.
pub fn enlarged(svg: &str, factor: f64) -> String {
    let mut text = String::with_capacity(svg.len() + 16);
    let mut rest = svg;
    while let Some((before, size, after)) = attribute(rest, "font-size=\"") {
        text.push_str(before);
        text.push_str(&format!("{:.2}", size * factor));
        rest = after;
    }
    text.push_str(rest);
    let Some((before, width, after)) =
        attribute(&text, "viewBox=\"0 0 ").map(|(before, width, after)| (before.to_owned(), width, after.to_owned()))
    else {
        return text;
    };
    let wider = (width * (1.0 + (factor - 1.0) / 4.0)).round();
    format!("{before}{wider}{}", after.replacen(&format!("width=\"{width}\""), &format!("width=\"{wider}\""), 1))
}

/// What stands before the first number behind `name`, the number, and what stands after it.
fn attribute<'t>(text: &'t str, name: &str) -> Option<(&'t str, f64, &'t str)> {
    let start = text.find(name)? + name.len();
    let length = text[start..].find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let number = text[start..start + length].parse().ok()?;
    Some((&text[..start], number, &text[start + length..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::report::document::Spark;

    #[test]
    fn colours_are_those_of_the_page_in_print() {
        let catalogue = Catalogue::embedded();
        let style = &catalogue.get("reports/templates/page.css").unwrap().text;
        let print = style.split_once("@media print").unwrap().1;
        let long = |colour: &str| if colour == "#fff" { "#ffffff".to_owned() } else { colour.to_owned() };
        for (name, colour) in COLOURS {
            let declared = print.split_once(&format!("{name}: ")).unwrap().1.split(';').next().unwrap();
            assert_eq!(long(declared), colour, "{name}");
        }
    }

    #[test]
    fn type_grows_and_nothing_else() {
        let svg = "<svg viewBox=\"0 0 480 168\" width=\"480\" height=\"168\"><text font-size=\"12\">480</text></svg>";
        let expected =
            "<svg viewBox=\"0 0 504 168\" width=\"504\" height=\"168\"><text font-size=\"14.40\">480</text></svg>";
        assert_eq!(enlarged(svg, 1.2), expected);
        assert_eq!(enlarged("<svg/>", 1.2), "<svg/>");
    }

    #[test]
    fn a_chart_stands_alone() {
        let (points, limits) = (vec![Some(1.0), Some(2.0)], Some([0.0, 1.0, 3.0]));
        let spark = Spark { points, limits, last: "<2".to_owned(), alarm: true, alt: "a \"b\"".to_owned() };
        let svg = fixed(&super::super::spark(&spark).unwrap());
        assert!(!svg.contains("var(") && svg.contains("#a8261c") && svg.contains("#ecebe6"), "{svg}");
        let options = resvg::usvg::Options::default();
        let tree = resvg::usvg::Tree::from_str(&svg, &options).unwrap();
        assert_eq!((tree.size().width(), tree.size().height()), (236.0, 56.0));
    }
}
