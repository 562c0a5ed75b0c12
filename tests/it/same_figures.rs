//! Every figure that a reader finds in a page, a workbook, a print, a message or a scrape is the contract's, under the roundings
//! that are declared: read back by a parser that knows nothing of what wrote them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;

use crate::project::{Project, skip};
use crate::reading::{Contract, Found, compare};

/// The reports that come with the program.
pub const REPORTS: [&str; 10] = [
    "availability",
    "data-quality",
    "delivery",
    "monthly",
    "practice",
    "quarter",
    "service-desk",
    "slo",
    "suppliers",
    "weekly",
];

pub const FORMATS: &str = "html,md,json,xlsx,pdf,text,mail,openmetrics";

/// The bodies of a message: its lines, and its page.
fn bodies(message: &str) -> (Vec<u8>, Vec<u8>) {
    let body = |kind: &str| {
        let (_, part) = message.split_once(&format!("Content-Type: {kind}")).unwrap();
        let (head, part) = part.split_once("\r\n\r\n").unwrap();
        let part = part.split("\r\n--=_").next().unwrap();
        let encoding = head.lines().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "));
        match encoding.map(str::trim) {
            Some("base64") => STANDARD.decode(part.replace(['\r', '\n'], "")).unwrap(),
            Some("quoted-printable") => unquoted(part),
            _ => part.as_bytes().to_vec(),
        }
    };
    (body("text/plain"), body("text/html"))
}

fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let mut pieces = joined.split('=');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}

/// The value of a further page, from "# Acme IT · Service review: Payments · June 2026".
fn subject(page: &str) -> String {
    let title = page.lines().next().unwrap();
    let (_, rest) = title.split_once(": ").unwrap();
    rest.rsplit_once(" · ").unwrap().0.to_owned()
}

/// Holds the unrounded sheets of a workbook against the contract.
fn raw(path: &Path, json: &Value) -> Found {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let mut found = Found::default();
    for (sheet, key) in [("Figures", "measures"), ("Past figures", "history")] {
        let measures = json[key].as_array().unwrap();
        if measures.is_empty() {
            continue;
        }
        let sheet = book.worksheet_range(sheet).unwrap();
        let mut rows = sheet.rows();
        let header: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
        let rows: Vec<&[Data]> = rows.collect();
        assert_eq!(rows.len(), measures.len(), "{}", path.display());
        for (row, measure) in rows.iter().zip(measures) {
            let cell = |name: &str| &row[header.iter().position(|head| head == name).unwrap()];
            let slice: BTreeMap<&str, &str> = measure["dims"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            assert_eq!(cell("metric").to_string(), measure["metric"].as_str().unwrap());
            assert!(slice.iter().all(|(name, value)| cell(name).to_string().as_str() == *value), "{measure}");
            for field in ["value", "numerator", "denominator", "n", "lower", "upper", "coverage", "target"] {
                let same = match (cell(field), measure[field].as_f64()) {
                    (Data::Float(held), Some(value)) => (held - value).abs() <= 1e-9 * value.abs().max(1.0),
                    (Data::Int(held), Some(value)) => (*held as f64 - value).abs() <= 1e-9,
                    (Data::Empty, None) => continue,
                    _ => false,
                };
                found.compared += 1;
                if !same {
                    found.wrong.push(format!("raw, {field}: {:?} in {measure}", cell(field)));
                }
            }
        }
    }
    found
}

/// Name, labels and value of each sample of a scrape.
fn samples(text: &str) -> Vec<(String, BTreeMap<String, String>, f64)> {
    let sample = |line: &str| {
        let (name, rest) = line.split_once('{').unwrap();
        let (labels, value) = rest.rsplit_once("} ").unwrap();
        let plain = |text: &str| text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
        let pairs = labels.strip_suffix('"').unwrap_or(labels).split("\",").filter_map(|pair| pair.split_once("=\""));
        let labels = pairs.map(|(name, value)| (name.to_owned(), plain(value))).collect();
        (name.to_owned(), labels, value.parse().unwrap())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

/// Holds a scrape against the contract: the very numbers, and none that is not there.
fn scraped(text: &str, json: &Value) -> Found {
    let samples = samples(text);
    let mut found = Found::default();
    for measure in json["measures"].as_array().unwrap() {
        let metric = measure["metric"].as_str().unwrap();
        // A label without a value is none to a scraper: what has no value in a slice is said.
        let name_of =
            |value: &Value| if value == "" { "(none)".to_owned() } else { value.as_str().unwrap().to_owned() };
        let dims: BTreeMap<&String, String> =
            measure["dims"].as_object().unwrap().iter().map(|(name, value)| (name, name_of(value))).collect();
        let same = |labels: &BTreeMap<String, String>, more: usize| {
            let all = dims.iter().all(|(name, value)| labels.get(*name) == Some(value));
            all && labels.len() == dims.len() + more
        };
        let of_metric = |name: &str| {
            let name = name.trim_start_matches("nines_metric_").trim_start_matches("nines_");
            let unit = ["", "_ratio", "_seconds", "_per_hour", "_per_day", "_score", "_nines"];
            name.strip_prefix(metric).is_some_and(|rest| unit.contains(&rest))
        };
        let mut wanted = vec![("value", measure["value"].as_f64())];
        wanted.extend(["lower", "upper", "target"].map(|field| (field, measure[field].as_f64())));
        for (field, wanted) in wanted {
            let family = match field {
                "value" => None,
                "target" => Some("nines_target".to_owned()),
                end => Some(format!("nines_interval_{end}")),
            };
            let is_own = |(name, labels, _): &&(String, BTreeMap<String, String>, f64)| match &family {
                None => of_metric(name) && same(labels, 1),
                Some(family) => name == family && same(labels, 2) && labels["metric"] == metric,
            };
            let held: Vec<f64> = samples.iter().filter(is_own).map(|sample| sample.2).collect();
            found.compared += usize::from(wanted.is_some());
            // What reads JSON here may be wrong in the last bit of a number; the two texts have the same digits.
            let same = |a: f64, b: f64| a.to_bits().abs_diff(b.to_bits()) <= 1;
            let right = match (held.as_slice(), wanted) {
                ([], None) => true,
                ([held], Some(wanted)) => same(*held, wanted),
                _ => false,
            };
            if !right {
                found.wrong.push(format!("scrape, {field}: {held:?} for {measure}"));
            }
        }
    }
    found
}

/// The lines of a print, as another program lays them out.
fn printed(path: &Path) -> Option<Vec<u8>> {
    let output = Command::new("pdftotext").args(["-layout", &path.to_string_lossy(), "-"]).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A new page begins with a sign of its own.
    Some(String::from_utf8(output.stdout).unwrap().replace('\u{c}', "\n").into_bytes())
}

/// Holds all files of a report against its contract, by format.
fn of_report(report: &str, files: &[PathBuf], prints: bool, all: &mut BTreeMap<&'static str, Found>) {
    let of = |end: &'static str| files.iter().filter(move |path| path.extension().is_some_and(|found| found == end));
    let contract_file = of("json").next().unwrap();
    let json: Value = serde_json::from_slice(&fs::read(contract_file).unwrap()).unwrap();
    let mut contract = Contract::new(report, &json);
    for page in of("md") {
        let text = fs::read_to_string(page).unwrap();
        contract.within = BTreeMap::new();
        if page.file_stem() != contract_file.file_stem() {
            // Pages of objectives hold no tables of metrics.
            let Some(by) = contract.pages_by().filter(|by| *by != "objective") else { continue };
            contract.within = BTreeMap::from([(by.to_owned(), subject(&text))]);
        }
        let mut counts = BTreeMap::new();
        let mut add = |format: &'static str, read: &str, bytes: &[u8]| {
            let found = compare(read, bytes, &contract);
            counts.insert(format, found.compared);
            all.entry(format).or_default().add(found);
        };
        add("md", "md", text.as_bytes());
        for (format, end) in [("html", "html"), ("xlsx", "xlsx"), ("text", "txt")] {
            add(format, format, &fs::read(page.with_extension(end)).unwrap());
        }
        if let Some(lines) = prints.then(|| printed(&page.with_extension("pdf"))).flatten() {
            add("pdf", "pdf", &lines);
        }
        if let Ok(message) = fs::read_to_string(page.with_extension("eml")) {
            let (lines, page) = bodies(&message);
            add("mail, lines", "text", &String::from_utf8(lines).unwrap().replace('\r', "").into_bytes());
            add("mail, page", "html", &page);
        }
        // What one page holds the others hold: none of the readers went blind.
        assert_eq!(counts["html"], counts["md"], "{}: {counts:?}", page.display());
        assert_eq!(counts["xlsx"], counts["md"], "{}: {counts:?}", page.display());
        all.entry("raw").or_default().add(match page.file_stem() == contract_file.file_stem() {
            true => raw(&page.with_extension("xlsx"), &json),
            false => Found::default(),
        });
    }
    let scrape = fs::read_to_string(of("prom").next().unwrap()).unwrap();
    all.entry("openmetrics").or_default().add(scraped(&scrape, &json));
}

#[test]
fn every_figure_of_every_format_is_the_contracts_under_its_rounding() {
    let prints = Command::new("pdftotext").arg("-v").output().is_ok();
    if !prints {
        skip("pdftotext is not installed: the figures of prints");
    }
    let project = Project::demo(3000, 12);
    project.ok(&["ingest", "--quiet"]);
    let mut all: BTreeMap<&'static str, Found> = BTreeMap::new();
    for report in REPORTS {
        let out = project.path().join("pages").join(report);
        project.ok(&["report", report, "--format", FORMATS, "--out", &out.to_string_lossy(), "--quiet"]);
        let mut files: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        of_report(report, &files, prints, &mut all);
    }
    let counts: BTreeMap<&str, usize> = all.iter().map(|(format, found)| (*format, found.compared)).collect();
    println!("figures compared: {counts:?}");
    let wrong: Vec<&String> = all.values().flat_map(|found| &found.wrong).collect();
    assert!(wrong.is_empty(), "{} figures:\n{wrong:#?}", wrong.len());
    let floors =
        [("md", 1500), ("html", 1500), ("xlsx", 1500), ("text", 800), ("mail, page", 500), ("mail, lines", 400)];
    for (format, floor) in floors.into_iter().chain(prints.then_some(("pdf", 800))) {
        assert!(counts[format] >= floor, "{format}: {counts:?}");
    }
    assert!(counts["raw"] > 10_000 && counts["openmetrics"] > 3000, "{counts:?}");
}
