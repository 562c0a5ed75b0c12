//! A report as one self-contained HTML file: no request, light and dark, screen, phone and print; what its small script adds is
//! not needed to read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind};
use sha2::{Digest, Sha256};

use super::charts;
use super::document::{Bar, Chart, Document, Spark};
use super::format::{RenderError, Templates};

/// The template of the whole page, and the style sheet and the script that it takes in.
const PAGE: &str = "page.html";
const STYLE: &str = "page.css";
const SCRIPT: &str = "page.js";

/// The page.
///
/// # Errors
/// When a template is missing or wrong, or a chart cannot be drawn.
pub fn render(document: &Document, templates: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let page = templates.require(PAGE)?;
    let style = without_blank_lines(templates.require(STYLE)?);
    // A project that wants no script overlays it with an empty file.
    let script = without_blank_lines(templates.template(SCRIPT).unwrap_or_default());
    let wrong = |error: Error| RenderError::of_template(PAGE, &error);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("spark", |value: Value| svg::<Spark>(&value, charts::spark));
    environment.add_filter("bar", |value: Value| svg::<Bar>(&value, charts::bar));
    environment.add_filter("chart", |value: Value| svg::<Chart>(&value, charts::chart));
    environment.add_filter("short", short);
    environment.add_template(PAGE, page).map_err(wrong)?;
    let template = environment.get_template(PAGE).map_err(wrong)?;
    let context = minijinja::context! {
        document => Value::from(Serde(document)),
        verdict => document.verdict(),
        words => serde_json::to_string(&document.words).unwrap_or_default(),
        policy => policy(&style, &script),
        style => Value::from_safe_string(style.clone()),
        script => Value::from_safe_string(script.clone()),
    };
    let page = template.render(context).map_err(wrong)?;
    Ok((without_blank_lines(&page) + "\n").into_bytes())
}

/// What a page may do: its own style and script, by their digests, and pictures that are in it. It can't ask for anything else.
pub(super) fn policy(style: &str, script: &str) -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let script = if script.is_empty() { "'none'".to_owned() } else { format!("'sha256-{}'", digest(script)) };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'",
        digest(style)
    )
}

/// Text without the blank lines that a template's own lines leave behind; nothing on a page depends on them.
pub(super) fn without_blank_lines(text: &str) -> String {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A number as short as sorting needs it.
fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A chart's data, as the template holds it, drawn.
fn svg<T: serde::de::DeserializeOwned>(
    value: &Value,
    draw: fn(&T) -> Result<String, charts::ChartError>,
) -> Result<Value, Error> {
    let bad = |message: String| Error::new(ErrorKind::InvalidOperation, message);
    let data = serde_json::to_value(value).map_err(|error| bad(error.to_string()))?;
    let data: T = serde_json::from_value(data).map_err(|error| bad(error.to_string()))?;
    draw(&data).map(Value::from_safe_string).map_err(bad)
}

#[cfg(test)]
mod tests {
    use crate::declaration::catalogue::Catalogue;
    use crate::declaration::definitions::Definitions;
    use crate::report::compose::compose;
    use crate::report::format::{FORMATS, Format};
    use crate::scorecard::example;
    use crate::scorecard::scorecard::Scorecard;

    /// The weekly report of a scorecard in every format, as text.
    fn weekly(scorecard: &Scorecard) -> Vec<String> {
        let catalogue = Catalogue::embedded();
        let definitions = Definitions::load(&catalogue);
        let document = compose(scorecard, &definitions.reports["weekly"]);
        let text = |format: &Format| {
            let text = String::from_utf8((format.render)(&document, &catalogue).unwrap()).unwrap();
            // The script of a page is no part of what it says.
            match format.name {
                "html" => text.rsplit_once("<script>").unwrap().0.to_owned(),
                _ => text,
            }
        };
        FORMATS.iter().filter(|format| !format.binary).map(text).collect()
    }

    #[test]
    fn a_rich_page_opens_with_the_verdict_and_makes_no_request() {
        let html = &weekly(&example::rich())[0];
        let verdict = html.find("class=\"verdict\"").unwrap();
        assert!(verdict < html.find("class=\"tiles\"").unwrap());
        let html = html.replace("http://www.w3.org/2000/svg", "");
        for forbidden in ["http://", "https://", "url(", "@import", "style=\"", "NaN<", ">inf"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn an_empty_and_a_sparse_project_get_an_honest_page() {
        for scorecard in [example::empty(), example::sparse()] {
            for text in weekly(&scorecard) {
                assert!(!text.contains("NaN") && !text.contains("inf "), "{text}");
            }
        }
        let html = &weekly(&example::empty())[0];
        assert!(html.contains("nothing was loaded for it"), "{html}");
        assert!(html.contains("No tickets were loaded."));
    }

    #[test]
    fn imported_text_cannot_become_markup() {
        let mut scorecard = example::rich();
        scorecard.project = "<script>alert(1)</script>".to_owned();
        for disruption in &mut scorecard.disruptions {
            disruption.supplier = Some("<img src=x onerror=alert(1)>".to_owned());
        }
        let texts = weekly(&scorecard);
        assert!(!texts[0].contains("<script>alert") && !texts[0].contains("<img"));
        assert!(!texts[1].contains("<script") && !texts[1].contains("<img"));
    }
}
