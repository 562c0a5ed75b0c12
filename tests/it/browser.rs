//! The pages in a real browser: no console error, no request, nothing that overflows, an accessibility checker that is content,
//! tables that sort and filter; and a page whose imported text is hostile.
//!
//! It takes Chromium (Debian: `chromium`), Node, and the packages of `tests/browser/package.json` in a folder that `NINES_BROWSER`
//! names (`npm install --prefix FOLDER ...`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::project::{Project, skip};

/// The folder with `node_modules`; none where the browser or the packages are missing, and then the test says that it is skipped.
fn modules() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let folder = std::env::var_os("NINES_BROWSER").map_or_else(|| home.join(".cache/nines/browser"), PathBuf::from);
    let chromium = std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    let there = node && chromium.exists() && folder.join("node_modules/playwright-core").exists();
    if !there {
        skip("chromium, node, playwright-core or axe-core");
    }
    there.then_some(folder)
}

/// What is wrong with pages, one line a finding.
fn findings(modules: &Path, pages: &[PathBuf]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/check.mjs");
    let output = Command::new("node").arg(script).arg(modules).args(pages).output().expect("node starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let of = |(page, list): (&String, &Value)| {
        let name = Path::new(page).file_name().unwrap_or_default().to_string_lossy().into_owned();
        list.as_array().unwrap().iter().map(|one| format!("{name}: {}", one.as_str().unwrap())).collect::<Vec<_>>()
    };
    found.as_object().unwrap().iter().flat_map(of).collect()
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .collect();
    found.sort();
    found
}

#[test]
fn the_pages_of_the_demo_are_sound_in_a_browser() {
    let Some(modules) = modules() else { return };
    let project = Project::demo(3_000, 12);
    project.ok(&["run", "--quiet"]);
    project.ok(&["report", "--all", "--quiet", "--format", "html"]);
    let all = pages(&project.path().join("out"));
    // Of further pages the first of each report stands for the others: they are made by the same declaration.
    let reports = [
        "index",
        "weekly",
        "monthly",
        "quarter",
        "slo",
        "suppliers",
        "practice",
        "service-desk",
        "delivery",
        "data-quality",
        "availability",
    ];
    let chosen: Vec<PathBuf> = reports
        .iter()
        .flat_map(|name| {
            let is_of = |path: &&PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(name);
            all.iter().filter(is_of).take(2).cloned().collect::<Vec<_>>()
        })
        .collect();
    assert!(chosen.len() > reports.len(), "{chosen:?}");
    let found = findings(&modules, &chosen);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn hostile_text_stays_text_in_a_browser() {
    let Some(modules) = modules() else { return };
    let hostile = [
        "<script>document.title='taken'</script>",
        "\"><img src=x onerror=\"document.title='taken'\">",
        "</title><svg onload=document.title='taken'>",
        "javascript:alert(1)",
        "{{ 7 * 7 }}",
        "=cmd|'/c calc'!A1",
    ];
    let project = Project::new(
        "name = \"<b>Acme</b>\"\nzone = \"Europe/Brussels\"\nas_of = \"2026-07-06T08:00:00+02:00\"\nreports = [\"weekly\"]\n\
         [[exports]]\nfiles = \"exports/*.csv\"\n",
    );
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut services = "service,kind\n".to_owned();
    let mut tickets = "id,opened_at,service,team,status,title\n".to_owned();
    let mut outages = "id,service,started_at,ended_at,kind,supplier,cause\n".to_owned();
    for (place, text) in hostile.iter().enumerate() {
        let text = quoted(text);
        services.push_str(&format!("{text},business\n"));
        tickets.push_str(&format!("T-{place},2026-06-30T10:00:00Z,{text},{text},open,{text}\n"));
        outages.push_str(&format!("O-{place},{text},2026-07-01T10:00:00Z,2026-07-01T11:00:00Z,outage,{text},{text}\n"));
    }
    for (name, text) in [("services", services), ("tickets", tickets), ("outages", outages)] {
        project.write(&format!("exports/{name}.csv"), text);
    }
    project.ok(&["run", "--quiet"]);
    let all = pages(&project.path().join("out"));
    assert_eq!(all.len(), 2, "{all:?}");
    let page = fs::read_to_string(project.path().join("out/weekly-2026-W27.html")).unwrap();
    assert!(page.contains("&lt;script&gt;document.title"), "the names are on the page, as text");
    let found = findings(&modules, &all);
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}
