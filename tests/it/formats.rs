//! Print and workbook of a report, read back by programs that know nothing of it: every figure is there, text is text, and the
//! same report gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use serde_json::Value;

use crate::project::{Project, skip};

/// What markup, formulas and fields begin with, as the name of a service and of the project.
const HOSTILE: &str = "=cmd|'/c calc'!A1 #let x = 1; $a$ *b* _c_ `d` <e> @f [g] \\h ~ // i";

/// A project with hostile names, and its weekly report in the formats.
struct Written {
    project: Project,
    out: PathBuf,
}

impl Written {
    fn new() -> Self {
        let project = Project::new("name = \"replaced\"\n");
        let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
        copy(&acme, &acme, &project);
        let toml = fs::read_to_string(acme.join("nines.toml")).unwrap();
        let named = format!("name  = {}", toml::Value::String(HOSTILE.to_owned()));
        project.write("nines.toml", toml.replace("name  = \"Acme IT\"", &named));
        let quoted = HOSTILE.replace('"', "\"\"");
        let mut services = fs::read_to_string(acme.join("exports/services.csv")).unwrap();
        services.push_str(&format!("\"{quoted}\",\"{quoted}\",business,1,Commerce Operations,,,,,350\n"));
        project.write("exports/services.csv", services);
        let mut outages = fs::read_to_string(acme.join("exports/outages.csv")).unwrap();
        outages
            .push_str(&format!("OUT-9999,\"{quoted}\",2026-07-01T07:44:00Z,2026-07-01T10:58:00Z,outage,false,1,,,\n"));
        project.write("exports/outages.csv", outages);
        project.ok(&["ingest", "--quiet"]);
        let out = project.path().join("out");
        let written = Written { project, out };
        written.render("out");
        written
    }

    /// Renders the weekly report into a folder of the project.
    fn render(&self, folder: &str) -> PathBuf {
        let out = self.project.path().join(folder);
        let path = out.to_string_lossy().into_owned();
        self.project.ok(&["report", "weekly", "--format", "pdf,xlsx,json,md", "--out", &path, "--quiet"]);
        out
    }

    fn file(&self, extension: &str) -> PathBuf {
        let mut found = fs::read_dir(&self.out).unwrap().map(|entry| entry.unwrap().path());
        found.find(|path| path.extension().is_some_and(|end| end == extension)).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file("json")).unwrap()).unwrap()
    }
}

fn copy(root: &Path, folder: &Path, project: &Project) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        match path.is_dir() {
            true if ["lake", "out"].contains(&name.as_str()) => {}
            true => copy(root, &path, project),
            false => project.write(&name, fs::read(&path).unwrap()),
        }
    }
}

/// What a program of the system says; `None`, and a sentence, where it is not installed.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            skip(&format!("{program} is not installed"));
            None
        }
    }
}

/// Text without its spaces: lines break where they like.
fn dense(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// The cells of every table of a Markdown page, as text.
fn cells(markdown: &str) -> Vec<String> {
    let rows = markdown.lines().filter(|line| line.starts_with("| ") && !line.starts_with("|---"));
    let plain = |cell: &str| {
        let cell = cell.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let mut text = String::new();
        let mut letters = cell.chars();
        while let Some(letter) = letters.next() {
            text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
        }
        dense(&text)
    };
    rows.flat_map(|row| {
        row.trim_matches('|')
            .replace("\\|", "\u{1}")
            .split('|')
            .map(|cell| plain(&cell.replace('\u{1}', "|")))
            .collect::<Vec<_>>()
    })
    .filter(|cell| !cell.is_empty())
    .collect()
}

fn print_holds_what_the_page_holds(written: &Written) {
    let path = written.file("pdf").to_string_lossy().into_owned();
    let Some(text) = said("pdftotext", &["-raw", &path, "-"]) else { return };
    let text = dense(&text);
    let page = fs::read_to_string(written.file("md")).unwrap();
    for line in page.lines().filter(|line| line.starts_with("> ")).flat_map(|line| line[2..].split("**")) {
        assert!(text.contains(&dense(&line.replace('\\', ""))), "the verdict lacks: {line}");
    }
    for cell in cells(&page) {
        // The small type of a cell stands below it.
        let parts: Vec<&str> = cell
            .strip_suffix(')')
            .and_then(|cell| cell.split_once('('))
            .map_or(vec![cell.as_str()], |(a, b)| vec![a, b]);
        assert!(parts.iter().all(|part| text.contains(part)) || text.contains(&cell), "no `{cell}`");
    }
    assert!(text.contains(&dense(HOSTILE)), "the hostile name is not as it was");
    let info = said("pdfinfo", &[&path]).unwrap_or_default();
    for wanted in ["Tagged:          yes", "Page size:       595.276 x 841.89 pts (A4)", "JavaScript:      no"] {
        assert!(info.contains(wanted), "{wanted}\n{info}");
    }
    assert!(info.contains(&format!("Title:           {HOSTILE}")), "{info}");
    assert!(!info.contains("Author:"), "{info}");
    let fonts = said("pdffonts", &[&path]).unwrap_or_default();
    let embedded: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(embedded.len() >= 2, "{fonts}");
    for font in embedded {
        let words: Vec<&str> = font.split_whitespace().rev().collect();
        // Object and generation, then: to Unicode, subset, embedded.
        assert_eq!(words[2..5], ["yes", "yes", "yes"], "{font}");
    }
    let structure = said("pdfinfo", &["-struct", &path]).unwrap_or_default();
    for tag in ["H1", "H2", "Table", "TH", "TOC", "L", "Figure", "Link"] {
        assert!(
            structure
                .lines()
                .any(|line| line.split_whitespace().next().is_some_and(|word| word.trim_end_matches(':') == tag)),
            "no {tag}"
        );
    }
}

fn sheets(path: &Path) -> BTreeMap<String, Range<Data>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    book.sheet_names().into_iter().map(|name| (name.clone(), book.worksheet_range(&name).unwrap())).collect()
}

/// The rows of a sheet with a header, by the names in it.
fn rows(sheet: &Range<Data>) -> Vec<BTreeMap<String, Data>> {
    let mut rows = sheet.rows();
    let header: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    rows.map(|row| header.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

fn the_workbook_holds_the_contract(written: &Written) {
    let path = written.file("xlsx");
    let sheets = sheets(&path);
    let json = written.json();
    for (name, key) in [("Figures", "measures"), ("Past figures", "history")] {
        let measures = json[key].as_array().unwrap();
        let rows = rows(&sheets[name]);
        assert_eq!(rows.len(), measures.len());
        for (row, measure) in rows.iter().zip(measures) {
            assert_eq!(row["metric"].to_string(), measure["metric"].as_str().unwrap());
            for field in ["value", "numerator", "denominator", "n", "lower", "upper", "coverage", "target"] {
                match (&row[field], measure[field].as_f64()) {
                    (Data::Float(held), Some(value)) => assert!((held - value).abs() <= 1e-9 * value.abs().max(1.0)),
                    (Data::Int(held), Some(value)) => assert!((*held as f64 - value).abs() < 1e-9),
                    (Data::Empty, None) => {}
                    (held, value) => panic!("{field} is {held:?}, not {value:?}"),
                }
            }
        }
    }
    let texts: BTreeSet<String> = sheets
        .values()
        .flat_map(|sheet| sheet.used_cells().map(|(_, _, cell)| cell.clone()))
        .filter_map(|cell| if let Data::String(text) = cell { Some(text) } else { None })
        .collect();
    assert!(texts.contains(HOSTILE), "the hostile name is not as it was");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    for name in book.sheet_names() {
        assert!(name.encode_utf16().count() <= 31, "{name}");
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{name} has a formula");
    }
    assert_eq!(book.sheet_names()[0], "Summary");
}

/// Figures of the services' table are numbers that show what the page shows.
fn figures_are_typed(written: &Written) {
    let sheets = sheets(&written.file("xlsx"));
    let services = &sheets["Services"];
    let header = services.rows().position(|row| row.iter().any(|cell| *cell == "Availability")).unwrap();
    let column = services.rows().nth(header).unwrap().iter().position(|cell| *cell == "Availability").unwrap();
    let json = written.json();
    let mut checked = 0;
    for row in services.rows().skip(header + 1) {
        let name = row[0].to_string();
        let wanted = json["measures"].as_array().unwrap().iter().find(|measure| {
            measure["metric"] == "availability" && measure["dims"] == serde_json::json!({ "service": name })
        });
        if let (Some(Some(value)), Data::Float(held)) = (wanted.map(|measure| measure["value"].as_f64()), &row[column])
        {
            assert!((held - value).abs() < 1e-9, "{name}: {held} is not {value}");
            checked += 1;
        }
    }
    assert!(checked > 3, "{checked} services");
}

fn the_same_again(written: &Written) {
    let again = written.render("again");
    for extension in ["pdf", "xlsx"] {
        let first = written.file(extension);
        let second = again.join(first.file_name().unwrap());
        assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "{extension} differs");
    }
}

/// Another program opens the workbook, and finds as many sheets.
fn an_office_reads_it(written: &Written) {
    let folder = tempfile::tempdir().unwrap();
    let (out, home) = (folder.path().to_string_lossy().into_owned(), folder.path().join("home"));
    let profile = format!("-env:UserInstallation=file://{}", home.display());
    let path = written.file("xlsx").to_string_lossy().into_owned();
    // Commas, quotes, UTF-8.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76";
    let arguments = [profile.as_str(), "--headless", "--convert-to", filter, "--outdir", out.as_str(), path.as_str()];
    if said("soffice", &arguments).is_none() {
        return;
    }
    let csv = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path());
    let csv = csv.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect::<Vec<_>>();
    let text = fs::read_to_string(&csv[0]).unwrap();
    assert!(text.contains(&HOSTILE.replace('"', "\"\"")), "{text}");
    assert!(!text.contains("#NAME?") && !text.contains("Err:"), "{text}");
}

#[test]
fn print_and_workbook_say_what_the_page_says() {
    let written = Written::new();
    print_holds_what_the_page_holds(&written);
    the_workbook_holds_the_contract(&written);
    figures_are_typed(&written);
    the_same_again(&written);
    an_office_reads_it(&written);
}
