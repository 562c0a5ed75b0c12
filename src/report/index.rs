//! The page that ties reports together: what each page says of itself in its head, and one table of contents over all of them.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment};
use regex::Regex;
use serde::Serialize;

use super::format::{RenderError, Templates};

/// The template of the page; its style sheet is that of the reports.
const INDEX: &str = "index.html";
const STYLE: &str = "page.css";

/// What the page says of itself; all else on it is what the reports say.
pub const WORDS: [&str; 4] = ["Also as", "Earlier", "One page each", "Reports"];

/// What a page says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its file.
    pub file: String,
    /// Name of the report.
    pub report: String,
    /// Title of the report.
    pub title: String,
    /// For whom it is; may be empty.
    pub audience: String,
    /// Id of the period.
    pub period: String,
    /// The period in words.
    pub label: String,
    /// What a further page is about; empty for a report's first page.
    pub of: String,
    /// Its verdict; may be empty.
    pub verdict: String,
    /// Start of the period, RFC 3339: the newest is first.
    pub start: String,
    /// The same page in other formats: name and file.
    pub others: Vec<(String, String)>,
}

impl Entry {
    /// Reads what a page says of itself from the beginning of its text; none where it is no page of a report.
    pub fn read(file: &str, head: &str) -> Option<Self> {
        // The pattern is a constant that the tests compile.
        let pattern = Regex::new(r#"<meta name="nines:(\w+)" content="([^"]*)">"#).ok()?;
        let found: BTreeMap<&str, String> = pattern
            .captures_iter(head)
            .map(|one| one.extract())
            .map(|(_, [name, text])| (name, unescape(text)))
            .collect();
        let of = |name: &str| found.get(name).cloned().unwrap_or_default();
        found.contains_key("report").then(|| Entry {
            file: file.to_owned(),
            report: of("report"),
            title: of("title"),
            audience: of("audience"),
            period: of("period"),
            label: of("label"),
            of: of("of"),
            verdict: of("verdict"),
            start: of("start"),
            others: Vec::new(),
        })
    }
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/")];
    let plain = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    plain.replace("&amp;", "&")
}

/// One report with its periods.
#[derive(Serialize)]
struct Shelf<'a> {
    title: &'a str,
    audience: &'a str,
    newest: &'a Entry,
    further: Vec<&'a Entry>,
    earlier: Vec<&'a Entry>,
}

/// The page over all entries, the reports in `order` first. Its words are of the project's language.
///
/// # Errors
/// When a template is missing or wrong.
pub fn render(
    project: &str,
    language: &crate::declaration::language::Language,
    order: &[String],
    entries: &[Entry],
    templates: &dyn Templates,
) -> Result<Vec<u8>, RenderError> {
    let mut by_report: BTreeMap<(usize, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        let place = order.iter().position(|name| *name == entry.report).unwrap_or(order.len());
        by_report.entry((place, &entry.report)).or_default().push(entry);
    }
    let mut shelves: Vec<Shelf> = Vec::new();
    for mut pages in by_report.into_values() {
        pages.sort_by(|a, b| b.start.cmp(&a.start).then_with(|| a.of.cmp(&b.of)).then_with(|| a.file.cmp(&b.file)));
        let Some(newest) = pages.iter().find(|page| page.of.is_empty()).copied() else { continue };
        shelves.push(Shelf {
            title: &newest.title,
            audience: &newest.audience,
            newest,
            further: pages.iter().filter(|page| page.period == newest.period && !page.of.is_empty()).copied().collect(),
            earlier: pages.iter().filter(|page| page.period != newest.period && page.of.is_empty()).copied().collect(),
        });
    }
    let words: BTreeMap<&str, String> = WORDS.into_iter().map(|word| (word, language.word(word).to_owned())).collect();
    let page = templates.require(INDEX)?;
    let style = super::html::without_blank_lines(templates.require(STYLE)?);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let wrong = |error: minijinja::Error| RenderError::of_template(INDEX, &error);
    environment.add_template(INDEX, page).map_err(wrong)?;
    let context = minijinja::context! {
        project,
        language => language.tag.clone(),
        words,
        shelves => Value::from(Serde(&shelves)),
        policy => super::html::policy(&style, ""),
        style => Value::from_safe_string(style.clone()),
    };
    let text = environment.get_template(INDEX).and_then(|template| template.render(context)).map_err(wrong)?;
    Ok((super::html::without_blank_lines(&text) + "\n").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::language::Language;

    fn entry(report: &str, period: &str, of: &str) -> Entry {
        let text = |text: &str| text.to_owned();
        Entry {
            file: format!("{report}-{period}{of}.html"),
            report: text(report),
            title: text("T"),
            period: text(period),
            label: text(period),
            of: text(of),
            verdict: text("All <is> well."),
            start: text(period),
            ..Entry::default()
        }
    }

    #[test]
    fn a_page_says_what_it_is_and_imported_text_stays_text() {
        let head = "<meta name=\"nines:report\" content=\"weekly\">\n<meta name=\"nines:of\" content=\"a &amp; &lt;b&gt; &quot;c&quot;\">";
        let found = Entry::read("x.html", head).unwrap();
        assert_eq!((found.report.as_str(), found.of.as_str()), ("weekly", "a & <b> \"c\""));
        assert_eq!(Entry::read("x.html", "<title>else</title>"), None);
    }

    #[test]
    fn the_newest_page_of_each_report_is_first_with_its_further_pages() {
        let entries = [
            entry("weekly", "2026-W26", ""),
            entry("slo", "2026-W27", ""),
            entry("weekly", "2026-W27", ""),
            entry("slo", "2026-W27", "Payments"),
            entry("slo", "2026-W26", "Payments"),
        ];
        let order = ["weekly".to_owned(), "slo".to_owned()];
        let page = render("Acme & Co", &Language::default(), &order, &entries, &Catalogue::embedded()).unwrap();
        let page = String::from_utf8(page).unwrap();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
        assert!(at("href=\"weekly-2026-W27.html\"") < at("href=\"weekly-2026-W26.html\""));
        assert!(at("href=\"weekly-2026-W26.html\"") < at("href=\"slo-2026-W27.html\""));
        assert!(at("href=\"slo-2026-W27.html\"") < at("href=\"slo-2026-W27Payments.html\""));
        assert!(!page.contains("slo-2026-W26Payments.html"), "only the newest pages of each value are listed");
        assert!(page.contains("All &lt;is&gt; well.") && page.contains("Acme &amp; Co"));
    }
}
