//! What is wrong with a report's file is said by `nines check`, all of it; a period that hasn't begun has no report.

use crate::project::Project;

#[test]
fn check_finds_formats_that_nobody_writes_and_periods_that_are_none() {
    let project = Project::new("name = \"Acme\"\nzone = \"UTC\"\nas_of = \"2026-07-06T06:00:00Z\"\n");
    let report =
        "title = \"Mine\"\nperiod = \"weekk\"\nformats = [\"docx\", \"html\"]\n[[sections]]\nkind = \"verdict\"\n";
    project.write("reports/mine.toml", report);
    let (out, error) = project.expect(2, &["check"]);
    let told = format!("{out}{error}");
    for expected in ["reports/mine.toml:2", "weekk", "reports/mine.toml:3", "expected one of html", "found `docx`"] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(!told.contains("period: period"), "{told}");
}

#[test]
fn a_week_that_has_not_begun_has_no_report() {
    let project = Project::new("name = \"Acme\"\nzone = \"UTC\"\nas_of = \"2026-07-06T06:00:00Z\"\n");
    let (_, error) = project.expect(2, &["report", "weekly", "--period", "2030-W01"]);
    assert!(error.contains("2030-W01 hasn't begun"), "{error}");
    assert!(!project.path().join("out").exists());
    project.ok(&["report", "weekly", "--period", "2026-W28", "--format", "md"]);
}
