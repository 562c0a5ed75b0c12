//! What `sources sniff` says of a file, and the mapping that it drafts for one that nobody knows.

use std::path::Path;

use crate::project::Project;

const UNKNOWN: &str = "Vorgang;Betreff;Eröffnet am;Gelöst am;Priorität;Gruppe;Melder;Farbe\n\
    V-1;Drucker;31.12.2025 09:15;31.12.2025 11:15;hoch;Support;Zoë;rot\n\
    V-2;Netz;01.01.2026 10:00;;niedrig;Netze;-;blau\n";

#[test]
fn a_known_export_is_named_with_its_first_rows() {
    let project = Project::new("name = \"x\"\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vendors/glpi/tickets.csv");
    let out = project.ok(&["sources", "sniff", &file.to_string_lossy()]);
    for part in ["glpi/tickets", "Sure to", "tickets: ", "opened_at"] {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn an_unknown_export_gets_a_draft_that_runs() {
    let project = Project::new("name = \"x\"\nzone = \"Europe/Berlin\"\n[[exports]]\nfiles = \"exports/*\"\n");
    project.write("exports/vorgaenge_2026-01.csv", UNKNOWN);
    let file = project.path().join("exports/vorgaenge_2026-01.csv").to_string_lossy().into_owned();
    let (out, err) = project.expect(0, &["sources", "sniff", &file]);
    // The draft alone is on stdout; what it makes of the rows is said beside it.
    assert!(out.starts_with("# A draft") && err.contains("2025-12-31T08:15:00Z"), "{out}\n{err}");
    let (out, err) = project.expect(0, &["sources", "sniff", &file, "--write"]);
    assert!(out.contains("drafted one for table tickets") && err.contains("Wrote "), "{out}\n{err}");
    project.ok(&["ingest"]);
    let rows =
        project.query("SELECT id, title, opened_at, resolved_at, priority, team, requester FROM tickets ORDER BY id");
    let cells: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| {
            ["id", "title", "opened_at", "resolved_at", "priority", "team", "requester"]
                .map(|name| row[name].as_str())
                .to_vec()
        })
        .collect();
    assert_eq!(
        cells,
        [
            ["V-1", "Drucker", "2025-12-31T08:15:00Z", "2025-12-31T10:15:00Z", "2", "Support", "Zoë"],
            ["V-2", "Netz", "2026-01-01T09:00:00Z", "", "4", "Netze", ""],
        ]
    );
    // A second draft is not written over the first, which somebody may have mended.
    let (_, err) = project.expect(0, &["sources", "sniff", &file]);
    assert!(err.is_empty(), "{err}");
}

#[test]
fn a_file_that_is_no_export_is_refused_with_the_reason() {
    let project = Project::new("name = \"x\"\n");
    project.write("empty.csv", "");
    let file = project.path().join("empty.csv").to_string_lossy().into_owned();
    let (_, err) = project.expect(2, &["sources", "sniff", &file]);
    assert!(err.contains("empty"), "{err}");
}
