//! Rules about tickets on records written by hand: what is known of their earlier versions.

use crate::project::Project;

/// A priority that was changed is one only from when the lake knows both, and never by what is written after as-of.
#[test]
fn a_change_of_priority_is_known_from_its_second_version() {
    let toml = "name = \"p\"\nzone = \"UTC\"\n\n[[exports]]\nfiles = \"exports/*.csv\"\n\n[clocks.resolve_within]\n3 = \"8h\"\n";
    let project = Project::new(toml);
    let header = "id,opened_at,resolved_at,updated_at,priority,impact,urgency,team\n";
    let first = "A,2026-01-05T08:00:00Z,,2026-01-05T08:00:00Z,3,2,2,Desk\nB,2026-01-05T08:00:00Z,,2026-01-06T08:00:00Z,3,1,2,Desk\n";
    project.write("exports/one.csv", format!("{header}{first}"));
    project.ok(&["ingest", "--quiet"]);
    let known = project.query("SELECT MAX(_ingested_at) AS at FROM history_tickets")[0]["at"].clone();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let second = "A,2026-01-05T08:00:00Z,2026-01-06T08:00:00Z,2026-01-05T14:00:00Z,4,2,2,Desk\n";
    project.write("exports/two.csv", format!("{header}{second}"));
    project.ok(&["ingest", "--quiet"]);
    let share = |more: &[&str]| {
        let metrics = ["priority_changed_share", "priority_lowered_share", "priority_as_matrix_share"];
        let found = project.measure(&[&metrics[..], &["--period", "2026-01"], more].concat());
        found.iter().map(|one| (one["numerator"].as_f64(), one["denominator"].as_f64())).collect::<Vec<_>>()
    };
    let of = |above: f64, below: f64| (Some(above), Some(below));
    // Of B only one version is known, which is younger than its opening.
    assert_eq!(share(&["--as-of", "2026-02-01T00:00:00Z"]), [of(1.0, 1.0), of(1.0, 1.0), of(0.0, 2.0)]);
    assert_eq!(share(&["--as-of", "2026-02-01T00:00:00Z", "--known-at", &known])[0], of(0.0, 1.0));
    let sql = "SELECT at, from_priority, to_priority, lowered, left_s FROM fact_ticket_priorities WHERE from_priority IS NOT NULL";
    let rows = project.query(sql);
    let told: Vec<&str> =
        ["from_priority", "to_priority", "lowered", "left_s"].map(|name| rows[0][name].as_str()).to_vec();
    assert_eq!((rows.len(), told), (1, vec!["3", "4", "true", "7200.0"]), "six of eight hours were gone");
}
