//! A report as one self-contained HTML file: no script, no request, light and dark, screen, phone and print.

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind};

use super::charts;
use super::document::{Bar, Chart, Document, Spark};
use super::format::{RenderError, Templates};

/// The template of the whole page, and the style sheet that it takes in.
const PAGE: &str = "page.html";
const STYLE: &str = "page.css";

/// The page.
///
/// # Errors
/// When a template is missing or wrong, or a chart cannot be drawn.
pub fn render(document: &Document, templates: &dyn Templates) -> Result<Vec<u8>, RenderError> {
    let missing = |name: &str| RenderError {
        file: Some(format!("reports/templates/{name}")),
        message: "there is no such template".to_owned(),
    };
    let page = templates.template(PAGE).ok_or_else(|| missing(PAGE))?;
    let style = templates.template(STYLE).ok_or_else(|| missing(STYLE))?;
    let wrong = |error: Error| RenderError {
        file: Some(format!("reports/templates/{PAGE}")),
        message: format!("{error:#}").replace('\n', "; "),
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("spark", |value: Value| svg::<Spark>(&value, charts::spark));
    environment.add_filter("bar", |value: Value| svg::<Bar>(&value, charts::bar));
    environment.add_filter("chart", |value: Value| svg::<Chart>(&value, charts::chart));
    environment.add_template(PAGE, page).map_err(wrong)?;
    let template = environment.get_template(PAGE).map_err(wrong)?;
    let context = minijinja::context! {
        document => Value::from(Serde(document)),
        style => Value::from_safe_string(style.to_owned()),
    };
    let page = template.render(context).map_err(wrong)?;
    // The template's own lines leave blank ones behind; nothing on the page depends on them.
    let lines: Vec<&str> = page.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    Ok((lines.join("\n") + "\n").into_bytes())
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
    use crate::report::format::FORMATS;
    use crate::scorecard::example;
    use crate::scorecard::scorecard::Scorecard;

    /// The weekly report of a scorecard in every format that is text.
    fn weekly(scorecard: &Scorecard) -> Vec<String> {
        let catalogue = Catalogue::embedded();
        let definitions = Definitions::load(&catalogue);
        let document = compose(scorecard, &definitions.reports["weekly"]);
        FORMATS
            .iter()
            .filter(|format| !["pdf", "xlsx"].contains(&format.name))
            .map(|format| String::from_utf8((format.render)(&document, &catalogue).unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn a_rich_page_opens_with_the_verdict_and_holds_no_script_and_no_request() {
        let html = &weekly(&example::rich())[0];
        let verdict = html.find("class=\"verdict\"").unwrap();
        assert!(verdict < html.find("class=\"tiles\"").unwrap());
        for forbidden in ["<script", "http://", "https://", "url(", "@import", "NaN", "inf "] {
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
        assert!(!texts[0].contains("<script") && !texts[0].contains("<img"));
        assert!(!texts[1].contains("<script") && !texts[1].contains("<img"));
    }
}
