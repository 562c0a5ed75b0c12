//! The page of a message: what is read first of a report, laid out by a template, its drawings as pictures beside it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind};
use xxhash_rust::xxh3::xxh3_64;

use super::picture::{Picture, picture};
use crate::declaration::report::Kind;
use crate::report::charts;
use crate::report::document::{Bar, Block, Chart, Document, Section, Spark};
use crate::report::format::{RenderError, Templates};

const PAGE: &str = "mail.html";

/// Pictures by their content ids.
type Pictures = BTreeMap<String, Vec<u8>>;

/// The page and the pictures that it names.
pub(super) fn page(document: &Document, templates: &dyn Templates) -> Result<(String, Pictures), RenderError> {
    let file = || Some(format!("reports/templates/{PAGE}"));
    let wrong = |error: Error| RenderError { file: file(), message: format!("{error:#}").replace('\n', "; ") };
    let page = templates
        .template(PAGE)
        .ok_or_else(|| RenderError { file: file(), message: "there is no such template".to_owned() })?;
    let pictures = Arc::new(Mutex::new(Pictures::new()));
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let kept = || Arc::clone(&pictures);
    let (sparks, bars, others) = (kept(), kept(), kept());
    environment.add_filter("spark", move |value: Value| image::<Spark>(&value, charts::spark, |of| &of.alt, &sparks));
    environment.add_filter("bar", move |value: Value| image::<Bar>(&value, charts::bar, |of| &of.alt, &bars));
    environment.add_filter("chart", move |value: Value| image::<Chart>(&value, charts::chart, |of| &of.alt, &others));
    environment.add_filter("shade", |weight: f64| shade(weight));
    environment.add_template(PAGE, page).map_err(wrong)?;
    let sections: Vec<Section> = document.sections.iter().filter_map(section).collect();
    let context = minijinja::context! {
        document => Value::from(Serde(document)),
        sections => Value::from(Serde(&sections)),
    };
    let text = environment.get_template(PAGE).and_then(|page| page.render(context)).map_err(wrong)?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    drop(environment);
    let pictures = std::mem::take(&mut *pictures.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((lines.join("\n") + "\n", pictures))
}

/// What of a section a message has room for: no definitions, and of the trust in the figures what stands in large type.
fn section(section: &Section) -> Option<Section> {
    let keeps = |block: &Block| match section.kind {
        Kind::Definitions | Kind::Restated => false,
        Kind::Quality => matches!(block, Block::Facts { .. } | Block::Note { .. }),
        _ => true,
    };
    let blocks: Vec<Block> = section.blocks.iter().filter(|block| keeps(block)).cloned().collect();
    let says_nothing = blocks.is_empty() && (!section.blocks.is_empty() || section.lead.is_none());
    (!says_nothing).then(|| Section { blocks, ..section.clone() })
}

/// White to the colour of data, as far as a cell of a matrix is weighty: mail programs know no transparent colours.
fn shade(weight: f64) -> String {
    let mixed = |colour: f64| (255.0 - (255.0 - colour) * weight.clamp(0.0, 1.0) * 0.34).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mixed(31.0), mixed(78.0), mixed(140.0))
}

/// A drawing as an image element, its picture kept under a name that its bytes give.
fn image<T: serde::de::DeserializeOwned>(
    value: &Value,
    draw: fn(&T) -> Result<String, charts::ChartError>,
    alt: fn(&T) -> &String,
    pictures: &Mutex<Pictures>,
) -> Result<Value, Error> {
    let bad = |message: String| Error::new(ErrorKind::InvalidOperation, message);
    let data = serde_json::to_value(value).map_err(|error| bad(error.to_string()))?;
    let data: T = serde_json::from_value(data).map_err(|error| bad(error.to_string()))?;
    let Picture { bytes, width, height } = picture(&draw(&data).map_err(bad)?).map_err(bad)?;
    let id = format!("{:016x}@nines", xxh3_64(&bytes));
    let alt = minijinja::HtmlEscape(alt(&data)).to_string();
    pictures.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), bytes);
    Ok(Value::from_safe_string(format!(
        "<img src=\"cid:{id}\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\" border=\"0\" \
         style=\"display:block;max-width:100%;height:auto\">"
    )))
}
