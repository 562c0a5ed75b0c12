//! The figures of a report as its readers find them in each format, held against the contract: an own parser, own roundings.
//! Included by the unit tests of the library too.

// Where each lies is said, since the library's tests include this file from elsewhere.
#[path = "reading/book.rs"]
mod book;
#[path = "reading/figure.rs"]
mod figure;
#[path = "reading/lines.rs"]
mod lines;
#[path = "reading/page.rs"]
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use figure::{Place, Wanted};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Text(String),
    /// A typed number; of a duration days.
    Number(f64),
    /// Words of which a line holds only the first.
    Broken,
}

/// A row: its name, what stands small under it, and its cells by their headings.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub small: String,
    pub cells: BTreeMap<String, Held>,
}

/// A column as a report declares it.
#[derive(Clone, Debug)]
pub struct Column {
    pub heading: String,
    pub metric: String,
    pub show: String,
}

/// A section with a table of figures, as a report declares it.
#[derive(Clone, Debug)]
pub struct Section {
    pub title: String,
    /// The dimension whose values name the rows; none where metrics do.
    pub by: Option<String>,
    pub columns: Vec<Column>,
    /// What may name a row, with the metric of that title.
    pub names: Vec<String>,
    titled: BTreeMap<String, String>,
}

impl Section {
    /// The columns that hold figures.
    pub fn figures(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| ["value", "target", "parts"].contains(&column.show.as_str()))
    }

    /// Where in a cell its name ends and small type begins.
    pub fn after_name(&self, text: &str) -> Option<usize> {
        let named = self.names.iter().filter(|name| text.starts_with(&format!("{name} (")));
        named.map(String::len).max()
    }
}

/// The contract of a report, by metric and slice.
pub struct Contract {
    measures: BTreeMap<(String, BTreeMap<String, String>), Value>,
    before: BTreeMap<(String, BTreeMap<String, String>), Wanted>,
    /// The titles of metrics by their ids.
    pub titles: BTreeMap<String, String>,
    declared: toml::Table,
    /// The slice that all of a further page lies in.
    pub within: BTreeMap<String, String>,
}

/// The titles of the metrics that come with the program, by their ids.
fn titles() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/metrics")];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "toml") {
                let metric: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
                let id = path.file_stem().unwrap().to_string_lossy().into_owned();
                found.insert(id, metric["title"].as_str().unwrap().to_owned());
            }
        }
    }
    found
}

fn wanted(measure: &Value) -> Wanted {
    let text = |field: &str| measure[field].as_str().unwrap_or_default().to_owned();
    Wanted {
        metric: text("metric"),
        unit: text("unit"),
        state: text("state"),
        value: measure["value"].as_f64(),
        lower: measure["lower"].as_f64(),
        upper: measure["upper"].as_f64(),
        n: measure["n"].as_u64().unwrap_or_default(),
        without_interval: false,
    }
}

impl Contract {
    /// The contract of a report that comes with the program.
    pub fn new(report: &str, json: &Value) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("reports/{report}.toml"));
        let key = |of: &Value| {
            let dims = of["dims"].as_object().unwrap();
            let dims = dims.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            (of["metric"].as_str().unwrap().to_owned(), dims)
        };
        let measures: BTreeMap<_, Value> =
            json["measures"].as_array().unwrap().iter().map(|measure| (key(measure), measure.clone())).collect();
        // Periods stand in their order: of each figure the last is kept.
        let mut newest: BTreeMap<_, Wanted> = BTreeMap::new();
        for measure in json["history"].as_array().unwrap() {
            newest.insert(key(measure), wanted(measure));
        }
        let assessed = json["assessments"].as_array().unwrap().iter();
        let before = |of: &Value| {
            let key = key(of);
            if let Some(before) = newest.get(&key) {
                assert_eq!(before.value, of["previous"].as_f64(), "{key:?}");
                return (key, before.clone());
            }
            let now = wanted(&measures[&key]);
            let previous =
                Wanted { value: of["previous"].as_f64(), without_interval: true, lower: None, upper: None, ..now };
            (key, previous)
        };
        Contract {
            before: assessed.map(before).collect(),
            measures,
            titles: titles(),
            declared: fs::read_to_string(file).unwrap().parse().unwrap(),
            within: BTreeMap::new(),
        }
    }

    /// The report's declaration, or that of its further pages.
    fn declared(&self) -> &toml::Table {
        if self.within.is_empty() { &self.declared } else { self.declared["pages"].as_table().unwrap() }
    }

    /// The dimension that the further pages are by.
    pub fn pages_by(&self) -> Option<&str> {
        self.declared.get("pages")?.get("by")?.as_str()
    }

    /// The titles of all sections, where one ends and another begins.
    fn section_titles(&self) -> Vec<String> {
        let sections = self.declared()["sections"].as_array().unwrap();
        sections.iter().filter_map(|section| Some(section.get("title")?.as_str()?.to_owned())).collect()
    }

    /// The sections that hold a table of figures.
    fn sections(&self) -> Vec<Section> {
        let text = |of: &toml::Value, field: &str| of.get(field).and_then(|text| text.as_str()).map(str::to_owned);
        let list =
            |of: &toml::Value, field: &str| of.get(field).and_then(|list| list.as_array()).cloned().unwrap_or_default();
        let mut found = Vec::new();
        for section in self.declared()["sections"].as_array().unwrap() {
            let Some(title) = text(section, "title") else { continue };
            match text(section, "kind").unwrap().as_str() {
                "figures" => {
                    let ids = list(section, "metrics").into_iter().map(|id| id.as_str().unwrap().to_owned());
                    let titled: BTreeMap<String, String> = ids.map(|id| (self.titles[&id].clone(), id)).collect();
                    let column = |(heading, show): (&str, &str)| Column {
                        heading: heading.to_owned(),
                        metric: String::new(),
                        show: show.to_owned(),
                    };
                    let shown = [("Now", "value"), ("Before", "value"), ("Target", "target"), ("Status", "rest")];
                    // A table of figures of which none has a target has no column of targets.
                    let target = |id: &String| self.measure(id, None).map(|measure| measure["target"].is_null());
                    let aimed = titled.values().any(|id| target(id) == Some(false));
                    let shown = shown.into_iter().filter(|(heading, _)| aimed || *heading != "Target");
                    let (columns, names) = (shown.map(column).collect(), titled.keys().cloned().collect());
                    found.push(Section { title, by: None, columns, names, titled });
                }
                "table" => {
                    let by = list(section, "by")[0].as_str().unwrap().to_owned();
                    let column = |column: toml::Value| {
                        let metric = text(&column, "metric").unwrap();
                        let heading = text(&column, "title").unwrap_or_else(|| self.titles[&metric].clone());
                        Column { heading, metric, show: text(&column, "show").unwrap() }
                    };
                    let columns: Vec<Column> = list(section, "columns").into_iter().map(column).collect();
                    let mut names: Vec<String> = self
                        .measures
                        .keys()
                        .filter_map(|(_, dims)| dims.get(&by))
                        .map(|name| figure::plain(name))
                        .collect();
                    names.sort();
                    names.dedup();
                    found.push(Section { title, by: Some(by), columns, names, titled: BTreeMap::new() });
                }
                _ => {}
            }
        }
        found
    }

    /// Title and metric of each headline figure.
    fn tiles(&self) -> Vec<(String, String)> {
        let sections = self.declared()["sections"].as_array().unwrap().iter();
        let tiles = sections.filter_map(|section| section.get("tiles")?.as_array()).flatten();
        let of = |tile: &toml::Value, field: &str| tile.get(field).and_then(|text| text.as_str()).map(str::to_owned);
        tiles
            .map(|tile| (of(tile, "title"), of(tile, "metric").unwrap()))
            .map(|(title, metric)| (title.unwrap_or_else(|| self.titles[&metric].clone()), metric))
            .collect()
    }

    fn measure(&self, metric: &str, own: Option<(&str, &str)>) -> Option<&Value> {
        let mut dims = self.within.clone();
        dims.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self.measures.get(&(metric.to_owned(), dims))
    }
}

/// What was held against the contract, and what was not as it says.
#[derive(Debug, Default)]
pub struct Found {
    pub compared: usize,
    pub wrong: Vec<String>,
}

impl Found {
    fn note(&mut self, place: &str, held: Result<(), String>) {
        self.compared += 1;
        self.wrong.extend(held.err().map(|wrong| format!("{place}: {wrong}")));
    }

    pub fn add(&mut self, other: Found) {
        self.compared += other.compared;
        self.wrong.extend(other.wrong);
    }
}

/// Holds the tables and headline figures of a file of that format against the contract. Of a print `bytes` are its lines.
pub fn compare(format: &str, bytes: &[u8], contract: &Contract) -> Found {
    let mut found = Found::default();
    let sheets = if format == "xlsx" { book::sheets(bytes) } else { Vec::new() };
    let text = if format == "xlsx" { String::new() } else { String::from_utf8(bytes.to_vec()).unwrap() };
    let titles = contract.section_titles();
    for section in contract.sections() {
        let rows = match format {
            "html" => page::html(&text, &section),
            "md" => page::markdown(&text, &section),
            "xlsx" => book::rows(&sheets, &section),
            _ => lines::rows(&text, &section, &titles),
        };
        for row in &rows {
            hold(&mut found, &format!("{format}, {}, {}", section.title, row.name), contract, &section, row);
        }
    }
    for (title, metric) in contract.tiles() {
        let held = match format {
            "html" => page::html_tile(&text, &title).map(Held::Text),
            "md" => page::markdown_tile(&text, &title).map(Held::Text),
            "xlsx" => book::tile(&sheets, &title),
            // Print draws between a tile's title and its figure.
            "pdf" => continue,
            _ => lines::tile(&text, &title).map(Held::Text),
        };
        let wanted = contract.measure(&metric, None).map(wanted);
        if let (Some(held), Some(wanted)) = (held, wanted) {
            found.note(&format!("{format}, tile {title}"), says(&held, &wanted, Place::Alone));
        }
    }
    found
}

fn hold(found: &mut Found, place: &str, contract: &Contract, section: &Section, row: &Row) {
    for column in section.figures() {
        let place = format!("{place}, {}", column.heading);
        let metric = section.titled.get(&row.name).unwrap_or(&column.metric);
        let slice = section.by.as_deref().map(|by| (by, row.name.as_str()));
        let Some(held) = row.cells.get(&column.heading) else {
            found.wrong.push(format!("{place}: no such cell"));
            continue;
        };
        let Some(measure) = contract.measure(metric, slice) else {
            let nothing = *held == Held::Text("–".to_owned());
            found.note(&place, if nothing { Ok(()) } else { Err(format!("{held:?} of no measure")) });
            continue;
        };
        let at = if section.by.is_some() { Place::Column } else { Place::Alone };
        let held = match (column.show.as_str(), column.heading.as_str(), section.by.is_some()) {
            ("target", ..) => says_target(held, measure),
            ("parts", ..) => says_parts(held, measure),
            (_, "Before", false) => {
                let key = (metric.clone(), contract.within.clone());
                contract.before.get(&key).map_or(Ok(()), |before| says(held, before, at))
            }
            _ => says(held, &wanted(measure), at),
        };
        found.note(&place, held);
    }
    if let Some(measure) = section.titled.get(&row.name).and_then(|metric| contract.measure(metric, None)) {
        for part in row.small.split(" · ") {
            if let Some(held) = says_evidence(part, measure) {
                found.note(&format!("{place}, `{part}`"), held);
            }
        }
    }
}

/// A typed cell is the unrounded figure; of a duration what its words say, since a workbook cuts off what it doesn't show.
fn says(held: &Held, wanted: &Wanted, place: Place) -> Result<(), String> {
    let number = match held {
        Held::Broken => return if wanted.value.is_none() { Ok(()) } else { Err("words for a figure".to_owned()) },
        Held::Text(text) => return figure::holds(text, wanted, place),
        Held::Number(number) => *number,
    };
    let value = wanted.value.ok_or_else(|| format!("{number} for nothing"))?;
    let near = |shown: f64, value: f64| (shown - value).abs() <= 1e-9 * value.abs().max(1.0);
    let right = match wanted.unit.as_str() {
        "seconds" => (number * 86_400.0 - value).abs() <= figure::step_for(wanted, value) / 2.0 + 1e-6,
        "per_hour" | "per_day" => {
            let per_hour = if wanted.unit == "per_day" { value / 24.0 } else { value };
            [1.0, 24.0, 168.0, 720.0, 8760.0].iter().any(|hours| near(number, per_hour * hours))
        }
        _ => near(number, value),
    };
    if right { Ok(()) } else { Err(format!("{number} isn't {value} {}", wanted.unit)) }
}

fn says_target(held: &Held, measure: &Value) -> Result<(), String> {
    let of = Wanted {
        lower: None,
        upper: None,
        without_interval: true,
        value: measure["target"].as_f64(),
        ..wanted(measure)
    };
    says(held, &of, Place::Column)
}

/// "3 of 12".
fn says_parts(held: &Held, measure: &Value) -> Result<(), String> {
    let (over, under) = (measure["numerator"].as_f64(), measure["denominator"].as_f64());
    let Held::Text(text) = held else { return Err(format!("{held:?} is no text")) };
    let text = figure::plain(text);
    let count = |value: Option<f64>| Wanted { unit: "count".to_owned(), value, ..Wanted::default() };
    match (text.split_once(" of "), under.filter(|under| *under > 0.0)) {
        (None, None) if text == "–" => Ok(()),
        (Some((part, whole)), Some(_)) => {
            figure::holds(part, &count(over), Place::Column)?;
            figure::holds(whole, &count(under), Place::Column)
        }
        _ => Err(format!("`{text}` of {over:?} and {under:?}")),
    }
}

/// What a figure rests on: "n = 46", "95 % interval 58 to 64 %", "coverage 97.2 %".
fn says_evidence(part: &str, measure: &Value) -> Option<Result<(), String>> {
    let of = wanted(measure);
    if let Some(n) = part.strip_prefix("n = ") {
        let counted = figure::number(n).is_some_and(|(read, _)| read == of.n as f64);
        return Some(if counted { Ok(()) } else { Err(format!("n is {}", of.n)) });
    }
    if let Some(ends) = part.strip_prefix("95 % interval ") {
        return Some(figure::says_interval(ends, " to ", &of));
    }
    let coverage = measure["coverage"].as_f64();
    let share = Wanted { unit: "share".to_owned(), value: coverage, ..Wanted::default() };
    part.strip_prefix("coverage ").map(|text| figure::holds(text, &share, Place::Alone))
}
